"""What a browser gets: no inline code, nothing unescaped, whole mails, everyday words."""

import ast
import re

import pytest

from surgeries.rules.wording import NEWS
from surgeries.states import MessageKind
from tests.house.reading import ROOT, dotted, modules, obeyed, templates, write

NEVER_ON_A_SCREEN = re.compile(
    r"\b(patients?|no[- ]shows?|users?|tickets?|clients?|trainings?|referral agency"
    r"|fail(?:ed|s|ing)? to attend)\b",
    re.IGNORECASE,
)
GETTEXT = re.compile(r"(?:^|\.)(?:_|n?p?gettext(?:_lazy|_noop)?)$")
# (file, what stands there): text that we made and escaped ourselves.
UNESCAPED: set[tuple[str, str]] = set()
# Mail programs have no class of ours and no content security policy; styles stand in the elements.
MAILS = ("messages/", "account/email/")
MAIL_PARTS = ("subject.txt", "txt", "html")


def inline_code(found):
    remedy = "The content security policy stops inline code: use a class or a static file."
    for template in found:
        if template.path.suffix != ".html":
            continue
        for line, tag, attributes in template.elements():
            handlers = [name for name in attributes if name.startswith("on")]
            runs = str(attributes.get("href", "")).lower().startswith("javascript:")
            script = tag == "script" and "src" not in attributes
            style = tag == "style" or "style" in attributes
            if handlers or runs or script or (style and not template.name.startswith(MAILS)):
                yield template.breach(line, remedy)


def unescaped_output(found):
    for template in found:
        if template.path.suffix != ".html":
            continue
        marks = re.finditer(r"\|\s*safe(?:seq)?\b|\{%\s*autoescape off", template.source)
        for mark in marks:
            if (template.name, mark[0]) not in UNESCAPED:
                yield template.breach(
                    template.line_of(mark.start()),
                    "Output is escaped. If we made and escaped it, list it in UNESCAPED.",
                )


def unescaped_by_code(found):
    for module in found:
        for node in module.nodes(ast.Name, ast.Attribute):
            name = dotted(node).split(".")[-1]
            if name in ("mark_safe", "SafeString") and (module.name, name) not in UNESCAPED:
                yield module.breach(node, "Use format_html, or list it in UNESCAPED with reasons.")


def letters_to_many(found):
    """T-OUT-10: a mail program that opens with many addresses shows each of them to all."""
    remedy = "A link writes to one person or to nobody yet. Many are written to by the outbox."
    for template in found:
        for link in re.finditer(r"mailto:((?:\{[{%].*?[%}]\}|[^\"'<>\s])*)", template.source):
            one = re.fullmatch(r"(\{\{[^{}]*\}\})?(\?.*)?", link[1])
            if not one or re.search(r"\bb?cc=|\bto=", link[1], re.IGNORECASE):
                yield template.breach(template.line_of(link.start()), remedy)


def words_in_templates(found):
    for template in found:
        for line, text in template.words():
            if word := NEVER_ON_A_SCREEN.search(text):
                yield template.breach(line, _say_it_otherwise(word[0]))


def words_in_code(found):
    for module in found:
        for call in module.calls():
            if not GETTEXT.search(dotted(call.func)):
                continue
            for node in ast.walk(call):
                text = node.value if isinstance(node, ast.Constant) else None
                if isinstance(text, str) and (word := NEVER_ON_A_SCREEN.search(text)):
                    yield module.breach(node, _say_it_otherwise(word[0]))


def _say_it_otherwise(word):
    return f"“{word}” is not a word for screens; docs/glossary.md has ours."


def news_in_messages(found):
    """R30: a message about a booking advertises nothing; news needs permission."""
    for template in found:
        if not template.name.startswith(MAILS):
            continue
        for line, text in template.words():
            for words in NEWS:
                if words in " ".join(text.casefold().split()):
                    yield template.breach(
                        line, f"“{words}” is news; this is a message about somebody’s own booking."
                    )


def half_mails(root):
    """Kinds of message that lack a part, and parts that do not extend their base."""
    folder = root / "templates" / "messages"
    for kind in MessageKind.values:
        for part in MAIL_PARTS:
            path = folder / f"{kind}.{part}"
            if not path.exists():
                yield f"templates/messages/{kind}.{part} is missing: every kind has three parts."
            elif part != "subject.txt" and not _extends_its_base(path, part):
                yield f"templates/messages/{path.name} must extend messages/base.{part}."


def _extends_its_base(path, part):
    return re.match(
        rf"""\{{% extends ["']messages/base\.{part}["'] %\}}""", path.read_text().lstrip()
    )


TEMPLATE_LAWS = [
    inline_code,
    unescaped_output,
    words_in_templates,
    news_in_messages,
    letters_to_many,
]


@pytest.mark.parametrize("law", TEMPLATE_LAWS)
def test_templates_obey(law):
    obeyed(law(templates()))


@pytest.mark.parametrize("law", [unescaped_by_code, words_in_code])
def test_code_that_speaks_obeys(law):
    obeyed(law(modules()))


def test_every_message_has_a_subject_a_text_and_a_page():
    assert list(half_mails(ROOT)) == []


SOUND = """{% load i18n %}{# a user of patience #}{% comment %}
client{% endcomment %}<script src="a.js"></script>
<p class="user">{% translate "Come along" %} {{ user.name }} {% url 'user' %}</p>
<a href="mailto:{{ attendee.email }}"></a> <a href="mailto:?subject={{ day }}&amp;body={{ x }}"></a>
"""


@pytest.mark.parametrize("law", TEMPLATE_LAWS)
def test_a_sound_template_is_not_accused(law, tmp_path):
    write(tmp_path, {"templates/a.html": SOUND, "templates/messages/base.html": "<style></style>"})

    assert list(law(templates(tmp_path))) == []


@pytest.mark.parametrize(
    ("law", "source"),
    [
        (inline_code, '<p style="color: red">'),
        (inline_code, '<button onclick="go()">'),
        (inline_code, "<script>go()</script>"),
        (inline_code, '<script nonce="{{ csp_nonce }}">go()</script>'),
        (inline_code, "<style>p {}</style>"),
        (inline_code, '<a href="javascript:go()">'),
        (unescaped_output, "{{ said|safe }}"),
        (unescaped_output, "{% autoescape off %}"),
        (letters_to_many, '<a href="mailto:{{ one.email }},{{ other.email }}">'),
        (letters_to_many, '<a href="mailto:{% for p in people %}{{ p.email }},{% endfor %}">'),
        (letters_to_many, '<a href="mailto:?bcc={{ addresses }}">'),
        (letters_to_many, '<a href="mailto:all@example.org">'),
        (words_in_templates, "<p>Dear user</p>"),
        (words_in_templates, '{% translate "3 No-Shows" %}'),
        (words_in_templates, "<img alt='a ticket'>"),
        (words_in_templates, "<a title=\"{% translate 'Your clients' %}\">"),
        (words_in_templates, "{% blocktranslate %}{{ n }} failed to attend{% endblocktranslate %}"),
    ],
)
def test_each_breach_in_a_template_is_found_at_its_line(law, source, tmp_path):
    """Negative control."""
    write(tmp_path, {"templates/a.html": SOUND + source})

    assert [breach.line for breach in law(templates(tmp_path))] == [SOUND.count("\n") + 1]


@pytest.mark.parametrize(
    ("law", "source", "count"),
    [
        (unescaped_by_code, "x = mark_safe(y)", 1),
        (unescaped_by_code, "x = format_html(y)", 0),
        (words_in_code, "x = _('A new user')", 1),
        (words_in_code, "x = ngettext('one ticket', 'tickets', n)", 2),
        (words_in_code, "x = gettext_lazy('a' 'patient')", 0),
        (words_in_code, "x = gettext_lazy('a ' 'patient')", 1),
        (words_in_code, "x = get_user('user')", 0),
    ],
)
def test_each_breach_in_code_is_found(law, source, count, tmp_path):
    """Negative control."""
    write(tmp_path, {"surgeries/forms/a.py": source})

    assert len(list(law(modules(tmp_path)))) == count


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('{% translate "Our Next  surgery is soon." %}', 1),
        ("<p>Please share this.</p>", 1),
        ("<p>Come next time instead.</p>", 0),
        ("{# donate #}<p class='donate'></p>", 0),
    ],
)
@pytest.mark.parametrize("name", ["messages/a.html", "messages/a.txt", "surgeries/a.html"])
def test_news_in_a_message_is_found(name, source, count, tmp_path):
    """Negative control (R30); a page may say what it likes."""
    if name.endswith(".txt") and "<" in source:
        source = re.sub(r"<[^>]*>", "", source)
    write(tmp_path, {f"templates/{name}": source})

    expected = count if name.startswith("messages/") else 0
    assert len(list(news_in_messages(templates(tmp_path)))) == expected


def test_half_a_mail_is_found(tmp_path):
    """Negative control: all parts there but one, and one that extends nothing."""
    for kind in MessageKind.values:
        for part in MAIL_PARTS:
            text = f'{{% extends "messages/base.{part}" %}}'
            write(tmp_path, {f"templates/messages/{kind}.{part}": text})
    assert list(half_mails(tmp_path)) == []

    (tmp_path / "templates/messages/confirmation.txt").unlink()
    (tmp_path / "templates/messages/link_again.html").write_text("<p>Here it is.</p>")

    assert list(half_mails(tmp_path)) == [
        "templates/messages/confirmation.txt is missing: every kind has three parts.",
        "templates/messages/link_again.html must extend messages/base.html.",
    ]
