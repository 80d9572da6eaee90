import logging

import pytest

from config.logs import MaskSecretLinks


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
