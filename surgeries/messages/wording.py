"""The words of the messages a series may reword, filled in for one person."""

import datetime
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from surgeries.models import Attendee, Booking, Message, Surgery, Wording
from surgeries.rules.texts import letters_of, parts_of
from surgeries.rules.wording import Piece, Words, fill, or_ours, ours, pieces_of, placeholders_in
from surgeries.states import BookingState, SurgeryState
from surgeries.templatetags.words import clock, day, phone

from .facts import facts_of

NAMES = ("name", "helper", "others")
LONGEST_NAME = 20  # in a text


def words_of(series, kind) -> Words:
    """What `series` says in messages of `kind`: its own words where it has some, else ours."""
    own = Wording.objects.filter(series=series, kind=kind).first()
    return or_ours(kind, own) if own else ours(kind)


def in_a_mail(kind, words, facts) -> dict:
    """`subject`, `body` and the `pieces` of a page: `words` filled in with the facts of a message.

    All three say the same. A subject of which nothing is left is ours.
    """
    our_subject = ours(kind).subject
    values = _values(facts, *placeholders_in(words.subject + our_subject + words.email))
    return {
        "subject": fill(words.subject, values) or fill(our_subject, values),
        "body": fill(words.email, values),
        "pieces": pieces_of(words.email, values),
    }


def in_a_text(words, facts, *, place, replies=False) -> str:
    """What a text says between the name of the series and the link, on one line.

    `place` is what it says for {place}, "" where there is no room; `replies` whether an answer
    to it reaches us. The day is said in short and names are cut (R29, T-INJ-13).
    """
    values = _values(facts, *placeholders_in(words.text)) | {
        "place": place,
        "day": date_format(_local(facts), "D j M"),
        "answer": _("reply NO.") if replies else _("tell us here:"),
    }
    values |= {name: values[name][:LONGEST_NAME].strip() for name in NAMES if name in values}
    return " ".join(fill(words.text, values).split())


# To be looked at before it is kept --------------------------------------------------------


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
    facts = facts_of(Message(kind=kind, booking=booking, series=series), now)
    mail = in_a_mail(kind, words, facts)
    text = _whole_text(series, words, facts)
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


def _whole_text(series, words, facts):
    """With the place where it costs no second text."""
    venue = facts["venue"]
    for place in (venue.name if venue else "", ""):
        text = f"{series.name}: {in_a_text(words, facts, place=place)} {facts['link']}"
        if parts_of(text) == 1:
            break
    return text


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


# What stands for each placeholder --------------------------------------------------------


def _values(facts, *names):
    """What each of the placeholders `names` stands for; only those are looked up."""
    return {name: str(_SAYS[name](facts)) for name in names if name in _SAYS}


def _local(facts):
    return facts["when"].astimezone(facts["series"].zone)


def _of_venue(field):
    return lambda facts: getattr(facts["venue"], field, "")


def _bring(facts):
    return _of_venue("bring")(facts) or _("your own phone or laptop, if you have one")


def _set_off(facts):
    at = facts["booking"].sets_off_at
    return clock(at) if at else ""


def _helper(facts):
    """The first name of a helper who is coming and agreed to be named, else "a helper" (R23)."""
    if facts["surgery"].pk is None:
        return _("a helper")
    confirmed = facts["surgery"].helpings.confirmed()
    named = confirmed.filter(helper__name_public_from__lte=facts["now"]).select_related("helper")
    helping = named.order_by("helper__name").first()
    return helping.helper.first_name if helping else _("a helper")


_SAYS = {
    "name": lambda facts: facts["name"],
    "weekday": lambda facts: date_format(_local(facts), "l"),
    "day": lambda facts: day(facts["when"], facts["series"]),
    "time": lambda facts: clock(facts["when"], facts["series"]),
    "place": lambda facts: facts["where"] or facts["series"].name,
    "helper": _helper,
    "door": _of_venue("find_the_door"),
    "stop": _of_venue("nearest_stop"),
    "bring": _bring,
    "set_off": _set_off,
    "others": lambda facts: facts["others"],
    "phone": lambda facts: phone(facts["series"].phone),
    "series": lambda facts: facts["series"].name,
    "link": lambda facts: facts["link"],
    "answer": lambda facts: "",
}
