"""A real register comes in, is counted, comes in again, and goes out whole."""

import io
import json
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from surgeries.models import Attendee, Booking, ImportRun, Network, Series, Surgery, TeamMember
from surgeries.states import Role
from tests.factories import NOW, create_user

BESIDE_THE_PROJECT = settings.BASE_DIR.parent / "shared" / "data" / "register_sample.csv"
SAMPLE = Path(os.environ.get("SAMPLE_REGISTER", BESIDE_THE_PROJECT))

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not SAMPLE.exists(),
        reason="The sample register is not part of the project (its licence is non-commercial): "
        "put its path in SAMPLE_REGISTER.",
    ),
]


def command(*words):
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_a_real_register_from_file_to_dashboard_and_back(client):
    new = ("import_register", str(SAMPLE), "--series", "real", "--new-series", "A real register")

    assert "19834 rows read.\nNew: 18462 bookings, 20 surgeries, 78 networks" in command(*new)

    figures = json.loads(command("turnout", "--series", "real", "--format", "json"))
    networks = figures["networks"]
    assert (figures["booked"], figures["recorded"], len(networks)) == (18_462, 18_462, 78)
    for name in ("booked", "recorded", "came", "walk_ins"):
        assert sum(network[name] for network in networks) == figures[name]
    assert sum(network["new_people"] for network in networks) <= figures["came"]
    assert min(network["booked"] for network in networks) == 1
    order = [(-network["came"], network["network"]) for network in networks]
    assert order == sorted(order)

    olu, series = create_user(), Series.objects.get()
    TeamMember.objects.create(series=series, user=olu, role=Role.ORGANISER, joined_at=NOW)
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get(reverse("turnout", args=["real"]), {"period": "all"}).content.decode()
    top = networks[0]
    assert (
        f"People came {figures['came']:,} times through 78 networks, "
        f"{top['came']:,} of them through {top['network']}."
    ) in page

    assert "Nothing changed" in command(*new)
    command("undo_import", str(ImportRun.objects.get().pk))
    left = [model.objects.count() for model in (Booking, Attendee, Network, Surgery)]
    assert left == [0, 0, 0, 0]
