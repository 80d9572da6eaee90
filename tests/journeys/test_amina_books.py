"""Amina opens a link that Sharon sent, books, corrects herself, and in the end cannot come."""

import datetime
import re

import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.sending import sweep
from surgeries.models import Booking, Network, Place
from surgeries.states import BookingState
from tests import factories
from tests.journeys.visitor import link_in, post
from tests.surgeries.views.visitor import words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def surgery():
    series = factories.create_series(
        organiser=factories.create_user(email="olu@example.org"), slug="central-birmingham"
    )
    soon = (timezone.now() + datetime.timedelta(days=10)).astimezone(series.zone).date()
    return factories.create_surgery(series=series, on=soon, places=(1, 1))


@pytest.fixture
def link(surgery):
    tenants = factories.create_network(series=surgery.series, name="Highgate Tenants")
    sharon = factories.create_connector(network=tenants, name="Sharon")
    return factories.create_link(network=tenants, connector=sharon, code="abcd2345")


def test_amina_books_corrects_herself_and_cannot_come(client, mailbox, surgery, link):
    # The link opens the surgery's own page, with its code in the form.
    response = client.get(reverse("invite_follow", args=[link.code]))
    page = words(response)
    assert "Free help to get your community group online" in page
    form = response.context["form"]
    answers = {name: form[name].value() or "" for name in form.fields}
    assert answers["code"] == "abcd2345"

    # Four answers are enough. She mistypes her address, and the page shows it to her.
    early, late = surgery.slots.order_by("starts_at")
    answers |= {"goal": "unsure", "slot": early.pk, "name": "Amina", "contact": "amnia@example.org"}
    address = re.search(r'action="(/s/[^"]+/book/)"', page)[1]
    response = client.post(address, answers, follow=True)
    assert "<strong>amnia@example.org</strong>" in words(response)
    booking = Booking.objects.get()
    assert booking.credited_network == Network.objects.get(name="Highgate Tenants")
    assert booking.credited_connector.name == "Sharon"
    assert post(mailbox).to == ["amnia@example.org"]
    went_astray = link_in(mailbox[-1])

    # She corrects it and takes the later time. The right address gets a mail with a new link.
    form = client.get(reverse("booking_change", args=[booking.secret])).context["form"]
    right = {"goal": form["goal"].value(), "slot": late.pk, "contact": "amina@example.org"}
    client.post(reverse("booking_change", args=[booking.secret]), right)
    mail = post(mailbox)
    assert mail.to == ["amina@example.org"]
    hers = link_in(mail)
    assert client.get(went_astray).status_code == 404
    (event,) = icalendar.Calendar.from_ical(mail.attachments["surgery.ics"]).walk("VEVENT")
    assert event["DTSTART"].dt == late.starts_at
    page = words(client.get(hers))
    assert "6:15pm" in page
    assert Place.objects.free().get().slot == early

    # Days later she has lost the mail and asks for her link again.
    client.post(reverse("link_again"), {"email": "Amina@example.org"})
    assert link_in(post(mailbox)) == hers

    # She cannot come. Opening the page does nothing; the button gives her place to somebody else.
    page = words(client.get(hers + "cancel/"))
    assert "Can’t you come?" in page
    assert Booking.objects.get().state == BookingState.BOOKED
    page = words(client.post(hers, {"answer": "no"}, follow=True))
    assert "Thank you for telling us." in page
    assert Place.objects.free().count() == 2
    assert "cancelled" in post(mailbox).subject

    # Her link still opens her booking, and she can book once more.
    page = words(client.get(hers))
    assert "Book again" in page
    again = re.search(r'href="(/s/[^"#]+)#book"', page)[1]
    form = client.get(again).context["form"]
    answers = {name: form[name].value() or "" for name in form.fields} | {
        "goal": "news",
        "slot": early.pk,
        "name": "Amina",
        "contact": "amina@example.org",
    }
    assert client.post(again + "book/", answers).status_code == 302
    states = Booking.objects.order_by("booked_at").values_list("state", flat=True)
    assert list(states) == [BookingState.CANCELLED, BookingState.BOOKED]
    amina = Booking.objects.last().attendee
    assert amina.bookings.count() == 2
    assert amina.first_network.name == "Highgate Tenants"


def test_a_phone_number_alone_gets_no_mail_and_a_call_instead(client, mailbox, surgery):
    page = client.get(reverse("surgery_public", args=[surgery.series.slug, surgery.on]))
    form = page.context["form"]
    answers = {name: form[name].value() or "" for name in form.fields} | {
        "goal": "unsure",
        "slot": surgery.slots.earliest("starts_at").pk,
        "name": "Winston Clarke",
        "contact": "07400 123457",
    }
    address = reverse("booking_create", args=[surgery.series.slug, surgery.on])
    assert "We will ring you" in words(client.post(address, answers, follow=True))
    sweep(now=timezone.now(), worker="journey")
    assert list(mailbox) == []
    soon = surgery.starts_at - datetime.timedelta(hours=48)
    assert list(Booking.objects.ring_list(soon)) == [Booking.objects.get()]
