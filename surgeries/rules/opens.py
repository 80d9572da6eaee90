"""Whether the opening of an invite link was a person's (R61), from what a browser says by itself.

Scanners of mail, previews of messengers and what a browser fetches ahead are not. We keep no
address and set no cookie, so the same person opening twice is two.
"""

import re
from collections.abc import Mapping

# What fetches pages by itself says so in its name, or names the program it was written with.
MACHINES = re.compile(
    r"bot\b|bot/|crawl|spider|preview|scan|fetch|monitor|check|validator|slurp|archiver|headless"
    r"|facebookexternalhit|facebookcatalog|meta-external|whatsapp|telegram|slack|discord|skype"
    r"|signal-|viber|linkedin|pinterest|embedly|mastodon|pleroma|misskey|lemmy|bluesky|cardyb"
    r"|iframely|google-safety|googleimageproxy|yahoomailproxy|barracuda|proofpoint|mimecast"
    r"|safelinks|symantec|trendmicro|urlscan|virustotal"
    r"|curl|wget|python|aiohttp|httpx|okhttp|java/|go-http|node-fetch|axios|libwww|ruby|php/|perl",
    re.IGNORECASE,
)
AHEAD = ("prefetch", "preview", "prerender")


def is_a_person(method: str, headers: Mapping[str, str]) -> bool:
    """Whether this request is somebody looking at the page: `headers` by their usual names."""
    if method != "GET" or "text/html" not in headers.get("Accept", ""):
        return False
    purpose = f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')}"
    purpose = f"{purpose} {headers.get('X-Purpose', '')} {headers.get('X-Moz', '')}".lower()
    if any(word in purpose for word in AHEAD):
        return False
    if headers.get("Sec-Fetch-Dest", "document") != "document":
        return False
    agent = headers.get("User-Agent", "")
    return bool(agent) and not MACHINES.search(agent)
