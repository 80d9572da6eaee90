"""Networks people belong to, the groups in them, and the words that mean them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from surgeries.rules.names import name_key
from surgeries.states import (
    LIVE,
    AliasKind,
    Language,
    NetworkKind,
    Outcome,
    RecipeList,
    SurgeryState,
)


class NetworkQuerySet(models.QuerySet):
    def suggestible(self):
        """Networks whose name may stand in a public suggestion: an organiser has said so.

        A name that was only typed or imported may be a person's, or a refuge's (model.md,
        private networks).
        """
        return self.current().not_private().filter(suggested_from__isnull=False)

    def current(self):
        """Not put away."""
        return self.filter(removed_at=None)

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


class Network(models.Model):
    """A body or circle people belong to, as one series knows it.

    One that was put away (`removed_at`) is offered nowhere, and its links still count for it.
    `languages` are the codes of those its people read; `hoped_for` is people at one surgery.
    """

    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="networks"
    )
    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(max_length=400, editable=False)
    kind = models.CharField(max_length=16, choices=NetworkKind, default=NetworkKind.GROUP)
    area = models.CharField(_("area"), max_length=120, blank=True)
    about = models.TextField(_("what you know about it"), blank=True, max_length=2000)
    hoped_for = models.PositiveSmallIntegerField(
        _("how many people you hope for each time"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
    )
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    private = models.BooleanField(_("private"), default=False)
    removed_at = models.DateTimeField(null=True, blank=True)
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

    @property
    def language_names(self):
        """What its people read, in words; a code that is no longer ours stays a code."""
        names = dict(Language.choices)
        return [names.get(code, code) for code in self.languages]


class Group(models.Model):
    """A group or club that people come from, as they name it; it may be in several networks."""

    series = models.ForeignKey("surgeries.Series", on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(max_length=400, editable=False)
    networks = models.ManyToManyField(
        Network, blank=True, related_name="groups", db_table="surgeries_group_network"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "key"], name="one_group_per_name"),
            models.CheckConstraint(condition=~models.Q(key=""), name="a_group_has_a_name"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.key = name_key(self.name)
        super().save(*args, **kwargs)


class Alias(models.Model):
    """Words that mean a network, or a person in it, though they are not its name.

    A code word, the name of a network that was merged into this one, or an answer the organiser
    has explained. Without a network it is an answer that names none ("my neighbour").
    """

    series = models.ForeignKey("surgeries.Series", on_delete=models.CASCADE, related_name="aliases")
    words = models.CharField(max_length=200)
    key = models.CharField(max_length=400, editable=False)
    kind = models.CharField(max_length=16, choices=AliasKind)
    network = models.ForeignKey(
        Network, on_delete=models.CASCADE, null=True, blank=True, related_name="aliases"
    )
    connector = models.ForeignKey(
        "surgeries.Connector",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="aliases",
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["words", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "key"], name="words_mean_one_thing"),
            models.CheckConstraint(condition=~models.Q(key=""), name="an_alias_has_words"),
            models.CheckConstraint(
                condition=models.Q(network__isnull=False) | models.Q(kind=AliasKind.ANSWER),
                name="only_an_answer_may_mean_no_network",
            ),
        ]

    def __str__(self):
        return self.words

    def save(self, *args, **kwargs):
        self.key = name_key(self.words)
        super().save(*args, **kwargs)


class Prospect(models.Model):
    """A line of one of the three lists of the 2009 recipe: whom to ask, and whether we have.

    `card` is the one whose question ("whom do these people trust?") it answers.
    """

    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="prospects"
    )
    list = models.CharField(max_length=16, choices=RecipeList)
    who = models.CharField(_("who"), max_length=200)
    note = models.CharField(_("note"), max_length=300, blank=True)
    network = models.ForeignKey(
        Network, on_delete=models.SET_NULL, null=True, blank=True, related_name="prospects"
    )
    card = models.ForeignKey(
        "surgeries.Card", on_delete=models.SET_NULL, null=True, blank=True, related_name="people"
    )
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["list", "pk"]

    def __str__(self):
        return self.who
