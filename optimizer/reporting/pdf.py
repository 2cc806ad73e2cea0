"""A document as PDF of A4 pages. The fonts are inside it, so that € and ä print everywhere.

A page that holds more than its sheet is drawn smaller, so that two pages stay two pages.
"""

from functools import cache
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from optimizer.reporting import paper
from optimizer.reporting.paper import (
    BOLD_FONT,
    INK,
    LINE,
    PLAIN_FONT,
    SOFT,
    Block,
    Box,
    Document,
    Drawing,
    Rule,
)
from optimizer.reporting.plots import ACCENT

PLAIN, BOLD = "Inter", "Inter-SemiBold"
_WIDTH, _HEIGHT = A4
_SIDE, _TOP, _BOTTOM = (_WIDTH - paper.WIDTH) / 2, 66, 46


@cache
def register_fonts() -> None:
    """Make the fonts known by their names `PLAIN` and `BOLD`."""
    for name, file in ((PLAIN, PLAIN_FONT), (BOLD, BOLD_FONT)):
        pdfmetrics.registerFont(TTFont(name, str(file)))
    pdfmetrics.registerFontFamily(PLAIN, PLAIN, BOLD, PLAIN, BOLD)


def pdf(document: Document) -> bytes:
    """The document as the bytes of a PDF; the same document gives the same bytes."""
    canvas, content = blank(document.title, document.language)
    for number, page in enumerate(document.pages, 1):
        _margins(canvas, document, number)
        room = _HEIGHT - _TOP - _BOTTOM
        blocks: list[Any] = [flowable for block in page for flowable in _flowables(block)]
        frame = KeepInFrame(paper.WIDTH, room, blocks, mode="shrink")
        _, used = frame.wrapOn(canvas, paper.WIDTH, room)
        frame.drawOn(canvas, _SIDE, _HEIGHT - _TOP - used)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def blank(title: str, language: str) -> tuple[Canvas, BytesIO]:
    """An empty PDF of A4 pages, and where its bytes will be when it is saved."""
    register_fonts()
    content = BytesIO()
    canvas = Canvas(content, pagesize=A4, lang=language, invariant=1, initialFontName=PLAIN)
    canvas.setTitle(title)
    canvas.setCreator("opening-hours")
    return canvas, content


def _margins(canvas: Canvas, document: Document, number: int) -> None:
    """Title and foot of one page."""
    right, head, foot = _WIDTH - _SIDE, _HEIGHT - 44, 30
    canvas.setFillColor(HexColor(INK))
    canvas.setFont(BOLD, 8.5)
    canvas.drawString(_SIDE, head, fitting(document.title, BOLD, 8.5, 0.7 * paper.WIDTH))
    canvas.setFillColor(HexColor(SOFT))
    canvas.setFont(PLAIN, 8.5)
    canvas.drawRightString(right, head, document.head)
    canvas.drawString(_SIDE, foot, document.foot)
    canvas.drawRightString(right, foot, f"{number}/{len(document.pages)}")
    canvas.setStrokeColor(HexColor(ACCENT))
    canvas.setLineWidth(1.5)
    canvas.line(_SIDE, head - 6, right, head - 6)
    canvas.setStrokeColor(HexColor(LINE))
    canvas.setLineWidth(0.6)
    canvas.line(_SIDE, foot + 11, right, foot + 11)


def fitting(text: str, font: str, size: float, width: float) -> str:
    """A text, cut with "..." where it is wider than `width`."""
    while text and pdfmetrics.stringWidth(text, font, size) > width:
        text = text.rstrip("…")[:-1].rstrip() + "…"
    return text


def _style(size: float, leading: float, *, bold: bool = False, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        "", fontName=BOLD if bold else PLAIN, fontSize=size, leading=leading,
        **{"textColor": HexColor(INK), "spaceAfter": 4, "bulletFontName": PLAIN} | more,
    )  # fmt: skip


def _flowables(block: Block) -> list[Flowable]:
    match block:
        case paper.Lead(text):
            return [_words(text, _style(17.5, 22, bold=True, spaceAfter=7))]
        case paper.Heading(text):
            return [_words(text, _style(10.5, 14, bold=True, spaceBefore=11, spaceAfter=4))]
        case paper.Paragraph(text, quiet):
            soft = _style(8, 11, textColor=HexColor(SOFT), spaceBefore=3)
            return [_words(text, soft if quiet else _style(9.5, 13.5))] if text else []
        case paper.Points(texts):
            style = _style(9, 12.5, leftIndent=12, bulletIndent=0, spaceAfter=2)
            return [Paragraph(escape(text), style, bulletText="•") for text in texts]
        case paper.Figures(items):
            return [Spacer(1, 6), _figures(items), Spacer(1, 2)]
        case paper.Table(heads, rows, numbers):
            return [_table(heads, rows, numbers)]
        case Drawing():
            return [Picture(block), Spacer(1, 7)]


def _words(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _figures(items: tuple[tuple[str, str], ...]) -> Grid:
    big = _style(15, 19, bold=True, textColor=HexColor(ACCENT), spaceAfter=0)
    small = _style(8, 11, textColor=HexColor(SOFT), spaceAfter=0)
    grid = Grid(
        [[[_words(value, big), _words(what, small)] for value, what in items]],
        colWidths=[paper.WIDTH / len(items)] * len(items),
        style=[
            ("FONTNAME", (0, 0), (-1, -1), PLAIN),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (0, 0), 0),
            ("LEFTPADDING", (1, 0), (-1, -1), 10),
            ("LINEBEFORE", (1, 0), (-1, -1), 0.6, HexColor(LINE)),
        ],
    )
    grid.hAlign = "LEFT"
    return grid


def _table(heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...], numbers: bool) -> Grid:
    """A table whose columns share the page by the longest text in each."""
    lines = [heads, *rows]
    wanted = [
        max(min(pdfmetrics.stringWidth(line[n], BOLD, 8.5), 230) for line in lines) + 14
        for n in range(len(heads))
    ]
    widths = [paper.WIDTH * width / sum(wanted) for width in wanted]
    aligned = [0] + [2 if numbers else 0] * (len(heads) - 1)
    top = [_style(8, 11, bold=True, textColor=HexColor(SOFT), alignment=a) for a in aligned]
    usual = [_style(8.5, 11.5, alignment=a) for a in aligned]
    cells = [
        [_words(text, style) for text, style in zip(line, styles, strict=True)]
        for line, styles in zip(lines, [top] + [usual] * len(rows), strict=True)
    ]
    return Grid(
        cells,
        colWidths=widths,
        style=[
            ("FONTNAME", (0, 0), (-1, -1), PLAIN),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0 if numbers else 8),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(LINE)),
        ],
    )


class Picture(Flowable):
    """A drawing among the blocks of a page."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self.drawing = drawing
        self.width, self.height = drawing.width, drawing.height

    def draw(self) -> None:
        """Put its marks on the canvas, whose y runs upwards."""
        for mark in self.drawing.marks:
            _mark(self.canv, mark, self.height)


def _mark(canvas: Canvas, mark: Any, height: float) -> None:
    canvas.saveState()
    if getattr(mark, "dashed", False):
        canvas.setDash(3, 2.5)
    if isinstance(mark, Box):
        canvas.setLineWidth(0.9)
        if mark.fill:
            canvas.setFillColor(HexColor(mark.fill))
        if mark.line:
            canvas.setStrokeColor(HexColor(mark.line))
        canvas.rect(mark.x, height - mark.y - mark.height, mark.width, mark.height,
                    stroke=int(mark.line is not None), fill=int(mark.fill is not None))  # fmt: skip
    elif isinstance(mark, Rule):
        canvas.setLineWidth(mark.thick)
        canvas.setStrokeColor(HexColor(mark.line))
        canvas.line(mark.x, height - mark.y, mark.to_x, height - mark.to_y)
    else:
        canvas.setFillColor(HexColor(mark.colour))
        canvas.setFont(BOLD if mark.bold else PLAIN, mark.size)
        draw = {"start": canvas.drawString, "middle": canvas.drawCentredString,
                "end": canvas.drawRightString}[mark.anchor]  # fmt: skip
        draw(mark.x, height - mark.y, mark.text)
    canvas.restoreState()
