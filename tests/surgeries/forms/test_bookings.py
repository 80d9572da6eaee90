import uuid

import pytest
from django.core.signing import Signer

from surgeries.forms.bookings import (
    BookingForm,
    LinkAgainForm,
    PhoneBookingForm,
    PhoneWaitingForm,
    WaitingForm,
)
from surgeries.models import Slot
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def slots():
    surgery = factories.create_surgery(places=(1, 2))
    return list(Slot.objects.with_places().filter(surgery=surgery))


def filled(slots, **answers):
    said = {"goal": "news", "slot": slots[0].pk, "name": "Amina", "contact": "07400 123456"}
    return BookingForm(said | answers, slots=slots)


def test_there_are_at_most_seven_questions_in_this_order(slots):
    asked = [field.name for field in BookingForm(slots=slots).questions]
    assert asked == ["goal", "slot", "name", "contact", "group", "level", "told"]


def test_four_answers_suffice(slots):
    form = filled(slots)
    assert form.is_valid()
    answers = form.answers()
    answers.pop("request_key")
    assert answers == {
        "name": "Amina",
        "contact": "+447400123456",
        "goal": "news",
        "level": None,
        "others": [],
        "supporter": False,
        "group": "",
        "code": "",
        "said": "",
        "name_shown": False,
    }


def test_what_is_missing_is_said_in_sentences(slots):
    assert BookingForm({}, slots=slots).errors == {
        "goal": ["Choose what you would like to do, or “Not sure yet”"],
        "slot": ["Choose a time"],
        "name": ["Enter your name"],
        "contact": ["Enter a phone number or an email address"],
    }


def test_a_time_that_has_gone_is_said_kindly(slots):
    form = filled(slots[1:], slot=slots[0].pk)
    assert form.errors == {
        "slot": ["Somebody has just taken the last place at that time. Choose another one."]
    }


def test_the_only_time_is_chosen_for_her(slots):
    assert BookingForm(slots=slots[:1])["slot"].value() == slots[0].pk
    assert BookingForm(slots=slots)["slot"].value() is None


def test_each_time_says_how_many_places_it_has_left(slots):
    page = str(BookingForm(slots=slots)["slot"])
    assert "5:30pm<small>1 place left</small>" in page
    assert "6:15pm<small>2 places left</small>" in page


def test_each_form_has_a_key_of_its_own_that_we_signed(slots):
    one, other = (BookingForm(slots=slots)["request_key"].value() for _ in range(2))
    assert one != other
    form = filled(slots, request_key=one)
    assert form.is_valid()
    assert str(form.cleaned_data["request_key"]) == one.split(":")[0]


@pytest.mark.parametrize("key", ["", "x", str(uuid.UUID(int=1)), Signer(salt="other").sign("x")])
def test_a_key_that_we_did_not_sign_counts_for_nothing(slots, key):
    form = filled(slots, request_key=key)
    assert form.is_valid()
    assert form.cleaned_data["request_key"] != uuid.UUID(int=1)


def test_the_code_of_a_link_is_carried_along(slots):
    assert BookingForm(slots=slots, code="abcd2345")["code"].value() == "abcd2345"


def test_bringing_somebody_is_folded_until_somebody_is_brought(slots):
    form = BookingForm(slots=slots)
    assert [field.name for field in form.more] == ["other_1", "other_2", "supporter"]
    assert not form.says_more
    assert filled(slots, other_1="Basil").says_more
    assert filled(slots, supporter="on").says_more


def test_whoever_comes_along_is_a_name_and_an_empty_line_is_nobody(slots):
    form = filled(slots, other_1=" ", other_2="Zoë  D’Arcy", supporter="on")
    assert form.is_valid()
    assert form.people == 2
    answers = form.answers()
    assert (answers["others"], answers["supporter"]) == (["Zoë D’Arcy"], True)


def test_who_waits_says_which_times_would_suit(slots):
    form = WaitingForm(slots=slots)
    assert [field.name for field in form.questions] == [
        *("goal", "accepts", "name", "contact", "group", "level", "told")
    ]
    assert form["accepts"].value() in (None, [])
    said = {"goal": "news", "name": "Amina", "contact": "07400 123456"}
    assert WaitingForm(said, slots=slots).errors == {
        "accepts": ["Choose at least one time that would suit you"]
    }
    form = WaitingForm(said | {"accepts": [slots[1].pk]}, slots=slots)
    assert form.is_valid()
    assert form.chosen(slots) == [slots[1]]


def test_the_only_time_to_wait_for_is_ticked_for_her(slots):
    assert WaitingForm(slots=slots[:1])["accepts"].value() == [slots[0].pk]


def test_asking_to_wait_instead_keeps_every_answer_and_signs_a_new_key(slots):
    typed = {"other_1": "Basil", "supporter": "on", "told": "Sharon", "code": "abcd2345"}
    form = filled(slots, **typed, request_key="mine", contact="wrong")
    instead = WaitingForm.instead_of(form, slots=slots)
    assert instead["accepts"].value() == [slots[0].pk]
    kept = {name: instead[name].value() for name in typed}
    assert kept == typed
    assert instead["contact"].value() == "wrong"
    assert (instead["wait"].value(), instead.errors) == ("yes", {})
    assert instead["request_key"].value() != "mine"


# By phone ------------------------------------------------------------------------------


def by_phone(slots, **answers):
    return PhoneBookingForm({"name": "Winston", "slot": slots[0].pk} | answers, slots=slots)


def test_by_phone_a_name_is_enough(slots):
    form = by_phone(slots)
    assert form.is_valid()
    answers = form.answers()
    assert (answers["name"], answers["contact"], answers["goal"]) == ("Winston", None, "")
    assert (answers["level"], answers["others"]) == (None, [])


def test_by_phone_four_things_are_asked_and_the_rest_is_folded(slots):
    form = PhoneBookingForm(slots=slots)
    assert [field.name for field in form.questions] == ["name", "slot", "contact", "told"]
    assert [field.name for field in form.more] == [
        *("goal", "group", "other_1", "other_2", "supporter")
    ]
    assert form["slot"].value() == slots[0].pk
    assert PhoneBookingForm({}, slots=slots).errors == {
        "name": ["Enter a name, or a nickname"],
        "slot": ["Choose a time"],
    }


def test_by_phone_every_time_to_wait_for_is_ticked(slots):
    form = PhoneWaitingForm(slots=slots)
    assert form["accepts"].value() == [slot.pk for slot in slots]


def test_the_link_is_asked_for_by_one_address():
    assert LinkAgainForm({"email": "Amina@Example.org"}).is_valid()
    assert not LinkAgainForm({"email": "a@example.org, b@example.org"}).is_valid()
