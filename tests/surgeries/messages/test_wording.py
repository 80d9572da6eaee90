"""A series' own words in a mail and a text, for one person at a time."""

import datetime

import pytest

from surgeries.messages.facts import facts_of, together
from surgeries.messages.wording import in_a_text, words_of
from surgeries.models import Message, Wording
from surgeries.rules.texts import parts_of
from surgeries.rules.wording import KINDS, Words, ours
from surgeries.states import BookingState, MessageKind
from tests import factories
from tests.factories import NOW
from tests.surgeries.messages.test_email import message_of, part, read, seen

pytestmark = pytest.mark.django_db

FIRST, LAST = MessageKind.REMINDER_FIRST, MessageKind.REMINDER_LAST
FIVE_PM = datetime.time(17)


@pytest.fixture
def series():
    return factories.create_series(organiser=factories.create_user(email="olu@example.org"))


@pytest.fixture
def surgery(series):
    venue = factories.create_venue(
        series=series, name="Canal Street Hall", nearest_stop="Bus 50, Canal Street"
    )
    return factories.create_surgery(series=series, venue=venue, places=(3, 3))


@pytest.fixture
def booking(surgery):
    amina = factories.create_attendee(series=surgery.series)
    return factories.create_booking(surgery=surgery, attendee=amina)


def come_together(*bookings, **common):
    for number, booking in enumerate(bookings, 1):
        booking.party, booking.party_number = bookings[0].pk, number
        for name, value in common.items():
            setattr(booking, name, value)
        booking.save()


def create_friend(surgery, name, **fields):
    friend = factories.create_attendee(series=surgery.series, name=name)
    return factories.create_booking(surgery=surgery, attendee=friend, **fields)


def say(series, kind, **words):
    return Wording.objects.create(series=series, kind=kind, **words)


def mail_of(kind, booking):
    _letter, mail = read(message_of(kind, booking))
    return mail


def words_in(mail):
    """The paragraphs of the text part."""
    return part(mail, "plain").strip().split("\n\n")


# Own words -------------------------------------------------------------------------------


def test_a_series_says_it_in_its_own_words(series, booking):
    say(
        series,
        FIRST,
        subject="{name}, see you {weekday}",
        email="Dear {name},\nsee you at {time}.\n\nYes or no: {link}\n\nBring {bring}.",
    )
    mail = mail_of(FIRST, booking)

    link = f"http://testserver/b/{booking.secret}/"
    assert str(mail["Subject"]) == "Amina, see you Wednesday"
    assert words_in(mail)[:4] == [
        "Hello Amina,",
        "Dear Amina,\nsee you at 5:30pm.",
        f"Yes or no: {link}",
        "Bring your own phone or laptop, if you have one.",
    ]
    page = part(mail, "html")
    assert ">Dear Amina,<br>see you at 5:30pm.</p>" in page
    assert "Yes or no Bring your own phone" in seen(page)


def test_each_kind_and_each_series_has_its_own(series):
    say(series, FIRST, subject="Ours")
    other = factories.create_series()

    assert words_of(series, FIRST).subject == "Ours"
    assert words_of(series, LAST) == ours(LAST)
    assert words_of(other, FIRST) == ours(FIRST)


def test_an_empty_part_is_as_we_say_it(series):
    say(series, LAST, text="See you.")

    said = ours(LAST)
    assert words_of(series, LAST) == Words(said.subject, said.email, "See you.")


def test_a_subject_of_which_nothing_is_left_is_ours(series, booking):
    say(series, FIRST, subject="With {others}")

    assert str(mail_of(FIRST, booking)["Subject"]) == (
        "Wednesday 5:30pm: your time at Central Birmingham"
    )


NASTY = "<script>{event.__init__}{{settings}}{% now 'Y' %}&amp;"


def test_what_an_organiser_typed_stays_text(series, booking):
    """T-INJ-03."""
    say(series, FIRST, subject=f"{NASTY} {{name}}", email=f"{NASTY} {{name}}\n\nYes: {{link}}")
    mail = mail_of(FIRST, booking)

    assert str(mail["Subject"]) == f"{NASTY} Amina"
    assert words_in(mail)[1] == f"{NASTY} Amina"
    page = part(mail, "html")
    assert "<script>" not in page
    assert f"{NASTY} Amina" in seen(page)


@pytest.mark.parametrize("name", ["{link}", "{{link}}", "{series.phone}", "<b>{helper}</b>"])
def test_a_name_that_looks_like_a_placeholder_stays_a_name(name, booking):
    """T-INJ-03."""
    booking.attendee.name = name
    booking.attendee.save()
    say(booking.surgery.series, FIRST, email="For {name}.\n\nYes: {link}")
    mail = mail_of(FIRST, booking)

    shown = "" if "." in name or "/" in name else name
    assert words_in(mail)[0] == (f"Hello {shown}," if shown else "Hello,")
    assert (f"For {name}." in part(mail, "plain")) is bool(shown)
    assert part(mail, "plain").count(booking.secret) == 1


def test_no_line_break_of_a_wording_reaches_a_header(series, booking):
    """T-INJ-05. The form refuses it; one that got into the row all the same is a space."""
    say(series, FIRST, subject="Wednesday\r\nBcc: evil@example.org")
    mail = mail_of(FIRST, booking)

    assert mail["Bcc"] is None
    assert str(mail["Subject"]) == "Wednesday Bcc: evil@example.org"


# What reminders say ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [MessageKind.REMINDER_EARLY, FIRST, LAST])
def test_what_she_said_about_setting_off_comes_back_in_the_next_reminder(kind, booking):
    """R17."""
    words = "You planned to set off at 5pm."
    assert words not in part(mail_of(kind, booking), "plain")

    booking.sets_off_at = FIVE_PM
    booking.save()
    Message.objects.all().delete()

    assert words in words_in(mail_of(kind, booking))


@pytest.mark.parametrize("kind", [MessageKind.REMINDER_EARLY, FIRST, LAST])
def test_the_one_button_of_a_reminder_asks_for_an_answer(kind, booking):
    """R22."""
    said = part(mail_of(kind, booking), "plain")

    assert f"I’ll be there, or I can’t: http://testserver/b/{booking.secret}/" in said


def test_the_first_reminder_names_what_somebody_has_kept_for_her(booking):
    """R23: the specific form, and never the vague one."""
    words = words_in(mail_of(FIRST, booking))

    assert "A helper has kept time for you. Still able to come?" in words
    assert "If you can’t come, somebody else can have the time." in words


def test_what_is_not_known_of_the_place_is_not_mentioned(series, surgery, booking):
    surgery.venue.find_the_door = surgery.venue.nearest_stop = ""
    surgery.venue.save()
    words = words_in(mail_of(LAST, booking))

    assert not [line for line in words if line.startswith(("How to find", "Nearest"))]
    assert "Bring: your own phone or laptop, if you have one" in words


def test_a_surgery_without_a_place_is_at_its_series(surgery, booking):
    surgery.venue = None
    surgery.save()

    assert "5:30pm, at Central Birmingham." in words_in(mail_of(LAST, booking))[1]


# Who comes with her ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["Ben"], "Ben"),
        (["Ben", "Cleo"], "Ben and Cleo"),
        (["Ben", "Cleo", "Dee"], "Ben, Cleo and Dee"),
    ],
)
def test_names_are_said_together(names, said):
    assert together(names) == said


FOR_WHO_COMES = (
    *KINDS,
    MessageKind.PLACE_FOUND,
    MessageKind.NEXT_TIME,
    MessageKind.BOOKING_CHANGED,
    MessageKind.SURGERY_MOVED,
    MessageKind.LINK_AGAIN,
)


@pytest.mark.parametrize("kind", FOR_WHO_COMES)
def test_a_mail_names_who_comes_with_her(kind, surgery, booking):
    ben, gone = create_friend(surgery, "Ben Ede"), create_friend(surgery, "Cleo")
    come_together(booking, ben, gone)
    gone.state, gone.place = BookingState.CANCELLED, None
    gone.save()

    assert "Coming with you: Ben" in words_in(mail_of(kind, booking))


@pytest.mark.parametrize("kind", FOR_WHO_COMES)
def test_whoever_comes_alone_reads_of_nobody(kind, booking):
    assert "Coming with you" not in part(mail_of(kind, booking), "plain")


def test_a_supporter_is_mentioned(surgery, booking):
    """R16."""
    alone = factories.create_booking(surgery=surgery, brings_supporter=True)
    assert "Coming with you: a supporter or interpreter" in words_in(mail_of(LAST, alone))

    come_together(booking, create_friend(surgery, "Ben"))
    booking.brings_supporter = True
    booking.save()
    Message.objects.all().delete()
    words = "Coming with you: Ben and a supporter or interpreter"
    assert words in words_in(mail_of(LAST, booking))


def test_nobody_sends_an_address_along_as_the_name_of_a_friend(surgery, booking):
    """T-INJ-13."""
    come_together(booking, create_friend(surgery, "win.example"))

    said = part(mail_of(LAST, booking), "plain")
    assert "Coming with you: somebody else" in said
    assert "win.example" not in said


def test_when_one_of_them_cannot_come_the_mail_says_who_still_does(surgery, booking):
    ben = create_friend(surgery, "Ben")
    gone = create_friend(surgery, "Cleo")
    come_together(booking, ben, gone)
    gone.state, gone.place = BookingState.CANCELLED, None
    gone.save()
    message = factories.create_message(booking=gone, kind=MessageKind.BOOKING_CANCELLED)
    _letter, mail = read(message)

    words = words_in(mail)
    assert words[0] == "Hello Cleo,"
    assert words[1].startswith("You are no longer booked for Wednesday 11 November, 5:30pm")
    assert "Still booked: Amina and Ben" in words
    assert "Still booked: Amina and Ben" in seen(part(mail, "html"))


def test_when_nobody_is_left_nobody_is_named(booking):
    said = part(mail_of(MessageKind.BOOKING_CANCELLED, booking), "plain")

    assert "Still booked" not in said


def test_a_cancelled_evening_is_to_be_told_to_whoever_would_have_come_along(surgery, booking):
    come_together(booking, create_friend(surgery, "Ben"))

    words = words_in(mail_of(MessageKind.SURGERY_CANCELLED, booking))
    assert "Please tell Ben too." in words
    assert "Coming with you: Ben" not in words


# Who waits -------------------------------------------------------------------------------


def waiting(surgery, state, slot=None):
    return factories.create_booking(surgery=surgery, state=state, slot=slot)


@pytest.mark.parametrize("state", [BookingState.WAITING, BookingState.DISPLACED])
def test_whoever_waits_is_not_told_that_she_is_booked(state, surgery):
    """R28."""
    slot = surgery.slots.first() if state == BookingState.DISPLACED else None
    hers = waiting(surgery, state, slot)
    moved = factories.create_message(booking=hers, kind=MessageKind.SURGERY_MOVED)
    _letter, mail = read(moved)

    for said in (part(mail, "plain"), seen(part(mail, "html"))):
        assert "You are on the waiting list, now for" in said
        assert "You are now booked" not in said
    assert f"See it, or leave the waiting list: http://testserver/b/{hers.secret}/" in (
        part(mail, "plain")
    )
    had_a_time = state == BookingState.DISPLACED
    assert len(list(mail.iter_attachments())) == had_a_time
    assert ("The calendar file in this mail" in part(mail, "plain")) is had_a_time


def test_whoever_waits_is_told_that_the_evening_is_off(surgery):
    hers = waiting(surgery, BookingState.WAITING)
    off = factories.create_message(booking=hers, kind=MessageKind.SURGERY_CANCELLED)
    _letter, mail = read(off)

    assert "The evening you were waiting for is cancelled" in part(mail, "plain")
    assert "booking" not in part(mail, "plain").split("take the old entry out")[0]
    assert list(mail.iter_attachments()) == []


def test_whoever_leaves_the_waiting_list_was_never_booked(surgery):
    hers = waiting(surgery, BookingState.CANCELLED)
    gone = factories.create_message(booking=hers, kind=MessageKind.BOOKING_CANCELLED)
    _letter, mail = read(gone)

    assert "You are no longer on the waiting list for Wednesday" in part(mail, "plain")
    assert "Somebody else can have the time" not in part(mail, "plain")
    assert list(mail.iter_attachments()) == []


# Texts -----------------------------------------------------------------------------------


def text_of(words, booking, **how):
    message = Message(kind=FIRST, booking=booking, series=booking.surgery.series)
    how = {"place": "Canal Street Hall"} | how
    return in_a_text(Words("", "", words), facts_of(message, NOW), **how)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{weekday}, {day}, {time}", "Wednesday, Wed 11 Nov, 5:30pm"),
        ("At {place}.", "At Canal Street Hall."),
        ("Come, {place}.", "Come, Canal Street Hall."),
        ("Bus: {stop}\nWith: {others}\nYes?", "Bus: Bus 50, Canal Street Yes?"),
        ("If not, {answer}", "If not, tell us here:"),
        ("{answer}", "Tell us here:"),
    ],
)
def test_a_text_is_short_and_on_one_line(words, said, booking):
    assert text_of(words, booking) == said


def test_a_text_says_how_to_answer_it(booking):
    assert text_of("If not, {answer}", booking, replies=True) == "If not, reply NO."


def test_the_place_goes_where_there_is_no_room(booking):
    assert text_of("On {day}, {place}. Yes?", booking, place="") == "On Wed 11 Nov. Yes?"


def test_names_are_cut_in_a_text(booking):
    """T-INJ-13."""
    booking.attendee.name = "Wilhelmina-Alexandrina-Louise"
    assert text_of("Dear {name}.", booking) == "Dear Wilhelmina-Alexandri."


@pytest.mark.parametrize("replies", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_our_own_words_cost_one_text_at_least_without_the_place(kind, replies, booking):
    """R29. With a usual name and address of the site."""
    booking.sets_off_at = FIVE_PM
    said = text_of(ours(kind).text, booking, replies=replies, place="")
    link = f"https://surgeries.example/b/{booking.secret}/"
    assert parts_of(f"Birmingham: {said} {link}") == 1
