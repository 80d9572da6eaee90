"""What an organiser uploads: CSV, XLSX, pasted rows, and things that are none of these."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from surgeries.forms import imports
from surgeries.forms.imports import ColumnsForm, UploadForm
from tests.factories import LONDON

CSV = "surgery_date,attendee,network\n2026-07-08,Zoë D’Arcy,Choir\n"


def upload(data, name="register.csv", pasted=""):
    files = {"file": SimpleUploadedFile(name, data)} if data is not None else {}
    return UploadForm({"pasted": pasted}, files)


def table(form):
    assert form.is_valid(), form.errors
    return form.cleaned_data["table"]


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_is_read_whatever_parts_its_cells(delimiter, mark):
    form = upload((mark + CSV.replace(",", delimiter)).encode())

    assert table(form) == [
        (1, ["surgery_date", "attendee", "network"]),
        (2, ["2026-07-08", "Zoë D’Arcy", "Choir"]),
    ]
    assert form.cleaned_data["filename"] == "register.csv"


def test_rows_are_pasted_as_spreadsheets_copy_them():
    form = upload(None, pasted="date\tname\r\n08/07/2026\tZoë\r\n\r\n")

    assert table(form) == [(1, ["date", "name"]), (2, ["08/07/2026", "Zoë"])]


def test_a_workbook_is_read_with_its_dates_numbers_and_ticks():
    form = upload(
        workbook(
            ["date", "name", "came", "booked", None],
            [date(2026, 7, 8), "Zoë", True, datetime(2026, 7, 1, 10, 30)],  # noqa: DTZ001
            [],
            ["2026-07-08", 7.0, False, None, None, "stray"],
        ),
        "register.xlsx",
    )

    assert table(form) == [
        (1, ["date", "name", "came", "booked"]),
        (2, ["2026-07-08", "Zoë", "yes", "2026-07-01T10:30:00"]),
        (4, ["2026-07-08", "7", "no", "", "stray"]),
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("a,b\nZoë,x".encode("latin-1"), "Line 2: this is not UTF-8 text"),
        (b"\xd0\xcf\x11\xe0old", "This is an old Excel file."),
        (b"PK\x03\x04not a workbook", "This is no spreadsheet we can read."),
        (b"\x89PNG\r\n\x1a\n", "Line 1: this is not UTF-8 text"),
        (b"only,names,of,columns\n", "There must be a row with the names of the columns"),
        (b"\n\n", "There must be a row with the names of the columns"),
        (b"a," * 61 + b"\n1,2\n", "Line 1: these are more than 60 columns."),
        (b"date\n" + b"2026-07-08\n" * 20_001, "Line 20002: these are more than 20,000 rows."),
        (b"", "There must be a row with the names of the columns"),
        (None, "Choose a file, or paste some rows."),
    ],
)
def test_what_cannot_be_read_is_told_by_line_and_reason(data, sentence):
    form = upload(data)

    assert not form.is_valid()
    assert sentence in str(form.errors)


def test_twenty_thousand_rows_are_not_too_many():
    assert len(table(upload(b"date\n" + b"2026-07-08\n" * 20_000))) == 20_001


def test_large_files_are_refused_before_they_are_opened(monkeypatch):
    monkeypatch.setattr(imports, "MOST_BYTES", 10)
    assert "larger than 5 MB" in str(upload(CSV.encode()).errors)

    monkeypatch.undo()
    monkeypatch.setattr(imports, "MOST_UNPACKED", 10)
    assert "too large" in str(upload(workbook(["a"], ["b"])).errors)


STYLES, STRINGS = "xl/styles.xml", "xl/sharedStrings.xml"
SHEET = "xl/worksheets/sheet1.xml"
OF_A_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
WITH_STRINGS = (  # openpyxl writes none, other programs do
    b"</Types>",
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


def workbook_with(name, text):
    """A workbook one part of which says something else."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["a"], ["b"]))) as good,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        bad.writestr(name, text)
        for part in set(good.namelist()) - {name}:
            bad.writestr(part, good.read(part).replace(*WITH_STRINGS))
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (SHEET, f"<worksheet {OF_A_SHEET}><sheetData><row>{'<c/>' * 1_000_000}</row></sheetData>"),
        (STRINGS, f"<sst {OF_A_SHEET}>{'<si/>' * 200_000}</sst>"),
        (STYLES, f"<styleSheet {OF_A_SHEET}><fonts>{'<font/>' * 200_000}</fonts></styleSheet>"),
        ("docProps/app.xml", "<a>" + " " * imports.MOST_UNPACKED + "</a>"),
    ],
)
def test_a_small_file_that_unpacks_to_a_lot_is_refused_before_it_is_read(name, text, monkeypatch):
    monkeypatch.setattr(openpyxl, "load_workbook", None)
    data = workbook_with(name, text)

    assert len(data) < 30_000
    assert "This spreadsheet is too large." in str(upload(data).errors)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        (SHEET, f"<worksheet {OF_A_SHEET}><sheetData><row>"),
        (STRINGS, "no XML at all"),
        (STRINGS, f'<!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]><sst {OF_A_SHEET}>&l8;</sst>'),
    ],
)
def test_broken_workbooks_are_told_in_a_sentence(name, text, encoding):
    assert "This is no spreadsheet we can read." in str(
        upload(workbook_with(name, text.encode(encoding))).errors
    )


def test_workbooks_that_cannot_be_unpacked_are_told_in_a_sentence():
    good = workbook(["a"], ["b"])
    central = good.index(b"PK\x01\x02")
    encrypted = good[: central + 8] + b"\x01" + good[central + 9 :]
    packed_otherwise = good[: central + 10] + b"\x63" + good[central + 11 :]
    corrupt = good[:60] + b"\xff" * 40 + good[100:]

    for data in (encrypted, packed_otherwise, corrupt):
        assert "This is no spreadsheet we can read." in str(upload(data).errors)


def test_a_character_that_is_no_text_is_told_by_line_and_column():
    assert "Line 2, column 3: a character there is no text." in str(
        upload(CSV.replace("Choir", "Cho\0ir").encode()).errors
    )
    assert "Line 1, column 1:" in str(upload(("\0" + CSV).encode()).errors)


HEADER = ["Date", "Full name", "Who told you", "", "Attended"]


def columns(**answers):
    return ColumnsForm(answers, header=HEADER, zone=LONDON)


def test_columns_are_guessed_and_days_come_first():
    form = columns()

    assert form.is_valid(), form.errors
    assert form.layout.places == {"surgery_date": 0, "attendee": 1, "network": 2, "came": 4}
    assert form.layout.order == "day"
    assert form.layout.header[3] == "column 4"


def test_columns_can_be_chosen_and_left_out():
    form = columns(surgery_date="0", attendee="1", network="3", came="", order="month")

    assert form.is_valid()
    assert form.layout.places == {"surgery_date": 0, "attendee": 1, "network": 3}
    assert form.layout.order == "month"


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"surgery_date": "0", "attendee": "1", "order": "day"}, "Say which column this is."),
        (
            {"surgery_date": "0", "attendee": "1", "network": "1", "order": "day"},
            "Two of these are the same column.",
        ),
    ],
)
def test_columns_that_cannot_be_are_told(answers, sentence):
    form = columns(**answers)

    assert not form.is_valid()
    assert sentence in str(form.errors)
