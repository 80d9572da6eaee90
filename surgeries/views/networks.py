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
    groups_organised_by,
    links_organised_by,
    networks_organised_by,
    series_organised_by,
)
from surgeries.actions import networks
from surgeries.actions.opens import count_open
from surgeries.forms.networks import GroupForm, NetworkForm, ShareForm, TextForm
from surgeries.models import Connector, InviteLink, Network, Surgery
from surgeries.refusals import Refused
from surgeries.rules import sharing
from surgeries.rules.names import tidy
from surgeries.rules.opens import is_a_person
from surgeries.templatetags.words import clock
from surgeries.turnout.groups import people_by_group
from surgeries.views import public
from surgeries.views.introductions import about_belongings
from surgeries.views.public_forms import public_form

SUGGESTIONS = 200
OTHER_DATES = 20
form_page = require_http_methods(["GET", "HEAD", "POST"])


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
    """Those that are not put away, whoever brings most people first."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    mine = series.networks.current().with_way(timezone.now())
    away = series.networks.exclude(removed_at=None).count()
    found = {"networks": mine.order_by("-came", "key"), "away": away, "form": ShareForm()}
    return _page(request, "network_list", series, known=known_names(series), **found)


@require_GET
def networks_away(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    away = series.networks.exclude(removed_at=None).with_way(timezone.now())
    return _page(request, "networks_away", series, networks=away.order_by("key"))


@require_GET
def network_detail(request, slug, pk):
    mine = networks_organised_by(request.user).with_way(timezone.now())
    network = get_object_or_404(mine.select_related("series"), series__slug=slug, pk=pk)
    people, spelled = people_by_group(network.series)
    groups = list(network.groups.order_by("name", "pk"))
    for group in groups:
        group.people = people[group.key]
    taken = {group.key for group in groups}
    connectors = network.connectors.order_by("key", "role", "pk")
    return _page(
        request,
        "network_detail",
        network.series,
        network=network,
        connectors=[person for person in connectors if not person.removed_at],
        connectors_away=[person for person in connectors if person.removed_at],
        links=network.links.select_related("connector").order_by("-created_at", "-pk"),
        groups=groups,
        group_form=GroupForm(),
        known_groups=[name for key, name in spelled.items() if key not in taken][:SUGGESTIONS],
        words=network.aliases.order_by("kind", "words"),
        **about_belongings(network),
    )


@form_page
def network_create(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = NetworkForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (made := _write(request, form, networks.create_network, series)):
        return redirect("network_detail", slug, made.pk)
    return _page(request, "network_edit", series, form=form)


@form_page
def network_edit(request, slug, pk):
    network = _network(request, slug, pk)
    name = network.name
    form = NetworkForm(request.POST if request.method == "POST" else None, instance=network)
    if form.is_valid() and _write(request, form, networks.describe_network, network):
        return redirect("network_detail", slug, pk)
    return _page(request, "network_edit", network.series, network=network, name=name, form=form)


def _write(request, form, action, of):
    asked_private = form.cleaned_data["private"]
    try:
        saved = action(of, **form.cleaned_data, by=request.user, now=timezone.now())
    except Refused as refusal:
        form.add_error("name", refusal.sentence)
        return None
    if saved.private and not asked_private:
        messages.success(
            request, _("Saved. Its name stays among ourselves, as usual for groups like this.")
        )
    else:
        messages.success(request, _("Saved."))
    return saved


@require_POST
def network_away(request, slug, pk):
    """Put a network away, or bring it back."""
    network, away = _network(request, slug, pk), "back" not in request.POST
    networks.put_network_away(network, away=away, by=request.user, now=timezone.now())
    said = (
        _("%(network)s is put away. Its links still work.") if away else _("%(network)s is back.")
    )
    messages.success(request, said % {"network": network.name})
    return redirect("network_list", slug) if away else redirect("network_detail", slug, pk)


@require_POST
def group_add(request, slug, pk):
    network, form = _network(request, slug, pk), GroupForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        networks.add_group(network, name=name, by=request.user, now=timezone.now())
        return redirect("network_detail", slug, pk)
    messages.error(request, form.errors["name"][0])
    return redirect("network_detail", slug, pk)


@require_POST
def group_remove(request, slug, pk, group):
    network = _network(request, slug, pk)
    row = get_object_or_404(groups_organised_by(request.user), pk=group, networks=network)
    networks.remove_group(row, network=network, by=request.user, now=timezone.now())
    return redirect("network_detail", slug, pk)


@form_page
def share(request, slug):
    """Asks only who it goes to, and leads to a text with a link of its own (R10)."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = ShareForm(request.POST if request.method == "POST" else None, series=series)
    if form.is_valid() and not form.asks_about and (link := _pass_on(request, form)):
        return redirect("link_detail", slug, link.pk)
    return _page(request, "share", series, form=form, known=known_names(series))


def _pass_on(request, form):
    by_now = {"by": request.user, "now": timezone.now()}
    if chosen := form.chosen:
        return networks.link_through(*chosen, **by_now)
    who, agreed = form.cleaned_data["who"], form.cleaned_data["agreed"]
    try:
        return networks.pass_on(form.series, to=who, agreed=agreed, **by_now)
    except Refused as refusal:
        form.add_error("who", refusal.sentence)


@require_POST
def link_make(request, slug, pk):
    """The text for a network, or for one `connector` in it."""
    network, by_now = _network(request, slug, pk), {"by": request.user, "now": timezone.now()}
    connector = None
    if number := request.POST.get("connector"):
        connector = get_object_or_404(network.connectors, pk=number if number.isdecimal() else 0)
    link = networks.link_through(network, connector, **by_now)
    return redirect("link_detail", slug, link.pk)


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
    people = Connector.objects.current().filter(network__series=series).order_by("key", "role")
    groups = Network.objects.current().filter(series=series).order_by("key")
    return [
        *groups.values_list("name", flat=True)[:SUGGESTIONS],
        *(f"{c}, {c.network}" for c in people.select_related("network")[:SUGGESTIONS]),
    ]


def _page(request, name, series, /, **context):
    context |= {"series": series, "nav": "networks"}
    return render(request, f"surgeries/networks/{name}.html", context)


def _network(request, slug, pk):
    mine = networks_organised_by(request.user).select_related("series")
    return get_object_or_404(mine, series__slug=slug, pk=pk)


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
