from django.http import Http404


def turnout(request, **where):
    raise Http404


def turnout_people(request, **where):
    raise Http404
