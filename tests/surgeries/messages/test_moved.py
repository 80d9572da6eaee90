"""What people read and what their calendars do when an evening moves or is called off."""

import email
import email.policy
from datetime import timedelta

import icalendar
import pytest

from surgeries.actions.outbox import owe
from surgeries.actions.schedule import cancel_surgery, move_surgery
from surgeries.messages.email import letter_for
from surgeries.messages.facts import with_person
from surgeries.models import Message
from surgeries.states import BookingState, MessageKind
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

TAKE_IT_OUT = "If you put it in your diary or calendar, please take the old entry out."


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    return factories.create_surgery(series=factories.create_series(organiser=olu), places=(2, 2))


def move(surgery, olu):
    return move_surgery(
        surgery,
        place="Library",
        on=WEDNESDAY + timedelta(days=1),
        starts=surgery.starts_local.time(),
        ends=None,
        by=olu,
        now=NOW,
    )


def mail_of(kind):
    (message,) = with_person(Message.objects.filter(kind=kind))
    content = letter_for(message, NOW).content
    return email.message_from_bytes(content, policy=email.policy.default)


def words_of(mail):
    return " ".join(mail.get_body(("plain",)).get_content().split())


def page_of(mail):
    return " ".join(mail.get_body(("html",)).get_content().split())


def events_of(mail):
    return [
        event
        for file in mail.iter_attachments()
        for event in icalendar.Calendar.from_ical(file.get_content()).walk("VEVENT")
    ]


def event_of(kind):
    (event,) = events_of(mail_of(kind))
    return event


def test_the_calendar_entry_of_a_booking_moves_and_then_goes(surgery, olu):
    booking = factories.create_booking(surgery=surgery)
    owe(MessageKind.CONFIRMATION, booking, now=NOW)
    before = event_of(MessageKind.CONFIRMATION)
    moved = move(surgery, olu)
    after = event_of(MessageKind.SURGERY_MOVED)
    cancel_surgery(moved, by=olu, now=NOW)
    off = event_of(MessageKind.SURGERY_CANCELLED)
    assert before["UID"] == after["UID"] == off["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"] < off["SEQUENCE"]
    assert [event["STATUS"] for event in (before, after, off)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]
    assert after["DTSTART"].dt - before["DTSTART"].dt == timedelta(days=1)
    assert after["LOCATION"].startswith("Library")


def test_the_calendar_entry_of_a_helper_moves_and_then_goes(surgery, olu):
    helping = factories.create_helping(surgery=surgery)
    owe(MessageKind.OFFER_ACCEPTED, helping, now=NOW)
    before = event_of(MessageKind.OFFER_ACCEPTED)
    moved = move(surgery, olu)
    after = event_of(MessageKind.HELPING_MOVED)
    cancel_surgery(moved, by=olu, now=NOW)
    off = event_of(MessageKind.HELPING_CANCELLED)
    assert before["UID"] == after["UID"] == off["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"] < off["SEQUENCE"]
    assert (after["STATUS"], off["STATUS"]) == ("CONFIRMED", "CANCELLED")


def test_another_end_moves_the_entry_of_a_helper_and_is_said(surgery, olu):
    helping = factories.create_helping(surgery=surgery)
    owe(MessageKind.OFFER_ACCEPTED, helping, now=NOW)
    before = event_of(MessageKind.OFFER_ACCEPTED)
    move_surgery(
        surgery,
        place=surgery.venue.name,
        on=surgery.on,
        starts=surgery.starts_local.time(),
        ends=(surgery.ends_local + timedelta(minutes=10)).time(),
        by=olu,
        now=NOW,
    )
    mail = mail_of(MessageKind.HELPING_MOVED)
    (after,) = events_of(mail)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTEND"].dt - before["DTEND"].dt == timedelta(minutes=10)
    assert "It ends at 7:10pm." in words_of(mail)


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_the_words_say_to_take_the_old_entry_out(surgery, olu, act):
    factories.create_booking(surgery=surgery)
    factories.create_helping(surgery=surgery)
    if act == "move":
        move(surgery, olu)
    else:
        cancel_surgery(surgery, by=olu, now=NOW)
    kinds = Message.objects.values_list("kind", flat=True)
    assert len(kinds) == 2
    for kind in kinds:
        mail = mail_of(kind)
        assert TAKE_IT_OUT in words_of(mail)
        assert TAKE_IT_OUT in page_of(mail)


def test_whoever_waits_is_not_told_that_she_is_booked_and_gets_no_entry(surgery, olu):
    factories.create_booking(surgery=surgery, state=BookingState.WAITING)
    surgery.places.all().delete()
    move_surgery(
        surgery,
        place="Library",
        on=WEDNESDAY + timedelta(days=1),
        starts=surgery.starts_local.time(),
        ends=None,
        organiser_helps=False,
        by=olu,
        now=NOW,
    )
    mail = mail_of(MessageKind.SURGERY_MOVED)
    for words in (words_of(mail), page_of(mail)):
        assert "You are still in the queue." in words
        assert "booked for" not in words
        assert "calendar file" not in words
    assert events_of(mail) == []


def test_whoever_lost_her_chair_has_her_entry_moved_and_reads_that_she_waits(surgery, olu):
    early = surgery.slots.earliest("starts_at")
    factories.create_booking(surgery=surgery, slot=early, state=BookingState.DISPLACED)
    surgery.places.all().delete()
    move_surgery(
        surgery,
        place="Library",
        on=WEDNESDAY + timedelta(days=1),
        starts=surgery.starts_local.time(),
        ends=None,
        organiser_helps=False,
        by=olu,
        now=NOW,
    )
    mail = mail_of(MessageKind.SURGERY_MOVED)
    assert "You are still in the queue." in words_of(mail)
    (event,) = events_of(mail)
    assert event["STATUS"] == "TENTATIVE"
