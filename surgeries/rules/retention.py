"""Why we keep what we keep about people, for how long, and how it goes.

`surgeries.rules.kept` puts every field under one of these rules, and `surgeries.actions.privacy`
carries them out each night (R70, R71; domain.md D.5 for the reasons).
"""

from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta


@dataclass(frozen=True)
class Rule:
    """Why a personal field is held, how long after what it goes, and how.

    `keep` of None means: no night job ends it, the person or her team does.
    """

    basis: str
    keep: relativedelta | None
    after: str
    erased: str

    def cutoff(self, now: datetime) -> datetime:
        """What happened before this instant is due to go."""
        if self.keep is None:
            raise ValueError("Nothing falls due under a rule without an end.")
        return now - self.keep


LEGITIMATE_INTERESTS = "legitimate interests: running what the person booked or offered"

ATTENDEES = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=relativedelta(months=12),
    after="the last thing she did, or the last surgery she booked",
    erased="blanked; her bookings stay as counts without a name, and her links end",
)
ACCESS_NEEDS = Rule(
    basis="explicit consent: a tick, stored with its time",
    keep=relativedelta(days=7),
    after="the last surgery she booked",
    erased="blanked",
)
HELPERS = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=relativedelta(months=24),
    after="the last thing the helper did, or the last evening offered",
    erased="blanked; the evenings stay as counts without a name, and their links end",
)
CONNECTORS = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=relativedelta(months=24),
    after="the last link made for her, or the last booking through her",
    erased="row deleted; links and bookings stay with the network",
)
WORDS_FOR_NETWORKS = Rule(
    basis="legitimate interests: knowing who brings people; an answer may name somebody",
    keep=relativedelta(months=24),
    after="the day somebody explained the answer",
    erased="row deleted; what it explained stays with the bookings",
)
PROSPECTS = Rule(
    basis="legitimate interests: asking people whether they would like to come or help",
    keep=relativedelta(months=12),
    after="the day the line was written or the person asked",
    erased="row deleted",
)
CARDS = Rule(
    basis="legitimate interests: knowing what was tried; a reason may name somebody",
    keep=relativedelta(months=12),
    after="the day the card was answered or put aside",
    erased="row deleted",
)
INVITATIONS = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=relativedelta(months=12),
    after="the invitation",
    erased="row deleted",
)
MESSAGES = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=relativedelta(months=12),
    after="the last moment it could be sent",
    erased="row deleted, with every try; its words and address were never stored",
)
REPLIES = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=relativedelta(months=3),
    after="the text",
    erased="row deleted",
)
QUOTAS = Rule(
    basis="legitimate interests: nobody floods you with messages, or us with bills",
    keep=relativedelta(days=40),
    after="the day or month; the contact stands there only as a keyed hash",
    erased="row deleted",
)
ACCOUNTS = Rule(
    basis="a contract in all but name: she signed up to use it",
    keep=relativedelta(months=24),
    after="the last sign-in of somebody who belongs to no team",
    erased="row deleted, as by her own leaving",
)
SESSIONS = Rule(
    basis="strictly necessary for staying signed in",
    keep=relativedelta(),
    after="the end of the session (90 days)",
    erased="row deleted",
)
BACK_OFFICE_LOG = Rule(
    basis="legitimate interests: knowing who changed what",
    keep=relativedelta(months=12),
    after="the entry",
    erased="row deleted",
)
TEAM = Rule(
    basis="legitimate interests: who may see the people of a series",
    keep=None,
    after="",
    erased="row deleted when she leaves the team or is removed",
)
PUBLISHED = Rule(
    basis="published by the organiser so that people can ring",
    keep=None,
    after="",
    erased="changed by the organiser in the settings of the series",
)
IMPORTS = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=relativedelta(months=12),
    after="the import",
    erased="blanked",
)
IMPORT_DRAFTS = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=relativedelta(days=1),
    after="the upload of a table that nobody has said yes to",
    erased="row deleted",
)
# What a person did, chose or was asked. It names nobody once the row it points to is blank.
COUNTED = Rule(
    basis=LEGITIMATE_INTERESTS,
    keep=None,
    after="",
    erased="stays as a count; the name goes with the person's row",
)
