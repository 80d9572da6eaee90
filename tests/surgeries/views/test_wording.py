"""The organiser's pages about messages: when they leave, what they say, who gets what when."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import ReminderTime, Series, Wording
from surgeries.rules.reminders import TIMETABLE
from surgeries.rules.wording import KINDS, ours
from surgeries.states import BookingState, MessageKind, SurgeryState
from tests import factories

pytestmark = pytest.mark.django_db

EARLY, FIRST, LAST = TIMETABLE
NINE, EIGHT_PM = datetime.time(9), datetime.time(20)
DAY = datetime.timedelta(days=1)


def page(client, name, *args):
    return client.get(reverse(name, args=args))


def post(client, name, *args, **data):
    return client.post(reverse(name, args=args), data)


def words(response):
    return response.content.decode()


def create_coming(series, *, days=9, **fields):
    on = timezone.localdate(timezone=series.zone) + days * DAY
    return factories.create_surgery(series=series, on=on, **fields)


# Everybody -------------------------------------------------------------------------------

PAGES = [
    ("timetable_edit", []),
    ("wording_list", []),
    ("wording_edit", [FIRST]),
    ("messages_to_come", []),
]
RESETS = [("timetable_reset", []), ("wording_reset", [FIRST])]


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_a_stranger_finds_nothing(as_stan, series, name, args):
    assert page(as_stan, name, series.slug, *args).status_code == 404


@pytest.mark.parametrize(("name", "args"), PAGES[:1] + PAGES[2:3] + RESETS)
def test_a_stranger_changes_nothing(as_stan, series, name, args):
    ReminderTime.objects.create(series=series, kind=FIRST, days_before=5)
    Wording.objects.create(series=series, kind=FIRST, subject="Come")

    response = post(as_stan, name, series.slug, *args, **TIMES, subject="Evil")

    assert response.status_code == 404
    assert ReminderTime.objects.get().days_before == 5
    assert Wording.objects.get().subject == "Come"


@pytest.mark.parametrize(("name", "args"), RESETS)
def test_a_look_resets_nothing(as_olu, series, name, args):
    Wording.objects.create(series=series, kind=FIRST, subject="Come")

    assert page(as_olu, name, series.slug, *args).status_code == 405
    assert Wording.objects.exists()


@pytest.mark.parametrize("name", ["wording_list", "messages_to_come"])
def test_a_list_takes_no_post(as_olu, series, name):
    assert post(as_olu, name, series.slug).status_code == 405


@pytest.mark.parametrize("name", ["series_edit", "message_list"])
def test_settings_and_messages_lead_here(as_olu, series, name):
    said = words(page(as_olu, name, series.slug))

    for there in ("timetable_edit", "wording_list", "messages_to_come"):
        assert reverse(there, args=[series.slug]) in said


# When they leave -------------------------------------------------------------------------

TIMES = {
    "reminder_early_on": "on",
    "reminder_early_days": "7",
    "reminder_early_at": "",
    "reminder_first_on": "on",
    "reminder_first_days": "3",
    "reminder_first_at": "",
    "reminder_last_on": "on",
    "reminder_last_days": "1",
    "reminder_last_at": "",
    "opens": "09:00",
    "closes": "20:00",
}


def test_the_times_that_hold_stand_in_the_form(as_olu, series):
    ReminderTime.objects.create(
        series=series, kind=FIRST, on=False, days_before=5, at=datetime.time(12, 30)
    )
    form = page(as_olu, "timetable_edit", series.slug).context["form"]

    assert {name: form[name].value() for name in form.fields} == {
        "reminder_early_on": True,
        "reminder_early_days": 7,
        "reminder_early_at": None,
        "reminder_first_on": False,
        "reminder_first_days": 5,
        "reminder_first_at": datetime.time(12, 30),
        "reminder_last_on": True,
        "reminder_last_days": 1,
        "reminder_last_at": None,
        "opens": NINE,
        "closes": EIGHT_PM,
    }


def test_it_says_for_whom_the_early_one_is(as_olu, series):
    said = words(page(as_olu, "timetable_edit", series.slug))

    assert "Only for those who booked more than 14 days ahead." in said


def test_times_are_saved(as_olu, series):
    data = TIMES | {"reminder_first_days": "5", "reminder_first_at": "12:30", "closes": "18:00"}
    del data["reminder_early_on"]

    response = post(as_olu, "timetable_edit", series.slug, **data)

    assert response.url == reverse("timetable_edit", args=[series.slug])
    rows = {row.kind: (row.on, row.days_before, row.at) for row in ReminderTime.objects.all()}
    assert rows == {EARLY: (False, 7, None), FIRST: (True, 5, datetime.time(12, 30))}
    series.refresh_from_db()
    assert series.writes_until == datetime.time(18)


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        (
            {"reminder_first_days": "1"},
            "reminder_first_days",
            "The first reminder leaves before the last one. Give it more days than that.",
        ),
        (
            {"reminder_last_days": "0"},
            "reminder_last_days",
            "Enter a number of days from 1 to 28.",
        ),
        ({"reminder_last_days": ""}, "reminder_last_days", "Enter the number of days, like 3."),
        ({"reminder_last_at": "soon"}, "reminder_last_at", "Enter the time, like 17:30."),
        (
            {"reminder_last_at": "07:00"},
            "reminder_last_at",
            "Nobody is written to at that time. Choose one from 9am to 8pm.",
        ),
        ({"opens": ""}, "opens", "Enter the time, like 09:00."),
        (
            {"closes": "09:30"},
            "closes",
            "Leave at least an hour in which we may write: choose a later time.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(as_olu, series, data, field, sentence):
    response = post(as_olu, "timetable_edit", series.slug, **(TIMES | data))

    assert response.status_code == 200
    assert response.context["form"].errors == {field: [sentence]}
    assert not ReminderTime.objects.exists()


def test_one_tap_brings_our_times_back(as_olu, series):
    ReminderTime.objects.create(series=series, kind=FIRST, days_before=5)
    Series.objects.filter(pk=series.pk).update(writes_from=datetime.time(11))

    response = post(as_olu, "timetable_reset", series.slug)

    assert response.url == reverse("timetable_edit", args=[series.slug])
    assert not ReminderTime.objects.exists()
    series.refresh_from_db()
    assert (series.writes_from, series.writes_until) == (NINE, EIGHT_PM)


# What they say ---------------------------------------------------------------------------

OWN = {
    "subject": "{name}, see you {weekday}",
    "email": "See you at {place}.\r\n\r\nYes or no: {link}",
    "text": "See you {day}.",
}


def test_the_list_says_which_words_are_hers(as_olu, series):
    Wording.objects.create(series=series, kind=LAST, text="Come")

    rows = page(as_olu, "wording_list", series.slug).context["rows"]

    assert [row["kind"] for row in rows] == list(KINDS)
    assert [row["kind"] for row in rows if row["is_own"]] == [LAST]


def test_our_words_stand_in_the_form_at_first(as_olu, series):
    form = page(as_olu, "wording_edit", series.slug, LAST).context["form"]

    said = ours(LAST)
    assert {name: form[name].value() for name in form.fields} == vars(said)


@pytest.mark.parametrize("kind", ["surgery_moved", "helping_reminder", "nonsense"])
def test_other_messages_are_not_hers_to_reword(as_olu, series, kind):
    assert page(as_olu, "wording_edit", series.slug, kind).status_code == 404
    assert post(as_olu, "wording_edit", series.slug, kind, **OWN).status_code == 404
    assert post(as_olu, "wording_reset", series.slug, kind).status_code == 404
    assert not Wording.objects.exists()


def test_words_are_saved(as_olu, series):
    response = post(as_olu, "wording_edit", series.slug, FIRST, **OWN)

    assert response.url == reverse("wording_edit", args=[series.slug, FIRST])
    row = Wording.objects.get()
    assert (row.subject, row.text) == (OWN["subject"], OWN["text"])
    assert row.email == OWN["email"].replace("\r\n", "\n")


def test_one_tap_brings_our_words_back(as_olu, series):
    Wording.objects.create(series=series, kind=FIRST, subject="Come")
    Wording.objects.create(series=series, kind=LAST, subject="Come")
    assert "Use our words again" in words(page(as_olu, "wording_edit", series.slug, FIRST))

    post(as_olu, "wording_reset", series.slug, FIRST)

    assert Wording.objects.get().kind == LAST
    assert "Use our words again" not in words(page(as_olu, "wording_edit", series.slug, FIRST))


@pytest.mark.parametrize(
    ("part", "said", "sentence"),
    [
        ("subject", "a\r\nBcc: evil@example.org", "Write the subject in one line."),
        ("email", "Come.", "Write {link} once: it leads to the page where people answer."),
        ("email", "x" * 2001, "Use at most 2000 letters."),
        (
            "text",
            "Please donate.",
            "Take “donate” out. This message is about a booking; "
            "news goes only to people who asked for it.",
        ),
    ],
)
@pytest.mark.parametrize("button", [{}, {"look": "1"}])
def test_unsound_words_are_said_at_their_field(as_olu, series, part, said, sentence, button):
    response = post(as_olu, "wording_edit", series.slug, FIRST, **(OWN | {part: said} | button))

    assert response.status_code == 200
    assert response.context["form"].errors == {part: [sentence]}
    assert not Wording.objects.exists()


# To be looked at first -------------------------------------------------------------------


@pytest.fixture
def booking(series):
    venue = factories.create_venue(series=series, name="Canal Street Hall")
    amina = factories.create_attendee(series=series)
    return factories.create_booking(surgery=create_coming(series, venue=venue), attendee=amina)


def test_a_look_shows_her_words_for_a_real_person_and_saves_nothing(as_olu, series, booking):
    response = post(as_olu, "wording_edit", series.slug, FIRST, **OWN, look="1")

    assert not Wording.objects.exists()
    preview = response.context["preview"]
    assert preview.booking == booking
    assert preview.subject == f"Amina, see you {booking.surgery.on:%A}"
    assert preview.text.startswith("Central Birmingham: See you ")
    said = words(response)
    assert f"For {booking.attendee.name}, booked for" in said.replace("&#x27;", "'")
    assert "As it would read, not saved yet" in said
    assert "See you at Canal Street Hall, Canal Street, Birmingham." in said
    assert '<span class="button">Yes or no</span>' in said


def test_what_is_left_empty_is_looked_at_as_we_say_it(as_olu, series, booking):
    response = post(as_olu, "wording_edit", series.slug, LAST, subject="Come", look="1")

    preview = response.context["preview"]
    assert preview.subject == "Come"
    assert preview.text.startswith("Central Birmingham: See you ")


def test_the_secret_of_the_person_is_not_shown(as_olu, series, booking):
    """The organiser looks at words, and must not answer for Amina by a slip."""
    response = page(as_olu, "wording_edit", series.slug, FIRST)

    assert response.context["preview"].text.endswith(" http://testserver/b/…/")
    assert booking.secret not in words(response)


def test_the_last_to_book_for_an_evening_to_come_is_looked_at(as_olu, series, booking):
    surgery = booking.surgery
    earlier = booking.booked_at - DAY
    factories.create_booking(surgery=surgery, booked_at=earlier)
    later = booking.booked_at + DAY
    gone = factories.create_booking(
        surgery=surgery, state=BookingState.CANCELLED, booked_at=later, cancelled_at=later
    )
    past = create_coming(series, days=-9)
    factories.create_booking(surgery=past, booked_at=later)
    off = create_coming(series, days=12, state=SurgeryState.CANCELLED)
    factories.create_booking(surgery=off, booked_at=later)
    factories.create_booking(surgery=surgery, walked_in=True, booked_at=later)
    other = create_coming(factories.create_series(), days=9)
    factories.create_booking(surgery=other, booked_at=later)

    shown = page(as_olu, "wording_edit", series.slug, FIRST).context["preview"].booking

    assert shown == booking != gone


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_booking_somebody_is_made_up_and_it_says_so(as_olu, series, kind):
    response = page(as_olu, "wording_edit", series.slug, kind)

    assert response.context["preview"].made_up
    said = words(response)
    assert "Nobody is booked for an evening to come, so this person is made up." in said
    assert "Hello Amina," in said


def test_a_text_that_costs_two_is_warned_of(as_olu, series, booking):
    """R29. A name this short is not cut to make it one."""
    series.name = "Moseley"
    series.save()
    frame = len(f"{series.name}:  http://testserver/b/{booking.secret}/")
    for letters, parts, said in (
        (160, 1, "160 letters: one text."),
        (161, 2, "161 letters: this costs 2 texts. Make it shorter."),
    ):
        response = post(
            as_olu,
            "wording_edit",
            series.slug,
            FIRST,
            **(OWN | {"text": "x" * (letters - frame), "look": "1"}),
        )
        preview = response.context["preview"]
        assert (preview.letters, preview.parts) == (letters, parts)
        assert said in words(response)


# Who gets what when ----------------------------------------------------------------------


def test_it_says_by_day_who_gets_what_and_how_or_why_not(as_olu, series):
    surgery = create_coming(series, days=9, places=(4, 4))
    now = timezone.now()
    amina = factories.create_attendee(series=series)
    winston = factories.create_attendee(series=series, name="Winston", contact="+447400123457")
    zoe = factories.create_attendee(series=series, name="Zoë", contact=None)
    for attendee in (amina, winston, zoe):
        factories.create_booking(surgery=surgery, attendee=attendee, booked_at=now - DAY)

    response = page(as_olu, "messages_to_come", series.slug)

    days = response.context["days"]
    assert [day for day, _rows in days] == [surgery.on - 3 * DAY, surgery.on - DAY]
    for (_day, rows), kind in zip(days, (FIRST, LAST), strict=True):
        assert {row.kind for row in rows} == {kind}
        shown = {row.to.attendee.name: str(row.why_not or row.channel) for row in rows}
        assert shown == {
            "Amina O’Neill": "email",
            "Winston": "only_a_phone",
            "Zoë": "no_address",
        }
    said = words(response)
    assert "5:30pm · First reminder" in said
    assert "none: phone number only" in said
    assert "none: no address" in said


def test_it_is_empty_before_anybody_has_booked(as_olu, series):
    create_coming(series)

    said = words(page(as_olu, "messages_to_come", series.slug))

    assert "None yet. When people book, their reminders stand here by day." in said


def test_messages_of_another_series_are_not_here(as_olu, series):
    other = factories.create_series()
    factories.create_booking(surgery=create_coming(other), booked_at=timezone.now())
    factories.create_helping(surgery=create_coming(other, days=8))

    assert page(as_olu, "messages_to_come", series.slug).context["days"] == []


def test_it_names_helpers_and_what_waits_for_the_morning(as_olu, series, booking, olu):
    factories.create_helping(surgery=booking.surgery)
    tomorrow = timezone.now() + DAY
    factories.create_message(
        booking=booking,
        kind=MessageKind.SURGERY_MOVED,
        next_at=tomorrow,
        expires_at=booking.surgery.ends_at,
    )

    said = words(page(as_olu, "messages_to_come", series.slug))

    assert "Hana Müller" in said
    assert "Surgery moved" in said


@pytest.mark.parametrize("count", [1, 100])
def test_it_costs_the_same_for_one_booking_and_for_a_hundred(
    as_olu, series, count, django_assert_num_queries
):
    surgery = create_coming(series, places=(100, 100))
    for _ in range(count):
        booking = factories.create_booking(surgery=surgery, booked_at=timezone.now())
        booking.party, booking.party_number = booking.pk, 1
        booking.save()
        factories.create_helping(surgery=surgery)
        factories.create_message(booking=booking, expires_at=surgery.starts_at)
    page(as_olu, "messages_to_come", series.slug)

    with django_assert_num_queries(QUERIES):
        response = page(as_olu, "messages_to_come", series.slug)

    assert sum(len(rows) for _day, rows in response.context["days"]) == 4 * count


QUERIES = 12
