"""The way of a person by network, its pictures and downloads, and the list behind every number."""

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
from surgeries.forms.way import ALL_SERIES, WayForm
from surgeries.models import Surgery
from surgeries.turnout import way_written
from surgeries.turnout.funnel import funnel
from surgeries.turnout.networks import NOT_KNOWN
from surgeries.turnout.trend import trend
from surgeries.turnout.way import (
    PEOPLE,
    Scope,
    bookings_on_the_way,
    links_opened,
    people_on_the_way,
    way,
)
from surgeries.turnout.way_page import opening

ON_A_PAGE = 100
DATES = 60
EVERYBODY = ...
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = {
    "told": gettext_lazy("Links opened"),
    "booked": gettext_lazy("People who booked"),
    "came": gettext_lazy("People who came"),
    "came_again": gettext_lazy("People who came to two surgeries or more"),
    "helped": gettext_lazy("People who helped after they first came"),
    "organises": gettext_lazy("People who came, helped and organise now"),
    "first_timers": gettext_lazy("People who came for the first time"),
    "late_cancels": gettext_lazy("Cancelled late"),
    "not_recorded": gettext_lazy("Booked, and nobody wrote down what became of it"),
    "recorded": gettext_lazy("Bookings recorded: came or did not come"),
    "came_of_booked": gettext_lazy("Booked and came"),
}


@require_GET
def turnout_way(request, slug):
    series, form, scope, elsewhere = _asked(request, slug)
    if elsewhere:
        return redirect(f"{reverse('turnout_way', args=[elsewhere])}?{urlencode(form.query)}")
    figures = way(scope)
    if written := _download(request.GET.get("format"), series, figures, scope):
        return written
    earlier = scope.before(form.today)
    before = way(earlier) if earlier else None
    by_network = {row.pk: row for row in before.networks} if before else {}
    months = trend(scope, today=form.today) if not scope.surgery else None
    return render(
        request,
        "surgeries/way/turnout_way.html",
        {
            "series": series,
            "nav": "turnout",
            "form": form,
            "query": urlencode(form.query),
            "way": figures,
            "before": before,
            "query_before": _query_of(earlier, form),
            "opening": opening(figures, before),
            "rows": [
                (row, by_network.get(row.pk), months and months.sparks.get(row.pk))
                for row in figures.networks
            ],
            "trend": months,
            "funnel": funnel(figures),
            "several": len(scope.series) > 1,
        },
    )


@require_GET
def turnout_way_people(request, slug):
    """The people, bookings or links that one number counts: as many as it says (R62)."""
    series, form, scope, _elsewhere = _asked(request, slug)
    figure = request.GET.get("figure", "came")
    if figure not in HEADINGS:
        raise Http404
    network = _network(request, scope)
    page = Paginator(_rows(scope, figure, network), ON_A_PAGE).get_page(request.GET.get("page"))
    kept = {name: request.GET[name] for name in ("figure", "network") if name in request.GET}
    return render(
        request,
        "surgeries/way/turnout_way_people.html",
        {
            "series": series,
            "nav": "turnout",
            "form": form,
            "heading": HEADINGS[figure],
            "network": _name(network),
            "kind": _kind(figure),
            "query": urlencode(form.query),
            "same": urlencode(form.query | kept),
            "page": page,
        },
    )


def _asked(request, slug):
    """The series of the page, the form, the scope, and the slug of another series if she chose."""
    now = timezone.now()
    mine = list(series_organised_by(request.user).order_by("name"))
    series = next((one for one in mine if one.slug == slug), None)
    if not series:
        raise Http404
    dates = list(Surgery.objects.started(now).filter(series=series).order_by("-on")[:DATES])
    form = WayForm(
        request.GET,
        today=now.astimezone(series.zone).date(),
        series=series,
        mine=[(one.slug, one.name) for one in mine],
        surgeries=dates,
    )
    asked = form.cleaned_data["series"] if form.is_valid() else slug
    elsewhere = asked if asked in {one.slug for one in mine} - {slug} else None
    surgery = next((one for one in dates if one.pk == form.one_surgery), None)
    from_, to = (None, None) if surgery else form.dates
    whose = tuple(mine) if form.is_for_all else (series,)
    return series, form, Scope(whose, now, from_, to, surgery), elsewhere


def _query_of(scope, form):
    """What a link to a list of the time before hands on."""
    if not scope:
        return ""
    days = {"start": scope.from_.isoformat(), "end": scope.to.isoformat()}
    return urlencode(days | ({"series": ALL_SERIES} if form.is_for_all else {}))


def _rows(scope, figure, network):
    if figure == "told":
        return links_opened(scope, network=network) if not scope.surgery else []
    if figure in PEOPLE:
        return people_on_the_way(scope, figure=figure, network=network)
    bookings = bookings_on_the_way(scope, figure=figure, network=network)
    with_all = bookings.select_related("attendee", "surgery__series", "credited_network")
    return with_all.order_by("-surgery__starts_at", "attendee__name_key", "pk")


def _kind(figure):
    if figure == "told":
        return "links"
    return "people" if figure in PEOPLE else "bookings"


def _network(request, scope):
    asked = request.GET.get("network", "")
    if not asked:
        return EVERYBODY
    if asked == "none":
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    mine = networks_organised_by(request.user).filter(series__in=scope.series)
    return get_object_or_404(mine, pk=asked)


def _name(network):
    if network is EVERYBODY:
        return ""
    return network.name if network else _(NOT_KNOWN)


def _download(asked, series, figures, scope):
    """The figures as a file that says whom it is for; None when she asked for a page."""
    if asked == "csv":
        # A mark at the start tells spreadsheets that this is UTF-8.
        text, kind = "\ufeff" + way_written.as_csv(figures), "text/csv; charset=utf-8"
    elif asked == "xlsx":
        text, kind = way_written.as_xlsx(figures), SHEET
    elif asked == "json":
        text, kind = way_written.as_json(figures, scope), "application/json"
    else:
        return None
    name = f"way-{series.slug}-team-only.{asked}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=kind, headers=headers)
