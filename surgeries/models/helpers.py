"""People who help a series, with or without an account, and the evenings they offered."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from surgeries.rules.links import hash_of, secret_for
from surgeries.states import Goal, HelpingState, HelpingStyle, Outcome


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


class HelpingQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(state=HelpingState.CONFIRMED)

    def adding_places(self):
        """Confirmed, and not there to sit beside somebody first."""
        return self.confirmed().exclude(style=HelpingStyle.SIT_BESIDE)

    def unanswered(self):
        return self.filter(state=HelpingState.OFFERED)

    def by_secret(self, secret):
        return self.filter(link_hash=hash_of(secret))


class Helping(models.Model):
    """One helper at one surgery: offered, confirmed by the organiser's yes, withdrawn.

    `helps_from` and `helps_until` are wall-clock times of somebody who is there for a part of it.
    """

    helper = models.ForeignKey(Helper, on_delete=models.CASCADE, related_name="helpings")
    surgery = models.ForeignKey(
        "surgeries.Surgery", on_delete=models.CASCADE, related_name="helpings"
    )
    style = models.CharField(max_length=16, choices=HelpingStyle, default=HelpingStyle.JUST_ONCE)
    state = models.CharField(max_length=16, choices=HelpingState, default=HelpingState.OFFERED)
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
