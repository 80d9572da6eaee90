import pytest

from surgeries.actions.attendees import (
    known_attendee,
    known_attendees,
    make_easier,
    write_or_ring,
)
from surgeries.models import Attendee, Booking
from tests import factories
from tests.factories import NOW
from tests.surgeries.actions.booker import HOUR, book, last_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery():
    return factories.create_surgery(places=(1, 2))


# People --------------------------------------------------------------------------------


def test_two_people_without_a_contact_are_two_people(surgery):
    about = {"name": "Amina", "contact": None, "group": "", "network": None, "now": NOW}
    one = known_attendee(surgery.series, **about)
    assert known_attendee(surgery.series, **about).pk != one.pk


def test_a_known_person_is_recognised_in_one_statement(surgery, django_assert_num_queries):
    about = {"name": "Amina", "contact": "amina@example.org", "network": None}
    one = known_attendee(surgery.series, **about, group="Choir", now=NOW)
    with django_assert_num_queries(1):
        again = known_attendee(surgery.series, **about, group="", now=NOW + HOUR)
    person = Attendee.objects.get()
    assert (again.pk, person.pk) == (one.pk, one.pk)
    assert (person.group, person.last_active_at) == ("Choir", NOW + HOUR)


def test_whoever_types_a_known_name_and_contact_reads_and_changes_nothing_of_hers(surgery):
    slot = last_slot(surgery)
    hers = book(slot, group="Choir")
    make_easier(hers, needs="A chair", news=False, news_wording="", now=NOW)
    stans = book(slot, name="AMINA O’NEILL", group="Evil", now=NOW + HOUR)
    assert Booking.objects.get(pk=stans.pk).attendee.name == "AMINA O’NEILL"
    make_easier(stans, needs="Evil", news=True, news_wording="Yes", now=NOW + HOUR)
    person = Attendee.objects.get()
    assert (person.group, person.access_needs, person.news_agreed_at) == ("Choir", "A chair", None)


def test_a_known_person_may_still_tell_what_she_has_not_told(surgery):
    slot = last_slot(surgery)
    book(slot)
    again = Booking.objects.get(pk=book(slot, group="Choir").pk)
    make_easier(again, needs="A chair", news=False, news_wording="", now=NOW)
    person = Attendee.objects.get()
    assert (person.group, person.access_needs) == ("Choir", "A chair")


def test_nobody_without_a_contact_inherits_a_group(surgery):
    about = {"name": "Amina", "contact": None, "network": None, "now": NOW}
    known_attendee(surgery.series, **about, group="Choir")
    other = known_attendee(surgery.series, **about, group="")
    assert Attendee.objects.get(pk=other.pk).group == ""


# Easier --------------------------------------------------------------------------------


def test_what_would_help_is_kept_with_the_time_of_the_tick(surgery):
    booking = book(last_slot(surgery))
    make_easier(booking, needs="A quiet corner", news=False, news_wording="Yes", now=NOW + HOUR)
    person = Attendee.objects.get()
    assert (person.access_needs, person.access_needs_agreed_at) == ("A quiet corner", NOW + HOUR)
    assert (person.news_agreed_at, person.news_wording) == (None, "")


def test_news_are_agreed_to_with_their_wording(surgery):
    booking = book(last_slot(surgery))
    make_easier(booking, needs="", news=True, news_wording="Yes, tell me", now=NOW)
    person = Attendee.objects.get()
    assert (person.news_agreed_at, person.news_wording) == (NOW, "Yes, tell me")
    assert (person.access_needs, person.access_needs_agreed_at) == ("", None)


# Written to, or rung -------------------------------------------------------------------


def test_a_text_that_says_stop_goes_for_everybody_at_that_number(surgery):
    amina, basil = (
        factories.create_attendee(series=surgery.series, name=name, contact="+447400123456")
        for name in ("Amina", "Basil")
    )
    other = factories.create_attendee(series=surgery.series)
    elsewhere = factories.create_attendee(
        series=factories.create_series(), name="Amina", contact="+447400123456"
    )
    write_or_ring(amina, write=False, now=NOW)
    stopped = Attendee.objects.exclude(no_messages_from=None)
    assert set(stopped) == {amina, basil}
    assert {other, elsewhere} & set(stopped) == set()
    write_or_ring(basil, write=True, now=NOW)
    assert not stopped.all().exists()


def test_no_contact_is_not_a_contact_in_common(surgery):
    amina, basil = (
        factories.create_attendee(series=surgery.series, name=name, contact=None)
        for name in ("Amina", "Basil")
    )
    write_or_ring(amina, write=False, now=NOW)
    assert list(Attendee.objects.exclude(no_messages_from=None)) == [amina]
    assert basil.no_messages_from is None


def test_several_people_are_recognised_in_one_statement(surgery, django_assert_num_queries):
    about = {"contact": "amina@example.org", "group": "", "network": None, "now": NOW}
    with django_assert_num_queries(1):
        people = known_attendees(surgery.series, names=["Zoë", "Amina"], **about)
    assert [person.name for person in people] == ["Zoë", "Amina"]
    with django_assert_num_queries(1):
        same = known_attendees(surgery.series, names=["amina", "Basil"], **about)
    assert same[0].pk == people[1].pk
    assert Attendee.objects.count() == 3
