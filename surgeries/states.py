"""Every word a row can wear, and every named set of them."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    ORGANISER = "organiser", _("organiser")
    HELPER = "helper", _("helper")
    DOOR = "door", _("door")


class SurgeryState(TextChoices):
    DRAFT = "draft", _("not published yet")
    PUBLISHED = "published", _("published")
    CANCELLED = "cancelled", _("cancelled")
    CLOSED = "closed", _("closed")


OPEN = (SurgeryState.DRAFT, SurgeryState.PUBLISHED)
PUBLIC = (SurgeryState.PUBLISHED, SurgeryState.CLOSED, SurgeryState.CANCELLED)


class BookingState(TextChoices):
    BOOKED = "booked", _("booked")
    WAITING = "waiting", _("waiting")
    DISPLACED = "displaced", _("without a chair")
    CANCELLED = "cancelled", _("cancelled")


LIVE = (BookingState.BOOKED, BookingState.WAITING, BookingState.DISPLACED)
EXPECTED_ON_THE_NIGHT = (BookingState.BOOKED, BookingState.DISPLACED)


class Outcome(TextChoices):
    NOT_RECORDED = "not_recorded", _("not recorded")
    CAME = "came", _("came")
    DID_NOT_COME = "did_not_come", _("did not come")


RECORDED = (Outcome.CAME, Outcome.DID_NOT_COME)


class OutcomeSource(TextChoices):
    """How we know an outcome. Only one tapped by hand outranks an import."""

    TAPPED = "tapped", _("tapped on the register")
    EVERYONE = "everyone", _("That's everyone")
    IMPORTED = "imported", _("imported")


class HelpingState(TextChoices):
    OFFERED = "offered", _("offered")
    CONFIRMED = "confirmed", _("coming")
    WITHDRAWN = "withdrawn", _("not coming")


class HelpingStyle(TextChoices):
    JUST_ONCE = "just_once", _("Just this once")
    SIT_BESIDE = "sit_beside", _("Sit beside someone first")
    REGULAR = "regular", _("Most times")


class Level(IntegerChoices):
    STARTING_OUT = 1, _("I’m just starting out")
    GETTING_BY = 2, _("I get by")
    CONFIDENT = 3, _("I’m confident, I want to do more")


class Goal(TextChoices):
    TELL = "tell", _("Tell people what our group does")
    NEWS = "news", _("Get our news out each month")
    TOUCH = "touch", _("Keep members in touch")
    FOUND = "found", _("Be found on Facebook")
    FUNDING = "funding", _("Find funding or volunteers")
    SAFE = "safe", _("Stay safe online")
    ELSE = "else", _("Something else")
    UNSURE = "unsure", _("Not sure yet")


class NetworkKind(TextChoices):
    GROUP = "group", _("A community group or club")
    RESIDENTS = "residents", _("Tenants or residents")
    FAITH = "faith", _("A faith group")
    HEALTH = "health", _("A health group")
    SUPPORT = "support", _("A support group")
    UNION = "union", _("A union")
    COUNCIL = "council", _("A council or public service")
    CHARITY = "charity", _("A charity or voluntary service")
    OTHER = "other", _("Something else")


PRIVATE_BY_DEFAULT = (
    NetworkKind.FAITH,
    NetworkKind.HEALTH,
    NetworkKind.SUPPORT,
    NetworkKind.UNION,
)


class Channel(TextChoices):
    EMAIL = "email", _("email")


class MessageKind(TextChoices):
    CONFIRMATION = "confirmation", _("Confirmation")
    REMINDER_3_DAYS = "reminder_3_days", _("Reminder, 3 days before")
    REMINDER_1_DAY = "reminder_1_day", _("Reminder, the day before")
    BOOKING_CHANGED = "booking_changed", _("Booking changed")
    BOOKING_CANCELLED = "booking_cancelled", _("Booking cancelled")
    SURGERY_MOVED = "surgery_moved", _("Surgery moved")
    SURGERY_CANCELLED = "surgery_cancelled", _("Surgery cancelled")
    LINK_AGAIN = "link_again", _("Link sent again")
    OFFER_RECEIVED = "offer_received", _("Offer to help received")
    OFFER_ACCEPTED = "offer_accepted", _("Offer to help accepted")
    HELPING_MOVED = "helping_moved", _("Surgery moved, to a helper")
    HELPING_CANCELLED = "helping_cancelled", _("Surgery cancelled, to a helper")
    TEAM_INVITATION = "team_invitation", _("Invitation to the team")
    DAILY_DIGEST = "daily_digest", _("Daily digest")


REMINDERS = (MessageKind.REMINDER_3_DAYS, MessageKind.REMINDER_1_DAY)
NOTICES = (
    MessageKind.SURGERY_MOVED,
    MessageKind.SURGERY_CANCELLED,
    MessageKind.HELPING_MOVED,
    MessageKind.HELPING_CANCELLED,
)


class MessageState(TextChoices):
    QUEUED = "queued", _("waiting")
    CLAIMED = "claimed", _("waiting")
    SENDING = "sending", _("on its way")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not sent")
    EXPIRED = "expired", _("too late to send")
    CANCELLED = "cancelled", _("no longer needed")
    REVIEW = "review", _("in doubt")


LEASED = (MessageState.CLAIMED, MessageState.SENDING)
WANTS_A_PERSON = (MessageState.REVIEW, MessageState.FAILED)


class Verdict(TextChoices):
    TOO_FEW = "too few to say", _("too few to say")
    INCOMPLETE = "register incomplete", _("register incomplete")
    PHONE_CALL = "worth a phone call", _("worth a phone call")
    GOING_WELL = "going well", _("going well")
    AS_EXPECTED = "as expected", _("as expected")
