"""What the turnout page says and draws, from the figures (look.md, Pictures)."""

from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surgeries.states import Verdict
from surgeries.turnout.networks import NetworkTurnout, Turnout

LONGEST_BAR = 72  # per cent of the picture; the rest is for the words at its end
NOTHING_TO_SAY = (None, Verdict.TOO_FEW, Verdict.INCOMPLETE)


@dataclass(frozen=True)
class Bar:
    """Where a network's bar, outline and whisker end, as lengths of SVG ("43.2%")."""

    row: NetworkTurnout
    came: str
    recorded: str
    low: str
    high: str
    plain: bool


def bars(turnout: Turnout) -> list[Bar]:
    """One bar for each network, on one scale: solid came, outline recorded, whisker Wilson."""
    most = max((row.recorded for row in turnout.networks), default=0) or 1
    return [_bar(row, LONGEST_BAR / most) for row in turnout.networks]


def _bar(row: NetworkTurnout, each: float) -> Bar:
    low, high = row.wilson
    ends = (row.came, row.recorded, (low or 0) * row.recorded, (high or 0) * row.recorded)
    came, recorded, low_end, high_end = (f"{end * each:.1f}%" for end in ends)
    return Bar(row, came, recorded, low_end, high_end, plain=row.verdict in NOTHING_TO_SAY)


def opening(turnout: Turnout) -> str:
    """The sentence the page opens with, true of one evening and of ten years.

    Somebody who came three times came three times, and is one person.
    """
    came = turnout.through_the_door
    if not came:
        return _("Nobody is written down as having come.")
    told = [row for row in turnout.known if row.people]
    known = sum(row.people for row in told)
    who = _who(came, turnout.all_different)
    if not told:
        return _("%(who)s. We do not know who told them.") % {"who": who}
    if len(told) == 1:
        if known == came:
            return _("%(who)s, through %(network)s.") % {"who": who, "network": told[0].network}
        return _("%(who)s, %(known)s of them through %(network)s.") % {
            "who": who,
            "known": intcomma(known),
            "network": told[0].network,
        }
    first, second = sorted(told, key=lambda row: -row.people)[:2]
    words = {
        "who": who,
        "known": intcomma(known),
        "number": len(told),
        "top": intcomma(first.people),
        "network": first.network,
    }
    if known == came:
        sentence = _("%(who)s through %(number)d networks, %(top)s of them through %(network)s.")
    elif first.people > second.people:
        sentence = _(
            "%(who)s, %(known)s of them through %(number)d networks. "
            "%(network)s brought the most: %(top)s."
        )
    else:
        sentence = _("%(who)s, %(known)s of them through %(number)d networks.")
    return sentence % words


def _who(came: int, all_different: bool) -> str:
    if all_different:
        return ngettext("%(came)s person came", "%(came)s people came", came) % {
            "came": intcomma(came)
        }
    return _("People came %(came)s times") % {"came": intcomma(came)}
