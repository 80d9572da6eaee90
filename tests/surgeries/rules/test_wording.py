"""Words with placeholders: filled by name only, and nothing unsound among them (R29, R30)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.refusals import Refused
from surgeries.rules.texts import is_narrow
from surgeries.rules.wording import (
    KINDS,
    NEWS,
    NOT_IN,
    PARTS,
    PLACEHOLDERS,
    Piece,
    Sort,
    fill,
    ours,
    pieces_of,
    placeholders_in,
    refuse_unless_sound,
)

VALUES = {
    "name": "Amina",
    "day": "Wednesday 11 November",
    "time": "5:30pm",
    "place": "Canal Street Hall",
    "helper": "a helper",
    "others": "",
    "set_off": "",
}


def refused(part, text):
    """The sentence with which `text` is refused, or "" when it is not."""
    try:
        refuse_unless_sound(part, text)
    except Refused as refusal:
        assert refusal.field == part
        return refusal.sentence
    return ""


# Filling in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Come on {day}, {time}", "Come on Wednesday 11 November, 5:30pm"),
        ("{name} and {name}", "Amina and Amina"),
        ("{event.__init__.__globals__}", "{event.__init__.__globals__}"),
        ("{name.__class__} {name[0]} {name!r:>9}", "{name.__class__} {name[0]} {name!r:>9}"),
        ("{{name}} {{ name }} {% now 'Y' %}", "{{name}} {{ name }} {% now 'Y' %}"),
        ("{stranger} {} {0}", "{stranger} {} {0}"),
        ("%s %(name)s $name \\{", "%s %(name)s $name \\{"),
    ],
)
def test_only_known_names_between_single_braces_are_replaced(text, filled):
    """T-INJ-03."""
    assert fill(text, VALUES) == filled


def test_what_python_makes_of_such_a_template_is_why_we_do_not_let_it():
    """Negative control: str.format reads whatever hangs on what it is given."""
    assert "{name.__class__}".format(name="Amina") == "<class 'str'>"


def test_what_is_filled_in_is_not_filled_in_again():
    """T-INJ-03."""
    assert fill("{name}, {time}", {"name": "{time}", "time": "{name}"}) == "{time}, {name}"


@given(st.text(), st.text())
def test_whatever_is_typed_only_known_names_change(text, name):
    assert fill(text, {}) == text
    without_breaks = " ".join(text.split())
    for word in ("{name}", "{other}"):
        said = f"A {without_breaks.replace('{', '').replace('}', '')} {word}"
        assert fill(said, {"name": name or "x"}) == said.replace("{name}", name or "x")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello\nWith you: {others}\nBye", "Hello\nBye"),
        ("{others}{set_off}", ""),
        ("{name} and {others}", "Amina and "),
        ("{name}, {others}.", "Amina."),
        ("Nothing to fill in\n", "Nothing to fill in\n"),
        ("{unknown} {others}", ""),
    ],
)
def test_a_line_is_left_out_when_all_of_its_placeholders_are_empty(text, filled):
    assert fill(text, VALUES) == filled


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{helper} waits", "A helper waits"),
        ("Come. {helper} waits", "Come. A helper waits"),
        ("Come, {helper} waits", "Come, a helper waits"),
        ("  {helper} waits", "  A helper waits"),
    ],
)
def test_a_value_begins_a_sentence_with_a_capital(text, filled):
    assert fill(text, VALUES) == filled


def test_names_are_as_they_were_typed():
    assert fill("{name}\n{series}\n{link}", dict.fromkeys(("name", "series", "link"), "x")) == (
        "x\nx\nx"
    )


# As a page -------------------------------------------------------------------------------


def test_the_line_with_the_link_is_the_button_and_day_and_time_are_set_large():
    email = (
        "You are booked for {day}, {time}, at {place}.\n\n"
        "With you: {others}\n\n"
        "Dear all:\ncome along\nI’ll be there : {link}\nor ring\n\n"
        "On {day}, {time} again."
    )
    assert pieces_of(email, VALUES) == [
        Piece(Sort.WORDS, "You are booked for"),
        Piece(Sort.WHEN, "Wednesday 11 November, 5:30pm"),
        Piece(Sort.WORDS, "at Canal Street Hall."),
        Piece(Sort.WORDS, "Dear all:\ncome along"),
        Piece(Sort.BUTTON, "I’ll be there"),
        Piece(Sort.WORDS, "or ring"),
        Piece(Sort.WORDS, "On Wednesday 11 November, 5:30pm again."),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_page_and_text_of_our_own_words_say_the_same(kind):
    email = ours(kind).email
    values = {name: f"<{name}>" for name in PLACEHOLDERS}
    in_text = fill(email, values).replace(": <link>", "").replace(", ", " ").split()
    on_page = " ".join(piece.text for piece in pieces_of(email, values)).replace(", ", " ").split()
    assert on_page == in_text


# What may be written ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", PARTS)
def test_our_own_words_are_sound(kind, part):
    assert refused(part, getattr(ours(kind), part)) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_texts_are_in_letters_of_which_160_are_one_text(kind):
    assert is_narrow(ours(kind).text)


@pytest.mark.parametrize("part", PARTS)
def test_nothing_is_sound_and_says_what_we_say(part):
    assert refused(part, "") == ""


SOUND = "Come, {name}: {link}"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("subject", "{weekday} {time}, e.g. at 17.30pm (St. Mary’s)"),
        ("email", SOUND),
        ("email", f"{SOUND}\n\n{{event.__init__}} and {{{{x}}}} stay text"),
        ("text", "Come, {name}. {answer}"),
    ],
)
def test_sound_words_are_taken(part, text):
    assert refused(part, text) == ""


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\0"])
def test_a_subject_is_one_line(break_):
    """T-INJ-05."""
    text = f"Wednesday{break_}Bcc: evil@example.org"
    assert refused("subject", text) == "Write the subject in one line."


@pytest.mark.parametrize("control", ["\r", "\0", "\x1b", "\x85", "\u2028"])
@pytest.mark.parametrize("part", ["email", "text"])
def test_no_control_is_among_the_letters(part, control):
    assert refused(part, f"{SOUND if part == 'email' else 'Come'}{control}") == "Use plain letters."


@pytest.mark.parametrize("word", ["nmae", " name ", "Name", "0", "näme", "name_"])
def test_an_unknown_placeholder_is_refused_naming_the_known_ones(word):
    sentence = refused("subject", f"Come, {{{word}}}")
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS if name not in NOT_IN["subject"])
    assert sentence == f"{{{word}}} cannot stand here. You can write {known}."


@pytest.mark.parametrize(
    ("part", "text"),
    [("subject", "Come: {link}"), ("email", f"{SOUND} {{answer}}"), ("text", "Come: {link}")],
)
def test_each_part_has_its_own_placeholders(part, text):
    assert " cannot stand here. You can write {name}, " in refused(part, text)


@pytest.mark.parametrize("text", ["Come.", "Come: {link}\n\nOr: {link}", "Come: {{link}}"])
def test_a_mail_has_one_link(text):
    sentence = "Write {link} once: it leads to the page where people answer."
    assert refused("email", text) == sentence


@pytest.mark.parametrize("line", ["{link}", " : {link}", "{others}: {link}"])
def test_the_button_says_something_of_its_own(line):
    sentence = "Write what the button says before {link}, like “I’ll be there, or I can’t”."
    assert refused("email", f"Come\n{line}") == sentence


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("see https://evil.example/x now", "https://evil.example/x"),
        ("see (www.evil) now", "www.evil"),
        ("see evil.example now", "evil.example"),
        ("write to olu@example.org.", "olu@example.org"),
        ("javascript://x", "javascript://x"),
    ],
)
@pytest.mark.parametrize("part", PARTS)
def test_the_only_link_is_ours(part, said, named):
    text = f"{said} {SOUND}" if part == "email" else said
    sentence = f"Take “{named}” out: the only link in a message is the one that we put in."
    assert refused(part, text) == sentence


@pytest.mark.parametrize("news", NEWS)
@pytest.mark.parametrize("part", PARTS)
def test_news_is_refused(part, news):
    """R30."""
    text = f"Come. {news.upper().replace(' ', '  ')}"
    sentence = refused(part, f"{text} {SOUND}" if part == "email" else text)
    assert sentence.startswith(f"Take “{news}” out. This message is about a booking")


def test_words_as_long_as_they_may_be_are_read_at_once():
    """Nobody can keep us busy with what they type."""
    assert refused("email", SOUND + "a-" * 990) == ""
    assert refused("email", SOUND + "{" * 1900) == ""


def test_placeholders_are_told_apart_from_text():
    assert placeholders_in("{a} {{b}} { c } {d.e} {f}") == {"a", "f"}
