"""What is due to go, goes: the nightly job behind `surgeries.rules.retention` (R70, R71).

A person's row is blanked and stays, so every count stays the same; what counts nothing is deleted.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from surgeries.models import (
    Alias,
    Attendee,
    Belonging,
    Booking,
    Card,
    Connector,
    Helper,
    Helping,
    ImportDraft,
    ImportRun,
    InviteLink,
    Message,
    Prospect,
    Quota,
    Reply,
    TeamInvitation,
    TeamMember,
)
from surgeries.rules import retention
from surgeries.states import AliasKind

BATCH = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Erasure:
    """One thing that goes: which rows are due at `now`, and what happens to some of them."""

    name: str
    due: Callable[[datetime], QuerySet[Any]]
    erase: Callable[[list[Any], datetime], object]


def erase_what_is_due(
    now: datetime, *, dry_run: bool = False, batch: int = BATCH
) -> dict[str, int]:
    """Erase what its rule no longer lets us keep; returns how many rows of each kind.

    Each batch is a transaction of its own and the smallest numbers go first, so a run that is
    stopped has done its part and the next one goes on. A dry run counts and changes nothing.
    """
    counts = {
        erasure.name: erasure.due(now).count() if dry_run else _erase(erasure, now, batch)
        for erasure in ERASURES
    }
    log.info("%s: %s", "due to be erased" if dry_run else "erased", counts)
    return counts


def _erase(erasure: Erasure, now: datetime, batch: int) -> int:
    erased = 0
    while True:
        with transaction.atomic():
            # Whoever is busy with a row keeps it from being due; it is looked at again tomorrow.
            rows = erasure.due(now).select_for_update(of=("self",), skip_locked=True)
            pks = list(rows.order_by("pk").values_list("pk", flat=True)[:batch])
            if not pks:
                return erased
            erasure.erase(pks, now)
            erased += len(pks)


# Attendees -----------------------------------------------------------------------------


def _attendees_due(now):
    cutoff = retention.ATTENDEES.cutoff(now)
    return Attendee.objects.filter(erased_at=None, last_active_at__lt=cutoff).exclude(
        _has_a_booking_ending_from(cutoff)
    )


def _blank_attendees(pks, now):
    Attendee.objects.filter(pk__in=pks).update(
        name="",
        name_key="",
        contact=None,
        group="",
        access_needs="",
        access_needs_agreed_at=None,
        news_agreed_at=None,
        news_wording="",
        no_messages_from=None,
        erased_at=now,
    )
    Belonging.objects.filter(attendee__in=pks).delete()
    Booking.objects.filter(attendee__in=pks).update(said="", link_hash=None)


def _access_needs_due(now):
    cutoff = retention.ACCESS_NEEDS.cutoff(now)
    return Attendee.objects.filter(~Q(access_needs=""), access_needs_agreed_at__lt=cutoff).exclude(
        _has_a_booking_ending_from(cutoff)
    )


def _blank_access_needs(pks, now):
    Attendee.objects.filter(pk__in=pks).update(access_needs="", access_needs_agreed_at=None)


def _has_a_booking_ending_from(cutoff):
    return Exists(Booking.objects.filter(attendee=OuterRef("pk"), surgery__ends_at__gte=cutoff))


# Helpers, connectors, team -------------------------------------------------------------


def _helpers_due(now):
    cutoff = retention.HELPERS.cutoff(now)
    evenings = Helping.objects.filter(helper=OuterRef("pk"), surgery__ends_at__gte=cutoff)
    return Helper.objects.filter(erased_at=None, last_active_at__lt=cutoff).exclude(
        Exists(evenings)
    )


def _blank_helpers(pks, now):
    Helper.objects.filter(pk__in=pks).update(
        name="",
        email="",
        can_help_with="",
        goals=[],
        languages="",
        name_public_from=None,
        code_agreed_at=None,
        regular_from=None,
        erased_at=now,
    )
    Belonging.objects.filter(helper__in=pks).delete()
    Helping.objects.filter(helper__in=pks).update(link_hash=None)


def _connectors_due(now):
    cutoff = retention.CONNECTORS.cutoff(now)
    links = InviteLink.objects.filter(connector=OuterRef("pk"), created_at__gte=cutoff)
    bookings = Booking.objects.filter(
        credited_connector=OuterRef("pk"), surgery__ends_at__gte=cutoff
    )
    return Connector.objects.filter(created_at__lt=cutoff).exclude(Exists(links) | Exists(bookings))


def _answers_due(now):
    """Code words and former names are the series' own; an answer may name a person."""
    return Alias.objects.filter(
        kind=AliasKind.ANSWER, created_at__lt=retention.WORDS_FOR_NETWORKS.cutoff(now)
    )


def _prospects_due(now):
    return Prospect.objects.alias(last=Coalesce(F("asked_at"), F("created_at"))).filter(
        last__lt=retention.PROSPECTS.cutoff(now)
    )


def _cards_due(now):
    last = Greatest("answered_at", "dismissed_at")
    return Card.objects.alias(last=last).filter(last__lt=retention.CARDS.cutoff(now))


def _accounts_due(now):
    teams = TeamMember.objects.filter(user=OuterRef("pk"))
    return (
        User.objects.alias(last_seen=Coalesce(F("last_login"), F("date_joined")))
        .filter(last_seen__lt=retention.ACCOUNTS.cutoff(now), is_staff=False)
        .exclude(Exists(teams))
    )


# What counts nothing -------------------------------------------------------------------


def _invitations_due(now):
    return TeamInvitation.objects.filter(invited_at__lt=retention.INVITATIONS.cutoff(now))


def _messages_due(now):
    return Message.objects.filter(expires_at__lt=retention.MESSAGES.cutoff(now))


def _replies_due(now):
    return Reply.objects.filter(received_at__lt=retention.REPLIES.cutoff(now))


def _quotas_due(now):
    return Quota.objects.filter(period__lt=retention.QUOTAS.cutoff(now).date())


def _imports_due(now):
    cutoff = retention.IMPORTS.cutoff(now)
    return ImportRun.objects.filter(~Q(filename="", before={}), started_at__lt=cutoff)


def _blank_imports(pks, now):
    ImportRun.objects.filter(pk__in=pks).update(filename="", before={})


def _import_drafts_due(now):
    return ImportDraft.objects.filter(created_at__lt=retention.IMPORT_DRAFTS.cutoff(now))


def _sessions_due(now):
    return Session.objects.filter(expire_date__lt=retention.SESSIONS.cutoff(now))


def _log_entries_due(now):
    return LogEntry.objects.filter(action_time__lt=retention.BACK_OFFICE_LOG.cutoff(now))


def _delete(model):
    def delete(pks, now):
        model.objects.filter(pk__in=pks).delete()

    return delete


ERASURES = (
    Erasure("access needs", _access_needs_due, _blank_access_needs),
    Erasure("attendees", _attendees_due, _blank_attendees),
    Erasure("helpers", _helpers_due, _blank_helpers),
    Erasure("connectors", _connectors_due, _delete(Connector)),
    Erasure("explained answers", _answers_due, _delete(Alias)),
    Erasure("people to ask", _prospects_due, _delete(Prospect)),
    Erasure("cards", _cards_due, _delete(Card)),
    Erasure("messages", _messages_due, _delete(Message)),
    Erasure("replies", _replies_due, _delete(Reply)),
    Erasure("quotas", _quotas_due, _delete(Quota)),
    Erasure("invitations", _invitations_due, _delete(TeamInvitation)),
    Erasure("imports", _imports_due, _blank_imports),
    Erasure("import drafts", _import_drafts_due, _delete(ImportDraft)),
    Erasure("accounts", _accounts_due, _delete(User)),
    Erasure("sessions", _sessions_due, _delete(Session)),
    Erasure("back office entries", _log_entries_due, _delete(LogEntry)),
)
