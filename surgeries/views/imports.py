from django.http import Http404


def import_start(request, **where):
    raise Http404


def import_preview(request, **where):
    raise Http404


def import_detail(request, **where):
    raise Http404


def import_undo(request, **where):
    raise Http404
