"""The browser itself: what every other test of this folder relies on."""


def test_the_browser_opens_a_page_of_the_live_server(page, live_server):
    answer = page.goto(f"{live_server.url}/healthz")

    assert answer.json()["process"] == "ok"
    assert page.viewport_size == {"width": 360, "height": 740}
