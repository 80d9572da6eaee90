"""Olu starts a series, gets Hana to join, hands it over to her and goes."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from surgeries.models import Series, TeamInvitation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    cache.clear()


def come_in(client, mailbox, email, page):
    """Follow the page's way to sign in, take the code from the mail, and land where it leads."""
    response = client.get(page, follow=True)
    form = {"email": email, "next": response.context["next"]}
    response = client.post(reverse("account_login"), form, follow=True)
    code = re.search(r"\d{6}", mailbox.to(email)[-1].subject)[0]
    there = response.redirect_chain[-1][0]
    return client.post(there, {"code": code, "next": form["next"]})


def test_olu_starts_hands_over_and_leaves(client, mailbox):
    # Olu has no account. "Start a surgery in your town" leads her in and on to the form.
    olu = client
    response = come_in(olu, mailbox, "olu@example.org", reverse("series_create"))
    assert response["Location"] == reverse("series_create")
    answers = {"name": "Central Birmingham", "town": "Birmingham", "your_name": "Olu Adé"}
    olu.post(reverse("series_create"), answers)
    series = Series.objects.get()
    assert series.slug == "central-birmingham"

    # She cannot go while nobody else is there.
    page = olu.post(reverse("account_leave")).content.decode()
    assert "would have no organiser" in page

    # She asks Hana to take over. Hana has no account either.
    olu.post(
        reverse("team_invite", args=[series.slug]),
        {"email": "hana@example.org", "role": "hand_over"},
    )
    invitation = TeamInvitation.objects.get()
    link = reverse("invitation_detail", args=[invitation.secret])

    # Stan has found the link. It gives him nothing.
    stan = client.__class__()
    come_in(stan, mailbox, "stan@example.org", reverse("series_list"))
    assert "was sent to h…@example.org" in stan.post(link).content.decode()
    assert stan.get(reverse("series_edit", args=[series.slug])).status_code == 404

    # Hana opens it, signs in with her address, and says yes.
    hana = client.__class__()
    assert "Olu Adé asks you" in hana.get(link).content.decode()
    response = come_in(hana, mailbox, "hana@example.org", f"{reverse('account_login')}?next={link}")
    assert response["Location"] == link
    hana.post(link)
    assert hana.get(reverse("series_edit", args=[series.slug])).status_code == 200

    # From that moment Olu is out, and may delete her account.
    assert olu.get(reverse("series_edit", args=[series.slug])).status_code == 404
    olu.post(reverse("account_leave"))
    assert not User.objects.filter(email="olu@example.org").exists()
    assert list(series.team.values_list("user__email", "role")) == [
        ("hana@example.org", "organiser")
    ]
    assert hana.get(link).status_code == 404
