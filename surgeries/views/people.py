from django.http import Http404


def people_list(request, **where):
    raise Http404


def person_detail(request, **where):
    raise Http404


def ring_done(request, **where):
    raise Http404
