"""A register from the web: a file or pasted rows, and which column is which."""

import io
import zipfile
import zlib
from datetime import date, datetime, time
from itertools import islice
from xml.etree.ElementTree import ParseError

import openpyxl
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils.exceptions import InvalidFileException

from surgeries.refusals import Refused
from surgeries.rules.imports import (
    COLUMNS,
    DAY_FIRST,
    MANDATORY,
    MONTH_FIRST,
    Layout,
    decoded,
    guessed_places,
    numbered,
)
from surgeries.rules.names import tidy

MOST_ROWS = 20_000
MOST_BYTES = 5 * 2**20
MOST_UNPACKED = 15 * 2**20
MOST_TAGS = {"sheets": 1_000_000, "the rest": 200_000}  # 20,000 rows of six: 600,000 and 80,000
MOST_COLUMNS = 60
TOO_LARGE = gettext_lazy("This spreadsheet is too large. Save it as “CSV UTF-8”.")
# What openpyxl lets through of a file that is broken, or made to break it.
UNREADABLE = (
    *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, EOFError),
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
)


class UploadForm(forms.Form):
    """A CSV or XLSX file, or rows pasted from a spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("A file"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("A spreadsheet (XLSX) or CSV file, up to 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or paste the rows"),
        required=False,
        strip=False,
        help_text=gettext_lazy("Copy them in your spreadsheet, the names of the columns too."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )

    def clean(self):
        """Adds `table`: (line, cells) for each row, the first one naming the columns."""
        cleaned = super().clean()
        file, pasted = cleaned.get("file"), cleaned.get("pasted", "")
        if not file and not pasted.strip():
            raise forms.ValidationError(_("Choose a file, or paste some rows."))
        field = "file" if file else "pasted"
        try:
            table = _spoken_for(_of_file(file) if file else _of_text(io.StringIO(pasted)))
        except Refused as refusal:
            self.add_error(field, refusal.sentence)
        else:
            cleaned["table"] = table
            cleaned["filename"] = tidy(file.name) if file else _("pasted rows")
        return cleaned


class ColumnsForm(forms.Form):
    """Which column is which, and what comes first in 03/04/2026."""

    surgery_date = forms.ChoiceField(label=gettext_lazy("Date of the surgery"))
    attendee = forms.ChoiceField(label=gettext_lazy("Name of the person"))
    network = forms.ChoiceField(label=gettext_lazy("Network: who told them"))
    booked_at = forms.ChoiceField(label=gettext_lazy("When they booked"), required=False)
    reminded = forms.ChoiceField(label=gettext_lazy("Reminded: yes or no"), required=False)
    came = forms.ChoiceField(label=gettext_lazy("Came: yes or no"), required=False)
    order = forms.ChoiceField(
        label=gettext_lazy("How is 03/04/2026 read?"),
        choices=[
            (DAY_FIRST, gettext_lazy("3 April 2026")),
            (MONTH_FIRST, gettext_lazy("4 March 2026")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, data, *, header: list[str], zone):
        self.header, self.zone = header, zone
        guessed = {name: str(place) for name, place in guessed_places(header).items()}
        super().__init__(data if data else guessed | {"order": DAY_FIRST})
        places = [(str(n), name or _("column %d") % (n + 1)) for n, name in enumerate(header)]
        for name in COLUMNS:
            first = _("Choose a column") if name in MANDATORY else _("Not in this table")
            self.fields[name].choices = [("", first), *places]
            self.fields[name].error_messages["required"] = _("Say which column this is.")

    def clean(self):
        cleaned = super().clean()
        chosen = [cleaned[name] for name in COLUMNS if cleaned.get(name)]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError(_("Two of these are the same column. Choose again."))
        return cleaned

    @property
    def layout(self) -> Layout:
        """How to read the table; only of a valid form."""
        places = {n: int(self.cleaned_data[n]) for n in COLUMNS if self.cleaned_data.get(n)}
        names = (tidy(name) or _("column %d") % (n + 1) for n, name in enumerate(self.header))
        return Layout(tuple(names), places, self.zone, self.cleaned_data["order"])


def _spoken_for(rows) -> list[tuple[int, list[str]]]:
    """The rows of a table that is neither empty nor too long. Raises Refused."""
    table = list(islice(rows, MOST_ROWS + 2))
    if len(table) < 2:
        raise Refused(_("There must be a row with the names of the columns, and rows below it."))
    if len(table) > MOST_ROWS + 1:
        raise Refused(
            _("Line %(line)d: these are more than 20,000 rows. Bring them in by parts.")
            % {"line": table[-1][0]}
        )
    if len(table[0][1]) > MOST_COLUMNS:
        raise Refused(_("Line 1: these are more than 60 columns. Leave out those not needed."))
    return table


def _of_file(file):
    if file.size > MOST_BYTES:
        raise Refused(_("This file is larger than 5 MB. Bring it in by parts."))
    start = file.read(4)
    file.seek(0)
    if start == b"\xd0\xcf\x11\xe0":
        raise Refused(_("This is an old Excel file. Save it as XLSX or as “CSV UTF-8”."))
    if start == b"PK\x03\x04":
        return _of_workbook(file)
    return _of_text(decoded(file))


def _of_text(lines):
    """Rows of CSV; what parts the cells is guessed from the first line."""
    lines = iter(lines)
    first = next(lines, "")
    delimiter = max(",;\t", key=first.count)

    def again():
        yield first
        yield from lines

    return numbered(again(), delimiter=delimiter)


def _of_workbook(file):
    """Rows of the first sheet, read as they come; a date becomes its ISO form."""
    try:
        with zipfile.ZipFile(file) as packed:
            _refuse_a_bomb(packed)
        sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
        values = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
        lines = enumerate(islice(values, MOST_ROWS + 2), 1)
        rows = [(line, [_as_text(value) for value in cells]) for line, cells in lines]
        rows = [(line, cells) for line, cells in rows if any(cells)]
    except UNREADABLE as error:
        raise Refused(_("This is no spreadsheet we can read. Save it as “CSV UTF-8”.")) from error
    return _as_wide_as_the_first(rows)


def _refuse_a_bomb(packed):
    """A small file can unpack to minutes of reading: each tag costs time, most outside of sheets.

    Entities would multiply tags unseen, and no spreadsheet has any.
    """
    parts = packed.infolist()
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused(TOO_LARGE)
    tags = dict.fromkeys(MOST_TAGS, 0)
    for part in parts:
        text = packed.read(part).replace(b"\0", b"")  # UTF-16 reads like UTF-8
        if b"<!DOCTYPE" in text:
            raise ValueError("A spreadsheet that declares entities.")
        is_sheet = part.filename.startswith("xl/worksheets/")
        tags["sheets" if is_sheet else "the rest"] += text.count(b"<")
    if any(tags[where] > most for where, most in MOST_TAGS.items()):
        raise Refused(TOO_LARGE)


def _as_wide_as_the_first(rows):
    """Spreadsheets leave empty cells at the end in, or out, as they like."""
    width = max((n for n, cell in enumerate(rows[0][1], 1) if cell), default=0) if rows else 0
    for line, cells in rows:
        kept = cells[:width] + ["" for _missing in range(width - len(cells))]
        yield line, kept + [cell for cell in cells[width:] if cell]


def _as_text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return (value.date() if value.time() == time.min else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
