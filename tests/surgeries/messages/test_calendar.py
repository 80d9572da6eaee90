import datetime

import icalendar
import pytest

from surgeries.actions.changes import change_booking
from surgeries.messages.calendar import calendar_of, evening_of
from surgeries.messages.email import WITH_A_CALENDAR_FILE
from surgeries.states import BookingState, SurgeryState
from tests import factories
from tests.factories import NOW
from tests.surgeries.messages.test_email import FOR_BOOKINGS, message_of, read

pytestmark = pytest.mark.django_db


def event_of(booking):
    calendar = icalendar.Calendar.from_ical(calendar_of(booking))
    (event,) = calendar.walk("VEVENT")
    return event


@pytest.mark.parametrize(
    ("on", "in_utc"), [(datetime.date(2026, 10, 21), 16), (datetime.date(2026, 10, 28), 17)]
)
def test_it_starts_when_she_arrives_on_both_sides_of_the_clock_change(on, in_utc):
    booking = factories.create_booking(surgery=factories.create_surgery(on=on))
    start = event_of(booking)["DTSTART"]
    assert start.params["TZID"] == "Europe/London"
    assert (start.dt.hour, start.dt.minute) == (17, 30)
    assert start.dt.astimezone(datetime.UTC).hour == in_utc


def test_it_knows_its_time_zone_and_no_end():
    calendar = icalendar.Calendar.from_ical(calendar_of(factories.create_booking()))
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/London"]
    (event,) = calendar.walk("VEVENT")
    assert ("DTEND" in event, "DURATION" in event) == (False, False)


def test_a_later_file_of_the_same_booking_replaces_the_earlier():
    booking = factories.create_booking()
    first = event_of(booking)
    booking.surgery.schedule_version = 2
    second = event_of(booking)
    assert first["UID"] == second["UID"] == f"{booking.pk}@testserver"
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (1, 2)
    assert first["DTSTAMP"].dt == NOW


def test_what_she_changes_herself_is_newer():
    surgery = factories.create_surgery(places=(1, 1))
    booking = factories.create_booking(surgery=surgery)
    changed = change_booking(
        booking,
        slot=surgery.slots.latest("starts_at"),
        name=booking.attendee.name,
        contact=booking.attendee.contact,
        goal="news",
        now=NOW + datetime.timedelta(hours=1),
    )
    before, after = event_of(booking), event_of(changed)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt > before["DTSTART"].dt


def test_what_is_cancelled_says_so():
    booking = factories.create_booking()
    assert event_of(booking)["STATUS"] == "CONFIRMED"
    booking.surgery.state = SurgeryState.CANCELLED
    assert event_of(booking)["STATUS"] == "CANCELLED"
    gone = factories.create_booking(state=BookingState.CANCELLED, cancelled_at=NOW)
    assert event_of(gone)["STATUS"] == "CANCELLED"


def test_it_invites_nobody_and_keeps_the_secret():
    """T-INJ-07: no METHOD, no ATTENDEE, and not the link, because calendars are shared."""
    booking = factories.create_booking()
    text = calendar_of(booking).decode()
    assert "METHOD" not in text
    assert "ATTENDEE" not in text
    assert booking.secret not in text.replace("\r\n ", "")


def test_it_names_nobody_but_the_evening():
    """T-ENU-02: whoever may look into her calendar reads of no person, her own name included."""
    surgery = factories.create_surgery()
    lead = factories.create_booking(surgery=surgery, goal="news", brings_supporter=True)
    factories.create_booking(surgery=surgery, party=lead.pk, party_number=2)
    helping = factories.create_helping(surgery=surgery)
    for text in (calendar_of(lead).decode(), evening_of(helping).decode()):
        assert "Central Birmingham" in text
        for word in ("Amina", "O’Neill", "Hana", "Müller", "example.org", "choir", "news out"):
            assert word not in text, word


def test_what_people_wrote_stays_text():
    """T-INJ-07."""
    series = factories.create_series(name="Evil\r\nATTENDEE:mailto:evil@example.org")
    venue = factories.create_venue(
        series=series, name="Hall, upstairs; left\r\nMETHOD:REQUEST", find_the_door="One\nTwo"
    )
    booking = factories.create_booking(surgery=factories.create_surgery(series=series, venue=venue))
    lines = calendar_of(booking).decode().split("\r\n")
    assert not [line for line in lines if line.startswith(("ATTENDEE", "METHOD"))]
    assert "One\nTwo" in event_of(booking)["DESCRIPTION"]


def test_a_file_put_together_by_hand_would_invite_somebody():
    """T-INJ-07, negative control: what is escaped is what would have become a line."""
    name = "Evil\r\nATTENDEE:mailto:evil@example.org"
    by_hand = f"BEGIN:VEVENT\r\nSUMMARY:{name}\r\nEND:VEVENT\r\n"
    assert "ATTENDEE" in icalendar.Event.from_ical(by_hand)


@pytest.mark.parametrize("kind", [kind for kind in WITH_A_CALENDAR_FILE if kind in FOR_BOOKINGS])
def test_the_file_in_a_mail_invites_nobody_either(kind):
    """T-INJ-07, as it stands in the letter."""
    amina = "Amina\r\nMETHOD:REQUEST"
    series = factories.create_series(name="Evil\r\nMETHOD:REQUEST\r\nATTENDEE:mailto:e@x.example")
    surgery = factories.create_surgery(series=series)
    attendee = factories.create_attendee(series=series, name=amina)
    booking = factories.create_booking(surgery=surgery, attendee=attendee)
    _letter, mail = read(message_of(kind, booking))

    (attached,) = mail.iter_attachments()
    assert "method" not in attached["Content-Type"].params
    lines = attached.get_payload(decode=True).decode().split("\r\n")
    assert not [line for line in lines if line.startswith(("METHOD", "ATTENDEE"))]


def test_a_surgery_without_a_place_has_no_location():
    booking = factories.create_booking()
    booking.surgery.venue = None
    assert "LOCATION" not in event_of(booking)
