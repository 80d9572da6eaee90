import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.sharing import (
    CODE_ALPHABET,
    letters_wanted,
    new_code,
    person_and_group,
    text_to_ask,
    text_to_send,
)

LINK = "https://surgeries.example.org/i/abcd2345/"


def test_the_text_says_what_when_where_and_how():
    assert text_to_send(link=LINK, when="Wed 11 Nov from 5:30pm", place="Canal Street Hall") == (
        "Free help to get our group online: Wed 11 Nov from 5:30pm, Canal Street Hall. "
        f"Bring your phone. {LINK}"
    )


def test_a_short_link_leaves_room_for_friendlier_words():
    assert text_to_send(link="ex.org/i/abcd2345", when="Wed 11 Nov", place="The Hub") == (
        "Free, friendly help to get our group online: Wed 11 Nov, The Hub. "
        "Bring your phone or laptop. Book: ex.org/i/abcd2345"
    )


def test_without_a_date_the_text_names_the_series():
    assert text_to_send(link=LINK, series="Central Birmingham") == (
        "Free, friendly help to get our group online, at Central Birmingham. "
        f"Bring your phone or laptop. See when: {LINK}"
    )


@given(
    when=st.sampled_from(["", "Wed 11 Nov from 5:30pm", "Sun 1 May from 6pm"]),
    name=st.text(min_size=1, max_size=200),
    host=st.integers(1, 60),
)
def test_the_text_always_has_80_to_160_letters_and_its_whole_link(when, name, host):
    link = f"https://{'x' * host}/i/abcd2345/"
    text = text_to_send(link=link, when=when, place=name, series=name)
    assert 80 <= len(text) <= 160
    assert text.endswith(link)


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
