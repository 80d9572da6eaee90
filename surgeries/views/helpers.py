from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def helping_offer(request, **where):
    raise Http404


@login_not_required
def helping_offered(request, **where):
    raise Http404


@login_not_required
def helping_detail(request, **where):
    raise Http404


def my_evenings(request, **where):
    raise Http404


def helping_answer(request, **where):
    raise Http404
