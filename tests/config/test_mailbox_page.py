"""The mailbox page of `make run`, and that it is nowhere else."""

import json
from email.message import EmailMessage

import pytest
from django.urls import include, path

from config.local.smtp import Folder
from config.local.texts import Phones
from surgeries.models import Reply
from tests.factories import create_attendee, create_series

urlpatterns = [
    path("mailbox/", include("config.local.urls")),
    path("", include("config.urls")),
]


@pytest.fixture
def folder(tmp_path, settings):
    settings.MAILBOX_DIR = str(tmp_path / "mail")
    return Folder(tmp_path / "mail")


def keep(folder, subject, html="<html><head></head><b>123456</b>"):
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "surgeries@example.org"
    mail["X-Sent-To"] = "amina@example.org"
    mail.set_content("Go to http://127.0.0.1:8000/b/secret/ <script>alert(1)</script>\n")
    mail.add_alternative(html, subtype="html")
    folder.keep(mail)


def test_there_is_no_mailbox_outside_of_make_run(client, db):
    assert client.get("/mailbox/").status_code == 404


@pytest.mark.urls(__name__)
def test_the_newest_mail_stands_first(client, db, folder):
    keep(folder, "First")
    keep(folder, "Second")

    page = client.get("/mailbox/").content.decode()

    assert page.index("Second") < page.index("First")
    assert "amina@example.org" in page


@pytest.mark.urls(__name__)
def test_an_empty_mailbox_says_so(client, db, folder):
    assert "No mail yet." in client.get("/mailbox/").content.decode()


@pytest.mark.urls(__name__)
def test_a_mail_shows_its_text_with_links_and_nothing_runs(client, db, folder):
    keep(folder, "Zoë’s place")
    number = next(iter(folder.files()))

    page = client.get(f"/mailbox/{number}/")

    text = page.content.decode()
    assert "<h1>Zoë’s place</h1>" in text
    assert '<a href="http://127.0.0.1:8000/b/secret/" rel="nofollow">' in text
    assert "<script>alert(1)</script>" not in text
    assert "frame-src 'self'" in page["Content-Security-Policy"]


@pytest.mark.urls(__name__)
def test_the_html_part_is_framed_without_rights(client, db, folder):
    keep(folder, "Your code")
    number = next(iter(folder.files()))

    part = client.get(f"/mailbox/{number}/html")

    assert part.content.decode().strip() == ('<html><head><base target="_top"></head><b>123456</b>')
    assert "default-src 'none'" in part["Content-Security-Policy"]
    assert "script-src 'none'" in part["Content-Security-Policy"]
    assert part["X-Frame-Options"] == "SAMEORIGIN"


# Texts ---------------------------------------------------------------------------------


@pytest.fixture
def phones(folder, settings):
    keys = dict.fromkeys(("TEXTS_TOKEN", "TEXTS_SECRET"), "a-key-of-the-tests")
    settings.TEXTS_BY, settings.TEXTS_SECRET = "http", keys["TEXTS_SECRET"]
    return Phones(folder, keys)


def keep_text(phones, text="Moseley: See you on Wed 11 Nov"):
    body = json.dumps({"to": "+447400123457", "from": "+44", "text": text, "reference": "1"})
    headers = {"Authorization": "Bearer a-key-of-the-tests", "Idempotency-Key": text}
    return phones.answer("/texts", headers, body.encode())


@pytest.mark.urls(__name__)
def test_texts_stand_beside_mails(client, db, folder, phones):
    keep(folder, "A mail")
    keep_text(phones)

    page = client.get("/mailbox/").content.decode()

    assert page.index("Moseley: See you on Wed 11 Nov") < page.index("A mail")
    assert "text to +447400123457" in page


@pytest.mark.urls(__name__)
def test_only_a_text_can_be_answered(client, db, folder, phones):
    keep(folder, "A mail")
    (mail,) = folder.files()
    keep_text(phones)
    text = next(iter(folder.files()))

    assert "Answer as this phone" in client.get(f"/mailbox/{text}/").content.decode()
    assert "Answer as this phone" not in client.get(f"/mailbox/{mail}/").content.decode()
    assert client.post(f"/mailbox/{mail}/answer", {"text": "NO"}).status_code == 404
    assert client.get(f"/mailbox/{text}/answer").status_code == 405


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_an_answer_reaches_the_site_by_its_webhook(client, folder, phones, settings, live_server):
    settings.SITE_URL = live_server.url
    winston = create_attendee(series=create_series(), contact="+447400123457")
    keep_text(phones)
    text = next(iter(folder.files()))

    page = client.post(f"/mailbox/{text}/answer", {"text": "STOP"}, follow=True)

    assert "Your answer has arrived." in page.content.decode()
    assert Reply.objects.get().attendee == winston


@pytest.mark.urls(__name__)
def test_an_answer_that_does_not_arrive_says_so(client, db, folder, phones, settings):
    settings.SITE_URL = "http://127.0.0.1:9"
    keep_text(phones)
    text = next(iter(folder.files()))

    page = client.post(f"/mailbox/{text}/answer", {"text": "STOP"}, follow=True)

    assert "Your answer did not arrive" in page.content.decode()


@pytest.mark.urls(__name__)
def test_a_mail_that_is_not_there_is_not_found(client, db, folder):
    assert client.get("/mailbox/1/").status_code == 404
    assert client.get("/mailbox/1/html").status_code == 404


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/mailbox/", "/mailbox/1/", "/mailbox/1/html"])
def test_the_mailbox_is_only_for_reading(client, db, folder, address):
    assert client.post(address).status_code == 405
