"""Passing it on: networks, the links we send to them, and following one."""

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from surgeries.access import (
    connectors_organised_by,
    links_organised_by,
    networks_organised_by,
    series_organised_by,
)
from surgeries.actions import networks
from surgeries.actions.opens import count_open
from surgeries.forms.networks import NetworkForm, ShareForm, TextForm
from surgeries.models import Connector, InviteLink, Network, Surgery
from surgeries.refusals import Refused
from surgeries.rules import sharing
from surgeries.rules.names import tidy
from surgeries.rules.opens import is_a_person
from surgeries.templatetags.words import clock
from surgeries.views import public
from surgeries.views.public_forms import public_form

SUGGESTIONS = 200
OTHER_DATES = 20


@public_form
@require_http_methods(["GET", "HEAD"])
def invite_follow(request, code):
    """The next surgery's own page, with the code in its form. No redirect, no cookie.

    A person's look is counted, as a number of the day. The team's own looks are not.
    """
    link = (
        InviteLink.objects.filter(code=tidy(code).lower()).select_related("network__series").first()
    )
    if link:
        is_team = settings.SESSION_COOKIE_NAME in request.COOKIES
        if not is_team and is_a_person(request.method, request.headers):
            count_open(link, now=timezone.now())
        return public.surgery_page(request, series=link.network.series, code=link.code)
    coming = Surgery.objects.upcoming(timezone.now()).select_related("series", "venue")
    return render(
        request,
        "surgeries/networks/invite_unknown.html",
        {"coming": coming[:OTHER_DATES]},
        status=404,
    )


@require_GET
def network_list(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    return render(
        request,
        "surgeries/networks/network_list.html",
        {
            "series": series,
            "nav": "networks",
            "networks": series.networks.with_way(timezone.now()).order_by("-came", "key"),
            "form": ShareForm(),
        },
    )


@require_GET
def network_detail(request, slug, pk):
    mine = networks_organised_by(request.user).with_way(timezone.now())
    network = get_object_or_404(mine.select_related("series"), series__slug=slug, pk=pk)
    return render(
        request,
        "surgeries/networks/network_detail.html",
        {
            "series": network.series,
            "nav": "networks",
            "network": network,
            "connectors": network.connectors.order_by("name"),
            "links": network.links.select_related("connector").order_by("-created_at", "-pk"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def network_edit(request, slug, pk):
    mine = networks_organised_by(request.user).select_related("series")
    network = get_object_or_404(mine, series__slug=slug, pk=pk)
    form = NetworkForm(request.POST if request.method == "POST" else None, instance=network)
    if form.is_valid() and _describe(request, form, network):
        return redirect("network_detail", slug, pk)
    return render(
        request,
        "surgeries/networks/network_edit.html",
        {"series": network.series, "nav": "networks", "network": network, "form": form},
    )


def _describe(request, form, network):
    asked_private = form.cleaned_data["private"]
    try:
        saved = networks.describe_network(
            network, **form.cleaned_data, by=request.user, now=timezone.now()
        )
    except Refused as refusal:
        form.add_error("name", refusal.sentence)
        return False
    if saved.private and not asked_private:
        messages.success(
            request, _("Saved. Its name stays among ourselves, as usual for groups like this.")
        )
    else:
        messages.success(request, _("Saved."))
    return True


@require_POST
def connector_show(request, slug, pk):
    """Keep a connector's yes to showing her name, or take it back."""
    mine = connectors_organised_by(request.user)
    connector = get_object_or_404(mine, network__series__slug=slug, pk=pk)
    networks.show_connector(
        connector, shown="shown" in request.POST, by=request.user, now=timezone.now()
    )
    return redirect("network_detail", slug, connector.network_id)


@require_http_methods(["GET", "HEAD", "POST"])
def share(request, slug):
    """Asks only who it goes to, and leads to a text with a link of its own (R10)."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = ShareForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            link = networks.pass_on(
                series, to=form.cleaned_data["who"], by=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error("who", refusal.sentence)
        else:
            return redirect("link_detail", slug, link.pk)
    return render(
        request,
        "surgeries/networks/share.html",
        {"series": series, "nav": "networks", "form": form, "known": known_names(series)},
    )


@require_GET
def link_detail(request, slug, pk):
    """The text to send. A changed one comes back in the address, counted and ready to open."""
    link = _link(request, slug, pk)
    series = link.network.series
    address = settings.SITE_URL + reverse("invite_follow", args=[link.code])
    coming = series.surgeries.upcoming(timezone.now()).select_related("venue").first()
    offered = _text_for(series, coming, address)
    form = TextForm(request.GET if "text" in request.GET else None, initial={"text": offered})
    text = form.cleaned_data["text"] if form.is_valid() else form["text"].value()
    return render(
        request,
        "surgeries/networks/link_detail.html",
        {
            "series": series,
            "nav": "networks",
            "link": link,
            "address": address,
            "coming": coming,
            "form": form,
            "letters": len(text),
            "most": sharing.MOST_LETTERS,
            "whatsapp": f"https://wa.me/?text={quote(text)}",
            "mail": f"mailto:?subject={quote(series.name)}&body={quote(text)}",
        },
    )


@require_POST
def link_switch(request, slug, pk):
    link = _link(request, slug, pk)
    on = "on" in request.POST
    networks.switch_link(link, on=on, by=request.user, now=timezone.now())
    messages.success(request, _("The link is on.") if on else _("The link is switched off."))
    return redirect("link_detail", slug, pk)


def known_names(series):
    """Whom she may be thinking of: groups by name, people as "Sharon, Highgate Tenants"."""
    people = Connector.objects.filter(network__series=series).order_by("key")
    groups = Network.objects.filter(series=series).order_by("key")
    return [
        *groups.values_list("name", flat=True)[:SUGGESTIONS],
        *(f"{c.name}, {c.network}" for c in people.select_related("network")[:SUGGESTIONS]),
    ]


def _link(request, slug, pk):
    mine = links_organised_by(request.user).select_related("network__series", "connector")
    return get_object_or_404(mine, network__series__slug=slug, pk=pk)


def _text_for(series, surgery, address):
    if not surgery:
        return sharing.text_to_send(link=address, series=series.name)
    starts = surgery.starts_at.astimezone(series.zone)
    return sharing.text_to_send(
        link=address,
        when=_("%(day)s from %(time)s")
        % {"day": date_format(starts, "D j M"), "time": clock(starts)},
        place=surgery.venue.name if surgery.venue else series.town,
    )
