import datetime
import html

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking, Surgery, Venue
from surgeries.states import SurgeryState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return factories.create_series(slug="central-birmingham", ring_name="Aisha")


def in_days(days, series):
    return (timezone.now().astimezone(series.zone) + datetime.timedelta(days=days)).date()


def coming(series, days=7, **fields):
    return factories.create_surgery(series=series, on=in_days(days, series), **fields)


def page_of(surgery):
    return reverse("surgery_public", args=[surgery.series.slug, surgery.on])


def read(client, address, **query):
    """The words of a page, as people read them."""
    response = client.get(address, query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


# Find a surgery ------------------------------------------------------------------------


def test_home_lists_the_next_ones_by_date_and_no_drafts(client, series):
    later, sooner = coming(series, 14), coming(factories.create_series(name="Dudley"), 3)
    coming(factories.create_series(name="Hidden"), 5, state=SurgeryState.DRAFT)
    coming(factories.create_series(name="Called off"), 5, state=SurgeryState.CANCELLED)
    coming(factories.create_series(name="Long ago"), -5)
    response = client.get(reverse("home"))
    assert response.context["surgeries"] == [sooner, later]


@pytest.mark.parametrize("near", ["dudley", "DUD", "stone street", "DY1"])
def test_home_finds_what_is_near(client, series, near):
    dudley = factories.create_series(name="Tuesdays", town="Dudley")
    venue = factories.create_venue(series=dudley, name="Stone Street Library", postcode="DY1 1PS")
    surgery = coming(dudley, venue=venue)
    coming(series)
    assert client.get(reverse("home"), {"near": near}).context["surgeries"] == [surgery]


def test_home_says_what_to_do_when_nothing_is_near(client, series):
    coming(series)
    page = read(client, reverse("home"), near="<b>Ulm")
    assert "We know of none near “<b>Ulm” yet." in page
    assert "&lt;b&gt;Ulm" in client.get(reverse("home"), {"near": "<b>Ulm"}).content.decode()


def test_home_without_dates_invites_to_start_one(client):
    page = read(client, reverse("home"))
    assert "No dates yet." in page
    assert reverse("series_create") in page


@pytest.mark.parametrize("number", [1, 3])
def test_home_is_one_query(client, number, django_assert_num_queries):
    for _ in range(number):
        coming(factories.create_series())
    with django_assert_num_queries(1):
        client.get(reverse("home"))


# A series ------------------------------------------------------------------------------


def test_a_series_shows_all_its_dates_and_when_booking_opens(client, series):
    soon, far = coming(series, 7), coming(series, 40)
    page = read(client, reverse("series_public", args=[series.slug]))
    assert page_of(soon) in page
    assert page_of(far) in page
    opens = far.on - datetime.timedelta(days=28)
    assert f"Booking opens on {opens:%A} {opens.day} {opens:%B}" in page


def test_a_series_without_dates_says_whom_to_ring(client, series):
    page = read(client, reverse("series_public", args=[series.slug]))
    assert "No date yet." in page
    assert 'href="tel:+447400123456"' in page


@pytest.mark.parametrize("number", [1, 3])
def test_a_series_is_two_queries(client, series, number, django_assert_num_queries):
    for days in range(number):
        coming(series, days + 1)
    with django_assert_num_queries(2):
        client.get(reverse("series_public", args=[series.slug]))


def test_an_unknown_series_is_not_found(client):
    assert client.get(reverse("series_public", args=["nowhere"])).status_code == 404


# A surgery -----------------------------------------------------------------------------


def test_a_surgery_says_what_it_is_where_and_who_runs_it(client, series):
    surgery = coming(series, places=(1, 2))
    page = read(client, page_of(surgery))
    for words in (
        "Free help to get your community group online",
        "It isn’t a doctor’s.",
        "How to find the door",
        "The blue door under the railway arch.",
        "Aisha runs this one.",
        '<a class="nowrap" href="tel:+447400123456">07400 123456</a>',
        "Canal Street, Birmingham",
        "from 5:30pm",
        "3 places left.",
        "I know how to do this. Can I help?",
    ):
        assert words in page
    assert "7pm" not in page, "no end on any page of an attendee (R6)"


def test_the_preview_says_day_time_and_place(client, series):
    surgery = coming(series, venue=factories.create_venue(series=series, name="Joe’s <Café>"))
    page = client.get(page_of(surgery)).content.decode()
    day = f"{surgery.on:%A} {surgery.on.day} {surgery.on:%B}"
    title = f"Free help to get your group online, {day}, from 5:30pm, Joe’s &lt;Café&gt;"
    assert f"<title>{title}</title>" in page
    assert f'<meta property="og:title" content="{title}">' in page
    assert f"{day} from 5:30pm, Joe’s &lt;Café&gt;, Birmingham." in page
    assert f'<meta property="og:url" content="http://testserver{page_of(surgery)}">' in page


def test_a_fact_that_is_not_stated_is_never_no(client, series):
    surgery = coming(series)
    Venue.objects.update(step_free=True, wifi=False)
    page = read(client, page_of(surgery))
    assert "<dt>Step-free</dt><dd>Yes</dd>" in page
    assert "<dt>Wifi</dt><dd>No</dd>" in page
    assert '<dt>Quiet corner</dt><dd class="muted">Not stated. Ask Aisha.</dd>' in page


def test_only_helpers_who_said_yes_are_named(client, series):
    surgery = coming(series)
    for name, since, state in (
        ("Derek Mills", timezone.now(), "confirmed"),
        ("Mei-Ling Wu", timezone.now(), "confirmed"),
        ("Hana Müller", None, "confirmed"),
        ("Oswald Ray", timezone.now(), "offered"),
        ("Wendy Poe", timezone.now(), "withdrawn"),
        ("Later Yes", timezone.now() + datetime.timedelta(days=1), "confirmed"),
    ):
        helper = factories.create_helper(series=series, name=name, name_public_from=since)
        factories.create_helping(surgery=surgery, helper=helper, state=state)
    page = read(client, page_of(surgery))
    assert "Derek and Mei-Ling will be helping." in page
    for name in ("Mills", "Hana", "Oswald", "Wendy", "Later"):
        assert name not in page


def test_no_attendee_and_no_private_network_is_on_the_page(client, series):
    surgery = coming(series, places=(2, 2))
    factories.create_booking(
        surgery=surgery, attendee=factories.create_attendee(series=series, group="Secret Choir")
    )
    factories.create_network(series=series, name="Green Lane Mosque", private=True)
    factories.create_network(series=series, name="Digbeth Allotments")
    page = read(client, page_of(surgery))
    assert '<option value="Digbeth Allotments"></option>' in page
    for words in ("Amina", "amina@example.org", "Secret Choir", "Green Lane Mosque"):
        assert words not in page


def test_a_draft_is_not_found(client, series):
    assert client.get(page_of(coming(series, state=SurgeryState.DRAFT))).status_code == 404


@pytest.mark.parametrize("day", ["2026-02-30", "1999-01-01", "2026-99-99"])
def test_a_day_without_a_surgery_is_not_found(client, series, day):
    coming(series)
    assert client.get(f"/s/{series.slug}/{day}/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "days", "words"),
    [
        ({"places": (0, 0)}, 7, "You can always come along without a place"),
        ({"state": SurgeryState.CANCELLED}, 7, "This surgery is cancelled."),
        ({"state": SurgeryState.CLOSED}, -7, "This surgery is over."),
        ({}, -7, "This surgery is over."),
    ],
)
def test_what_cannot_be_booked_says_so_and_offers_the_next_date(
    client, series, fields, days, words
):
    surgery = coming(series, days, **fields)
    following = coming(series, 14)
    page = read(client, page_of(surgery))
    assert words in page
    assert page_of(following) in page
    assert "Book my place" not in page


def test_the_next_date_of_a_full_one_is_a_later_one(client, series):
    coming(series, 3)
    full, later = coming(series, 7, places=(0, 0)), coming(series, 14)
    assert client.get(page_of(full)).context["next_one"] == later


def test_one_that_is_not_open_yet_says_when(client, series):
    surgery = coming(series, 40)
    opens = surgery.on - datetime.timedelta(days=28)
    page = read(client, page_of(surgery))
    assert f"Booking opens on {opens:%A} {opens.day} {opens:%B}." in page
    assert "Book my place" not in page


def test_a_new_surgery_on_the_day_of_a_cancelled_one_is_shown(client, series):
    coming(series, state=SurgeryState.CANCELLED)
    stands = coming(series)
    assert client.get(page_of(stands)).context["surgery"] == stands


def test_the_code_of_a_link_goes_into_the_form_and_to_other_dates(client, series):
    surgery, other = coming(series), coming(series, 14)
    page = read(client, page_of(surgery), code="abcd2345")
    assert 'name="code" value="abcd2345"' in page
    assert f"{page_of(other)}?code=abcd2345" in page


@pytest.mark.parametrize("number", [1, 30])
def test_a_surgery_is_three_queries(client, series, number, django_assert_num_queries):
    surgery = coming(series, places=(number, number))
    for n in range(number):
        factories.create_booking(surgery=surgery)
        factories.create_helping(surgery=surgery)
        factories.create_network(series=series)
        coming(series, 8 + n)
    with django_assert_num_queries(3):
        client.get(page_of(surgery))


def test_no_page_for_strangers_sets_a_cookie(client, series):
    surgery = coming(series)
    for address in ("/", "/privacy/", f"/s/{series.slug}/", page_of(surgery), "/link/"):
        client.get(address)
    assert dict(client.cookies) == {}


def test_privacy_says_what_is_kept_how_long_and_who_to_complain_to(client):
    page = read(client, reverse("privacy"))
    for words in ("12 months", "24 months", "7 days", "ico.org.uk", "0303 123 1113"):
        assert words in page


@pytest.mark.parametrize("name", ["home", "privacy", "series_public", "surgery_public"])
def test_public_pages_are_only_read(client, series, name):
    surgery = coming(series)
    where = {"series_public": [series.slug], "surgery_public": [series.slug, surgery.on]}
    assert client.post(reverse(name, args=where.get(name, []))).status_code == 405
    assert (Surgery.objects.count(), Booking.objects.count()) == (1, 0)
