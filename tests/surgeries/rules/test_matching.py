"""What a typed answer means: what people write in the box, and whom we understand by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgeries.rules.matching import Known, Meaning, Source, meaning_of, named, nearest, same_words

TENANTS, CHOIR, CAFE, MOSQUE, WARD, SONG, BIKES, FRIENDS, NORTH, SOUTH = range(1, 11)
SHARON, JOSE, AISHA, KAREN, CARETAKER = range(101, 106)
NAMES = {
    TENANTS: "Highgate Tenants’ Association",
    CHOIR: "Ladywood Community Choir",
    CAFE: "Café Łączność",
    MOSQUE: "مسجد النور",
    WARD: "Ward 3 Residents",
    SONG: "Zespół Pieśni",
    BIKES: "Moseley Bike Kitchen",
    FRIENDS: "The Friends of Balsall Heath",
    NORTH: "Northfield Tenants",
    SOUTH: "Southfield Tenants",
}
PEOPLE = {
    SHARON: ("Sharon O’Neill", TENANTS),
    JOSE: ("José", CHOIR),
    AISHA: ("Aisha Begum", MOSQUE),
    KAREN: ("Karen", BIKES),
}
KNOWN = [
    *(Known(Source.NETWORK, name, pk, network_name=name) for pk, name in NAMES.items()),
    *(
        Known(Source.PERSON, name, network, pk, NAMES[network])
        for pk, (name, network) in PEOPLE.items()
    ),
    Known(Source.ROLE, "the caretaker", TENANTS, CARETAKER, NAMES[TENANTS]),
    Known(Source.ALIAS, "red kite", BIKES),
    Known(Source.ALIAS, "Balsall Heath Neighbours", FRIENDS),
    Known(Source.ANSWER, "the lady at the chemist", CHOIR),
    Known(Source.ANSWER, "my neighbour"),
    Known(Source.ANSWER, "mój sąsiad"),
]

NO_NETWORK = Meaning(None)
WAITS = None


def net(network, connector=None):
    return Meaning(network, connector)


TYPED = [
    # As it is written, in any case and with any spaces.
    ("Highgate Tenants’ Association", net(TENANTS)),
    ("  highgate   TENANTS’ association ", net(TENANTS)),
    ("LADYWOOD COMMUNITY CHOIR", net(CHOIR)),
    ("José", net(CHOIR, JOSE)),
    ("مسجد النور", net(MOSQUE)),
    # Accents, punctuation, articles and the talk around a name.
    ("Highgate Tenants' Association", net(TENANTS)),
    ("Highgate Tenants Association.", net(TENANTS)),
    ("the Highgate Tenants Association", net(TENANTS)),
    ("from the Ladywood Community Choir!", net(CHOIR)),
    ("I heard about it from the Ladywood Community Choir", WAITS),
    ("I heard from the Ladywood Community Choir", net(CHOIR)),
    ("Ladywood Community Choir newsletter", net(CHOIR)),
    ("ladywood-community-choir", net(CHOIR)),
    ("Cafe Lacznosc", net(CAFE)),
    ("CAFÉ ŁĄCZNOŚĆ", net(CAFE)),
    ("zespol piesni", net(SONG)),
    ("od Zespół Pieśni", net(SONG)),
    ("Pieśni Zespół", net(SONG)),
    ("مسجد النّور", net(MOSQUE)),
    ("Friends of Balsall Heath", net(FRIENDS)),
    ("friends, Balsall Heath", net(FRIENDS)),
    # Small slips.
    ("Ladywood Comunity Choir", net(CHOIR)),
    ("Ladywood Community Chior", net(CHOIR)),
    ("Ladywod Comunity Choir", net(CHOIR)),
    ("Lady wood Community Choir", net(CHOIR)),
    ("Highgat Tenants Asociation", net(TENANTS)),
    ("Mosley Bike Kitchen", net(BIKES)),
    ("Moseley Bike Kichen", net(BIKES)),
    ("zespul piesni", net(SONG)),
    ("Frends of Balsall Heath", net(FRIENDS)),
    # “Association” and “community” are often left out; a place alone is no name.
    ("Ladywood choir", net(CHOIR)),
    ("Highgate Tenants", net(TENANTS)),
    ("Balsall Heath", WAITS),
    ("Bike Kitchen", WAITS),
    ("Ward 3", WAITS),
    # People, by first name, and where they are.
    ("Sharon", net(TENANTS, SHARON)),
    ("sharon o'neill", net(TENANTS, SHARON)),
    ("Sharon ONeill", net(TENANTS, SHARON)),
    ("Sharon at Highgate", net(TENANTS, SHARON)),
    ("Sharon Highgate", net(TENANTS, SHARON)),
    ("Sharon from Highgate Tenants", net(TENANTS, SHARON)),
    ("Sharon O’Neill, Highgate Tenants’ Association", net(TENANTS, SHARON)),
    ("Sharron", net(TENANTS, SHARON)),
    ("Sharron at Higgate", net(TENANTS, SHARON)),
    ("jose", net(CHOIR, JOSE)),
    ("José from the choir", net(CHOIR, JOSE)),
    ("José del coro", WAITS),
    ("Aisha", net(MOSQUE, AISHA)),
    ("aisha begum", net(MOSQUE, AISHA)),
    ("Aisha Begam", net(MOSQUE, AISHA)),
    ("the caretaker", net(TENANTS, CARETAKER)),
    ("caretaker at Highgate", net(TENANTS, CARETAKER)),
    # Code words, former names and answers that were explained.
    ("red kite", net(BIKES)),
    ("Red Kite", net(BIKES)),
    ("redkite", net(BIKES)),
    ("red-kite", net(BIKES)),
    ("RED  KITE!", net(BIKES)),
    ("balsall heath neighbours", net(FRIENDS)),
    ("the lady at the chemist", net(CHOIR)),
    ("lady at the chemists", net(CHOIR)),
    ("my neighbour", NO_NETWORK),
    ("My neighbor", NO_NETWORK),
    ("moj sasiad", NO_NETWORK),
    # What nobody can be sure of waits.
    ("my neighbour Sharon", WAITS),
    ("Sharon Smith", WAITS),
    ("Sharon at Northfield", WAITS),
    ("Karin", WAITS),
    ("Tenants", WAITS),
    ("the choir", WAITS),
    ("Choir", WAITS),
    ("community", WAITS),
    ("Highgate", WAITS),
    ("Ward 4 Residents", WAITS),
    ("Westfield Tenants", WAITS),
    ("Facebook", WAITS),
    ("a poster", WAITS),
    ("the", WAITS),
    ("sąsiadka", WAITS),
    ("une amie", WAITS),
    ("red", WAITS),
    ("?", WAITS),
    ("", WAITS),
]


def test_there_are_at_least_sixty_of_them():
    assert len({said for said, _meant in TYPED}) == len(TYPED) >= 60


@pytest.mark.parametrize(("said", "meant"), TYPED)
def test_an_answer_means_whom_a_neighbour_would_understand(said, meant):
    assert meaning_of(said, KNOWN) == meant


@pytest.mark.parametrize("said", ["Sharon", "the Ladywood Choir", "Ladywood Chior", "red-kite"])
def test_what_means_two_networks_means_neither(said):
    twins = [
        Known(Source.NETWORK, "Ladywood Choir", 1),
        Known(Source.NETWORK, "Ladywood, Choir", 2),
        Known(Source.PERSON, "Sharon Smith", 1, 101, "Ladywood Choir"),
        Known(Source.PERSON, "Sharon O’Neill", 2, 102, "Ladywood, Choir"),
        Known(Source.ALIAS, "red kite", 1),
        Known(Source.ALIAS, "redkite", 2),
    ]
    assert meaning_of(said, twins) is None


def test_two_people_of_one_name_in_one_network_mean_that_network():
    two = [Known(Source.PERSON, f"Sharon {n}", 1, n, "Choir") for n in (1, 2)]
    assert meaning_of("Sharon", two) == Meaning(1)


def test_the_choir_is_the_network_called_choir():
    assert meaning_of("the choir", [Known(Source.NETWORK, "Choir", 7)]) == Meaning(7)


def test_an_explanation_outranks_a_persons_name_and_a_networks_own_name_outranks_it():
    said = [
        Known(Source.PERSON, "Sharon", 1, 101),
        Known(Source.ANSWER, "Sharon"),
        Known(Source.NETWORK, "Sharon", 3),
    ]
    assert meaning_of("sharon", said[:2]) == Meaning(None)
    assert meaning_of("sharon", said) == Meaning(3)


def test_to_the_letter_forgives_nothing():
    assert named("LADYWOOD community choir", KNOWN) == Meaning(CHOIR)
    assert named("Ladywood Choir", KNOWN) is None
    assert named("Ladywood Comunity Choir", KNOWN) is None


def test_the_same_words_are_one_answer():
    ways = ("The choir", "the Choir!", "from the choir", "CHOIR")
    assert {same_words(said) for said in ways} == {"choir"}
    assert same_words("?!") == "?!"


def test_what_may_be_meant_is_offered_likeliest_first():
    assert nearest("the choir in Ladywood", KNOWN)[0] == CHOIR
    assert nearest("Tenants", KNOWN) == [TENANTS, NORTH, SOUTH]
    assert nearest("a man on the bus", KNOWN) == []


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_without_trouble(said):
    for one in (meaning_of(said, KNOWN), named(said, KNOWN)):
        assert one is None or isinstance(one, Meaning)
    assert set(nearest(said, KNOWN)) <= set(NAMES)


@given(st.sampled_from([one for one in KNOWN if one.source == Source.NETWORK]))
def test_a_networks_own_name_always_means_it(one):
    assert meaning_of(one.words, KNOWN) == Meaning(one.network)
