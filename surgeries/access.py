"""Who may touch what: querysets that begin at the person, and predicates.

What is not in these querysets does not exist for that person: views answer 404, never 403.
"""

from surgeries.models import Booking, Helping, ImportRun, Message, Network, Series, Surgery
from surgeries.states import Role


def series_organised_by(user):
    """The series `user` organises: everything in the team's pages starts here."""
    return Series.objects.with_role(user, Role.ORGANISER)


def series_at_the_door_of(user):
    """The series whose register `user` may keep: as organiser or at the door."""
    return Series.objects.with_role(user, Role.ORGANISER, Role.DOOR)


def surgeries_organised_by(user):
    return Surgery.objects.filter(series__in=series_organised_by(user)).select_related(
        "series", "venue"
    )


def surgeries_at_the_door_of(user):
    return Surgery.objects.filter(series__in=series_at_the_door_of(user)).select_related(
        "series", "venue"
    )


def bookings_organised_by(user):
    return Booking.objects.filter(surgery__series__in=series_organised_by(user))


def networks_organised_by(user):
    return Network.objects.filter(series__in=series_organised_by(user))


def messages_organised_by(user):
    return Message.objects.filter(series__in=series_organised_by(user))


def imports_organised_by(user):
    return ImportRun.objects.filter(series__in=series_organised_by(user))


def helpings_of(user):
    """The evenings of the helper with the same email as `user` ("my evenings").

    Email is proven by the sign-in code, so the same address is the same person.
    """
    return Helping.objects.filter(helper__email__iexact=user.email).select_related(
        "helper", "surgery__series", "surgery__venue"
    )


def may_organise(user, series):
    return series_organised_by(user).filter(pk=series.pk).exists()
