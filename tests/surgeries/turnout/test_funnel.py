"""The picture of the funnel: what is drawn of many networks, and whose name has room."""

from dataclasses import fields
from itertools import combinations

import pytest

from surgeries.turnout.funnel import BOTTOM, HIGH, LEFT, WIDE, Funnel, covers, funnel
from surgeries.turnout.way import NetworkWay, Way

RING = 60  # networks as everybody's


@pytest.fixture(params=[1, 40])
def crowded(request) -> Funnel:
    """As many networks outside as the parameter says, all in one corner."""
    inside = [row(n, came=80, recorded=100) for n in range(RING)]
    outside = [row(RING + n, came=40 + n % 3, recorded=90 + n) for n in range(request.param)]
    everybody = row(-1, came=4_800, recorded=6_000)
    return funnel(Way((*inside, *outside), everybody))


def row(number, *, came, recorded):
    nothing = {field.name: 0 for field in fields(NetworkWay)}
    names = {"pk": number + 1, "network": f"Network {number}", "series": ""}
    return NetworkWay(**nothing | names | {"came_of_booked": came, "recorded": recorded})


def test_no_name_covers_another_or_leaves_the_picture(crowded):
    boxes = [name.box for name in crowded.names]
    assert not any(covers(one, other) for one, other in combinations(boxes, 2))
    assert all(left >= LEFT and right <= WIDE for left, _top, right, _bottom in boxes)


def test_a_network_outside_has_its_name_if_there_is_room(crowded):
    outside = {dot.row.network for dot in crowded.outside}
    named = {name.text for name in crowded.names}
    assert named and named <= outside
    assert len(outside) == 1 or len(named) < len(outside)


def test_the_picture_reaches_down_to_the_lowest_network(crowded):
    lowest = max(dot.y for dot in crowded.dots)
    assert crowded.up[0][1] == 25
    assert lowest <= HIGH - BOTTOM
