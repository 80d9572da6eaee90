"""Helpers: offering an evening, what the link in the answer opens, and "my evenings"."""

from datetime import timedelta
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from surgeries.access import DAYS_HELPERS_SEE_PEOPLE, helpings_of, may_see_who_comes
from surgeries.actions import belongings, regulars
from surgeries.actions import helpers as actions
from surgeries.forms.helpers import AboutHelperForm, HelpingOfferForm, HoursForm
from surgeries.messages.calendar import evening_of
from surgeries.models import Booking, Helping, Surgery
from surgeries.refusals import Refused
from surgeries.states import STILL_MEANT
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


# Offering ------------------------------------------------------------------------------


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


@login_not_required
@require_safe
def helper_code(request):
    """What we ask of helpers, for anybody to read."""
    return render(request, "surgeries/helpers/helper_code.html")


def _public_surgery(slug, day):
    """The surgery of that day; one that was called off only if nothing took its place."""
    found = Surgery.objects.public().filter(series__slug=slug, on=day)
    found = found.select_related("series", "venue")
    surgery = found.order_by(F("cancelled_at").asc(nulls_first=True)).first()
    if surgery is None:
        raise Http404
    return surgery


# What the secret link opens ------------------------------------------------------------


def opens_an_evening(*methods):
    """A view of one evening of a helper, for whoever holds its secret, until 30 days after it."""

    def door(view):
        @never_cache
        @require_http_methods(methods)
        @public_form
        @wraps(view)
        def opened(request, secret):
            now = timezone.now()
            known = Helping.objects.by_secret(secret).filter(
                helper__erased_at=None, surgery__ends_at__gte=now - LINK_LASTS
            )
            whole = known.select_related("helper", "surgery__series", "surgery__venue")
            return view(request, get_object_or_404(whole), now)

        return opened

    return door


@opens_an_evening("GET", "HEAD", "POST")
def helping_detail(request, helping, now):
    """Her own page: can, can't, may my name be shown, most times or not."""
    said = what_was_said(request)
    if request.method == "POST":
        try:
            return redirect_and_say(
                _answer(request, helping, now), "helping_detail", helping.secret
            )
        except Refused as refusal:
            said = what_was_refused(refusal)
    helping.elsewhere = Helping.objects.overlapping(helping)
    helping.asks_code = helping.helper.code_agreed_at is None
    context = said | _about(helping, now)
    return render(request, "surgeries/helpers/helping_detail.html", context)


@opens_an_evening("GET", "HEAD", "POST")
def helping_code(request, helping, now):
    """What we ask of helpers, agreed with one tap (R42)."""
    if request.method == "POST":
        actions.agree_code(helping.helper, now=now)
        return redirect_and_say("agreed", "helping_detail", helping.secret)
    return render(request, "surgeries/helpers/helper_code.html", _about(helping, now))


@opens_an_evening("GET", "HEAD", "POST")
def helping_hours(request, helping, now):
    """Here for a part of the evening only."""
    if not (helping.surgery.is_upcoming(now) and helping.state in STILL_MEANT):
        return redirect("helping_detail", helping.secret)
    form = HoursForm.of(helping, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.change_hours(helping, **form.cleaned_data, now=now)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            return redirect_and_say("hours", "helping_detail", helping.secret)
    context = _about(helping, now) | {"form": form}
    return render(request, "surgeries/helpers/helping_hours.html", context)


@opens_an_evening("GET", "HEAD", "POST")
def helping_about(request, helping, now):
    """What she can help with, in which languages, and where she belongs, by her own tick."""
    form = AboutHelperForm.of(helping.helper, request.POST if request.method == "POST" else None)
    if form.is_valid():
        answers = form.cleaned_data
        belongings.say_where_i_belong(helping.helper, answers.pop("networks"), now=now)
        actions.describe_helper(helping.helper, **answers, now=now)
        return redirect_and_say("noted", "helping_detail", helping.secret)
    context = _about(helping, now) | {"form": form}
    return render(request, "surgeries/helpers/helping_about.html", context)


@opens_an_evening("GET", "HEAD")
def helping_calendar(request, helping, now):
    """Her evening as a calendar file; one that replaces it when she is not coming."""
    response = HttpResponse(evening_of(helping), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="surgery.ics"'
    return response


def _about(helping, now):
    return {
        "helping": helping,
        "helper": helping.helper,
        "surgery": helping.surgery,
        "series": helping.surgery.series,
        "to_come": helping.surgery.is_upcoming(now),
    }


# My evenings ---------------------------------------------------------------------------


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
    coming = [helping for helping in evenings if helping.to_come]
    asked = set()
    for helping in coming:
        helping.elsewhere = _at_the_same_time(helping, coming)
        helping.asks_code = _is_first_to_ask(helping, asked)
    context = {
        "coming": coming,
        "next_one": next((one for one in coming if one.state in STILL_MEANT), None),
        "past": [helping for helping in evenings if not helping.to_come],
    }
    return render(request, "surgeries/helpers/my_evenings.html", context)


def _get_helping(helpings, pk):
    if not (pk.isdecimal() and len(pk) <= LONGEST_NUMBER):
        raise Http404
    return get_object_or_404(helpings, pk=pk)


def _add_people(evenings, now):
    """Give each evening its `people`, where she may see them now, in one query."""
    seen = {h.surgery_id: h for h in evenings if may_see_who_comes(h, now)}
    for helping in evenings:
        helping.people = []
    for booking in Booking.objects.filter(surgery__in=seen).for_register():
        seen[booking.surgery_id].people.append(booking)


def _at_the_same_time(helping, evenings):
    """Those of her evenings that she cannot be at as well."""
    meant = [one for one in evenings if one.state in STILL_MEANT]
    return [one for one in meant if helping in meant and one != helping and one.overlaps(helping)]


def _is_first_to_ask(helping, asked):
    """Whether this is the first evening of a series that wants her to agree first."""
    wants = helping.state in STILL_MEANT and helping.helper.code_agreed_at is None
    is_first = wants and helping.helper_id not in asked
    if is_first:
        asked.add(helping.helper_id)
    return is_first


# Shared --------------------------------------------------------------------------------


def _answer(request, helping, now):
    """Do what a helper says about one of her evenings; returns her word."""
    answer = request.POST.get("answer")
    if answer == "cannot":
        actions.withdraw_helping(helping, now=now)
    elif answer == "can":
        actions.offer_again(helping, now=now)
    elif answer in ("show", "hide"):
        actions.show_helper_name(helping.helper, shown=answer == "show", now=now)
    elif answer == "most_times":
        regulars.ask_to_come_most_times(helping, now=now)
    elif answer == "not_most_times":
        regulars.come_no_longer_most_times(helping.helper, now=now)
    else:
        raise BadRequest
    return answer
