"""An import goes out again as a whole."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from surgeries.actions.imports import UPDATE_BATCH, plain
from surgeries.models import (
    Alias,
    Attendee,
    Belonging,
    Booking,
    Connector,
    Group,
    Helping,
    ImportRun,
    InviteLink,
    Network,
    Prospect,
    Series,
    Surgery,
)
from surgeries.refusals import Refused
from surgeries.rules.retention import IMPORTS

log = logging.getLogger(__name__)


@transaction.atomic
def undo_import(run: ImportRun, *, by, now: datetime) -> ImportRun:
    """Take an import out again: what it made goes, what it changed gets its old value back.

    What the team changed since keeps the team's value, and people, networks and surgeries that
    something else hangs on stay. Raises Refused when it is undone already, when a later import of
    the series builds on it, or when what it changed is no longer kept.
    """
    # An import that is still going on is a later one too: wait for it.
    Series.objects.select_for_update(no_key=True).get(pk=run.series_id)
    run = ImportRun.objects.select_for_update(no_key=True, of=("self",)).get(pk=run.pk)
    if run.undone_at:
        raise Refused(_("This import was undone already."))
    if run.started_at < IMPORTS.cutoff(now):
        raise Refused(_("This import is more than a year old. What was there before it is gone."))
    later = ImportRun.objects.filter(series=run.series_id, undone_at=None, pk__gt=run.pk)
    if last := later.order_by("-pk").first():
        raise Refused(
            _("Undo the later import of “%(file)s” first.") % {"file": last.filename or last.pk}
        )
    _restore(run)
    Booking.objects.filter(imported_by=run).delete()
    _without(Surgery, run, surgery=(Booking, Helping)).filter(head_count=None).delete()
    _without(Attendee, run, attendee=(Booking,)).delete()
    told = Q(said_network=OuterRef("pk")) | Q(followed_network=OuterRef("pk"))
    hanging = {"network": (InviteLink, Connector, Alias, Prospect, Belonging), "networks": (Group,)}
    _without(Network, run, **hanging, credited_network=(Booking,)).exclude(
        Exists(Booking.objects.filter(told))
    ).delete()
    run.undone_at, run.before = now, {}
    run.save(update_fields=["undone_at", "before"])
    log.info("import %s undone by person %s", run.pk, by and by.pk)
    return run


def _without(model, run, **hanging):
    """The rows of `model` that the run made and that nothing hangs on."""
    rows = model.objects.filter(imported_by=run)
    for field, others in hanging.items():
        for other in others:
            rows = rows.exclude(Exists(other.objects.filter(**{field: OuterRef("pk")})))
    return rows


def _restore(run: ImportRun) -> None:
    noted, fields = run.before, {name for values in run.before.values() for name in values}
    bookings = list(Booking.objects.select_for_update(no_key=True).filter(pk__in=noted))
    for booking in bookings:
        for name, (old, new) in noted[str(booking.pk)].items():
            if plain(getattr(booking, name)) == new:
                field: Any = Booking._meta.get_field(name)
                setattr(booking, name, field.to_python(old))
    if bookings:
        columns = {name.removesuffix("_id") for name in fields}
        Booking.objects.bulk_update(bookings, columns, batch_size=UPDATE_BATCH)
