from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def booking_create(request, **where):
    raise Http404


@login_not_required
def booking_detail(request, **where):
    raise Http404


@login_not_required
def booking_booked(request, **where):
    raise Http404


@login_not_required
def booking_change(request, **where):
    raise Http404


@login_not_required
def booking_cancel(request, **where):
    raise Http404


@login_not_required
def booking_calendar(request, **where):
    raise Http404


@login_not_required
def link_again(request, **where):
    raise Http404


@login_not_required
def link_again_sent(request, **where):
    raise Http404
