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
WANTS_A_PLACE = (BookingState.WAITING, BookingState.DISPLACED)


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
    CONNECTOR = "connector", _("said by who brought them")


class RingOutcome(TextChoices):
    """What came of a call, in one tap (R26)."""

    COMING = "coming", _("is coming")
    GIVEN = "given", _("has the place")
    CANNOT = "cannot", _("can’t come")
    TOLD = "told", _("has been told")
    NO_ANSWER = "no_answer", _("no answer")


class HelpingState(TextChoices):
    OFFERED = "offered", _("offered")
    CONFIRMED = "confirmed", _("coming")
    WITHDRAWN = "withdrawn", _("not coming")


STILL_MEANT = (HelpingState.OFFERED, HelpingState.CONFIRMED)


class Withdrawal(TextChoices):
    """Whose word it was that a helper does not come. The organiser may take back her own."""

    HERSELF = "herself", _("cannot come")
    PASSED_ON = "passed_on", _("cannot come, as you noted")
    NIGHT_OFF = "night_off", _("has the night off")


BY_THE_ORGANISER = (Withdrawal.PASSED_ON, Withdrawal.NIGHT_OFF)


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


# What somebody can offer to help with: all that is a thing to do.
SKILLS = tuple(goal for goal in Goal if goal not in (Goal.ELSE, Goal.UNSURE))


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


class AskBy(TextChoices):
    """How a connector likes to be asked."""

    CALL = "call", _("by a call")
    TEXT = "text", _("by text")
    EMAIL = "email", _("by email")
    IN_PERSON = "in_person", _("face to face")


class PassedOnBy(TextChoices):
    """The way an invite link goes round; each has a link of its own, so that we know (R10)."""

    LINK = "link", _("a plain link")
    WHATSAPP = "whatsapp", _("WhatsApp")
    FACEBOOK = "facebook", _("Facebook")
    EMAIL = "email", _("email")
    NEWSLETTER = "newsletter", _("a newsletter")
    POSTER = "poster", _("a poster")
    CARD = "card", _("a table card")
    CONNECTOR_PAGE = "connector_page", _("the connector’s own page")


class Paper(TextChoices):
    """What a share kit is printed on."""

    A4 = "a4", _("A4 poster")
    A5 = "a5", _("A5 poster")
    CARD = "card", _("table card, A4 to fold")


class AliasKind(TextChoices):
    """Why some words mean a network."""

    CODE_WORD = "code_word", _("a code word")
    FORMER_NAME = "former_name", _("the name of a network it took in")
    ANSWER = "answer", _("an answer that you explained")


class Language(TextChoices):
    """Languages that people in a network may read; the codes are those of ISO 639."""

    EN = "en", _("English")
    AR = "ar", _("Arabic")
    BN = "bn", _("Bengali")
    ZH = "zh", _("Chinese")
    FR = "fr", _("French")
    GU = "gu", _("Gujarati")
    HI = "hi", _("Hindi")
    FA = "fa", _("Persian")
    PL = "pl", _("Polish")
    PT = "pt", _("Portuguese")
    PA = "pa", _("Punjabi")
    RO = "ro", _("Romanian")
    SO = "so", _("Somali")
    ES = "es", _("Spanish")
    TR = "tr", _("Turkish")
    UK = "uk", _("Ukrainian")
    UR = "ur", _("Urdu")
    CY = "cy", _("Welsh")


class RecipeList(TextChoices):
    """The three lists of the 2009 recipe."""

    MIGHT_COME = "might_come", _("people who might come")
    BIG_LISTS = "big_lists", _("people who know many people")
    MIGHT_HELP = "might_help", _("people who might help")


class CardKind(TextChoices):
    """What an organiser is shown when reaching people is not working (L2, R63)."""

    NOT_WORKING = "not_working", _("not working")
    QUIET = "quiet", _("gone quiet")
    ONE_NETWORK = "one_network", _("most people come through one network")
    NEVER_ASKED = "never_asked", _("never asked")
    ON_THE_LISTS = "on_the_lists", _("on the lists, not asked")


class PutAsideFor(TextChoices):
    """Why an organiser puts a card aside."""

    IN_HAND = "in_hand", _("I am on to it already")
    KNOWN = "known", _("I know why")
    NOT_NOW = "not_now", _("Not now")
    NOT_FOR_US = "not_for_us", _("It does not fit us")
    DONE = "done", _("It is done")


class Channel(TextChoices):
    EMAIL = "email", _("email")
    TEXT = "text", _("text")


class WhyNot(TextChoices):
    """Why somebody gets no reminder."""

    BOOKED_TOO_LATE = "booked_too_late", _("booked too late")
    JUST_TOLD = "just_told", _("has just been told")
    WANTS_A_RING = "wants_a_ring", _("wants a ring")
    ONLY_A_PHONE = "only_a_phone", _("phone number only")
    NO_ADDRESS = "no_address", _("no address")


class MessageKind(TextChoices):
    CONFIRMATION = "confirmation", _("Confirmation")
    WAITING = "waiting", _("On the waiting list")
    PLACE_FOUND = "place_found", _("A place has come free")
    COME_ALONG = "come_along", _("Come along without a place")
    DISPLACED = "displaced", _("No chair after all")
    NEXT_TIME = "next_time", _("Moved to the next time")
    REMINDER_EARLY = "reminder_early", _("Early reminder")
    REMINDER_FIRST = "reminder_first", _("First reminder")
    REMINDER_LAST = "reminder_last", _("Last reminder")
    BOOKING_CHANGED = "booking_changed", _("Booking changed")
    BOOKING_CANCELLED = "booking_cancelled", _("Booking cancelled")
    SURGERY_MOVED = "surgery_moved", _("Surgery moved")
    SURGERY_CANCELLED = "surgery_cancelled", _("Surgery cancelled")
    LINK_AGAIN = "link_again", _("Link sent again")
    OFFER_RECEIVED = "offer_received", _("Offer to help received")
    OFFER_ACCEPTED = "offer_accepted", _("Offer to help accepted")
    HELPING_ADDED = "helping_added", _("Next evening, to a regular helper")
    HELPING_REMINDER = "helping_reminder", _("Reminder, to a helper")
    NIGHT_OFF = "night_off", _("A night off, to a helper")
    HELPING_MOVED = "helping_moved", _("Surgery moved, to a helper")
    HELPING_CANCELLED = "helping_cancelled", _("Surgery cancelled, to a helper")
    TEAM_INVITATION = "team_invitation", _("Invitation to the team")
    DAILY_DIGEST = "daily_digest", _("Daily digest")
    CONNECTOR_LINK = "connector_link", _("Link to the page, to a connector")
    CONNECTOR_DIGEST = "connector_digest", _("Who is coming, to a connector")


REMINDERS = (
    MessageKind.REMINDER_EARLY,
    MessageKind.REMINDER_FIRST,
    MessageKind.REMINDER_LAST,
)
# What somebody is told first of all about a booking: exactly one of these (I5 of check_promises).
FIRST_WORDS = (MessageKind.CONFIRMATION, MessageKind.WAITING, MessageKind.NEXT_TIME)
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


class Receipt(TextChoices):
    """What the provider told us later of a message that was sent."""

    DELIVERED = "delivered", _("arrived")
    UNDELIVERED = "undelivered", _("did not arrive")


class ReplyMeaning(TextChoices):
    """What a text that somebody wrote to us was understood to say."""

    STOP = "stop", _("write no more texts")
    START = "start", _("write texts again")
    CANNOT = "cannot", _("can’t come")
    UNCLEAR = "unclear", _("for a person to read")


LEASED = (MessageState.CLAIMED, MessageState.SENDING)
UNSETTLED = (MessageState.QUEUED, *LEASED)
WANTS_A_PERSON = (MessageState.REVIEW, MessageState.FAILED)


class Heart(TextChoices):
    """Whose sign of life it is."""

    BEAT = "beat", _("beat")
    WORKER = "worker", _("worker")


class Verdict(TextChoices):
    TOO_FEW = "too few to say", _("too few to say")
    INCOMPLETE = "register incomplete", _("register incomplete")
    PHONE_CALL = "worth a phone call", _("worth a phone call")
    GOING_WELL = "going well", _("going well")
    AS_EXPECTED = "as expected", _("as expected")
