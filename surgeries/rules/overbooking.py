"""How many places more than chairs may be opened, because some do not come (R35, domain.md B.6)."""

from surgeries.rules.forecast import one_more

OVERFLOW = 0.1  # how often there may be more people than chairs
TOO_SMALL = 6  # chairs: below, one person too many is felt
SMALL = 12
MOST_FOR_SMALL = 2
MOST = 0.2  # of the chairs


def room_for(chairs: int, spread: list[float], chance: float) -> int:
    """How many more bookings of this chance leave more people than chairs 1 time in 10 at most.

    `spread` is the chance of 0, 1, 2 … people as booked so far. With nobody booked this is the
    table of domain.md B.6, exactly (which says 11 for 8 chairs at 60%; it is 10).
    """
    more = 0
    while more <= 10 * chairs:
        spread = one_more(spread, chance)
        if sum(spread[chairs + 1 :]) > OVERFLOW:
            break
        more += 1
    return more


def worth_opening(*, chairs: int, places: int, spread: list[float], chance: float) -> int:
    """Places to open on top of `places`, all of them taken; 0 when there is no room for one.

    No more than a fifth of the chairs on top of them, 2 under 12 chairs, none under 6 (R35): a
    group that comes together fails together, so the real spread is wider than we reckon.
    """
    if chairs < TOO_SMALL or places < chairs:
        return 0
    most = MOST_FOR_SMALL if chairs < SMALL else int(chairs * MOST)
    return max(0, min(chairs + most - places, room_for(chairs, spread, chance)))
