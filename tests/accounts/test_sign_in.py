"""The one door: an address, a code, in. It tells nobody who has an account."""

import itertools
import re
import socket
import time
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from tests.factories import create_user

SIGN_IN, CODE = reverse("account_login"), reverse("account_confirm_login_code")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    cache.clear()


@pytest.fixture
def olu():
    return create_user(email="olu@example.org", name="Olu Adé")


def code_in(mail):
    return re.fullmatch(r"Your sign-in code: (\d{6})", mail.subject)[1]


def ask_for_code(client, mailbox, email, **more):
    client.post(SIGN_IN, {"email": email, **more})
    return code_in(mailbox.to(email.lower())[-1])


def who_is_in(client):
    return User.objects.filter(pk=client.session.get("_auth_user_id")).first()


def test_the_code_from_the_mail_signs_olu_in(client, mailbox, olu):
    code = ask_for_code(client, mailbox, "Olu@Example.org")
    response = client.post(CODE, {"code": code})
    assert response["Location"] == reverse("series_list")
    assert who_is_in(client) == olu


def test_a_new_address_becomes_an_account_only_when_its_code_comes_back(client, mailbox):
    code = ask_for_code(client, mailbox, "new@example.org")
    assert User.objects.count() == 0
    client.post(CODE, {"code": code})
    assert who_is_in(client).email == "new@example.org"
    assert not who_is_in(client).has_usable_password()


def test_the_mail_says_the_same_in_both_parts_and_leads_with_the_code(client, mailbox, olu):
    code = ask_for_code(client, mailbox, olu.email)
    [mail] = mailbox
    assert code in mail.text and code in mail.html
    assert "We" not in mail.subject and "example.com" not in mail.text + mail.html
    assert mail.raw["Auto-Submitted"] == "auto-generated"


def masked(response, *secrets):
    body = response.content.decode()
    for secret in secrets:
        body = body.replace(secret, "X")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"', "", body)
    headers = {k: v for k, v in response.headers.items() if k != "Expires" and "nonce" not in v}
    return response.status_code, headers, body


def test_known_and_unknown_addresses_get_the_same_answers(client, mailbox, olu):
    """P15, T-ENU-01: status, headers and pages, to the last byte."""
    told = []
    for email in (olu.email, "ola@example.org"):  # of one length
        other = type(client)()
        posted = other.post(SIGN_IN, {"email": email})
        page = other.get(CODE)
        wrong = other.post(CODE, {"code": "no"})
        told.append([masked(response, email) for response in (posted, page, wrong)])
    assert told[0] == told[1]
    assert [mail.subject[:18] for mail in mailbox] == ["Your sign-in code:"] * 2


def test_nobody_is_looked_up_before_the_code_is_right(
    client, mailbox, olu, django_assert_num_queries
):
    for email in (olu.email, "nobody@example.org"):
        other = type(client)()
        with django_assert_num_queries(4) as captured:  # the session, written
            other.post(SIGN_IN, {"email": email})
        assert not [q for q in captured if "accounts_user" in q["sql"]]


@pytest.mark.parametrize(
    "address",
    ["", "olu", "olu@", '"a@b.org, c"@d.org', "a@b.org, c@d.org", "a@b.org\r\nBcc: x@y"],
)
def test_what_is_no_address_gets_a_sentence_and_no_mail(client, mailbox, address):
    response = client.post(SIGN_IN, {"email": address})
    assert response.status_code == 200
    assert len(response.context["form"].errors["email"]) == 1
    assert len(mailbox) == 0


def test_the_third_wrong_code_sends_back_to_the_start(client, mailbox, olu):
    code = ask_for_code(client, mailbox, olu.email)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(2):
        response = client.post(CODE, {"code": wrong})
        assert "That is not the code" in response.content.decode()
    assert client.post(CODE, {"code": wrong})["Location"] == SIGN_IN
    assert client.post(CODE, {"code": code})["Location"] == SIGN_IN
    assert who_is_in(client) is None


def test_tries_that_cross_share_the_three(client, mailbox, olu):
    """Each of many at the same moment finds the session as it was before the others."""
    code = ask_for_code(client, mailbox, olu.email)
    wrong = "000000" if code != "000000" else "111111"
    untouched = dict(client.session)

    def guess(figures):
        session = client.session
        session.update(untouched)
        session.save()
        return client.post(CODE, {"code": figures})

    assert [guess(wrong).status_code for _ in range(3)] == [200, 200, 200]
    assert guess(code)["Location"] == SIGN_IN
    assert who_is_in(client) is None


def test_a_code_is_too_old_after_15_minutes(client, mailbox, olu):
    code = ask_for_code(client, mailbox, olu.email)
    session = client.session
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= 15 * 60 + 1
    session.save()
    response = client.post(CODE, {"code": code}, follow=True)
    assert "too old" in response.content.decode()
    assert who_is_in(client) is None


def test_a_code_opens_only_the_browser_that_asked_for_it(client, mailbox, olu):
    code = ask_for_code(client, mailbox, olu.email)
    stan = type(client)()
    ask_for_code(stan, mailbox, "stan@example.org")
    stan.post(CODE, {"code": code})
    assert who_is_in(stan) is None


def test_a_new_code_ends_the_one_before(client, mailbox, olu):
    first = ask_for_code(client, mailbox, olu.email)
    client.post(reverse("account_send_new_code"))
    second = code_in(mailbox[-1])
    assert len(mailbox) == 2
    if first != second:
        client.post(CODE, {"code": first})
        assert who_is_in(client) is None
    client.post(CODE, {"code": second})
    assert who_is_in(client) == olu


def test_only_a_few_codes_a_minute_go_to_one_address(client, mailbox, olu):
    for _ in range(5):
        response = type(client)().post(SIGN_IN, {"email": olu.email})
    assert "too many tries" in response.content.decode()
    assert len(mailbox) == 3


def test_no_more_than_10_codes_a_day_go_to_one_address(client, mailbox, olu, monkeypatch):
    minutes = itertools.count(int(time.time()), 60)
    for _ in range(11):
        now = next(minutes)
        monkeypatch.setattr(time, "time", lambda now=now: now)
        response = type(client)().post(SIGN_IN, {"email": olu.email})
    assert "too many tries" in response.content.decode()
    assert len(mailbox) == 10


def test_a_closed_account_stays_closed(client, mailbox):
    create_user(email="gone@example.org", is_active=False)
    code = ask_for_code(client, mailbox, "gone@example.org")
    response = client.post(CODE, {"code": code}, follow=True)
    assert "This account is closed" in response.content.decode()
    assert who_is_in(client) is None


def test_olu_stays_signed_in_for_90_days(client, mailbox, olu):
    code = ask_for_code(client, mailbox, olu.email)
    response = client.post(CODE, {"code": code})
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 90 * 24 * 60 * 60
    assert 90 * 86400 - client.session.get_expiry_age() < 60


def test_signing_in_leads_on_to_where_she_was_going(client, mailbox, olu):
    to = reverse("series_create")
    code = ask_for_code(client, mailbox, olu.email, next=to)
    assert client.post(CODE, {"code": code, "next": to})["Location"] == to


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "https:evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "%2f%2fevil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
    ],
)
def test_it_never_leads_to_another_site(client, mailbox, olu, evil):
    """T-REQ-03."""
    on = client.post(SIGN_IN, {"email": olu.email, "next": evil})
    came = client.post(CODE, {"code": code_in(mailbox[-1]), "next": evil})
    for response in (on, came):
        assert urlsplit(urljoin("http://testserver/accounts/", response["Location"])).netloc == (
            "testserver"
        )


def test_a_false_host_gets_no_mail(client, mailbox, olu):
    """T-REQ-02."""
    response = client.post(SIGN_IN, {"email": olu.email}, headers={"host": "evil.example"})
    assert response.status_code == 400
    assert len(mailbox) == 0


def test_mail_that_cannot_be_sent_is_said_in_a_sentence(client, settings, olu):
    settings.EMAIL_PORT = 1
    response = client.post(SIGN_IN, {"email": olu.email})
    assert "could not send the mail" in response.content.decode()
    assert client.get(CODE)["Location"] == SIGN_IN


def test_a_mail_server_that_never_answers_is_waited_for_10_seconds_at_most(client, settings, olu):
    assert settings.EMAIL_TIMEOUT == 10
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        settings.EMAIL_HOST, settings.EMAIL_PORT = frozen.getsockname()
        settings.EMAIL_TIMEOUT = 0.1
        response = client.post(SIGN_IN, {"email": olu.email})
    assert "could not send the mail" in response.content.decode()


def test_the_code_page_needs_a_code_on_its_way(client):
    assert client.get(CODE)["Location"] == SIGN_IN


def test_there_is_no_page_with_a_password(client):
    for path in ("password/reset/", "password/set/", "password/change/", "email/"):
        assert client.get(f"/accounts/{path}").status_code in (302, 404)
    assert client.get("/accounts/password/reset/", follow=True).status_code == 404


@pytest.mark.parametrize("name", ["account_login", "account_profile"])
def test_other_methods_are_refused(client, olu, name):
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.put(reverse(name)).status_code == 405
