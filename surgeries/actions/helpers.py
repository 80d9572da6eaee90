"""Helpers: offering an evening, the organiser's yes, and leaving again."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.outbox import call_off, owe
from surgeries.actions.places import settle_places
from surgeries.models import Helper, Helping, Surgery
from surgeries.refusals import Refused
from surgeries.rules.names import tidy
from surgeries.states import HelpingState, MessageKind, SurgeryState

log = logging.getLogger(__name__)


@transaction.atomic
def offer_help(surgery, *, name, email, style, can_help_with="", show_name=False, now):
    """Somebody offers to help at one evening, without an account. Returns the helping.

    It adds no places until the organiser says yes. The same person at the same evening is the
    same offer. Whoever types the address of a helper we know changes nothing about her: one who
    withdrew is owed her link, once a day, and only that makes it an offer again.
    """
    surgery = _still_to_come(surgery, now)
    helper, made = Helper.objects.get_or_create(
        series=surgery.series,
        email=email.lower(),
        defaults={
            "name": tidy(name),
            "can_help_with": tidy(can_help_with),
            "name_public_from": now if show_name else None,
            "created_at": now,
            "last_active_at": now,
        },
    )
    if not made:
        helper.last_active_at = now
        helper.save(update_fields=["last_active_at"])
    helping, made = Helping.objects.get_or_create(
        helper=helper, surgery=surgery, defaults={"style": style, "offered_at": now}
    )
    if made:
        helping.seal()
        helping.save(update_fields=["link_hash"])
        _owe(MessageKind.OFFER_RECEIVED, helping, now=now)
    elif helping.state == HelpingState.WITHDRAWN:
        today = now.astimezone(surgery.series.zone).date()
        owe(MessageKind.OFFER_RECEIVED, helping, now=now, again=f":{today.isoformat()}")
    return helping


@transaction.atomic
def offer_again(helping, *, now):
    """She withdrew and can come after all: an offer again, for the organiser to answer."""
    surgery = _still_to_come(helping.surgery, now)
    again = {"state": HelpingState.OFFERED, "offered_at": now, "answered_at": None}
    if surgery.helpings.filter(pk=helping.pk, state=HelpingState.WITHDRAWN).update(**again):
        helping.refresh_from_db(fields=list(again))
        _owe(MessageKind.OFFER_RECEIVED, helping, now=now)


@transaction.atomic
def confirm_helping(helping, *, by, now):
    """The organiser's yes: now she counts, and so do her places (R8)."""
    surgery = _still_to_come(helping.surgery, now)
    helping = surgery.helpings.select_related("helper").get(pk=helping.pk)
    if helping.state == HelpingState.WITHDRAWN:
        raise Refused(_("%(name)s cannot come after all.") % {"name": helping.helper.first_name})
    if helping.state == HelpingState.OFFERED:
        helping.state, helping.answered_at = HelpingState.CONFIRMED, now
        helping.save(update_fields=["state", "answered_at"])
        settle_places(surgery, now=now)
        _owe(MessageKind.OFFER_ACCEPTED, helping, now=now)
        log.info("helping %s confirmed by person %s", helping.pk, by.pk)


@transaction.atomic
def withdraw_helping(helping, *, by=None, now):
    """She cannot come, or the organiser says "not this time" (`by`).

    Free places go, bookings stand; what we still owed her about this evening is called off. After
    the organiser's "no" she is still sent her link, which tells her so.
    """
    surgery = _still_to_come(helping.surgery, now)
    here = surgery.helpings.filter(pk=helping.pk).exclude(state=HelpingState.WITHDRAWN)
    if here.update(state=HelpingState.WITHDRAWN, answered_at=now):
        settle_places(surgery, now=now)
        owed = helping.messages.all()
        call_off(owed.exclude(kind=MessageKind.OFFER_RECEIVED) if by else owed, now=now)
        log.info("helping %s withdrawn by %s", helping.pk, by.pk if by else "the helper")


@transaction.atomic
def show_helper_name(helper, *, shown, now):
    """Keep her own yes to her first name on the public page, or take it back."""
    helper.name_public_from = now if shown else None
    helper.save(update_fields=["name_public_from"])


def _still_to_come(surgery, now):
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    if surgery.state == SurgeryState.CANCELLED:
        raise Refused(_("This surgery was cancelled. Choose another evening."))
    if surgery.state != SurgeryState.PUBLISHED or surgery.ends_at <= now:
        raise Refused(_("This evening is over. Choose the next one."))
    return surgery


def _owe(kind, helping, *, now):
    """One message for each time she offers: an offer made again is answered again."""
    owe(kind, helping, now=now, again=f":{helping.offered_at:%Y%m%d%H%M%S}")
