"""Whoever helps most times is down for every evening, until she says otherwise (R38)."""

import logging

from django.db import transaction

from surgeries.actions.outbox import owe, owe_all
from surgeries.actions.places import settle_places
from surgeries.models import Helper, Helping, Series, Surgery
from surgeries.states import STILL_MEANT, HelpingState, HelpingStyle, MessageKind, SurgeryState

log = logging.getLogger(__name__)


def hold_evenings(series, *, now):
    """The published evenings to come, held, and the series, so that none is added meanwhile.

    Part of the caller's transaction, which holds no surgery yet: they are held in one order for
    everybody.
    """
    Series.objects.select_for_update(no_key=True).get(pk=series.pk)
    to_come = Surgery.objects.locked().filter(series=series, ends_at__gt=now)
    return list(to_come.filter(state=SurgeryState.PUBLISHED).order_by("pk"))


def come_most_times(helper, evenings, *, now):
    """Put her down for `evenings`, and for every one that is published from now on.

    Part of the caller's transaction, which holds `evenings`. One that she said no to, or was let
    off, stays as it is. Each of the others owes her a message with its date.
    """
    hers = {helping.surgery_id: helping for helping in helper.helpings.filter(surgery__in=evenings)}
    _put_down([(helper, surgery) for surgery in evenings if surgery.pk not in hers], now)
    for surgery in evenings:
        helping = hers.get(surgery.pk)
        if helping and helping.state == HelpingState.OFFERED:
            _accept(helping, helper, surgery, now)
        settle_places(surgery, now=now)
    helper.regular_from = now
    helper.save(update_fields=["regular_from"])
    log.info("helper %s comes most times", helper.pk)


def add_regulars(surgery, *, now):
    """Put whoever helps most times down for an evening that is published now, and tell each.

    Part of the caller's transaction, which holds `surgery` and deals its chairs afterwards.
    """
    Series.objects.select_for_update(no_key=True).get(pk=surgery.series_id)
    regulars = Helper.objects.regular().filter(series=surgery.series_id)
    _put_down([(helper, surgery) for helper in regulars.never_asked(surgery).order_by("pk")], now)


@transaction.atomic
def ask_to_come_most_times(helping, *, now):
    """She comes once and would come most times: for the organiser to say yes to.

    Nothing happens for somebody who sits beside others first, or is regular already.
    """
    Helping.objects.filter(
        pk=helping.pk,
        style=HelpingStyle.JUST_ONCE,
        state__in=STILL_MEANT,
        helper__regular_from=None,
        surgery__ends_at__gt=now,
    ).update(style=HelpingStyle.REGULAR)
    _was_here(helping.helper, now)


@transaction.atomic
def come_no_longer_most_times(helper, *, by=None, now):
    """She is put down for no new evening. Those she is down for stand: she may say not this one."""
    to_come = helper.helpings.filter(style=HelpingStyle.REGULAR, surgery__ends_at__gt=now)
    to_come.update(style=HelpingStyle.JUST_ONCE)
    Helper.objects.filter(pk=helper.pk).update(regular_from=None)
    if not by:
        _was_here(helper, now)
    log.info("helper %s no longer comes most times, by %s", helper.pk, by.pk if by else "herself")


def _put_down(pairs, now):
    """Down for these evenings without having been asked; each is owed the news of it."""
    helpings = [
        Helping(
            helper=helper,
            surgery=surgery,
            style=HelpingStyle.REGULAR,
            state=HelpingState.CONFIRMED,
            offered_at=now,
            answered_at=now,
        )
        for helper, surgery in pairs
    ]
    Helping.objects.bulk_create(helpings)
    for helping in helpings:
        helping.seal()
    Helping.objects.bulk_update(helpings, ["link_hash"])
    owe_all(MessageKind.HELPING_ADDED, helpings, now=now)


def _accept(helping, helper, surgery, now):
    helping.helper, helping.surgery = helper, surgery
    helping.state, helping.answered_at = HelpingState.CONFIRMED, now
    helping.calendar_version += 1
    helping.save(update_fields=["state", "answered_at", "calendar_version"])
    again = f":{helping.calendar_version}"
    owe(MessageKind.OFFER_ACCEPTED, helping, now=now, again=again, series=surgery.series)


def _was_here(helper, now):
    helper.last_active_at = now
    helper.save(update_fields=["last_active_at"])
