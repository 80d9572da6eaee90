"""The turnout command: exactly what model.md promises to programs that read it."""

import csv
import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from surgeries.models import Network
from surgeries.states import Outcome
from tests.factories import create_booking, create_network, create_series, create_surgery


@pytest.fixture
def series(db):
    series = create_series(slug="dudley")
    july = create_surgery(series=series, on=date(2026, 7, 8), places=())
    evil = create_network(series=series, name='=HYPERLINK("évil")')
    for outcome in (Outcome.CAME, Outcome.CAME, Outcome.DID_NOT_COME):
        create_booking(surgery=july, network=evil, outcome=outcome, imported=True)
    create_booking(surgery=july, outcome=Outcome.CAME, walked_in=True)
    return series


def turnout(*options):
    out = io.StringIO()
    call_command("turnout", "--series", "dudley", *options, stdout=out)
    return out.getvalue()


def test_json_has_every_figure_unrounded(series):
    assert json.loads(turnout("--format", "json")) == {
        "series": "dudley",
        "from": None,
        "to": None,
        "booked": 3,
        "recorded": 3,
        "came": 2,
        "walk_ins": 1,
        "through_the_door": 3,
        "rate": 2 / 3,
        "networks": [
            {
                "network": '=HYPERLINK("évil")',
                "booked": 3,
                "recorded": 3,
                "came": 2,
                "did_not_come": 1,
                "walk_ins": 0,
                "new_people": 2,
                "surgeries": 1,
                "rate": 2 / 3,
                "shrunken": (2 + 10 * (15 / 23)) / 13,
                "wilson_low": pytest.approx(0.20765, abs=1e-5),
                "wilson_high": pytest.approx(0.93851, abs=1e-5),
                "completeness": 1.0,
                "verdict": "too few to say",
            },
            {
                "network": "Not known",
                "booked": 0,
                "recorded": 0,
                "came": 0,
                "did_not_come": 0,
                "walk_ins": 1,
                "new_people": 1,
                "surgeries": 0,
                "rate": None,
                "shrunken": 10 * (15 / 23) / 10,
                "wilson_low": None,
                "wilson_high": None,
                "completeness": None,
                "verdict": None,
            },
        ],
    }


def test_json_keys_stand_in_the_order_of_the_contract(series):
    said = json.loads(turnout("--format", "json"))

    assert list(said) == [
        *("series", "from", "to", "booked", "recorded", "came", "walk_ins"),
        *("through_the_door", "rate", "networks"),
    ]
    assert list(said["networks"][0]) == [
        *("network", "booked", "recorded", "came", "did_not_come", "walk_ins", "new_people"),
        *("surgeries", "rate", "shrunken", "wilson_low", "wilson_high", "completeness"),
        "verdict",
    ]


def test_a_period_stands_in_the_answer(series):
    said = json.loads(turnout("--format", "json", "--from", "2026-07-09", "--to", "2026-08-01"))

    assert (said["from"], said["to"], said["networks"]) == ("2026-07-09", "2026-08-01", [])


def test_csv_has_the_same_columns_and_no_formula_that_runs(series):
    lines = list(csv.DictReader(io.StringIO(turnout("--format", "csv"), newline="")))

    assert [line["network"] for line in lines] == ['\'=HYPERLINK("évil")', "Not known"]
    assert (lines[0]["rate"], lines[1]["rate"], lines[1]["verdict"]) == (str(2 / 3), "", "")
    assert list(lines[0]) == list(json.loads(turnout("--format", "json"))["networks"][0])


@pytest.mark.parametrize("first", "=+-@＝＋－＠")
def test_no_name_begins_like_a_formula(series, first):
    Network.objects.update(name=f"{first}1+1")

    lines = list(csv.DictReader(io.StringIO(turnout("--format", "csv"), newline="")))

    assert lines[0]["network"] == f"'{first}1+1"


def test_the_table_is_for_reading(series):
    head, first, not_known, last = (line.split() for line in turnout().splitlines())

    assert head[:3] == ["Network", "Came", "Recorded"]
    assert first[1:8] == ["2", "3", "3", "0", "2", "67%", "21%"]
    assert not_known == ["Not", "known", "0", "0", "0", "1", "1", "–", "–", "65%", "–"]
    assert last == ["All", "together", "2", "3", "3", "1", "3", "67%"]


@pytest.mark.django_db
def test_a_series_nobody_knows_is_named():
    with pytest.raises(CommandError, match="There is no series “dudley”"):
        turnout()


def test_a_period_that_ends_before_it_begins_is_refused(series):
    with pytest.raises(CommandError, match="--from is later than --to"):
        turnout("--from", "2026-07-09", "--to", "2026-07-08")


def test_a_date_must_be_a_date(series):
    with pytest.raises(CommandError, match="--from"):
        turnout("--from", "9 July")
