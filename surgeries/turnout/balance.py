"""How many people an evening may expect, and whether those who help are enough (R39 to R43)."""

import datetime
from dataclasses import dataclass

from surgeries.models import Helping, Surgery
from surgeries.rules.helpers import ADULTS, Balance, balance, is_short_of_adults
from surgeries.states import HelpingState, HelpingStyle
from surgeries.turnout.forecast import Forecast, forecast_of


@dataclass(frozen=True)
class HelpOn:
    """Who helps at one evening, whoever said no among them, and how many people may come."""

    surgery: Surgery
    helpings: tuple[Helping, ...]
    forecast: Forecast
    now: datetime.datetime

    @property
    def coming(self) -> list[Helping]:
        return [one for one in self.helpings if one.state == HelpingState.CONFIRMED]

    @property
    def adults(self) -> int:
        """Who is sure to be there: the organiser if she helps, and everybody she said yes to."""
        return self.surgery.organiser_helps + len(self.coming)

    @property
    def helpers(self) -> int:
        """Who sits with people: adults without those who sit beside somebody first."""
        first = [one for one in self.coming if one.style == HelpingStyle.SIT_BESIDE]
        return self.adults - len(first)

    @property
    def people(self) -> int:
        """How many may come, as a whole number to say."""
        return round(self.forecast.people.expected)

    @property
    def balance(self) -> Balance | None:
        """Whether helpers are too few or many; None before booking opens, and when it is over."""
        if not self.surgery.takes_bookings(self.now):
            return None
        return balance(self.forecast.people.expected, self.helpers)

    def worth_opening(self, *, places: int, free: int) -> int:
        """Places more to open, where the series wants to be told and all are taken (R35).

        There is a chair beside everybody who helps; with fewer places than that the room is small.
        """
        series = self.surgery.series
        if free or not (series.suggests_more_places and self.surgery.takes_bookings(self.now)):
            return 0
        chairs = self.helpers * series.places_per_helper
        return self.forecast.worth_opening(chairs=chairs, places=places, now=self.now)

    @property
    def may_let_off(self) -> bool:
        """Somebody may have the night off, and two adults still be there."""
        return self.balance == Balance.SPARE and self.adults > ADULTS

    @property
    def is_short_of_adults(self) -> bool:
        to_come = self.surgery.is_upcoming(self.now)
        return to_come and is_short_of_adults(self.adults, self.surgery.starts_at, self.now)

    @property
    def is_over(self) -> bool:
        return not self.surgery.is_upcoming(self.now)


def help_on(surgery, now) -> HelpOn:
    """The help at one evening, in two statements. Wants its series loaded."""
    helpings = list(surgery.helpings.select_related("helper").order_by("state", "offered_at", "pk"))
    for helping in helpings:
        helping.surgery = surgery
    return HelpOn(surgery, tuple(helpings), forecast_of(surgery, now), now)
