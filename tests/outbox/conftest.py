"""A post office of each test's own, and a surgery that is to come by the database's clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.outbox.post_office import PostOffice


@pytest.fixture
def post_office(settings):
    """A PostOffice that this process sends to."""
    office = PostOffice()
    with office.listening() as url:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(url.rpartition(":")[2])
        yield office


@pytest.fixture
def surgery():
    """Eleven days ahead, with chairs for many."""
    day = timezone.localdate() + timedelta(days=11)
    series = factories.create_series(organiser=factories.create_user(email="olu@example.org"))
    return factories.create_surgery(series=series, on=day, places=(40, 40))
