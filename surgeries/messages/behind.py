"""The rows a message is written from, and in which version they were read.

PostgreSQL gives a row a new `xmin` whenever it is changed. What was read at the start of a batch is
compared once more in the statement after which a message may leave: see BEGIN in
`surgeries.actions.leases`, where the same tables stand in the same order.
"""

from django.db.models.expressions import RawSQL

TABLES = {
    "booking": (
        "surgeries_booking",
        "surgeries_attendee",
        "surgeries_slot",
        "surgeries_surgery",
        "surgeries_venue",
    ),
    "helping": (
        "surgeries_helping",
        "surgeries_helper",
        "surgeries_surgery",
        "surgeries_venue",
    ),
    "connector": ("surgeries_connector", "surgeries_network"),
    "surgery": ("surgeries_surgery", "surgeries_venue"),
    "invitation": ("surgeries_teaminvitation",),
    "member": ("surgeries_teammember", "accounts_user"),
}


def versions_of(sort):
    """An annotation for a queryset of people of one sort, or of surgeries: all versions.

    Wants their tables joined by `select_related`.
    """
    rows = ", ".join(f"{table}.xmin" for table in TABLES[sort])
    return RawSQL(f"concat_ws(' ', {rows})", ())  # noqa: S611 - names of our own tables


def rows_behind(message) -> dict:
    """The versions that were read and the keys of their rows; wants it loaded `with_person`."""
    about = message.about
    surgery = message.evening
    apart = [message.surgery.versions] if message.surgery else []
    return {
        "versions": " ".join([about.versions, *apart]),
        "booking": message.booking_id,
        "attendee": getattr(about, "attendee_id", None),
        "slot": getattr(about, "slot_id", None),
        "helping": message.helping_id,
        "helper": getattr(about, "helper_id", None),
        "connector": message.connector_id,
        "network": message.connector and message.connector.network_id,
        "surgery": surgery and surgery.pk,
        "venue": surgery and surgery.venue_id,
        "invitation": message.invitation_id,
        "member": message.member_id,
        "user": message.member and message.member.user_id,
    }
