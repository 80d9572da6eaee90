"""Plain functions that make rows. Olu organises, Hana helps, Amina attends, Stan is a stranger."""

import datetime
import itertools
from zoneinfo import ZoneInfo

from accounts.models import User
from surgeries.models import (
    Alias,
    Attendee,
    Belonging,
    Booking,
    Card,
    Connector,
    Group,
    Helper,
    Helping,
    InviteLink,
    Message,
    Network,
    Place,
    Prospect,
    Series,
    SharedView,
    Slot,
    Surgery,
    TeamMember,
    Venue,
)
from surgeries.states import (
    WANTS_A_PLACE,
    AliasKind,
    BookingState,
    CardKind,
    HelpingState,
    HelpingStyle,
    MessageKind,
    RecipeList,
    Role,
    SurgeryState,
)

LONDON = ZoneInfo("Europe/London")
NOW = datetime.datetime(2026, 11, 2, 9, 0, tzinfo=LONDON)
WEDNESDAY = datetime.date(2026, 11, 11)

_numbers = itertools.count(1)


def create_user(*, email=None, name="Olu Adé", **fields):
    return User.objects.create_user(
        email or f"person{next(_numbers)}@example.org", name=name, **fields
    )


def create_series(*, organiser=None, name="Central Birmingham", slug=None, **fields):
    fields.setdefault("town", "Birmingham")
    fields.setdefault("created_at", NOW)
    fields.setdefault("phone", "+447400123456")
    fields.setdefault("ring_name", "Olu")
    series = Series.objects.create(
        name=name, slug=slug or f"series-{next(_numbers)}", started_by=organiser, **fields
    )
    if organiser:
        create_member(series=series, user=organiser)
    return series


def create_member(*, series, user, role=Role.ORGANISER, **fields):
    fields.setdefault("joined_at", NOW)
    return TeamMember.objects.create(series=series, user=user, role=role, **fields)


def create_venue(*, series, name=None, **fields):
    fields.setdefault("address", "Canal Street, Birmingham")
    fields.setdefault("find_the_door", "The blue door under the railway arch.")
    return Venue.objects.create(
        series=series, name=name or f"Canal Street Hall {next(_numbers)}", **fields
    )


def at(day, hour, minute=0, zone=LONDON):
    """An instant from a wall clock."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), zone)


def create_surgery(
    *, series=None, on=WEDNESDAY, state=SurgeryState.PUBLISHED, places=(1, 1), venue=None, **fields
):
    """A surgery from 17:30 to 19:00; `places` at 17:30 and 18:15, so (3, 2) makes five."""
    series = series or create_series()
    fields.setdefault("starts_at", at(on, 17, 30, series.zone))
    fields.setdefault("ends_at", fields["starts_at"] + datetime.timedelta(minutes=90))
    fields.setdefault("created_at", NOW)
    if state == SurgeryState.PUBLISHED:
        fields.setdefault("published_at", NOW)
    surgery = Surgery.objects.create(
        series=series, venue=venue or create_venue(series=series), on=on, state=state, **fields
    )
    slots = [
        Slot.objects.create(
            surgery=surgery, starts_at=surgery.starts_at + datetime.timedelta(minutes=45 * n)
        )
        for n in range(len(places))
    ]
    number = itertools.count(1)
    Place.objects.bulk_create(
        Place.make(surgery=surgery, slot=slot, number=next(number))
        for slot, count in zip(slots, places, strict=True)
        for _ in range(count)
    )
    return surgery


def create_attendee(*, series, name="Amina O’Neill", contact="amina@example.org", **fields):
    fields.setdefault("created_at", NOW)
    fields.setdefault("last_active_at", NOW)
    return Attendee.objects.create(series=series, name=name, contact=contact, **fields)


def create_booking(*, slot=None, surgery=None, attendee=None, network=None, **fields):
    """A booking at the lowest free place of `slot`, or of the first slot with one.

    With `walked_in=True` or `imported=True`, or any state but booked, it holds no place.
    """
    surgery = surgery or (slot.surgery if slot else create_surgery())
    attendee = attendee or create_attendee(
        series=surgery.series,
        name=f"Zoë D’Arcy {next(_numbers)}",
        contact=f"zoe{next(_numbers)}@example.org",
    )
    fields.setdefault("state", BookingState.BOOKED)
    fields.setdefault("booked_at", NOW)
    if fields["state"] in WANTS_A_PLACE:
        fields.setdefault("waiting_since", fields["booked_at"])
    holds = (
        fields["state"] == BookingState.BOOKED
        and not fields.get("walked_in")
        and not fields.get("imported")
    )
    if holds:
        free = Place.objects.free().filter(surgery=surgery)
        place = (free.filter(slot=slot) if slot else free)[0]
        fields.update(place=place, slot=place.slot)
    elif slot:
        fields["slot"] = slot
    booking = Booking(surgery=surgery, attendee=attendee, credited_network=network, **fields)
    booking.seal()
    booking.save(force_insert=True)
    return booking


def create_network(*, series, name=None, **fields):
    fields.setdefault("created_at", NOW)
    fields.setdefault("suggested_from", NOW)
    return Network.objects.create(
        series=series, name=name or f"Ladywood Choir {next(_numbers)}", **fields
    )


def create_connector(*, network, name="Sharon", **fields):
    fields.setdefault("created_at", NOW)
    fields.setdefault("agreed_at", NOW if name else None)
    connector = Connector.objects.create(network=network, name=name, **fields)
    connector.seal()
    connector.save(update_fields=["link_hash"])
    return connector


def create_alias(*, series, words, network=None, kind=AliasKind.ANSWER, **fields):
    fields.setdefault("created_at", NOW)
    return Alias.objects.create(series=series, words=words, network=network, kind=kind, **fields)


def create_group(*, series, name="Knit & Natter", networks=(), **fields):
    fields.setdefault("created_at", NOW)
    group = Group.objects.create(series=series, name=name, **fields)
    group.networks.set(networks)
    return group


def create_belonging(*, network, **person):
    """`person` is one of helper, user, attendee."""
    person.setdefault("agreed_at", NOW)
    return Belonging.objects.create(network=network, **person)


def create_prospect(*, series, who="the choir", list=RecipeList.MIGHT_COME, **fields):
    fields.setdefault("created_at", NOW)
    return Prospect.objects.create(series=series, who=who, list=list, **fields)


def create_card(*, series, network=None, kind=CardKind.NOT_WORKING, **fields):
    """One that was answered on NOW; with `dismissed_at` and `reason` put aside."""
    fields.setdefault("created_at", NOW)
    fields.setdefault("answered_at", None if "dismissed_at" in fields else NOW)
    return Card.objects.create(series=series, network=network, kind=kind, **fields)


def create_link(*, network, code=None, **fields):
    fields.setdefault("created_at", NOW)
    return InviteLink.objects.create(
        network=network, code=code or f"code{next(_numbers)}", **fields
    )


def create_helper(*, series, name="Hana Müller", email=None, **fields):
    fields.setdefault("created_at", NOW)
    fields.setdefault("last_active_at", NOW)
    return Helper.objects.create(
        series=series,
        name=name,
        email=f"hana{next(_numbers)}@example.org" if email is None else email,
        **fields,
    )


def create_helping(*, surgery, helper=None, state=HelpingState.CONFIRMED, **fields):
    fields.setdefault("offered_at", NOW)
    fields.setdefault("style", HelpingStyle.JUST_ONCE)
    helping = Helping.objects.create(
        surgery=surgery,
        helper=helper or create_helper(series=surgery.series),
        state=state,
        **fields,
    )
    helping.seal()
    helping.save(update_fields=["link_hash"])
    return helping


def create_shared_view(*, series, network=None, for_whom="Awards for All", **fields):
    fields.setdefault("created_at", NOW)
    view = SharedView.objects.create(series=series, network=network, for_whom=for_whom, **fields)
    view.seal()
    view.save(update_fields=["link_hash"])
    return view


def create_message(*, booking, kind=MessageKind.CONFIRMATION, **fields):
    fields.setdefault("key", f"{kind}:{booking.pk}:{next(_numbers)}")
    fields.setdefault("expires_at", booking.surgery.starts_at)
    fields.setdefault("series", booking.surgery.series)
    return Message.objects.create(booking=booking, kind=kind, **fields)
