"""Who of those who know us can introduce us to a network; read in five statements, at any size."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from surgeries.models import Belonging, Booking, Connector, Group, Network, TeamMember
from surgeries.rules.introductions import Person, Shared, Tie, Way, shared, ways
from surgeries.rules.names import name_key
from surgeries.states import LIVE, Role


@dataclass(frozen=True)
class Step:
    """One network on a way, and the group or club that leads into it ("" for the person's word)."""

    network: Network
    group: str


@dataclass(frozen=True)
class Introduction:
    """A network, whom to ask, and the steps from there to it; nobody when no way is known."""

    network: Network
    person: Person | None
    steps: tuple[Step, ...]

    @property
    def tie(self) -> str:
        """What the person to ask does with us: "organises", "helps", "connects" or "comes"."""
        return self.person.tie.name.lower() if self.person else ""


@dataclass(frozen=True)
class Circle:
    """Everybody who knows us and said yes, and the networks of a series with `is_reached`."""

    networks: dict[int, Any]
    groups: dict[int, str]
    people: tuple[Person, ...]
    ways: dict[int, Way]
    shared: dict[tuple[int, int], Shared]

    def introduction(self, network: Network) -> Introduction:
        """The shortest warm way to one network."""
        way = self.ways.get(network.pk)
        if way is None:
            return Introduction(network, None, ())
        steps = (
            Step(self.networks[step.network], self.groups[step.group] if step.group else "")
            for step in way.steps
        )
        return Introduction(network, way.person, tuple(steps))

    def not_reached(self) -> list[Introduction]:
        """Networks nobody has booked through yet: the shortest ways first, then by name."""
        rows = [self.introduction(n) for n in self.networks.values() if not n.is_reached]
        return sorted(rows, key=lambda row: (row.person is None, len(row.steps), row.network.key))


def circle_of(series) -> Circle:
    """Who knows us in this series. Networks that were put away are not in it."""
    booked = Booking.objects.filter(credited_network=OuterRef("pk"), state__in=LIVE)
    networks = Network.objects.current().filter(series=series).order_by("key", "pk")
    rows = {network.pk: network for network in networks.annotate(is_reached=Exists(booked))}
    names, members, by_key = _groups(series)
    people = tuple(_people(series, by_key))
    private = frozenset(pk for pk, network in rows.items() if network.private)
    return Circle(rows, names, people, ways(people, members, private), shared(people, members))


def _groups(series):
    """Names of groups by number, the networks each is in, and numbers by the key of the name."""
    names, members, by_key = {}, defaultdict(set), {}
    pairs = Group.networks.through.objects.filter(
        group__series=series, network__removed_at=None
    ).values_list("group", "group__name", "group__key", "network")
    for group, name, key, network in pairs:
        names[group], by_key[key] = name, group
        members[group].add(network)
    return names, members, by_key


def _people(series, by_key):
    """Each person once: the same address is the same person, known by her closest tie."""
    found = defaultdict(list)
    for tie, name, address, networks, groups in _ties(series, by_key):
        found[address].append((tie, name, networks, groups))
    for address, rows in found.items():
        tie, name, *_rest = min(rows)
        networks = frozenset(row[2] for row in rows)
        groups = frozenset(group for row in rows for group in row[3])
        yield Person(tie, name, address, True, networks, groups)


def _ties(series, by_key):
    """(tie, name, address or row, network, groups) of every belonging that somebody agreed to."""
    team = _team(series)
    rows = Belonging.objects.filter(network__series=series, network__removed_at=None)
    for row in rows.select_related("helper", "user", "attendee"):
        person = row.person
        address = (row.attendee.contact if row.attendee else person.email) or ""
        key = address.lower() or f"{person._meta.model_name}:{person.pk}"
        if row.attendee:
            group = by_key.get(name_key(row.attendee.group))
            yield Tie.COMES, person.name, key, row.network_id, (group,) if group else ()
        elif row.helper or key in team:
            yield team.get(key, Tie.HELPS), str(person), key, row.network_id, ()
    connectors = Connector.objects.current().filter(network__series=series)
    for person in connectors.filter(agreed_at__isnull=False):
        key = person.contact.lower() or f"connector:{person.pk}"
        yield team.get(key, Tie.CONNECTS), str(person), key, person.network_id, ()


def _team(series):
    """What each address of the team does: it organises, or helps."""
    ties: dict[str, Tie] = {}
    for email, role in TeamMember.objects.filter(series=series).values_list("user__email", "role"):
        tie = Tie.ORGANISES if role == Role.ORGANISER else Tie.HELPS
        ties[email.lower()] = min(tie, ties.get(email.lower(), tie))
    return ties
