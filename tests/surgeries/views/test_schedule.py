import datetime
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Booking, Message, Reply, Surgery
from surgeries.states import (
    BookingState,
    HelpingState,
    MessageKind,
    MessageState,
    ReplyMeaning,
    SurgeryState,
)
from tests import factories

pytestmark = pytest.mark.django_db


def days(number):
    """The local date so many days from now."""
    return timezone.localdate() + datetime.timedelta(days=number)


def to(name, surgery, *more):
    return reverse(name, args=[surgery.series.slug, surgery.pk, *more])


def typed(surgery=None, **changes):
    """What the form sends."""
    answers = {"place": "Canal Street Hall", "on": days(7).isoformat(), "starts": "17:30"}
    return answers | {"organiser_helps": "on"} | changes


def statements(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# Who may come in ------------------------------------------------------------------------


PAGES = ["surgery_detail", "surgery_edit", "surgery_copy", "surgery_cancel"]
ACTS = ["surgery_edit", "surgery_copy", "surgery_cancel", "surgery_publish", "surgery_close"]


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_finds_no_page(as_stan, series, name):
    surgery = factories.create_surgery(series=series, on=days(7))
    assert as_stan.get(to(name, surgery)).status_code == 404


@pytest.mark.parametrize("name", ACTS)
def test_a_stranger_changes_nothing(as_stan, series, name):
    surgery = factories.create_surgery(series=series, on=days(7))
    assert as_stan.post(to(name, surgery), typed()).status_code == 404
    assert list(Surgery.objects.values_list("pk", "state", "on")) == [
        (surgery.pk, surgery.state, surgery.on)
    ]


@pytest.mark.parametrize("name", ["series_week", "surgery_list", "surgery_create"])
def test_a_stranger_finds_no_list(as_stan, series, name):
    assert as_stan.get(reverse(name, args=[series.slug])).status_code == 404


def test_a_helper_or_somebody_at_the_door_does_not_organise(client, series):
    door = factories.create_user()
    factories.create_member(series=series, user=door, role="door")
    client.force_login(door, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.get(reverse("series_week", args=[series.slug])).status_code == 404


def test_a_surgery_of_another_series_is_not_found_under_ours(as_olu, series, olu):
    other = factories.create_series(organiser=olu, slug="dudley")
    surgery = factories.create_surgery(series=other, on=days(7))
    assert as_olu.get(reverse("surgery_detail", args=["central", surgery.pk])).status_code == 404


@pytest.mark.parametrize("name", ["surgery_publish", "surgery_close"])
def test_opening_the_address_of_an_act_does_nothing(as_olu, series, name):
    surgery = factories.create_surgery(series=series, on=days(7), state=SurgeryState.DRAFT)
    assert as_olu.get(to(name, surgery)).status_code == 405
    surgery.refresh_from_db()
    assert surgery.state == SurgeryState.DRAFT


@pytest.mark.parametrize("name", ["series_week", "surgery_list"])
def test_lists_take_no_post(as_olu, series, name):
    assert as_olu.post(reverse(name, args=[series.slug])).status_code == 405


# Starting one ---------------------------------------------------------------------------


def test_one_tap_saves_and_publishes(as_olu, series):
    response = as_olu.post(
        reverse("surgery_create", args=["central"]), typed(publish="yes"), follow=True
    )
    surgery = Surgery.objects.get()
    assert surgery.state == SurgeryState.PUBLISHED
    assert response.redirect_chain == [(to("surgery_detail", surgery), 302)]
    assert surgery.places.count() == 2


def test_saved_for_later_nobody_sees_it(as_olu, series):
    as_olu.post(reverse("surgery_create", args=["central"]), typed())
    assert Surgery.objects.get().state == SurgeryState.DRAFT


def test_an_organiser_who_unticks_herself_adds_no_places(as_olu, series):
    answers = typed(places_wanted="")
    del answers["organiser_helps"]
    as_olu.post(reverse("surgery_create", args=["central"]), answers)
    assert Surgery.objects.get().places.count() == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"place": ""}, "Enter the place, like “Canal Street Hall”."),
        ({"place": "x" * 161}, "Use at most 160 characters"),
        ({"place": "\ufb2c" * 100}, "Use at most 160 characters"),
        ({"on": ""}, "Enter the day, like 11/11/2026."),
        ({"on": "31/11/2026"}, "Enter a day that exists, like 11/11/2026."),
        ({"starts": "half five"}, "Enter the time, like 17:30."),
        ({"on": "2020-01-08"}, "That time has passed. Choose a day from today on."),
        ({"ends": "17:00"}, "The end comes before the start. Choose a later end."),
        ({"places_wanted": "0"}, "Enter at least 1 place, or leave it empty."),
        ({"places_wanted": "201"}, "Enter 200 places or fewer."),
    ],
)
def test_bad_input_gets_a_sentence_and_the_rest_of_the_form_stays(
    as_olu, series, changes, sentence
):
    response = as_olu.post(reverse("surgery_create", args=["central"]), typed(**changes))
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count(sentence) == 2
    assert response.context["form"]["place"].value() == typed(**changes)["place"]
    assert Surgery.objects.count() == 0


def test_a_taken_date_says_so_at_the_date(as_olu, series):
    factories.create_surgery(series=series, on=days(7))
    response = as_olu.post(reverse("surgery_create", args=["central"]), typed())
    assert "You have a surgery on" in response.context["form"].errors["on"][0]
    assert Surgery.objects.count() == 1


def test_the_next_form_starts_from_the_last_surgery(as_olu, series):
    last = factories.create_surgery(series=series, on=days(-3))
    form = as_olu.get(reverse("surgery_create", args=["central"])).context["form"]
    assert form["place"].value() == last.venue.name
    assert form["on"].value() > days(0)


def test_a_clash_is_told_and_never_refused(as_olu, series):
    neighbours = factories.create_series(name="North <Birmingham>")
    factories.create_surgery(series=neighbours, on=days(8))
    response = as_olu.post(
        reverse("surgery_create", args=["central"]), typed(publish="yes"), follow=True
    )
    assert Surgery.objects.filter(series=series).count() == 1
    assert "North &lt;Birmingham&gt; in Birmingham" in response.content.decode()


# Changing one ---------------------------------------------------------------------------


def test_a_move_that_nobody_notices_is_saved_at_once(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    form = as_olu.get(to("surgery_edit", surgery)).context["form"]
    assert form["on"].value() == days(7)
    as_olu.post(to("surgery_edit", surgery), typed(on=days(8).isoformat()))
    surgery.refresh_from_db()
    assert (surgery.on, surgery.schedule_version) == (days(8), 2)


def test_saving_the_form_unchanged_moves_nothing(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    as_olu.post(
        to("surgery_edit", surgery),
        typed(place=surgery.venue.name, ends="19:00"),
    )
    surgery.refresh_from_db()
    assert surgery.schedule_version == 1


def test_a_refused_move_keeps_the_form(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    response = as_olu.post(to("surgery_edit", surgery), typed(on="2020-01-08", place="Library"))
    assert "on" in response.context["form"].errors
    assert response.context["form"]["place"].value() == "Library"


def test_a_draft_is_published_with_one_tap(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), state=SurgeryState.DRAFT)
    as_olu.post(to("surgery_publish", surgery))
    surgery.refresh_from_db()
    assert surgery.state == SurgeryState.PUBLISHED


def test_publishing_twice_reads_a_sentence(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    response = as_olu.post(to("surgery_publish", surgery), follow=True)
    assert "This surgery is published already." in response.content.decode()


def test_one_tap_copies_to_the_next_date(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-3))
    response = as_olu.post(to("surgery_copy", surgery))
    copy = Surgery.objects.exclude(pk=surgery.pk).get()
    assert response["Location"] == to("surgery_detail", copy)
    assert (copy.state, copy.venue) == (SurgeryState.PUBLISHED, surgery.venue)


def test_a_second_tap_makes_no_second_copy(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-3))
    shown = as_olu.get(to("surgery_copy", surgery)).context["next_date"]
    for _tap in range(2):
        response = as_olu.post(to("surgery_copy", surgery), {"on": shown.isoformat()}, follow=True)
    assert Surgery.objects.count() == 2
    assert "already. Choose another date." in response.content.decode()


def test_a_date_that_cannot_be_read_copies_nothing(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-3))
    response = as_olu.post(to("surgery_copy", surgery), {"on": "next week"}, follow=True)
    assert "We could not read that date." in response.content.decode()
    assert Surgery.objects.get() == surgery


def full(series):
    """An evening with everybody on it whom a change concerns."""
    surgery = factories.create_surgery(series=series, on=days(7), places=(3, 3), places_wanted=6)
    first, second = surgery.slots.order_by("starts_at")
    factories.create_booking(slot=first)
    winston = factories.create_attendee(
        series=series, name="Winston Clarke", contact="+447400123457"
    )
    factories.create_booking(slot=second, attendee=winston)
    factories.create_booking(surgery=surgery, state=BookingState.CANCELLED)
    factories.create_helping(surgery=surgery)
    return surgery


def sure_of(page):
    """What the page that says what will happen sends when she says yes."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)"([^>]*)>', page.content.decode())
    values = {name: re.search(r'value="([^"]*)"', rest) for name, rest in hidden}
    return {name: found[1] if found else "" for name, found in values.items()} | {"sure": "yes"}


def test_a_change_says_first_what_will_happen_and_then_does_it(as_olu, series):
    surgery = full(series)
    answers = typed(on=days(8).isoformat(), ends="18:15", places_wanted="1")
    page = as_olu.post(to("surgery_edit", surgery), answers)
    words = " ".join(page.content.decode().split())
    for sentence in (
        "This is what will happen",
        "We write to 2 people by email.",
        "You ring 1 person, whom no message reaches: <strong>Winston Clarke</strong>.",
        "1 person had a later time, which goes: they come at the last one there is.",
        "There are 2 people and a chair for 1.",
        "Save, and tell them",
    ):
        assert sentence in words
    surgery.refresh_from_db()
    assert (surgery.on, surgery.schedule_version, Message.objects.count()) == (days(7), 1, 0)
    after = as_olu.post(to("surgery_edit", surgery), sure_of(page), follow=True)
    surgery.refresh_from_db()
    assert (surgery.on, surgery.schedule_version, Message.objects.count()) == (days(8), 2, 2)
    said = after.content.decode()
    assert "We write to everybody now, or in the morning if it is night." in said
    assert "Ring 1 person whom no message reaches." in said
    assert "There are 2 people and a chair for 1" in said


def test_from_there_she_can_change_something_and_finds_what_she_typed(as_olu, series):
    surgery = full(series)
    answers = typed(on=days(8).isoformat(), place="Library")
    del answers["organiser_helps"]
    page = as_olu.post(to("surgery_edit", surgery), answers)
    hidden = sure_of(page)
    del hidden["sure"]
    form = as_olu.post(to("surgery_edit", surgery), hidden | {"back": "yes"})
    assert form.templates[0].name == "surgeries/schedule/surgery_edit.html"
    values = {name: form.context["form"][name].value() for name in ("place", "organiser_helps")}
    assert values == {"place": "Library", "organiser_helps": False}
    surgery.refresh_from_db()
    assert (surgery.schedule_version, surgery.organiser_helps) == (1, True)


def test_a_move_that_is_refused_is_refused_before_it_is_foreseen(as_olu, series):
    surgery = full(series)
    other = factories.create_surgery(series=series, on=days(9))
    for sure in ({}, {"sure": "yes"}):
        answers = typed(on=other.on.isoformat()) | sure
        response = as_olu.post(to("surgery_edit", surgery), answers)
        assert "already. Choose another date." in response.context["form"].errors["on"][0]
    assert Message.objects.count() == 0


def test_cancelling_says_first_who_is_told_and_whom_to_ring(as_olu, series):
    surgery = full(series)
    page = as_olu.get(to("surgery_cancel", surgery)).content.decode()
    words = " ".join(page.split())
    assert "We write to 2 people by email." in words
    assert "You ring 1 person, whom no message reaches: <strong>Winston Clarke</strong>." in words
    surgery.refresh_from_db()
    assert (surgery.state, Message.objects.count()) == (SurgeryState.PUBLISHED, 0)
    after = as_olu.post(to("surgery_cancel", surgery), follow=True).content.decode()
    surgery.refresh_from_db()
    assert (surgery.state, Message.objects.count()) == (SurgeryState.CANCELLED, 2)
    assert "The surgery is cancelled." in after
    assert "Ring 1 person whom no message reaches." in after


def test_an_evening_of_nobody_tells_nobody(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    page = as_olu.get(to("surgery_cancel", surgery)).content.decode()
    assert "there is nobody to tell" in page


def test_a_cancelled_surgery_promises_nobody_a_place(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), state=SurgeryState.CANCELLED)
    factories.create_booking(surgery=surgery)
    factories.create_booking(surgery=surgery, state=BookingState.WAITING)

    page = as_olu.get(to("surgery_detail", surgery)).content.decode()

    assert "Who had booked" in page and "Who is coming" not in page
    assert "A place that comes free" not in page


def test_what_is_cancelled_already_is_not_asked_about(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), state=SurgeryState.CANCELLED)
    answer = as_olu.get(to("surgery_cancel", surgery), follow=True)
    assert answer.redirect_chain == [(to("surgery_detail", surgery), 302)]
    assert "This surgery is cancelled already." in answer.content.decode()


def test_closing_with_no_next_date_asks_for_it(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-1))
    response = as_olu.post(to("surgery_close", surgery))
    assert response["Location"] == to("surgery_copy", surgery)
    assert "Copy to" in as_olu.get(response["Location"]).content.decode()


def test_closing_without_a_next_date_still_offers_thats_everyone(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-1))
    factories.create_booking(surgery=surgery)
    page = as_olu.post(to("surgery_close", surgery), follow=True).content.decode()
    assert f'href="{to("register_everyone", surgery)}"' in page


def test_closing_with_a_next_date_asks_nothing(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-1))
    factories.create_surgery(series=series, on=days(27))
    response = as_olu.post(to("surgery_close", surgery))
    assert response["Location"] == to("surgery_detail", surgery)


def test_closing_before_the_start_reads_a_sentence(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    response = as_olu.post(to("surgery_close", surgery), follow=True)
    assert "It has not started yet." in response.content.decode()


# The venue's card -----------------------------------------------------------------------


def test_the_card_keeps_yes_no_and_not_stated_apart(as_olu, series):
    venue = factories.create_venue(series=series, hot_drinks=True)
    address = reverse("venue_edit", args=["central", venue.pk])
    assert as_olu.get(address).context["form"]["hot_drinks"].value() is True
    answers = {"name": venue.name, "wifi": "True", "step_free": "False", "hot_drinks": ""}
    as_olu.post(address, answers | {"nearest_stop": "Curzon Street, 14"})
    venue.refresh_from_db()
    assert (venue.wifi, venue.step_free, venue.hot_drinks) == (True, False, None)
    assert venue.nearest_stop == "Curzon Street, 14"


def test_two_places_cannot_have_one_name(as_olu, series):
    first, second = factories.create_venue(series=series), factories.create_venue(series=series)
    response = as_olu.post(
        reverse("venue_edit", args=["central", second.pk]), {"name": first.name.upper()}
    )
    assert response.context["form"].errors["name"] == ["You have a place of this name already."]
    name = second.name
    second.refresh_from_db()
    assert second.name == name


def test_a_strangers_venue_is_not_found(as_stan, series):
    venue = factories.create_venue(series=series)
    assert as_stan.get(reverse("venue_edit", args=["central", venue.pk])).status_code == 404
    assert as_stan.post(reverse("venue_edit", args=["central", venue.pk])).status_code == 404


# One surgery ----------------------------------------------------------------------------


def test_people_stand_by_arrival_time_with_what_is_worth_a_word(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), places=(4, 1), places_wanted=5)
    first, second = surgery.slots.order_by("starts_at")
    zoe = factories.create_attendee(series=series, name="Zoë D’Arcy", group="=HYPERLINK(1)")
    factories.create_booking(slot=first, attendee=zoe)
    factories.create_booking(slot=second, attendee=zoe, confirmed_at=timezone.now())
    lead = factories.create_booking(
        slot=first, brings_supporter=True, sets_off_at=datetime.time(16, 45)
    )
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    factories.create_booking(slot=first, party=lead.pk, party_number=2)
    response = as_olu.get(to("surgery_detail", surgery))
    page = " ".join(response.content.decode().split())
    assert page.count("booked twice") == 2
    assert page.count("No group given.") == 1
    for words in (
        "2 come together.",
        "With Zoë.",
        "Somebody comes along to support them.",
        "Sets off at 4:45pm.",
        "will be there",
        "4 booked, of 5 places. 1 place left.",
    ):
        assert words in page


def test_who_waits_stands_in_turn_with_a_number(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), places=(1, 1))
    for number, state in enumerate((BookingState.WAITING, BookingState.DISPLACED)):
        person = factories.create_attendee(
            series=series, name=f"Waits {number}", contact=f"{number}@example.org"
        )
        booking = factories.create_booking(surgery=surgery, attendee=person, state=state)
        booking.accepts.set(surgery.slots.all())
    page = " ".join(as_olu.get(to("surgery_detail", surgery)).content.decode().split())
    assert "Waiting for a place" in page and "2 wait." in page
    assert page.index("Waits 1") < page.index("Waits 0")
    assert "without a chair" in page and "Would come at 5:30pm, 6:15pm." in page


def test_in_the_last_two_hours_the_page_says_whom_to_ring(as_olu, series):
    surgery = factories.create_surgery(
        series=series,
        on=timezone.localdate(),
        starts_at=timezone.now() + datetime.timedelta(minutes=90),
        places=(1,),
    )
    waits = factories.create_booking(surgery=surgery, state=BookingState.WAITING)
    page = as_olu.get(to("surgery_detail", surgery)).content.decode()
    assert "Places are free" in page and "Give the place" in page
    assert 'name="back" value="surgery"' in page
    assert reverse("ring_done", args=["central", waits.pk]) in page


def test_an_imported_evening_lists_people_without_an_arrival_time(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-30), places=(), venue=None)
    factories.create_booking(surgery=surgery, imported=True, outcome="came")
    factories.create_booking(surgery=surgery, walked_in=True, outcome="came")
    evening = as_olu.get(to("surgery_detail", surgery)).context["evening"]
    assert (len(evening.others), evening.booked) == (2, 1)


def test_offers_are_answered_from_the_page(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    offer = factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    gone = factories.create_helping(surgery=surgery, state=HelpingState.WITHDRAWN)
    response = as_olu.get(to("surgery_detail", surgery))
    assert response.context["help"].helpings == (offer, gone)
    address = reverse("helping_answer", args=["central", offer.pk])
    assert address in response.content.decode()


# This week ------------------------------------------------------------------------------


def week(client):
    return client.get(reverse("series_week", args=["central"]))


def test_a_series_without_surgeries_says_what_to_do_first(as_olu, series):
    response = week(as_olu)
    assert "Set your first date" in response.content.decode()
    assert response.context["first_run"]


def test_ringing_somebody_comes_first(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(1), places=(3, 3))
    winston = factories.create_attendee(
        series=series, name="Winston Clarke", contact="+447400123457"
    )
    booking = factories.create_booking(surgery=surgery, attendee=winston, goal="news")
    factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    response = week(as_olu)
    ((what, call),) = response.context["todo"].items()
    assert (what, call.booking) == ("ring", booking)
    assert response.context["ring"] == []
    page = response.content.decode()
    assert "Ring Winston about" in page
    assert "07400 123457" in page
    assert reverse("ring_done", args=["central", booking.pk]) in page


def todo_of(client):
    (task,) = week(client).context["todo"].items()
    return task


def test_a_place_that_is_free_soon_comes_before_all_else(as_olu, series):
    surgery = factories.create_surgery(
        series=series,
        on=timezone.localdate(),
        starts_at=timezone.now() + datetime.timedelta(minutes=90),
        places=(2,),
    )
    names = [
        factories.create_booking(surgery=surgery, state=BookingState.WAITING).attendee.first_name
        for _ in range(2)
    ]
    factories.create_booking(surgery=surgery)
    response = week(as_olu)
    assert list(response.context["todo"]) == ["give"]
    assert len(response.context["give"]) == 1
    page = response.content.decode()
    assert f"A place is free: ask {names[0]}" in page
    assert "Then, about the free places" in page
    assert page.count("Give the place") == 2


def test_a_text_that_nobody_has_read_wants_reading(as_olu, series):
    factories.create_surgery(series=series, on=days(7))
    common = {"series": series, "meaning": ReplyMeaning.UNCLEAR, "received_at": timezone.now()}
    reply = Reply.objects.create(provider_ref="a", text="Which bus?", **common)
    Reply.objects.create(provider_ref="b", text="Ta", read_at=timezone.now(), **common)
    theirs = common | {"series": factories.create_series()}
    Reply.objects.create(provider_ref="c", text="Not yours", **theirs)
    assert todo_of(as_olu) == ("reply", reply)
    page = week(as_olu).content.decode()
    assert "Which bus?" in page and "Not yours" not in page and "I have read it" in page


def test_more_people_than_chairs_wants_settling(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), places=(3,), places_wanted=2)
    for _ in range(3):
        factories.create_booking(surgery=surgery)
    assert todo_of(as_olu) == ("chairs", surgery)
    page = week(as_olu).content.decode()
    assert "There are 3 people and chairs for 2" in page
    assert reverse("surgery_chairs", args=["central", surgery.pk]) in page


def test_what_waits_behind_the_one_thing_is_listed_below_it(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(1), places=(3, 3), places_wanted=2)
    for number in range(3):
        person = factories.create_attendee(
            series=series, name=f"Rings {number}", contact=f"+44740012345{number}"
        )
        factories.create_booking(surgery=surgery, attendee=person)
    common = {"series": series, "meaning": ReplyMeaning.UNCLEAR, "received_at": timezone.now()}
    for name in "ab":
        Reply.objects.create(provider_ref=name, text=f"Text {name}", **common)
    context = week(as_olu).context
    assert list(context["todo"]) == ["reply"]
    assert (len(context["reply"]), len(context["ring"]), context["chairs"]) == (1, 3, [surgery])


def test_a_message_that_did_not_go_to_a_helper_wants_a_person(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), places=(2, 0))
    helping = factories.create_helping(surgery=surgery)
    message = Message.objects.create(
        key="a",
        kind=MessageKind.OFFER_ACCEPTED,
        helping=helping,
        series=series,
        state=MessageState.FAILED,
        expires_at=surgery.starts_at,
    )
    theirs = factories.create_surgery(on=days(7))
    factories.create_message(
        booking=factories.create_booking(surgery=theirs), state=MessageState.REVIEW
    )
    response = week(as_olu)
    assert response.context["todo"] == {"message": message}
    assert "A message could not be sent" in response.content.decode()
    Message.objects.update(expires_at=timezone.now())
    assert todo_of(as_olu)[0] == "nothing"


def test_who_is_rung_about_a_message_is_not_listed_a_second_time(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), places=(2, 0))
    booking = factories.create_booking(surgery=surgery)
    factories.create_message(booking=booking, state=MessageState.REVIEW)
    response = week(as_olu)
    ((what, call),) = response.context["todo"].items()
    assert (what, call.booking, response.context["message"]) == ("ring", booking, [])
    page = response.content.decode()
    assert "Find another way to reach" in page
    assert "Our message did not get through: confirmation." in page


def test_an_offer_to_help_waits_for_a_yes(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    factories.create_helping(surgery=surgery)
    offer = factories.create_helping(surgery=surgery, state=HelpingState.OFFERED)
    assert week(as_olu).context["todo"] == {"offer": offer}


def test_a_draft_waits_to_be_published(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), state=SurgeryState.DRAFT)
    assert week(as_olu).context["todo"] == {"publish": surgery}


def test_an_unfinished_register_waits_to_be_filled_in(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-1))
    factories.create_booking(surgery=surgery)
    factories.create_surgery(series=series, on=days(20))
    assert week(as_olu).context["todo"] == {"register": surgery}


def test_with_nothing_to_come_it_asks_for_the_next_date(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(-30), state=SurgeryState.CLOSED)
    assert week(as_olu).context["todo"] == {"next_date": surgery}


def test_a_published_surgery_nobody_can_ring_asks_for_a_number(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7))
    series.phone = ""
    series.save()
    response = week(as_olu)
    assert response.context["todo"] == {"number": surgery}
    assert "Add a number people can ring" in response.content.decode()


def test_when_nothing_needs_doing_it_says_so(as_olu, series):
    factories.create_surgery(series=series, on=days(7))
    response = week(as_olu)
    assert response.context["todo"] == {"nothing": True}
    assert "Nothing needs you today" in response.content.decode()


def test_the_next_surgery_stands_in_figures(as_olu, series):
    surgery = factories.create_surgery(series=series, on=days(7), places=(3, 2))
    factories.create_booking(surgery=surgery)
    factories.create_booking(surgery=surgery, state=BookingState.CANCELLED)
    factories.create_helping(surgery=surgery)
    factories.create_helping(surgery=surgery, state=HelpingState.WITHDRAWN)
    factories.create_surgery(series=series, on=days(3), state=SurgeryState.DRAFT)
    factories.create_surgery(series=series, on=days(1), state=SurgeryState.CANCELLED)
    figures = week(as_olu).context["next_up"]
    assert figures == surgery
    assert (figures.booked, figures.places_count, figures.free_places) == (1, 5, 4)
    assert figures.helpers_coming == 1


def test_past_evenings_say_how_they_went(as_olu, series):
    went = factories.create_surgery(series=series, on=days(-10), places=(3, 3))
    for outcome in ("came", "came", "did_not_come"):
        factories.create_booking(surgery=went, outcome=outcome)
    factories.create_booking(surgery=went, outcome="came", walked_in=True)
    forgotten = factories.create_surgery(series=series, on=days(-40))
    factories.create_booking(surgery=forgotten)
    counted = factories.create_surgery(series=series, on=days(-70), head_count=7)
    factories.create_surgery(series=series, on=days(-20), state=SurgeryState.CANCELLED)
    response = week(as_olu)
    assert response.context["before"] == [went, forgotten, counted]
    page = response.content.decode()
    assert "3 came" in page
    assert "not recorded" in page
    assert "7 came, counted" in page


# Statements -----------------------------------------------------------------------------


def fill(series, rows):
    """So many of everything in a series."""
    coming = factories.create_surgery(series=series, on=days(7), places=(rows, rows))
    past = factories.create_surgery(series=series, on=days(-7), places=(rows, rows))
    for _ in range(rows):
        booking = factories.create_booking(surgery=coming)
        phone = factories.create_attendee(series=series, name="Winston", contact=None)
        factories.create_booking(surgery=coming, attendee=phone)
        factories.create_booking(surgery=past, outcome="came")
        factories.create_helping(surgery=coming, state=HelpingState.OFFERED)
        factories.create_message(booking=booking, state=MessageState.REVIEW)
        waits = factories.create_booking(surgery=coming, state=BookingState.WAITING)
        waits.accepts.set(coming.slots.all())
        Booking.objects.filter(pk=booking.pk).update(party=booking.pk, party_number=1)
        Booking.objects.filter(pk=waits.pk).update(party=waits.pk, party_number=1)
        Reply.objects.create(
            provider_ref=str(waits.pk),
            series=series,
            attendee=waits.attendee,
            meaning=ReplyMeaning.UNCLEAR,
            received_at=timezone.now(),
        )
        network = factories.create_network(series=series)
        factories.create_connector(network=network)
    for number in range(rows):
        factories.create_surgery(series=series, on=days(-14 - number))
    return coming, past


def test_pages_ask_the_database_the_same_at_1_and_at_100_rows(as_olu, series, olu):
    few = fill(series, 1)
    many = fill(factories.create_series(organiser=olu, slug="dudley"), 100)
    for name in ("series_week", "surgery_list", "surgery_create"):
        assert statements(as_olu, reverse(name, args=["central"])) == statements(
            as_olu, reverse(name, args=["dudley"])
        ), name
    for name in PAGES:
        assert statements(as_olu, to(name, few[0])) == statements(as_olu, to(name, many[0])), name
