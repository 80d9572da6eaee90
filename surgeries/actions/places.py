"""Chairs: how many there are, and who gets one that has come free.

Everything here is part of the caller's transaction and wants the surgery's row locked
(`Surgery.objects.locked`), so that nobody counts, gives or frees a place at the same moment.
"""

import logging
from collections import Counter, defaultdict
from itertools import count, groupby

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surgeries.actions.notes import note
from surgeries.actions.outbox import call_off, owe
from surgeries.models import Booking, Helping, Message, Place, Slot
from surgeries.refusals import Refused
from surgeries.rules import schedule as rules
from surgeries.rules.reminders import NEARLY_HERE, is_nearly_here
from surgeries.rules.waiting import give
from surgeries.states import BookingState, MessageKind, SurgeryState
from surgeries.templatetags.words import clock
from surgeries.turnout.waiting import waiting_parties

log = logging.getLogger(__name__)

SPOKE_OF_WAITING = (MessageKind.WAITING, MessageKind.DISPLACED, MessageKind.COME_ALONG)
GETS_A_PLACE = ("state", "slot", "place", "goes_first", "calendar_version")


def settle_places(surgery, *, now):
    """Make the chairs agree with who helps, then give what is free to who waits (R8, R32).

    Part of the caller's transaction; called by whatever adds, frees or takes away a place.
    """
    deal_places(surgery)
    promote(surgery, now=now)


def deal_places(surgery):
    """Make the chairs agree with who helps (R8). Part of the caller's transaction.

    Free chairs come and go; one that is held stays, even when there are then too many.
    """
    slots = list(surgery.slots.order_by("starts_at"))
    if not slots:
        return
    places = list(surgery.places.order_by("number").annotate(held=Q(booking__isnull=False)))
    held = [sum(p.held for p in places if p.slot_id == slot.pk) for slot in slots]
    gone, wanting = [], []
    for slot, chairs in zip(slots, rules.deal(chairs_of(surgery, slots), held), strict=True):
        # Held ones first, so that what is over is free.
        here = sorted((p for p in places if p.slot_id == slot.pk), key=lambda p: not p.held)
        gone += [place.pk for place in here[chairs:]]
        wanting += [slot] * (chairs - len(here))
    used = {place.number for place in places if place.pk not in gone}
    numbers = (number for number in count(1) if number not in used)
    if gone:
        surgery.places.filter(pk__in=gone).delete()
    Place.objects.bulk_create(
        Place.make(surgery=surgery, slot=slot, number=number)
        for slot, number in zip(wanting, numbers, strict=False)
    )


def chairs_of(surgery, slots, helpings=None):
    """The chairs of an evening, each as the numbers of the arrival times its helper is there for.

    As many for the whole evening as the organiser set, or else some for each who helps (R8):
    `helpings` that add places, asked for when they are not given.
    """
    whole = range(len(slots))
    if surgery.places_wanted:
        return [whole] * surgery.places_wanted
    if helpings is None:
        helpings = surgery.helpings.adding_places().select_related("surgery__series").order_by("pk")
    stays = [whole] * surgery.organiser_helps
    stays += [_times_with(helping, slots) for helping in helpings]
    chairs = [stay for stay in stays for _chair in range(surgery.series.places_per_helper)]
    return chairs[: Place.PER_SURGERY - 1]


def _times_with(helping, slots):
    """The numbers of the arrival times at which somebody who helps is there."""
    comes, leaves = helping.comes_local, helping.leaves_local
    return frozenset(
        number for number, slot in enumerate(slots) if comes <= slot.starts_at < leaves
    )


def without_a_chair(surgery):
    """How many who were promised a place have no chair as things are: the organiser's to settle.

    Reads only. Two statements, three where helpers make the places.
    """
    slots = list(surgery.slots.order_by("starts_at"))
    held = Counter(surgery.bookings.filter(place__isnull=False).values_list("slot_id", flat=True))
    return rules.too_many(chairs_of(surgery, slots), [held[slot.pk] for slot in slots])


def short_of_chairs(surgeries):
    """Those of `surgeries` with more people than chairs, each with `people` and `chairs` added.

    Reads only: three statements, however many surgeries.
    """
    slots, helpings = defaultdict(list), defaultdict(list)
    for slot in Slot.objects.filter(surgery__in=surgeries).order_by("starts_at"):
        slots[slot.surgery_id].append(slot)
    places = Booking.objects.filter(surgery__in=surgeries, place__isnull=False)
    held = Counter(places.values_list("slot_id", flat=True))
    coming = Helping.objects.filter(surgery__in=surgeries).adding_places()
    for helping in coming.select_related("surgery__series").order_by("pk"):
        helpings[helping.surgery_id].append(helping)
    short = []
    for surgery in surgeries:
        taken = [held[slot.pk] for slot in slots[surgery.pk]]
        chairs = chairs_of(surgery, slots[surgery.pk], helpings[surgery.pk])
        if over := rules.too_many(chairs, taken):
            surgery.people, surgery.chairs = sum(taken), sum(taken) - over
            short.append(surgery)
    return short


def free_places(slot, people, *, now):
    """The lowest free places at `slot`, one for each of `people`; refused when there are too few.

    Part of the caller's transaction. `slot` gets the time it has by now: the surgery may have
    moved since the caller looked.
    """
    places = list(Place.objects.free().filter(slot=slot).select_related("slot")[:people])
    if places:
        slot.starts_at = places[0].slot.starts_at
    if slot.starts_at <= now:
        raise Refused(_("That time has passed. Choose another one."), field="slot")
    if len(places) < people:
        raise Refused(_too_few(slot, len(places), people), field="slot")
    return places


def _too_few(slot, left, people):
    words = {"time": clock(slot.starts_local), "left": left, "people": people}
    if not left:
        return _("Somebody has just taken the last place at %(time)s.") % words
    return (
        ngettext(
            "There is %(left)d place left at %(time)s, and you are %(people)d. "
            "Choose another time.",
            "There are %(left)d places left at %(time)s, and you are %(people)d. "
            "Choose another time.",
            left,
        )
        % words
    )


def slot_like(surgery, party, now):
    """The arrival time with room for a whole party that is nearest to the one they had, or None.

    Wants the surgery held by its caller, if the answer is to stay true.
    """
    slots = list(Slot.objects.with_places().filter(surgery=surgery, starts_at__gt=now))
    for slot in slots:
        slot.surgery = surgery
    return _nearest(slots, party)


def next_time_for(party, now):
    """The arrival time "next time instead" would give a whole party, or None. Reads only.

    It is at the first later evening of their series with room for all of them, whether anybody
    else may book there yet or not: whoever is moved was here first. One statement.
    """
    here = party[0].surgery
    to_come = Slot.objects.with_places().filter(
        surgery__series=here.series_id,
        surgery__state=SurgeryState.PUBLISHED,
        surgery__starts_at__gt=max(here.starts_at, now + NEARLY_HERE),
    )
    slots = to_come.select_related("surgery__venue").order_by("surgery__starts_at", "starts_at")
    for _surgery, grouped in groupby(slots, key=lambda slot: slot.surgery_id):
        of_evening = list(grouped)
        for slot in of_evening:
            slot.surgery.series = here.series
        if slot := _nearest(of_evening, party):
            return slot
    return None


def _nearest(slots, party):
    """Of `slots` with room for all of `party`, the one nearest by the clock to what they had."""
    minutes = _minutes(party[0].arrives_local)
    suiting = [slot for slot in slots if slot.free_places >= len(party)]
    return min(suiting, key=lambda slot: abs(_minutes(slot.starts_local) - minutes), default=None)


def _minutes(local):
    return local.hour * 60 + local.minute


def promote(surgery, *, now, asked_by=None):
    """Give free places to who waits, in turn, and owe each party the news (R32, R33).

    Part of the caller's transaction. In the last two hours nobody is given a place unasked.
    `asked_by` is told by its caller. Returns the bookings that speak for those who got places.
    """
    if surgery.state != SurgeryState.PUBLISHED or is_nearly_here(surgery.starts_at, now):
        return []
    free = defaultdict(list)
    for place in Place.objects.free().filter(surgery=surgery).select_related("slot"):
        free[place.slot].append(place)
    if not free:
        return []
    parties = waiting_parties(surgery, now)
    times = sorted(free, key=lambda slot: slot.starts_at)
    holds = {slot: len(places) for slot, places in free.items()}
    promoted = []
    for waiter, slot in give(parties, holds, times):
        party = parties[waiter]
        places = [free[slot].pop(0) for _person in party]
        seat(party, slot, places)
        promoted.append(party[0])
        if party[0] != asked_by:
            tell_of_a_place(party[0], now=now)
        note(log, "booking %s and %s more got places", party[0].pk, len(party) - 1)
    return promoted


def tell_of_a_place(booking, *, now):
    """Owe a party that waited the news of its place; other words about waiting are called off.

    Part of the caller's transaction.
    """
    of_party = Message.objects.filter(booking__in=Booking.objects.in_party_of(booking))
    call_off(of_party.filter(kind__in=SPOKE_OF_WAITING), now=now)
    owe(
        MessageKind.PLACE_FOUND,
        booking,
        now=now,
        again=f":{booking.calendar_version}",
        series=booking.surgery.series,
    )


def seat(party, slot, places):
    """Put each of a party on one of `places` at `slot`. Part of the caller's transaction."""
    for booking, place in zip(party, places, strict=True):
        booking.state = BookingState.BOOKED
        booking.slot, booking.place = slot, place
        booking.goes_first = False
        booking.calendar_version += 1
        booking.save(update_fields=GETS_A_PLACE)
