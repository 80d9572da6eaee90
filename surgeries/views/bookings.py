"""Booking a time or asking to wait for one: by oneself, or by an organiser for somebody."""

from functools import partial

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from surgeries.actions import bookings
from surgeries.forms.bookings import BookingForm, LinkAgainForm, WaitingForm
from surgeries.models import Slot
from surgeries.refusals import Refused
from surgeries.rules.bookings import Stage, open_slots, slots_to_come
from surgeries.states import BookingState, SurgeryState
from surgeries.views import limits, public
from surgeries.views.public_forms import public_form

READ_OR_ASK = require_http_methods(["GET", "HEAD", "POST"])
SHOWS_THE_FORM = (Stage.OPEN, Stage.FULL)


# By oneself ----------------------------------------------------------------------------


@public_form
@READ_OR_ASK
def booking_create(request, slug, day):
    """The form by itself: for whoever comes straight to it, and with what is to put right.

    The same address takes who asks to wait (`wait`); "instead" is pressed beside the times, and
    only brings that form, with all that was typed.
    """
    now = timezone.now()
    slots = _slots_on(slug, day)
    if not slots:
        return public.the_day(request, slug=slug, day=day)
    surgery = slots[0].surgery
    if request.method != "POST":
        slots, code = public.slots_of(surgery), request.GET.get("code", "")[:16]
        return _form_page(request, surgery, slots, now, code=code)
    form = _form_of(request.POST, surgery, slots, now)
    if request.POST.get("wait") == "instead":
        slots = public.slots_of(surgery)
        return _form_page(request, surgery, slots, now, form=_rather_wait(form, slots, now))
    if form.is_valid():
        contact = form.cleaned_data["contact"]
        try:
            limits.slow_down(request, form, surgery.series, contact=contact, now=now)
            booking = ask(form, surgery, slots, now=now)
        except Refused as refusal:
            say_no(form, refusal)
        else:
            return redirect(_page_of(booking), booking.secret)
    return _put_right(request, surgery, form, now)


def ask(form, surgery, slots, **who):
    """Book or wait as the form says; Refused when that cannot be."""
    chosen = form.chosen(slots)
    if form.waits:
        return bookings.join_waiting_list(surgery, accepts=chosen, **form.answers(), **who)
    return bookings.book_slot(chosen[0], **form.answers(), **who)


def say_no(form, refusal):
    """Show why nothing was done, at the field it belongs to."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.sentence)


def _slots_on(slug, day):
    """The arrival times of the published surgery of that day.

    Places are not counted: whoever books counts them under the lock, which is what holds.
    """
    published = Slot.objects.filter(surgery__state=SurgeryState.PUBLISHED)
    that_day = published.filter(surgery__series__slug=slug, surgery__on=day)
    return list(that_day.select_related("surgery__series"))


def _form_of(data, surgery, slots, now):
    """The form that was sent; "book" is pressed by who waits for no other evening."""
    asked = {"networks": partial(public.suggested, surgery)}
    asked["through_somebody"] = public.is_a_connectors(data.get("code", "")[:16], surgery)
    waits = data.get("wait") == "yes" and "book" not in data
    kind = WaitingForm if waits else BookingForm
    return kind(data, slots=slots_to_come(slots, now), **asked)


def _rather_wait(form, slots, now):
    return WaitingForm.instead_of(form, slots=slots_to_come(slots, now))


def _page_of(booking):
    return "booking_booked" if booking.state == BookingState.BOOKED else "booking_detail"


def _put_right(request, surgery, form, now):
    """The form once more with all that was typed, and the places as they are by now.

    When none is left, the same answers may ask for a place, or go to the next date.
    """
    slots = public.slots_of(surgery)
    form.renew()
    stage, _waiting = public.stage_of(surgery, slots, now)
    if stage == Stage.FULL and not form.waits:
        form = _rather_wait(form, slots, now)
        return _form_page(request, surgery, slots, now, form=form, taken=True)
    form.offer(slots_to_come(slots, now) if form.waits else open_slots(slots, now))
    return _form_page(request, surgery, slots, now, form=form)


def _more_than_fit(form, slots):
    """How many they are, if no time has as many places left."""
    left = max((slot.free_places for slot in slots), default=0)
    return form.people if not form.waits and form.people > left > 0 else None


def _form_page(request, surgery, slots, now, *, form=None, code="", taken=False):
    surgeries = public.known_around(surgery.on, now, series=surgery.series_id)
    about = public.context_of(surgery, surgeries, slots, now, form=form, code=code)
    if form is None and about["stage"] not in SHOWS_THE_FORM:
        return public.the_day(request, slug=surgery.series.slug, day=surgery.on)
    shows_the_form = about["stage"] in SHOWS_THE_FORM
    about |= {"taken": taken, "shows_the_form": shows_the_form}
    if form and about["may_wait"]:
        about["too_many"] = _more_than_fit(form, open_slots(slots, now))
    return render(request, "surgeries/bookings/booking_create.html", about)


# The link again ------------------------------------------------------------------------


@public_form
@READ_OR_ASK
def link_again(request):
    """Whoever asks reads the same answer; only the holder of the address gets a mail."""
    form = LinkAgainForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        email = form.cleaned_data["email"]
        if not limits.is_enough(request, form, contact=email):
            bookings.send_links_again(email=email, now=timezone.now())
        return redirect("link_again_sent")
    return render(request, "surgeries/bookings/link_again.html", {"form": form})


@public_form
@require_safe
def link_again_sent(request):
    return render(request, "surgeries/bookings/link_again_sent.html")
