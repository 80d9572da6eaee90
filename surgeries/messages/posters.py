"""Posters and table cards: the facts on them, as a page to print and as a PDF (R10).

Nothing that somebody typed is ever markup: a page escapes it, and the PDF's words reach
poster.typ as plain strings beside it.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import segno
import typst
from django.conf import settings

from surgeries.rules.invitations import RIGHT_TO_LEFT, SENTENCES, comma, when_long

FOLDER = Path(settings.BASE_DIR) / "templates" / "surgeries" / "sharing"
# The sans of the system if it is one of these, else one that typst brings along.
FONTS = ("Noto Sans", "Roboto", "DejaVu Sans", "Liberation Sans", "Libertinus Serif")


@dataclass(frozen=True)
class QrCode:
    """A QR code as SVG: its `box`, with a quiet edge of four squares, and the dark ones' `path`."""

    box: str
    path: str


@dataclass(frozen=True)
class Poster:
    """What a poster says, in `language`; "" is left out.

    `url` is the link as people type it, without its https. `qr` holds the whole link.
    """

    language: str
    series: str
    what: str
    when: str
    place: str
    address: str
    bring: str
    welcome: str
    scan: str
    url: str
    say: str
    network: str
    qr: QrCode

    @property
    def direction(self) -> str:
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"


def poster_of(kit, *, link: str, language: str) -> Poster:
    """The poster of a share kit: `link` is the address of ours that its QR code holds.

    Of a private network it tells no name (model.md), and of a connector never.
    """
    say, series, surgery = SENTENCES[language], kit.network.series, kit.coming
    venue = surgery.venue if surgery else None
    word = kit.word_to_print
    return Poster(
        language=str(language),
        series=series.name,
        what=say.what,
        when=when_long(surgery.starts_local, language) if surgery else "",
        place=venue.name if venue else series.town,
        address=_line(venue.address, venue.postcode, language) if venue else "",
        bring=say.bring,
        welcome=say.welcome,
        scan=say.scan,
        url=link.partition("://")[2].rstrip("/"),
        say=say.say % word if word else "",
        network=kit.name_to_print,
        qr=qr_code(link),
    )


def qr_code(link: str) -> QrCode:
    """The QR code of `link`, which survives 15 % of it being torn or dirty."""
    rows = segno.make(link, error="m", micro=False).matrix
    squares = (
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return QrCode(f"-4 -4 {len(rows) + 8} {len(rows) + 8}", "".join(squares))


def poster_pdf(poster: Poster, paper: str, *, title: str) -> bytes:
    """The poster on `paper` (a value of Paper), readable aloud (PDF/UA). 0.1 to 0.3 seconds."""
    words = asdict(poster) | {"paper": str(paper), "fonts": FONTS, "title": title}
    return typst.compile(
        str(FOLDER / "poster.typ"),
        root=str(FOLDER),
        sys_inputs={"poster": json.dumps(words)},
        format="pdf",
        pdf_standards=["ua-1"],
    )


def _line(address: str, postcode: str, language: str) -> str:
    return f"{comma(language)} ".join(part for part in (address, postcode) if part)
