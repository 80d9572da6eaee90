"""Helpers: offering an evening, the link in the answer, "my evenings", the organiser's answer."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surgeries.access import (
    DAYS_HELPERS_SEE_PEOPLE,
    helpings_of,
    helpings_organised_by,
    may_see_who_comes,
)
from surgeries.actions import helpers as actions
from surgeries.forms.helpers import HelpingOfferForm
from surgeries.models import Booking, Helping, Surgery
from surgeries.refusals import Refused
from surgeries.views import limits
from surgeries.views.public_forms import (
    SENTENCES,
    public_form,
    redirect_and_say,
    what_was_refused,
    what_was_said,
)

LINK_LASTS = timedelta(days=30)
LONGEST_NUMBER = 18

read_or_answer = require_http_methods(["GET", "HEAD", "POST"])


@read_or_answer
@public_form
def helping_offer(request, slug, day):
    """What an evening is like, what is asked, and an offer without an account."""
    surgery = _public_surgery(slug, day)
    now = timezone.now()
    context = {"surgery": surgery, "series": surgery.series}
    if not surgery.is_upcoming(now):
        following = Surgery.objects.upcoming(now).filter(series=surgery.series)
        context["next_surgery"] = following.select_related("venue").first()
        return render(request, "surgeries/helpers/helping_over.html", context)
    form = HelpingOfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.answers()
        try:
            limits.slow_down(request, form, surgery.series, contact=said["email"], now=now)
            actions.offer_help(surgery, **said, now=now)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("helping_offered", slug, day)
    return render(request, "surgeries/helpers/helping_offer.html", context | {"form": form})


@login_not_required
@require_safe
def helping_offered(request, slug, day):
    """Thank you, and what happens next; the same words for everybody."""
    surgery = _public_surgery(slug, day)
    context = {"surgery": surgery, "series": surgery.series}
    return render(request, "surgeries/helpers/helping_offered.html", context)


@never_cache
@read_or_answer
@public_form
def helping_detail(request, secret):
    """A helper's own link, until 30 days after the evening: can, can't, may my name be shown."""
    now = timezone.now()
    known = Helping.objects.by_secret(secret).filter(
        helper__erased_at=None, surgery__ends_at__gte=now - LINK_LASTS
    )
    helping = get_object_or_404(known.select_related("helper", "surgery__series", "surgery__venue"))
    said = what_was_said(request)
    if request.method == "POST":
        try:
            return redirect_and_say(_answer(request, helping, now), "helping_detail", secret)
        except Refused as refusal:
            said = what_was_refused(refusal)
    context = said | {
        "helping": helping,
        "surgery": helping.surgery,
        "series": helping.surgery.series,
        "to_come": helping.surgery.is_upcoming(now),
    }
    return render(request, "surgeries/helpers/helping_detail.html", context)


@never_cache
@read_or_answer
def my_evenings(request):
    """The evenings of whoever signed in with this address: next date, who needs what."""
    helpings = helpings_of(request.user)
    now = timezone.now()
    if request.method == "POST":
        helping = _get_helping(helpings, request.POST.get("helping", ""))
        try:
            messages.success(request, SENTENCES[_answer(request, helping, now)])
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return redirect("my_evenings")
    # A day more than the longest look back, so that no time zone falls off the end.
    since = now.date() - timedelta(days=DAYS_HELPERS_SEE_PEOPLE + 1)
    evenings = list(helpings.filter(surgery__on__gte=since).order_by("surgery__starts_at", "pk"))
    _add_people(evenings, now)
    for helping in evenings:
        helping.to_come = helping.surgery.is_upcoming(now)
    context = {
        "coming": [helping for helping in evenings if helping.to_come],
        "past": [helping for helping in evenings if not helping.to_come],
    }
    return render(request, "surgeries/helpers/my_evenings.html", context)


@require_POST
def helping_answer(request, slug, pk):
    """The organiser's yes, or "not this time"."""
    helping = get_object_or_404(
        helpings_organised_by(request.user), surgery__series__slug=slug, pk=pk
    )
    name = helping.helper.first_name
    answer, now = request.POST.get("answer"), timezone.now()
    if answer not in ("yes", "no"):
        raise BadRequest
    try:
        if answer == "yes":
            actions.confirm_helping(helping, by=request.user, now=now)
            messages.success(request, _("%s is coming. We are telling them.") % name)
        else:
            actions.withdraw_helping(helping, by=request.user, now=now)
            messages.success(request, _("%s is not coming this time.") % name)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("surgery_detail", slug, helping.surgery_id)


def _public_surgery(slug, day):
    """The surgery of that day; one that was called off only if nothing took its place."""
    found = Surgery.objects.public().filter(series__slug=slug, on=day)
    found = found.select_related("series", "venue")
    surgery = found.order_by(F("cancelled_at").asc(nulls_first=True)).first()
    if surgery is None:
        raise Http404
    return surgery


def _get_helping(helpings, pk):
    if not (pk.isdecimal() and len(pk) <= LONGEST_NUMBER):
        raise Http404
    return get_object_or_404(helpings, pk=pk)


def _answer(request, helping, now):
    """Do what a helper says about one of her evenings; returns her word."""
    answer = request.POST.get("answer")
    if answer == "cannot":
        actions.withdraw_helping(helping, now=now)
    elif answer == "can":
        actions.offer_again(helping, now=now)
    elif answer in ("show", "hide"):
        actions.show_helper_name(helping.helper, shown=answer == "show", now=now)
    else:
        raise BadRequest
    return answer


def _add_people(evenings, now):
    """Give each evening its `people`, where she may see them now, in one query."""
    seen = {h.surgery_id: h for h in evenings if may_see_who_comes(h, now)}
    for helping in evenings:
        helping.people = []
    for booking in Booking.objects.filter(surgery__in=seen).for_register():
        seen[booking.surgery_id].people.append(booking)
