"""Evenings of the past with their register filled in."""

from datetime import timedelta

from surgeries.states import Outcome
from tests import factories
from tests.factories import NOW

DAY = timedelta(days=1)


def evening_before(series, weeks, *, came=0, stayed_away=0, walk_ins=0, **fields):
    """An evening some weeks before NOW, with its register filled in."""
    on = (NOW - 7 * weeks * DAY).date()
    surgery = factories.create_surgery(series=series, on=on, places=(came + stayed_away,), **fields)
    for _ in range(came):
        factories.create_booking(surgery=surgery, outcome=Outcome.CAME)
    for _ in range(stayed_away):
        factories.create_booking(surgery=surgery, outcome=Outcome.DID_NOT_COME)
    for _ in range(walk_ins):
        factories.create_booking(surgery=surgery, walked_in=True, outcome=Outcome.CAME)
    return surgery
