import threading

import pytest
from django.db import connection

from surgeries.actions.merging import merge_networks
from surgeries.actions.sharing import choose_code_word, make_kit, pass_on, switch_link
from surgeries.models import Alias, Connector, InviteLink, Network
from surgeries.refusals import Refused
from surgeries.rules.sharing import IN_A_KIT
from surgeries.states import AliasKind
from surgeries.turnout.attribution import attribute
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def series(olu):
    return factories.create_series(organiser=olu)


def rows():
    """Networks, connectors and kits: each kit has one plain link."""
    kits = InviteLink.objects.filter(passed_on_by="link")
    return (Network.objects.count(), Connector.objects.count(), kits.count())


@pytest.mark.parametrize("to", ["Sharon at Highgate Tenants", "Sharon, Highgate Tenants"])
def test_a_person_and_her_group_become_a_connector_and_a_network(series, olu, to):
    link = pass_on(series, to=to, agreed=True, by=olu, now=NOW)
    assert (link.connector.name, link.network.name) == ("Sharon", "Highgate Tenants")
    assert (link.made_by, link.created_at, len(link.code)) == (olu, NOW, 8)
    assert rows() == (1, 1, 1)


def test_without_her_yes_a_persons_name_is_not_kept_and_the_link_is_her_groups(series, olu):
    link = pass_on(series, to="Sharon at Highgate Tenants", by=olu, now=NOW)
    assert (link.connector, link.network.name, rows()) == (None, "Highgate Tenants", (1, 0, 1))
    assert "sharon" not in str(list(Network.objects.values())).casefold()


def test_somebody_we_know_by_her_role_needs_no_name(series, olu):
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    caretaker = factories.create_connector(network=tenants, name="", role="the caretaker")
    link = pass_on(series, to="The caretaker at Highgate Tenants", by=olu, now=NOW)
    assert (link.connector, rows()) == (caretaker, (1, 1, 1))


def test_somebody_who_was_put_away_is_taken_up_again_only_with_her_yes(series, olu):
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    sharon = factories.create_connector(network=tenants, removed_at=NOW)
    to = "Sharon at Highgate Tenants"
    assert pass_on(series, to=to, by=olu, now=NOW).connector is None
    assert pass_on(series, to=to, agreed=True, by=olu, now=NOW).connector == sharon
    sharon.refresh_from_db()
    assert sharon.removed_at is None


def test_a_name_that_two_networks_know_is_asked_about(series, olu):
    for name in ("Highgate Tenants", "Ladywood Choir"):
        factories.create_connector(network=factories.create_network(series=series, name=name))
    with pytest.raises(Refused) as refused:
        pass_on(series, to="Sharon", agreed=True, by=olu, now=NOW)
    assert (refused.value.field, rows()) == ("which", (2, 2, 0))


def test_a_network_put_away_is_not_passed_on_before_it_is_brought_back(series, olu):
    factories.create_network(series=series, name="Highgate Tenants", removed_at=NOW)
    with pytest.raises(Refused, match="You have put Highgate Tenants away"):
        pass_on(series, to="highgate tenants", by=olu, now=NOW)
    assert rows() == (1, 0, 0)


def test_a_group_alone_becomes_a_network(series, olu):
    link = pass_on(series, to="Ladywood Choir O’Neill", by=olu, now=NOW)
    assert (link.connector, link.network.name) == (None, "Ladywood Choir O’Neill")
    assert rows() == (1, 0, 1)


def test_the_same_answer_again_gets_the_same_link(series, olu):
    first = pass_on(series, to="Sharon at Highgate Tenants", agreed=True, by=olu, now=NOW)
    again = pass_on(series, to=" sharon  AT highgate tenants", agreed=True, by=olu, now=NOW)
    assert again == first
    assert pass_on(series, to="Highgate Tenants", by=olu, now=NOW) != first
    assert rows() == (1, 1, 2)


def test_a_person_we_know_needs_no_group(series, olu):
    first = pass_on(series, to="Sharon at Highgate Tenants", agreed=True, by=olu, now=NOW)
    assert pass_on(series, to="sharon", agreed=True, by=olu, now=NOW) == first


def test_a_known_group_with_at_or_a_comma_in_its_name_is_not_taken_apart(series, olu):
    network = factories.create_network(series=series, name="Women at Work, Ladywood")
    link = pass_on(series, to="women at work, ladywood", by=olu, now=NOW)
    assert (link.network, link.connector) == (network, None)


def test_a_link_that_is_switched_off_is_not_handed_out_again(series, olu):
    first = pass_on(series, to="Highgate Tenants", by=olu, now=NOW)
    switch_link(first, on=False, by=olu, now=NOW)
    assert pass_on(series, to="Highgate Tenants", by=olu, now=NOW) != first
    assert attribute(series, code=first.code).followed_network == first.network


def test_a_link_can_be_switched_on_again(series, olu):
    link = pass_on(series, to="Highgate Tenants", by=olu, now=NOW)
    switch_link(link, on=False, by=olu, now=NOW)
    assert switch_link(link, on=True, by=olu, now=NOW).switched_off_at is None


@pytest.mark.parametrize("to", ["", "  ", "\x00\u00a0"])
def test_nobody_is_asked_for_in_a_sentence(series, olu, to):
    with pytest.raises(Refused) as refused:
        pass_on(series, to=to, agreed=True, by=olu, now=NOW)
    assert refused.value.sentence == "Enter a person or a group, like “Sharon at Highgate Tenants”."
    assert (refused.value.field, rows()) == ("who", (0, 0, 0))


@pytest.mark.parametrize("to", ["x" * 201, "ﬃ" * 200, "x" * 121 + " at Highgate Tenants"])
def test_a_name_too_long_to_keep_leaves_no_trace(series, olu, to):
    with pytest.raises(Refused, match="Shorten the name"):
        pass_on(series, to=to, agreed=True, by=olu, now=NOW)
    assert rows() == (0, 0, 0)


def test_another_series_keeps_its_own_networks(series, olu):
    theirs = pass_on(factories.create_series(), to="Highgate Tenants", by=olu, now=NOW)
    ours = pass_on(series, to="Highgate Tenants", by=olu, now=NOW)
    assert theirs.network != ours.network
    assert theirs.code != ours.code


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True])
def test_ten_people_who_name_the_same_group_at_once_make_one_network_and_one_kit(known):
    olu = factories.create_user()
    series = factories.create_series(organiser=olu)
    if known:
        network = factories.create_network(series=series, name="Highgate Tenants")
        factories.create_connector(network=network)
    barrier = threading.Barrier(10)
    links = []

    def passes_on():
        barrier.wait()
        links.append(pass_on(series, to="Sharon at Highgate Tenants", agreed=True, by=olu, now=NOW))
        connection.close()

    threads = [threading.Thread(target=passes_on) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(links) == 10
    assert (rows(), InviteLink.objects.count()) == ((1, 1, 1), len(IN_A_KIT))


# The kit --------------------------------------------------------------------------------


def test_a_kit_has_a_link_of_its_own_for_each_way_and_making_it_twice_adds_none(series, olu):
    choir = factories.create_network(series=series)
    plain = make_kit(choir, by=olu, now=NOW)
    assert make_kit(choir, by=olu, now=NOW) == plain
    assert plain.passed_on_by == "link"
    ways = choir.links.values_list("passed_on_by", flat=True)
    assert sorted(ways) == sorted(
        ["link", "whatsapp", "facebook", "email", "newsletter", "poster", "card"]
    )
    assert len(set(choir.links.values_list("code", flat=True))) == 7


def test_what_is_switched_off_is_made_anew_and_the_old_one_still_counts(series, olu):
    choir = factories.create_network(series=series)
    make_kit(choir, by=olu, now=NOW)
    old = choir.links.get(passed_on_by="poster")
    switch_link(old, on=False, by=olu, now=NOW)
    make_kit(choir, by=olu, now=NOW)
    assert choir.links.filter(passed_on_by="poster").count() == 2
    assert choir.links.count() == 8
    assert attribute(series, code=old.code).credited_network == choir


# The word to say ------------------------------------------------------------------------


def choose(network, connector=None, *, word, by):
    return choose_code_word(network, connector, word=word, by=by, now=NOW)


def test_whoever_says_the_word_counts_for_the_network_and_the_person(series, olu):
    choir = factories.create_network(series=series)
    sharon = factories.create_connector(network=choir)
    choose(choir, word="Red  kite", by=olu)
    choose(choir, sharon, word="Lemon", by=olu)
    said = [attribute(series, said=word) for word in ("red kite", "redkite", "LEMON", "lemmon")]
    assert [(one.said_network, one.credited_connector) for one in said] == [
        (choir, None),
        (choir, None),
        (choir, sharon),
        (choir, sharon),
    ]


def test_a_word_chosen_before_goes_on_counting_and_can_be_taken_up_again(series, olu):
    choir = factories.create_network(series=series)
    first = choose(choir, word="Robin", by=olu)
    choose(choir, word="Lemon", by=olu)
    assert attribute(series, said="Robin").said_network == choir
    assert choose(choir, word="robin", by=olu) == first
    assert Alias.objects.count() == 2


@pytest.mark.parametrize(
    "taken", ["Highgate Tenants", "Sharon", "robin", "ROBBIN", "Roibn", "my neighbour"]
)
def test_a_word_that_means_somebody_else_or_sounds_alike_is_refused(series, olu, taken):
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    factories.create_connector(network=tenants)
    factories.create_alias(series=series, words="My neighbour")
    choose(tenants, word="Robin", by=olu)
    choir = factories.create_network(series=series, name="Ladywood Choir")
    with pytest.raises(Refused, match="means somebody else, or sounds too much alike"):
        choose(choir, word=taken, by=olu)
    assert list(Alias.objects.filter(kind=AliasKind.CODE_WORD).values_list("words")) == [("Robin",)]


def test_another_series_may_have_the_same_word(series, olu):
    for one in (series, factories.create_series()):
        choose(factories.create_network(series=one), word="Robin", by=olu)
    assert Alias.objects.count() == 2


@pytest.mark.parametrize("word", ["", "a", "=1+1", "<b>x</b>", "#panic", "x" * 25, "WhatsApp"])
def test_a_word_that_is_hard_to_say_or_said_anyway_is_refused(series, olu, word):
    with pytest.raises(Refused) as refused:
        choose(factories.create_network(series=series), word=word, by=olu)
    assert (refused.value.field, Alias.objects.count()) == ("word", 0)


@pytest.mark.parametrize("word", ["Canary", "the canary", "Canarybird", "Sharon"])
def test_no_word_tells_the_name_of_a_private_network_or_of_somebody_in_it(series, olu, word):
    mosque = factories.create_network(series=series, name="Canary Mosque", private=True)
    sharon = factories.create_connector(network=mosque, name_shown_from=NOW)
    with pytest.raises(Refused, match="tells a name that stays among ourselves"):
        choose(mosque, sharon, word=word, by=olu)
    assert Alias.objects.count() == 0


def test_the_word_of_a_merged_network_counts_for_the_one_it_went_into(series, olu):
    choir, singers = (factories.create_network(series=series) for _ in range(2))
    choose(singers, word="Robin", by=olu)
    merge_networks(singers, into=choir, by=olu, now=NOW)
    assert attribute(series, said="robin").said_network == choir
