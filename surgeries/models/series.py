"""A repeating surgery and its team. The series is the tenant."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from surgeries.rules.links import hash_of, secret_for
from surgeries.rules.reminders import CLOSES, OPENS, Hours
from surgeries.rules.suppression import HIGHEST_THRESHOLD, THRESHOLD
from surgeries.states import Role


class SeriesQuerySet(models.QuerySet):
    def with_role(self, user, *roles):
        """The series in which `user` holds one of `roles`, each once."""
        return self.filter(
            models.Exists(
                TeamMember.objects.filter(series=models.OuterRef("pk"), user=user, role__in=roles)
            )
        )

    def seen_in_public(self):
        """The series that have, or had, a surgery of their own that anybody could see."""
        return self.filter(surgeries__published_at__isnull=False).distinct()

    def with_roles_of(self, user):
        """The series in whose team `user` is; adds `roles`, a list of words for what she may do."""
        hers = TeamMember.objects.filter(series=models.OuterRef("pk"), user=user)
        return self.filter(models.Exists(hers)).annotate(
            roles=ArraySubquery(hers.order_by("role").values("role"))
        )


def default_zone():
    return settings.TIME_ZONE


class Series(models.Model):
    """ "Central Birmingham": town, words and defaults; the series and person it sprang from."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    town = models.CharField(_("town"), max_length=120)
    about = models.TextField(_("a few words about it"), blank=True, max_length=2000)
    phone = models.CharField(_("phone number people can ring"), max_length=32, blank=True)
    ring_name = models.CharField(_("who answers it"), max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default=default_zone)
    usual_start = models.TimeField(default=datetime.time(17, 30))
    usual_minutes = models.PositiveSmallIntegerField(
        default=90, validators=[MinValueValidator(30), MaxValueValidator(600)]
    )
    places_per_helper = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    opens_days_ahead = models.PositiveSmallIntegerField(default=28)
    suggests_more_places = models.BooleanField(default=False)
    writes_from = models.TimeField(_("messages from"), default=OPENS)
    writes_until = models.TimeField(_("messages until"), default=CLOSES)
    sends_texts = models.BooleanField(_("remind people by text"), default=False)
    texts_a_month = models.PositiveIntegerField(
        _("texts a month at most"), default=200, validators=[MaxValueValidator(100_000)]
    )
    hides_below = models.PositiveSmallIntegerField(
        default=THRESHOLD,
        validators=[MinValueValidator(THRESHOLD), MaxValueValidator(HIGHEST_THRESHOLD)],
    )
    sprung_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="offspring"
    )
    sprung_from_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        "surgeries.ImportRun", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "series"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(writes_until__gt=models.F("writes_from")),
                name="quiet_hours_end_before_they_begin",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def zone(self):
        return ZoneInfo(self.time_zone)

    @property
    def hours(self):
        """When we may write to people, by the series' own clock (R21)."""
        return Hours(self.zone, self.writes_from, self.writes_until)


class TeamMember(models.Model):
    """One role of one person in one series; a person may hold several."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=16, choices=Role)
    daily_digest = models.BooleanField(_("send me the day’s bookings"), default=True)
    digest_version = models.PositiveIntegerField(default=1)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "user", "role"], name="a_person_holds_a_role_once"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="team_role_is_known"
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.role} of {self.series}"

    @property
    def secret(self):
        """Opens the page that turns the digest off."""
        return secret_for("digest", self.pk, self.digest_version)


class TeamInvitationQuerySet(models.QuerySet):
    def open(self, now):
        """Not accepted, not withdrawn, and sent in the last 14 days."""
        return self.filter(
            accepted_at=None, withdrawn_at=None, invited_at__gt=now - TeamInvitation.LASTS
        )

    def by_secret(self, secret):
        """The invitation a secret link opens, if its secret is right."""
        return self.filter(link_hash=hash_of(secret))


class TeamInvitation(models.Model):
    """An email that lets one person join the team; `hand_over` makes the inviter leave it."""

    LASTS = datetime.timedelta(days=14)

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email address"))
    role = models.CharField(max_length=16, choices=Role, default=Role.ORGANISER)
    hand_over = models.BooleanField(default=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    invited_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1)
    link_hash = models.BinaryField(max_length=32, null=True)

    objects = TeamInvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link_hash"], name="one_invitation_per_link"),
            models.UniqueConstraint(
                "series",
                Lower("email"),
                "role",
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_person_and_role",
            ),
        ]

    def __str__(self):
        return f"{self.role} of {self.series}"

    @property
    def secret(self):
        return secret_for("invitation", self.pk, self.link_version)

    def seal(self):
        """Set the hash by which the link is found; the row must have its number."""
        self.link_hash = hash_of(self.secret)
