"""What the secret link opens: the question whether she comes, and what she answers."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from surgeries.actions import answers, changes
from surgeries.actions.attendees import make_easier
from surgeries.actions.connector_pages import hide_name
from surgeries.actions.outbox import channel_of
from surgeries.actions.parties import members
from surgeries.actions.places import next_time_for, slot_like
from surgeries.forms.answers import (
    ChangeForm,
    EasierForm,
    NextForm,
    RingForm,
    SetOffForm,
    TimesForm,
    UndoForm,
    WhoForm,
)
from surgeries.messages.calendar import calendar_of, where
from surgeries.models import Booking, Place, Surgery
from surgeries.refusals import Refused
from surgeries.rules.bookings import (
    STILL_ON,
    Standing,
    open_slots,
    slots_to_come,
    standing,
)
from surgeries.rules.names import told_apart
from surgeries.rules.reminders import is_nearly_here
from surgeries.states import LIVE, BookingState
from surgeries.templatetags.words import day_time
from surgeries.turnout.waiting import number_in_queue
from surgeries.views import public
from surgeries.views.bookings import say_no
from surgeries.views.public_forms import (
    redirect_and_say,
    what_was_refused,
    what_was_said,
)
from surgeries.views.secret_links import opens_a_booking, whole_bookings

# As long as this only whoever typed the contact has the link; she may have mistyped it.
SHOWN_IN_FULL_FOR = timedelta(minutes=30)


# The question, and what she answers ------------------------------------------------------


@opens_a_booking("GET", "HEAD", "POST")
def booking_detail(request, booking, now):
    """Still able to come? A page for each standing; only a POST answers (T-LNK-02)."""
    if request.method != "POST":
        return _page(request, booking, now)
    asked = request.POST.get("answer")
    form = FORMS[asked](booking, now, request.POST) if asked in FORMS else None
    why_not = {"form": form}
    if asked in ANSWERS and (form is None or form.is_valid()):
        try:
            word, to = ANSWERS[asked](booking, form, now)
            return redirect_and_say(word, "booking_detail", to.secret)
        except Refused as refusal:
            why_not = what_was_refused(refusal)
    as_it_is = whole_bookings().get(pk=booking.pk)
    return _page(request, as_it_is, now, **why_not, **{f"{asked}_form": form} if form else {})


def _yes(booking, _form, now):
    answers.say_coming(booking, now=now)
    return "coming", booking


def _no(booking, _form, now):
    waited = booking.state == BookingState.WAITING
    answers.cancel_booking(booking, now=now)
    return "left" if waited else "cancelled", booking


def _next(booking, form, now):
    return "moved", answers.next_time_instead(booking, on=form.cleaned_data["on"], now=now)


def _undo(booking, form, now):
    """For herself, or for whoever of her party was taken off."""
    of_party = Booking.objects.in_party_of(booking).select_related("surgery")
    whose = of_party.filter(party_number=form.cleaned_data["whose"]).first()
    back = answers.undo_cancel(whose or booking, now=now)
    return "back" if back.state == BookingState.BOOKED else "queued", booking


def _set_off(booking, form, now):
    answers.set_off(booking, at=form.cleaned_data["at"], now=now)
    return "noted", booking


def _times(booking, form, now):
    changes.change_times(booking, **form.answers(), now=now)
    return "changed", booking


def _ring(booking, form, now):
    changes.ring_instead(booking, number=form.cleaned_data.get("number"), now=now)
    return "ring", booking


def _write(booking, _form, now):
    changes.write_again(booking, now=now)
    return "write", booking


def _hide(booking, _form, now):
    hide_name(booking, now=now)
    return "hide", booking


ANSWERS = {
    "yes": _yes,
    "no": _no,
    "next": _next,
    "undo": _undo,
    "set_off": _set_off,
    "times": _times,
    "ring": _ring,
    "write": _write,
    "hide": _hide,
}


def _times_form(booking, now, data=None):
    slots = slots_to_come(public.slots_of(booking.surgery), now)
    return TimesForm(data, slots=slots, accepted=booking.accepts.all())


FORMS = {
    "next": lambda booking, now, data=None: NextForm(data),
    "undo": lambda booking, now, data=None: UndoForm(data),
    "set_off": lambda booking, now, data=None: SetOffForm(data, booking=booking),
    "times": _times_form,
    "ring": lambda booking, now, data=None: RingForm(data, booking=booking),
}


# What the page of each standing shows ----------------------------------------------------


def _page(request, booking, now, **answered):
    stands = standing(booking, now)
    about = _about(booking) | what_was_said(request)
    about |= _SHOWS[stands](booking, about["party"], now) | answered
    return render(request, f"surgeries/answers/{stands}.html", about)


def _booked(booking, party, now):
    evening = Surgery.objects.filter(pk=booking.surgery_id).with_helpers_to_name(now).get()
    named = [name.split(" ")[0] for name in evening.helpers_to_name]
    return _still_on(booking, party, now) | {
        "helpers": named,
        "names": get_text_list(named, _("and")),
        "set_off_form": FORMS["set_off"](booking, now),
        "way_back": _way_back(booking, party, now),
    }


def _waiting(booking, party, now):
    form = _times_form(booking, now)
    return _still_on(booking, party, now) | {
        "number": number_in_queue(booking, now),
        "times_form": form,
        "never_fits": all(slot.places_count < len(_coming(party)) for slot in form.slots),
    }


def _still_on(booking, party, now):
    return {
        "next_time": next_time_for(_coming(party), now),
        "taken_off": [one for one in party if answers.may_undo(one, now)],
        "ring_form": FORMS["ring"](booking, now),
        "soon": is_nearly_here(booking.surgery.starts_at, now),
    }


def _cancelled(booking, party, now):
    about = _off(booking, party, now)
    about["can_book_again"] = booking.surgery.takes_bookings(now)
    if booking.surgery.is_upcoming(now) and answers.may_undo(booking, now):
        gone = answers.who_moves(booking, party)
        free = Place.objects.free().filter(slot=booking.slot_id).count()
        about |= {
            "undo_until": booking.cancelled_at + answers.UNDO_FOR,
            "is_free": free >= len(gone),
            "soon": is_nearly_here(booking.surgery.starts_at, now),
        }
    return about


def _off(booking, party, now):
    """Where else she may come, now that she does not come here."""
    surgery = booking.surgery
    surgeries = public.known_around(None, now, series=surgery.series_id)
    later = [one for one in surgeries if one.takes_bookings(now) and one.pk != surgery.pk]
    about = {"later": later[: public.OTHER_DATES]}
    if surgery.is_cancelled or surgery.is_upcoming(now):
        about["next_time"] = next_time_for(answers.who_moves(booking, party), now)
    return about


_SHOWS = {
    Standing.BOOKED: _booked,
    Standing.WAITING: _waiting,
    Standing.DISPLACED: _still_on,
    Standing.CANCELLED: _cancelled,
    Standing.SURGERY_CANCELLED: _off,
    Standing.OVER: _off,
}


def _coming(party):
    return [one for one in party if one.state in LIVE]


def _way_back(booking, party, now):
    """The time like hers at the evening she has just left for this one, if it has room (P30)."""
    left = booking.moved_from and booking.moved_from.surgery
    if not left or now >= booking.booked_at + answers.UNDO_FOR:
        return None
    left.series = booking.surgery.series
    too_late = not left.is_upcoming(now) or is_nearly_here(left.starts_at, now)
    if too_late or left.starts_at > booking.surgery.starts_at:
        return None
    return slot_like(left, _coming(party), now)


# The other pages of her booking ----------------------------------------------------------


@opens_a_booking("GET", "HEAD", "POST", only=[Standing.BOOKED])
def booking_booked(request, booking, now):
    """Thank you: the plan in words, and what would make it easier."""
    form = EasierForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        make_easier(booking, **form.answers(), now=now)
        return redirect_and_say("noted", "booking_booked", booking.secret)
    about = _about(booking) | what_was_said(request)
    about |= {
        "form": form,
        "set_off_form": FORMS["set_off"](booking, now),
        "just_typed": now < booking.booked_at + SHOWN_IN_FULL_FOR,
        "note_to_self": _note_to_self(booking),
    }
    return render(request, "surgeries/answers/booking_booked.html", about)


@opens_a_booking("GET", "HEAD", "POST", only=STILL_ON)
def booking_change(request, booking, now):
    """Another time, goal, name or contact; whoever waits for a time chooses it on her page."""
    slots = [] if booking.state == BookingState.WAITING else slots_for(booking, now)
    form = ChangeForm(
        request.POST if request.method == "POST" else None, booking=booking, slots=slots
    )
    if form.is_bound and form.is_valid():
        try:
            changed = changes.change_booking(booking, **form.answers(), now=now)
        except Refused as refusal:
            say_no(form, refusal)
        else:
            return redirect_and_say("changed", "booking_detail", changed.secret)
    about = _about(booking) | {"form": form}
    return render(request, "surgeries/answers/booking_change.html", about)


def slots_for(booking, now):
    """The times she may choose from: those with a free place, and her own."""
    slots = public.slots_of(booking.surgery)
    bookable = open_slots(slots, now)
    return [slot for slot in slots if slot in bookable or slot.pk == booking.slot_id]


@opens_a_booking("GET", "HEAD", "POST", only=STILL_ON)
def booking_cancel(request, booking, now):
    """One button that gives the place back, or who of a party; opening the page does nothing."""
    about = _about(booking)
    coming = _coming(about["party"])
    form = WhoForm(request.POST if request.method == "POST" else None, party=coming)
    if len(coming) > 1:
        about["form"] = form
    if request.method == "POST" and (len(coming) == 1 or form.is_valid()):
        which = form.answers() if len(coming) > 1 else {}
        try:
            answers.cancel_booking(booking, **which, now=now)
        except Refused as refusal:
            about |= what_was_refused(refusal)
        else:
            return redirect_and_say("cancelled", "booking_detail", booking.secret)
    return render(request, "surgeries/answers/booking_cancel.html", about)


@opens_a_booking("GET", "HEAD")
def booking_calendar(request, booking, now):
    """The booking as a calendar file."""
    response = HttpResponse(calendar_of(booking), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="surgery.ics"'
    return response


def _about(booking):
    surgery = booking.surgery
    party = members(booking)
    names = told_apart([one.attendee.name for one in party])
    for one, name in zip(party, names, strict=True):
        one.called = name
    company = [one.called for one in _coming(party) if one.pk != booking.pk]
    return {
        "series": surgery.series,
        "surgery": surgery,
        "booking": booking,
        "attendee": booking.attendee,
        "party": party,
        "people": len(_coming(party)),
        "channel": channel_of(booking, surgery.series),
        "company": get_text_list(company, _("and")),
    }


def _note_to_self(booking):
    """What she may send to herself: day, time, place, and the link that is her own."""
    surgery = booking.surgery
    lines = [
        _("My time at %(series)s: %(when)s.")
        % {"series": surgery.series.name, "when": day_time(booking.arrives_local)}
    ]
    if surgery.venue:
        lines.append(where(surgery.venue) + ".")
    link = settings.SITE_URL + reverse("booking_detail", args=[booking.secret])
    lines.append(_("My booking: %(link)s") % {"link": link})
    return "\n".join(lines)
