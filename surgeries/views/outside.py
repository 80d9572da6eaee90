"""Figures for people outside the team: making a link, taking it back, and what it opens."""

import csv
import io

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from surgeries.access import series_organised_by, shared_views_organised_by
from surgeries.actions.outside import hide_more, share_figures, take_back_figures
from surgeries.forms.outside import HidingForm, SharedViewForm
from surgeries.models import SharedView
from surgeries.refusals import Refused
from surgeries.turnout.outside import outside, years_of
from surgeries.turnout.written import harmless
from surgeries.views.public_forms import public_form


@require_http_methods(["GET", "HEAD", "POST"])
def shared_list(request, slug):
    """The links there are, and a form for one more."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = SharedViewForm(request.POST if request.method == "POST" else None, series=series)
    if form.is_valid():
        try:
            share_figures(series, **form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, _("The page is made. Copy its link below and send it."))
            return redirect("shared_list", slug)
    return _list(request, series, form=form)


@require_POST
def shared_hide(request, slug):
    """Raise the number below which counts are hidden."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    hiding = HidingForm(request.POST, series=series)
    if not hiding.is_valid():
        return _list(request, series, hiding=hiding)
    hide_more(series, **hiding.cleaned_data, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("shared_list", slug)


@require_POST
def shared_take_back(request, slug, pk):
    view = get_object_or_404(shared_views_organised_by(request.user), series__slug=slug, pk=pk)
    take_back_figures(view, by=request.user, now=timezone.now())
    messages.success(request, _("Taken back. The link opens nothing any more."))
    return redirect("shared_list", slug)


def _list(request, series, *, form=None, hiding=None):
    context = {
        "series": series,
        "nav": "turnout",
        "form": form or SharedViewForm(series=series),
        "hiding": hiding or HidingForm(series=series),
        "views": series.shared_views.select_related("network"),
    }
    return render(request, "surgeries/outside/shared_list.html", context)


@public_form
@require_http_methods(["GET", "HEAD"])
@never_cache
def shared_view(request, secret):
    """What a funder, or a network, sees: the latest year, or the one asked for."""
    views = SharedView.objects.by_secret(secret).select_related("series", "network")
    view = get_object_or_404(views)
    now = timezone.now()
    years = years_of(view.series, now)
    year = request.GET.get("year") or (str(years[0]) if years else "")
    if year and year not in map(str, years):
        raise Http404
    figures = outside(view.series, int(year), now=now) if year else None
    lines = _lines_of(view, figures) if figures else ()
    if request.GET.get("format") == "csv" and figures:
        return _download(view, figures, lines)
    return render(
        request,
        "surgeries/outside/shared_view.html",
        {"view": view, "series": view.series, "figures": figures, "lines": lines},
    )


def _lines_of(view, figures):
    """The lines by network: of one network only its own."""
    if view.network_id is None:
        return figures.networks
    return [line for line in figures.networks if line.pk == view.network_id]


def _download(view, figures, lines):
    out = io.StringIO()
    writer = csv.writer(out)
    periods = [f"{quarter.year} Q{quarter.number}" for quarter in figures.quarters]
    writer.writerow(["", *periods, *([figures.year] if figures.is_whole_year else [])])
    totals = figures.totals if view.network_id is None else figures.totals[:1]
    for line in [*totals, *lines]:
        counts = [_("hidden") if count is None else f"{count:g}" for count in line.counts]
        writer.writerow([harmless(line.name), *counts])
    name = f"{view.series.slug}-{figures.year}.csv"
    # A mark at the start tells spreadsheets that this is UTF-8.
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
