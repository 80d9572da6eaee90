import pytest

from surgeries.rules.names import first_name, short_name, told_apart


@pytest.mark.parametrize(
    ("name", "first", "short"),
    [
        ("Amina O’Neill", "Amina", "Amina O."),
        ("Ada", "Ada", "Ada"),
        ("José María García", "José", "José G."),
        ("李小龍", "李小龍", "李小龍"),
    ],
)
def test_a_name_is_said_short(name, first, short):
    assert (first_name(name), short_name(name)) == (first, short)


def test_two_of_one_first_name_are_told_apart_and_others_say_no_more():
    assert told_apart(["Ali Khan", "ALI Shah", "Zoë D’Arcy"]) == ["Ali K.", "ALI S.", "Zoë"]
