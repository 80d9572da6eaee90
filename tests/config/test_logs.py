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
