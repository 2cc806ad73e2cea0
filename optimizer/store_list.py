"""The rows of `stores.csv`: a chain's stores, and what differs in each from the common facts.

Spreadsheets write such a table in many ways: with semicolons or tabs, decimal commas, a byte-order
mark, in an old code page, with blank rows. All of that is read. What could be meant in two ways is
refused with the row that is to be put right.
"""

import csv
import re
from io import StringIO

from optimizer.errors import CaseError
from optimizer.language import Listed, say

Stores = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

TEXTS = ("region", "format", "cluster", "mall")
COLUMNS = {  # short names in stores.csv; any other column is a field of the case
    "hours": "hours.current",
    "wage": "economics.wage",
    "wage_area": "labour.rules",
    "min_hours": "site.least_hours",
    "max_hours": "site.most_hours",
    **{name: f"site.{name}" for name in (*TEXTS, "floor_m2", "latitude", "longitude")},
}
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


def read_stores(content: bytes, name: str) -> Stores:
    """Every store's name, and its fields with their values as text.

    Raises
    ------
    CaseError
        There is no column `store`, no store, a store without a name or named twice, a column named
        twice, or a row with more cells than the heading.
    """
    lines = _text(content).splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(StringIO("".join(lines), newline=""), delimiter=delimiter)
    heading: list[str] = []
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    number_of: dict[str, int] = {}
    for cells in rows:
        number = rows.line_num
        row = [cell.strip() for cell in cells]
        if not any(row):
            continue
        if not heading:
            heading = ["_".join(cell.casefold().split()) for cell in row]
            _check(heading, name)
            continue
        if any(row[len(heading) :]):
            raise CaseError(
                say("has more cells than the heading has columns"),
                where=_place(name, number),
                cure=say('Put quotes around a text that holds "{mark}".', mark=delimiter),
            )
        facts = {
            column: cell for column, cell in zip(heading, row, strict=False) if column and cell
        }
        store = facts.pop("store", "")
        if not store:
            raise CaseError(say("names no store"), where=_place(name, number))
        if store in found:
            raise CaseError(
                say(
                    'the store "{store}" stands in rows {first} and {second}',
                    store=store, first=number_of[store], second=number,
                ),
                where=name,
                cure=say("Keep one of them."),
            )  # fmt: skip
        number_of[store] = number
        found[store] = tuple(
            (COLUMNS.get(column, column), _plain(cell, column)) for column, cell in facts.items()
        )
    if not heading:
        _check(heading, name)
    if not found:
        raise CaseError(
            say("names no store"), where=name, cure=say("Add a row for each, or remove the file.")
        )
    return tuple(found.items())


def _check(heading: list[str], name: str) -> None:
    if "store" not in heading:
        raise CaseError(say("needs a column named store"), where=name)
    twice = [column for column in dict.fromkeys(heading) if column and heading.count(column) > 1]
    if twice:
        raise CaseError(
            say("two columns have one name: {names}", names=Listed(twice, "comma")),
            where=name,
            cure=say("Keep one of them."),
        )


def _plain(cell: str, column: str) -> str:
    """A number as a computer writes it; anything else as it is."""
    is_number = column not in TEXTS and _DECIMAL_COMMA.fullmatch(cell)
    return cell.replace(",", ".") if is_number else cell


def _place(name: str, row: int) -> str:
    return say("{file}, row {row}", file=name, row=row)


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
