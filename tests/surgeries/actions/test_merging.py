"""Two networks that are one, and one that was never used (issue 4, point 1)."""

import datetime
import threading
import uuid

import pytest
from django.db import connection

from surgeries.actions.bookings import book_slot
from surgeries.actions.imports import import_register
from surgeries.actions.merging import (
    POINTS_TO_A_CONNECTOR,
    POINTS_TO_A_NETWORK,
    delete_network,
    merge_networks,
    what_hangs_on,
)
from surgeries.actions.networks import find_or_make_network
from surgeries.actions.undo_imports import undo_import
from surgeries.models import Alias, Booking, Connector, InviteLink, MonthFigures, Network
from surgeries.refusals import Refused
from surgeries.rules.imports import Row
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


@pytest.fixture
def tenants(series):
    return factories.create_network(series=series, name="Highgate Tenants")


@pytest.fixture
def flats(series):
    return factories.create_network(series=series, name="The Flats O’Neill")


def merge(network, into, olu):
    return merge_networks(network, into=into, by=olu, now=NOW)


def bev_came_by(network):
    """A row of a register: Bev came on 1 October, told by `network`."""
    on = datetime.date(2026, 10, 1)
    return Row(1, on, "Bev", "bev", network, booked_at=None, reminded=None, came=True)


def everything_of(network):
    """One row of each kind that can point to a network."""
    series = network.series
    sharon = factories.create_connector(network=network)
    link = factories.create_link(network=network, connector=sharon)
    surgery = factories.create_surgery(series=series)
    amina = factories.create_attendee(series=series, first_network=network)
    booking = factories.create_booking(
        surgery=surgery,
        attendee=amina,
        network=network,
        said_network=network,
        followed_network=network,
        followed_link=link,
        credited_connector=sharon,
        brought_by=sharon,
    )
    factories.create_alias(series=series, words="the flats", network=network, connector=sharon)
    factories.create_group(series=series, networks=[network])
    factories.create_prospect(series=series, network=network)
    factories.create_belonging(network=network, attendee=amina)
    return booking, link, sharon


def test_everything_moves_and_the_old_one_is_gone(olu, tenants, flats):
    booking, link, sharon = everything_of(flats)
    before = what_hangs_on(flats)
    assert before == {
        "bookings": 1,
        "people": 1,
        "connectors": 1,
        "links": 1,
        "groups": 1,
        "words": 1,
        "prospects": 1,
        "belongings": 1,
    }
    assert merge(flats, tenants, olu) == tenants
    assert what_hangs_on(tenants) == before | {"words": 2}
    assert list(Network.objects.all()) == [tenants]
    booking.refresh_from_db()
    assert (booking.said_network, booking.followed_network) == (tenants, tenants)
    assert (booking.credited_network, booking.credited_connector) == (tenants, sharon)
    assert booking.attendee.first_network == tenants
    told = attribute(tenants.series, code=link.code)
    assert (told.credited_network, told.credited_connector) == (tenants, sharon)


def test_no_column_that_points_to_a_network_or_a_connector_is_forgotten():
    """Whoever adds a foreign key says here what becomes of it when networks are merged."""
    for model, known in ((Network, POINTS_TO_A_NETWORK), (Connector, POINTS_TO_A_CONNECTOR)):
        pointing = {
            (other.related_model, other.field.name)
            for other in model._meta.get_fields(include_hidden=True)
            if other.auto_created and other.one_to_many
        }
        through = {pair for pair in pointing if pair[0]._meta.auto_created}
        added_up = {(MonthFigures, "network")}  # a trigger takes these away and they are made anew
        assert pointing - through - added_up == set(known)


def test_its_name_goes_on_meaning_the_one_it_is_now(olu, series, tenants, flats):
    factories.create_alias(series=series, words="the flats o’neill")
    merge(flats, tenants, olu)
    alias = Alias.objects.get()
    assert (alias.words, alias.kind, alias.network) == (
        "The Flats O’Neill",
        AliasKind.FORMER_NAME,
        tenants,
    )
    assert attribute(series, said="the FLATS o’neill").credited_network == tenants
    assert find_or_make_network(series, name="The flats O’Neill", now=NOW) == tenants
    import_register(series, [bev_came_by("The Flats O’Neill")], filename="a.csv", by=olu, now=NOW)
    assert Booking.objects.get().credited_network == tenants
    assert Network.objects.count() == 1


def test_a_merged_one_can_be_merged_again_and_all_names_stay(olu, series, tenants, flats):
    choir = factories.create_network(series=series, name="Ladywood Choir")
    merge(flats, tenants, olu)
    merge(tenants, choir, olu)
    for said in ("The Flats O’Neill", "Highgate Tenants", "Ladywood Choir"):
        assert attribute(series, said=said).credited_network == choir, said


def test_a_person_who_stands_in_both_becomes_one_with_no_more_consent(olu, tenants, flats):
    kept = factories.create_connector(network=tenants, name="Sharon", name_shown_from=NOW)
    double = factories.create_connector(
        network=flats, name="SHARON", contact="+447400123456", digest_from=NOW, role="the caretaker"
    )
    link = factories.create_link(network=flats, connector=double)
    booking = factories.create_booking(
        surgery=factories.create_surgery(series=flats.series),
        network=flats,
        credited_connector=double,
    )
    merge(flats, tenants, olu)
    sharon = Connector.objects.get()
    assert (sharon, sharon.contact, sharon.role) == (kept, "+447400123456", "the caretaker")
    assert (sharon.name_shown_from, sharon.digest_from) == (None, None)
    booking.refresh_from_db()
    link.refresh_from_db()
    assert (booking.credited_connector, link.connector, link.network) == (kept, kept, tenants)


@pytest.mark.parametrize(("one", "other"), [(True, False), (False, True)])
def test_what_was_private_stays_private(olu, tenants, flats, one, other):
    for network, private in ((tenants, one), (flats, other)):
        suggested = None if private else NOW
        network.private, network.suggested_from = private, suggested
        network.save()
    survivor = merge(flats, tenants, olu)
    assert survivor.private
    assert not Network.objects.suggestible().exists()


def test_what_the_survivor_leaves_empty_is_filled(olu, tenants, flats):
    tenants.area, tenants.about, tenants.languages = "Highgate", "Meet on Tuesdays.", ["en"]
    tenants.save()
    flats.area, flats.about, flats.hoped_for = "B12", "The caretaker knows all.", 4
    flats.languages = ["en", "ur"]
    flats.save()
    merge(flats, tenants, olu)
    tenants.refresh_from_db()
    assert (tenants.area, tenants.hoped_for, tenants.languages) == ("Highgate", 4, ["en", "ur"])
    assert tenants.about == "Meet on Tuesdays.\n\nThe caretaker knows all."


def test_a_group_in_both_is_in_it_once(olu, series, tenants, flats):
    group = factories.create_group(series=series, networks=[tenants, flats])
    merge(flats, tenants, olu)
    assert list(group.networks.all()) == [tenants]


def test_an_import_can_still_be_taken_out(olu, series, tenants):
    booking = factories.create_booking(
        surgery=factories.create_surgery(series=series, on=datetime.date(2026, 10, 1)),
        attendee=factories.create_attendee(series=series, name="Bev"),
    )
    run = import_register(series, [bev_came_by("The Flats")], filename="a.csv", by=olu, now=NOW).run
    flats = Network.objects.get(name="The Flats")
    merge(flats, tenants, olu)
    undo_import(run, by=olu, now=NOW)
    booking.refresh_from_db()
    assert (booking.credited_network, booking.said_network) == (None, None)
    assert Network.objects.filter(pk=tenants.pk).exists()


def test_what_cannot_be_merged_is_refused_and_leaves_no_trace(olu, series, tenants, flats):
    elsewhere = factories.create_network(series=factories.create_series())
    away = factories.create_network(series=series, name="Old Club", removed_at=NOW)
    everything_of(flats)
    for into, said in (
        (flats, "Choose another network"),
        (elsewhere, "belong to one surgery"),
        (away, "You have put Old Club away"),
    ):
        with pytest.raises(Refused, match=said) as refused:
            merge(flats, into, olu)
        assert refused.value.field == "into"
    assert what_hangs_on(flats)["bookings"] == 1
    assert what_hangs_on(away)["words"] == 0


def test_one_that_is_gone_already_is_refused_in_a_sentence(olu, tenants, flats):
    merge(flats, tenants, olu)
    with pytest.raises(Refused, match="Somebody changed your networks"):
        merge(flats, tenants, olu)


def test_only_a_network_that_nothing_hangs_on_is_deleted(olu, tenants, flats):
    factories.create_link(network=flats)
    with pytest.raises(Refused, match="Put it away instead"):
        delete_network(flats, by=olu, now=NOW)
    delete_network(tenants, by=olu, now=NOW)
    assert list(Network.objects.all()) == [flats]


@pytest.mark.django_db(transaction=True)
def test_whoever_books_while_networks_are_merged_has_her_place_and_counts_for_the_survivor():
    olu = factories.create_user()
    series = factories.create_series(organiser=olu)
    surgery = factories.create_surgery(series=series, on=datetime.date(2026, 11, 11), places=(40,))
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    flats = factories.create_network(series=series, name="The Flats")
    link = factories.create_link(network=flats)
    barrier, wrong = threading.Barrier(9), []

    def run(act):
        barrier.wait()
        try:
            act()
        except Exception as fault:  # named below: a thread would swallow it
            wrong.append(fault)
        connection.close()

    def books(number):
        for turn in range(4):
            book_slot(
                surgery.slots.get(),
                name=f"Bev {number} {turn}",
                contact=f"bev{number}-{turn}@example.org",
                said="the flats" if turn % 2 else "",
                code="" if turn % 2 else link.code,
                request_key=uuid.uuid4(),
                now=NOW,
            )

    acts = [lambda n=n: books(n) for n in range(8)] + [lambda: merge(flats, tenants, olu)]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    credited = Booking.objects.values_list("credited_network", flat=True)
    assert list(credited) == [tenants.pk] * 32
    assert InviteLink.objects.get().network == tenants
