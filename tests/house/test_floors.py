"""Stairs lead down, and nothing goes in a circle (house.md, laws 1 and 9)."""

import ast

import pytest

from tests.house.reading import imports, modules, obeyed, write

# The floor of each part of surgeries/. The clock stands beside the doors, because only they ask it.
FLOORS = {
    "surgeries.states": 1,
    "surgeries.refusals": 1,
    "surgeries.rules": 1,
    "surgeries.models": 2,
    "surgeries.access": 3,
    "surgeries.messages": 3,
    "surgeries.turnout": 3,
    "surgeries.templatetags": 3,
    "surgeries.actions": 4,
    "surgeries.forms": 5,
    "surgeries.clock": 6,
    "surgeries.views": 6,
    "surgeries.api": 6,
    "surgeries.tasks": 6,
    "surgeries.management": 6,
    "surgeries.urls": 7,
    "surgeries.admin": 7,
}
OUTSIDE_THE_HOUSE = ("surgeries", "surgeries.apps", "surgeries.migrations")
# /readyz asks how old the oldest unsent message is, and beat does a round where nobody else comes:
# doors of their own, beside the wiring.
DOORS_OF_CONFIG = ("config.health", "config.beat")


def floor_of(name):
    """The floor a module stands on, or None."""
    while name:
        if name in FLOORS:
            return FLOORS[name]
        name = name.rpartition(".")[0]
    return None


def modules_without_a_floor(found):
    for module in found:
        if not module.is_in("surgeries") or module.name in OUTSIDE_THE_HOUSE:
            continue
        if floor_of(module.name) is None:
            yield module.breach(
                1, "This stands on no floor. Put it on one, or name its floor here."
            )


def stairs_that_lead_up(found):
    known = {module.name for module in found}
    for module in found:
        here = floor_of(module.name)
        if here is None:
            continue
        for node, name in imports(module, known):
            there = floor_of(name)
            if there and there > here:
                yield module.breach(
                    node,
                    f"Floor {here} imports {name} of floor {there}. Stairs lead down: move what "
                    "is needed to this floor or lower, or hand it in as an argument.",
                )


def imports_inside_functions(found):
    known = {module.name for module in found}
    for module in found:
        if not module.is_in("surgeries", "accounts"):
            continue
        for function in module.nodes(ast.FunctionDef):
            inside = set(ast.walk(function))
            for node, name in imports(module, known):
                if node in inside:
                    yield module.breach(
                        node, f"Import {name} at the top; if that fails, it is on the wrong floor."
                    )


def doors_between_houses(found):
    """accounts imports nothing of ours; config is wiring; config.local stays by itself."""
    forbidden = {
        "accounts": ("surgeries", "config"),
        "config": ("surgeries", "accounts"),
        "surgeries": ("config",),
    }
    known = {module.name for module in found}
    for module in found:
        if module.name in DOORS_OF_CONFIG:
            continue
        house = module.name.split(".")[0]
        for node, name in imports(module, known):
            if name.split(".")[0] in forbidden[house]:
                yield module.breach(
                    node, f"{house} imports nothing of {name.split('.')[0]} (house.md, the plan)."
                )
            if name.startswith("config.local") and not module.is_in("config.local"):
                yield module.breach(
                    node, "config/local is for one's own machine; production does not import it."
                )


def circles(found):
    known = {module.name: module for module in found}
    edges = {module.name: {name: node for node, name in imports(module, known)} for module in found}
    for start in edges:
        path = _way_back(start, edges)
        if path and start == min(path):
            node = edges[start][path[0] if len(path) == 1 else path[1]]
            yield known[start].breach(
                node, "A circle: " + " -> ".join([*path, start]) + ". Cut it at its weakest import."
            )


def _way_back(start, edges):
    """The shortest way from a module along imports back to itself, or nothing."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop(0)
        for name in edges.get(way[-1], ()):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


LAWS = [
    modules_without_a_floor,
    stairs_that_lead_up,
    imports_inside_functions,
    doors_between_houses,
    circles,
]


@pytest.mark.parametrize("law", LAWS)
def test_the_house_stands(law):
    obeyed(law(modules()))


MADE_UP = {
    "accounts/models.py": "",
    "config/urls.py": "",
    "config/local/services.py": "",
    "surgeries/__init__.py": "",
    "surgeries/states.py": "",
    "surgeries/models/__init__.py": "from .bookings import Booking\n",
    "surgeries/models/bookings.py": "from surgeries.states import LIVE\n",
    "surgeries/actions/bookings.py": "from surgeries.models import Booking\n",
    "surgeries/views/bookings.py": "from surgeries.actions.bookings import book_slot\n",
}


@pytest.mark.parametrize("law", LAWS)
def test_a_sound_house_is_not_accused(law, tmp_path):
    assert list(law(modules(write(tmp_path, MADE_UP)))) == []


@pytest.mark.parametrize(
    ("law", "path", "source", "line"),
    [
        (modules_without_a_floor, "surgeries/utils.py", "", 1),
        (
            stairs_that_lead_up,
            "surgeries/models/bookings.py",
            "\nfrom surgeries.actions.bookings import x",
            2,
        ),
        (
            stairs_that_lead_up,
            "surgeries/models/bookings.py",
            "def f():\n    from ..actions import bookings",
            2,
        ),
        (stairs_that_lead_up, "surgeries/states.py", "import surgeries.models.bookings", 1),
        (
            stairs_that_lead_up,
            "surgeries/models/__init__.py",
            "from ..actions.bookings import book_slot",
            1,
        ),
        (
            imports_inside_functions,
            "surgeries/views/bookings.py",
            "def f():\n    from surgeries.states import LIVE",
            2,
        ),
        (doors_between_houses, "accounts/models.py", "from surgeries import states", 1),
        (doors_between_houses, "config/urls.py", "import accounts.models", 1),
        (doors_between_houses, "surgeries/states.py", "from config import urls", 1),
        (doors_between_houses, "config/urls.py", "from config.local import services", 1),
        (
            circles,
            "surgeries/models/bookings.py",
            "\n\nfrom surgeries.actions.bookings import book_slot",
            3,
        ),
    ],
)
def test_each_breach_is_found_at_its_line(law, path, source, line, tmp_path):
    """Negative control: the law sees what it forbids."""
    write(
        tmp_path, MADE_UP | {"surgeries/actions/bookings.py": "import surgeries.models.bookings\n"}
    )
    write(tmp_path, {path: source})

    found = list(law(modules(tmp_path)))

    assert [breach.line for breach in found] == [line] or (law is circles and len(found) == 1)
    assert found[0].remedy
