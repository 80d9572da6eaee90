import uuid

import pytest
from django.core.signing import Signer

from surgeries.forms.bookings import BookingForm, ChangeForm, EasierForm, LinkAgainForm
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
    asked = [field.name for field in BookingForm(slots=slots).visible_fields()]
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
        "group": "",
        "code": "",
        "said": "",
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


def test_a_change_starts_from_what_we_have_down(slots):
    booking = factories.create_booking(slot=slots[0], goal="touch")
    form = ChangeForm(booking=booking, slots=slots)
    assert {name: form[name].value() for name in form.fields} == {
        "slot": slots[0].pk,
        "goal": "touch",
        "name": booking.attendee.name,
        "contact": booking.attendee.contact,
    }
    assert "5:30pm<small>Your time now</small>" in str(form["slot"])


def test_somebody_without_a_contact_need_not_give_one_now(slots):
    person = factories.create_attendee(series=slots[0].surgery.series, contact=None)
    booking = factories.create_booking(slot=slots[0], attendee=person)
    said = {"goal": "news", "slot": slots[0].pk, "name": "Amina", "contact": ""}
    form = ChangeForm(said, booking=booking, slots=slots)
    assert form.is_valid()
    assert form.answers(slots)["contact"] is None


def test_needs_are_kept_only_with_a_tick():
    form = EasierForm({"needs": "A chair"})
    assert form.errors == {"agreed": ["Tick this so that we may keep it, or leave it empty"]}
    assert EasierForm({"needs": "A chair", "agreed": "on"}).is_valid()
    assert EasierForm({}).is_valid()


def test_nothing_is_ticked_for_her():
    form = EasierForm()
    assert "checked" not in str(form)


def test_the_link_is_asked_for_by_one_address():
    assert LinkAgainForm({"email": "Amina@Example.org"}).is_valid()
    assert not LinkAgainForm({"email": "a@example.org, b@example.org"}).is_valid()
