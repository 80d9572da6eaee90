"""What we keep about people: the one registry of every field of every table.

Each stands here as not personal or under a rule of `surgeries.rules.retention`; a house test walks
the models and names whoever forgot.
"""

from surgeries.rules.retention import (
    ACCESS_NEEDS,
    ACCOUNTS,
    ATTENDEES,
    BACK_OFFICE_LOG,
    CARDS,
    CONNECTORS,
    COUNTED,
    HELPERS,
    IMPORT_DRAFTS,
    IMPORTS,
    INVITATIONS,
    MESSAGES,
    PROSPECTS,
    PUBLISHED,
    QUOTAS,
    REPLIES,
    SESSIONS,
    TEAM,
    WORDS_FOR_NETWORKS,
    Rule,
)

NOT_PERSONAL: dict[str, tuple[str, ...]] = {
    "accounts.User": ("id", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
    "surgeries.Series": (
        *("id", "name", "slug", "town", "about", "time_zone", "usual_start", "usual_minutes"),
        *("places_per_helper", "opens_days_ahead", "sprung_from", "created_at", "imported_by"),
        *("writes_from", "writes_until", "sends_texts", "texts_a_month", "suggests_more_places"),
        "hides_below",
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
        *("id", "series", "venue", "on", "month", "starts_at", "ends_at", "state"),
        *("schedule_version", "organiser_helps", "places_wanted", "head_count", "created_at"),
        *("published_at", "moved_at", "cancelled_at", "closed_at", "everyone_at", "imported_by"),
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
        *("imported_by", "about", "hoped_for", "languages", "removed_at"),
    ),
    "surgeries.Belonging": ("id", "network"),
    "surgeries.Group": ("id", "series", "name", "key", "networks", "created_at"),
    "surgeries.Group_networks": ("id", "group", "network"),
    "surgeries.Alias": ("id", "series", "kind", "network", "created_at"),
    "surgeries.Prospect": ("id", "series", "list", "network", "card", "created_at"),
    "surgeries.Card": (
        *("id", "series", "network", "kind", "figure", "created_at", "answered_at"),
        *("dismissed_at", "reason"),
    ),
    "surgeries.Connector": ("id", "network", "created_at", "link_version", "removed_at"),
    "surgeries.InviteLink": (
        *("id", "network", "code", "passed_on_by", "created_at", "switched_off_at"),
    ),
    "surgeries.LinkOpens": ("id", "link", "on", "times"),
    "surgeries.ImportRun": ("id", "series", "started_at", "undone_at", "summary"),
    "surgeries.ImportDraft": ("id", "series", "created_at"),
    "surgeries.SharedView": (
        *("id", "series", "network", "created_at", "revoked_at", "link_version", "link_hash"),
    ),
    "surgeries.FoldedMonth": (
        *("id", "series", "month", "evenings", "surgeries", "written_down", "head_count"),
        *("left_out", "only_said", "only_followed", "both", "agree", "neither", "not_understood"),
    ),
    "surgeries.MonthFigures": (
        *("id", "folded", "network", "booked", "came", "did_not_come", "walk_ins", "new_people"),
        "surgeries",
    ),
    "surgeries.Message": (
        *("id", "key", "series", "kind", "channel", "schedule_version", "covers_from", "covers_to"),
        *("owed_at", "next_at", "expires_at", "attempts_made", "uncertain", "lease_token"),
        *("lease_until", "provider_ref", "parts", "surgery"),
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
            "brought_by": "the person who booked for you",
            "name_shown_from": "since when that person may see that you are coming",
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
            "role": "what you do there",
            "agreed_at": "when you agreed that we keep your name",
            "contact": "how we reach you",
            "ask_by": "how you like to be asked",
            "note": "what we noted to remember",
            "digest_from": "since when you get a note before each surgery",
            "link_hash": "your secret link",
            "page_off_at": "when your page was switched off",
        },
    },
    "surgeries.Belonging": {
        HELPERS: {
            "helper": "networks you belong to, as a helper",
            "agreed_at": "when you agreed that we note it and may ask you to introduce us",
        },
        ATTENDEES: {"attendee": "networks you belong to"},
        TEAM: {"user": "networks you belong to, as one of the team"},
    },
    "surgeries.Alias": {
        WORDS_FOR_NETWORKS: {
            "words": "words that stand for you or your group",
            "key": "those words, as compared",
            "connector": "the person they mean",
        },
        TEAM: {"made_by": "answers you explained"},
    },
    "surgeries.Prospect": {
        PROSPECTS: {
            "who": "your name on a list of people to ask",
            "note": "what was noted about you",
            "asked_at": "when you were asked",
        },
    },
    "surgeries.Card": {
        CARDS: {"reason_words": "why a card was put aside"},
        TEAM: {"made_by": "cards you answered or put aside"},
    },
    "surgeries.InviteLink": {
        CONNECTORS: {"connector": "links made for you"},
        TEAM: {"made_by": "links you made"},
    },
    "surgeries.SharedView": {
        TEAM: {"made_by": "pages of figures you made", "for_whom": "whom they are for"},
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
            "connector": "messages about your page",
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
