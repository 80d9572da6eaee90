"""An evening that came in from a register has no venue, slots or places, and a page everywhere."""

import pytest
from django.urls import reverse

from surgeries.actions.imports import import_register
from tests.factories import NOW, create_series, create_user
from tests.surgeries.actions.test_imports import JULY, row


@pytest.mark.django_db
def test_olu_finds_an_imported_evening_on_every_page(client):
    olu = create_user()
    series = create_series(organiser=olu, slug="dudley")
    rows = [row(came=True), row("Amina O’Neill", ""), row("Stan", on=NOW.date())]
    import_register(series, rows, filename="old.csv", by=olu, now=NOW)
    client.force_login(olu)
    surgery = series.surgeries.get(on=JULY)
    booking = surgery.bookings.get(attendee__name="Zoë D’Arcy")
    pages = {
        "series_week": [],
        "surgery_list": [],
        "surgery_detail": [surgery.pk],
        "surgery_edit": [surgery.pk],
        "register": [surgery.pk],
        "register_print": [surgery.pk],
        "register_everyone": [surgery.pk],
        "people_list": [],
        "person_detail": [booking.attendee_id],
        "network_list": [],
        "network_detail": [booking.credited_network_id],
        "message_list": [],
        "turnout": [],
        "turnout_people": [],
        "series_public": [],
        "surgery_public": [JULY],
    }

    answers = {
        name: client.get(reverse(name, args=["dudley", *args])).status_code
        for name, args in pages.items()
    }

    assert answers == dict.fromkeys(pages, 200)
