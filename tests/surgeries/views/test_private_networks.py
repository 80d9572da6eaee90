"""A private network's name and connectors stay with the organisers (model.md)."""

import html

import pytest
from django.conf import settings
from django.urls import reverse

from surgeries.actions.sharing import make_kit
from surgeries.models import Helper, Network
from surgeries.states import Paper, Role
from tests import factories
from tests.pages import PAGES, address_of, build_world
from tests.surgeries.test_access import AT_THE_DOOR
from tests.surgeries.views.visitor import in_days

pytestmark = pytest.mark.django_db

CANARIES = ("canary mosque", "canary sharon", "canary caretaker", "canary answer", "canary men")


@pytest.fixture
def world():
    """The small world; its network is private, and people came through it today."""
    world = build_world()
    network = world.rows["network"]
    network.name, network.private, network.suggested_from = "Canary Mosque", True, None
    network.about = "Canary Mosque meets on Fridays"
    network.save()
    for connector in network.connectors.all():
        connector.name = connector.name.replace("Sharon", "Canary Sharon")
        connector.role = connector.role and "the canary caretaker"
        connector.save()
    for alias in network.aliases.all():
        alias.words = "canary answer"
        alias.save()
    group = factories.create_group(series=world.series, name="Canary Men", networks=[network])
    world.rows["group"] = group
    world.rows["today"] = factories.create_surgery(
        series=world.series, on=in_days(0, world.series), places=(4,)
    )
    for said in ("Canary Mosque", "Canary Sharon", "canary answer"):
        factories.create_booking(
            surgery=world.rows["today"],
            network=network,
            said=said,
            walked_in=True,
            outcome="came",
        )
    hana = Helper.objects.get(email=world.olu.email)
    world.rows["evening"] = factories.create_helping(surgery=world.rows["today"], helper=hana)
    return world


def seen_in(client, address):
    """Those of the private words that somebody reads at this address."""
    response = client.get(address)
    page = html.unescape(response.content.decode()).casefold()
    return [(address, word) for word in CANARIES if word in page]


def seen_at_the_door(client, world):
    dee = factories.create_user(name="Dee Door")
    factories.create_member(series=world.series, user=dee, role=Role.DOOR)
    client.force_login(dee, backend=settings.AUTHENTICATION_BACKENDS[0])
    where = [world.series.slug, world.rows["today"].pk]
    taps = ("register_tap", "register_walk_in")
    pages = [reverse(name, args=where) for name in sorted(AT_THE_DOOR.difference(taps))]
    assert {client.get(page).status_code for page in pages} == {200}
    return [found for page in pages for found in seen_in(client, page)]


def test_no_page_that_anybody_may_open_tells_of_it(client, world):
    addresses = [address_of(name, world) for name in sorted(PAGES)]
    ours = [address for address in addresses if not address.startswith("/organise/")]
    assert reverse("invite_follow", args=[world.rows["link"].code]) in ours
    assert [found for address in ours for found in seen_in(client, address)] == []


def test_no_page_of_a_helper_tells_of_it(client, world):
    hana = factories.create_user(name="Hana Müller")
    factories.create_member(series=world.series, user=hana, role=Role.HELPER)
    Helper.objects.filter(email=world.olu.email).update(email=hana.email)
    client.force_login(hana, backend=settings.AUTHENTICATION_BACKENDS[0])
    for name in ("my_evenings", "helping_detail", "series_list"):
        response = client.get(address_of(name, world))
        assert response.status_code == 200, name
        assert seen_in(client, address_of(name, world)) == [], name


def test_no_page_of_the_door_tells_of_it(client, world):
    assert seen_at_the_door(client, world) == []


def test_the_door_would_tell_of_it_were_it_not_private(client, world):
    """Negative control: what is absent above is there to leak."""
    Network.objects.filter(name="Canary Mosque").update(private=False)
    assert {word for _address, word in seen_at_the_door(client, world)} == {
        "canary mosque",
        "canary sharon",
        "canary answer",
    }


def test_nothing_of_its_kit_that_goes_out_names_it(client, world):
    client.force_login(world.olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    link = make_kit(world.rows["network"], by=world.olu, now=world.rows["network"].created_at)
    where = [world.series.slug, link.pk]
    kit = client.get(reverse("link_detail", args=where)).context
    texts = [text["form"]["text"].value() for text in kit["texts"]]
    word = kit["word_form"]["word"].value()
    assert [w for w in CANARIES for t in (*texts, word) if w in t.casefold()] == []
    assert (len(texts), "canary" in word.casefold()) == (4, False)
    for paper in Paper:
        assert seen_in(client, reverse("link_print", args=[*where, paper])) == []


def test_nobody_who_books_is_offered_its_name(client, world):
    assert Network.objects.filter(name="Canary Mosque").exists()
    assert "Canary Mosque" not in list(Network.objects.suggestible().values_list("name", flat=True))
