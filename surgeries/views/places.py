"""More people than chairs: what an organiser can do, and who has no chair when she says so."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surgeries.access import bookings_organised_by, surgeries_organised_by
from surgeries.actions.changes import displace_booking
from surgeries.actions.notices import foresee
from surgeries.actions.outbox import channel_of
from surgeries.actions.places import short_of_chairs
from surgeries.models import Booking
from surgeries.refusals import Refused
from surgeries.states import BookingState, Outcome
from surgeries.turnout.evening import evening_of


@require_safe
def surgery_chairs(request, slug, pk):
    """There are more people than chairs: ask for helpers, or choose who has none."""
    surgery = get_object_or_404(surgeries_organised_by(request.user), series__slug=slug, pk=pk)
    now = timezone.now()
    short = surgery.is_upcoming(now) and short_of_chairs([surgery])
    if not short:
        messages.success(request, _("There is a chair for everybody."))
        return redirect("surgery_detail", slug, pk)
    context = {
        "series": surgery.series,
        "nav": "surgeries",
        "surgery": short[0],
        "arrivals": evening_of(surgery, now).arrivals,
    }
    return render(request, "surgeries/places/surgery_chairs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def booking_displace(request, slug, pk):
    """Says what will happen to whoever has no chair, and does it when she says yes."""
    bookings = bookings_organised_by(request.user).select_related(
        "attendee", "slot", "surgery__series"
    )
    booking = get_object_or_404(bookings, surgery__series__slug=slug, pk=pk)
    surgery, now = booking.surgery, timezone.now()
    to_surgery = redirect("surgery_detail", slug, surgery.pk)
    if booking.state != BookingState.BOOKED or booking.outcome != Outcome.NOT_RECORDED:
        return to_surgery
    try:
        if request.method == "POST":
            after = displace_booking(booking, by=request.user, now=now)
            messages.success(request, _what_was_done(after))
            return to_surgery
        after = foresee(displace_booking, booking, by=request.user, now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return to_surgery
    context = {
        "series": surgery.series,
        "nav": "surgeries",
        "surgery": surgery,
        "booking": booking,
        "party": Booking.objects.in_party_of(booking).live().count(),
        "after": after,
        "channel": channel_of(after, surgery.series),
    }
    return render(request, "surgeries/places/booking_displace.html", context)


def _what_was_done(booking):
    words = {"name": booking.attendee.name}
    if not channel_of(booking, booking.surgery.series):
        return _("Done. Now ring %(name)s: no message can tell them.") % words
    return _("Done. We are telling %(name)s.") % words
