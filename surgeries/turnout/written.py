"""Turnout written down: JSON for programs, CSV for spreadsheets, a table for reading."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.writer.excel import save_workbook

from surgeries.templatetags.words import percent
from surgeries.turnout.networks import NetworkTurnout, Turnout

# A spreadsheet runs a cell that begins like this as a formula; some read full-width letters too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def as_json(turnout: Turnout, *, series: str, from_: date | None, to: date | None) -> str:
    """The contract of model.md: its keys in its order, numbers unrounded, null where unknown."""
    return json.dumps(
        {
            "series": series,
            "from": from_ and from_.isoformat(),
            "to": to and to.isoformat(),
            "booked": turnout.booked,
            "recorded": turnout.recorded,
            "came": turnout.came,
            "walk_ins": turnout.walk_ins,
            "through_the_door": turnout.through_the_door,
            "rate": turnout.rate,
            "networks": [_figures(row) for row in turnout.networks],
        },
        ensure_ascii=False,
        indent=2,
    )


def as_csv(turnout: Turnout) -> str:
    """One line for each network, the columns named as in the JSON. It cannot run in a sheet."""
    return lines_of(COLUMNS, [list(_figures(row).values()) for row in turnout.networks])


def as_xlsx(turnout: Turnout) -> bytes:
    """The same as a spreadsheet: names are text there, whatever they begin with."""
    return sheet_of(COLUMNS, [list(_figures(row).values()) for row in turnout.networks])


def sheet_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet, named "team only". No cell of it is a formula."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("team only")
    for row in (columns, *rows):
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    save_workbook(book, out)
    return out.getvalue()


def lines_of(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV with these columns that cannot run in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(sheet, value):
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"
    return cell


def as_table(turnout: Turnout) -> str:
    """Columns of text, rounded for reading, with everything together in the last line."""
    heads = [_("Network"), _("Came"), _("Recorded"), _("Booked"), _("Walked in"), _("New")]
    heads += [_("Rate"), _("Likely between"), _("Levelled"), _("What we can say")]
    lines = [heads, *(_cells(row) for row in turnout.networks)]
    last = [_("All together"), turnout.came, turnout.recorded, turnout.booked, turnout.walk_ins]
    lines.append([str(cell) for cell in [*last, turnout.new_people, percent(turnout.rate)]])
    return aligned(lines)


def aligned(lines: list[list[str]]) -> str:
    """Cells under each other; the first line names the columns. Words left, numbers right."""
    columns = range(len(lines[0]))
    widths = [max(len(line[n]) for line in lines if n < len(line)) for n in columns]
    return "\n".join(_aligned(line, widths) for line in lines)


COLUMNS = (
    *("network", "booked", "recorded", "came", "did_not_come", "walk_ins", "new_people"),
    *("surgeries", "rate", "shrunken", "wilson_low", "wilson_high", "completeness", "verdict"),
)


def _figures(row: NetworkTurnout) -> dict[str, Any]:
    low, high = row.wilson
    verdict = row.verdict and row.verdict.value
    ends = {"wilson_low": low, "wilson_high": high, "verdict": verdict}
    return {name: ends[name] if name in ends else getattr(row, name) for name in COLUMNS}


def _cells(row: NetworkTurnout) -> list[str]:
    counts = (row.came, row.recorded, row.booked, row.walk_ins, row.new_people)
    low, high = row.wilson
    between = "–" if low is None else f"{percent(low)} to {percent(high)}"
    said = str(row.verdict.label) if row.verdict else "–"
    rates = [percent(row.rate), between, percent(row.shrunken), said]
    return [row.network, *map(str, counts), *rates]


def _aligned(line: list[str], widths: list[int]) -> str:
    cells = [
        cell.ljust(width) if n in (0, len(widths) - 1) else cell.rjust(width)
        for n, (cell, width) in enumerate(zip(line, widths, strict=False))
    ]
    return "  ".join(cells).rstrip()


def harmless(value: Any) -> Any:
    """A cell that a spreadsheet takes for text, not for a formula."""
    is_formula = isinstance(value, str) and value.lstrip().startswith(FORMULA)
    return f"'{value}" if is_formula else value
