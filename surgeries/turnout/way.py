"""The way of a person, by network: told, booked, came, came again, helped, organises (R61, R65).

From "booked" on these are different people, each counted once for a network. "Told" is how often
its links were opened, which may be the same person twice.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Lower

from surgeries.models import (
    Attendee,
    Booking,
    Helper,
    Helping,
    LinkOpens,
    Network,
    Surgery,
    TeamMember,
)
from surgeries.rules.turnout import overall_rate
from surgeries.states import LIVE, Outcome, Role, SurgeryState

PEOPLE = ("booked", "came", "came_again", "helped", "organises", "first_timers")
BOOKINGS = ("late_cancels", "not_recorded", "recorded", "came_of_booked")
FIGURES = (*PEOPLE, *BOOKINGS)


@dataclass(frozen=True)
class Scope:
    """Which surgeries: of these series, begun by `now`, in a period (inclusive), or just one."""

    series: tuple[Any, ...]
    now: datetime.datetime
    from_: datetime.date | None = None
    to: datetime.date | None = None
    surgery: Surgery | None = None

    @property
    def until(self) -> datetime.date | None:
        """The last day that what people did later may be of."""
        return self.surgery.on if self.surgery else self.to

    def before(self, today: datetime.date) -> "Scope | None":
        """As many days just before this period; None where that has no beginning."""
        if self.surgery or not self.from_:
            return None
        last = self.from_ - datetime.timedelta(days=1)
        length = (self.to or today) - self.from_
        return Scope(self.series, self.now, last - length, last)


@dataclass(frozen=True)
class NetworkWay:
    """One network's counts; `pk` is None for "Not known", `told` None where opens say nothing.

    `recorded` and `came_of_booked` are bookings: the two figures the rate is made of.
    """

    pk: int | None
    network: str
    series: str
    told: int | None
    booked: int
    came: int
    came_again: int
    helped: int
    organises: int
    first_timers: int
    late_cancels: int
    not_recorded: int
    recorded: int
    came_of_booked: int


@dataclass(frozen=True)
class Way:
    """The networks, most people who came first, and everybody together, counted once."""

    networks: tuple[NetworkWay, ...]
    together: NetworkWay

    @property
    def p0(self) -> float:
        return overall_rate(self.together.came_of_booked, self.together.recorded)


def way(scope: Scope) -> Way:
    """Every figure of `scope`, in three statements, four when a network was told and nobody came.

    A person who came through two networks is in both, and once in everybody together.
    """
    counts, told = _counts(scope), _told(scope)
    rows = {row.pop("credited_network"): row for row in _by_network(scope, counts)}
    names = _names(set(told or {}) - set(rows))
    nothing: dict[str, Any] = dict.fromkeys(FIGURES, 0)
    for pk, (name, series) in names.items():
        rows[pk] = {**nothing, "name": name, "in_series": series}
    networks = [
        NetworkWay(
            pk=pk,
            network=row.pop("name") or "",
            series=row.pop("in_series") or "",
            told=None if told is None else told.get(pk, 0),
            **row,
        )
        for pk, row in rows.items()
        if pk in names or any(row[figure] for figure in FIGURES)
    ]
    everybody = _bookings(scope).aggregate(**counts)
    opens = None if told is None else sum(told.values())
    return Way(
        tuple(sorted(networks, key=lambda row: (-row.came, row.network, row.pk or 0))),
        NetworkWay(pk=None, network="", series="", told=opens, **everybody),
    )


def people_on_the_way(scope: Scope, *, figure: str, network: Any = ...):
    """The people one figure counts: as many as it says. `figure` is one of PEOPLE."""
    through = _of(scope, figure, network).values("attendee")
    people = Attendee.objects.filter(pk__in=through).select_related("series")
    return people.order_by("name_key", "pk")


def bookings_on_the_way(scope: Scope, *, figure: str, network: Any = ...):
    """The bookings one figure counts; `figure` is one of FIGURES."""
    return _of(scope, figure, network)


def links_opened(scope: Scope, *, network: Any = ...):
    """The opens of each link, as rows (link, network, connector, code, how, times)."""
    opens = _opens(scope)
    if network is not ...:
        opens = opens.filter(link__network=network)
    link = ("link", "link__network__name", "link__connector__name", "link__code")
    return (
        opens.order_by()
        .values(*link, "link__passed_on_by")
        .annotate(all_times=Sum("times"))
        .order_by("-all_times", "link")
    )


def _by_network(scope: Scope, counts) -> Iterable[dict[str, Any]]:
    from_network = {"name": Min("credited_network__name")}
    from_network["in_series"] = Min("credited_network__series__name")
    return _bookings(scope).order_by().values("credited_network").annotate(**from_network, **counts)


def _of(scope: Scope, figure: str, network):
    bookings = _bookings(scope).filter(_steps(scope)[figure])
    return bookings if network is ... else bookings.filter(credited_network=network)


def _bookings(scope: Scope):
    """Every booking of the surgeries in scope, cancelled ones too."""
    if scope.surgery:
        return Booking.objects.filter(surgery__in=_begun(scope).filter(pk=scope.surgery.pk))
    bookings = Booking.objects.filter(
        surgery__series__in=scope.series, surgery__starts_at__lte=scope.now
    ).exclude(surgery__state=SurgeryState.CANCELLED)
    if scope.from_:
        bookings = bookings.filter(surgery__on__gte=scope.from_)
    if scope.to:
        bookings = bookings.filter(surgery__on__lte=scope.to)
    return bookings


def _begun(scope: Scope):
    return Surgery.objects.started(scope.now).filter(series__in=scope.series)


def _steps(scope: Scope) -> dict[str, Q]:
    """What each figure counts among all bookings in scope."""
    booked = Q(state__in=LIVE, walked_in=False)
    came = Q(state__in=LIVE, outcome=Outcome.CAME)
    helped = came & Q(attendee__in=_who_helped(scope).values("pk"))
    return {
        "booked": booked,
        "came": came,
        "came_again": came & Q(attendee__in=_who_came_again(scope)),
        "helped": helped,
        "organises": helped & Q(attendee__in=_who_organises(scope).values("pk")),
        "first_timers": came & Q(pk__in=_first_comings(scope)),
        "late_cancels": Q(cancelled_late=True) & ~Q(state__in=LIVE),
        "not_recorded": booked & Q(outcome=Outcome.NOT_RECORDED),
        "recorded": booked & ~Q(outcome=Outcome.NOT_RECORDED),
        "came_of_booked": booked & Q(outcome=Outcome.CAME),
    }


def _counts(scope: Scope) -> dict[str, Count]:
    return {
        name: Count("attendee" if name in PEOPLE else "pk", distinct=name in PEOPLE, filter=which)
        for name, which in _steps(scope).items()
    }


def _comings(scope: Scope):
    """All the times that anybody of these series came, up to the end of the period."""
    came = Booking.objects.counted(scope.now).came().filter(surgery__series__in=scope.series)
    return came.filter(surgery__on__lte=scope.until) if scope.until else came


def _who_came_again(scope: Scope):
    """Who came to two surgeries or more, the first of them perhaps before the period."""
    times = (
        _comings(scope).order_by().values("attendee").annotate(n=Count("surgery", distinct=True))
    )
    return times.filter(n__gte=2).values("attendee")


def _first_comings(scope: Scope):
    """For each person the booking with which she came for the first time."""
    ever = Booking.objects.counted(scope.now).came().filter(surgery__series__in=scope.series)
    firsts = ever.order_by("attendee_id", "surgery__starts_at", "pk").distinct("attendee_id")
    return firsts.values("pk")


def _who_helped(scope: Scope):
    """Who helped after she first came (R65): her contact is a helper's address."""
    helpings = Helping.objects.confirmed().exclude(outcome=Outcome.DID_NOT_COME)
    helpings = helpings.filter(surgery__in=_begun(scope))
    if scope.until:
        helpings = helpings.filter(surgery__on__lte=scope.until)
    later = helpings.annotate(address=Lower("helper__email")).filter(
        address=OuterRef("contact"),
        helper__series=OuterRef("series"),
        surgery__starts_at__gt=OuterRef("first_came_at"),
    )
    helpers = Helper.objects.filter(series__in=scope.series).exclude(email="")
    came = Booking.objects.counted(scope.now).came().filter(attendee=OuterRef("pk"))
    first = came.order_by("surgery__starts_at").values("surgery__starts_at")[:1]
    return (
        Attendee.objects.filter(series__in=scope.series)
        .filter(contact__in=helpers.annotate(address=Lower("email")).values("address"))
        .annotate(first_came_at=Subquery(first))
        .filter(Exists(later))
    )


def _who_organises(scope: Scope):
    """Whose contact is the address of an organiser of the same series."""
    team = TeamMember.objects.filter(role=Role.ORGANISER, series=OuterRef("series"))
    same = team.annotate(address=Lower("user__email")).filter(address=OuterRef("contact"))
    return Attendee.objects.filter(Exists(same), series__in=scope.series)


def _opens(scope: Scope):
    opens = LinkOpens.objects.filter(link__network__series__in=scope.series)
    if scope.from_:
        opens = opens.filter(on__gte=scope.from_)
    return opens.filter(on__lte=scope.to) if scope.to else opens


def _told(scope: Scope) -> dict[int, int] | None:
    """Network -> opens of its links. A link is of no one surgery, so of one it says nothing."""
    if scope.surgery:
        return None
    rows = _opens(scope).order_by().values("link__network").annotate(all_times=Sum("times"))
    return dict(rows.values_list("link__network", "all_times"))


def _names(pks: set[int]) -> dict[int, tuple[str, str]]:
    if not pks:
        return {}
    rows = Network.objects.filter(pk__in=pks).values_list("pk", "name", "series__name")
    return {pk: (name, series) for pk, name, series in rows}
