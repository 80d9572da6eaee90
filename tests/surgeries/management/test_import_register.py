"""The import command, exactly as model.md describes it."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command

from surgeries.models import Booking, ImportRun, Series
from surgeries.states import Outcome
from tests.factories import create_series, create_user

HEADER = "came,network,attendee,surgery_date,shoe size\n"
GOOD = HEADER + "yes,Choir,Zoë,2026-07-08,38\nno,,Amina O’Neill,2026-07-08,\n"
BAD = GOOD + "maybe,Choir,Hana,2026-07-08,40\nyes,Choir,,2026-07-08,\n"


@pytest.fixture
def series(db):
    return create_series(slug="dudley", name="Dudley")


@pytest.fixture
def run(tmp_path):
    """Write the text to a file and import it; returns what was said and what was complained."""

    def run(text, *options):
        file = tmp_path / "register.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        out, complaints = io.StringIO(), io.StringIO()
        run.complaints = complaints
        call_command(
            *("import_register", str(file), "--series", "dudley", *options),
            stdout=out,
            stderr=complaints,
        )
        return out.getvalue()

    return run


def outcomes():
    return sorted(Booking.objects.values_list("attendee__name", "outcome"))


def test_a_register_comes_in_and_says_what_it_did(series, run):
    said = run("\ufeff" + GOOD).splitlines()

    assert outcomes() == [("Amina O’Neill", Outcome.DID_NOT_COME), ("Zoë", Outcome.CAME)]
    assert said[:4] == [
        "Columns ignored: shoe size",
        "2 rows read.",
        "New: 2 bookings, 1 surgery, 1 network, 2 attendees. Changed: 0 bookings.",
        f"To take it back: undo_import {ImportRun.objects.get().pk}",
    ]
    assert said[4].endswith(" MB")
    assert " rows/s, peak memory " in said[4]
    assert run.complaints.getvalue() == ""


def test_the_same_file_twice_says_that_nothing_changed(series, run):
    run(GOOD)

    assert "Nothing changed: all of it is here already." in run(GOOD)
    assert ImportRun.objects.count() == 1


def test_one_bad_row_and_nothing_comes_in(series, run):
    with pytest.raises(CommandError, match=r"2 bad rows\. Nothing was imported"):
        run(BAD)

    assert run.complaints.getvalue().splitlines() == [
        "Line 4, column came: “maybe” is not yes, no or empty",
        "Line 5, column attendee: there is no name",
    ]
    assert Booking.objects.count() == 0


def test_bad_rows_are_put_aside_when_asked(series, run, tmp_path):
    aside = tmp_path / "bad.csv"

    said = run(BAD, "--skip-bad", str(aside))

    assert outcomes() == [("Amina O’Neill", Outcome.DID_NOT_COME), ("Zoë", Outcome.CAME)]
    assert f"2 bad rows left out, see {aside}." in said
    assert list(csv.reader(aside.read_text(encoding="utf-8").splitlines())) == [
        ["came", "network", "attendee", "surgery_date", "shoe size", "line", "reason"],
        [
            *("maybe", "Choir", "Hana", "2026-07-08", "40"),
            *("4", "column came: “maybe” is not yes, no or empty"),
        ],
        ["yes", "Choir", "", "2026-07-08", "", "5", "column attendee: there is no name"],
    ]


def test_bad_rows_never_overwrite_the_register_itself(series, run, tmp_path):
    with pytest.raises(CommandError, match="would overwrite the register"):
        run(BAD, "--skip-bad", str(tmp_path / "register.csv"))

    assert (tmp_path / "register.csv").read_text(encoding="utf-8") == BAD


@pytest.mark.parametrize("options", [["--dry-run"], ["--dry-run", "--skip-bad", "/dev/null"]])
def test_a_dry_run_keeps_nothing(series, run, options):
    said = run(GOOD, *options)

    assert "New: 2 bookings" in said
    assert "This was a dry run: nothing was kept." in said
    assert (Booking.objects.count(), ImportRun.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_new_series_is_started_once_with_its_organiser(run):
    olu = create_user(email="olu@example.org")
    new = ("--new-series", "Dudley", "--organiser", "OLU@example.org")

    run(GOOD, *new)
    assert "Nothing changed" in run(GOOD, *new)

    assert Series.objects.get(slug="dudley").team.get().user == olu


@pytest.mark.django_db
def test_no_series_is_left_behind_when_nothing_came_in(run):
    with pytest.raises(CommandError):
        run(BAD, "--new-series", "Dudley")
    run(GOOD, "--new-series", "Dudley", "--dry-run")

    assert Series.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "There is no series “dudley”. Start it with --new-series NAME."),
        (["--new-series", "D", "--organiser", "stan@example.org"], "Nobody has signed up as stan"),
    ],
)
def test_whom_it_belongs_to_must_be_known(run, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(GOOD, *options)


def test_a_new_series_does_not_take_the_address_of_another(series, run):
    with pytest.raises(CommandError, match="“dudley” is there already: Dudley"):
        run(GOOD, "--new-series", "Moseley")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("attendee,network\nA,B\n", "Line 1: the column surgery_date is missing"),
        ("", "Line 1: the column surgery_date, attendee, network is missing"),
        (HEADER.encode() + "yes,Choir,Zoë,2026-07-08,38".encode("latin-1"), "Line 2: this is not"),
    ],
)
def test_a_broken_file_is_told_by_line_and_reason(series, run, text, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(text)

    assert Booking.objects.count() == 0


def test_a_file_that_is_not_there_is_told_so(series):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_register", "nowhere.csv", "--series", "dudley")


def test_an_import_is_taken_back_by_its_number(series, run):
    run(GOOD)
    number = ImportRun.objects.get().pk

    call_command("undo_import", number, stdout=io.StringIO())

    assert Booking.objects.count() == 0
    with pytest.raises(CommandError, match="undone already"):
        call_command("undo_import", number)
    with pytest.raises(CommandError, match="There is no import 0"):
        call_command("undo_import", 0)
