"""The share kit: links of a network or connector, one for each way, and a word to say (R10)."""

from django.db import transaction
from django.utils.translation import gettext as _

from surgeries.actions.connectors import find_or_make_connector
from surgeries.actions.networks import find_or_make_network, held
from surgeries.models import Alias, InviteLink, Series
from surgeries.refusals import Refused
from surgeries.rules.code_words import tells_a_name, wrong_with_word
from surgeries.rules.matching import as_written, meaning_of
from surgeries.rules.names import name_key, tidy
from surgeries.rules.sharing import IN_A_KIT, new_code, person_and_group
from surgeries.states import AliasKind, PassedOnBy
from surgeries.turnout.attribution import all_named, words_known
from surgeries.turnout.sharing import names_kept_back


@transaction.atomic
def pass_on(series, *, to, by, now, agreed=False):
    """A kit for whoever `to` names: "Sharon at Highgate Tenants", or a group, or one we know.

    Makes the network when it is new, and the connector with her own yes (`agreed`); without it
    the kit is the network's. The same answer again gets the same links, unless they were switched
    off. Returns the plain link. Raises Refused when nobody is named, or `to` may mean two.
    """
    meant = all_named(series, to)
    if len(meant) > 1:
        raise Refused(_("There are two of this name. Choose one."), field="which")
    if meant:
        network, connector = meant[0]
    else:
        person, group = person_and_group(tidy(to))
        network = find_or_make_network(series, name=group, now=now)
        connector = None
        if person:
            connector = find_or_make_connector(network, name=person, agreed=agreed, now=now)
    if network.removed_at:
        raise Refused(
            _("You have put %(network)s away. Bring it back first.") % {"network": network.name},
            field="who",
        )
    return make_kit(network, connector, by=by, now=now)


@transaction.atomic
def make_kit(network, connector=None, *, by, now):
    """A working link for each way of passing on, made where there is none. Returns the plain one.

    Of a network, or of one connector in it. Refused when the network has gone.
    """
    network = held(network)
    ours = InviteLink.objects.filter(network=network, connector=connector)
    there = set(ours.filter(switched_off_at=None).values_list("passed_on_by", flat=True))
    InviteLink.objects.bulk_create(
        InviteLink(
            network=network,
            connector=connector,
            code=new_code(),
            passed_on_by=way,
            made_by=by,
            created_at=now,
        )
        for way in IN_A_KIT
        if way not in there
    )
    plain = ours.filter(switched_off_at=None, passed_on_by=PassedOnBy.LINK)
    return plain.earliest("pk")


@transaction.atomic
def switch_link(link, *, on, by, now):
    """Switch a link off or on again. Whoever follows it still counts for its network (R12)."""
    link.switched_off_at = None if on else now
    link.save(update_fields=["switched_off_at"])
    return link


@transaction.atomic
def choose_code_word(network, connector=None, *, word, by, now):
    """From now on `word` is what people say for a network, or for one connector in it.

    Words chosen before go on counting, for they are on paper somewhere. Returns the alias. Raises
    Refused for a word that is hard to say, means somebody else, may be taken for another one, or
    tells a name that stays among ourselves.
    """
    series = Series.objects.select_for_update(no_key=True).get(pk=network.series_id)
    if wrong := wrong_with_word(word):
        raise Refused(wrong, field="word")
    if tells_a_name(word, names_kept_back(network, connector)):
        raise Refused(_("This tells a name that stays among ourselves. Choose another word."))
    whose = {"network": network, "connector": connector, "kind": AliasKind.CODE_WORD}
    if known := Alias.objects.filter(series=series, key=name_key(word), **whose).first():
        known.created_at = now
        known.save(update_fields=["created_at"])
        return known
    _refuse_if_it_means_another(series, word, network, connector)
    return Alias.objects.create(
        series=series, words=tidy(word), made_by=by, created_at=now, **whose
    )


def _refuse_if_it_means_another(series, word, network, connector):
    known = words_known(series)
    exactly, whose = as_written(word, known), (network.pk, connector and connector.pk)
    meaning = meaning_of(word, known)
    if any((one.network, one.connector) != whose for one in exactly) or (
        meaning and meaning.network != network.pk
    ):
        raise Refused(
            _("“%(word)s” means somebody else, or sounds too much alike. Choose another word.")
            % {"word": tidy(word)},
            field="word",
        )
