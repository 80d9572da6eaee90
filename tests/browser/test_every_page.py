"""Every page in a real browser: axe finds nothing, and nothing scrolls sideways."""

import pytest
from django.conf import settings

from tests.pages import PAGES, address_of, build_world


@pytest.fixture
def world(transactional_db):
    return build_world()


@pytest.fixture
def signed_in(page, world, client, live_server):
    """Olu's browser."""
    client.force_login(world.olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page


@pytest.mark.parametrize("name", sorted(PAGES))
def test_everyone_can_use_the_page(name, signed_in, world, no_axe_violations):
    page = signed_in
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: said.type == "error" and faults.append(said.text))
    if name == "account_login":
        page.context.clear_cookies()
    response = page.goto(address_of(name, world))
    assert response.status == 200
    assert faults == []
    assert page.locator("h1").count() == 1
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{width} px"
        no_axe_violations()
    page.emulate_media(color_scheme="dark")
    no_axe_violations()
