"""The page that says whom to ask, and who of us belongs to a network."""

import pytest
from django.urls import reverse

from surgeries.models import Belonging
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def choir(series):
    return factories.create_network(series=series, name="Ladywood Choir")


@pytest.fixture
def hana(series):
    return factories.create_helper(series=series, name="Hana Müller", email="hana@example.org")


def at_central(name, *more):
    return reverse(name, args=["central", *more])


def page_of(client, query=""):
    response = client.get(at_central("introduction_list") + query)
    return " ".join(response.content.decode().split())


def test_empty_pages_say_what_to_do_first(as_olu, series):
    assert "First add a network" in page_of(as_olu)
    factories.create_network(series=series, name="Highgate Tenants")
    page = page_of(as_olu)
    assert "First ask who belongs where" in page
    assert "No way known yet" in page


def test_the_sentences_name_the_person_what_they_do_and_the_networks(as_olu, series, choir, hana):
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    factories.create_group(series=series, name="Knit & Natter", networks=[choir, tenants])
    factories.create_belonging(network=choir, helper=hana)
    page = page_of(as_olu, f"?network={tenants.pk}")
    assert (
        "<li>Ask <strong>Hana Müller</strong>, who helps with us and belongs to "
        "<strong>Ladywood Choir</strong>.</li>"
        "<li>Knit &amp; Natter belongs there too, and also to "
        "<strong>Highgate Tenants</strong>.</li>"
    ) in page


def test_an_odd_choice_is_no_choice(as_olu, series, choir):
    others = factories.create_network(series=factories.create_series(), name="Theirs")
    for odd in ("x", "9" * 30, "²", str(others.pk), ""):
        assert "Theirs" not in page_of(as_olu, f"?network={odd}")


def test_the_tick_is_asked_for(as_olu, choir, hana):
    address, who = at_central("belonging_add", choir.pk), f"helper-{hana.pk}"
    page = as_olu.post(address, {"who": who}, follow=True).content.decode()
    assert "Ask this person first, then tick." in page
    assert not Belonging.objects.exists()
    as_olu.post(address, {"who": who, "agreed": "on"})
    belonging = Belonging.objects.get()
    assert (belonging.network, belonging.helper) == (choir, hana)
    as_olu.post(at_central("belonging_remove", belonging.pk))
    assert not Belonging.objects.exists()


def test_only_people_of_this_series_can_be_chosen(as_olu, choir):
    other = factories.create_helper(series=factories.create_series())
    answer = {"who": f"helper-{other.pk}", "agreed": "on"}
    page = as_olu.post(at_central("belonging_add", choir.pk), answer, follow=True)
    assert "Choose somebody in the list." in page.content.decode()
    assert not Belonging.objects.exists()


def test_a_helper_ticks_where_she_belongs_and_reads_no_private_name(client, series, choir, hana):
    tenants = factories.create_network(series=series, name="Highgate Tenants")
    factories.create_network(series=series, name="The refuge", private=True, suggested_from=None)
    factories.create_network(series=series, name="Typed by somebody", suggested_from=None)
    mosque = factories.create_network(
        series=series, name="Her mosque", private=True, suggested_from=None
    )
    factories.create_belonging(network=mosque, helper=hana)
    helping = factories.create_helping(surgery=factories.create_surgery(series=series), helper=hana)
    address = reverse("helping_about", args=[helping.secret])
    page = client.get(address).content.decode()
    names = ("Ladywood Choir", "Highgate Tenants", "The refuge", "Typed by", "Her mosque")
    assert [name in page for name in names] == [True, True, False, False, True]
    client.post(address, {"networks": [choir.pk, mosque.pk]})
    hers = Belonging.objects.filter(helper=hana).values_list("network", flat=True)
    assert set(hers) == {choir.pk, mosque.pk}
    client.post(address, {"networks": [tenants.pk]})
    assert Belonging.objects.get().network == tenants
