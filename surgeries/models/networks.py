"""Networks people belong to, the people trusted in them, and the links that we pass on."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surgeries.rules.credit import Attribution
from surgeries.rules.names import name_key, tidy
from surgeries.states import LIVE, NetworkKind, Outcome, SurgeryState


class NetworkQuerySet(models.QuerySet):
    def suggestible(self):
        """Networks whose name may stand in a public suggestion: an organiser has said so.

        A name that was only typed or imported may be a person's, or a refuge's (model.md,
        private networks).
        """
        return self.not_private().filter(suggested_from__isnull=False)

    def not_private(self):
        """Networks whose name the whole team may see, helpers and door included."""
        return self.filter(private=False)

    def with_way(self, now):
        """Adds how far people got: `booked`, `came` and `walk_ins` up to `now`, and `coming`.

        The figures of model.md: `came` is of those who booked, and whoever came without booking
        is a walk-in. `coming` are booked for a surgery that has not begun.
        """
        stands = models.Q(bookings__state__in=LIVE) & ~models.Q(
            bookings__surgery__state=SurgeryState.CANCELLED
        )
        begun = models.Q(bookings__surgery__starts_at__lte=now)
        walked_in = models.Q(bookings__walked_in=True)
        came = models.Q(bookings__outcome=Outcome.CAME)
        booked = stands & ~walked_in
        return self.annotate(
            booked=models.Count("bookings", filter=booked & begun),
            came=models.Count("bookings", filter=booked & begun & came),
            walk_ins=models.Count("bookings", filter=stands & begun & came & walked_in),
            coming=models.Count("bookings", filter=booked & ~begun),
        )

    def attribute(self, series, *, said="", code=""):
        """Who sent this person: `said` is her answer, `code` that of the link she followed.

        One query. An answer is a network's name or the name of one connector; a name that two
        networks share resolves to neither. A link that is switched off still counts, and an
        unknown code counts for nobody (R12).
        """
        key = name_key(said)
        found = {"network": [], "connector": []}
        link = None
        for network in self._candidates(series, key, code):
            if network.key == key:
                found["network"].append((network, None))
            elif network.connector_key == key and key:
                found["connector"].append(
                    (network, Connector(pk=network.connector_pk, network=network))
                )
            if code and network.link_code == code:
                link = InviteLink(
                    pk=network.link_pk,
                    code=code,
                    network=network,
                    connector_id=network.link_connector,
                )
        named = {(n.pk, c and c.pk): (n, c) for n, c in found["network"] or found["connector"]}
        network, connector = next(iter(named.values())) if len(named) == 1 else (None, None)
        return Attribution(tidy(said)[:200], network, connector, link)

    def _candidates(self, series, key, code):
        if not key and not code:
            return []
        by_code = models.Q(links__code=code) if code else models.Q(pk__in=[])
        by_name = models.Q(key=key) | models.Q(connectors__key=key) if key else models.Q(pk__in=[])
        return (
            self.filter(series=series)
            .filter(by_code | by_name)
            .annotate(
                connector_key=models.F("connectors__key"),
                connector_pk=models.F("connectors__pk"),
                link_code=models.F("links__code"),
                link_pk=models.F("links__pk"),
                link_connector=models.F("links__connector"),
            )
        )


class Network(models.Model):
    """A body or circle people belong to, as one series knows it."""

    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="networks"
    )
    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(max_length=400, editable=False)
    kind = models.CharField(max_length=16, choices=NetworkKind, default=NetworkKind.GROUP)
    area = models.CharField(_("area"), max_length=120, blank=True)
    private = models.BooleanField(_("private"), default=False)
    suggested_from = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    imported_by = models.ForeignKey(
        "surgeries.ImportRun", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = NetworkQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "key"], name="one_network_per_name"),
            models.CheckConstraint(condition=~models.Q(key=""), name="a_network_has_a_name"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class Connector(models.Model):
    """A trusted person in a network who passes the word on."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="connectors")
    name = models.CharField(_("name"), max_length=120)
    key = models.CharField(max_length=240, editable=False)
    name_shown_from = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "key"], name="one_connector_per_name"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class InviteLink(models.Model):
    """A link of a network or connector. Switched off, it still resolves to its network."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="links")
    connector = models.ForeignKey(
        Connector, on_delete=models.SET_NULL, null=True, blank=True, related_name="links"
    )
    code = models.CharField(max_length=16, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    switched_off_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.code
