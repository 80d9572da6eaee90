"""Whatever link stands in whatever mail: who opens it, and what that does (T-LNK-02 to 08)."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surgeries.models import TeamInvitation
from surgeries.states import MessageKind, Role
from tests import factories
from tests.mailed import every_row, links_of, one_of_each, pages_behind
from tests.surgeries.views.test_helpers_own_pages import PAGES as OF_A_HELPER

pytestmark = pytest.mark.django_db

FETCHED = re.compile(r'<(?:link|script|img|iframe|source)\b[^>]*\b(?:href|src)="([^"]*)"')
# What the buttons of all these pages send.
BUTTONS = {"answer": "no", "comes": "18:00", "leaves": "", "goal": "touch", "goals": ["news"]}


@pytest.fixture
def mails():
    return one_of_each()


@pytest.fixture
def links(mails):
    """{kind: the addresses that stand in its mail}."""
    return {kind: links_of(message) for kind, message in mails.items()}


def every_page(links, client):
    """Every address that some mail leads to, once; opens some of them to find the others."""
    return pages_behind(client, {link for found in links.values() for link in found})


def test_opening_any_page_of_any_mail_changes_no_row(mails, links, client):
    """T-LNK-02: GET, HEAD and OPTIONS, by a stranger and by Olu, as a button would send it."""
    assert [kind for kind in mails if not links[kind]] == []
    olu = Client()
    olu.force_login(mails[MessageKind.DAILY_DIGEST].member.user)
    before = every_row()
    for address in every_page(links, client):
        assert olu.get(address, follow=True).status_code == 200, address
        for browser in (client, olu):
            browser.get(address, BUTTONS)
            browser.head(address, BUTTONS)
            browser.options(address)
    assert every_row() == before


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (MessageKind.CONFIRMATION, "booking_detail"),
        (MessageKind.REMINDER_LAST, "booking_cancel"),
        (MessageKind.HELPING_ADDED, "helping_code"),
        (MessageKind.HELPING_ADDED, "helping_hours"),
        (MessageKind.HELPING_ADDED, "helping_about"),
        (MessageKind.DAILY_DIGEST, "digest_off"),
        (MessageKind.CONNECTOR_LINK, "connector_stop"),
        (MessageKind.TEAM_INVITATION, "invitation_detail"),
    ],
)
def test_what_opening_may_not_do_the_button_does(client, kind, name):
    """T-LNK-02, negative control: the same words by POST change a row."""
    about = one_of_each([kind])[kind].about
    args = [about.secret]
    if name == "digest_off":
        args.insert(0, about.pk)
    if name == "invitation_detail":
        client.force_login(factories.create_user(email=about.email))
    before = every_row()
    client.post(reverse(name, args=args), BUTTONS)
    assert every_row() != before


def test_a_page_behind_a_mail_is_kept_nowhere_and_tells_no_other_site(links, client):
    """T-LNK-05 to 07: nothing from elsewhere, no cookie, and no address in a Referer."""
    seen = 0
    for address in every_page(links, client):
        browser = Client()
        response = browser.get(address)
        assert response["Referrer-Policy"] == "same-origin", address
        assert dict(browser.cookies) == {}, address
        if urlsplit(address).path.startswith(("/b/", "/h/", "/c/", "/invitation/", "/digest/")):
            seen += 1
            assert "no-store" in response["Cache-Control"], address
            hosts = {urlsplit(found).netloc for found in FETCHED.findall(str(response.content))}
            assert hosts <= {""}, address
    assert seen > 20


def wrong_helping(surgery):
    """Secrets that open no evening of a helper, each for another reason."""
    over = factories.create_surgery(
        series=surgery.series, on=timezone.localdate() - timedelta(days=31)
    )
    erased = factories.create_helping(surgery=surgery)
    erased.helper.erased_at = timezone.now()
    erased.helper.save()
    raised = factories.create_helping(surgery=surgery)
    before, raised.link_version = raised.secret, 2
    raised.seal()
    raised.save()
    foreign = factories.create_booking(surgery=surgery).secret
    expired = factories.create_helping(surgery=over).secret
    return ["x" * 32, "test", expired, erased.secret, before, foreign]


def wrong_invitation(surgery):
    """Secrets that open no invitation, each for another reason."""
    now, series = timezone.now(), surgery.series
    fates = [
        {"invited_at": now - timedelta(days=15)},
        {"accepted_at": now},
        {"withdrawn_at": now},
    ]
    dead = []
    for number, fate in enumerate(fates):
        fields = {"email": f"new{number}@example.org", "role": Role.HELPER, "invited_at": now}
        invitation = TeamInvitation.objects.create(
            series=series, invited_by=series.started_by, **fields
        )
        invitation.seal()
        invitation.save()
        TeamInvitation.objects.filter(pk=invitation.pk).update(**fate)
        dead.append(invitation.secret)
    return ["x" * 32, "test", *dead, factories.create_booking(surgery=surgery).secret]


def wrong_connector(surgery):
    """Secrets that open no connector's page, each for another reason."""
    network = factories.create_network(series=surgery.series)
    fates = [
        {"page_off_at": timezone.now()},
        {"removed_at": timezone.now()},
        {"link_version": 2},
        {"link_hash": None},
        {"name": "", "role": "the caretaker", "agreed_at": None},
    ]
    dead = []
    for number, fate in enumerate(fates):
        connector = factories.create_connector(network=network, name=f"Sharon {number}")
        dead.append(connector.secret)
        for field, value in fate.items():
            setattr(connector, field, value)
        if connector.link_hash:
            connector.seal()
        connector.save()
    away = factories.create_network(series=surgery.series, removed_at=timezone.now())
    dead.append(factories.create_connector(network=away).secret)
    return ["x" * 32, "test", *dead, factories.create_booking(surgery=surgery).secret]


@pytest.fixture
def surgery():
    series = factories.create_series(organiser=factories.create_user(email="olu@example.org"))
    return factories.create_surgery(series=series, on=timezone.localdate() + timedelta(days=9))


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize(
    ("name", "wrong"),
    [(name, wrong_helping) for name in (*OF_A_HELPER, "helping_calendar")]
    + [("invitation_detail", wrong_invitation)]
    + [(name, wrong_connector) for name in ("connector_page", "connector_stop")],
)
def test_wrong_expired_erased_and_foreign_links_get_the_same_bytes(
    client, surgery, name, wrong, method
):
    """T-LNK-08, for helpers and those who are invited; for who booked: test_secret_links.py."""
    secrets = wrong(surgery)
    before = every_row()
    got = [getattr(client, method)(reverse(name, args=[secret]), BUTTONS) for secret in secrets]
    no_such_method = (name, method) in (
        ("helping_calendar", "post"),
        ("connector_page", "post"),
    )
    assert {answer.status_code for answer in got} == ({405} if no_such_method else {404})
    assert len({answer.content for answer in got}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in got}) == 1
    assert every_row() == before


def test_the_right_link_of_a_helper_gets_other_bytes(client, surgery):
    """T-LNK-08, negative control."""
    helping = factories.create_helping(surgery=surgery)
    right, wrong = (
        client.get(reverse("helping_detail", args=[secret])) for secret in (helping.secret, "x")
    )
    assert (right.status_code, wrong.status_code) == (200, 404)


def test_a_digest_link_that_is_wrong_foreign_or_of_nobody_gets_the_same_bytes(client, surgery):
    """T-LNK-08."""
    member = surgery.series.team.get()
    other = factories.create_member(
        series=surgery.series, user=factories.create_user(email="hana@example.org")
    )
    wrong = [(member.pk, other.secret), (member.pk, "x"), (other.pk + 9, member.secret)]
    for method in (client.get, client.post):
        got = [method(reverse("digest_off", args=pair)) for pair in wrong]
        assert {answer.status_code for answer in got} == {404}
        assert len({answer.content for answer in got}) == 1
    member.refresh_from_db()
    assert member.daily_digest
