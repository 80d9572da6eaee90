"""Evenings in figures, as their organiser sees them (model.md, Figures)."""

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from surgeries.models import Booking, Helping, Place
from surgeries.states import BookingState, Outcome


def with_figures(surgeries):
    """Surgeries with their venues and figures, in one statement whatever their number.

    `booked`: people who were promised a place, walk-ins excluded; `waiting`: who would like one,
    and who lost the one promised. `places_count` and `free_places`: chairs.
    `through_the_door`: people who came, walk-ins included. `untouched`: on the register, and
    nobody has said whether they came. `helpers_coming`, `helpers_offered`: people.
    """
    bookings = Booking.objects.filter(surgery=OuterRef("pk"))
    places = Place.objects.filter(surgery=OuterRef("pk"))
    helpings = Helping.objects.filter(surgery=OuterRef("pk"))
    return surgeries.select_related("venue").annotate(
        booked=_number(bookings.filter(state=BookingState.BOOKED, walked_in=False)),
        waiting=_number(bookings.wanting_a_place()),
        places_count=_number(places),
        free_places=_number(places.free()),
        through_the_door=_number(bookings.live().filter(outcome=Outcome.CAME)),
        untouched=_number(bookings.untouched()),
        helpers_coming=_number(helpings.confirmed()),
        helpers_offered=_number(helpings.unanswered()),
    )


def _number(rows):
    counted = rows.order_by().values("surgery").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)
