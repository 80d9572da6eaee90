"""Webhooks of Twilio, checked by its own library. Imported only where TEXTS_BY is twilio."""

from django.conf import settings
from django.http import HttpResponse
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from surgeries.forms.webhooks import LONGEST_REF, Told, Written, needed, reference_in, word
from surgeries.states import Receipt

RECEIPTS = {
    "delivered": Receipt.DELIVERED,
    "undelivered": Receipt.UNDELIVERED,
    "failed": Receipt.UNDELIVERED,
}


def is_signed(request, _now) -> bool:
    """Whether Twilio signed this request to this address. Its signature knows no time."""
    header = request.headers.get("X-Twilio-Signature", "")
    address = settings.SITE_URL + request.get_full_path()
    return RequestValidator(settings.TEXTS_TOKEN).validate(address, request.POST, header)


def told(request) -> Told:
    """A status callback; the key of the message stands in the address we gave with it."""
    status = needed(request.POST, "MessageStatus")
    return Told(
        RECEIPTS.get(status),
        reference_in(request.GET.get("message", "")),
        needed(request.POST, "MessageSid", most=LONGEST_REF),
        f"{status} {word(request.POST, 'ErrorCode')}".strip(),
    )


def written(request) -> Written:
    """An incoming text."""
    said = request.POST
    return Written(
        needed(said, "From"), word(said, "Body"), needed(said, "MessageSid", most=LONGEST_REF)
    )


def thanks() -> HttpResponse:
    """An empty answer in Twilio's words: nobody is texted back."""
    return HttpResponse(str(MessagingResponse()), content_type="text/xml")
