"""Every kind of letter: what it says, what it links to, and what it can never be made to do."""

import datetime
import email
import email.policy
import re
from email.message import EmailMessage

import pytest
from django.core.mail import EmailMessage as DjangoMail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from surgeries.messages.email import POLICY, NoSuchAddress, letter_for, one_address
from surgeries.messages.facts import with_person
from surgeries.models import Message, TeamInvitation
from surgeries.rules.wording import NEWS
from surgeries.states import BookingState, HelpingState, MessageKind, Role, SurgeryState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

FOR_BOOKINGS = [
    MessageKind.CONFIRMATION,
    MessageKind.WAITING,
    MessageKind.PLACE_FOUND,
    MessageKind.COME_ALONG,
    MessageKind.DISPLACED,
    MessageKind.NEXT_TIME,
    MessageKind.REMINDER_EARLY,
    MessageKind.REMINDER_FIRST,
    MessageKind.REMINDER_LAST,
    MessageKind.BOOKING_CHANGED,
    MessageKind.BOOKING_CANCELLED,
    MessageKind.SURGERY_MOVED,
    MessageKind.SURGERY_CANCELLED,
    MessageKind.LINK_AGAIN,
]
FOR_HELPERS = [
    MessageKind.OFFER_RECEIVED,
    MessageKind.OFFER_ACCEPTED,
    MessageKind.HELPING_ADDED,
    MessageKind.HELPING_REMINDER,
    MessageKind.NIGHT_OFF,
    MessageKind.HELPING_MOVED,
    MessageKind.HELPING_CANCELLED,
]
FOR_CONNECTORS = [MessageKind.CONNECTOR_LINK, MessageKind.CONNECTOR_DIGEST]
# The state a booking is in when it gets a message of this kind, where it is not booked.
STATES = {
    MessageKind.WAITING: BookingState.WAITING,
    MessageKind.COME_ALONG: BookingState.WAITING,
    MessageKind.DISPLACED: BookingState.DISPLACED,
    MessageKind.BOOKING_CANCELLED: BookingState.CANCELLED,
}
SUBJECTS = {
    MessageKind.CONFIRMATION: "Wednesday 11 November, 5:30pm: you are booked at Central Birmingham",
    MessageKind.WAITING: "Wednesday 11 November, 5:30pm: "
    "you are on the waiting list at Central Birmingham",
    MessageKind.PLACE_FOUND: "Wednesday 11 November, 5:30pm: "
    "a place at Central Birmingham is yours",
    MessageKind.COME_ALONG: "Wednesday 11 November, 5:30pm: come along to Central Birmingham",
    MessageKind.DISPLACED: "Wednesday 11 November, 5:30pm: about your place at Central Birmingham",
    MessageKind.NEXT_TIME: "Wednesday 11 November, 5:30pm: you are booked at Central Birmingham",
    MessageKind.REMINDER_EARLY: "Wednesday 5:30pm: your time at Central Birmingham",
    MessageKind.REMINDER_FIRST: "Wednesday 5:30pm: your time at Central Birmingham",
    MessageKind.REMINDER_LAST: "Wednesday 5:30pm: how to find us, Central Birmingham",
    MessageKind.BOOKING_CHANGED: "Wednesday 11 November, 5:30pm: "
    "your new time at Central Birmingham",
    MessageKind.BOOKING_CANCELLED: "Wednesday 11 November, 5:30pm: your booking is cancelled",
    MessageKind.SURGERY_MOVED: "Wednesday 11 November, 5:30pm: Central Birmingham has changed",
    MessageKind.SURGERY_CANCELLED: "Wednesday 11 November, 5:30pm: Central Birmingham is cancelled",
    MessageKind.LINK_AGAIN: "Wednesday 11 November, 5:30pm: your link for Central Birmingham",
    MessageKind.OFFER_RECEIVED: "Wednesday 11 November, 5:30pm: thank you for offering to help",
    MessageKind.OFFER_ACCEPTED: "Wednesday 11 November, 5:30pm: "
    "yes please, come and help at Central Birmingham",
    MessageKind.HELPING_ADDED: "Wednesday 11 November, 5:30pm: "
    "you are down to help at Central Birmingham",
    MessageKind.HELPING_REMINDER: "Wednesday 11 November, 5:30pm: "
    "your evening as a helper at Central Birmingham",
    MessageKind.NIGHT_OFF: "Wednesday 11 November, 5:30pm: have the night off",
    MessageKind.HELPING_MOVED: "Wednesday 11 November, 5:30pm: Central Birmingham has changed",
    MessageKind.HELPING_CANCELLED: "Wednesday 11 November, 5:30pm: Central Birmingham is cancelled",
    MessageKind.TEAM_INVITATION: "Central Birmingham: come and join the team",
    MessageKind.DAILY_DIGEST: "Monday 2 November at Central Birmingham: 1 booking",
    MessageKind.CONNECTOR_LINK: "Your own page at Central Birmingham",
    MessageKind.CONNECTOR_DIGEST: "Wednesday 11 November, 5:30pm: "
    "will you tell them? Central Birmingham",
}


@pytest.fixture
def series():
    olu = factories.create_user(email="olu@example.org")
    return factories.create_series(organiser=olu)


@pytest.fixture
def booking(series):
    venue = factories.create_venue(
        series=series,
        name="Canal Street Hall",
        nearest_stop="Bus 50, Canal Street",
        bring="Your phone or laptop, if you have one",
    )
    surgery = factories.create_surgery(series=series, venue=venue)
    amina = factories.create_attendee(series=series)
    return factories.create_booking(surgery=surgery, attendee=amina)


@pytest.fixture
def coming(series):
    """A booking that is still to come by the clock of the pages."""
    day = timezone.localdate() + datetime.timedelta(days=9)
    return factories.create_booking(surgery=factories.create_surgery(series=series, on=day))


def message_of(kind, booking):
    """A stored message of any kind, for Amina, Hana or Olu."""
    surgery, series = booking.surgery, booking.surgery.series
    fields = {"key": f"{kind}:x", "kind": kind, "series": series, "expires_at": surgery.starts_at}
    if kind in FOR_BOOKINGS:
        state = STATES.get(kind, BookingState.BOOKED)
        if state == BookingState.BOOKED:
            fields["booking"] = booking
        else:
            had_a_time = state in (BookingState.DISPLACED, BookingState.CANCELLED)
            fields["booking"] = factories.create_booking(
                surgery=surgery,
                slot=booking.slot if had_a_time else None,
                attendee=booking.attendee,
                state=state,
            )
    elif kind in FOR_HELPERS:
        fields["helping"] = factories.create_helping(surgery=surgery)
    elif kind in FOR_CONNECTORS:
        fields["connector"] = a_connector(series)
        fields["surgery"] = surgery if kind == MessageKind.CONNECTOR_DIGEST else None
    elif kind == MessageKind.TEAM_INVITATION:
        fields["invitation"] = _invitation(series)
    else:
        fields["member"] = series.team.get()
        fields["covers_from"] = NOW.replace(hour=0)
        fields["covers_to"] = fields["covers_from"] + datetime.timedelta(days=1)
    return Message.objects.create(**fields)


def a_connector(series):
    """Sharon, who wants the notes, with a link to pass on."""
    network = factories.create_network(series=series)
    sharon = factories.create_connector(
        network=network, contact="sharon@example.org", digest_from=NOW
    )
    factories.create_link(network=network, connector=sharon, passed_on_by="connector_page")
    return sharon


def _invitation(series):
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


def read(message, now=NOW):
    """The letter for a message, parsed back from its bytes."""
    letter = letter_for(with_person(Message.objects.all()).get(pk=message.pk), now)
    return letter, email.message_from_bytes(letter.content, policy=email.policy.default)


def part(mail, kind):
    return mail.get_body((kind,)).get_content().replace("\r\n", "\n")


def seen(page):
    """The words of an HTML page, without its tags."""
    page = re.sub(r"(?s)<(style|title).*?</\1>", " ", page)
    text = re.sub(r"<[^>]+>", " ", page)
    for entity, character in (("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"')):
        text = text.replace(entity, character)
    return " ".join(text.replace("&amp;", "&").split())


@pytest.mark.parametrize("kind", MessageKind.values)
def test_a_letter_of_each_kind_has_its_subject_and_both_parts_say_the_same(kind, booking):
    _letter, mail = read(message_of(kind, booking))

    assert str(mail["Subject"]) == SUBJECTS[kind]
    page = seen(part(mail, "html")).replace(" .", ".").replace(" ,", ",")
    for line in part(mail, "plain").splitlines():
        words = re.sub(r":? http\S+", "", line).removeprefix("- ")
        if booking.surgery.venue.name in words and " 5:30pm, at " in words:
            continue  # one sentence in the text, three lines on the page
        assert words in page or re.search(r"\d:\d\dpm\.$", words)


@pytest.mark.parametrize("kind", MessageKind.values)
def test_a_letter_of_each_kind_is_plain_sailing_for_every_mail_server(kind, booking):
    letter, mail = read(message_of(kind, booking))

    assert max(map(len, letter.content.split(b"\r\n"))) <= 998
    assert b"\n" not in letter.content.replace(b"\r\n", b"")
    letter.content.decode("ascii")
    assert (mail["Cc"], mail["Bcc"]) == (None, None)
    assert str(mail["From"]) == "Central Birmingham <surgeries@example.org>"
    assert str(mail["Reply-To"]) == "olu@example.org"


def test_the_same_message_is_the_same_letter_each_time(booking):
    message = message_of(MessageKind.CONFIRMATION, booking)

    _letter, first = read(message)
    _letter, second = read(message)

    assert first["Message-ID"] == second["Message-ID"] == f"<{message.pk}@testserver>"


@pytest.mark.parametrize("kind", FOR_BOOKINGS)
def test_the_one_button_leads_to_the_booking(kind, coming, client):
    message = message_of(kind, coming)
    _letter, mail = read(message)

    link = f"http://testserver/b/{message.booking.secret}/"
    page = part(mail, "html")
    assert re.findall(r'class="button" href="([^"]+)"', page) == [link]
    assert part(mail, "plain").count(link) == 1
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("kind", FOR_HELPERS)
def test_the_one_button_leads_a_helper_to_her_evening(kind, coming, client):
    message = message_of(kind, coming)
    _letter, mail = read(message)

    link = f"http://testserver/h/{message.helping.secret}/"
    assert re.findall(r'class="button" href="([^"]+)"', part(mail, "html")) == [link]
    assert part(mail, "plain").count(link) == 1
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("kind", FOR_CONNECTORS)
def test_the_one_button_leads_a_connector_to_her_page(kind, coming, client):
    message = message_of(kind, coming)
    _letter, mail = read(message)

    link = f"http://testserver/c/{message.connector.secret}/"
    assert re.findall(r'class="button" href="([^"]+)"', part(mail, "html")) == [link]
    assert client.get(link).status_code == 200
    stop = re.search(r"(?:one tap|at any time): (\S+)", part(mail, "plain"))[1]
    assert client.get(stop).status_code == 200


@pytest.mark.parametrize(
    ("coming_too", "said"),
    [
        (0, "None of yours has booked yet. Will you tell them?"),
        (1, "1 of yours is coming. Will you tell them?"),
        (2, "2 of yours are coming. Will you tell them?"),
    ],
)
def test_the_note_to_a_connector_counts_hers_and_names_nobody(coming_too, said, booking):
    message = message_of(MessageKind.CONNECTOR_DIGEST, booking)
    surgery = factories.create_surgery(series=booking.surgery.series, on=NOW.date(), places=(4,))
    Message.objects.filter(pk=message.pk).update(surgery=surgery)
    for _person in range(coming_too):
        factories.create_booking(
            surgery=surgery, credited_connector=message.connector, name_shown_from=NOW
        )
    factories.create_booking(surgery=surgery)

    text = part(read(message)[1], "plain")

    assert f"\n{said}\n" in text
    assert "Amina" not in text
    code = message.connector.links.get().code
    assert f"The link to pass on: http://testserver/i/{code}/" in text


def test_the_invitation_leads_to_its_page(coming, client):
    message = message_of(MessageKind.TEAM_INVITATION, coming)
    _letter, mail = read(message)

    link = f"http://testserver/invitation/{message.invitation.secret}/"
    assert part(mail, "plain").count(link) == 1
    assert "Olu Adé invites you to join the team of Central Birmingham, as helper." in part(
        mail, "plain"
    )
    assert client.get(link).status_code == 200


def test_the_digest_lists_names_and_times_and_can_be_stopped_from_the_mail(booking, client):
    gone = factories.create_booking(
        surgery=booking.surgery,
        state=BookingState.CANCELLED,
        booked_at=NOW - datetime.timedelta(days=5),
        cancelled_at=NOW,
    )
    message = message_of(MessageKind.DAILY_DIGEST, booking)
    _letter, mail = read(message)

    text = part(mail, "plain")
    assert "Booked:\n- Amina O’Neill, Wednesday 11 November, 5:30pm\n" in text
    assert f"Cancelled:\n- {gone.attendee.name}, Wednesday 11 November, 5:30pm\n" in text
    assert str(mail["Subject"]).endswith(": 1 booking, 1 cancelled")
    off = re.search(r"Stop this daily mail with one tap: (\S+)", text)[1]
    assert client.get(off).status_code == 200


def test_the_last_reminder_says_the_way_there_and_whom_to_ring(booking):
    _letter, mail = read(message_of(MessageKind.REMINDER_LAST, booking))

    text = part(mail, "plain")
    for line in (
        "How to find the door: The blue door under the railway arch.",
        "Nearest bus stop or station: Bus 50, Canal Street",
        "Bring: Your phone or laptop, if you have one",
        "Come even if you are late. We are glad whenever you get here.",
        "Stuck? Ring Olu on 07400 123456, or just reply to this mail.",
    ):
        assert f"\n{line}\n" in text


def test_a_helper_is_named_only_with_her_yes(booking):
    message = message_of(MessageKind.REMINDER_FIRST, booking)
    hana = factories.create_helper(series=booking.surgery.series)
    factories.create_helping(surgery=booking.surgery, helper=hana)

    assert "A helper has kept time for you." in part(read(message)[1], "plain")

    hana.name_public_from = NOW
    hana.save()

    assert "Hana has kept time for you." in part(read(message)[1], "plain")


def test_a_helper_who_is_not_coming_is_not_named(booking):
    hana = factories.create_helper(series=booking.surgery.series, name_public_from=NOW)
    factories.create_helping(surgery=booking.surgery, helper=hana, state=HelpingState.WITHDRAWN)

    message = message_of(MessageKind.REMINDER_FIRST, booking)

    assert "Hana" not in part(read(message)[1], "plain")


@pytest.mark.parametrize("kind", MessageKind.values)
def test_service_mail_advertises_nothing(kind, booking):
    """R30."""
    _letter, mail = read(message_of(kind, booking))

    for words in NEWS:
        assert words not in (part(mail, "plain") + part(mail, "html")).lower()


@pytest.mark.parametrize(
    "kind",
    [
        MessageKind.BOOKING_CHANGED,
        MessageKind.BOOKING_CANCELLED,
        MessageKind.SURGERY_MOVED,
        MessageKind.SURGERY_CANCELLED,
        MessageKind.HELPING_MOVED,
        MessageKind.HELPING_CANCELLED,
    ],
)
def test_news_says_to_take_the_old_entry_out_of_the_diary(kind, booking):
    _letter, mail = read(message_of(kind, booking))

    words = "If you put it in your diary or calendar, please take the old entry out."
    assert words in part(mail, "plain")


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        (MessageKind.CONFIRMATION, ["surgery.ics"]),
        (MessageKind.SURGERY_MOVED, ["surgery.ics"]),
        (MessageKind.SURGERY_CANCELLED, ["surgery.ics"]),
        (MessageKind.REMINDER_LAST, []),
        (MessageKind.PLACE_FOUND, ["surgery.ics"]),
        (MessageKind.WAITING, []),
        (MessageKind.OFFER_ACCEPTED, ["surgery.ics"]),
        (MessageKind.HELPING_MOVED, ["surgery.ics"]),
        (MessageKind.HELPING_REMINDER, []),
    ],
)
def test_the_calendar_file_comes_with_what_sets_a_date(kind, files, booking):
    _letter, mail = read(message_of(kind, booking))

    assert [attached.get_filename() for attached in mail.iter_attachments()] == files


NASTY = "{{settings}}{%now'Y'%}<script>{0}&amp;"


def test_a_name_stays_text_in_every_part(booking):
    """T-INJ-03."""
    booking.attendee.name = NASTY
    booking.attendee.save()
    _letter, mail = read(message_of(MessageKind.CONFIRMATION, booking))

    assert f"Hello {booking.attendee.name}," in part(mail, "plain")
    page = part(mail, "html")
    assert "<script>" not in page
    assert f"Hello {booking.attendee.name}," in seen(page)


@pytest.mark.parametrize(
    ("name", "hello"),
    [
        ("Zoë D’Arcy", "Hello Zoë,"),
        ("J. Smith", "Hello J.,"),
        ("a" * 40, f"Hello {'a' * 40},"),
        ("a" * 41, "Hello,"),
        ("win.example Smith", "Hello,"),
        ("https://win Smith", "Hello,"),
        ("win/prize", "Hello,"),
    ],
)
def test_nobody_is_greeted_with_an_address_that_a_stranger_typed(name, hello, booking):
    booking.attendee.name = name
    booking.attendee.save()
    _letter, mail = read(message_of(MessageKind.CONFIRMATION, booking))

    assert part(mail, "plain").startswith(f"{hello}\n")
    assert hello in seen(part(mail, "html"))


@pytest.mark.parametrize(
    ("name", "shown"), [("St. Mary’s, Dudley", "St. Mary’s, Dudley"), ("Go to win.example", "")]
)
def test_the_sender_is_never_named_like_an_address(name, shown, booking):
    booking.surgery.series.name = name
    booking.surgery.series.save()
    _letter, mail = read(message_of(MessageKind.CONFIRMATION, booking))

    assert mail["From"].addresses[0].display_name == shown


def test_no_line_break_reaches_a_header(booking):
    """T-INJ-05: neither the subject nor From; an address with one is refused (T-INJ-06)."""
    series = booking.surgery.series
    series.name = "Central\r\nBcc: evil@example.org\r\n\r\nBirmingham"
    series.save()
    _letter, mail = read(message_of(MessageKind.CONFIRMATION, booking))

    assert mail["Bcc"] is None
    assert str(mail["Subject"]).endswith("at Central Bcc: evil@example.org Birmingham")
    assert [address.addr_spec for address in mail["From"].addresses] == ["surgeries@example.org"]


@pytest.mark.parametrize("header", ["Subject", "From", "Reply-To"])
def test_a_line_break_that_came_so_far_would_stop_the_letter(header):
    """T-INJ-05, negative control: what we tidy away is what the library refuses to write."""
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        EmailMessage(policy=POLICY)[header] = "Central\r\nBcc: evil@example.org"


def test_an_organiser_with_two_addresses_in_one_gets_no_reply(booking):
    """T-INJ-05, T-INJ-06: Reply-To names one address each."""
    booking.surgery.series.started_by.delete()
    evil = factories.create_user(email="a@b.example")
    factories.create_member(series=booking.surgery.series, user=evil)
    User.objects.filter(pk=evil.pk).update(email="a@b.example, evil@x.example")

    with pytest.raises(NoSuchAddress):
        read(message_of(MessageKind.CONFIRMATION, booking))


@pytest.mark.parametrize("first_word", ["Central", "Zoë’s"])
def test_a_subject_arrives_as_it_was_written_however_long_it_is(first_word, booking):
    message = message_of(MessageKind.CONFIRMATION, booking)
    for length in range(1, 60, 2):
        name = f"{first_word} {'b' * length} Birmingham"
        message.series.name = name
        message.series.save()
        _letter, mail = read(message)

        when = "Wednesday 11 November, 5:30pm"
        assert str(mail["Subject"]) == f"{when}: you are booked at {name}"


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example, evil@x.example",
        "a@b.example\nRCPT TO:<evil@x.example>",
        "a@b.example\r\nBcc: evil@x.example",
        "a@b.example;evil@x.example",
        "<a@b.example>",
        "Evil <a@b.example>",
        "zoë@b.example",
        "a@",
        "",
    ],
)
def test_what_is_not_one_address_is_refused(text):
    """T-INJ-06."""
    with pytest.raises(NoSuchAddress):
        one_address(text)


def test_what_django_makes_of_two_addresses_is_why_we_ask_first():
    """T-INJ-06, negative control: it takes them for one recipient and sends to both."""
    mail = DjangoMail(to=["a@b.example, evil@x.example"])

    assert mail.recipients() == ["a@b.example, evil@x.example"]
    assert str(mail.message()["To"]) == "a@b.example, evil@x.example"


@pytest.mark.parametrize("address", ["a@b.example, evil@x.example", "a@b.example\nRCPT TO:<e@x.y>"])
def test_two_addresses_in_the_row_of_one_person_are_never_written_to(address, booking):
    """T-INJ-06: refused before there is a letter."""
    message = message_of(MessageKind.CONFIRMATION, booking)
    booking.attendee.contact = address
    booking.attendee.save()

    with pytest.raises(NoSuchAddress):
        read(message)


def test_an_address_in_another_script_is_written_as_servers_know_it():
    assert one_address("amina@münchen.example") == "amina@xn--mnchen-3ya.example"


@given(st.text(max_size=60))
def test_no_text_becomes_two_recipients(text):
    try:
        address = one_address(text)
    except NoSuchAddress:
        return
    assert address.isascii() and address.isprintable()
    assert address.count("@") == 1 or address.startswith('"')


def test_times_are_told_in_the_zone_of_the_series(booking):
    series = booking.surgery.series
    series.time_zone = "America/New_York"
    series.save()
    _letter, mail = read(message_of(MessageKind.CONFIRMATION, booking), timezone.now())

    assert str(mail["Subject"]).startswith("Wednesday 11 November, 12:30pm: ")


def test_a_cancelled_surgery_is_told_as_such_in_the_calendar_file(booking):
    booking.surgery.state = SurgeryState.CANCELLED
    booking.surgery.save()
    _letter, mail = read(message_of(MessageKind.SURGERY_CANCELLED, booking))

    (attached,) = mail.iter_attachments()
    assert b"STATUS:CANCELLED" in attached.get_payload(decode=True)
    assert b"METHOD:REQUEST" not in attached.get_payload(decode=True)
