"""Messages we owe, and each try. No body and no address is stored (reliability.md 5.1)."""

import functools
import operator
import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from surgeries.rules.names import name_key
from surgeries.rules.outbox import trouble_of
from surgeries.states import (
    LEASED,
    REMINDERS,
    UNSETTLED,
    WANTS_A_PERSON,
    Channel,
    MessageKind,
    MessageState,
    Receipt,
    RingOutcome,
)

FOR_WHOM = ("booking", "helping", "invitation", "member", "connector")


def _only(sort):
    """The condition that a message is for this sort of person and no other."""
    return Q(**{f"{one}__isnull": one != sort for one in FOR_WHOM})


class MessageQuerySet(models.QuerySet):
    def due(self, now):
        """Their time has come and they have not left: waiting, set aside or in hand."""
        return self.filter(state__in=UNSETTLED, next_at__lte=now)

    def wants_a_person(self):
        """In doubt, not sent, or sent and not arrived: somebody has to ring."""
        return self.filter(Q(state__in=WANTS_A_PERSON) | Q(receipt=Receipt.UNDELIVERED))

    def unsettled(self, now):
        """Those that want a person and are still of use: nobody has been told another way.

        A later message that got through, or an answer on the phone, settles it; so does "I'll be
        there" for a reminder.
        """
        later = Message.objects.filter(
            Q(booking=OuterRef("booking"))
            | Q(helping=OuterRef("helping"))
            | Q(connector=OuterRef("connector")),
            state=MessageState.SENT,
            owed_at__gt=OuterRef("owed_at"),
        ).exclude(receipt=Receipt.UNDELIVERED)
        rung = Q(booking__rung_at__gte=F("owed_at")) & ~Q(
            booking__ring_outcome=RingOutcome.NO_ANSWER
        )
        needless = Q(kind__in=REMINDERS, booking__confirmed_at__isnull=False)
        return (
            self.wants_a_person()
            .filter(expires_at__gt=now)
            .exclude(rung)
            .exclude(needless)
            .exclude(Exists(later))
        )

    def wanting_first(self, now):
        """Those that want a person first, then the latest; adds `wants`."""
        wants = Exists(Message.objects.filter(pk=OuterRef("pk")).unsettled(now))
        return self.annotate(wants=wants).order_by("-wants", "-owed_at", "pk")

    def to_somebody_called(self, words):
        """To people, helpers or connectors whose name holds `words`; all when there are none."""
        key = name_key(words)
        if not key:
            return self
        return self.filter(
            Q(booking__attendee__name_key__contains=key)
            | Q(helping__helper__name__icontains=key)
            | Q(connector__key__contains=key)
        )

    def oldest_due(self, now):
        """Since when the oldest unsent message waits, or None when nothing is due."""
        return self.due(now).aggregate(models.Min("next_at"))["next_at__min"]


class Message(models.Model):
    """One message owed to one person, rendered when it is sent.

    `key` says what it is: the same key owed twice is one row. Exactly one of `booking`,
    `helping`, `invitation`, `member`, `connector` names who it is for; one to a connector may tell
    of a `surgery`. `provider_ref` is the name a provider gave it, `parts` what a text costs,
    `receipt` what the provider told us after it was sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="messages"
    )
    kind = models.CharField(max_length=24, choices=MessageKind)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    booking = models.ForeignKey(
        "surgeries.Booking",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
    )
    helping = models.ForeignKey(
        "surgeries.Helping",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
    )
    invitation = models.ForeignKey(
        "surgeries.TeamInvitation",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
    )
    member = models.ForeignKey(
        "surgeries.TeamMember",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
    )
    connector = models.ForeignKey(
        "surgeries.Connector",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
    )
    surgery = models.ForeignKey(
        "surgeries.Surgery", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    schedule_version = models.PositiveIntegerField(default=1)
    covers_from = models.DateTimeField(null=True, blank=True)
    covers_to = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=MessageState, default=MessageState.QUEUED)
    owed_at = models.DateTimeField(db_default=Now())
    next_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    attempts_made = models.PositiveSmallIntegerField(default=0)
    uncertain = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    parts = models.PositiveSmallIntegerField(null=True, blank=True)
    receipt = models.CharField(max_length=16, choices=Receipt, blank=True)
    receipt_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="message_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=LEASED, lease_token__isnull=False)
                | (~Q(state__in=LEASED) & Q(lease_token__isnull=True)),
                name="a_lease_is_held_exactly_while_claimed",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="sent_at_is_set_exactly_when_sent",
            ),
            models.CheckConstraint(condition=Q(uncertain__lte=2), name="doubt_ends_at_a_person"),
            models.CheckConstraint(
                condition=functools.reduce(operator.or_, map(_only, FOR_WHOM)),
                name="a_message_is_for_exactly_one_person",
            ),
            models.CheckConstraint(
                condition=Q(surgery=None) | Q(connector__isnull=False),
                name="only_to_a_connector_a_message_names_its_surgery",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(state=MessageState.QUEUED), name="message_due"
            ),
            models.Index(
                fields=["provider_ref"], condition=~Q(provider_ref=""), name="message_provider_ref"
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state__in=LEASED), name="message_leased"
            ),
        ]

    def __str__(self):
        return self.key

    @property
    def about(self):
        """The booking, helping, invitation, team member or connector it is for."""
        return next(filter(None, (getattr(self, sort) for sort in FOR_WHOM)))

    @property
    def evening(self):
        """The surgery it tells of, or None."""
        return self.surgery or getattr(self.about, "surgery", None)

    @property
    def trouble(self):
        """Why it wants a person, as a Trouble, or None."""
        return trouble_of(self.state, self.receipt, self.last_error)


class Attempt(models.Model):
    """One try at sending one message; number n of a message can be made only once."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=80)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="each_attempt_is_made_once"),
        ]

    def __str__(self):
        return f"try {self.number}"
