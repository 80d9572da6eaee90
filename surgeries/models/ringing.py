"""Whom to ring, and why: the part of a booking's vocabulary that is about calls."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from surgeries.rules.reminders import NEARLY_HERE
from surgeries.states import WANTS_A_PLACE, BookingState, Outcome, RingOutcome, SurgeryState

from .outbox import Message

RING_BEFORE = datetime.timedelta(hours=48)


class RingingQuerySet(models.QuerySet):
    """Bookings as calls to make. A booking that was answered for is not rung about the same."""

    def ring_list(self, now):
        """Whom to ring, each party once, soonest surgery first (R26); adds the facts that say why.

        A call is owed for one of four reasons. A message is in doubt or did not arrive
        (`unreached`). There is news that none could tell her (`untold_from`). She waits, it
        starts in two hours, and no message can tell her to come along. Or it starts in 48 hours,
        she has not answered, and nothing can be sent to her (`call_only`), she has not been here
        yet (`is_new`) or did not come once (`missed_on`, the day). An answer settles its reason;
        after "no answer" she stays, later in the list.
        """
        published = Q(surgery__state=SurgeryState.PUBLISHED)
        untold = Q(untold_from__isnull=False) & ~_answered_since(F("untold_from"))
        asks = (
            Q(state=BookingState.BOOKED, confirmed_at=None)
            & published
            & Q(surgery__starts_at__lte=now + RING_BEFORE)
            & (Q(call_only=True) | Q(is_new=True) | Q(missed_on__isnull=False))
            & ~_answered_since(F("surgery__starts_at") - RING_BEFORE)
        )
        waits = (
            Q(state__in=WANTS_A_PLACE, call_only=True)
            & published
            & Q(surgery__starts_at__lte=now + NEARLY_HERE)
            & ~_answered_since(F("surgery__starts_at") - NEARLY_HERE)
        )
        return (
            self.live()
            .speaking_for_all()
            .with_reasons_to_ring(now)
            .filter(surgery__state__in=(SurgeryState.PUBLISHED, SurgeryState.CANCELLED))
            .filter(surgery__starts_at__gt=now, walked_in=False, imported=False)
            .filter(Q(unreached=True) | untold | asks | waits)
            .select_related("attendee", "slot", "surgery", "credited_network", "brought_by")
            .order_by(
                "surgery__starts_at", F("rung_at").asc(nulls_first=True), "attendee__name_key", "pk"
            )
        )

    def with_reasons_to_ring(self, now):
        """Adds `unreached`, `call_only`, `is_new` and `missed_on`; see `ring_list`.

        `unreached_by` is the kind of the latest message that did not get through.
        """
        messages = Message.objects.filter(booking=OuterRef("pk"))
        lost = messages.unsettled(now).order_by("-owed_at", "-pk")
        before = self.model.objects.live().filter(attendee=OuterRef("attendee"))
        missed = before.filter(outcome=Outcome.DID_NOT_COME).order_by("-surgery__starts_at")
        # Texts that are switched off meanwhile reach nobody, whatever was sent before.
        texted = Q(surgery__series__sends_texts=True) & Exists(messages)
        texts_reach = texted if settings.TEXTS_BY else Q(pk=None)
        return self.annotate(
            unreached=Exists(lost),
            unreached_by=Subquery(lost.values("kind")[:1]),
            call_only=Q(attendee__contact=None)
            | Q(attendee__no_messages_from__isnull=False)
            | (~Q(attendee__contact__contains="@") & ~texts_reach),
            is_new=~Exists(before.filter(outcome=Outcome.CAME)),
            missed_on=Subquery(missed.values("surgery__on")[:1]),
        )

    def rung_since(self, moment):
        """Who was rung from then on and gave an answer, latest first."""
        answered = self.filter(rung_at__gte=moment).exclude(ring_outcome=RingOutcome.NO_ANSWER)
        return answered.select_related("attendee", "surgery").order_by("-rung_at")


def _answered_since(moment):
    return Q(rung_at__gte=moment) & ~Q(ring_outcome=RingOutcome.NO_ANSWER)
