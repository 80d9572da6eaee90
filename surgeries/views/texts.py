"""Texts of a series: on or off, how many a month, and how many were used."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surgeries.access import series_organised_by
from surgeries.actions.texts import set_texts
from surgeries.forms.texts import TextsForm
from surgeries.refusals import Refused
from surgeries.rules.texts import takes_replies
from surgeries.turnout.texts import texts_used


@require_http_methods(["GET", "HEAD", "POST"])
def series_texts(request, slug):
    """What texts do for people, and what they use; where nobody sends them, it says so."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    form = TextsForm.of(series, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            set_texts(series, **form.cleaned_data, by=request.user, now=now)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, _said(series))
            return redirect("series_texts", series.slug)
    context = {
        "series": series,
        "nav": "settings",
        "form": form,
        "used": texts_used(series, now),
        "sends": bool(settings.TEXTS_BY),
        "replies": takes_replies(settings.TEXTS_FROM),
    }
    return render(request, "surgeries/texts/series_texts.html", context)


def _said(series):
    if series.sends_texts:
        return _("Saved. People who gave us a mobile number get texts.")
    return _("Saved. No texts are sent. People without email stand on your ring list.")
