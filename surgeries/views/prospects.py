"""The three lists of the 2009 recipe, on one page."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from surgeries.access import prospects_organised_by, series_organised_by
from surgeries.actions import prospects
from surgeries.forms.prospects import ProspectForm, ProspectNetworkForm
from surgeries.refusals import Refused
from surgeries.states import RecipeList
from surgeries.views.networks import SUGGESTIONS

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def prospect_lists(request, slug):
    """Three lists, each with a line to add at its end; whoever was not asked yet stands first."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    sent = ProspectForm(request.POST, auto_id="add_%s") if request.method == "POST" else None
    if sent and sent.is_valid():
        by_now = {"by": request.user, "now": timezone.now()}
        prospects.add_prospect(series, **sent.cleaned_data, **by_now)
        return redirect("prospect_lists", slug)
    lines = {kind: [] for kind in RecipeList}
    found = series.prospects.select_related("network").order_by("asked_at", "pk")
    for line in found:
        lines[line.list].append(line)
    for kind in RecipeList:
        lines[kind].sort(key=lambda line: line.asked_at is not None)
    lists = [(kind, lines[kind], _form(kind, sent)) for kind in RecipeList]
    return _page(request, "prospect_lists", series, lists=lists, sent=sent)


def _form(kind, sent):
    """The form below one list: what was sent to it, or an empty one."""
    if sent and sent.data.get("list") == kind:
        return sent
    return ProspectForm(initial={"list": kind}, auto_id=f"{kind}_%s")


@require_POST
def prospect_asked(request, slug, pk):
    prospect, asked = _prospect(request, slug, pk), "not_yet" not in request.POST
    prospects.mark_asked(prospect, asked=asked, by=request.user, now=timezone.now())
    return redirect("prospect_lists", slug)


@require_POST
def prospect_remove(request, slug, pk):
    prospect = _prospect(request, slug, pk)
    prospects.remove_prospect(prospect, by=request.user, now=timezone.now())
    messages.success(request, _("“%(who)s” is off the list.") % {"who": prospect.who})
    return redirect("prospect_lists", slug)


@form_page
def prospect_network(request, slug, pk):
    """Which network a line is about: one there is, or a new one."""
    prospect = _prospect(request, slug, pk)
    name = prospect.network.name if prospect.network else prospect.who
    form = ProspectNetworkForm(
        request.POST if request.method == "POST" else None, initial={"name": name}
    )
    if form.is_valid():
        by_now = {"by": request.user, "now": timezone.now()}
        try:
            network = prospects.link_prospect(prospect, **form.cleaned_data, **by_now)
        except Refused as refusal:
            form.add_error("name", refusal.sentence)
        else:
            return redirect("network_detail", slug, network.pk)
    networks = prospect.series.networks.current().order_by("key")
    known = networks.values_list("name", flat=True)[:SUGGESTIONS]
    context = {"prospect": prospect, "form": form, "known": known}
    return _page(request, "prospect_network", prospect.series, **context)


def _page(request, name, series, /, **context):
    context |= {"series": series, "nav": "networks"}
    return render(request, f"surgeries/prospects/{name}.html", context)


def _prospect(request, slug, pk):
    mine = prospects_organised_by(request.user).select_related("series", "network")
    return get_object_or_404(mine, series__slug=slug, pk=pk)
