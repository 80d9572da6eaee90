"""What an evening may expect, and that it learns only from the evenings before it."""

import pytest

from surgeries.models import Booking, Surgery
from surgeries.rules.forecast import Lead
from surgeries.states import BookingState, Outcome, SurgeryState
from surgeries.turnout.forecast import forecast_of, forecasts_of, surgeries_to_forecast
from tests import factories
from tests.factories import NOW
from tests.surgeries.turnout.evenings import DAY, evening_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return factories.create_series(organiser=factories.create_user())


@pytest.fixture
def surgery(series):
    return factories.create_surgery(series=series, places=(10, 10))


def test_without_a_past_65_of_100_come_and_nobody_walks_in(surgery):
    for _ in range(4):
        factories.create_booking(surgery=surgery)
    assert forecast_of(surgery, NOW).people.expected == pytest.approx(4 * 0.65)


def test_the_common_rate_is_learned_from_30_bookings_on(series, surgery):
    evening_before(series, 1, came=24, stayed_away=6)
    factories.create_booking(surgery=surgery)
    assert forecast_of(surgery, NOW).people.expected == pytest.approx(0.8)


def test_who_waits_counts_and_who_cancelled_or_walked_in_does_not(surgery):
    factories.create_booking(surgery=surgery, state=BookingState.WAITING)
    factories.create_booking(surgery=surgery, state=BookingState.DISPLACED)
    factories.create_booking(surgery=surgery, state=BookingState.CANCELLED)
    factories.create_booking(surgery=surgery, walked_in=True, outcome=Outcome.CAME)
    assert forecast_of(surgery, NOW).people.expected == pytest.approx(2 * 0.65)


def test_walk_ins_are_the_mean_of_the_last_six_recorded_evenings(series, surgery):
    for weeks in range(1, 7):
        evening_before(series, weeks, walk_ins=1 + (weeks == 1))
    evening_before(series, 7, walk_ins=90)
    evening_before(series, 8, came=0)  # nothing written down
    assert forecast_of(surgery, NOW).people.expected == pytest.approx(7 / 6)


def test_an_evening_without_a_walk_in_counts_and_one_without_a_register_does_not(series, surgery):
    evening_before(series, 1, came=1)
    evening_before(series, 2, walk_ins=1)
    forgotten = evening_before(series, 3)
    factories.create_booking(surgery=forgotten, imported=True)
    assert forecast_of(surgery, NOW).people.expected == pytest.approx(0.5)


def test_other_series_later_evenings_and_cancelled_ones_teach_nothing(series, surgery):
    evening_before(factories.create_series(), 1, came=30, walk_ins=9)
    evening_before(series, 2, came=30, walk_ins=9, state=SurgeryState.CANCELLED)
    evening_before(series, -2, walk_ins=9)
    factories.create_booking(surgery=surgery)
    assert forecast_of(surgery, NOW).people.expected == pytest.approx(0.65)
    after = surgery.ends_at + 30 * DAY
    assert forecast_of(surgery, after).people.expected == pytest.approx(0.65)


def book_days_before(surgery, days, number=1, **fields):
    when = surgery.starts_at - days * DAY
    return [
        factories.create_booking(surgery=surgery, imported=True, booked_at=when, **fields)
        for _ in range(number)
    ]


def teach(surgery, days, came, stayed_away, **fields):
    book_days_before(surgery, days, came, outcome=Outcome.CAME, **fields)
    book_days_before(surgery, days, stayed_away, outcome=Outcome.DID_NOT_COME, **fields)


def people(surgery, now=NOW):
    return forecast_of(surgery, now).people


@pytest.mark.parametrize("recorded", [29, 30])
def test_below_30_recorded_bookings_every_booking_uses_p0(series, surgery, recorded):
    past = evening_before(series, 1)
    teach(past, 0, came=20, stayed_away=0)
    teach(past, 30, came=0, stayed_away=recorded - 20)
    book_days_before(surgery, 30)
    p0 = (20 + 13) / (29 + 20)
    assert (people(surgery).expected == pytest.approx(p0)) == (recorded < 30)
    assert bool(forecast_of(surgery, NOW).by_lead) == (recorded == 30)


def test_who_books_on_the_day_is_surer_to_come(series, surgery):
    past = evening_before(series, 1)
    teach(past, 0, came=40, stayed_away=0)
    teach(past, 20, came=20, stayed_away=20)
    book_days_before(surgery, 20)
    later = factories.create_surgery(series=series, on=surgery.on + 7 * DAY)
    book_days_before(later, 0)
    found = forecasts_of(series, [surgery, later], NOW)
    assert 0.5 < found[surgery.pk].people.expected < 0.6
    assert 0.9 < found[later.pk].people.expected < 1
    assert [lead for lead, _chance in found[surgery.pk].by_lead] == [Lead.SAME_DAY, Lead.LONGER]


def test_days_ahead_are_counted_by_the_clock_of_the_series(series, surgery):
    """11:50pm of the day before is one day ahead, though it is hours before."""
    from_the_day = surgery.starts_at.replace(hour=0, minute=10)
    for moment in (from_the_day, from_the_day - DAY / 72):
        factories.create_booking(surgery=surgery, booked_at=moment)
    factories.create_booking(surgery=surgery, booked_at=None, imported=True)
    factories.create_booking(surgery=surgery, booked_at=surgery.starts_at + DAY, imported=True)
    leads = {cell.kind.lead: cell.booked for cell in forecast_of(surgery, NOW).cells}
    assert leads == {Lead.SAME_DAY: 2, Lead.DAYS_2: 1, Lead.UNKNOWN: 1}


def test_an_answer_and_a_former_visit_count_and_early_silence_does_not(series, surgery):
    past = evening_before(series, 1)
    book_days_before(past, 5, 30, outcome=Outcome.CAME, confirmed_at=NOW - 9 * DAY)
    teach(past, 5, came=10, stayed_away=20)
    regular = Booking.objects.filter(surgery=past, outcome=Outcome.CAME)[0].attendee
    (said_yes,) = book_days_before(surgery, 5, confirmed_at=NOW)
    said_yes_expects = people(surgery).expected
    said_yes.delete()
    book_days_before(surgery, 5, attendee=regular)
    assert [cell.kind.came_before for cell in forecast_of(surgery, NOW).cells] == [True]
    early, late = people(surgery).expected, people(surgery, surgery.starts_at - DAY).expected
    assert said_yes_expects > early > late


def evenings_of_two_networks(series, weeks, good=(9, 1), bad=(1, 9)):
    names = ("Choir", "Tenants")
    choir, tenants = (factories.create_network(series=series, name=name) for name in names)
    for week in range(1, weeks + 1):
        past = evening_before(series, week)
        teach(past, 5, *good, network=choir)
        teach(past, 5, *bad, network=tenants)
    return choir, tenants


def test_networks_that_differ_evening_after_evening_are_told_apart(series, surgery):
    choir, tenants = evenings_of_two_networks(series, 4)
    book_days_before(surgery, 5, 2, network=tenants)
    book_days_before(surgery, 5, 2, network=choir)
    book_days_before(surgery, 5, 3)
    found = forecast_of(surgery, NOW)
    assert found.learned.uses_networks
    assert [row.network for row in found.networks] == ["Not known", "Choir", "Tenants"]
    _unknown, of_choir, of_tenants = (row.people.expected for row in found.networks)
    assert of_choir > 1.5 > 0.5 > of_tenants


def test_networks_alike_have_no_effect(series, surgery):
    evenings_of_two_networks(series, 4, good=(5, 5), bad=(5, 5))
    assert not forecast_of(surgery, NOW).learned.uses_networks


def test_nothing_is_learned_from_the_evening_itself_or_a_later_one(series):
    """Every outcome from its own start on is turned round, and the forecast stays."""
    evenings = [evening_before(series, weeks) for weeks in (4, 3, 2, 1)]
    choir = factories.create_network(series=series)
    for evening in evenings:
        teach(evening, 0, 12, 1, network=choir)
        teach(evening, 20, 6, 9)
        factories.create_booking(surgery=evening, walked_in=True, outcome=Outcome.CAME)
    third = evenings[2]

    def said():
        found = forecast_of(third, NOW)
        return (found.learned, found.people, found.walk_ins)

    before = said()
    later = Booking.objects.filter(surgery__in=evenings[2:])
    later.filter(walked_in=True).delete()
    later.update(outcome=Outcome.DID_NOT_COME)
    assert said() == before
    Booking.objects.filter(surgery=evenings[1]).update(outcome=Outcome.CAME)
    assert said() != before


def test_a_surgery_learns_from_each_one_before_it_and_not_from_the_rest(series):
    evenings = [evening_before(series, weeks, came=30, stayed_away=30) for weeks in (3, 2, 1)]
    found = forecasts_of(series, list(reversed(evenings)), NOW)
    assert [found[evening.pk].learned.recorded for evening in evenings] == [0, 60, 120]


def test_upcoming_ones_are_forecast_and_past_ones_when_asked(series, surgery):
    draft = factories.create_surgery(
        series=series, on=surgery.on + 7 * DAY, state=SurgeryState.DRAFT
    )
    recorded = evening_before(series, 1, came=2)
    open_one = evening_before(series, 2, came=2)
    factories.create_booking(surgery=open_one, imported=True)
    cancelled = evening_before(series, 3, state=SurgeryState.CANCELLED)
    factories.create_booking(surgery=cancelled, imported=True)
    evening_before(factories.create_series(), 4)
    assert list(surgeries_to_forecast(series, NOW)) == [surgery, draft]
    assert list(surgeries_to_forecast(series, NOW, past=True)) == [open_one, surgery, draft]
    for evening, found in ((open_one, [open_one]), (recorded, []), (surgery, [surgery])):
        assert list(surgeries_to_forecast(series, NOW, on=evening.on)) == found
    Surgery.objects.filter(pk=open_one.pk).update(state=SurgeryState.CLOSED)
    assert list(surgeries_to_forecast(series, NOW, on=open_one.on)) == [open_one]


@pytest.mark.parametrize("rows", [1, 100])
def test_all_forecasts_are_one_statement(series, surgery, rows, django_assert_num_queries):
    coming = [surgery]
    for number in range(rows):
        network = factories.create_network(series=series)
        book_days_before(surgery, 3, network=network)
        if number < 5:
            teach(evening_before(series, number + 1), 3, 8, 8, network=network)
            on = surgery.on + (number + 1) * 7 * DAY
            coming.append(factories.create_surgery(series=series, on=on))
    with django_assert_num_queries(1):
        found = forecasts_of(series, coming, NOW)
        assert len(found[surgery.pk].networks) == rows
        assert found[surgery.pk].people.low <= found[surgery.pk].people.high
