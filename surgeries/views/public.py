"""What anybody may see: where the next surgeries are, and all about one of them."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from surgeries.forms.bookings import BookingForm, WaitingForm
from surgeries.models import InviteLink, Network, Series, Slot, Surgery
from surgeries.rules.bookings import Stage, open_slots, slots_to_come, stage
from surgeries.rules.names import tidy
from surgeries.rules.reminders import is_nearly_here
from surgeries.templatetags.words import clock
from surgeries.templatetags.words import day as in_words

AT_ONCE = 60
OTHER_DATES = 3
LONGEST_TOWN = 120


@login_not_required
@require_safe
def home(request):
    """The next surgeries by date; `?near=` keeps those whose town or place holds the words."""
    near = tidy(request.GET.get("near", ""))[:LONGEST_TOWN]
    coming = Surgery.objects.upcoming(timezone.now()).select_related("series", "venue")
    surgeries = list((coming.near(near) if near else coming)[: AT_ONCE + 1])
    return render(
        request,
        "surgeries/public/home.html",
        {"surgeries": surgeries[:AT_ONCE], "more": len(surgeries) > AT_ONCE, "near": near},
    )


@login_not_required
@require_safe
def privacy(request):
    return render(request, "surgeries/public/privacy.html")


@login_not_required
@require_safe
def series_public(request, slug):
    """A series and all its dates to come; the later ones say when booking opens (R9)."""
    series = get_object_or_404(Series, slug=slug)
    return _series(request, series, code="")


@login_not_required
@require_safe
def surgery_public(request, slug, day):
    """All about one surgery, with the form to book a time."""
    return the_day(request, slug=slug, day=day)


def the_day(request, *, slug, day):
    """The page of the surgery on `day`, whatever its state; 404 for a draft."""
    now = timezone.now()
    surgeries = known_around(day, now, series__slug=slug)
    return _surgery(request, surgeries, _on(surgeries, day), now, _code(request))


def surgery_page(request, *, series, code=""):
    """The page of the next surgery that can be booked, with the code of a link in its form.

    Without one to book it is the page of the next one to come, or of the series.
    """
    now = timezone.now()
    surgeries = known_around(None, now, series=series)
    bookable = [surgery for surgery in surgeries if surgery.takes_bookings(now)]
    if not surgeries:
        return _series(request, series, code=code)
    return _surgery(request, surgeries, (bookable or surgeries)[0], now, code)


def known_around(day, now, **whose):
    """The surgeries of a series to come, and whatever was or is on `day`; in one statement."""
    mine = Surgery.objects.filter(**whose)
    return list(
        (mine.upcoming(now) | mine.public().filter(on=day))
        .select_related("series", "venue")
        .with_helpers_to_name(now)
        .order_by("starts_at", "pk")
    )


def context_of(surgery, surgeries, slots, now, *, form=None, code=""):
    """What the pages of one surgery show. `surgeries` are those of its series to come.

    Without a `form` of the caller it is the one that fits: to book a time, or to wait for one.
    """
    later = [other for other in surgeries if other.pk != surgery.pk and other.ends_at > now]
    later = [other for other in later if not other.is_cancelled]
    for other in later:
        other.opens_later = not other.takes_bookings(now)
    stage, waiting = stage_of(surgery, slots, now)
    form = form or form_for(surgery, slots, now, stage, code=code)
    if form.waits and stage == Stage.OPEN:
        waiting = surgery.bookings.wanting_a_place().count()
    may_wait = stage == Stage.OPEN and not is_nearly_here(surgery.starts_at, now)
    return {
        "series": surgery.series,
        "surgery": surgery,
        "stage": stage,
        "places": sum(slot.free_places for slot in open_slots(slots, now)),
        "waiting": waiting,
        "has_places": any(slot.places_count for slot in slots),
        "form": form,
        "may_wait": may_wait,
        "some_full": len(open_slots(slots, now)) < len(slots_to_come(slots, now)),
        "later": later[:OTHER_DATES],
        "next_one": next((other for other in later if other.starts_at > surgery.starts_at), None),
    }


def stage_of(surgery, slots, now):
    """The stage of a surgery, and how many wait for a place, asked only where it matters."""
    found = stage(surgery, slots, now)
    late = found == Stage.OPEN and is_nearly_here(surgery.starts_at, now)
    if not late and found != Stage.FULL:
        return found, 0
    waiting = surgery.bookings.wanting_a_place().count()
    return stage(surgery, slots, now, waiting=waiting), waiting


def form_for(surgery, slots, now, stage, *, code=""):
    """The form of a surgery with these arrival times: to book one, or to wait for one."""
    asked = {"networks": suggested(surgery), "code": code}
    asked["through_somebody"] = is_a_connectors(code, surgery)
    if stage == Stage.FULL:
        return WaitingForm(slots=slots_to_come(slots, now), **asked)
    return BookingForm(slots=open_slots(slots, now), **asked)


def is_a_connectors(code, surgery):
    """Whether the link with this code is of a person in a network, and not of the network."""
    if not code:
        return False
    links = InviteLink.objects.filter(code=code, network__series=surgery.series_id)
    return links.filter(connector__isnull=False).exists()


def suggested(surgery):
    """The networks that anybody may read of as who told her."""
    return Network.objects.suggestible().filter(series=surgery.series_id)


def slots_of(surgery):
    """The arrival times of a surgery, each with its free places."""
    slots = list(Slot.objects.with_places().filter(surgery=surgery))
    for slot in slots:
        slot.surgery = surgery
    return slots


def _on(surgeries, day):
    """The surgery of that day: one that stands before one that was cancelled."""
    that_day = [surgery for surgery in surgeries if surgery.on == day]
    if not that_day:
        raise Http404
    return min(that_day, key=lambda surgery: surgery.is_cancelled)


def _surgery(request, surgeries, surgery, now, code):
    slots = slots_of(surgery)
    named = [name.split(" ")[0] for name in surgery.helpers_to_name]
    about = context_of(surgery, surgeries, slots, now, code=code) | {
        "helpers": named,
        "names": get_text_list(named, _("and")),
        "code": code,
    }
    about |= _preview(surgery)
    return render(request, "surgeries/public/surgery_public.html", about)


def _preview(surgery):
    """What other sites show of the page when somebody passes its address on."""
    words = {
        "day": in_words(surgery.on),
        "time": clock(surgery.starts_local),
        "place": surgery.venue.name if surgery.venue else surgery.series.town,
        "town": surgery.series.town,
    }
    title = _("Free help to get your group online, %(day)s, from %(time)s, %(place)s")
    if surgery.is_cancelled:
        title = _("Cancelled: free help to get your group online, %(day)s, %(place)s")
    summary = _(
        "%(day)s from %(time)s, %(place)s, %(town)s. Sit down with a friendly neighbour who knows "
        "the web. Free, for community groups."
    )
    where = reverse("surgery_public", args=[surgery.series.slug, surgery.on])
    return {
        "preview_title": title % words,
        "preview": summary % words,
        "address": settings.SITE_URL + where,
    }


def _series(request, series, *, code):
    now = timezone.now()
    dates = list(series.surgeries.upcoming(now).select_related("venue"))
    for surgery in dates:
        surgery.series = series
        surgery.opens_later = not surgery.takes_bookings(now)
    return render(
        request,
        "surgeries/public/series_public.html",
        {"series": series, "dates": dates, "code": code},
    )


def _code(request):
    """The code of the link that led here, kept from page to page without a cookie."""
    return request.GET.get("code", "")[:16]
