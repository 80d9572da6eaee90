"""Amina comes next time instead, and whoever sent her is thanked all the same."""

import icalendar
import pytest
from django.urls import reverse

from surgeries.models import Booking
from tests import factories
from tests.journeys.visitor import link_in, post
from tests.surgeries.views.visitor import coming, first_slot, words

pytestmark = pytest.mark.django_db(transaction=True)


def test_next_time_instead_keeps_who_sent_her(client, mailbox):
    series = factories.create_series(
        organiser=factories.create_user(email="olu@example.org"), slug="central-birmingham"
    )
    surgery, following = coming(series), coming(series, 35)
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    sharon = factories.create_connector(network=tenants, name="Sharon")
    link = factories.create_link(network=tenants, connector=sharon, code="abcd2345")

    # She books from the link that Sharon sent.
    form = client.get(reverse("invite_follow", args=[link.code])).context["form"]
    answers = {name: form[name].value() or "" for name in form.fields}
    answers |= {"goal": "news", "slot": first_slot(surgery).pk, "name": "Amina"}
    address = reverse("booking_create", args=[series.slug, surgery.on])
    client.post(address, answers | {"contact": "amina@example.org"})
    hers = link_in(post(mailbox))

    # Nobody else may book there yet; she may, with one tap. One mail tells both evenings.
    assert "Booking opens on" in words(
        client.get(reverse("surgery_public", args=[series.slug, following.on]))
    )
    said = {"answer": "next", "on": following.on.isoformat()}
    page = words(client.post(hers, said, follow=True))
    assert "Done. You come next time instead." in page
    mail = post(mailbox)
    assert len(mailbox) == 2
    new, old = icalendar.Calendar.from_ical(mail.attachments["surgery.ics"]).walk("VEVENT")
    assert (new["DTSTART"].dt, new["STATUS"]) == (first_slot(following).starts_at, "CONFIRMED")
    assert (old["DTSTART"].dt, old["STATUS"]) == (first_slot(surgery).starts_at, "CANCELLED")

    # Sharon is thanked for it, and the place she left is free.
    moved = Booking.objects.get(surgery=following)
    assert (moved.credited_network, moved.credited_connector) == (tenants, sharon)
    assert (moved.followed_link, moved.goal) == (link, "news")
    assert surgery.places.filter(booking=None).count() == 3

    # The old link leads to the new evening, and so does the new one.
    assert client.get(hers)["Location"] == link_in(mail)
    assert "Still able to come?" in words(client.get(hers, follow=True))
