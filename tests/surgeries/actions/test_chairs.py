"""More people than chairs: found for many evenings at once, as for one."""

import datetime
from datetime import timedelta

import pytest

from surgeries.actions.places import short_of_chairs, without_a_chair
from surgeries.models import Surgery
from surgeries.states import BookingState, HelpingStyle
from tests import factories
from tests.factories import WEDNESDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return factories.create_series(organiser=factories.create_user())


def evening(series, people, *, weeks=0, **fields):
    surgery = factories.create_surgery(
        series=series, on=WEDNESDAY + timedelta(weeks=weeks), places=(people, 1), **fields
    )
    first = surgery.slots.earliest("starts_at")
    for _ in range(people):
        factories.create_booking(slot=first)
    return surgery


def found(*surgeries):
    return [(s.pk, s.people, s.chairs) for s in short_of_chairs(surgeries)]


def test_a_set_number_of_places_and_helpers_both_make_chairs(series):
    enough = evening(series, 2)
    few = evening(series, 5, weeks=1)
    factories.create_helping(surgery=few)
    factories.create_helping(surgery=few, style=HelpingStyle.SIT_BESIDE)
    alone = evening(series, 3, weeks=2, organiser_helps=False)
    wanted = evening(series, 5, weeks=3, places_wanted=4)
    factories.create_booking(surgery=wanted, state=BookingState.WAITING)
    assert found(enough, few, alone, wanted) == [
        (few.pk, 5, 4),
        (alone.pk, 3, 0),
        (wanted.pk, 5, 4),
    ]
    for surgery in (enough, few, alone, wanted):
        over = {pk: people - chairs for pk, people, chairs in found(surgery)}
        assert over.get(surgery.pk, 0) == without_a_chair(surgery)


def test_a_helper_who_leaves_early_makes_chairs_only_for_the_early_time(series):
    surgery = evening(series, 4)
    factories.create_helping(surgery=surgery, helps_from=datetime.time(18))
    assert found(surgery) == [(surgery.pk, 4, 2)]


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_one_evening_as_for_many(series, rows, django_assert_num_queries):
    for number in range(rows):
        factories.create_helping(surgery=evening(series, 5, weeks=number))
    surgeries = list(Surgery.objects.select_related("series"))
    with django_assert_num_queries(3):
        assert len(short_of_chairs(surgeries)) == rows


def test_no_evening_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert short_of_chairs([]) == []
