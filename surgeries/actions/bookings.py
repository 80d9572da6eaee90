"""Somebody books an arrival time, asks to wait for one, or asks for her link again."""

import logging
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.attendees import known_attendees
from surgeries.actions.outbox import owe, ring_after_commit
from surgeries.actions.places import free_places, promote
from surgeries.models import Booking, Surgery
from surgeries.models.bookings import PARTY_OF
from surgeries.refusals import Refused
from surgeries.rules.credit import Attribution
from surgeries.rules.names import name_key
from surgeries.rules.reminders import is_nearly_here
from surgeries.states import LIVE, BookingState, MessageKind
from surgeries.templatetags.words import day as in_words
from surgeries.turnout.attribution import attribute

log = logging.getLogger(__name__)

LINKS_AT_ONCE = 5


@transaction.atomic
def book_slot(
    slot,
    *,
    name,
    contact,
    others=(),
    supporter=False,
    goal="",
    level=None,
    group="",
    said="",
    code="",
    name_shown=False,
    brought_by=None,
    request_key,
    now,
    by=None,
):
    """Give somebody, and each of `others` by name, the lowest free place at `slot` (R13, R16).

    Owes one confirmation to whoever books. A supporter or interpreter takes no place. Who told
    her (`said`), the link she followed (`code`) and who is credited are stored apart (R12); with
    `name_shown` whoever passed her the link may see her first name. `brought_by` is the connector
    who books for people without a contact, by their first names, because they said yes. The same
    `request_key` again at this surgery is the booking it made before. Refused when there are too
    few places, when two of them have one name, and when booking is not open; `by` is an organiser,
    who may book before that.
    """
    request_key = uuid.uuid5(request_key, str(slot.surgery_id))
    surgery = _held(slot.surgery)
    if made := _made_before(request_key, name):
        return made
    told = _told(surgery.series, said, code, brought_by)
    _refuse_unless_open(surgery, now, by)
    _refuse_to_jump_the_queue(surgery, now, by)
    slot.surgery = surgery
    names = _names_of(name, others)
    places = free_places(slot, len(names), now=now)
    people = known_attendees(
        surgery.series,
        names=names,
        contact=contact,
        group=group,
        network=told.credited_network,
        now=now,
    )
    party = _party(
        surgery,
        people,
        told=told,
        name_shown=name_shown,
        request_key=request_key,
        goal=goal,
        level=level,
        brings_supporter=supporter,
        booked_at=now,
        booked_by=by,
    )
    for booking, place in zip(party, places, strict=True):
        booking.slot, booking.place = slot, place
    booking = _write(party)
    owe(MessageKind.CONFIRMATION, booking, now=now, series=surgery.series)
    log.info("booking %s made for %s by person %s", booking.pk, len(party), by and by.pk)
    return booking


@transaction.atomic
def join_waiting_list(
    surgery,
    *,
    accepts,
    name,
    contact,
    others=(),
    supporter=False,
    goal="",
    level=None,
    group="",
    said="",
    code="",
    name_shown=False,
    brought_by=None,
    request_key,
    now,
    by=None,
):
    """Put somebody and `others` on the waiting list for the times in `accepts` (R32).

    If a place that fits has come free meanwhile, she has it at once. Owes her one message that
    says which it is. Otherwise as `book_slot`.
    """
    request_key = uuid.uuid5(request_key, str(surgery.pk))
    surgery = _held(surgery)
    if made := _made_before(request_key, name):
        return made
    told = _told(surgery.series, said, code, brought_by)
    _refuse_unless_open(surgery, now, by)
    if is_nearly_here(surgery.starts_at, now):
        raise Refused(come_along())
    accepts = still_there(surgery, accepts)
    people = known_attendees(
        surgery.series,
        names=_names_of(name, others),
        contact=contact,
        group=group,
        network=told.credited_network,
        now=now,
    )
    party = _party(
        surgery,
        people,
        told=told,
        name_shown=name_shown,
        request_key=request_key,
        state=BookingState.WAITING,
        waiting_since=now,
        goal=goal,
        level=level,
        brings_supporter=supporter,
        booked_at=now,
        booked_by=by,
    )
    booking = _write(party)
    accept_times(party, accepts)
    promote(surgery, now=now, asked_by=booking)
    booking.refresh_from_db(fields=["state", "slot", "place", "calendar_version"])
    has_a_place = booking.state == BookingState.BOOKED
    kind = MessageKind.CONFIRMATION if has_a_place else MessageKind.WAITING
    owe(kind, booking, now=now, series=surgery.series)
    log.info("booking %s waits for %s by person %s", booking.pk, len(party), by and by.pk)
    return booking


@transaction.atomic
def send_links_again(*, email, now):
    """Owe whoever booked with this address her links, one for each surgery to come and day.

    The doorbell rings whether anybody has: it takes most of the time, which would tell a stranger.
    """
    ring_after_commit()
    mine = (
        Booking.objects.filter(
            attendee__contact=email,
            state__in=LIVE,
            surgery__in=Surgery.objects.upcoming(now).order_by(),
        )
        .speaking_for_all()
        .select_related("attendee", "surgery__series", "surgery__venue")
    )
    for booking in mine.order_by("surgery__starts_at", "pk")[:LINKS_AT_ONCE]:
        today = now.astimezone(booking.surgery.series.zone).date()
        owe(
            MessageKind.LINK_AGAIN,
            booking,
            now=now,
            again=f":{today.isoformat()}",
            series=booking.surgery.series,
        )


def accept_times(party, slots):
    """Write down which arrival times would suit a party. Part of the caller's transaction."""
    through = Booking.accepts.through
    through.objects.filter(booking__in=party).delete()
    through.objects.bulk_create(
        through(booking=booking, slot=slot) for booking in party for slot in slots
    )


def still_there(surgery, slots):
    """Those of `slots` that a surgery still has; refused when none is left.

    Wants the surgery held by its caller: a time may have gone since the form was drawn.
    """
    there = list(surgery.slots.filter(pk__in=[slot.pk for slot in slots]))
    if not there:
        raise Refused(_("Choose at least one time that would suit you."), field="accepts")
    return there


def come_along():
    """What is said when it is too late for a place: nobody is ever turned away (R36)."""
    return _("It starts soon, so no place can be kept. Come along: expect a cup of tea first.")


def _names_of(name, others):
    """Who comes: three at most, each under a name of her own, which tells them apart."""
    names = [name, *others]
    if len(names) > PARTY_OF:
        raise Refused(
            _("That is more than %(most)d people. Book again for the others.") % {"most": PARTY_OF},
            field="others",
        )
    keys = [name_key(one) for one in names]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            raise Refused(
                _("%(name)s stands here twice. Write each person’s name once.")
                % {"name": names[number]},
                field=f"other_{number}",
            )
    return names


def _told(series, said, code, brought_by):
    if brought_by:
        return Attribution(brought_by=brought_by)
    return attribute(series, said=said, code=code)


def _party(surgery, people, *, told, name_shown, request_key, **common):
    """Bookings for these people, not written yet; the first is of whoever booked.

    A yes to being seen is her own, so it is of nobody who comes with her.
    """
    party = [
        Booking(
            surgery=surgery,
            attendee=person,
            said=told.said,
            said_network=told.said_network,
            followed_link=told.link,
            followed_network=told.followed_network,
            credited_network=told.credited_network,
            credited_connector=told.credited_connector,
            brought_by=told.brought_by,
            name_shown_from=common["booked_at"] if told.brought_by else None,
            **common,
        )
        for person in people
    ]
    party[0].request_key = request_key
    if name_shown and told.passed_on_by_who_is_credited:
        party[0].name_shown_from = common["booked_at"]
    number_a_party(party)
    return party


def number_a_party(party):
    """Tie the bookings of people who come together; one who comes alone is no party."""
    if len(party) > 1:
        for number, booking in enumerate(party, 1):
            booking.party, booking.party_number = party[0].pk, number
    for booking in party[1:]:
        booking.brings_supporter = False


def _write(party):
    for booking in party:
        booking.seal()
        booking.save(force_insert=True)
    return party[0]


def _held(surgery):
    """The surgery as it is by now, held until the transaction ends, with the series known already.

    Reading the series and the venue once more would cost every booking a tenth of its time.
    """
    held = Surgery.objects.locked().select_related(None).get(pk=surgery.pk)
    held.series = surgery.series
    return held


def _made_before(request_key, name):
    """The booking this form has made; refused when it now holds somebody else's name."""
    keys = Booking.objects.filter(request_key=request_key).values_list("pk", flat=True)
    if not keys:
        return None
    made = Booking.objects.select_related("attendee").get(pk=keys[0])
    if made.attendee.name_key != name_key(name):
        raise Refused(
            _("%(name)s is booked. Press the button once more to book for somebody else too.")
            % {"name": made.attendee.name}
        )
    return made


def _refuse_unless_open(surgery, now, by):
    if surgery.is_cancelled:
        raise Refused(_("This surgery is cancelled."))
    if surgery.takes_bookings(now) or (by and surgery.is_upcoming(now)):
        return
    if now < surgery.starts_at:
        raise Refused(_("Booking opens on %(day)s.") % {"day": in_words(surgery.opens_on())})
    raise Refused(_("This surgery is over."))


def _refuse_to_jump_the_queue(surgery, now, by):
    """Before the last two hours a free place is one that no waiting party fits."""
    late = by is None and is_nearly_here(surgery.starts_at, now)
    if late and surgery.bookings.wanting_a_place().exists():
        raise Refused(come_along())
