"""What messages say and when they leave, as an organiser sets it and looks ahead."""

from dataclasses import asdict

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surgeries.access import series_organised_by
from surgeries.actions import wording as actions
from surgeries.forms.wording import TimetableForm, WordingForm
from surgeries.messages import plan
from surgeries.messages.wording import preview_of, words_of
from surgeries.refusals import Refused
from surgeries.rules.reminders import CLOSES, FAR_AHEAD, OPENS, TIMETABLE
from surgeries.rules.wording import KINDS, PARTS, PLACEHOLDERS, or_ours
from surgeries.states import MessageKind

read_or_answer = require_http_methods(["GET", "HEAD", "POST"])


# When they leave -------------------------------------------------------------------------


@read_or_answer
def timetable_edit(request, slug):
    """When reminders leave, and at which times of day nobody is written to."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = TimetableForm(request.POST or None, series=series)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_timetable(series, **form.asked(), by=request.user)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, _("Saved. Reminders leave at these times from now on."))
            return redirect("timetable_edit", series.slug)
    context = {
        "series": series,
        "nav": "settings",
        "form": form,
        "far_ahead": FAR_AHEAD.days,
        "early": MessageKind.REMINDER_EARLY,
    }
    return render(request, "surgeries/wording/timetable_edit.html", context)


@require_POST
def timetable_reset(request, slug):
    """Our times again."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    actions.set_timetable(series, timetable=TIMETABLE, opens=OPENS, closes=CLOSES, by=request.user)
    messages.success(request, _("Reminders leave at our times again."))
    return redirect("timetable_edit", series.slug)


# What they say ---------------------------------------------------------------------------


@require_safe
def wording_list(request, slug):
    """The messages whose words are hers to choose, and which she has chosen."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    own = set(series.wordings.values_list("kind", flat=True))
    rows = [{"kind": kind, "is_own": kind in own} for kind in KINDS]
    context = {"series": series, "nav": "settings", "rows": rows}
    return render(request, "surgeries/wording/wording_list.html", context)


@read_or_answer
def wording_edit(request, slug, kind):
    """The words of one kind of message; to be looked at before they are kept."""
    series, kind = _series_and_kind(request, slug, kind)
    words = words_of(series, kind)
    form = WordingForm(request.POST or None, initial=asdict(words))
    if request.method == "POST" and form.is_valid():
        if "look" not in request.POST:
            actions.set_wording(series, kind, **form.cleaned_data, by=request.user)
            messages.success(request, _("Saved. The next one that leaves says it like this."))
            return redirect("wording_edit", series.slug, kind)
        words = or_ours(kind, form.words())
    context = {
        "series": series,
        "nav": "settings",
        "kind": kind,
        "form": form,
        "preview": preview_of(series, kind, words, timezone.now()),
        "looks": request.method == "POST" and form.is_valid(),
        "placeholders": [(f"{{{name}}}", what) for name, what in PLACEHOLDERS.items()],
        "is_own": series.wordings.filter(kind=kind).exists(),
    }
    return render(request, "surgeries/wording/wording_edit.html", context)


@require_POST
def wording_reset(request, slug, kind):
    """Our words again."""
    series, kind = _series_and_kind(request, slug, kind)
    actions.set_wording(series, kind, **dict.fromkeys(PARTS, ""), by=request.user)
    messages.success(request, _("These are our words again."))
    return redirect("wording_edit", series.slug, kind)


def _series_and_kind(request, slug, kind):
    """404 for a kind whose words are not hers to choose."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    if kind not in KINDS:
        raise Http404
    return series, MessageKind(kind)


# Who gets what when ----------------------------------------------------------------------


@require_safe
def messages_to_come(request, slug):
    """The next four weeks by day: when, whom, what and how, or why not."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    context = {
        "series": series,
        "nav": "people",
        "now": now,
        "days": plan.messages_to_come(series, now),
    }
    return render(request, "surgeries/wording/messages_to_come.html", context)
