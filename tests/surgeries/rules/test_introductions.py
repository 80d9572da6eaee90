"""The way to a network is the shortest, and never leads over somebody without a yes."""

from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.introductions import MOST_STEPS, Person, Step, Tie, shared, ways

CHOIR, TENANTS, LUNCH, MOSQUE, REFUGE = range(1, 6)
KNIT, CHESS, GARDEN = range(11, 14)


def person(name, tie=Tie.HELPS, networks=(), groups=(), agreed=True):
    return Person(tie, name, name.lower(), agreed, frozenset(networks), frozenset(groups))


def told(way):
    return way.person.name, [(step.network, step.group) for step in way.steps]


def test_hana_is_in_the_choir_and_so_is_a_group_of_the_tenants():
    found = ways([person("Hana", networks=[CHOIR])], {KNIT: {CHOIR, TENANTS}})
    assert {network: told(way) for network, way in found.items()} == {
        CHOIR: ("Hana", [(CHOIR, None)]),
        TENANTS: ("Hana", [(CHOIR, None), (TENANTS, KNIT)]),
    }


def test_who_belongs_there_herself_comes_before_any_longer_way():
    olu = person("Olu", Tie.ORGANISES, networks=[CHOIR])
    amina = person("Amina", Tie.COMES, networks=[TENANTS])
    found = ways([olu, amina], {KNIT: {CHOIR, TENANTS}})
    assert told(found[TENANTS]) == ("Amina", [(TENANTS, None)])


def test_of_two_ways_of_one_length_the_closer_person_is_asked_then_the_first_by_name():
    people = [
        person("Amina", Tie.COMES, networks=[CHOIR]),
        person("Sharon", Tie.CONNECTS, networks=[CHOIR]),
        person("Zoë", Tie.HELPS, networks=[CHOIR]),
        person("Hana", Tie.HELPS, networks=[CHOIR]),
    ]
    assert [ways(people[:most], {})[CHOIR].person.name for most in (1, 2, 3, 4)] == [
        "Amina",
        "Sharon",
        "Zoë",
        "Hana",
    ]


def test_an_attendees_group_leads_into_its_networks():
    amina = person("Amina", Tie.COMES, networks=[CHOIR], groups=[CHESS])
    assert told(ways([amina], {CHESS: {LUNCH}})[LUNCH]) == ("Amina", [(LUNCH, CHESS)])


def test_a_way_has_three_steps_at_most():
    groups = {KNIT: {CHOIR, TENANTS}, CHESS: {TENANTS, LUNCH}, GARDEN: {LUNCH, MOSQUE}}
    found = ways([person("Hana", networks=[CHOIR])], groups)
    assert {network: len(way.steps) for network, way in found.items()} == {
        CHOIR: 1,
        TENANTS: 2,
        LUNCH: 3,
    }


def test_nobody_is_asked_without_a_yes():
    hana = person("Hana", networks=[CHOIR], agreed=False)
    assert ways([hana], {KNIT: {CHOIR, TENANTS}}) == {}
    assert shared([person("Bev", networks=[CHOIR, LUNCH], agreed=False)], {}) == {}


def test_a_helper_is_not_told_of_a_private_network_and_an_organiser_is():
    hana, groups = person("Hana", networks=[CHOIR]), {KNIT: {CHOIR, REFUGE}}
    private = frozenset({REFUGE})
    assert set(ways([hana], groups, private)) == {CHOIR}
    olu = person("Olu", Tie.ORGANISES, networks=[CHOIR])
    assert told(ways([hana, olu], groups, private)[REFUGE]) == (
        "Olu",
        [(CHOIR, None), (REFUGE, KNIT)],
    )
    dee = person("Dee", networks=[REFUGE])
    assert told(ways([dee], groups, private)[REFUGE]) == ("Dee", [(REFUGE, None)])


def test_two_networks_share_the_people_and_groups_in_both():
    hana = person("Hana", networks=[CHOIR, LUNCH])
    found = shared([hana], {KNIT: {TENANTS, CHOIR}, CHESS: {LUNCH}})
    assert {pair: (both.people, both.groups) for pair, both in found.items()} == {
        (CHOIR, TENANTS): ((), (KNIT,)),
        (CHOIR, LUNCH): ((hana,), ()),
    }


NETWORKS, GROUPS = st.integers(1, 8), st.integers(11, 16)
WORLDS = st.tuples(
    st.lists(
        st.builds(
            person,
            st.sampled_from(["Amina", "Bev", "Dee", "Hana", "Olu", "Winston"]),
            st.sampled_from(Tie),
            st.sets(NETWORKS, max_size=3),
            st.sets(GROUPS, max_size=1),
            st.booleans(),
        ),
        max_size=6,
        unique_by=lambda one: one.key,
    ),
    st.dictionaries(GROUPS, st.sets(NETWORKS, max_size=3), max_size=6),
    st.frozensets(NETWORKS, max_size=3),
)


def reached_within(one, groups, private):
    """Networks by how many steps `one` needs, found by widening a circle step by step."""

    def open_to(network):
        return one.tie == Tie.ORGANISES or network not in private

    known = dict.fromkeys(one.networks, 1)
    for group in one.groups & groups.keys():
        known |= {n: 1 for n in groups[group] if open_to(n) and n not in known}
    for steps in range(2, MOST_STEPS + 1):
        for inside in groups.values():
            if any(known.get(n, steps) < steps for n in inside):
                known |= {n: steps for n in inside if open_to(n) and n not in known}
    return known


@given(WORLDS)
def test_the_way_is_the_shortest_and_asks_the_closest_of_those_who_know_it(world):
    people, groups, private = world
    best = {}
    for one in people:
        if one.agreed:
            for network, steps in reached_within(one, groups, private).items():
                best[network] = min(best.get(network, (9, 9)), (steps, one.tie))
    found = ways(people, groups, private)
    assert {n: (len(way.steps), way.person.tie) for n, way in found.items()} == best


@given(WORLDS)
def test_every_step_is_true_and_everybody_on_it_said_yes(world):
    people, groups, private = world
    for network, way in ways(people, groups, private).items():
        assert way.person in people
        assert way.person.agreed
        first, *others = way.steps
        own = first.network in way.person.networks
        assert own if first.group is None else first.group in way.person.groups
        for before, step in zip(way.steps, others, strict=False):
            assert {before.network, step.network} <= groups[step.group]
        assert way.steps[-1] == Step(network, way.steps[-1].group)
        strangers = {step.network for step in way.steps} & private - way.person.networks
        assert not strangers or way.person.tie == Tie.ORGANISES


@given(WORLDS, st.randoms())
def test_the_order_of_what_is_read_changes_nothing(world, random):
    people, groups, private = world
    mixed, turned = list(people), list(groups.items())
    random.shuffle(mixed)
    random.shuffle(turned)
    assert ways(mixed, dict(turned), private) == ways(people, groups, private)
