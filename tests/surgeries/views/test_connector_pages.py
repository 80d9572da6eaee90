"""A connector's own page, in front of her: counts, names with a yes, and three first names."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking, Connector, Message
from surgeries.states import BookingState, Outcome, OutcomeSource
from tests import factories
from tests.surgeries.views.visitor import book, coming, first_slot, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def sharon(series):
    network = factories.create_network(series=series, name="Chemo Support Circle", private=True)
    sharon = factories.create_connector(network=network, contact="sharon@example.org")
    factories.create_link(
        network=network, connector=sharon, code="abcd2345", passed_on_by="connector_page"
    )
    return sharon


@pytest.fixture
def surgery(series):
    return coming(series, places=(3, 1))


def her(name, sharon, *more):
    return reverse(name, args=[sharon.secret, *more])


def typed_names(surgery, *names, agreed=(1, 2, 3), **said):
    answers = {f"name_{number}": name for number, name in enumerate(names, 1)}
    ticks = {f"agreed_{number}": "on" for number in agreed if number <= len(names)}
    return answers | ticks | {"slot": first_slot(surgery).pk} | said


# What she sees ---------------------------------------------------------------------------


def test_the_count_is_exact_and_a_name_stands_there_only_with_a_yes(client, sharon, surgery):
    """R19: in HTML the name is absent, not hidden."""
    cleo = factories.create_attendee(series=surgery.series, name="Cleopatra Jones")
    dee = factories.create_attendee(series=surgery.series, name="Deirdre Jones")
    factories.create_booking(
        surgery=surgery, attendee=cleo, credited_connector=sharon, name_shown_from=timezone.now()
    )
    factories.create_booking(surgery=surgery, attendee=dee, credited_connector=sharon)
    factories.create_booking(surgery=surgery, name_shown_from=timezone.now())

    page = client.get(her("connector_page", sharon))

    assert "2 of yours are coming." in words(page)
    html = page.content.decode()
    assert "Cleopatra" in html
    for hidden in ("Deirdre", "Jones", "Amina", "@example", "Chemo"):
        assert hidden not in html, hidden


def test_what_came_is_counted_with_what_nobody_recorded(client, sharon, series):
    past = coming(series, days=-3, places=(4,))
    for outcome in (Outcome.CAME, Outcome.CAME, Outcome.DID_NOT_COME, Outcome.NOT_RECORDED):
        factories.create_booking(surgery=past, credited_connector=sharon, outcome=outcome)
    page = words(client.get(her("connector_page", sharon)))
    assert "2 came, 1 not recorded" in page
    assert "2 people have come through you so far." in page


def test_she_passes_on_the_invite_link_and_never_her_own_address(client, sharon, surgery):
    page = client.get(her("connector_page", sharon)).content.decode()
    (passed_on,) = re.findall(r"<textarea[^>]*>\s*(.*?)</textarea>", page)
    assert passed_on == "http://testserver/i/abcd2345/"
    (whatsapp,) = re.findall(r'href="(https://wa.me[^"]+)"', page)
    assert "abcd2345" in whatsapp
    assert sharon.secret not in passed_on + whatsapp


def test_it_is_kept_nowhere_and_sets_no_cookie(client, sharon, surgery):
    for name, *more in (
        ("connector_page",),
        ("connector_stop",),
        ("connector_book", surgery.pk),
    ):
        page = client.get(her(name, sharon, *more))
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert page["Referrer-Policy"] == "same-origin"
        assert dict(client.cookies) == {}


def test_it_asks_as_much_of_the_database_for_one_as_for_twelve(client, sharon, surgery):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(her("connector_page", sharon))
        return len(seen)

    factories.create_booking(surgery=surgery, credited_connector=sharon)
    one = queries()
    for days in (14, 21, 28):
        other = coming(surgery.series, days=days, places=(4,))
        for _person in range(4):
            factories.create_booking(
                surgery=other, credited_connector=sharon, name_shown_from=timezone.now()
            )
    assert queries() == one == 5


# Whom she brings -------------------------------------------------------------------------


def test_three_first_names_are_booked_and_counted(client, sharon, surgery):
    answer = client.post(
        her("connector_book", sharon, surgery.pk),
        typed_names(surgery, "Ben", "Cleo", "Zoë"),
        follow=True,
    )
    page = words(answer)
    assert "They are booked. Please tell them the day and the time." in page
    assert "3 of yours are coming." in page
    for name in ("Ben", "Cleo", "Zoë"):
        assert name in page
    assert {one.brought_by for one in Booking.objects.all()} == {sharon}


def test_a_name_without_a_yes_is_refused_in_a_sentence_and_nothing_typed_is_lost(
    client, sharon, surgery
):
    late = surgery.slots.last().pk
    said = typed_names(surgery, "Ben", "Cleo", agreed=(1,), slot=late)
    answer = client.post(her("connector_book", sharon, surgery.pk), said)

    assert "Ask Cleo first. Tick the box when they said yes." in words(answer)
    html = answer.content.decode()
    assert 'value="Ben"' in html
    assert 'value="Cleo"' in html
    assert re.search(rf'value="{late}"[^>]*checked', html)
    assert not Booking.objects.exists()


def test_when_all_is_full_they_may_wait_with_all_that_was_typed(client, sharon, surgery):
    for _place in range(4):
        factories.create_booking(surgery=surgery)
    said = typed_names(surgery, "Ben", "Cleo")
    answer = client.post(her("connector_book", sharon, surgery.pk), said)
    html = answer.content.decode()
    assert 'value="Ben"' in html
    assert 'name="wait"' in html

    slots = [slot.pk for slot in surgery.slots.all()]
    waiting = said | {"wait": "yes", "accepts": slots}
    answer = client.post(her("connector_book", sharon, surgery.pk), waiting, follow=True)

    assert "2 wait for a place." in words(answer)
    mine = Booking.objects.filter(brought_by=sharon)
    assert {one.state for one in mine} == {BookingState.WAITING}


def test_a_surgery_of_another_series_is_not_there(client, sharon):
    foreign = coming(factories.create_series(), places=(3,))
    for name in ("connector_book", "connector_came"):
        assert client.get(her(name, sharon, foreign.pk)).status_code == 404


def test_more_forms_than_a_person_sends_are_stopped(client, sharon, series):
    """P16: by herself, whatever address she comes from."""
    surgery = coming(series, places=(20,))
    for number in range(10):
        said = typed_names(surgery, f"Ben {number}")
        assert client.post(her("connector_book", sharon, surgery.pk), said).status_code == 302
    answer = client.post(
        her("connector_book", sharon, surgery.pk),
        typed_names(surgery, "Eve"),
        REMOTE_ADDR="203.0.113.7",
    )
    assert "That is a lot at once." in words(answer)
    assert surgery.bookings.count() == 10


def test_one_of_hers_who_cannot_come_frees_the_place_and_a_strangers_booking_stays(
    client, sharon, surgery
):
    client.post(her("connector_book", sharon, surgery.pk), typed_names(surgery, "Ben", "Cleo"))
    ben = Booking.objects.get(attendee__name="Ben")
    stranger = factories.create_booking(surgery=surgery, credited_connector=sharon)

    client.post(her("connector_cannot", sharon), {"booking": ben.pk})
    refused = client.post(her("connector_cannot", sharon), {"booking": stranger.pk})

    states = {one.attendee.name: one.state for one in Booking.objects.filter(brought_by=sharon)}
    assert states == {"Ben": BookingState.CANCELLED, "Cleo": BookingState.BOOKED}
    stranger.refresh_from_db()
    assert (refused.status_code, stranger.state) == (404, BookingState.BOOKED)


# Who came --------------------------------------------------------------------------------


def test_who_came_is_offered_and_the_register_says_whose_word_it_is(as_olu, sharon, series):
    past = coming(series, days=-1, places=(2,))
    ben = factories.create_booking(
        surgery=past, credited_connector=sharon, name_shown_from=timezone.now()
    )
    page = as_olu.get(her("connector_page", sharon)).content.decode()
    assert her("connector_came", sharon, past.pk) in page

    as_olu.post(her("connector_came", sharon, past.pk), {str(ben.pk): "came"})

    ben.refresh_from_db()
    assert (ben.outcome, ben.outcome_source) == (Outcome.CAME, OutcomeSource.CONNECTOR)
    register = as_olu.get(reverse("register", args=[series.slug, past.pk]))
    assert "said by who brought them" in words(register)


# The end, and the organiser --------------------------------------------------------------


def test_she_stops_with_one_press_and_looking_stops_nothing(client, sharon, surgery):
    client.get(her("connector_stop", sharon))
    client.head(her("connector_stop", sharon))
    assert client.get(her("connector_page", sharon)).status_code == 200
    answer = client.post(her("connector_stop", sharon), follow=True)
    assert "Your page is closed" in words(answer)
    assert client.get(her("connector_page", sharon)).status_code == 404


def test_she_is_forgotten_if_she_wishes(client, sharon):
    client.post(her("connector_stop", sharon), {"forget": "on"})
    sharon.refresh_from_db()
    assert (sharon.name, sharon.contact) == ("", "")


def test_olu_sends_the_page_sends_it_again_and_switches_it_off(as_olu, series, sharon):
    give = reverse("connector_give", args=[series.slug, sharon.pk])
    old = her("connector_page", sharon)
    page = words(as_olu.post(give, follow=True))
    assert "The link is on its way." in page
    assert "/c/" not in page
    assert as_olu.get(old).status_code == 404
    sharon.refresh_from_db()
    assert as_olu.get(her("connector_page", sharon)).status_code == 200
    assert Message.objects.get().connector == sharon
    as_olu.post(give, {"off": "yes"})
    assert as_olu.get(her("connector_page", sharon)).status_code == 404


def test_whom_no_message_reaches_is_handed_the_link(as_olu, series, sharon):
    Connector.objects.update(contact="")
    give = reverse("connector_give", args=[series.slug, sharon.pk])
    page = words(as_olu.post(give, follow=True))
    sharon.refresh_from_db()
    assert f"http://testserver/c/{sharon.secret}/" in page
    assert not Message.objects.exists()


def test_stan_gives_nobody_a_page(as_stan, series, sharon):
    give = reverse("connector_give", args=[series.slug, sharon.pk])
    assert as_stan.post(give).status_code == 404
    assert not Message.objects.exists()


# The yes of an attendee ------------------------------------------------------------------


def test_whoever_follows_a_connectors_link_is_asked_and_nobody_else(client, sharon, surgery):
    label = "Whoever sent me this link may see my first name on their list"
    theirs = factories.create_link(network=sharon.network, code="wxyz6789")
    place = reverse("booking_create", args=[surgery.series.slug, surgery.on])
    assert label in words(client.get(place, {"code": "abcd2345"}))
    assert label not in words(client.get(place, {"code": theirs.code}))
    assert label not in words(client.get(place))


@pytest.mark.parametrize("said", [{}, {"name_shown": "on"}])
def test_her_yes_shows_her_first_name_until_she_takes_it_back(client, sharon, surgery, said):
    book(client, surgery, code="abcd2345", other_1="Zoë", **said)
    amina = Booking.objects.get(attendee__name="Amina O’Neill")
    page = words(client.get(her("connector_page", sharon)))
    assert "2 of yours are coming." in page
    assert ("Amina" in page, "Zoë" in page, "O’Neill" in page) == (bool(said), False, False)

    own = reverse("booking_detail", args=[amina.secret])
    assert ("sees your first name" in words(client.get(own))) == bool(said)
    client.post(own, {"answer": "hide"})

    assert "Amina" not in words(client.get(her("connector_page", sharon)))


def test_a_yes_to_one_person_shows_the_name_to_no_other(client, sharon, surgery):
    """She followed Sharon's link and said that somebody else told her."""
    other = factories.create_connector(network=sharon.network, name="Beverley Smith")
    book(client, surgery, code="abcd2345", told="Beverley Smith", name_shown="on")
    booking = Booking.objects.get()
    assert (booking.credited_connector, booking.name_shown_from) == (other, None)


def test_a_tick_that_was_never_asked_for_counts_for_nothing(client, sharon, surgery):
    book(client, surgery, name_shown="on")
    assert Booking.objects.get().name_shown_from is None


def test_a_place_that_moves_keeps_who_brought_her(client, sharon, surgery):
    later = coming(surgery.series, days=14, places=(3,))
    client.post(her("connector_book", sharon, surgery.pk), typed_names(surgery, "Ben"))
    ben = Booking.objects.get()
    own = reverse("booking_detail", args=[ben.secret])
    client.post(own, {"answer": "next", "on": later.on.isoformat()})
    moved = Booking.objects.get(moved_from=ben)
    assert (moved.brought_by, moved.credited_connector) == (sharon, sharon)
    assert moved.name_shown_from == ben.name_shown_from
    assert moved.surgery == later
    assert moved.booked_at > timezone.now() - timedelta(minutes=5)
