import datetime
import html

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Attendee, Booking, Message
from surgeries.states import BookingState, MessageKind, Outcome, SurgeryState
from tests import factories

pytestmark = pytest.mark.django_db

SECRET_PAGES = (
    "booking_detail",
    "booking_booked",
    "booking_change",
    "booking_cancel",
    "booking_calendar",
)


@pytest.fixture
def series():
    return factories.create_series(slug="central-birmingham")


def in_days(days, series):
    return (timezone.now().astimezone(series.zone) + datetime.timedelta(days=days)).date()


def coming(series, days=7, **fields):
    fields.setdefault("places", (1, 2))
    return factories.create_surgery(series=series, on=in_days(days, series), **fields)


def place_to_book(surgery):
    return reverse("booking_create", args=[surgery.series.slug, surgery.on])


def answers(surgery, **said):
    slot = surgery.slots.order_by("starts_at")[0].pk
    typed = {"goal": "news", "slot": slot, "name": "Amina O’Neill", "contact": "amina@example.org"}
    return typed | said


def book(client, surgery, **said):
    return client.post(place_to_book(surgery), answers(surgery, **said))


def words(response):
    return html.unescape(response.content.decode())


def door(name, booking):
    return reverse(name, args=[booking.secret])


def everything():
    """Every row that a page could change."""
    return [list(model.objects.order_by("pk").values()) for model in (Attendee, Booking, Message)]


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
    said = answers(surgery, name=name, told="Ladywood Choir", request_key=key)
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
        "slot": ["Somebody has just taken the last place at that time. Choose another one."]
    }
    page = words(response)
    assert "6:15pm<small>1 place left</small>" in page
    assert "5:30pm<small>" not in page
    assert 'value="Highgate Tenants"' in page
    assert Booking.objects.count() == 1


def test_the_loser_of_the_very_last_place_may_send_her_answers_to_the_next_date(client, series):
    surgery, following = coming(series, places=(1,)), coming(series, 14)
    book(client, surgery, name="Basil")
    response = book(client, surgery, group="Highgate Tenants")
    page = words(response)
    assert "has just been taken.</strong>" in page
    assert "You can still come along that evening; expect a cup of tea first." in page
    assert f'action="{place_to_book(following)}"' in page
    assert 'value="Highgate Tenants"' in page
    key = response.context["form"]["request_key"].value()
    again = book(client, following, request_key=key)
    assert again.status_code == 302


def test_the_loser_with_no_next_date_may_come_along_and_is_asked_for_no_other_time(client, series):
    surgery = coming(series, places=(1,))
    book(client, surgery, name="Basil")
    page = words(book(client, surgery, group="Highgate Tenants"))
    assert "All places are taken." in page
    assert "expect a cup of tea first" in page
    assert "Choose another one" not in page
    assert "Book my place" not in page


def test_the_same_form_twice_is_one_booking_and_one_page(client, series):
    surgery = coming(series, places=(1, 1))
    page = client.get(reverse("surgery_public", args=[series.slug, surgery.on]))
    key = page.context["form"]["request_key"].value()
    first = book(client, surgery, request_key=key)
    late = surgery.slots.order_by("starts_at")[1].pk
    assert book(client, surgery, request_key=key, slot=late)["Location"] == first["Location"]
    assert Booking.objects.count() == 1


def test_the_back_button_can_book_for_somebody_else(client, series):
    surgery = coming(series, places=(1, 3))
    late = surgery.slots.order_by("starts_at")[1].pk
    page = client.get(reverse("surgery_public", args=[series.slug, surgery.on]))
    key = page.context["form"]["request_key"].value()
    book(client, surgery, request_key=key, slot=late)
    asked = book(client, surgery, request_key=key, slot=late, name="Basil")
    assert "Press the button once more to book for somebody else too." in words(asked)
    key = asked.context["form"]["request_key"].value()
    assert book(client, surgery, request_key=key, slot=late, name="Basil").status_code == 302
    assert Booking.objects.count() == 2


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
    assert everything() == [[], [], []]


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
    late = surgery.slots.order_by("starts_at")[1].pk
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
        assert client.post(address, answers(surgery), **sender).status_code == 403
    assert everything() == before


def test_no_cookie_is_needed_or_set_on_the_way(series):
    browser = Client(enforce_csrf_checks=True)
    response = book(browser, coming(series))
    assert browser.get(response["Location"]).status_code == 200
    assert dict(browser.cookies) == {}


# The secret link -----------------------------------------------------------------------


@pytest.fixture
def booking(series):
    surgery = coming(series)
    amina = factories.create_attendee(series=series)
    return factories.create_booking(surgery=surgery, attendee=amina, goal="news")


@pytest.mark.parametrize("name", SECRET_PAGES)
def test_a_secret_page_is_one_query_or_two_and_never_kept_by_a_cache(
    client, booking, name, django_assert_num_queries
):
    with django_assert_num_queries(2 if name == "booking_change" else 1):
        response = client.get(door(name, booking))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("name", SECRET_PAGES)
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_a_link_changes_nothing(client, booking, name, method):
    before = everything()
    getattr(client, method)(door(name, booking))
    getattr(client, method)(door(name, booking) + "?answer=no&cancelledBy=x")
    assert everything() == before


@pytest.mark.parametrize("name", SECRET_PAGES)
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client, booking, name, method):
    before = everything()
    assert getattr(client, method)(door(name, booking)).status_code == 405
    assert everything() == before


@pytest.mark.parametrize("name", SECRET_PAGES)
def test_wrong_expired_foreign_and_erased_links_get_the_same_bytes(client, series, booking, name):
    old = factories.create_booking(surgery=coming(series, -8))
    erased = factories.create_booking(surgery=booking.surgery)
    Booking.objects.filter(pk=erased.pk).update(link_hash=None)
    raised = booking.secret
    booking.link_version = 2
    booking.seal()
    booking.save()
    helping = factories.create_helping(surgery=booking.surgery)
    secrets = ["x" * 32, "x", old.secret, erased.secret, raised, helping.secret, str(booking.pk)]
    answers_to = [client.get(reverse(name, args=[secret])) for secret in secrets]
    assert {response.status_code for response in answers_to} == {404}
    assert len({response.content for response in answers_to}) == 1


def test_a_link_works_until_seven_days_after_and_offers_the_next_date(client, series):
    booking = factories.create_booking(surgery=coming(series, -6))
    following = coming(series, 7)
    page = words(client.get(door("booking_detail", booking)))
    assert "is over</h1>" in page
    assert reverse("surgery_public", args=[series.slug, following.on]) in page
    assert "I can’t come" not in page


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


def test_a_surgery_that_was_cancelled_says_so(client, series, booking):
    booking.surgery.state = SurgeryState.CANCELLED
    booking.surgery.save()
    assert "is cancelled</h1>" in words(client.get(door("booking_detail", booking)))


def test_she_can_cancel_with_one_tap_and_book_again(client, booking):
    asked = words(client.get(door("booking_cancel", booking)))
    assert "No need to say why." in asked
    response = client.post(door("booking_cancel", booking), follow=True)
    booking.refresh_from_db()
    assert (booking.state, booking.place) == (BookingState.CANCELLED, None)
    page = words(response)
    assert "Thank you for telling us." in page
    assert "Book again" in page
    assert client.post(door("booking_cancel", booking)).status_code == 302
    assert Message.objects.filter(kind=MessageKind.BOOKING_CANCELLED).count() == 1


def test_whoever_is_there_already_reads_so_and_keeps_her_place(client, booking):
    Booking.objects.update(outcome=Outcome.CAME)
    page = words(client.post(door("booking_cancel", booking)))
    assert "You are here already, so there is nothing to cancel." in page
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED


def test_no_answer_on_a_secret_page_sets_a_cookie(client, booking):
    Booking.objects.update(outcome=Outcome.CAME)
    assert client.post(door("booking_cancel", booking)).status_code == 200
    Booking.objects.update(outcome=Outcome.NOT_RECORDED)
    client.post(door("booking_booked", booking), {"needs": "A chair", "agreed": "on"}, follow=True)
    page = words(change(client, booking, goal="touch", follow=True))
    assert "Thank you. We have changed it." in page
    client.post(door("booking_cancel", booking), follow=True)
    assert dict(client.cookies) == {}


def test_a_page_says_no_words_but_ours(client, booking):
    page = words(client.get(door("booking_detail", booking) + "?said=evil"))
    assert "evil" not in page


def change(client, booking, follow=False, **said):
    typed = {
        "slot": booking.slot_id,
        "goal": booking.goal,
        "name": booking.attendee.name,
        "contact": booking.attendee.contact,
    }
    return client.post(door("booking_change", booking), typed | said, follow=follow)


def test_she_can_choose_another_time_and_goal(client, booking):
    late = booking.surgery.slots.latest("starts_at")
    response = change(client, booking, slot=late.pk, goal="touch")
    assert response["Location"] == door("booking_detail", booking) + "?said=changed"
    page = words(client.get(response["Location"]))
    assert "6:15pm" in page
    assert "Keep members in touch" in page


def test_a_corrected_address_moves_to_a_new_link(client, booking):
    old = booking.secret
    response = change(client, booking, contact="amina.oneill@example.org")
    booking.refresh_from_db()
    assert response["Location"] == door("booking_detail", booking) + "?said=changed"
    assert booking.secret != old
    assert "amina.oneill@example.org" in words(client.get(response["Location"]))


def test_a_time_that_is_full_meanwhile_is_said_at_the_field(client, booking):
    late = booking.surgery.slots.latest("starts_at")
    for _ in range(2):
        factories.create_booking(slot=late)
    response = change(client, booking, slot=late.pk, name="Amina Jones")
    assert list(response.context["form"].errors) == ["slot"]
    assert 'value="Amina Jones"' in words(response)
    booking.refresh_from_db()
    assert booking.slot != late


def test_what_would_help_is_kept_with_a_tick_and_never_shown(client, booking):
    said = {"needs": "A chair near the door", "agreed": "on"}
    response = client.post(door("booking_booked", booking), said, follow=True)
    person = Attendee.objects.get(pk=booking.attendee_id)
    assert person.access_needs == "A chair near the door"
    assert person.access_needs_agreed_at is not None
    assert person.news_agreed_at is None
    page = words(response)
    assert "Thank you. We have noted that." in page
    assert "A chair near the door" not in page


def test_without_the_tick_nothing_is_kept_and_the_words_stay(client, booking):
    response = client.post(door("booking_booked", booking), {"needs": "A chair near the door"})
    assert "Tick this so that we may keep it" in words(response)
    assert "A chair near the door" in words(response)
    assert Attendee.objects.get(pk=booking.attendee_id).access_needs == ""


def test_she_may_send_it_to_herself(client, booking):
    page = words(client.get(door("booking_booked", booking)))
    link = f"http%3A%2F%2Ftestserver%2Fb%2F{booking.secret}%2F"
    for start in ("https://wa.me/?text=", "sms:?&body=", "mailto:?subject="):
        assert start in page
    assert page.count(link) == 3


def test_the_calendar_file_is_a_file(client, booking):
    response = client.get(door("booking_calendar", booking))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="surgery.ics"'
    (event,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert event["DTSTART"].dt == booking.slot.starts_at


# The link again ------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["Amina@Example.org", "stan@example.org"])
def test_everybody_reads_the_same_answer(client, booking, email):
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
