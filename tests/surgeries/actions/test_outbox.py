"""Owing messages: in the transaction that makes them true, each once, at its time."""

import datetime

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from surgeries.actions.derived import owe_digests, owe_reminders
from surgeries.actions.outbox import call_off, owe, owe_all
from surgeries.models import Message, TeamInvitation
from surgeries.states import BookingState, MessageKind, MessageState, Role, SurgeryState
from tests import factories
from tests.factories import NOW, WEDNESDAY, at

pytestmark = pytest.mark.django_db

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
THREE_DAYS_BEFORE = at(WEDNESDAY - 3 * DAY, 17, 30)
THE_DAY_BEFORE = at(WEDNESDAY - DAY, 17, 30)


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org")


@pytest.fixture
def surgery(olu):
    return factories.create_surgery(series=factories.create_series(organiser=olu), places=(3, 2))


@pytest.fixture
def booking(surgery):
    return factories.create_booking(surgery=surgery)


def kinds():
    return sorted(Message.objects.values_list("kind", flat=True))


# Owing ---------------------------------------------------------------------------------


def test_owing_is_one_statement(booking, django_assert_num_queries):
    with django_assert_num_queries(1):
        message = owe(MessageKind.CONFIRMATION, booking, now=NOW)

    message.refresh_from_db()
    assert message.key == f"confirmation:booking:{booking.pk}:v1:email"
    assert (message.state, message.next_at) == (MessageState.QUEUED, NOW)
    assert message.expires_at == booking.surgery.starts_at


def test_owing_twice_is_owing_once(booking):
    owe(MessageKind.CONFIRMATION, booking, now=NOW)
    owe(MessageKind.CONFIRMATION, booking, now=NOW)
    assert Message.objects.count() == 1

    owe(MessageKind.CONFIRMATION, booking, now=NOW, again=":2")
    assert Message.objects.count() == 2


def test_owing_many_is_one_statement_too(surgery, django_assert_num_queries):
    bookings = [factories.create_booking(surgery=surgery) for _ in range(3)]
    with django_assert_num_queries(1):
        owe_all(MessageKind.SURGERY_MOVED, bookings, now=NOW)

    assert Message.objects.count() == 3


def test_somebody_with_a_phone_only_is_rung_instead(surgery):
    winston = factories.create_attendee(series=surgery.series, contact="+447400123457")
    booking = factories.create_booking(surgery=surgery, attendee=winston)

    assert owe(MessageKind.CONFIRMATION, booking, now=NOW) is None
    assert kinds() == []


def test_a_message_is_owed_to_helpers_members_and_the_invited(surgery, olu):
    helping = factories.create_helping(surgery=surgery)
    member = surgery.series.team.get()
    invitation = TeamInvitation.objects.create(
        series=surgery.series, email="new@example.org", invited_by=olu, invited_at=NOW
    )

    owe(MessageKind.OFFER_RECEIVED, helping, now=NOW)
    owe(MessageKind.DAILY_DIGEST, member, now=NOW)
    invited = owe(MessageKind.TEAM_INVITATION, invitation, now=NOW)

    assert kinds() == ["daily_digest", "offer_received", "team_invitation"]
    assert invited.expires_at == NOW + 7 * DAY


def test_what_is_rolled_back_is_not_owed(booking):
    with pytest.raises(RuntimeError), transaction.atomic():
        owe(MessageKind.CONFIRMATION, booking, now=NOW)
        raise RuntimeError
    assert kinds() == []


def test_who_books_after_the_start_is_answered_until_she_arrives(surgery):
    late = surgery.slots.last()
    booking = factories.create_booking(slot=late)

    message = owe(MessageKind.CONFIRMATION, booking, now=surgery.starts_at + 5 * HOUR / 60)

    assert message.expires_at == late.starts_at


@pytest.mark.parametrize(
    ("kind", "next_at"),
    [
        (MessageKind.BOOKING_CANCELLED, at(WEDNESDAY - 2 * DAY, 22)),
        (MessageKind.SURGERY_CANCELLED, at(WEDNESDAY - DAY, 9)),
        (MessageKind.SURGERY_MOVED, at(WEDNESDAY - DAY, 9)),
    ],
)
def test_news_waits_for_the_morning(kind, next_at, booking):
    message = owe(kind, booking, now=at(WEDNESDAY - 2 * DAY, 22))

    assert (message.next_at, message.expires_at) == (next_at, booking.surgery.ends_at)


def test_news_of_a_surgery_within_twelve_hours_goes_at_once(booking):
    early = at(WEDNESDAY, 6)

    assert owe(MessageKind.SURGERY_CANCELLED, booking, now=early).next_at == early


def test_what_is_called_off_is_what_has_not_gone(booking):
    queued = factories.create_message(booking=booking)
    sent = factories.create_message(booking=booking, state=MessageState.SENT, sent_at=NOW)

    assert call_off(booking, now=NOW) == 1
    assert call_off(Message.objects.all(), now=NOW) == 0

    queued.refresh_from_db()
    sent.refresh_from_db()
    assert (queued.state, sent.state) == (MessageState.CANCELLED, MessageState.SENT)


# The doorbell --------------------------------------------------------------------------


def waiting_bells():
    return redis.Redis.from_url(settings.REDIS_URL).llen("celery")


def test_the_bell_rings_once_after_the_commit(booking, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as bells:
        owe(MessageKind.CONFIRMATION, booking, now=NOW)
        owe(MessageKind.BOOKING_CHANGED, booking, now=NOW)
        assert waiting_bells() == 0

    assert (len(bells), waiting_bells()) == (1, 1)


def test_nobody_waits_for_a_doorbell_whose_redis_has_just_kept_silent(
    booking, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(cache, "is_away", lambda: True)
    with django_capture_on_commit_callbacks(execute=True) as bells:
        owe(MessageKind.CONFIRMATION, booking, now=NOW)

    assert (len(bells), waiting_bells()) == (1, 0)


def test_what_waits_for_the_morning_rings_nobody(booking, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as bells:
        owe(MessageKind.SURGERY_MOVED, booking, now=at(WEDNESDAY - 2 * DAY, 22))

    assert bells == []


# Reminders -----------------------------------------------------------------------------


def reminded(now):
    owe_reminders(now=now)
    return kinds()


def test_reminders_are_owed_at_their_minute(booking):
    assert reminded(THREE_DAYS_BEFORE - HOUR / 60) == []
    assert reminded(THREE_DAYS_BEFORE) == ["reminder_first"]
    assert reminded(THE_DAY_BEFORE - HOUR / 60) == ["reminder_first"]
    assert reminded(THE_DAY_BEFORE) == ["reminder_first", "reminder_last"]


def test_however_often_we_ask_each_is_owed_once(booking):
    """R25, T-OUT-09."""
    assert owe_reminders(now=THE_DAY_BEFORE) == 1
    assert owe_reminders(now=THE_DAY_BEFORE) == 0
    assert owe_reminders(now=THE_DAY_BEFORE + HOUR) == 0
    assert Message.objects.count() == 1


def test_a_reminder_follows_the_arrival_time(surgery):
    late = surgery.slots.last()
    factories.create_booking(slot=late)

    assert reminded(THE_DAY_BEFORE + 44 * HOUR / 60) == []
    assert reminded(THE_DAY_BEFORE + 45 * HOUR / 60) == ["reminder_last"]


def test_a_day_without_a_worker_heals_itself(booking):
    assert reminded(THREE_DAYS_BEFORE + DAY) == ["reminder_first"]


def test_a_reminder_past_its_use_is_not_owed(booking):
    assert reminded(THE_DAY_BEFORE + HOUR) == ["reminder_last"]


def test_the_first_reminder_expires_well_before_the_second_is_due(booking):
    reminded(THREE_DAYS_BEFORE)

    assert Message.objects.get().expires_at == THE_DAY_BEFORE - 12 * HOUR


def test_nothing_is_owed_after_the_start(booking):
    """T-OUT-08."""
    assert reminded(booking.surgery.starts_at) == []


@pytest.mark.parametrize(
    ("booked_at", "owed"),
    [
        (THREE_DAYS_BEFORE - 17 * DAY, ["reminder_early", "reminder_first", "reminder_last"]),
        (THREE_DAYS_BEFORE - 7 * DAY, ["reminder_first", "reminder_last"]),
        (THREE_DAYS_BEFORE - 11 * HOUR, ["reminder_last"]),
        (THE_DAY_BEFORE - DAY, ["reminder_last"]),
        (THE_DAY_BEFORE - 11 * HOUR, []),
        (THE_DAY_BEFORE + 4 * HOUR, []),
    ],
)
def test_no_reminder_so_soon_after_booking(surgery, booked_at, owed):
    """R20: booked 20 days ahead, three reminders; 10 days, two; 2 days, one; 20 hours, none."""
    factories.create_booking(surgery=surgery, booked_at=booked_at)
    reminded(THREE_DAYS_BEFORE - 4 * DAY)
    reminded(THREE_DAYS_BEFORE)

    assert reminded(THE_DAY_BEFORE + 4 * HOUR) == owed


def test_no_reminder_so_soon_after_news_of_a_move(booking):
    booking.surgery.schedule_version = 2
    booking.surgery.save()
    owe(MessageKind.SURGERY_MOVED, booking, now=THE_DAY_BEFORE - HOUR)

    assert reminded(THE_DAY_BEFORE) == ["surgery_moved"]


def test_a_moved_surgery_has_a_reminder_of_its_own(booking):
    surgery = booking.surgery
    reminded(THE_DAY_BEFORE)
    surgery.schedule_version = 2
    surgery.starts_at += 7 * DAY
    surgery.ends_at += 7 * DAY
    surgery.save()
    surgery.slots.update(starts_at=F("starts_at") + 7 * DAY)

    assert reminded(THE_DAY_BEFORE + 7 * DAY) == ["reminder_last", "reminder_last"]


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (SurgeryState.PUBLISHED, {"state": BookingState.CANCELLED}),
        (SurgeryState.PUBLISHED, {"state": BookingState.WAITING}),
        (SurgeryState.PUBLISHED, {"walked_in": True}),
        (SurgeryState.PUBLISHED, {"imported": True}),
        (SurgeryState.CANCELLED, {}),
        (SurgeryState.DRAFT, {}),
    ],
)
def test_who_is_not_expected_is_not_reminded(olu, state, fields):
    surgery = factories.create_surgery(series=factories.create_series(), state=state)
    factories.create_booking(surgery=surgery, **fields)

    assert reminded(THE_DAY_BEFORE) == []


def test_reminding_costs_the_same_for_one_and_for_three(surgery, django_assert_num_queries):
    factories.create_booking(surgery=surgery)
    with django_assert_num_queries(8):  # two of them the transaction's own
        owe_reminders(now=THE_DAY_BEFORE)
    for _ in range(3):
        factories.create_booking(surgery=surgery)
    with django_assert_num_queries(8):  # two of them the transaction's own
        owe_reminders(now=THE_DAY_BEFORE)


# The digest ----------------------------------------------------------------------------

TUESDAY_NINE = NOW + DAY


def test_the_digest_is_owed_the_next_morning_once(booking):
    assert owe_digests(now=TUESDAY_NINE - HOUR / 60) == 0
    assert owe_digests(now=TUESDAY_NINE) == 1
    assert owe_digests(now=TUESDAY_NINE + HOUR) == 0

    message = Message.objects.get()
    assert (message.covers_from, message.covers_to) == (at(NOW.date(), 0), at(NOW.date() + DAY, 0))
    assert message.expires_at == TUESDAY_NINE + DAY


def test_a_quiet_day_has_no_digest(booking):
    assert owe_digests(now=TUESDAY_NINE + DAY) == 0


def test_a_cancellation_alone_is_worth_a_digest(surgery):
    factories.create_booking(
        surgery=surgery,
        state=BookingState.CANCELLED,
        booked_at=NOW - 9 * DAY,
        cancelled_at=NOW,
    )

    assert owe_digests(now=TUESDAY_NINE) == 1


def test_only_organisers_who_want_it_get_it(booking, olu):
    series = booking.surgery.series
    factories.create_member(series=series, user=olu, role=Role.HELPER)
    factories.create_member(series=series, user=factories.create_user(), role=Role.DOOR)
    series.team.filter(role=Role.ORGANISER).update(daily_digest=False)
    assert owe_digests(now=TUESDAY_NINE) == 0

    dana = factories.create_user(email="dana@example.org")
    factories.create_member(series=series, user=dana)
    assert owe_digests(now=TUESDAY_NINE) == 1
    assert Message.objects.get().member.user == dana


def test_nobody_reads_of_another_series(booking):
    other = factories.create_series(organiser=factories.create_user())

    owe_digests(now=TUESDAY_NINE)

    assert not Message.objects.filter(series=other).exists()


def test_imports_and_walk_ins_are_no_news(surgery):
    factories.create_booking(surgery=surgery, imported=True)
    factories.create_booking(surgery=surgery, walked_in=True)

    assert owe_digests(now=TUESDAY_NINE) == 0


def test_each_zone_has_its_own_morning(booking):
    series = booking.surgery.series
    series.time_zone = "America/New_York"
    series.save()

    assert owe_digests(now=TUESDAY_NINE) == 0
    assert owe_digests(now=TUESDAY_NINE + 5 * HOUR) == 1
