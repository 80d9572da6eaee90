"""Turnout by referring network, and the list behind every number."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from surgeries.access import networks_organised_by, series_organised_by
from surgeries.forms.turnout import PeriodForm
from surgeries.models import Surgery
from surgeries.states import Verdict
from surgeries.turnout.networks import NOT_KNOWN, bookings_behind, turnout_by_network
from surgeries.turnout.page import bars, opening
from surgeries.turnout.written import as_csv, as_json, as_xlsx

ON_A_PAGE = 100
NOBODY = "none"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVERYBODY = ...
# What a list may be of, beside the figures that count bookings.
OF_EVENINGS = ("surgeries", "head_count")

HEADINGS = {
    "booked": gettext_lazy("Booked"),
    "recorded": gettext_lazy("Recorded: came or did not come"),
    "came": gettext_lazy("Booked and came"),
    "did_not_come": gettext_lazy("Booked and did not come"),
    "not_recorded": gettext_lazy("Booked, and nobody wrote down what became of it"),
    "walk_ins": gettext_lazy("Walked in"),
    "people": gettext_lazy("Came, booked or not"),
    "new_people": gettext_lazy("Came for the first time"),
    "surgeries": gettext_lazy("Surgeries with something recorded"),
    "head_count": gettext_lazy("Surgeries with people without a name"),
    "only_said": gettext_lazy("Said a network, and followed no link"),
    "only_followed": gettext_lazy("Followed a link, and said no network"),
    "both": gettext_lazy("Said a network and followed a link"),
    "agree": gettext_lazy("Said the network whose link they followed"),
    "neither": gettext_lazy("Said no network that we know, and followed no link"),
    "not_understood": gettext_lazy("Said something that we did not understand"),
}


@require_GET
def turnout(request, slug):
    mine = series_organised_by(request.user)
    series = get_object_or_404(mine, slug=slug)
    names = list(mine.order_by("name").values_list("slug", "name"))
    form, now = _period(request, series, names)
    asked = request.GET.get("series")
    if asked and asked != slug and asked in dict(names):
        return redirect(f"{reverse('turnout', args=[asked])}?{urlencode(form.query)}")
    from_, to = form.dates
    figures = turnout_by_network(series, now=now, from_=from_, to=to)
    if written := _download(request.GET.get("format"), series, figures, form.dates):
        return written
    return render(
        request,
        "surgeries/turnout/turnout.html",
        {
            "series": series,
            "nav": "turnout",
            "form": form,
            "query": urlencode(form.query),
            "turnout": figures,
            "opening": opening(figures),
            "bars": bars(figures),
            "to_ring": figures.said_to_be(Verdict.PHONE_CALL),
            "going_well": figures.said_to_be(Verdict.GOING_WELL),
            "too_few": figures.said_to_be(Verdict.TOO_FEW),
            "began": from_ is None and not figures.evenings,
        },
    )


@require_GET
def turnout_people(request, slug):
    """The bookings, or evenings, that one number counts: as many as it says (R62)."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    figure, network = request.GET.get("figure", "people"), _network(request, series)
    if figure not in HEADINGS:
        raise Http404
    form, now = _period(request, series)
    from_, to = form.dates
    period = {"now": now, "from_": from_, "to": to}
    if figure in OF_EVENINGS:
        rows = _evenings(series, period, figure, network)
    else:
        rows = bookings_behind(series, **period, figure=figure, network=network)
        rows = rows.select_related("attendee", "surgery__series", "credited_network").order_by(
            "-surgery__starts_at", "attendee__name_key", "pk"
        )
    return render(
        request,
        "surgeries/turnout/turnout_people.html",
        {
            "series": series,
            "nav": "turnout",
            "heading": HEADINGS[figure],
            "network": _name(network),
            "form": form,
            "query": urlencode(form.query),
            "same": urlencode(form.query | _asked(request)),
            "of_evenings": figure in OF_EVENINGS,
            "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        },
    )


def _period(request, series, mine=None):
    now = timezone.now()
    today = now.astimezone(series.zone).date()
    return PeriodForm(request.GET, today=today, series=series, mine=mine), now


def _network(request, series):
    """The network asked for, None for "Not known", or everybody."""
    asked = request.GET.get("network", "")
    if not asked:
        return EVERYBODY
    if asked == NOBODY:
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    return get_object_or_404(networks_organised_by(request.user), series=series, pk=asked)


def _name(network):
    if network is EVERYBODY:
        return ""
    return network.name if network else _(NOT_KNOWN)


def _asked(request):
    return {name: request.GET[name] for name in ("figure", "network") if name in request.GET}


def _evenings(series, period, figure, network):
    evenings = Surgery.objects.started(period["now"]).filter(series=series)
    if period["from_"]:
        evenings = evenings.on_or_after(period["from_"])
    if period["to"]:
        evenings = evenings.on_or_before(period["to"])
    if figure == "head_count":
        evenings = evenings.filter(head_count__gt=0)
    else:
        recorded = bookings_behind(series, **period, figure="recorded", network=network)
        evenings = evenings.filter(pk__in=recorded.values("surgery"))
    return evenings.order_by("-starts_at")


def _download(asked, series, figures, dates):
    """The figures as a file that says whom it is for; None when she asked for a page."""
    if asked == "csv":
        # A mark at the start tells spreadsheets that this is UTF-8.
        text, kind = "\ufeff" + as_csv(figures), "text/csv; charset=utf-8"
    elif asked == "xlsx":
        text, kind = as_xlsx(figures), SHEET
    elif asked == "json":
        from_, to = dates
        text, kind = as_json(figures, series=series.slug, from_=from_, to=to), "application/json"
    else:
        return None
    name = f"turnout-{series.slug}-team-only.{asked}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=kind, headers=headers)
