"""People who come for help, and their bookings."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from surgeries.rules.links import hash_of, secret_for
from surgeries.rules.names import first_name, name_key, tidy
from surgeries.states import (
    EXPECTED_ON_THE_NIGHT,
    LIVE,
    RECORDED,
    WANTS_A_PLACE,
    BookingState,
    Goal,
    Level,
    Outcome,
    OutcomeSource,
    RingOutcome,
    SurgeryState,
)

from .ringing import RingingQuerySet
from .schedule import Place

PARTY_OF = 3


class AttendeeQuerySet(models.QuerySet):
    def known(self):
        """Not erased."""
        return self.filter(erased_at=None)

    def matching(self, words):
        """Whose name or group holds `words`; everyone when there are none."""
        key = name_key(words)
        if not key:
            return self
        return self.filter(Q(name_key__contains=key) | Q(group__icontains=tidy(words)))

    def with_visits(self, now):
        """Adds `visits`, and when the next surgery starts that she means to come to (`next_at`) and
        the next at which she has a place (`place_at`).
        """
        live = Q(bookings__state__in=LIVE)
        has_a_place = Q(bookings__state=BookingState.BOOKED)
        to_come = Q(
            bookings__surgery__state=SurgeryState.PUBLISHED, bookings__surgery__ends_at__gt=now
        )
        return self.annotate(
            visits=Count("bookings", filter=live & Q(bookings__outcome=Outcome.CAME)),
            next_at=Min("bookings__surgery__starts_at", filter=live & to_come),
            place_at=Min("bookings__surgery__starts_at", filter=has_a_place & to_come),
        )


class Attendee(models.Model):
    """A person known to one series: a name and one contact or none.

    `contact` is an email address in lower case or a phone number in E.164; the same name with the
    same contact is the same person. `first_network` is written once (R12). From
    `no_messages_from` on she is rung and not written to, because she said so.
    """

    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="attendees"
    )
    name = models.CharField(_("name"), max_length=200)
    name_key = models.CharField(max_length=400, editable=False)
    contact = models.CharField(max_length=254, null=True, blank=True)  # noqa: DJ001 - no contact is not an empty one: two people without are two people
    group = models.CharField(_("group or club"), max_length=200, blank=True)
    first_network = models.ForeignKey(
        "surgeries.Network", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    access_needs = models.CharField(max_length=500, blank=True)
    access_needs_agreed_at = models.DateTimeField(null=True, blank=True)
    news_agreed_at = models.DateTimeField(null=True, blank=True)
    news_wording = models.CharField(max_length=300, blank=True)
    no_messages_from = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    last_active_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
    imported_by = models.ForeignKey(
        "surgeries.ImportRun", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "name_key", "contact"], name="one_attendee_per_name_and_contact"
            ),
            models.CheckConstraint(
                condition=Q(access_needs="") | Q(access_needs_agreed_at__isnull=False),
                name="access_needs_are_kept_only_with_a_tick",
            ),
            models.CheckConstraint(condition=~Q(contact=""), name="no_contact_is_null"),
        ]
        indexes = [models.Index(fields=["contact"], name="attendee_contact")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)

    @property
    def first_name(self):
        return first_name(self.name)

    @property
    def email(self):
        return self.contact if self.contact and "@" in self.contact else ""

    @property
    def phone(self):
        return self.contact if self.contact and "@" not in self.contact else ""


class BookingQuerySet(RingingQuerySet):
    def live(self):
        """Not cancelled."""
        return self.filter(state__in=LIVE)

    def expected(self):
        """Who is on the register: everyone who was promised a chair, and walk-ins."""
        return self.filter(state__in=EXPECTED_ON_THE_NIGHT)

    def came(self):
        return self.filter(outcome=Outcome.CAME)

    def untouched(self):
        """On the register, and nobody has said yet whether they came."""
        return self.expected().filter(outcome=Outcome.NOT_RECORDED)

    def recorded(self):
        return self.filter(outcome__in=RECORDED, walked_in=False)

    def counted(self, now):
        """Model.md, Figures: of surgeries started by `now`, not cancelled, nor cancelled itself."""
        return (
            self.live()
            .filter(surgery__starts_at__lte=now)
            .exclude(surgery__state=SurgeryState.CANCELLED)
        )

    def for_register(self):
        """Everyone expected and every walk-in, by arrival time and name, with what a row shows."""
        return (
            self.expected()
            .select_related("attendee", "slot", "credited_network")
            .order_by("walked_in", "slot__starts_at", "attendee__name_key", "pk")
        )

    def wanting_a_place(self):
        """Waiting, or promised a place that is no longer there."""
        return self.filter(state__in=WANTS_A_PLACE)

    def credited_to(self, connector):
        """Who comes through this connector, however we know."""
        return self.filter(credited_connector=connector)

    def in_party_of(self, booking):
        """The booking and those that were made together with it, whoever speaks for them first."""
        if booking.party is None:
            return self.filter(pk=booking.pk)
        return self.filter(party=booking.party).order_by("party_number")

    def heard_and_not_understood(self, series):
        """Who said who told her, in words that we could not tell the network from."""
        return self.filter(surgery__series=series, said_network=None).exclude(said="")

    def naming(self, network):
        """Whose answer or link is of this network, or who is credited to it."""
        return self.filter(
            Q(said_network=network) | Q(followed_network=network) | Q(credited_network=network)
        )

    def speaking_for_all(self):
        """One of each party, which messages and calls are for: the first who has not cancelled."""
        first = Booking.objects.live().filter(
            party=OuterRef("party"), party_number__lt=OuterRef("party_number")
        )
        return self.exclude(Exists(first))

    def told_in_digest(self, from_, to):
        """Booked or cancelled from `from_` up to, not at, `to`: what a day's digest tells."""
        booked = Q(booked_at__gte=from_, booked_at__lt=to, walked_in=False)
        cancelled = Q(cancelled_at__gte=from_, cancelled_at__lt=to)
        return self.filter(booked | cancelled, imported=False)

    def by_secret(self, secret):
        """The booking a secret link opens, if its secret is right."""
        return self.filter(link_hash=hash_of(secret))


class Booking(models.Model):
    """One attendee at one surgery.

    People who come together share `party`, the key of whoever booked for them, and are numbered
    from 1; the first of them who still comes speaks for all (`speaking_for_all`). `accepts` are the
    arrival times that would suit somebody who waits; `sets_off_at` is a wall-clock time. From
    `untold_from` on there is news that no message could tell her, so somebody has to ring.
    `brought_by` is the connector who booked her on her own page; from `name_shown_from` on the
    credited connector may see her first name, because she said so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    surgery = models.ForeignKey(
        "surgeries.Surgery", on_delete=models.CASCADE, related_name="bookings"
    )
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="bookings")
    slot = models.ForeignKey(
        "surgeries.Slot", on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    place = models.OneToOneField(
        "surgeries.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="booking"
    )
    state = models.CharField(max_length=16, choices=BookingState, default=BookingState.BOOKED)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.NOT_RECORDED)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_source = models.CharField(max_length=16, choices=OutcomeSource, blank=True)
    walked_in = models.BooleanField(default=False)
    party = models.UUIDField(null=True, blank=True)
    party_number = models.PositiveSmallIntegerField(null=True, blank=True)
    brings_supporter = models.BooleanField(default=False)
    waiting_since = models.DateTimeField(null=True, blank=True)
    goes_first = models.BooleanField(default=False)
    accepts = models.ManyToManyField(
        "surgeries.Slot", blank=True, related_name="awaited_by", db_table="surgeries_accepted_slot"
    )
    moved_from = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="moved_to"
    )
    goal = models.CharField(max_length=16, choices=Goal, blank=True)
    level = models.PositiveSmallIntegerField(choices=Level, null=True, blank=True)
    said = models.CharField(max_length=200, blank=True)
    said_network = models.ForeignKey(
        "surgeries.Network", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    followed_link = models.ForeignKey(
        "surgeries.InviteLink", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    followed_network = models.ForeignKey(
        "surgeries.Network", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    credited_network = models.ForeignKey(
        "surgeries.Network",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="bookings",
    )
    credited_connector = models.ForeignKey(
        "surgeries.Connector", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    brought_by = models.ForeignKey(
        "surgeries.Connector", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name_shown_from = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    booked_at = models.DateTimeField(null=True, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reminded = models.BooleanField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    ring_outcome = models.CharField(max_length=16, choices=RingOutcome, blank=True)
    untold_from = models.DateTimeField(null=True, blank=True)
    sets_off_at = models.TimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_late = models.BooleanField(default=False)
    request_key = models.UUIDField(null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1)
    link_hash = models.BinaryField(max_length=32, null=True, blank=True)
    calendar_version = models.PositiveIntegerField(default=0)
    imported_by = models.ForeignKey(
        "surgeries.ImportRun", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    imported = models.BooleanField(default=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BookingState.values), name="booking_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="booking_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    place__isnull=False,
                    slot__isnull=False,
                    state=BookingState.BOOKED,
                    walked_in=False,
                    imported=False,
                )
                | (
                    Q(place__isnull=True)
                    & (~Q(state=BookingState.BOOKED) | Q(walked_in=True) | Q(imported=True))
                ),
                name="a_place_is_held_exactly_while_booked",
            ),
            models.CheckConstraint(
                condition=Q(place__isnull=True)
                | Q(
                    place_id__gt=F("surgery_id") * Place.PER_SURGERY,
                    place_id__lt=(F("surgery_id") + 1) * Place.PER_SURGERY,
                ),
                name="a_place_is_of_the_same_surgery",
            ),
            models.CheckConstraint(
                condition=Q(walked_in=False) | ~Q(outcome=Outcome.DID_NOT_COME),
                name="a_walk_in_came",
            ),
            models.CheckConstraint(
                condition=~Q(state=BookingState.WAITING) | Q(waiting_since__isnull=False),
                name="who_waits_has_a_time_in_the_queue",
            ),
            models.CheckConstraint(
                condition=Q(party=None, party_number=None)
                | Q(party__isnull=False, party_number__gte=1, party_number__lte=PARTY_OF),
                name="a_party_is_three_at_most",
            ),
            models.UniqueConstraint(
                fields=["party", "party_number"], name="each_of_a_party_has_a_number"
            ),
            models.UniqueConstraint(fields=["request_key"], name="one_booking_per_form"),
            models.UniqueConstraint(fields=["link_hash"], name="one_booking_per_link"),
        ]
        indexes = [
            models.Index(fields=["surgery", "credited_network", "outcome"], name="booking_turnout"),
            models.Index(fields=["attendee", "surgery"], name="booking_attendee"),
            models.Index(
                fields=["surgery"],
                condition=Q(state__in=WANTS_A_PLACE),
                name="booking_wants_a_place",
            ),
        ]

    def __str__(self):
        return f"{self.attendee} at {self.surgery}"

    @property
    def secret(self):
        """What stands in the secret link; see `surgeries.rules.links`."""
        return secret_for("booking", self.pk, self.link_version)

    def seal(self):
        """Set the hash by which the secret link is found."""
        self.link_hash = hash_of(self.secret)

    @property
    def arrives_local(self):
        """When the attendee means to arrive, in the series' zone."""
        arrives_at = self.slot.starts_at if self.slot else self.surgery.starts_at
        return arrives_at.astimezone(self.surgery.series.zone)
