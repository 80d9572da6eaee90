"""How a text is written, what it costs, and whom it may be sent to (R29, P16, T-INJ-13)."""

import datetime
import re
import unicodedata

import phonenumbers

# GSM 03.38: these count as one, those below as two; anything else makes the whole text wide.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f[]{}^\\|~€")
NARROW = (160, 153)  # letters in one text, and in each when there are more
WIDE = (70, 67)
# Typographers' signs and letters that no decomposition turns into plain ones.
PLAINER = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʻʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·", "-"),
        "…": "...",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "œ": "oe",
        "Œ": "OE",
        "ı": "i",
        "ħ": "h",
        "Ħ": "H",
    }
)
# What a phone would turn into something to tap: win.example, a path, 0906 123 4567.
TO_TAP = re.compile(r"[/:@\\]|\.\S|\d[\d ]{5,}")
EVERY_SERIES = "all:texts"
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


def plain(text: str) -> str:
    """`text` on one line and in the letters of which 160 are one text; what has none is left out.

    "Zoë’s café" keeps é and loses nothing but the slant of its quote; "Łódź" is "Lodz".
    """
    letters = "".join(_plain(letter) for letter in text.translate(PLAINER))
    return " ".join(letters.split())


def _plain(letter: str) -> str:
    if letter in BASIC or letter in EXTENDED or letter.isspace():
        return letter
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in parts if part in BASIC or part in EXTENDED)


def plain_name(name: str, most: int) -> str:
    """A name that strangers may have typed, plain and at most `most` letters long, or "".

    Cut between words where that keeps half of it. Nothing is left of one that a phone would make
    a link or a number to ring of: nobody may send their own through us (T-INJ-13).
    """
    name = plain(name)
    if TO_TAP.search(name):
        return ""
    while letters_of(name) > most:
        shorter, _space, _word = name[:-1].rpartition(" ")
        name = shorter if len(shorter) * 2 >= most else name[:-1].rstrip()
    return name.rstrip(" ,-")


def takes_replies(sender: str) -> bool:
    """Whether whoever gets a text from `sender` can answer it: a number can, a word cannot.

    "MG…" is a messaging service of Twilio, which sends from numbers.
    """
    return not re.search("[A-Za-z]", sender) or bool(re.fullmatch("MG[0-9a-f]{32}", sender))


def series_scope(series_pk: int) -> str:
    """The name of the quota that counts the texts of one series."""
    return f"series:{series_pk}:texts"


def month_of(now: datetime.datetime) -> datetime.date:
    """The first day of the month whose texts are counted together; months begin in UTC."""
    return now.astimezone(datetime.UTC).date().replace(day=1)


def in_e164(number: str, region: str) -> str:
    """A number as contacts are stored, like "+447400123456"; "" for what is none.

    Providers write it with its plus, without, or as at home in `region`.
    """
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


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
