"""The organiser's list of messages: what wants a person stands first."""

import pytest
from django.urls import reverse

from surgeries.states import MessageKind, MessageState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


@pytest.fixture
def booking(series):
    amina = factories.create_attendee(series=series)
    return factories.create_booking(surgery=factories.create_surgery(series=series), attendee=amina)


@pytest.fixture
def address(series):
    return reverse("message_list", args=[series.slug])


def test_what_wants_a_person_comes_first_and_says_why(client, olu, booking, address):
    factories.create_message(booking=booking, state=MessageState.SENT, sent_at=NOW)
    factories.create_message(
        booking=booking, state=MessageState.FAILED, last_error="550 No mailbox … here"
    )
    factories.create_message(booking=booking, state=MessageState.REVIEW, uncertain=2)
    client.force_login(olu)

    answer = client.get(address)

    states = [message.state for message in answer.context["page"]]
    assert sorted(states[:2]) == ["failed", "review"]
    assert states[2] == "sent"
    page = answer.content.decode()
    for words in (
        "2 messages need you: please ring.",
        "It could not be delivered. Please ring.",
        "550 No mailbox … here",
        "We do not know whether it arrived. Please ring.",
        "Amina O’Neill",
        "Monday 2 November, 9am",
    ):
        assert words in page


def test_it_names_helpers_members_and_the_invited(client, olu, series, booking, address):
    helping = factories.create_helping(surgery=booking.surgery)
    common = {"series": series, "expires_at": NOW}
    booking.messages.model.objects.create(
        key="a", kind=MessageKind.OFFER_ACCEPTED, helping=helping, **common
    )
    booking.messages.model.objects.create(
        key="b", kind=MessageKind.DAILY_DIGEST, member=series.team.get(), **common
    )
    client.force_login(olu)

    page = client.get(address).content.decode()

    assert "Hana Müller" in page
    assert "Olu Adé" in page


def test_before_the_first_message_it_says_what_will_come(client, olu, address):
    client.force_login(olu)

    page = client.get(address).content.decode()

    assert "None yet. Each booking gets a confirmation" in page


def test_a_stranger_finds_nothing(client, booking, address):
    factories.create_message(booking=booking)
    client.force_login(factories.create_user(name="Stan"))

    assert client.get(address).status_code == 404


def test_messages_of_another_series_are_not_here(client, olu, booking, address):
    other = factories.create_booking(
        surgery=factories.create_surgery(series=factories.create_series())
    )
    factories.create_message(booking=other)
    client.force_login(olu)

    assert list(client.get(address).context["page"]) == []


def test_nothing_can_be_posted(client, olu, booking, address):
    client.force_login(olu)

    assert client.post(address).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(
    count, client, olu, series, booking, address, django_assert_num_queries
):
    for _ in range(count):
        factories.create_message(booking=booking)
    client.force_login(olu)
    client.get(address)

    with django_assert_num_queries(9):
        client.get(address)


def test_a_long_list_is_cut_into_pages(client, olu, booking, address):
    for _ in range(51):
        factories.create_message(booking=booking)
    client.force_login(olu)

    first, second = client.get(address), client.get(f"{address}?page=2")

    assert (len(first.context["page"]), len(second.context["page"])) == (50, 1)
    assert "?page=2" in first.content.decode()
