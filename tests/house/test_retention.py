"""Every field of every table is declared in the registry of what we keep (R70)."""

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import models

from accounts.models import User
from surgeries.actions.privacy import ERASURES
from surgeries.models import Attendee
from surgeries.rules import kept
from tests.factories import NOW

OURS = ("accounts", "surgeries")


def undeclared(found, *, not_personal, personal, others):
    """Fields that stand nowhere, stand twice, or no longer exist; each with its remedy."""
    remedy = "declare it in surgeries/rules/kept.py: not personal, or under a rule."
    for model in found:
        label = model._meta.label
        fields = {field.name for field in model._meta.local_fields + model._meta.local_many_to_many}
        declared = [
            *not_personal.get(label, ()),
            *(field for names in personal.get(label, {}).values() for field in names),
        ]
        if label in others:
            continue
        if model._meta.app_label not in OURS:
            yield f"{label}: {remedy}"
            continue
        yield from (f"{label}.{name}: {remedy}" for name in sorted(fields - set(declared)))
        yield from (f"{label}.{name}: is gone, so take it out." for name in set(declared) - fields)
        yield from (f"{label}.{n}: twice." for n in set(declared) if declared.count(n) > 1)


def declared_models():
    return {
        *kept.NOT_PERSONAL,
        *kept.PERSONAL,
        *(label for label in kept.TABLES_OF_OTHERS),
    }


def every_model():
    return apps.get_models(include_auto_created=True)


def test_every_field_is_declared():
    assert (
        list(
            undeclared(
                every_model(),
                not_personal=kept.NOT_PERSONAL,
                personal=kept.PERSONAL,
                others=kept.TABLES_OF_OTHERS,
            )
        )
        == []
    )


def test_nothing_is_declared_that_does_not_exist():
    assert declared_models() - {model._meta.label for model in every_model()} == set()


def test_a_field_that_nobody_declared_is_found():
    """Negative control: a column, a whole model, a table of others."""
    without_contact = {
        rule: {name: said for name, said in fields.items() if name != "contact"}
        for rule, fields in kept.PERSONAL["surgeries.Attendee"].items()
    }

    found = list(
        undeclared(
            [Attendee, User, Session],
            not_personal={
                "surgeries.Attendee": (*kept.NOT_PERSONAL["surgeries.Attendee"], "shoe_size"),
                "accounts.User": kept.NOT_PERSONAL["accounts.User"],
            },
            personal={
                "surgeries.Attendee": without_contact,
                "accounts.User": kept.PERSONAL["accounts.User"],
            },
            others={},
        )
    )

    assert [line.partition(":")[0] for line in found] == [
        "surgeries.Attendee.contact",
        "surgeries.Attendee.shoe_size",
        "sessions.Session",
    ]


def test_every_rule_says_why_how_long_and_how():
    rules = {rule for fields in kept.PERSONAL.values() for rule in fields}
    rules |= {rule for rule in kept.TABLES_OF_OTHERS.values() if rule}

    for rule in rules:
        assert rule.basis
        assert rule.erased
        assert (rule.keep is None) == (rule.after == "")
        assert rule.keep is None or rule.cutoff(NOW) <= NOW


def test_every_personal_field_has_a_name_in_a_download():
    for model, rules in kept.PERSONAL.items():
        for fields in rules.values():
            assert all(fields.values()), model


def test_every_rule_with_an_end_is_carried_out_each_night():
    """The tables that rules with an end speak of are the tables that the night job visits."""
    speak_of = {
        apps.get_model(label)
        for label, rules in kept.PERSONAL.items()
        if any(rule.keep is not None for rule in rules)
    } | {Session, LogEntry}
    # These go with the row they hang on: `blanked` and `deleted` take them along.
    go_along = {"Booking", "Helping", "Attempt", "InviteLink", "Belonging"}

    visited = {erasure.due(NOW).model for erasure in ERASURES}

    assert visited == {model for model in speak_of if model.__name__ not in go_along}
    assert all(issubclass(model, models.Model) for model in visited)
