"""Twelve processes do whatever people do with bookings, at once (P2, T-BIZ-02 to T-BIZ-08).

Each deed is drawn by chance from those of `tests.promises.deeds`. Afterwards every promise is
looked at, and no deed may have ended in anything but its answer or a refusal in a sentence.
"""

import datetime
import random
import time
from collections import Counter
from functools import partial

import pytest

from surgeries.actions import answers
from surgeries.actions.places import deal_places
from surgeries.models import Booking, Message, Series
from surgeries.rules.promises import PROMISES
from surgeries.turnout.promises import broken_promises
from tests import factories
from tests.chaos.processes import COUNT, together
from tests.factories import NOW
from tests.promises.deeds import Deeds, create_evenings

pytestmark = pytest.mark.django_db(transaction=True)

DEEDS = 20_000
CONTROL = 1_500
EACH = 12  # deeds of one process in one series; then all go on to the next series
HOUR = datetime.timedelta(hours=1)
MILLISECOND = datetime.timedelta(milliseconds=1)
MICROSECOND = MILLISECOND / 1000
AFTERWARDS = NOW + datetime.timedelta(minutes=1)
NEARLY_HERE = {"on": NOW.date(), "starts_at": NOW + HOUR}
HOW_OFTEN = {
    "book": 30,
    "join": 4,
    "cancel": 4,
    "undo": 2,
    "next_time_instead": 2,
    "cancel_and_undo_at_once": 0.5,
    "send_the_same_form_again": 5,
    "send_the_same_form_for_somebody_else": 5,
    "give_place": 4,
    "record_came": 4,
    "helper_comes_for_a_part": 4,
    "say_coming": 2,
    "helper_comes": 0.5,
    "edit": 0.5,
    "cancel_surgery": 0.05,
}


def create_all(count):
    """So many series, every fourth with an evening in its last two hours; their keys."""
    olu, chairs = factories.create_user(), [(1, 1), (2, 1), (3, 2)]
    return [
        create_evenings(olu, chairs[n % 3], **(NEARLY_HERE if n % 4 == 3 else {})).pk
        for n in range(count)
    ]


def storm(number, series, breaks_a_promise=False):
    """What one process does: ({deed: how often}, {fault: how often})."""
    chance, done, faults = random.Random(number), Counter(), Counter()
    with pytest.MonkeyPatch.context() as patch:
        if breaks_a_promise:
            patch.setattr(answers, "settle_places", lambda surgery, now: deal_places(surgery))
        for one in Series.objects.select_related("started_by").filter(pk__in=series):
            people = Deeds()
            people.come_to(one, now=NOW + number * MICROSECOND, mark=f"{number}-")
            together()
            for _deed in range(EACH):
                people.now += MILLISECOND  # so that no two deeds are done at the same instant
                name, said = draw(chance)
                done[name] += 1
                try:
                    getattr(people, name)(**said)
                except Exception as fault:
                    faults[f"{name}: {fault!r}"] += 1
    return done, faults


def draw(chance):
    """A deed, and what is said with it."""
    deeds = Deeds.all()
    (name,) = chance.choices(list(deeds), [HOW_OFTEN.get(name, 1) for name in deeds])
    return name, {word: one_of(chance, words) for word, words in deeds[name].said.items()}


def one_of(chance, words):
    if isinstance(words, frozenset):
        return set(chance.sample(sorted(words), chance.randint(1, len(words))))
    return chance.choice(words)


def let_loose(processes, deeds, **how):
    """So many deeds, in all series one after the other: ({deed: how often}, {fault: how often})."""
    series = create_all(round(deeds / EACH / COUNT))
    came = processes.all_do(partial(storm, series=series, **how))
    return [sum(counts, Counter()) for counts in zip(*came, strict=True)]


def test_after_a_storm_of_everything_at_once_every_promise_is_kept(processes, times):
    begun = time.monotonic()
    done, faults = let_loose(processes, DEEDS * times)
    seconds = time.monotonic() - begun
    broken = broken_promises(AFTERWARDS)
    print(f"\nstorm: {done.total():,} deeds of {COUNT} processes in {seconds:.0f} s")
    print("  " + ", ".join(f"{name} {often}" for name, often in done.most_common()))
    print(f"  {Booking.objects.count():,} bookings, {Message.objects.count():,} messages owed")
    print(f"  {faults.total()} unexpected errors, {len(broken)} of {len(PROMISES)} promises broken")
    print("\n".join(f"  {one.promise.name}: {one.rows}" for one in broken))
    assert (dict(faults), {one.promise.name: one.rows for one in broken}) == ({}, {})


def test_a_storm_in_which_cancelling_promotes_nobody_breaks_the_promise(processes):
    """The negative control: a storm that misses this proves nothing."""
    done, faults = let_loose(processes, CONTROL, breaks_a_promise=True)
    broken = [one.promise.name for one in broken_promises(AFTERWARDS)]
    print(f"\nstorm, promotion left out of cancelling: {done.total():,} deeds, broken: {broken}")
    assert (dict(faults), broken) == ({}, ["no_empty_chair"])
