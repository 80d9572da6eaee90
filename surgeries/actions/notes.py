"""Lines in the log about what happened, written once it has."""

from django.db import transaction


def note(log, said, *about):
    """Write a line into `log` when the transaction ends: never about what was taken back."""
    transaction.on_commit(lambda: log.info(said, *about))
