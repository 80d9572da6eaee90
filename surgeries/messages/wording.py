"""The words of the messages a series may reword, filled in for one person."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from surgeries.models import Wording
from surgeries.rules.texts import plain_name
from surgeries.rules.wording import (
    Words,
    fill,
    link_in,
    or_ours,
    ours,
    pieces_of,
    placeholders_in,
)
from surgeries.templatetags.words import clock, day, phone

CUT = {"name": 20, "helper": 20, "others": 40, "series": 30}  # letters in a text


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


def in_a_text(words, facts, *, place, roomy=True, replies=False) -> str:
    """What a text says between the name of the series and the link, on one line.

    `place` is what it says for {place}, "" where there is no room; without `roomy` it leaves out
    when she sets off; `replies` says whether an answer to it reaches us. The day is said in short,
    names are cut, and nothing is put in that a phone would make a link of (R29, T-INJ-13).
    """
    values = _values(facts, *placeholders_in(words.text)) | {
        "day": date_format(_local(facts), "D j M"),
        "answer": _("reply NO.") if replies else _("tap:"),
    }
    values |= {name: plain_name(values[name], most) for name, most in CUT.items() if name in values}
    values = {name: "" if link_in(value) else value for name, value in values.items()}
    values["place"] = place
    if not roomy:
        values["set_off"] = ""
    return " ".join(fill(words.text, values).split())


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
