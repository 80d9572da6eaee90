"""Hana offers one evening, is answered, sees who comes on the day, and cannot come after all."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.sending import sweep
from surgeries.models import Helping, Surgery
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def link_in(mail, start):
    """The path of the one link in a mail's text that begins like this."""
    address = re.search(rf"https?://\S+{start}\S+", mail.text)[0]
    return urlsplit(address).path


def places_of(surgery):
    return surgery.places.count()


def test_hana_helps(client, mailbox):
    now = timezone.now()
    olu_account = factories.create_user(email="olu@example.org", name="Olu Adé")
    series = factories.create_series(organiser=olu_account)
    on = (now + timedelta(days=6)).astimezone(series.zone).date()
    surgery = factories.create_surgery(series=series, on=on, places=(1, 1))
    olu, hana = client.__class__(), client
    olu.force_login(olu_account)
    public = reverse("surgery_public", args=[series.slug, on])

    # Hana finds the way on the surgery's page and offers to come just this once.
    offer = reverse("helping_offer", args=[series.slug, on])
    assert offer in hana.get(public).content.decode()
    answers = {"style": "just_once", "name": "Hana Müller", "email": "Hana@example.org"}
    page = hana.post(offer, answers, follow=True).content.decode()
    assert "A person answers within two days." in page

    # The answer has a way out. Looking at it fixes nothing, and no place is there yet.
    sweep(now=timezone.now(), worker="test")
    (answer,) = mailbox.to("hana@example.org")
    assert "thank you for offering to help" in answer.subject
    way_out = link_in(answer, "/h/")
    assert "You offered to help" in hana.get(way_out).content.decode()
    assert places_of(surgery) == 2
    assert "Hana" not in client.__class__().get(public).content.decode()

    # Olu says yes: two more places, and Hana hears of it.
    helping = Helping.objects.get()
    olu.post(reverse("helping_answer", args=[series.slug, helping.pk]), {"answer": "yes"})
    assert places_of(surgery) == 4
    sweep(now=timezone.now(), worker="test")
    assert len(mailbox.to("hana@example.org")) == 2
    assert link_in(mailbox.to("hana@example.org")[1], "/h/") == way_out

    # Her first name stands on the page once she says so herself.
    stan = client.__class__()
    assert "Hana" not in stan.get(public).content.decode()
    hana.post(way_out, {"answer": "show"})
    page = stan.get(public).content.decode()
    assert "Hana" in page and "Müller" not in page

    # Amina books. Hana signs in with her address; before the day she sees the date only.
    amina = factories.create_attendee(series=series, group="Ladywood Choir")
    booking = factories.create_booking(surgery=surgery, attendee=amina, goal="news")
    hana.force_login(factories.create_user(email="hana@example.org", name="Hana Müller"))
    page = hana.get(reverse("my_evenings")).content.decode()
    assert "Your next one" in page and "Amina" not in page

    # On the day she sees a first name, a group and a goal, and nothing more.
    Surgery.objects.filter(pk=surgery.pk).update(
        on=now.astimezone(series.zone).date(),
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )
    page = hana.get(reverse("my_evenings")).content.decode()
    for words in ("Amina", "Ladywood Choir", "Get our news out each month"):
        assert words in page
    assert "O’Neill" not in page and "amina@example.org" not in page

    # She cannot come. Free places go, and Amina's booking stands.
    hana.post(reverse("my_evenings"), {"answer": "cannot", "helping": helping.pk})
    assert places_of(surgery) == 2
    booking.refresh_from_db()
    assert booking.state == "booked" and booking.place_id
    assert "nobody expects you" in hana.get(way_out).content.decode()
    assert "Amina" not in hana.get(reverse("my_evenings")).content.decode()
