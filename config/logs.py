"""Logs that cannot give a secret link away."""

import logging
import re

# The addresses of surgeries/urls.py that carry a secret.
SECRET_LINK = re.compile(r"(/(?:b|h|invitation|digest/\d+)/)[^/\s]+")


class MaskSecretLinks(logging.Filter):
    """Replaces the secret of a path like /b/<secret>/ in the finished line."""

    def filter(self, record: logging.LogRecord) -> bool:
        masked = SECRET_LINK.sub(r"\1...", record.getMessage())
        if masked != record.getMessage():
            record.msg, record.args = masked, ()
        return True
