"""Which currency the amounts of a file are in, as far as the file says."""

import re

from optimizer.data.files import Sheet
from optimizer.data.formats import Layout
from optimizer.data.names import CURRENCIES
from optimizer.data.tally import FileReport, Sieve, codes_of
from optimizer.language import Listed, say

_SIGNS = {"€": "EUR", "£": "GBP", "zł": "PLN", "kč": "CZK", "fr.": "CHF", "$": "$", "kr": "kr"}
_COULD_BE = {  # signs that several countries share
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}
_WRITTEN = re.compile(
    "|".join(map(re.escape, _SIGNS)) + rf"|(?<![a-z])(?:{'|'.join(sorted(CURRENCIES))})(?![a-z])"
)


def written_currency(sheet: Sheet, layout: Layout) -> str:
    """The one currency that the head of a file names: "EUR", or "$" and "kr" as they stand."""
    if "currency" in layout.columns:
        found = {cell.upper() for cell in sheet.cells(layout.columns["currency"])}
    else:
        money = layout.columns.get("amount", layout.columns.get("price"))
        if money is None:
            return ""
        marks = (
            mark
            for cell in (sheet.header[money], *sheet.cells(money))
            for mark in _WRITTEN.findall(cell.casefold())
        )
        found = {_SIGNS.get(mark, mark.upper()) for mark in marks}
    return found.pop() if len(found) == 1 else ""


def currencies(layout: Layout, sieve: Sieve, written: str) -> tuple[tuple[str, ...], list[str]]:
    """Currencies of the rows in use, and the sentence about them."""
    found = [written] if written else []
    if "currency" in layout.columns:
        codes, names = codes_of(sieve.rows.columns[layout.columns["currency"]])
        used = sorted({int(code) for code in codes[sieve.kept].tolist()} - {-1})
        found = list(dict.fromkeys(names[code].strip().upper() for code in used))
    if len(found) > 1:
        listed = Listed(found, "comma")
        return tuple(found), [
            say("Amounts in {listed} are added up as if they were one currency.", listed=listed)
        ]
    return tuple(found), [say("Amounts are in {found}.", found=found[0]) for _ in found]


def contradiction(currency: str, reports: tuple[FileReport, ...]) -> list[str]:
    """The warning where the files name another currency than the case does."""
    found = {name for report in reports for name in report.currencies}
    others = sorted(name for name in found if currency not in _COULD_BE.get(name, (name,)))
    if not others:
        return []
    named = Listed(others)
    choice = Listed((code for name in others for code in _COULD_BE.get(name, (name,))), "or")
    return [
        say(
            "The files name {named}, the case {currency}: state the currency ({choice}).",
            named=named,
            currency=currency,
            choice=choice,
        )
    ]
