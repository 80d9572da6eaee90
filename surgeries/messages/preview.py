"""A message as somebody would read it now, to be looked at before its words are kept."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surgeries.models import Attendee, Booking, Message, Surgery
from surgeries.rules.texts import letters_of, parts_of
from surgeries.rules.wording import Piece
from surgeries.states import BookingState, SurgeryState

from .facts import facts_of
from .text import body_of
from .wording import in_a_mail


@dataclass(frozen=True)
class Preview:
    """One message as it would read now. `made_up`: nobody is booked, so we made somebody up.

    The secret of the link is not shown, and counted all the same.
    """

    booking: Booking
    made_up: bool
    name: str
    subject: str
    pieces: list[Piece]
    text: str
    letters: int
    parts: int


def preview_of(series, kind, words, now) -> Preview:
    """`words` as whoever booked last for an evening to come would read them. Saves nothing."""
    real = _last_to_book(series, now)
    booking = real or _somebody(series, now)
    message = Message(kind=kind, booking=booking, series=series)
    facts = facts_of(message, now)
    mail = in_a_mail(kind, words, facts)
    text = body_of(message, facts, words)
    return Preview(
        booking=booking,
        made_up=real is None,
        name=facts["name"],
        subject=mail["subject"],
        pieces=mail["pieces"],
        text=text.replace(booking.secret, "…"),
        letters=letters_of(text),
        parts=parts_of(text),
    )


def _last_to_book(series, now):
    booked = Booking.objects.filter(
        surgery__series=series,
        surgery__state=SurgeryState.PUBLISHED,
        surgery__starts_at__gt=now,
        state=BookingState.BOOKED,
        walked_in=False,
        imported=False,
    )
    evening = ("surgery__series", "surgery__venue")
    return booked.select_related("attendee", "slot", *evening).order_by("-booked_at", "-pk").first()


def _somebody(series, now):
    """Nobody's booking, a week from now in the place the series knows best."""
    on = now.astimezone(series.zone).date() + datetime.timedelta(days=7)
    evening = Surgery(
        series=series,
        venue=series.venues.order_by("pk").last(),
        on=on,
        starts_at=datetime.datetime.combine(on, series.usual_start, series.zone),
    )
    amina = Attendee(series=series, name=_("Amina O’Neill"))
    return Booking(surgery=evening, attendee=amina, sets_off_at=series.usual_start)
