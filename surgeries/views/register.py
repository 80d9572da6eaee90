"""The register: kept on a phone, standing, by the organiser or at the door."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surgeries.access import may_organise, surgeries_at_the_door_of
from surgeries.actions import register as actions
from surgeries.forms.register import EveryoneForm, HeadCountForm, WalkInForm
from surgeries.models import Network
from surgeries.refusals import Refused
from surgeries.states import Outcome, SurgeryState

TAPS = {Outcome.CAME: actions.record_came, Outcome.NOT_RECORDED: actions.take_back}
REFUSED = 409
NOT_UNDERSTOOD = 422


@never_cache
@require_safe
def register(request, slug, pk):
    """Names by arrival time, one tap each; before its day, when it opens."""
    return _register(request, _surgery_at_her_door(request, slug, pk))


@require_POST
def register_tap(request, slug, pk, booking):
    """One name came, or not after all."""
    surgery = _surgery_at_her_door(request, slug, pk)
    booking = get_object_or_404(surgery.bookings.select_related("attendee"), pk=booking)
    tap = TAPS.get(request.POST.get("outcome"))
    if tap is None:
        raise BadRequest
    booking.surgery = surgery
    return _do(request, surgery, lambda now: tap(booking, by=request.user, now=now))


@require_POST
def register_walk_in(request, slug, pk):
    """Somebody without a booking: a first name, and who told them."""
    surgery = _surgery_at_her_door(request, slug, pk)
    form = WalkInForm(request.POST)
    if not form.is_valid():
        return _register(request, surgery, walk_in=form, status=NOT_UNDERSTOOD)
    answers = form.cleaned_data
    return _do(
        request,
        surgery,
        lambda now: actions.walk_in(surgery, **answers, by=request.user, now=now),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register_everyone(request, slug, pk):
    """ "That's everyone": the untouched names first; nothing changes until she says yes."""
    surgery = _surgery_at_her_door(request, slug, pk)
    if request.method == "POST":
        if "undo" in request.POST:
            return _do(request, surgery, lambda now: _undo_everyone(request, surgery, now))
        return _do(request, surgery, lambda now: _mark_everyone(request, surgery, now))
    if not surgery.register_is_open(timezone.now()):
        return _register(request, surgery)
    untouched = surgery.bookings.for_register().untouched()
    context = _context(request, surgery) | {"back": True, "untouched": untouched}
    return render(request, "surgeries/register/register_everyone.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register_head_count(request, slug, pk):
    """Just the number, for a night too busy for names; or the number taken back."""
    surgery = _surgery_at_her_door(request, slug, pk)
    if request.method == "POST" and "clear" in request.POST:
        return _do(request, surgery, lambda now: _count(request, surgery, None, now))
    form = HeadCountForm(request.POST or None, initial={"head_count": surgery.head_count})
    if request.method == "POST" and form.is_valid():
        count = form.cleaned_data["head_count"]
        return _do(request, surgery, lambda now: _count(request, surgery, count, now))
    tapped = surgery.bookings.expected().came().count()
    context = _context(request, surgery) | {"back": True, "form": form, "tapped": tapped}
    return render(request, "surgeries/register/register_head_count.html", context)


@require_safe
def register_print(request, slug, pk):
    """The same register on paper, with boxes to tick and no contact details (R45)."""
    surgery = _surgery_at_her_door(request, slug, pk)
    groups = _by_arrival(surgery.bookings.for_register().filter(walked_in=False))
    paper = {"back": True, "groups": groups, "blank_lines": range(6)}
    context = _context(request, surgery) | paper
    return render(request, "surgeries/register/register_print.html", context)


def _surgery_at_her_door(request, slug, pk):
    surgeries = surgeries_at_the_door_of(request.user).exclude(state=SurgeryState.CANCELLED)
    return get_object_or_404(surgeries, series__slug=slug, pk=pk)


def _do(request, surgery, act):
    """Act, and show the register again; a refusal stands above it."""
    try:
        act(timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return _register(request, surgery, status=REFUSED)
    return redirect("register", surgery.series.slug, surgery.pk)


def _mark_everyone(request, surgery, now):
    form = EveryoneForm(request.POST, surgery=surgery)
    if not form.is_valid():
        raise BadRequest
    seen = form.cleaned_data["seen"]
    marked = actions.mark_everyone(surgery, seen=seen, by=request.user, now=now)
    said = ngettext("%d name: did not come.", "%d names: did not come.", marked) % marked
    messages.success(request, said if marked else _("Every name has an answer."))


def _undo_everyone(request, surgery, now):
    restored = actions.undo_everyone(surgery, by=request.user, now=now)
    said = ngettext("%d name is not recorded again.", "%d names are not recorded again.", restored)
    messages.success(request, said % restored)


def _count(request, surgery, count, now):
    actions.set_head_count(surgery, count=count, by=request.user, now=now)
    messages.success(
        request, _("The head count is gone.") if count is None else _("The head count is kept.")
    )


def _register(request, surgery, *, walk_in=None, status=200):
    now = timezone.now()
    context = _context(request, surgery)
    if not surgery.register_is_open(now):
        return render(request, "surgeries/register/register_opens.html", context, status=status)
    rows = list(surgery.bookings.for_register())
    booked = [row for row in rows if not row.walked_in]
    came = sum(row.outcome == Outcome.CAME for row in rows)
    context |= {
        "groups": _by_arrival(booked),
        "walk_ins": [row for row in rows if row.walked_in],
        "in_the_room": came + (surgery.head_count or 0),
        "untouched": sum(row.outcome == Outcome.NOT_RECORDED for row in booked),
        "started": surgery.starts_at <= now,
        "undo_everyone": actions.everyone_can_be_undone(surgery, now),
        "walk_in": walk_in or WalkInForm(),
        "networks": _suggestions(surgery.series, organises=context["organises"]),
    }
    return render(request, "surgeries/register/register.html", context, status=status)


def _context(request, surgery):
    return {
        "surgery": surgery,
        "series": surgery.series,
        "organises": may_organise(request.user, surgery.series),
    }


def _by_arrival(rows):
    """[{slot, rows, came}] in order of arrival; rows without a time come last."""
    groups = [(slot, list(group)) for slot, group in groupby(rows, key=lambda row: row.slot)]
    return [
        {"slot": slot, "rows": group, "came": sum(r.outcome == Outcome.CAME for r in group)}
        for slot, group in groups
    ]


def _suggestions(series, *, organises):
    """Names of networks that are not put away; the door sees no private ones."""
    networks = Network.objects.current().filter(series=series)
    return (networks if organises else networks.not_private()).values_list("name", flat=True)
