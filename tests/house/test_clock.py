"""Hand the time in: only doors look at the clock (house.md, law 6)."""

import ast

import pytest

from tests.house.reading import dotted, modules, obeyed, write

CLOCKS = (
    "timezone.now",
    "timezone.localdate",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "database_now",
    "localdate",
)
DOORS = (
    "surgeries.views",
    "surgeries.api",
    "surgeries.tasks",
    "surgeries.management",
    "surgeries.admin",
)
KEEPERS = (
    *DOORS,
    "surgeries.admin",
    "surgeries.clock",
    "accounts.views",
    "config.health",
    "config.beat",
    "config.local",
)
NAMED = {
    # Nobody hands a time to the manager that Django's createsuperuser and allauth call.
    ("accounts.models", "date_joined = models.DateTimeField(default=timezone.now)"),
}


def looks_at_the_clock(found):
    for module in found:
        if module.is_in(*KEEPERS):
            continue
        for node in module.nodes(ast.Attribute, ast.Name):
            name = dotted(node)
            line = module.lines[node.lineno - 1].strip()
            if _is_a_clock(name) and (module.name, line) not in NAMED:
                yield module.breach(
                    node, "Only doors look at the clock. Take `now` as an argument instead."
                )


def _is_a_clock(name):
    return any(name == clock or name.endswith(f".{clock}") for clock in CLOCKS)


def test_only_doors_look_at_the_clock():
    obeyed(looks_at_the_clock(modules()))


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return timezone.now()",
        "def f():\n    return datetime.datetime.now(tz)",
        "def f():\n    return date.today()",
        "class M:\n    made_at = DateTimeField(default=timezone.now)",
        "def f():\n    return database_now()",
        "def f():\n    return time.time()",
    ],
)
def test_a_clock_elsewhere_is_found(source, tmp_path):
    """Negative control, with a door beside it that may."""
    write(tmp_path, {"surgeries/actions/a.py": source, "surgeries/views/a.py": source})

    found = list(looks_at_the_clock(modules(tmp_path)))

    assert [(breach.path, breach.line) for breach in found] == [("surgeries/actions/a.py", 2)]
