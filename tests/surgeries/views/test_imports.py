"""Bringing a register in on the web: look first, say yes, undo."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from surgeries.models import Booking, ImportDraft, ImportRun
from surgeries.states import Outcome
from tests.factories import NOW, create_series, create_user

ROWS = (
    "Date,Name,Who told you,Attended\n"
    "03/04/2026,Zoë D’Arcy,<b>Choir</b>,no\n"
    "03/04/2026,ZOË D’ARCY,,yes\n"
    "10/04/2026,Amina,,\n"
)
BAD = ROWS + "04/17/2026,Hana,Choir,perhaps\n10/04/2026,,Choir,\n"


@pytest.fixture
def olu(db, client):
    olu = create_user(email="olu@example.org")
    client.force_login(olu)
    return olu


@pytest.fixture
def series(olu):
    return create_series(organiser=olu, slug="dudley")


def address(name, *args):
    return reverse(name, args=["dudley", *args])


def upload(client, text=ROWS):
    file = SimpleUploadedFile("register.csv", text.encode())
    return client.post(address("import_start"), {"file": file})


def text(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def say_yes(client, **answers):
    form = client.get(address("import_preview"), answers).context["form"]
    values = {field.name: field.value() for field in form if field.value()}
    return client.post(address("import_preview"), values)


def test_from_upload_to_undo(client, olu, series):
    response = upload(client)
    assert response["Location"] == address("import_preview")

    preview = client.get(address("import_preview"))
    words = text(preview)
    assert "3 rows make 2 bookings." in words
    assert "People 2 Networks 1 Surgeries 2" in words
    assert "The first is on Friday 3 April 2026, the last on Friday 10 April 2026." in words
    assert "2 rows name somebody twice or more on one day." in words
    assert "Zoë D’Arcy, Friday 3 April 2026: 2 rows, came" in words
    assert "<b>Choir" not in preview.content.decode()
    assert Booking.objects.count() == 0

    response = say_yes(client)
    run = ImportRun.objects.get()
    assert response["Location"] == address("import_detail", run.pk)
    outcomes = Booking.objects.order_by("attendee__name").values_list("attendee__name", "outcome")
    assert list(outcomes) == [
        ("Amina", Outcome.NOT_RECORDED),
        ("Zoë D’Arcy", Outcome.CAME),
    ]
    assert (run.started_by, ImportDraft.objects.count()) == (olu, 0)
    assert "Rows read 3" in text(client.get(response["Location"]))

    assert "The 2 bookings it brought go" in text(client.get(address("import_undo", run.pk)))
    assert Booking.objects.count() == 2
    response = client.post(address("import_undo", run.pk))
    assert response["Location"] == address("import_start")
    assert Booking.objects.count() == 0
    words = text(client.get(address("import_start")))
    assert "Undone. What this import brought is gone." in words
    assert "register.csv" in words

    response = client.post(address("import_undo", run.pk), follow=True)
    assert "This import was undone already." in text(response)


def test_she_says_how_dates_are_read_and_which_column_is_which(client, series):
    upload(client)
    chosen = {"surgery_date": "0", "attendee": "1", "network": "3", "order": "month"}

    words = text(client.get(address("import_preview"), chosen))

    assert "The first is on Wednesday 4 March 2026" in words
    assert "Sunday 4 October 2026" in words


def test_bad_rows_are_told_by_line_column_and_reason_and_nothing_comes_in(client, series):
    upload(client, BAD)

    words = text(client.get(address("import_preview")))
    assert "2 of 5 rows cannot be read, so nothing can come in yet." in words
    assert "5 Date “04/17/2026” is no day of the calendar" in words
    assert "6 Name there is no name" in words
    assert "Yes, bring in" not in words

    words = text(say_yes(client))
    assert "Line 5, column Date: “04/17/2026” is no day of the calendar" in words
    assert (Booking.objects.count(), ImportDraft.objects.count()) == (0, 1)


def test_what_is_here_already_is_told_and_nothing_changes(client, series):
    upload(client)
    say_yes(client)
    upload(client)

    assert "2 of these bookings are here already." in text(client.get(address("import_preview")))
    response = client.post(
        address("import_preview"),
        {"surgery_date": 0, "attendee": 1, "network": 2, "came": 3, "order": "day"},
        follow=True,
    )
    assert "Nothing changed: all of it is here already." in text(response)
    assert ImportRun.objects.count() == 1


def test_a_broken_file_is_told_at_the_field(client, series):
    file = SimpleUploadedFile("photo.csv", b"\x89PNG\r\n")

    words = text(client.post(address("import_start"), {"file": file}))

    assert "Line 1: this is not UTF-8 text." in words
    assert ImportDraft.objects.count() == 0


def test_without_a_file_the_preview_leads_to_the_start(client, series):
    assert client.get(address("import_preview"))["Location"] == address("import_start")


def test_columns_that_make_no_sense_show_no_preview(client, series):
    upload(client)
    twice = {"surgery_date": "0", "attendee": "1", "network": "1", "order": "day"}

    response = client.get(address("import_preview"), twice)

    assert "Two of these are the same column. Choose again." in text(response)
    assert response.context["preview"] is None


def test_what_one_organiser_uploads_another_does_not_see(client, olu, series):
    upload(client)
    client.force_login(create_user(email="stan@example.org"))
    create_series(organiser=create_user(), slug="moseley")

    assert client.get(address("import_preview")).status_code == 404


@pytest.mark.parametrize("name", ["import_start", "import_preview", "import_detail", "import_undo"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(client, olu, series, name, method):
    run = ImportRun.objects.create(series=series, filename="a", started_at=NOW)
    args = [run.pk] if name in ("import_detail", "import_undo") else []
    client.force_login(create_user(email="stan@example.org"))

    response = getattr(client, method)(address(name, *args))

    wrong_method = (name, method) == ("import_detail", "post")
    assert response.status_code == (405 if wrong_method else 404)
    run.refresh_from_db()
    assert run.undone_at is None


def test_wrong_methods_change_nothing(client, series):
    run = ImportRun.objects.create(series=series, filename="a", started_at=NOW)
    for name, args in (("import_start", []), ("import_preview", []), ("import_undo", [run.pk])):
        assert client.put(address(name, *args)).status_code == 405
    assert client.post(address("import_detail", run.pk)).status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_statements_do_not_grow_with_the_rows(client, series, number, django_assert_num_queries):
    for n in range(number):
        ImportRun.objects.create(
            series=series, filename=f"{n}.csv", started_at=NOW, summary={"bookings": n}
        )
    upload(client, ROWS + "".join(f"03/04/2026,Zoë {n},,\n" for n in range(number)))

    with django_assert_num_queries(4):
        client.get(address("import_start"))
    with django_assert_num_queries(5):
        client.get(address("import_preview"))
