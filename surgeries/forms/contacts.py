"""How people write their names, and where we reach them."""

import unicodedata

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext_lazy as _

from surgeries.models import Attendee
from surgeries.rules.names import name_key, tidy

LONGEST_CONTACT = 254
LONGEST_KEY = Attendee._meta.get_field("name_key").max_length
WRONG_NUMBER = _("Enter a phone number with 11 digits, like 07400 123456")
WRONG_CONTACT = _("Enter a phone number with 11 digits, like 07400 123456, or an email address")


class LineField(forms.CharField):
    """One line of anybody's writing: any script, any signs, spaces and controls tidied away.

    The browser is not told the length, because it would cut what people paste without a word.
    """

    def __init__(self, *, most=200, **kwargs):
        super().__init__(**kwargs)
        self.validators.append(
            MaxLengthValidator(most, _("Use at most %(limit_value)d characters"))
        )

    def to_python(self, value):
        return tidy(super().to_python(value))

    def run_validators(self, value):
        super().run_validators(value)
        # One sign may be folded into three, and then the name is too long to be looked up.
        if len(name_key(value)) > LONGEST_KEY:
            raise ValidationError(_("Use fewer characters"), code="max_length")


class ContactField(forms.CharField):
    """A phone number or an email address; its value is what `clean_contact` returns, or None."""

    def __init__(self, **kwargs):
        super().__init__(strip=False, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        return clean_contact(value) if value else None


class PhoneField(ContactField):
    """A phone number and no address, in E.164."""

    def clean(self, value):
        try:
            number = super().clean(value)
        except ValidationError as error:
            raise ValidationError(WRONG_NUMBER, code="invalid") from error
        if number and "@" in number:
            raise ValidationError(WRONG_NUMBER, code="invalid")
        return number


def clean_contact(text):
    """An email address in lower case, or a phone number in E.164, GB where no country is said.

    Raises ValidationError for anything else, so that nobody smuggles in a second address.
    """
    text = unicodedata.normalize("NFC", text or "")
    if any(unicodedata.category(sign) == "Cc" for sign in text):
        raise ValidationError(WRONG_CONTACT, code="invalid")
    text = text.strip()
    return _email(text) if "@" in text else _phone(text)


def _email(text):
    text = text.lower()  # First of all: it may make an address longer.
    # Quoted, two addresses are a lawful one, and some mail servers would send to both.
    if len(text) > LONGEST_CONTACT or '"' in text:
        raise ValidationError(WRONG_CONTACT, code="invalid")
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValidationError(WRONG_CONTACT, code="invalid") from error
    return text


def _phone(text):
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException as error:
        raise ValidationError(WRONG_CONTACT, code="invalid") from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise ValidationError(WRONG_CONTACT, code="invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
