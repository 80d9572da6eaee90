"""The signpost: every page, and the view that answers for it."""

import datetime

from django.urls import path, register_converter

from surgeries.views import (
    answers,
    bookings,
    by_phone,
    cards,
    connector_pages,
    connectors,
    heard,
    helpers,
    helpings,
    imports,
    introductions,
    merging,
    networks,
    outbox,
    outside,
    people,
    places,
    prospects,
    public,
    register,
    schedule,
    series,
    sharing,
    texts,
    turnout,
    way,
    webhooks,
    wording,
)


class DateConverter:
    """A date in an address: 2026-11-11."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value):
        return datetime.date.fromisoformat(value)

    def to_url(self, value):
        return value if isinstance(value, str) else value.isoformat()


register_converter(DateConverter, "date")

urlpatterns = [
    path("", public.home, name="home"),
    path("privacy/", public.privacy, name="privacy"),
    path("s/<slug:slug>/", public.series_public, name="series_public"),
    path("s/<slug:slug>/<date:day>/", public.surgery_public, name="surgery_public"),
    path("s/<slug:slug>/<date:day>/book/", bookings.booking_create, name="booking_create"),
    path("s/<slug:slug>/<date:day>/help/", helpers.helping_offer, name="helping_offer"),
    path(
        "s/<slug:slug>/<date:day>/help/thank-you/", helpers.helping_offered, name="helping_offered"
    ),
    path("i/<str:code>/", networks.invite_follow, name="invite_follow"),
    path("b/<str:secret>/", answers.booking_detail, name="booking_detail"),
    path("b/<str:secret>/booked/", answers.booking_booked, name="booking_booked"),
    path("b/<str:secret>/change/", answers.booking_change, name="booking_change"),
    path("b/<str:secret>/cancel/", answers.booking_cancel, name="booking_cancel"),
    path("b/<str:secret>/surgery.ics", answers.booking_calendar, name="booking_calendar"),
    path("link/", bookings.link_again, name="link_again"),
    path("link/sent/", bookings.link_again_sent, name="link_again_sent"),
    path("what-we-ask/", helpers.helper_code, name="helper_code"),
    path("h/<str:secret>/", helpers.helping_detail, name="helping_detail"),
    path("h/<str:secret>/code/", helpers.helping_code, name="helping_code"),
    path("h/<str:secret>/hours/", helpers.helping_hours, name="helping_hours"),
    path("h/<str:secret>/about/", helpers.helping_about, name="helping_about"),
    path("h/<str:secret>/surgery.ics", helpers.helping_calendar, name="helping_calendar"),
    path("c/thank-you/", connector_pages.connector_stopped, name="connector_stopped"),
    path("c/<str:secret>/", connector_pages.connector_page, name="connector_page"),
    path("c/<str:secret>/stop/", connector_pages.connector_stop, name="connector_stop"),
    path("c/<str:secret>/cannot/", connector_pages.connector_cannot, name="connector_cannot"),
    path("c/<str:secret>/<int:pk>/book/", connector_pages.connector_book, name="connector_book"),
    path("c/<str:secret>/<int:pk>/came/", connector_pages.connector_came, name="connector_came"),
    path("invitation/<str:secret>/", series.invitation_detail, name="invitation_detail"),
    path("f/<str:secret>/", outside.shared_view, name="shared_view"),
    path("digest/<int:pk>/<str:secret>/", series.digest_off, name="digest_off"),
    path("my-evenings/", helpers.my_evenings, name="my_evenings"),
    path("accounts/leave/", series.account_leave, name="account_leave"),
    path("organise/", series.series_list, name="series_list"),
    path("organise/new/", series.series_create, name="series_create"),
    path("organise/<slug:slug>/", schedule.series_week, name="series_week"),
    path("organise/<slug:slug>/settings/", series.series_edit, name="series_edit"),
    path("organise/<slug:slug>/team/invite/", series.team_invite, name="team_invite"),
    path("organise/<slug:slug>/team/<int:pk>/remove/", series.team_remove, name="team_remove"),
    path(
        "organise/<slug:slug>/invitations/<int:pk>/withdraw/",
        series.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("organise/<slug:slug>/surgeries/", schedule.surgery_list, name="surgery_list"),
    path("organise/<slug:slug>/surgeries/new/", schedule.surgery_create, name="surgery_create"),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/", schedule.surgery_detail, name="surgery_detail"
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/edit/", schedule.surgery_edit, name="surgery_edit"
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/publish/",
        schedule.surgery_publish,
        name="surgery_publish",
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/copy/", schedule.surgery_copy, name="surgery_copy"
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/cancel/",
        schedule.surgery_cancel,
        name="surgery_cancel",
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/close/",
        schedule.surgery_close,
        name="surgery_close",
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/book/",
        by_phone.booking_by_phone,
        name="booking_by_phone",
    ),
    path(
        "organise/<slug:slug>/bookings/<uuid:booking>/",
        by_phone.booking_manage,
        name="booking_manage",
    ),
    path(
        "organise/<slug:slug>/bookings/<uuid:booking>/change/",
        by_phone.booking_correct,
        name="booking_correct",
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/chairs/",
        places.surgery_chairs,
        name="surgery_chairs",
    ),
    path("organise/<slug:slug>/venues/<int:pk>/", schedule.venue_edit, name="venue_edit"),
    path("organise/<slug:slug>/surgeries/<int:pk>/ask/", helpings.helping_ask, name="helping_ask"),
    path("organise/<slug:slug>/helpings/<int:pk>/", helpings.helping_edit, name="helping_edit"),
    path(
        "organise/<slug:slug>/helpings/<int:pk>/answer/",
        helpings.helping_answer,
        name="helping_answer",
    ),
    path("organise/<slug:slug>/networks/", networks.network_list, name="network_list"),
    path("organise/<slug:slug>/networks/new/", networks.network_create, name="network_create"),
    path("organise/<slug:slug>/networks/away/", networks.networks_away, name="networks_away"),
    path("organise/<slug:slug>/networks/<int:pk>/", networks.network_detail, name="network_detail"),
    path(
        "organise/<slug:slug>/networks/<int:pk>/edit/", networks.network_edit, name="network_edit"
    ),
    path(
        "organise/<slug:slug>/networks/<int:pk>/away/", networks.network_away, name="network_away"
    ),
    path(
        "organise/<slug:slug>/networks/<int:pk>/same/", merging.network_merge, name="network_merge"
    ),
    path(
        "organise/<slug:slug>/networks/<int:pk>/delete/",
        merging.network_delete,
        name="network_delete",
    ),
    path(
        "organise/<slug:slug>/networks/introductions/",
        introductions.introduction_list,
        name="introduction_list",
    ),
    path(
        "organise/<slug:slug>/networks/<int:pk>/belongings/",
        introductions.belonging_add,
        name="belonging_add",
    ),
    path(
        "organise/<slug:slug>/belongings/<int:pk>/remove/",
        introductions.belonging_remove,
        name="belonging_remove",
    ),
    path("organise/<slug:slug>/networks/<int:pk>/groups/", networks.group_add, name="group_add"),
    path(
        "organise/<slug:slug>/networks/<int:pk>/groups/<int:group>/remove/",
        networks.group_remove,
        name="group_remove",
    ),
    path(
        "organise/<slug:slug>/networks/<int:pk>/connectors/",
        connectors.connector_create,
        name="connector_create",
    ),
    path(
        "organise/<slug:slug>/connectors/<int:pk>/",
        connectors.connector_edit,
        name="connector_edit",
    ),
    path(
        "organise/<slug:slug>/connectors/<int:pk>/away/",
        connectors.connector_away,
        name="connector_away",
    ),
    path(
        "organise/<slug:slug>/connectors/<int:pk>/page/",
        connectors.connector_give,
        name="connector_give",
    ),
    path("organise/<slug:slug>/lists/", prospects.prospect_lists, name="prospect_lists"),
    path(
        "organise/<slug:slug>/lists/<int:pk>/asked/",
        prospects.prospect_asked,
        name="prospect_asked",
    ),
    path(
        "organise/<slug:slug>/lists/<int:pk>/remove/",
        prospects.prospect_remove,
        name="prospect_remove",
    ),
    path(
        "organise/<slug:slug>/lists/<int:pk>/network/",
        prospects.prospect_network,
        name="prospect_network",
    ),
    path("organise/<slug:slug>/cards/", cards.card_list, name="card_list"),
    path("organise/<slug:slug>/cards/<slug:card>/<int:pk>/", cards.card_detail, name="card_detail"),
    path(
        "organise/<slug:slug>/cards/<slug:card>/<int:pk>/answer/",
        cards.card_answer,
        name="card_answer",
    ),
    path(
        "organise/<slug:slug>/cards/<slug:card>/<int:pk>/aside/",
        cards.card_dismiss,
        name="card_dismiss",
    ),
    path(
        "organise/<slug:slug>/cards/<slug:card>/<int:pk>/list/",
        cards.card_list_it,
        name="card_list_it",
    ),
    path("organise/<slug:slug>/answers/", heard.heard_list, name="heard_list"),
    path("organise/<slug:slug>/answers/explain/", heard.heard_explain, name="heard_explain"),
    path("organise/<slug:slug>/answers/<int:pk>/undo/", heard.heard_undo, name="heard_undo"),
    path("organise/<slug:slug>/share/", sharing.share, name="share"),
    path("organise/<slug:slug>/networks/<int:pk>/link/", sharing.link_make, name="link_make"),
    path("organise/<slug:slug>/links/<int:pk>/", sharing.link_detail, name="link_detail"),
    path("organise/<slug:slug>/links/<int:pk>/word/", sharing.link_word, name="link_word"),
    path("organise/<slug:slug>/links/<int:pk>/switch/", sharing.link_switch, name="link_switch"),
    path(
        "organise/<slug:slug>/links/<int:pk>/print/<slug:paper>/",
        sharing.link_print,
        name="link_print",
    ),
    path(
        "organise/<slug:slug>/links/<int:pk>/print/<slug:paper>.pdf",
        sharing.link_pdf,
        name="link_pdf",
    ),
    path("organise/<slug:slug>/surgeries/<int:pk>/register/", register.register, name="register"),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/register/<uuid:booking>/",
        register.register_tap,
        name="register_tap",
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/register/walk-in/",
        register.register_walk_in,
        name="register_walk_in",
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/register/everyone/",
        register.register_everyone,
        name="register_everyone",
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/register/head-count/",
        register.register_head_count,
        name="register_head_count",
    ),
    path(
        "organise/<slug:slug>/surgeries/<int:pk>/register/print/",
        register.register_print,
        name="register_print",
    ),
    path("organise/<slug:slug>/people/", people.people_list, name="people_list"),
    path("organise/<slug:slug>/people/<int:pk>/", people.person_detail, name="person_detail"),
    path(
        "organise/<slug:slug>/people/<int:pk>/contact/",
        people.person_contact,
        name="person_contact",
    ),
    path("organise/<slug:slug>/ring/<uuid:booking>/", people.ring_done, name="ring_done"),
    path("organise/<slug:slug>/replies/<uuid:pk>/read/", people.reply_read, name="reply_read"),
    path(
        "organise/<slug:slug>/bookings/<uuid:pk>/no-chair/",
        places.booking_displace,
        name="booking_displace",
    ),
    path("organise/<slug:slug>/messages/", outbox.message_list, name="message_list"),
    path(
        "organise/<slug:slug>/messages/to-come/", wording.messages_to_come, name="messages_to_come"
    ),
    path("organise/<slug:slug>/messages/times/", wording.timetable_edit, name="timetable_edit"),
    path(
        "organise/<slug:slug>/messages/times/reset/",
        wording.timetable_reset,
        name="timetable_reset",
    ),
    path("organise/<slug:slug>/messages/words/", wording.wording_list, name="wording_list"),
    path(
        "organise/<slug:slug>/messages/words/<slug:kind>/",
        wording.wording_edit,
        name="wording_edit",
    ),
    path(
        "organise/<slug:slug>/messages/words/<slug:kind>/reset/",
        wording.wording_reset,
        name="wording_reset",
    ),
    path("organise/<slug:slug>/texts/", texts.series_texts, name="series_texts"),
    path(
        "organise/<slug:slug>/messages/<uuid:pk>/settle/",
        outbox.message_settle,
        name="message_settle",
    ),
    path("organise/<slug:slug>/turnout/", turnout.turnout, name="turnout"),
    path("organise/<slug:slug>/turnout/people/", turnout.turnout_people, name="turnout_people"),
    path("organise/<slug:slug>/turnout/way/", way.turnout_way, name="turnout_way"),
    path(
        "organise/<slug:slug>/turnout/way/people/",
        way.turnout_way_people,
        name="turnout_way_people",
    ),
    path("organise/<slug:slug>/shared/", outside.shared_list, name="shared_list"),
    path("organise/<slug:slug>/shared/hide/", outside.shared_hide, name="shared_hide"),
    path(
        "organise/<slug:slug>/shared/<int:pk>/take-back/",
        outside.shared_take_back,
        name="shared_take_back",
    ),
    path("organise/<slug:slug>/import/", imports.import_start, name="import_start"),
    path("organise/<slug:slug>/import/preview/", imports.import_preview, name="import_preview"),
    path("organise/<slug:slug>/import/<int:pk>/", imports.import_detail, name="import_detail"),
    path("organise/<slug:slug>/import/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("hooks/texts/receipts/", webhooks.text_receipt, name="text_receipt"),
    path("hooks/texts/replies/", webhooks.text_received, name="text_received"),
    path("hooks/mail/bounces/", webhooks.mail_bounced, name="mail_bounced"),
]
