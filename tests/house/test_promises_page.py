"""docs/promises.md names each promise once, and only tests that there are."""

import re
from collections import Counter

import pytest
from django.conf import settings

PAGE = settings.BASE_DIR / "docs" / "promises.md"
NAMED = {"LNK": range(1, 14), "ENU": range(1, 4), "REQ": range(1, 4), "BIZ": range(1, 9)}
NAMED |= {"INJ": (5, 6, 7, 13), "OUT": range(1, 11)}
CODES = [f"P{number}" for number in range(1, 31)] + [
    f"T-{room}-{number:02}" for room, numbers in NAMED.items() for number in numbers
]
PATH = re.compile(r"\b(?:tests|bench)/[\w/.-]+")
COUNTS = ("`tests/", "`make chaos`", "`make bench ", "not yet proven: ")


def rows_of(page):
    """{code: the cell that says what proves it} and how often each code stands in a table."""
    found = re.findall(r"^\| ([PT][\w-]+) \|.*\| (.+) \|$", page, re.M)
    return dict(found), Counter(code for code, _proof in found)


def missing_paths(page):
    return sorted(
        path for path in set(PATH.findall(page)) if not (settings.BASE_DIR / path).exists()
    )


def test_every_promise_and_every_named_test_stands_there_once():
    proofs, times = rows_of(PAGE.read_text())
    assert times == Counter(CODES)
    empty = [code for code, proof in proofs.items() if not any(word in proof for word in COUNTS)]
    assert empty == [], "Name the test that proves it, or write 'not yet proven: ' and why."


def test_every_test_it_names_is_there():
    assert missing_paths(PAGE.read_text()) == [], (
        "docs/promises.md names a test that is gone. Name the one that proves it now."
    )


def test_every_code_of_a_test_stands_in_some_docstring():
    said = "".join(path.read_text() for path in (settings.BASE_DIR / "tests").rglob("test_*.py"))
    known = {code for code in CODES if code.startswith("T-")}
    spans = re.findall(r"(T-[A-Z]+)-(\d\d) to (\d\d)", said)
    inside = {f"{room}-{n:02}" for room, a, b in spans for n in range(int(a), int(b) + 1)}
    assert {code for code in known if code not in said} - inside == set()


@pytest.mark.parametrize(
    ("page", "gone"),
    [("| P1 | x | `tests/no/such.py` |", ["tests/no/such.py"]), ("`tests/factories.py`", [])],
)
def test_a_test_that_is_gone_would_be_found(page, gone):
    """Negative control."""
    assert missing_paths(page) == gone
