from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking
from surgeries.states import BookingState, MessageState, Outcome, Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


@pytest.fixture
def coming(series):
    return surgery_in(7, series)


@pytest.fixture
def as_olu(client, olu):
    client.force_login(olu)
    return client


def surgery_in(days, series):
    start = timezone.now() + timedelta(days=days)
    day = start.astimezone(series.zone).date()
    return factories.create_surgery(series=series, on=day, starts_at=start, places=(9,))


def person(series, name, contact=None, **fields):
    return factories.create_attendee(series=series, name=name, contact=contact, **fields)


def people(client, series, **query):
    return client.get(reverse("people_list", args=[series.slug]), query).content.decode()


def test_who_comes_next_stands_before_the_others(as_olu, series, coming):
    factories.create_booking(surgery=coming, attendee=person(series, "Zoë", "z@example.org"))
    person(series, "Aaron")
    page = people(as_olu, series)
    assert page.index("Zoë") < page.index("Aaron")
    assert "Booked for" in page and "has not come yet" in page and "2 people" in page


@pytest.mark.parametrize("words", ["joyce", "  BENNETT ", "ladywood"])
def test_people_are_found_by_name_and_by_group(as_olu, series, words):
    person(series, "Joyce Bennett", group="Ladywood Choir")
    person(series, "Winston")
    page = people(as_olu, series, q=words)
    assert "Joyce Bennett" in page and "Winston" not in page and "1 person found" in page


def test_nobody_found_says_what_to_do(as_olu, series):
    assert "Try fewer letters" in people(as_olu, series, q="<b>%_")
    assert "Nobody yet" in people(as_olu, series)


def test_erased_people_and_people_of_others_are_not_here(as_olu, series):
    person(series, "Erased", erased_at=timezone.now())
    person(factories.create_series(), "Elsewhere")
    page = people(as_olu, series)
    assert "Erased" not in page and "Elsewhere" not in page


def test_visits_are_counted_once_each(as_olu, series, coming):
    joyce = person(series, "Joyce")
    for days in (-30, -60):
        factories.create_booking(
            surgery=surgery_in(days, series), attendee=joyce, outcome=Outcome.CAME
        )
    factories.create_booking(surgery=coming, attendee=joyce)
    factories.create_booking(surgery=coming, attendee=joyce, state=BookingState.CANCELLED)
    assert "came 2 times" in people(as_olu, series)


def test_ringing_is_one_tap_and_can_be_undone(as_olu, series, coming):
    winston = person(series, "Winston", "+447400123457")
    booking = factories.create_booking(surgery=surgery_in(2, series), attendee=winston)
    assert "Give these a ring" in people(as_olu, series)
    where = reverse("ring_done", args=[series.slug, booking.pk])
    page = as_olu.post(where, follow=True).content.decode()
    assert "Give these a ring" not in page and "Rung today" in page
    assert "Give these a ring" in as_olu.post(where, {"undo": "yes"}, follow=True).content.decode()


def test_a_person_has_bookings_outcomes_contact_and_messages(as_olu, series, coming):
    joyce = person(series, "Joyce O’Neill", "joyce@example.org", group="Tenants <b>")
    choir = factories.create_network(series=series, name="Ladywood Choir")
    past = surgery_in(-30, series)
    factories.create_booking(surgery=past, attendee=joyce, outcome=Outcome.DID_NOT_COME)
    booking = factories.create_booking(surgery=coming, attendee=joyce, network=choir)
    factories.create_booking(surgery=coming, attendee=joyce)
    factories.create_message(booking=booking, state=MessageState.REVIEW, uncertain=2)
    page = as_olu.get(reverse("person_detail", args=[series.slug, joyce.pk])).content.decode()
    for words in ("did not come", "Told by Ladywood Choir", "mailto:joyce@example.org"):
        assert words in page
    assert "Tenants &lt;b&gt;" in page
    assert "Confirmation" in page and "in doubt" in page
    assert page.count("booked twice") == 2


def test_only_the_organiser_finds_people(client, series, coming):
    winston = person(series, "Winston", "+447400123457")
    booking = factories.create_booking(surgery=coming, attendee=winston)
    door = factories.create_user()
    factories.create_member(series=series, user=door, role=Role.DOOR)
    other = factories.create_user(name="Stan")
    factories.create_series(organiser=other)
    for who in (door, other):
        client.force_login(who)
        for name, args in (
            ("people_list", [series.slug]),
            ("person_detail", [series.slug, winston.pk]),
        ):
            assert client.get(reverse(name, args=args)).status_code == 404
        where = reverse("ring_done", args=[series.slug, booking.pk])
        assert client.post(where).status_code == 404
    assert Booking.objects.get().rung_at is None


def test_a_person_of_another_of_her_series_has_no_page_here(as_olu, olu, series):
    elsewhere = person(factories.create_series(organiser=olu), "Elsewhere")
    where = reverse("person_detail", args=[series.slug, elsewhere.pk])
    assert as_olu.get(where).status_code == 404


def test_wrong_methods_change_nothing(as_olu, series, coming):
    booking = factories.create_booking(surgery=coming)
    assert as_olu.get(reverse("ring_done", args=[series.slug, booking.pk])).status_code == 405
    assert as_olu.post(reverse("people_list", args=[series.slug])).status_code == 405
    where = reverse("person_detail", args=[series.slug, booking.attendee_id])
    assert as_olu.post(where).status_code == 405
    booking.refresh_from_db()
    assert booking.rung_at is None


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_more_people_cost_no_more_statements(
    as_olu, series, coming, django_assert_num_queries, rows
):
    for n in range(rows):
        attendee = person(series, f"Winston {n}", f"+4474001{n:05}")
        factories.create_booking(surgery=coming, attendee=attendee, imported=True)
        rung = person(series, f"Rung {n}", f"+4474002{n:05}")
        factories.create_booking(
            surgery=coming, attendee=rung, imported=True, rung_at=timezone.now()
        )
    with django_assert_num_queries(7):
        people(as_olu, series)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_long_history_costs_no_more_statements(as_olu, series, django_assert_num_queries, rows):
    joyce = person(series, "Joyce", "joyce@example.org")
    for n in range(rows):
        network = factories.create_network(series=series)
        booking = factories.create_booking(
            surgery=surgery_in(-7 * n - 1, series), attendee=joyce, network=network
        )
        factories.create_message(booking=booking)
    with django_assert_num_queries(5):
        as_olu.get(reverse("person_detail", args=[series.slug, joyce.pk]))
