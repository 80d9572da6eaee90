"""An import and an undo at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import OperationalError, connection, transaction

from surgeries.actions.imports import import_register
from surgeries.actions.undo_imports import undo_import
from surgeries.models import Booking
from surgeries.rules.imports import Row
from tests.factories import NOW, create_series

pytestmark = pytest.mark.django_db(transaction=True)


def take(series, name, *, came=None):
    row = Row(2, date(2026, 7, 8), name, name.casefold(), "Choir", None, None, came)
    return import_register(series, [row], filename=f"{name}.csv", by=None, now=NOW).run


def undo_impatiently(run):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        return undo_import(run, by=None, now=NOW)
    finally:
        connection.close()


def test_undoing_waits_for_an_import_that_is_still_going_on():
    series = create_series()
    first = take(series, "Amina")
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        take(series, "Zoë")
        with pytest.raises(OperationalError, match="lock timeout"):
            other.submit(undo_impatiently, first).result()

    assert Booking.objects.count() == 2
