"""A booking's life as a machine: anybody may do anything at any time, and every promise holds.

Each step is a real action on the real database. After it all promises are looked at; a word that
is due is sent as a worker would, only without a mail server.
"""

import datetime
import uuid
from collections import namedtuple

from django.db import connection, transaction
from django.db.models import F
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from surgeries.actions import answers, bookings, changes, helpers, register, schedule
from surgeries.actions.derived import owe_what_follows
from surgeries.actions.places import settle_places
from surgeries.messages.wanted import is_still_wanted
from surgeries.models import Attempt, Booking, Helping, Message, Surgery
from surgeries.refusals import Refused
from surgeries.states import HelpingState, HelpingStyle, MessageState
from surgeries.turnout.promises import broken_promises
from tests import factories
from tests.factories import NOW, WEDNESDAY

DAY = datetime.timedelta(days=1)
EVENINGS = 2
MOST_HELPERS = 4
Form = namedtuple("Form", "send slot key name others")

which = st.integers(0, 5)  # the nth of however many there are
evening = st.integers(0, EVENINGS - 1)
time_of_day = st.integers(0, 2)
times_of_day = st.sets(time_of_day, min_size=1)
company = st.integers(1, 3)
few = st.integers(1, 6)


class Life(RuleBasedStateMachine):
    """Two evenings of one series, with two arrival times each and an organiser, Olu."""

    @initialize(
        places=st.sampled_from([(1, 1), (2, 1), (3, 2)]),
        booked=st.lists(company, max_size=3),
        waiting=st.lists(company, max_size=3),
    )
    def begin(self, places, booked, waiting):
        """An evening that some have booked already; when somebody waits for it, it is full."""
        self.one_life = transaction.atomic()
        self.one_life.__enter__()
        self.now, self.forms, self.number, self.helpers = NOW, [], 0, 0
        self.something_happened = False
        self.olu = factories.create_user()
        self.series = factories.create_series(organiser=self.olu)
        for week in range(EVENINGS):
            factories.create_surgery(
                series=self.series,
                on=WEDNESDAY + 7 * week * DAY,
                places=places,
                places_wanted=sum(places),
            )
        for nth, people in enumerate(booked):
            self.book(0, nth, people)
        for nth, chairs in enumerate(places * bool(waiting)):
            for _chair in range(chairs):
                self.book(0, nth, 1)
        for people in waiting:
            self.join(0, {0, 1}, people)

    def teardown(self):
        transaction.set_rollback(True)
        self.one_life.__exit__(None, None, None)

    # What attendees do -----------------------------------------------------------------

    @rule(evening=evening, time=time_of_day, people=company)
    def book(self, evening, time, people):
        self._send(bookings.book_slot, self._slot(evening, time), people)

    @rule(evening=evening, times=times_of_day, people=company)
    def join(self, evening, times, people):
        surgery = self._surgery(evening)
        accepts = list({self._slot(evening, time) for time in times})

        def send(_slot, **answers):
            return bookings.join_waiting_list(surgery, accepts=accepts, **answers)

        self._send(send, None, people)

    @precondition(lambda self: self.forms)
    @rule(nth=which)
    def send_the_same_form_again(self, nth):
        form, made = self.forms[nth % len(self.forms)]
        before = Booking.objects.count()
        again = self._try(form.send, form.slot, **self._answers(form))
        assert Booking.objects.count() == before
        assert again is None or again.pk == made

    @precondition(lambda self: self.forms)
    @rule(nth=which)
    def send_the_same_form_for_somebody_else(self, nth):
        form, _made = self.forms[nth % len(self.forms)]
        before = Booking.objects.count(), Message.objects.count()
        self.number += 1
        other = form._replace(name=f"Somebody {self.number}")
        assert self._try(form.send, form.slot, **self._answers(other)) is None
        assert (Booking.objects.count(), Message.objects.count()) == before

    @rule(nth=which)
    def cancel(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(answers.cancel_booking, booking)

    @rule(nth=which, who=st.sets(st.integers(1, 3), min_size=1))
    def some_of_a_party_cancel(self, nth, who):
        booking = self._booking(nth, party__isnull=False)
        if booking:
            party = Booking.objects.in_party_of(booking).filter(party_number__in=who)
            self._try(answers.cancel_booking, booking, which={one.pk for one in party})

    @rule(nth=which)
    def cancel_and_undo_at_once(self, nth):
        booking = self._booking(nth)
        if booking and self._try(answers.cancel_booking, booking):
            self._try(answers.undo_cancel, booking)

    @rule(nth=which)
    def undo(self, nth):
        booking = self._booking(nth, state="cancelled")
        if booking:
            self._try(answers.undo_cancel, booking)

    @rule(nth=which, time=time_of_day, new_address=st.booleans())
    def change_time(self, nth, time, new_address):
        booking = self._booking(nth)
        if booking:
            person = booking.attendee
            contact = self._contact() if new_address else person.contact
            slot = self._slot_of(booking.surgery, time)
            self._try(
                changes.change_booking,
                booking,
                slot=slot,
                name=person.name,
                contact=contact,
                goal="",
            )

    @rule(nth=which, times=times_of_day)
    def change_times(self, nth, times):
        booking = self._booking(nth, state="waiting")
        if booking:
            accepts = list({self._slot_of(booking.surgery, time) for time in times})
            self._try(changes.change_times, booking, accepts=accepts)

    @rule(nth=which, evening=evening)
    def next_time_instead(self, nth, evening):
        booking = self._booking(nth)
        if booking:
            on = self._surgery(evening).on
            self._try(answers.next_time_instead, booking, on=on)

    @rule(nth=which)
    def say_coming(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(answers.say_coming, booking)

    @rule(nth=which)
    def correct_contact(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(changes.correct_contact, booking, contact=self._contact())

    @rule(nth=which)
    def ring_instead(self, nth):
        booking = self._booking(nth)
        if booking:
            self.number += 1
            self._try(changes.ring_instead, booking, number=f"+4474002{self.number:05}")

    @rule(nth=which)
    def write_again(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(changes.write_again, booking)

    # What the organiser does -----------------------------------------------------------

    @rule(nth=which)
    def give_place(self, nth):
        booking = self._booking(nth, state__in=("waiting", "displaced"))
        if booking:
            self._try(changes.give_place, booking, by=self.olu)

    @rule(nth=which)
    def displace(self, nth):
        booking = self._booking(nth, state="booked")
        if booking:
            self._try(changes.displace_booking, booking, by=self.olu)

    @rule(evening=evening, places=st.none() | few, days=st.sampled_from([0, 0, 0, 1]), length=few)
    def edit(self, evening, places, days, length):
        """More or fewer places, another day, more or fewer arrival times."""
        surgery = self._surgery(evening)
        starts = surgery.starts_local
        self._try(
            schedule.move_surgery,
            surgery,
            place=surgery.venue.name,
            on=surgery.on + days * DAY,
            starts=starts.time(),
            ends=(starts + length * datetime.timedelta(minutes=45)).time(),
            places_wanted=places,
            by=self.olu,
        )

    @precondition(lambda self: self.now > NOW + DAY)
    @rule(evening=evening)
    def cancel_surgery(self, evening):
        self._try(schedule.cancel_surgery, self._surgery(evening), by=self.olu)

    @rule(nth=which)
    def record_came(self, nth):
        booking = self._booking(nth, state__in=("booked", "displaced"))
        if booking:
            self._try(register.record_came, booking, by=self.olu)

    # What helpers do -------------------------------------------------------------------

    @precondition(lambda self: self.helpers < MOST_HELPERS)
    @rule(evening=evening)
    def helper_comes(self, evening):
        self.helpers += 1
        helping = self._try(
            helpers.offer_help,
            self._surgery(evening),
            name=f"Hana {self.helpers}",
            email=f"hana{self.helpers}@example.org",
            style=HelpingStyle.JUST_ONCE,
        )
        if helping:
            self._try(helpers.confirm_helping, helping, by=self.olu)

    @rule(nth=which)
    def helper_withdraws(self, nth):
        helping = self._helping(nth)
        if helping:
            self._try(helpers.withdraw_helping, helping)

    @rule(nth=which, late=st.booleans())
    def helper_comes_for_a_part(self, nth, late):
        helping = self._helping(nth)
        if helping:
            middle = datetime.time(18, 0)
            hours = (middle, None) if late else (None, middle)
            surgery = Surgery.objects.locked().get(pk=helping.surgery_id)
            helping.helps_from, helping.helps_until = hours
            helping.save(update_fields=["helps_from", "helps_until"])
            self._try(settle_places, surgery)

    # Time passes, and the worker comes --------------------------------------------------

    @rule(minutes=st.sampled_from([1, 20, 31, 60, 12 * 60, 24 * 60, 48 * 60]))
    def time_passes(self, minutes):
        self.now += datetime.timedelta(minutes=minutes)

    @rule(evening=evening, minutes=st.sampled_from([-125, -119, -1, 1, 46, 90]))
    def it_is_nearly_time(self, evening, minutes):
        """To just before the last two hours, into them, or into the evening itself."""
        moment = self._surgery(evening).starts_at + datetime.timedelta(minutes=minutes)
        self.now = max(self.now, moment)

    @rule()
    def a_worker_comes(self):
        self._try(owe_what_follows)
        for message in Message.objects.due(self.now).select_related(
            "booking__attendee", "booking__surgery", "helping__helper", "helping__surgery"
        ):
            self._send_message(message)

    def _send_message(self, message):
        if message.expires_at <= self.now:
            message.state = MessageState.EXPIRED
        elif not is_still_wanted(message):
            message.state = MessageState.CANCELLED
        else:
            message.state, message.sent_at = MessageState.SENT, self.now
            message.attempts_made += 1
            Attempt.objects.create(
                message=message,
                number=message.attempts_made,
                worker="w",
                started_at=self.now,
                finished_at=self.now + datetime.timedelta(milliseconds=1),
                outcome="sent",
            )
        message.save()

    # After every step ------------------------------------------------------------------

    @invariant()
    def every_promise_is_kept(self):
        if not self.something_happened:
            return
        self.something_happened = False
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        broken = broken_promises(self.now)
        assert not broken, [(one.promise.sentence, one.rows) for one in broken]

    # Finding things --------------------------------------------------------------------

    def _try(self, action, *args, **kwargs):
        """What the action returns, or None when it refuses."""
        try:
            done = action(*args, now=self.now, **kwargs)
        except Refused:
            return None
        self.something_happened = True
        return done

    def _send(self, send, slot, people):
        self.number += 1
        others = tuple(f"Friend {self.number}-{n}" for n in range(1, people))
        form = Form(send, slot, uuid.uuid4(), f"Person {self.number}", others)
        made = self._try(send, slot, **self._answers(form))
        if made:
            self.forms.append((form, made.pk))

    def _answers(self, form):
        return {
            "name": form.name,
            "others": form.others,
            "contact": f"{form.key}@example.org",
            "request_key": form.key,
        }

    def _contact(self):
        """Now and then a phone number, which no message reaches."""
        self.number += 1
        if self.number % 3 == 0:
            return f"+4474001{self.number:05}"
        return f"new{self.number}@example.org"

    def _surgery(self, evening):
        surgeries = Surgery.objects.filter(series=self.series).select_related("series", "venue")
        return surgeries.order_by("pk")[evening]

    def _slot(self, evening, time):
        return self._slot_of(self._surgery(evening), time)

    def _slot_of(self, surgery, time):
        slots = list(surgery.slots.select_related("surgery__series").order_by("starts_at"))
        return slots[time % len(slots)]

    def _booking(self, nth, **of):
        """The nth of these, those first who still come."""
        found = Booking.objects.filter(**of).select_related("attendee", "surgery", "slot")
        found = list(
            found.order_by(F("cancelled_at").desc(nulls_first=True), "booked_at", "attendee__name")
        )
        return found[nth % len(found)] if found else None

    def _helping(self, nth):
        found = Helping.objects.filter(state=HelpingState.CONFIRMED).order_by("pk")
        return found[nth % len(found)] if found else None
