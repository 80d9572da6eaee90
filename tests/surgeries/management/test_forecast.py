"""The forecast command: exactly what model.md promises to programs that read it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from surgeries.states import Outcome, SurgeryState
from tests.factories import create_booking, create_network, create_series, create_surgery


def forecast(*options):
    out = StringIO()
    call_command("forecast", "--series", "dudley", *options, stdout=out)
    return out.getvalue()


def said(*options):
    return json.loads(forecast("--format", "json", *options))


@pytest.fixture
def series(db):
    return create_series(slug="dudley")


def evening(series, days, **fields):
    on = timezone.localdate() + timedelta(days=days)
    return create_surgery(series=series, on=on, places=(), **fields)


@pytest.fixture
def coming(series):
    """Three booked; one of ten came before, and one walked in at the only evening before."""
    choir = create_network(series=series, name="Café Choir")
    past = evening(series, -7)
    for number in range(10):
        outcome = Outcome.DID_NOT_COME if number else Outcome.CAME
        create_booking(surgery=past, outcome=outcome, imported=True)
    create_booking(surgery=past, outcome=Outcome.CAME, walked_in=True)
    coming = evening(series, 7)
    for network in (choir, choir, None):
        create_booking(surgery=coming, network=network, imported=True)
    return coming


P0 = (1 + 13) / (10 + 20)


def test_json_is_the_contract_with_its_keys_in_order(series, coming):
    found = said()
    assert found == {
        "series": "dudley",
        "surgeries": [
            {
                "date": coming.on.isoformat(),
                "booked": 3,
                "expected": pytest.approx(3 * P0 + 1),  # with the mean of walk-ins
                "low": 1,
                "high": 4,
                "networks": [
                    {
                        "network": "Café Choir",
                        "booked": 2,
                        "expected": pytest.approx(2 * P0),
                        "low": 0,
                        "high": 2,
                    },
                    {
                        "network": "Not known",
                        "booked": 1,
                        "expected": pytest.approx(P0),
                        "low": 0,
                        "high": 1,
                    },
                ],
            }
        ],
    }
    (surgery,) = found["surgeries"]
    assert list(surgery) == ["date", "booked", "expected", "low", "high", "networks"]
    assert list(surgery["networks"][0]) == ["network", "booked", "expected", "low", "high"]
    assert "Café" in forecast("--format", "json")


def test_a_surgery_nobody_booked_stands_there_with_no_network(series):
    later = evening(series, 9, state=SurgeryState.DRAFT)
    assert said()["surgeries"] == [
        {
            "date": later.on.isoformat(),
            "booked": 0,
            "expected": 0,
            "low": 0,
            "high": 0,
            "networks": [],
        }
    ]


def test_past_and_date_show_those_with_something_not_recorded(series, coming):
    past = evening(series, -14)
    create_booking(surgery=past, imported=True)
    days = [surgery["date"] for surgery in said("--past")["surgeries"]]
    assert days == [past.on.isoformat(), coming.on.isoformat()]
    assert [row["date"] for row in said("--date", days[0])["surgeries"]] == days[:1]
    assert said("--date", (coming.on - timedelta(days=14)).isoformat())["surgeries"] == []
    (first,) = said("--date", days[0])["surgeries"]
    assert first["expected"] == pytest.approx(0.65)  # nothing was before it


def test_the_table_is_for_reading(series, coming):
    head, surgery, choir, unknown = (line.split() for line in forecast().splitlines())
    assert head == ["Surgery", "Booked", "Expected", "Range"]
    assert surgery == [coming.on.isoformat(), "3", "2.4", "1", "to", "4"]
    assert choir == ["Café", "Choir", "2", "0.9", "0", "to", "2"]
    assert unknown == ["Not", "known", "1", "0.5", "0", "to", "1"]


def test_empty_data_says_what_to_do(series):
    assert said() == {"series": "dudley", "surgeries": []}
    assert forecast() == "There is no surgery to forecast. Set the next date first.\n"


@pytest.mark.django_db
def test_a_series_nobody_knows_and_a_day_that_is_none_are_refused():
    with pytest.raises(CommandError, match="There is no series “dudley”"):
        forecast()
    with pytest.raises(CommandError, match="--date"):
        forecast("--date", "tomorrow")


@pytest.mark.parametrize("surgeries", [1, 100])
def test_the_command_costs_the_same_for_one_and_for_a_hundred(
    series, surgeries, django_assert_num_queries
):
    for number in range(surgeries):
        create_booking(surgery=evening(series, number + 1), imported=True)
    with django_assert_num_queries(4):  # the series, the clock, the surgeries, their bookings
        assert len(said()["surgeries"]) == surgeries
