"""What a text costs, and whom it may be sent to (R29, P16)."""

import phonenumbers

# GSM 03.38: these count as one, those below as two; anything else makes the whole text wide.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f[]{}^\\|~€")
NARROW = (160, 153)  # letters in one text, and in each when there are more
WIDE = (70, 67)
MOBILE = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)


def is_narrow(text: str) -> bool:
    """Whether a text can be sent in the letters of which 160 are one text."""
    return all(letter in BASIC or letter in EXTENDED for letter in text)


def letters_of(text: str) -> int:
    """How many letters of one text it takes: some count twice; in a wide text, as UTF-16 counts."""
    if is_narrow(text):
        return sum(2 if letter in EXTENDED else 1 for letter in text)
    return len(text.encode("utf-16-be")) // 2


def parts_of(text: str) -> int:
    """How many texts it is charged as: 1 up to 160 letters, or up to 70 wide ones."""
    letters, (alone, each) = letters_of(text), NARROW if is_narrow(text) else WIDE
    return 1 if letters <= alone else -(-letters // each)


def may_be_texted(number: str, regions: tuple[str, ...]) -> bool:
    """Whether `number` (E.164) is a mobile of one of these regions, like "GB".

    Premium, satellite and foreign numbers run up a bill for whoever types them (T-BIZ-08).
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.is_valid_number(parsed)
        and phonenumbers.region_code_for_number(parsed) in regions
        and phonenumbers.number_type(parsed) in MOBILE
    )
