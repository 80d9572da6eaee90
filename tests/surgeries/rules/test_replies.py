"""What people write back, and that nothing is done on a guess."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.replies import may_mean, meaning_of
from surgeries.states import ReplyMeaning

WEDNESDAY = datetime.date(2026, 11, 11)
TUESDAY = WEDNESDAY - datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *((text, ReplyMeaning.STOP) for text in ("STOP", "stop.", " Stop!! ", "STOPALL")),
        *((text, ReplyMeaning.STOP) for text in ("Stop all", "unsubscribe", "Opt out", "END")),
        *((text, ReplyMeaning.STOP) for text in ("quit", "Stop texting me", "STOP please")),
        *((text, ReplyMeaning.START) for text in ("START", "start", "Unstop")),
        *((text, ReplyMeaning.CANNOT) for text in ("can't come", "Can’t come", "cant come", "NO")),
        *((text, ReplyMeaning.CANNOT) for text in ("no.", "Cannot", "Can not come", "CANCEL")),
        *((text, ReplyMeaning.CANNOT) for text in ("I can't make it, sorry", "Not coming")),
        ("Hi, sorry, I’m afraid I can’t come after all", ReplyMeaning.CANNOT),
        ("cant come tomorrow", ReplyMeaning.CANNOT),
        ("I won't be able to come on Wednesday", ReplyMeaning.UNCLEAR),
        ("Sorry we cannot be there on Wednesday", ReplyMeaning.CANNOT),
        *((text, ReplyMeaning.UNCLEAR) for text in ("", " ", "🙂", "?", "yes", "I'll be there")),
        *((text, ReplyMeaning.UNCLEAR) for text in ("No problem", "don't cancel", "Can I come?")),
        *((text, ReplyMeaning.UNCLEAR) for text in ("Can't wait", "Is it cancelled?")),
        ("Stop by at 5 and see us", ReplyMeaning.UNCLEAR),
        ("Which bus stop?", ReplyMeaning.UNCLEAR),
        ("The end of the street, is that right?", ReplyMeaning.UNCLEAR),
        ("I can't come but my sister can", ReplyMeaning.UNCLEAR),
    ],
)
def test_what_a_text_means(text, meaning):
    assert meaning_of(text) == meaning


@given(st.text())
def test_any_text_means_something(text):
    assert meaning_of(text) in ReplyMeaning


@pytest.mark.parametrize(
    ("text", "on", "may"),
    [
        ("can't come", WEDNESDAY, True),
        ("can't come tomorrow", WEDNESDAY, True),
        ("can't come on Wednesday", WEDNESDAY, True),
        ("can't come today", TUESDAY, True),
        ("can't come tonight", WEDNESDAY, False),
        ("can't come on Thursday", WEDNESDAY, False),
        ("can't come tomorrow", WEDNESDAY + datetime.timedelta(days=7), False),
    ],
)
def test_a_day_that_is_named_must_be_the_day(text, on, may):
    assert may_mean(text, on, today=TUESDAY) is may
