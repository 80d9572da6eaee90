"""Helpers as their organiser sees them: answering in time, hours, nights off, asking for more."""

from datetime import time, timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Helper, Helping, Message
from surgeries.states import (
    HelpingState,
    HelpingStyle,
    MessageKind,
    Outcome,
    Role,
    SurgeryState,
    Withdrawal,
)
from tests import factories

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def surgery_in(days, series, hours=0, **fields):
    """An evening of 90 minutes so many days and hours from now."""
    start = timezone.now() + timedelta(days=days, hours=hours)
    return factories.create_surgery(
        series=series, on=start.astimezone(series.zone).date(), starts_at=start, **fields
    )


@pytest.fixture
def surgery(series):
    """At half past five in nine days, whatever the clock says now."""
    on = timezone.localdate() + timedelta(days=9)
    return factories.create_surgery(series=series, on=on)


@pytest.fixture
def helping(surgery):
    return factories.create_helping(surgery=surgery)


def page_of(client, surgery):
    return client.get(reverse("surgery_detail", args=["central", surgery.pk])).content.decode()


def week(client):
    return client.get(reverse("series_week", args=["central"])).content.decode()


def edit(helping):
    return reverse("helping_edit", args=["central", helping.pk])


def ask(surgery):
    return reverse("helping_ask", args=["central", surgery.pk])


def answer(client, helping, said):
    where = reverse("helping_answer", args=["central", helping.pk])
    return client.post(where, {"answer": said}, follow=True)


def test_who_helps_and_has_no_email_is_told_by_the_organiser(as_olu, series, surgery):
    says = "No email: tell them of any change yourself."
    factories.create_helping(surgery=surgery)
    assert says not in page_of(as_olu, surgery)

    nobody = factories.create_helper(series=series, email="")
    factories.create_helping(surgery=surgery, helper=nobody)
    assert page_of(as_olu, surgery).count(says) == 1


# In time --------------------------------------------------------------------------------


def offered(surgery, hours_ago, **fields):
    offered_at = timezone.now() - hours_ago * HOUR
    return factories.create_helping(
        surgery=surgery, state=HelpingState.OFFERED, offered_at=offered_at, **fields
    )


@pytest.mark.parametrize(("hours_ago", "overdue"), [(47, False), (48, True)])
def test_an_offer_is_to_be_answered_in_48_hours_and_then_is_overdue(
    as_olu, surgery, hours_ago, overdue
):
    """R39: the word first, then the colour."""
    offered(surgery, hours_ago)
    word = '<span class="state state--doubt">overdue</span>'
    for page in (page_of(as_olu, surgery), week(as_olu)):
        assert (word in page) is overdue
        assert ("Answer by" in page) is not overdue


def test_the_page_says_when_she_offered_and_until_when_to_answer(as_olu, surgery):
    helping = offered(surgery, 24)
    by = (helping.offered_at + 48 * HOUR).astimezone(surgery.series.zone)
    page = " ".join(page_of(as_olu, surgery).split())
    assert "Offered yesterday, just this once. Answer by tomorrow." in page
    assert by.date() == timezone.localdate() + timedelta(days=1)


def test_this_week_shows_overdue_offers_for_every_evening(as_olu, series, surgery):
    later = surgery_in(40, series)
    first = offered(later, 50)
    offered(later, 1)
    page = week(as_olu)
    assert "Offers for other evenings" in page
    assert page.count("state--doubt") == 2  # in the list, and in the one thing to do
    assert reverse("helping_answer", args=["central", first.pk]) in page


def test_offers_of_another_series_are_not_shown(as_olu, surgery):
    other = surgery_in(3, factories.create_series(name="Low Hill"))
    offered(other, 50, helper=factories.create_helper(series=other.series, name="Zoë Secret"))
    assert "Zoë" not in week(as_olu)


@pytest.mark.parametrize("rows", [1, 3])
def test_more_helpers_cost_no_more_statements(as_olu, surgery, django_assert_num_queries, rows):
    later = surgery_in(40, surgery.series)
    for _ in range(rows):
        offered(surgery, 1)
        offered(later, 1)
        factories.create_helping(surgery=surgery)
    with django_assert_num_queries(14):
        page_of(as_olu, surgery)
    with django_assert_num_queries(21):
        week(as_olu)


# Answers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "said", "state", "withdrawal", "owed"),
    [
        ("offered", "yes", "confirmed", "", MessageKind.OFFER_ACCEPTED),
        ("offered", "no", "withdrawn", Withdrawal.NIGHT_OFF, MessageKind.NIGHT_OFF),
        ("confirmed", "off", "withdrawn", Withdrawal.NIGHT_OFF, MessageKind.NIGHT_OFF),
        ("confirmed", "cannot", "withdrawn", Withdrawal.PASSED_ON, None),
    ],
)
def test_each_answer_does_what_it_says(as_olu, surgery, before, said, state, withdrawal, owed):
    helping = factories.create_helping(surgery=surgery, state=before)
    answer(as_olu, helping, said)
    helping.refresh_from_db()
    assert (helping.state, helping.withdrawal) == (state, withdrawal)
    assert list(Message.objects.values_list("kind", flat=True)) == ([owed] if owed else [])


def test_a_night_off_is_taken_back_from_the_page(as_olu, surgery, helping):
    page = answer(as_olu, helping, "off").content.decode()
    assert "Hana has the night off. We are telling them." in page
    assert "night off</span>" in page
    assert "Say yes after all" in page
    answer(as_olu, helping, "yes")
    helping.refresh_from_db()
    assert helping.state == HelpingState.CONFIRMED


def test_her_own_no_is_shown_and_cannot_be_taken_back(as_olu, surgery):
    helping = factories.create_helping(
        surgery=surgery, state=HelpingState.WITHDRAWN, withdrawal=Withdrawal.HERSELF
    )
    page = page_of(as_olu, surgery)
    assert "cannot come</span>" in page
    assert "Say yes after all" not in page
    page = answer(as_olu, helping, "yes").content.decode()
    assert "Hana cannot come after all." in page


def test_most_times_is_ended_by_the_organiser_too(as_olu, surgery):
    hana = factories.create_helper(series=surgery.series, regular_from=timezone.now())
    helping = factories.create_helping(surgery=surgery, helper=hana, style=HelpingStyle.REGULAR)
    assert "No longer most times" in as_olu.get(edit(helping)).content.decode()
    page = answer(as_olu, helping, "once").content.decode()
    assert "we put Hana down for no new evening" in page
    assert Helper.objects.get().regular_from is None


def test_ready_is_whoever_is_coming_and_has_agreed(as_olu, surgery, helping):
    """R42: nobody is ready before."""
    page = page_of(as_olu, surgery)
    assert "Has not agreed yet to what we ask" in page
    assert "ready</span>" not in page
    helping.helper.code_agreed_at = timezone.now()
    helping.helper.save()
    page = page_of(as_olu, surgery)
    assert "ready</span>" in page
    assert "Has not agreed" not in page


# One helper -----------------------------------------------------------------------------


def test_the_organiser_sees_what_a_helper_told_us_and_changes_her_hours(as_olu, surgery):
    hana = factories.create_helper(
        series=surgery.series, goals=["news"], languages="Türkçe", can_help_with="photos"
    )
    helping = factories.create_helping(surgery=surgery, helper=hana)
    page = as_olu.get(edit(helping)).content.decode()
    for words in ("Get our news out each month", "Türkçe", "photos", hana.email):
        assert words in page
    response = as_olu.post(edit(helping), {"comes": "18:00", "leaves": ""})
    assert response.url == reverse("surgery_detail", args=["central", surgery.pk])
    helping.refresh_from_db()
    assert (helping.helps_from, helping.helps_until) == (time(18), None)
    assert Message.objects.get().kind == MessageKind.HELPING_MOVED
    assert "From 6pm to 7pm" in page_of(as_olu, surgery)


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ({"comes": "x"}, "Enter the time, like 17:30."),
        ({"comes": "21:00"}, "It ends at 7pm. Choose an earlier time."),
    ],
)
def test_wrong_hours_are_said_at_the_field(as_olu, helping, hours, sentence):
    assert sentence in as_olu.post(edit(helping), hours).content.decode()
    helping.refresh_from_db()
    assert helping.helps_from is None


def test_what_is_over_is_looked_at_and_no_more(as_olu, series):
    past = surgery_in(-3, series)
    helping = factories.create_helping(surgery=past)
    page = as_olu.get(edit(helping)).content.decode()
    assert "Save the hours" not in page and "night off" not in page
    page = as_olu.post(edit(helping), {"comes": "18:00"}).content.decode()
    assert "This evening is over" in page


def test_the_organiser_never_reads_where_else_somebody_helps(as_olu, surgery, helping):
    low_hill = factories.create_series(name="Low Hill", town="Wolverhampton")
    other = factories.create_surgery(series=low_hill, on=surgery.on)
    twin = factories.create_helper(series=low_hill, email=helping.helper.email)
    factories.create_helping(surgery=other, helper=twin)
    assert Helping.objects.overlapping(helping) != []
    for page in (
        page_of(as_olu, surgery),
        week(as_olu),
        as_olu.get(edit(helping)).content.decode(),
    ):
        assert "Low Hill" not in page and "same time" not in page


def test_strangers_find_nothing_and_wrong_methods_change_nothing(client, helping, olu):
    door = factories.create_user()
    factories.create_member(series=helping.surgery.series, user=door, role=Role.DOOR)
    for who in (factories.create_user(name="Stan O’Hara"), door):
        client.force_login(who)
        for where in (edit(helping), ask(helping.surgery)):
            assert client.get(where).status_code == 404
        assert client.post(edit(helping), {"comes": "18:00"}).status_code == 404
        assert client.post(edit(helping) + "answer/", {"answer": "off"}).status_code == 404
    client.force_login(olu)
    assert client.put(edit(helping)).status_code == 405
    assert client.post(ask(helping.surgery)).status_code == 405
    assert client.get(edit(helping) + "answer/").status_code == 405
    helping.refresh_from_db()
    assert (helping.state, helping.helps_from) == (HelpingState.CONFIRMED, None)


# Enough of us? --------------------------------------------------------------------------


def test_too_few_helpers_are_asked_for_and_too_many_let_off(as_olu, surgery):
    for _ in range(2):
        factories.create_booking(surgery=surgery)
    assert "Only you are down to help." not in page_of(as_olu, surgery)
    for _ in range(2):
        factories.create_booking(surgery=surgery, state="waiting")
    for page in (page_of(as_olu, surgery), week(as_olu)):
        assert "About 3 people may come. Only you are down to help." in " ".join(page.split())
        assert ask(surgery) in page
    for _ in range(4):
        factories.create_helping(surgery=surgery)
    for page in (page_of(as_olu, surgery), week(as_olu)):
        assert "Invite more people, or let someone have the night off" in page
        assert page.count("Give the night off") == 4


@pytest.mark.parametrize(
    ("hours", "helpers", "organiser_helps", "sentence"),
    [
        (23, 0, True, "only you are down to be there."),
        (23, 0, False, "nobody is down to be there."),
        (23, 1, False, "only Hana is down to be there."),
        (23, 1, True, None),
        (25, 0, True, None),
    ],
)
def test_two_adults_are_asked_for_a_day_before(
    as_olu, series, hours, helpers, organiser_helps, sentence
):
    """R43: one helper who is the organiser: warning."""
    surgery = surgery_in(0, series, hours=hours, organiser_helps=organiser_helps)
    for _ in range(helpers):
        factories.create_helping(surgery=surgery)
    for page in (page_of(as_olu, surgery), week(as_olu)):
        assert ("Two adults should be there" in page) is bool(sentence)
        assert sentence is None or sentence in page


def test_asking_gives_a_text_to_send_oneself_and_sends_nothing(as_olu, surgery):
    page = as_olu.get(ask(surgery))
    text = page.context["form"]["text"].value()
    link = reverse("helping_offer", args=["central", surgery.on])
    assert text.endswith(link)
    assert 80 <= len(text) <= 160
    changed = f"Could you come and help us on Wednesday evening, just this once? Here it is: {link}"
    page = as_olu.get(ask(surgery), {"text": changed})
    assert unquote(page.context["whatsapp"]) == f"https://wa.me/?text={changed}"
    assert "Say a little more" in as_olu.get(ask(surgery), {"text": "Help"}).content.decode()
    assert not Message.objects.exists()


def test_people_who_helped_before_are_asked_one_by_one(as_olu, series, surgery):
    past = surgery_in(-30, series)
    derek = factories.create_helper(series=series, name="Derek Hollis", email="derek@example.org")
    factories.create_helping(surgery=past, helper=derek)
    page = as_olu.get(ask(surgery))
    assert [helper.name for helper in page.context["before"]] == ["Derek Hollis"]
    mail = page.context["before"][0].mail
    assert mail.startswith("mailto:derek@example.org?subject=Central%20Birmingham&body=")
    assert "Hello Derek," in unquote(mail)
    assert reverse("helping_offer", args=["central", surgery.on]) in unquote(mail)


@pytest.mark.parametrize(
    "why", ["down", "said no", "never helped", "erased", "no address", "other"]
)
def test_nobody_is_listed_whom_to_ask_would_be_wrong(as_olu, series, surgery, why):
    past = surgery_in(-30, series if why != "other" else factories.create_series())
    helper = factories.create_helper(series=past.series, email="" if why == "no address" else None)
    state = HelpingState.OFFERED if why == "never helped" else HelpingState.CONFIRMED
    factories.create_helping(surgery=past, helper=helper, state=state)
    if why in ("down", "said no"):
        now = HelpingState.WITHDRAWN if why == "said no" else HelpingState.OFFERED
        factories.create_helping(surgery=surgery, helper=helper, state=now)
    if why == "erased":
        helper.erased_at, helper.name = timezone.now(), ""
        helper.save()
    assert as_olu.get(ask(surgery)).context["before"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_more_people_to_ask_cost_no_more_statements(
    as_olu, series, surgery, django_assert_num_queries, rows
):
    for n in range(rows):
        factories.create_helping(surgery=surgery_in(-30 - n, series))
    with django_assert_num_queries(6):
        assert len(as_olu.get(ask(surgery)).context["before"]) == rows


@pytest.mark.parametrize("state", [SurgeryState.DRAFT, SurgeryState.CANCELLED])
def test_nobody_is_asked_for_an_evening_without_a_page(as_olu, series, state):
    surgery = surgery_in(9, series, state=state)
    assert as_olu.get(ask(surgery)).url == reverse("surgery_detail", args=["central", surgery.pk])


# Could she help one day? ----------------------------------------------------------------


def person(client, attendee):
    return client.get(reverse("person_detail", args=["central", attendee.pk]))


def visit(series, attendee, times):
    for n in range(times):
        past = surgery_in(-30 - n, series)
        factories.create_booking(surgery=past, attendee=attendee, outcome=Outcome.CAME)


@pytest.mark.parametrize(("visits", "suggested"), [(1, False), (2, True), (3, True)])
def test_from_the_second_visit_on_helping_is_suggested_and_nothing_sent(
    as_olu, series, surgery, visits, suggested
):
    """R44."""
    amina = factories.create_attendee(series=series)
    visit(series, amina, visits)
    page = person(as_olu, amina)
    assert ("Could Amina help one day?" in page.content.decode()) is suggested
    assert not Message.objects.exists()
    if suggested:
        link = reverse("helping_offer", args=["central", surgery.on])
        assert page.context["invite"]["text"].endswith(link)
        assert f"came {visits} times" in page.content.decode()


def test_without_a_date_the_suggestion_leads_to_the_series(as_olu, series):
    amina = factories.create_attendee(series=series)
    visit(series, amina, 2)
    text = person(as_olu, amina).context["invite"]["text"]
    assert text.endswith(reverse("series_public", args=["central"]))


def test_whoever_helps_already_is_not_asked(as_olu, series):
    amina = factories.create_attendee(series=series)
    visit(series, amina, 2)
    factories.create_helper(series=series, name="Amina O’Neill", email=amina.contact)
    assert "help one day" not in person(as_olu, amina).content.decode()


def test_whoever_is_erased_is_not_asked(as_olu, series):
    amina = factories.create_attendee(series=series, name="", contact=None)
    visit(series, amina, 2)
    amina.erased_at = timezone.now()
    amina.save()
    assert person(as_olu, amina).status_code == 404


@pytest.mark.parametrize(
    ("contact", "asked", "way"),
    [
        ("+447400123456", {}, "https://wa.me/447400123456?text="),
        ("amina@example.org", {}, "mailto:amina@example.org?"),
        ("amina@example.org", {"no_messages_from": timezone.now()}, None),
        (None, {}, None),
    ],
)
def test_the_way_to_send_it_is_hers(as_olu, series, contact, asked, way):
    amina = factories.create_attendee(series=series, contact=contact, **asked)
    visit(series, amina, 2)
    page = person(as_olu, amina).content.decode()
    asks = page[page.index("help one day") : page.index('id="sent"')]
    for start in ("https://wa.me/447400123456?text=", "mailto:amina@example.org?"):
        assert (start in asks) is (start == way)
