"""What happens between the pages of a journey: mail goes, and links in it are followed."""

import re
from datetime import time

from django.urls import reverse
from django.utils import timezone

from surgeries.actions.sending import sweep

# A series that writes at any hour, so that a story can be told by night.
ANY_HOUR = {"writes_from": time(0), "writes_until": time(23, 59)}


def post(mailbox):
    """What the worker does each quarter of a minute; the newest mail."""
    sweep(now=timezone.now(), worker="journey")
    return mailbox[-1]


def link_in(mail):
    """The one secret link of a mail."""
    (found,) = set(re.findall(r"http://testserver(/b/[\w-]+/)", mail.text))
    return found


def fill_in(client, surgery, **said):
    """Open the page of a surgery, fill its form in, and send it; the page that follows."""
    page = client.get(reverse("surgery_public", args=[surgery.series.slug, surgery.on]))
    form = page.context["form"]
    answers = {name: form[name].value() or "" for name in form.fields} | {"goal": "unsure"}
    address = reverse("booking_create", args=[surgery.series.slug, surgery.on])
    return client.post(address, answers | said, follow=True)
