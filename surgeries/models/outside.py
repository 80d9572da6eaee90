"""Pages of figures for somebody outside the team, opened by a secret link."""

from django.conf import settings
from django.db import models

from surgeries.rules.links import hash_of, secret_for


class SharedViewQuerySet(models.QuerySet):
    def by_secret(self, secret):
        """The view a secret link opens, while it stands and its network may be named."""
        named = models.Q(network=None) | models.Q(
            network__private=False, network__suggested_from__isnull=False
        )
        return self.filter(named, link_hash=hash_of(secret), revoked_at=None)


class SharedView(models.Model):
    """A page for a funder, or about one `network` for that network; made `for_whom`."""

    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="shared_views"
    )
    network = models.ForeignKey(
        "surgeries.Network",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="shared_views",
    )
    for_whom = models.CharField(max_length=120)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1)
    link_hash = models.BinaryField(max_length=32, null=True)

    objects = SharedViewQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["link_hash"], name="one_shared_view_per_link"),
        ]

    def __str__(self):
        return f"{self.series}, for {self.for_whom}"

    @property
    def secret(self):
        return secret_for("shared", self.pk, self.link_version)

    def seal(self):
        """Set the hash by which the page is found; the row must have its number."""
        self.link_hash = hash_of(self.secret)
