"""Webhooks of the provider we speak JSON with; docs/running.md says what stands in them."""

from django.conf import settings
from django.http import HttpResponse

from surgeries.forms.webhooks import (
    LONGEST_REF,
    Told,
    Written,
    needed,
    reference_in,
    said_in,
    word,
)
from surgeries.rules.signatures import is_signed as has_signed
from surgeries.states import Receipt


def is_signed(request, now) -> bool:
    """Whether the provider signed this request, a few minutes ago at most."""
    header = request.headers.get("X-Signature", "")
    return has_signed(header, request.body, secret=settings.TEXTS_SECRET, now=now)


def told(request) -> Told:
    """A delivery receipt: {"reference", "id", "status", "reason"}."""
    said = said_in(request.body)
    status = needed(said, "status")
    return Told(
        Receipt(status) if status in Receipt else None,
        reference_in(word(said, "reference")),
        word(said, "id", most=LONGEST_REF),
        word(said, "reason"),
    )


def written(request) -> Written:
    """A text to us: {"id", "from", "text"}."""
    said = said_in(request.body)
    return Written(needed(said, "from"), word(said, "text"), needed(said, "id", most=LONGEST_REF))


def thanks() -> HttpResponse:
    """What the provider wants to hear."""
    return HttpResponse(status=204)
