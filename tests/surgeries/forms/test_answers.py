import datetime

import pytest

from surgeries.forms.answers import (
    ChangeForm,
    CorrectForm,
    EasierForm,
    RingForm,
    SetOffForm,
    TimesForm,
    WhoForm,
)
from surgeries.models import Slot
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def slots():
    surgery = factories.create_surgery(places=(1, 2))
    return list(Slot.objects.with_places().filter(surgery=surgery))


@pytest.fixture
def booking(slots):
    amina = factories.create_attendee(series=slots[0].surgery.series)
    return factories.create_booking(slot=slots[0], attendee=amina, goal="touch")


# Changing ------------------------------------------------------------------------------


def test_a_change_starts_from_the_booking_and_shows_nothing_of_her(booking, slots):
    form = ChangeForm(booking=booking, slots=slots)
    assert {name: form[name].value() for name in form.fields} == {
        "slot": slots[0].pk,
        "goal": "touch",
        "supporter": False,
        "name": None,
        "contact": None,
    }
    page = str(form)
    assert "5:30pm<small>Your time now</small>" in page
    assert "We have “Amina O.”. Leave it empty to keep it." in page
    assert "We have a…@example.org. Leave it empty to keep it." in page
    assert "O’Neill" not in page
    assert "amina@example.org" not in page


def test_what_is_left_empty_stays(booking, slots):
    form = ChangeForm({"goal": "news", "slot": slots[1].pk}, booking=booking, slots=slots)
    assert form.is_valid()
    assert form.answers() == {
        "slot": slots[1],
        "goal": "news",
        "supporter": False,
        "name": "Amina O’Neill",
        "contact": "amina@example.org",
    }


def test_who_waits_is_asked_for_no_time(booking):
    form = ChangeForm({"goal": "news"}, booking=booking, slots=[])
    assert "slot" not in form.fields
    assert form.is_valid()
    assert form.answers()["slot"] is None


def test_somebody_without_a_contact_need_not_give_one_now(slots):
    person = factories.create_attendee(series=slots[0].surgery.series, contact=None)
    booking = factories.create_booking(slot=slots[0], attendee=person)
    said = {"goal": "news", "slot": slots[0].pk}
    form = ChangeForm(said, booking=booking, slots=slots)
    assert form.is_valid()
    assert form.answers()["contact"] is None


def test_an_organiser_sees_what_we_have_and_may_take_the_contact_away(booking, slots):
    form = CorrectForm(booking=booking, slots=slots)
    assert (form["name"].value(), form["contact"].value()) == ("Amina O’Neill", "amina@example.org")
    form = CorrectForm({"name": "Amina", "slot": slots[0].pk}, booking=booking, slots=slots)
    assert form.is_valid()
    answers = form.answers()
    assert (answers["name"], answers["contact"], answers["goal"]) == ("Amina", None, "")


# Setting off ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "time"),
    [
        ("17:05", datetime.time(17, 5)),
        ("5:05pm", datetime.time(17, 5)),
        ("5.05 pm", datetime.time(17, 5)),
        ("5 PM", datetime.time(17)),
        ("17.05", datetime.time(17, 5)),
        ("", None),
    ],
)
def test_a_time_may_be_typed_as_people_write_it(booking, typed, time):
    form = SetOffForm({"at": typed}, booking=booking)
    assert form.is_valid()
    assert form.cleaned_data["at"] == time


def test_what_is_no_time_is_said_with_an_example(booking):
    form = SetOffForm({"at": "after tea"}, booking=booking)
    assert form.errors == {"at": ["Enter a time like 5:15pm"]}


def test_the_time_she_gave_is_shown_as_the_browser_wants_it(booking):
    booking.sets_off_at = datetime.time(17, 5)
    assert 'value="17:05"' in str(SetOffForm(booking=booking))


# Times, a number, who of a party -------------------------------------------------------


def test_the_times_that_suit_are_those_of_her_surgery(slots):
    form = TimesForm(slots=slots, accepted=slots[1:])
    assert form["accepts"].value() == [slots[1].pk]
    assert TimesForm({"accepts": [0]}, slots=slots).errors == {
        "accepts": ["Choose at least one time that would suit you"]
    }
    form = TimesForm({"accepts": [slots[0].pk]}, slots=slots)
    assert form.is_valid()
    assert form.answers() == {"accepts": [slots[0]]}


@pytest.mark.parametrize("typed", ["", "amina@example.org", "12"])
def test_only_a_number_can_be_rung(booking, typed):
    form = RingForm({"number": typed}, booking=booking)
    assert form.errors == {"number": ["Enter a phone number with 11 digits, like 07400 123456"]}


def test_who_gave_a_number_is_asked_for_none(slots):
    person = factories.create_attendee(series=slots[0].surgery.series, contact="+447400123456")
    form = RingForm({}, booking=factories.create_booking(slot=slots[0], attendee=person))
    assert form.is_valid()
    assert form.cleaned_data == {}


def party(slots, *names):
    series = slots[1].surgery.series
    return [
        factories.create_booking(
            slot=slots[1], attendee=factories.create_attendee(series=series, name=name)
        )
        for name in names
    ]


def test_everybody_of_a_party_is_ticked_and_goes_by_the_first_name(slots):
    amina, basil = party(slots, "Amina O’Neill", "Basil Khan")
    form = WhoForm(party=[amina, basil])
    assert [name for _key, name in form.fields["which"].choices] == ["Amina", "Basil"]
    assert str(form).count(" checked") == 2
    form = WhoForm({"which": [str(basil.pk)]}, party=[amina, basil])
    assert form.is_valid()
    assert form.answers() == {"which": {basil.pk}}


def test_nobody_ticked_is_said(slots):
    both = party(slots, "Amina", "Basil")
    assert WhoForm({}, party=both).errors == {"which": ["Tick who can’t come"]}


def test_nobody_of_another_party_can_be_ticked(slots, booking):
    both = party(slots, "Amina", "Basil")
    assert not WhoForm({"which": [str(booking.pk)]}, party=both).is_valid()


# What would make it easier -------------------------------------------------------------


def test_needs_are_kept_only_with_a_tick():
    form = EasierForm({"needs": "A chair"})
    assert form.errors == {"agreed": ["Tick this so that we may keep it, or leave it empty"]}
    assert EasierForm({"needs": "A chair", "agreed": "on"}).is_valid()
    assert EasierForm({}).is_valid()


def test_nothing_is_ticked_for_her():
    form = EasierForm()
    assert "checked" not in str(form)
