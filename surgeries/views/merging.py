"""Two networks that are one, and a network that was never used."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surgeries.access import networks_organised_by
from surgeries.actions import merging
from surgeries.forms.networks import MergeForm
from surgeries.refusals import Refused

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def network_merge(request, slug, pk):
    """Asks which network this one is, shows what will move, and does it when she says so."""
    network = _network(request, slug, pk)
    others = network.series.networks.current().exclude(pk=pk).order_by("key")
    asked = request.POST if request.method == "POST" else request.GET or None
    form = MergeForm(asked, others=others)
    into = form.cleaned_data["into"] if form.is_valid() else None
    if into and request.method == "POST" and _merge(request, network, form):
        return redirect("network_detail", slug, into.pk)
    context = {"network": network, "form": form, "into": into, "others": others.exists()}
    if into:
        context["moves"] = merging.what_hangs_on(network)
    return _page(request, "network_merge", network.series, **context)


def _merge(request, network, form):
    into = form.cleaned_data["into"]
    try:
        merging.merge_networks(network, into=into, by=request.user, now=timezone.now())
    except Refused as refusal:
        form.add_error("into", refusal.sentence)
        return False
    names = {"network": network.name, "into": into.name}
    messages.success(request, _("“%(network)s” now counts for %(into)s.") % names)
    return True


@form_page
def network_delete(request, slug, pk):
    """Forget a network that nothing hangs on; where something does, it says what."""
    network = _network(request, slug, pk)
    hangs = merging.what_hangs_on(network)
    refused = ""
    if request.method == "POST":
        try:
            merging.delete_network(network, by=request.user, now=timezone.now())
        except Refused as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("%(network)s is deleted.") % {"network": network.name})
            return redirect("network_list", slug)
    context = {"network": network, "moves": hangs, "hangs": any(hangs.values()), "refused": refused}
    return _page(request, "network_delete", network.series, **context)


def _page(request, name, series, /, **context):
    context |= {"series": series, "nav": "networks"}
    return render(request, f"surgeries/networks/{name}.html", context)


def _network(request, slug, pk):
    mine = networks_organised_by(request.user).select_related("series")
    return get_object_or_404(mine, series__slug=slug, pk=pk)
