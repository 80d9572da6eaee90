"""Who can introduce us, and who of us belongs to which network. For organisers only."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from surgeries.access import (
    belongings_organised_by,
    networks_organised_by,
    series_organised_by,
)
from surgeries.actions import belongings
from surgeries.forms.introductions import BelongingForm
from surgeries.refusals import Refused
from surgeries.turnout.acquaintance import picture, shared_table
from surgeries.turnout.introductions import circle_of


def about_belongings(network):
    """What surgeries/introductions/_belongings.html shows on a network's page."""
    rows = network.belongings.select_related("helper", "user", "attendee")
    return {
        "belongings": sorted(rows, key=lambda row: (str(row.person), row.pk)),
        "belonging_form": BelongingForm(network=network),
    }


@require_GET
def introduction_list(request, slug):
    """The shortest warm way to the network she chose, and to each that we have not reached."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    circle = circle_of(series)
    asked = request.GET.get("network", "")
    chosen = circle.networks.get(int(asked)) if asked.isdecimal() and len(asked) < 19 else None
    rows = [row for row in circle.not_reached() if row.network != chosen]
    return render(
        request,
        "surgeries/introductions/introduction_list.html",
        {
            "series": series,
            "nav": "networks",
            "circle": circle,
            "chosen": circle.introduction(chosen) if chosen else None,
            "with_way": [row for row in rows if row.person],
            "without_way": [row.network for row in rows if not row.person],
            "picture": picture(circle),
            "shared": shared_table(circle),
            "me": request.user.email.lower(),
        },
    )


@require_POST
def belonging_add(request, slug, pk):
    mine = networks_organised_by(request.user)
    network = get_object_or_404(mine, series__slug=slug, pk=pk)
    form = BelongingForm(request.POST, network=network)
    by_now = {"by": request.user, "now": timezone.now()}
    try:
        if form.is_valid():
            agreed = form.cleaned_data["agreed"]
            belongings.note_belonging(network, person=form.person, agreed=agreed, **by_now)
        else:
            messages.error(request, next(iter(form.errors.values()))[0])
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("network_detail", slug, pk)


@require_POST
def belonging_remove(request, slug, pk):
    mine = belongings_organised_by(request.user).select_related("helper", "user", "attendee")
    belonging = get_object_or_404(mine, network__series__slug=slug, pk=pk)
    belongings.forget_belonging(belonging, by=request.user, now=timezone.now())
    messages.success(request, _("We ask %(name)s no longer.") % {"name": belonging.person})
    return redirect("network_detail", slug, belonging.network_id)
