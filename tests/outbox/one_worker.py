"""What one worker in this process does, step by step."""

from datetime import timedelta

from django.utils import timezone

from surgeries.actions.outbox import owe
from surgeries.actions.sending import drain
from surgeries.clock import database_now
from surgeries.messages.facts import with_person
from surgeries.models import Attempt, Message
from surgeries.states import MessageKind
from tests import factories

MINUTE = timedelta(minutes=1)


def owed(surgery, kind=MessageKind.CONFIRMATION):
    booking = factories.create_booking(surgery=surgery)
    return owe(kind, booking, now=timezone.now() - MINUTE)


def send(**options):
    return drain(now=database_now(), worker="a worker", **options)


def fresh(message):
    return Message.objects.get(pk=message.pk)


def loaded(message):
    return with_person(Message.objects.all()).get(pk=message.pk)


def attempts():
    return list(Attempt.objects.order_by("started_at").values_list("number", "outcome"))


def be_due_again():
    Message.objects.update(next_at=database_now() - MINUTE)


def let_leases_end():
    Message.objects.exclude(lease_token=None).update(lease_until=database_now() - MINUTE)
