"""Every write is an action in a transaction; no signals; nothing parked (laws 2, 3, 7, 9)."""

import ast

import pytest

from tests.house.reading import dotted, modules, obeyed, write

WRITES = (
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
)
NEVER_WRITE = (
    "surgeries.rules",
    "surgeries.access",
    "surgeries.messages",
    "surgeries.turnout",
    "surgeries.forms",
    "surgeries.views",
    "surgeries.api",
    "surgeries.tasks",
    "surgeries.templatetags",
    "accounts.forms",
    "accounts.views",
)
SAYS_WHY = ("transaction", "locked")


def is_a_write(call):
    """Whether a call looks like a write to rows; a mapping's update takes a mapping, not names."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    return call.func.attr != "update" or (bool(call.keywords) and not call.args)


def writes_outside_actions(found):
    for module in found:
        if module.is_in(*NEVER_WRITE):
            for call in module.calls():
                if is_a_write(call):
                    yield module.breach(
                        call, "This floor never writes. Make it an action and call that."
                    )


def actions_without_a_transaction(found):
    for module in found:
        if not module.is_in("surgeries.actions"):
            continue
        functions = {n.name: n for n in module.tree.body if isinstance(n, ast.FunctionDef)}
        writing = _writing(functions)
        for name, node in functions.items():
            why = (ast.get_docstring(node) or "").lower()
            if name in writing and name[0] != "_" and not any(word in why for word in SAYS_WHY):
                yield module.breach(
                    node,
                    "A verb that writes is one transaction: @transaction.atomic, or say in the "
                    "docstring whose transaction it is part of.",
                )


def _writing(functions):
    """Names of functions that write outside a transaction of their own, by themselves or below."""
    atomic = {name for name, node in functions.items() if _is_atomic(node)}
    writing = {
        name
        for name, node in functions.items()
        if any(isinstance(n, ast.Call) and is_a_write(n) for n in ast.walk(node))
    } - atomic
    while True:
        below = {
            name
            for name, node in functions.items()
            if any(isinstance(n, ast.Call) and dotted(n.func) in writing for n in ast.walk(node))
        } - atomic
        if below <= writing:
            return writing
        writing |= below


def _is_atomic(function):
    marks = [*function.decorator_list]
    marks += [
        i.context_expr for n in ast.walk(function) if isinstance(n, ast.With) for i in n.items
    ]
    return any(
        dotted(mark.func if isinstance(mark, ast.Call) else mark).endswith("transaction.atomic")
        for mark in marks
    )


def signals_among_ourselves(found):
    for module in found:
        if module.is_in("config"):
            continue
        for node in module.nodes(ast.Import, ast.ImportFrom):
            names = [getattr(node, "module", "") or ""] + [alias.name for alias in node.names]
            if any(name.startswith("django.dispatch") or "signals" in name for name in names):
                yield module.breach(node, "No signals among ourselves: call the action.")


def work_parked_in_the_broker(found):
    for module in found:
        for call in module.calls():
            for keyword in call.keywords:
                late = keyword.arg == "countdown" and not (
                    isinstance(keyword.value, ast.Constant) and keyword.value.value <= 60
                )
                if keyword.arg == "eta" or late:
                    yield module.breach(
                        call, "Nothing is parked in the broker: make it a row that a tick finds."
                    )


LAWS = [
    writes_outside_actions,
    actions_without_a_transaction,
    signals_among_ourselves,
    work_parked_in_the_broker,
]


@pytest.mark.parametrize("law", LAWS)
def test_every_write_is_an_action(law):
    obeyed(law(modules()))


ACTION = """
from django.db import transaction

@transaction.atomic
def book(slot): _write(slot)

def cancel(booking):
    with transaction.atomic():
        booking.delete()

def deal(surgery):
    'Part of the caller’s transaction.'
    _write(surgery)

def look(slot): return book(slot) and {}.update({})

def _write(row): row.save()
"""


@pytest.mark.parametrize("law", LAWS)
def test_sound_actions_are_not_accused(law, tmp_path):
    write(
        tmp_path, {"surgeries/actions/a.py": ACTION, "surgeries/views/a.py": "context.update({})"}
    )

    assert list(law(modules(tmp_path))) == []


@pytest.mark.parametrize(
    ("law", "path", "source"),
    [
        (writes_outside_actions, "surgeries/views/a.py", "form.save()"),
        (writes_outside_actions, "surgeries/forms/a.py", "Booking.objects.create(slot=1)"),
        (writes_outside_actions, "surgeries/turnout/a.py", "bookings.update(state='x')"),
        (writes_outside_actions, "surgeries/tasks.py", "messages.delete()"),
        (actions_without_a_transaction, "surgeries/actions/b.py", "def book(slot): slot.save()"),
        (
            actions_without_a_transaction,
            "surgeries/actions/b.py",
            "def book(slot): _one(slot)\ndef _one(slot): _two(slot)\ndef _two(slot): slot.save()",
        ),
        (signals_among_ourselves, "surgeries/models/a.py", "from django.dispatch import receiver"),
        (
            signals_among_ourselves,
            "accounts/models.py",
            "from django.db.models.signals import post_save",
        ),
        (work_parked_in_the_broker, "surgeries/tasks.py", "send.apply_async((1,), eta=when)"),
        (work_parked_in_the_broker, "surgeries/tasks.py", "send.apply_async((1,), countdown=61)"),
    ],
)
def test_each_breach_is_found(law, path, source, tmp_path):
    """Negative control."""
    write(tmp_path, {"surgeries/actions/a.py": ACTION, path: source})

    assert [(breach.path, breach.line) for breach in law(modules(tmp_path))] == [(path, 1)]
