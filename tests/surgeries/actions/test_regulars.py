"""Whoever helps most times is down for every evening (R38)."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from surgeries.actions import helpers as actions
from surgeries.actions import regulars
from surgeries.actions.schedule import copy_surgery, create_surgery, publish_surgery
from surgeries.models import Helper, Helping, Message
from surgeries.states import HelpingState, HelpingStyle, MessageKind, SurgeryState
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
CONFIRMED, OFFERED, WITHDRAWN = (
    HelpingState.CONFIRMED,
    HelpingState.OFFERED,
    HelpingState.WITHDRAWN,
)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


@pytest.fixture
def surgery(series):
    return factories.create_surgery(series=series, places=(1, 1))


def offer(surgery, style=HelpingStyle.REGULAR, email="hana@example.org"):
    return actions.offer_help(surgery, name="Hana Müller", email=email, style=style, now=NOW)


def places(surgery):
    return surgery.places.count()


def owed(kind):
    return Message.objects.filter(kind=kind).count()


def states(helper):
    """Her evenings by date, each with its state and style."""
    rows = helper.helpings.order_by("surgery__on")
    return list(rows.values_list("surgery__on", "state", "style"))


def test_an_offer_alone_makes_nobody_regular(surgery, series):
    later = factories.create_surgery(series=series, on=WEDNESDAY + WEEK)
    offer(surgery)
    assert Helper.objects.get().regular_from is None
    assert not later.helpings.exists()


def test_the_organisers_yes_is_for_every_published_evening_to_come(surgery, series, olu):
    later = factories.create_surgery(series=series, on=WEDNESDAY + WEEK, places=(1, 1))
    draft = factories.create_surgery(
        series=series, on=WEDNESDAY + 2 * WEEK, state=SurgeryState.DRAFT
    )
    over = factories.create_surgery(series=series, on=WEDNESDAY - 2 * WEEK)
    elsewhere = factories.create_surgery(on=WEDNESDAY + WEEK)
    actions.confirm_helping(offer(surgery), by=olu, now=NOW)
    helper = Helper.objects.get()
    assert helper.regular_from == NOW
    assert states(helper) == [
        (surgery.on, CONFIRMED, HelpingStyle.REGULAR),
        (later.on, CONFIRMED, HelpingStyle.REGULAR),
    ]
    assert (places(surgery), places(later)) == (4, 4)
    for other in (draft, over, elsewhere):
        assert not other.helpings.exists()
    assert (owed(MessageKind.OFFER_ACCEPTED), owed(MessageKind.HELPING_ADDED)) == (1, 1)
    added = later.helpings.get()
    assert Helping.objects.by_secret(added.secret).get() == added


def test_a_yes_to_just_this_once_is_for_that_evening_only(surgery, series, olu):
    factories.create_surgery(series=series, on=WEDNESDAY + WEEK)
    actions.confirm_helping(offer(surgery, HelpingStyle.JUST_ONCE), by=olu, now=NOW)
    assert Helper.objects.get().regular_from is None
    assert Helping.objects.count() == 1


def test_saying_yes_twice_changes_nothing(surgery, series, olu):
    factories.create_surgery(series=series, on=WEDNESDAY + WEEK)
    helping = offer(surgery)
    for _ in range(2):
        actions.confirm_helping(helping, by=olu, now=NOW)
    assert Helping.objects.count() == 2
    assert Message.objects.count() == 3


def test_what_she_offered_or_said_no_to_elsewhere_is_settled_by_the_yes(surgery, series, olu):
    asked = factories.create_surgery(series=series, on=WEDNESDAY + WEEK, places=(1, 1))
    declined = factories.create_surgery(series=series, on=WEDNESDAY + 2 * WEEK, places=(1, 1))
    helping = offer(surgery)
    offer(asked, HelpingStyle.JUST_ONCE)
    actions.withdraw_helping(offer(declined, HelpingStyle.JUST_ONCE), now=NOW)
    actions.confirm_helping(helping, by=olu, now=NOW)
    assert [state for _on, state, _style in states(Helper.objects.get())] == [
        CONFIRMED,
        CONFIRMED,
        WITHDRAWN,
    ]
    assert (places(asked), places(declined)) == (4, 2)
    assert (owed(MessageKind.OFFER_ACCEPTED), owed(MessageKind.HELPING_ADDED)) == (2, 0)


def test_a_newly_published_evening_has_her_and_her_places_and_tells_her(surgery, series, olu):
    actions.confirm_helping(offer(surgery), by=olu, now=NOW)
    draft = create_surgery(series, place="Hall", on=WEDNESDAY + WEEK, by=olu, now=NOW)
    assert not draft.helpings.exists()
    published = publish_surgery(draft, by=olu, now=NOW)
    helping = published.helpings.get()
    assert (helping.state, helping.style) == (CONFIRMED, HelpingStyle.REGULAR)
    assert places(published) == 4
    message = Message.objects.get(kind=MessageKind.HELPING_ADDED)
    assert message.helping == helping
    copy = copy_surgery(surgery, by=olu, now=NOW)
    assert copy.helpings.get().helper == helping.helper


def test_only_who_is_regular_and_known_is_put_down(surgery, series, olu):
    factories.create_helper(series=series)
    factories.create_helper(series=series, regular_from=NOW, erased_at=NOW, name="", email="")
    factories.create_helper(series=factories.create_series(), regular_from=NOW)
    hana = factories.create_helper(series=series, regular_from=NOW)
    published = copy_surgery(surgery, by=olu, now=NOW)
    assert [helping.helper for helping in published.helpings.all()] == [hana]


@pytest.mark.parametrize("rows", [1, 3])
def test_publishing_costs_the_same_for_one_regular_and_for_three(
    series, olu, django_assert_num_queries, rows
):
    for _ in range(rows):
        factories.create_helper(series=series, regular_from=NOW)
    draft = create_surgery(series, place="Hall", on=WEDNESDAY, by=olu, now=NOW)
    with django_assert_num_queries(13):
        publish_surgery(draft, by=olu, now=NOW)


def test_not_this_one_is_for_one_evening(surgery, series, olu):
    later = factories.create_surgery(series=series, on=WEDNESDAY + WEEK, places=(1, 1))
    actions.confirm_helping(offer(surgery), by=olu, now=NOW)
    actions.withdraw_helping(later.helpings.get(), now=NOW)
    assert Helper.objects.get().regular_from == NOW
    assert (places(surgery), places(later)) == (4, 2)
    assert copy_surgery(surgery, by=olu, now=NOW).helpings.get().state == CONFIRMED


@pytest.mark.parametrize("by_olu", [True, False])
def test_no_longer_most_times_is_for_what_comes_later(surgery, series, olu, by_olu):
    actions.confirm_helping(offer(surgery), by=olu, now=NOW)
    helper = Helper.objects.get()
    by = olu if by_olu else None
    regulars.come_no_longer_most_times(helper, by=by, now=NOW + WEEK / 7)
    helper.refresh_from_db()
    assert helper.regular_from is None
    assert helper.last_active_at == (NOW if by_olu else NOW + WEEK / 7)
    assert states(helper) == [(surgery.on, CONFIRMED, HelpingStyle.JUST_ONCE)]
    assert places(surgery) == 4
    assert not copy_surgery(surgery, by=olu, now=NOW).helpings.exists()


def test_whoever_comes_once_may_ask_to_come_most_times(surgery, series, olu):
    later = factories.create_surgery(series=series, on=WEDNESDAY + WEEK)
    helping = offer(surgery, HelpingStyle.JUST_ONCE)
    actions.confirm_helping(helping, by=olu, now=NOW)
    regulars.ask_to_come_most_times(helping, now=NOW)
    helping.refresh_from_db()
    assert (helping.style, Helper.objects.get().regular_from) == (HelpingStyle.REGULAR, None)
    assert places(surgery) == 4
    actions.confirm_helping(helping, by=olu, now=NOW)
    assert Helper.objects.get().regular_from == NOW
    assert later.helpings.get().state == CONFIRMED
    assert (owed(MessageKind.OFFER_ACCEPTED), owed(MessageKind.HELPING_ADDED)) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "when"),
    [
        ({"style": HelpingStyle.SIT_BESIDE}, NOW),
        ({"state": WITHDRAWN}, NOW),
        ({}, NOW + 2 * WEEK),
    ],
)
def test_asking_is_for_whoever_comes_and_is_no_beginner(surgery, fields, when):
    helping = factories.create_helping(surgery=surgery, **fields)
    regulars.ask_to_come_most_times(helping, now=when)
    style = helping.style
    helping.refresh_from_db()
    assert helping.style == style


@pytest.mark.django_db(transaction=True)
def test_no_evening_slips_between_the_yes_and_the_publishing(series, olu):
    """However the two meet, she is down for the evening that is published that moment."""
    for number in range(12):
        first = factories.create_surgery(series=series, on=WEDNESDAY + 2 * number * WEEK)
        draft = factories.create_surgery(
            series=series, on=first.on + WEEK, state=SurgeryState.DRAFT
        )
        helping = offer(first, email=f"hana{number}@example.org")
        at_once(
            lambda helping=helping: actions.confirm_helping(helping, by=olu, now=NOW),
            lambda draft=draft: publish_surgery(draft, by=olu, now=NOW),
        )
        here = draft.helpings.filter(helper=helping.helper, state=CONFIRMED)
        assert here.count() == 1, f"round {number}"


def at_once(*deeds):
    """Do these at the same moment; fails when one of them does."""
    barrier, faults = threading.Barrier(len(deeds)), []

    def do(deed):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            deed()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
