from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def invitation_detail(request, **where):
    raise Http404


@login_not_required
def digest_off(request, **where):
    raise Http404


def series_list(request, **where):
    raise Http404


def series_create(request, **where):
    raise Http404


def series_week(request, **where):
    raise Http404


def series_edit(request, **where):
    raise Http404


def team_invite(request, **where):
    raise Http404


def team_remove(request, **where):
    raise Http404


def invitation_withdraw(request, **where):
    raise Http404


def account_leave(request, **where):
    raise Http404
