"""Who can introduce us: the shortest warm way to a network, over people who said yes.

Everybody who knows us stands around us, closer or further; each belongs to networks, and some to
groups; a group may be in several networks. A way begins with somebody who knows us and crosses
from network to network where one group is in both (issue 4, point 7).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

import networkx as nx

MOST_STEPS = 3
# One step is worth more than any closeness. Through a group it is as long as by one's own word,
# which is found first and so is kept.
STEP, HALF = 100, 50
US = ("us",)


class Tie(IntEnum):
    """What somebody does with us, the closest first."""

    ORGANISES = 0
    HELPS = 1
    CONNECTS = 2
    COMES = 3


@dataclass(frozen=True)
class Person:
    """Somebody who knows us. Without her yes (`agreed`) she is in no way and no count.

    `networks` and `groups` are the numbers of those she belongs to; `key` is one per person.
    """

    tie: Tie
    name: str
    key: str
    agreed: bool
    networks: frozenset[int]
    groups: frozenset[int] = frozenset()

    @property
    def order(self) -> tuple[Tie, str, str]:
        return self.tie, self.name, self.key


@dataclass(frozen=True)
class Step:
    """One network on the way; `group` is what leads into it, None for the person's own word."""

    network: int
    group: int | None


@dataclass(frozen=True)
class Way:
    """Whom to ask, and at most three steps from there to the network."""

    person: Person
    steps: tuple[Step, ...]
    cost: int


@dataclass(frozen=True)
class Shared:
    """What two networks have in common: people who said yes, and groups by number."""

    people: tuple[Person, ...]
    groups: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.people) + len(self.groups)


def ways(
    people: Iterable[Person],
    groups: Mapping[int, Iterable[int]],
    private: frozenset[int] = frozenset(),
) -> dict[int, Way]:
    """The shortest way to each network that has one: fewest steps, then whoever is closest to us.

    `groups` are the networks each group is in. To ask somebody is to tell her: a private network
    she does not belong to herself is on the way of an organiser only (model.md).
    """
    agreed = sorted((one for one in people if one.agreed), key=lambda one: one.order)
    organisers = [one for one in agreed if one.tie == Tie.ORGANISES]
    found: dict[int, Way] = {}
    for some, closed in ((organisers, frozenset()), (agreed, private)):
        for way in _shortest(_graph(some, groups, closed)):
            there = way.steps[-1].network
            if there not in found or way.cost < found[there].cost:
                found[there] = way
    return found


def shared(
    people: Iterable[Person], groups: Mapping[int, Iterable[int]]
) -> dict[tuple[int, int], Shared]:
    """What every two networks share, by their numbers, the smaller one first."""
    both: dict[tuple[int, int], tuple[list[Person], list[int]]] = {}
    for person in sorted(people, key=lambda one: one.order):
        if person.agreed:
            for pair in combinations(sorted(person.networks), 2):
                both.setdefault(pair, ([], []))[0].append(person)
    for group in sorted(groups):
        for pair in combinations(sorted(groups[group]), 2):
            both.setdefault(pair, ([], []))[1].append(group)
    return {pair: Shared(tuple(p), tuple(g)) for pair, (p, g) in sorted(both.items())}


def _graph(people, groups, closed) -> nx.DiGraph:
    """From us to people, on to what they belong to, and between groups and networks.

    Built in one order, so that two ways of one length are always told apart alike. No group leads
    to a network that is `closed`.
    """
    graph = nx.DiGraph()
    graph.add_node(US)
    for person in people:
        graph.add_edge(US, person, weight=int(person.tie))
        for network in sorted(person.networks):
            graph.add_edge(person, ("network", network), weight=STEP)
        for group in sorted(person.groups):
            graph.add_edge(person, ("group", group), weight=HALF)
    for group in sorted(groups):
        for network in sorted(groups[group]):
            graph.add_edge(("network", network), ("group", group), weight=HALF)
            if network not in closed:
                graph.add_edge(("group", group), ("network", network), weight=HALF)
    return graph


def _shortest(graph: nx.DiGraph) -> Iterator[Way]:
    most = MOST_STEPS * STEP + STEP - 1
    costs, paths = nx.single_source_dijkstra(graph, US, cutoff=most)
    for (kind, *_rest), path in ((node, paths[node]) for node in paths if isinstance(node, tuple)):
        if kind == "network":
            yield Way(path[1], tuple(_steps(path[2:])), costs[path[-1]])


def _steps(path) -> Iterator[Step]:
    group = None
    for kind, number in path:
        if kind == "network":
            yield Step(number, group)
        group = number if kind == "group" else None
