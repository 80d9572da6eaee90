"""The people trusted in a network: their names and contacts stay only with their own yes."""

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.connector_pages import open_page
from surgeries.models import Connector, Network
from surgeries.refusals import Refused
from surgeries.rules.names import name_key, tidy

NOBODY = {"name": "", "contact": "", "shown": False, "digest": False}


def find_or_make_connector(network, *, name, agreed, now):
    """The person in `network` called `name`, or known by that role; part of the caller's
    transaction.

    One who is new, or was put away, is taken up only with her own yes; without it, None.
    """
    key = key_for(name, Connector)
    known = network.connectors.all().called(name)
    if known and not known.removed_at:
        return known
    if not agreed:
        return None
    if known is None:
        known, _made = Connector.objects.get_or_create(
            network=network,
            key=key,
            defaults={"name": tidy(name), "agreed_at": now, "created_at": now},
        )
    return known if not known.removed_at else _back(known)


@transaction.atomic
def write_connector(network, connector=None, *, by, now, agreed, **said):
    """Write what we know of a person in `network`; a new one without `connector`. Returns it.

    `said` has name, role, contact (an email address or a number in E.164, or None), ask_by, note,
    and whether she agreed to be `shown` by name and to the `digest`, which leads to a page of her
    own, so she is given one. Without her own yes
    (`agreed`) we know her by her role alone, and forget the rest that tells who she is. Raises
    Refused without a role then, without a contact for the digest, and for a name that another
    one in the network has.
    """
    Network.objects.select_for_update(no_key=True).get(pk=network.pk)
    connector = connector or Connector(network=network, created_at=now)
    said |= {} if agreed else NOBODY
    _refuse_unless_told_apart(network, connector, said)
    connector.name, connector.role = tidy(said["name"]), tidy(said["role"])
    connector.contact, connector.ask_by = said["contact"] or "", said["ask_by"]
    connector.note = tidy(said["note"])
    connector.agreed_at = _since(connector.agreed_at, agreed, now)
    connector.name_shown_from = _since(
        connector.name_shown_from, said["shown"] and connector.name, now
    )
    connector.digest_from = _since(connector.digest_from, said["digest"], now)
    connector.save()
    if said["digest"] and not connector.has_page:
        open_page(connector, by=by, now=now)
    return connector


@transaction.atomic
def put_connector_away(connector, *, away, by, now):
    """Stop asking this person, or ask again. Links made for her still count (R12)."""
    connector.removed_at = now if away else None
    connector.save(update_fields=["removed_at"])
    return connector


def key_for(name, model, *, field="who"):
    """The key under which `name` is kept; refused when there is none or it does not fit."""
    key = name_key(name)
    if not key:
        raise Refused(
            _("Enter a person or a group, like “Sharon at Highgate Tenants”."), field=field
        )
    most = model._meta.get_field("name").max_length
    if len(tidy(name)) > most or len(key) > model._meta.get_field("key").max_length:
        raise Refused(_("Shorten the name to %(most)d letters.") % {"most": most}, field=field)
    return key


def _refuse_unless_told_apart(network, connector, said):
    key = name_key(said["name"])
    if not key and not tidy(said["role"]):
        raise Refused(
            _("Say what this person does there, like “the caretaker”, or that they agreed."),
            field="role",
        )
    if key and network.connectors.filter(key=key).exclude(pk=connector.pk).exists():
        raise Refused(
            _("You have somebody of this name here already. Add the last name."), field="name"
        )
    if said["digest"] and not said["contact"]:
        raise Refused(_("Enter where the note should go, or take out the tick."), field="contact")


def _since(before, yes, now):
    """When she said yes: the first time counts, and a no forgets it."""
    return (before or now) if yes else None


def _back(connector):
    """Take up again one who was put away. In the caller's transaction."""
    connector.removed_at = None
    connector.save(update_fields=["removed_at"])
    return connector
