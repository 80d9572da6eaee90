"""What providers call: receipts of texts, texts that people wrote, mail that came back.

Public, because a provider does not sign in; believed only with its signature; not there at all
where no provider is set up.
"""

import logging
from functools import wraps
from importlib import import_module

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from surgeries.actions.receipts import record_receipt
from surgeries.actions.replies import receive_text
from surgeries.forms.webhooks import Malformed, bounced
from surgeries.rules.signatures import is_signed
from surgeries.states import Channel

log = logging.getLogger(__name__)

LONGEST_BODY = 64 * 1024


def webhook(view):
    """A POST of another machine, neither long nor strange."""

    @wraps(view)
    def guarded(request):
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            return HttpResponse(status=413)
        try:
            return view(request)
        except Malformed:
            return HttpResponse(status=400)

    return login_not_required(csrf_exempt(require_POST(guarded)))


@webhook
def text_receipt(request):
    """A text arrived, or did not. Asked for again when we do not know the message."""
    provider, now = _provider(), timezone.now()
    if not provider.is_signed(request, now):
        return _unsigned("text_receipt")
    _keep(provider.told(request), Channel.TEXT, now)
    return provider.thanks()


@webhook
def text_received(request):
    """Somebody answered a text."""
    provider, now = _provider(), timezone.now()
    if not provider.is_signed(request, now):
        return _unsigned("text_received")
    written = provider.written(request)
    receive_text(written.number, written.text, provider_ref=written.provider_ref, now=now)
    return provider.thanks()


@webhook
def mail_bounced(request):
    """A mail came back."""
    if not settings.BOUNCES_SECRET:
        raise Http404
    header, now = request.headers.get("X-Signature", ""), timezone.now()
    if not is_signed(header, request.body, secret=settings.BOUNCES_SECRET, now=now):
        return _unsigned("mail_bounced")
    _keep(bounced(request.body), Channel.EMAIL, now)
    return HttpResponse(status=204)


def _provider():
    if not settings.TEXTS_BY:
        raise Http404
    return import_module(f"surgeries.forms.webhooks_of_{settings.TEXTS_BY}")


def _keep(told, channel, now):
    if told.receipt is None:
        return
    known = record_receipt(
        told.receipt,
        channel=channel,
        reference=told.reference,
        provider_ref=told.provider_ref,
        reason=told.reason,
        now=now,
    )
    if not known:
        raise Http404


def _unsigned(hook):
    """Said plainly, so that whoever sets a provider up knows that it is the secret."""
    log.warning("A call of %s had no good signature.", hook)
    return HttpResponse("The signature is wrong, or too old.\n", "text/plain", status=403)
