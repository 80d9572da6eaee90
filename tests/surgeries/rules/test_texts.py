"""What a text costs, how it is made plain, and who may get one (R29, T-BIZ-08, T-INJ-13)."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.texts import (
    TO_TAP,
    in_e164,
    is_narrow,
    letters_of,
    may_be_texted,
    month_of,
    parts_of,
    plain,
    plain_name,
    takes_replies,
)


@pytest.mark.parametrize(
    ("text", "letters", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("é£ñü@_", 6, 1),
        ("[]{}^\\|~€", 18, 1),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("ł" * 70, 70, 1),
        ("ł" * 71, 71, 2),
        ("🙂" * 35, 70, 1),
        ("🙂" * 36, 72, 2),
        ("ł" * 135, 135, 3),
    ],
)
def test_a_text_is_counted_as_it_is_charged(text, letters, parts):
    assert (letters_of(text), parts_of(text)) == (letters, parts)


@pytest.mark.parametrize(
    ("written", "plainly"),
    [
        ("Can’t come?  “No”", 'Can\'t come? "No"'),
        ("5 – 6…", "5 - 6..."),
        ("Zoë’s café", "Zoe's café"),
        ("Łódź, Siobhán, Nguyễn, Ðura", "Lodz, Siobhan, Nguyen, Dura"),
        ("Ⅳ ｆｕｌｌ ﬁ", "IV full fi"),
        ("黄记 hall", "hall"),
        ("two\nlines\tand\xa0more", "two lines and more"),
        ("🙂", ""),
    ],
)
def test_words_become_plain(written, plainly):
    assert plain(written) == plainly


@given(st.text())
def test_whatever_is_written_costs_no_wide_letters(text):
    assert is_narrow(plain(text))
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("name", "most", "kept"),
    [
        ("Dudley", 12, "Dudley"),
        ("Central Birmingham", 30, "Central Birmingham"),
        ("Central Birmingham Social Media Surgery", 30, "Central Birmingham Social"),
        ("Central Birmingham", 12, "Central"),
        ("Llanfairpwllgwyngyll", 12, "Llanfairpwll"),
        ("The [Big] One", 10, "The [Big"),
        ("St. Mary’s", 12, "St. Mary's"),
        ("黄记", 12, ""),
    ],
)
def test_a_name_is_cut_between_words(name, most, kept):
    assert plain_name(name, most) == kept


@pytest.mark.parametrize(
    "name",
    [
        "win.example",
        "Go to win.example now",
        "https://win.example",
        "win．example",
        "win／prize",
        "me@win",
        "Ring 0906 123 4567",
        "09061234567",
        "٠٩٠٦١٢٣٤٥٦٧",
    ],
)
def test_a_name_that_could_be_tapped_is_left_out(name):
    assert plain_name(name, 40) == ""


@given(st.text(), st.integers(1, 40))
def test_no_name_is_too_long_or_can_be_tapped(name, most):
    kept = plain_name(name, most)

    assert letters_of(kept) <= most
    assert not TO_TAP.search(kept)


@pytest.mark.parametrize(
    ("number", "may"),
    [
        ("+447400123456", True),
        ("+33612345678", False),  # a mobile, in France
        ("+4474001234", False),  # too short
        ("+441212345678", False),  # a landline
        ("+449061234567", False),  # premium
        ("+447624123456", False),  # a mobile of the Isle of Man: abroad, and dear
        ("+881612345678", False),  # satellite
        ("+448001111", False),  # a helpline
        ("+447012345678", False),  # a personal number, at 50p a minute
        ("", False),
        ("amina@example.org", False),
    ],
)
def test_only_mobiles_of_our_country_get_texts(number, may):
    assert may_be_texted(number, ("GB",)) is may


def test_another_country_can_be_allowed():
    assert may_be_texted("+33612345678", ("GB", "FR"))


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        ("+447400123456", "+447400123456"),
        ("447400123456", "+447400123456"),
        ("07400 123456", "+447400123456"),
        ("+33612345678", "+33612345678"),
        ("Vodafone", ""),
        ("", ""),
    ],
)
def test_numbers_are_compared_as_contacts_are_stored(number, stored):
    assert in_e164(number, "GB") == stored


@pytest.mark.parametrize(
    ("sender", "takes"),
    [("+447900123456", True), ("60777", True), ("Surgery", False), ("MG" + "0a" * 16, True)],
)
def test_a_word_as_sender_takes_no_answers(sender, takes):
    assert takes_replies(sender) is takes


def test_texts_are_counted_by_the_month():
    ends = datetime.datetime(2026, 11, 30, 23, 59, tzinfo=datetime.UTC)

    assert month_of(ends) == datetime.date(2026, 11, 1)
    assert month_of(ends + datetime.timedelta(minutes=1)) == datetime.date(2026, 12, 1)
