"""The organiser's list of messages: what wants a person stands first, with what to do."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Message
from surgeries.states import Channel, MessageKind, MessageState, Receipt
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
    day = timezone.localdate() + timedelta(days=7)
    surgery = factories.create_surgery(series=series, on=day, places=(4, 4))
    return factories.create_booking(surgery=surgery, attendee=amina)


@pytest.fixture
def address(series):
    return reverse("message_list", args=[series.slug])


def settle(client, message, **answers):
    where = reverse("message_settle", args=[message.series.slug, message.pk])
    return client.post(where, answers, follow=True)


def someone(booking, contact, name="Winston"):
    attendee = factories.create_attendee(series=booking.surgery.series, name=name, contact=contact)
    return factories.create_booking(surgery=booking.surgery, attendee=attendee)


def test_what_wants_a_person_comes_first_with_its_reason_and_what_to_do(
    client, olu, booking, address
):
    create = factories.create_message
    old = booking.surgery.starts_at - timedelta(days=400)
    past = create(booking=booking, state=MessageState.FAILED, owed_at=old, expires_at=NOW)
    failed = create(
        booking=someone(booking, "wrong@example.org"),
        state=MessageState.FAILED,
        last_error="550 No mailbox … here",
    )
    phone = someone(booking, "+447400123456", "Carol")
    text = create(
        booking=phone,
        channel=Channel.TEXT,
        state=MessageState.SENT,
        sent_at=NOW,
        receipt=Receipt.UNDELIVERED,
        parts=2,
    )
    doubt = create(booking=booking, state=MessageState.REVIEW, uncertain=2)
    fine = create(booking=someone(booking, "zoe@example.org"), state=MessageState.SENT, sent_at=NOW)
    client.force_login(olu)

    answer = client.get(address)

    listed = list(answer.context["page"])
    assert set(listed[:3]) == {failed, text, doubt}
    assert listed[3:] == [fine, past]
    page = answer.content.decode()
    for words in (
        "3 messages need you. They stand first, with what you can do.",
        "There is no such address.",
        "Put the address right",
        reverse("person_contact", args=[failed.series.slug, failed.booking.attendee_id]),
        "Try again",
        "550 No mailbox … here",
        "The text did not reach the phone.",
        'href="tel:+447400123456"',
        "by text, charged as 2",
        "It may have arrived, or not.",
        "It did arrive",
        "Send it once more",
        "in doubt",
        "did not arrive",
        "Amina O’Neill",
        "Monday 2 November, 9am, by email",
    ):
        assert words in page
    assert page.count('name="answer" value="again"') == 3
    assert page.count('name="answer" value="arrived"') == 1


def test_a_person_decides_that_it_did_arrive(client, olu, booking, address):
    message = factories.create_message(booking=booking, state=MessageState.REVIEW, uncertain=2)
    client.force_login(olu)

    page = settle(client, message, answer="arrived").content.decode()

    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert "Good. It counts as sent." in page
    assert "need" not in page.split("<h1>")[1].split("<ul")[0]


def test_a_person_decides_to_send_it_once_more_and_comes_back_to_her(client, olu, booking):
    message = factories.create_message(booking=booking, state=MessageState.REVIEW, uncertain=2)
    client.force_login(olu)

    answer = settle(client, message, answer="again", back="person")

    message.refresh_from_db()
    assert (message.state, message.uncertain) == (MessageState.QUEUED, 1)
    hers = reverse("person_detail", args=[booking.surgery.series.slug, booking.attendee_id])
    assert answer.redirect_chain == [(hers, 302)]
    assert "It goes once more." in answer.content.decode()


def test_what_is_too_late_is_refused_in_a_sentence(client, olu, booking):
    message = factories.create_message(
        booking=booking, state=MessageState.FAILED, expires_at=timezone.now()
    )
    client.force_login(olu)

    page = settle(client, message, answer="again").content.decode()

    assert "It is too late for this message. Please ring instead." in page
    message.refresh_from_db()
    assert message.state == MessageState.FAILED


def test_anything_else_is_no_answer(client, olu, booking):
    message = factories.create_message(booking=booking, state=MessageState.REVIEW)
    client.force_login(olu)

    for answers in ({}, {"answer": "perhaps"}):
        assert settle(client, message, **answers).status_code == 400
    where = reverse("message_settle", args=[message.series.slug, message.pk])
    assert client.get(where).status_code == 405
    message.refresh_from_db()
    assert message.state == MessageState.REVIEW


def test_a_stranger_decides_nothing(client, booking):
    message = factories.create_message(booking=booking, state=MessageState.REVIEW)
    client.force_login(factories.create_user(name="Stan"))

    for answer in ("arrived", "again"):
        assert settle(client, message, answer=answer).status_code == 404
    message.refresh_from_db()
    assert message.state == MessageState.REVIEW


def test_messages_are_found_by_the_name_of_whom_they_are_for(client, olu, booking, address):
    factories.create_message(booking=booking)
    winston = factories.create_message(booking=someone(booking, "w@example.org", "Winston Clarke"))
    helper = factories.create_helper(series=booking.surgery.series, name="Hana Winstone")
    helping = factories.create_helping(surgery=booking.surgery, helper=helper)
    offer = Message.objects.create(
        key="a",
        kind=MessageKind.OFFER_ACCEPTED,
        helping=helping,
        series=booking.surgery.series,
        expires_at=NOW,
    )
    client.force_login(olu)

    assert set(client.get(address, {"q": " WINSTON"}).context["page"]) == {winston, offer}
    page = client.get(address, {"q": "<b>"}).content.decode()
    assert "No messages to anybody called “&lt;b&gt;”" in page


def test_her_own_page_shows_the_same(client, olu, booking):
    message = factories.create_message(booking=booking, state=MessageState.REVIEW)
    hers = reverse("person_detail", args=[booking.surgery.series.slug, booking.attendee_id])
    client.force_login(olu)

    page = client.get(hers).content.decode()

    assert "Send it once more" in page and "It did arrive" in page
    assert reverse("message_settle", args=[message.series.slug, message.pk]) in page


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

    assert "None yet. Each booking gets a confirmation, and the reminders you set under" in page


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
