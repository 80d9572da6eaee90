"""check_promises by hand: a sentence when all is well, the rows and exit 1 when not."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from surgeries.management.commands import check_promises
from surgeries.models import Booking, PromiseCheck
from surgeries.rules.promises import PROMISES
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def check():
    out = StringIO()
    try:
        call_command("check_promises", stdout=out)
    except CommandError as fault:
        return out.getvalue(), str(fault)
    return out.getvalue(), None


def test_all_is_well():
    assert check() == (f"All {len(PROMISES)} promises are kept.\n", None)
    assert PromiseCheck.objects.get().broken == {}


@pytest.fixture
def two_wait():
    """Two who wait and never said at which time."""
    surgery = factories.create_surgery(places=(0,))
    return [factories.create_booking(surgery=surgery, state="waiting") for _ in range(2)]


def test_a_broken_promise_is_said_in_a_sentence_with_its_rows(two_wait):
    said, fault = check()
    assert fault == f"1 of {len(PROMISES)} promises are broken."
    first, *rows = said.strip().splitlines()
    assert first == (
        "Whoever waits for a place accepts at least one arrival time. (who_waits_says_when)"
    )
    assert sorted(rows) == sorted(f"  booking {booking.pk}" for booking in two_wait)
    assert not any(one.attendee.name in said for one in Booking.objects.select_related("attendee"))


def test_many_rows_are_counted_and_not_all_printed(two_wait, monkeypatch):
    monkeypatch.setattr(check_promises, "MOST_ROWS", 1)
    assert check()[0].endswith("  and 1 more\n")
