"""Logs that cannot give away a secret link, or what stands in a row."""

import logging
import re

# The addresses of surgeries/urls.py that carry a secret.
SECRET_LINK = re.compile(r"(/(?:b|h|invitation|digest/\d+)/)[^/\s]+")
# PostgreSQL names the values that break a rule, which may hold line breaks: cut on to what follows.
DETAIL = re.compile(
    r"\nDETAIL: .*?(?=\n\nThe above exception|\n\nDuring handling|\nTraceback|\nCONTEXT: |\Z)", re.S
)


class MaskSecretLinks(logging.Filter):
    """Replaces the secret of a path like /b/<secret>/ in the finished line."""

    def filter(self, record: logging.LogRecord) -> bool:
        masked = SECRET_LINK.sub(r"\1...", record.getMessage())
        if masked != record.getMessage():
            record.msg, record.args = masked, ()
        return True


class WithoutRows(logging.Formatter):
    """Leaves out of a line, and of the traceback below it, what PostgreSQL says of a row."""

    def format(self, record: logging.LogRecord) -> str:
        return DETAIL.sub("", super().format(record))
