"""The way of a person: who counts at each step, and a list of as many behind every number."""

from datetime import date, timedelta

import pytest

from surgeries.models import LinkOpens
from surgeries.states import BookingState, HelpingState, Outcome, Role
from surgeries.turnout.trend import trend
from surgeries.turnout.way import (
    BOOKINGS,
    FIGURES,
    PEOPLE,
    Scope,
    bookings_on_the_way,
    links_opened,
    people_on_the_way,
    way,
)
from tests.factories import (
    NOW,
    at,
    create_attendee,
    create_booking,
    create_helper,
    create_helping,
    create_link,
    create_member,
    create_network,
    create_series,
    create_surgery,
    create_user,
)

pytestmark = pytest.mark.django_db
CAME, AWAY = Outcome.CAME, Outcome.DID_NOT_COME
MAY, JUNE, JULY, AUGUST = (date(2026, month, 6) for month in (5, 6, 7, 8))


@pytest.fixture
def series():
    return create_series()


@pytest.fixture
def choir(series):
    return create_network(series=series, name="Choir")


def evening(series, on):
    return series.surgeries.filter(on=on).first() or create_surgery(series=series, on=on)


def visit(series, on, network=None, outcome=CAME, **fields):
    fields.setdefault("imported", True)
    return create_booking(surgery=evening(series, on), network=network, outcome=outcome, **fields)


def scope(*series, **fields):
    return Scope(series=series, now=NOW, **fields)


def row_of(found, network):
    return next(row for row in found.networks if row.pk == (network and network.pk))


def figures(row):
    return {name: getattr(row, name) for name in FIGURES if getattr(row, name)}


def test_each_step_counts_different_people(series, choir):
    amina = create_attendee(series=series)
    for on in (MAY, JUNE):
        visit(series, on, choir, attendee=amina)
    visit(series, JUNE, choir, AWAY)
    visit(series, JUNE, choir, Outcome.NOT_RECORDED)
    visit(series, JUNE, choir, walked_in=True)
    visit(series, JUNE, choir, Outcome.NOT_RECORDED, state=BookingState.CANCELLED)
    late = {"state": BookingState.CANCELLED, "cancelled_late": True}
    visit(series, JUNE, choir, Outcome.NOT_RECORDED, **late)

    assert figures(row_of(way(scope(series)), choir)) == {
        "booked": 3,
        "came": 2,
        "came_again": 1,
        "first_timers": 2,
        "late_cancels": 1,
        "not_recorded": 1,
        "recorded": 3,
        "came_of_booked": 2,
    }


def test_what_has_not_begun_or_was_cancelled_counts_nowhere(series, choir):
    visit(series, NOW.date() + timedelta(days=9), choir)
    visit(series, MAY, choir)
    series.surgeries.filter(on=MAY).update(state="cancelled")
    assert way(scope(series)).networks == ()


def test_came_again_looks_back_beyond_the_period_and_not_ahead_of_it(series, choir):
    before, after = create_attendee(series=series), create_attendee(series=series, contact="b@x.uk")
    for on, person in ((MAY, before), (JUNE, before), (JUNE, after), (JULY, after)):
        visit(series, on, choir, attendee=person)

    in_june = way(scope(series, from_=JUNE, to=JUNE))
    assert (in_june.together.came, in_june.together.came_again) == (2, 1)
    assert list(people_on_the_way(scope(series, from_=JUNE, to=JUNE), figure="came_again")) == [
        before
    ]


@pytest.mark.parametrize(
    ("helped_on", "state", "helped"),
    [
        (JUNE, HelpingState.CONFIRMED, 1),
        (MAY, HelpingState.CONFIRMED, 0),  # the same evening is not afterwards
        (JUNE, HelpingState.OFFERED, 0),
        (NOW.date() + timedelta(days=9), HelpingState.CONFIRMED, 0),
    ],
)
def test_who_helped_after_she_first_came_has_crossed_over(series, choir, helped_on, state, helped):
    amina = create_attendee(series=series, contact="amina@example.org")
    visit(series, MAY, choir, attendee=amina)
    helper = create_helper(series=series, email="Amina@Example.org")
    create_helping(surgery=evening(series, helped_on), helper=helper, state=state)

    assert way(scope(series)).together.helped == helped


def test_a_helper_of_another_series_or_of_before_has_not_crossed_over(series, choir):
    amina = create_attendee(series=series, contact="amina@example.org")
    visit(series, JUNE, choir, attendee=amina)
    for where, on in ((create_series(), JULY), (series, MAY)):
        helper = create_helper(series=where, email="amina@example.org")
        create_helping(surgery=evening(where, on), helper=helper)
    assert way(scope(series)).together.helped == 0


@pytest.mark.parametrize(("role", "organises"), [(Role.ORGANISER, 1), (Role.HELPER, 0)])
def test_who_helped_and_is_an_organiser_now_organises(series, choir, role, organises):
    amina = create_attendee(series=series, contact="amina@example.org")
    visit(series, MAY, choir, attendee=amina)
    helper = create_helper(series=series, email="amina@example.org")
    create_helping(surgery=evening(series, JUNE), helper=helper)
    create_member(series=series, user=create_user(email="amina@example.org"), role=role)

    together = way(scope(series)).together
    assert (together.helped, together.organises) == (1, organises)


def test_somebody_who_came_through_two_networks_is_one_person(series, choir):
    tenants = create_network(series=series, name="Tenants")
    amina = create_attendee(series=series)
    for on, network in ((MAY, choir), (JUNE, tenants)):
        visit(series, on, network, attendee=amina)

    found = way(scope(series))

    assert [(row.network, row.came) for row in found.networks] == [("Choir", 1), ("Tenants", 1)]
    assert (found.together.came, found.together.first_timers) == (1, 1)


def test_told_is_how_often_links_were_opened_in_the_period(series, choir):
    link = create_link(network=choir)
    for on, times in ((MAY, 3), (JUNE, 4)):
        LinkOpens.objects.create(link=link, on=on, times=times)

    assert [(row.network, row.told) for row in way(scope(series)).networks] == [("Choir", 7)]
    assert way(scope(series, from_=JUNE)).together.told == 4
    assert [row["all_times"] for row in links_opened(scope(series, to=MAY))] == [3]


def test_of_one_surgery_nobody_can_say_how_many_were_told(series, choir):
    visit(series, MAY, choir)
    visit(series, JUNE, choir)
    found = way(scope(series, surgery=evening(series, MAY)))
    assert (found.together.told, found.together.came) == (None, 1)


def test_all_her_series_are_counted_together_and_no_other(series, choir):
    moseley, secret = create_series(name="Moseley"), create_series()
    for where in (series, moseley, secret):
        visit(where, MAY, create_network(series=where, name="Tenants"))

    found = way(scope(series, moseley))

    assert [(row.network, row.series, row.came) for row in found.networks] == [
        ("Tenants", "Central Birmingham", 1),
        ("Tenants", "Moseley", 1),
    ]
    assert found.together.came == 2


def test_most_people_come_first_then_names(series):
    for name, people in (("B", 1), ("A", 1), ("C", 2)):
        network = create_network(series=series, name=name)
        for _ in range(people):
            visit(series, MAY, network)
    assert [row.network for row in way(scope(series)).networks] == ["C", "A", "B"]


@pytest.mark.parametrize("figure", FIGURES)
def test_every_number_has_a_list_of_as_many(series, choir, figure):
    amina = create_attendee(series=series, contact="amina@example.org")
    for on in (MAY, JUNE):
        visit(series, on, choir, attendee=amina)
        visit(series, on, None, attendee=amina)
        for outcome in (CAME, AWAY, Outcome.NOT_RECORDED):
            visit(series, on, choir, outcome)
    late = {"state": BookingState.CANCELLED, "cancelled_late": True}
    visit(series, MAY, choir, Outcome.NOT_RECORDED, **late)
    helper = create_helper(series=series, email="amina@example.org")
    create_helping(surgery=evening(series, JULY), helper=helper)
    create_member(series=series, user=create_user(email="amina@example.org"))
    found, behind = way(scope(series)), people_on_the_way
    if figure in BOOKINGS:
        behind = bookings_on_the_way

    for network, row in ((..., found.together), (choir, row_of(found, choir)), (None, None)):
        number = getattr(row or row_of(found, None), figure)
        assert behind(scope(series), figure=figure, network=network).count() == number
    assert getattr(found.together, figure) > 0
    assert set(PEOPLE) | set(BOOKINGS) == set(FIGURES)


@pytest.mark.parametrize(
    ("from_", "to", "before"),
    [
        (date(2026, 6, 1), date(2026, 6, 30), (date(2026, 5, 2), date(2026, 5, 31))),
        (date(2026, 10, 1), None, (date(2026, 8, 29), date(2026, 9, 30))),
        (None, JUNE, None),
    ],
)
def test_the_period_before_has_as_many_days(series, from_, to, before):
    found = scope(series, from_=from_, to=to).before(date(2026, 11, 2))
    assert (found and (found.from_, found.to)) == before


def test_a_trend_is_of_months_on_one_scale_and_in_words(series, choir):
    for on in (MAY, MAY, JULY):
        visit(series, on, choir)
    visit(series, JULY)

    found = trend(scope(series), today=AUGUST)

    assert found.months == tuple(on.replace(day=1) for on in (MAY, JUNE, JULY, AUGUST))
    assert (found.most, found.sparks[choir.pk].in_words) == (2, "May 2026 2 and July 2026 1")
    assert [(bar.x, bar.height) for bar in found.sparks[choir.pk].bars] == [(0, 32), (20, 16)]
    assert [(bar.x, bar.height) for bar in found.sparks[None].bars] == [(20, 16)]


def test_a_trend_of_many_years_shows_the_last_two(series, choir):
    for on in (date(2019, 5, 6), JULY):
        visit(series, on, choir)
    assert len(trend(scope(series), today=AUGUST).months) == 24


def test_a_trend_of_a_register_from_long_ago_shows_its_last_months(series, choir):
    for on in (date(2016, 4, 29), date(2016, 6, 8)):
        visit(series, on, choir)

    found = trend(scope(series), today=AUGUST)

    assert found.months == (date(2016, 4, 1), date(2016, 5, 1), date(2016, 6, 1))
    assert (found.most, found.sparks[choir.pk].in_words) == (1, "April 2016 1 and June 2016 1")


@pytest.mark.parametrize("number", [1, 20])
def test_it_costs_the_same_for_one_network_as_for_twenty(series, number, django_assert_num_queries):
    for n in range(number):
        network = create_network(series=series, name=f"Network {n}")
        visit(series, MAY, network, booked_at=at(MAY, 9))
        told_only = create_network(series=series, name=f"Told {n}")
        LinkOpens.objects.create(link=create_link(network=told_only), on=MAY, times=1)
    with django_assert_num_queries(4):
        way(scope(series))
