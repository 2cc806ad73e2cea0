"""Which column means what: names people give to columns, checked against what stands in them.

A role is what a column means to us (time, amount, order ...). Roles come from a person's choice
first, then from the names of a known export, then from the aliases below; a column takes the role
of a time only if its cells can be read as one. Columns without a role are never read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from optimizer.case import DataFile
from optimizer.data.exports import EXPORTS, Export
from optimizer.data.files import Sheet
from optimizer.data.parsing import looks_like, shape_of
from optimizer.errors import DataError

_CURRENCIES = {"eur", "gbp", "usd", "sek", "nok", "dkk", "chf", "aud", "cad"}

ALIASES: dict[str, str] = {  # role: names in the spelling of `plain`, the best first
    "time": (
        "timestamp datetime dateandtime datetimelocal localtime createdat ordercreated "
        "created orderdate orderedat ordertime transactiondate transactiondatetime "
        "transactiontime invoicedate purchasedate saledate salesdate saletime receiptdate "
        "soldat paidat starttime start periodstart time date zeitstempel datumuhrzeit "
        "datumundzeit datum aikaleima päivämääräjaaika pvmklo päivämäärä pvm aika tidpunkt "
        "datumtid datumochtid tid salgsdato dato hour period when"
    ),
    "date": "date day businessdate datum päivämäärä päiväys pvm päivä dato tag",
    "clock": (
        "time timeofday clock hour kellonaika klo aika uhrzeit zeit stunde tunti tid "
        "klockslag klockan timme"
    ),
    "order": (
        "transactionid transaction ordernumber orderno ordernr orderid order receiptnumber "
        "receiptno receiptid receipt invoicenumber invoiceno invoiceid invoice billnumber "
        "billno billid bill ticketnumber ticketno ticketid ticket saleid salesid checknumber "
        "checkid check kuittinumero kuittinro kuitti tositenumero tilausnumero tilausnro "
        "tilaus kvittonummer kvitto ordernummer beställningsnummer bestellnummer belegnummer "
        "belegnr bonnummer bonnr rechnungsnummer transaktionsnummer transaktionsid "
        "transaktion"
    ),
    "net": (
        "netsales nettotal netamount netsum net netrevenue nettomyynti verotonmyynti veroton "
        "verotonsumma nettosumma summaalv0 nettoumsatz nettobetrag betragnetto preisnetto "
        "netto nettoförsäljning nettobelopp exklmoms"
    ),
    "gross": (
        "total totalamount amount sum sales revenue turnover takings grandtotal ordertotal "
        "totalprice totalsales grosssales gross totalcollected value money paid summa "
        "yhteensä loppusumma myynti kokonaissumma summasisalv umsatz betrag gesamt "
        "gesamtbetrag gesamtsumme summe bruttobetrag brutto preisbrutto belopp totalt "
        "försäljning beløp"
    ),
    "tax": "tax taxes vat totaltax taxamount vatamount alv vero moms mva mwst steuer",
    "tip": "tip tips gratuity juomaraha dricks trinkgeld trinkgeldbetrag",
    "refunded": "refundedamount amountrefunded partialrefunds",
    "quantity": "quantity qty units pcs määrä kpl antal menge anzahl",
    "price": (
        "unitprice price priceeach itemprice yksikköhinta hinta styckpris pris einzelpreis preis"
    ),
    "store": (
        "store storename storeid shop shopname branch outlet myymälä toimipiste kauppa butik "
        "filiale salgssted location standort site"
    ),
    "counter": (
        "sensor sensorname sensorid counter counterid device camera laskuri räknare zähler "
        "location standort site street"
    ),
    "status": "status financialstatus orderstatus transactionstatus paymentstatus tila",
    "type": "type receipttype eventtype transactiontype typ transaktionsart tyyppi tapahtuma",
    "channel": "source channel saleschannel kanava kanal",
    "cancelled": (
        "cancelledat canceledat cancelled canceled void voided peruttu makulerad storniert"
    ),
    "item": (
        "item itemname product productname articlename tuote tuotenimi artikkeli artikel produkt"
    ),
}
COUNTS: dict[str, str] = {  # what a column of totals counts, by kind
    "sales": (
        "transactions transactioncount numberoftransactions nooftransactions tickets receipts "
        "customers buyers purchases receiptcount kuitit kuittimäärä kuittienmäärä ostot "
        "asiakkaat asiakasmäärä kvitton kunder köp belege bons kunden käufe kassenbons"
    ),
    "footfall": (
        "visitorsin in ins enter entercount entries personin personsin peoplein visitors "
        "visits pedestrians pedestrianscount pedestriancount passersby passerby footfall "
        "footfalls people persons passanten besucher fußgänger kävijät kävijämäärä "
        "ohikulkijat jalankulkijat besökare fotgängare förbipasserande passages"
    ),
    "web": (
        "orders weborders onlineorders ordercount sessions users pageviews tilaukset "
        "verkkotilaukset beställningar bestellungen"
    ),
    "": "count counts n number total lukumäärä määrä antal anzahl value",
}
_NAMES = (  # the last hint: what people call their files
    ("footfall", r"street|footfall|pedestrian|passer|visitor|people|person|sensor|kävij|ohikulk|"
     r"katu|jalankul|besök|gata|gatu|passant|fuss|hystreet"),
    ("web", r"web|online|e-?com|verkko|nätbut|internet"),
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """How one file is to be read: its kind, and the column of every role."""

    format: str  # "Shopify orders", ...; "table" where no known export was recognised
    kind: str  # sales | footfall | web | attempts | staff
    columns: dict[str, int]
    export: Export | None = None
    notes: tuple[str, ...] = ()

    @property
    def totals(self) -> bool:
        """Whether a row is the total of a period, not one sale or one passer-by."""
        return "count" in self.columns


def plain(name: str) -> str:
    """A column's name without case, spaces, marks and currencies: "Value (GBP)" is "value"."""
    words = re.findall(r"[^\W_]+", name.casefold())
    return "".join(word for word in words if word not in _CURRENCIES or len(words) == 1)


def recognise(sheet: Sheet, file: DataFile) -> Layout:
    """Find out what a file holds.

    Raises
    ------
    DataError
        A column that a person named is not there, or no column tells the time.
    """
    names = [plain(name) for name in sheet.header]
    looks = [looks_like(sheet.cells(column)) for column in range(len(names))]
    chosen = _chosen(sheet, file)
    export = next((export for export in EXPORTS if export.fits(set(names))), None)
    known = {}
    if export is not None:
        for role, options in export.roles.items():
            present = [name for name in options.split("|") if name in names]
            if present:
                known[role] = names.index(present[0])
    find = _Finder(names, looks)
    columns = find.times({**known, **chosen}, sheet)
    for role in ("order", "tax", "tip", "refunded", "store", "counter", "status", "type",
                 "channel", "cancelled", "item", "quantity", "price"):  # fmt: skip
        found = None if export is not None else find.named(role, columns)
        _add(columns, role, chosen.get(role, known.get(role, found)))
    for role in ("net", "gross"):
        found = find.named(role, columns, "number") if export is None else None
        if "amount" not in columns:
            _add(columns, "amount", chosen.get("amount", known.get("amount", found)))
            if role == "net" and found is not None and columns.get("amount") == found:
                columns.pop("tax", None)  # net already
                columns.pop("tip", None)
    kind, note = _kind(sheet, file, find, columns, export)
    if kind == "footfall":
        for role in set(columns) - {"time", "date", "clock", "store", "counter", "count"}:
            del columns[role]
    counted = chosen.get("count", known.get("count"))
    if counted is None and "order" not in columns and export is None:
        counted = _counted(sheet, find, kind, columns)
    _add(columns, "count", counted)
    if columns.get("counter") == columns.get("store") or kind != "footfall":
        columns.pop("counter", None)
    notes = [said for said in (note, export.note if export else "") if said]
    if kind != "footfall" and not {"amount", "price"} & set(columns) and export is None:
        numbers = [c for c in find.free_numbers(columns) if _has_cents(sheet.cells(c))]
        if len(numbers) == 1:
            columns["amount"] = numbers[0]
            notes.append(f'"{sheet.header[numbers[0]]}" is taken as the amount.')
    return Layout(export.name if export else "table", kind, columns, export, tuple(notes))


def _add(columns: dict[str, int], role: str, column: int | None) -> None:
    if column is not None:
        columns[role] = column


SETTINGS = ("dates", "times")  # said beside the columns, but no columns


def _chosen(sheet: Sheet, file: DataFile) -> dict[str, int]:
    """Columns that a person named, by role."""
    there = {name.strip().casefold(): column for column, name in enumerate(sheet.header)}
    chosen = {}
    for role, name in file.columns:
        if role in SETTINGS:
            continue
        if role not in (*ALIASES, "amount", "count"):
            known = ", ".join(sorted({*ALIASES, "amount", "count"} - {"net", "gross"}))
            raise DataError(
                f'"{role}" is nothing a column can be', where=sheet.name, cure=f"Known: {known}."
            )
        if name.strip().casefold() not in there:
            raise DataError(
                f'there is no column "{name}"',
                where=sheet.name,
                cure=f"Its columns are: {_listed(sheet)}.",
            )
        chosen[role] = there[name.strip().casefold()]
    if "date" in chosen and "time" in chosen:  # said as a pair: a date and a clock
        chosen["clock"] = chosen.pop("time")
    return chosen


def _listed(sheet: Sheet) -> str:
    names = [f'"{name}"' for name in sheet.header if name]
    return ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")


class _Finder:
    """Columns by name and by what stands in them."""

    def __init__(self, names: list[str], looks: list[str]) -> None:
        self.names, self.looks = names, looks

    def named(self, role: str, taken: dict[str, int], looks: str = "") -> int | None:
        """The free column whose name is an alias of the role, the best alias first."""
        return self.by_name(ALIASES[role].split(), taken, looks)

    def by_name(self, aliases: list[str], taken: dict[str, int], looks: str = "") -> int | None:
        for alias in aliases:
            for column, name in enumerate(self.names):
                free = column not in taken.values()
                if name == alias and free and (not looks or self.looks[column] == looks):
                    return column
        return None

    def free_numbers(self, taken: dict[str, int]) -> list[int]:
        """Columns of numbers that have no role yet."""
        free = set(range(len(self.looks))) - set(taken.values())
        return [column for column in sorted(free) if self.looks[column] == "number"]

    def times(self, chosen: dict[str, int], sheet: Sheet) -> dict[str, int]:
        """The column of the time of day and date, or the two columns that tell it together."""
        said = {role: chosen[role] for role in chosen if role in ("time", "date", "clock")}
        if "time" in said and "clock" in said and self.looks[said["time"]] == "date":
            return {"date": said["time"], "clock": said["clock"]}
        if "time" in said:
            return {"time": said["time"]}
        if {"date", "clock"} <= set(said):
            return said
        full = self.named("time", {}, "time") if "date" not in said else None
        if full is None and "time" in self.looks and "date" not in said:
            full = self.looks.index("time")
        if full is not None:
            return {"time": full}
        day = said.get("date", self._like("date"))
        clock = said.get("clock", self._like("clock"))
        if day is not None and clock is None:
            clock = self.named("clock", {"date": day}, "number")
        if day is not None and clock is not None:
            return {"date": day, "clock": clock}
        numbers = self.named("time", {}, "number")
        if numbers is not None and all(map(shape_of, sheet.cells(numbers))):
            return {"time": numbers}
        missing = "tells the time of day" if day is not None else "holds dates and times"
        raise DataError(
            f"no column {missing}",
            where=sheet.name,
            cure=f'Say which does: columns = {{ time = "..." }}. There are: {_listed(sheet)}.',
        )

    def _like(self, look: str) -> int | None:
        named = self.named(look, {}, look)
        return named if named is not None or look not in self.looks else self.looks.index(look)


def _kind(
    sheet: Sheet, file: DataFile, find: _Finder, columns: dict[str, int], export: Export | None
) -> tuple[str, str]:
    """What the file is about, and the sentence that says how far that was a guess."""
    if file.kind or export is not None:
        return file.kind or export.kind, ""  # type: ignore[union-attr]
    named: Callable[[str], int | None]
    named = lambda kind: find.by_name(COUNTS[kind].split(), {}, "number")  # noqa: E731
    single = "order" in columns or "amount" in columns
    if named("sales") is not None:
        return "sales", ""
    if named("footfall") is not None and not single:
        return "footfall", ""
    for kind, words in _NAMES:
        if re.search(words, sheet.name.casefold()) and not (kind == "footfall" and single):
            return kind, f"Taken as {kind} because of the file's name."
    if named("web") is not None and not single:
        return "web", ""
    if "counter" in columns and "store" not in columns and not single:
        return "footfall", ""
    if not single and named("") is not None and _runs_all_night(sheet, columns):
        return "footfall", "Taken as footfall because it counts through the night."
    return "sales", ""


def _runs_all_night(sheet: Sheet, columns: dict[str, int]) -> bool:
    cells = sheet.cells(columns.get("clock", columns.get("time", 0)))
    hours = {
        int(found[1]) for cell in cells if (found := re.search(r"(?:^|[T ])(\d{1,2})[:.]", cell))
    }
    return {1, 2, 3, 4} <= hours


def _has_cents(cells: list[str]) -> bool:
    return any(re.search(r"[.,]\d{1,2}\D*$", cell) for cell in cells)


def _counted(sheet: Sheet, find: _Finder, kind: str, columns: dict[str, int]) -> int | None:
    """The column that holds the totals of periods; None where every row is one event."""
    taken = {role: column for role, column in columns.items() if role != "quantity"}
    for names in (COUNTS.get(kind, ""), COUNTS[""]):
        found = find.by_name(names.split(), taken, "number")
        if found is not None and not ("amount" in columns and names == COUNTS[""]):
            return found
    if kind != "footfall":
        return None
    numbers = find.free_numbers(taken)
    if len(numbers) > 1:
        raise DataError(
            f"{len(numbers)} columns hold numbers",
            where=sheet.name,
            cure=f'Say which one counts: columns = {{ count = "..." }}, such as "'
            f'{sheet.header[numbers[0]]}".',
        )
    return numbers[0] if numbers else None
