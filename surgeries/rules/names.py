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
