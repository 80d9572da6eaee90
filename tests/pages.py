"""A small world with something on every page, and the address of each page in it."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from surgeries.models import Booking, ImportRun, Reply, Series, Surgery, TeamInvitation
from surgeries.states import (
    BookingState,
    MessageKind,
    MessageState,
    Outcome,
    OutcomeSource,
    ReplyMeaning,
    Role,
)
from tests.factories import (
    create_alias,
    create_attendee,
    create_belonging,
    create_booking,
    create_card,
    create_connector,
    create_group,
    create_helper,
    create_helping,
    create_link,
    create_member,
    create_message,
    create_network,
    create_prospect,
    create_series,
    create_shared_view,
    create_surgery,
    create_user,
)


@dataclass
class World:
    olu: User
    stan: User
    series: Series
    past: Surgery
    coming: Surgery
    booking: Booking
    rows: dict


def build_world():
    """Olu's series: a past surgery, one of today, one to come, and people on all of them."""
    now = timezone.now()
    olu = create_user(email="olu@example.org", name="Olu Adé")
    stan = create_user(email="stan@example.org", name="Stan O’Hara")
    series = create_series(organiser=olu, slug="central-birmingham")
    create_member(series=series, user=olu, role=Role.HELPER)
    create_member(series=series, user=create_user(name="Dee Door"), role=Role.DOOR)
    choir = create_network(series=series, name="Ladywood Community Choir")
    tenants = create_network(series=series, name='=HYPERLINK("evil")')
    sharon = create_connector(network=tenants, name="Sharon")
    link = create_link(network=tenants, connector=sharon, code="abcd2345")
    create_link(network=tenants, connector=sharon, code="efgh6789", passed_on_by="connector_page")
    alias = create_alias(series=series, words="my neighbour <b>", created_at=now)
    create_alias(series=series, words="the lady at the chemist", network=choir, created_at=now)
    past = _surgery_on(series, now - timedelta(days=20), places=(7, 7))
    coming = _surgery_on(series, now + timedelta(days=6), places=(3, 2))
    for number in range(11):
        create_booking(
            surgery=past,
            network=choir if number % 2 else tenants,
            outcome=Outcome.CAME if number % 3 else Outcome.DID_NOT_COME,
            goal="news",
        )
    create_booking(surgery=past, network=choir, walked_in=True, outcome=Outcome.CAME)
    for said in ("a choir <i>somewhere</i>", "Facebook"):
        create_booking(surgery=past, walked_in=True, outcome=Outcome.CAME, said=said)
    for person in (create_attendee(series=series, name="Ben <b>", contact=None) for _ in range(2)):
        create_booking(
            surgery=past,
            attendee=person,
            network=tenants,
            credited_connector=sharon,
            brought_by=sharon,
            name_shown_from=now,
            outcome=Outcome.CAME,
            outcome_source=OutcomeSource.CONNECTOR,
        )
    amina = create_attendee(series=series, group="Tenants <b>&</b> Friends")
    for _visit in range(2):
        create_booking(surgery=past, attendee=amina, walked_in=True, outcome=Outcome.CAME)
    booking = create_booking(
        surgery=coming,
        attendee=amina,
        network=tenants,
        credited_connector=sharon,
        name_shown_from=now,
        goal="unsure",
    )
    phone = create_attendee(series=series, name="Winston Clarke", contact="+447400123457")
    create_booking(surgery=coming, attendee=phone, network=choir)
    reply = _ask_for_the_desk(series, coming, now)
    short = _surgery_on(series, now + timedelta(days=9), places=(2,))
    Surgery.objects.filter(pk=short.pk).update(places_wanted=1)
    without = [create_booking(surgery=short) for _ in range(2)][-1]
    hana = create_helper(series=series, email=olu.email, goals=["news", "tell"])
    derek = create_helper(series=series, name="Derek Hollis", can_help_with="photos")
    create_helping(surgery=past, helper=derek)
    offer = create_helping(surgery=coming, state="offered")
    evening = create_helping(surgery=coming, helper=hana)
    create_message(booking=booking, state=MessageState.SENT, sent_at=now)
    doubt = create_message(
        booking=booking, state=MessageState.REVIEW, last_error="No answer", uncertain=2
    )
    invitation = TeamInvitation.objects.create(
        series=series, email="new@example.org", invited_by=olu, invited_at=now
    )
    invitation.seal()
    invitation.save()
    counts = ("rows", "bookings", "changed", "surgeries", "networks", "people")
    brought_in = ImportRun.objects.create(
        series=series,
        filename="register.csv",
        started_by=olu,
        started_at=now,
        summary=dict.fromkeys(counts, 1),
    )
    return World(
        olu,
        stan,
        series,
        past,
        coming,
        booking,
        {
            "network": tenants,
            **_whom_to_ask(series, tenants),
            "alias": alias,
            "link": link,
            "amina": amina,
            "offer": offer,
            "evening": evening,
            "short": short,
            "without": without,
            "reply": reply,
            "message": doubt,
            "invitation": invitation,
            "import": brought_in,
            "shared": create_shared_view(series=series),
            "member": series.team.first(),
        },
    )


def _ask_for_the_desk(series, coming, now):
    """People to ring, a party, somebody who waits; returns a text that nobody has read."""
    winston = create_attendee(series=series, name="Winston <b>", contact="+447400123458")
    lead = create_booking(surgery=coming, attendee=winston, untold_from=now, brings_supporter=True)
    Booking.objects.filter(pk=lead.pk).update(party=lead.pk, party_number=1)
    create_booking(surgery=coming, party=lead.pk, party_number=2, confirmed_at=now)
    waits = create_booking(surgery=coming, state=BookingState.WAITING)
    waits.accepts.set(coming.slots.all())
    create_message(booking=waits, state=MessageState.FAILED, last_error="550 5.1.1 Nobody here")
    return Reply.objects.create(
        provider_ref="pages-1",
        series=series,
        attendee=winston,
        text="Is there <b>parking</b>?",
        meaning=ReplyMeaning.UNCLEAR,
        received_at=now,
    )


def _whom_to_ask(series, tenants):
    """A group in a network, somebody known by her role alone, networks put away, the lists."""
    create_connector(network=tenants, name="", role="the caretaker", ask_by="in_person")
    create_connector(network=tenants, name="Bev", removed_at=timezone.now())
    create_network(series=series, name="The Lunch Club", removed_at=timezone.now())
    create_alias(series=series, words="the <b>flats</b>", network=tenants)
    group = create_group(series=series, name="Tenants <b>&</b> Friends", networks=[tenants])
    create_prospect(series=series, list="big_lists", asked_at=timezone.now(), network=tenants)
    card = create_card(series=series, network=tenants)
    create_prospect(series=series, list="big_lists", who="<b>Bev</b>", network=tenants, card=card)
    choir = series.networks.get(name="Ladywood Community Choir")
    hana = create_helper(series=series, name="Hana <b>")
    belonging = create_belonging(network=choir, helper=hana)
    group.networks.add(choir)
    return {
        "belonging": belonging,
        "group": group,
        "prospect": create_prospect(series=series, note="<i>Tuesdays</i>"),
    }


def _surgery_on(series, moment, places):
    return create_surgery(series=series, on=moment.astimezone(series.zone).date(), places=places)


PAGES = {
    "home": lambda w: [],
    "privacy": lambda w: [],
    "series_public": lambda w: [w.series.slug],
    "surgery_public": lambda w: [w.series.slug, w.coming.on],
    "booking_create": lambda w: [w.series.slug, w.coming.on],
    "helping_offer": lambda w: [w.series.slug, w.coming.on],
    "helping_offered": lambda w: [w.series.slug, w.coming.on],
    "invite_follow": lambda w: [w.rows["link"].code],
    "booking_detail": lambda w: [w.booking.secret],
    "booking_booked": lambda w: [w.booking.secret],
    "booking_change": lambda w: [w.booking.secret],
    "booking_cancel": lambda w: [w.booking.secret],
    "link_again": lambda w: [],
    "link_again_sent": lambda w: [],
    "helper_code": lambda w: [],
    "helping_detail": lambda w: [w.rows["evening"].secret],
    "helping_code": lambda w: [w.rows["evening"].secret],
    "helping_hours": lambda w: [w.rows["evening"].secret],
    "helping_about": lambda w: [w.rows["evening"].secret],
    "invitation_detail": lambda w: [w.rows["invitation"].secret],
    "digest_off": lambda w: [w.rows["member"].pk, w.rows["member"].secret],
    "connector_page": lambda w: [w.rows["link"].connector.secret],
    "connector_book": lambda w: [w.rows["link"].connector.secret, w.coming.pk],
    "connector_came": lambda w: [w.rows["link"].connector.secret, w.past.pk],
    "connector_stop": lambda w: [w.rows["link"].connector.secret],
    "connector_stopped": lambda w: [],
    "shared_view": lambda w: [w.rows["shared"].secret],
    "shared_list": lambda w: [w.series.slug],
    "my_evenings": lambda w: [],
    "series_list": lambda w: [],
    "series_create": lambda w: [],
    "series_week": lambda w: [w.series.slug],
    "series_edit": lambda w: [w.series.slug],
    "surgery_list": lambda w: [w.series.slug],
    "surgery_create": lambda w: [w.series.slug],
    "surgery_detail": lambda w: [w.series.slug, w.coming.pk],
    "surgery_edit": lambda w: [w.series.slug, w.coming.pk],
    "surgery_copy": lambda w: [w.series.slug, w.past.pk],
    "surgery_cancel": lambda w: [w.series.slug, w.coming.pk],
    "booking_by_phone": lambda w: [w.series.slug, w.coming.pk],
    "booking_manage": lambda w: [w.series.slug, w.booking.pk],
    "booking_correct": lambda w: [w.series.slug, w.booking.pk],
    "helping_edit": lambda w: [w.series.slug, w.rows["offer"].pk],
    "helping_ask": lambda w: [w.series.slug, w.coming.pk],
    "surgery_chairs": lambda w: [w.series.slug, w.rows["short"].pk],
    "booking_displace": lambda w: [w.series.slug, w.rows["without"].pk],
    "venue_edit": lambda w: [w.series.slug, w.coming.venue.pk],
    "network_list": lambda w: [w.series.slug],
    "network_detail": lambda w: [w.series.slug, w.rows["network"].pk],
    "networks_away": lambda w: [w.series.slug],
    "network_create": lambda w: [w.series.slug],
    "network_merge": lambda w: [w.series.slug, w.rows["network"].pk],
    "network_delete": lambda w: [w.series.slug, w.rows["network"].pk],
    "connector_create": lambda w: [w.series.slug, w.rows["network"].pk],
    "connector_edit": lambda w: [w.series.slug, w.rows["link"].connector.pk],
    "prospect_lists": lambda w: [w.series.slug],
    "prospect_network": lambda w: [w.series.slug, w.rows["prospect"].pk],
    "introduction_list": lambda w: [w.series.slug],
    "network_edit": lambda w: [w.series.slug, w.rows["network"].pk],
    "card_list": lambda w: [w.series.slug],
    "card_detail": lambda w: [w.series.slug, "not_working", w.rows["network"].pk],
    "heard_list": lambda w: [w.series.slug],
    "share": lambda w: [w.series.slug],
    "link_detail": lambda w: [w.series.slug, w.rows["link"].pk],
    "link_print": lambda w: [w.series.slug, w.rows["link"].pk, "a5"],
    "register": lambda w: [w.series.slug, w.past.pk],
    "register_everyone": lambda w: [w.series.slug, w.past.pk],
    "register_head_count": lambda w: [w.series.slug, w.past.pk],
    "register_print": lambda w: [w.series.slug, w.past.pk],
    "people_list": lambda w: [w.series.slug],
    "person_detail": lambda w: [w.series.slug, w.rows["amina"].pk],
    "person_contact": lambda w: [w.series.slug, w.rows["amina"].pk],
    "message_list": lambda w: [w.series.slug],
    "messages_to_come": lambda w: [w.series.slug],
    "timetable_edit": lambda w: [w.series.slug],
    "wording_list": lambda w: [w.series.slug],
    "wording_edit": lambda w: [w.series.slug, MessageKind.REMINDER_LAST],
    "series_texts": lambda w: [w.series.slug],
    "turnout": lambda w: [w.series.slug],
    "turnout_people": lambda w: [w.series.slug],
    "turnout_way": lambda w: [w.series.slug],
    "turnout_way_people": lambda w: [w.series.slug],
    "import_start": lambda w: [w.series.slug],
    "import_detail": lambda w: [w.series.slug, w.rows["import"].pk],
    "import_undo": lambda w: [w.series.slug, w.rows["import"].pk],
    "account_login": lambda w: [],
    "account_logout": lambda w: [],
    "account_profile": lambda w: [],
    "account_leave": lambda w: [],
}


def address_of(name, world):
    """The address of the page with this URL name in this world."""
    return reverse(name, args=PAGES[name](world))
