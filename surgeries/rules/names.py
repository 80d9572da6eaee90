"""When two names are the same name (model.md: NFC, trimmed, spaces collapsed, case-folded)."""

import unicodedata


def tidy(name):
    """The spelling we keep: NFC, trimmed, inner spaces collapsed, NUL and other controls gone."""
    text = unicodedata.normalize("NFC", name or "")
    if not text.isprintable():
        text = "".join(
            " " if c.isspace() else c
            for c in text
            if c.isspace() or unicodedata.category(c) != "Cc"
        )
    return " ".join(text.split())


def name_key(name):
    """The form under which two spellings are one name."""
    return unicodedata.normalize("NFC", tidy(name).casefold())


def first_name(name):
    """ "Amina" of "Amina O’Neill"."""
    return name.split(" ")[0]


def short_name(name):
    """ "Amina O." of "Amina O’Neill": enough for her, and little for anybody else."""
    first, *others = name.split(" ")
    return f"{first} {others[-1][0]}." if others else first


def told_apart(names):
    """First names, as a list; where two of them are alike, with the initial of the last name."""
    keys = [name_key(first_name(name)) for name in names]
    return [
        short_name(name) if keys.count(key) > 1 else first_name(name)
        for name, key in zip(names, keys, strict=True)
    ]
