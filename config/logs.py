"""Logs that cannot give away a secret link, a phone number, or what stands in a row."""

import logging
import re

# The addresses of surgeries/urls.py that carry a secret.
SECRET_LINK = re.compile(r"(/(?:b|c|f|h|invitation|digest/\d+)/)[^/\s]+")
# As we store them and as people write them: +447400123456, 07400123456.
PHONE_NUMBER = re.compile(r"\+\d{8,15}\b|\b0\d{9,10}\b")
# PostgreSQL names the values that break a rule, which may hold line breaks: cut on to what follows.
DETAIL = re.compile(
    r"\nDETAIL: .*?(?=\n\nThe above exception|\n\nDuring handling|\nTraceback|\nCONTEXT: |\Z)", re.S
)


class MaskSecretLinks(logging.Filter):
    """Replaces the secret of a path like /b/<secret>/ in the finished line, and phone numbers."""

    def filter(self, record: logging.LogRecord) -> bool:
        masked = PHONE_NUMBER.sub("...", SECRET_LINK.sub(r"\1...", record.getMessage()))
        if masked != record.getMessage():
            record.msg, record.args = masked, ()
        return True


class WithoutRows(logging.Formatter):
    """Leaves out of a line and its traceback what PostgreSQL says of a row, and phone numbers."""

    def format(self, record: logging.LogRecord) -> str:
        return PHONE_NUMBER.sub("...", DETAIL.sub("", super().format(record)))
