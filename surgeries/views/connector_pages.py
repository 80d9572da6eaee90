"""A connector's own page, for whoever holds its secret link; no account (issue 4, point 3)."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from surgeries.actions import connector_pages as actions
from surgeries.actions.answers import cancel_booking
from surgeries.forms.connector_pages import BringNowForm, BringToWaitForm, StopForm, WhoCameForm
from surgeries.models import Booking, Surgery
from surgeries.refusals import Refused
from surgeries.rules.bookings import Stage, open_slots, slots_to_come
from surgeries.states import LIVE, BookingState
from surgeries.turnout.connector_pages import may_be_asked, page_of, to_ask_about
from surgeries.views import limits, public
from surgeries.views.public_forms import redirect_and_say, what_was_refused, what_was_said
from surgeries.views.secret_links import opens_a_connectors_page

TAKES_PEOPLE = (Stage.OPEN, Stage.FULL)


@opens_a_connectors_page("GET", "HEAD")
def connector_page(request, connector, now):
    """How many of hers are coming and came, and what she may do about it."""
    return _page(request, connector, now, **what_was_said(request))


def _page(request, connector, now, **said):
    page = page_of(connector, now)
    for one in page.ahead:
        one.surgery.bookable = one.surgery.takes_bookings(now)
    for one in page.behind:
        one.surgery.asks = may_be_asked(one.surgery, now)
    link = connector.link_to_pass_on()
    invite = settings.SITE_URL + reverse("invite_follow", args=[link.code]) if link else ""
    about = _about(connector) | {"page": page, "invite": invite}
    return render(request, "surgeries/connector_pages/connector_page.html", about | said)


def _about(connector):
    return {"connector": connector, "series": connector.network.series}


# Whom she brings -------------------------------------------------------------------------


@opens_a_connectors_page("GET", "HEAD", "POST")
def connector_book(request, connector, now, pk):
    """Three first names, each with "have they agreed?"; when all is full, they wait."""
    surgery = _surgery(connector, pk, Surgery.objects.upcoming(now))
    slots = public.slots_of(surgery)
    if request.method != "POST":
        stage, _waiting = public.stage_of(surgery, slots, now)
        form = _form(stage == Stage.FULL, None, slots, now)
        return _book_page(request, connector, surgery, slots, now, form)
    form = _form(request.POST.get("wait") == "yes", request.POST, slots, now)
    if form.is_valid():
        try:
            _slow_down(request, form, connector, now)
            times = form.chosen(slots)
            booking = actions.bring(connector, surgery, times=times, now=now, **form.answers())
        except Refused as refusal:
            form.say_no(refusal)
        else:
            waits = booking.state == BookingState.WAITING
            word = "brought_wait" if waits else "brought"
            return redirect_and_say(word, "connector_page", connector.secret)
    return _put_right(request, connector, surgery, form, now)


def _form(waits, data, slots, now):
    if waits:
        return BringToWaitForm(data, slots=slots_to_come(slots, now))
    return BringNowForm(data, slots=open_slots(slots, now))


def _slow_down(request, form, connector, now):
    """She is counted by herself, not only by her address: the names have no contact."""
    series, whose = connector.network.series, f"connector {connector.pk}"
    limits.slow_down(request, form, series, contact=whose, now=now)


def _put_right(request, connector, surgery, form, now):
    """The form once more with all that was typed, and the places as they are by now."""
    slots = public.slots_of(surgery)
    form.renew()
    stage, _waiting = public.stage_of(surgery, slots, now)
    if stage == Stage.FULL and not form.waits:
        form = BringToWaitForm.instead_of(form, slots=slots_to_come(slots, now))
    else:
        form.offer(slots_to_come(slots, now) if form.waits else open_slots(slots, now))
    return _book_page(request, connector, surgery, slots, now, form)


def _book_page(request, connector, surgery, slots, now, form):
    stage, waiting = public.stage_of(surgery, slots, now)
    about = _about(connector) | {
        "surgery": surgery,
        "form": form,
        "stage": stage,
        "waiting": waiting,
        "shows_the_form": stage in TAKES_PEOPLE,
    }
    return render(request, "surgeries/connector_pages/connector_book.html", about)


@opens_a_connectors_page("POST")
def connector_cannot(request, connector, now):
    """One of those whom she booked cannot come: the place goes to whoever waits."""
    brought = Booking.objects.filter(brought_by=connector, state__in=LIVE)
    chosen = request.POST.get("booking", "")
    booking = next((one for one in brought if str(one.pk) == chosen), None)
    if booking is None:
        raise Http404
    try:
        cancel_booking(booking, which={booking.pk}, now=now)
    except Refused as refusal:
        return _page(request, connector, now, **what_was_refused(refusal))
    return redirect_and_say("cancelled", "connector_page", connector.secret)


# Who came --------------------------------------------------------------------------------


@opens_a_connectors_page("GET", "HEAD", "POST")
def connector_came(request, connector, now, pk):
    """Offered after a surgery, never pressed: who of hers came, as far as she knows."""
    surgery = _surgery(connector, pk, Surgery.objects.public())
    if not may_be_asked(surgery, now):
        return redirect("connector_page", connector.secret)
    bookings = to_ask_about(connector, surgery)
    form = WhoCameForm(request.POST if request.method == "POST" else None, bookings=bookings)
    if form.is_bound and form.is_valid():
        actions.say_who_came(connector, surgery, said=form.answers(), now=now)
        return redirect_and_say("came", "connector_page", connector.secret)
    about = _about(connector) | {"surgery": surgery, "form": form}
    return render(request, "surgeries/connector_pages/connector_came.html", about)


# The end ---------------------------------------------------------------------------------


@opens_a_connectors_page("GET", "HEAD", "POST")
def connector_stop(request, connector, now):
    """One press ends her page and the notes; her name goes too, if she wishes."""
    form = StopForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actions.close_page(connector, forget=form.cleaned_data["forget"], now=now)
        return redirect("connector_stopped")
    about = _about(connector) | {"form": form}
    return render(request, "surgeries/connector_pages/connector_stop.html", about)


@login_not_required
@require_safe
def connector_stopped(request):
    return render(request, "surgeries/connector_pages/connector_stopped.html")


def _surgery(connector, pk, surgeries):
    mine = surgeries.filter(series=connector.network.series_id)
    return get_object_or_404(mine.select_related("series", "venue"), pk=pk)
