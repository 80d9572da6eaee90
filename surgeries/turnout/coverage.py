"""How we know who told people: by answer, by link, by both, by neither, and whether they agree.

Of the bookings that count (model.md) in a period, walk-ins included (domain.md C.3, 6).
"""

from dataclasses import dataclass

from surgeries.models import Booking
from surgeries.rules.turnout import share
from surgeries.turnout.cells import known_by


@dataclass(frozen=True)
class Coverage:
    """Counts of bookings, each a key of KNOWN_BY (surgeries/turnout/cells.py)."""

    only_said: int
    only_followed: int
    both: int
    neither: int
    agree: int
    not_understood: int

    @property
    def bookings(self) -> int:
        """All of them."""
        return self.only_said + self.only_followed + self.both + self.neither

    @property
    def agreement(self) -> float | None:
        """The share of bookings with both where both are of the same network."""
        return share(self.agree, self.both)


def bookings_known_by(series, *, now, from_=None, to=None, figure: str):
    """The bookings that one figure of the coverage counts; `figure` is a key of KNOWN_BY."""
    bookings = Booking.objects.counted(now).filter(surgery__series=series)
    if from_:
        bookings = bookings.filter(surgery__on__gte=from_)
    if to:
        bookings = bookings.filter(surgery__on__lte=to)
    return bookings.filter(known_by()[figure])
