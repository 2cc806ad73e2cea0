"""Which column means what: names people give to columns, checked against what stands in them.

A role is what a column means to us (time, amount, order ...). Roles come from a person's choice
first, then from the names of a known export, then from the aliases below; a column takes the role
of a time only if its cells can be read as one. Columns without a role are never read.
"""

import re
from dataclasses import dataclass

from optimizer.case import DataFile
from optimizer.data.exports import EXPORTS, Export
from optimizer.data.files import Sheet
from optimizer.data.names import ALIASES, COUNTS, FILE_NAMES, GROSS, PLAIN_ROLES, VISITS, plain
from optimizer.data.parsing import looks_like, shape_of
from optimizer.errors import DataError
from optimizer.language import Listed, say


@dataclass(frozen=True)
class Layout:
    """How one file is to be read: its kind, and the column of every role."""

    format: str  # "Shopify orders", ...; "table" where no known export was recognised
    kind: str  # sales | footfall | web | attempts | staff
    columns: dict[str, int]
    export: Export | None = None
    notes: tuple[str, ...] = ()
    visits: bool = False  # a web file that counts visits: interest, not orders

    @property
    def totals(self) -> bool:
        """Whether a row is the total of a period, not one sale or one passer-by."""
        return "count" in self.columns


def recognise(sheet: Sheet, file: DataFile) -> Layout:
    """Find out what a file holds.

    Raises
    ------
    DataError
        A column that a person named is not there, or no column tells the time.
    """
    find = _Finder(sheet)
    chosen = _chosen(sheet, file)
    none = {role for role, name in file.columns if not name}
    export = next((export for export in EXPORTS if export.fits(set(find.names))), None)
    if export is None:
        columns = _without(none, find.roles(chosen))
        kind, notes = _kind(find, file, columns)
        notes += _settle(find, kind, columns, chosen)
    else:
        columns = find.times(find.known(export) | chosen)
        columns |= {
            role: column
            for role, column in (find.known(export) | chosen).items()
            if role not in ("time", "date", "clock")
        }
        kind, notes = file.kind or export.kind, []
    visits = "count" in columns and find.names[columns["count"]] in VISITS
    if visits:
        notes.append(say("Visits are interest in the web shop, not orders."))
    name = export.name if export else say("table")
    return Layout(name, kind, _without(none, columns), export, tuple(notes), visits)


def guess(sheet: Sheet) -> dict[str, int]:
    """Columns by role, as far as they can be told, where `recognise` asks for a person's word."""
    find = _Finder(sheet)
    try:
        return find.roles({})
    except DataError:
        return {}


def _without(none: set[str], columns: dict[str, int]) -> dict[str, int]:
    """Columns by role, but for the roles of which a person said that no column has them."""
    return {role: column for role, column in columns.items() if role not in none}


SETTINGS = {  # said beside the columns, but no columns
    "dates": ("day-first", "month-first"),
    "times": ("local", "utc"),
}
ROLES = sorted({*ALIASES, "amount", "count"} - {"net", "gross"})
TOTALS = ("footfall", "staff")  # kinds of which every number is a total or a level


def _chosen(sheet: Sheet, file: DataFile) -> dict[str, int]:
    """Columns that a person named, by role."""
    there = {name.strip().casefold(): column for column, name in enumerate(sheet.header)}
    chosen = {}
    for role, name in file.columns:
        if role in SETTINGS:
            if name not in SETTINGS[role]:
                allowed = Listed((f'"{word}"' for word in SETTINGS[role]), "or")
                raise DataError(
                    say('"{name}" says nothing', name=name),
                    where=role,
                    cure=say("Write {allowed}.", allowed=allowed),
                )
            continue
        if role not in ROLES:
            known = Listed((*ROLES, *SETTINGS), "comma")
            raise DataError(
                say('"{role}" is nothing a column can be', role=role),
                where=sheet.name,
                cure=say("Known: {known}.", known=known),
            )
        if not name:
            continue  # said to be no column's; see `recognise`
        if name.strip().casefold() not in there:
            raise DataError(
                say('there is no column "{name}"', name=name),
                where=sheet.name,
                cure=say("Its columns are: {columns}.", columns=_listed(sheet)),
            )
        chosen[role] = there[name.strip().casefold()]
    if "date" in chosen and "time" in chosen:  # said as a pair: a date and a clock
        chosen["clock"] = chosen.pop("time")
    return chosen


def _listed(sheet: Sheet) -> str:
    names = [f'"{name}"' for name in sheet.header if name]
    return ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")


class _Finder:
    """Columns of a sheet by name and by what stands in them."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.names = [plain(name) for name in sheet.header]
        self.looks = [looks_like(sheet.cells(column)) for column in range(len(self.names))]

    def known(self, export: Export) -> dict[str, int]:
        """Columns of a known export by role."""
        found = {}
        for role, options in export.roles.items():
            present = [name for name in options.split("|") if name in self.names]
            if present:
                found[role] = self.names.index(present[0])
        return found

    def named(self, aliases: str, taken: dict[str, int], looks: str = "") -> int | None:
        """The free column with one of these names, the first name first."""
        for alias in aliases.split():
            for column, name in enumerate(self.names):
                free = column not in taken.values()
                if name == alias and free and (not looks or self.looks[column] == looks):
                    return column
        return None

    def free_numbers(self, taken: dict[str, int]) -> list[int]:
        """Columns of numbers that have no role yet."""
        free = set(range(len(self.looks))) - set(taken.values())
        return [column for column in sorted(free) if self.looks[column] == "number"]

    def has_cents(self, column: int) -> bool:
        """Whether a column is written as money is."""
        return any(re.search(r"[.,]\d{1,2}\D*$", cell) for cell in self.sheet.cells(column))

    def roles(self, chosen: dict[str, int]) -> dict[str, int]:
        """Columns by role, as far as their names and contents say."""
        columns = self.times(chosen)
        for role in PLAIN_ROLES:
            column = chosen.get(role, self.named(ALIASES[role], columns))
            if column is not None and (role in chosen or self._fits(role, column)):
                columns[role] = column
        net = self.named(ALIASES["net"], columns, "number")
        gross = self.named(ALIASES["gross"], columns, "number")
        amount = chosen.get("amount", gross if net is None else net)
        if amount is not None:
            columns["amount"] = amount
        if net is not None and amount == net:
            columns.pop("tax", None)  # already taken out
            columns.pop("tip", None)
        return columns

    def _fits(self, role: str, column: int) -> bool:
        """Whether a column has as many different values as receipts, or as few as stores."""
        cells = self.sheet.cells(column)
        if len(cells) < 50:
            return True
        share = len(set(cells)) / len(cells)
        if role == "order":
            return share > 0.02
        return role != "store" or share < 0.5 or "sto" in self.names[column]

    def times(self, said: dict[str, int]) -> dict[str, int]:
        """The column of date and time of day, or the two columns that tell them together."""
        if "clock" in said and "time" in said and self.looks[said["time"]] == "date":
            return {"date": said["time"], "clock": said["clock"]}
        if "time" in said:
            return {"time": said["time"]}
        if "date" in said and "clock" in said:
            return {"date": said["date"], "clock": said["clock"]}
        full = None if "date" in said else self._like("time", "time")
        if full is not None:
            return {"time": full}
        day = said.get("date", self._like("date", "date"))
        clock = said.get("clock", self._like("clock", "clock"))
        if day is not None and clock is None:
            clock = self.named(ALIASES["clock"], {"date": day}, "number")
        if day is not None and clock is not None:
            return {"date": day, "clock": clock}
        serial = self.named(ALIASES["time"], {}, "number")
        if serial is not None and all(map(shape_of, self.sheet.cells(serial))):
            return {"time": serial}
        raise DataError(
            say("no column holds dates and times")
            if day is None
            else say("no column tells the time of day"),
            where=self.sheet.name,
            cure=say(
                'Say which does: columns = {{ time = "..." }}. There are: {columns}.',
                columns=_listed(self.sheet),
            ),
        )

    def _like(self, role: str, look: str) -> int | None:
        """The best named column of this look, else the first."""
        named = self.named(ALIASES[role], {}, look)
        return named if named is not None or look not in self.looks else self.looks.index(look)


def _kind(find: _Finder, file: DataFile, columns: dict[str, int]) -> tuple[str, list[str]]:
    """What a table is about, and the sentence that says how far that was a guess."""
    if file.kind:
        return file.kind, []
    single = "order" in columns or ("amount" in columns and find.has_cents(columns["amount"]))

    def counts(kind: str) -> bool:
        return find.named(COUNTS[kind], {}, "number") is not None

    if counts("sales"):
        return "sales", []
    for kind in ("footfall", "attempts", "staff"):
        if counts(kind) and not single:
            return kind, []
    for kind, words in FILE_NAMES:
        if re.search(words, find.sheet.name.casefold()) and not (kind != "web" and single):
            return kind, [say("Taken as {kind} because of the file's name.", kind=kind)]
    if counts("web") and "amount" not in columns and "order" not in columns:
        return "web", []
    if "counter" in columns and "store" not in columns and not single:
        return "footfall", []
    if counts("") and not single and _runs_all_night(find.sheet, columns):
        return "footfall", [say("Taken as footfall because it counts through the night.")]
    return "sales", []


def _runs_all_night(sheet: Sheet, columns: dict[str, int]) -> bool:
    cells = sheet.cells(columns.get("clock", columns.get("time", 0)))
    found = (re.search(r"(?:^|[T ])(\d{1,2})[:.]", cell) for cell in cells)
    return {1, 2, 3, 4} <= {int(hour[1]) for hour in found if hour}


def _settle(find: _Finder, kind: str, columns: dict[str, int], chosen: dict[str, int]) -> list[str]:
    """Settle what counts and what is money, now that the kind is known; say what was assumed."""
    if kind in TOTALS:
        for role in set(columns) - {"time", "date", "clock", "store", "counter"}:
            del columns[role]
    if kind != "footfall" or columns.get("counter") == columns.get("store"):
        columns.pop("counter", None)
    counted = chosen.get("count")
    if counted is None and "order" not in columns:
        counted = _counted(find, kind, columns)
    if counted is None and not {"order", "amount", "price"} & set(columns):
        counted = _count_of_periods(find, columns)
    if counted is not None:
        columns.pop("quantity", None)
        columns["count"] = counted
    if kind in TOTALS:
        return []
    notes: list[str] = []
    if not {"amount", "price"} & set(columns):
        money = [column for column in find.free_numbers(columns) if find.has_cents(column)]
        if len(money) == 1:
            columns["amount"] = money[0]
            notes.append(
                say('"{header}" is taken as the amount.', header=find.sheet.header[money[0]])
            )
    amount = columns.get("amount")
    if counted is None and amount is not None and "amount" not in chosen:
        _ask_what_totals_are(find, columns)
    if amount is not None and find.names[amount] in GROSS and "tax" not in columns:
        name = find.sheet.header[amount]
        notes.append(
            say('"{name}" is taken as net sales: whether it includes VAT is not known.', name=name)
        )
    return notes


def _counted(find: _Finder, kind: str, columns: dict[str, int]) -> int | None:
    """The column that holds the totals of periods; None where every row is one event."""
    others = {"web": "web sales", "sales": "sales web"}.get(kind, kind)
    for names in (*others.split(), ""):
        found = find.named(COUNTS[names], columns, "number")
        if found is not None:
            return found
    if kind not in TOTALS:
        # A quantity beside an amount is of goods; alone it can only be of customers.
        return None if {"amount", "price"} & set(columns) else columns.get("quantity")
    numbers = _at_most_one(find, columns)
    if not numbers and kind == "staff":
        raise DataError(
            say("no column tells how many people were at work"),
            where=find.sheet.name,
            cure=say("Give a row per hour or half-hour: time, staff."),
        )
    return numbers[0] if numbers else None


def _count_of_periods(find: _Finder, columns: dict[str, int]) -> int | None:
    """The column that counts, where rows follow the clock as periods do and customers never."""
    if not _follow_the_clock(find, columns):
        return None
    numbers = _at_most_one(find, columns)
    return numbers[0] if numbers else None


# Minutes and seconds of a time of day; the 05 of 04.05.2026 are none.
_CLOCK = re.compile(r"(?<![\d.])\d{1,2}[:.](\d\d)(?:[:.](\d\d))?(?!\d|\.\d{4})")


def _follow_the_clock(find: _Finder, columns: dict[str, int]) -> bool:
    cells = find.sheet.cells(columns.get("time", columns.get("clock", 0)))
    clocks = [match.groups("00") for cell in cells if (match := _CLOCK.search(cell))]
    quarters = all(minute in ("00", "15", "30", "45") and second == "00"
                   for minute, second in clocks)  # fmt: skip
    return len(cells) >= 12 and quarters


def _ask_what_totals_are(find: _Finder, columns: dict[str, int]) -> None:
    """Rows of periods, one each, that are no sales: their amount may be money or customers."""
    times = (find.sheet.cells(columns[role]) for role in ("time", "date", "clock", "store")
             if role in columns)  # fmt: skip
    rows = list(zip(*times, strict=False))
    is_sale = {"order", "price", "item", "quantity"} & set(columns)
    if is_sale or not _follow_the_clock(find, columns) or len(set(rows)) < len(rows):
        return
    header = find.sheet.header[columns["amount"]]
    raise DataError(
        say('"{header}" holds one number per period, which may be customers or money',
            header=header),
        where=find.sheet.name,
        cure=say(
            'If it counts customers, say so: columns = {{ count = "{header}" }}. If it is money, '
            "give the number of receipts beside it, or one row per sale.",
            header=header,
        ),
    )  # fmt: skip


def _at_most_one(find: _Finder, columns: dict[str, int]) -> list[int]:
    """The one free column of numbers, if any; which of several counts is a person's to say."""
    numbers = find.free_numbers(columns)
    if len(numbers) > 1:
        raise DataError(
            say("{count} columns hold numbers", count=len(numbers)),
            where=find.sheet.name,
            cure=say(
                'Say which one counts: columns = {{ count = "..." }}, such as "{name}".',
                name=find.sheet.header[numbers[0]],
            ),
        )
    return numbers
