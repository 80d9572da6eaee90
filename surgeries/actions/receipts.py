"""What a provider tells us later: a text arrived or did not, a mail came back."""

import logging

from django.db import transaction

from surgeries.models import Message
from surgeries.rules.outbox import without_contacts
from surgeries.states import MessageState, Receipt

log = logging.getLogger(__name__)


@transaction.atomic
def record_receipt(receipt, *, channel, reference=None, provider_ref="", reason="", now):
    """Keep what became of a message that left; returns whether we know the message.

    Found by `reference`, our own key, or by the provider's name for it; so a receipt that is
    quicker than our own note that it was sent is kept too. The first one is final and never goes
    back. A message in doubt that comes with a receipt did leave. What did not arrive puts the
    person on the ring list.
    """
    message = _found(channel, reference, provider_ref)
    if message is None:
        return False
    if not message.receipt:
        _keep(message, receipt, reason, now)
        log.info("message %s: %s", message.pk, receipt)
    return True


def _found(channel, reference, provider_ref):
    messages = Message.objects.select_for_update(no_key=True).filter(channel=channel)
    if reference:
        return messages.filter(pk=reference).first()
    return messages.filter(provider_ref=provider_ref).first() if provider_ref else None


def _keep(message, receipt, reason, now):
    message.receipt, message.receipt_at = receipt, now
    if message.state == MessageState.REVIEW:
        message.state, message.sent_at = MessageState.SENT, now
    if receipt == Receipt.UNDELIVERED:
        message.last_error = without_contacts(reason)
    message.save(update_fields=["receipt", "receipt_at", "state", "sent_at", "last_error"])
