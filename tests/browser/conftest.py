"""A real browser, on a small phone's screen. Run apart from the other tests: `make test` does.

Playwright drives the Chromium that the machine has. Without one the tests are skipped, with
one loud line; with REQUIRE_BROWSER=1 they fail.
"""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
REMEDY = (
    "Install Chromium (Debian, Ubuntu: apt-get install chromium libatomic1; macOS: Google Chrome) "
    "and run `make test` again"
)
# Without these Chromium tries to reach many addresses outside.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
]
_without_browser: list[str] = []


def find_browser() -> str | None:
    """Return the machine's Chromium; None leaves the choice to Playwright."""
    found = (shutil.which(name) for name in NAMES)
    return next(filter(None, found), str(MAC) if MAC.exists() else None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """How Chromium is started."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": QUIET + sandbox}


@pytest.fixture(scope="session")
def browser(request):
    """The browser, or a skip (a failure under REQUIRE_BROWSER=1) that says how to get one."""
    try:
        launched = request.getfixturevalue("launch_browser")()
    except Exception as fault:  # whatever is missing, the remedy is the same
        reason = f"No browser could be started ({str(fault).strip().splitlines()[0]}). {REMEDY}."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason, pytrace=False)
        _without_browser.append(reason)
        pytest.skip(reason)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def base_url(live_server):
    """Addresses without a host, page.goto("/privacy/"), are the live server's."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """A small phone, in Britain."""
    return {
        **browser_context_args,
        "viewport": {"width": 360, "height": 740},
        "locale": "en-GB",
        "timezone_id": "Europe/London",
        "has_touch": True,
    }


@pytest.fixture(autouse=True)
def _links_lead_to_the_live_server(live_server, settings):
    """Mails of these tests carry links that the browser can open."""
    settings.SITE_URL = live_server.url


@pytest.fixture
def no_axe_violations(page):
    """Call it on any page: it fails with axe's own words when axe finds fault."""

    def check() -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    return check


def pytest_terminal_summary(terminalreporter):
    """Say loudly, in one line, that nothing was seen by a browser."""
    if _without_browser:
        terminalreporter.write_line(
            f"!!! BROWSER TESTS WERE SKIPPED: no Chromium here. {REMEDY}.", red=True, bold=True
        )
