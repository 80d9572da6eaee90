"""People: who to ring, everybody we know, and one person with her bookings and messages."""

from collections import Counter
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from surgeries.access import attendees_organised_by, bookings_organised_by, series_organised_by
from surgeries.actions import people as actions
from surgeries.forms.people import PeopleSearchForm
from surgeries.models import Booking, Message
from surgeries.states import LIVE
from surgeries.views.helpings import invitation_to_help

A_PAGE = 50
JUST_RUNG = timedelta(hours=12)


@require_safe
def people_list(request, slug):
    """Who to ring first, then everybody: who is coming next, then the others by name."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    form = PeopleSearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    people = series.attendees.known().matching(words).with_visits(now)
    page = Paginator(people.order_by(F("next_at").asc(nulls_last=True), "name_key", "pk"), A_PAGE)
    bookings = Booking.objects.filter(surgery__series=series)
    context = {
        "series": series,
        "nav": "people",
        "form": form,
        "words": words,
        "page": page.get_page(request.GET.get("page")),
        "ring": bookings.ring_list(now),
        "rung": bookings.rung_since(now - JUST_RUNG),
    }
    return render(request, "surgeries/people/people_list.html", context)


@require_safe
def person_detail(request, slug, pk):
    """One person: contact, bookings with their outcomes, each message with its state."""
    people = attendees_organised_by(request.user).select_related("series", "first_network")
    attendee, now = get_object_or_404(people, series__slug=slug, pk=pk), timezone.now()
    bookings = attendee.bookings.select_related("surgery__venue", "slot", "credited_network")
    bookings = list(bookings.order_by("-surgery__starts_at", "pk"))
    booked = Counter(booking.surgery_id for booking in bookings if booking.state in LIVE)
    for booking in bookings:
        booking.twice = booking.state in LIVE and booked[booking.surgery_id] > 1
    context = {
        "series": attendee.series,
        "nav": "people",
        "attendee": attendee,
        "bookings": bookings,
        "sent": Message.objects.for_attendee(attendee),
        "now": now,
        **invitation_to_help(attendee, bookings, now),
    }
    return render(request, "surgeries/people/person_detail.html", context)


@require_POST
def ring_done(request, slug, booking):
    """ "I rang": off the ring list; or back on it."""
    bookings = bookings_organised_by(request.user).select_related("attendee")
    booking = get_object_or_404(bookings, surgery__series__slug=slug, pk=booking)
    if "undo" in request.POST:
        actions.take_back_rung(booking, by=request.user, now=timezone.now())
    else:
        actions.record_rung(booking, by=request.user, now=timezone.now())
        messages.success(
            request, _("%s is off the ring list. You can undo it here.") % booking.attendee.name
        )
    return redirect("people_list", slug)
