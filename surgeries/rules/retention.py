"""What we keep about people, why, for how long, and how it goes: the one registry.

Every field of every table stands here, either as not personal or under a rule; a house test walks
the models and names whoever forgot. `surgeries.actions.privacy` carries the rules out each night
(R70, R71; domain.md D.5 for the reasons).
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

NOT_PERSONAL: dict[str, tuple[str, ...]] = {
    "accounts.User": ("id", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
    "surgeries.Series": (
        *("id", "name", "slug", "town", "about", "time_zone", "usual_start", "usual_minutes"),
        *("places_per_helper", "opens_days_ahead", "sprung_from", "created_at", "imported_by"),
        *("writes_from", "writes_until", "sends_texts", "texts_a_month", "suggests_more_places"),
    ),
    "surgeries.ReminderTime": ("id", "series", "kind", "on", "days_before", "at"),
    "surgeries.Wording": ("id", "series", "kind", "subject", "email", "text"),
    "surgeries.PromiseCheck": ("id", "checked_at", "broken"),
    "surgeries.Quota": ("id", "period", "used", "most"),
    "surgeries.Reply": ("id", "series", "provider_ref"),
    "surgeries.TeamMember": ("id", "series", "digest_version"),
    "surgeries.TeamInvitation": ("id", "series", "hand_over", "link_version", "link_hash"),
    "surgeries.Venue": (
        *("id", "series", "name", "address", "postcode", "find_the_door", "nearest_stop", "bring"),
        *("free", "wifi", "step_free", "hot_drinks", "quiet_corner", "latitude", "longitude"),
    ),
    "surgeries.Surgery": (
        *("id", "series", "venue", "on", "starts_at", "ends_at", "state", "schedule_version"),
        *("organiser_helps", "places_wanted", "head_count", "created_at", "published_at"),
        *("moved_at", "cancelled_at", "closed_at", "everyone_at", "imported_by"),
    ),
    "surgeries.Slot": ("id", "surgery", "starts_at"),
    "surgeries.Place": ("id", "surgery", "slot", "number"),
    "surgeries.Attendee": ("id", "series", "created_at", "erased_at", "imported_by"),
    "surgeries.Booking": (
        *("id", "surgery", "slot", "place", "party", "party_number", "request_key"),
        *("link_version", "calendar_version", "imported_by", "imported", "moved_from"),
    ),
    "surgeries.Booking_accepts": ("id", "booking", "slot"),
    "surgeries.Helper": ("id", "series", "created_at", "erased_at"),
    "surgeries.Helping": ("id", "surgery", "link_version", "calendar_version"),
    "surgeries.Network": (
        *("id", "series", "name", "key", "kind", "area", "private", "suggested_from", "created_at"),
        "imported_by",
    ),
    "surgeries.Connector": ("id", "network", "created_at"),
    "surgeries.InviteLink": ("id", "network", "code", "created_at", "switched_off_at"),
    "surgeries.ImportRun": ("id", "series", "started_at", "undone_at", "summary"),
    "surgeries.ImportDraft": ("id", "series", "created_at"),
    "surgeries.Message": (
        *("id", "key", "series", "kind", "channel", "schedule_version", "covers_from", "covers_to"),
        *("owed_at", "next_at", "expires_at", "attempts_made", "uncertain", "lease_token"),
        *("lease_until", "provider_ref", "parts"),
    ),
    "surgeries.Attempt": ("id", "message", "number", "worker", "started_at", "finished_at"),
    "surgeries.Heartbeat": ("name", "at"),
}

# Field -> the name it has in a download of one's own data.
PERSONAL: dict[str, dict[Rule, dict[str, str]]] = {
    "accounts.User": {
        ACCOUNTS: {
            "email": "your email address",
            "name": "your name",
            "password": "(never set)",
            "date_joined": "when you joined",
            "last_login": "when you last signed in",
        },
    },
    "surgeries.Series": {
        PUBLISHED: {"phone": "the number people ring", "ring_name": "who answers it"},
        TEAM: {
            "started_by": "series you started",
            "sprung_from_person": "series that grew from you",
        },
    },
    "surgeries.TeamMember": {
        TEAM: {
            "user": "teams you belong to",
            "role": "your role",
            "daily_digest": "whether you get a daily digest",
            "joined_at": "when you joined the team",
        },
    },
    "surgeries.TeamInvitation": {
        INVITATIONS: {
            "email": "where we invited you",
            "role": "the role you were offered",
            "invited_by": "who invited you",
            "invited_at": "when we invited you",
            "accepted_at": "when you accepted",
            "withdrawn_at": "when it was withdrawn",
        },
    },
    "surgeries.Attendee": {
        ATTENDEES: {
            "name": "your name",
            "name_key": "your name, as compared",
            "contact": "how we reach you",
            "group": "your group or club",
            "news_agreed_at": "when you agreed to news",
            "news_wording": "the words you agreed to",
            "no_messages_from": "since when you want to be rung and not written to",
        },
        ACCESS_NEEDS: {
            "access_needs": "what would help you",
            "access_needs_agreed_at": "when you agreed that we keep it",
        },
        COUNTED: {
            "first_network": "who told you first",
            "last_active_at": "when you last did something here",
        },
    },
    "surgeries.Booking": {
        ATTENDEES: {"said": "who told you, in your words", "link_hash": "your secret link"},
        COUNTED: {
            "attendee": "you",
            "state": "your booking",
            "outcome": "whether you came",
            "outcome_at": "when that was noted",
            "outcome_source": "how we know",
            "walked_in": "whether you walked in",
            "goal": "what you wanted to get done",
            "level": "how confident you feel",
            "said_network": "the network you named",
            "followed_link": "the link you followed",
            "followed_network": "the network of that link",
            "credited_network": "the network we thank",
            "credited_connector": "the person we thank",
            "confirmed_at": "when you said you will be there",
            "booked_at": "when you booked",
            "booked_by": "who booked for you",
            "reminded": "whether you were reminded",
            "rung_at": "when we rang you",
            "cancelled_at": "when it was cancelled",
            "cancelled_late": "whether that was on the last day",
            "brings_supporter": "whether a supporter or interpreter comes with you",
            "waiting_since": "since when you waited for a place",
            "goes_first": "whether you were promised the next place",
            "accepts": "the times that would have suited you",
            "ring_outcome": "what you said when we rang",
            "untold_from": "since when we had news to ring you about",
            "sets_off_at": "when you meant to set off",
        },
    },
    "surgeries.Helper": {
        HELPERS: {
            "name": "your name",
            "email": "your email address",
            "can_help_with": "what you can help with",
            "goals": "what you would like to help with",
            "languages": "the languages you speak",
            "name_public_from": "since when your name may be shown",
            "code_agreed_at": "when you agreed to what we ask of helpers",
            "regular_from": "since when you help most times",
        },
        COUNTED: {"last_active_at": "when you last did something here"},
    },
    "surgeries.Helping": {
        HELPERS: {"link_hash": "your secret link"},
        COUNTED: {
            "helper": "you",
            "style": "how you wanted to help",
            "state": "your offer",
            "outcome": "whether you came",
            "withdrawal": "who said that you do not come",
            "helps_from": "from what time you helped",
            "helps_until": "until what time you helped",
            "offered_at": "when you offered",
            "answered_at": "when we answered",
        },
    },
    "surgeries.Connector": {
        CONNECTORS: {
            "name": "your name",
            "key": "your name, as compared",
            "name_shown_from": "since when your name may be shown",
        },
    },
    "surgeries.InviteLink": {
        CONNECTORS: {"connector": "links made for you"},
        TEAM: {"made_by": "links you made"},
    },
    "surgeries.ImportRun": {
        IMPORTS: {
            "filename": "the file you imported",
            "before": "what stood in your bookings before an import",
        },
        TEAM: {"started_by": "imports you started"},
    },
    "surgeries.ImportDraft": {
        IMPORT_DRAFTS: {
            "owner": "tables you uploaded",
            "filename": "the file you uploaded",
            "text": "the table in it",
        },
    },
    "surgeries.Message": {
        MESSAGES: {
            "booking": "messages about your bookings",
            "helping": "messages about your evenings",
            "invitation": "messages about your invitation",
            "member": "your digests",
            "state": "what became of it",
            "sent_at": "when it was sent",
            "last_error": "why it was not sent",
            "receipt": "whether it arrived",
            "receipt_at": "when we heard of that",
        },
    },
    "surgeries.Reply": {
        REPLIES: {
            "attendee": "texts you wrote to us",
            "booking": "the booking it was about",
            "text": "what you wrote",
            "meaning": "what we understood",
            "received_at": "when you wrote it",
            "read_at": "when somebody read it",
        },
    },
    "surgeries.Quota": {QUOTAS: {"scope": "how much was sent to you today"}},
    "surgeries.Attempt": {MESSAGES: {"outcome": "what the mail server said"}},
}

# Tables of others, as a whole: under one rule, or None where they hold nothing about people.
TABLES_OF_OTHERS: dict[str, Rule | None] = {
    "account.EmailAddress": ACCOUNTS,
    "account.EmailConfirmation": ACCOUNTS,
    "sessions.Session": SESSIONS,
    "admin.LogEntry": BACK_OFFICE_LOG,
    "auth.Group": None,
    "auth.Group_permissions": None,
    "auth.Permission": None,
    "accounts.User_groups": None,
    "accounts.User_user_permissions": None,
    "contenttypes.ContentType": None,
}
