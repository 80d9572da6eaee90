"""Bringing in a register of the past: upload, look, say yes, undo."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from surgeries.access import import_drafts_of, imports_organised_by, series_organised_by
from surgeries.actions import imports
from surgeries.actions.undo_imports import undo_import
from surgeries.forms.imports import ColumnsForm, UploadForm
from surgeries.refusals import Refused
from surgeries.turnout.imports import preview_of

RUNS_SHOWN = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def import_start(request, slug):
    """Step 1: a file or pasted rows; and every import so far."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        imports.keep_draft(
            series,
            filename=form.cleaned_data["filename"],
            table=form.cleaned_data["table"],
            by=request.user,
            now=timezone.now(),
        )
        return redirect("import_preview", slug)
    runs = imports_organised_by(request.user).filter(series=series).select_related("started_by")
    return render(
        request,
        "surgeries/imports/import_start.html",
        {
            "series": series,
            "nav": "turnout",
            "form": form,
            "runs": runs.order_by("-pk")[:RUNS_SHOWN],
        },
    )


@form_page
def import_preview(request, slug):
    """Step 2: which column is which, and what would come in. Step 3 is her yes."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    draft = import_drafts_of(request.user).filter(series=series).first()
    if not draft:
        return redirect("import_start", slug)
    table = draft.table
    _line, header = next(table)
    asked = request.POST if request.method == "POST" else request.GET
    form = ColumnsForm(asked, header=header, zone=series.zone)
    if request.method == "POST" and form.is_valid() and (run := _bring_in(request, draft, form)):
        return run
    return render(
        request,
        "surgeries/imports/import_preview.html",
        {
            "series": series,
            "nav": "turnout",
            "draft": draft,
            "form": form,
            "preview": preview_of(series, table, form.layout) if form.is_valid() else None,
        },
    )


def _bring_in(request, draft, form):
    """Where to go once it is in; None when it may not come in, with the reason in the form."""
    try:
        done = imports.import_draft(draft, form.layout, by=request.user, now=timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return None
    if not done.run:
        messages.success(request, _("Nothing changed: all of it is here already."))
        return redirect("import_start", draft.series.slug)
    messages.success(request, _("It is in."))
    return redirect("import_detail", draft.series.slug, done.run.pk)


@require_GET
def import_detail(request, slug, pk):
    run = _run(request, slug, pk)
    return render(
        request,
        "surgeries/imports/import_detail.html",
        {"series": run.series, "nav": "turnout", "run": run},
    )


@form_page
def import_undo(request, slug, pk):
    """Asks first; her yes takes the import out as a whole."""
    run = _run(request, slug, pk)
    if request.method == "POST":
        try:
            undo_import(run, by=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return redirect("import_detail", slug, pk)
        messages.success(request, _("Undone. What this import brought is gone."))
        return redirect("import_start", slug)
    return render(
        request,
        "surgeries/imports/import_undo.html",
        {"series": run.series, "nav": "turnout", "run": run},
    )


def _run(request, slug, pk):
    mine = imports_organised_by(request.user).select_related("series", "started_by")
    return get_object_or_404(mine, series__slug=slug, pk=pk)
