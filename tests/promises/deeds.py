"""What people do with bookings, each deed a real action on the real database.

`tests.promises.life` does them in every order it can think of, `tests.chaos` in many processes at
once. A deed that finds nothing to be done to does nothing; what is refused is no fault.
"""

import datetime
import uuid
from collections import namedtuple

from django.db.models import F

from surgeries.actions import answers, bookings, changes, helpers, register, schedule
from surgeries.models import Booking, Helping, Surgery
from surgeries.refusals import Refused
from surgeries.states import HelpingState, HelpingStyle
from tests import factories
from tests.factories import WEDNESDAY

DAY = datetime.timedelta(days=1)
EVENINGS = 2
MOST_HELPERS = 4
Form = namedtuple("Form", "send slot key name others")

# What may be said with a deed: one of a tuple, or some, at least one, of a set.
NTH = tuple(range(6))  # the nth of however many there are
EVENING = tuple(range(EVENINGS))
TIME = (0, 1, 2)
TIMES = frozenset(TIME)
COMPANY = (1, 2, 3)
FEW = (1, 2, 3, 4, 5, 6)


def deed(**said):
    """Mark a method as something people do, with what they may say: {argument: words}."""

    def marked(method):
        method.said = said
        return method

    return marked


def create_evenings(olu, places, **first):
    """A series of Olu's with its evenings, a week apart; `first` is special to the first one."""
    series = factories.create_series(organiser=olu)
    for week in range(EVENINGS):
        factories.create_surgery(
            series=series,
            places=places,
            places_wanted=sum(places),
            **({"on": WEDNESDAY + 7 * week * DAY} | (first if week == 0 else {})),
        )
    return series


class Deeds:
    """People at two evenings of one series, which Olu organises."""

    may_cancel_surgery = True

    def come_to(self, series, *, now, mark=""):
        """Before the first deed. `mark` stands in the names of these people and no others."""
        self.series, self.olu, self.now, self.mark = series, series.started_by, now, mark
        self.evenings = list(series.surgeries.order_by("pk"))
        self.forms, self.number, self.helpers = [], 0, 0
        self.something_happened = False

    @classmethod
    def all(cls):
        """Every deed by its name."""
        return {name: found for name, found in vars(cls).items() if hasattr(found, "said")}

    # What attendees do -----------------------------------------------------------------

    @deed(evening=EVENING, time=TIME, people=COMPANY)
    def book(self, evening, time, people):
        self._send(bookings.book_slot, self._slot(evening, time), people)

    @deed(evening=EVENING, times=TIMES, people=COMPANY)
    def join(self, evening, times, people):
        surgery = self._surgery(evening)
        accepts = list({self._slot(evening, time) for time in times})

        def send(_slot, **answers):
            return bookings.join_waiting_list(surgery, accepts=accepts, **answers)

        self._send(send, None, people)

    @deed(nth=NTH)
    def send_the_same_form_again(self, nth):
        if self.forms:
            form, made = self.forms[nth % len(self.forms)]
            before = self._made_by(form)
            again = self._try(form.send, form.slot, **self._answers(form))
            assert self._made_by(form) == before
            assert again is None or again.pk == made

    @deed(nth=NTH)
    def send_the_same_form_for_somebody_else(self, nth):
        if self.forms:
            form, _made = self.forms[nth % len(self.forms)]
            other = form._replace(name=f"Somebody {self._next()}", others=())
            assert self._try(form.send, form.slot, **self._answers(other)) is None
            assert self._made_by(other) == 0

    @deed(nth=NTH)
    def cancel(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(answers.cancel_booking, booking)

    @deed(nth=NTH, who=frozenset(COMPANY))
    def some_of_a_party_cancel(self, nth, who):
        booking = self._booking(nth, party__isnull=False)
        if booking:
            party = Booking.objects.in_party_of(booking).filter(party_number__in=who)
            self._try(answers.cancel_booking, booking, which={one.pk for one in party})

    @deed(nth=NTH)
    def cancel_and_undo_at_once(self, nth):
        booking = self._booking(nth)
        if booking and self._try(answers.cancel_booking, booking):
            self._try(answers.undo_cancel, booking)

    @deed(nth=NTH)
    def undo(self, nth):
        booking = self._booking(nth, state="cancelled")
        if booking:
            self._try(answers.undo_cancel, booking)

    @deed(nth=NTH, time=TIME, new_address=(False, True))
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

    @deed(nth=NTH, times=TIMES)
    def change_times(self, nth, times):
        booking = self._booking(nth, state="waiting")
        if booking:
            accepts = list({self._slot_of(booking.surgery, time) for time in times})
            self._try(changes.change_times, booking, accepts=accepts)

    @deed(nth=NTH, evening=EVENING)
    def next_time_instead(self, nth, evening):
        booking = self._booking(nth)
        if booking:
            on = self._surgery(evening).on
            self._try(answers.next_time_instead, booking, on=on)

    @deed(nth=NTH)
    def say_coming(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(answers.say_coming, booking)

    @deed(nth=NTH)
    def correct_contact(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(changes.correct_contact, booking, contact=self._contact())

    @deed(nth=NTH)
    def ring_instead(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(changes.ring_instead, booking, number=self._number())

    @deed(nth=NTH)
    def write_again(self, nth):
        booking = self._booking(nth)
        if booking:
            self._try(changes.write_again, booking)

    # What the organiser does -----------------------------------------------------------

    @deed(nth=NTH)
    def give_place(self, nth):
        booking = self._booking(nth, state__in=("waiting", "displaced"))
        if booking:
            self._try(changes.give_place, booking, by=self.olu)

    @deed(nth=NTH)
    def displace(self, nth):
        booking = self._booking(nth, state="booked")
        if booking:
            self._try(changes.displace_booking, booking, by=self.olu)

    @deed(evening=EVENING, places=(None, *FEW), days=(0, 0, 0, 1), length=FEW)
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

    @deed(evening=EVENING)
    def cancel_surgery(self, evening):
        if self.may_cancel_surgery:
            self._try(schedule.cancel_surgery, self._surgery(evening), by=self.olu)

    @deed(nth=NTH)
    def record_came(self, nth):
        booking = self._booking(nth, state__in=("booked", "displaced"))
        if booking:
            self._try(register.record_came, booking, by=self.olu)

    # What helpers do -------------------------------------------------------------------

    @deed(evening=EVENING)
    def helper_comes(self, evening):
        if self.helpers < MOST_HELPERS:
            self.helpers += 1
            helping = self._try(
                helpers.offer_help,
                self._surgery(evening),
                name=f"Hana {self.mark}{self.helpers}",
                email=f"hana{self.mark}{self.helpers}@example.org",
                style=HelpingStyle.JUST_ONCE,
            )
            if helping:
                self._try(helpers.confirm_helping, helping, by=self.olu)

    @deed(nth=NTH)
    def helper_withdraws(self, nth):
        helping = self._helping(nth)
        if helping:
            self._try(helpers.withdraw_helping, helping)

    @deed(nth=NTH, late=(False, True))
    def helper_comes_for_a_part(self, nth, late):
        helping = self._helping(nth)
        if helping:
            middle = datetime.time(18, 0)
            comes, leaves = (middle, None) if late else (None, middle)
            self._try(helpers.change_hours, helping, comes=comes, leaves=leaves)

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
        me = self._next()
        others = tuple(f"Friend {me}-{n}" for n in range(1, people))
        form = Form(send, slot, uuid.uuid4(), f"Person {me}", others)
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

    def _made_by(self, form):
        """How many bookings it has made; nobody else has these names."""
        names = (form.name, *form.others)
        return Booking.objects.filter(attendee__name__in=names, moved_from=None).count()

    def _next(self):
        """A number that nobody else has, for a name."""
        self.number += 1
        return f"{self.mark}{self.number}"

    def _contact(self):
        """Now and then a phone number, which no message reaches."""
        me = self._next()
        return self._number() if self.number % 3 == 0 else f"new{me}@example.org"

    def _number(self):
        self._next()
        return f"+44740{self.mark.rstrip('-') or 0:0>2}{self.number:05}"

    def _surgery(self, evening):
        found = Surgery.objects.select_related("series", "venue")
        return found.get(pk=self.evenings[evening].pk)

    def _slot(self, evening, time):
        return self._slot_of(self.evenings[evening], time)

    def _slot_of(self, surgery, time):
        slots = list(surgery.slots.order_by("starts_at"))
        return slots[time % len(slots)]

    def _booking(self, nth, **of):
        """The nth of these, those first who still come."""
        found = Booking.objects.filter(surgery__series=self.series, **of).order_by(
            F("cancelled_at").desc(nulls_first=True), "booked_at", "attendee__name"
        )
        return _nth(found, nth)

    def _helping(self, nth):
        coming = Helping.objects.filter(
            surgery__series=self.series, state=HelpingState.CONFIRMED
        ).order_by("pk")
        return _nth(coming, nth)


def _nth(found, nth):
    """The nth of `found`, counted on from its first when there are fewer; None of nobody."""
    first = list(found[: nth + 1])
    return first[nth % len(first)] if first else None
