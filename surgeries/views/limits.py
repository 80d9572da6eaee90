"""How much came from here lately: asked of the cache, once for each form (P16, T-ENU-03).

Only what differs is counted: a form that is sent twice is one form, and an old link opened again
and again is no guess. While the cache is away nobody is counted and nobody is stopped.
"""

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from surgeries.actions.limits import refuse_a_flood
from surgeries.rules.limits import WRONG_SECRETS_OF_AN_ADDRESS, Seen, is_a_flood
from surgeries.rules.links import pseudonym_of

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60  # seconds
ONE_HOUSE = 64  # bits that the addresses of one house have in common (IPv6)


def slow_down(request, form, series, *, contact, now):
    """Count a form that a stranger sends; Refused when it is one too many."""
    refuse_a_flood(
        series,
        seen=_count(request, form, contact),
        open_for=now - (form.open_since or now),
        contact=contact,
        now=now,
    )


def is_enough(request, form, *, contact):
    """Count a form, and say whether it is one too many, for a page that tells nobody."""
    return is_a_flood(_count(request, form, contact))


def may_guess_on(request, secret):
    """Count a secret that opens nothing; False when there were enough for this minute."""
    name = f"wrong:{_address(request)}"
    seen = cache.count_different({name: (pseudonym_of(secret), MINUTE)})
    return seen.get(name, 0) <= WRONG_SECRETS_OF_AN_ADDRESS


def wait_a_minute(request):
    """The page for whoever tries too much."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(MINUTE)
    return response


def _count(request, form, contact):
    # One key may be sent to one evening after the other.
    sent = f"{form.cleaned_data['request_key']} to {request.path}"
    whose = pseudonym_of(contact)
    names = {"from_address": (f"forms:{_address(request)}", HOUR)}
    if contact:
        names |= {"of_contact": (f"forms:{whose}", HOUR), "today": (f"forms-today:{whose}", DAY)}
    counts = cache.count_different({name: (sent, seconds) for name, seconds in names.values()})
    return Seen(**{what: counts.get(name, 0) for what, (name, _seconds) in names.items()})


def _address(request):
    """A name for where a request comes from, by the proxies we trust and nobody else's word."""
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:
        return "nowhere"
    found = ipaddress.ip_address(address)
    if found.version == 6:
        found = ipaddress.ip_network((address, ONE_HOUSE), strict=False)
    return pseudonym_of(found)
