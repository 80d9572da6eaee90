"""Olu has six minutes on a bus: she rings, gives a place, settles a doubt, and moves an evening."""

import re
import uuid
from datetime import timedelta

import icalendar
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.bookings import book_slot, join_waiting_list
from surgeries.actions.schedule import create_surgery
from surgeries.actions.sending import sweep
from surgeries.models import Booking, Message
from surgeries.states import BookingState, MessageKind, MessageState
from tests import factories
from tests.journeys.visitor import ANY_HOUR

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu, slug="central", **ANY_HOUR)


@pytest.fixture
def phone(client, olu):
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def evening(series, olu, *, in_days, places):
    on = timezone.localdate() + timedelta(days=in_days)
    return create_surgery(
        series,
        place="Canal Street Hall",
        on=on,
        places_wanted=places,
        publish=True,
        by=olu,
        now=timezone.now(),
    )


def slots_of(surgery):
    slots = list(surgery.slots.order_by("starts_at"))
    for slot in slots:
        slot.surgery = surgery
    return slots


def book(slot, name, contact, **fields):
    return book_slot(
        slot,
        name=name,
        contact=contact,
        request_key=uuid.uuid4(),
        now=timezone.now(),
        **fields,
    )


def wait(surgery, name, contact):
    return join_waiting_list(
        surgery,
        accepts=slots_of(surgery),
        name=name,
        contact=contact,
        request_key=uuid.uuid4(),
        now=timezone.now(),
    )


def words(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def week(phone):
    return phone.get(reverse("series_week", args=["central"]))


def tap(phone, booking, outcome):
    """One of the buttons that stand beside her name on This week."""
    page = words(week(phone))
    address = reverse("ring_done", args=["central", booking.pk])
    assert address in page and f'value="{outcome}"' in page
    answers = {"outcome": outcome, "back": "week"}
    return words(phone.post(address, answers, follow=True))


def post():
    """Let the worker send by day, whatever the hour of this test, what may leave."""
    Message.objects.filter(state=MessageState.QUEUED).update(next_at=timezone.now())
    sweep(now=timezone.now().replace(hour=12), worker="journey")


def test_olu_rings_from_the_bus(phone, olu, series, mailbox):
    tomorrow = evening(series, olu, in_days=1, places=2)
    first, second = slots_of(tomorrow)
    winston = book(first, "Winston Clarke", "+447400123457")
    joyce = book(second, "Joyce Bennett", "+447400123458")
    carol = wait(tomorrow, "Carol", "carol@example.org")
    post()
    assert [mail.to for mail in mailbox] == [["carol@example.org"]]

    # The one thing to do is a call, with the number to tap and what may come of it.
    page = words(week(phone))
    assert "Ring Joyce about" in page
    assert 'href="tel:+447400123458"' in page
    assert "Phone only, so no message was sent. First time here. Not answered yet." in page

    # Nobody answers. Winston, who comes next, is coming.
    page = tap(phone, joyce, "no_answer")
    assert "Ring Winston about" in page and "No answer at " in page
    page = tap(phone, winston, "coming")
    assert "Winston Clarke is coming." in page and "Ring Joyce about" in page
    assert Booking.objects.get(pk=winston.pk).confirmed_at

    # On the way home Joyce answers: she cannot come. Carol has the place and reads it.
    mailbox.clear()
    page = tap(phone, joyce, "cannot")
    assert "Joyce Bennett can’t come." in page
    assert Booking.objects.get(pk=carol.pk).state == BookingState.BOOKED
    post()
    (mail,) = mailbox
    assert mail.to == ["carol@example.org"] and "is yours" in mail.subject
    assert phone.get(re.search(r"http\S+(/b/\S+)", mail.text)[1]).status_code == 200


def test_olu_settles_a_doubt(phone, olu, series, mailbox):
    booking = book(
        slots_of(evening(series, olu, in_days=7, places=4))[0], "Paulette", "paulete@example.org"
    )
    Message.objects.update(
        state=MessageState.REVIEW, uncertain=2, last_error="The answer never came."
    )
    page = words(week(phone))
    assert "Our message did not get through: confirmation." in page

    # No number to ring. On her page it says what to do: send it once more.
    hers = reverse("person_detail", args=["central", booking.attendee_id])
    assert hers in page
    page = words(phone.get(hers))
    assert "It may have arrived, or not." in page
    settle = re.search(r'action="(/organise/central/messages/[^"]+/settle/)"', page)[1]
    phone.post(settle, {"answer": "again", "back": "person"})
    post()
    (mail,) = mailbox
    assert mail.to == ["paulete@example.org"]
    assert "Nothing needs you today" in words(week(phone))

    # It comes back: the address was wrong. She puts it right, and the right one gets the words.
    Message.objects.update(receipt="undelivered", receipt_at=timezone.now())
    assert "It was sent and came back." in words(phone.get(hers))
    contact = reverse("person_contact", args=["central", booking.attendee_id])
    assert contact in words(phone.get(hers))
    phone.post(contact, {"contact": "paulette@example.org"})
    mailbox.clear()
    post()
    (mail,) = mailbox
    assert mail.to == ["paulette@example.org"]
    assert phone.get(reverse("booking_detail", args=[booking.secret])).status_code == 404
    assert "Nothing needs you today" in words(week(phone))


def test_olu_moves_an_evening_and_calls_it_off(phone, olu, series, mailbox):
    surgery = evening(series, olu, in_days=7, places=2)
    first, second = slots_of(surgery)
    book(first, "Amina", "amina@example.org")
    winston = book(second, "Winston Clarke", "+447400123457")
    wait(surgery, "Carol", "carol@example.org")
    hana = factories.create_helper(series=series, email="hana@example.org")
    factories.create_helping(surgery=surgery, helper=hana)
    post()
    before = _entry_of(mailbox.to("amina@example.org"))
    mailbox.clear()

    # She types another day, reads who will be told, and says yes.
    edit = reverse("surgery_edit", args=["central", surgery.pk])
    form = phone.get(edit).context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed |= {"on": (surgery.on + timedelta(days=1)).isoformat(), "organiser_helps": "on"}
    page = words(phone.post(edit, typed))
    assert "We write to 3 people by email." in page
    assert "<strong>Winston Clarke</strong>" in page
    assert len(mailbox) == 0
    page = words(phone.post(edit, typed | {"sure": "yes"}, follow=True))
    assert "Ring 1 person whom no message reaches." in page
    post()
    post()
    told = sorted(mail.to[0] for mail in mailbox)
    assert told == ["amina@example.org", "carol@example.org", "hana@example.org"]
    assert "still in the queue" in mailbox.to("carol@example.org")[0].text
    after = _entry_of(mailbox.to("amina@example.org"))
    assert (before["UID"], after["DTSTART"].dt - before["DTSTART"].dt) == (
        after["UID"],
        timedelta(days=1),
    )
    assert after["SEQUENCE"] > before["SEQUENCE"]

    # Winston is on the list at once; she rings and tells him.
    assert "does not know" in words(week(phone)).lower()
    tap(phone, winston, "told")
    assert "Nothing needs you today" in words(week(phone))

    # In the end it cannot be. Everybody hears once, and Winston is to be rung again.
    mailbox.clear()
    cancel = reverse("surgery_cancel", args=["central", surgery.pk])
    assert "We write to 3 people by email." in words(phone.get(cancel))
    phone.post(cancel)
    post()
    post()
    assert sorted(mail.to[0] for mail in mailbox) == told
    off = _entry_of(mailbox.to("amina@example.org"))
    assert (off["UID"], off["STATUS"]) == (after["UID"], "CANCELLED")
    assert off["SEQUENCE"] > after["SEQUENCE"]
    people = words(phone.get(reverse("people_list", args=["central"])))
    assert "Does not know yet that the evening is cancelled." in people


def _entry_of(mails):
    (mail,) = mails
    calendar = icalendar.Calendar.from_ical(mail.attachments["surgery.ics"])
    (event,) = calendar.walk("VEVENT")
    return event


def test_olu_gives_a_place_an_hour_before_the_start(phone, olu, series, mailbox):
    surgery = factories.create_surgery(
        series=series,
        on=timezone.localdate(),
        starts_at=timezone.now() + timedelta(hours=1),
        places=(1,),
        places_wanted=1,
    )
    first, second = (
        factories.create_booking(
            surgery=surgery,
            state=BookingState.WAITING,
            waiting_since=timezone.now() - timedelta(hours=hours),
            attendee=factories.create_attendee(series=series, name=name, contact=contact),
        )
        for hours, name, contact in ((2, "Amina", "+447400123457"), (1, "Zoë", "zoe@example.org"))
    )
    page = words(week(phone))
    assert "A place is free: ask Amina" in page
    page = tap(phone, first, "no_answer")
    assert "A place is free: ask Zoë" in page
    page = tap(phone, second, "given")
    assert "Zoë has the place." in page
    assert "Ring Amina about" in page and "Say: come along all the same." in page
    post()
    assert [(mail.to, "is yours" in mail.subject) for mail in mailbox] == [
        (["zoe@example.org"], True)
    ]
    kinds = Message.objects.values_list("kind", flat=True)
    assert list(kinds) == [MessageKind.PLACE_FOUND]
