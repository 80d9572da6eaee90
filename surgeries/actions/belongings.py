"""Who of us belongs to which network: written down only with that person's own yes."""

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.networks import held
from surgeries.models import Belonging
from surgeries.refusals import Refused


@transaction.atomic
def note_belonging(network, *, person, agreed, by, now):
    """`person` belongs to the network and may be asked to introduce us there. Returns the row.

    `person` is ("helper", "user" or "attendee", the row). Said twice, it is one row with the first
    yes. Raises Refused without that person's yes (`agreed`).
    """
    if not agreed:
        raise Refused(_("Ask this person first. We keep it only with their yes."), field="agreed")
    network, (kind, row) = held(network), person
    # Whoever is being erased is waited for, so that nothing is noted of somebody who has gone.
    row = type(row).objects.select_for_update(no_key=True).get(pk=row.pk)
    if getattr(row, "erased_at", None):
        raise Refused(_("We no longer know this person. Choose somebody else."), field="who")
    belonging, _made = Belonging.objects.get_or_create(
        network=network, **{kind: row}, defaults={"agreed_at": now}
    )
    return belonging


@transaction.atomic
def forget_belonging(belonging, *, by, now):
    """The person does not belong there, or would rather not be asked."""
    belonging.delete()


@transaction.atomic
def say_where_i_belong(helper, networks, *, now):
    """A helper's own ticks: these networks and no others. A tick she had keeps its time."""
    chosen = [network.pk for network in networks]
    helper.belongings.filter(network__removed_at=None).exclude(network__in=chosen).delete()
    for network in sorted(networks, key=lambda network: network.pk):
        note_belonging(network, person=("helper", helper), agreed=True, by=None, now=now)
