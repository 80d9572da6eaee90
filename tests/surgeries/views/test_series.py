"""A series and its team, as their people see them."""

import datetime

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from surgeries.actions.series import invite
from surgeries.models import Series, TeamInvitation
from surgeries.states import Role
from tests.factories import (
    create_member,
    create_series,
    create_surgery,
    create_user,
)

pytestmark = pytest.mark.django_db


def sign_in(client, user):
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def olu():
    return create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def hana():
    return create_user(email="hana@example.org", name="Hana Müller")


@pytest.fixture
def stan():
    return create_user(email="stan@example.org", name="Stan O’Hara")


@pytest.fixture
def series(olu):
    return create_series(organiser=olu, slug="central")


@pytest.fixture
def as_olu(client, olu):
    return sign_in(client, olu)


SETTINGS = {
    "name": "Central Birmingham",
    "town": "Birmingham",
    "usual_start": "18:00",
    "usual_minutes": "90",
    "places_per_helper": "2",
    "opens_days_ahead": "28",
    "time_zone": "Europe/London",
}


# Her list ------------------------------------------------------------------------------


def test_all_her_series_stand_in_one_list_with_roles_and_next_day(as_olu, olu, series, stan):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    create_surgery(series=series, on=tomorrow)
    create_surgery(series=series, on=tomorrow + datetime.timedelta(days=7))
    create_member(series=series, user=olu, role=Role.DOOR)
    other = create_series(organiser=stan, name="Dudley")
    create_member(series=other, user=olu, role=Role.HELPER)
    create_series(organiser=stan, name="Secret Walsall")
    response = as_olu.get(reverse("series_list"))
    rows = response.context["rows"]
    assert [(row["series"].name, row["roles"]) for row in rows] == [
        ("Central Birmingham", ["door", "organiser"]),
        ("Dudley", ["helper"]),
    ]
    assert [row["next"] and row["next"].on for row in rows] == [tomorrow, None]
    assert "Walsall" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_two_queries_however_long_it_is(
    as_olu, olu, count, django_assert_num_queries
):
    for _ in range(count):
        series = create_series(organiser=olu)
        create_surgery(series=series, on=timezone.localdate() + datetime.timedelta(days=1))
    with django_assert_num_queries(4):  # session and person, then the two
        as_olu.get(reverse("series_list"))


def test_who_is_in_no_team_is_told_how_to_begin(client, stan):
    response = sign_in(client, stan).get(reverse("series_list"))
    assert "You are in no team yet" in response.content.decode()


# Starting one --------------------------------------------------------------------------


def test_olu_starts_a_series_with_name_and_town(as_olu, olu):
    response = as_olu.post(reverse("series_create"), {"name": "Moseley", "town": "Birmingham"})
    series = Series.objects.get()
    assert response["Location"] == reverse("surgery_create", args=[series.slug])
    assert (series.started_by, series.team.get().user) == (olu, olu)


def test_a_new_organiser_says_her_name_in_the_same_step(client):
    new = create_user(email="new@example.org", name="")
    sign_in(client, new).post(
        reverse("series_create"),
        {"name": "Moseley", "town": "Birmingham", "your_name": "Zoë D’Arcy"},
    )
    new.refresh_from_db()
    assert new.name == "Zoë D’Arcy"


def test_one_like_this_is_filled_in_from_the_link(as_olu, series):
    create_surgery(series=series)
    page = as_olu.get(reverse("series_create"), {"from": "central"}).content.decode()
    assert '<option value="central" selected>' in page


def test_a_form_with_a_fault_keeps_the_rest(as_olu):
    response = as_olu.post(reverse("series_create"), {"name": "", "town": "Birmingham"})
    assert response.status_code == 200
    assert 'value="Birmingham"' in response.content.decode()
    assert Series.objects.count() == 0


# Settings and team ---------------------------------------------------------------------


def test_settings_are_saved(as_olu, series):
    response = as_olu.post(reverse("series_edit", args=["central"]), SETTINGS)
    assert response["Location"] == reverse("series_edit", args=["central"])
    series.refresh_from_db()
    assert series.usual_start == datetime.time(18, 0)
    assert not series.team.get().daily_digest  # the box was not ticked


def test_a_refusal_stands_at_its_field(as_olu, series):
    create_surgery(series=series, on=timezone.localdate() + datetime.timedelta(days=1))
    response = as_olu.post(
        reverse("series_edit", args=["central"]), SETTINGS | {"time_zone": "Europe/Paris"}
    )
    assert "People have been told" in response.context["form"].errors["time_zone"][0]


def test_a_wrong_default_is_not_folded_away(as_olu, series):
    address = reverse("series_edit", args=["central"])
    page = as_olu.get(address).content.decode()
    assert '<details class="mt5">' in page and 'value="07400 123456"' in page
    page = as_olu.post(address, SETTINGS | {"usual_minutes": "5"}).content.decode()
    assert '<details class="mt5" open>' in page


@pytest.mark.parametrize("count", [1, 3])
def test_settings_take_the_same_queries_at_1_and_3_people(
    as_olu, olu, series, count, django_assert_num_queries
):
    for number in range(count):
        create_member(series=series, user=create_user(), role=Role.DOOR)
        invite(
            series,
            email=f"p{number}@example.org",
            role=Role.HELPER,
            by=olu,
            now=timezone.now(),
        )
    with django_assert_num_queries(7):
        as_olu.get(reverse("series_edit", args=["central"]))


def test_an_invitation_answers_alike_for_known_and_unknown_addresses(as_olu, series, hana):
    said = []
    for email in (hana.email, "zoe1@example.org"):
        page = as_olu.post(
            reverse("team_invite", args=["central"]), {"email": email, "role": "door"}, follow=True
        )
        said.append([str(note).replace(email, "X") for note in page.context["messages"]])
    assert said[0] == said[1] == ["We are sending an invitation to X."]


def test_a_refused_invitation_says_why_and_keeps_the_address(as_olu, olu, series):
    page = as_olu.post(
        reverse("team_invite", args=["central"]), {"email": olu.email, "role": "organiser"}
    ).content.decode()
    assert "This person is in the team with this role already." in page
    assert 'value="olu@example.org"' in page


def test_a_removed_organiser_is_out_at_her_next_request(client, olu, hana, series):
    member = create_member(series=series, user=hana)
    hanas = sign_in(client.__class__(), hana)
    assert hanas.get(reverse("series_edit", args=["central"])).status_code == 200
    sign_in(client, olu).post(reverse("team_remove", args=["central", member.pk]))
    assert hanas.get(reverse("series_edit", args=["central"])).status_code == 404


def test_the_last_organiser_reads_why_she_stays(as_olu, series):
    page = as_olu.post(
        reverse("team_remove", args=["central", series.team.get().pk]), follow=True
    ).content.decode()
    assert "would have no organiser" in page
    assert series.team.count() == 1


def test_who_removes_herself_lands_in_her_list(as_olu, olu, hana, series):
    create_member(series=series, user=hana)
    response = as_olu.post(reverse("team_remove", args=["central", series.team.get(user=olu).pk]))
    assert response["Location"] == reverse("series_list")


def test_nobody_reaches_into_another_team(as_olu, olu, stan, series):
    theirs = create_series(organiser=stan, slug="theirs")
    invitation = invite(theirs, email="x@example.org", role=Role.DOOR, by=stan, now=timezone.now())
    for name, pk in (("team_remove", theirs.team.get().pk), ("invitation_withdraw", invitation.pk)):
        for slug in ("central", "theirs"):
            assert as_olu.post(reverse(name, args=[slug, pk])).status_code == 404
    invitation.refresh_from_db()
    assert (theirs.team.count(), invitation.withdrawn_at) == (1, None)


# The invitation ------------------------------------------------------------------------


@pytest.fixture
def invitation(olu, series):
    return invite(series, email="hana@example.org", role=Role.ORGANISER, by=olu, now=timezone.now())


def page_of(invitation):
    return reverse("invitation_detail", args=[invitation.secret])


def test_the_link_says_who_asks_what_without_a_cookie(client, invitation):
    response = client.get(page_of(invitation))
    page = response.content.decode()
    assert "Olu Adé asks you to organise Central Birmingham together." in page
    assert "h…@example.org" in page and "hana@" not in page
    assert not response.cookies


def test_signed_out_nobody_accepts(client, invitation):
    client.post(page_of(invitation))
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_hana_says_yes(client, hana, series, invitation):
    response = sign_in(client, hana).post(page_of(invitation))
    assert response["Location"] == reverse("series_week", args=["central"])
    assert series.team.filter(user=hana, role=Role.ORGANISER).exists()


def test_a_door_keeper_lands_in_her_list(client, olu, hana, series):
    door = invite(series, email=hana.email, role=Role.DOOR, by=olu, now=timezone.now())
    assert sign_in(client, hana).post(page_of(door))["Location"] == reverse("series_list")


def test_stan_reads_which_address_to_use_and_no_more(client, stan, series, invitation):
    page = sign_in(client, stan).post(page_of(invitation)).content.decode()
    assert "This invitation was sent to h…@example.org." in page
    assert "hana@" not in page
    assert series.team.count() == 1


@pytest.mark.parametrize("fate", ["wrong", "used", "withdrawn", "replaced", "old"])
def test_dead_links_all_answer_with_one_page(client, hana, olu, series, invitation, fate):
    now = timezone.now()
    address = page_of(invitation)
    if fate == "wrong":
        address = reverse("invitation_detail", args=["x" * 32])
    elif fate == "used":
        TeamInvitation.objects.update(accepted_at=now)
    elif fate == "withdrawn":
        TeamInvitation.objects.update(withdrawn_at=now)
    elif fate == "replaced":
        invite(series, email=hana.email, role=Role.ORGANISER, by=olu, now=now)
    else:
        TeamInvitation.objects.update(invited_at=now - datetime.timedelta(days=15))
    nowhere = client.get(reverse("invitation_detail", args=["nonsense"]))
    for response in (client.get(address), sign_in(client, hana).post(address)):
        assert response.status_code == 404
    assert client.__class__().get(address).content == nowhere.content
    assert not series.team.filter(user=hana).exists()


# The digest ----------------------------------------------------------------------------


def test_the_digest_stops_with_one_tap_and_not_by_looking(client, series):
    member = series.team.get()
    address = reverse("digest_off", args=[member.pk, member.secret])
    response = client.get(address)
    assert "Stop it" in response.content.decode() and not response.cookies
    member.refresh_from_db()
    assert member.daily_digest
    assert "is off" in client.post(address).content.decode()
    member.refresh_from_db()
    assert not member.daily_digest


def test_a_digest_link_of_another_member_or_another_site_does_nothing(client, series, hana):
    member = series.team.get()
    other = create_member(series=series, user=hana)
    wrong = reverse("digest_off", args=[member.pk, other.secret])
    assert client.get(wrong).status_code == client.post(wrong).status_code == 404
    own = reverse("digest_off", args=[member.pk, member.secret])
    assert client.post(own, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    gone = reverse("digest_off", args=[member.pk + other.pk + 1, member.secret])
    assert client.get(gone).status_code == 404
    member.refresh_from_db()
    assert member.daily_digest


# Leaving -------------------------------------------------------------------------------


def test_an_account_is_deleted_after_asking(client, hana, series):
    create_member(series=series, user=hana, role=Role.HELPER)
    sign_in(client, hana).get(reverse("account_leave"))
    assert series.team.count() == 2
    response = client.post(reverse("account_leave"))
    assert response["Location"] == "/"
    assert series.team.count() == 1
    assert client.get(reverse("series_list"))["Location"].startswith(reverse("account_login"))


def test_the_only_organiser_reads_what_to_do_first(as_olu, series):
    page = as_olu.post(reverse("account_leave")).content.decode()
    assert "Central Birmingham would have no organiser. Hand it over" in page


@pytest.mark.parametrize("name", ["team_invite", "team_remove", "invitation_withdraw"])
def test_what_changes_something_is_not_a_link(as_olu, series, invitation, name):
    args = {"team_remove": [series.team.get().pk], "invitation_withdraw": [invitation.pk]}
    address = reverse(name, args=["central", *args.get(name, [])])
    assert as_olu.get(address).status_code == 405


@pytest.mark.parametrize("name", ["series_list", "series_create", "series_edit", "account_leave"])
def test_other_methods_are_refused(as_olu, series, name):
    args = ["central"] if name == "series_edit" else []
    assert as_olu.delete(reverse(name, args=args)).status_code == 405
