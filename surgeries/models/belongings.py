"""Which networks the people who know us belong to, each with that person's own yes."""

from django.conf import settings
from django.db import models
from django.db.models import Q

ONE_PERSON = (
    Q(helper__isnull=False, user=None, attendee=None)
    | Q(helper=None, user__isnull=False, attendee=None)
    | Q(helper=None, user=None, attendee__isnull=False)
)


class Belonging(models.Model):
    """A helper, somebody of the team or an attendee belongs to a network, and we may say so.

    `agreed_at` is that person's own yes to our keeping it and to being asked to introduce us;
    without a yes there is no row. Connectors belong to their network as it is.
    """

    network = models.ForeignKey(
        "surgeries.Network", on_delete=models.CASCADE, related_name="belongings"
    )
    helper = models.ForeignKey(
        "surgeries.Helper",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="belongings",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="belongings",
    )
    attendee = models.ForeignKey(
        "surgeries.Attendee",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="belongings",
    )
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_PERSON, name="one_person_belongs"),
            models.UniqueConstraint(fields=["helper", "network"], name="a_helper_belongs_once"),
            models.UniqueConstraint(fields=["user", "network"], name="a_member_belongs_once"),
            models.UniqueConstraint(
                fields=["attendee", "network"], name="an_attendee_belongs_once"
            ),
        ]

    def __str__(self):
        return f"{self.person} in {self.network}"

    @property
    def person(self):
        """The helper, the user or the attendee."""
        return self.helper or self.user or self.attendee
