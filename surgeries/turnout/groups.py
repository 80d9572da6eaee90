"""How many people come from each group, by the name they gave it."""

from collections import Counter

from django.db.models import Count

from surgeries.rules.names import name_key, tidy


def people_by_group(series) -> tuple[Counter[str], dict[str, str]]:
    """(people per key of a group's name, the spelling of each key); one query, erased left out.

    Attendees write their group as they like; two spellings of one name are one group.
    """
    written = series.attendees.known().exclude(group="").values_list("group")
    people: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for group, number in written.annotate(number=Count("pk")).order_by("group"):
        key = name_key(group)
        people[key] += number
        spelled.setdefault(key, tidy(group))
    return people, spelled
