import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking, Message
from surgeries.states import BookingState, MessageKind, SurgeryState
from tests import factories
from tests.surgeries.views.visitor import (
    SECRET_PAGES,
    book,
    coming,
    door,
    everything,
    first_slot,
    last_slot,
    place_to_book,
    read,
    typed,
    wait,
    words,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return factories.create_series(slug="central-birmingham")


def full_evening(series, days=7):
    """One place at each of two times, both taken."""
    surgery = coming(series, days, places=(1, 1))
    for slot in surgery.slots.all():
        factories.create_booking(slot=slot)
    return surgery


# Booking -------------------------------------------------------------------------------


def test_booking_leads_to_a_page_whose_address_nobody_can_guess(client, series):
    response = book(client, coming(series))
    booking = Booking.objects.get()
    assert response.status_code == 302
    assert response["Location"] == door("booking_booked", booking)
    assert len(booking.secret) == 32
    page = words(client.get(response["Location"]))
    day = booking.surgery.on
    assert f'{day:%A} <span class="nowrap">{day.day} {day:%B},</span>' in page
    assert "Your place is booked, Amina" in page
    assert "<strong>amina@example.org</strong>" in page
    assert "Canal Street" in page
    assert "Bring:" in page


def test_the_journey_is_three_requests_and_twelve_statements(client, series):
    surgery = coming(series, places=(120, 2))
    factories.create_network(series=series, name="Ladywood Choir")
    assert statements_of_the_journey(client, surgery, "Joyce") == [3, 8, 1]
    for _ in range(100):
        factories.create_booking(surgery=surgery)
        factories.create_network(series=series)
    assert statements_of_the_journey(client, surgery, "Basil") == [3, 8, 1]


def statements_of_the_journey(client, surgery, name):
    from_page = reverse("surgery_public", args=[surgery.series.slug, surgery.on])
    counted = []
    page = counting(counted, client.get, from_page)
    key = page.context["form"]["request_key"].value()
    contact = f"{name}@example.org"
    said = typed(surgery, name=name, contact=contact, told="Ladywood Choir", request_key=key)
    posted = counting(counted, client.post, place_to_book(surgery), said)
    assert counting(counted, client.get, posted["Location"]).status_code == 200
    return counted


def counting(counted, ask, *args):
    with CaptureQueriesContext(connection) as asked:
        response = ask(*args)
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    counted.append(len([q for q in asked if not q["sql"].startswith(marks)]))
    return response


def test_a_phone_number_alone_is_told_that_we_will_ring(client, series):
    response = book(client, coming(series), contact="07400 123457")
    page = words(client.get(response["Location"]))
    assert 'We will ring you on <strong class="nowrap">07400 123457</strong>' in page
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    "name",
    [
        "D’Arcy O'Neill",
        "ناعمة",
        "李小龍",
        "Zoë 🌻",
        '=HYPERLINK("evil")',
        "<script>alert(1)</script>",
    ],
)
def test_a_name_stays_the_text_it_is(client, series, name):
    response = book(client, coming(series), name=name)
    assert Booking.objects.get().attendee.name == name
    assert "<script>alert" not in client.get(response["Location"]).content.decode()


def test_what_is_wrong_is_said_at_the_field_and_the_rest_is_kept(client, series):
    surgery = coming(series)
    response = book(client, surgery, contact="07700 90014", name="x" * 500, group="Highgate")
    assert response.status_code == 200
    assert response.context["form"].errors == {
        "name": ["Use at most 200 characters"],
        "contact": ["Enter a phone number with 11 digits, like 07400 123456, or an email address"],
    }
    page = words(response)
    assert "2 things to put right" in page
    assert '<a href="#id_contact">' in page
    assert 'value="07700 90014"' in page
    assert 'value="Highgate"' in page
    assert "<title>Error: Book a time" in page
    assert Booking.objects.count() == 0


def test_the_form_stands_on_a_page_of_its_own_too(client, series):
    response = client.get(place_to_book(coming(series)), {"code": "abcd2345"})
    page = words(response)
    assert "Book my place" in page
    assert 'name="code" value="abcd2345"' in page


def test_the_loser_of_the_last_place_reads_it_at_the_field_with_the_other_time(client, series):
    surgery = coming(series, places=(1, 1))
    book(client, surgery, name="Basil")
    response = book(client, surgery, group="Highgate Tenants")
    assert response.context["form"].errors == {
        "slot": ["Somebody has just taken the last place at 5:30pm."]
    }
    page = words(response)
    assert "6:15pm<small>1 place left</small>" in page
    assert "5:30pm<small>" not in page
    assert 'value="Highgate Tenants"' in page
    assert Booking.objects.count() == 1


def test_the_loser_of_the_very_last_place_may_ask_for_a_place_with_all_she_wrote(client, series):
    surgery = coming(series, places=(1,))
    slot = first_slot(surgery)
    book(client, surgery, name="Basil")
    response = book(client, surgery, group="Highgate Tenants", other_1="Zoë", told="Sharon")
    page = words(response)
    assert "The last place has just been taken." in page
    assert "Nobody is waiting yet." in page
    assert 'value="Highgate Tenants"' in page
    assert response.context["form"]["accepts"].value() == [slot.pk]
    assert "to put right" not in page
    form = response.context["form"]
    said = {name: form[name].value() or "" for name in form.fields}
    joined = client.post(place_to_book(surgery), said)
    waiting = Booking.objects.get(state=BookingState.WAITING, attendee__name="Amina O’Neill")
    assert joined["Location"] == door("booking_detail", waiting)
    assert (waiting.said, waiting.attendee.group) == ("Sharon", "Highgate Tenants")


def test_the_loser_of_the_very_last_place_may_send_her_answers_to_the_next_date(client, series):
    surgery, following = coming(series, places=(1,)), coming(series, 14)
    book(client, surgery, name="Basil")
    page = words(book(client, surgery, group="Highgate Tenants"))
    assert f'formaction="{place_to_book(following)}"' in page
    asked = book(client, following, wait="yes", book="yes", slot="", group="Highgate Tenants")
    assert asked.context["form"].errors == {"slot": ["Choose a time"]}
    assert 'value="Highgate Tenants"' in words(asked)
    assert book(client, following).status_code == 302


def test_so_late_that_nobody_waits_the_loser_may_come_along(client, series):
    now = timezone.now()
    surgery = coming(series, 0, places=(1,), starts_at=now + timezone.timedelta(hours=1))
    book(client, surgery, name="Basil")
    page = words(book(client, surgery, group="Highgate Tenants"))
    assert "It starts soon, so no place can be kept." in page
    assert "Come along: expect a cup of tea first." in page
    assert "Ask for a place" not in page
    assert "Choose another one" not in page
    assert Booking.objects.count() == 1


def test_the_same_form_twice_is_one_booking_and_one_page(client, series):
    surgery = coming(series, places=(1, 1))
    page = client.get(reverse("surgery_public", args=[series.slug, surgery.on]))
    key = page.context["form"]["request_key"].value()
    first = book(client, surgery, request_key=key)
    late = last_slot(surgery).pk
    assert book(client, surgery, request_key=key, slot=late)["Location"] == first["Location"]
    assert Booking.objects.count() == 1


def test_the_back_button_can_book_for_somebody_else(client, series):
    surgery = coming(series, places=(2, 2))
    late = last_slot(surgery).pk
    page = client.get(reverse("surgery_public", args=[series.slug, surgery.on]))
    key = page.context["form"]["request_key"].value()
    book(client, surgery, request_key=key, slot=late)
    asked = book(client, surgery, request_key=key, slot=late, name="Basil")
    assert "Press the button once more to book for somebody else too." in words(asked)
    key = asked.context["form"]["request_key"].value()
    assert book(client, surgery, request_key=key, slot=late, name="Basil").status_code == 302
    assert Booking.objects.count() == 2


# Bringing somebody ---------------------------------------------------------------------


def test_a_party_of_three_with_an_interpreter_is_one_form(client, series):
    surgery = coming(series, places=(3,))
    response = book(client, surgery, other_1="Basil", other_2="Zoë D’Arcy", supporter="on")
    page = words(client.get(response["Location"]))
    assert "Your 3 places are booked, Amina" in page
    assert "You come with Basil and Zoë." in page
    assert "We know that a supporter or interpreter comes with you." in page
    assert Booking.objects.filter(surgery=surgery, place__isnull=False).count() == 3


def test_bringing_somebody_is_folded_and_opens_with_what_is_wrong_in_it(client, series):
    surgery = coming(series)
    assert '<details class="mt5">' in words(client.get(place_to_book(surgery)))
    response = book(client, surgery, other_1="amina  o’neill")
    assert response.context["form"].errors == {
        "other_1": ["amina o’neill stands here twice. Write each person’s name once."]
    }
    page = words(response)
    assert '<details class="mt5" open>' in page
    assert '<a href="#id_other_1">' in page
    assert everything() == [[], [], [], []]


def test_too_few_places_say_how_many_are_left_and_offer_to_wait_for_all(client, series):
    surgery = coming(series, places=(2, 1))
    response = book(client, surgery, other_1="Basil", other_2="Zoë")
    assert response.context["form"].errors == {
        "slot": ["There are 2 places left at 5:30pm, and you are 3. Choose another time."]
    }
    page = words(response)
    assert "No time has 3 places left." in page
    form = response.context["form"]
    said = {name: form[name].value() or "" for name in form.fields} | {"wait": "instead"}
    before = everything()
    page = client.post(place_to_book(surgery), said)
    assert everything() == before
    assert page.context["form"]["other_2"].value() == "Zoë"
    assert page.context["form"]["accepts"].value() == [first_slot(surgery).pk]
    wait(client, surgery, other_1="Basil", other_2="Zoë")
    assert Booking.objects.filter(state=BookingState.WAITING).count() == 3


# Waiting -------------------------------------------------------------------------------


def test_a_full_surgery_asks_which_times_would_suit_and_says_how_many_wait(client, series):
    surgery = full_evening(series)
    for address in (
        reverse("surgery_public", args=[series.slug, surgery.on]),
        place_to_book(surgery),
    ):
        page = words(client.get(address))
        assert "All places are taken." in page
        assert "Nobody is waiting yet." in page
        assert "Which times would suit you?" in page
        assert "Ask for a place" in page
        assert "Book my place" not in page
    wait(client, surgery)
    wait(client, surgery, name="Basil")
    assert "2 people are waiting already." in words(client.get(place_to_book(surgery)))


def test_joining_leads_to_a_page_that_says_which_in_the_queue(client, series):
    surgery = full_evening(series)
    for name in ("Basil", "Joyce"):
        wait(client, surgery, name=name, contact=f"{name}@example.org")
    response = wait(client, surgery)
    booking = Booking.objects.get(attendee__name="Amina O’Neill")
    assert response["Location"] == door("booking_detail", booking)
    assert "You are third in the queue</h1>" in read(client, booking)


def test_a_place_that_came_free_meanwhile_is_booked_at_once(client, series):
    response = wait(client, coming(series))
    booking = Booking.objects.get()
    assert response["Location"] == door("booking_booked", booking)
    assert "Your place is booked, Amina" in read(client, booking, "booking_booked")


def test_no_time_ticked_is_said_at_the_field(client, series):
    surgery = full_evening(series)
    response = wait(client, surgery, accepts=[], group="Highgate Tenants")
    assert response.context["form"].errors == {
        "accepts": ["Choose at least one time that would suit you"]
    }
    assert 'value="Highgate Tenants"' in words(response)


def test_whoever_can_come_only_at_a_full_time_may_wait_for_it(client, series):
    surgery = coming(series, places=(1, 1))
    factories.create_booking(slot=first_slot(surgery))
    page = words(client.get(place_to_book(surgery)))
    assert "None of these times? Ask to wait for another" in page
    page = words(book(client, surgery, slot="", wait="instead", name="", contact=""))
    assert "All taken so far" in page
    assert "Nobody is waiting yet." in page
    assert "to put right" not in page
    wait(client, surgery, accepts=[first_slot(surgery).pk])
    assert Booking.objects.get(attendee__name="Amina O’Neill").state == BookingState.WAITING
    page = words(book(client, surgery, slot="", wait="instead"))
    assert "One person is waiting already." in page


def test_with_every_time_free_nobody_is_asked_to_wait(client, series):
    assert "None of these times?" not in words(client.get(place_to_book(coming(series))))


def test_the_same_form_for_the_waiting_list_twice_is_one_booking(client, series):
    surgery = full_evening(series)
    page = client.get(place_to_book(surgery))
    key = page.context["form"]["request_key"].value()
    first = wait(client, surgery, request_key=key)
    assert wait(client, surgery, request_key=key)["Location"] == first["Location"]
    assert Booking.objects.filter(state=BookingState.WAITING).count() == 1


def test_in_the_last_two_hours_a_free_place_is_not_offered_over_the_heads_of_who_waits(
    client, series
):
    now = timezone.now()
    surgery = coming(series, 0, places=(1,), starts_at=now + timezone.timedelta(hours=1))
    address = place_to_book(surgery)
    assert "Book my place" in words(client.get(address))
    factories.create_booking(surgery=surgery, state=BookingState.WAITING)
    page = words(client.get(address))
    assert "It starts soon, so no place can be kept." in page
    assert "Book my place" not in page
    before = everything()
    assert "Come along: expect a cup of tea first." in words(book(client, surgery))
    assert everything() == before


def test_a_surgery_without_any_place_says_so(client, series):
    page = words(client.get(place_to_book(coming(series, places=(0, 0)))))
    assert "There are no places yet." in page
    assert "Ask for a place" in page


# What is not taken ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "days", "said"),
    [
        (SurgeryState.CANCELLED, 7, "This surgery is cancelled."),
        (SurgeryState.PUBLISHED, -7, "This surgery is over."),
        (SurgeryState.PUBLISHED, 40, "Booking opens on"),
    ],
)
def test_what_cannot_be_booked_makes_no_booking(client, series, state, days, said):
    surgery = coming(series, days, state=state)
    response = book(client, surgery)
    assert response.status_code == 200
    assert said in words(response)
    assert everything() == [[], [], [], []]


def test_a_draft_cannot_be_booked(client, series):
    assert book(client, coming(series, state=SurgeryState.DRAFT)).status_code == 404


def test_a_time_of_another_series_is_not_taken(client, series):
    other = coming(factories.create_series())
    book(client, coming(series), slot=other.slots.earliest("starts_at").pk)
    assert Booking.objects.count() == 0


def test_only_the_questions_of_the_form_are_answered(client, series):
    book(client, coming(series), state="cancelled", outcome="came", walked_in="on", booked_by="1")
    booking = Booking.objects.get()
    assert (booking.state, booking.outcome, booking.walked_in) == ("booked", "not_recorded", False)


def test_a_known_name_and_contact_reveals_and_fills_in_nothing(client, series):
    surgery = coming(series)
    factories.create_attendee(
        series=series,
        group="Secret Choir",
        access_needs="A chair",
        access_needs_agreed_at=timezone.now(),
    )
    late = last_slot(surgery).pk
    booking = book(client, surgery, slot=late)["Location"].split("/")[2]
    for name in SECRET_PAGES[:4]:
        page = words(client.get(reverse(name, args=[booking])))
        assert "Secret Choir" not in page
        assert "A chair" not in page.replace("Like a chair", "")


@pytest.mark.parametrize(
    "sender", [{"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_SEC_FETCH_SITE": "cross-site"}]
)
def test_a_form_of_another_site_is_refused(client, series, sender):
    surgery = coming(series)
    booking = factories.create_booking(surgery=surgery)
    before = everything()
    addresses = [place_to_book(surgery), reverse("link_again")]
    addresses += [door(name, booking) for name in SECRET_PAGES[1:4]]
    for address in addresses:
        assert client.post(address, typed(surgery), **sender).status_code == 403
    assert everything() == before


def test_no_cookie_is_needed_or_set_on_the_way(series):
    browser = Client(enforce_csrf_checks=True)
    response = book(browser, coming(series))
    assert browser.get(response["Location"]).status_code == 200
    assert dict(browser.cookies) == {}


# The link again ------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["Amina@Example.org", "stan@example.org"])
def test_everybody_reads_the_same_answer(client, series, email):
    amina = factories.create_attendee(series=series)
    factories.create_booking(surgery=coming(series), attendee=amina)
    response = client.post(reverse("link_again"), {"email": email})
    assert (response.status_code, response.content) == (302, b"")
    assert response["Location"] == reverse("link_again_sent")
    owed = Message.objects.filter(kind=MessageKind.LINK_AGAIN)
    assert owed.count() == (1 if email.startswith("Amina") else 0)


def test_a_wrong_address_is_said_at_the_field(client):
    response = client.post(reverse("link_again"), {"email": "a@b.c, d@e.f"})
    assert response.context["form"].errors == {
        "email": ["Enter an email address like name@example.org."]
    }


def test_the_answer_is_a_page(client):
    assert "Look in your mail" in words(client.get(reverse("link_again_sent")))
