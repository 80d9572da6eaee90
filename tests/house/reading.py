"""Reading our own source: modules as trees, templates as what a person would see.

A law is a function that takes what was read and yields a Breach for each line that breaks it.
Each has a negative control: a small made-up source that must be caught.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("accounts", "config", "surgeries")


@dataclass(frozen=True, order=True)
class Breach:
    """One line that breaks a law, and what to do about it."""

    path: str
    line: int
    text: str
    remedy: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text.strip()}\n    {self.remedy}"


def obeyed(breaches):
    """Fail with every line and its remedy."""
    found = sorted(breaches)
    if found:
        pytest.fail("\n".join(map(str, found)), pytrace=False)


@dataclass(frozen=True)
class Module:
    """One Python file of ours, by the name it is imported under."""

    root: Path
    path: Path

    @cached_property
    def name(self):
        parts = self.path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def lines(self):
        return self.path.read_text().splitlines()

    @cached_property
    def tree(self):
        return ast.parse(self.path.read_text(), str(self.path))

    @property
    def is_migration(self):
        return "migrations" in self.path.parts

    def breach(self, line, remedy):
        """A Breach at a line number or a node of this file."""
        number = getattr(line, "lineno", line)
        text = self.lines[number - 1] if self.lines else ""
        return Breach(str(self.path.relative_to(self.root)), number, text, remedy)

    def is_in(self, *packages):
        return any(self.name == p or self.name.startswith(f"{p}.") for p in packages)

    def nodes(self, *types):
        return (node for node in ast.walk(self.tree) if isinstance(node, types))

    def calls(self):
        return self.nodes(ast.Call)


def modules(root=ROOT, *, packages=OURS) -> list[Module]:
    """Every module of ours but the migrations, which Django wrote."""
    found = (
        Module(root, path)
        for package in packages
        for path in sorted((root / package).rglob("*.py"))
    )
    return [module for module in found if not module.is_migration]


def imports(module, known) -> Iterator[tuple[ast.stmt, str]]:
    """Each import of one of the `known` names, wherever in the file it stands, resolved."""
    for node in module.nodes(ast.Import, ast.ImportFrom):
        for name in _imported(module, node):
            while name and name not in known:
                name = name.rpartition(".")[0]
            if name and name != module.name:
                yield node, name


def _imported(module, node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        package = module.name.split(".")
        if module.path.name != "__init__.py":
            package = package[:-1]
        package = package[: len(package) - node.level + 1]
        base = ".".join([*package, *filter(None, [base])])
    return [f"{base}.{alias.name}" for alias in node.names]


def dotted(node):
    """ "timezone.now" for the expression timezone.now, "" for what is not a plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""


def write(root, files):
    """Make a small source tree for a negative control; a file's folders become packages."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


# Templates -----------------------------------------------------------------------------

TAG = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
COMMENT = re.compile(r"\{% comment.*?endcomment %\}", re.DOTALL)
TRANSLATED = re.compile(r"\{%\s*(?:translate|trans)\s+(\"[^\"]*\"|'[^']*')")
SEEN_ATTRIBUTES = ("alt", "title", "aria-label", "placeholder", "content", "value", "summary")


@dataclass(frozen=True)
class Template:
    """One file below templates/."""

    root: Path
    path: Path

    @cached_property
    def source(self):
        return self.path.read_text()

    @property
    def name(self):
        return str(self.path.relative_to(self.root / "templates"))

    def breach(self, line, remedy):
        text = self.source.splitlines()[line - 1]
        return Breach(str(self.path.relative_to(self.root)), line, text, remedy)

    def line_of(self, offset):
        return self.source.count("\n", 0, offset) + 1

    @cached_property
    def markup(self):
        """The file with translations put in and other tags taken out, line for line."""
        without_comments = COMMENT.sub(lambda tag: "\n" * tag[0].count("\n"), self.source)
        return TAG.sub(_plain, without_comments)

    def words(self) -> Iterator[tuple[int, str]]:
        """(line, text) of all that a person reads or is read aloud."""
        if self.path.suffix != ".html":
            yield from enumerate(self.markup.splitlines(), 1)
            return
        yield from self.read().words

    def elements(self) -> list[tuple[int, str, dict[str, str]]]:
        """(line, tag, attributes) of every element."""
        return self.read().elements

    def read(self):
        reader = _Reader()
        reader.feed(self.markup)
        reader.close()
        return reader


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words, self.elements = [], []

    def handle_starttag(self, tag, attrs):
        line = self.getpos()[0]
        self.elements.append((line, tag, dict(attrs)))
        self.words += [(line, value) for name, value in attrs if name in SEEN_ATTRIBUTES and value]

    def handle_data(self, data):
        line = self.getpos()[0]
        self.words += [(line + n, text) for n, text in enumerate(data.split("\n")) if text.strip()]


def _plain(tag):
    translated = TRANSLATED.match(tag[0])
    return translated[1][1:-1].replace('"', "&quot;") if translated else "\n" * tag[0].count("\n")


def templates(root=ROOT) -> list[Template]:
    """Every template, the mails' text parts included."""
    files = (path for path in sorted((root / "templates").rglob("*")) if path.is_file())
    return [Template(root, path) for path in files]
