"""What turnout is added up from, in one statement.

Months that are over and folded come as one row for each network; whatever else lies in the period
is counted from its bookings, a row for each evening and network. One statement, so that it sees
one moment: a month is read in exactly one of the two ways.
"""

import datetime
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    Sum,
    Value,
)
from django.db.models.functions import Cast

from surgeries.models import Booking, FoldedMonth, MonthFigures, Surgery
from surgeries.rules.figures import months_over
from surgeries.states import LIVE, RECORDED, Outcome

# What each figure counts among the bookings that count at all (`Booking.objects.counted`).
FIGURES: dict[str, dict[str, Any]] = {
    "booked": {"walked_in": False},
    "recorded": {"walked_in": False, "outcome__in": RECORDED},
    "came": {"walked_in": False, "outcome": Outcome.CAME},
    "did_not_come": {"walked_in": False, "outcome": Outcome.DID_NOT_COME},
    "not_recorded": {"walked_in": False, "outcome": Outcome.NOT_RECORDED},
    "walk_ins": {"walked_in": True, "outcome": Outcome.CAME},
    "people": {"outcome": Outcome.CAME},
}
# How we know who told people; the first four are every booking that counts, once each.
KNOWN_BY = ("only_said", "only_followed", "both", "neither", "agree", "not_understood")
# The keys of a row, and of what kind each is. A row that says nothing of one has None there.
KEYS: dict[str, Any] = {
    "of_series": IntegerField(),
    "evening": IntegerField(),
    "day": DateField(),
    "of_network": IntegerField(),
    "name": CharField(),
    "n_booked": IntegerField(),
    "n_came": IntegerField(),
    "n_did_not_come": IntegerField(),
    "n_walk_ins": IntegerField(),
    "n_new_people": IntegerField(),
    "n_surgeries": IntegerField(),
    "n_evenings": IntegerField(),
    "n_written_down": IntegerField(),
    "n_head_count": IntegerField(),
    **{f"n_{name}": IntegerField() for name in KNOWN_BY},
    "silent": JSONField(),
}
SUMMED = ("booked", "came", "did_not_come", "walk_ins", "new_people", "surgeries")
OF_A_MONTH = ("surgeries", "evenings", "written_down", "head_count", *KNOWN_BY)


def known_by(of: str = "") -> dict[str, Q]:
    """Which bookings each figure of KNOWN_BY counts; `of` leads to them, as in "bookings__".

    "Said" means an answer that names a network we know, "followed" a link of ours (domain.md
    C.3, 6).
    """
    said = Q(**{f"{of}said_network__isnull": False})
    followed = Q(**{f"{of}followed_network__isnull": False})
    return {
        "only_said": said & ~followed,
        "only_followed": followed & ~said,
        "both": said & followed,
        "neither": ~said & ~followed,
        "agree": said & followed & Q(**{f"{of}said_network": F(f"{of}followed_network")}),
        "not_understood": ~said & ~Q(**{f"{of}said": ""}),
    }


def cells(series, now: datetime.datetime, from_=None, to=None):
    """Rows of `series` (a queryset or a list): dictionaries with the KEYS, of three kinds.

    With `evening`: one evening and network, counted from bookings. With `silent`: a folded month.
    With neither: a network in all folded months together.
    """
    first, last = months_over(now, from_, to)
    whole = {"month__gte": first, "month__lte": last}
    folded = FoldedMonth.objects.filter(series__in=series, **whole)
    read = FoldedMonth.objects.filter(series=OuterRef("series"), month=OuterRef("month"), **whole)
    surgeries = Surgery.objects.started(now).filter(series__in=series)
    if from_:
        surgeries = surgeries.on_or_after(from_)
    if to:
        surgeries = surgeries.on_or_before(to)
    counted = count_bookings(surgeries.exclude(Exists(read)), now)
    return counted.union(_of_months(folded), _of_networks(folded), all=True)


def count_bookings(surgeries, now: datetime.datetime):
    """A row for each of `surgeries` and each network at it, with the figures of its bookings."""
    new_people = Count("bookings", filter=_counts("people") & ~Exists(_came_before(now)))
    return _with_all_keys(
        surgeries.order_by().values(
            of_series=F("series"),
            evening=F("pk"),
            day=F("on"),
            n_head_count=F("head_count"),
            of_network=F("bookings__credited_network"),
            name=F("bookings__credited_network__name"),
        ),
        n_booked=_count("booked"),
        n_came=_count("came"),
        n_did_not_come=_count("did_not_come"),
        n_walk_ins=_count("walk_ins"),
        n_new_people=new_people,
        **{
            f"n_{name}": Count("bookings", filter=Q(bookings__state__in=LIVE) & which)
            for name, which in known_by("bookings__").items()
        },
    )


def _of_months(folded):
    return _with_all_keys(
        folded.order_by().values(
            of_series=F("series"),
            day=F("month"),
            silent=F("left_out"),
            **{f"n_{name}": F(name) for name in OF_A_MONTH},
        )
    )


def _of_networks(folded):
    return _with_all_keys(
        MonthFigures.objects.filter(folded__in=folded)
        .order_by()
        .values(of_series=F("folded__series"), of_network=F("network"), name=F("network__name")),
        **{f"n_{name}": Sum(name) for name in SUMMED},
    )


def _with_all_keys(rows, **sums):
    """`rows` with `sums` and, so that they can stand below others, None under all other keys."""
    rows = rows.annotate(**sums)
    missing = [key for key in KEYS if key not in rows.query.annotations]
    blanks = {key: Cast(Value(None), KEYS[key]) for key in missing}
    return rows.annotate(**blanks).values(*KEYS)


def _counts(figure: str) -> Q:
    wanted = {f"bookings__{field}": value for field, value in FIGURES[figure].items()}
    return Q(bookings__state__in=LIVE, **wanted)


def _count(figure: str) -> Count:
    """How many live bookings of the surgery `figure` counts."""
    return Count("bookings", filter=_counts(figure))


def _came_before(now):
    """The bookings with which the same person had come to the series earlier."""
    earlier = Q(surgery__starts_at__lt=OuterRef("starts_at")) | Q(
        surgery__starts_at=OuterRef("starts_at"), pk__lt=OuterRef("bookings__pk")
    )
    return (
        Booking.objects.counted(now)
        .came()
        .filter(earlier, attendee=OuterRef("bookings__attendee"))
        .filter(surgery__series=OuterRef("series"))
    )
