"""Logs that cannot give a secret link away."""

import logging
import re

SECRET_LINK = re.compile(r"(/[a-z]{1,2}/)[\w-]{16,}")


class MaskSecretLinks(logging.Filter):
    """Replaces the secret of a path like /b/<secret>/ in the finished line."""

    def filter(self, record: logging.LogRecord) -> bool:
        masked = SECRET_LINK.sub(r"\1...", record.getMessage())
        if masked != record.getMessage():
            record.msg, record.args = masked, ()
        return True
