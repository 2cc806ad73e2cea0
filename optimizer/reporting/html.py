"""A document as one web page that needs nothing else: no script, no font, no picture from outside.

Every text is escaped; on paper each page of the document begins a new sheet of A4.
"""

from base64 import b64encode
from functools import cache
from html import escape

from optimizer.reporting.paper import (
    BOLD_FONT,
    INK,
    LINE,
    PLAIN_FONT,
    SOFT,
    Block,
    Document,
    Drawing,
    Figures,
    Heading,
    Lead,
    Paragraph,
    Points,
    Table,
)
from optimizer.reporting.plots import ACCENT

_STYLE = f"""
@page {{ size: A4; margin: 14mm 15mm; }}
* {{ box-sizing: border-box; }}
html {{ -webkit-print-color-adjust: exact; print-color-adjust: exact; }}
body {{ margin: 0 auto; max-width: 180mm; padding: 10mm 0; color: {INK}; background: #fff;
  font: 10pt/1.45 Inter, "Segoe UI", system-ui, -apple-system, Roboto, sans-serif;
  }}
header, footer {{ display: flex; justify-content: space-between; gap: 1em; color: {SOFT};
  font-size: 8.5pt; }}
header {{ border-bottom: 2px solid {ACCENT}; padding-bottom: 5px; margin-bottom: 14px; }}
header b {{ color: {INK}; }}
footer {{ border-top: 1px solid {LINE}; padding-top: 5px; margin-top: 16px; }}
section + section {{ break-before: page; margin-top: 14mm; }}
h1 {{ font-size: 19pt; line-height: 1.22; font-weight: 600; margin: 0 0 8px;
  letter-spacing: -.012em; }}
h2 {{ font-size: 11pt; font-weight: 600; margin: 17px 0 6px; break-after: avoid; }}
p {{ margin: 0 0 6px; }}
.quiet {{ color: {SOFT}; font-size: 8.5pt; }}
ul {{ margin: 0; padding-left: 1.1em; }}
li {{ margin: 0 0 3px; }}
dl {{ display: flex; flex-wrap: wrap; gap: 8px 0; margin: 14px 0 4px; padding: 0; }}
dl div {{ flex: 1 1 110px; border-left: 1px solid {LINE}; padding: 0 12px; }}
dl div:first-child {{ border-left: 0; padding-left: 0; }}
dd {{ margin: 0; font-size: 16pt; font-weight: 600; color: {ACCENT}; white-space: nowrap; }}
dt {{ font-size: 8.5pt; color: {SOFT}; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; break-inside: avoid; font-size: 9pt; }}
th, td {{ text-align: left; padding: 3.5px 10px 3.5px 0; border-bottom: 1px solid {LINE};
  vertical-align: top; overflow-wrap: break-word; }}
th {{ font-weight: 600; color: {SOFT}; font-size: 8.5pt; }}
.numbers th:not(:first-child), .numbers td:not(:first-child) {{ text-align: right;
  padding: 3.5px 0 3.5px 10px; }}
svg {{ display: block; width: 100%; height: auto; margin-bottom: 8px; font-family: inherit;
  break-inside: avoid; }}
@media screen and (max-width: 190mm) {{ body {{ padding: 16px; }} h1 {{ font-size: 16pt; }}
  table, svg {{ min-width: 470px; }} }}
@media print {{
  body {{ max-width: none; padding: 0; font-size: 9pt; }}
  section + section {{ margin-top: 0; }}
  h1 {{ font-size: 17pt; }}
  h2 {{ margin: 12px 0 4px; }}
  dl {{ margin-top: 10px; }}
  table {{ font-size: 8.5pt; }}
  th, td {{ padding-top: 2.5px; padding-bottom: 2.5px; }}
}}
"""


def html(document: Document) -> str:
    """The whole page as text."""
    sections = "".join(
        f"<section>{_header(document)}{''.join(map(_block, page))}"
        f"<footer><span>{escape(document.foot)}</span>"
        f"<span>{number}/{len(document.pages)}</span></footer></section>"
        for number, page in enumerate(document.pages, 1)
    )
    return (
        f'<!doctype html>\n<html lang="{document.language}"><head><meta charset="utf-8">'
        # Even markup that slipped through could load nothing.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; font-src data:\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{_faces()}{_STYLE}</style></head>"
        f"<body>{sections}</body></html>\n"
    )


@cache
def _faces() -> str:
    """The fonts, within the page: so it looks and breaks alike on every computer."""
    return "".join(
        f"@font-face {{ font-family: Inter; font-weight: {weight}; "
        f"src: url(data:font/ttf;base64,{b64encode(file.read_bytes()).decode()}) }}\n"
        for weight, file in (
            (400, PLAIN_FONT),
            (600, BOLD_FONT),
        )
    )


def _header(document: Document) -> str:
    return f"<header><b>{escape(document.title)}</b><span>{escape(document.head)}</span></header>"


def _block(block: Block) -> str:
    match block:
        case Lead(text):
            return f"<h1>{escape(text)}</h1>"
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(text, quiet):
            return f"<p{' class=quiet' * quiet}>{escape(text)}</p>"
        case Points(texts):
            return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"
        case Figures(items):
            return f"<dl>{''.join(_figure(*item) for item in items)}</dl>"
        case Table(heads, rows, numbers):
            body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
            kind = " class=numbers" * numbers
            return (
                f"<div class=wide><table{kind}><thead><tr>{_cells('th', heads)}</tr></thead>"
                f"<tbody>{body}</tbody></table></div>"
            )
        case Drawing():
            return f"<div class=wide>{block.svg()}</div>"


def _figure(value: str, what: str) -> str:
    return f"<div><dd>{escape(value)}</dd><dt>{escape(what)}</dt></div>"


def _cells(tag: str, texts: tuple[str, ...]) -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)
