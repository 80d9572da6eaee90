"""Enough is enough: how much anybody may send, kind to a library with one address (P16)."""

import datetime
from dataclasses import dataclass

FORMS_OF_A_CONTACT = 10  # an hour
TO_COME_OF_A_CONTACT = 20  # bookings, of all series together
BROUGHT_TO_A_SURGERY = 12  # people whom one connector books without a contact
FORMS_IN_A_HURRY = 10  # an hour, of one address
FORMS_OF_AN_ADDRESS = 60  # an hour
WRONG_SECRETS_OF_AN_ADDRESS = 20  # a minute
OPEN_FOR = datetime.timedelta(seconds=5)


@dataclass(frozen=True)
class Seen:
    """How many different forms came within an hour, and for one contact within a day, this too."""

    from_address: int = 0
    of_contact: int = 0
    today: int = 0


def is_a_flood(seen: Seen) -> bool:
    """More than people send, however many share an address."""
    return seen.from_address > FORMS_OF_AN_ADDRESS or seen.of_contact > FORMS_OF_A_CONTACT


def is_in_a_hurry(seen: Seen, open_for: datetime.timedelta) -> bool:
    """Whether one more of many forms was filled in faster than anybody reads it."""
    return seen.from_address > FORMS_IN_A_HURRY and open_for < OPEN_FOR
