import pytest

from surgeries.rules.code_words import EASY_WORDS, suggested_word, tells_a_name, wrong_with_word
from surgeries.rules.matching import Known, Meaning, Source, meaning_of


def anything(word):
    return True


def test_the_easy_words_are_right_and_none_is_taken_for_another():
    known = [Known(Source.ALIAS, word, network) for network, word in enumerate(EASY_WORDS, 1)]
    for network, word in enumerate(EASY_WORDS, 1):
        assert wrong_with_word(word) == ""
        others = [one for one in known if one.network != network]
        assert (meaning_of(word, known), meaning_of(word, others)) == (Meaning(network), None)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Highgate Tenants", "Highgate"),
        ("The Friends of St Mary’s", "Mary"),
        ("bromsgrove u3a", "Bromsgrove"),
        ("", EASY_WORDS[3]),
        ("The Choir", EASY_WORDS[3]),
        ('=HYPERLINK("x")', "Hyperlink"),
    ],
)
def test_a_word_is_suggested_from_the_name_or_from_the_list(name, word):
    assert suggested_word(name, seed=3, is_free=anything) == word


def test_what_is_taken_is_not_suggested_and_there_is_always_one():
    first = suggested_word("", seed=3, is_free=anything)
    assert suggested_word("", seed=3, is_free=lambda word: word != first) == EASY_WORDS[4]
    assert suggested_word("", seed=3, is_free=lambda word: word not in EASY_WORDS) == f"{first} 2"


@pytest.mark.parametrize("word", ["Robin", "red kite", "Amina 7", "O’Neill", "Błysk"])
def test_words_that_are_easy_to_say(word):
    assert wrong_with_word(word) == ""


@pytest.mark.parametrize(
    ("word", "tells"),
    [("Canary", True), ("canarybird", True), ("Can", False), ("Robin", False), ("CÁNARY", True)],
)
def test_a_word_gives_a_name_away_or_not(word, tells):
    assert tells_a_name(word, ["Canary Mosque", ""]) is tells
