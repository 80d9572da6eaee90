"""Helpers as the organiser sees them: answering, other hours, a night off, asking for more."""

from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surgeries.access import helpings_organised_by, surgeries_organised_by
from surgeries.actions import helpers as actions
from surgeries.actions import regulars
from surgeries.forms.helpers import HoursForm
from surgeries.forms.sharing import TextForm
from surgeries.models import Helper, Helping, Surgery
from surgeries.refusals import Refused
from surgeries.rules import sharing
from surgeries.states import STILL_MEANT, Outcome
from surgeries.templatetags.words import clock, day_time
from surgeries.turnout.balance import help_on

ASKED_AT_MOST = 60
OFFERS_SHOWN = 20
VISITS_BEFORE_ASKING = 2


# For the pages of others ---------------------------------------------------------------


def about_help(surgery, now):
    """What surgeries/helpers/_evening.html, _balance.html and _two_adults.html show."""
    return {"help": help_on(surgery, now)} if surgery else {}


def offers_elsewhere(series, surgery, now):
    """What surgeries/helpers/_offers.html shows: offers for other evenings than `surgery`."""
    to_come = Surgery.objects.upcoming(now).filter(series=series)
    offers = Helping.objects.unanswered().filter(surgery__in=to_come.order_by())
    if surgery:
        offers = offers.exclude(surgery=surgery)
    offers = offers.select_related("helper", "surgery__series").order_by("offered_at", "pk")
    return {"offers": offers[:OFFERS_SHOWN]}


def invitation_to_help(attendee, bookings, now):
    """What surgeries/helpers/_invite.html shows, from the second visit on (R44); else nothing.

    `bookings` are all of hers. Nothing is sent, and nothing is shown for who helps already.
    """
    visits = sum(booking.outcome == Outcome.CAME for booking in bookings)
    helps = attendee.email and Helper.objects.filter(
        series=attendee.series_id, email=attendee.email
    )
    if visits < VISITS_BEFORE_ASKING or attendee.erased_at or (helps and helps.exists()):
        return {}
    coming = Surgery.objects.upcoming(now).filter(series=attendee.series_id).first()
    text = _(
        "Hello %(name)s, it was good to have you with us. Would you sit beside somebody for "
        "one evening, as somebody sat beside you? Once is enough, and you need not know "
        "everything: %(link)s"
    ) % {"name": attendee.first_name, "link": _way_to_offer(attendee.series, coming)}
    return {
        "invite": {
            "text": text,
            "visits": visits,
            "whatsapp": f"https://wa.me/{attendee.phone.lstrip('+')}?text={quote(text)}",
            "mail": _mail(attendee.email, attendee.series, text),
        }
    }


def _way_to_offer(series, surgery):
    where = reverse("series_public", args=[series.slug])
    if surgery:
        where = reverse("helping_offer", args=[series.slug, surgery.on])
    return settings.SITE_URL + where


def _mail(address, series, text):
    return f"mailto:{quote(address, safe='@')}?subject={quote(series.name)}&body={quote(text)}"


# Answering -----------------------------------------------------------------------------


def _end_most_times(helping, *, by, now):
    regulars.come_no_longer_most_times(helping.helper, by=by, now=now)


ANSWERS = {
    "yes": (actions.confirm_helping, gettext_lazy("%(name)s is coming. We are telling them.")),
    "no": (
        actions.give_night_off,
        gettext_lazy("%(name)s is not needed this time. We are telling them, with thanks."),
    ),
    "off": (
        actions.give_night_off,
        gettext_lazy("%(name)s has the night off. We are telling them."),
    ),
    "cannot": (actions.withdraw_helping, gettext_lazy("%(name)s is not coming this time.")),
    "once": (
        _end_most_times,
        gettext_lazy(
            "From now on we put %(name)s down for no new evening. The dates we have stand."
        ),
    ),
}


@require_POST
def helping_answer(request, slug, pk):
    """The organiser's yes, "not this time", what she heard by telephone, a night off."""
    helping = _helping(request, slug, pk)
    answer, now = request.POST.get("answer"), timezone.now()
    if answer not in ANSWERS:
        raise BadRequest
    act, sentence = ANSWERS[answer]
    try:
        act(helping, by=request.user, now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, sentence % {"name": helping.helper.first_name})
    return redirect("surgery_detail", slug, helping.surgery_id)


@require_http_methods(["GET", "HEAD", "POST"])
def helping_edit(request, slug, pk):
    """One helper at one evening: what she told us, her hours, and what the organiser may do."""
    helping, now = _helping(request, slug, pk), timezone.now()
    surgery = helping.surgery
    may_change = surgery.is_upcoming(now) and helping.state in STILL_MEANT
    form = HoursForm.of(helping, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.change_hours(helping, **form.cleaned_data, by=request.user, now=now)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, _("Saved. The places have changed with it."))
            return redirect("surgery_detail", slug, helping.surgery_id)
    context = {
        "series": surgery.series,
        "nav": "surgeries",
        "helping": helping,
        "helper": helping.helper,
        "surgery": surgery,
        "form": form,
        "may_change": may_change,
        "is_over": not surgery.is_upcoming(now),
        "now": now,
    }
    return render(request, "surgeries/helpers/helping_edit.html", context)


@require_safe
def helping_ask(request, slug, pk):
    """A text that asks for helpers, and people who helped before. Nothing is sent from here."""
    surgeries = surgeries_organised_by(request.user)
    surgery = get_object_or_404(surgeries, series__slug=slug, pk=pk)
    series, now = surgery.series, timezone.now()
    if not surgery.is_upcoming(now):
        return redirect("surgery_detail", slug, pk)
    link = _way_to_offer(series, surgery)
    form = TextForm(
        request.GET if "text" in request.GET else None,
        initial={"text": _text_to_ask(surgery, link)},
    )
    text = form.cleaned_data["text"] if form.is_valid() else form["text"].value()
    helpers = Helper.objects.filter(series=series).helped_before(now).never_asked(surgery)
    before = list(helpers.exclude(email="")[:ASKED_AT_MOST])
    for helper in before:
        helper.mail = _mail(helper.email, series, _letter_to(helper, surgery, link))
    context = {
        "series": series,
        "nav": "surgeries",
        "surgery": surgery,
        "form": form,
        "letters": len(text),
        "most": sharing.MOST_LETTERS,
        "whatsapp": f"https://wa.me/?text={quote(text)}",
        "mail": _mail("", series, text),
        "address": link,
        "before": before,
    }
    return render(request, "surgeries/helpers/helping_ask.html", context | about_help(surgery, now))


def _helping(request, slug, pk):
    whole = helpings_organised_by(request.user).select_related("surgery__venue")
    return get_object_or_404(whole, surgery__series__slug=slug, pk=pk)


def _text_to_ask(surgery, link):
    starts = surgery.starts_local
    return sharing.text_to_ask(
        link=link,
        when=_("%(day)s from %(time)s")
        % {"day": date_format(starts, "D j M"), "time": clock(starts)},
        place=surgery.venue.name if surgery.venue else surgery.series.town,
    )


def _letter_to(helper, surgery, link):
    return _(
        "Hello %(name)s,\n\ncould you help again on %(when)s? We are short of helpers. If you "
        "can, one tap here tells us: %(link)s\n\nNo is a fine answer too.\n"
    ) % {"name": helper.first_name, "when": day_time(surgery.starts_local), "link": link}
