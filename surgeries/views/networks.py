from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def invite_follow(request, **where):
    raise Http404


def network_list(request, **where):
    raise Http404


def network_detail(request, **where):
    raise Http404


def network_edit(request, **where):
    raise Http404


def share(request, **where):
    raise Http404


def link_detail(request, **where):
    raise Http404


def link_switch(request, **where):
    raise Http404
