import logging
import logging.config

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from config.logs import MaskSecretLinks, WithoutRows
from surgeries.models import Attendee
from tests.factories import create_attendee, create_series


def masked(message, *args):
    record = logging.LogRecord("django", logging.WARNING, "", 1, message, args, None)
    MaskSecretLinks().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/b/Zk3x_9aQw/change/", "/b/.../change/"),
        ("/h/Zk3x_9aQw/", "/h/.../"),
        ("/invitation/Zk3x_9aQw/", "/invitation/.../"),
        ("/digest/7/Zk3x_9aQw/", "/digest/7/.../"),
    ],
)
def test_a_secret_link_never_reaches_the_log(path, written):
    assert masked("Not Found: %s", path) == f"Not Found: {written}"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("text to +447400123457 sent", "text to ... sent"),
        ("07400123457 rang", "... rang"),
        ("(+33612345678)", "(...)"),
        ("2026-11-02 09:00:00,123 +0000", "2026-11-02 09:00:00,123 +0000"),
        ("message 05b0dc22-5cb8-4f7e-9cd7-012345678912", None),
        ("person 1234567890", None),
    ],
)
def test_a_phone_number_never_reaches_the_log(said, written):
    assert masked("%s", said) == (written or said)


def test_a_traceback_tells_nobody_a_phone_number():
    line = settings.LOGGING["formatters"]["line"]
    formatter = logging.config.DictConfigurator({}).configure_formatter(dict(line))
    try:
        raise ValueError(f"No {'+44740'}0123457 here")
    except ValueError as error:
        record = logging.LogRecord("django", logging.ERROR, "", 1, "Oh", (), None)
        record.exc_info = (type(error), error, error.__traceback__)

    assert "ValueError: No ... here" in formatter.format(record)


def test_other_lines_stay_as_they_are():
    line = masked("Not Found: %s", "/organise/central-birmingham-tech-surgery/register/")

    assert line == "Not Found: /organise/central-birmingham-tech-surgery/register/"


@pytest.mark.django_db
def test_a_traceback_tells_nobody_what_stands_in_a_row():
    amina = create_attendee(series=create_series(), name="Amina\nO’Neill\n\nof 7 Canal Street")
    fields = {"series": amina.series, "name": amina.name, "last_active_at": None}
    line = settings.LOGGING["formatters"]["line"]
    written = logging.config.DictConfigurator({}).configure_formatter(dict(line))
    try:
        with transaction.atomic():
            Attendee.objects.create(**fields)
    except IntegrityError as error:
        record = logging.LogRecord("django", logging.ERROR, "", 1, "Oh: %s", (error,), None)
        record.exc_info = (type(error), error, error.__traceback__)

    text = written.format(record)

    assert isinstance(written, WithoutRows)
    assert text.count("violates not-null constraint") == 3
    assert "The above exception was the direct cause" in text
    assert "Traceback (most recent call last)" in text
    assert not [word for word in ("DETAIL", "Amina", "O’Neill", "Canal Street") if word in text]
