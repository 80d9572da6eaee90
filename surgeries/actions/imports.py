"""A register of the past comes in, row by row or whole, and goes out again as a whole.

Rows are read in batches, and each batch looks up only what it touches: time grows with the rows,
memory does not.
"""

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from surgeries.actions.attendees import write_first_networks
from surgeries.models import (
    Attendee,
    Booking,
    ImportDraft,
    ImportRun,
    Network,
    Series,
    Surgery,
    TeamMember,
)
from surgeries.refusals import Refused
from surgeries.rules.imports import (
    Layout,
    Row,
    any_yes,
    earliest,
    read_rows,
    together,
    written_table,
)
from surgeries.rules.names import name_key
from surgeries.states import Outcome, OutcomeSource, Role, SurgeryState
from surgeries.turnout.attribution import networks_named

BATCH = 2000
UPDATE_BATCH = 500
SAID_BY_THE_TEAM = (OutcomeSource.TAPPED, OutcomeSource.EVERYONE)
log = logging.getLogger(__name__)


@dataclass
class Done:
    """What an import did, in rows of each kind. `run` is None when nothing was kept."""

    rows: int = 0
    bookings: int = 0
    changed: int = 0
    surgeries: int = 0
    networks: int = 0
    people: int = 0
    run: ImportRun | None = None

    @property
    def nothing_changed(self) -> bool:
        return not (self.bookings or self.changed)


@transaction.atomic
def import_register(
    series: Series,
    rows: Iterable[Row],
    *,
    filename: str,
    by,
    now: datetime,
    dry_run: bool = False,
) -> Done:
    """Write the rows of a register into `series`; a dry run writes and takes everything back.

    Rows of one person and date become one booking, also with those that are there already; what
    the team itself recorded is never overwritten. Nothing is owed to anybody.
    """
    # Two imports at a time would not see each other's rows.
    Series.objects.select_for_update(no_key=True).get(pk=series.pk)
    run = ImportRun.objects.create(
        series=series, filename=filename[:200], started_by=by, started_at=now
    )
    done, rows = Done(), iter(rows)
    while batch := list(islice(rows, BATCH)):
        done.rows += len(batch)
        _take(batch, run=run, done=done)
    write_first_networks(Attendee.objects.filter(imported_by=run))
    done.changed = len(run.before)
    counts = asdict(done)
    counts.pop("run")
    run.summary = counts
    run.save(update_fields=["summary", "before"])
    if dry_run or done.nothing_changed:
        transaction.set_rollback(True)
    else:
        done.run = run
        log.info("import %s into series %s: %s", run.pk, series.pk, run.summary)
    return done


@transaction.atomic
def import_into_new_series(
    rows: Iterable[Row], *, slug: str, name: str, filename: str, by, now: datetime, dry_run=False
) -> Done:
    """Start a series with this address and name, with `by` (or nobody yet) as its organiser.

    Nothing is started when nothing is imported. Raises Refused for an address that is no slug.
    """
    if slugify(slug) != slug or not slug:
        raise Refused(_("Write the series’ address in small letters and hyphens, like my-town."))
    series = Series.objects.create(slug=slug, name=name, town=name, started_by=by, created_at=now)
    if by:
        TeamMember.objects.create(series=series, user=by, role=Role.ORGANISER, joined_at=now)
    done = import_register(series, rows, filename=filename, by=by, now=now, dry_run=dry_run)
    if not done.run:
        transaction.set_rollback(True)
    return done


def _take(batch: list[Row], *, run: ImportRun, done: Done) -> None:
    """Write one batch: what is there is merged, what is new is made."""
    wanted: dict[Any, Row] = {}
    for row in batch:
        before = wanted.get(row.key)
        wanted[row.key] = together(before, row) if before else row
    surgeries = _surgeries(run, {row.on for row in wanted.values()}, done)
    networks = _networks(run, [row.network for row in wanted.values() if row.network], done)
    there = _bookings_there(run, surgeries.values(), {key for _on, key in wanted})
    changed: dict[Any, Booking] = {}
    new: list[tuple[Row, str]] = []
    fields: set[str] = set()
    for (on, key), row in wanted.items():
        booking = there.get((surgeries[on], key))
        if booking is None:
            new.append((row, key))
        elif merged := _merge(booking, row, networks, run):
            changed[booking.pk] = booking
            fields |= merged
    if changed:
        Booking.objects.bulk_update(changed.values(), fields, batch_size=UPDATE_BATCH)
    people = _people(run, new, done)
    Booking.objects.bulk_create(
        _booking(row, surgeries[row.on], people[key], networks, run) for row, key in new
    )
    done.bookings += len(new)


def _surgeries(run, days, done) -> dict[Any, int]:
    """Date -> the surgery of that date, made where there is none."""
    on_those = Surgery.objects.filter(series=run.series, on__in=days)
    standing = on_those.exclude(state=SurgeryState.CANCELLED)
    found = dict(standing.values_list("on", "pk"))
    made = Surgery.objects.bulk_create(_surgery(run, on) for on in sorted(days - found.keys()))
    done.surgeries += len(made)
    return found | {surgery.on: surgery.pk for surgery in made}


def _surgery(run, on) -> Surgery:
    """An evening at the usual hours, without places: closed if it is over, else a draft.

    Nobody can come to one that has no place yet, so only the organiser publishes it.
    """
    series, now = run.series, run.started_at
    starts_at = datetime.combine(on, series.usual_start, series.zone).astimezone(UTC)
    ends_at = starts_at + timedelta(minutes=series.usual_minutes)
    over = ends_at <= now
    return Surgery(
        series=series,
        on=on,
        starts_at=starts_at,
        ends_at=ends_at,
        state=SurgeryState.CLOSED if over else SurgeryState.DRAFT,
        closed_at=now if over else None,
        created_at=now,
        imported_by=run,
    )


def _networks(run, names, done) -> dict[str, int | None]:
    """Name key -> the network, made with its first spelling where nothing is known by that name.

    None for what the organiser said is no network.
    """
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name_key(name), name)
    found = networks_named(run.series, spelled.values())
    made = Network.objects.bulk_create(
        Network(
            series=run.series,
            name=name,
            key=key,
            created_at=run.started_at,
            imported_by=run,
        )
        for key, name in spelled.items()
        if key not in found
    )
    done.networks += len(made)
    return found | {network.key: network.pk for network in made}


def _bookings_there(run, surgeries, keys) -> dict[tuple[int, str], Booking]:
    """(surgery, name key) -> the booking a row merges into: who booked before who walked in."""
    bookings = (
        Booking.objects.live()
        .filter(surgery__in=surgeries)
        # The series is what the index of names begins with.
        .filter(attendee__series=run.series, attendee__name_key__in=keys)
        .select_for_update(no_key=True, of=("self",))
        .select_related("attendee")
        .order_by("walked_in", "booked_at", "pk")
    )
    there: dict[tuple[int, str], Booking] = {}
    for booking in bookings:
        there.setdefault((booking.surgery_id, booking.attendee.name_key), booking)
    return there


def _merge(booking, row, networks, run) -> set[str]:
    """Set on `booking` what `row` adds and note in the run what was there; the fields changed."""
    values = {
        "booked_at": earliest(booking.booked_at, row.booked_at),
        "reminded": any_yes(booking.reminded, row.reminded),
        **_outcome_of(booking, row, run.started_at),
    }
    if row.network and not booking.credited_network_id:
        values |= _told_by(row, networks)
        if booking.said:
            del values["said"]
    changed = {name for name, value in values.items() if value != getattr(booking, name)}
    if booking.imported_by_id != run.pk:
        for name in changed:
            noted = run.before.setdefault(str(booking.pk), {}).setdefault(
                name, [plain(getattr(booking, name)), None]
            )
            noted[1] = plain(values[name])
    for name in changed:
        setattr(booking, name, values[name])
    return {name.removesuffix("_id") for name in changed}


def _outcome_of(booking, row, now) -> dict[str, Any]:
    """Came if any says so. Nothing where the row says no more, or the team said it itself."""
    said = {Outcome.CAME: True, Outcome.DID_NOT_COME: False}.get(booking.outcome)
    came = any_yes(said, row.came)
    if came == said or booking.outcome_source in SAID_BY_THE_TEAM:
        return {}
    outcome = Outcome.CAME if came else Outcome.DID_NOT_COME
    return {"outcome": outcome, "outcome_at": now, "outcome_source": OutcomeSource.IMPORTED}


def _told_by(row, networks) -> dict[str, Any]:
    network = networks.get(name_key(row.network)) if row.network else None
    return {"said": row.network, "said_network_id": network, "credited_network_id": network}


def _people(run, new, done) -> dict[str, int]:
    """Name key -> the attendee of this series, made with the first spelling where unknown."""
    spelled: dict[str, str] = {}
    for row, key in new:
        spelled.setdefault(key, row.name)
    known: dict[str, list[Attendee]] = {}
    there = Attendee.objects.known().filter(series=run.series, name_key__in=spelled)
    for attendee in there.order_by("pk"):
        known.setdefault(attendee.name_key, []).append(attendee)
    found = {key: pk for key, same in known.items() if (pk := _the_one(same))}
    made = Attendee.objects.bulk_create(
        Attendee(
            series=run.series,
            name=name,
            name_key=key,
            created_at=run.started_at,
            last_active_at=run.started_at,
            imported_by=run,
        )
        for key, name in spelled.items()
        if key not in found
    )
    done.people += len(made)
    return found | {attendee.name_key: attendee.pk for attendee in made}


def _the_one(same_name: list[Attendee]) -> int | None:
    """Whom a name alone means: the person of an earlier import, or the only one of that name."""
    imported = [a for a in same_name if a.imported_by_id and not a.contact]
    if imported or len(same_name) == 1:
        return (imported or same_name)[0].pk
    return None


def _booking(row, surgery, attendee, networks, run) -> Booking:
    recorded = row.came is not None
    return Booking(
        surgery_id=surgery,
        attendee_id=attendee,
        outcome=row.outcome,
        outcome_at=run.started_at if recorded else None,
        outcome_source=OutcomeSource.IMPORTED if recorded else "",
        booked_at=row.booked_at,
        reminded=row.reminded,
        imported=True,
        imported_by=run,
        **_told_by(row, networks),
    )


def plain(value) -> Any:
    """A value as JSON keeps it; the same instant is the same text."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


# Drafts --------------------------------------------------------------------------------


@transaction.atomic
def keep_draft(series: Series, *, filename: str, table, by, now: datetime) -> ImportDraft:
    """Keep an uploaded table until she has looked at it; the next one takes its place.

    `table` is (line, cells) for each row, the first one being the names of the columns.
    """
    draft, _made = ImportDraft.objects.update_or_create(
        series=series,
        owner=by,
        defaults={
            "filename": filename[:200],
            "text": written_table(table),
            "created_at": now,
        },
    )
    return draft


@transaction.atomic
def import_draft(draft: ImportDraft, layout: Layout, *, by, now: datetime) -> Done:
    """Import a table she has said yes to, and forget it. Raises Refused for the first bad row."""

    def refuse(bad, _cells):
        raise Refused(
            _("Line %(line)d, %(why)s. Nothing was imported.")
            % {"line": bad.line, "why": bad.where_and_why}
        )

    table = draft.table
    next(table)
    rows = read_rows(table, layout, refuse)
    done = import_register(draft.series, rows, filename=draft.filename, by=by, now=now)
    draft.delete()
    return done
