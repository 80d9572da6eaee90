"""People who help a series, with or without an account, and the evenings they offered."""

import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from surgeries.rules.helpers import answer_by, hours_within
from surgeries.rules.links import hash_of, secret_for
from surgeries.states import (
    STILL_MEANT,
    Goal,
    HelpingState,
    HelpingStyle,
    Outcome,
    SurgeryState,
    Withdrawal,
)


class HelperQuerySet(models.QuerySet):
    def regular(self):
        """Down for every new evening, by the organiser's yes (R38)."""
        return self.filter(regular_from__isnull=False, erased_at=None)

    def helped_before(self, now):
        """Who helped at an evening that has begun, latest first; adds `helped_at`, its start."""
        was_there = Q(
            helpings__state=HelpingState.CONFIRMED,
            helpings__surgery__state__in=(SurgeryState.PUBLISHED, SurgeryState.CLOSED),
            helpings__surgery__starts_at__lte=now,
        )
        helped_at = Max("helpings__surgery__starts_at", filter=was_there)
        helped = self.filter(erased_at=None).annotate(helped_at=helped_at)
        return helped.filter(helped_at__isnull=False).order_by("-helped_at", "name", "pk")

    def never_asked(self, surgery):
        """Who has said nothing about this evening, neither yes nor no."""
        return self.exclude(Exists(Helping.objects.filter(helper=OuterRef("pk"), surgery=surgery)))


class Helper(models.Model):
    """A volunteer of one series. The name is public only from `name_public_from` on.

    From `regular_from` on she is down for every new evening, by the organiser's yes (R38).
    """

    series = models.ForeignKey("surgeries.Series", on_delete=models.CASCADE, related_name="helpers")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email address"), blank=True)
    can_help_with = models.CharField(_("what I can help with"), max_length=300, blank=True)
    goals = ArrayField(models.CharField(max_length=16, choices=Goal), default=list, blank=True)
    languages = models.CharField(_("languages I speak"), max_length=200, blank=True)
    name_public_from = models.DateTimeField(null=True, blank=True)
    code_agreed_at = models.DateTimeField(null=True, blank=True)
    regular_from = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    last_active_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = HelperQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "email"],
                condition=~Q(email=""),
                name="one_helper_per_email",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def first_name(self):
        return self.name.split(" ")[0]

    def get_goals_display(self):
        """What she can help with, in the words of those who come."""
        return [Goal(goal).label for goal in self.goals]


class HelpingQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(state=HelpingState.CONFIRMED)

    def adding_places(self):
        """Confirmed, and not there to sit beside somebody first."""
        return self.confirmed().exclude(style=HelpingStyle.SIT_BESIDE)

    def unanswered(self):
        return self.filter(state=HelpingState.OFFERED)

    def still_meant(self):
        """Offered or coming."""
        return self.filter(state__in=STILL_MEANT)

    def overlapping(self, helping):
        """The other evenings of whoever has this address, in any series, at the same time: a list.

        For her own eyes only: no organiser learns from it where else she helps.
        """
        email, surgery = helping.helper.email, helping.surgery
        if not email or helping.state not in STILL_MEANT:
            return []
        near = (
            self.still_meant()
            .filter(helper__email=email, surgery__state=SurgeryState.PUBLISHED)
            .filter(surgery__starts_at__lt=surgery.ends_at, surgery__ends_at__gt=surgery.starts_at)
            .exclude(pk=helping.pk)
            .select_related("surgery__series")
            .order_by("surgery__starts_at", "pk")
        )
        return [other for other in near if other.overlaps(helping)]

    def by_secret(self, secret):
        return self.filter(link_hash=hash_of(secret))


class Helping(models.Model):
    """One helper at one surgery: offered, confirmed by the organiser's yes, withdrawn.

    `helps_from` and `helps_until` are wall-clock times of somebody who is there for a part of it.
    `withdrawal` says whose word it was that she does not come. `calendar_version` grows with every
    change, so that a later calendar file replaces an earlier one.
    """

    helper = models.ForeignKey(Helper, on_delete=models.CASCADE, related_name="helpings")
    surgery = models.ForeignKey(
        "surgeries.Surgery", on_delete=models.CASCADE, related_name="helpings"
    )
    style = models.CharField(max_length=16, choices=HelpingStyle, default=HelpingStyle.JUST_ONCE)
    state = models.CharField(max_length=16, choices=HelpingState, default=HelpingState.OFFERED)
    withdrawal = models.CharField(max_length=16, choices=Withdrawal, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.NOT_RECORDED)
    helps_from = models.TimeField(null=True, blank=True)
    helps_until = models.TimeField(null=True, blank=True)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1)
    link_hash = models.BinaryField(max_length=32, null=True, blank=True)
    calendar_version = models.PositiveIntegerField(default=0)

    objects = HelpingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["helper", "surgery"], name="a_helper_offers_an_evening_once"
            ),
            models.UniqueConstraint(fields=["link_hash"], name="one_helping_per_link"),
            models.CheckConstraint(
                condition=Q(state__in=HelpingState.values), name="helping_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(helps_from=None)
                | Q(helps_until=None)
                | Q(helps_until__gt=F("helps_from")),
                name="a_helper_leaves_after_she_arrives",
            ),
        ]

    def __str__(self):
        return f"{self.helper} at {self.surgery}"

    @property
    def secret(self):
        return secret_for("helping", self.pk, self.link_version)

    def seal(self):
        """Set the hash by which the link is found; the row must have its number."""
        self.link_hash = hash_of(self.secret)

    @property
    def is_ready(self):
        """Coming, and agreed to what we ask of helpers (R42)."""
        return self.state == HelpingState.CONFIRMED and self.helper.code_agreed_at is not None

    @property
    def answer_by(self):
        """Until when her offer is promised an answer (R39)."""
        return answer_by(self.offered_at, self.surgery.starts_at)

    @property
    def hours(self):
        """(from, until) in wall-clock time, None for the start and for the end of the evening."""
        starts, ends = self.surgery.starts_local.time(), self.surgery.ends_local.time()
        return hours_within(self.helps_from, self.helps_until, starts=starts, ends=ends)

    @property
    def is_there_for_part(self):
        return self.hours != (None, None)

    @property
    def comes_local(self):
        """When she is there, in the zone of the series."""
        comes = self.hours[0]
        return self._at(comes) if comes else self.surgery.starts_local

    @property
    def leaves_local(self):
        leaves = self.hours[1]
        return self._at(leaves) if leaves else self.surgery.ends_local

    def _at(self, clock):
        return datetime.datetime.combine(self.surgery.on, clock, self.surgery.series.zone)

    def overlaps(self, other):
        """Whether somebody could not be at both."""
        return self.comes_local < other.leaves_local and other.comes_local < self.leaves_local
