"""The cast in front of the team's pages. A file may say otherwise where its story differs."""

import pytest
from django.conf import settings

from tests import factories


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu, slug="central")


@pytest.fixture
def as_olu(client, olu):
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def as_stan(client):
    stan = factories.create_user(email="stan@example.org", name="Stan O’Hara")
    factories.create_series(organiser=stan, slug="stans")
    client.force_login(stan, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client
