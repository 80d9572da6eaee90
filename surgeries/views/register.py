from django.http import Http404


def register(request, **where):
    raise Http404


def register_tap(request, **where):
    raise Http404


def register_walk_in(request, **where):
    raise Http404


def register_everyone(request, **where):
    raise Http404


def register_head_count(request, **where):
    raise Http404


def register_print(request, **where):
    raise Http404
