"""One file, from its bytes to tallies and the report of what was understood."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from optimizer.case import DataFile
from optimizer.data.currency import currencies, written_currency
from optimizer.data.files import Sheet, open_sheet
from optimizer.data.formats import Layout, guess, recognise
from optimizer.data.names import ROLE_WORDS
from optimizer.data.parsing import (
    MISSING,
    SECONDS_PER_DAY,
    Times,
    looks_like,
    offsets_fit,
    parse_clocks,
    parse_times,
    to_wall_clock,
)
from optimizer.data.sales import read_sales
from optimizer.data.tally import FileReport, Sieve, Tally
from optimizer.data.totals import read_totals
from optimizer.errors import DataError
from optimizer.language import Clock, Listed, said, say, say_n
from optimizer.timegrid import TimeGrid

_ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")
_EARLIEST, _LATEST = 7_305, 47_482  # 1990 and 2100, in days since 1970
_STRAY_DAYS, _STRAY_SHARE = 60, 0.01
_PLAIN = re.compile(r"-?\d+(\.\d{1,2})?")


def read_file(
    file: DataFile, folder: Path | None, grid: TimeGrid
) -> tuple[list[Tally], FileReport]:
    """Read one data file.

    Raises
    ------
    DataError
        The file cannot be read, or its columns do not tell what is needed.
    """
    sheet = open_sheet(file.file, file.content, folder)
    layout = recognise(sheet, file)
    sieve = Sieve(sheet.read(layout.columns.values(), _types(sheet, layout)))
    sheet = replace(sheet, body=memoryview(b""))  # the file's bytes are not needed any more
    _leave_out_blank_rows(sieve)
    blank = _blank(sieve, layout)
    times = _times(sheet, layout, sieve, _date_order(file))
    notes = [*([sheet.note] if sheet.note else []), _columns_note(sheet, layout)]
    notes += [*layout.notes, *times.notes]
    seconds = times.seconds
    stated = dict(file.columns).get("times")
    fits = None
    if stated == "utc" or (stated != "local" and _is_utc(sheet, layout, times)):
        seconds = to_wall_clock(seconds, grid.timezone)
        notes.append(say("Times are UTC and were turned into {timezone}.", timezone=grid.timezone))
    elif times.zone == "offset":
        notes.append(say("Times are read as the clock on the wall; their UTC offsets are ignored."))
        fits = _offsets_fit(sheet, layout, file, grid)
        if fits is False:
            notes.append(
                say(
                    "The offsets are not those of {timezone}: check the time zone, or say "
                    'times = "utc" if it is UTC that is written.',
                    timezone=grid.timezone,
                )
            )
    _leave_out_stray_dates(sieve, seconds)
    if layout.totals:
        tallies, more = read_totals(
            layout, sieve, seconds, sheet.delimiter, file.where, sheet.name, grid
        )
    else:
        tallies, more = read_sales(layout, sieve, seconds, blank, sheet.delimiter, file.where)
    if layout.visits:
        tallies = [replace(tally, kind="visits") for tally in tallies]
    if not any(tally.counts.any() for tally in tallies):
        reasons = [
            say_n("{n} row: {reason}", "{n} rows: {reason}", out.rows, reason=out.reason)
            for out in sieve.set_aside
        ]
        raise DataError(
            say("no row could be used ({reasons})", reasons=Listed(reasons, "semicolon"))
            if reasons
            else say("no row could be used"),
            where=sheet.name,
            cure=say("Check that the right file and columns were chosen."),
        )
    money, said_of_money = currencies(layout, sieve, written_currency(sheet, layout))
    report = FileReport(
        file=sheet.name,
        format=layout.format,
        kind=layout.kind,
        rows=sieve.total,
        used=sieve.used,
        set_aside=tuple(sieve.set_aside),
        first=_iso(min(tally.first for tally in tallies)),
        last=_iso(max(tally.first + tally.days - 1 for tally in tallies)),
        notes=tuple(notes + said_of_money + more),
        currencies=money,
        zone_told=bool(fits),
    )
    return tallies, report


@dataclass(frozen=True)
class Preview:
    """What a file seems to hold, for the person who may say otherwise.

    `roles` maps a role (time, date, clock, amount, count, order, store ...) to the name of its
    column, in the form in which a case keeps the person's choice. `holds` says of each column what
    most of its cells are: "time", "date", "clock", "number", "text" or "empty"; the cells
    themselves may be about people and are not shown. `problem` is the sentence to show where
    something must be said first; the roles are then no more than a guess.
    """

    file: str
    columns: tuple[str, ...]
    holds: tuple[str, ...]
    format: str = ""
    kind: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    currency: str = ""
    problem: str = ""


def preview(file: DataFile, folder: Path | None = None) -> Preview:
    """Look at the head of a file without reading its rows.

    Raises
    ------
    DataError
        The file is no table at all.
    """
    sheet = open_sheet(file.file, file.content, folder)
    holds = tuple(looks_like(sheet.cells(column)) for column in range(len(sheet.header)))
    seen = Preview(sheet.name, sheet.header, holds)
    try:
        layout = recognise(sheet, file)
    except DataError as error:
        roles = _named(sheet, guess(sheet))
        return replace(seen, roles=tuple(roles.items()), problem=str(error))
    return replace(
        seen,
        format=layout.format,
        kind=layout.kind,
        roles=tuple(_named(sheet, layout.columns).items()),
        currency=written_currency(sheet, layout),
    )


def _named(sheet: Sheet, columns: dict[str, int]) -> dict[str, str]:
    return {role: sheet.header[column] for role, column in columns.items()}


def _columns_note(sheet: Sheet, layout: Layout) -> str:
    roles = [
        said('{role} "{name}"', role=ROLE_WORDS[role], name=name)
        for role, name in _named(sheet, layout.columns).items()
    ]
    return say("Columns: {columns}.", columns=Listed(roles, "comma"))


def _iso(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def _types(sheet: Sheet, layout: Layout) -> dict[int, pa.DataType]:
    """Columns so plainly written that the file reader can turn them into numbers itself."""
    types: dict[int, pa.DataType] = {}
    plain = {"time": (_ISO, pa.timestamp("s")), "amount": (_PLAIN, pa.float64()),
             "count": (_PLAIN, pa.float64())}  # fmt: skip
    for role, (pattern, kind) in plain.items():
        cells = sheet.cells(layout.columns[role]) if role in layout.columns else []
        if cells and all(pattern.fullmatch(cell) for cell in cells):
            types[layout.columns[role]] = kind
    cells = sheet.cells(layout.columns["order"]) if "order" in layout.columns else []
    if cells and all(cell.isdecimal() and len(cell) < 18 for cell in cells):
        types[layout.columns["order"]] = pa.int64()
    for role in ("store", "counter", "status", "type", "channel", "cancelled", "currency"):
        if role in layout.columns:
            types[layout.columns[role]] = pa.dictionary(pa.int32(), pa.string())
    return types


def _leave_out_blank_rows(sieve: Sieve) -> None:
    """Empty lines are no rows: they are dropped without a word."""
    blank = np.ones(sieve.rows.count, dtype=bool)
    for column in sieve.rows.columns.values():
        if not column.null_count:
            return
        blank &= column.is_null().to_numpy(zero_copy_only=False)
    sieve.leave_out_silently(blank)


def _leave_out_stray_dates(sieve: Sieve, seconds: np.ndarray) -> None:
    """Leave out the few rows whose date lies far from all others: 1970, 2099, a mistyped year."""
    days = np.where(seconds == MISSING, -1, seconds // SECONDS_PER_DAY).astype(np.int32)
    sane = (days >= _EARLIEST) & (days < _LATEST)
    if not sane.all():
        sieve.leave_out(say("a date far from all others"), ~sane & (seconds != MISSING))
    rows = np.bincount((days if sane.all() else days[sane]) - _EARLIEST)
    present = np.flatnonzero(rows)
    blocks = np.split(present, np.flatnonzero(np.diff(present) > _STRAY_DAYS) + 1)
    few = [block for block in blocks if rows[block].sum() < _STRAY_SHARE * rows.sum()]
    if few and len(few) < len(blocks):
        stray = np.isin(days, np.concatenate(few) + _EARLIEST)
        sieve.leave_out(say("a date far from all others"), stray)


def _blank(sieve: Sieve, layout: Layout) -> np.ndarray | None:
    """Rows in which no time is written at all; None where there are none."""
    cells = sieve.rows.columns[layout.columns.get("time", layout.columns.get("date", 0))]
    if not cells.null_count:
        return None
    return cells.is_null().to_numpy(zero_copy_only=False)


def _times(sheet: Sheet, layout: Layout, sieve: Sieve, dates: str) -> Times:
    columns, cells = layout.columns, sieve.rows.columns
    if "time" in columns:
        where = say("{file}, column {name}", file=sheet.name, name=sheet.header[columns["time"]])
        times = parse_times(cells.pop(columns["time"]), dates, where)
        if not times.has_clock and (times.seconds != MISSING).any() and "count" not in columns:
            raise DataError(
                say("holds dates without a time of day"),
                where=where,
                cure=say("Export sales with the time of each sale."),
            )
        return times
    where = say("{file}, column {name}", file=sheet.name, name=sheet.header[columns["date"]])
    days = parse_times(cells.pop(columns["date"]), dates, where)
    clock = parse_clocks(cells.pop(columns["clock"]))
    known = (days.seconds != MISSING) & (clock != MISSING)
    midnight = days.seconds // SECONDS_PER_DAY * SECONDS_PER_DAY
    seconds = np.where(known, midnight + np.where(known, clock, 0), MISSING)
    seconds, notes = _past_midnight(seconds, midnight, known)
    return Times(seconds, True, days.zone, (*days.notes, *notes))


def _past_midnight(
    seconds: np.ndarray, midnight: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """Times after midnight that stand under the date of the evening before, put on the next day.

    Some counters and tills let a day run from six to six. It shows in the order of the rows: under
    one date the clock goes on from 23 to 0, and with the next date from 5 to 6.
    """
    rows = np.flatnonzero(known)
    if len(rows) < 2:
        return seconds, []
    time, date_ = seconds[rows], midnight[rows]
    same = np.diff(date_) == 0
    wraps = np.concatenate([[False], same & (np.diff(time) < -SECONDS_PER_DAY // 2)])
    if not wraps.any():
        return seconds, []
    starts = np.maximum.accumulate(
        np.where(np.concatenate([[True], ~same]), np.arange(len(rows)), 0)
    )
    total = np.cumsum(wraps)
    moved = time + SECONDS_PER_DAY * np.minimum(total - total[starts], 1)
    if (np.diff(moved) < 0).mean() > 0.01:  # not one long row of days: the order says nothing
        return seconds, []
    out = seconds.copy()
    out[rows] = moved
    hour = int(moved[wraps][0] // 3600 % 24)
    return out, [
        say(
            "Days run past midnight here: times from {time} on are of the next day.",
            time=Clock(60 * hour),
        )
    ]


def _offsets_fit(sheet: Sheet, layout: Layout, file: DataFile, grid: TimeGrid) -> bool | None:
    """Whether the offsets at the head of the file are those of the shop's time zone."""
    cells = sheet.cells(layout.columns["time"]) if "time" in layout.columns else []
    try:
        times = parse_times(pa.array(cells, pa.string()), _date_order(file))
    except DataError:  # the head alone may leave day and month open
        return None
    return offsets_fit(cells, times, grid.timezone)


def _date_order(file: DataFile) -> str:
    return dict(file.columns).get("dates", "")


def _is_utc(sheet: Sheet, layout: Layout, times: Times) -> bool:
    """Whether the format, the column's name or the times themselves say UTC."""
    column = layout.columns.get("time", layout.columns.get("date", 0))
    named = "utc" in sheet.header[column].casefold()
    return named or times.zone == "utc" or (layout.export is not None and layout.export.utc)
