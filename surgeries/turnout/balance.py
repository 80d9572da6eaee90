"""How many people an evening may expect, and whether those who help are enough (R39 to R43)."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from surgeries.models import Booking, Helping, Surgery
from surgeries.rules.helpers import ADULTS, Balance, balance, is_short_of_adults
from surgeries.rules.turnout import overall_rate
from surgeries.states import RECORDED, HelpingState, HelpingStyle, Outcome

WALK_INS_OF = 6  # the last so many evenings of which something was written down


@dataclass(frozen=True)
class HelpOn:
    """Who helps at one evening, whoever said no among them, and how many people may come."""

    surgery: Surgery
    helpings: tuple[Helping, ...]
    expected: float
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
        return round(self.expected)

    @property
    def balance(self) -> Balance | None:
        """Whether helpers are too few or many; None before booking opens, and when it is over."""
        if not self.surgery.takes_bookings(self.now):
            return None
        return balance(self.expected, self.helpers)

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
    """The help at one evening, in four statements. Wants its series loaded."""
    helpings = list(surgery.helpings.select_related("helper").order_by("state", "offered_at", "pk"))
    for helping in helpings:
        helping.surgery = surgery
    return HelpOn(surgery, tuple(helpings), expected_arrivals(surgery, now), now)


def expected_arrivals(surgery, now) -> float:
    """People who may be expected: the bookings that stand at the common rate, and walk-ins (C.6).

    It learns only from the evenings before this one.
    """
    booked = surgery.bookings.live().filter(walked_in=False).count()
    return booked * _rate_before(surgery, now) + _walk_ins_before(surgery, now)


def _rate_before(surgery, now):
    before = Booking.objects.counted(now).filter(
        surgery__series=surgery.series_id,
        surgery__starts_at__lt=surgery.starts_at,
        walked_in=False,
    )
    figures = before.aggregate(
        came=Count("pk", filter=Q(outcome=Outcome.CAME)),
        recorded=Count("pk", filter=Q(outcome__in=RECORDED)),
    )
    return overall_rate(figures["came"], figures["recorded"])


def _walk_ins_before(surgery, now):
    """The mean of the last six evenings of which anything was recorded; 0 without any."""
    here = Booking.objects.live().filter(surgery=OuterRef("pk"), outcome__in=RECORDED)
    recorded = (
        Surgery.objects.started(now)
        .filter(Exists(here), series=surgery.series_id, starts_at__lt=surgery.starts_at)
        .order_by("-starts_at")
    )
    walked_in = Q(bookings__walked_in=True, bookings__outcome=Outcome.CAME)
    counts = recorded.annotate(walk_ins=Count("bookings", filter=walked_in))
    walk_ins = list(counts.values_list("walk_ins", flat=True)[:WALK_INS_OF])
    return sum(walk_ins) / len(walk_ins) if walk_ins else 0.0
