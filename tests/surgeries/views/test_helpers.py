from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Helper, Helping
from surgeries.states import HelpingState, HelpingStyle, Role, SurgeryState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def olu():
    return factories.create_user(email="olu@example.org", name="Olu Adé")


@pytest.fixture
def surgery(olu):
    return surgery_in(7, factories.create_series(organiser=olu))


@pytest.fixture
def hana():
    return factories.create_user(email="hana@example.org", name="Hana Müller")


def surgery_in(days, series, **fields):
    """A surgery so many days from today; one of today began an hour ago."""
    now = timezone.now()
    start = now + timedelta(days=days, hours=-1)
    day = now.astimezone(series.zone).date() + timedelta(days=days)
    return factories.create_surgery(series=series, on=day, starts_at=start, **fields)


def helping_of(user, surgery, **fields):
    helper, _made = Helper.objects.get_or_create(
        series=surgery.series,
        email=user.email,
        defaults={
            "name": user.name,
            "created_at": timezone.now(),
            "last_active_at": timezone.now(),
        },
    )
    return factories.create_helping(surgery=surgery, helper=helper, **fields)


ANSWERS = {"style": "just_once", "name": "Hana Müller", "email": "hana@example.org"}


def offer(client, surgery, **changes):
    where = reverse("helping_offer", args=[surgery.series.slug, surgery.on])
    return client.post(where, ANSWERS | changes)


def test_just_this_once_stands_before_anything_regular(client, surgery):
    where = reverse("helping_offer", args=[surgery.series.slug, surgery.on])
    page = client.get(where).content.decode()
    places = [page.index(word) for word in ("Just this once", "Sit beside someone", "Most times")]
    assert places == sorted(places)
    assert "checked" not in page


def test_an_offer_needs_no_account_and_sets_no_cookie(client, surgery):
    response = offer(client, surgery)
    assert response.url == reverse("helping_offered", args=[surgery.series.slug, surgery.on])
    page = client.get(response.url)
    assert "Thank you" in page.content.decode()
    assert "hana" not in page.content.decode().lower()
    assert not client.cookies
    assert Helping.objects.get().state == HelpingState.OFFERED


def test_the_answer_is_the_same_for_somebody_we_know(client, surgery):
    first, again = offer(client, surgery), offer(client, surgery, name="Stan")
    assert (first.status_code, first.url) == (again.status_code, again.url)
    assert Helper.objects.get().name == "Hana Müller"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("style", "", "Choose one of the three"),
        ("name", "  ", "Enter your name."),
        ("name", "x" * 500, "at most 120"),
        ("name", "\ufb2c" * 100, "at most 120"),
        ("email", "", "Enter your email address"),
        ("email", "a@b.example, evil@x.example", "Enter one email address"),
        ("email", "a@b.example\nBcc: evil@x.example", "Enter one email address"),
    ],
)
def test_a_wrong_answer_gets_a_sentence_and_keeps_the_rest(client, surgery, field, value, sentence):
    page = offer(client, surgery, can_help_with="photos", **{field: value}).content.decode()
    assert sentence in page
    assert 'value="photos"' in page
    assert Helper.objects.count() == 0


@pytest.mark.parametrize("name", ["O'Neill", "王小明", "🙂", "<script>alert(1)</script>", "=1+1"])
def test_any_name_can_offer(client, surgery, name):
    offer(client, surgery, name=name)
    assert Helper.objects.get().name == name
    page = client.get(reverse("helping_detail", args=[Helping.objects.get().secret]))
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize("change", ["cancelled", "over"])
def test_an_evening_without_need_says_so_and_offers_the_next(client, surgery, change):
    following = surgery_in(35, surgery.series)
    if change == "cancelled":
        surgery.state = SurgeryState.CANCELLED
    else:
        surgery.starts_at -= timedelta(days=8)
        surgery.ends_at -= timedelta(days=8)
    surgery.save()
    page = offer(client, surgery).content.decode()
    assert change in page
    assert reverse("helping_offer", args=[surgery.series.slug, following.on]) in page
    assert Helper.objects.count() == 0


def test_a_draft_has_no_page(client, surgery):
    surgery.state = SurgeryState.DRAFT
    surgery.save()
    for name in ("helping_offer", "helping_offered"):
        where = reverse(name, args=[surgery.series.slug, surgery.on])
        assert client.get(where).status_code == 404
    assert offer(client, surgery).status_code == 404


def test_looking_at_her_link_changes_nothing_and_one_tap_withdraws(client, surgery, hana):
    helping = helping_of(hana, surgery)
    where = reverse("helping_detail", args=[helping.secret])
    assert "You are coming" in client.get(where).content.decode()
    helping.refresh_from_db()
    assert helping.state == HelpingState.CONFIRMED
    page = client.post(where, {"answer": "cannot"}, follow=True).content.decode()
    assert "nobody expects you" in page
    helping.refresh_from_db()
    assert helping.state == HelpingState.WITHDRAWN
    assert (
        "You offered to help" in client.post(where, {"answer": "can"}, follow=True).content.decode()
    )


def test_her_link_sets_no_cookie_and_says_what_was_refused(client, surgery, hana):
    helping = helping_of(hana, surgery)
    where = reverse("helping_detail", args=[helping.secret])
    page = client.post(where, {"answer": "cannot"}, follow=True).content.decode()
    assert "Thank you for saying so. We do not expect you." in page
    surgery.state = SurgeryState.CANCELLED
    surgery.save()
    page = client.post(where, {"answer": "can"}, follow=True).content.decode()
    assert "This surgery was cancelled. Choose another evening." in page
    assert dict(client.cookies) == {}


@pytest.mark.parametrize(("days", "status"), [(-29, 200), (-31, 404)])
def test_her_link_ends_30_days_after_the_evening(client, days, status):
    helping = factories.create_helping(surgery=surgery_in(days, factories.create_series()))
    where = reverse("helping_detail", args=[helping.secret])
    assert client.get(where).status_code == status
    assert client.post(where, {"answer": "show"}).status_code == (302 if status == 200 else 404)


def test_her_name_is_shown_and_hidden_by_her_link(client, surgery, hana):
    helping = helping_of(hana, surgery)
    where = reverse("helping_detail", args=[helping.secret])
    for answer, shown in (("show", True), ("hide", False)):
        client.post(where, {"answer": answer})
        assert bool(Helper.objects.get().name_public_from) is shown
    assert client.post(where, {"answer": "nonsense"}).status_code == 400


def test_wrong_foreign_revoked_and_erased_links_answer_alike(client, surgery, hana):
    revoked, erased = helping_of(hana, surgery), factories.create_helping(surgery=surgery)
    old = revoked.secret
    revoked.link_version += 1
    revoked.seal()
    revoked.save()
    erased.helper.erased_at = timezone.now()
    erased.helper.save()
    foreign = factories.create_booking(surgery=surgery).secret
    for method in (client.get, client.post):
        answers = {
            (answer.status_code, answer.content)
            for answer in (
                method(reverse("helping_detail", args=[secret]), {"answer": "cannot"})
                for secret in ("nonsense", old, foreign, erased.secret, "x" * 500)
            )
        }
        assert len(answers) == 1
        assert answers.pop()[0] == 404
    erased.refresh_from_db()
    assert erased.state == HelpingState.CONFIRMED


def test_my_evenings_are_those_of_my_address_only(client, surgery, hana):
    stan = factories.create_user(email="stan@example.org", name="Stan")
    helping = helping_of(hana, surgery)
    where = reverse("my_evenings")
    client.force_login(hana)
    assert "Your next one" in client.get(where).content.decode()
    client.force_login(stan)
    assert "You have no evening to come" in client.get(where).content.decode()
    answer = {"answer": "cannot", "helping": helping.pk}
    assert client.post(where, answer).status_code == 404
    for number in ("x", "", "²", "9" * 5000, "9" * 18):
        assert client.post(where, {"answer": "cannot", "helping": number}).status_code == 404
    client.force_login(hana)
    client.post(where, answer)
    helping.refresh_from_db()
    assert helping.state == HelpingState.WITHDRAWN


@pytest.mark.parametrize(
    ("days", "state", "seen"),
    [
        (1, HelpingState.CONFIRMED, False),
        (0, HelpingState.CONFIRMED, True),
        (-7, HelpingState.CONFIRMED, True),
        (-8, HelpingState.CONFIRMED, False),
        (0, HelpingState.OFFERED, False),
        (0, HelpingState.WITHDRAWN, False),
    ],
)
def test_she_sees_who_comes_from_the_day_until_seven_days_after(client, hana, days, state, seen):
    surgery = surgery_in(days, factories.create_series())
    attendee = factories.create_attendee(
        series=surgery.series, name="Joyce Bennett", contact="j@private.example", group="Choir"
    )
    factories.create_booking(surgery=surgery, attendee=attendee, goal="news")
    helping_of(hana, surgery, state=state)
    client.force_login(hana)
    page = client.get(reverse("my_evenings")).content.decode()
    for word in ("Joyce", "Choir", "Get our news out"):
        assert (word in page) is seen
    assert "Bennett" not in page and "private.example" not in page


def test_my_evenings_ask_for_the_code_once_a_series_and_name_the_next_one(client, hana):
    series, other = factories.create_series(), factories.create_series()
    off = helping_of(hana, surgery_in(1, series), state=HelpingState.WITHDRAWN)
    first, _second = (helping_of(hana, surgery_in(days, series)) for days in (2, 3))
    helping_of(hana, surgery_in(4, other))
    client.force_login(hana)
    response = client.get(reverse("my_evenings"))
    assert [h.asks_code for h in response.context["coming"]] == [False, True, False, True]
    assert response.context["next_one"] == first != off
    assert response.content.decode().count("Read and agree") == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_more_evenings_cost_no_more_statements(client, hana, django_assert_num_queries, rows):
    for n in range(rows):
        surgery = surgery_in(-n, factories.create_series())
        factories.create_booking(surgery=surgery)
        helping_of(hana, surgery)
    client.force_login(hana)
    with django_assert_num_queries(4):
        client.get(reverse("my_evenings"))


def test_the_organiser_says_yes_or_not_this_time(client, surgery, olu):
    helping = factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    where = reverse("helping_answer", args=[surgery.series.slug, helping.pk])
    client.force_login(olu)
    for answer, state in (("yes", HelpingState.CONFIRMED), ("no", HelpingState.WITHDRAWN)):
        response = client.post(where, {"answer": answer})
        assert response.url == reverse("surgery_detail", args=[surgery.series.slug, surgery.pk])
        helping.refresh_from_db()
        assert helping.state == state
    assert client.post(where, {"answer": "maybe"}).status_code == 400


def test_strangers_cannot_answer_for_the_organiser(client, surgery):
    helping = factories.create_helping(
        surgery=surgery, state=HelpingState.OFFERED, style=HelpingStyle.REGULAR
    )
    where = reverse("helping_answer", args=[surgery.series.slug, helping.pk])
    door = factories.create_user()
    factories.create_member(series=surgery.series, user=door, role=Role.DOOR)
    for who in (factories.create_user(name="Stan"), door):
        client.force_login(who)
        assert client.post(where, {"answer": "yes"}).status_code == 404
    helping.refresh_from_db()
    assert helping.state == HelpingState.OFFERED


def test_wrong_methods_change_nothing(client, surgery, olu):
    helping = factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    slug, on = surgery.series.slug, surgery.on
    client.force_login(olu)
    assert client.get(reverse("helping_answer", args=[slug, helping.pk])).status_code == 405
    assert client.post(reverse("helping_offered", args=[slug, on])).status_code == 405
    for where in (
        reverse("helping_offer", args=[slug, on]),
        reverse("helping_detail", args=[helping.secret]),
        reverse("my_evenings"),
    ):
        assert client.put(where).status_code == 405
    helping.refresh_from_db()
    assert helping.state == HelpingState.OFFERED
