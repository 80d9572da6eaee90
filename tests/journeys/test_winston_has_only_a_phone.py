"""Winston has a phone and no email: he books, is reminded, answers by text, and says STOP."""

import datetime
import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.derived import owe_what_follows
from surgeries.actions.sending import sweep
from surgeries.models import Attendee, Booking, Message, Reply
from surgeries.states import BookingState
from tests import factories
from tests.journeys.visitor import ANY_HOUR

pytestmark = pytest.mark.django_db(transaction=True)

HIS = "+447400123457"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def series():
    olu = factories.create_user(email="olu@example.org")
    return factories.create_series(
        organiser=olu, slug="moseley", name="Moseley", sends_texts=True, **ANY_HOUR
    )


@pytest.fixture
def surgery(series):
    soon = (timezone.now() + 10 * DAY).astimezone(series.zone).date()
    return factories.create_surgery(series=series, on=soon, places=(1,), places_wanted=1)


@pytest.fixture
def tick():
    """What the worker does each quarter of a minute; the database's clock stays behind."""

    def tick(at):
        owe_what_follows(now=at)
        Message.objects.filter(next_at=at).update(next_at=timezone.now())
        sweep(now=at, worker="journey")

    return tick


def words(response):
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def book(client, surgery, name, contact):
    page = client.get(reverse("surgery_public", args=[surgery.series.slug, surgery.on]))
    form = page.context["form"]
    answers = {field: form[field].value() or "" for field in form.fields} | {
        "goal": "unsure",
        "slot": surgery.slots.get().pk,
        "name": name,
        "contact": contact,
    }
    address = reverse("booking_create", args=[surgery.series.slug, surgery.on])
    return client.post(address, answers, follow=True)


def by_day(day, series):
    return datetime.datetime.combine(day, datetime.time(18), series.zone)


def test_winston_books_is_reminded_cannot_come_and_says_stop(
    client, mailbox, phones, surgery, series, tick
):
    # He books with his number, and a text tells him that he is expected. There is no mail.
    words(book(client, surgery, "Winston Clarke", "07400 123457"))
    tick(timezone.now())
    (text,) = phones
    assert text.to == HIS
    assert text.text.startswith("Moseley: You are booked for ")
    assert list(mailbox) == []
    his_page = re.search(r"http://testserver(/b/[\w-]+/)$", text.text)[1]
    assert "Winston" in words(client.get(his_page))

    # The provider says that it arrived. He is on nobody's ring list.
    reference = Message.objects.get().pk
    said = {"reference": str(reference), "id": text.name, "status": "delivered"}
    assert phones.tell(client, reverse("text_receipt"), **said).status_code == 204
    assert list(Booking.objects.ring_list(timezone.now())) == []

    # Three days before he is reminded, once, however often the worker looks.
    Booking.objects.update(booked_at=timezone.now() - 5 * DAY)
    Message.objects.update(owed_at=timezone.now() - 5 * DAY)
    three_days_before = by_day(surgery.on - 3 * DAY, series)
    tick(three_days_before)
    tick(three_days_before)
    assert len(phones) == 2
    assert re.match(r"Moseley: Still able to come on \w{3} \d+ \w{3}, 5:30pm", phones[1].text)
    assert "If not, reply NO." in phones[1].text

    # Amina would like to come, and the only place is his. He answers, and it is hers.
    amina = factories.create_attendee(series=series)
    waits = factories.create_booking(
        surgery=surgery, attendee=amina, state=BookingState.WAITING, waiting_since=timezone.now()
    )
    waits.accepts.set(surgery.slots.all())
    answer = {"id": "in-1", "_from": HIS, "text": "Sorry, I can’t come"}
    for _told_twice in range(2):
        assert phones.tell(client, reverse("text_received"), **answer).status_code == 204
    his = Booking.objects.get(attendee__name="Winston Clarke")
    waits.refresh_from_db()
    assert (his.state, waits.state) == (BookingState.CANCELLED, BookingState.BOOKED)

    # He is thanked, and Amina hears of her place.
    tick(timezone.now())
    assert len(phones) == 3
    assert "You are no longer booked for" in phones[2].text
    (mail,) = mailbox.to("amina@example.org")
    assert "a place at Moseley is yours" in mail.subject

    # Whatever he writes else, somebody reads.
    question = {"id": "in-2", "_from": HIS, "text": "When is the next one?"}
    phones.tell(client, reverse("text_received"), **question)
    assert [reply.text for reply in Reply.objects.unread()] == ["When is the next one?"]

    # STOP is the last word: nothing more is sent to him, whoever books with his number.
    phones.tell(client, reverse("text_received"), id="in-3", _from=HIS, text="STOP")
    another = factories.create_surgery(
        series=series, on=surgery.on + 7 * DAY, places=(2,), places_wanted=2
    )
    words(book(client, another, "Winston Clarke", "07400 123457"))
    words(book(client, another, "Gloria Clarke", "07400 123457"))
    tick(timezone.now())
    tick(by_day(another.on - DAY, series))
    assert len(phones) == 3
    assert Attendee.objects.filter(contact=HIS, no_messages_from=None).count() == 0
    rung = Booking.objects.ring_list(by_day(another.on - DAY, series))
    assert {booking.attendee.name for booking in rung} == {"Winston Clarke", "Gloria Clarke"}


def test_with_no_provider_mail_and_ring_list_do_the_work(client, mailbox, surgery, series, tick):
    words(book(client, surgery, "Winston Clarke", "07400 123457"))
    tick(timezone.now())
    tick(by_day(surgery.on - DAY, series))

    assert list(mailbox) == []
    assert not Message.objects.exists()
    soon = surgery.starts_at - 2 * DAY
    assert [booking.attendee.name for booking in Booking.objects.ring_list(soon)] == [
        "Winston Clarke"
    ]
    for name in ("text_receipt", "text_received"):
        assert client.post(reverse(name), b"{}", content_type="text/plain").status_code == 404
