from django.contrib.auth.decorators import login_not_required
from django.http import Http404


@login_not_required
def home(request, **where):
    raise Http404


@login_not_required
def privacy(request, **where):
    raise Http404


@login_not_required
def series_public(request, **where):
    raise Http404


@login_not_required
def surgery_public(request, **where):
    raise Http404
