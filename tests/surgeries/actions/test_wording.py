"""A series says when reminders leave and what they say; kept only where it differs from ours."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from surgeries.actions.wording import set_timetable, set_wording
from surgeries.messages.plan import timetable_of
from surgeries.messages.wording import words_of
from surgeries.models import ReminderTime, Series, Wording
from surgeries.refusals import Refused
from surgeries.rules.reminders import CLOSES, OPENS, TIMETABLE, When
from surgeries.rules.wording import ours
from surgeries.states import MessageKind
from tests import factories

pytestmark = pytest.mark.django_db

EARLY, FIRST, LAST = TIMETABLE
TEN, NOON, SIX = datetime.time(10), datetime.time(12), datetime.time(18)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


def times(series):
    """What is kept: the rows by kind, and the hours."""
    series = Series.objects.get(pk=series.pk)
    rows = {row.kind: (row.on, row.days_before, row.at) for row in series.reminder_times.all()}
    return rows, series.writes_from, series.writes_until


def set_times(series, olu, *, opens=OPENS, closes=CLOSES, **own):
    set_timetable(
        series,
        timetable=TIMETABLE | {MessageKind(kind): when for kind, when in own.items()},
        opens=opens,
        closes=closes,
        by=olu,
    )


# Times -----------------------------------------------------------------------------------


def test_a_series_sets_its_own_times(series, olu):
    set_times(series, olu, reminder_first=When(5, NOON), opens=TEN, closes=SIX)

    assert times(series) == ({FIRST: (True, 5, NOON)}, TEN, SIX)
    assert timetable_of(series) == TIMETABLE | {FIRST: When(5, NOON)}


def test_a_reminder_that_is_off_keeps_its_days(series, olu):
    set_times(series, olu, reminder_last=When(2, None, on=False))

    assert times(series)[0] == {LAST: (False, 2, None)}


def test_only_what_differs_from_ours_is_kept(series, olu):
    set_times(series, olu)
    assert times(series) == ({}, OPENS, CLOSES)

    set_times(series, olu, reminder_first=When(5), reminder_last=When(2))
    set_times(series, olu, reminder_last=When(2))
    assert times(series)[0] == {LAST: (True, 2, None)}

    set_times(series, olu)
    assert times(series)[0] == {}


def test_another_series_keeps_its_own(series, olu):
    other = factories.create_series()
    set_times(other, olu, reminder_first=When(4))

    set_times(series, olu, reminder_first=When(5))
    set_times(series, olu)

    assert times(other)[0] == {FIRST: (True, 4, None)}


@pytest.mark.parametrize(
    ("own", "field", "sentence"),
    [
        (
            {"reminder_early": When(3)},
            "reminder_early_days",
            "The early reminder leaves before the others. Give it more days than them.",
        ),
        (
            {"reminder_first": When(1)},
            "reminder_first_days",
            "The first reminder leaves before the last one. Give it more days than that.",
        ),
        (
            {"reminder_first": When(7)},
            "reminder_early_days",
            "The early reminder leaves before the others. Give it more days than them.",
        ),
        (
            {"reminder_last": When(1, datetime.time(20, 1))},
            "reminder_last_at",
            "Nobody is written to at that time. Choose one from 9am to 8pm.",
        ),
        (
            {"reminder_first": When(3, NOON), "opens": datetime.time(12, 30)},
            "reminder_first_at",
            "Nobody is written to at that time. Choose one from 12:30pm to 8pm.",
        ),
        (
            {"opens": TEN, "closes": datetime.time(10, 59)},
            "closes",
            "Leave at least an hour in which we may write: choose a later time.",
        ),
        (
            {"opens": NOON, "closes": TEN},
            "closes",
            "Leave at least an hour in which we may write: choose a later time.",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_trace(series, olu, own, field, sentence):
    set_times(series, olu, reminder_last=When(2))

    with pytest.raises(Refused) as refusal:
        set_times(series, olu, **own)

    assert (refusal.value.field, refusal.value.sentence) == (field, sentence)
    assert times(series) == ({LAST: (True, 2, None)}, OPENS, CLOSES)


def test_one_that_is_off_is_in_nobodys_way(series, olu):
    set_times(series, olu, reminder_early=When(1, on=False))

    assert times(series)[0] == {EARLY: (False, 1, None)}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": FIRST}, "one_time_per_reminder"),
        ({"kind": MessageKind.CONFIRMATION}, "only_reminders_have_a_time"),
    ],
)
def test_the_database_has_the_last_word_on_times(series, fields, constraint):
    ReminderTime.objects.create(series=series, kind=FIRST, days_before=4)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReminderTime.objects.create(series=series, days_before=5, **fields)


# Words -----------------------------------------------------------------------------------

MAIL = "Dear {name}, see you at {place}.\n\nYes or no: {link}"


def set_words(series, olu, *, kind=FIRST, subject="", email="", text=""):
    set_wording(series, kind, subject=subject, email=email, text=text, by=olu)


def test_a_series_sets_its_own_words(series, olu):
    set_words(series, olu, subject="Come, {name}", email=MAIL, text="Come. {answer}")

    row = Wording.objects.get()
    assert (row.series, row.kind) == (series, FIRST)
    assert (row.subject, row.email, row.text) == ("Come, {name}", MAIL, "Come. {answer}")


def test_words_are_kept_tidy(series, olu):
    set_words(series, olu, email=f"  \r\n{MAIL.replace(chr(10), '  ' + chr(13) + chr(10))}\r\n\r\n")

    assert Wording.objects.get().email == MAIL


def test_only_the_parts_that_differ_are_kept(series, olu):
    said = ours(FIRST)
    set_words(series, olu, subject="Come", email=said.email, text=said.text)
    row = Wording.objects.get()
    assert (row.subject, row.email, row.text) == ("Come", "", "")

    set_words(series, olu, subject=said.subject, email=said.email, text=said.text)
    assert not Wording.objects.exists()


def test_empty_words_are_ours_again(series, olu):
    set_words(series, olu, subject="Come")
    set_words(series, olu, kind=LAST, subject="Come")
    set_words(series, olu)

    assert words_of(series, FIRST) == ours(FIRST)
    assert words_of(series, LAST).subject == "Come"


def test_setting_them_again_sets_the_same_row(series, olu):
    set_words(series, olu, subject="Come")
    set_words(series, olu, subject="Do come")

    assert Wording.objects.get().subject == "Do come"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("subject", "Come\nBcc: evil@example.org"),
        ("subject", "Come, {nmae}"),
        ("email", "Come."),
        ("email", f"{MAIL}\n\nSee evil.example"),
        ("text", "Come. Please share this."),
    ],
)
def test_unsound_words_are_refused_and_leave_no_trace(series, olu, part, words):
    """T-INJ-05, R30; which words and why: tests/surgeries/rules/test_wording.py."""
    set_words(series, olu, subject="Come")

    with pytest.raises(Refused) as refusal:
        set_words(series, olu, **{"subject": "Do come", part: words})

    assert refusal.value.field == part
    assert Wording.objects.get().subject == "Come"


def test_a_series_has_one_wording_per_kind(series):
    Wording.objects.create(series=series, kind=FIRST, subject="Come")
    with pytest.raises(IntegrityError, match="one_wording_per_kind"), transaction.atomic():
        Wording.objects.create(series=series, kind=FIRST, subject="Do come")
