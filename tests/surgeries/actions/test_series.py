"""A series begins and changes; its team comes, goes and is handed over."""

import datetime
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from surgeries.actions.series import (
    accept_invitation,
    create_series,
    edit_series,
    invite,
    leave,
    remove_member,
    set_digest,
    withdraw_invitation,
)
from surgeries.models import Message, Series, TeamInvitation, TeamMember
from surgeries.refusals import Refused
from surgeries.states import MessageKind, MessageState, Role
from tests.factories import (
    NOW,
    create_member,
    create_surgery,
    create_user,
)
from tests.factories import create_series as a_series

pytestmark = pytest.mark.django_db
LATER = NOW + datetime.timedelta(days=1)


@pytest.fixture
def olu():
    return create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def hana():
    return create_user(email="hana@example.org", name="Hana Müller")


@pytest.fixture
def series(olu):
    return a_series(organiser=olu)


def roles(series):
    return sorted(series.team.values_list("user__email", "role"))


# Beginning -----------------------------------------------------------------------------


def test_her_first_name_stands_on_the_page_as_who_runs_it():
    olu = create_user(name="Olu Adé")
    series = create_series(name="Moseley", town="Birmingham", by=olu, now=NOW)
    assert series.ring_name == "Olu"


def test_a_name_and_a_town_make_a_series_with_its_organiser(olu):
    series = create_series(name="Central Birmingham", town="Birmingham", by=olu, now=NOW)
    assert (series.slug, series.town, series.started_by) == (
        "central-birmingham",
        "Birmingham",
        olu,
    )
    assert roles(series) == [("olu@example.org", "organiser")]
    assert (series.sprung_from, series.sprung_from_person) == (None, None)


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("Moseley", ["moseley", "moseley-2", "moseley-3"]),
        ("New", ["new-2", "new-3", "new-4"]),  # organise/new/ is taken
        ("Киев", ["birmingham", "birmingham-2", "birmingham-3"]),
        ("x" * 120, ["x" * 70, "x" * 70 + "-2", "x" * 70 + "-3"]),
    ],
)
def test_every_series_gets_an_address_of_its_own(olu, name, slugs):
    made = [create_series(name=name, town="Birmingham", by=olu, now=NOW).slug for _ in range(3)]
    assert made == slugs


def test_a_series_sprung_from_her_own_says_so(olu, series):
    new = create_series(name="Dudley", town="Dudley", sprung_from=series, by=olu, now=NOW)
    assert (new.sprung_from, new.sprung_from_person) == (series, olu)


def test_a_series_sprung_from_another_names_who_started_that_one(hana, olu, series):
    create_member(series=series, user=hana, role=Role.HELPER)
    new = create_series(name="Dudley", town="Dudley", sprung_from=series, by=hana, now=NOW)
    assert (new.sprung_from, new.sprung_from_person) == (series, olu)


@pytest.mark.django_db(transaction=True)
def test_two_series_of_one_name_at_one_moment_get_two_addresses(olu):
    start = threading.Barrier(2)

    def begin():
        try:
            start.wait()
            create_series(name="Moseley", town="Birmingham", by=olu, now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Series.objects.values_list("slug", flat=True)) == ["moseley", "moseley-2"]


# Changing ------------------------------------------------------------------------------


def test_defaults_change_and_the_digest_with_them(series, olu):
    edit_series(
        series,
        daily_digest=False,
        by=olu,
        now=NOW,
        usual_start=datetime.time(18, 0),
        places_per_helper=3,
    )
    series.refresh_from_db()
    assert (series.usual_start, series.places_per_helper) == (datetime.time(18, 0), 3)
    assert list(series.team.values_list("daily_digest", flat=True)) == [False]


def test_the_time_zone_stays_while_people_have_times_in_it(series, olu):
    create_surgery(series=series)
    with pytest.raises(Refused) as refusal:
        edit_series(
            series, daily_digest=False, by=olu, now=NOW, time_zone="Europe/Paris", name="Other"
        )
    assert refusal.value.field == "time_zone"
    series.refresh_from_db()
    assert (series.time_zone, series.name) == ("Europe/London", "Central Birmingham")
    assert list(series.team.values_list("daily_digest", flat=True)) == [True]


def test_the_time_zone_changes_when_nothing_is_to_come(series, olu):
    edit_series(series, daily_digest=True, by=olu, now=NOW, time_zone="Europe/Paris")
    series.refresh_from_db()
    assert series.time_zone == "Europe/Paris"


def test_one_digest_is_switched_off_and_no_other(series, hana):
    create_member(series=series, user=hana)
    set_digest(series.team.get(user=hana), on=False)
    assert sorted(series.team.values_list("user__email", "daily_digest")) == [
        ("hana@example.org", False),
        ("olu@example.org", True),
    ]


# Inviting ------------------------------------------------------------------------------


def test_an_invitation_is_owed_by_mail(series, olu):
    invitation = invite(series, email=" Hana@Example.org ", role=Role.DOOR, by=olu, now=NOW)
    assert (invitation.email, invitation.role, invitation.invited_by) == (
        "hana@example.org",
        "door",
        olu,
    )
    [message] = Message.objects.all()
    assert (message.kind, message.invitation, message.series) == (
        MessageKind.TEAM_INVITATION,
        invitation,
        series,
    )
    assert TeamInvitation.objects.by_secret(invitation.secret).get() == invitation
    assert roles(series) == [("olu@example.org", "organiser")]


def test_asking_again_sends_a_new_link_and_ends_the_old_one(series, olu):
    first = invite(series, email="hana@example.org", role=Role.ORGANISER, by=olu, now=NOW)
    old = first.secret
    second = invite(series, email="HANA@example.org", role=Role.ORGANISER, by=olu, now=LATER)
    assert (second.pk, second.link_version, second.invited_at) == (first.pk, 2, LATER)
    assert not TeamInvitation.objects.by_secret(old).exists()
    assert TeamInvitation.objects.by_secret(second.secret).get() == second
    states = [m.state for m in Message.objects.order_by("key")]
    assert sorted(states) == [MessageState.CANCELLED, MessageState.QUEUED]


def test_one_person_may_be_asked_for_two_roles(series, olu):
    for role in (Role.DOOR, Role.HELPER):
        invite(series, email="hana@example.org", role=role, by=olu, now=NOW)
    assert TeamInvitation.objects.count() == 2


@pytest.mark.parametrize(
    ("email", "more", "sentence"),
    [
        ("hana@example.org", {}, "This person is in the team with this role already."),
        ("olu@example.org", {"hand_over": True}, "That is your own address. Who is to take over?"),
    ],
)
def test_a_needless_invitation_is_refused_and_leaves_no_trace(
    series, olu, hana, email, more, sentence
):
    create_member(series=series, user=hana)
    with pytest.raises(Refused) as refusal:
        invite(series, email=email, role=Role.ORGANISER, by=olu, now=NOW, **more)
    assert (refusal.value.sentence, refusal.value.field) == (sentence, "email")
    assert (TeamInvitation.objects.count(), Message.objects.count()) == (0, 0)


def test_no_more_than_20_invitations_go_out_in_a_day(series, olu):
    for number in range(10):
        for _ in range(2):
            invite(series, email=f"p{number}@example.org", role=Role.HELPER, by=olu, now=NOW)
    with pytest.raises(Refused):
        invite(series, email="one@example.org", role=Role.HELPER, by=olu, now=NOW)
    assert Message.objects.count() == 20
    invite(series, email="one@example.org", role=Role.HELPER, by=olu, now=LATER)


def test_more_series_do_not_make_more_than_20_invitations_a_day(olu, hana):
    hers = [create_series(name=f"Dudley {n}", town="Dudley", by=olu, now=NOW) for n in range(21)]
    for series in hers[:20]:
        invite(series, email="p@example.org", role=Role.HELPER, by=olu, now=NOW)
    with pytest.raises(Refused, match="a lot of invitations"):
        invite(hers[20], email="p@example.org", role=Role.HELPER, by=olu, now=NOW)
    assert Message.objects.count() == 20
    invite(hers[20], email="p@example.org", role=Role.HELPER, by=hana, now=NOW)


def test_a_second_open_invitation_is_stopped_by_the_database(series, olu):
    invite(series, email="hana@example.org", role=Role.DOOR, by=olu, now=NOW)
    with (
        pytest.raises(IntegrityError, match="one_open_invitation_per_person_and_role"),
        transaction.atomic(),
    ):
        TeamInvitation.objects.create(
            series=series, email="HANA@example.org", role=Role.DOOR, invited_at=NOW
        )


def test_a_role_held_twice_is_stopped_by_the_database(series, olu):
    with (
        pytest.raises(IntegrityError, match="a_person_holds_a_role_once"),
        transaction.atomic(),
    ):
        create_member(series=series, user=olu)


# Accepting -----------------------------------------------------------------------------


def test_the_invited_person_joins(series, olu, hana):
    invitation = invite(series, email="Hana@example.org", role=Role.DOOR, by=olu, now=NOW)
    member = accept_invitation(invitation, by=hana, now=LATER)
    assert (member.user, member.role, member.joined_at) == (hana, "door", LATER)
    assert roles(series) == [("hana@example.org", "door"), ("olu@example.org", "organiser")]


def test_handing_over_makes_her_organiser_and_the_inviter_leaves(series, olu, hana):
    create_member(series=series, user=olu, role=Role.HELPER)
    invitation = invite(series, email=hana.email, role=Role.HELPER, hand_over=True, by=olu, now=NOW)
    accept_invitation(invitation, by=hana, now=LATER)
    assert roles(series) == [("hana@example.org", "organiser")]


def test_a_handing_over_to_a_co_organiser_needs_no_new_role(series, olu, hana):
    create_member(series=series, user=hana)
    invitation = invite(
        series, email=hana.email, role=Role.ORGANISER, hand_over=True, by=olu, now=NOW
    )
    accept_invitation(invitation, by=hana, now=LATER)
    assert roles(series) == [("hana@example.org", "organiser")]


def test_nobody_else_can_accept_it(series, olu):
    """T-AC-09: a link that leaked opens nothing without the invited inbox."""
    stan = create_user(email="stan@example.org")
    invitation = invite(series, email="hana@example.org", role=Role.ORGANISER, by=olu, now=NOW)
    with pytest.raises(Refused, match=r"h…@example\.org") as refusal:
        accept_invitation(invitation, by=stan, now=LATER)
    assert "hana" not in refusal.value.sentence
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert roles(series) == [("olu@example.org", "organiser")]


def test_an_invitation_is_accepted_once_and_not_after_14_days(series, olu, hana):
    invitation = invite(series, email=hana.email, role=Role.DOOR, by=olu, now=NOW)
    with pytest.raises(Refused):
        accept_invitation(invitation, by=hana, now=NOW + datetime.timedelta(days=14))
    accept_invitation(invitation, by=hana, now=LATER)
    remove_member(series.team.get(user=hana), now=LATER)
    with pytest.raises(Refused):
        accept_invitation(invitation, by=hana, now=LATER)
    assert roles(series) == [("olu@example.org", "organiser")]


def test_a_withdrawn_invitation_lets_nobody_in_and_its_mail_is_not_sent(series, olu, hana):
    invitation = invite(series, email=hana.email, role=Role.DOOR, by=olu, now=NOW)
    withdraw_invitation(invitation, now=NOW)
    with pytest.raises(Refused):
        accept_invitation(invitation, by=hana, now=LATER)
    assert Message.objects.get().state == MessageState.CANCELLED


# Leaving -------------------------------------------------------------------------------


def test_one_role_goes_and_the_others_stay(series, hana):
    create_member(series=series, user=hana, role=Role.DOOR)
    create_member(series=series, user=hana, role=Role.HELPER)
    remove_member(series.team.get(user=hana, role=Role.DOOR), now=NOW)
    assert roles(series) == [("hana@example.org", "helper"), ("olu@example.org", "organiser")]


def test_the_last_organiser_cannot_be_removed(series, olu, hana):
    create_member(series=series, user=hana, role=Role.HELPER)
    with pytest.raises(Refused, match="Central Birmingham would have no organiser"):
        remove_member(series.team.get(user=olu), now=NOW)
    assert len(roles(series)) == 2


def test_who_leaves_takes_her_open_invitations_along(series, olu, hana):
    create_member(series=series, user=hana)
    invitation = invite(series, email="ann@example.org", role=Role.ORGANISER, by=hana, now=NOW)
    remove_member(series.team.get(user=hana), now=NOW)
    invitation.refresh_from_db()
    assert invitation.withdrawn_at == NOW


@pytest.mark.django_db(transaction=True)
def test_two_organisers_who_leave_at_one_moment_do_not_both_go(series, olu, hana):
    create_member(series=series, user=hana)
    members = list(series.team.all())
    start = threading.Barrier(2)
    refused = []

    def go(member):
        try:
            start.wait()
            remove_member(member, now=NOW)
        except Refused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[member]) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), TeamMember.objects.count()) == (1, 1)


def test_an_account_is_deleted_with_its_places_in_teams(series, olu, hana):
    create_member(series=series, user=hana)
    invitation = invite(series, email="ann@example.org", role=Role.DOOR, by=olu, now=NOW)
    leave(olu, now=NOW)
    assert list(User.objects.all()) == [hana]
    assert roles(series) == [("hana@example.org", "organiser")]
    invitation.refresh_from_db()
    assert (invitation.withdrawn_at, invitation.invited_by) == (NOW, None)
    series.refresh_from_db()
    assert series.started_by is None


def test_the_only_organiser_cannot_delete_her_account(series, olu):
    with pytest.raises(Refused, match="Hand it over"):
        leave(olu, now=NOW)
    assert User.objects.count() == 1
    assert roles(series) == [("olu@example.org", "organiser")]
