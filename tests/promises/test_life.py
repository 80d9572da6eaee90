"""Lives of bookings that nobody has thought of; every promise holds after every step (P2)."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from surgeries.actions import answers
from surgeries.actions.places import deal_places
from tests.promises.life import Life

pytestmark = pytest.mark.django_db

# The same lives each time, so that nobody's change fails by chance; chaos lives new ones.
BRIEF = settings(
    max_examples=14,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def test_in_every_life_of_a_booking_every_promise_is_kept():
    run_state_machine_as_test(Life, settings=BRIEF)


def test_without_promotion_after_a_cancellation_an_empty_chair_is_found(monkeypatch):
    """The negative control: a machine that misses this proves nothing (reliability.md 3.4)."""
    monkeypatch.setattr(answers, "settle_places", lambda surgery, now: deal_places(surgery))
    with pytest.raises(AssertionError, match="no place is free that a waiting party fits"):
        run_state_machine_as_test(Life, settings=settings(BRIEF, max_examples=100))
