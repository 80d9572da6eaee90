"""How we know who told people: by answer, by link, by both, by neither, and whether they agree.

Of the bookings that count (model.md) in a period, walk-ins included: "said" means an answer that
names a network we know, "followed" a link of ours (domain.md C.3, 6).
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from surgeries.models import Booking
from surgeries.rules.turnout import share
from surgeries.states import Outcome

SAID, FOLLOWED = Q(said_network__isnull=False), Q(followed_network__isnull=False)
# What each figure counts among the bookings that count at all.
SOURCES: dict[str, Q] = {
    "said": SAID,
    "followed": FOLLOWED,
    "only_said": SAID & ~FOLLOWED,
    "only_followed": FOLLOWED & ~SAID,
    "both": SAID & FOLLOWED,
    "agree": SAID & FOLLOWED & Q(said_network=F("followed_network")),
    "neither": ~SAID & ~FOLLOWED,
    "not_understood": ~SAID & ~Q(said=""),
}


@dataclass(frozen=True)
class Coverage:
    """Counts of bookings, each a key of SOURCES; `different` is how many people came."""

    bookings: int
    said: int
    followed: int
    only_said: int
    only_followed: int
    both: int
    agree: int
    neither: int
    not_understood: int
    different: int

    @property
    def agreement(self) -> float | None:
        """The share of bookings with both where both are of the same network."""
        return share(self.agree, self.both)


def coverage(series, *, now, from_=None, to=None) -> Coverage:
    """The coverage of each source, and how many different people came, from one statement."""
    counts: dict[str, Any] = {name: Count("pk", filter=which) for name, which in SOURCES.items()}
    counts["bookings"] = Count("pk")
    counts["different"] = Count("attendee", distinct=True, filter=Q(outcome=Outcome.CAME))
    # Named apart from the columns: "said" is one.
    found = _counted(series, now, from_, to).aggregate(
        **{f"all_{name}": count for name, count in counts.items()}
    )
    return Coverage(**{name: found[f"all_{name}"] for name in counts})


def bookings_known_by(series, *, now, from_=None, to=None, figure: str):
    """The bookings that one figure of the coverage counts; `figure` is a key of SOURCES."""
    return _counted(series, now, from_, to).filter(SOURCES[figure])


def _counted(series, now, from_, to):
    """Walked in and came, or booked: what is counted as coming through somebody."""
    bookings = Booking.objects.counted(now).filter(surgery__series=series)
    if from_:
        bookings = bookings.filter(surgery__on__gte=from_)
    if to:
        bookings = bookings.filter(surgery__on__lte=to)
    return bookings
