"""A bare Django view that books a place: the measure for ours (performance.md).

It does only the same rows, with the same middleware, lock and limits, as one would write it in an
hour: no credit, no parties, no waiting list, no sentence for whoever is refused. `bench.booking`
serves it beside ours.
"""

import uuid

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from config.urls import urlpatterns as ours
from surgeries.forms.limits import StrangersForm
from surgeries.models import Attendee, Booking, Message, Place, Slot, Surgery
from surgeries.states import Goal, MessageKind, SurgeryState
from surgeries.views import limits
from surgeries.views.public_forms import public_form


class BareForm(StrangersForm):
    """The key, the trap and what is stored."""

    slot = forms.IntegerField()
    name = forms.CharField(max_length=200)
    contact = forms.EmailField(max_length=254)
    goal = forms.ChoiceField(choices=Goal.choices)


@public_form
@require_POST
def bare_booking(request, slug, day):
    """Book a place, or answer 400, 404, 409 or 429."""
    form = BareForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    said, now = form.cleaned_data, timezone.now()
    if limits.is_enough(request, form, contact=said["contact"]):
        return HttpResponse(status=429)
    published = Surgery.objects.filter(series__slug=slug, on=day, state=SurgeryState.PUBLISHED)
    with transaction.atomic():
        surgery = get_object_or_404(published.select_for_update())
        booking = Booking.objects.filter(request_key=said["request_key"]).first()
        booking = booking or _book(surgery, said, now)
    if booking is None:
        return HttpResponse(status=409)
    return redirect("booking_booked", booking.secret)


def _book(surgery, said, now):
    slot = Slot.objects.get(pk=said["slot"], surgery=surgery)
    place = Place.objects.filter(slot=slot, booking=None).order_by("number").first()
    if place is None or slot.starts_at <= now:
        return None
    person, _new = Attendee.objects.get_or_create(
        series_id=surgery.series_id,
        name_key=said["name"].casefold(),
        contact=said["contact"],
        defaults={"name": said["name"], "created_at": now, "last_active_at": now},
    )
    booking = Booking(
        surgery=surgery,
        attendee=person,
        slot=slot,
        place=place,
        goal=said["goal"],
        booked_at=now,
        request_key=said["request_key"],
    )
    booking.seal()
    booking.save(force_insert=True)
    Message.objects.create(
        key=f"confirmation:{booking.pk}:{uuid.uuid4()}",
        series_id=surgery.series_id,
        booking=booking,
        kind=MessageKind.CONFIRMATION,
        owed_at=now,
        next_at=now,
        expires_at=surgery.starts_at,
    )
    return booking


urlpatterns = [path("bare/<slug:slug>/<date:day>/", bare_booking, name="bare_booking"), *ours]
