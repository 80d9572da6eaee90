"""The three lists of the 2009 recipe."""

import pytest

from surgeries.actions.prospects import add_prospect, link_prospect, mark_asked, remove_prospect
from surgeries.models import Network, Prospect
from surgeries.refusals import Refused
from surgeries.states import AliasKind, RecipeList
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


def test_a_line_is_added_asked_and_taken_off(series, olu):
    line = add_prospect(
        series, list=RecipeList.BIG_LISTS, who=" the  caretaker ", note="", by=olu, now=NOW
    )
    assert (line.who, line.list, line.asked_at) == ("the caretaker", "big_lists", None)
    mark_asked(line, asked=True, by=olu, now=NOW)
    mark_asked(line, asked=True, by=olu, now=NOW.replace(day=9))
    line.refresh_from_db()
    assert line.asked_at == NOW
    mark_asked(line, asked=False, by=olu, now=NOW)
    assert line.asked_at is None
    remove_prospect(line, by=olu, now=NOW)
    assert not Prospect.objects.exists()


def test_a_line_becomes_a_network_or_joins_one_by_any_of_its_names(series, olu):
    choir = link_prospect(
        factories.create_prospect(series=series), name="The Choir", by=olu, now=NOW
    )
    factories.create_alias(
        series=series, words="The Singers", network=choir, kind=AliasKind.FORMER_NAME
    )
    again = link_prospect(
        factories.create_prospect(series=series), name="the singers", by=olu, now=NOW
    )
    assert (again, list(Network.objects.all())) == (choir, [choir])
    assert choir.suggested_from is None
    assert choir.prospects.count() == 2


def test_a_network_put_away_is_not_linked_before_it_is_back(series, olu):
    factories.create_network(series=series, name="The Choir", removed_at=NOW)
    line = factories.create_prospect(series=series)
    with pytest.raises(Refused, match="You have put The Choir away"):
        link_prospect(line, name="the choir", by=olu, now=NOW)
    line.refresh_from_db()
    assert line.network is None
