"""The demonstration tells one story, whenever it is loaded."""

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Q

from surgeries.management.demo.story import tell
from surgeries.models import Booking, Helping, Message, Series, Surgery
from surgeries.states import CardKind, HelpingState, MessageState, Outcome, SurgeryState
from surgeries.turnout.cards import cards_of
from surgeries.turnout.introductions import circle_of
from tests.factories import LONDON, create_series

pytestmark = pytest.mark.django_db


def through_the_door(surgeries):
    came = Count("bookings", filter=Q(bookings__outcome=Outcome.CAME))
    return list(surgeries.order_by("on").annotate(came=came).values_list("came", flat=True))


# The eve of summer time, and the end of a long month; `now` itself is loaded below.
@pytest.mark.parametrize("night", ["2027-03-27 23:30", "2026-08-31 09:00"])
def test_it_tells_the_same_story_whenever_it_is_loaded(night):
    now = datetime.datetime.fromisoformat(night).replace(tzinfo=LONDON)

    tell(now)

    check_the_story_of_central_birmingham(now)
    check_that_every_series_has_one_evening_to_book(now)
    check_that_nobody_is_mailed_about_the_past(now)
    check_that_somebody_is_to_be_rung_and_an_offer_to_be_answered(now)
    check_that_three_of_four_networks_are_a_warm_way_off()
    check_that_one_network_sends_fewer_than_hoped(now)


def check_the_story_of_central_birmingham(now):
    central = Surgery.objects.filter(series__slug="central-birmingham")
    over = central.filter(ends_at__lte=now).exclude(state=SurgeryState.CANCELLED)

    assert through_the_door(over) == [5, 4, 5, 6, 4, 5, 4, 0, 4, 4]
    forgotten = over.get(state=SurgeryState.PUBLISHED)
    assert forgotten.bookings.untouched().count() == forgotten.bookings.count() == 4
    assert central.filter(state=SurgeryState.CANCELLED).count() == 1
    assert Series.objects.get(slug="low-hill").sprung_from.slug == "central-birmingham"


def check_that_every_series_has_one_evening_to_book(now):
    coming = Surgery.objects.upcoming(now)

    assert {surgery.series.name for surgery in coming} == set(
        Series.objects.values_list("name", flat=True)
    )
    assert len(coming) == 5
    assert all(surgery.takes_bookings(now) for surgery in coming)
    assert all(surgery.places.free().exists() for surgery in coming)


def check_that_nobody_is_mailed_about_the_past(now):
    waiting = Message.objects.filter(state=MessageState.QUEUED)
    [fresh] = waiting

    assert fresh.booking.booked_at == now
    assert fresh.booking.surgery.starts_at > now
    assert not Message.objects.filter(sent_at__gt=now + datetime.timedelta(seconds=4)).exists()
    assert not Message.objects.exclude(pk=fresh.pk).filter(attempts=None).exists()


def check_that_somebody_is_to_be_rung_and_an_offer_to_be_answered(now):
    coming = Booking.objects.filter(surgery__in=Surgery.objects.upcoming(now))

    assert coming.exclude(attendee__contact__contains="@").exists()
    assert coming.filter(messages__state=MessageState.FAILED).count() == 1
    assert Helping.objects.get(state=HelpingState.OFFERED).surgery.starts_at > now


def check_that_three_of_four_networks_are_a_warm_way_off():
    rows = circle_of(Series.objects.get(slug="central-birmingham")).not_reached()

    assert [(row.network.name, row.tie, len(row.steps)) for row in rows] == [
        ("Bordesley Green Parents", "helps", 1),
        ("Aston Elders’ Lunch", "helps", 2),
        ("Eastside Tool Shed", "helps", 2),
        ("Bull Ring Stallholders", "", 0),
    ]


def check_that_one_network_sends_fewer_than_hoped(now):
    series = Series.objects.get(slug="central-birmingham")
    cards = cards_of(series, elsewhere=Series.objects.none(), now=now)

    named = [card.network.name for card in cards if card.kind == CardKind.NOT_WORKING]
    assert named == ["Highgate Tenants"]


def rows():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM surgeries_booking), count(*) FROM accounts_user"
        )
        return cursor.fetchone()


def test_it_is_loaded_once():
    out = StringIO()
    call_command("load_demo", stdout=out)
    loaded = rows()

    call_command("load_demo", stdout=out)

    assert rows() == loaded
    assert out.getvalue() == (
        "Loaded 5 series. Sign in as olu@example.org.\n"
        "There are series here already; the demonstration stays away.\n"
    )


def test_it_stays_away_from_people_who_are_there():
    create_series()

    call_command("load_demo", stdout=StringIO())

    assert Series.objects.count() == 1


def test_a_real_site_refuses_it(settings):
    settings.LOCAL = settings.DEBUG = False

    with pytest.raises(CommandError, match="--force"):
        call_command("load_demo")

    assert not Series.objects.exists()
