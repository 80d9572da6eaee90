"""Enough is enough, by the pages (P16; T-BIZ-06, T-BIZ-07, T-ENU-03, T-LNK-09)."""

import datetime
import secrets
import uuid

import pytest
from django.core.management import call_command
from django.core.signing import TimestampSigner, b62_encode
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.bookings import book_slot
from surgeries.models import Booking, Helping, Message
from surgeries.rules import limits
from surgeries.rules.links import hash_of
from tests import factories
from tests.surgeries.views.visitor import coming, first_slot, place_to_book, typed

pytestmark = pytest.mark.django_db

STOPPED = "That is a lot at once. Please ring Olu on 07400 123456"
IN_A_HURRY = "Wait five seconds, then press the button once more."


@pytest.fixture
def series():
    return factories.create_series(slug="central-birmingham")


@pytest.fixture
def surgery(series):
    return coming(series, places=(200,))


def key_made(*, seconds_ago):
    """The key of a form that was drawn so long ago."""
    drawn = int((timezone.now() - datetime.timedelta(seconds=seconds_ago)).timestamp())
    signer = TimestampSigner(salt="booking form")
    signer.timestamp = lambda: b62_encode(drawn)
    return signer.sign(str(uuid.uuid4()))


def send(surgery, number, *, seconds_ago=60, client=None, headers=None, **said):
    """Somebody with a contact of her own books; the page that follows, None when booked."""
    said = {
        "name": f"Person {number}",
        "contact": f"person{number}@example.org",
        "request_key": key_made(seconds_ago=seconds_ago),
    } | said
    answer = (client or Client()).post(
        place_to_book(surgery), typed(surgery, **said), headers=headers
    )
    return None if answer.status_code == 302 else answer.content.decode()


def forwarded(*addresses):
    return {"X-Forwarded-For": ", ".join(addresses)}


# Bookings ------------------------------------------------------------------------------


def test_twenty_people_in_one_library_all_book(surgery):
    assert [send(surgery, number) for number in range(20)] == [None] * 20
    assert Booking.objects.count() == 20


def test_from_the_eleventh_on_a_form_is_read_before_it_is_sent(surgery):
    assert [send(surgery, number, seconds_ago=0) for number in range(10)] == [None] * 10
    page = send(surgery, 10, seconds_ago=0)
    assert IN_A_HURRY in page
    assert "Person 10" in page and "person10@example.org" in page  # nothing is lost
    assert send(surgery, 11, seconds_ago=0, request_key="") is not None
    assert Booking.objects.count() == 10
    assert send(surgery, 12, seconds_ago=5) is None


def test_after_sixty_in_an_hour_an_address_is_asked_to_ring(surgery):
    for number in range(60):
        assert send(surgery, number) is None
    page = send(surgery, 60)
    assert STOPPED in page and "Person 60" in page
    assert Booking.objects.count() == 60


def test_one_contact_books_ten_times_an_hour_at_most(surgery):
    for number in range(10):
        assert send(surgery, number, contact="amina@example.org") is None
    assert STOPPED in send(surgery, 10, contact=" AMINA@example.org")
    assert send(surgery, 11) is None
    assert Booking.objects.count() == 11


def test_bots_cannot_hold_all_places_with_one_contact(series):
    """T-BIZ-06: however slowly they come."""
    surgery = coming(series, places=(30,))
    amina = factories.create_attendee(series=series, contact="amina@example.org")
    for _ in range(20):
        factories.create_booking(surgery=surgery, attendee=amina)
    assert send(surgery, 0, contact="amina@example.org") is None  # the first of a day
    assert STOPPED in send(surgery, 1, contact="amina@example.org")


def test_one_key_at_many_evenings_is_many_forms(series):
    """T-BIZ-05: a key that is sent to one evening after the other is counted each time."""
    key = key_made(seconds_ago=60)
    for number in range(11):
        evening = coming(series, days=5 + number, places=(3,))
        page = send(evening, number, contact="amina@example.org", request_key=key)
    assert STOPPED in page
    assert Booking.objects.count() == 10


def test_a_form_that_is_pressed_many_times_is_one_form(surgery):
    key = key_made(seconds_ago=0)
    for _ in range(30):
        assert send(surgery, 1, request_key=key) is None
    assert Booking.objects.count() == 1


def test_whoever_asks_to_wait_is_counted_too(series):
    surgery = coming(series, places=(1,))
    factories.create_booking(surgery=surgery)
    asked = {"wait": "yes", "accepts": [first_slot(surgery).pk]}
    for number in range(10):
        assert send(surgery, number, seconds_ago=0, **asked) is None
    assert IN_A_HURRY in send(surgery, 10, seconds_ago=0, **asked)


def test_an_organiser_on_the_telephone_is_never_stopped(series, surgery, client, monkeypatch):
    monkeypatch.setattr(limits, "FORMS_OF_AN_ADDRESS", 2)
    for number in range(3):
        page = send(surgery, number)
    assert STOPPED in page
    olu = factories.create_user(email="olu@example.org")
    factories.create_member(series=series, user=olu)
    client.force_login(olu)
    address = reverse("booking_by_phone", args=[series.slug, surgery.pk])
    for number in range(12):
        said = typed(surgery, name=f"Caller {number}", contact="amina@example.org")
        assert client.post(address, said).status_code == 302
    assert Booking.objects.count() == 14


def test_a_filled_trap_books_nothing_and_loses_nothing(surgery):
    page = send(surgery, 1, website="https://spam.example")
    assert "A box that nobody sees was filled in" in page
    assert "Person 1" in page and "spam.example" not in page
    assert Booking.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_victim_gets_five_mails_a_day_at_most(series, surgery, mailbox):
    """T-BIZ-07: a hundred bookings with her address, past every limit on forms."""
    with transaction.atomic():
        for number in range(100):
            book_slot(
                first_slot(surgery),
                name=f"Person {number}",
                contact="victim@example.org",
                request_key=uuid.uuid4(),
                now=timezone.now(),
            )
    assert Message.objects.count() == 100
    for _tick in range(3):
        call_command("outbox_run")
    assert len(mailbox.to("victim@example.org")) == 5


# Where it comes from -------------------------------------------------------------------


@pytest.fixture
def one_too_many(surgery, monkeypatch):
    """What the last reads of so many as are too many, each with headers of her own."""
    monkeypatch.setattr(limits, "FORMS_OF_AN_ADDRESS", 4)

    def send_them(headers_of):
        for number in range(5):
            page = send(surgery, number, headers=headers_of(number))
        return page

    return send_them


def test_without_a_proxy_nobody_is_believed_where_she_comes_from(one_too_many):
    """T-ENU-03: the limit is not dodged by a header."""
    assert STOPPED in one_too_many(lambda number: forwarded(f"192.0.2.{number}"))


def test_behind_a_proxy_only_its_own_word_counts(one_too_many, surgery, settings):
    """T-ENU-03: what a client writes before the proxy neither dodges nor stops a victim."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    victim, attacker = "198.51.100.7", "203.0.113.9"
    assert STOPPED in one_too_many(lambda n: forwarded(victim, f"192.0.2.{n}", attacker))
    assert send(surgery, 61, headers=forwarded(victim)) is None


def test_behind_a_proxy_people_are_told_apart(one_too_many, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert one_too_many(lambda number: forwarded(f"192.0.2.{number}")) is None


def test_a_house_with_many_addresses_is_one_address(one_too_many, surgery, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert STOPPED in one_too_many(lambda n: forwarded(f"2001:db8:1:2::{n:x}"))
    assert send(surgery, 61, headers=forwarded("2001:db8:1:3::1")) is None


def test_nobody_is_turned_away_because_her_address_is_not_known(surgery, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert send(surgery, 1, headers=forwarded("nonsense")) is None


# Offers to help, and the link again ----------------------------------------------------


def test_offers_to_help_are_limited_likewise(series, surgery):
    address = reverse("helping_offer", args=[series.slug, surgery.on])

    def offer(number, **said):
        asked = {"style": "just_once", "name": "Hana", "email": f"hana{number}@example.org"}
        return Client().post(address, asked | said)

    for number in range(10):
        assert offer(number).status_code == 302
    assert IN_A_HURRY in offer(10).content.decode()
    assert offer(11, request_key=key_made(seconds_ago=5)).status_code == 302
    assert offer(12, request_key=key_made(seconds_ago=5), website="x").status_code == 200
    assert Helping.objects.count() == 11


def test_the_link_again_stops_silently(surgery):
    booking = factories.create_booking(surgery=surgery)

    def ask(number, email):
        return Client().post(
            reverse("link_again"), {"email": email, "request_key": key_made(seconds_ago=9)}
        )

    for number in range(60):
        first = ask(number, f"person{number}@example.org")
    last = ask(60, booking.attendee.contact)
    assert (last.status_code, last["Location"]) == (first.status_code, first["Location"])
    assert Message.objects.count() == 0


def test_the_link_again_is_sent_as_long_as_it_is_not_too_much(surgery):
    """The negative control."""
    booking = factories.create_booking(surgery=surgery)
    Client().post(reverse("link_again"), {"email": booking.attendee.contact})
    assert Message.objects.count() == 1


# Wrong secrets -------------------------------------------------------------------------

DOORS = ("booking_detail", "booking_change", "booking_calendar", "helping_detail")


def guess(client, name="booking_detail", secret=None, **headers):
    secret = secret or secrets.token_urlsafe(24)
    return client.get(reverse(name, args=[secret]), headers=headers).status_code


def test_ten_thousand_guesses_open_nothing_and_are_stopped_after_twenty(surgery, client):
    """T-LNK-09. Ten thousand are asked of the rows, which is where a hit would be."""
    factories.create_booking(surgery=surgery)
    answers = [guess(client, DOORS[n % len(DOORS)]) for n in range(60)]
    assert answers == [404] * 20 + [429] * 40
    guessed = [hash_of(secrets.token_urlsafe(24)) for _ in range(10_000)]
    assert not Booking.objects.filter(link_hash__in=guessed).exists()


def test_who_guesses_too_much_reads_to_wait_a_minute(client):
    for _ in range(20):
        guess(client)
    answer = client.get(reverse("booking_detail", args=["x"]))
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Wait a minute, then try once more." in answer.content.decode()


def test_a_right_secret_opens_though_somebody_guesses_at_the_same_address(surgery, client):
    booking = factories.create_booking(surgery=surgery)
    for _ in range(25):
        guess(client)
    assert guess(client, secret=booking.secret) == 200


def test_an_old_link_that_is_opened_again_and_again_is_no_guess(client):
    assert {guess(client, secret="an-old-link") for _ in range(30)} == {404}


def test_guesses_from_elsewhere_stop_nobody_here(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _ in range(25):
        guess(client, **forwarded("203.0.113.9"))
    assert guess(client, **forwarded("203.0.113.9")) == 429
    assert guess(client, **forwarded("198.51.100.7")) == 404


def test_a_page_that_is_not_there_is_no_guess(client):
    assert {client.get(f"/s/none/2026-11-{day:02}/").status_code for day in range(1, 29)} == {404}
