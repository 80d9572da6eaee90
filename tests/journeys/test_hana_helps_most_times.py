"""Hana signs up for the series, agrees the code, changes her hours, and has the night off."""

import re
from datetime import time, timedelta
from urllib.parse import urlsplit

import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.sending import sweep
from surgeries.models import Helper, Helping, Surgery
from surgeries.states import HelpingState
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def link_in(mail):
    """The path of her own link in a mail's text."""
    return urlsplit(re.search(r"https?://\S+/h/\S+", mail.text)[0]).path


def event_in(mail):
    (event,) = icalendar.Calendar.from_ical(mail.attachments["surgery.ics"]).walk("VEVENT")
    return event


def words_of(response):
    return " ".join(response.content.decode().split())


def send():
    sweep(now=timezone.now(), worker="test")


def test_hana_helps_most_times(client, mailbox):
    olu_account = factories.create_user(email="olu@example.org", name="Olu Adé")
    # Written to at any hour, because this story is told at any hour.
    series = factories.create_series(
        organiser=olu_account, writes_from=time(0), writes_until=time(23, 59)
    )
    on = timezone.localdate() + timedelta(days=8)
    surgery = factories.create_surgery(series=series, on=on, places=(1, 1))
    olu, hana = client.__class__(), client
    olu.force_login(olu_account)

    # Once is offered first; Hana would come most times. She is answered at once, and told by when.
    where = reverse("helping_offer", args=[series.slug, on])
    answers = {"style": "regular", "name": "Hana Müller", "email": "hana@example.org"}
    hana.post(where, answers)
    send()
    (answer,) = mailbox.to("hana@example.org")
    by = Helping.objects.get().answer_by.astimezone(series.zone)
    assert f"answers by {by:%A} {by.day} {by:%B}." in answer.text
    mine = link_in(answer)

    # For Olu it is a task with a date, and her yes is for every evening to come.
    week = reverse("series_week", args=[series.slug])
    assert "Answer by" in words_of(olu.get(week))
    helping = Helping.objects.get()
    told = olu.post(reverse("helping_answer", args=[series.slug, helping.pk]), {"answer": "yes"})
    assert surgery.places.count() == 4
    assert "Helps most times" in words_of(olu.get(told.url))
    send()
    _offer, accepted = mailbox.to("hana@example.org")
    assert "you help most times" in accepted.text.lower()
    assert "read and agree" in accepted.text
    first = event_in(accepted)

    # She reads what we ask and agrees with one tap; only then does Olu see her as ready.
    page = olu.get(told.url)
    assert "Has not agreed yet" in words_of(page) and "ready</span>" not in words_of(page)
    code = mine + "code/"
    assert code in hana.get(mine).content.decode()
    hana.get(code)
    assert Helper.objects.get().code_agreed_at is None
    assert "You are all set." in words_of(hana.post(code, follow=True))
    assert "ready</span>" in words_of(olu.get(told.url))

    # She comes later that evening: places follow, and Amina, who booked, stays where she is.
    amina = factories.create_booking(surgery=surgery)
    hana.post(mine + "hours/", {"comes": "18:30", "leaves": ""})
    assert Helping.objects.get().helps_from == time(18, 30)
    assert surgery.places.count() == 2
    amina.refresh_from_db()
    assert amina.place_id is not None
    assert "From 6:30pm to 7pm" in words_of(olu.get(told.url))

    # The next evening is published: she is down for it, and reads so in a mail with its own link.
    olu.post(reverse("surgery_copy", args=[series.slug, surgery.pk]))
    following = Surgery.objects.latest("starts_at")
    assert following.helpings.get().state == HelpingState.CONFIRMED
    assert following.places.count() == 4
    send()
    added = mailbox.to("hana@example.org")[-1]
    assert "you are down to help" in added.subject
    assert link_in(added) != mine

    # Not this one, she says of that; of the first there are enough, and she has the night off.
    hana.post(link_in(added), {"answer": "cannot"})
    assert following.places.count() == 2
    assert Helper.objects.get().regular_from is not None
    olu.post(reverse("helping_answer", args=[series.slug, helping.pk]), {"answer": "off"})
    send()
    off = mailbox.to("hana@example.org")[-1]
    assert "have the night off" in off.subject
    last = event_in(off)
    assert (last["UID"], str(last["STATUS"])) == (first["UID"], "CANCELLED")
    assert last["SEQUENCE"] > first["SEQUENCE"]
    assert "Have the night off, and thank you." in words_of(hana.get(link_in(off)))

    # Olu needs her after all, and takes it back.
    olu.post(reverse("helping_answer", args=[series.slug, helping.pk]), {"answer": "yes"})
    assert "You are coming, from 6:30pm to 7pm." in words_of(hana.get(mine))
    send()
    back = event_in(mailbox.to("hana@example.org")[-1])
    assert str(back["STATUS"]) == "CONFIRMED" and back["SEQUENCE"] > last["SEQUENCE"]

    # No longer most times: what is agreed stands, and no new evening has her.
    page = words_of(hana.post(mine, {"answer": "not_most_times"}, follow=True))
    assert "We put you down for no new evening. The dates below stand." in page
    olu.post(reverse("surgery_copy", args=[series.slug, following.pk]))
    assert not Surgery.objects.latest("starts_at").helpings.exists()
