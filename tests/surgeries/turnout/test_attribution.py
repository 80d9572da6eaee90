"""Who is credited, in one query (domain.md C.3, R12)."""

import pytest

from surgeries.models import Connector, Network
from surgeries.states import AliasKind
from surgeries.turnout.attribution import all_named, attribute
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return factories.create_series()


@pytest.fixture
def tenants(series):
    return factories.create_network(series=series, name="Highgate Tenants")


@pytest.fixture
def choir(series):
    return factories.create_network(series=series, name="Ladywood Choir")


def told(series, said="", code=""):
    return attribute(series, said=said, code=code)


@pytest.mark.parametrize("said", ["Highgate Tenants", "  highgate   TENANTS ", "HIGHGATE TENANTS"])
def test_an_answer_is_a_network_however_it_is_written(series, tenants, choir, said):
    answer = told(series, said)
    assert (answer.said_network, answer.credited_network) == (tenants, tenants)
    assert (answer.credited_connector, answer.link) == (None, None)


def test_an_answer_is_a_connector_by_her_name(series, tenants):
    sharon = factories.create_connector(network=tenants, name="Sharon O’Neill")
    answer = told(series, "sharon o’neill")
    assert (answer.credited_network, answer.credited_connector) == (tenants, sharon)


def test_names_of_another_series_mean_nothing_here(series):
    elsewhere = factories.create_network(series=factories.create_series(), name="Moseley Band")
    factories.create_connector(network=elsewhere, name="Sharon O’Neill")
    factories.create_alias(series=elsewhere.series, network=elsewhere, words="Robin")
    factories.create_link(network=elsewhere, code="abcd2345")
    for said in ("Moseley Band", "Sharon O’Neill", "Robin"):
        answer = told(series, said, "abcd2345")
        assert (answer.said_network, answer.credited_network, answer.link) == (None, None, None)


def test_a_name_that_two_networks_know_is_nobodys(series, tenants, choir):
    for network in (tenants, choir):
        factories.create_connector(network=network, name="Sharon")
    answer = told(series, "Sharon")
    assert (answer.said, answer.credited_network) == ("Sharon", None)


def test_a_network_comes_before_a_connector_of_the_same_name(series, tenants, choir):
    factories.create_connector(network=choir, name="Highgate Tenants")
    answer = told(series, "Highgate Tenants")
    assert (answer.credited_network, answer.credited_connector) == (tenants, None)


def test_said_beats_followed_and_both_are_kept(series, tenants, choir):
    factories.create_link(network=tenants, code="abcd2345")
    answer = told(series, "Ladywood Choir", "abcd2345")
    assert answer.said_network == choir
    assert answer.followed_network == tenants
    assert answer.credited_network == choir


@pytest.mark.parametrize(
    ("said", "who"), [("Highgate Tenants", "Sharon"), ("Dawn", "Dawn"), ("Ladywood Choir", None)]
)
def test_who_passed_on_the_link_is_credited_when_the_answer_is_her_network(
    series, tenants, choir, said, who
):
    sharon, _dawn = (
        factories.create_connector(network=tenants, name=name) for name in ("Sharon", "Dawn")
    )
    factories.create_link(network=tenants, code="abcd2345", connector=sharon)
    credited = told(series, said, "abcd2345").credited_connector
    assert who == (Connector.objects.get(pk=credited.pk).name if credited else None)


def test_without_an_answer_the_link_is_credited_with_its_connector(series, tenants):
    sharon = factories.create_connector(network=tenants)
    link = factories.create_link(network=tenants, code="abcd2345", connector=sharon)
    answer = told(series, "", "abcd2345")
    assert (answer.link, answer.credited_network) == (link, tenants)
    assert answer.credited_connector == sharon


def test_an_answer_nobody_knows_leaves_the_link_credited(series, tenants):
    factories.create_link(network=tenants, code="abcd2345")
    answer = told(series, "a man on the bus", "abcd2345")
    assert (answer.said, answer.said_network) == ("a man on the bus", None)
    assert answer.credited_network == tenants


def test_a_link_that_is_switched_off_still_counts(series, tenants):
    factories.create_link(network=tenants, code="abcd2345", switched_off_at=NOW)
    assert told(series, "", "abcd2345").credited_network == tenants


def test_two_connectors_and_two_links_of_one_network_are_one_network(series, tenants):
    for number in range(2):
        factories.create_connector(network=tenants, name=f"Sharon {number}")
        factories.create_link(network=tenants, code=f"abcd234{number}")
    answer = told(series, "Highgate Tenants", "abcd2341")
    assert (answer.credited_network, answer.link.code) == (tenants, "abcd2341")


@pytest.mark.parametrize(("said", "code"), [("", ""), ("nobody", ""), ("", "zzzz9999")])
def test_what_nobody_knows_is_not_known_and_makes_nothing(series, tenants, said, code):
    answer = told(series, said, code)
    assert (answer.credited_network, answer.link) == (None, None)
    assert Network.objects.count() == 1


def test_the_networks_of_another_series_are_not_credited(series):
    elsewhere = factories.create_network(series=factories.create_series(), name="Elsewhere")
    factories.create_link(network=elsewhere, code="abcd2345")
    assert told(series, "Elsewhere", "abcd2345").credited_network is None


def test_a_long_answer_is_kept_as_far_as_it_fits(series):
    assert told(series, "x" * 500).said == "x" * 200


@pytest.mark.parametrize("number", [1, 30])
def test_it_is_one_query_whatever_there_is(series, tenants, number, django_assert_num_queries):
    for n in range(number):
        factories.create_connector(network=tenants, name=f"Sharon {n}")
        factories.create_link(network=tenants, code=f"code-{n}")
    with django_assert_num_queries(1):
        told(series, "Highgate Tenants", "code-0")


def test_private_networks_are_not_suggested(series, tenants):
    factories.create_network(series=series, name="Mosque", private=True)
    assert list(Network.objects.suggestible()) == [tenants]


def test_a_name_nobody_has_looked_at_is_not_suggested(series, tenants):
    factories.create_network(series=series, name="Sharon Smith", suggested_from=None)
    assert list(Network.objects.suggestible()) == [tenants]


# Other words, and those put away ----------------------------------------------------------


@pytest.mark.parametrize("kind", AliasKind.values)
def test_other_words_mean_their_network_or_the_person_in_it(series, tenants, choir, kind):
    sharon = factories.create_connector(network=choir, name="Sharon")
    factories.create_alias(series=series, words="the flats", network=tenants, kind=kind)
    factories.create_alias(
        series=series, words="the tall one", network=choir, kind=kind, connector=sharon
    )
    assert told(series, "The  Flats").credited_network == tenants
    answer = told(series, "the tall one")
    assert (answer.credited_network, answer.credited_connector) == (choir, sharon)


def test_an_answer_explained_to_name_no_network_names_none(series, tenants):
    factories.create_alias(series=series, words="my neighbour")
    assert told(series, "my neighbour").credited_network is None


def test_what_was_put_away_still_counts_and_is_offered_to_nobody(series, tenants, choir):
    sharon = factories.create_connector(network=tenants, name="Sharon", removed_at=NOW)
    factories.create_connector(network=choir, name="Bev")
    factories.create_alias(series=series, words="the singers", network=choir)
    factories.create_link(network=choir, code="abcd2345")
    Network.objects.filter(pk=choir.pk).update(removed_at=NOW)
    for said in ("Bev", "Ladywood Choir", "the singers"):
        assert told(series, said).credited_network == choir, said
        assert all_named(series, said) == [], said
    assert told(series, "Sharon").credited_connector == sharon
    assert all_named(series, "Sharon") == []
    assert told(series, "", "abcd2345").credited_network == choir
    assert list(Network.objects.suggestible()) == [tenants]


def test_a_connector_without_a_name_is_not_what_an_empty_answer_means(series, tenants):
    factories.create_connector(network=tenants, name="", role="the caretaker")
    factories.create_link(network=tenants, code="abcd2345")
    assert told(series, "", "abcd2345").said_network is None
    assert told(series, "", "zzzz9999").credited_network is None
