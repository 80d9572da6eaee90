"""Surgeries as their organiser sees them: this week, all of them, one of them, a venue."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from surgeries.access import series_organised_by, surgeries_organised_by, venues_organised_by
from surgeries.actions import schedule
from surgeries.actions.notices import foresee
from surgeries.actions.places import short_of_chairs
from surgeries.forms.schedule import CopyForm, SurgeryForm, VenueForm
from surgeries.forms.sharing import ShareForm
from surgeries.models import Helping, Message, Surgery
from surgeries.refusals import Refused
from surgeries.rules.reminders import is_nearly_here
from surgeries.states import OPEN, HelpingState, SurgeryState
from surgeries.templatetags.words import day as in_words
from surgeries.turnout.cards import worth_showing
from surgeries.turnout.evening import evening_of
from surgeries.turnout.forecast import forecasts_of
from surgeries.turnout.ringing import desk_of, free_places_at
from surgeries.turnout.schedule import with_figures
from surgeries.turnout.sharing import known_names
from surgeries.views.cards import cards_for
from surgeries.views.helpings import about_help, offers_elsewhere

PAST_ON_A_PAGE = 20
SHOWN = 6
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def series_week(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    to_come = list(with_figures(series.surgeries.to_come(now))[:SHOWN])
    before = list(with_figures(series.surgeries.over(now))[:3])
    giving, ring = desk_of(series, now, most=SHOWN)
    give = [call for evening in giving for call in evening.calls][:SHOWN]
    replies = list(series.replies.unread().select_related("attendee")[:SHOWN])
    short = short_of_chairs([s for s in to_come if s.state == SurgeryState.PUBLISHED])
    rung_about = [call.booking.pk for call in ring]
    trouble = list(_trouble(now).filter(series=series).exclude(booking__in=rung_about)[:SHOWN])
    helpings = list(
        Helping.objects.filter(surgery__in=to_come)
        .exclude(state=HelpingState.WITHDRAWN)
        .select_related("helper", "surgery")
        .order_by("surgery__starts_at", "state", "offered_at")
    )
    for surgery in (*to_come, *before):
        surgery.series = series
    next_up = next((s for s in to_come if s.state == SurgeryState.PUBLISHED), None)
    next_up = next_up or next(iter(to_come), None)
    undone = {"give": give, "ring": ring, "reply": replies, "chairs": short, "message": trouble}
    todo = _the_one_thing(series, to_come, before, undone, helpings)
    cards = cards_for(request.user, series, now)
    shown = worth_showing(cards)
    return render(
        request,
        "surgeries/schedule/series_week.html",
        {
            "series": series,
            "nav": "week",
            "now": now,
            "today": now.astimezone(series.zone).date(),
            "first_run": not to_come and not before,
            "next_up": next_up,
            "before": before,
            **{what: rows[1:] if todo[0] == what else rows for what, rows in undone.items()},
            "giving": giving,
            **about_help(next_up, now),
            **offers_elsewhere(series, next_up, now),
            "todo": dict([todo]),
            "open_registers": any(surgery.untouched for surgery in before),
            "cards": shown,
            "more_cards": len(cards) > len(shown),
            "form": ShareForm(),
            "known": known_names(series),
        },
    )


def _the_one_thing(series, to_come, before, undone, helpings):
    """What needs doing first, as (what, the row it is about); `undone` lists what else does."""
    offers = [h for h in helpings if h.state == HelpingState.OFFERED]
    drafts = [s for s in to_come if s.state == SurgeryState.DRAFT]
    published = [s for s in to_come if s.state == SurgeryState.PUBLISHED]
    open_registers = [s for s in before if s.state == SurgeryState.PUBLISHED and s.untouched]
    last = [] if to_come else before
    for what, rows in (
        ("give", undone["give"]),
        ("reply", undone["reply"]),
        ("ring", undone["ring"]),
        ("chairs", undone["chairs"]),
        ("message", undone["message"]),
        ("offer", offers),
        ("publish", drafts),
        ("number", [] if series.phone else published),
        ("register", open_registers),
        ("next_date", last),
    ):
        if rows:
            return what, rows[0]
    return "nothing", True


@require_GET
def surgery_list(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    over = series.surgeries.filter(Q(ends_at__lte=now) | ~Q(state__in=OPEN))
    past = Paginator(with_figures(over.order_by("-starts_at")), PAST_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    to_come = list(with_figures(series.surgeries.to_come(now)))
    last = series.surgeries.to_copy().select_related("venue").first()
    if last:
        last.series = series
    for surgery in (*to_come, *past):
        surgery.series = series
    forecasts = forecasts_of(series, to_come, now)
    for surgery in to_come:
        surgery.forecast = forecasts[surgery.pk]
    return render(
        request,
        "surgeries/schedule/surgery_list.html",
        {
            "series": series,
            "nav": "surgeries",
            "to_come": to_come,
            "past": past,
            "last": last,
            "next_date": last and schedule.next_date_after(last, now=now),
        },
    )


@form_page
def surgery_create(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    if request.method == "POST":
        form = SurgeryForm(request.POST, series=series)
        publish = "publish" in request.POST
        if form.is_valid():
            surgery = _try(
                form,
                schedule.create_surgery,
                series,
                **form.cleaned_data,
                publish=publish,
                by=request.user,
                now=now,
            )
            if surgery:
                _say_what_was_saved(request, surgery)
                return redirect("surgery_detail", series.slug, surgery.pk)
    else:
        last = series.surgeries.to_copy().select_related("venue").first()
        if last:
            last.series = series
        form = SurgeryForm.next_to(series, last, last and schedule.next_date_after(last, now=now))
    return render(
        request,
        "surgeries/schedule/surgery_create.html",
        {"series": series, "nav": "surgeries", "form": form},
    )


@require_GET
def surgery_detail(request, slug, pk):
    surgery = _surgery(request, slug, pk)
    now = timezone.now()
    evening = evening_of(surgery, now)
    upcoming = surgery.is_upcoming(now)
    late = upcoming and is_nearly_here(surgery.starts_at, now)
    trouble = _trouble(now).filter(Q(booking__surgery=surgery) | Q(helping__surgery=surgery))
    about = about_help(surgery, now)
    more = about["help"].worth_opening(places=evening.places, free=evening.free)
    return render(
        request,
        "surgeries/schedule/surgery_detail.html",
        {
            "series": surgery.series,
            "nav": "surgeries",
            "surgery": surgery,
            "now": now,
            "today": now.astimezone(surgery.series.zone).date(),
            "evening": evening,
            "giving": free_places_at(surgery, now) if late else None,
            "short": short_of_chairs([surgery] if upcoming else []),
            **about,
            "more_places": more,
            "places_then": evening.places + more,
            "message": trouble,
            "clashes": _clashes(surgery, now),
            "started": surgery.starts_at <= now,
            "over": surgery.ends_at <= now,
            "opens_later": surgery.opens_on() > now.astimezone(surgery.series.zone).date(),
            "next_date": surgery.venue and schedule.next_date_after(surgery, now=now),
        },
    )


@form_page
def surgery_edit(request, slug, pk):
    """Says what a change does to people before it does it; what nobody notices is saved at once."""
    surgery = _surgery(request, slug, pk)
    form = SurgeryForm.of(surgery, request.POST if request.method == "POST" else None)
    context = {"series": surgery.series, "nav": "surgeries", "surgery": surgery, "form": form}
    if "back" not in request.POST and form.is_valid():
        change = form.cleaned_data | {"by": request.user, "now": timezone.now()}
        if "sure" not in request.POST:
            foreseen = _try(form, partial(foresee, schedule.move_surgery), surgery, **change)
            if foreseen and foreseen.change.matters:
                about = context | {"after": foreseen, "now": change["now"]}
                return render(request, "surgeries/schedule/surgery_edit_sure.html", about)
        changed = form.is_valid() and _try(form, schedule.move_surgery, surgery, **change)
        if changed:
            _say_what_was_saved(request, changed)
            return redirect("surgery_detail", slug, pk)
    return render(request, "surgeries/schedule/surgery_edit.html", context)


@require_POST
def surgery_publish(request, slug, pk):
    surgery = _surgery(request, slug, pk)
    if published := _do(request, schedule.publish_surgery, surgery):
        _say_what_was_saved(request, published)
    return redirect("surgery_detail", slug, pk)


@form_page
def surgery_copy(request, slug, pk):
    """Asks for the next date with one button; the button copies it."""
    surgery = _surgery(request, slug, pk)
    if request.method == "POST":
        form = CopyForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("We could not read that date. Press the button once more."))
            return redirect("surgery_copy", slug, pk)
        copy = _do(request, schedule.copy_surgery, surgery, **form.cleaned_data)
        if copy:
            _say_what_was_saved(request, copy)
        return redirect("surgery_detail", slug, copy.pk if copy else pk)
    return render(
        request,
        "surgeries/schedule/surgery_copy.html",
        {
            "series": surgery.series,
            "nav": "surgeries",
            "surgery": surgery,
            "next_date": schedule.next_date_after(surgery, now=timezone.now()),
            "untouched": surgery.bookings.untouched().count() if surgery.closed_at else 0,
        },
    )


@form_page
def surgery_cancel(request, slug, pk):
    """Says who is told, and how, before one button calls it off."""
    surgery = _surgery(request, slug, pk)
    if request.method == "POST":
        if cancelled := _do(request, schedule.cancel_surgery, surgery):
            told = _who_is_told(cancelled.change.news)
            messages.success(request, " ".join([_("The surgery is cancelled."), *told]))
        return redirect("surgery_detail", slug, pk)
    after = _do(request, partial(foresee, schedule.cancel_surgery), surgery)
    if not after:
        return redirect("surgery_detail", slug, pk)
    context = {"series": surgery.series, "nav": "surgeries", "surgery": surgery, "after": after}
    context["now"] = timezone.now()
    return render(request, "surgeries/schedule/surgery_cancel.html", context)


@require_POST
def surgery_close(request, slug, pk):
    surgery = _surgery(request, slug, pk)
    now = timezone.now()
    closed = _do(request, schedule.close_surgery, surgery)
    if not closed:
        return redirect("surgery_detail", slug, pk)
    messages.success(request, _("Closed. You can still fill in the register."))
    if closed.venue and not surgery.series.surgeries.to_come(now).exists():
        return redirect("surgery_copy", slug, pk)
    if closed.bookings.untouched().exists():
        return redirect("register_everyone", slug, pk)
    return redirect("surgery_detail", slug, pk)


@form_page
def venue_edit(request, slug, pk):
    venue = get_object_or_404(
        venues_organised_by(request.user).select_related("series"), series__slug=slug, pk=pk
    )
    form = VenueForm(request.POST if request.method == "POST" else None, instance=venue)
    if form.is_valid():
        saved = _try(
            form,
            schedule.describe_venue,
            venue,
            **form.cleaned_data,
            by=request.user,
            now=timezone.now(),
        )
        if saved:
            messages.success(request, _("The card of %(place)s is saved.") % {"place": saved.name})
            return redirect("surgery_list", slug)
    return render(
        request,
        "surgeries/schedule/venue_edit.html",
        {"series": venue.series, "nav": "surgeries", "venue": venue, "form": form},
    )


def _surgery(request, slug, pk):
    return get_object_or_404(surgeries_organised_by(request.user), series__slug=slug, pk=pk)


def _try(form, action, subject, **arguments):
    """What the action returns, or None with its refusal at the field it belongs to."""
    try:
        return action(subject, **arguments)
    except Refused as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, refusal.sentence)
        return None


def _do(request, action, surgery, **arguments):
    """What the action returns, or None with its refusal as a note on the next page."""
    try:
        return action(surgery, **arguments, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return None


def _trouble(now):
    """Messages that want a person, with whom they were for."""
    return Message.objects.unsettled(now).select_related(
        "booking__attendee", "helping__helper", "invitation", "member__user"
    )


def _clashes(surgery, now):
    if surgery.is_cancelled or surgery.ends_at <= now:
        return []
    return Surgery.objects.clashing_with(surgery)


def _say_what_was_saved(request, surgery):
    words = {"day": in_words(surgery.on)}
    if surgery.state == SurgeryState.DRAFT:
        sentences = [_("%(day)s is saved. Nobody sees it until you publish it.") % words]
    elif change := getattr(surgery, "change", None):
        sentences = [_("%(day)s is saved.") % words, *_who_is_told(change.news)]
    else:
        sentences = [_("%(day)s is on its page, for everybody to see.") % words]
    messages.success(request, " ".join(sentences))


def _who_is_told(news):
    """Sentences about what goes out now, or at 9am, and who is left to ring."""
    if news.emails or news.texts:
        yield _("We write to everybody now, or in the morning if it is night.")
    if news.to_ring:
        yield ngettext(
            "Ring %(people)d person whom no message reaches.",
            "Ring %(people)d people whom no message reaches.",
            len(news.to_ring),
        ) % {"people": len(news.to_ring)}
