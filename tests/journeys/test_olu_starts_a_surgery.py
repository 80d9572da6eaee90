"""Olu sets her first date, passes it on, and in the end has to call it off."""

import datetime
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surgeries.models import InviteLink, Message, Surgery
from surgeries.states import MessageKind, SurgeryState
from tests import factories

pytestmark = pytest.mark.django_db


def test_olu_starts_a_surgery_passes_it_on_and_calls_it_off(client):
    olu = factories.create_user(email="olu@example.org", name="Olu Adé")
    series = factories.create_series(organiser=olu, slug="central")
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])

    week = client.get(reverse("series_week", args=["central"])).content.decode()
    assert "Set your first date" in week
    assert reverse("surgery_create", args=["central"]) in week

    in_a_week = timezone.localdate() + datetime.timedelta(days=7)
    client.post(
        reverse("surgery_create", args=["central"]),
        {
            "place": "Canal Street Hall",
            "on": in_a_week.isoformat(),
            "starts": "17:30",
            "organiser_helps": "on",
            "publish": "yes",
        },
    )
    surgery = Surgery.objects.get()
    assert surgery.places.count() == 2

    page = client.post(
        reverse("share", args=["central"]),
        {"who": "Sharon at Highgate Tenants", "agreed": "on"},
        follow=True,
    )
    text = page.context["texts"][0]["form"]["text"].value()
    assert 80 <= len(text) <= 160

    link = re.search(rf"{settings.SITE_URL}(\S+)$", text)[1]
    followed = Client().get(link)
    assert "Canal Street Hall" in followed.content.decode()
    assert followed.cookies == {}

    factories.create_booking(
        slot=surgery.slots.first(),
        attendee=factories.create_attendee(series=series),
        network=InviteLink.objects.first().network,
    )
    assert (
        "Amina"
        in client.get(reverse("surgery_detail", args=["central", surgery.pk])).content.decode()
    )

    asked = client.get(reverse("surgery_cancel", args=["central", surgery.pk]))
    assert "We write to 1 person by email." in asked.content.decode()
    client.post(reverse("surgery_cancel", args=["central", surgery.pk]))
    assert [(m.kind, m.booking.attendee.name) for m in Message.objects.all()] == [
        (MessageKind.SURGERY_CANCELLED, "Amina O’Neill")
    ]

    client.post(
        reverse("surgery_create", args=["central"]),
        {"place": "canal street hall", "on": in_a_week.isoformat(), "starts": "18:00"},
    )
    again = Surgery.objects.get(state=SurgeryState.DRAFT)
    assert (again.on, again.venue) == (in_a_week, surgery.venue)
