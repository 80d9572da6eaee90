from django.http import Http404


def message_list(request, **where):
    raise Http404
