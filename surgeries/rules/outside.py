"""Which periods and names people outside the team see (R66; docs/decisions.md)."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

SETTLED_AFTER = timedelta(days=28)  # by then a register is written down or never will be


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter, 1 to 4."""

    year: int
    number: int

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.first + relativedelta(months=3) - timedelta(days=1)


def quarters_shown(year: int, today: date) -> list[Quarter]:
    """The quarters of `year` that others may see on `today`: 28 days after they ended."""
    quarters = [Quarter(year, number) for number in (1, 2, 3, 4)]
    return [quarter for quarter in quarters if quarter.last + SETTLED_AFTER < today]


def years_shown(first: date, today: date) -> list[int]:
    """The years with a quarter that others may see, latest first, from that of `first` on."""
    years = range(today.year, first.year - 1, -1)
    return [year for year in years if quarters_shown(year, today)]


def may_be_named(network) -> bool:
    """An organiser has said what it is, and it is not private."""
    return not network.private and network.suggested_from is not None
