"""The picture of the networks and what they share, and the table that says the same."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from surgeries.models import Network
from surgeries.turnout.introductions import Circle

ENOUGH_NETWORKS, MOST_NETWORKS = 10, 60
WIDE, ROW, EDGE = 760, 26, 24
MIDDLE, INNER, OUTER = WIDE / 2, 80, 175
LETTERS = 24


@dataclass(frozen=True)
class Spot:
    """A network in the picture; its name stands outwards, `side` is -1 on the left, 1 right."""

    network: Network
    x: float
    y: float
    side: int


@dataclass(frozen=True)
class Line:
    """Two networks that share somebody: an SVG path, and how wide it is drawn (1, 2 or 3)."""

    path: str
    weight: int


@dataclass(frozen=True)
class Picture:
    """Networks on two facing curves, and what they share as lines between them."""

    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]
    left_out: int
    high: int

    wide = WIDE
    letters = LETTERS


@dataclass(frozen=True)
class SharedRow:
    """Two networks, and the people and groups that are in both, by name."""

    one: Network
    other: Network
    people: tuple[str, ...]
    groups: tuple[str, ...]


def shared_table(circle: Circle) -> list[SharedRow]:
    """What every two networks share, in the order of their names."""
    rows = []
    for pair, found in circle.shared.items():
        one, other = sorted((circle.networks[pk] for pk in pair), key=_by_name)
        people = tuple(person.name for person in found.people)
        groups = tuple(sorted(circle.groups[group] for group in found.groups))
        rows.append(SharedRow(one, other, people, groups))
    return sorted(rows, key=lambda row: (*_by_name(row.one), *_by_name(row.other)))


def picture(circle: Circle) -> Picture | None:
    """The picture, the same for the same data; None under ten networks.

    Above sixty it shows those that share most, so that names stay readable.
    """
    if len(circle.networks) < ENOUGH_NETWORKS:
        return None
    graph = _graph(circle)
    order = list(_round(graph))[:MOST_NETWORKS]
    spots = _spots([circle.networks[pk] for pk in order], sum(1 for pk in order if graph[pk]))
    at = {spot.network.pk: spot for spot in spots}
    middle = _middle(spot for spot in spots if graph[spot.network.pk])
    lines = [
        Line(_curve(at[a], at[b], middle), weight)
        for a, b, weight in graph.edges(data="weight")
        if a in at and b in at
    ]
    high = round(max(spot.y for spot in spots)) + EDGE
    return Picture(tuple(spots), tuple(lines), len(circle.networks) - len(order), high)


def _by_name(network: Network) -> tuple[str, int]:
    return network.key, network.pk


def _graph(circle: Circle) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(sorted(circle.networks, key=lambda pk: _by_name(circle.networks[pk])))
    for (a, b), found in circle.shared.items():
        weight = 1 if len(found) == 1 else 2 if len(found) < 5 else 3
        graph.add_edge(a, b, weight=weight)
    return graph


def _round(graph: nx.Graph) -> Iterator[int]:
    """Every network once, those that share something side by side, the best connected first."""
    places = {node: number for number, node in enumerate(graph)}

    def first(node):
        return -graph.degree(node), places[node]

    parts = [sorted(part, key=first) for part in nx.connected_components(graph)]
    for part in sorted(parts, key=lambda part: (-len(part), places[part[0]])):
        yield from nx.dfs_preorder_nodes(
            graph, part[0], sort_neighbors=lambda nodes: sorted(nodes, key=first)
        )


def _spots(networks: list[Network], joined: int) -> list[Spot]:
    """The first `joined` of them round a curve, the others below; no two names in one place."""
    places = [*_ring(joined, 0), *_ring(len(networks) - joined, (joined + 1) // 2)]
    rows = 1 + max(row for _side, row in places)
    spots = []
    for network, (side, row) in zip(networks, places, strict=True):
        bulge = math.sin(math.pi * (row + 0.5) / rows)
        x = MIDDLE + side * (INNER + (OUTER - INNER) * bulge)
        spots.append(Spot(network, round(x, 1), EDGE + row * ROW, side))
    return spots


def _ring(count: int, top: int) -> Iterator[tuple[int, int]]:
    """(side, row) of `count` spots: down the right side from row `top`, and up the left one."""
    right = (count + 1) // 2
    for number in range(count):
        yield (1, top + number) if number < right else (-1, top + count - 1 - number)


def _middle(spots) -> float:
    """The height about which lines bend: halfway down those that have one."""
    heights = [spot.y for spot in spots]
    return (min(heights) + max(heights)) / 2 if heights else 0


def _curve(one: Spot, other: Spot, middle: float) -> str:
    """A line bent towards the middle, so that it passes by the names."""
    bend_x = MIDDLE + ((one.x + other.x) / 2 - MIDDLE) * 0.25
    bend_y = middle + ((one.y + other.y) / 2 - middle) * 0.7
    return f"M{one.x} {one.y}Q{bend_x:.1f} {bend_y:.1f} {other.x} {other.y}"
