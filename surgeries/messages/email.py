"""A message row → an email, ready to be sent. Renders; never sends."""

import email.policy
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template import Context
from django.template.loader import get_template

from surgeries.states import BookingState, MessageKind

from .calendar import calendar_of, evening_of
from .facts import facts_of, no_address, organisers_of
from .wanted import recipient_of

WITH_A_CALENDAR_FILE = (
    MessageKind.CONFIRMATION,
    MessageKind.PLACE_FOUND,
    MessageKind.NEXT_TIME,
    MessageKind.BOOKING_CHANGED,
    MessageKind.BOOKING_CANCELLED,
    MessageKind.SURGERY_MOVED,
    MessageKind.SURGERY_CANCELLED,
    MessageKind.OFFER_ACCEPTED,
    MessageKind.HELPING_ADDED,
    MessageKind.NIGHT_OFF,
    MessageKind.HELPING_MOVED,
    MessageKind.HELPING_CANCELLED,
)
LONGEST_SUBJECT = 200
# The same headers and line ends for every server; no line of the content is longer than 76.
POLICY = email.policy.SMTP.clone(cte_type="7bit")
UNFOLDED = POLICY.clone(max_line_length=998)

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)


class NoSuchAddress(ValueError):
    """An address that no letter can be sent to: two of them, a line break, other letters."""


@dataclass(frozen=True)
class Letter:
    """One email to one person: envelope addresses and the bytes between them (CRLF lines)."""

    sender: str
    recipient: str
    content: bytes


def letter_for(message, now) -> Letter:
    """Put one message into words, as things are at `now`; wants it loaded `with_person`.

    The Message-ID is the row's, so the same message sent again is the same letter. Raises
    NoSuchAddress before anything is written.
    """
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    recipient = one_address(recipient_of(message))
    facts = facts_of(message, now)
    mail = EmailMessage(policy=POLICY)
    mail["From"] = _named(message.series.name, sender)
    mail["To"] = Address(addr_spec=recipient)
    if organisers := organisers_of(message.series):
        mail["Reply-To"] = [Address(addr_spec=one_address(email)) for email in organisers]
    mail["Subject"] = " ".join(_written(message.kind, "subject.txt", facts).split())[
        :LONGEST_SUBJECT
    ]
    mail["Date"] = now
    mail["Message-ID"] = f"<{message.pk}@{urlsplit(settings.SITE_URL).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_paragraphs(_written(message.kind, "txt", facts)), cte="quoted-printable")
    page = get_template(f"messages/{message.kind}.html").render(facts)
    mail.add_alternative(_inliner.inline(page), subtype="html", cte="quoted-printable")
    if message.kind in WITH_A_CALENDAR_FILE and not _only_waits(message):
        _attach_calendar(mail, message)
    return Letter(sender, recipient, _bytes_of(mail))


def one_address(text: str) -> str:
    """The one address in `text`, as SMTP wants it; raises NoSuchAddress for anything else."""
    try:
        validate_email(text)
        name, _at, domain = text.rpartition("@")
        address = f"{name}@{domain.encode('idna').decode()}"
        Address(addr_spec=address)
        address.encode("ascii")
    except (ValidationError, ValueError, IndexError) as fault:
        raise NoSuchAddress("This is not an address that mail can go to.") from fault
    return address


def _named(name, address):
    return Address(display_name=no_address(" ".join(name.split())), addr_spec=address)


def _written(kind, part, facts):
    """A text part. Nothing in it is markup, so nothing is escaped."""
    template = get_template(f"messages/{kind}.{part}").template
    return template.render(Context(facts, autoescape=False))


def _paragraphs(text):
    """Trimmed lines, with one empty line at most between them."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


def _bytes_of(mail):
    """Headers folded only where other letters make it necessary.

    Python folds some long subjects before their first word, and mail programs show a space there.
    """
    plain = all(str(value).isascii() for value in mail.values())
    return mail.as_bytes(policy=UNFOLDED if plain else POLICY)


def _only_waits(message):
    """She has no time yet that a calendar could hold."""
    return message.booking and message.booking.state == BookingState.WAITING


def _attach_calendar(mail, message):
    file = calendar_of(message.booking) if message.booking else evening_of(message.helping)
    mail.add_attachment(file, maintype="text", subtype="calendar", filename="surgery.ics")
