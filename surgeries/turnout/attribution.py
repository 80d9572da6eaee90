"""Who sent a person: what she said, the link she followed, who is credited (R12).

The names a series knows are read once and handed to `rules.matching`, which decides. Booking,
register, import and past answers all ask here.
"""

from collections.abc import Iterable

from django.db.models import BigIntegerField, F, IntegerField, Q, QuerySet, Value

from surgeries.models import Alias, Connector, InviteLink, Network
from surgeries.rules.credit import Attribution
from surgeries.rules.matching import Known, Meaning, Source, as_written, meaning_of, named
from surgeries.rules.names import name_key, tidy
from surgeries.states import AliasKind

LONGEST_ANSWER = 200
LINK = 0


def attribute(series, *, said: str = "", code: str = "") -> Attribution:
    """Who sent this person: `said` is her answer, `code` that of the link she followed.

    One statement. A link that is switched off still counts, and an unknown code counts for nobody.
    """
    words = _words_of(series) if name_key(said) else []
    rows = _read(words + _links_of(series, code))
    return _attribution(series, said, meaning_of(said, _known(rows)), rows)


def all_named(series, words: str) -> list[tuple[Network, Connector | None]]:
    """All that `words` name to the letter: pairs of a network and one connector in it, or None.

    For naming whom we mean, where a slip may be another name. What was put away is not named.
    """
    key = name_key(words)
    known = _known(_read(_words_of(series, put_away=False, key=key))) if key else []
    found = as_written(words, known)
    pairs = {(one.network, one.connector): one.network_name for one in found if one.network}
    return [_pair(series, pk, person, name) for (pk, person), name in pairs.items()]


def words_known(series) -> list[Known]:
    """All words that mean a network or a person of `series`, or surely none; one statement."""
    return _known(_read(_words_of(series)))


def networks_named(series, names: Iterable[str]) -> dict[str, int | None]:
    """Name key -> the network it names to the letter; None where it surely names none.

    What is not known is left out. One statement, for imports.
    """
    keys = {name_key(name): name for name in names}
    known = _known(_read(_words_of(series, key__in=keys)))
    meant = {key: named(name, known) for key, name in keys.items()}
    return {key: meaning.network for key, meaning in meant.items() if meaning}


def _read(parts: list[QuerySet]) -> list[tuple]:
    if not parts:
        return []
    return list(parts[0].union(*parts[1:], all=True))


def _words_of(series, *, put_away=True, **which) -> list[QuerySet]:
    """What a series knows by words; without `which`, also people known by what they do."""
    networks, people = series.networks.all(), Connector.objects.filter(network__series=series)
    aliases = Alias.objects.filter(series=series, **which)
    if not put_away:
        networks, people = networks.current(), people.current()
        aliases = aliases.filter(network__removed_at=None)
    answer = Q(kind=AliasKind.ANSWER)
    where, alias = ("network_id", "pk", "network__name"), ("network_id", "connector_id")
    parts = [
        _shaped(networks.filter(**which), Source.NETWORK, "name", "pk", None, "name"),
        _shaped(people.filter(**which).exclude(key=""), Source.PERSON, "name", *where),
        _shaped(aliases.filter(answer), Source.ANSWER, "words", *alias, "network__name"),
        _shaped(aliases.exclude(answer), Source.ALIAS, "words", *alias, "network__name"),
    ]
    if not which:
        parts.append(_shaped(people.filter(key=""), Source.ROLE, "role", *where))
    return parts


def _links_of(series, code: str) -> list[QuerySet]:
    links = InviteLink.objects.filter(network__series=series, code=code)
    columns = ("code", "network_id", "connector_id", "network__name")
    return [_shaped(links, LINK, *columns)] if code else []


def _shaped(rows: QuerySet, source: int, words: str, network: str, who: str | None, name: str):
    """The same six columns of every table, so that one statement reads them all."""
    nobody = Value(None, output_field=BigIntegerField())
    return (
        rows.order_by()
        .annotate(
            source=Value(int(source), output_field=IntegerField()),
            text=F(words),
            in_network=F(network),
            who=F(who) if who else nobody,
            its_name=F(name),
        )
        .values_list("pk", "source", "text", "in_network", "who", "its_name")
    )


def _known(rows) -> list[Known]:
    return [
        Known(Source(source), words, network, who, name or "")
        for _row, source, words, network, who, name in rows
        if source != LINK
    ]


def _attribution(series, said: str, meant: Meaning | None, rows) -> Attribution:
    names = {network: name for _row, _source, _words, network, _who, name in rows}

    def pair(pk, who):
        return _pair(series, pk, who, names[pk]) if pk else (None, None)

    def link(row, code, pk, who):
        network, connector = pair(pk, who)
        return InviteLink(pk=row, code=code, network=network, connector=connector)

    network, who = pair(meant.network, meant.connector) if meant else (None, None)
    links = [
        link(row, words, its_network, its_who)
        for row, source, words, its_network, its_who, _name in rows
        if source == LINK
    ]
    return Attribution(tidy(said)[:LONGEST_ANSWER], network, who, next(iter(links), None))


def _pair(
    series, pk: int | None, connector: int | None, name: str
) -> tuple[Network, Connector | None]:
    network = Network(pk=pk, name=name, series=series)
    return network, Connector(pk=connector, network=network) if connector else None
