import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking
from surgeries.states import BookingState, Outcome, Role, SurgeryState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    """A surgery of today, begun an hour ago."""
    now = timezone.now()
    series = factories.create_series(organiser=olu)
    return factories.create_surgery(
        series=series,
        on=now.astimezone(series.zone).date(),
        starts_at=now - timedelta(hours=1),
        places=(6, 6),
    )


@pytest.fixture
def dee(surgery):
    """Dee keeps the door."""
    dee = factories.create_user(email="dee@example.org", name="Dee")
    factories.create_member(series=surgery.series, user=dee, role=Role.DOOR)
    return dee


@pytest.fixture
def as_olu(client, olu):
    client.force_login(olu)
    return client


def address(name, surgery, *more):
    return reverse(name, args=[surgery.series.slug, surgery.pk, *more])


def book(surgery, name, **fields):
    attendee = factories.create_attendee(
        series=surgery.series, name=name, contact=f"{uuid.uuid4()}@private.example"
    )
    return factories.create_booking(surgery=surgery, attendee=attendee, **fields)


def tap(client, booking, outcome="came"):
    where = address("register_tap", booking.surgery, booking.pk)
    response = client.post(where, {"outcome": outcome})
    booking.refresh_from_db()
    return response


def test_names_stand_by_arrival_time_with_one_button_each(as_olu, surgery):
    second = surgery.slots.last()
    joyce = book(surgery, "Joyce Bennett", goal="news")
    book(surgery, "Siobhán O’Hara", slot=second)
    book(surgery, "Gone", state=BookingState.CANCELLED)
    page = as_olu.get(address("register", surgery)).content.decode()
    assert page.index("Joyce Bennett") < page.index("Siobhán O’Hara")
    assert "Get our news out each month" in page
    assert page.count('value="came"') == 3  # the third waits in the script's template
    assert address("register_tap", surgery, joyce.pk) in page
    assert "Gone" not in page
    assert "private.example" not in page


def test_a_tap_needs_no_script_and_can_be_undone(as_olu, surgery):
    booking = book(surgery, "Joyce")
    response = tap(as_olu, booking)
    assert (response.status_code, response.url) == (302, address("register", surgery))
    assert booking.outcome == Outcome.CAME
    assert "<span>1</span> <small>in the room" in as_olu.get(response.url).content.decode()
    tap(as_olu, booking, "not_recorded")
    assert booking.outcome == Outcome.NOT_RECORDED


def test_a_tap_without_an_answer_changes_nothing(as_olu, surgery):
    booking = book(surgery, "Joyce")
    assert tap(as_olu, booking, "did_not_come").status_code == 400
    assert booking.outcome == Outcome.NOT_RECORDED


def test_a_name_of_another_surgery_is_not_on_this_register(as_olu, surgery):
    other = factories.create_booking()
    where = address("register_tap", surgery, other.pk)
    assert as_olu.post(where, {"outcome": "came"}).status_code == 404


def test_a_refused_tap_says_why_and_is_told_apart_from_a_saved_one(as_olu, surgery):
    booking = book(surgery, "Joyce", state=BookingState.CANCELLED)
    response = tap(as_olu, booking)
    assert response.status_code == 409
    assert "Add the name as somebody who walked in" in response.content.decode()


def walk_in(client, surgery, **answers):
    said = {"name": "Marcus", "said": "", "request_key": str(uuid.uuid4())} | answers
    return client.post(address("register_walk_in", surgery), said)


def test_a_walk_in_is_two_fields(as_olu, surgery):
    factories.create_network(series=surgery.series, name="Ladywood Choir")
    response = walk_in(as_olu, surgery, said="ladywood choir")
    page = as_olu.get(response.url).content.decode()
    assert "Marcus" in page and "Told by ladywood choir" in page
    assert surgery.bookings.get().credited_network.name == "Ladywood Choir"


@pytest.mark.parametrize("name", ["", "   ", "x" * 500, "\ufb2c" * 100])
def test_a_walk_in_without_a_fitting_name_is_asked_again(as_olu, surgery, name):
    response = walk_in(as_olu, surgery, name=name, said="the choir")
    assert response.status_code == 422
    page = response.content.decode()
    assert 'value="the choir"' in page
    assert 'class="error' in page
    assert surgery.bookings.count() == 0


@pytest.mark.parametrize(
    "name", ["O'Neill", "王小明", "🙂", "<script>alert(1)</script>", "=1+1", "ΐ" * 100]
)
def test_any_name_can_walk_in(as_olu, surgery, name):
    response = walk_in(as_olu, surgery, name=name)
    assert surgery.bookings.get().attendee.name == name
    assert "<script>alert" not in as_olu.get(response.url).content.decode()


def test_the_door_sees_no_private_network(client, dee, as_olu, surgery):
    mosque = factories.create_network(series=surgery.series, name="Green Lane Mosque", private=True)
    factories.create_network(series=surgery.series, name="Ladywood Choir")
    walk_in(as_olu, surgery, said=mosque.name)
    assert mosque.name in as_olu.get(address("register", surgery)).content.decode()
    client.force_login(dee)
    page = client.get(address("register", surgery)).content.decode()
    assert "Ladywood Choir" in page
    assert mosque.name not in page


def test_before_its_day_the_register_says_when_it_opens(as_olu, surgery):
    booking = book(surgery, "Joyce")
    surgery.on += timedelta(days=1)
    surgery.starts_at += timedelta(days=1)
    surgery.ends_at += timedelta(days=1)
    surgery.save()
    for name in ("register", "register_everyone"):
        page = as_olu.get(address(name, surgery)).content.decode()
        assert "This register opens on" in page and "Joyce" not in page
    assert tap(as_olu, booking).status_code == 409


def test_everyone_lists_the_untouched_and_waits_for_her_yes(as_olu, surgery):
    came, other = book(surgery, "Joyce"), book(surgery, "Winston")
    tap(as_olu, came)
    page = as_olu.get(address("register_everyone", surgery)).content.decode()
    assert "Winston" in page and "Joyce" not in page
    other.refresh_from_db()
    assert other.outcome == Outcome.NOT_RECORDED
    response = as_olu.post(
        address("register_everyone", surgery), {"seen": [str(other.pk)]}, follow=True
    )
    assert "1 name: did not come." in response.content.decode()
    other.refresh_from_db()
    assert other.outcome == Outcome.DID_NOT_COME
    as_olu.post(address("register_everyone", surgery), {"undo": "yes"})
    other.refresh_from_db()
    assert other.outcome == Outcome.NOT_RECORDED


def test_everyone_of_names_that_are_not_hers_marks_nobody(as_olu, surgery):
    stranger = factories.create_booking()
    for seen in (str(stranger.pk), "nonsense"):
        response = as_olu.post(address("register_everyone", surgery), {"seen": [seen]})
        assert response.status_code == 400
    stranger.refresh_from_db()
    assert stranger.outcome == Outcome.NOT_RECORDED


def test_a_head_count_is_kept_and_taken_back(as_olu, surgery):
    where = address("register_head_count", surgery)
    page = as_olu.post(where, {"head_count": "12"}, follow=True).content.decode()
    assert "<span>12</span> <small>in the room" in page
    as_olu.post(where, {"clear": "yes"})
    surgery.refresh_from_db()
    assert surgery.head_count is None


@pytest.mark.parametrize("count", ["", "many", "-1", "1000"])
def test_a_head_count_that_is_no_number_is_asked_again(as_olu, surgery, count):
    response = as_olu.post(address("register_head_count", surgery), {"head_count": count})
    assert response.status_code == 200
    assert 'class="error' in response.content.decode()
    surgery.refresh_from_db()
    assert surgery.head_count is None


def test_the_paper_has_boxes_and_no_contact(as_olu, surgery):
    book(surgery, "Joyce", goal="news")
    page = as_olu.get(address("register_print", surgery)).content.decode()
    assert "Joyce" in page and "Who told them?" in page
    assert "private.example" not in page
    assert page.count("tick-print") == 7


PAGES = ["register", "register_everyone", "register_head_count", "register_print"]
DOORS = ["register_walk_in"]


def test_the_door_may_use_every_page_of_the_register(client, dee, surgery):
    client.force_login(dee)
    assert [client.get(address(name, surgery)).status_code for name in PAGES] == [200] * 4
    booking = book(surgery, "Joyce")
    assert tap(client, booking).status_code == 302
    assert walk_in(client, surgery).status_code == 302


def test_strangers_and_helpers_find_no_register(client, surgery):
    stan = factories.create_user(name="Stan")
    hana = factories.create_user(name="Hana")
    factories.create_member(series=surgery.series, user=hana, role=Role.HELPER)
    booking = book(surgery, "Joyce")
    for who in (stan, hana):
        client.force_login(who)
        for name in PAGES + DOORS:
            assert client.post(address(name, surgery), {}).status_code in (404, 405)
            assert client.get(address(name, surgery)).status_code in (404, 405)
        assert [client.get(address(name, surgery)).status_code for name in PAGES] == [404] * 4
        assert tap(client, booking).status_code == 404
        assert walk_in(client, surgery).status_code == 404
    assert list(Booking.objects.values_list("outcome")) == [(Outcome.NOT_RECORDED,)]


def test_a_cancelled_surgery_has_no_register(as_olu, surgery):
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    assert [as_olu.get(address(name, surgery)).status_code for name in PAGES] == [404] * 4


def test_looking_changes_nothing_and_pages_take_no_other_method(as_olu, surgery):
    booking = book(surgery, "Joyce")
    assert as_olu.get(address("register_tap", surgery, booking.pk)).status_code == 405
    assert as_olu.get(address("register_walk_in", surgery)).status_code == 405
    assert as_olu.post(address("register", surgery)).status_code == 405
    assert as_olu.post(address("register_print", surgery)).status_code == 405
    assert as_olu.put(address("register_everyone", surgery)).status_code == 405
    assert as_olu.put(address("register_head_count", surgery)).status_code == 405
    booking.refresh_from_db()
    assert booking.outcome == Outcome.NOT_RECORDED


STATEMENTS = {"register": 6, "register_everyone": 5, "register_print": 5}


@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize("name", STATEMENTS)
def test_a_long_register_costs_no_more_statements(
    as_olu, surgery, django_assert_num_queries, name, rows
):
    for n in range(rows):
        network = factories.create_network(series=surgery.series)
        book(surgery, f"Person {n}", imported=True, slot=surgery.slots.first(), network=network)
    where = address(name, surgery)
    as_olu.get(where)
    with django_assert_num_queries(STATEMENTS[name]):
        as_olu.get(where)
