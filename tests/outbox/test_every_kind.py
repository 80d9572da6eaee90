"""Each kind of message is found in the mailbox, and its link opens its page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from surgeries.actions.outbox import owe
from surgeries.actions.sending import drain, sweep
from surgeries.clock import database_now
from surgeries.models import TeamInvitation
from surgeries.rules.reminders import day_of
from surgeries.states import (
    BookingState,
    HelpingState,
    MessageKind,
    MessageState,
    Role,
    SurgeryState,
)
from surgeries.templatetags.words import day as in_words
from tests import factories
from tests.surgeries.messages.test_email import (
    FOR_BOOKINGS,
    FOR_CONNECTORS,
    FOR_HELPERS,
    STATES,
    SUBJECTS,
    a_connector,
)

pytestmark = pytest.mark.django_db(transaction=True)

OFF = (MessageKind.SURGERY_CANCELLED, MessageKind.HELPING_CANCELLED)


@pytest.fixture
def series():
    return factories.create_series(organiser=factories.create_user(email="olu@example.org"))


@pytest.fixture
def noon(surgery):
    """Today by day in the zone of the series, so that the quiet hours hold nothing back."""
    return timezone.localtime(timezone=surgery.series.zone).replace(hour=12, minute=0)


def somebody(kind, surgery):
    """Whoever a message of this kind is for, in the state in which she gets it."""
    series = surgery.series
    if kind in OFF:
        surgery.state = SurgeryState.CANCELLED
        surgery.save()
    if kind in FOR_HELPERS:
        off = kind == MessageKind.NIGHT_OFF
        state = HelpingState.WITHDRAWN if off else HelpingState.CONFIRMED
        return factories.create_helping(surgery=surgery, state=state)
    if kind in FOR_CONNECTORS:
        return a_connector(series)
    if kind == MessageKind.TEAM_INVITATION:
        return _invited(series)
    if kind == MessageKind.DAILY_DIGEST:
        factories.create_booking(surgery=surgery, booked_at=timezone.now() - timedelta(days=1))
        return series.team.get()
    state = STATES.get(kind, BookingState.BOOKED)
    return factories.create_booking(surgery=surgery, slot=surgery.slots.first(), state=state)


def _invited(series):
    invitation = TeamInvitation.objects.create(
        series=series,
        email="new@example.org",
        role=Role.HELPER,
        invited_by=series.started_by,
        invited_at=timezone.now(),
    )
    invitation.seal()
    invitation.save()
    return invitation


@pytest.mark.parametrize("kind", MessageKind.values)
def test_it_arrives_with_its_subject_and_its_link_opens(kind, surgery, noon, mailbox, client):
    to = somebody(kind, surgery)
    told_of = {"surgery": surgery} if kind == MessageKind.CONNECTOR_DIGEST else {}
    message = owe(kind, to, now=noon - timedelta(days=1), **told_of)
    if kind == MessageKind.DAILY_DIGEST:
        yesterday = noon.date() - timedelta(days=1)
        message.covers_from, message.covers_to = day_of(yesterday, surgery.series.zone)
        message.expires_at = noon + timedelta(days=1)  # it lasts a day, and it may be past noon
        message.save()
        client.force_login(to.user)

    drain(now=noon, worker="a worker")

    (mail,) = mailbox
    expected = SUBJECTS[kind].replace("Wednesday 11 November", in_words(surgery.on))
    expected = expected.replace("Wednesday 5:30pm", f"{surgery.on:%A} 5:30pm")
    if kind == MessageKind.DAILY_DIGEST:
        expected = expected.replace("Monday 2 November", in_words(yesterday))
    assert mail.subject == expected
    button = re.search(r'class="button" href="http://testserver([^"]+)"', mail.html)[1]
    assert button in mail.text
    assert client.get(button).status_code == 200


# News of what is off or elsewhere helps whoever is on her way; a link is sent because she asked.
UNTIL_THE_END = (
    MessageKind.BOOKING_CANCELLED,
    MessageKind.SURGERY_MOVED,
    MessageKind.SURGERY_CANCELLED,
    MessageKind.NIGHT_OFF,
    MessageKind.HELPING_MOVED,
    MessageKind.HELPING_CANCELLED,
)
AND_LONGER = (MessageKind.LINK_AGAIN,)


@pytest.mark.parametrize("has_ended", [False, True])
@pytest.mark.parametrize("kind", (*FOR_BOOKINGS, *FOR_HELPERS, MessageKind.CONNECTOR_DIGEST))
def test_nothing_leaves_after_the_start_but_what_is_of_use_then(kind, has_ended, series, mailbox):
    """T-OUT-08, for every kind. Those that do leave are the negative control."""
    now = database_now()
    started = now - timedelta(minutes=91 if has_ended else 1)
    surgery = factories.create_surgery(series=series, on=started.date(), starts_at=started)
    told_of = {"surgery": surgery} if kind == MessageKind.CONNECTOR_DIGEST else {}
    owed_at = started - timedelta(hours=14)
    message = owe(kind, somebody(kind, surgery), now=owed_at, **told_of)

    sweep(now=now, worker="a worker")

    leaves = kind in AND_LONGER or (kind in UNTIL_THE_END and not has_ended)
    message.refresh_from_db()
    assert message.state == (MessageState.SENT if leaves else MessageState.EXPIRED)
    assert len(mailbox) == leaves
