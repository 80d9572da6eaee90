"""Winston rings Olu: no email, no form, and a place all the same."""

import datetime

import pytest
from django.conf import settings
from django.urls import reverse

from surgeries.models import Booking
from surgeries.states import Outcome
from tests import factories
from tests.journeys.visitor import post
from tests.surgeries.views.visitor import coming, words

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_booking_by_telephone_from_the_first_ring_to_the_change_of_mind(client, mailbox):
    olu = factories.create_user(email="olu@example.org", name="Olu Adé")
    series = factories.create_series(organiser=olu, slug="central-birmingham")
    surgery, following = coming(series, 1), coming(series, 30)
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])

    # From this week it is one tap to the form, and a name is enough.
    week = words(client.get(reverse("series_week", args=[series.slug])))
    desk = reverse("booking_by_phone", args=[series.slug, surgery.pk])
    assert f'href="{desk}"' in week
    form = client.get(desk).context["form"]
    answers = {name: form[name].value() or "" for name in form.fields}
    said = answers | {"name": "Winston Clarke", "contact": "07400 123457", "told": "The café"}
    page = words(client.post(desk, said, follow=True))
    assert "Winston Clarke is booked in." in page
    assert "We cannot write to them, so you tell them." in page
    booking = Booking.objects.get()
    assert (booking.booked_by, booking.credited_network, booking.said) == (olu, None, "The café")

    # No mail leaves. The day before he stands on the ring list, and says yes on the telephone.
    assert list(Booking.objects.ring_list(surgery.starts_at - datetime.timedelta(hours=20))) == [
        booking
    ]
    card = reverse("booking_manage", args=[series.slug, booking.pk])
    page = words(client.post(card, {"answer": "yes"}, follow=True))
    assert "Good: Winston Clarke will be there." in page

    # He rings again: not this time. Olu moves him, and gives an address that he remembers now.
    said = {"answer": "next", "on": following.on.isoformat()}
    page = words(client.post(card, said, follow=True))
    assert "Winston Clarke is booked for this evening instead." in page
    moved = Booking.objects.get(moved_from=booking)
    assert moved.said == "The café"
    said = {
        "name": "Winston Clarke",
        "contact": "winston@example.org",
        "slot": moved.slot_id,
        "goal": "",
    }
    page = words(
        client.post(reverse("booking_correct", args=[series.slug, moved.pk]), said, follow=True)
    )
    assert "We write to winston@example.org." in page
    assert post(mailbox).to == ["winston@example.org"]
    assert Booking.objects.exclude(outcome=Outcome.NOT_RECORDED).count() == 0
