"""The doors of the pages that the secret link of a booking or of a connector opens."""

from functools import wraps

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from surgeries.models import Booking, Connector
from surgeries.rules.bookings import Standing, link_works, standing
from surgeries.states import BookingState
from surgeries.views.public_forms import public_form


def opens_a_booking(*methods, only=tuple(Standing)):
    """A view of one booking, for whoever holds its secret; anybody else gets the one 404 page.

    The link works until seven days after the surgery, and nothing of it is kept by a cache. A
    booking that was moved leads to the same page of the one it became. What stands otherwise than
    `only` leads to its own page, which says so.
    """

    def door(view):
        @public_form
        @require_http_methods(methods)
        @never_cache
        @wraps(view)
        def opened(request, secret):
            now = timezone.now()
            booking = get_object_or_404(whole_bookings().by_secret(secret))
            if not link_works(booking.surgery.ends_at, now):
                raise Http404
            if booking.state == BookingState.CANCELLED and (new := _became(booking)):
                return redirect(request.resolver_match.url_name, new.secret)
            if standing(booking, now) not in only:
                return redirect("booking_detail", secret)
            return view(request, booking, now)

        return opened

    return door


def opens_a_connectors_page(*methods):
    """A view of one connector's page, for whoever holds its secret; else the one 404 page.

    The link works until it is revoked, and nothing of it is kept by a cache.
    """

    def door(view):
        @public_form
        @require_http_methods(methods)
        @never_cache
        @wraps(view)
        def opened(request, secret, **which):
            with_a_page = Connector.objects.by_secret(secret).select_related("network__series")
            return view(request, get_object_or_404(with_a_page), timezone.now(), **which)

        return opened

    return door


def whole_bookings():
    """Bookings with all that their pages show, in one statement."""
    return Booking.objects.select_related(
        "attendee", "slot", "surgery__series", "surgery__venue", "moved_from__surgery"
    )


def _became(booking):
    """The last of the bookings that followed a moved one, or None."""
    last = None
    while booking := Booking.objects.filter(moved_from=booking).first():
        last = booking
    return last
