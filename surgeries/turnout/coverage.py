"""How we know who told people: by answer, by link, by both, by neither, and whether they agree.

Of the bookings that count (model.md) in a period, walk-ins included (domain.md C.3, 6).
"""

from dataclasses import dataclass

from surgeries.rules.turnout import share


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
