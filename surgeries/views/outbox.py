"""What we owe people by message, what became of it, and what a person decides about a doubt."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from surgeries.access import messages_organised_by, series_organised_by
from surgeries.actions import doubts
from surgeries.forms.people import PeopleSearchForm
from surgeries.messages.facts import with_person
from surgeries.refusals import Refused

A_PAGE = 50
ANSWERS = {
    "arrived": (doubts.say_arrived, _("Good. It counts as sent.")),
    "again": (doubts.send_again, _("It goes once more.")),
}


@require_safe
def message_list(request, slug):
    """In doubt, not sent and come back first, with what to do; then the latest."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    form = PeopleSearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    owed = messages_organised_by(request.user).filter(series=series).to_somebody_called(words)
    page = Paginator(with_person(owed.wanting_first(now)), A_PAGE)
    context = {
        "series": series,
        "nav": "people",
        "form": form,
        "words": words,
        "page": page.get_page(request.GET.get("page")),
        "now": now,
        "trouble": owed.unsettled(now).count(),
    }
    return render(request, "surgeries/outbox/message_list.html", context)


@require_POST
def message_settle(request, slug, pk):
    """ "It did arrive", or "send it once more"."""
    owed = messages_organised_by(request.user).select_related("booking")
    message = get_object_or_404(owed, series__slug=slug, pk=pk)
    if request.POST.get("answer") not in ANSWERS:
        raise BadRequest
    settle, said = ANSWERS[request.POST["answer"]]
    try:
        settle(message, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, said)
    if message.booking and request.POST.get("back") == "person":
        return redirect("person_detail", slug, message.booking.attendee_id)
    return redirect("message_list", slug)
