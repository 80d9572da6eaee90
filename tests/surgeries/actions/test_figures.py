"""Figures of months that are over are added up once, and true whatever happens later."""

import datetime
import random
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.models import Count, Q

from surgeries.actions.figures import LOCK, fold_months
from surgeries.models import Booking, FoldedMonth, MonthFigures, Surgery
from surgeries.states import BookingState, Outcome, SurgeryState
from surgeries.turnout.networks import FIGURES, turnout_by_network, turnout_of_each
from tests.factories import (
    NOW,
    create_attendee,
    create_booking,
    create_network,
    create_series,
    create_surgery,
)

CAME, AWAY, UNTOLD = Outcome.CAME, Outcome.DID_NOT_COME, Outcome.NOT_RECORDED
JULY, AUGUST, SEPTEMBER = date(2026, 7, 8), date(2026, 8, 12), date(2026, 9, 9)
OCTOBER = date(2026, 10, 28)


@pytest.fixture
def series(db):
    return create_series()


def evening(series, on, **fields):
    return create_surgery(series=series, on=on, places=(), **fields)


def write(surgery, network, *outcomes, **fields):
    fields.setdefault("imported", True)
    return [create_booking(surgery=surgery, network=network, outcome=o, **fields) for o in outcomes]


def months():
    return list(FoldedMonth.objects.order_by("month").values_list("month", flat=True))


def test_a_month_is_folded_once_it_is_over_everywhere(series):
    write(evening(series, SEPTEMBER), None, CAME)
    write(evening(series, OCTOBER), None, CAME)

    assert fold_months(NOW - datetime.timedelta(days=1)) == 1
    assert fold_months(NOW - datetime.timedelta(days=1)) == 0
    assert months() == [date(2026, 9, 1)]
    assert fold_months(NOW + datetime.timedelta(days=1)) == 1


def test_folded_figures_are_those_of_the_bookings(series):
    choir = create_network(series=series, name="Chœur d’Été")
    write(evening(series, JULY), choir, CAME, CAME, AWAY, UNTOLD, said_network=choir)
    link = {"followed_network": choir, "said": "a man on the bus"}
    write(evening(series, JULY.replace(day=9), head_count=3), None, CAME, walked_in=True, **link)
    write(evening(series, AUGUST), choir, UNTOLD, UNTOLD)
    evening(series, SEPTEMBER)
    before = turnout_by_network(series, now=NOW)

    assert fold_months(NOW) == 3
    assert turnout_by_network(series, now=NOW) == before
    assert [(e.on, e.booked) for e in before.left_out] == [(AUGUST, 2)]
    MonthFigures.objects.update(came=41)
    assert turnout_by_network(series, now=NOW).came > 41, "the figures are really read"


def test_a_month_that_is_cut_by_the_period_is_counted_from_its_bookings(series):
    for day in (1, 8, 15):
        write(evening(series, JULY.replace(day=day)), None, CAME)
    write(evening(series, AUGUST), None, CAME)
    fold_months(NOW)

    def came(from_=None, to=None):
        return turnout_by_network(series, now=NOW, from_=from_, to=to).came

    assert came(from_=JULY) == 3
    assert came(to=JULY) == 2
    assert came(from_=date(2026, 7, 1), to=date(2026, 7, 31)) == 3


def test_before_a_month_was_over_its_figures_are_those_of_then(series):
    write(evening(series, JULY), None, CAME)
    write(evening(series, JULY.replace(day=20)), None, CAME)
    fold_months(NOW)

    then = datetime.datetime(2026, 7, 10, tzinfo=datetime.UTC)
    assert turnout_by_network(series, now=then).came == 1


def test_each_series_has_its_own_figures_in_one_statement(series, django_assert_num_queries):
    others = [create_series(), create_series()]
    for one, people in zip([series, *others], (3, 1, 0), strict=True):
        write(evening(one, JULY), create_network(series=one), *[CAME] * people)
        write(evening(one, OCTOBER), None, *[CAME] * people)
    fold_months(datetime.datetime(2026, 8, 9, tzinfo=datetime.UTC))

    with django_assert_num_queries(1):
        each = turnout_of_each([series, *others], now=NOW)

    assert [each[one.pk].came for one in [series, *others]] == [6, 2, 0]
    assert each[series.pk] == turnout_by_network(series, now=NOW)


def later_tap(booking):
    booking.outcome = CAME
    booking.save(update_fields=["outcome"])


def told_by_the_choir(booking, how):
    Booking.objects.filter(pk=booking.pk).update(**{how: booking.credited_network})


@pytest.mark.parametrize(
    ("change", "stay"),
    [
        (later_tap, [7, 9]),
        (lambda b: Booking.objects.filter(pk=b.pk).update(state=BookingState.CANCELLED), [7, 9]),
        (lambda b: Booking.objects.filter(pk=b.pk).update(credited_network=None), [7, 9]),
        (lambda b: b.delete(), [7, 9]),
        (lambda b: write(b.surgery, None, UNTOLD, walked_in=False), [7, 9, 10]),
        (lambda b: Booking.objects.filter(pk=b.pk).update(said="the choir"), [7, 9]),
        (lambda b: Booking.objects.filter(pk=b.pk).update(goal="A poster"), [7, 8, 9, 10]),
        (lambda b: told_by_the_choir(b, "said_network"), [7, 9]),
        (lambda b: told_by_the_choir(b, "followed_network"), [7, 9]),
        (lambda b: b.surgery.delete(), [7]),
        (lambda b: Surgery.objects.filter(pk=b.surgery_id).update(head_count=4), [7]),
        (lambda b: Surgery.objects.filter(pk=b.surgery_id).update(state="cancelled"), [7]),
        (lambda b: Surgery.objects.filter(pk=b.surgery_id).update(state="closed"), [7, 8, 9, 10]),
        (lambda b: evening(b.surgery.series, AUGUST.replace(day=1)), [7]),
    ],
)
def test_a_change_unfolds_its_month_and_those_where_it_may_be_a_first_time(series, change, stay):
    """Amina booked for August and came in October; others came in July and September."""
    amina = create_attendee(series=series)
    choir = create_network(series=series)
    write(evening(series, JULY), choir, CAME)
    (booking,) = write(evening(series, AUGUST), choir, UNTOLD, attendee=amina)
    write(evening(series, SEPTEMBER), choir, CAME)
    write(evening(series, OCTOBER), choir, CAME, attendee=amina)
    now = NOW + datetime.timedelta(days=1)
    fold_months(now)

    change(booking)

    assert [month.month for month in months()] == stay
    live = turnout_by_network(series, now=now)
    fold_months(now)
    assert turnout_by_network(series, now=now) == live


def test_without_the_trigger_the_figures_of_a_changed_month_are_wrong(series):
    """The negative control of all of these."""
    (booking,) = write(evening(series, JULY), None, UNTOLD)
    fold_months(NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE surgeries_booking DISABLE TRIGGER unfold_update")

    later_tap(booking)

    assert months() == [date(2026, 7, 1)]
    assert turnout_by_network(series, now=NOW).came == 0
    assert plain(series, NOW)[None]["came"] == 1


def test_a_booking_for_an_evening_to_come_unfolds_nothing(series):
    amina = create_attendee(series=series)
    write(evening(series, JULY), None, CAME, attendee=amina)
    fold_months(NOW)

    create_booking(surgery=create_surgery(series=series), attendee=amina)

    assert months() == [date(2026, 7, 1)]


def plain(series, now):
    """The figures by a plain GROUP BY over every booking: {network: figures}."""
    firsts = (
        Booking.objects.counted(now)
        .came()
        .filter(surgery__series=series)
        .order_by("attendee_id", "surgery__starts_at", "pk")
        .distinct("attendee_id")
        .values("pk")
    )
    rows = (
        Booking.objects.counted(now)
        .filter(surgery__series=series)
        .order_by()
        .values("credited_network")
        .annotate(
            booked=Count("pk", filter=Q(**FIGURES["booked"])),
            came=Count("pk", filter=Q(**FIGURES["came"])),
            did_not_come=Count("pk", filter=Q(**FIGURES["did_not_come"])),
            walk_ins=Count("pk", filter=Q(**FIGURES["walk_ins"])),
            new_people=Count("pk", filter=Q(pk__in=firsts)),
            surgeries=Count("surgery", distinct=True, filter=Q(**FIGURES["recorded"])),
        )
    )
    return {row.pop("credited_network"): row for row in rows if row["booked"] or row["walk_ins"]}


def shown(series, now):
    names = ("booked", "came", "did_not_come", "walk_ins", "new_people", "surgeries")
    return {
        row.pk: {name: getattr(row, name) for name in names}
        for row in turnout_by_network(series, now=now).networks
    }


@pytest.mark.parametrize("seed", range(6))
def test_the_figures_are_those_of_a_plain_group_by_whatever_happens(series, seed):
    """Late taps, walk-ins, corrections, merges, cancellations, moves, erasures, and folding."""
    chance = random.Random(seed)
    networks = [create_network(series=series) for _ in range(3)]
    people = [
        create_attendee(series=series, name=f"P{n}", contact=f"p{n}@example.org") for n in range(8)
    ]
    evenings = [evening(series, date(2026, month, 5)) for month in (3, 4, 5, 6, 7, 9)]
    now, folded = NOW, 0
    for _ in range(40):
        happens(chance, evenings, networks, people)
        if chance.random() < 0.5:
            folded += fold_months(now)
        assert shown(series, now) == plain(series, now)
    assert folded


def happens(chance, evenings, networks, people):
    """One thing that may happen to bookings, by chance."""
    bookings = Booking.objects.order_by("pk")
    one = bookings[chance.randrange(len(bookings))] if bookings else None
    kind = chance.randrange(8) if one else 0
    network = chance.choice([*networks, None])
    same = Booking.objects.filter(pk=one.pk) if one else None
    if kind in (0, 1):
        attendee, walked = chance.choice(people), chance.random() < 0.3
        outcome = CAME if walked else chance.choice([CAME, AWAY, UNTOLD])
        write(chance.choice(evenings), network, outcome, attendee=attendee, walked_in=walked)
    elif kind == 2 and not one.walked_in:
        same.update(outcome=chance.choice([CAME, AWAY, UNTOLD]))
    elif kind == 3:
        same.update(state=chance.choice([BookingState.CANCELLED, BookingState.BOOKED]))
    elif kind == 4:
        Booking.objects.filter(credited_network=chance.choice(networks)).update(
            credited_network=network
        )
    elif kind == 5:
        same.update(attendee=chance.choice(people))
    elif kind == 6:
        state = chance.choice([SurgeryState.CANCELLED, SurgeryState.CLOSED])
        Surgery.objects.filter(pk=chance.choice(evenings).pk).update(state=state)
    elif kind == 7:
        same.delete()


@pytest.mark.django_db(transaction=True)
def test_a_month_somebody_writes_to_is_folded_later():
    """Else the figures would be those of before, and nobody would take them away."""
    series = create_series()
    (booking,) = write(evening(series, JULY), None, UNTOLD)
    other = connection.copy()
    try:
        with transaction.atomic():
            later_tap(booking)
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, series.pk])
                assert cursor.fetchone() == (False,)
    finally:
        other.close()
    assert fold_months(NOW) == 1
