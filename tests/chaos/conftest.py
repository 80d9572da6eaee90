"""What chaos may ask for: how long it goes on, and people in processes of their own."""

import pytest

from tests.chaos.processes import Processes


def pytest_addoption(parser):
    parser.addoption(
        "--long", action="store_true", help="bookings five times as often, the outbox ten times"
    )


@pytest.fixture(scope="session")
def times(request):
    """By how much tries and deeds are multiplied."""
    return 5 if request.config.getoption("--long") else 1


@pytest.fixture(scope="session")
def share_of(request):
    """What a promised number comes to in this run: with `--long` all of it, else a tenth."""
    return (lambda number: number) if request.config.getoption("--long") else _a_tenth


def _a_tenth(number):
    return -(-number // 10)


@pytest.fixture(scope="session")
def processes(django_db_setup, django_db_blocker):
    """Processes that work on the database of the tests; ended before it is taken away."""
    with django_db_blocker.unblock(), Processes() as started:
        yield started
