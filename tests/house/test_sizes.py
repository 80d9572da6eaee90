"""Files that fit in a head, functions that say what they do, migrations named by their work."""

import ast
import re

import pytest

from tests.house.reading import ROOT, Breach, modules, obeyed, write

LONGEST_FILE = 400
SAYS_WHAT_IT_DOES = ("surgeries.actions", "surgeries.rules", "surgeries.turnout")


def files_too_long(found):
    for module in found:
        if len(module.lines) >= LONGEST_FILE:
            yield module.breach(
                LONGEST_FILE, "400 lines are enough for one room. Give the second subject its own."
            )


def public_functions_without_a_docstring(found):
    for module in found:
        if not module.is_in(*SAYS_WHAT_IT_DOES):
            continue
        for node in module.tree.body:
            is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node):
                yield module.breach(node, "Say what it returns, refuses and owes, with units.")


def migrations_named_by_nobody(root):
    for path in sorted(root.glob("*/migrations/[0-9]*.py")):
        name = path.stem.partition("_")[2]
        if (
            name.startswith("auto")
            or name == "initial"
            or not re.fullmatch(r"[a-z]+[a-z0-9_]+", name)
        ):
            yield Breach(
                str(path.relative_to(root)),
                1,
                path.name,
                "Name it by what it does: makemigrations -n.",
            )


@pytest.mark.parametrize("law", [files_too_long, public_functions_without_a_docstring])
def test_code_is_of_a_size_to_read(law):
    obeyed(law(modules()))


def test_migrations_are_named_by_what_they_do():
    obeyed(migrations_named_by_nobody(ROOT))


@pytest.mark.parametrize(
    ("law", "source", "count"),
    [
        (files_too_long, "\n" * 400, 1),
        (files_too_long, "\n" * 399, 0),
        (public_functions_without_a_docstring, "def book(): pass", 1),
        (public_functions_without_a_docstring, "def book():\n    'Book.'", 0),
        (public_functions_without_a_docstring, "def _book(): pass", 0),
    ],
)
def test_each_breach_is_found(law, source, count, tmp_path):
    """Negative control."""
    write(tmp_path, {"surgeries/actions/a.py": source, "surgeries/views/a.py": "def a(): pass"})

    assert len(list(law(modules(tmp_path)))) == count


def test_a_nameless_migration_is_found(tmp_path):
    """Negative control."""
    names = ("0001_initial", "0002_auto_20261124", "0003_surgeries_know_their_venue")
    write(tmp_path, {f"surgeries/migrations/{name}.py": "" for name in names})

    found = migrations_named_by_nobody(tmp_path)

    assert [breach.text for breach in found] == ["0001_initial.py", "0002_auto_20261124.py"]
