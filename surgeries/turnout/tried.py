"""What was tried to reach the people of a network, and what came of it."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, Sum

from surgeries.models import Booking, Connector, InviteLink, LinkOpens, Prospect


@dataclass(frozen=True)
class Tried:
    """Since a moment: what we did, and what came of it; `opens` is how often links were opened.

    `links` are those made since; `through` says for a connector how many people she brought.
    """

    since: datetime.datetime
    links: tuple[InviteLink, ...] = ()
    asked: tuple[Prospect, ...] = ()
    connectors: tuple[Connector, ...] = ()
    through: tuple[tuple[Connector, int], ...] = ()
    opens: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.links or self.asked or self.through)


def tried_through(series, networks: list[int], *, since) -> dict[int, Tried]:
    """For each of `networks` (keys) what was tried since then. Five statements.

    `connectors` are those we may still ask, those known by name first.
    """
    links = _by_network(
        InviteLink.objects.filter(network__in=networks, created_at__gte=since)
        .select_related("connector")
        .order_by("created_at", "pk")
    )
    asked = _by_network(
        Prospect.objects.filter(network__in=networks, asked_at__gte=since).order_by("asked_at")
    )
    connectors = _by_network(
        Connector.objects.current().filter(network__in=networks).order_by("-agreed_at", "pk")
    )
    day = since.astimezone(series.zone).date()
    opens = dict(
        LinkOpens.objects.filter(link__network__in=networks, on__gte=day)
        .order_by()
        .values_list("link__network")
        .annotate(times=Sum("times"))
    )
    brought = _brought(networks, since)
    return {
        pk: Tried(
            since,
            tuple(links[pk]),
            tuple(asked[pk]),
            tuple(connectors[pk]),
            tuple((one, brought[one.pk]) for one in connectors[pk] if brought[one.pk]),
            opens.get(pk, 0),
        )
        for pk in networks
    }


def _by_network(rows):
    found = defaultdict(list)
    for row in rows:
        found[row.network_id].append(row)
    return found


def _brought(networks, since) -> dict[int, int]:
    """Connector -> people who booked through her since: with her link, or by her own hand."""
    found: dict[int, int] = defaultdict(int)
    rows = Booking.objects.live().filter(
        Q(credited_connector__network__in=networks) | Q(brought_by__network__in=networks),
        booked_at__gte=since,
    )
    for credited, by in rows.values_list("credited_connector", "brought_by"):
        found[credited or by] += 1
    return found
