"""Forecasts written down: JSON for programs, a table for reading (model.md, Contracts)."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from surgeries.rules.forecast import People
from surgeries.turnout.forecast import Forecast
from surgeries.turnout.written import aligned


def forecasts_as_json(forecasts: Iterable[Forecast], *, series: str) -> str:
    """The contract of model.md: its keys in its order, numbers unrounded."""
    surgeries = [
        {
            "date": forecast.surgery.on.isoformat(),
            **_figures(forecast.people),
            "networks": [
                {"network": row.network, **_figures(row.people)} for row in forecast.networks
            ],
        }
        for forecast in forecasts
    ]
    return json.dumps({"series": series, "surgeries": surgeries}, ensure_ascii=False, indent=2)


def forecasts_as_table(forecasts: Iterable[Forecast]) -> str:
    """A line for each surgery, and its networks below it; or what to do first."""
    lines = [[_("Surgery"), _("Booked"), _("Expected"), _("Range")]]
    for forecast in forecasts:
        lines.append([forecast.surgery.on.isoformat(), *_cells(forecast.people)])
        lines += ([f"  {row.network}", *_cells(row.people)] for row in forecast.networks)
    if len(lines) == 1:
        return _("There is no surgery to forecast. Set the next date first.")
    return aligned(lines)


def _figures(people: People) -> dict[str, Any]:
    return {
        "booked": people.booked,
        "expected": people.expected,
        "low": people.low,
        "high": people.high,
    }


def _cells(people: People) -> list[str]:
    between = _("%(low)d to %(high)d") % {"low": people.low, "high": people.high}
    return [str(people.booked), f"{people.expected:.1f}", between]
