"""Surgeries, their venues, arrival times and places."""

import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Cast, ExtractDay
from django.utils.translation import gettext_lazy as _

from surgeries.rules.names import name_key
from surgeries.rules.schedule import NEAR_DAYS, NEAR_MILES, miles_between
from surgeries.states import OPEN, PUBLIC, SurgeryState

from .helpers import Helping


class Venue(models.Model):
    """A place a series meets in. A fact that is null was not stated; it is never "no"."""

    series = models.ForeignKey("surgeries.Series", on_delete=models.CASCADE, related_name="venues")
    name = models.CharField(_("place"), max_length=160)
    address = models.CharField(_("address"), max_length=250, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    find_the_door = models.TextField(_("how to find the door"), max_length=600, blank=True)
    nearest_stop = models.CharField(_("nearest bus stop or station"), max_length=160, blank=True)
    bring = models.CharField(_("what to bring"), max_length=250, blank=True)
    free = models.BooleanField(_("free to come in"), null=True, blank=True)
    wifi = models.BooleanField(_("wifi"), null=True, blank=True)
    step_free = models.BooleanField(_("step-free"), null=True, blank=True)
    hot_drinks = models.BooleanField(_("hot drinks"), null=True, blank=True)
    quiet_corner = models.BooleanField(_("quiet corner"), null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    FACTS = ("free", "wifi", "step_free", "hot_drinks", "quiet_corner")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "name"], name="one_venue_per_name"),
        ]

    def __str__(self):
        return self.name

    @property
    def point(self):
        """(latitude, longitude) in degrees, or None."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


class SurgeryQuerySet(models.QuerySet):
    def public(self):
        """Surgeries that a stranger may see a page of: all but drafts."""
        return self.filter(state__in=PUBLIC)

    def upcoming(self, now):
        """Published, and its last arrival may still be to come."""
        return self.filter(state=SurgeryState.PUBLISHED, ends_at__gt=now).order_by("starts_at")

    def to_come(self, now):
        """The organiser's next ones: drafts and published ones that have not ended."""
        return self.filter(state__in=OPEN, ends_at__gt=now).order_by("starts_at")

    def over(self, now):
        """Those that took place, latest first."""
        held = Q(state=SurgeryState.CLOSED) | Q(state=SurgeryState.PUBLISHED, ends_at__lte=now)
        return self.filter(held).order_by("-starts_at")

    def to_copy(self):
        """Those the next one can be copied from, latest first: not cancelled, place known."""
        return (
            self.exclude(state=SurgeryState.CANCELLED)
            .filter(venue__isnull=False)
            .order_by("-starts_at")
        )

    def near(self, words):
        """In a town or place whose name, address or postcode holds `words`."""
        return self.filter(
            Q(series__town__icontains=words)
            | Q(series__name__icontains=words)
            | Q(venue__name__icontains=words)
            | Q(venue__address__icontains=words)
            | Q(venue__postcode__istartswith=words)
        )

    def with_helpers_to_name(self, now):
        """Adds `helpers_to_name`: names of helpers who are coming and said yes to being named."""
        named = Helping.objects.confirmed().filter(
            surgery=models.OuterRef("pk"), helper__name_public_from__lte=now
        )
        return self.annotate(
            helpers_to_name=ArraySubquery(named.order_by("helper__name").values("helper__name"))
        )

    def started(self, now):
        """Started by `now` and not cancelled: what every figure counts (model.md)."""
        return self.filter(starts_at__lte=now).exclude(state=SurgeryState.CANCELLED)

    def locked(self):
        """Rows held until the transaction ends, with series and venue loaded.

        Every action that gives, frees or counts places takes its surgery through here first, so
        that two of them never look at the same moment (reliability.md 3.3).
        """
        return self.select_for_update(no_key=True, of=("self",)).select_related("series", "venue")

    def clashing_with(self, surgery):
        """Other published surgeries within a day and ten miles of this one, as a list (R3).

        Where a venue has no coordinates, the same town counts as near.
        """
        days = datetime.timedelta(days=NEAR_DAYS)
        close = self.filter(
            state=SurgeryState.PUBLISHED, on__range=(surgery.on - days, surgery.on + days)
        ).exclude(pk=surgery.pk)
        return [
            other
            for other in close.select_related("series", "venue").order_by("starts_at", "pk")
            if surgery.is_near(other)
        ]

    def on_or_after(self, day):
        return self.filter(on__gte=day)

    def on_or_before(self, day):
        return self.filter(on__lte=day)


class Surgery(models.Model):
    """One evening of a series. `on` is its local date; times are instants."""

    series = models.ForeignKey(
        "surgeries.Series", on_delete=models.CASCADE, related_name="surgeries"
    )
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="surgeries"
    )
    on = models.DateField(_("date"))
    # Its first day. A column, so that the database has statistics of it: without them it thinks
    # that most evenings are in no folded month, and reads all their bookings (turnout/cells.py).
    month = models.GeneratedField(
        expression=F("on") - Cast(ExtractDay("on"), models.IntegerField()) + 1,
        output_field=models.DateField(),
        db_persist=True,
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=SurgeryState, default=SurgeryState.DRAFT)
    schedule_version = models.PositiveIntegerField(default=1)
    organiser_helps = models.BooleanField(_("I will be helping too"), default=True)
    places_wanted = models.PositiveSmallIntegerField(
        _("places"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
    )
    head_count = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    everyone_at = models.DateTimeField(null=True, blank=True)
    imported_by = models.ForeignKey(
        "surgeries.ImportRun", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = SurgeryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "surgeries"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "on"],
                condition=~Q(state=SurgeryState.CANCELLED),
                name="one_surgery_per_series_and_date",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_surgery_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(state__in=SurgeryState.values), name="surgery_state_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="surgery_state_start"),
            models.Index(fields=["series", "on"], name="surgery_series_on"),
        ]

    def __str__(self):
        return f"{self.series}, {self.on:%d %B %Y}"

    @property
    def starts_local(self):
        return self.starts_at.astimezone(self.series.zone)

    @property
    def ends_local(self):
        return self.ends_at.astimezone(self.series.zone)

    @property
    def is_cancelled(self):
        return self.state == SurgeryState.CANCELLED

    def is_near(self, other):
        """Within ten miles, or in the same town when we lack coordinates (R3)."""
        here, there = self.venue and self.venue.point, other.venue and other.venue.point
        if here and there:
            return miles_between(here, there) <= NEAR_MILES
        return name_key(self.series.town) == name_key(other.series.town)

    def opens_on(self):
        """The first local date on which it can be booked (R9)."""
        return self.on - datetime.timedelta(days=self.series.opens_days_ahead)

    def takes_bookings(self, now):
        """Published, open for booking, and not begun (R9; arrival times are checked one by one)."""
        today = now.astimezone(self.series.zone).date()
        return (
            self.state == SurgeryState.PUBLISHED and self.opens_on() <= today and now < self.ends_at
        )

    def is_upcoming(self, now):
        """Published, and not over yet: see also `SurgeryQuerySet.upcoming`."""
        return self.state == SurgeryState.PUBLISHED and now < self.ends_at

    def register_is_open(self, now):
        """From its local day on, and for entering later; a cancelled one has no register (R45)."""
        return not self.is_cancelled and self.on <= now.astimezone(self.series.zone).date()


class SlotQuerySet(models.QuerySet):
    def with_places(self):
        """Adds `places` and `free_places`, counted in the same query."""
        return self.annotate(
            places_count=Count("places"),
            free_places=Count("places", filter=Q(places__booking__isnull=True)),
        ).order_by("starts_at")


class Slot(models.Model):
    """An arrival time. It has no end (finding 3, R6)."""

    surgery = models.ForeignKey(Surgery, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["surgery", "starts_at"], name="one_slot_per_time"),
        ]

    def __str__(self):
        return f"{self.starts_at:%Y-%m-%d %H:%M %Z}"

    @property
    def starts_local(self):
        return self.starts_at.astimezone(self.surgery.series.zone)


class PlaceQuerySet(models.QuerySet):
    def free(self):
        return self.filter(booking__isnull=True).order_by("number")


class Place(models.Model):
    """One chair at one slot; a surgery's capacity is the number of these rows.

    The key holds the surgery's number, so that a plain check on the booking ties a place to its
    own surgery (reliability.md 3.2).
    """

    PER_SURGERY = 1000

    id = models.BigIntegerField(primary_key=True)
    surgery = models.ForeignKey(Surgery, on_delete=models.CASCADE, related_name="places")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="places")
    number = models.PositiveSmallIntegerField()

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "number"], name="one_place_per_slot_and_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=999), name="place_numbers_run_from_1_to_999"
            ),
            models.CheckConstraint(
                condition=Q(id=F("surgery_id") * 1000 + F("number")),
                name="a_place_is_numbered_within_its_surgery",
            ),
        ]

    def __str__(self):
        return f"place {self.number}"

    @classmethod
    def make(cls, *, surgery, slot, number):
        """An unsaved place with its key set."""
        return cls(
            id=surgery.pk * cls.PER_SURGERY + number, surgery=surgery, slot=slot, number=number
        )
