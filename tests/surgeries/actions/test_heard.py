"""An answer is explained once, for past and future people, and the explanation can go again."""

from datetime import timedelta

import pytest

from surgeries.actions.heard import (
    explain_answer,
    explain_answer_by_name,
    take_back_explanation,
)
from surgeries.models import Alias, Network
from surgeries.refusals import Refused
from surgeries.states import AliasKind
from surgeries.turnout.attribution import attribute
from surgeries.turnout.heard import answers_in_doubt
from tests.factories import (
    NOW,
    WEDNESDAY,
    create_alias,
    create_attendee,
    create_booking,
    create_connector,
    create_link,
    create_network,
    create_series,
    create_surgery,
    create_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return create_user()


@pytest.fixture
def series(olu):
    return create_series(organiser=olu)


@pytest.fixture
def choir(series):
    return create_network(series=series, name="Ladywood Choir")


def heard(series, said, *, on=WEDNESDAY, **fields):
    surgery = series.surgeries.filter(on=on).first() or create_surgery(series=series, on=on)
    return create_booking(surgery=surgery, said=said, imported=True, **fields)


def explain(series, words, network, olu):
    return explain_answer(series, words=words, network=network, by=olu, now=NOW)


def credit(booking):
    booking.refresh_from_db()
    booking.attendee.refresh_from_db()
    credited = (booking.said_network, booking.credited_network, booking.credited_connector)
    return (*credited, booking.attendee.first_network)


def test_it_goes_for_all_who_wrote_the_same_words_and_for_the_next_one(series, choir, olu):
    told = [heard(series, said) for said in ("Brenda’s lot", "brendas lot!", "the Brenda’s lot")]
    other = heard(series, "Brenda")

    explain(series, "Brenda’s lot", choir, olu)

    assert [credit(booking) for booking in told] == [(choir, choir, None, choir)] * 3
    assert credit(other) == (None, None, None, None)
    assert attribute(series, said="from Brendas lot").credited_network == choir


def test_her_answer_outranks_the_link_and_what_she_followed_stays(series, choir, olu):
    tenants = create_network(series=series, name="Tenants")
    sharon = create_connector(network=tenants)
    link = create_link(network=tenants, connector=sharon)
    followed = {"followed_link": link, "followed_network": tenants}
    credited = {"network": tenants, "credited_connector": sharon}
    amina = create_attendee(series=series, first_network=tenants)
    booking = heard(series, "Brenda’s lot", attendee=amina, **followed, **credited)

    alias = explain(series, "Brenda’s lot", choir, olu)
    assert credit(booking) == (choir, choir, None, tenants)
    assert booking.followed_network == tenants

    take_back_explanation(alias, by=olu, now=NOW)
    assert credit(booking) == (None, tenants, sharon, tenants)


def test_who_passed_on_the_link_is_credited_when_her_network_was_meant(series, choir, olu):
    sharon = create_connector(network=choir)
    link = create_link(network=choir, connector=sharon)
    followed = {"followed_link": link, "followed_network": choir}
    credited = {"network": choir, "credited_connector": sharon}
    booking = heard(series, "Brenda’s lot", **followed, **credited)

    explain(series, "Brenda’s lot", choir, olu)

    assert credit(booking)[:3] == (choir, choir, sharon)


def test_no_network_waits_no_longer_and_credits_nobody(series, choir, olu):
    booking = heard(series, "my neighbour")

    alias = explain(series, "my neighbour", None, olu)

    assert credit(booking) == (None, None, None, None)
    assert answers_in_doubt(series).answers == ()
    take_back_explanation(alias, by=olu, now=NOW)
    assert [one.words for one in answers_in_doubt(series).answers] == ["my neighbour"]


def test_who_has_a_first_network_keeps_it(series, choir, olu):
    tenants = create_network(series=series, name="Tenants")
    amina = create_attendee(series=series, first_network=tenants)
    heard(series, "Brenda’s lot", attendee=amina)

    explain(series, "Brenda’s lot", choir, olu)

    amina.refresh_from_db()
    assert amina.first_network == tenants


def test_taking_it_back_leaves_everything_as_it_was(series, choir, olu):
    amina = create_attendee(series=series)
    before = heard(series, "Brenda’s lot", attendee=amina)
    clear = heard(series, "Ladywood Choir", network=choir, said_network=choir)

    alias = explain(series, "Brenda’s lot", choir, olu)
    later = heard(series, "brendas lot", said_network=choir, network=choir)
    take_back_explanation(alias, by=olu, now=NOW + timedelta(hours=1))

    assert credit(before) == (None, None, None, None)
    assert credit(later)[:2] == (None, None)
    assert credit(clear)[:2] == (choir, choir)
    assert Alias.objects.count() == 0


def test_a_new_network_is_made_and_goes_with_the_explanation(series, olu):
    booking = heard(series, "Chess club")
    about = {"words": "Chess club", "by": olu, "now": NOW}

    alias = explain_answer_by_name(series, name="Chess Club", **about)
    made = Network.objects.get()
    assert (made.name, made.suggested_from) == ("Chess Club", None)
    assert credit(booking)[:2] == (made, made)

    take_back_explanation(alias, by=olu, now=NOW)
    assert credit(booking)[:2] == (None, None)
    assert not Network.objects.exists()


def test_a_new_network_that_somebody_uses_stays(series, olu):
    alias = explain_answer_by_name(series, words="Chess", name="Chess", by=olu, now=NOW)
    create_connector(network=Network.objects.get())

    take_back_explanation(alias, by=olu, now=NOW)

    assert Network.objects.count() == 1


@pytest.mark.parametrize("words", ["", "   "])
def test_no_words_are_refused(series, choir, olu, words):
    with pytest.raises(Refused, match=r"There are no words to explain\."):
        explain(series, words, choir, olu)


def test_a_code_word_is_not_explained_away(series, choir, olu):
    create_alias(series=series, words="red kite", network=choir, kind=AliasKind.CODE_WORD)
    with pytest.raises(Refused, match=r"These words mean a network already\."):
        explain(series, "Red Kite", None, olu)
    assert Alias.objects.get().network == choir


def test_another_series_hears_nothing_of_it(series, choir, olu):
    elsewhere = create_series()
    booking = heard(elsewhere, "Brenda’s lot")

    explain(series, "Brenda’s lot", choir, olu)

    assert credit(booking)[:2] == (None, None)
    assert attribute(elsewhere, said="Brenda’s lot").credited_network is None


def test_the_same_words_are_one_line_with_how_many_people_wrote_them(series, choir):
    amina = create_attendee(series=series)
    for on in (WEDNESDAY, WEDNESDAY + timedelta(days=7)):
        heard(series, "the choir", attendee=amina, on=on)
    for said in ("The Choir!", "The Choir!", "a man on the bus"):
        heard(series, said)

    found = answers_in_doubt(series)

    lines = [(one.words, one.people, one.offered) for one in found.answers]
    assert lines == [("The Choir!", 3, (choir,)), ("a man on the bus", 1, ())]
    assert found.more == 0


def test_a_long_list_shows_the_first_and_says_how_many_more(series):
    for number in range(33):
        heard(series, f"number {number}")

    found = answers_in_doubt(series)

    assert (len(found.answers), found.more) == (30, 3)


@pytest.mark.parametrize("number", [1, 5])
def test_the_list_is_three_statements_whatever_there_is(
    series, choir, number, django_assert_num_queries
):
    for n in range(number):
        heard(series, f"number {n}")
    with django_assert_num_queries(3):
        answers_in_doubt(series)
