"""What a helper's own link opens: the code, her hours, what she can help with, how often."""

from datetime import time, timedelta

import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Helper, Helping
from surgeries.states import HelpingState, HelpingStyle, SurgeryState, Withdrawal
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = ("helping_detail", "helping_code", "helping_hours", "helping_about")


@pytest.fixture
def surgery():
    return factories.create_surgery(on=timezone.localdate() + timedelta(days=9))


@pytest.fixture
def hana(surgery):
    return factories.create_helper(series=surgery.series, email="hana@example.org")


@pytest.fixture
def helping(surgery, hana):
    return factories.create_helping(surgery=surgery, helper=hana)


def to(name, helping):
    return reverse(name, args=[helping.secret])


def page_of(client, name, helping):
    return " ".join(client.get(to(name, helping)).content.decode().split())


# The code -------------------------------------------------------------------------------


def test_she_agrees_with_one_tap_and_looking_agrees_to_nothing(client, helping):
    assert to("helping_code", helping) in page_of(client, "helping_detail", helping)
    page = page_of(client, "helping_code", helping)
    for rule in ("Passwords.", "Banking and payments.", "Benefits and claims.", "Closed rooms."):
        assert rule in page
    assert "Their hands stay on the keys." in page and "If something worries you" in page
    assert Helper.objects.get().code_agreed_at is None
    page = client.post(to("helping_code", helping), follow=True).content.decode()
    assert "Thank you. You are all set." in page
    assert "Read and agree" not in page
    assert Helper.objects.get().code_agreed_at is not None
    assert "I agree" not in page_of(client, "helping_code", helping)


def test_anybody_may_read_what_we_ask(client):
    page = client.get(reverse("helper_code")).content.decode()
    assert "Closed rooms." in page
    assert "<form" not in page


# Hours ----------------------------------------------------------------------------------


def test_she_says_from_when_to_when(client, helping):
    response = client.post(to("helping_hours", helping), {"comes": "18:00", "leaves": "18:45"})
    assert response.url.startswith(to("helping_detail", helping))
    helping.refresh_from_db()
    assert (helping.helps_from, helping.helps_until) == (time(18), time(18, 45))
    assert "You are coming, from 6pm to 6:45pm." in page_of(client, "helping_detail", helping)
    assert 'value="18:00"' in page_of(client, "helping_hours", helping)


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ({"comes": "later"}, "Enter the time, like 17:30."),
        ({"comes": "19:00"}, "It ends at 7pm."),
        ({"leaves": "17:00"}, "It starts at 5:30pm."),
    ],
)
def test_wrong_hours_are_said_at_the_field(client, helping, hours, sentence):
    page = client.post(to("helping_hours", helping), hours).content.decode()
    assert sentence in page and "field--error" in page
    helping.refresh_from_db()
    assert (helping.helps_from, helping.helps_until) == (None, None)


@pytest.mark.parametrize("why", ["withdrawn", "over", "cancelled"])
def test_there_are_no_hours_where_nobody_expects_her(client, helping, surgery, why):
    if why == "withdrawn":
        helping.state = HelpingState.WITHDRAWN
        helping.save()
    elif why == "over":
        surgery.starts_at -= timedelta(days=10)
        surgery.ends_at -= timedelta(days=10)
        surgery.save()
    else:
        surgery.state = SurgeryState.CANCELLED
        surgery.save()
    for method in (client.get, client.post):
        response = method(to("helping_hours", helping), {"comes": "18:00"})
        assert response.url == to("helping_detail", helping)
    helping.refresh_from_db()
    assert helping.helps_from is None


# What she can help with -----------------------------------------------------------------


def test_she_says_what_she_can_help_with(client, helping):
    told = {"goals": ["news", "safe"], "languages": "English, Türkçe", "can_help_with": "photos"}
    client.post(to("helping_about", helping), told)
    helper = Helper.objects.get()
    assert (helper.goals, helper.languages, helper.can_help_with) == (
        ["news", "safe"],
        "English, Türkçe",
        "photos",
    )
    page = page_of(client, "helping_detail", helping)
    for words in ("Get our news out each month", "Stay safe online", "Türkçe", "photos"):
        assert words in page
    client.post(to("helping_about", helping), {})
    assert Helper.objects.get().goals == []


@pytest.mark.parametrize(
    "told", [{"goals": ["unsure"]}, {"goals": ["nonsense"]}, {"languages": "x" * 201}]
)
def test_what_we_do_not_know_is_not_kept(client, helping, told):
    assert "field--error" in client.post(to("helping_about", helping), told).content.decode()
    assert (Helper.objects.get().goals, Helper.objects.get().languages) == ([], "")


# How often ------------------------------------------------------------------------------


def test_most_times_is_asked_for_and_ended_by_her_link(client, helping):
    assert "Just this once. Nobody expects you next time." in page_of(
        client, "helping_detail", helping
    )
    page = client.post(to("helping_detail", helping), {"answer": "most_times"}, follow=True)
    assert "Thank you. The organiser answers you." in page.content.decode()
    helping.refresh_from_db()
    assert helping.style == HelpingStyle.REGULAR
    Helper.objects.update(regular_from=timezone.now())
    page = page_of(client, "helping_detail", helping)
    assert "Not this one" in page and "I can’t come" not in page
    client.post(to("helping_detail", helping), {"answer": "not_most_times"})
    helping.refresh_from_db()
    assert Helper.objects.get().regular_from is None
    assert (helping.state, helping.style) == (HelpingState.CONFIRMED, HelpingStyle.JUST_ONCE)


def test_a_night_off_is_said_kindly(client, helping):
    Helping.objects.update(state=HelpingState.WITHDRAWN, withdrawal=Withdrawal.NIGHT_OFF)
    page = page_of(client, "helping_detail", helping)
    assert "Have the night off, and thank you." in page
    assert "I can come after all" in page


def test_an_offer_says_until_when_it_is_answered(client, helping):
    Helping.objects.update(state=HelpingState.OFFERED, offered_at=timezone.now())
    by = timezone.localtime() + timedelta(days=2)
    assert f"The organiser answers you by {by:%A} {by.day} {by:%B}." in page_of(
        client, "helping_detail", helping
    )


# Two at once ----------------------------------------------------------------------------


def clashing(surgery, email="hana@example.org"):
    """Another series on the same evening, where somebody with this address helps."""
    series = factories.create_series(name="Low Hill")
    other = factories.create_surgery(series=series, on=surgery.on)
    helper = factories.create_helper(series=series, email=email)
    return factories.create_helping(surgery=other, helper=helper)


def test_she_and_nobody_else_reads_where_else_she_is_down(client, helping, surgery):
    other = clashing(surgery)
    page = page_of(client, "helping_detail", helping)
    assert "Low Hill. That is at the same time." in page
    assert to("helping_detail", other) in page
    user = factories.create_user(email="hana@example.org", name="Hana Müller")
    client.force_login(user)
    page = client.get(reverse("my_evenings")).content.decode()
    assert page.count("That is at the same time.") == 2


def test_a_stranger_who_types_her_address_learns_nothing(client, surgery):
    """The same answer as for somebody we have never heard of."""
    clashing(surgery)
    where = reverse("helping_offer", args=[surgery.series.slug, surgery.on])
    answers = []
    for email in ("hana@example.org", "nobody@example.org"):
        typed = {"style": "just_once", "name": "Stan", "email": email}
        response = client.post(where, typed, follow=True)
        answers.append((response.redirect_chain, response.content))
    assert answers[0] == answers[1]
    assert b"Low Hill" not in answers[0][1]


def test_evenings_that_meet_at_the_door_do_not_clash(client, helping, surgery):
    other = clashing(surgery)
    Helping.objects.filter(pk=other.pk).update(helps_from=time(18, 15))
    Helping.objects.filter(pk=helping.pk).update(helps_until=time(18, 15))
    assert "same time" not in page_of(client, "helping_detail", helping)


# The file, the door ---------------------------------------------------------------------


def test_the_calendar_file_follows_her(client, helping):
    response = client.get(to("helping_calendar", helping))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert str(event["STATUS"]) == "CONFIRMED"
    client.post(to("helping_detail", helping), {"answer": "cannot"})
    assert to("helping_calendar", helping) in page_of(client, "helping_detail", helping)
    response = client.get(to("helping_calendar", helping))
    (gone,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert (str(gone["STATUS"]), gone["UID"]) == ("CANCELLED", event["UID"])
    assert gone["SEQUENCE"] > event["SEQUENCE"]


@pytest.mark.parametrize("name", [*PAGES, "helping_calendar"])
def test_wrong_ended_and_erased_links_open_nothing(client, name, surgery, helping):
    ended = factories.create_helping(
        surgery=factories.create_surgery(on=timezone.localdate() - timedelta(days=32))
    )
    erased = factories.create_helping(
        surgery=surgery,
        helper=factories.create_helper(series=surgery.series, erased_at=timezone.now()),
    )
    for secret in ("nonsense", ended.secret, erased.secret):
        assert client.get(reverse(name, args=[secret])).status_code == 404
        assert client.post(reverse(name, args=[secret])).status_code in (404, 405)
    assert client.get(to(name, helping)).status_code == 200


@pytest.mark.parametrize("name", [*PAGES, "helping_calendar"])
def test_her_pages_set_no_cookie_and_are_kept_by_nobody(client, name, helping):
    response = client.get(to(name, helping))
    assert "no-store" in response["Cache-Control"]
    assert dict(client.cookies) == {}
    assert client.put(to(name, helping)).status_code == 405


@pytest.mark.parametrize("name", PAGES)
def test_what_another_site_sends_changes_nothing(client, name, helping):
    before = Helper.objects.values().get(), Helping.objects.values().get()
    typed = {"answer": "cannot", "comes": "18:00", "goals": ["news"]}
    response = client.post(to(name, helping), typed, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert (Helper.objects.values().get(), Helping.objects.values().get()) == before
