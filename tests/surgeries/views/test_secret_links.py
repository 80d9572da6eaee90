"""The links that stand in our mails: who holds one, and who does not (T-LNK-01 to 13)."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from surgeries.actions.answers import next_time_instead
from surgeries.actions.changes import correct_contact
from surgeries.models import Booking
from surgeries.states import BookingState
from tests import factories
from tests.factories import NOW
from tests.surgeries.views.visitor import (
    SECRET_PAGES,
    answer,
    book,
    coming,
    door,
    everything,
    last_slot,
    read,
    words,
)

pytestmark = pytest.mark.django_db

STANDINGS = (BookingState.BOOKED, BookingState.WAITING, BookingState.DISPLACED)
# Everything that a page of hers can send, with all that it needs to be done at once.
ANSWERS = ("yes", "no", "next", "undo", "set_off", "times", "ring", "write")
FETCHED = re.compile(r'<(?:link|script|img|iframe|source)\b[^>]*\b(?:href|src)="([^"]*)"')


@pytest.fixture
def series():
    return factories.create_series(slug="central-birmingham")


@pytest.fixture
def surgery(series):
    return coming(series)


@pytest.fixture
def booking(series, surgery):
    amina = factories.create_attendee(series=series)
    return factories.create_booking(surgery=surgery, attendee=amina, goal="news")


def said_by(surgery):
    return {
        "which": [],
        "on": surgery.on.isoformat(),
        "at": "17:00",
        "accepts": [slot.pk for slot in surgery.slots.all()],
        "number": "07400 123456",
        "goal": "touch",
        "slot": last_slot(surgery).pk,
        "needs": "A chair",
        "agreed": "on",
    }


# Who may -------------------------------------------------------------------------------


def test_changing_a_booking_needs_its_secret(client, booking):
    """T-LNK-01: its key, its number and "manage mode" open nothing and change nothing."""
    before = everything()
    said = said_by(booking.surgery) | {"answer": "no", "manage": "1"}
    keys = (str(booking.pk), booking.pk.hex, "1", booking.link_hash.hex())
    for name in SECRET_PAGES:
        for key in keys:
            address = reverse(name, args=[key]) + "?manage=1&mode=edit"
            statuses = {client.get(address).status_code, client.post(address, said).status_code}
            assert statuses <= {404, 405}
    staff = reverse("booking_manage", args=[booking.surgery.series.slug, booking.pk])
    assert client.post(staff, {"answer": "no"})["Location"].startswith("/accounts/login/")
    assert everything() == before


def test_with_the_secret_the_same_request_does_it(client, booking):
    """T-LNK-01, negative control."""
    answer(client, booking, "no")
    booking.refresh_from_db()
    assert booking.state == BookingState.CANCELLED


def test_a_party_is_answered_for_by_each_of_its_links_and_by_no_other(client, series):
    surgery = coming(series, places=(3,))
    book(client, surgery, other_1="Basil")
    stranger = factories.create_booking(surgery=surgery)
    page = door("booking_cancel", Booking.objects.get(attendee__name="Basil"))
    response = client.post(page, {"which": [str(stranger.pk)]})
    assert list(response.context["form"].errors) == ["which"]
    stranger.refresh_from_db()
    assert stranger.state == BookingState.BOOKED


# Opening changes nothing ---------------------------------------------------------------


@pytest.mark.parametrize("state", STANDINGS)
@pytest.mark.parametrize("name", SECRET_PAGES)
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_a_link_changes_nothing(client, series, name, method, state):
    """T-LNK-02: whatever stands in its address."""
    booking = factories.create_booking(surgery=coming(series), state=state)
    before = everything()
    getattr(client, method)(door(name, booking))
    for said in ANSWERS:
        getattr(client, method)(door(name, booking), said_by(booking.surgery) | {"answer": said})
    assert everything() == before


@pytest.mark.parametrize("name", ["booking_detail", "booking_booked", "booking_change"])
def test_what_opening_may_not_do_a_post_does(client, booking, name):
    """T-LNK-02, negative control: the same words by POST change a row."""
    before = everything()
    client.post(door(name, booking), said_by(booking.surgery) | {"answer": "yes"})
    assert everything() != before


@pytest.mark.parametrize("name", SECRET_PAGES)
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client, booking, name, method):
    before = everything()
    assert getattr(client, method)(door(name, booking)).status_code == 405
    assert everything() == before


def test_a_word_we_do_not_know_is_answered_by_the_page(client, booking):
    before = everything()
    page = words(client.post(door("booking_detail", booking), {"answer": "evil"}))
    assert "Still able to come?" in page
    assert words(client.post(door("booking_detail", booking))) == page
    assert everything() == before


# What leaks ----------------------------------------------------------------------------


def pages_of(series):
    """A booking in each standing, and the pages that show it."""
    surgery, off, over = coming(series), coming(series, 9), coming(series, -2)
    amina = factories.create_attendee(
        series=series,
        access_needs="A secret chair",
        access_needs_agreed_at=NOW,
    )
    for state in BookingState:
        at = {"surgery": surgery, "attendee": amina, "state": state}
        yield factories.create_booking(**at)
    yield factories.create_booking(surgery=over, attendee=amina)
    yield factories.create_booking(surgery=off, attendee=amina)
    off.state = "cancelled"
    off.save()


def read_all(client, series):
    for booking in list(pages_of(series)):
        for name in SECRET_PAGES[:4]:
            response = client.get(door(name, booking))
            if response.status_code == 200:
                yield booking, words(response)


def test_nothing_of_a_page_comes_from_elsewhere(client, series):
    """T-LNK-05: no resource of another host, so nobody else is told the address."""
    for _booking, page in read_all(client, series):
        fetched = re.findall(
            r'<(?:link|script|img|iframe|source)\b[^>]*\b(?:href|src)="([^"]*)"', page
        )
        assert fetched
        assert {urlsplit(address).netloc for address in fetched} == {""}
        for form in re.findall(r'<form\b[^>]*\baction="([^"]*)"', page):
            assert urlsplit(form).netloc == ""
        for link in re.findall(r"<a\b[^>]*>", page):
            elsewhere = 'href="http' in link
            assert not elsewhere or 'rel="noreferrer"' in link


@pytest.mark.parametrize("name", SECRET_PAGES)
def test_her_address_goes_with_no_link_to_another_site(client, booking, name):
    """T-LNK-05, T-LNK-06: same-origin, and not no-referrer, so that our own forms work."""
    response = client.get(door(name, booking))
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    own = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}
    said = said_by(booking.surgery) | {"answer": "yes"}
    assert client.post(door("booking_detail", booking), said, **own).status_code == 302


def test_a_link_works_in_one_browser_and_then_in_another(booking):
    """T-LNK-07: no cookie is needed, set or carried over."""
    in_the_app, elsewhere = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    assert "Still able to come?" in read(in_the_app, booking)
    assert "You will be there." in words(answer(elsewhere, booking, "yes"))
    assert "You will be there." in read(in_the_app, booking)
    assert dict(in_the_app.cookies) == dict(elsewhere.cookies) == {}


def wrong_secrets(series, booking):
    """Of nobody, too old, erased, raised, of somebody else, and guesses."""
    old = factories.create_booking(surgery=coming(series, -8))
    erased = factories.create_booking(surgery=booking.surgery)
    Booking.objects.filter(pk=erased.pk).update(link_hash=None)
    raised = booking.secret
    booking.link_version = 2
    booking.seal()
    booking.save()
    helping = factories.create_helping(surgery=booking.surgery)
    swapped = booking.secret.swapcase()
    return [
        *("x" * 32, "x", old.secret, erased.secret, raised, helping.secret, str(booking.pk)),
        *(swapped, booking.secret + "=", booking.secret[:-1]),
    ]


@pytest.mark.parametrize("name", SECRET_PAGES)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_wrong_expired_foreign_and_erased_links_get_the_same_bytes(
    client, series, booking, name, method
):
    """T-LNK-08: also where something is sent, and nothing is done."""
    secrets = wrong_secrets(series, booking)
    said = said_by(booking.surgery) | {"answer": "no"}
    before = everything()
    got = [getattr(client, method)(reverse(name, args=[secret]), said) for secret in secrets]
    statuses = {response.status_code for response in got}
    assert statuses == ({405} if (name, method) == ("booking_calendar", "post") else {404})
    assert len({response.content for response in got}) == 1
    assert len({str(sorted(response.headers.items())) for response in got}) == 1
    assert everything() == before


def test_the_right_link_gets_other_bytes(client, series, booking):
    """T-LNK-08, negative control."""
    wrong = client.get(door("booking_detail", booking).replace(booking.secret, "x" * 32))
    right = client.get(door("booking_detail", booking))
    assert (wrong.status_code, right.status_code) == (404, 200)
    assert wrong.content != right.content


@pytest.mark.parametrize("word", ["test", "debug", "admin", "0", "null", "undefined", "a" * 32])
def test_no_secret_word_opens_a_booking(client, booking, word):
    """T-LNK-10: no value that somebody left in for trying things out."""
    for name in SECRET_PAGES:
        assert client.get(reverse(name, args=[word])).status_code == 404


def test_secrets_follow_no_order(series):
    """T-LNK-10: who knows one knows nothing of the next; 192 bits each."""
    surgery = coming(series, places=(9,))
    secrets = [factories.create_booking(surgery=surgery).secret for _ in range(9)]
    assert {len(secret) for secret in secrets} == {32}
    assert len({secret[:4] for secret in secrets}) == 9
    assert sorted(secrets) != secrets


def test_a_page_shows_her_first_name_and_never_how_to_reach_her(client, series):
    """T-LNK-11."""
    seen = 0
    for _booking, page in read_all(client, series):
        seen += "Amina" in page
        assert "O’Neill" not in page
        assert "amina@example.org" not in page
        assert "A secret chair" not in page
    assert seen == 10


def test_right_after_booking_she_reads_what_she_typed_so_that_she_can_correct_it(client, series):
    """T-LNK-11: for half an hour, while nobody else can have the link."""
    book(client, coming(series))
    booking = Booking.objects.get()
    assert "<strong>amina@example.org</strong>" in read(client, booking, "booking_booked")
    assert "amina@example.org" not in read(client, booking)
    booking.booked_at = NOW
    booking.save()
    assert "We write to a…@example.org" in read(client, booking, "booking_booked")
    booking.attendee.contact = "+447400123457"
    booking.attendee.save()
    page = read(client, booking, "booking_booked")
    assert "We will ring you on 07… 457 before the day." in page
    assert "123457" not in page


def test_a_known_name_and_contact_reveals_and_fills_in_nothing(client, series):
    """T-LNK-12."""
    factories.create_attendee(
        series=series,
        group="Secret Choir",
        access_needs="A chair",
        access_needs_agreed_at=NOW,
    )
    booking = book(client, coming(series))["Location"].split("/")[2]
    for name in SECRET_PAGES[:4]:
        page = words(client.get(reverse(name, args=[booking])))
        assert "Secret Choir" not in page
        assert "A chair" not in page.replace("Like a chair", "")
        assert 'value="amina@example.org"' not in page
        assert 'value="Amina' not in page


@pytest.mark.parametrize("name", SECRET_PAGES[:4])
def test_more_words_in_the_address_reveal_nothing(client, booking, name):
    """T-LNK-13."""
    plain = client.get(door(name, booking)).content
    more = "?cancelledBy=olu@example.org&said=evil&debug=1&email=amina@example.org&uid=1&answer=no"
    assert client.get(door(name, booking) + more).content == plain


def test_a_page_says_a_sentence_of_ours_and_no_other(client, booking):
    """T-LNK-13, negative control: one of our own words is said."""
    assert "Thank you. We have noted that." in words(
        client.get(door("booking_detail", booking) + "?said=noted")
    )


# Where a link leads --------------------------------------------------------------------


def test_a_link_works_until_seven_days_after(client, series):
    booking = factories.create_booking(surgery=coming(series, -6))
    assert "is over</h1>" in read(client, booking)


@pytest.mark.parametrize("name", ["booking_booked", "booking_change", "booking_cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_over_or_cancelled_leads_to_its_own_page(client, series, name, method):
    over = factories.create_booking(surgery=coming(series, -2))
    gone = factories.create_booking(surgery=coming(series), state=BookingState.CANCELLED)
    before = everything()
    for booking in (over, gone):
        response = getattr(client, method)(door(name, booking))
        assert response["Location"] == door("booking_detail", booking)
    assert everything() == before


@pytest.mark.parametrize("name", SECRET_PAGES)
def test_a_moved_booking_leads_to_where_it_moved(client, series, name):
    first, second, third = (coming(series, days) for days in (7, 14, 21))
    booking = factories.create_booking(surgery=first)
    then = next_time_instead(booking, on=second.on, now=NOW)
    last = next_time_instead(then, on=third.on, now=NOW)
    for old in (booking, then):
        response = client.get(door(name, old))
        assert response["Location"] == door(name, last)
    assert client.post(door("booking_detail", booking), {"answer": "no"}).status_code == 302
    last.refresh_from_db()
    assert last.state == BookingState.BOOKED


def test_a_wrong_address_is_not_led_to_where_it_moved(client, series):
    first, second = coming(series), coming(series, 14)
    booking = factories.create_booking(surgery=first)
    moved = next_time_instead(booking, on=second.on, now=NOW)
    correct_contact(moved, contact="amina@example.org", now=NOW)
    assert client.get(door("booking_detail", booking)).status_code == 404
