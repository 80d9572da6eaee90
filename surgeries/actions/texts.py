"""Texts: the channel they leave by, and what a series wants of them (R29, P16)."""

import logging
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.channels import Never
from surgeries.messages.text import NoSuchNumber, text_for
from surgeries.refusals import Refused

log = logging.getLogger(__name__)


class Texts:
    """Hands texts to the provider that TEXTS_BY names, each over a connection of its own."""

    def __enter__(self):
        return self

    def __exit__(self, *_fault):
        pass

    def send(self, message, *, now, begin):
        """See Channel.send."""
        if not settings.TEXTS_BY:
            raise Never("Nobody sends texts for us any more.")
        try:
            text = text_for(message, now)
        except NoSuchNumber as fault:
            raise Never(str(fault)) from fault
        return _provider().send(
            text, reference=str(message.pk), begin=lambda: begin(parts=text.parts)
        )


def _provider():
    """The module that knows the provider; that of Twilio wants a library not everybody has."""
    return import_module(f"surgeries.actions.text_by_{settings.TEXTS_BY}")


@transaction.atomic
def set_texts(series, *, on, a_month, by, now):
    """Whether people who gave us a mobile number get texts, and how many a month at most.

    Refused where the installation has nobody who sends them.
    """
    if on and not settings.TEXTS_BY:
        raise Refused(_("Nobody sends texts for this site yet, so they stay off."), field="on")
    series.sends_texts, series.texts_a_month = on, a_month
    series.save(update_fields=["sends_texts", "texts_a_month"])
    log.info("texts of series %s set to %s by person %s", series.pk, on, by.pk)
