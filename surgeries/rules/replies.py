"""What a text that somebody wrote to us means. Whatever is not quite clear is for a person."""

import datetime
import re

from surgeries.states import ReplyMeaning

STOP = ("stop", "stopall", "unsubscribe", "end", "quit", "optout", "revoke")
START = ("start", "unstop", "subscribe")
# As people write it, without apostrophes and after `FILLERS` are gone.
CANNOT = (
    "no",
    "nope",
    "cancel",
    "cannot",
    "cant",
    "can not",
    "wont",
    "unable",
    "not coming",
    "cancel it",
    "cancel booking",
    "cancel my booking",
    *(
        f"{no} {verb}"
        for no in ("cannot", "cant", "can not", "wont", "will not", "unable to", "not able to")
        for verb in ("come", "make it", "be there", "attend", "do it", "be coming")
    ),
)
# "Hi, sorry, I’m afraid I can’t come after all" says no more than "can’t come".
FILLERS = re.compile(
    r"\b(?:hi|hello|hiya|dear|sorry|so|very|im|i|am|afraid|but|we|please|pls|thanks|thank you|ta"
    r"|after all|now|anymore|any more|this time|tonight|today|tomorrow"
    r"|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_AHEAD = {"tonight": 0, "today": 0, "tomorrow": 1}
LONGEST_STOP = 3  # words: "stop texting me", but not a sentence that begins like it


def meaning_of(text: str) -> ReplyMeaning:
    """STOP, START, CANNOT or, for everything else, UNCLEAR."""
    said = _words(text)
    if not said:
        return ReplyMeaning.UNCLEAR
    words = said.split()
    together = "".join(words)
    if together in STOP or (words[0] in STOP[:3] and len(words) <= LONGEST_STOP):
        return ReplyMeaning.STOP
    if together in START:
        return ReplyMeaning.START
    core = " ".join(FILLERS.sub(" ", said).split())
    return ReplyMeaning.CANNOT if core in CANNOT else ReplyMeaning.UNCLEAR


def may_mean(text: str, on: datetime.date, today: datetime.date) -> bool:
    """Whether a text may speak of the evening on `on`: no word in it names another day."""
    return all(
        (word not in DAYS_AHEAD or (on - today).days == DAYS_AHEAD[word])
        and (word not in WEEKDAYS or on.weekday() == WEEKDAYS.index(word))
        for word in _words(text).split()
    )


def _words(text):
    """Small letters and single spaces; "Can’t come!!" is "cant come"."""
    joined = re.sub(r"[‘’'`´]", "", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", joined))
