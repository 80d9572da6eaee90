"""A connector's own page: given and taken, whom she brings, and what she says of them."""

import logging

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.bookings import book_slot, join_waiting_list
from surgeries.actions.outbox import call_off, owe
from surgeries.actions.register import UNRECORDED
from surgeries.models import Alias, Booking, Connector, InviteLink, Surgery
from surgeries.refusals import Refused
from surgeries.rules.limits import BROUGHT_TO_A_SURGERY
from surgeries.rules.names import name_key
from surgeries.rules.sharing import new_code
from surgeries.states import MessageKind, Outcome, OutcomeSource, PassedOnBy
from surgeries.turnout.connector_pages import may_be_asked, to_ask_about

log = logging.getLogger(__name__)

WITHOUT_CONTACT = {"contact": None}


# The page --------------------------------------------------------------------------------


@transaction.atomic
def send_page(connector, *, by, now):
    """Give her a page, or the same page under a new address, and owe her the link to it.

    The address she had before opens nothing from now on. Returns the message, or None when none
    can reach her. Refused before she agreed, and for one who is asked no longer.
    """
    connector = _held(connector)
    if not connector.agreed_at:
        raise Refused(_("Ask this person first. Then tick above that they agreed, and save."))
    if connector.removed_at or connector.network.removed_at:
        raise Refused(_("You ask this person no longer. Bring them back first."))
    open_page(connector, by=by, now=now)
    call_off(connector.messages.filter(kind=MessageKind.CONNECTOR_LINK), now=now)
    log.info("connector %s was given a page by person %s", connector.pk, by.pk)
    again = f":{connector.link_version}"
    return owe(MessageKind.CONNECTOR_LINK, connector, now=now, again=again)


def open_page(connector, *, by, now):
    """Her page has a new address, and an invite link to pass on. In the caller's transaction."""
    if connector.link_hash:
        connector.link_version += 1
    connector.seal()
    connector.page_off_at = None
    connector.save(update_fields=["link_version", "link_hash", "page_off_at"])
    if not connector.link_to_pass_on():
        InviteLink.objects.create(
            network_id=connector.network_id,
            connector=connector,
            code=new_code(),
            passed_on_by=PassedOnBy.CONNECTOR_PAGE,
            made_by=by,
            created_at=now,
        )


@transaction.atomic
def close_page(connector, *, now, by=None, forget=False):
    """End her page and the notes before each surgery; what she was sent opens nothing any more.

    With `forget` she is asked no longer, and her name, her number and words with her name go. Who
    came through her stays counted.
    """
    connector = _held(connector)
    connector.page_off_at, connector.digest_from = connector.page_off_at or now, None
    if forget:
        _forget(connector, now)
    connector.save()
    call_off(connector.messages.all(), now=now)
    log.info("page of connector %s closed by person %s", connector.pk, by and by.pk)
    return connector


def _forget(connector, now):
    if connector.name:
        words = Alias.objects.filter(connector=connector)
        words.filter(key__contains=name_key(connector.first_name)).delete()
    connector.name = connector.contact = connector.note = connector.ask_by = ""
    connector.agreed_at = connector.name_shown_from = None
    connector.role = connector.role or _("somebody who asked to be forgotten")
    connector.removed_at = connector.removed_at or now


def _held(connector):
    rows = Connector.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("network__series").get(pk=connector.pk)


# Whom she brings -------------------------------------------------------------------------


@transaction.atomic
def bring(connector, surgery, *, times, waits, names, request_key, now):
    """Book people by their first names, because they asked her to; nobody's contact is needed.

    They get a place at the one of `times`, or wait for any of them (`waits`), as everybody does,
    and count for her. Returns the first booking. Refused as `book_slot` and `join_waiting_list`
    refuse, and when she brings more to one surgery than a person brings.
    """
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    who = {"name": names[0], "others": names[1:], "brought_by": connector, **WITHOUT_CONTACT}
    who |= {"request_key": request_key, "now": now}
    if waits:
        booking = join_waiting_list(surgery, accepts=times, **who)
    else:
        booking = book_slot(times[0], **who)
    brought = Booking.objects.live().filter(surgery=surgery, brought_by=connector).count()
    if brought > BROUGHT_TO_A_SURGERY:
        raise Refused(
            _(
                "That is more than %(most)d people from you for one evening. "
                "Please ring the team, so that there is a helper for everybody."
            )
            % {"most": BROUGHT_TO_A_SURGERY}
        )
    return booking


@transaction.atomic
def say_who_came(connector, surgery, *, said, now):
    """Note what she says of her people: `said` is {booking's key: Outcome}. Returns how many.

    It is marked as hers, and touches nothing that was tapped, imported or said with "That's
    everyone". Refused before the end of the surgery, and four weeks after it.
    """
    surgery = Surgery.objects.locked().get(pk=surgery.pk)
    if not may_be_asked(surgery, now):
        raise Refused(_("It is too late, or too early, to say who came to this one."))
    hers = Booking.objects.filter(pk__in=[one.pk for one in to_ask_about(connector, surgery)])
    noted = 0
    for outcome in Outcome:
        told = hers.filter(pk__in=[pk for pk, answer in said.items() if answer == outcome])
        noted += told.exclude(outcome=outcome).update(**_as_hers(outcome, now))
    log.info("surgery %s: connector %s said of %s", surgery.pk, connector.pk, noted)
    return noted


def _as_hers(outcome, now):
    if outcome == Outcome.NOT_RECORDED:
        return UNRECORDED
    source = OutcomeSource.CONNECTOR
    return {"outcome": outcome, "outcome_at": now, "outcome_source": source}


@transaction.atomic
def hide_name(booking, *, now):
    """Whoever passed her the link sees her first name no longer."""
    Booking.objects.filter(pk=booking.pk).update(name_shown_from=None)
