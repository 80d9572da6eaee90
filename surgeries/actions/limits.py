"""Refusing what is more than people send; whoever is stopped reads whom to ring (P16, T-BIZ-06)."""

from django.utils.translation import gettext as _

from surgeries.models import Booking
from surgeries.refusals import Refused
from surgeries.rules import limits as rules
from surgeries.templatetags.words import phone


def refuse_a_flood(series, *, seen, open_for, contact, now):
    """Refuse a form of a stranger that comes after too many others. Reads only.

    `seen` counts it and what came before, `open_for` says how long she had it before her. The
    sentence is one and the same for all there may be too much of, so it tells nobody how often
    somebody else books.
    """
    if rules.is_a_flood(seen) or (seen.today > 1 and _holds_enough(contact, now)):
        raise Refused(_please_ring(series))
    if rules.is_in_a_hurry(seen, open_for):
        raise Refused(
            _(
                "Many people are using this form just now. "
                "Wait five seconds, then press the button once more."
            )
        )


def _holds_enough(contact, now):
    """Whether one contact has as many bookings to come as one may.

    Asked from her second form of a day on: whoever books once pays nothing for it.
    """
    to_come = Booking.objects.live().filter(attendee__contact=contact, surgery__starts_at__gt=now)
    return to_come.count() >= rules.TO_COME_OF_A_CONTACT


def _please_ring(series):
    if not series.phone:
        return _("That is a lot at once. Try again in an hour, or ask whoever told you about us.")
    return _("That is a lot at once. Please ring %(name)s on %(number)s, and we sort it out.") % {
        "name": series.ring_name or series.name,
        "number": phone(series.phone),
    }
