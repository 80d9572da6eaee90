import datetime
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgeries.rules.invitations import SENTENCES, when_long, when_short
from surgeries.rules.sharing import (
    CODE_ALPHABET,
    FIRST_ON,
    invitation,
    letters_wanted,
    new_code,
    note_before,
    person_and_group,
    text_to_ask,
)
from surgeries.states import Language

LINK = "https://surgeries.example.org/i/abcd2345/"


WHEN = {"when": "Wed 11 Nov, 5:30pm", "place": "Canal Street Hall", "series": "Central"}


def test_each_channel_says_what_when_where_and_how_in_words_of_its_own():
    said = {way: invitation(way, "en", link=LINK, **WHEN) for way in FIRST_ON}
    what = "Free help to get your group online. Wed 11 Nov, 5:30pm, Canal Street Hall."
    assert said == {
        "whatsapp": f"Hello all. {what} Beginners are welcome. Book: {LINK}",
        "facebook": f"{what} Please pass it on. Book: {LINK}",
        "email": f"Hello all. {what} Beginners are welcome. Book: {LINK}",
        "newsletter": f"{what} Bring your phone or laptop. Book: {LINK}",
    }


def test_without_a_date_the_text_names_the_series():
    assert invitation("facebook", "en", link=LINK, series="Central Birmingham") == (
        "Free help to get your group online. Central Birmingham. Bring your phone or laptop. "
        f"Please pass it on. Dates: {LINK}"
    )


# The first date in each language loads its names of days.
@settings(deadline=None)
@given(
    way=st.sampled_from(list(FIRST_ON)),
    language=st.sampled_from(list(Language)),
    starts=st.datetimes(timezones=st.just(datetime.UTC)),
    dated=st.booleans(),
    name=st.text(min_size=1, max_size=200),
    host=st.integers(4, 35),
)
def test_every_text_has_80_to_160_letters_and_its_whole_link(
    way, language, starts, dated, name, host
):
    link = f"https://{'x' * host}/i/abcd2345/"
    when = when_short(starts, language) if dated else ""
    text = invitation(way, language, link=link, when=when, place=name, series=name)
    assert 80 <= len(text) <= 160
    assert text.endswith(link)
    assert when in text


def test_each_language_says_every_sentence_and_each_says_something_else():
    assert set(SENTENCES) == set(Language)
    for language, sentences in SENTENCES.items():
        said = astuple(sentences)
        assert (all(said), len(set(said))) == (True, len(said)), language
        assert sentences.say.count("%s") == 1
        assert "%" not in "".join(said).replace("%s", "")


def test_a_poster_says_the_day_in_full_in_its_language():
    starts = datetime.datetime(2026, 11, 11, 17, 30, tzinfo=datetime.UTC)
    assert [when_long(starts, language) for language in ("en", "pl", "es", "fr", "cy")] == [
        "Wednesday 11 November, 5:30pm",
        "środa 11 listopada, 17:30",
        "miércoles 11 de noviembre, 17:30",
        "mercredi 11 novembre, 17:30",
        "Dydd Mercher 11 Tachwedd, 17:30",
    ]
    assert when_short(starts.replace(minute=0), "en") == "Wed 11 Nov, 5pm"


@pytest.mark.parametrize(
    ("coming", "note"),
    [
        (0, "nobody of yours has booked for Wednesday yet. Who might like to come, if you asked?"),
        (1, "1 of yours is coming on Wednesday. Will you say that we look forward to it?"),
        (3, "3 of yours are coming on Wednesday. Will you tell them we look forward to it?"),
    ],
)
def test_a_note_before_a_surgery_is_true_at_any_number(coming, note):
    assert note_before("Bev", coming=coming, day="Wednesday") == f"Hello Bev, {note}"
    assert note_before("", coming=coming, day="Wednesday") == f"Hello, {note}"


def test_asking_for_help_says_when_where_and_that_once_is_enough():
    link = "https://example.org/s/low-hill/2026-11-11/help/"
    text = text_to_ask(link=link, when="Wed 11 Nov from 5:30pm", place="The Hub")
    assert text == (
        "Could you help a neighbour get online? Wed 11 Nov from 5:30pm, The Hub. "
        f"Once is enough: {link}"
    )
    assert "sit beside a neighbour" in text_to_ask(link="ex.org/h", when="Wed", place="The Hub")


@given(name=st.text(min_size=1, max_size=200), host=st.integers(1, 40))
def test_asking_for_help_fits_in_one_text_too(name, host):
    link = f"https://{'x' * host}/s/low-hill/2026-11-11/help/"
    text = text_to_ask(link=link, when="Wed 11 Nov from 5:30pm", place=name)
    assert 80 <= len(text) <= 160
    assert text.endswith(link)


@pytest.mark.parametrize(
    ("to", "who"),
    [
        ("Sharon at Highgate Tenants", ("Sharon", "Highgate Tenants")),
        ("Sharon, Highgate Tenants", ("Sharon", "Highgate Tenants")),
        ("Sharon AT Highgate, Block C", ("Sharon", "Highgate, Block C")),
        ("Highgate Tenants", ("", "Highgate Tenants")),
        ("Ladywood, ", ("", "Ladywood, ")),
        ("Chattering Aunties", ("", "Chattering Aunties")),
    ],
)
def test_a_person_is_told_from_a_group(to, who):
    assert person_and_group(to) == who


@given(st.integers())
def test_codes_are_eight_letters_that_look_like_nothing_else(_):
    code = new_code()
    assert len(code) == 8
    assert set(code) <= set(CODE_ALPHABET)
    assert not set("01ilo") & set(CODE_ALPHABET)


@pytest.mark.parametrize(
    ("letters", "sentence"),
    [
        (79, "Your text has 79 letters. Say a little more: at least 80."),
        (80, ""),
        (160, ""),
        (163, "Your text has 163 letters. Take out 3 so that it fits in one."),
    ],
)
def test_the_length_of_a_text_is_judged_in_a_sentence(letters, sentence):
    assert letters_wanted("x" * letters) == sentence
