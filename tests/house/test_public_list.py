"""Private by default: the pages that strangers may open stand in this list (house.md, law 10)."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, get_resolver, include, path

PUBLIC = {
    # Watchers.
    "healthz",
    "healthz/outbox",
    "readyz",
    # The way in, and out.
    "accounts/login/",
    "accounts/login/code/",
    "accounts/login/code/new/",
    "accounts/signup/",
    "accounts/code/",
    "accounts/logout/",
    "accounts/inactive/",
    "backoffice/login/",
    # What a friend sends, and what anybody may look up.
    "",
    "privacy/",
    "s/<slug:slug>/",
    "s/<slug:slug>/<date:day>/",
    "s/<slug:slug>/<date:day>/book/",
    "s/<slug:slug>/<date:day>/help/",
    "s/<slug:slug>/<date:day>/help/thank-you/",
    "what-we-ask/",
    "i/<str:code>/",
    "link/",
    "link/sent/",
    # Opened by a secret that nobody can guess.
    "b/<str:secret>/",
    "b/<str:secret>/booked/",
    "b/<str:secret>/change/",
    "b/<str:secret>/cancel/",
    "b/<str:secret>/surgery.ics",
    "h/<str:secret>/",
    "h/<str:secret>/code/",
    "h/<str:secret>/hours/",
    "h/<str:secret>/about/",
    "h/<str:secret>/surgery.ics",
    "c/<str:secret>/",
    "c/<str:secret>/stop/",
    "c/<str:secret>/cannot/",
    "c/<str:secret>/<int:pk>/book/",
    "c/<str:secret>/<int:pk>/came/",
    "c/thank-you/",
    "invitation/<str:secret>/",
    "f/<str:secret>/",
    "digest/<int:pk>/<str:secret>/",
    # Called by providers, and believed only with their signature.
    "hooks/texts/receipts/",
    "hooks/texts/replies/",
    "hooks/mail/bounces/",
}


def routes_open_to_strangers(patterns, before=""):
    """Routes whose view LoginRequiredMiddleware lets anybody open."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from routes_open_to_strangers(pattern.url_patterns, route)
        elif not getattr(pattern.callback, "login_required", True):
            yield route


def test_exactly_the_listed_pages_are_public():
    public = set(routes_open_to_strangers(get_resolver().url_patterns))

    assert public - PUBLIC == set(), (
        "Open to strangers and not in the list. Take login_not_required or public_form away, "
        "or add the route to PUBLIC and say in decisions.md why anybody may see it."
    )
    assert PUBLIC - public == set(), (
        "In the list and not open. Mark the view login_not_required, or take the route out."
    )


def _page(request): ...


@pytest.mark.parametrize(
    ("urlpatterns", "found"),
    [
        ([path("a/", _page)], []),
        ([path("a/", login_not_required(lambda request: None))], ["a/"]),
        (
            [path("x/", include([path("a/", login_not_required(lambda request: None))]))],
            ["x/a/"],
        ),
    ],
)
def test_an_open_page_is_found_however_deep(urlpatterns, found):
    """Negative control."""
    assert list(routes_open_to_strangers(urlpatterns)) == found
