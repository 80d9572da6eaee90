"""Booking a time, and what the secret link opens."""

from functools import wraps

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from surgeries.actions import answers, bookings, changes
from surgeries.actions.attendees import make_easier
from surgeries.forms.bookings import ChangeForm, EasierForm, LinkAgainForm
from surgeries.messages.calendar import calendar_of, where
from surgeries.models import Booking, Slot
from surgeries.refusals import Refused
from surgeries.rules.bookings import Stage, link_works, open_slots
from surgeries.states import BookingState, SurgeryState
from surgeries.templatetags.words import day_time
from surgeries.views import public
from surgeries.views.public_forms import (
    public_form,
    redirect_and_say,
    what_was_refused,
    what_was_said,
)

READ_OR_ASK = require_http_methods(["GET", "HEAD", "POST"])


# Booking -------------------------------------------------------------------------------


@public_form
@READ_OR_ASK
def booking_create(request, slug, day):
    """The form by itself: for whoever comes straight to it, and with what is to put right."""
    now = timezone.now()
    slots = _slots_on(slug, day)
    if not slots:
        return public.the_day(request, slug=slug, day=day)
    surgery = slots[0].surgery
    if request.method != "POST":
        form = public.form_for(surgery, slots, now, code=request.GET.get("code", "")[:16])
        return _form_page(request, surgery, slots, form, now)
    form = public.form_for(surgery, slots, now, data=request.POST)
    if form.is_valid():
        slot = next(slot for slot in slots if slot.pk == form.cleaned_data["slot"])
        try:
            booking = bookings.book_slot(slot, **form.answers(), now=now)
        except Refused as refusal:
            _say_no(form, refusal)
        else:
            return redirect("booking_booked", booking.secret)
    return _put_right(request, surgery, form, now)


def _slots_on(slug, day):
    """The arrival times of the published surgery of that day, with all that is around them."""
    return list(
        Slot.objects.with_places()
        .filter(surgery__series__slug=slug, surgery__on=day)
        .filter(surgery__state=SurgeryState.PUBLISHED)
        .select_related("surgery__series", "surgery__venue")
    )


def _put_right(request, surgery, form, now):
    """The form once more with all that was typed, and the places as they are by now.

    When none is left, the same answers may go to the next date that has one.
    """
    form.renew()
    slots = public.slots_of(surgery)
    if not open_slots(slots, now):
        slots, surgery, form.moved_from = _elsewhere(surgery, now)
        slots = slots or public.slots_of(surgery)
    form.offer(open_slots(slots, now))
    return _form_page(request, surgery, slots, form, now)


def _elsewhere(surgery, now):
    """The next date with a free place: its times, itself, and the full one; or only the last."""
    for other in public.known_around(None, now, series=surgery.series_id):
        if other.starts_at > surgery.starts_at and other.takes_bookings(now):
            slots = public.slots_of(other)
            if open_slots(slots, now):
                return slots, other, surgery
    return [], surgery, None


def _form_page(request, surgery, slots, form, now):
    surgeries = public.known_around(surgery.on, now, series=surgery.series_id)
    about = public.context_of(surgery, surgeries, slots, now, form)
    if not form.is_bound and about["stage"] != Stage.OPEN:
        return public.the_day(request, slug=surgery.series.slug, day=surgery.on)
    return render(request, "surgeries/bookings/booking_create.html", about)


# What the secret link opens ------------------------------------------------------------


def opens_a_booking(*methods, only_while_on=False):
    """A view of one booking, for whoever holds its secret; anybody else gets the one 404 page.

    The link works until seven days after the surgery, and nothing of it is kept by a cache. With
    `only_while_on` a booking that is cancelled or over leads to its own page, which says so.
    """

    def door(view):
        @public_form
        @require_http_methods(methods)
        @never_cache
        @wraps(view)
        def opened(request, secret):
            now = timezone.now()
            whole = Booking.objects.by_secret(secret).select_related(
                "attendee", "slot", "surgery__series", "surgery__venue"
            )
            booking = get_object_or_404(whole)
            if not link_works(booking.surgery.ends_at, now):
                raise Http404
            if only_while_on and not _is_on(booking, now):
                return redirect("booking_detail", secret)
            return view(request, booking, now)

        return opened

    return door


@opens_a_booking("GET", "HEAD", "POST", only_while_on=True)
def booking_booked(request, booking, now):
    """Thank you: the plan in words, and what would make it easier."""
    form = EasierForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        make_easier(booking, **form.answers(), now=now)
        return redirect_and_say("noted", "booking_booked", booking.secret)
    about = _about(booking) | {"form": form} | what_was_said(request)
    return render(request, "surgeries/bookings/booking_booked.html", about)


@opens_a_booking("GET", "HEAD")
def booking_detail(request, booking, now):
    """What we have down for her; a cancelled or past one offers the next date."""
    about = _about(booking) | what_was_said(request)
    about |= {"is_on": _is_on(booking, now), "is_over": _is_over(booking, now)}
    if not about["is_on"]:
        surgeries = public.known_around(None, now, series=booking.surgery.series_id)
        others = [s for s in surgeries if s.takes_bookings(now) and s.pk != booking.surgery_id]
        about["later"] = others[: public.OTHER_DATES]
    return render(request, "surgeries/bookings/booking_detail.html", about)


@opens_a_booking("GET", "HEAD", "POST", only_while_on=True)
def booking_change(request, booking, now):
    """Another time, goal, name or contact."""
    slots = public.slots_of(booking.surgery)
    bookable = open_slots(slots, now)
    offered = [slot for slot in slots if slot in bookable or slot.pk == booking.slot_id]
    form = ChangeForm(
        request.POST if request.method == "POST" else None, booking=booking, slots=offered
    )
    if form.is_bound and form.is_valid():
        try:
            changed = changes.change_booking(booking, **form.answers(offered), now=now)
        except Refused as refusal:
            _say_no(form, refusal)
        else:
            return redirect_and_say("changed", "booking_detail", changed.secret)
    about = _about(booking) | {"form": form}
    return render(request, "surgeries/bookings/booking_change.html", about)


@opens_a_booking("GET", "HEAD", "POST", only_while_on=True)
def booking_cancel(request, booking, now):
    """One button that gives the place back; opening the page does nothing."""
    about = _about(booking)
    if request.method == "POST":
        try:
            answers.cancel_booking(booking, now=now)
        except Refused as refusal:
            about |= what_was_refused(refusal)
        else:
            return redirect_and_say("cancelled", "booking_detail", booking.secret)
    return render(request, "surgeries/bookings/booking_cancel.html", about)


@opens_a_booking("GET", "HEAD")
def booking_calendar(request, booking, now):
    """The booking as a calendar file."""
    response = HttpResponse(calendar_of(booking), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="surgery.ics"'
    return response


# The link again ------------------------------------------------------------------------


@public_form
@READ_OR_ASK
def link_again(request):
    """Whoever asks reads the same answer; only the holder of the address gets a mail."""
    form = LinkAgainForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        bookings.send_links_again(email=form.cleaned_data["email"], now=timezone.now())
        return redirect("link_again_sent")
    return render(request, "surgeries/bookings/link_again.html", {"form": form})


@public_form
@require_safe
def link_again_sent(request):
    return render(request, "surgeries/bookings/link_again_sent.html")


# Words ---------------------------------------------------------------------------------


def _say_no(form, refusal):
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.sentence)


def _is_on(booking, now):
    stands = booking.state != BookingState.CANCELLED and not booking.surgery.is_cancelled
    return stands and not _is_over(booking, now)


def _is_over(booking, now):
    return now >= booking.surgery.ends_at or booking.surgery.state == SurgeryState.CLOSED


def _about(booking):
    surgery = booking.surgery
    return {
        "series": surgery.series,
        "surgery": surgery,
        "booking": booking,
        "attendee": booking.attendee,
        "note_to_self": _note_to_self(booking),
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
