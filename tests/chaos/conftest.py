"""What chaos may ask for: how long it goes on, and people in processes of their own."""

import pytest

from tests.chaos.processes import Processes


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="chaos goes on five times as long")


@pytest.fixture(scope="session")
def times(request):
    """By how much everything is multiplied."""
    return 5 if request.config.getoption("--long") else 1


@pytest.fixture(scope="session")
def processes(django_db_setup, django_db_blocker):
    """Processes that work on the database of the tests; ended before it is taken away."""
    with django_db_blocker.unblock(), Processes() as started:
        yield started
