"""A webhook is believed only with its signature, and only for a few minutes."""

import datetime
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.signatures import is_signed, signature_of

NOW = datetime.datetime(2026, 11, 2, 9, 0, tzinfo=datetime.UTC)
AT = int(NOW.timestamp())
SECRET = "a secret"


def header(body=b"{}", *, secret=SECRET, at=AT):
    return f"t={at},v1={signature_of(body, secret=secret, at=at)}"


def test_the_signature_is_that_of_time_and_body():
    expected = hmac.new(b"a secret", f"{AT}.{{}}".encode(), hashlib.sha256).hexdigest()

    assert signature_of(b"{}", secret=SECRET, at=AT) == expected


@pytest.mark.parametrize(
    ("signed", "body", "believed"),
    [
        (header(), b"{}", True),
        (header().replace(",", ", "), b"{}", True),
        (header(at=AT - 300), b"{}", True),
        (header(at=AT + 300), b"{}", True),
        (header(at=AT - 301), b"{}", False),
        (header(at=AT + 301), b"{}", False),
        (header(), b"{} ", False),
        (header(secret="another"), b"{}", False),
        (header().replace(f"t={AT}", f"t={AT + 1}"), b"{}", False),
        ("", b"{}", False),
        (f"t={AT}", b"{}", False),
        (f"t={AT},v1=", b"{}", False),
        ("v1=" + "0" * 64, b"{}", False),
        ("t=x,v1=" + "0" * 64, b"{}", False),
        ("t=²,v1=" + "0" * 64, b"{}", False),
        ("t=" + "9" * 400 + ",v1=0", b"{}", False),
    ],
)
def test_what_is_believed(signed, body, believed):
    assert is_signed(signed, body, secret=SECRET, now=NOW) is believed


def test_nobody_can_sign_with_no_secret():
    signed = header(secret="")

    assert not is_signed(signed, b"{}", secret="", now=NOW)


@given(st.text(), st.binary())
def test_no_strange_header_is_believed_or_breaks_anything(signed, body):
    assert not is_signed(signed, body, secret=SECRET, now=NOW)
