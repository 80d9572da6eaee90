"""A register comes in, merges with what is there, and goes out again whole."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from surgeries.actions import imports
from surgeries.actions.imports import (
    import_draft,
    import_into_new_series,
    import_register,
    keep_draft,
)
from surgeries.actions.undo_imports import undo_import
from surgeries.models import (
    Attendee,
    Booking,
    ImportDraft,
    ImportRun,
    Message,
    Network,
    Place,
    Series,
    Surgery,
)
from surgeries.refusals import Refused
from surgeries.rules.imports import Row, layout_of
from surgeries.rules.names import name_key
from surgeries.states import BookingState, Outcome, OutcomeSource, SurgeryState
from tests.factories import (
    LONDON,
    NOW,
    create_attendee,
    create_booking,
    create_link,
    create_network,
    create_series,
    create_surgery,
    create_user,
)

JULY, AUGUST = date(2026, 7, 8), date(2026, 8, 12)


@pytest.fixture
def series(db):
    return create_series(usual_start=time(18), usual_minutes=60)


def row(name="Zoë D’Arcy", network="Choir", came=None, on=JULY, booked_at=None, reminded=None):
    return Row(2, on, name, name_key(name), network, booked_at, reminded, came)


def take(series, *rows, **options):
    options = {"filename": "register.csv", "by": None, "now": NOW} | options
    return import_register(series, rows, **options)


def told():
    """Every booking in few words."""
    rows = Booking.objects.order_by("surgery__on", "attendee__name")
    return [
        (b.surgery.on, b.attendee.name, str(b.credited_network or ""), b.outcome)
        for b in rows.select_related("attendee", "surgery", "credited_network")
    ]


def everything():
    """What an undo must restore: every row that an import may touch."""
    return {
        model: list(model.objects.order_by("pk").values())
        for model in (Attendee, Booking, Network, Surgery, Place)
    }


def test_rows_become_evenings_people_networks_and_bookings(series):
    booked_at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    done = take(
        series,
        row(came=True, booked_at=booked_at, reminded=True),
        row("Amina O’Neill", came=False),
        row("Amina O’Neill", "", on=AUGUST),
    )

    assert told() == [
        (JULY, "Amina O’Neill", "Choir", Outcome.DID_NOT_COME),
        (JULY, "Zoë D’Arcy", "Choir", Outcome.CAME),
        (AUGUST, "Amina O’Neill", "", Outcome.NOT_RECORDED),
    ]
    assert (done.rows, done.bookings, done.surgeries, done.networks, done.people) == (3, 3, 2, 1, 2)
    surgery = Surgery.objects.get(on=JULY)
    assert (surgery.state, surgery.venue) == (SurgeryState.CLOSED, None)
    assert surgery.starts_at == datetime(2026, 7, 8, 18, tzinfo=LONDON)
    assert surgery.ends_at - surgery.starts_at == timedelta(minutes=60)
    booking = Booking.objects.get(surgery=surgery, attendee__name="Zoë D’Arcy")
    assert (booking.imported, booking.place, booking.said) == (True, None, "Choir")
    assert (booking.booked_at, booking.reminded) == (booked_at, True)
    assert booking.outcome_source == OutcomeSource.IMPORTED
    assert booking.said_network == booking.credited_network


def test_an_import_owes_no_messages(series):
    take(series, row(came=True), row("Amina", on=date(2026, 11, 11)))

    assert Message.objects.count() == 0


def test_an_evening_to_come_waits_for_the_organiser_to_publish_it(series):
    take(series, row(on=date(2026, 11, 11)))

    surgery = Surgery.objects.get()
    assert (surgery.state, surgery.published_at) == (SurgeryState.DRAFT, None)
    assert surgery.places.count() == 0


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_rows_of_one_person_and_date_are_one_booking_however_the_file_is_cut(
    series, batch, monkeypatch
):
    monkeypatch.setattr(imports, "BATCH", batch)
    early, late = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 5, tzinfo=UTC)

    done = take(
        series,
        row("Zoë  D’ARCY".replace("  ", " "), "", came=False, booked_at=late),
        row(network="Choir", booked_at=early, reminded=False),
        row(network="Scouts", came=True, reminded=True),
        row(came=False),
    )

    booking = Booking.objects.get()
    assert (booking.attendee.name, str(booking.credited_network)) == ("Zoë D’ARCY", "Choir")
    assert (booking.outcome, booking.booked_at, booking.reminded) == (Outcome.CAME, early, True)
    assert (done.bookings, done.changed) == (1, 0)
    assert booking.attendee.first_network == booking.credited_network


def test_the_first_network_is_that_of_the_first_evening_not_of_the_first_row(series):
    take(series, row(network="Scouts", on=AUGUST), row(network="Choir", on=JULY))

    assert str(Attendee.objects.get().first_network) == "Choir"


@pytest.mark.parametrize("batch", [1, 100])
def test_the_same_file_twice_changes_nothing(series, batch, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", batch)
    rows = [row(came=True), row(came=False), row("Amina", on=AUGUST), row("Amina", on=JULY)]
    take(series, *rows)
    before = everything()

    done = take(series, *rows, now=NOW + timedelta(days=1))

    assert done.nothing_changed
    assert done.run is None
    assert everything() == before
    assert ImportRun.objects.count() == 1


def test_a_dry_run_says_what_it_would_do_and_keeps_nothing(series):
    done = take(series, row(came=True), dry_run=True)

    assert (done.bookings, done.people, done.run) == (1, 1, None)
    assert (Booking.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_a_later_file_adds_what_the_first_did_not_know(series):
    take(series, row(network="", came=False), row("Amina"))

    done = take(series, row(came=True), row("Amina", "Scouts"))

    assert told() == [
        (JULY, "Amina", "Choir", Outcome.NOT_RECORDED),
        (JULY, "Zoë D’Arcy", "Choir", Outcome.CAME),
    ]
    assert (done.bookings, done.changed) == (0, 1)


def test_a_booking_made_here_is_merged_into_and_keeps_its_place(series):
    surgery = create_surgery(series=series, on=JULY, state=SurgeryState.CLOSED)
    amina = create_attendee(series=series, name="Amina O’Neill")
    booking = create_booking(surgery=surgery, attendee=amina)
    place = booking.place

    done = take(series, row("AMINA O’NEILL", came=True))

    booking.refresh_from_db()
    assert (booking.outcome, booking.place, booking.imported) == (Outcome.CAME, place, False)
    assert str(booking.credited_network) == "Choir"
    assert (done.bookings, done.changed, done.people, done.surgeries) == (0, 1, 0, 0)


@pytest.mark.parametrize("source", [OutcomeSource.TAPPED, OutcomeSource.EVERYONE])
def test_what_the_team_recorded_is_never_overwritten(series, source):
    surgery = create_surgery(series=series, on=JULY)
    amina = create_attendee(series=series, name="Amina")
    booking = create_booking(
        surgery=surgery, attendee=amina, outcome=Outcome.DID_NOT_COME, outcome_source=source
    )

    take(series, row("Amina", came=True))

    booking.refresh_from_db()
    assert (booking.outcome, booking.outcome_source) == (Outcome.DID_NOT_COME, source)


def test_somebody_who_walked_in_is_not_booked_a_second_time(series):
    surgery = create_surgery(series=series, on=JULY)
    create_booking(
        surgery=surgery,
        attendee=create_attendee(series=series, name="Amina"),
        walked_in=True,
        outcome=Outcome.CAME,
        outcome_source=OutcomeSource.TAPPED,
    )

    take(series, row("Amina", came=False))

    assert told() == [(JULY, "Amina", "Choir", Outcome.CAME)]


def test_a_cancelled_booking_and_a_cancelled_evening_are_not_merged_into(series):
    called_off = create_surgery(series=series, on=AUGUST, state=SurgeryState.CANCELLED)
    surgery = create_surgery(series=series, on=JULY)
    amina = create_attendee(series=series, name="Amina")
    create_booking(surgery=surgery, attendee=amina, state=BookingState.CANCELLED)

    done = take(series, row("Amina", came=True), row("Amina", on=AUGUST))

    assert (done.bookings, done.surgeries, done.people) == (2, 1, 0)
    assert called_off.bookings.count() == 0


def test_a_name_that_two_people_have_is_a_third_person(series):
    for contact in ("one@example.org", "two@example.org"):
        create_attendee(series=series, name="Amina", contact=contact)

    done = take(series, row("Amina"))
    again = take(series, row("Amina", on=AUGUST))

    assert (done.people, again.people) == (1, 0)


def test_other_series_are_left_alone(series):
    other = create_series()
    take(other, row("Amina", came=True))
    before = told()

    take(series, row("Amina", came=True), row(came=True))

    assert Attendee.objects.filter(series=series).count() == 2
    assert told() != before
    assert Booking.objects.filter(surgery__series=other).count() == 1


def test_an_import_is_undone_as_a_whole(series):
    surgery = create_surgery(series=series, on=JULY)
    amina = create_attendee(series=series, name="Amina")
    create_booking(surgery=surgery, attendee=amina, booked_at=NOW, reminded=False)
    create_network(series=series, name="Scouts")
    before = everything()
    done = take(
        series,
        row("Amina", "Choir", came=True, booked_at=NOW - timedelta(days=9), reminded=True),
        row("Zoë", "Scouts", came=False),
        row("Zoë", "Band", on=AUGUST),
    )
    assert everything() != before

    run = undo_import(done.run, by=None, now=NOW)

    assert everything() == before
    assert run.undone_at == NOW


def test_undoing_keeps_what_the_team_did_since(series):
    surgery = create_surgery(series=series, on=JULY)
    amina = create_attendee(series=series, name="Amina")
    booking = create_booking(surgery=surgery, attendee=amina)
    zoe = (row("Zoë", "Scouts", on=AUGUST), row("Zoë", "Band"))
    done = take(series, row("Amina", came=True), *zoe)
    Booking.objects.filter(pk=booking.pk).update(
        outcome=Outcome.DID_NOT_COME, outcome_source=OutcomeSource.TAPPED
    )
    create_link(network=Network.objects.get(name="Scouts"))
    late = create_surgery(series=series, on=date(2026, 9, 9))
    create_booking(surgery=late, attendee=Attendee.objects.get(name="Zoë"))
    create_booking(surgery=Surgery.objects.get(on=AUGUST), imported=True)

    undo_import(done.run, by=None, now=NOW)

    booking.refresh_from_db()
    assert (booking.outcome, booking.credited_network) == (Outcome.DID_NOT_COME, None)
    assert list(Network.objects.values_list("name", flat=True)) == ["Scouts"]
    assert Attendee.objects.filter(name="Zoë").exists()
    assert Surgery.objects.filter(on=AUGUST).exists()


def test_an_import_is_undone_once(series):
    run = take(series, row()).run
    undo_import(run, by=None, now=NOW)

    with pytest.raises(Refused, match="undone already"):
        undo_import(run, by=None, now=NOW)


def test_an_import_is_undone_while_we_keep_what_was_there_before(series):
    run = take(series, row(came=True)).run
    a_year_later = NOW + relativedelta(months=12)
    before = everything()

    with pytest.raises(Refused, match="more than a year old"):
        undo_import(run, by=None, now=a_year_later + timedelta(seconds=1))

    assert everything() == before
    assert undo_import(run, by=None, now=a_year_later).undone_at == a_year_later


def test_the_later_import_is_undone_first(series):
    first = take(series, row()).run
    take(series, row(came=True), filename="later.csv")
    before = everything()

    with pytest.raises(Refused, match=r"Undo the later import of “later\.csv” first"):
        undo_import(first, by=None, now=NOW)

    assert everything() == before


@pytest.mark.django_db
def test_a_new_series_starts_with_its_organiser():
    olu = create_user()

    done = import_into_new_series(
        [row(came=True)], slug="dudley", name="Dudley", filename="d.csv", by=olu, now=NOW
    )

    series = Series.objects.get(slug="dudley")
    assert (done.run.series, series.team.get().user) == (series, olu)


@pytest.mark.django_db
def test_no_series_starts_when_nothing_comes_in():
    for rows, dry_run in (([], False), ([row()], True)):
        import_into_new_series(
            rows, slug="dudley", name="Dudley", filename="", by=None, now=NOW, dry_run=dry_run
        )
    with pytest.raises(Refused, match="small letters"):
        import_into_new_series([row()], slug="Dud ley", name="D", filename="", by=None, now=NOW)

    assert Series.objects.count() == 0


@pytest.mark.parametrize("number", [10, 40])
def test_statements_do_not_grow_with_the_rows_of_a_batch(
    series, number, django_assert_max_num_queries
):
    rows = [row(f"Zoë {n}", f"Network {n % 7}", came=bool(n % 2)) for n in range(number)]

    with django_assert_max_num_queries(26):
        take(series, *rows)
    with django_assert_max_num_queries(12):
        take(series, *rows)


def draft_of(series, by, *rows):
    table = [(1, ["surgery_date", "attendee", "network", "came"]), *enumerate(rows, 2)]
    return keep_draft(series, filename="a.csv", table=table, by=by, now=NOW)


def layout(series):
    return layout_of(["surgery_date", "attendee", "network", "came"], series.zone)


def test_a_draft_is_kept_once_and_forgotten_with_its_import(series):
    olu = create_user()
    draft_of(series, olu, ["2026-07-08", "Stan", "", ""])
    draft = draft_of(series, olu, ["2026-07-08", "Zoë\nD’Arcy", "Choir", "yes"])

    done = import_draft(draft, layout(series), by=olu, now=NOW)

    assert told() == [(JULY, "Zoë D’Arcy", "Choir", Outcome.CAME)]
    assert (done.run.started_by, done.run.filename) == (olu, "a.csv")
    assert ImportDraft.objects.count() == 0


def test_a_draft_with_a_bad_row_stays_and_nothing_comes_in(series):
    draft = draft_of(series, create_user(), ["2026-07-08", "Zoë", "", ""], ["2026", "Stan", "", ""])

    with pytest.raises(Refused, match="Line 3, column surgery_date: “2026” is not a date"):
        import_draft(draft, layout(series), by=draft.owner, now=NOW)

    assert (Booking.objects.count(), ImportDraft.objects.count()) == (0, 1)
