""" "It isn't working": the cards of a series, the question they ask, and putting one aside."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from surgeries.access import series_organised_by
from surgeries.actions import cards as actions
from surgeries.forms.cards import PutAsideForm, TrustForm
from surgeries.refusals import Refused
from surgeries.rules.cards import EVENINGS_OF_REST
from surgeries.rules.sharing import text_to_approach
from surgeries.states import CardKind
from surgeries.turnout.cards import cards_of

ASKS_WHOM_THEY_TRUST = (CardKind.NOT_WORKING, CardKind.QUIET)


@require_GET
def card_list(request, slug):
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    found = {"cards": cards_for(request.user, series, timezone.now())}
    return _page(request, "card_list", series, **found)


@require_GET
def card_detail(request, slug, card, pk):
    """What was tried and what came of it, the question, and what to say to whom she named."""
    series, shown = _card(request, slug, card, pk)
    return _detail(request, series, shown, form=TrustForm(), aside=PutAsideForm())


@require_POST
def card_answer(request, slug, card, pk):
    series, shown = _card(request, slug, card, pk)
    if shown.kind not in ASKS_WHOM_THEY_TRUST:
        raise Http404
    form = TrustForm(request.POST)
    if form.is_valid():
        about = {"kind": shown.kind, "network": shown.network, "figure": shown.figure}
        by_now = {"by": request.user, "now": timezone.now()}
        actions.answer_card(series, names=form.names, **about, **by_now)
        messages.success(request, _("They are on your list of people who know many people."))
        return redirect("card_detail", slug, card, pk)
    return _detail(request, series, shown, form=form, aside=PutAsideForm())


@require_POST
def card_dismiss(request, slug, card, pk):
    series, shown = _card(request, slug, card, pk)
    aside = PutAsideForm(request.POST)
    if not aside.is_valid():
        return _detail(request, series, shown, form=TrustForm(), aside=aside)
    about = {"kind": shown.kind, "network": shown.network, "figure": shown.figure}
    by_now = {"by": request.user, "now": timezone.now()}
    actions.dismiss_card(series, **aside.cleaned_data, **about, **by_now)
    messages.success(request, _("Put aside. It comes back only if it matters again."))
    return redirect("series_week", slug)


@require_POST
def card_list_it(request, slug, card, pk):
    """A network of another series of hers goes on the lists of this one."""
    series, shown = _card(request, slug, card, pk)
    if shown.network is None:
        raise Http404
    try:
        by_now = {"by": request.user, "now": timezone.now()}
        actions.list_neighbour(series, network=shown.network, **by_now)
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        words = {"network": shown.network.name}
        messages.success(
            request, _("%(network)s is on your list of people who might come.") % words
        )
    return redirect("prospect_lists", slug)


def cards_for(user, series, now):
    """The cards of `series` that `user`, who organises it, is shown."""
    return cards_of(series, elsewhere=series_organised_by(user), now=now)


def _card(request, slug, kind, pk):
    """A series of hers and the card it is about; one that is there no longer is not found."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    cards = cards_for(request.user, series, timezone.now())
    shown = next((card for card in cards if (card.kind, card.pk) == (kind, pk)), None)
    if shown is None:
        raise Http404
    return series, shown


def _detail(request, series, card, **forms):
    asks = card.kind in ASKS_WHOM_THEY_TRUST
    drafts = [
        (one, _draft_for(one, card)) for one in (card.answer.prospects if card.answer else ())
    ]
    context = {"card": card, "asks": asks, "drafts": drafts, "rest": EVENINGS_OF_REST}
    return _page(request, "card_detail", series, **context, **forms)


def _draft_for(prospect, card):
    network = card.network
    return text_to_approach(who=prospect.who, network="" if network.private else network.name)


def _page(request, name, series, /, **context):
    context |= {"series": series, "nav": "networks"}
    return render(request, f"surgeries/cards/{name}.html", context)
