"""What the form of a stranger carries beside its questions."""

import datetime
import time

import pytest
from django.core.signing import Signer

from surgeries.forms.limits import StrangersForm, read_key, signed_key


def test_a_form_says_since_when_it_is_open():
    before = datetime.datetime.fromtimestamp(int(time.time()), datetime.UTC)
    form = StrangersForm({"request_key": StrangersForm()["request_key"].value()})
    assert form.is_valid()
    assert before <= form.open_since <= before + datetime.timedelta(seconds=2)


@pytest.mark.parametrize(
    "forged",
    [
        lambda key: "",
        lambda key: "x",
        lambda key: key[:-1] + "~",
        lambda key: Signer(salt="booking form").sign("no time"),
        lambda key: Signer(salt="booking form").sign(key.rsplit(":", 2)[0]),
    ],
)
def test_a_key_that_is_not_ours_counts_for_nothing(forged):
    form = StrangersForm({"request_key": forged(signed_key())})
    assert form.is_valid()
    assert form.open_since is None
    assert form.cleaned_data["request_key"].version == 4


def test_a_renewed_form_has_a_key_and_a_time_of_its_own():
    form = StrangersForm({"request_key": "x"})
    form.renew()
    assert read_key(form["request_key"].value())


def test_the_trap_is_seen_heard_and_reached_by_nobody():
    (trap,) = (field for field in StrangersForm().hidden_fields() if field.name == "website")
    page = str(trap).strip()
    assert page.startswith("<div hidden>") and page.endswith("</div>")
    assert 'tabindex="-1"' in page and 'autocomplete="off"' in page
    assert [field.name for field in StrangersForm().visible_fields()] == []


def test_a_filled_trap_is_said_in_a_sentence_and_emptied():
    form = StrangersForm({"website": "https://example.org", "request_key": signed_key()})
    assert form.errors == {
        "__all__": [
            "A box that nobody sees was filled in, perhaps by your browser. We have emptied it. "
            "Press the button once more."
        ]
    }
    assert "example.org" not in str(form["website"])
