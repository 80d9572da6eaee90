from datetime import timedelta

import pytest

from surgeries.actions.limits import refuse_a_flood
from surgeries.refusals import Refused
from surgeries.rules.limits import Seen
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

LONG = timedelta(minutes=1)
AMINA = "amina@example.org"


@pytest.fixture
def series():
    return factories.create_series()


def sent(series, *, open_for=LONG, contact=AMINA, **seen):
    """What she reads who sends a form; None when nothing stops her."""
    try:
        refuse_a_flood(series, seen=Seen(**seen), open_for=open_for, contact=contact, now=NOW)
    except Refused as refusal:
        return refusal.sentence
    return None


def holds(series, count, **fields):
    amina = factories.create_attendee(series=series, contact=AMINA)
    surgery = factories.create_surgery(series=series, places=(count,), **fields)
    for _ in range(count):
        factories.create_booking(surgery=surgery, attendee=amina)
    return surgery


RING = "That is a lot at once. Please ring Olu on 07400 123456, and we sort it out."


def test_who_is_stopped_reads_whom_to_ring(series):
    assert sent(series, from_address=60, of_contact=10, today=1) is None
    assert sent(series, from_address=61) == sent(series, of_contact=11) == RING


def test_a_series_without_a_number_says_so_otherwise(series):
    series.phone = ""
    assert sent(series, of_contact=11) == (
        "That is a lot at once. Try again in an hour, or ask whoever told you about us."
    )


def test_who_is_too_quick_reads_to_wait_five_seconds(series):
    assert sent(series, from_address=11, open_for=timedelta(seconds=5)) is None
    assert sent(series, from_address=11, open_for=timedelta(seconds=4)) == (
        "Many people are using this form just now. "
        "Wait five seconds, then press the button once more."
    )


def test_one_contact_has_twenty_bookings_to_come_at_most(series):
    surgery = holds(series, 19)
    assert sent(series, today=2) is None
    amina = surgery.bookings.first().attendee
    other = factories.create_series()
    elsewhere = factories.create_surgery(series=other)
    factories.create_booking(
        surgery=elsewhere,
        attendee=factories.create_attendee(series=other, contact=AMINA),
        state="waiting",
    )
    assert sent(series, today=2) == RING
    assert sent(series, today=2, contact="basil@example.org") is None
    surgery.bookings.filter(attendee=amina).update(state="cancelled", place=None)
    assert sent(series, today=2) is None


def test_what_is_over_counts_no_more(series):
    holds(series, 20, on=WEDNESDAY - timedelta(days=14))
    assert sent(series, today=2) is None


def test_the_first_form_of_a_day_asks_the_database_nothing(series, django_assert_num_queries):
    with django_assert_num_queries(0):
        sent(series, today=1)
    with django_assert_num_queries(1):
        sent(series, today=2)
