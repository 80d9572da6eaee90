"""What the page of the way says, from its figures: true of one person and of ten years."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surgeries.turnout.way import Way


def opening(way: Way, before: Way | None) -> str:
    """How many came, what became of them, and how many came in as many days before."""
    told = way.together
    if not told.came:
        return _("Nobody is written down as having come.")
    said = [
        ngettext("%(n)s person came.", "%(n)s people came.", told.came) % _number(told.came),
        _came_again(told.came, told.came_again),
        _helped(told.helped),
        _organises(told.organises),
        _before(before),
    ]
    return " ".join(sentence for sentence in said if sentence)


def _came_again(came: int, again: int) -> str:
    if not again:
        return ""
    if again == came:
        return ngettext(
            "Who came has come more than once.", "All of them have come more than once.", came
        )
    words = ngettext(
        "%(n)s of them has come more than once.", "%(n)s of them have come more than once.", again
    )
    return words % _number(again)


def _helped(helped: int) -> str:
    if not helped:
        return ""
    words = ngettext("%(n)s has helped since.", "%(n)s have helped since.", helped)
    return words % _number(helped)


def _organises(organises: int) -> str:
    if not organises:
        return ""
    words = ngettext("%(n)s organises now.", "%(n)s organise now.", organises)
    return words % _number(organises)


def _before(before: Way | None) -> str:
    if not before:
        return ""
    came = before.together.came
    if not came:
        return _("In as many days before, nobody is written down as having come.")
    words = ngettext(
        "In as many days before, %(n)s person came.",
        "In as many days before, %(n)s people came.",
        came,
    )
    return words % _number(came)


def _number(n: int) -> dict[str, str]:
    return {"n": intcomma(n)}
