"""A look at our promises: what it writes down, and that it disturbs nobody."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import InternalError, connection

from surgeries.actions.bookings import book_slot
from surgeries.actions.promises import check_promises
from surgeries.models import Booking, Message, PromiseCheck
from surgeries.turnout.promises import broken_promises, one_look
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def book(surgery, name="Amina"):
    slot = surgery.slots.select_related("surgery__series").order_by("starts_at")[0]
    return book_slot(
        slot, name=name, contact=f"{name}@example.org", request_key=uuid.uuid4(), now=NOW
    )


def test_a_kept_promise_is_written_down():
    book(factories.create_surgery())
    assert check_promises(now=NOW) == []
    check = PromiseCheck.objects.get()
    assert (check.checked_at, check.broken) == (NOW, {})


def test_a_broken_one_is_written_down_by_name_and_number_and_logged(caplog):
    surgery = factories.create_surgery(places=(2,))
    for name in ("Amina", "Basil"):
        book(surgery, name)
    Message.objects.all().delete()
    (broken,) = check_promises(now=NOW)
    assert (broken.promise.name, len(broken.rows)) == ("first_word", 2)
    assert PromiseCheck.objects.get().broken == {"first_word": 2}
    assert "broken promise first_word: 2 rows" in caplog.text
    assert "mina" not in caplog.text


def test_a_look_sees_one_moment_though_people_book_meanwhile():
    surgery = factories.create_surgery(places=(2,))
    with one_look():
        assert Booking.objects.count() == 0
        with ThreadPoolExecutor(1) as somebody:
            somebody.submit(_book_and_leave, surgery).result()
        assert Booking.objects.count() == 0
        assert broken_promises(NOW) == []
    assert Booking.objects.count() == 1


def _book_and_leave(surgery):
    try:
        book(surgery)
    finally:
        connection.close()


def test_a_look_cannot_write():
    with pytest.raises(InternalError, match="read-only"), one_look():
        factories.create_series()


def test_a_look_ends_in_time():
    with one_look(), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1min",)
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("repeatable read",)
