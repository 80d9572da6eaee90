"""The range on the organiser's pages, and a few more places in one tap."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking, Message
from surgeries.states import Outcome
from tests import factories

pytestmark = pytest.mark.django_db


def on(days):
    return timezone.localdate() + datetime.timedelta(days=days)


@pytest.fixture
def surgery(series):
    """Six places for three who help, all taken."""
    surgery = factories.create_surgery(series=series, on=on(7), places=(3, 3))
    for _ in range(2):
        factories.create_helping(surgery=surgery)
    for _ in range(6):
        factories.create_booking(surgery=surgery)
    return surgery


def page(client, name, *args):
    return " ".join(client.get(reverse(name, args=args)).content.decode().split())


def test_she_reads_a_range_and_how_we_got_it(as_olu, series, surgery):
    words = page(as_olu, "surgery_detail", "central", surgery.pk)
    assert "2 to 5 people may come." in words
    assert "we expect 3.9 on average" in words
    assert "We take 65% for everybody." in words
    assert "from 30 on we learn from it" in words
    assert "2 to 5 people may come." in page(as_olu, "surgery_list", "central")
    assert "2 to 5 people may come." in page(as_olu, "series_week", "central")


def test_from_30_on_she_reads_who_comes_by_when_they_booked(as_olu, series, surgery):
    past = factories.create_surgery(series=series, on=on(-7), places=())
    for number in range(40):
        factories.create_booking(
            surgery=past,
            imported=True,
            booked_at=past.starts_at - datetime.timedelta(days=20 * (number % 2)),
            outcome=Outcome.DID_NOT_COME if number % 4 == 1 else Outcome.CAME,
        )
    words = page(as_olu, "surgery_detail", "central", surgery.pk)
    assert "30 of 40 came: 75%." in words
    assert '<th scope="row">on the day itself</th>' in words
    assert "the networks differ no more than chance would make them" in words


def test_with_nobody_booked_it_says_when_there_will_be_one(as_olu, series):
    empty = factories.create_surgery(series=series, on=on(7))
    words = page(as_olu, "surgery_detail", "central", empty.pk)
    assert "Once somebody has booked, we say here how many may come." in words
    assert "may come." not in page(as_olu, "surgery_list", "central")


def test_places_worth_opening_are_off_until_she_ticks_them(as_olu, series, surgery):
    assert "worth opening" not in page(as_olu, "surgery_detail", "central", surgery.pk)
    settings = as_olu.get(reverse("series_edit", args=["central"])).context["form"]
    assert settings["suggests_more_places"].value() is False
    answers = {name: settings[name].value() or "" for name in settings.fields}
    answers |= {"suggests_more_places": "on", "usual_start": "17:30"}
    as_olu.post(reverse("series_edit", args=["central"]), answers)
    assert "1 more place is worth opening" in page(as_olu, "surgery_detail", "central", surgery.pk)


def test_one_tap_opens_them_and_tells_nobody(as_olu, series, surgery):
    series.suggests_more_places = True
    series.save()
    words = as_olu.get(reverse("surgery_detail", args=["central", surgery.pk])).content.decode()
    form = words.partition('id="more-places"')[2].partition("</form>")[0]
    fields = dict(part.split('" value="')[:2] for part in _hidden(form))
    answer = as_olu.post(reverse("surgery_edit", args=["central", surgery.pk]), fields)
    assert answer.status_code == 302
    before = surgery.schedule_version
    surgery.refresh_from_db()
    assert (surgery.places.count(), surgery.places_wanted) == (7, 7)
    assert (surgery.schedule_version, surgery.starts_local.hour) == (before, 17)
    assert not Message.objects.exists()
    assert "worth opening" not in page(as_olu, "surgery_detail", "central", surgery.pk)
    factories.create_booking(surgery=surgery)
    assert "worth opening" not in page(as_olu, "surgery_detail", "central", surgery.pk)


def _hidden(form):
    for field in form.split('<input type="hidden" name="')[1:]:
        yield field.partition('">')[0]


def test_nothing_is_worth_opening_while_a_place_is_free_or_the_room_is_small(
    as_olu, series, surgery
):
    series.suggests_more_places = True
    series.save()
    Booking.objects.filter(pk=surgery.bookings.first().pk).delete()
    assert "worth opening" not in page(as_olu, "surgery_detail", "central", surgery.pk)
    small = factories.create_surgery(series=series, on=on(14), places=(1, 1))
    for _ in range(2):
        factories.create_booking(surgery=small)
    assert "worth opening" not in page(as_olu, "surgery_detail", "central", small.pk)


@pytest.mark.parametrize("rows", [1, 100])
def test_the_list_costs_the_same_however_many_are_booked(
    as_olu, series, django_assert_num_queries, rows
):
    for number in range(rows):
        network = factories.create_network(series=series)
        evening = factories.create_surgery(series=series, on=on(7 + number), places=(1,))
        factories.create_booking(surgery=evening, network=network)
    with django_assert_num_queries(8):
        page(as_olu, "surgery_list", "central")
