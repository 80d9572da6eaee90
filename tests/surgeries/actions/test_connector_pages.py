"""A connector's own page: given, sent again, closed; whom she brings, and who came (issue 4)."""

import uuid
from datetime import timedelta

import pytest

from surgeries.actions.connector_pages import bring, close_page, hide_name, say_who_came, send_page
from surgeries.actions.connectors import put_connector_away, write_connector
from surgeries.actions.derived import owe_what_follows
from surgeries.actions.register import record_came
from surgeries.messages.plan import messages_to_come
from surgeries.models import Alias, Attendee, Booking, Connector, Message
from surgeries.refusals import Refused
from surgeries.rules.limits import BROUGHT_TO_A_SURGERY
from surgeries.states import BookingState, MessageKind, MessageState, Outcome, OutcomeSource
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

AFTER = at(WEDNESDAY, 21)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


@pytest.fixture
def surgery(series):
    return factories.create_surgery(series=series, places=(3, 1))


@pytest.fixture
def sharon(series):
    network = factories.create_network(series=series, private=True)
    return factories.create_connector(network=network, contact="sharon@example.org")


def brought(sharon, surgery, *names, key=None, waits=False, now=NOW):
    times = list(surgery.slots.all()) if waits else [surgery.slots.first()]
    return bring(
        sharon,
        surgery,
        times=times,
        waits=waits,
        names=names,
        request_key=key or uuid.uuid4(),
        now=now,
    )


def links_owed():
    return list(
        Message.objects.filter(kind=MessageKind.CONNECTOR_LINK)
        .order_by("owed_at", "pk")
        .values_list("state", flat=True)
    )


# The page --------------------------------------------------------------------------------


def test_a_page_is_made_with_its_link_and_a_link_to_pass_on(olu, series, sharon):
    Connector.objects.update(link_hash=None)
    sharon.refresh_from_db()

    message = send_page(sharon, by=olu, now=NOW)

    sharon.refresh_from_db()
    assert Connector.objects.by_secret(sharon.secret).get() == sharon
    assert (message.connector, message.kind, sharon.link_version) == (sharon, "connector_link", 1)
    link = sharon.link_to_pass_on()
    assert (link.connector, link.network, link.passed_on_by) == (
        sharon,
        sharon.network,
        "connector_page",
    )


def test_sent_again_the_old_link_opens_nothing_and_one_mail_goes(olu, sharon):
    old = sharon.secret
    send_page(sharon, by=olu, now=NOW)
    send_page(sharon, by=olu, now=NOW + timedelta(minutes=1))

    sharon.refresh_from_db()
    assert not Connector.objects.by_secret(old).exists()
    assert Connector.objects.by_secret(sharon.secret).exists()
    assert links_owed() == [MessageState.CANCELLED, MessageState.QUEUED]
    assert sharon.links.count() == 1


@pytest.mark.parametrize("fate", ["no yes", "away"])
def test_nobody_is_given_a_page_unasked(olu, sharon, fate):
    if fate == "away":
        put_connector_away(sharon, away=True, by=olu, now=NOW)
    else:
        Connector.objects.update(agreed_at=None, name="", contact="", role="the caretaker")
    with pytest.raises(Refused):
        send_page(sharon, by=olu, now=NOW)
    assert links_owed() == []


def test_without_an_address_nothing_is_owed_and_the_page_opens(olu, sharon):
    Connector.objects.update(contact="")
    assert send_page(sharon, by=olu, now=NOW) is None
    sharon.refresh_from_db()
    assert sharon.has_page


def test_who_wants_the_notes_has_a_page(olu, sharon):
    said = {"name": "Bev", "role": "", "contact": "bev@example.org", "ask_by": "", "note": ""}
    said |= {"shown": False, "digest": True, "agreed": True, "by": olu, "now": NOW}
    bev = write_connector(sharon.network, **said)
    assert bev.has_page
    assert bev.link_to_pass_on()
    without = write_connector(sharon.network, **said | {"name": "Cleo", "digest": False})
    assert not without.has_page


def test_one_press_ends_the_page_and_the_notes(sharon, surgery, olu):
    Connector.objects.update(digest_from=NOW)
    send_page(sharon, by=olu, now=NOW)
    close_page(sharon, now=NOW)

    sharon.refresh_from_db()
    assert not Connector.objects.by_secret(sharon.secret).exists()
    assert (sharon.digest_from, sharon.name) == (None, "Sharon")
    assert links_owed() == [MessageState.CANCELLED]


def test_who_wishes_is_forgotten_and_who_came_through_her_stays_counted(sharon, surgery):
    factories.create_alias(
        series=surgery.series, words="Sharon at number 4", network=sharon.network, connector=sharon
    )
    booking = brought(sharon, surgery, "Ben")

    close_page(sharon, now=NOW, forget=True)

    sharon.refresh_from_db()
    assert (sharon.name, sharon.key, sharon.contact, sharon.agreed_at) == ("", "", "", None)
    assert sharon.role
    assert not Alias.objects.exists()
    booking.refresh_from_db()
    assert (booking.credited_connector, booking.state) == (sharon, BookingState.BOOKED)


# Whom she brings -------------------------------------------------------------------------


def test_three_first_names_are_booked_without_anybodys_contact(sharon, surgery):
    first = brought(sharon, surgery, "Ben", "Cleo", "Zoë")

    party = Booking.objects.in_party_of(first)
    assert [one.attendee.name for one in party] == ["Ben", "Cleo", "Zoë"]
    assert [one.party_number for one in party] == [1, 2, 3]
    for one in party:
        assert (one.state, one.attendee.contact) == (BookingState.BOOKED, None)
        assert (one.brought_by, one.credited_connector) == (sharon, sharon)
        assert one.credited_network == sharon.network
        assert (one.said, one.said_network, one.followed_network) == ("", None, None)
        assert one.name_shown_from == NOW
    assert not Message.objects.exists()


def test_the_same_form_twice_is_one_booking(sharon, surgery):
    key = uuid.uuid4()
    assert brought(sharon, surgery, "Ben", key=key) == brought(sharon, surgery, "Ben", key=key)
    assert Attendee.objects.count() == 1


def test_two_of_one_name_are_refused_and_leave_no_trace(sharon, surgery):
    with pytest.raises(Refused) as refused:
        brought(sharon, surgery, "Ben", "ben ")
    assert refused.value.field == "other_1"
    assert not Attendee.objects.exists()


def test_full_is_full_for_her_people_too_and_then_they_wait(sharon, surgery):
    brought(sharon, surgery, "Ben", "Cleo", "Zoë")
    with pytest.raises(Refused):
        brought(sharon, surgery, "Dee")
    factories.create_booking(surgery=surgery, slot=surgery.slots.last())

    waits = brought(sharon, surgery, "Dee", waits=True)

    assert (waits.state, waits.brought_by) == (BookingState.WAITING, sharon)


def test_nobody_books_a_whole_evening_full_of_names(sharon, series):
    surgery = factories.create_surgery(series=series, places=(20,))
    for number in range(BROUGHT_TO_A_SURGERY):
        brought(sharon, surgery, f"Ben {number}")
    with pytest.raises(Refused, match="more than 12 people"):
        brought(sharon, surgery, "One too many")
    assert surgery.bookings.count() == BROUGHT_TO_A_SURGERY


# A name, and a yes -----------------------------------------------------------------------


def test_a_name_that_was_shown_is_hidden_again(sharon, surgery):
    booking = factories.create_booking(surgery=surgery, name_shown_from=NOW)
    hide_name(booking, now=NOW)
    booking.refresh_from_db()
    assert booking.name_shown_from is None


# The note before a surgery ---------------------------------------------------------------


def digests(now):
    owe_what_follows(now=now)
    return list(Message.objects.filter(kind=MessageKind.CONNECTOR_DIGEST).order_by("owed_at"))


def test_one_note_two_days_before_at_the_usual_hour(sharon, surgery):
    Connector.objects.update(digest_from=NOW)
    two_days = at(WEDNESDAY - timedelta(days=2), 17, 30)

    assert digests(two_days - timedelta(minutes=1)) == []
    (owed,) = digests(two_days)
    assert digests(two_days + timedelta(hours=3)) == [owed]

    assert (owed.connector, owed.surgery, owed.next_at) == (sharon, surgery, two_days)
    assert owed.expires_at == surgery.starts_at


def test_a_surgery_that_starts_early_or_late_is_told_of_by_day(sharon, surgery):
    Connector.objects.update(digest_from=NOW)
    surgery.series.usual_start = "21:00"
    surgery.series.save()
    eight = at(WEDNESDAY - timedelta(days=2), 20)
    assert digests(eight - timedelta(minutes=1)) == []
    assert len(digests(eight)) == 1


def test_a_moved_surgery_is_told_of_once_more(sharon, surgery, olu):
    Connector.objects.update(digest_from=NOW)
    assert len(digests(at(WEDNESDAY - timedelta(days=1), 12))) == 1
    surgery.schedule_version += 1
    surgery.save()
    assert len(digests(at(WEDNESDAY - timedelta(days=1), 13))) == 2
    assert len(digests(at(WEDNESDAY - timedelta(days=1), 14))) == 2


@pytest.mark.parametrize(
    "fate",
    [
        {"digest_from": None},
        {"contact": ""},
        {"page_off_at": NOW},
        {"removed_at": NOW},
    ],
)
def test_nobody_gets_a_note_unasked(sharon, surgery, fate):
    Connector.objects.update(digest_from=NOW)
    Connector.objects.update(**fate)
    assert digests(at(WEDNESDAY - timedelta(days=1), 12)) == []


def test_the_note_stands_among_the_messages_to_come(sharon, surgery):
    Connector.objects.update(digest_from=NOW)
    ((day, (planned,)),) = messages_to_come(surgery.series, NOW)
    assert (day, planned.to, planned.evening) == (
        WEDNESDAY - timedelta(days=2),
        sharon,
        surgery,
    )


# Who came --------------------------------------------------------------------------------


@pytest.fixture
def ben(sharon, surgery):
    return brought(sharon, surgery, "Ben")


def outcome_of(booking):
    booking.refresh_from_db()
    return booking.outcome, booking.outcome_source


def test_what_she_says_is_marked_as_hers_and_can_be_taken_back(sharon, surgery, ben):
    say_who_came(sharon, surgery, said={ben.pk: Outcome.CAME}, now=AFTER)
    assert outcome_of(ben) == (Outcome.CAME, OutcomeSource.CONNECTOR)
    say_who_came(sharon, surgery, said={ben.pk: Outcome.NOT_RECORDED}, now=AFTER)
    assert outcome_of(ben) == (Outcome.NOT_RECORDED, "")


@pytest.mark.parametrize(
    "source", [OutcomeSource.TAPPED, OutcomeSource.EVERYONE, OutcomeSource.IMPORTED]
)
def test_she_overrides_nobody(sharon, surgery, ben, source):
    Booking.objects.update(outcome=Outcome.CAME, outcome_source=source)
    assert say_who_came(sharon, surgery, said={ben.pk: Outcome.DID_NOT_COME}, now=AFTER) == 0
    assert outcome_of(ben) == (Outcome.CAME, source)


def test_a_tap_overrides_her(sharon, surgery, ben, olu):
    say_who_came(sharon, surgery, said={ben.pk: Outcome.CAME}, now=AFTER)
    record_came(ben, by=olu, now=AFTER)
    assert outcome_of(ben) == (Outcome.CAME, OutcomeSource.TAPPED)


def test_she_says_nothing_of_people_who_are_not_hers_or_not_named(sharon, surgery):
    foreign = factories.create_booking(surgery=surgery, name_shown_from=NOW)
    unnamed = factories.create_booking(surgery=surgery, credited_connector=sharon)
    said = dict.fromkeys((foreign.pk, unnamed.pk), Outcome.CAME)
    assert say_who_came(sharon, surgery, said=said, now=AFTER) == 0
    assert outcome_of(foreign) == outcome_of(unnamed) == (Outcome.NOT_RECORDED, "")


@pytest.mark.parametrize("now", [NOW, at(WEDNESDAY, 18), AFTER + timedelta(weeks=4)])
def test_too_early_and_too_late_are_refused(sharon, surgery, ben, now):
    with pytest.raises(Refused):
        say_who_came(sharon, surgery, said={ben.pk: Outcome.CAME}, now=now)
    assert outcome_of(ben) == (Outcome.NOT_RECORDED, "")
