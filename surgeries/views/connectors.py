"""A trusted person in a network: added, changed, put away, brought back."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from surgeries.access import connectors_organised_by, networks_organised_by
from surgeries.actions import connector_pages, connectors
from surgeries.forms.connectors import ConnectorForm
from surgeries.messages.channels import channel_of
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
            **_about_page(connector),
        },
    )


def _about_page(connector):
    """Her page as the organiser sees it; its address only where no message can bring it to her."""
    if connector is None or not connector.has_page:
        return {}
    channel = channel_of(connector, connector.network.series)
    where = reverse("connector_page", args=[connector.secret])
    return {"channel": channel, "address": "" if channel else settings.SITE_URL + where}


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


@require_POST
def connector_give(request, slug, pk):
    """A page of her own, sent or sent again under a new address; or no page any more."""
    connector, now = _connector(request, slug, pk), timezone.now()
    try:
        if "off" in request.POST:
            connector_pages.close_page(connector, by=request.user, now=now)
            messages.success(request, _("The page is switched off."))
        elif connector_pages.send_page(connector, by=request.user, now=now):
            messages.success(request, _("The link is on its way."))
        else:
            messages.success(request, _("Here is the link. Please hand it over yourself."))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("connector_edit", slug, connector.pk)


def _connector(request, slug, pk):
    mine = connectors_organised_by(request.user).select_related("network__series")
    return get_object_or_404(mine, network__series__slug=slug, pk=pk)
