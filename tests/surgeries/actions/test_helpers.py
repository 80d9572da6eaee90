import threading
from datetime import timedelta

import pytest
from django.db import connection

from surgeries.actions import helpers as actions
from surgeries.models import Helper, Helping, Message, Place
from surgeries.refusals import Refused
from surgeries.states import HelpingState, HelpingStyle, MessageKind, MessageState, SurgeryState
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    return factories.create_surgery(series=factories.create_series(organiser=olu), places=(1, 1))


def offer(surgery, **changes):
    answers = {"name": "Hana Müller", "email": "Hana@Example.org", "style": "just_once"}
    return actions.offer_help(surgery, **{"now": NOW} | answers | changes)


def owed():
    return sorted(Message.objects.values_list("kind", flat=True))


def test_an_offer_is_kept_and_answered_and_adds_no_place(surgery):
    helping = offer(surgery, can_help_with="photos", show_name=True)
    helper = helping.helper
    assert (helper.name, helper.email, helper.can_help_with) == (
        "Hana Müller",
        "hana@example.org",
        "photos",
    )
    assert (helping.state, helping.style, helping.offered_at) == ("offered", "just_once", NOW)
    assert helper.name_public_from == NOW
    assert Helping.objects.by_secret(helping.secret).get() == helping
    assert owed() == [MessageKind.OFFER_RECEIVED]
    assert Place.objects.count() == 2


def test_no_name_is_public_without_her_yes(surgery):
    assert offer(surgery).helper.name_public_from is None


def test_the_same_evening_twice_is_the_same_offer(surgery):
    first = offer(surgery)
    again = offer(surgery, now=NOW + timedelta(hours=1), style="regular")
    assert (again.pk, again.style) == (first.pk, "just_once")
    assert owed() == [MessageKind.OFFER_RECEIVED]


def test_whoever_types_her_address_changes_nothing_about_her(surgery):
    offer(surgery)
    offer(surgery, name="Stan", can_help_with="evil", show_name=True)
    helper = Helper.objects.get()
    assert (helper.name, helper.can_help_with, helper.name_public_from) == (
        "Hana Müller",
        "",
        None,
    )


@pytest.mark.django_db(transaction=True)
def test_the_same_offer_sent_six_times_at_once_is_one(surgery):
    start, errors = threading.Barrier(6), []

    def send():
        try:
            start.wait()
            offer(surgery)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (Helper.objects.count(), Helping.objects.count()) == (1, 1)
    assert owed() == [MessageKind.OFFER_RECEIVED]


def test_nobody_offers_for_an_evening_that_is_over_or_cancelled(surgery):
    with pytest.raises(Refused, match="over"):
        offer(surgery, now=surgery.ends_at)
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    with pytest.raises(Refused, match="cancelled"):
        offer(surgery)
    assert (Helper.objects.count(), owed()) == (0, [])


def test_her_places_follow_the_organisers_yes(surgery, olu):
    helping = offer(surgery)
    actions.confirm_helping(helping, by=olu, now=NOW)
    helping.refresh_from_db()
    assert (helping.state, helping.answered_at) == (HelpingState.CONFIRMED, NOW)
    assert Place.objects.count() == 4
    assert owed() == [MessageKind.OFFER_ACCEPTED, MessageKind.OFFER_RECEIVED]
    actions.confirm_helping(helping, by=olu, now=NOW + timedelta(hours=1))
    assert len(owed()) == 2


def test_whoever_sits_beside_somebody_first_adds_no_place(surgery, olu):
    actions.confirm_helping(offer(surgery, style=HelpingStyle.SIT_BESIDE), by=olu, now=NOW)
    assert Place.objects.count() == 2


def test_free_places_go_with_her_and_bookings_stand(surgery, olu):
    helping = offer(surgery)
    actions.confirm_helping(helping, by=olu, now=NOW)
    bookings = [factories.create_booking(surgery=surgery) for _ in range(3)]
    actions.withdraw_helping(helping, now=NOW)
    helping.refresh_from_db()
    assert helping.state == HelpingState.WITHDRAWN
    assert Place.objects.count() == 3
    assert all(Place.objects.filter(booking=booking).exists() for booking in bookings)


def test_withdrawing_calls_off_what_we_still_owed_her(surgery, olu):
    helping = offer(surgery)
    actions.withdraw_helping(helping, now=NOW)
    actions.withdraw_helping(helping, by=olu, now=NOW)
    assert Message.objects.get().state == MessageState.CANCELLED


def test_she_can_come_after_all_and_is_answered_anew(surgery, olu):
    helping = offer(surgery)
    actions.confirm_helping(helping, by=olu, now=NOW)
    actions.withdraw_helping(helping, now=NOW)
    later = NOW + timedelta(hours=1)
    actions.offer_again(helping, now=later)
    helping.refresh_from_db()
    assert (helping.state, helping.offered_at) == (HelpingState.OFFERED, later)
    assert Place.objects.count() == 2
    actions.confirm_helping(helping, by=olu, now=later)
    assert Place.objects.count() == 4
    assert owed() == 2 * [MessageKind.OFFER_ACCEPTED] + 2 * [MessageKind.OFFER_RECEIVED]


def test_whoever_types_her_address_does_not_bring_her_back(surgery):
    helping = offer(surgery)
    actions.withdraw_helping(helping, now=NOW)
    day_after = NOW + timedelta(days=1)
    for when in (day_after, day_after + timedelta(hours=1)):
        assert offer(surgery, now=when) == helping
    helping.refresh_from_db()
    assert (helping.state, helping.offered_at) == (HelpingState.WITHDRAWN, NOW)
    queued = Message.objects.filter(state=MessageState.QUEUED)
    assert [message.owed_at for message in queued] == [day_after]


def test_after_the_organisers_no_her_link_still_goes_out(surgery, olu):
    actions.withdraw_helping(offer(surgery), by=olu, now=NOW)
    assert Message.objects.get().state == MessageState.QUEUED


def test_whoever_withdrew_cannot_be_confirmed(surgery, olu):
    helping = offer(surgery)
    actions.withdraw_helping(helping, now=NOW)
    with pytest.raises(Refused, match="Hana cannot come"):
        actions.confirm_helping(helping, by=olu, now=NOW)
    assert Place.objects.count() == 2


def test_what_is_over_stays_as_it_was(surgery, olu):
    helping = offer(surgery)
    for act in (
        lambda now: actions.confirm_helping(helping, by=olu, now=now),
        lambda now: actions.withdraw_helping(helping, now=now),
        lambda now: actions.offer_again(helping, now=now),
    ):
        with pytest.raises(Refused, match="over"):
            act(surgery.ends_at)
    helping.refresh_from_db()
    assert helping.state == HelpingState.OFFERED


def test_her_name_is_hers_to_show_and_to_hide(surgery):
    helper = offer(surgery).helper
    actions.show_helper_name(helper, shown=True, now=NOW)
    assert Helper.objects.get().name_public_from == NOW
    actions.show_helper_name(helper, shown=False, now=NOW)
    assert Helper.objects.get().name_public_from is None
