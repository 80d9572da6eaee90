"""What a series' forms take, and what they say to the rest."""

import pytest

from surgeries.forms.series import InviteForm, SeriesCreateForm, SeriesForm
from surgeries.states import Role, SurgeryState
from tests.factories import create_series, create_surgery, create_user

pytestmark = pytest.mark.django_db


def answers(**changed):
    return {
        "name": "Moseley",
        "town": "Birmingham",
        "phone": "",
        "usual_start": "17:30",
        "usual_minutes": "90",
        "places_per_helper": "2",
        "opens_days_ahead": "28",
        "time_zone": "Europe/London",
    } | changed


def test_name_and_town_suffice_to_start():
    form = SeriesCreateForm({"name": " Moseley\u00a0 Road ", "town": "Birmingham"}, asks_name=True)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == "Moseley Road"


def test_her_name_is_asked_only_while_we_do_not_know_it():
    assert "your_name" in SeriesCreateForm(asks_name=True).fields
    assert "your_name" not in SeriesCreateForm(asks_name=False).fields


def test_her_name_fits_as_it_is_kept():
    about = {"name": "Moseley", "town": "Birmingham", "your_name": "\ufb2c" * 100}
    form = SeriesCreateForm(about, asks_name=True)
    assert form.errors == {"your_name": ["Use at most 120 characters"]}


@pytest.mark.parametrize("name", ["", "   ", "\u0000"])
def test_a_name_without_letters_gets_a_sentence(name):
    form = SeriesCreateForm({"name": name, "town": "Birmingham"}, asks_name=False)
    assert list(form.errors) == ["name"]


def test_it_can_only_grow_out_of_a_surgery_there_is():
    parent = create_surgery(series=create_series(slug="parent")).series
    good = {"name": "Moseley", "town": "Birmingham", "sprung_from": "parent"}
    form = SeriesCreateForm(good, asks_name=False)
    assert form.is_valid() and form.cleaned_data["sprung_from"] == parent
    form = SeriesCreateForm(good | {"sprung_from": "nowhere"}, asks_name=False)
    assert form.errors["sprung_from"] == ["Choose one of the surgeries in the list."]


def test_it_cannot_grow_out_of_a_register_that_nobody_ever_saw():
    create_surgery(series=create_series(slug="imported"), state=SurgeryState.CLOSED)
    grown = {"name": "Moseley", "town": "Birmingham", "sprung_from": "imported"}
    assert list(SeriesCreateForm(grown, asks_name=False).errors) == ["sprung_from"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("07400 123456", "+447400123456"), ("+44 (0)7400-123456", "+447400123456"), ("", "")],
)
def test_a_phone_number_is_kept_in_one_form(typed, kept):
    form = SeriesForm(answers(phone=typed))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["phone"] == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "7400"),
        ("usual_start", "half six"),
        ("usual_minutes", "29"),
        ("usual_minutes", "601"),
        ("places_per_helper", "0"),
        ("opens_days_ahead", "-1"),
        ("time_zone", "Birmingham"),
        ("name", "x" * 121),
        ("about", "x" * 2001),
    ],
)
def test_bad_settings_get_one_sentence_at_the_field(field, value):
    form = SeriesForm(answers(**{field: value}))
    assert list(form.errors) == [field]


def test_only_the_fields_of_the_form_can_be_set():
    """T-AC-12."""
    series = create_series(slug="mine", organiser=create_user())
    form = SeriesForm(answers(slug="theirs", started_by="", imported_by="1"), instance=series)
    assert form.is_valid()
    assert {"slug", "started_by", "imported_by"} & set(form.cleaned_data) == set()


def test_to_hand_over_is_to_make_an_organiser():
    form = InviteForm({"email": "Hana@Example.org", "role": "hand_over"})
    assert form.is_valid()
    assert form.asked() == {
        "email": "hana@example.org",
        "role": Role.ORGANISER,
        "hand_over": True,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "a@b.org, c@d.org"), ("email", ""), ("role", "queen"), ("role", "")],
)
def test_a_bad_invitation_gets_one_sentence(field, value):
    form = InviteForm({"email": "hana@example.org", "role": "door"} | {field: value})
    assert list(form.errors) == [field]
