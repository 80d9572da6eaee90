"""What an organiser does with the telephone at her ear: book somebody in, change or cancel it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surgeries.access import bookings_organised_by, surgeries_organised_by
from surgeries.actions import answers, changes
from surgeries.actions.outbox import channel_of
from surgeries.actions.parties import members
from surgeries.actions.places import next_time_for, slot_like
from surgeries.forms.answers import CorrectForm, NextForm
from surgeries.forms.bookings import PhoneBookingForm, PhoneWaitingForm
from surgeries.messages.plan import reminders_of, timetable_of
from surgeries.models import Booking, Network
from surgeries.refusals import Refused
from surgeries.rules.bookings import STILL_ON, Standing, open_slots, slots_to_come, standing
from surgeries.rules.reminders import is_nearly_here, is_worth_it
from surgeries.states import LIVE, BookingState, Outcome
from surgeries.turnout.waiting import number_in_queue
from surgeries.views import public
from surgeries.views.answers import slots_for
from surgeries.views.bookings import ask, say_no

READ_OR_ACT = require_http_methods(["GET", "HEAD", "POST"])


# Somebody rings --------------------------------------------------------------------------


@READ_OR_ACT
def booking_by_phone(request, slug, pk):
    """Book somebody in, or put them on the waiting list, in under a minute (R14)."""
    organised = surgeries_organised_by(request.user)
    surgery = get_object_or_404(organised, series__slug=slug, pk=pk)
    now = timezone.now()
    if not surgery.is_upcoming(now):
        messages.error(request, _("Nobody can be booked in: it is not published, or it is over."))
        return redirect("surgery_detail", slug, pk)
    slots = public.slots_of(surgery)
    form = _form_of(request, surgery, slots, now)
    if form and form.is_bound and form.is_valid():
        try:
            booking = ask(form, surgery, slots, now=now, by=request.user)
        except Refused as refusal:
            say_no(form, refusal)
            form.renew()
        else:
            messages.success(request, _what_became(booking))
            return redirect("booking_manage", slug, booking.pk)
    context = {
        "series": surgery.series,
        "nav": "surgeries",
        "surgery": surgery,
        "form": form,
        "waiting": surgery.bookings.wanting_a_place().count(),
        "may_wait": not is_nearly_here(surgery.starts_at, now),
    }
    return render(request, "surgeries/bookings/booking_by_phone.html", context)


def _form_of(request, surgery, slots, now):
    """To book while there is a place, else to wait; None when it is too late for either."""
    data = request.POST if request.method == "POST" else None
    free = open_slots(slots, now)
    may_wait = not is_nearly_here(surgery.starts_at, now)
    asks_to_wait = "wait" in (data or request.GET)
    if may_wait and (asks_to_wait or not free):
        offered, form = slots_to_come(slots, now), PhoneWaitingForm
        data = data if asks_to_wait else None
    elif free:
        offered, form = free, PhoneBookingForm
    else:
        return None
    networks = Network.objects.current().filter(series=surgery.series_id)
    return form(data, slots=offered, networks=networks)


def _what_became(booking):
    said = {
        BookingState.BOOKED: _("%(name)s is booked in."),
        BookingState.WAITING: _("%(name)s is on the waiting list."),
    }
    return said.get(booking.state, _("%(name)s was booked in before.")) % {
        "name": booking.attendee.name
    }


# One booking -----------------------------------------------------------------------------


@READ_OR_ACT
def booking_manage(request, slug, booking):
    """Who it is, what they will hear from us, and what they may have said on the telephone."""
    now = timezone.now()
    booking = _organised(request, slug, booking)
    if request.method == "POST":
        return _do(request, booking, now)
    party = members(booking)
    context = {
        "series": booking.surgery.series,
        "nav": "surgeries",
        "surgery": booking.surgery,
        "booking": booking,
        "attendee": booking.attendee,
        "company": [one for one in party if one.pk != booking.pk],
        "people": sum(one.state in LIVE for one in party),
        "channel": channel_of(booking, booking.surgery.series),
    }
    context |= _what_may_be_done(booking, party, now)
    return render(request, "surgeries/bookings/booking_manage.html", context)


@READ_OR_ACT
def booking_correct(request, slug, booking):
    """Another time, name or contact, as somebody said it on the telephone."""
    now = timezone.now()
    booking = _organised(request, slug, booking)
    if standing(booking, now) not in STILL_ON:
        return redirect("booking_manage", slug, booking.pk)
    form = CorrectForm(
        request.POST if request.method == "POST" else None,
        booking=booking,
        slots=slots_for(booking, now),
    )
    if form.is_bound and form.is_valid():
        try:
            changes.change_booking(booking, **form.answers(), now=now, by=request.user)
        except Refused as refusal:
            say_no(form, refusal)
        else:
            messages.success(request, _("That is changed."))
            return redirect("booking_manage", slug, booking.pk)
    context = {
        "series": booking.surgery.series,
        "nav": "surgeries",
        "surgery": booking.surgery,
        "booking": booking,
        "form": form,
    }
    return render(request, "surgeries/bookings/booking_correct.html", context)


def _organised(request, slug, pk):
    mine = bookings_organised_by(request.user).select_related(
        "attendee", "slot", "surgery__series", "surgery__venue", "credited_network"
    )
    return get_object_or_404(mine, surgery__series__slug=slug, pk=pk)


def _what_may_be_done(booking, party, now):
    stands, surgery = standing(booking, now), booking.surgery
    # What the register says is changed on the register.
    may_answer = stands in STILL_ON and booking.outcome == Outcome.NOT_RECORDED
    moved_to = Booking.objects.filter(moved_from=booking).select_related("surgery").first()
    going = answers.who_moves(booking, party)
    may_move = surgery.is_cancelled or surgery.is_upcoming(now)
    about = {"stands": stands, "may_answer": may_answer, "moved_to": moved_to}
    if may_move and not moved_to and booking.outcome == Outcome.NOT_RECORDED:
        about["next_time"] = next_time_for(going, now)
    if stands == Standing.CANCELLED and surgery.is_upcoming(now):
        about["may_undo"] = answers.may_undo(booking, now)
    if stands in (Standing.WAITING, Standing.DISPLACED):
        about["place"] = slot_like(surgery, going, now)
        about["number"] = number_in_queue(booking, now)
    if stands == Standing.BOOKED and not booking.walked_in:
        about["reminders"] = [
            due.at
            for due in reminders_of(booking, timetable_of(surgery.series))
            if due.at > now and is_worth_it(due.at, booking.booked_at)
        ]
    return about


# What was said on the telephone ----------------------------------------------------------


def _do(request, booking, now):
    """Do what she pressed, say so, and show the booking again; or say why not."""
    said = ANSWERS.get(request.POST.get("answer"))
    try:
        if said:
            booking, sentence = said(request, booking, now)
            messages.success(request, sentence % {"name": booking.attendee.name})
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("booking_manage", booking.surgery.series.slug, booking.pk)


def _yes(request, booking, now):
    answers.say_coming(booking, now=now, by=request.user)
    return booking, _("Good: %(name)s will be there.")


def _no(request, booking, now):
    answers.cancel_booking(booking, now=now, by=request.user)
    return booking, _("%(name)s is taken off. You can undo it for 30 minutes.")


def _none(request, booking, now):
    everybody = [one.pk for one in members(booking)]
    answers.cancel_booking(booking, which=everybody, now=now, by=request.user)
    return booking, _("They are all taken off. You can undo it for 30 minutes.")


def _next(request, booking, now):
    form = NextForm(request.POST)
    if not form.is_valid():
        raise Refused(_("That evening is not to be had. Choose another one."))
    moved = answers.next_time_instead(booking, **form.cleaned_data, now=now, by=request.user)
    return moved, _("%(name)s is booked for this evening instead.")


def _undo(request, booking, now):
    back = answers.undo_cancel(booking, now=now, by=request.user)
    if back.state == BookingState.BOOKED:
        return back, _("%(name)s is booked again.")
    return back, _("The place has gone meanwhile: %(name)s is first in the queue.")


def _place(request, booking, now):
    changes.give_place(booking, now=now, by=request.user)
    return booking, _("%(name)s has a place now.")


ANSWERS = {
    "yes": _yes,
    "no": _no,
    "none": _none,
    "next": _next,
    "undo": _undo,
    "place": _place,
}
