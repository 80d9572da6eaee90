"""People of a series: recognised, corrected, and what they let us keep. Shared by the actions."""

from django.db import transaction
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from surgeries.actions.outbox import owe
from surgeries.models import Attendee, Booking
from surgeries.rules.names import name_key
from surgeries.states import BookingState, MessageKind

HOW_THINGS_STAND = {
    BookingState.BOOKED: MessageKind.CONFIRMATION,
    BookingState.WAITING: MessageKind.WAITING,
    BookingState.DISPLACED: MessageKind.DISPLACED,
}


def known_attendee(series, *, name, contact, group, network, now):
    """One person of `series`; see `known_attendees`. Part of the caller's transaction."""
    (attendee,) = known_attendees(
        series, names=[name], contact=contact, group=group, network=network, now=now
    )
    return attendee


def known_attendees(series, *, names, contact, group, network, now):
    """The people of `series` with these names and this contact, made when new, in one statement.

    Part of the caller's transaction. Without a contact nobody can be recognised, so each is new.
    The network that told her first is written once (R12), and so is her group. Her name takes
    the spelling typed now, so that nobody reads from it how somebody else has spelt it.
    """
    people = [
        Attendee(
            series=series,
            name=name,
            name_key=name_key(name),
            contact=contact or None,
            group=_first_group(series, name, contact, group) if contact else group,
            first_network=network,
            created_at=now,
            last_active_at=now,
        )
        for name in names
    ]
    # In one order for everybody: two parties that share people never wait for each other.
    Attendee.objects.bulk_create(
        sorted(people, key=lambda person: person.name_key),
        update_conflicts=True,
        unique_fields=["series", "name_key", "contact"],
        update_fields=["name", "group", "last_active_at"],
    )
    return people


def _first_group(series, name, contact, group):
    """The group that somebody has named already, or else `group`; for the database to find."""
    known = Attendee.objects.filter(series=series, name_key=name_key(name), contact=contact)
    return Coalesce(NullIf(Subquery(known.values("group")), Value("")), Value(group))


def be_known_as(booking, *, name, contact, now):
    """Point the booking at whoever has this name and contact. Part of the caller's transaction.

    A person whom nobody knew before this booking is put right herself, with all she has told us.
    Somebody known from before is left alone: whoever types her name and address takes over
    nothing of hers.
    """
    person = booking.attendee
    contact = contact or None
    if (name, contact) == (person.name, person.contact):
        return
    taken = contact and Attendee.objects.filter(
        series=person.series_id, name_key=name_key(name), contact=contact
    ).exclude(pk=person.pk)
    if came_with(booking) and not (taken and taken.exists()):
        person.name, person.contact = name, contact
        person.save(update_fields=["name", "name_key", "contact"])
        return
    booking.attendee = known_attendee(
        booking.surgery.series,
        name=name,
        contact=contact,
        group="",
        network=booking.credited_network,
        now=now,
    )
    booking.save(update_fields=["attendee"])


def came_with(booking):
    """Whether the person became known by this very booking, and by no other."""
    person = booking.attendee
    others = person.bookings.exclude(pk=booking.pk)
    return person.created_at == booking.booked_at and not others.exists()


def was_here(people, *, now):
    """What they did last decides how long we keep them. Part of the caller's transaction."""
    Attendee.objects.filter(pk__in=[person.pk for person in people]).update(last_active_at=now)


@transaction.atomic
def make_easier(booking, *, needs, news, news_wording, now):
    """Keep what would make it easier to come, and a yes to news; both only because she ticked.

    What is left empty changes nothing: the page never shows what is stored. Of somebody known
    before this booking, who may not be the one who made it, only an empty answer is filled.
    """
    attendee = Attendee.objects.select_for_update(no_key=True).get(pk=booking.attendee_id)
    booking.attendee = attendee
    is_new = came_with(booking)
    if needs and (is_new or not attendee.access_needs):
        attendee.access_needs, attendee.access_needs_agreed_at = needs, now
    if news and is_new:
        attendee.news_agreed_at, attendee.news_wording = now, news_wording
    attendee.last_active_at = now
    attendee.save(
        update_fields=[
            *("access_needs", "access_needs_agreed_at"),
            *("news_agreed_at", "news_wording", "last_active_at"),
        ]
    )
    return booking


@transaction.atomic
def write_or_ring(attendee, *, write, now):
    """Whether she is written to at all, or rung instead; for everybody with the same contact.

    A text that says STOP ends in the same place. What is on its way is asked about once more
    before it goes. Whoever is written to again is owed how her bookings stand: what became of
    them meanwhile we told her by phone at best.
    """
    same = Attendee.objects.filter(contact=attendee.contact, series=attendee.series_id)
    were_rung = [person.pk for person in same.exclude(no_messages_from=None)]
    same.update(no_messages_from=None if write else now)
    if write:
        _say_how_things_stand(were_rung, now)


def _say_how_things_stand(people, now):
    """One message for each booking to come that she speaks for, or that she gave up."""
    to_come = Booking.objects.filter(
        attendee__in=people, surgery__starts_at__gt=now, walked_in=False, imported=False
    ).select_related("attendee", "slot", "surgery__series")
    for booking in to_come.live().speaking_for_all():
        off = booking.surgery.is_cancelled
        kind = MessageKind.SURGERY_CANCELLED if off else HOW_THINGS_STAND[booking.state]
        _owe_again(kind, booking, now)
    for booking in to_come.filter(state=BookingState.CANCELLED, moved_to=None):
        _owe_again(MessageKind.BOOKING_CANCELLED, booking, now)


def _owe_again(kind, booking, now):
    again = f":{now:%Y%m%dT%H%M%S}"
    owe(kind, booking, now=now, again=again, series=booking.surgery.series)
