import datetime
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.merging import merge_networks
from surgeries.actions.networks import put_network_away
from surgeries.actions.sharing import choose_code_word, make_kit
from surgeries.models import Alias, Connector, InviteLink, LinkOpens, Network
from surgeries.states import Language, Paper
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenants(series):
    return factories.create_network(series=series, name="Highgate Tenants")


@pytest.fixture
def link(tenants):
    sharon = factories.create_connector(network=tenants, name="Sharon")
    return factories.create_link(network=tenants, connector=sharon, code="abcd2345")


@pytest.fixture
def whole(olu, link):
    """The plain link of a whole kit of Sharon's."""
    return make_kit(link.network, link.connector, by=olu, now=NOW)


def days(number):
    """The local date so many days from now."""
    return timezone.localdate() + datetime.timedelta(days=number)


def at_central(name, *more):
    return reverse(name, args=["central", *more])


def rows():
    """Networks, connectors and kits: each kit has one plain link."""
    kits = InviteLink.objects.filter(passed_on_by="link")
    return (Network.objects.count(), Connector.objects.count(), kits.count())


def kit(client, link, **asked):
    return client.get(at_central("link_detail", link.pk), asked)


def text_of(response, way="whatsapp"):
    return next(text for text in response.context["texts"] if text["way"] == way)


def written(response, way="whatsapp"):
    return text_of(response, way)["form"]["text"].value()


def test_one_answer_leads_to_a_kit_whose_texts_have_links_of_their_own(as_olu, series):
    factories.create_surgery(series=series, on=days(7))
    sharon = {"who": "Sharon at Highgate Tenants", "agreed": "on"}
    response = as_olu.post(at_central("share"), sharon, follow=True)
    link = InviteLink.objects.get(passed_on_by="link")
    assert response.redirect_chain == [(at_central("link_detail", link.pk), 302)]
    assert [text["way"] for text in response.context["texts"]] == [
        *("whatsapp", "facebook", "email", "newsletter")
    ]
    for one in response.context["texts"]:
        text = one["form"]["text"].value()
        assert 80 <= len(text) <= 160
        code = InviteLink.objects.get(passed_on_by=one["way"]).code
        assert text.endswith(f"{settings.SITE_URL}/i/{code}/")
        assert one["opens"] == (one["prefix"] and one["prefix"] + quote(text))
    assert rows() == (1, 1, 1)


def test_a_person_named_is_asked_about_once_and_a_group_never(as_olu, series):
    who = {"who": "Sharon at Highgate Tenants"}
    page = as_olu.post(at_central("share"), who).content.decode()
    assert ("Has Sharon agreed?" in page, rows()) == (True, (0, 0, 0))
    as_olu.post(at_central("share"), who | {"asked": who["who"]})
    assert rows() == (1, 0, 1)
    as_olu.post(at_central("share"), who | {"asked": "Bev at Highgate Tenants", "agreed": "on"})
    assert rows() == (1, 1, 2)
    for known in ("sharon, highgate tenants", "Sharon", "Ladywood Choir"):
        response = as_olu.post(at_central("share"), {"who": known})
        assert response.status_code == 302, known


def test_a_name_that_two_networks_know_asks_which(as_olu, series, link):
    choir = factories.create_network(series=series, name="Ladywood Choir")
    other = factories.create_connector(network=choir, name="Sharon")
    response = as_olu.post(at_central("share"), {"who": "sharon"})
    choices = response.context["form"].fields["which"].choices
    assert sorted(label for _value, label in choices) == [
        "sharon at Highgate Tenants",
        "sharon at Ladywood Choir",
    ]
    assert rows()[2] == 1
    as_olu.post(at_central("share"), {"who": "sharon", "which": f"{choir.pk}-{other.pk}"})
    assert InviteLink.objects.latest("pk").connector == other
    foreign = factories.create_connector(
        network=factories.create_network(series=factories.create_series())
    )
    evil = {"who": "sharon", "which": f"{foreign.network_id}-{foreign.pk}"}
    assert as_olu.post(at_central("share"), evil).status_code == 200
    assert rows()[2] == 2


def test_without_a_next_date_there_is_still_a_text(as_olu, whole):
    assert "Central Birmingham" in written(kit(as_olu, whole))


@pytest.mark.parametrize("who", ["", "  ", "\t"])
def test_nobody_is_asked_for_in_a_sentence(as_olu, series, who):
    response = as_olu.post(at_central("share"), {"who": who})
    assert response.context["form"].errors["who"] == [
        "Enter a person or a group, like “Sharon at Highgate Tenants”."
    ]
    assert rows() == (0, 0, 0)


def test_a_very_long_name_is_refused_in_a_sentence(as_olu, series):
    response = as_olu.post(at_central("share"), {"who": "x" * 300})
    assert response.context["form"].errors["who"] == ["Shorten the name to 200 letters."]
    assert rows() == (0, 0, 0)


def test_a_name_with_markup_stays_a_name(as_olu, series):
    response = as_olu.post(
        at_central("share"), {"who": "<script>alert(1)</script> 🎻 =1+1"}, follow=True
    )
    assert "<script>alert" not in response.content.decode()
    assert Network.objects.get().name == "<script>alert(1)</script> 🎻 =1+1"


def test_known_networks_and_people_are_suggested(as_olu, series, link):
    other = factories.create_network(series=factories.create_series(), name="Not ours")
    factories.create_connector(network=other)
    factories.create_connector(network=link.network, name="Bev", removed_at=NOW)
    away = factories.create_network(series=series, removed_at=NOW)
    factories.create_connector(network=away)
    assert as_olu.get(at_central("share")).context["known"] == [
        "Highgate Tenants",
        "Sharon, Highgate Tenants",
    ]


def test_a_changed_text_is_counted_and_goes_into_its_own_link_alone(as_olu, whole):
    mine = "Bev, this is for the choir: free help online. " + "o" * 60
    response = kit(as_olu, whole, way="email", text=mine)
    assert text_of(response, "email")["letters"] == len(mine)
    assert text_of(response, "email")["opens"].endswith(quote(mine))
    assert written(response, "whatsapp") == written(kit(as_olu, whole), "whatsapp")
    assert "106 of 160 letters" in response.content.decode()


@pytest.mark.parametrize(("letters", "said"), [(79, "Say a little more"), (161, "Take out 1")])
def test_a_text_too_short_or_too_long_is_kept_and_explained(as_olu, whole, letters, said):
    page = kit(as_olu, whole, way="whatsapp", text="x" * letters).content.decode()
    assert said in page
    assert "x" * letters in page
    assert "https://wa.me/?text=" not in page


def test_a_text_of_160_letters_with_line_breaks_fits(as_olu, whole):
    text = "x" * 79 + "\r\n" + "x" * 80
    response = kit(as_olu, whole, way="newsletter", text=text)
    assert text_of(response, "newsletter")["form"].errors == {}
    assert text_of(response, "newsletter")["letters"] == 160


def test_texts_are_in_what_its_people_read_and_in_english(as_olu, whole):
    assert kit(as_olu, whole).context["languages"] == [Language.EN]
    Network.objects.update(languages=["ur", "pl", "gone"])
    response = kit(as_olu, whole)
    assert response.context["languages"] == [Language.UR, Language.PL, Language.EN]
    assert "مفت مدد" in written(response)
    widget = text_of(response)["form"].fields["text"].widget
    assert (widget.attrs["lang"], widget.attrs["dir"]) == ("ur", "rtl")
    assert "Bezpłatnie" in written(kit(as_olu, whole, **{"in": "pl"}))
    assert kit(as_olu, whole, **{"in": "xx"}).context["language"] == Language.UR


def test_a_link_is_switched_off_and_on(as_olu, link):
    as_olu.post(at_central("link_switch", link.pk))
    link.refresh_from_db()
    assert link.switched_off_at is not None
    as_olu.post(at_central("link_switch", link.pk), {"on": "yes"})
    link.refresh_from_db()
    assert link.switched_off_at is None


def test_a_link_that_is_missing_is_made_by_one_tap(as_olu, link):
    response = kit(as_olu, link)
    assert (response.context["texts"], response.context["kit"].is_whole) == ([], False)
    where = at_central("link_make", link.network_id)
    page = as_olu.post(where, {"connector": link.connector_id}, follow=True)
    assert (len(page.context["texts"]), page.context["kit"].is_whole) == (4, True)
    assert InviteLink.objects.filter(connector=link.connector).count() == 7


def test_opens_stand_beside_each_link(as_olu, whole):
    LinkOpens.objects.create(link=whole, on="2026-11-01", times=3)
    LinkOpens.objects.create(link=whole, on="2026-11-02", times=2)
    opened = {one.passed_on_by: one.opened for one in kit(as_olu, whole).context["kit"].links}
    assert (opened["link"], opened["poster"]) == (5, 0)


# When things are put away or merged -----------------------------------------------------


def test_the_kit_of_a_network_that_was_put_away_still_opens(as_olu, olu, whole):
    put_network_away(whole.network, away=True, by=olu, now=NOW)
    response = kit(as_olu, whole)
    assert "You have put Highgate Tenants away" in response.content.decode()
    assert (len(response.context["texts"]), response.context["notes"]) == (4, [])
    for paper in Paper:
        assert as_olu.get(at_central("link_print", whole.pk, paper)).status_code == 200


def test_the_kit_of_a_merged_network_is_the_one_it_went_into(as_olu, olu, series, whole):
    choir = factories.create_network(series=series, name="Ladywood Choir")
    make_kit(choir, by=olu, now=NOW)
    merge_networks(whole.network, into=choir, by=olu, now=NOW)
    response = kit(as_olu, whole)
    assert response.context["kit"].network == choir
    codes = choir.links.filter(connector=whole.connector).values_list("code", flat=True)
    assert len(response.context["texts"]) == 4
    assert all(
        any(code in written(response, t["way"]) for code in codes)
        for t in response.context["texts"]
    )


# The word to say ------------------------------------------------------------------------


def test_a_word_is_suggested_and_kept_by_one_tap(as_olu, olu, tenants):
    link = make_kit(tenants, by=olu, now=NOW)
    offered = kit(as_olu, link).context["word_form"]["word"].value()
    assert (offered, Alias.objects.count()) == ("Highgate", 0)
    page = as_olu.post(at_central("link_word", link.pk), {"word": offered}, follow=True)
    assert page.context["kit"].words == ["Highgate"]
    assert "Say “Highgate” from now on." in page.content.decode()


def test_a_word_is_suggested_that_tells_no_name_which_is_not_public(as_olu, olu, tenants, whole):
    for shown in ({"private": True}, {"private": False, "suggested_from": None}):
        Network.objects.update(**shown)
        link = make_kit(tenants, by=olu, now=NOW)
        for one in (link, whole):
            offered = kit(as_olu, one).context["word_form"]["word"].value()
            assert offered not in ("", "Highgate", "Tenants", "Sharon")


def test_a_word_that_is_refused_stays_in_its_field(as_olu, whole):
    response = as_olu.post(at_central("link_word", whole.pk), {"word": "=1+1"})
    assert response.context["word_form"]["word"].value() == "=1+1"
    assert Alias.objects.count() == 0


# Notes ----------------------------------------------------------------------------------


def test_a_note_says_how_many_of_hers_are_coming_and_came_and_nothing_is_sent(
    as_olu, series, whole, mailoutbox
):
    coming = factories.create_surgery(series=series, on=days(7), places=(5,))
    past = factories.create_surgery(series=series, on=days(-7), places=(5,))
    hers = {"network": whole.network, "credited_connector": whole.connector}
    for _ in range(3):
        factories.create_booking(surgery=coming, **hers)
    factories.create_booking(surgery=coming, network=whole.network)
    factories.create_booking(surgery=coming, state="cancelled", **hers)
    factories.create_booking(surgery=past, outcome="came", **hers)
    factories.create_booking(surgery=past, outcome="did_not_come", **hers)
    before, after = (note["text"] for note in kit(as_olu, whole).context["notes"])
    assert before.startswith("Hello Sharon, 3 of yours are coming on ")
    assert after.startswith("Hello Sharon, 1 of yours came on ")
    assert mailoutbox == []


# On paper -------------------------------------------------------------------------------


def paper_of(client, link, paper=Paper.A5):
    return client.get(at_central("link_print", link.pk, paper)).content.decode()


@pytest.mark.parametrize("paper", list(Paper))
def test_each_paper_is_a_page_and_a_pdf(as_olu, series, whole, paper):
    factories.create_surgery(series=series, on=days(7))
    way = "card" if paper == Paper.CARD else "poster"
    code = InviteLink.objects.get(passed_on_by=way).code
    assert f"/i/{code}" in paper_of(as_olu, whole, paper)
    response = as_olu.get(at_central("link_pdf", whole.pk, paper))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert response.content.count(b"/Type/Page/") + response.content.count(b"/Type /Page\n") == 1


def test_there_is_no_other_paper(as_olu, whole):
    for name in ("link_print", "link_pdf"):
        assert as_olu.get(at_central(name, whole.pk, "a3")).status_code == 404


def test_a_language_we_have_no_type_for_is_printed_from_the_page(as_olu, whole):
    response = as_olu.get(at_central("link_pdf", whole.pk, "a4"), {"in": "ur"}, follow=True)
    assert response.redirect_chain == [(at_central("link_print", whole.pk, "a4") + "?in=ur", 302)]
    assert 'lang="ur" dir="rtl"' in response.content.decode()


def test_a_poster_names_a_network_only_when_that_may_be_public(as_olu, olu, whole):
    choose_code_word(whole.network, whole.connector, word="Robin", by=olu, now=NOW)
    assert "Highgate Tenants" in paper_of(as_olu, whole)
    for hidden in ({"private": True}, {"private": False, "suggested_from": None}):
        Network.objects.update(**hidden)
        page = paper_of(as_olu, whole)
        assert ("Highgate" in page, "Sharon" in page, "Robin" in page) == (False, False, True)


def test_a_word_that_tells_the_name_leaves_the_poster_once_the_network_is_private(
    as_olu, olu, tenants
):
    link = make_kit(tenants, by=olu, now=NOW)
    choose_code_word(tenants, word="Highgate", by=olu, now=NOW)
    assert "say “Highgate”" in paper_of(as_olu, link)
    Network.objects.update(private=True)
    assert "Highgate" not in paper_of(as_olu, link)
    assert "no poster shows it" in kit(as_olu, link).content.decode()


EVIL = (
    '#panic("evil")',
    '"); #panic("evil") //',
    "@nobody *open $open _open",
    "<script>alert(1)</script>",
    '=HYPERLINK("evil")',
    "#" * 100 + "x" * 100,
)


@pytest.mark.parametrize("name", EVIL)
def test_a_name_with_markup_a_formula_or_typst_in_it_stays_text(as_olu, series, whole, name):
    """Any of these would stop the typesetter or the page if it were more than words."""
    Network.objects.update(name=name)
    series.name = name[:100]
    series.save()
    surgery = factories.create_surgery(series=series, on=days(7))
    surgery.venue.name, surgery.venue.address = name[:160], name
    surgery.venue.save()
    for paper in Paper:
        assert "<script>alert" not in paper_of(as_olu, whole, paper)
        assert as_olu.get(at_central("link_pdf", whole.pk, paper)).status_code == 200
    assert "<script>alert" not in kit(as_olu, whole).content.decode()


# How often the database is asked --------------------------------------------------------


def test_a_kit_asks_the_database_the_same_at_1_and_at_100_links(as_olu, olu, tenants, whole):
    def statements(name, *where):
        with CaptureQueriesContext(connection) as queries:
            assert as_olu.get(at_central(name, whole.pk, *where)).status_code == 200
        return len(queries)

    choose_code_word(tenants, whole.connector, word="Robin", by=olu, now=NOW)
    few = statements("link_detail"), statements("link_print", "a5")
    for number in range(100):
        factories.create_link(network=tenants, connector=whole.connector, switched_off_at=NOW)
        factories.create_alias(
            series=tenants.series, words=f"word {number}", network=tenants, kind="code_word"
        )
    assert (statements("link_detail"), statements("link_print", "a5")) == few
