from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking, Message, Reply
from surgeries.states import BookingState, MessageState, Outcome, ReplyMeaning, Role
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


def test_who_has_no_place_is_not_called_booked(as_olu, series, coming):
    for state in (BookingState.WAITING, BookingState.DISPLACED):
        factories.create_booking(surgery=coming, state=state)
    page = people(as_olu, series)
    assert (page.count("No place yet for"), page.count("Booked for")) == (2, 0)


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


def ring(client, booking, **answers):
    """Tap an outcome, and the page that follows."""
    where = reverse("ring_done", args=[booking.surgery.series.slug, booking.pk])
    return client.post(where, answers, follow=True).content.decode()


@pytest.fixture
def winston(series):
    attendee = person(series, "Winston", "+447400123457")
    return factories.create_booking(surgery=surgery_in(2, series), attendee=attendee)


@pytest.mark.parametrize(
    ("outcome", "said", "listed"),
    [
        ("coming", "Winston is coming.", "About"),
        ("cannot", "Winston can’t come.", "About"),
        ("told", "Winston has been told.", "About"),
    ],
)
def test_what_came_of_a_call_is_one_tap_and_can_be_undone(
    as_olu, series, winston, outcome, said, listed
):
    before = people(as_olu, series)
    assert "Give these a ring" in before and 'href="tel:+447400123457"' in before
    page = ring(as_olu, winston, outcome=outcome)
    assert said in page and "Give these a ring" not in page
    assert "Rung today" in page and listed in page
    page = ring(as_olu, winston, undo="yes")
    assert "Give these a ring" in page and "Rung today" not in page
    winston.refresh_from_db()
    assert (winston.state, winston.confirmed_at, winston.rung_at) == ("booked", None, None)


def test_after_no_answer_the_call_says_when_and_can_be_undone(as_olu, series, winston):
    page = ring(as_olu, winston, outcome="no_answer")
    assert "who stays on the list" in page and "No answer at " in page
    assert "They were not rung: undo" in page and "Rung today" not in page
    assert "No answer at " not in ring(as_olu, winston, undo="yes")


def test_of_a_party_those_who_are_ticked_cannot_come(as_olu, series, winston):
    Booking.objects.filter(pk=winston.pk).update(party=winston.pk, party_number=1)
    basil = factories.create_booking(
        surgery=winston.surgery,
        attendee=person(series, "Basil", "+447400123458"),
        party=winston.pk,
        party_number=2,
    )
    page = people(as_olu, series)
    for words in ("and 1 more", "All come", "None can", "Only some can’t come", str(basil.pk)):
        assert words in page
    page = ring(as_olu, winston, outcome="some")
    assert "Tick who can’t come." in page
    assert Booking.objects.filter(state="booked").count() == 2
    ring(as_olu, winston, outcome="some", which=[basil.pk])
    states = Booking.objects.order_by("party_number").values_list("state", flat=True)
    assert list(states) == ["booked", "cancelled"]


def test_only_her_own_party_can_be_ticked(as_olu, series, winston):
    other = factories.create_booking(surgery=winston.surgery)
    where = reverse("ring_done", args=[series.slug, winston.pk])
    assert "Tick who can’t come." in ring(as_olu, winston, outcome="some", which=[other.pk])
    assert as_olu.post(where, {"outcome": "sang"}).status_code == 400
    assert as_olu.post(where, {}).status_code == 400
    assert Booking.objects.filter(state="booked", rung_at=None).count() == 2


def test_a_refusal_is_read_on_the_list(as_olu, series, winston):
    Booking.objects.filter(pk=winston.pk).update(state="cancelled", place=None)
    assert "The booking of Winston is cancelled by now." in ring(as_olu, winston, outcome="coming")


@pytest.mark.parametrize(
    ("back", "name"), [("week", "series_week"), ("people", "people_list"), ("", "people_list")]
)
def test_she_comes_back_to_where_she_was(as_olu, series, winston, back, name):
    where = reverse("ring_done", args=[series.slug, winston.pk])
    answer = as_olu.post(where, {"outcome": "told", "back": back})
    assert answer["Location"] == reverse(name, args=[series.slug]) + "#ring"
    answer = as_olu.post(where, {"outcome": "told", "back": "surgery"})
    surgery_page = reverse("surgery_detail", args=[series.slug, winston.surgery_id])
    assert answer["Location"] == surgery_page + "#ring"


def test_a_place_is_given_from_the_list_in_turn(as_olu, series):
    late = factories.create_surgery(
        series=series,
        on=timezone.localdate(),
        starts_at=timezone.now() + timedelta(minutes=90),
        places=(1,),
    )
    waits = [
        factories.create_booking(
            surgery=late,
            attendee=person(series, name, f"+44740012346{number}"),
            state=BookingState.WAITING,
            waiting_since=timezone.now() + timedelta(minutes=number),
        )
        for number, name in enumerate(("Amina", "Zoë"))
    ]
    page = people(as_olu, series)
    assert "1 place is free. Nobody is given it unasked so late" in page
    assert page.index("Amina") < page.index("Zoë")
    page = ring(as_olu, waits[0], outcome="given")
    assert "Amina has the place." in page and "Places are free" not in page
    assert "Say: come along all the same." in page
    assert "Undo" not in page
    waits[0].refresh_from_db()
    assert (waits[0].state, bool(waits[0].confirmed_at)) == ("booked", True)


def test_what_she_wrote_can_be_read_and_stays_on_her_page(as_olu, series, winston):
    reply = Reply.objects.create(
        provider_ref="a",
        series=series,
        attendee=winston.attendee,
        text="Which <b>bus</b>?",
        meaning=ReplyMeaning.UNCLEAR,
        received_at=timezone.now(),
    )
    week = reverse("series_week", args=[series.slug])
    assert "Which &lt;b&gt;bus&lt;/b&gt;?" in as_olu.get(week).content.decode()
    where = reverse("reply_read", args=[series.slug, reply.pk])
    page = as_olu.post(where, follow=True).content.decode()
    assert "Which" not in page and "It stays on the page of whoever wrote it." in page
    hers = reverse("person_detail", args=[series.slug, winston.attendee_id])
    assert "Which &lt;b&gt;bus&lt;/b&gt;?" in as_olu.get(hers).content.decode()


def test_a_wrong_address_is_put_right(as_olu, series, winston):
    where = reverse("person_contact", args=[series.slug, winston.attendee_id])
    assert "07400 123457" in as_olu.get(where).content.decode()
    wrong = as_olu.post(where, {"contact": "0740"})
    assert "Enter a phone number with 11 digits" in wrong.content.decode()
    page = as_olu.post(where, {"contact": "Winston@Example.org"}, follow=True).content.decode()
    assert "What Winston should know goes there now." in page
    winston.attendee.refresh_from_db()
    assert winston.attendee.contact == "winston@example.org"
    assert [m.kind for m in Message.objects.all()] == ["confirmation"]


def test_a_contact_that_is_taken_is_refused_at_the_field(as_olu, series, winston):
    person(series, "WINSTON", "winston@example.org")
    where = reverse("person_contact", args=[series.slug, winston.attendee_id])
    answer = as_olu.post(where, {"contact": "winston@example.org"})
    assert answer.context["form"].errors["contact"] == [
        "Winston is among your people with this contact already."
    ]


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
    reply = Reply.objects.create(
        provider_ref="a", series=series, meaning=ReplyMeaning.UNCLEAR, received_at=timezone.now()
    )
    door = factories.create_user()
    factories.create_member(series=series, user=door, role=Role.DOOR)
    other = factories.create_user(name="Stan")
    factories.create_series(organiser=other)
    for who in (door, other):
        client.force_login(who)
        for name, args in (
            ("people_list", [series.slug]),
            ("person_detail", [series.slug, winston.pk]),
            ("person_contact", [series.slug, winston.pk]),
        ):
            assert client.get(reverse(name, args=args)).status_code == 404
        for name, args in (
            ("ring_done", [series.slug, booking.pk]),
            ("reply_read", [series.slug, reply.pk]),
            ("person_contact", [series.slug, winston.pk]),
        ):
            answers = {"outcome": "cannot", "contact": "stan@example.org"}
            assert client.post(reverse(name, args=args), answers).status_code == 404
    assert Booking.objects.get().rung_at is None
    assert Reply.objects.get().read_at is None
    winston.refresh_from_db()
    assert winston.contact == "+447400123457"


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
    reply = Reply.objects.create(
        provider_ref="a", series=series, meaning=ReplyMeaning.UNCLEAR, received_at=timezone.now()
    )
    assert as_olu.get(reverse("reply_read", args=[series.slug, reply.pk])).status_code == 405
    assert list(Reply.objects.unread()) == [reply]
    booking.refresh_from_db()
    assert booking.rung_at is None


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_more_people_cost_no_more_statements(
    as_olu, series, coming, django_assert_num_queries, rows
):
    soon = factories.create_surgery(
        series=series, on=timezone.localdate() + timedelta(days=3), places=(2 * rows,)
    )
    for n in range(rows):
        attendee = person(series, f"Winston {n}", f"+4474001{n:05}")
        lead = factories.create_booking(surgery=soon, attendee=attendee, untold_from=timezone.now())
        Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
        factories.create_booking(surgery=soon, party=lead.pk, party_number=2)
        rung = person(series, f"Rung {n}", f"+4474002{n:05}")
        factories.create_booking(
            surgery=coming, attendee=rung, imported=True, rung_at=timezone.now()
        )
    with django_assert_num_queries(9):
        page = as_olu.get(reverse("people_list", args=[series.slug]))
    assert (len(page.context["calls"]), len(page.context["rung"])) == (rows, rows)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_long_history_costs_no_more_statements(as_olu, series, django_assert_num_queries, rows):
    joyce = person(series, "Joyce", "joyce@example.org")
    for n in range(rows):
        network = factories.create_network(series=series)
        booking = factories.create_booking(
            surgery=surgery_in(-7 * n - 1, series), attendee=joyce, network=network
        )
        factories.create_message(booking=booking)
    with django_assert_num_queries(9):
        as_olu.get(reverse("person_detail", args=[series.slug, joyce.pk]))
