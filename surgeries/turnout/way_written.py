"""The way of a person, written down for the team: JSON for programs, CSV and XLSX for sheets."""

import json
from typing import Any

from surgeries.turnout.networks import NOT_KNOWN
from surgeries.turnout.way import FIGURES, NetworkWay, Scope, Way
from surgeries.turnout.written import lines_of, sheet_of

COLUMNS = ("network", "series", "told", *FIGURES)


def as_json(way: Way, scope: Scope) -> str:
    """Every figure of every network and of everybody together; null where nothing can be known."""
    days = {"from": scope.from_, "to": scope.to, "surgery": scope.surgery and scope.surgery.on}
    return json.dumps(
        {
            "for": "team only",
            "series": [series.slug for series in scope.series],
            **{name: day and day.isoformat() for name, day in days.items()},
            "together": {name: getattr(way.together, name) for name in ("told", *FIGURES)},
            "networks": [dict(zip(COLUMNS, _row(row), strict=True)) for row in way.networks],
        },
        ensure_ascii=False,
        indent=2,
    )


def as_csv(way: Way) -> str:
    """One line for each network; it cannot run in a spreadsheet."""
    return lines_of(COLUMNS, map(_row, way.networks))


def as_xlsx(way: Way) -> bytes:
    """The same as a workbook of one sheet."""
    return sheet_of(COLUMNS, map(_row, way.networks))


def _row(row: NetworkWay) -> list[Any]:
    figures = (getattr(row, name) for name in ("told", *FIGURES))
    return [row.network or NOT_KNOWN, row.series, *figures]
