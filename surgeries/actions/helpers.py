"""Helpers: offering an evening, the organiser's yes, other hours, a night off, and what she tells.

Places follow at once, in the same transaction; bookings stand (R8).
"""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.outbox import call_off, owe
from surgeries.actions.places import settle_places
from surgeries.actions.regulars import come_most_times, hold_evenings
from surgeries.models import Helper, Helping, Surgery
from surgeries.refusals import Refused
from surgeries.rules.helpers import hours_within
from surgeries.rules.names import tidy
from surgeries.states import (
    BY_THE_ORGANISER,
    HelpingState,
    HelpingStyle,
    MessageKind,
    SurgeryState,
    Withdrawal,
)
from surgeries.templatetags.words import clock

log = logging.getLogger(__name__)


# Offering --------------------------------------------------------------------------------


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
        _was_here(helper, now)
    helping, made = Helping.objects.get_or_create(
        helper=helper, surgery=surgery, defaults={"style": style, "offered_at": now}
    )
    if made:
        helping.seal()
        helping.save(update_fields=["link_hash"])
        _owe(MessageKind.OFFER_RECEIVED, helping, now)
    elif helping.state == HelpingState.WITHDRAWN:
        today = now.astimezone(surgery.series.zone).date()
        owe(MessageKind.OFFER_RECEIVED, helping, now=now, again=f":{today.isoformat()}")
    return helping


@transaction.atomic
def offer_again(helping, *, now):
    """She was not coming and can after all: an offer again, for the organiser to answer."""
    helping = _held(helping, now)
    if helping.state != HelpingState.WITHDRAWN:
        return
    helping.state, helping.withdrawal = HelpingState.OFFERED, ""
    helping.offered_at, helping.answered_at = now, None
    _keep(helping, "state", "withdrawal", "offered_at", "answered_at")
    _was_here(helping.helper, now)
    call_off(helping.messages.filter(kind=MessageKind.NIGHT_OFF), now=now)
    _owe(MessageKind.OFFER_RECEIVED, helping, now)


# Yes, and no -----------------------------------------------------------------------------


@transaction.atomic
def confirm_helping(helping, *, by, now):
    """The organiser's yes: now she counts, and so do her places (R8).

    To somebody who would come most times it is a yes to every evening to come (R38). The
    organiser may take back her own no, and the night off she gave; the helper's own no stands.
    """
    most_times = helping.style == HelpingStyle.REGULAR and not helping.helper.regular_from
    evenings = hold_evenings(helping.surgery.series, now=now) if most_times else []
    helping = _held(helping, now)
    if helping.state == HelpingState.WITHDRAWN and helping.withdrawal not in BY_THE_ORGANISER:
        raise Refused(_("%(name)s cannot come after all.") % {"name": helping.helper.first_name})
    if helping.state != HelpingState.CONFIRMED:
        helping.state, helping.withdrawal = HelpingState.CONFIRMED, ""
        helping.answered_at = now
        _keep(helping, "state", "withdrawal", "answered_at")
        settle_places(helping.surgery, now=now)
        call_off(helping.messages.filter(kind=MessageKind.NIGHT_OFF), now=now)
        _owe(MessageKind.OFFER_ACCEPTED, helping, now)
        log.info("helping %s confirmed by person %s", helping.pk, by.pk)
    if most_times:
        come_most_times(helping.helper, evenings, now=now)


@transaction.atomic
def withdraw_helping(helping, *, by=None, now):
    """She cannot come; or she told the organiser so, who notes it (`by`).

    Free places go, bookings stand; what we still owed her about this evening is called off. After
    the organiser's "no" she is still sent her link, which tells her so.
    """
    helping = _held(helping, now)
    if helping.state == HelpingState.WITHDRAWN:
        # Her own word outweighs whatever the organiser said before.
        if not by:
            helping.withdrawal = Withdrawal.HERSELF
            helping.save(update_fields=["withdrawal"])
        return
    _take_off(helping, Withdrawal.PASSED_ON if by else Withdrawal.HERSELF, now)
    owed = helping.messages.all()
    call_off(owed.exclude(kind=MessageKind.OFFER_RECEIVED) if by else owed, now=now)
    if not by:
        _was_here(helping.helper, now)
    log.info("helping %s withdrawn by %s", helping.pk, by.pk if by else "the helper")


@transaction.atomic
def give_night_off(helping, *, by, now):
    """There are enough of us: she need not come this time, or her offer is not needed (R41).

    Places follow. Owes her the news. `confirm_helping` takes it back.
    """
    helping = _held(helping, now)
    if helping.state == HelpingState.WITHDRAWN:
        return
    _take_off(helping, Withdrawal.NIGHT_OFF, now)
    call_off(helping.messages.all(), now=now)
    _owe(MessageKind.NIGHT_OFF, helping, now)
    log.info("helping %s was given the night off by person %s", helping.pk, by.pk)


# A part of the evening -------------------------------------------------------------------


@transaction.atomic
def change_hours(helping, *, comes, leaves, by=None, now):
    """She is there for a part of the evening: wall-clock times, None for its start and end (R40).

    Places follow. When the organiser changes them (`by`), she is owed the news. Refused for hours
    that are no part of the evening.
    """
    helping = _held(helping, now)
    if helping.state == HelpingState.WITHDRAWN:
        raise Refused(_("You are not down for this evening, so it has no hours."))
    hours = _part_of(helping.surgery, comes, leaves)
    if hours == (helping.helps_from, helping.helps_until):
        return
    helping.helps_from, helping.helps_until = hours
    _keep(helping, "helps_from", "helps_until")
    settle_places(helping.surgery, now=now)
    if not by:
        _was_here(helping.helper, now)
    elif helping.state == HelpingState.CONFIRMED:
        call_off(helping.messages.filter(kind=MessageKind.HELPING_MOVED), now=now)
        _owe(MessageKind.HELPING_MOVED, helping, now)
    log.info("helping %s has other hours by %s", helping.pk, by.pk if by else "the helper")


def _part_of(surgery, comes, leaves):
    """These hours as kept: None where they are the start or the end; refused outside of them."""
    starts, ends = surgery.starts_local.time(), surgery.ends_local.time()
    if comes and comes >= ends:
        said = _("It ends at %(time)s. Choose an earlier time.") % {"time": clock(ends)}
        raise Refused(said, field="comes")
    if leaves and leaves <= starts:
        said = _("It starts at %(time)s. Choose a later time.") % {"time": clock(starts)}
        raise Refused(said, field="leaves")
    if comes and leaves and leaves <= comes:
        raise Refused(_("That is before the arrival. Choose a later time."), field="leaves")
    return hours_within(comes, leaves, starts=starts, ends=ends)


# About herself ---------------------------------------------------------------------------


@transaction.atomic
def describe_helper(helper, *, goals, languages, can_help_with, now):
    """What she can help with, and in which languages (R40)."""
    helper.goals, helper.languages = list(goals), tidy(languages)
    helper.can_help_with, helper.last_active_at = tidy(can_help_with), now
    helper.save(update_fields=["goals", "languages", "can_help_with", "last_active_at"])


@transaction.atomic
def agree_code(helper, *, now):
    """She agrees to what we ask of helpers, once for this series (R42)."""
    Helper.objects.filter(pk=helper.pk, code_agreed_at=None).update(code_agreed_at=now)
    _was_here(helper, now)


@transaction.atomic
def show_helper_name(helper, *, shown, now):
    """Keep her own yes to her first name on the public page, or take it back."""
    helper.name_public_from = now if shown else None
    helper.save(update_fields=["name_public_from"])


# Shared ----------------------------------------------------------------------------------


def _still_to_come(surgery, now):
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    if surgery.state == SurgeryState.CANCELLED:
        raise Refused(_("This surgery was cancelled. Choose another evening."))
    if surgery.state != SurgeryState.PUBLISHED or surgery.ends_at <= now:
        raise Refused(_("This evening is over. Choose the next one."))
    return surgery


def _held(helping, now):
    """The helping as it is now, with its surgery's row held until the transaction ends."""
    surgery = _still_to_come(helping.surgery, now)
    helping = Helping.objects.select_related("helper").get(pk=helping.pk)
    helping.surgery = surgery
    return helping


def _keep(helping, *fields):
    """Write these down, and that an older calendar file no longer holds."""
    helping.calendar_version += 1
    helping.save(update_fields=[*fields, "calendar_version"])


def _take_off(helping, why, now):
    helping.state, helping.withdrawal = HelpingState.WITHDRAWN, why
    helping.answered_at = now
    _keep(helping, "state", "withdrawal", "answered_at")
    settle_places(helping.surgery, now=now)


def _was_here(helper, now):
    helper.last_active_at = now
    helper.save(update_fields=["last_active_at"])


def _owe(kind, helping, now):
    """One message for each change of her evening: an offer made again is answered again."""
    again = f":{helping.calendar_version}"
    owe(kind, helping, now=now, again=again, series=helping.surgery.series)
