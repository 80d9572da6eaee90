"""How a register is read: columns, rows, dates, yes and no, and rows that are one booking.

The contract is model.md's `import_register`; a web upload is read by the same functions.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from surgeries.refusals import Refused
from surgeries.rules.names import name_key, tidy
from surgeries.states import Outcome

MANDATORY = ("surgery_date", "attendee", "network")
OPTIONAL = ("booked_at", "reminded", "came")
COLUMNS = MANDATORY + OPTIONAL
DAY_FIRST, MONTH_FIRST = "day", "month"
LONGEST_NAME, LONGEST_KEY = 200, 400
YEARS = range(1900, 2200)
FARTHEST_ZONE = timedelta(hours=14)  # from UTC, on this earth
NOBODY = ("", "not known")
# What else people call these columns, for a first guess on the web.
ALSO_CALLED = {
    "surgery_date": ("surgery date", "date", "surgery", "session", "session date", "day", "when"),
    "attendee": ("name", "full name", "person", "who", "attendee name"),
    "network": ("group", "who told you", "told by", "heard from", "organisation", "referred by"),
    "booked_at": ("booked", "booked at", "booked on", "date booked"),
    "reminded": ("reminder", "reminder sent"),
    "came": ("attended", "present", "showed up", "outcome"),
}

ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
SPOKEN_DATE = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4}|[0-9]{2})")
CLOCK = re.compile(
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class BadRow(Exception):
    """One row cannot be read: `line` of the file, `column` by its name (or ""), `reason`."""

    def __init__(self, line: int, column: str, reason: str):
        super().__init__(f"{line}: {column}: {reason}")
        self.line, self.column, self.reason = line, column, reason

    @property
    def where_and_why(self) -> str:
        """ "column came: “maybe” is not yes, no or empty"."""
        if not self.column:
            return self.reason
        return _("column %(column)s: %(reason)s") % {"column": self.column, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Row:
    """What one row, or several of the same person and date, says. None is "not recorded"."""

    line: int
    on: date
    name: str
    name_key: str
    network: str
    booked_at: datetime | None
    reminded: bool | None
    came: bool | None

    @property
    def key(self) -> tuple[date, str]:
        """Rows with the same key are one booking."""
        return self.on, self.name_key

    @property
    def outcome(self) -> Outcome:
        """In the words of the register."""
        if self.came is None:
            return Outcome.NOT_RECORDED
        return Outcome.CAME if self.came else Outcome.DID_NOT_COME


@dataclass(frozen=True)
class Layout:
    """Where each column stands (`places`, by name), and how the dates are written.

    `order` is None for ISO dates only, or which comes first in 03/04/2026.
    """

    header: tuple[str, ...]
    places: dict[str, int]
    zone: ZoneInfo
    order: str | None = None

    @property
    def ignored(self) -> list[str]:
        """The columns nobody asked for, as the file names them."""
        used = set(self.places.values())
        return [name for n, name in enumerate(self.header) if n not in used and name]


def layout_of(header: list[str], zone: ZoneInfo) -> Layout:
    """The layout of a file whose first line names its columns. Raises Refused, in a sentence."""
    names = [tidy(name).casefold() for name in header]
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise Refused(_("Line 1: the column %(name)s is there twice.") % {"name": twice[0]})
    places = {name: names.index(name) for name in COLUMNS if name in names}
    missing = [name for name in MANDATORY if name not in places]
    if missing:
        raise Refused(
            _("Line 1: the column %(names)s is missing. The first line must name the columns.")
            % {"names": ", ".join(missing)}
        )
    return Layout(tuple(map(tidy, header)), places, zone)


def guessed_places(header: list[str]) -> dict[str, int]:
    """Column -> where it probably stands, for each of our columns that can be guessed."""
    names = [tidy(name).casefold() for name in header]
    guesses = {}
    for column in COLUMNS:
        found = [n for n in (column, *ALSO_CALLED[column]) if n in names]
        if found:
            guesses[column] = names.index(found[0])
    return guesses


def decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """The text of a file line by line, UTF-8 with or without BOM. Raises Refused with the line."""
    for number, line in enumerate(lines, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise Refused(
                _("Line %(line)d: this is not UTF-8 text. Save the file as “CSV UTF-8”.")
                % {"line": number}
            ) from None


def numbered(lines: Iterable[str], *, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The cells of each row and the line it begins on; empty lines are passed over."""
    reader = csv.reader(lines, delimiter=delimiter)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(
                _("Line %(line)d: this is not a table (%(error)s).")
                % {"line": line, "error": error}
            ) from None
        if any(cell.strip() for cell in cells):
            _refuse_what_is_no_text(line, cells)
            yield line, cells
        line = reader.line_num + 1


def _refuse_what_is_no_text(line: int, cells: list[str]) -> None:
    for column, cell in enumerate(cells, 1):
        if "\0" in cell:
            raise Refused(
                _("Line %(line)d, column %(column)d: a character there is no text. Take it out.")
                % {"line": line, "column": column}
            )


def written_table(table: Iterable[tuple[int, list[str]]]) -> str:
    """A table as text; each row begins with the line it had, so that we can name it later."""
    out = io.StringIO()
    csv.writer(out).writerows([line, *cells] for line, cells in table)
    return out.getvalue()


def table_from(text: str) -> Iterator[tuple[int, list[str]]]:
    """The table that `written_table` wrote."""
    for line, *cells in csv.reader(io.StringIO(text, newline="")):
        yield int(line), cells


def read_row(line: int, cells: list[str], layout: Layout) -> Row:
    """What a row says. Raises BadRow."""
    width = len(layout.header)
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        reason = _("%(there)d cells where the first line has %(wanted)d")
        raise BadRow(line, "", reason % {"there": len(cells), "wanted": width})
    said = {name: cells[place].strip() for name, place in layout.places.items()}
    values = {}
    for name, read in READERS.items():
        try:
            values[name] = read(said.get(name, ""), layout)
        except ValueError as error:
            raise BadRow(line, layout.header[layout.places[name]], str(error)) from None
    return Row(
        line=line,
        on=values["surgery_date"],
        name=values["attendee"],
        name_key=name_key(values["attendee"]),
        network=values["network"],
        booked_at=values["booked_at"],
        reminded=values["reminded"],
        came=values["came"],
    )


def read_rows(
    rows: Iterable[tuple[int, list[str]]],
    layout: Layout,
    on_bad: Callable[[BadRow, list[str]], object],
) -> Iterator[Row]:
    """The rows that can be read; `on_bad` is handed each that cannot, with its cells."""
    for line, cells in rows:
        try:
            yield read_row(line, cells, layout)
        except BadRow as bad:
            on_bad(bad, cells)


def together(first: Row, second: Row) -> Row:
    """Two rows of one person and date as one: `first` stands earlier in the file (model.md)."""
    return replace(
        first,
        network=first.network or second.network,
        booked_at=earliest(first.booked_at, second.booked_at),
        reminded=any_yes(first.reminded, second.reminded),
        came=any_yes(first.came, second.came),
    )


def any_yes(*answers: bool | None) -> bool | None:
    """Yes if any says yes, else no if any says no, else None."""
    if True in answers:
        return True
    return False if False in answers else None


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of those that are known."""
    return min((moment for moment in moments if moment), default=None)


def _person(text: str, layout: Layout) -> str:
    name = _short(text)
    if not name:
        raise ValueError(_("there is no name"))
    return name


def _network(text: str, layout: Layout) -> str:
    name = _short(text)
    return "" if name.casefold() in NOBODY else name


def _short(text: str) -> str:
    name = tidy(text)
    if len(name) > LONGEST_NAME or len(name.casefold()) > LONGEST_KEY:
        raise ValueError(_("longer than %(most)d letters") % {"most": LONGEST_NAME})
    return name


def _yes(text: str, layout: Layout) -> bool | None:
    try:
        return {"yes": True, "no": False, "": None}[text.casefold()]
    except KeyError:
        raise ValueError(_("“%(text)s” is not yes, no or empty") % {"text": text[:40]}) from None


def _day(text: str, layout: Layout) -> date:
    iso, spoken = ISO_DATE.fullmatch(text), layout.order and SPOKEN_DATE.fullmatch(text)
    if iso:
        year, month, day = map(int, iso.groups())
    elif spoken:
        one, other, year = map(int, spoken.groups())
        day, month = (one, other) if layout.order == DAY_FIRST else (other, one)
        year += 2000 if year < 100 else 0
    else:
        raise ValueError(_not_a_date(text, layout.order))
    if year not in YEARS:
        raise ValueError(_("the year of “%(text)s” cannot be right") % {"text": text[:40]})
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(_("“%(text)s” is no day of the calendar") % {"text": text[:40]}) from None


def _moment(text: str, layout: Layout) -> datetime | None:
    """A date, or a date and time, in the zone of the series unless it names its own; in UTC."""
    if not text:
        return None
    day_text, _gap, clock = text.replace("T", " ").partition(" ")
    day = _day(day_text, layout)
    clock = clock.strip() or "00:00"
    try:
        if not CLOCK.fullmatch(clock):
            raise ValueError(clock)
        moment = datetime.fromisoformat(f"{day}T{clock.zfill(5) if clock[1] == ':' else clock}")
        if abs(moment.utcoffset() or timedelta()) > FARTHEST_ZONE:
            raise ValueError(clock)
    except ValueError:
        raise ValueError(_("“%(text)s” is not a date and time") % {"text": text[:40]}) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=layout.zone)).astimezone(UTC)


def _not_a_date(text: str, order: str | None) -> str:
    if not text:
        return _("there is no date")
    like = "2026-11-11" if order is None else "2026-11-11, 11/11/2026"
    return _("“%(text)s” is not a date like %(like)s") % {"text": text[:40], "like": like}


READERS: dict[str, Callable[[str, Layout], Any]] = {
    "surgery_date": _day,
    "attendee": _person,
    "network": _network,
    "booked_at": _moment,
    "reminded": _yes,
    "came": _yes,
}
