"""Whatever helpers and people do, the chairs are those that were dealt and those that are held."""

import contextlib
import uuid
from collections import Counter
from datetime import time

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surgeries.actions import helpers
from surgeries.actions.answers import cancel_booking
from surgeries.actions.bookings import book_slot
from surgeries.actions.places import chairs_of, without_a_chair
from surgeries.actions.schedule import move_surgery
from surgeries.models import Booking, Surgery
from surgeries.refusals import Refused
from surgeries.rules import schedule as rules
from surgeries.states import BookingState, HelpingState, HelpingStyle
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

HOURS = ((None, None), (None, time(18)), (time(18), None), (time(18, 30), None))
who = st.integers(0, 3)
DEEDS = st.one_of(
    st.tuples(st.just("confirm"), who),
    st.tuples(st.just("withdraw"), who),
    st.tuples(st.just("night off"), who),
    st.tuples(st.just("offer again"), who),
    st.tuples(st.just("hours"), who, st.sampled_from(HOURS)),
    st.tuples(st.just("hours"), st.integers(0, 1), st.sampled_from(HOURS)),
    st.tuples(st.just("places wanted"), st.booleans(), st.sampled_from((None, 1, 3, 8))),
    st.tuples(st.just("book"), st.integers(0, 1), st.integers(1, 3)),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
)
THREE = (HelpingStyle.JUST_ONCE, HelpingStyle.JUST_ONCE, HelpingStyle.SIT_BESIDE)


class Evening:
    """One evening with its cast, and what can be done to it."""

    def __init__(self):
        self.olu = factories.create_user()
        series = factories.create_series(organiser=self.olu)
        self.surgery = factories.create_surgery(series=series, places=(1, 1))
        self.helpings = [
            factories.create_helping(surgery=self.surgery, state=HelpingState.OFFERED, style=style)
            for style in (*THREE, HelpingStyle.JUST_ONCE)
        ]
        self.slots = list(self.surgery.slots.select_related("surgery__series"))
        self.confirm(0)
        self.confirm(1)

    def do(self, deed, *how):
        getattr(self, deed.replace(" ", "_"))(*how)

    def confirm(self, who):
        helpers.confirm_helping(self.helpings[who], by=self.olu, now=NOW)

    def withdraw(self, who):
        helpers.withdraw_helping(self.helpings[who], now=NOW)

    def night_off(self, who):
        helpers.give_night_off(self.helpings[who], by=self.olu, now=NOW)

    def offer_again(self, who):
        helpers.offer_again(self.helpings[who], now=NOW)

    def hours(self, who, hours):
        comes, leaves = hours
        helpers.change_hours(self.helpings[who], comes=comes, leaves=leaves, now=NOW)

    def places_wanted(self, organiser_helps, places):
        move_surgery(
            self.surgery,
            place=self.surgery.venue.name,
            on=self.surgery.on,
            starts=time(17, 30),
            ends=time(19),
            organiser_helps=organiser_helps,
            places_wanted=places,
            by=self.olu,
            now=NOW,
        )

    def book(self, which, people):
        others = [f"Person {number}" for number in range(1, people)]
        slot = self.slots[which]
        book_slot(slot, name="A", contact=None, others=others, request_key=uuid.uuid4(), now=NOW)

    def cancel(self, which):
        bookings = self.surgery.bookings.filter(state=BookingState.BOOKED).order_by("pk")
        if bookings:
            cancel_booking(bookings[which % len(bookings)], now=NOW)

    def held(self):
        """{booking: (its time, its place)} of everybody who is booked."""
        booked = Booking.objects.filter(surgery=self.surgery, state=BookingState.BOOKED)
        return {b.pk: (b.slot_id, b.place_id) for b in booked}

    def chairs(self):
        self.surgery = Surgery.objects.select_related("series", "venue").get(pk=self.surgery.pk)
        return chairs_of(self.surgery, self.slots)

    def dealt(self):
        """How many chairs each time should have, by the one rule there is (R8)."""
        at = Counter(slot for slot, _place in self.held().values())
        return rules.deal(self.chairs(), [at[slot.pk] for slot in self.slots])

    def most_seated(self):
        """How many of those who are booked can sit at once, each at her time."""
        number = {slot.pk: n for n, slot in enumerate(self.slots)}
        times = [number[slot] for slot, _place in self.held().values()]
        return most_seated(times, self.chairs())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(DEEDS, min_size=5, max_size=12))
def test_in_any_order_places_are_dealt_and_held_ones_and_nobody_is_moved(deeds):
    """And as many lack a chair as cannot all be seated, counted another way."""
    with transaction.atomic():
        evening = Evening()
        before = evening.held()
        for deed in deeds:
            with contextlib.suppress(Refused):
                evening.do(*deed)
            held = evening.held()
            if deed[0] not in ("book", "cancel"):
                assert held == before, deed
            assert all(held[pk] == before[pk] for pk in held.keys() & before.keys()), deed
            assert [slot.places.count() for slot in evening.slots] == evening.dealt(), deed
            before = held
        assert without_a_chair(evening.surgery) == len(before) - evening.most_seated()
        transaction.set_rollback(True)


def most_seated(times, chairs):
    """The most people on chairs that are there at their time, by augmenting paths."""
    sits = {}

    def find(person, seen):
        for chair, stays in enumerate(chairs):
            if times[person] in stays and chair not in seen:
                seen.add(chair)
                if chair not in sits or find(sits[chair], seen):
                    sits[chair] = person
                    return True
        return False

    return sum(find(person, set()) for person in range(len(times)))
