"""What we owe people by message, and what became of it."""

from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from surgeries.access import messages_organised_by, series_organised_by
from surgeries.messages.facts import with_person
from surgeries.states import WANTS_A_PERSON

A_PAGE = 50


@require_safe
def message_list(request, slug):
    """In doubt and not sent first, because somebody should ring; then the latest."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    trouble_first = Case(When(state__in=WANTS_A_PERSON, then=Value(0)), default=Value(1))
    owed = messages_organised_by(request.user).filter(series=series)
    page = Paginator(with_person(owed.order_by(trouble_first, "-owed_at", "pk")), A_PAGE)
    context = {
        "series": series,
        "nav": "people",
        "page": page.get_page(request.GET.get("page")),
        "trouble": owed.wants_a_person().count(),
    }
    return render(request, "surgeries/outbox/message_list.html", context)
