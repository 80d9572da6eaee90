"""What people wait for never reads a whole table (performance.md, the plan trap).

Every statement of an action is explained, beside twenty thousand rows of other evenings.
"""

import datetime
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surgeries.actions.answers import cancel_booking, next_time_instead, undo_cancel
from surgeries.actions.bookings import book_slot, join_waiting_list
from surgeries.actions.figures import fold_months
from surgeries.actions.limits import refuse_a_flood
from surgeries.models import Booking, Place
from surgeries.rules.limits import Seen
from surgeries.turnout.cells import cells
from surgeries.turnout.waiting import number_in_queue
from tests import factories
from tests.factories import NOW, WEDNESDAY

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
OTHERS = 500  # evenings, with 40 places each of which 30 are held, and 10 people who wait
BIG = (
    "surgeries_place",
    "surgeries_booking",
    "surgeries_attendee",
    "surgeries_message",
    "surgeries_accepted_slot",
)
WALKS = ("Seq Scan", "Index Scan", "Index Only Scan")
SHORT = ("message_due",)  # an index that holds only what is still to go
CROWD = """
INSERT INTO surgeries_surgery (series_id, venue_id, "on", starts_at, ends_at, state,
    schedule_version, organiser_helps, created_at)
SELECT %(series)s, NULL, date '2027-01-01' + n, timestamptz '2027-01-01 17:30Z' + n * interval
    '1 day', timestamptz '2027-01-01 19:00Z' + n * interval '1 day', 'published', 1, true, %(now)s
FROM generate_series(1, %(others)s) AS n;
INSERT INTO surgeries_slot (surgery_id, starts_at)
SELECT id, starts_at FROM surgeries_surgery WHERE "on" >= '2027-01-01';
INSERT INTO surgeries_place (id, surgery_id, slot_id, number)
SELECT surgery_id * 1000 + n, surgery_id, id, n
FROM surgeries_slot, generate_series(1, 40) AS n WHERE starts_at > '2027-01-01';
INSERT INTO surgeries_attendee (series_id, name, name_key, contact, "group", access_needs,
    news_wording, created_at, last_active_at)
SELECT %(series)s, 'Joyce', 'joyce', 'joyce' || id || '@example.org', '', '', '', %(now)s, %(now)s
FROM surgeries_place WHERE number <= 40 AND slot_id IN (
    SELECT id FROM surgeries_slot WHERE starts_at > '2027-01-01');
INSERT INTO surgeries_booking (id, surgery_id, attendee_id, slot_id, place_id, state, outcome,
    outcome_source, walked_in, brings_supporter, goes_first, goal, said, ring_outcome, booked_at,
    cancelled_late, link_version, calendar_version, imported, waiting_since)
SELECT gen_random_uuid(), place.surgery_id, attendee.id,
    CASE WHEN number <= 30 THEN slot_id END, CASE WHEN number <= 30 THEN place.id END,
    CASE WHEN number <= 30 THEN 'booked' ELSE 'waiting' END, 'not_recorded', '', false, false,
    false, '', '', '', %(now)s, false, 1, 0, false, CASE WHEN number > 30 THEN %(now)s END
FROM surgeries_place AS place
JOIN surgeries_attendee AS attendee ON attendee.contact = 'joyce' || place.id || '@example.org';
INSERT INTO surgeries_accepted_slot (booking_id, slot_id)
SELECT booking.id, slot.id FROM surgeries_booking AS booking
JOIN surgeries_slot AS slot ON slot.surgery_id = booking.surgery_id
WHERE booking.state = 'waiting';
INSERT INTO surgeries_message (id, key, series_id, kind, channel, booking_id, schedule_version,
    state, owed_at, next_at, expires_at, attempts_made, uncertain, last_error, provider_ref,
    receipt, sent_at)
SELECT gen_random_uuid(), 'confirmation:booking:' || id, %(series)s, 'confirmation', 'email', id,
    1, 'sent', %(now)s, %(now)s, timestamptz '2028-01-01', 1, 0, '', '', '', %(now)s
FROM surgeries_booking;
ANALYZE;
"""


@pytest.fixture
def series():
    return factories.create_series()


@pytest.fixture
def surgery(series):
    """An evening with two places, and another one a week later, among a crowd of others."""
    with connection.cursor() as cursor:
        cursor.execute(CROWD, {"series": series.pk, "now": NOW, "others": OTHERS})
    for week in (1, 0):
        surgery = factories.create_surgery(
            series=series, on=WEDNESDAY + 7 * week * DAY, places=(2,), places_wanted=2
        )
    return surgery


def slot_of(surgery):
    return surgery.slots.select_related("surgery__series").get()


def typed(name):
    return {
        "name": name,
        "contact": f"{name.lower()}@example.org",
        "request_key": uuid.uuid4(),
        "now": NOW,
    }


def whole_tables_read_by(work):
    """Which big tables are read from end to end by a statement of `work()`, with that statement."""
    with CaptureQueriesContext(connection) as asked:
        work()
    found = []
    for query in asked.captured_queries:
        if query["sql"].split(" ")[0] in ("SELECT", "UPDATE", "INSERT", "DELETE", "WITH"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql'].replace('%', '%%')}", [])
                plan = cursor.fetchone()[0]
            found += [(table, query["sql"]) for table in _read_whole(plan)]
    return found


def _read_whole(node):
    """Big tables that a plan reads row by row, or by an index from its one end to the other."""
    if isinstance(node, list):
        return [table for child in node for table in _read_whole(child)]
    below = _read_whole([*node.get("Plans", []), *([node["Plan"]] if "Plan" in node else [])])
    walks = node.get("Node Type") in WALKS and "Index Cond" not in node
    if walks and node["Relation Name"] in BIG and node.get("Index Name") not in SHORT:
        return [node["Relation Name"], *below]
    return below


def test_who_looks_for_a_free_place_finds_it_by_its_index(surgery):
    slot = slot_of(surgery)
    assert whole_tables_read_by(lambda: list(Place.objects.free().filter(slot=slot)[:1])) == []
    assert whole_tables_read_by(lambda: list(Place.objects.free().filter(surgery=surgery))) == []


def test_who_books_reads_no_whole_table(surgery):
    slot = slot_of(surgery)
    assert whole_tables_read_by(lambda: book_slot(slot, **typed("Amina"))) == []
    assert Booking.objects.filter(surgery=surgery).count() == 1


def test_who_waits_and_who_cancels_read_no_whole_table(surgery):
    slot = slot_of(surgery)
    amina, _basil = (book_slot(slot, **typed(name)) for name in ("Amina", "Basil"))

    def wait():
        join_waiting_list(surgery, accepts=[slot], **typed("Chi"))

    assert whole_tables_read_by(wait) == []
    chi = Booking.objects.select_related("surgery").get(state="waiting", surgery=surgery)
    assert whole_tables_read_by(lambda: number_in_queue(chi, NOW)) == []
    assert whole_tables_read_by(lambda: cancel_booking(amina, now=NOW)) == []
    assert Booking.objects.get(pk=chi.pk).state == "booked"
    assert whole_tables_read_by(lambda: undo_cancel(amina, now=NOW)) == []


def test_who_comes_next_time_instead_reads_no_whole_table(surgery):
    amina = book_slot(slot_of(surgery), **typed("Amina"))
    later = surgery.on + 7 * DAY
    assert whole_tables_read_by(lambda: next_time_instead(amina, on=later, now=NOW)) == []


def test_the_limit_of_a_contact_reads_no_whole_table(surgery):
    def ask():
        seen = Seen(today=2)
        refuse_a_flood(
            surgery.series, seen=seen, open_for=DAY, contact="joyce@example.org", now=NOW
        )

    assert whole_tables_read_by(ask) == []


def test_the_database_expects_no_evening_of_the_months_that_are_added_up(surgery):
    """Its estimate, because a wrong one leads to a bad plan only among many more bookings."""
    after_all = datetime.datetime(2028, 7, 1, tzinfo=datetime.UTC)
    months = fold_months(after_all)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    [plan] = json.loads(cells([surgery.series], after_all).explain(format="json"))
    assert months < plan["Plan"]["Plan Rows"] < OTHERS / 2


def test_a_statement_that_reads_a_whole_table_is_found(surgery):
    """The negative control."""
    found = whole_tables_read_by(lambda: Booking.objects.filter(goal="news").count())
    assert [table for table, _sql in found] == ["surgeries_booking"]
    found = whole_tables_read_by(lambda: Place.objects.order_by("pk").first())
    assert [table for table, _sql in found] == ["surgeries_place"]
