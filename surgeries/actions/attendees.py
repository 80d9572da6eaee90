"""People of a series: recognised, corrected, and what they let us keep. Shared by the actions."""

from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from surgeries.models import Attendee, Booking
from surgeries.rules.names import name_key


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
    is_a_number = contact and "@" not in contact
    people = [
        Attendee(
            series=series,
            name=name,
            name_key=name_key(name),
            contact=contact or None,
            group=_first_group(series, name, contact, group) if contact and group else group,
            first_network=network,
            no_messages_from=Subquery(_stopped(contact)) if is_a_number else None,
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
        update_fields=["name", "last_active_at", *(["group"] if group else [])],
    )
    for person in people:
        # The database knows; whoever sends asks it again.
        person.no_messages_from = None
    return people


def write_first_networks(people):
    """Who first told each of `people`: the network of her earliest booking that has one.

    Part of the caller's transaction; `people` are those nobody has been written down for.
    """
    named = Booking.objects.filter(attendee=OuterRef("pk"), credited_network__isnull=False)
    earliest = named.order_by("surgery__starts_at", "pk").values("credited_network")[:1]
    people.update(first_network=Subquery(earliest))


def _first_group(series, name, contact, group):
    """The group that somebody has named already, or else `group`; for the database to find."""
    known = Attendee.objects.filter(series=series, name_key=name_key(name), contact=contact)
    return Coalesce(NullIf(Subquery(known.values("group")), Value("")), Value(group))


def _stopped(contact):
    """Since when a number wants no messages: STOP holds for whoever books with it later too."""
    same = Attendee.objects.filter(contact=contact, no_messages_from__isnull=False)
    said = same.exclude(contact__contains="@").order_by("no_messages_from")
    return said.values_list("no_messages_from", flat=True)[:1]


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
        if contact != person.contact:
            person.no_messages_from = None  # What she asked of the former one.
        person.name, person.contact = name, contact
        person.no_messages_from = person.no_messages_from or _stopped(contact).first()
        person.save(update_fields=["name", "name_key", "contact", "no_messages_from"])
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
    """Whether the person became known by this very booking, wherever it moved, and by no other."""
    chain = [booking]
    while chain[-1].moved_from_id:
        chain.append(chain[-1].moved_from)
    person = booking.attendee
    others = person.bookings.exclude(pk__in=[one.pk for one in chain])
    return person.created_at == chain[-1].booked_at and not others.exists()


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
    """Whether anybody at her contact is written to at all, or rung: what a text to us says.

    What is on its way is asked about once more before it goes.
    """
    same = Attendee.objects.filter(series=attendee.series_id)
    same = (
        same.filter(contact=attendee.contact) if attendee.contact else same.filter(pk=attendee.pk)
    )
    same.update(no_messages_from=None if write else now)


def stop_or_start_texts(number, *, write, now):
    """STOP and START go for a number, whoever has it, in every series.

    Part of the caller's transaction. What is on its way is asked about once more before it goes.
    """
    has_it = Attendee.objects.filter(contact=number, no_messages_from__isnull=not write)
    has_it.update(no_messages_from=None if write else now)
