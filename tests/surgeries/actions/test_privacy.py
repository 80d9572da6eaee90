"""What is due to go, goes; what counts, stays (R70, R71)."""

import datetime
from dataclasses import replace
from io import StringIO

import pytest
from dateutil.relativedelta import relativedelta
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from accounts.models import User
from surgeries.actions import privacy
from surgeries.actions.privacy import erase_what_is_due
from surgeries.models import (
    Attendee,
    Booking,
    Connector,
    Helper,
    Helping,
    ImportRun,
    InviteLink,
    Message,
    Series,
    TeamInvitation,
)
from surgeries.rules import kept, retention
from surgeries.states import Goal, Outcome
from surgeries.turnout.networks import turnout_by_network
from tests.factories import (
    NOW,
    create_attendee,
    create_booking,
    create_connector,
    create_helper,
    create_helping,
    create_link,
    create_message,
    create_network,
    create_series,
    create_surgery,
    create_user,
)

pytestmark = pytest.mark.django_db

NOTHING = dict.fromkeys([erasure.name for erasure in privacy.ERASURES], 0)
YEAR_AGO = NOW - relativedelta(months=12)
DAY = datetime.timedelta(days=1)
MOMENT = datetime.timedelta(seconds=1)


def create_old_attendee(*, series, at=YEAR_AGO - DAY, **fields):
    """An attendee whose last activity and last surgery were at `at`."""
    fields.setdefault("name", "Amina O’Neill")
    attendee = create_attendee(series=series, created_at=at, last_active_at=at, **fields)
    surgery = create_surgery(
        series=series,
        on=at.date(),
        starts_at=at - datetime.timedelta(minutes=90),
        ends_at=at,
        created_at=at,
    )
    booking = create_booking(
        surgery=surgery,
        attendee=attendee,
        network=create_network(series=series),
        said="Sharon from the choir",
        outcome=Outcome.CAME,
        outcome_at=at,
        booked_at=at,
    )
    return attendee, booking


def evening(days):
    """From 17:30 to 19:00, `days` before the day that fell due."""
    ends_at = YEAR_AGO - DAY - days * DAY
    return {"starts_at": ends_at - datetime.timedelta(minutes=90), "ends_at": ends_at}


def create_old_helper(*, series, at):
    helper = create_helper(
        series=series, created_at=at, last_active_at=at, name_public_from=at, can_help_with="Blogs"
    )
    surgery = create_surgery(
        series=series, on=at.date(), starts_at=at - DAY / 24, ends_at=at, created_at=at
    )
    return helper, create_helping(surgery=surgery, helper=helper, offered_at=at)


def rows():
    """Every row of every table, to see that nothing changed."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            found[table] = cursor.fetchall()
        return found


def test_a_person_inactive_for_a_year_and_a_day_loses_name_and_contact():
    series = create_series()
    attendee, booking = create_old_attendee(
        series=series, group="Ladywood Choir", news_agreed_at=NOW, news_wording="Yes, tell me"
    )
    secret = booking.secret

    assert erase_what_is_due(NOW) == NOTHING | {"attendees": 1}

    attendee.refresh_from_db()
    assert (attendee.name, attendee.name_key, attendee.contact, attendee.group) == (
        "",
        "",
        None,
        "",
    )
    assert (attendee.news_agreed_at, attendee.news_wording) == (None, "")
    assert attendee.erased_at == NOW
    booking.refresh_from_db()
    assert booking.said == ""
    assert not Booking.objects.by_secret(secret).exists()


def test_what_is_counted_stays():
    series = create_series()
    create_old_attendee(series=series)
    before = Booking.objects.values("pk", "outcome", "credited_network", "attendee", "state").get()

    erase_what_is_due(NOW)

    assert (
        Booking.objects.values("pk", "outcome", "credited_network", "attendee", "state").get()
        == before
    )
    assert Series.objects.get() == series


def test_turnout_is_the_same_before_and_after():
    """R70, R72: with walk-ins, people who came twice and people who did not come.

    Only an answer that nobody understood is gone, with whatever there was to understand.
    """
    series = create_series()
    choir = create_network(series=series)
    amina, first = create_old_attendee(series=series)
    again = create_surgery(series=series, on=first.surgery.on - 28 * DAY, **evening(28))
    create_booking(surgery=again, attendee=amina, network=choir, outcome=Outcome.CAME)
    create_booking(surgery=again, network=choir, outcome=Outcome.DID_NOT_COME)
    create_booking(surgery=again, network=choir, walked_in=True, outcome=Outcome.CAME)
    Attendee.objects.update(last_active_at=YEAR_AGO - DAY)
    before = turnout_by_network(series, now=NOW)
    assert (before.came, before.recorded, before.walk_ins) == (2, 3, 1)

    assert erase_what_is_due(NOW) == NOTHING | {"attendees": 3}

    coverage = replace(before.coverage, not_understood=0)
    assert turnout_by_network(series, now=NOW) == replace(before, coverage=coverage)


def test_screens_say_somebody_where_a_name_was(client):
    olu = create_user()
    series = create_series(organiser=olu)
    _, booking = create_old_attendee(series=series)
    create_helping(surgery=booking.surgery, helper=create_helper(series=series))
    Helper.objects.update(name="", email="", erased_at=NOW)
    erase_what_is_due(NOW)
    client.force_login(olu)

    for page in ("surgery_detail", "register", "register_print"):
        answer = client.get(reverse(page, args=[series.slug, booking.surgery.pk]))

        assert answer.status_code == 200
        assert "Somebody" in answer.text.replace("Somebody walked in?", "")
        assert "Amina" not in answer.text


def test_a_person_active_within_the_year_is_kept():
    series = create_series()
    create_old_attendee(series=series, at=YEAR_AGO + MOMENT)
    recent = create_attendee(series=series, name="Zoë", last_active_at=YEAR_AGO)
    before = rows()

    assert erase_what_is_due(NOW) == NOTHING
    assert rows() == before
    recent.refresh_from_db()
    assert recent.name == "Zoë"


def test_a_person_who_booked_long_ago_for_a_surgery_within_the_year_is_kept():
    series = create_series()
    attendee = create_attendee(series=series, last_active_at=YEAR_AGO - 20 * DAY)
    create_booking(surgery=create_surgery(series=series), attendee=attendee)

    assert erase_what_is_due(NOW) == NOTHING


def test_two_people_erased_in_one_series_stay_two_rows():
    series = create_series()
    create_attendee(series=series, last_active_at=YEAR_AGO - DAY, contact="+447400123456")
    create_attendee(series=series, last_active_at=YEAR_AGO - DAY, contact="+447400123457")

    assert erase_what_is_due(NOW)["attendees"] == 2
    assert Attendee.objects.filter(name="", contact=None).count() == 2


def test_access_needs_go_seven_days_after_the_last_surgery():
    series = create_series()
    attendee, _ = create_old_attendee(
        series=series,
        at=NOW - 7 * DAY - MOMENT,
        access_needs="A seat near the door",
        access_needs_agreed_at=NOW - 9 * DAY,
    )

    assert erase_what_is_due(NOW) == NOTHING | {"access needs": 1}

    attendee.refresh_from_db()
    assert (attendee.access_needs, attendee.access_needs_agreed_at) == ("", None)
    assert attendee.name == "Amina O’Neill"


@pytest.mark.parametrize("ended", [NOW - 7 * DAY, NOW + 9 * DAY])
def test_access_needs_stay_for_a_surgery_to_come_and_a_week_after(ended):
    create_old_attendee(
        series=create_series(),
        at=ended,
        access_needs="A seat near the door",
        access_needs_agreed_at=NOW - 30 * DAY,
    )

    assert erase_what_is_due(NOW) == NOTHING


def test_a_helper_is_kept_for_two_years_and_then_loses_name_and_address():
    series = create_series()
    two_years_ago = NOW - relativedelta(months=24)
    kept, _ = create_old_helper(series=series, at=two_years_ago)
    gone, helping = create_old_helper(series=series, at=two_years_ago - DAY)
    secret = helping.secret

    assert erase_what_is_due(NOW) == NOTHING | {"helpers": 1}

    gone.refresh_from_db()
    assert (gone.name, gone.email, gone.can_help_with, gone.name_public_from) == ("", "", "", None)
    assert gone.erased_at == NOW
    assert not Helping.objects.by_secret(secret).exists()
    assert Helper.objects.get(pk=kept.pk).email == kept.email


def test_a_connector_unheard_of_for_two_years_goes_and_her_link_stays_with_the_network():
    series = create_series()
    long_ago = NOW - relativedelta(months=24) - DAY
    network = create_network(series=series)
    gone = create_connector(network=network, created_at=long_ago)
    link = create_link(network=network, connector=gone, created_at=long_ago)
    busy = create_connector(network=network, name="Mo", created_at=long_ago)
    create_booking(surgery=create_surgery(series=series), network=network, credited_connector=busy)
    invited = create_connector(network=network, name="Ines", created_at=long_ago)
    create_link(network=network, connector=invited)

    assert erase_what_is_due(NOW) == NOTHING | {"connectors": 1}

    assert set(Connector.objects.values_list("name", flat=True)) == {"Mo", "Ines"}
    link = InviteLink.objects.get(pk=link.pk)
    assert (link.network, link.connector) == (network, None)


def test_messages_and_their_tries_go_after_a_year():
    booking = create_booking()
    old = create_message(booking=booking, expires_at=YEAR_AGO - MOMENT)
    old.attempts.create(number=1, worker="one")
    kept = create_message(booking=booking, expires_at=YEAR_AGO)

    assert erase_what_is_due(NOW) == NOTHING | {"messages": 1}
    assert list(Message.objects.all()) == [kept]


def test_invitations_imports_and_back_office_entries_go_after_a_year():
    olu = create_user()
    series = create_series(organiser=olu)
    for at in (YEAR_AGO - MOMENT, YEAR_AGO):
        TeamInvitation.objects.create(series=series, email=f"{at:%s}@example.org", invited_at=at)
        ImportRun.objects.create(
            series=series,
            filename="sharons people.csv",
            started_at=at,
            before={"1": {"said": ["", "Sharon’s group"]}},
        )
        entry = LogEntry.objects.create(user=olu, action_flag=ADDITION, object_repr="Amina")
        LogEntry.objects.filter(pk=entry.pk).update(action_time=at)

    assert erase_what_is_due(NOW) == NOTHING | {
        "invitations": 1,
        "imports": 1,
        "back office entries": 1,
    }
    assert TeamInvitation.objects.get().invited_at == YEAR_AGO
    assert list(ImportRun.objects.order_by("started_at").values_list("filename", "before")) == [
        ("", {}),
        ("sharons people.csv", {"1": {"said": ["", "Sharon’s group"]}}),
    ]
    assert LogEntry.objects.get().action_time == YEAR_AGO


def test_an_account_goes_when_it_belongs_to_no_team_and_nobody_signed_in_for_two_years():
    long_ago = NOW - relativedelta(months=24) - DAY
    create_user(email="gone@example.org", date_joined=long_ago)
    create_user(email="signed.in@example.org", date_joined=long_ago, last_login=NOW)
    create_series(organiser=create_user(email="olu@example.org", date_joined=long_ago))
    create_user(email="admin@example.org", date_joined=long_ago, is_staff=True)

    assert erase_what_is_due(NOW) == NOTHING | {"accounts": 1}
    assert not User.objects.filter(email="gone@example.org").exists()
    assert User.objects.count() == 3


def test_sessions_that_are_over_go():
    Session.objects.create(session_key="over", session_data="", expire_date=NOW - MOMENT)
    Session.objects.create(session_key="runs", session_data="", expire_date=NOW)

    assert erase_what_is_due(NOW) == NOTHING | {"sessions": 1}
    assert Session.objects.get().session_key == "runs"


def test_a_dry_run_counts_and_changes_nothing():
    create_old_attendee(series=create_series())
    before = rows()

    assert erase_what_is_due(NOW, dry_run=True) == NOTHING | {"attendees": 1}
    assert rows() == before


def test_a_second_run_does_nothing():
    create_old_attendee(series=create_series())
    erase_what_is_due(NOW)
    before = rows()

    assert erase_what_is_due(NOW) == NOTHING
    assert rows() == before


def test_more_than_one_batch_is_done_in_one_night():
    series = create_series()
    for number in range(5):
        create_attendee(series=series, name=f"Zoë {number}", last_active_at=YEAR_AGO - DAY)

    assert erase_what_is_due(NOW, batch=2) == NOTHING | {"attendees": 5}
    assert not Attendee.objects.exclude(name="").exists()


def test_what_falls_due_is_gone_at_the_latest_24_hours_later():
    """The job runs once a day, so being due at the next run is being at most a day late."""
    series = create_series()
    attendee, _ = create_old_attendee(series=series, at=YEAR_AGO + MOMENT)
    assert erase_what_is_due(NOW) == NOTHING

    assert erase_what_is_due(NOW + DAY)["attendees"] == 1
    attendee.refresh_from_db()
    assert attendee.name == ""


@pytest.mark.parametrize(
    ("label", "rule"),
    [("surgeries.Attendee", retention.ATTENDEES), ("surgeries.Helper", retention.HELPERS)],
)
def test_every_field_that_the_registry_says_is_blanked_is_blank(label, rule):
    """A field added to the registry and forgotten in the action fails here."""
    series = create_series()
    long_ago = NOW - relativedelta(months=25)
    if label == "surgeries.Attendee":
        row, _ = create_old_attendee(series=series, at=long_ago)
    else:
        row, _ = create_old_helper(series=series, at=long_ago)
    fields = kept.PERSONAL[label][rule]
    made_up = {"DateTimeField": NOW, "ArrayField": [Goal.NEWS]}
    kinds = {name: type(row)._meta.get_field(name).get_internal_type() for name in fields}
    filled = {name: made_up.get(kind, "kept@x") for name, kind in kinds.items()}
    type(row).objects.filter(pk=row.pk).update(**filled)

    erase_what_is_due(NOW)

    row.refresh_from_db()
    assert {name: getattr(row, name) or "" for name in fields} == dict.fromkeys(fields, "")


def test_the_command_counts_first_and_then_erases():
    attendee, _ = create_old_attendee(series=create_series(), at=NOW - relativedelta(years=5))
    out = StringIO()
    call_command("erase_due", "--dry-run", stdout=out)
    assert "attendees                   1\n" in out.getvalue()
    assert out.getvalue().endswith("Nothing was changed.\n")
    attendee.refresh_from_db()
    assert attendee.name == "Amina O’Neill"

    call_command("erase_due", stdout=out)

    assert out.getvalue().endswith("Done.\n")
    attendee.refresh_from_db()
    assert attendee.name == ""
