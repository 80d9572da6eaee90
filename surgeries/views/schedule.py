from django.http import Http404


def surgery_list(request, **where):
    raise Http404


def surgery_create(request, **where):
    raise Http404


def surgery_detail(request, **where):
    raise Http404


def surgery_edit(request, **where):
    raise Http404


def surgery_publish(request, **where):
    raise Http404


def surgery_copy(request, **where):
    raise Http404


def surgery_cancel(request, **where):
    raise Http404


def surgery_close(request, **where):
    raise Http404


def venue_edit(request, **where):
    raise Http404
