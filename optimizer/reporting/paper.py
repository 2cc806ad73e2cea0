"""What may stand on paper: headings, sentences, figures, tables and drawings made of a few marks.

A document is made once and written twice, as a web page (`html`) and as a PDF (`pdf`); its texts
are in the reader's language already. Lengths are points, y runs downwards. Paper is white, so that
the pale tint of the accent is a colour of its own.
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

PAPER, INK, SOFT, TINT, LINE = "#FFFFFF", "#1F2933", "#5B6772", "#CCE3F0", "#D5DCE3"
PLAIN_FONT = Path(__file__).with_name("fonts") / "Inter-Regular.ttf"
BOLD_FONT = PLAIN_FONT.with_name("Inter-SemiBold.ttf")
WIDTH = 510  # of a picture that fills a page between its margins


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    line: str | None = None
    dashed: bool = False


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float
    line: str = LINE
    thick: float = 0.8
    dashed: bool = False


@dataclass(frozen=True)
class Word:
    """Text whose baseline begins, is centred or ends at a point."""

    x: float
    y: float
    text: str
    size: float = 8.5
    anchor: Literal["start", "middle", "end"] = "start"
    colour: str = INK
    bold: bool = False


@dataclass(frozen=True)
class Drawing:
    """Marks on a sheet, and what they tell to those who cannot see them."""

    width: float
    height: float
    marks: tuple[Box | Rule | Word, ...]
    told: str

    def svg(self) -> str:
        """The picture as an element of a web page; every text in it is escaped."""
        inside = "".join(_svg(mark) for mark in self.marks)
        return (
            f'<svg role="img" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'aria-label="{escape(self.told)}">{inside}</svg>'
        )


def _svg(mark: Box | Rule | Word) -> str:
    dash = ' stroke-dasharray="3 2.5"' if getattr(mark, "dashed", False) else ""
    if isinstance(mark, Box):
        return (
            f'<rect x="{mark.x:.2f}" y="{mark.y:.2f}" width="{mark.width:.2f}" '
            f'height="{mark.height:.2f}" fill="{mark.fill or "none"}" '
            f'stroke="{mark.line or "none"}"{dash}/>'
        )
    if isinstance(mark, Rule):
        return (
            f'<line x1="{mark.x:.2f}" y1="{mark.y:.2f}" x2="{mark.to_x:.2f}" '
            f'y2="{mark.to_y:.2f}" stroke="{mark.line}" stroke-width="{mark.thick:g}"{dash}/>'
        )
    weight = ' font-weight="600"' if mark.bold else ""
    return (
        f'<text x="{mark.x:.2f}" y="{mark.y:.2f}" font-size="{mark.size:g}" fill="{mark.colour}" '
        f'text-anchor="{mark.anchor}"{weight}>{escape(mark.text)}</text>'
    )


@dataclass(frozen=True)
class Lead:
    """The answer, in large type."""

    text: str


@dataclass(frozen=True)
class Heading:
    """The name of a part."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more; `quiet` in small grey type."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Points:
    """Sentences as a list."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The few numbers that matter, each with what it counts."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells under their heads; the first column is wide enough for its words."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = False  # all columns but the first are numbers


Block = Lead | Heading | Paragraph | Points | Figures | Table | Drawing


@dataclass(frozen=True)
class Document:
    """Pages of A4 in one language, with a line at the head and at the foot of each."""

    title: str
    head: str
    foot: str
    language: str
    pages: tuple[tuple[Block, ...], ...]
