import phonenumbers
import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.forms import AddressField
from surgeries.forms.contacts import ContactField, LineField, clean_contact

SENTENCE = "Enter a phone number with 11 digits, like 07400 123456, or an email address"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("07400 123456", "+447400123456"),
        (" 0121 496 0000 ", "+441214960000"),
        ("+44 7400 123456", "+447400123456"),
        ("(0121) 496-0000", "+441214960000"),
        ("+33 6 12 34 56 78", "+33612345678"),
        (" Amina@Example.ORG ", "amina@example.org"),
        ("o'neill+surgery@example.org", "o'neill+surgery@example.org"),
    ],
)
def test_a_contact_is_kept_in_one_spelling(typed, kept):
    assert clean_contact(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "Amina",
        "07700 90014",
        "07400 123456 x99",
        "amina@",
        "@example.org",
        "a@b.c, evil@example.org",
        "amina@example.org, evil@example.org",
        "amina@example.org;evil@example.org",
        "amina@example.org evil@example.org",
        '"a@b.org, c"@example.org',
        '"a@b.org,c"@example.org',
        "Amina <amina@example.org>",
        "amina@example.org\nRCPT TO:<evil@example.org>",
        "amina@example.org\r\nBcc: evil@example.org",
        "07400\n123456",
        "amina@example.org\x00",
        "a" * 250 + "@example.org",
    ],
)
def test_anything_else_is_refused_in_a_sentence(typed):
    with pytest.raises(ValidationError) as refusal:
        clean_contact(typed)
    assert refusal.value.messages == [SENTENCE]


@given(st.text(max_size=60))
def test_whatever_is_typed_the_answer_is_one_contact_or_the_sentence(typed):
    try:
        kept = clean_contact(typed)
    except ValidationError as refusal:
        assert refusal.messages == [SENTENCE]
    else:
        assert clean_contact(kept) == kept
        assert kept.count("@") == 1 or phonenumbers.is_valid_number(phonenumbers.parse(kept))


class AskForm(forms.Form):
    name = LineField(error_messages={"required": "Enter your name"})
    contact = ContactField(required=False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Siân   O’Neill ", "Siân O’Neill"),
        ("ناعمة 🌻", "ناعمة 🌻"),
        ("=1+1", "=1+1"),
        ("A\x00mina", "Amina"),
        ("Amina\r\nBcc: x", "Amina Bcc: x"),
    ],
)
def test_a_name_may_be_written_as_people_write_it(typed, kept):
    form = AskForm({"name": typed})
    assert form.is_valid()
    assert form.cleaned_data == {"name": kept, "contact": None}


def test_a_long_name_is_refused_in_a_sentence_and_never_cut():
    form = AskForm({"name": "x" * 500})
    assert form.errors == {"name": ["Use at most 200 characters"]}
    assert "maxlength" not in str(form["name"])


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "\n"])
def test_no_name_is_asked_for(typed):
    assert AskForm({"name": typed}).errors == {"name": ["Enter your name"]}


@pytest.mark.parametrize(
    ("grows", "sentence"),
    [("\ufb2c", "Use at most 200 characters"), ("\ufb03", "Use fewer characters")],
)
def test_a_name_whose_signs_grow_is_refused_before_it_is_stored(grows, sentence):
    assert AskForm({"name": grows * 200}).errors == {"name": [sentence]}
    assert AskForm({"name": grows * 60}).is_valid()


@pytest.mark.parametrize("field", [ContactField, AddressField])
def test_an_address_that_grows_in_lower_case_is_refused(field):
    with pytest.raises(ValidationError):
        field().clean("İ" * 60 + "@" + ".".join(["a" * 46] * 4) + ".org")
