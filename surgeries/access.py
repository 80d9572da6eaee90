"""Who may touch what: querysets that begin at the person, and predicates.

What is not in these querysets does not exist for that person: views answer 404, never 403.
"""

from surgeries.models import (
    Alias,
    Attendee,
    Belonging,
    Booking,
    Connector,
    Group,
    Helping,
    ImportDraft,
    ImportRun,
    InviteLink,
    Message,
    Network,
    Prospect,
    Reply,
    Series,
    SharedView,
    Surgery,
    Venue,
)
from surgeries.states import HelpingState, Role

DAYS_HELPERS_SEE_PEOPLE = 7


def series_of(user):
    """The series in whose team `user` is, whatever her role, each with her `roles`."""
    return Series.objects.with_roles_of(user)


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


def venues_organised_by(user):
    return Venue.objects.filter(series__in=series_organised_by(user))


def bookings_organised_by(user):
    return Booking.objects.filter(surgery__series__in=series_organised_by(user))


def networks_organised_by(user):
    return Network.objects.filter(series__in=series_organised_by(user))


def connectors_organised_by(user):
    return Connector.objects.filter(network__series__in=series_organised_by(user))


def links_organised_by(user):
    return InviteLink.objects.filter(network__series__in=series_organised_by(user))


def groups_organised_by(user):
    return Group.objects.filter(series__in=series_organised_by(user))


def belongings_organised_by(user):
    return Belonging.objects.filter(network__series__in=series_organised_by(user))


def prospects_organised_by(user):
    return Prospect.objects.filter(series__in=series_organised_by(user))


def aliases_organised_by(user):
    return Alias.objects.filter(series__in=series_organised_by(user))


def shared_views_organised_by(user):
    return SharedView.objects.filter(series__in=series_organised_by(user))


def messages_organised_by(user):
    return Message.objects.filter(series__in=series_organised_by(user))


def replies_organised_by(user):
    return Reply.objects.filter(series__in=series_organised_by(user))


def imports_organised_by(user):
    return ImportRun.objects.filter(series__in=series_organised_by(user))


def import_drafts_of(user):
    """The tables `user` uploaded and has not said yes to, where she still organises."""
    return ImportDraft.objects.filter(
        owner=user, series__in=series_organised_by(user)
    ).select_related("series")


def helpings_of(user):
    """The evenings of the helper with the same email as `user` ("my evenings").

    Email is proven by the sign-in code, so the same address is the same person.
    """
    return Helping.objects.filter(helper__email__iexact=user.email).select_related(
        "helper", "surgery__series", "surgery__venue"
    )


def helpings_organised_by(user):
    return Helping.objects.filter(surgery__series__in=series_organised_by(user)).select_related(
        "helper", "surgery__series"
    )


def attendees_organised_by(user):
    return Attendee.objects.known().filter(series__in=series_organised_by(user))


def may_organise(user, series):
    return series_organised_by(user).filter(pk=series.pk).exists()


def may_see_who_comes(helping, now):
    """Helpers see who comes from the day of the surgery until 7 days after (model.md)."""
    surgery = helping.surgery
    today = now.astimezone(surgery.series.zone).date()
    days_since = (today - surgery.on).days
    return helping.state == HelpingState.CONFIRMED and 0 <= days_since <= DAYS_HELPERS_SEE_PEOPLE
