"""When reaching people is not working, and when a card about it rests (L2, R63; issue 4, point 6).

Evenings are those that are over and of which at least one booking or walk-in is known: one where
nobody wrote anything down, or only counted heads, says nothing about a network.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from surgeries.rules.turnout import COMPLETE, ENOUGH_RECORDED, TAIL, chance_of_at_most
from surgeries.states import CardKind

LOOKS_BACK = 12  # evenings: what is expected of everybody, and how long a comparison is found
EVENINGS_TRIED = 2
EVENINGS_QUIET = 3
EVENINGS_OF_ONE = 3
PEOPLE_OF_ONE = 10
SHARE_OF_ONE = 0.6
EVENINGS_OF_REST = 4
# How much higher the figure of a card has to be to count as worse; the others only rest.
WORSE_BY = {CardKind.NOT_WORKING: 1, CardKind.ONE_NETWORK: 10, CardKind.ON_THE_LISTS: 3}


def sent_too_few(sent: Sequence[int], hoped_for: int | None) -> bool:
    """Whether a network sent fewer people over the last two evenings than she hoped for.

    `sent` counts who booked or walked in, newest evening first, so an open register never counts
    against a network; `hoped_for` is people each evening.
    """
    lately = sent[:EVENINGS_TRIED]
    return (
        hoped_for is not None
        and len(lately) == EVENINGS_TRIED
        and sum(lately) < EVENINGS_TRIED * hoped_for
    )


def turned_up_too_few(*, came: int, recorded: int, booked: int, p0: float) -> bool:
    """Whether over two evenings fewer came than the exact 95% limit of what is usual, `p0`.

    As for the verdict, ten have to be recorded, and four in five of those who booked.
    """
    return (
        recorded >= ENOUGH_RECORDED
        and recorded / booked >= COMPLETE
        and 0 < p0 < 1
        and chance_of_at_most(came, recorded, p0) < TAIL
    )


def is_quiet(sent: Sequence[int]) -> bool:
    """Whether nobody came or booked for the last three evenings, and somebody had before (R63).

    `sent` runs from the newest evening back; who was not heard of in all of them is no news.
    """
    return any(sent) and len(sent) > EVENINGS_QUIET and not any(sent[:EVENINGS_QUIET])


def lives_off(came: Mapping[int | None, int], evenings: int) -> int | None:
    """The network through which six in ten came, of at least ten people at three evenings.

    `came` holds people by network, under None those of whom it is not known: they count among
    everybody, because they may be somebody else's.
    """
    everybody = sum(came.values())
    if evenings < EVENINGS_OF_ONE or everybody < PEOPLE_OF_ONE:
        return None
    most = max(came, key=lambda key: came[key])
    return most if came[most] >= SHARE_OF_ONE * everybody else None


def rests(kind: CardKind, *, evenings_since: int, then: int, now: int) -> bool:
    """Whether a card that was put aside stays away: for four evenings, unless things got worse.

    `then` and `now` are its figure, higher is worse: people short for "not working", per cent for
    "one network", lines for the lists. A quiet network and one never asked cannot get worse.
    """
    if evenings_since >= EVENINGS_OF_REST:
        return False
    worse_by = WORSE_BY.get(kind)
    return worse_by is None or now < then + worse_by


def before_and_since(
    starts: Sequence[datetime], answered_at: datetime
) -> tuple[list[int], list[int]]:
    """Which evenings to compare: places in `starts`, oldest first in both lists, two at most.

    `starts` run from the newest. An evening that had begun by `answered_at` was before.
    """
    before = [place for place, start in enumerate(starts) if start <= answered_at]
    since = [place for place, start in enumerate(starts) if start > answered_at]
    return before[:EVENINGS_TRIED][::-1], since[::-1][:EVENINGS_TRIED]
