"""The sentence and the bars of the turnout page."""

from dataclasses import replace

import pytest

from surgeries.turnout.coverage import Coverage
from surgeries.turnout.networks import NetworkTurnout, Turnout
from surgeries.turnout.page import bars, opening


def network(pk, name, came, *, away=0, walk_ins=0, surgeries=1):
    return NetworkTurnout(
        pk=pk,
        network=name,
        booked=came + away,
        came=came,
        did_not_come=away,
        walk_ins=walk_ins,
        new_people=0,
        surgeries=surgeries,
        p0=0.7,
    )


def turnout(*networks, head_count=0, evenings=1):
    recorded = sum(n.recorded for n in networks)
    return Turnout(
        networks=networks,
        evenings=evenings,
        surgeries=evenings * bool(recorded),
        written_down=evenings * bool(recorded or sum(n.walk_ins for n in networks) or head_count),
        head_count=head_count,
        left_out=(),
        coverage=Coverage(0, 0, 0, 0, 0, 0),
        p0=0.7,
    )


TENANTS, CHOIR = network(1, "Dudley Tenants", 4, walk_ins=1), network(2, "Choir", 6)
NOBODY = network(None, "Not known", 2)


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (turnout(), "Nobody is written down as having come."),
        (turnout(network(1, "Choir", 0, away=3)), "Nobody is written down as having come."),
        (turnout(network(1, "Choir", 1)), "1 person came, through Choir."),
        (turnout(CHOIR), "6 people came, through Choir."),
        (turnout(CHOIR, NOBODY), "8 people came, 6 of them through Choir."),
        (turnout(NOBODY), "2 people came. We do not know who told them."),
        (turnout(head_count=7), "7 people came. We do not know who told them."),
        (
            turnout(TENANTS, CHOIR),
            "11 people came through 2 networks, 6 of them through Choir.",
        ),
        (
            turnout(TENANTS, CHOIR, NOBODY, head_count=3),
            "16 people came, 11 of them through 2 networks. Choir brought the most: 6.",
        ),
        (
            turnout(CHOIR, network(3, "Band", 6), NOBODY),
            "14 people came, 12 of them through 2 networks.",
        ),
        (
            turnout(TENANTS, CHOIR, evenings=2),
            "People came 11 times through 2 networks, 6 of them through Choir.",
        ),
        (turnout(network(1, "Choir", 14_742)), "14,742 people came, through Choir."),
    ],
)
def test_the_opening_is_true_at_any_size(figures, sentence):
    assert opening(figures) == sentence


def test_people_who_all_came_for_the_first_time_are_as_many_people():
    choir = replace(CHOIR, new_people=6)
    assert opening(turnout(choir, evenings=2)) == "6 people came, through Choir."


def test_bars_share_a_scale_and_leave_room_for_words():
    long, short = bars(turnout(network(1, "A", 10, away=10, surgeries=3), network(2, "B", 5)))

    assert (long.came, long.recorded, short.came) == ("36.0%", "72.0%", "18.0%")
    assert (long.low, long.high) == ("21.5%", "50.5%")
    assert (long.plain, short.plain) == (False, True)


def test_a_bar_of_nothing_has_no_length():
    (bar,) = bars(turnout(network(None, "Not known", 0, walk_ins=1)))

    assert (bar.came, bar.recorded, bar.high, bar.plain) == ("0.0%", "0.0%", "0.0%", True)
