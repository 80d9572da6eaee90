"""Answers we did not understand: a short list, and one tap explains each of them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from surgeries.access import aliases_organised_by, series_organised_by
from surgeries.actions.heard import (
    explain_answer,
    explain_answer_by_name,
    take_back_explanation,
)
from surgeries.forms.heard import ExplainForm
from surgeries.refusals import Refused
from surgeries.states import AliasKind
from surgeries.turnout.heard import answers_in_doubt, explained_lately


@require_GET
def heard_list(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    return render(
        request,
        "surgeries/heard/heard_list.html",
        {
            "series": series,
            "nav": "networks",
            "heard": answers_in_doubt(series),
            "explained": explained_lately(series),
            "networks": series.networks.order_by("key"),
        },
    )


@require_POST
def heard_explain(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = ExplainForm(request.POST, networks=series.networks)
    if not form.is_valid():
        messages.error(request, _("Choose what these words mean."))
        return redirect("heard_list", slug)
    told = form.cleaned_data
    about = {"words": told["words"], "by": request.user, "now": timezone.now()}
    try:
        if told["network"] or told["none"]:
            alias = explain_answer(series, network=told["network"], **about)
        else:
            alias = explain_answer_by_name(series, name=told["name"], **about)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _said_of(alias))
    return redirect("heard_list", slug)


@require_POST
def heard_undo(request, slug, pk):
    mine = aliases_organised_by(request.user).filter(kind=AliasKind.ANSWER)
    alias = get_object_or_404(mine, series__slug=slug, pk=pk)
    words = alias.words
    take_back_explanation(alias, by=request.user, now=timezone.now())
    messages.success(request, _("“%(words)s” is as it was before.") % {"words": words})
    return redirect("heard_list", slug)


def _said_of(alias):
    if not alias.network:
        return _("“%(words)s” names no network, now and from now on.") % {"words": alias.words}
    words = {"words": alias.words, "network": alias.network.name}
    return _("“%(words)s” means %(network)s, now and from now on.") % words
