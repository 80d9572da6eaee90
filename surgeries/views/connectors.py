"""A trusted person in a network: added, changed, put away, brought back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from surgeries.access import connectors_organised_by, networks_organised_by
from surgeries.actions import connectors
from surgeries.forms.connectors import ConnectorForm
from surgeries.refusals import Refused

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def connector_create(request, slug, pk):
    mine = networks_organised_by(request.user).select_related("series")
    network = get_object_or_404(mine, series__slug=slug, pk=pk)
    form = ConnectorForm(request.POST if request.method == "POST" else None)
    return _form_page(request, network, form)


@form_page
def connector_edit(request, slug, pk):
    connector = _connector(request, slug, pk)
    form = ConnectorForm.of(connector, request.POST if request.method == "POST" else None)
    return _form_page(request, connector.network, form, connector)


def _form_page(request, network, form, connector=None):
    slug = network.series.slug
    if form.is_valid() and _write(request, network, form, connector):
        return redirect("network_detail", slug, network.pk)
    return render(
        request,
        "surgeries/networks/connector_edit.html",
        {
            "series": network.series,
            "nav": "networks",
            "network": network,
            "connector": connector,
            "form": form,
        },
    )


def _write(request, network, form, connector):
    by_now = {"by": request.user, "now": timezone.now()}
    try:
        connectors.write_connector(network, connector, **form.cleaned_data, **by_now)
    except Refused as refusal:
        form.add_error(refusal.field, refusal.sentence)
        return False
    messages.success(request, _("Saved."))
    return True


@require_POST
def connector_away(request, slug, pk):
    """Ask this person no longer, or again."""
    connector, away = _connector(request, slug, pk), "back" not in request.POST
    connectors.put_connector_away(connector, away=away, by=request.user, now=timezone.now())
    return redirect("network_detail", slug, connector.network_id)


def _connector(request, slug, pk):
    mine = connectors_organised_by(request.user).select_related("network__series")
    return get_object_or_404(mine, network__series__slug=slug, pk=pk)
