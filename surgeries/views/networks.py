"""Networks, the groups in them, and following a link of one."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from surgeries.access import (
    groups_organised_by,
    networks_organised_by,
    series_organised_by,
)
from surgeries.actions import networks
from surgeries.actions.opens import count_open
from surgeries.forms.networks import GroupForm, NetworkForm
from surgeries.forms.sharing import ShareForm
from surgeries.models import InviteLink, Surgery
from surgeries.refusals import Refused
from surgeries.rules.names import tidy
from surgeries.rules.opens import is_a_person
from surgeries.turnout.groups import people_by_group
from surgeries.turnout.sharing import known_names
from surgeries.views import public
from surgeries.views.cards import cards_for
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
    connectors = list(network.connectors.order_by("key", "role", "pk"))
    # One link of each kit is enough to open it: one that works, if there is one.
    links = network.links.order_by("switched_off_at", "-pk")
    kits = {link.connector_id: link for link in links}
    for person in connectors:
        person.kit = kits.get(person.pk)
    cards = cards_for(request.user, network.series, timezone.now())
    return _page(
        request,
        "network_detail",
        network.series,
        network=network,
        cards=[card for card in cards if card.pk == network.pk],
        connectors=[person for person in connectors if not person.removed_at],
        connectors_away=[person for person in connectors if person.removed_at],
        kit=kits.get(None),
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


def _page(request, name, series, /, **context):
    context |= {"series": series, "nav": "networks"}
    return render(request, f"surgeries/networks/{name}.html", context)


def _network(request, slug, pk):
    mine = networks_organised_by(request.user).select_related("series")
    return get_object_or_404(mine, series__slug=slug, pk=pk)
