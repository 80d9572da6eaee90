"""The fixtures of tests/conftest.py are relied on everywhere, so they have tests."""

from django.core import mail

from config.celery import app


def test_mail_goes_by_smtp_and_arrives_whole(mailbox):
    message = mail.EmailMultiAlternatives("Zoë’s place", "Hello\n", None, ["amina@example.org"])
    message.attach_alternative("<p>Hello</p>", "text/html")
    message.attach("evening.ics", "BEGIN:VCALENDAR", "text/calendar")
    message.send()

    (arrived,) = mailbox
    assert arrived.subject == "Zoë’s place"
    assert arrived.to == ["amina@example.org"]
    assert (arrived.text, arrived.html.strip()) == ("Hello\n", "<p>Hello</p>")
    assert arrived.attachments == {"evening.ics": b"BEGIN:VCALENDAR"}


def test_mailbox_starts_empty(mailbox):
    assert list(mailbox) == []


def test_a_real_worker_answers(worker):
    assert len(app.control.ping(timeout=10, limit=1)) == 1
