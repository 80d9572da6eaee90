"""Reading a register: columns, dates, yes and no, rows that are one booking."""

import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.refusals import Refused
from surgeries.rules.imports import (
    DAY_FIRST,
    MONTH_FIRST,
    BadRow,
    Layout,
    Row,
    decoded,
    layout_of,
    numbered,
    read_row,
    read_rows,
    together,
)
from surgeries.states import Outcome
from tests.factories import LONDON

HEADER = ["surgery_date", "attendee", "network", "booked_at", "reminded", "came"]


def read(*cells, order=None):
    layout = layout_of(HEADER, LONDON)
    return read_row(7, list(cells), Layout(layout.header, layout.places, LONDON, order))


def refused(*cells, order=None):
    with pytest.raises(BadRow) as bad:
        read(*cells, order=order)
    assert bad.value.line == 7
    return bad.value.column, bad.value.reason


def test_a_row_says_who_came_when_and_through_whom():
    row = read("2026-07-08", " Zoë  D’Arcy ", "Choir", "2026-07-01 10:17:51", "YES", "No")

    assert row == Row(
        line=7,
        on=date(2026, 7, 8),
        name="Zoë D’Arcy",
        name_key="zoë d’arcy",
        network="Choir",
        booked_at=datetime(2026, 7, 1, 10, 17, 51, tzinfo=LONDON),
        reminded=True,
        came=False,
    )
    assert row.outcome == Outcome.DID_NOT_COME


def test_what_is_empty_is_not_known():
    row = read("2026-07-08", "Amina", "", "", "", "")

    assert (row.network, row.booked_at, row.reminded, row.came) == ("", None, None, None)
    assert row.outcome == Outcome.NOT_RECORDED
    assert read("2026-07-08", "Amina", " not  KNOWN ", "", "", "").network == ""


def test_columns_stand_in_any_order_and_others_are_named():
    layout = layout_of(["Shoe size", "NETWORK", "attendee ", "surgery_date"], LONDON)
    row = read_row(2, ["38", "Choir", "Amina", "2026-07-08"], layout)

    assert layout.ignored == ["Shoe size"]
    assert (row.name, row.network, row.came) == ("Amina", "Choir", None)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (["surgery_date", "came"], "attendee, network is missing"),
        ([], "surgery_date, attendee, network is missing"),
        ([*HEADER, "Came"], "the column came is there twice"),
    ],
)
def test_a_first_line_that_does_not_name_the_columns_is_refused(header, sentence):
    with pytest.raises(Refused, match=sentence):
        layout_of(header, LONDON)


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        (["", "Amina", "", "", "", ""], "surgery_date", "there is no date"),
        (
            ["08/07/2026", "Amina", "", "", "", ""],
            "surgery_date",
            "“08/07/2026” is not a date like 2026-11-11",
        ),
        (["20260708", "A", "", "", "", ""], "surgery_date", "“20260708” is not a date like"),
        (["2026-W28-3", "A", "", "", "", ""], "surgery_date", "“2026-W28-3” is not a date like"),
        (["٢٠٢٦-٠٧-٠٨", "A", "", "", "", ""], "surgery_date", "is not a date like"),
        (["2026-02-30", "A", "", "", "", ""], "surgery_date", "“2026-02-30” is no day of the cal"),
        (["0206-07-08", "A", "", "", "", ""], "surgery_date", "the year of “0206-07-08” cannot"),
        (["2026-07-08", "  ", "", "", "", ""], "attendee", "there is no name"),
        (["2026-07-08", "a" * 201, "", "", "", ""], "attendee", "longer than 200 letters"),
        (["2026-07-08", "ΐ" * 200, "", "", "", ""], "attendee", "longer than 200 letters"),
        (["2026-07-08", "A", "n" * 201, "", "", ""], "network", "longer than 200 letters"),
        (["2026-07-08", "A", "", "yesterday", "", ""], "booked_at", "“yesterday” is not a date"),
        (["2026-07-08", "A", "", "2026-07-01 25:00", "", ""], "booked_at", "not a date and time"),
        (["2026-07-08", "A", "", "2026-07-01 noon", "", ""], "booked_at", "not a date and time"),
        (["2026-07-08", "A", "", "1900-01-01T00:00+23:59", "", ""], "booked_at", "not a date and"),
        (["2026-07-08", "A", "", "", "ja", ""], "reminded", "“ja” is not yes, no or empty"),
        (["2026-07-08", "A", "", "", "", "1"], "came", "“1” is not yes, no or empty"),
        (["2026-07-08", "A", ""], "", "3 cells where the first line has 6"),
        (["2026-07-08", "A", "", "", "", "", "x"], "", "7 cells where the first line has 6"),
    ],
)
def test_a_row_that_cannot_be_read_names_its_column_and_reason(cells, column, reason):
    found, why = refused(*cells)

    assert found == column
    assert reason in why


def test_empty_cells_beyond_the_last_column_do_no_harm():
    assert read("2026-07-08", "Amina", "", "", "", "", "", " ").name == "Amina"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01", datetime(2026, 7, 1, tzinfo=LONDON)),
        ("2026-07-01T09:05", datetime(2026, 7, 1, 9, 5, tzinfo=LONDON)),
        ("2026-07-01 9:05", datetime(2026, 7, 1, 9, 5, tzinfo=LONDON)),
        ("2026-07-01T09:05:30.5Z", datetime(2026, 7, 1, 9, 5, 30, 500_000, tzinfo=UTC)),
        ("2026-07-01 09:05+02:00", datetime(2026, 7, 1, 7, 5, tzinfo=UTC)),
        ("2026-12-31 09:05", datetime(2026, 12, 31, 9, 5, tzinfo=UTC)),
    ],
)
def test_when_somebody_booked_is_in_the_zone_of_the_series(text, moment):
    """Also after the surgery: that is accepted (model.md). Kept in UTC."""
    booked_at = read("2026-07-08", "Amina", "", text, "", "").booked_at

    assert (booked_at, booked_at.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("03/04/2026", DAY_FIRST, date(2026, 4, 3)),
        ("03/04/2026", MONTH_FIRST, date(2026, 3, 4)),
        ("3.4.26", DAY_FIRST, date(2026, 4, 3)),
        ("2026-04-03", MONTH_FIRST, date(2026, 4, 3)),
    ],
)
def test_which_comes_first_is_the_organisers_word(text, order, day):
    assert read(text, "Amina", "", "", "", "", order=order).on == day


def test_a_month_of_17_is_no_day_of_the_calendar():
    assert refused("04/17/2026", "A", "", "", "", "", order=DAY_FIRST)[0] == "surgery_date"


def table(data):
    return list(numbered(decoded(io.BytesIO(data))))


def test_lines_are_counted_as_an_editor_counts_them():
    data = '\ufeffa,b\r\n"two\nlines",x\r\n\r\n , \r\nlast,y'.encode()

    assert table(data) == [(1, ["a", "b"]), (2, ["two\nlines", "x"]), (6, ["last", "y"])]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("a,b\nZoë,x".encode("latin-1"), "Line 2: this is not UTF-8 text"),
        ("a,b".encode("utf-16"), "Line 1: this is not UTF-8 text"),
        (b'a,b\n"' + b"x" * 200_000, "Line 2: this is not a table"),
        (b"a,b\rc,d", "Line 1: this is not a table"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(data, sentence):
    with pytest.raises(Refused, match=sentence):
        table(data)


def test_bad_rows_are_handed_over_and_the_rest_goes_on():
    rows = [(2, ["2026-07-08", "A", "", "", "", ""]), (3, ["?", "B", "", "", "", ""])]
    bad = []

    good = list(read_rows(rows, layout_of(HEADER, LONDON), lambda b, cells: bad.append((b, cells))))

    assert [row.name for row in good] == ["A"]
    assert [(b.line, cells[1]) for b, cells in bad] == [(3, "B")]
    assert bad[0][0].where_and_why == "column surgery_date: “?” is not a date like 2026-11-11"


ANSWERS = st.sampled_from([None, True, False])
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
ROWS = st.builds(
    Row,
    line=st.integers(2, 99),
    on=st.just(date(2026, 7, 8)),
    name=st.sampled_from(["Amina", "AMINA"]),
    name_key=st.just("amina"),
    network=st.sampled_from(["", "Choir", "Scouts"]),
    booked_at=MOMENTS,
    reminded=ANSWERS,
    came=ANSWERS,
)


@given(ROWS, ROWS, ROWS)
def test_rows_merge_alike_wherever_the_file_is_cut(one, two, three):
    assert together(together(one, two), three) == together(one, together(two, three))


@given(ROWS, ROWS)
def test_merging_again_changes_nothing(one, two):
    both = together(one, two)

    assert together(both, one) == together(both, two) == together(both, both) == both
    assert (both.name, both.line) == (one.name, one.line)
    assert both.came == (True if True in (one.came, two.came) else both.came)
    assert both.network == (one.network or two.network)
    assert both.booked_at in (one.booked_at, two.booked_at)
