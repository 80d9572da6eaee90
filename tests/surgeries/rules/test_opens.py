"""An opening counts when a person looked: not for scanners, previews, nor what is fetched ahead."""

import pytest

from surgeries.rules.opens import is_a_person

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
IN_FACEBOOK = f"{IPHONE} [FBAN/FBIOS;FBAV/480.0;FBDV/iPhone14,5;FBSN/iOS]"
LOOK = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": PHONE}


@pytest.mark.parametrize("agent", [PHONE, IPHONE, IN_FACEBOOK])
def test_a_browser_is_a_person(agent):
    assert is_a_person("GET", {**LOOK, "User-Agent": agent})
    assert is_a_person("GET", {**LOOK, "User-Agent": agent, "Sec-Fetch-Dest": "document"})


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "WhatsApp/2.23.20.0",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "TelegramBot (like TwitterBot)",
        "Twitterbot/1.0",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))",
        "curl/8.5.0",
        "python-requests/2.32",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0 Safari/537.36",
    ],
)
def test_a_machine_is_nobody(agent):
    assert not is_a_person("GET", {**LOOK, "User-Agent": agent})


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"X-Purpose": "preview"}),
        ("GET", {"X-Moz": "prefetch"}),
        ("GET", {"Sec-Fetch-Dest": "image"}),
        ("GET", {"Accept": "*/*"}),
        ("GET", {"Accept": "image/avif"}),
    ],
)
def test_what_is_fetched_ahead_is_nobody(method, headers):
    assert not is_a_person(method, LOOK | headers)
