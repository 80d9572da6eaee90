"""A series says when its reminders leave and in which words; stored only where that is not ours."""

import datetime
import logging

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surgeries.models import ReminderTime, Series, Wording
from surgeries.refusals import Refused
from surgeries.rules.reminders import TIMETABLE, Hours, in_the_quiet_hours, out_of_order
from surgeries.rules.wording import PARTS, Words, ours, refuse_unless_sound, tidied
from surgeries.states import MessageKind
from surgeries.templatetags.words import clock

log = logging.getLogger(__name__)

LEAST_OPEN = datetime.timedelta(hours=1)
_OUT_OF_ORDER = {
    MessageKind.REMINDER_EARLY: gettext_lazy(
        "The early reminder leaves before the others. Give it more days than them."
    ),
    MessageKind.REMINDER_FIRST: gettext_lazy(
        "The first reminder leaves before the last one. Give it more days than that."
    ),
}


@transaction.atomic
def set_timetable(series, *, timetable, opens, closes, by):
    """Keep when reminders leave, {kind: When}, and between which times of day we write (R20, R21).

    What is owed already keeps its time. Refused out of order, for a reminder in the quiet hours,
    and for a day of less than an hour; the field is `closes`, or the kind with `_days` or `_at`.
    """
    _refuse_a_day_without_hours(opens, closes)
    if kind := out_of_order(timetable):
        raise Refused(str(_OUT_OF_ORDER[kind]), field=f"{kind}_days")
    if kind := in_the_quiet_hours(timetable, Hours(series.zone, opens, closes)):
        raise Refused(
            _("Nobody is written to at that time. Choose one from %(opens)s to %(closes)s.")
            % {"opens": clock(opens), "closes": clock(closes)},
            field=f"{kind}_at",
        )
    series = Series.objects.select_for_update(no_key=True).get(pk=series.pk)
    series.writes_from, series.writes_until = opens, closes
    series.save(update_fields=["writes_from", "writes_until"])
    for kind, when in timetable.items():
        if when == TIMETABLE[kind]:
            series.reminder_times.filter(kind=kind).delete()
        else:
            ReminderTime.objects.update_or_create(
                series=series,
                kind=kind,
                defaults={"on": when.on, "days_before": when.days, "at": when.at},
            )
    _note("when reminders leave", series, by)


@transaction.atomic
def set_wording(series, kind, *, subject, email, text, by):
    """Keep the words of one kind of message, {placeholders} and all.

    A part that is empty, or as we say it, is ours from now on. Refused, naming the part, for
    what must not stand in a message.
    """
    said = Words(*(tidied(words) for words in (subject, email, text)))
    own = {}
    for part in PARTS:
        words = getattr(said, part)
        refuse_unless_sound(part, words)
        own[part] = "" if words == getattr(ours(kind), part) else words
    if any(own.values()):
        Wording.objects.update_or_create(series=series, kind=kind, defaults=own)
    else:
        Wording.objects.filter(series=series, kind=kind).delete()
    _note(f"the words of {kind}", series, by)


def _refuse_a_day_without_hours(opens, closes):
    midnight = datetime.date.min
    day = datetime.datetime.combine(midnight, closes) - datetime.datetime.combine(midnight, opens)
    if day < LEAST_OPEN:
        raise Refused(
            _("Leave at least an hour in which we may write: choose a later time."), field="closes"
        )


def _note(what, series, by):
    log.info("series %s set %s by person %s", series.pk, what, by and by.pk)
