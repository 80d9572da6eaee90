"""People: who to ring, everybody we know, and one person with her bookings and messages."""

from collections import Counter
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surgeries.access import (
    attendees_organised_by,
    bookings_organised_by,
    replies_organised_by,
    series_organised_by,
)
from surgeries.actions import people as actions
from surgeries.actions.answers import may_undo
from surgeries.forms.people import PeopleSearchForm, PutRightForm, RungForm
from surgeries.messages.facts import with_person
from surgeries.models import Booking, Message
from surgeries.refusals import Refused
from surgeries.states import LIVE, RingOutcome
from surgeries.turnout.ringing import desk_of
from surgeries.views.helpings import invitation_to_help

A_PAGE = 50
REPLIES_SHOWN = 10
JUST_RUNG = timedelta(hours=12)
CAME_OF_IT = {
    RingOutcome.COMING: gettext_lazy("%(name)s is coming."),
    RingOutcome.GIVEN: gettext_lazy("%(name)s has the place."),
    RingOutcome.CANNOT: gettext_lazy("%(name)s can’t come. The place is free for somebody else."),
    RingOutcome.TOLD: gettext_lazy("%(name)s has been told."),
    RingOutcome.NO_ANSWER: gettext_lazy("No answer from %(name)s, who stays on the list."),
}


@require_safe
def people_list(request, slug):
    """Who to ring first, then everybody: who is coming next, then the others by name."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    form = PeopleSearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    people = series.attendees.known().matching(words).with_visits(now)
    page = Paginator(people.order_by(F("next_at").asc(nulls_last=True), "name_key", "pk"), A_PAGE)
    giving, calls = desk_of(series, now)
    context = {
        "series": series,
        "nav": "people",
        "form": form,
        "words": words,
        "page": page.get_page(request.GET.get("page")),
        "now": now,
        "today": now.astimezone(series.zone).date(),
        "giving": giving,
        "calls": calls,
        "rung": _rung(series, now),
    }
    return render(request, "surgeries/people/people_list.html", context)


def _rung(series, now):
    """Who answered lately; each says whether that can still be undone."""
    bookings = Booking.objects.filter(surgery__series=series)
    rung = list(bookings.rung_since(now - JUST_RUNG).select_related("moved_to"))
    for booking in rung:
        cancelled = booking.ring_outcome == RingOutcome.CANNOT
        given = booking.ring_outcome == RingOutcome.GIVEN
        booking.undoable = not given and (not cancelled or may_undo(booking, now))
    return rung


@require_safe
def person_detail(request, slug, pk):
    """One person: contact, bookings with their outcomes, each message with its state."""
    attendee = _person(request, slug, pk)
    now = timezone.now()
    bookings = attendee.bookings.select_related("surgery__venue", "slot", "credited_network")
    bookings = list(bookings.order_by("-surgery__starts_at", "pk"))
    booked = Counter(booking.surgery_id for booking in bookings if booking.state in LIVE)
    for booking in bookings:
        booking.twice = booking.state in LIVE and booked[booking.surgery_id] > 1
    sent = Message.objects.filter(booking__attendee=attendee).wanting_first(now)
    context = {
        "series": attendee.series,
        "nav": "people",
        "attendee": attendee,
        "bookings": bookings,
        "sent": with_person(sent),
        "replies": attendee.replies.order_by("-received_at", "pk")[:REPLIES_SHOWN],
        "now": now,
        "today": now.astimezone(attendee.series.zone).date(),
        **invitation_to_help(attendee, bookings, now),
    }
    return render(request, "surgeries/people/person_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_contact(request, slug, pk):
    """Another address or number for somebody, where the one we have is wrong."""
    attendee = _person(request, slug, pk)
    form = PutRightForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.put_right(attendee, **form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(
                request,
                _("That is saved. What %(name)s should know goes there now.")
                % {"name": attendee.name},
            )
            return redirect("person_detail", slug, pk)
    context = {"series": attendee.series, "nav": "people", "attendee": attendee, "form": form}
    return render(request, "surgeries/people/person_contact.html", context)


@require_POST
def ring_done(request, slug, booking):
    """What came of a call, or that it was the wrong name."""
    bookings = bookings_organised_by(request.user).select_related("attendee", "surgery__series")
    booking = get_object_or_404(bookings, surgery__series__slug=slug, pk=booking)
    back = _back(request, slug, booking.surgery_id)
    try:
        if "undo" in request.POST:
            actions.take_back_rung(booking, by=request.user, now=timezone.now())
        else:
            _record(request, booking)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect(back)


def _record(request, booking):
    form = RungForm(request.POST, party=Booking.objects.in_party_of(booking))
    if form.is_valid():
        now = timezone.now()
        actions.record_rung(booking, **form.cleaned_data, by=request.user, now=now)
        said = CAME_OF_IT[form.cleaned_data["outcome"]]
        messages.success(request, said % {"name": booking.attendee.name})
    elif form.non_field_errors():
        messages.error(request, form.non_field_errors()[0])
    else:
        raise BadRequest


def _back(request, slug, surgery):
    """Where she came from, at the calls."""
    pages = {
        "week": reverse("series_week", args=[slug]),
        "surgery": reverse("surgery_detail", args=[slug, surgery]),
    }
    page = pages.get(request.POST.get("back"), reverse("people_list", args=[slug]))
    return f"{page}#ring"


@require_POST
def reply_read(request, slug, pk):
    """Somebody has read what was written to us."""
    replies = replies_organised_by(request.user)
    reply = get_object_or_404(replies, series__slug=slug, pk=pk)
    actions.mark_read(reply, by=request.user, now=timezone.now())
    messages.success(request, _("Read. It stays on the page of whoever wrote it."))
    return redirect("series_week", slug)


def _person(request, slug, pk):
    people = attendees_organised_by(request.user).select_related("series", "first_network")
    return get_object_or_404(people, series__slug=slug, pk=pk)
