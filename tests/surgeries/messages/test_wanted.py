"""What is still true when a message is about to leave."""

import pytest

from surgeries.messages.facts import with_person
from surgeries.messages.wanted import is_still_wanted
from surgeries.models import Message, TeamInvitation
from surgeries.states import BookingState, HelpingState, MessageKind, SurgeryState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

PUBLISHED, CANCELLED = SurgeryState.PUBLISHED, SurgeryState.CANCELLED


def wanted(kind, series, **about):
    message = Message.objects.create(key="x", kind=kind, series=series, expires_at=NOW, **about)
    return is_still_wanted(with_person(Message.objects.all()).get(pk=message.pk))


@pytest.mark.parametrize(
    ("kind", "booking", "surgery", "expected"),
    [
        (MessageKind.CONFIRMATION, "booked", PUBLISHED, True),
        (MessageKind.CONFIRMATION, "cancelled", PUBLISHED, False),
        (MessageKind.CONFIRMATION, "booked", CANCELLED, False),
        (MessageKind.REMINDER_LAST, "booked", PUBLISHED, True),
        (MessageKind.REMINDER_LAST, "displaced", PUBLISHED, False),
        (MessageKind.REMINDER_FIRST, "booked", CANCELLED, False),
        (MessageKind.BOOKING_CHANGED, "cancelled", PUBLISHED, False),
        (MessageKind.BOOKING_CANCELLED, "cancelled", PUBLISHED, True),
        (MessageKind.BOOKING_CANCELLED, "booked", PUBLISHED, False),
        (MessageKind.SURGERY_MOVED, "displaced", PUBLISHED, True),
        (MessageKind.SURGERY_MOVED, "booked", CANCELLED, False),
        (MessageKind.SURGERY_CANCELLED, "booked", CANCELLED, True),
        (MessageKind.SURGERY_CANCELLED, "booked", PUBLISHED, False),
        (MessageKind.SURGERY_CANCELLED, "cancelled", CANCELLED, False),
        (MessageKind.LINK_AGAIN, "cancelled", CANCELLED, True),
    ],
)
def test_a_booking_hears_only_what_is_still_so(kind, booking, surgery, expected):
    evening = factories.create_surgery(state=surgery)
    hers = factories.create_booking(surgery=evening, state=BookingState(booking))

    assert wanted(kind, evening.series, booking=hers) is expected


@pytest.mark.parametrize(
    ("kind", "helping", "surgery", "expected"),
    [
        (MessageKind.OFFER_RECEIVED, HelpingState.OFFERED, PUBLISHED, True),
        (MessageKind.OFFER_ACCEPTED, HelpingState.CONFIRMED, PUBLISHED, True),
        (MessageKind.OFFER_ACCEPTED, HelpingState.OFFERED, PUBLISHED, False),
        (MessageKind.OFFER_RECEIVED, HelpingState.WITHDRAWN, PUBLISHED, True),
        (MessageKind.OFFER_ACCEPTED, HelpingState.WITHDRAWN, PUBLISHED, False),
        (MessageKind.HELPING_MOVED, HelpingState.CONFIRMED, CANCELLED, False),
        (MessageKind.HELPING_CANCELLED, HelpingState.CONFIRMED, CANCELLED, True),
        (MessageKind.HELPING_CANCELLED, HelpingState.WITHDRAWN, CANCELLED, False),
        (MessageKind.HELPING_ADDED, HelpingState.CONFIRMED, PUBLISHED, True),
        (MessageKind.HELPING_ADDED, HelpingState.WITHDRAWN, PUBLISHED, False),
        (MessageKind.NIGHT_OFF, HelpingState.WITHDRAWN, PUBLISHED, True),
        (MessageKind.NIGHT_OFF, HelpingState.WITHDRAWN, CANCELLED, True),
        (MessageKind.NIGHT_OFF, HelpingState.CONFIRMED, PUBLISHED, False),
    ],
)
def test_a_helper_hears_only_what_is_still_so(kind, helping, surgery, expected):
    evening = factories.create_surgery(state=surgery)
    hers = factories.create_helping(surgery=evening, state=helping)

    assert wanted(kind, evening.series, helping=hers) is expected


@pytest.mark.parametrize("answer", ["accepted_at", "withdrawn_at"])
def test_an_answered_invitation_is_not_sent(answer):
    series = factories.create_series()
    invitation = TeamInvitation.objects.create(
        series=series, email="new@example.org", invited_at=NOW, **{answer: NOW}
    )

    assert wanted(MessageKind.TEAM_INVITATION, series, invitation=invitation) is False


def test_a_digest_that_was_switched_off_meanwhile_is_not_sent():
    series = factories.create_series(organiser=factories.create_user())
    member = series.team.get()
    member.daily_digest = False
    member.save()

    assert wanted(MessageKind.DAILY_DIGEST, series, member=member) is False
