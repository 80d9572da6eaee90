"""What an organiser said to a card: whom people trust, or that she puts it aside."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from surgeries.states import CardKind, PutAsideFor


class Card(models.Model):
    """One answer to a card, or one putting aside; the cards themselves are derived, never stored.

    `figure` is how bad it was then, higher is worse, as `rules.cards` counts it for this kind. The
    people the answer named are prospects that point here. Without a network it is about the series.
    """

    series = models.ForeignKey("surgeries.Series", on_delete=models.CASCADE, related_name="cards")
    network = models.ForeignKey(
        "surgeries.Network", on_delete=models.CASCADE, null=True, blank=True, related_name="cards"
    )
    kind = models.CharField(max_length=16, choices=CardKind)
    figure = models.IntegerField(default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("why"), max_length=16, choices=PutAsideFor, blank=True)
    reason_words = models.CharField(_("in your words"), max_length=300, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=False)
                | models.Q(dismissed_at__isnull=False),
                name="a_card_was_answered_or_put_aside",
            ),
            models.CheckConstraint(
                condition=models.Q(dismissed_at__isnull=True) ^ ~models.Q(reason=""),
                name="a_card_is_put_aside_for_a_reason",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()
