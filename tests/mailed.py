"""Every link of every kind of mail, and every row that opening one could change."""

import re
from datetime import timedelta
from html import unescape

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from surgeries.states import MessageKind
from tests import factories
from tests.surgeries.messages.test_email import message_of, part, read

LINK = re.compile(r'href="([^"]+)"|(https?://[^\s<>"]+)')
INSIDE = re.compile(r'href="(/(?:b|h|c|invitation|digest)/[^"#?]+)"')
# A visit is written down in neither.
OF_THE_VISIT = ("sessions.session", "admin.logentry")


def every_row():
    """Each row of each table of ours, by its table."""
    models = apps.get_models(include_auto_created=True)
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in models
        if model._meta.label_lower not in OF_THE_VISIT
    }


def links_of(message):
    """The addresses, without our host, that stand in either part of the mail of a message."""
    _letter, mail = read(message, now=timezone.now())
    found = LINK.findall(unescape(part(mail, "html")) + " " + part(mail, "plain"))
    ours = {(in_a_tag or plain).rstrip(".,)") for in_a_tag, plain in found}
    return sorted(
        address.removeprefix(settings.SITE_URL)
        for address in ours
        if address.startswith(settings.SITE_URL)
    )


def pages_behind(client, links):
    """`links`, and the pages for the same person that those lead to, opened by `client`."""
    pages = set(links)
    for link in links:
        pages.update(INSIDE.findall(client.get(link).content.decode()))
    return sorted(pages)


def one_of_each(kinds=MessageKind.values):
    """{kind: a message to somebody at an evening that is to come}, at one series of Olu's."""
    series = factories.create_series(organiser=factories.create_user(email="olu@example.org"))
    day = timezone.localdate() + timedelta(days=9)
    surgery = factories.create_surgery(series=series, on=day, places=(9, 9))
    booking = factories.create_booking(surgery=surgery)
    return {kind: message_of(kind, booking) for kind in kinds}
