"""What helpers are written: their hours, what to agree, where else they are down, and the file."""

import datetime
import email
import email.policy

import icalendar
import pytest

from surgeries.actions import helpers as actions
from surgeries.actions.schedule import cancel_surgery
from surgeries.messages.calendar import evening_of
from surgeries.messages.email import letter_for
from surgeries.messages.facts import TELLS_WHERE_ELSE, with_person
from surgeries.models import Helping, Message
from surgeries.states import HelpingState, HelpingStyle, MessageKind, SurgeryState
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

SIX = datetime.time(18)
ASKS = "Please read and agree the one page of what we ask of helpers first."


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org")


@pytest.fixture
def surgery(olu):
    return factories.create_surgery(series=factories.create_series(organiser=olu))


@pytest.fixture
def helping(surgery):
    hana = factories.create_helper(series=surgery.series, email="hana@example.org")
    return factories.create_helping(surgery=surgery, helper=hana)


def text_of(kind, helping):
    """The text part of a letter of this kind."""
    return mail_of(kind, helping).get_body(("plain",)).get_content().replace("\r\n", "\n")


def mail_of(kind, helping):
    message = Message.objects.create(
        key=f"{kind}:{helping.pk}",
        kind=kind,
        series=helping.surgery.series,
        helping=helping,
        expires_at=helping.surgery.ends_at,
    )
    letter = letter_for(with_person(Message.objects.all()).get(pk=message.pk), NOW)
    message.delete()
    return email.message_from_bytes(letter.content, policy=email.policy.default)


def event_of(helping):
    whole = Helping.objects.select_related("helper", "surgery__series", "surgery__venue")
    calendar = icalendar.Calendar.from_ical(evening_of(whole.get(pk=helping.pk)))
    (event,) = calendar.walk("VEVENT")
    return event


@pytest.mark.parametrize(
    "kind",
    [MessageKind.OFFER_ACCEPTED, MessageKind.HELPING_REMINDER, MessageKind.HELPING_MOVED],
)
def test_her_hours_are_told_when_they_are_a_part_of_it(kind, helping):
    assert "You are there from" not in text_of(kind, helping)
    helping.helps_from = SIX
    helping.save()
    assert "\nYou are there from 6pm to 7pm.\n" in text_of(kind, helping)


@pytest.mark.parametrize(
    "kind",
    [MessageKind.OFFER_ACCEPTED, MessageKind.HELPING_REMINDER, MessageKind.HELPING_ADDED],
)
def test_what_we_ask_is_asked_for_until_she_agrees(kind, helping):
    assert ASKS in text_of(kind, helping)
    helping.helper.code_agreed_at = NOW
    helping.helper.save()
    assert ASKS not in text_of(kind, helping)


def test_an_offer_is_told_until_when_it_is_answered(helping):
    helping.state = HelpingState.OFFERED
    helping.save()
    words = "The organiser reads it and answers by Wednesday 4 November."
    assert words in text_of(MessageKind.OFFER_RECEIVED, helping)


def test_whoever_helps_most_times_is_told_what_that_means_and_how_it_ends(helping):
    words = "You help most times, so we put you down for each new evening and tell you."
    assert words not in text_of(MessageKind.OFFER_ACCEPTED, helping)
    helping.helper.regular_from = NOW
    helping.helper.save()
    assert words in text_of(MessageKind.OFFER_ACCEPTED, helping)
    assert "No longer most times?" in text_of(MessageKind.HELPING_ADDED, helping)


# Two evenings at once -------------------------------------------------------------------

CLASH = "You are also down for Wednesday 11 November, 6pm, Low Hill. That is at the same time."


def elsewhere(address="hana@example.org", hour=18, **fields):
    """An evening of another series on the same day, from 6pm to 7:30pm, with the same helper."""
    series = factories.create_series(name="Low Hill")
    state = fields.pop("surgery_state", SurgeryState.PUBLISHED)
    surgery = factories.create_surgery(series=series, starts_at=at(WEDNESDAY, hour), state=state)
    helper = factories.create_helper(series=series, email=address)
    return factories.create_helping(surgery=surgery, helper=helper, **fields)


@pytest.mark.parametrize("kind", TELLS_WHERE_ELSE)
def test_a_helper_who_is_down_for_two_evenings_at_once_is_told_by_mail(kind, helping):
    assert "You are also down for" not in text_of(kind, helping)
    elsewhere()
    assert CLASH in text_of(kind, helping)


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "stan@example.org"},
        {"hour": 19},
        {"state": HelpingState.WITHDRAWN},
        {"surgery_state": SurgeryState.CANCELLED},
        {"helps_from": datetime.time(19, 0)},
    ],
)
def test_what_does_not_overlap_is_no_clash(helping, fields):
    elsewhere(**fields)
    assert Helping.objects.overlapping(helping) == []
    assert "You are also down for" not in text_of(MessageKind.OFFER_RECEIVED, helping)


def test_an_offer_overlaps_too_and_a_night_off_does_not(helping):
    other = elsewhere(state=HelpingState.OFFERED)
    assert Helping.objects.overlapping(helping) == [other]
    assert Helping.objects.overlapping(other) == [helping]
    helping.state = HelpingState.WITHDRAWN
    assert Helping.objects.overlapping(helping) == []


def test_helpers_without_an_address_are_not_taken_for_one_another(helping):
    helping.helper.email = ""
    helping.helper.save()
    elsewhere(address="")
    assert Helping.objects.overlapping(helping) == []


def test_another_series_cannot_put_an_address_into_her_mail(helping):
    elsewhere().surgery.series.__class__.objects.filter(name="Low Hill").update(name="win.example")
    assert "win.example" not in text_of(MessageKind.OFFER_RECEIVED, helping)


# The calendar file ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        (MessageKind.OFFER_RECEIVED, []),
        (MessageKind.OFFER_ACCEPTED, ["surgery.ics"]),
        (MessageKind.HELPING_ADDED, ["surgery.ics"]),
        (MessageKind.HELPING_REMINDER, []),
        (MessageKind.HELPING_MOVED, ["surgery.ics"]),
        (MessageKind.HELPING_CANCELLED, ["surgery.ics"]),
        (MessageKind.NIGHT_OFF, ["surgery.ics"]),
    ],
)
def test_the_file_comes_with_whatever_changes_her_evening(kind, files, helping):
    mail = mail_of(kind, helping)
    assert [attached.get_filename() for attached in mail.iter_attachments()] == files


def test_the_file_has_her_hours_and_a_later_one_replaces_it(helping, olu):
    first = event_of(helping)
    assert (first["DTSTART"].dt, first["DTEND"].dt) == (at(WEDNESDAY, 17, 30), at(WEDNESDAY, 19))
    actions.change_hours(helping, comes=SIX, leaves=datetime.time(18, 45), now=NOW)
    second = event_of(helping)
    assert (second["DTSTART"].dt, second["DTEND"].dt) == (at(WEDNESDAY, 18), at(WEDNESDAY, 18, 45))
    actions.give_night_off(helping, by=olu, now=NOW)
    third = event_of(helping)
    actions.confirm_helping(helping, by=olu, now=NOW)
    fourth = event_of(helping)
    cancel_surgery(helping.surgery, by=olu, now=NOW)
    events = [first, second, third, fourth, event_of(helping)]
    assert {str(event["UID"]) for event in events} == {f"helping-{helping.pk}@testserver"}
    assert [event["SEQUENCE"] for event in events] == [1, 2, 3, 4, 5]
    assert [str(event["STATUS"]) for event in events] == [
        *("CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED")
    ]


def test_an_offer_is_tentative_and_no_file_holds_the_secret(helping):
    helping.state = HelpingState.OFFERED
    helping.save()
    assert str(event_of(helping)["STATUS"]) == "TENTATIVE"
    whole = Helping.objects.select_related("helper", "surgery__series", "surgery__venue").get()
    text = evening_of(whole).decode().replace("\r\n ", "")
    assert helping.secret not in text and "ATTENDEE" not in text and "hana@" not in text


def test_who_sits_beside_somebody_has_a_file_too(helping):
    helping.style = HelpingStyle.SIT_BESIDE
    helping.save()
    assert str(event_of(helping)["STATUS"]) == "CONFIRMED"
