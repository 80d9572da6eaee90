"""Forms that strangers use, without a cookie.

The usual check against forged requests needs a cookie, and it protects the authority of a
session. These pages have neither: a booking needs no account, and a secret link carries its own
authority in its address. So they set no cookie (R61), work in any mail program, and refuse what
another site sends.
"""

from functools import wraps
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt


def public_form(view):
    """A public view whose POST is taken from our own pages only."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST" and not _comes_from_here(request):
            return render(request, "403.html", status=403)
        return view(request, *args, **kwargs)

    return login_not_required(csrf_exempt(guarded))


def _comes_from_here(request):
    """What browsers say of the page a form was sent from; those that say nothing are believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    said = request.headers.get("Origin") or request.headers.get("Referer")
    return said is None or urlsplit(said).netloc == request.get_host()
