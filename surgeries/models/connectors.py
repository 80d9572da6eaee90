"""Trusted people in a network, and the links that we pass on through them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surgeries.rules.links import hash_of, secret_for
from surgeries.rules.names import first_name, name_key
from surgeries.states import AskBy, PassedOnBy


class ConnectorQuerySet(models.QuerySet):
    def current(self):
        """Whom we may still ask: not put away, and not of a network that was."""
        return self.filter(removed_at=None, network__removed_at=None)

    def called(self, name):
        """The one with this name, put away or not; else a current one of this role; else None."""
        key = name_key(name)
        people = list(self)
        named = (person for person in people if person.key == key)
        by_role = (p for p in people if not p.removed_at and name_key(p.role) == key)
        return next(named, None) or next(by_role, None) if key else None

    def by_secret(self, secret):
        """The connector whose page a secret link opens, while she wants one."""
        return self.with_a_page().filter(link_hash=hash_of(secret))

    def with_a_page(self):
        """Who agreed to be one of us, was given a page, and has not stopped."""
        return self.current().filter(
            agreed_at__isnull=False, link_hash__isnull=False, page_off_at=None
        )


class Connector(models.Model):
    """A trusted person in a network who passes the word on.

    `name` is kept only with that person's own yes (`agreed_at`); until then we know her by `role`,
    "the caretaker". From `name_shown_from` on she agrees to being suggested by name in public. From
    `digest_from` on she gets one message before each surgery. Without a `link_hash` she was never
    given a page; `page_off_at` is when it was switched off, by her or by the organiser. `contact`
    is an email address or a number in E.164.
    """

    network = models.ForeignKey(
        "surgeries.Network", on_delete=models.CASCADE, related_name="connectors"
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    key = models.CharField(max_length=240, editable=False)
    role = models.CharField(_("what they do there"), max_length=120, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    contact = models.CharField(max_length=254, blank=True)
    ask_by = models.CharField(
        _("how they like to be asked"), max_length=16, choices=AskBy, blank=True
    )
    note = models.CharField(_("anything to remember"), max_length=300, blank=True)
    name_shown_from = models.DateTimeField(null=True, blank=True)
    digest_from = models.DateTimeField(null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1)
    link_hash = models.BinaryField(max_length=32, null=True, blank=True)
    page_off_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "key"], condition=~Q(key=""), name="one_connector_per_name"
            ),
            models.UniqueConstraint(fields=["link_hash"], name="one_connector_per_link"),
            models.CheckConstraint(
                condition=Q(name="") | Q(agreed_at__isnull=False),
                name="a_connectors_name_is_kept_with_her_yes",
            ),
            models.CheckConstraint(
                condition=Q(contact="") | Q(agreed_at__isnull=False),
                name="a_connectors_contact_is_kept_with_her_yes",
            ),
            models.CheckConstraint(
                condition=~Q(name="", role=""), name="a_connector_has_a_name_or_a_role"
            ),
        ]

    def __str__(self):
        return self.name or self.role

    def save(self, *args, **kwargs):
        self.key = name_key(self.name)
        super().save(*args, **kwargs)

    @property
    def first_name(self):
        return first_name(self.name) if self.name else self.role

    @property
    def email(self):
        return self.contact if "@" in self.contact else ""

    @property
    def phone(self):
        return self.contact if "@" not in self.contact else ""

    @property
    def has_page(self):
        """Whether her link opens it; see `with_a_page`, and wants the network loaded."""
        given = self.agreed_at and self.link_hash and not self.page_off_at
        return bool(given) and not self.removed_at and not self.network.removed_at

    @property
    def secret(self):
        """Opens her page."""
        return secret_for("connector", self.pk, self.link_version)

    def link_to_pass_on(self):
        """The invite link her page offers, never the page's own address; None when it is off."""
        mine = self.links.filter(
            passed_on_by=PassedOnBy.CONNECTOR_PAGE, switched_off_at__isnull=True
        )
        return mine.order_by("pk").first()

    def seal(self):
        """Set the hash by which her page is found; the row must have its number."""
        self.link_hash = hash_of(self.secret)


class InviteLink(models.Model):
    """A link of a network or connector. Switched off, it still resolves to its network."""

    network = models.ForeignKey("surgeries.Network", on_delete=models.CASCADE, related_name="links")
    connector = models.ForeignKey(
        Connector, on_delete=models.SET_NULL, null=True, blank=True, related_name="links"
    )
    code = models.CharField(max_length=16, unique=True)
    passed_on_by = models.CharField(max_length=16, choices=PassedOnBy, default=PassedOnBy.LINK)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    switched_off_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.code


class LinkOpens(models.Model):
    """How often a link was opened on one day, by the series' clock: no cookie, no address (R61)."""

    link = models.ForeignKey(InviteLink, on_delete=models.CASCADE, related_name="opens")
    on = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "link opens"
        constraints = [
            models.UniqueConstraint(fields=["link", "on"], name="one_count_per_link_and_day"),
        ]

    def __str__(self):
        return f"{self.link} on {self.on}: {self.times}"
