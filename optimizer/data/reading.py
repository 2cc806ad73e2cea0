"""One file, from its bytes to tallies and the report of what was understood."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from optimizer.case import DataFile
from optimizer.data.files import Sheet, open_sheet
from optimizer.data.formats import Layout, recognise
from optimizer.data.parsing import (
    MISSING,
    SECONDS_PER_DAY,
    Times,
    parse_clocks,
    parse_times,
    to_wall_clock,
)
from optimizer.data.sales import read_sales
from optimizer.data.tally import FileReport, Sieve, Tally
from optimizer.data.totals import read_totals
from optimizer.errors import DataError
from optimizer.timegrid import TimeGrid

_ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")
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
    times = _times(sheet, layout, sieve, dict(file.columns).get("dates", ""))
    notes = [*layout.notes, *times.notes]
    seconds = times.seconds
    said = dict(file.columns).get("times", "").lower()
    if said == "utc" or (said != "local" and _is_utc(sheet, layout, times)):
        seconds = to_wall_clock(seconds, grid.timezone)
        notes.append(f"Times are UTC and were turned into {grid.timezone}.")
    elif times.zone == "offset":
        notes.append("Times are read as the clock on the wall; their UTC offsets are ignored.")
    if layout.totals:
        tallies, more = read_totals(
            layout, sieve, seconds, sheet.delimiter, file.where, sheet.name, grid
        )
    else:
        tallies, more = read_sales(layout, sieve, seconds, sheet.delimiter, file.where)
    if not any(tally.counts.any() for tally in tallies):
        reasons = "; ".join(f"{out.rows} rows: {out.reason}" for out in sieve.set_aside)
        raise DataError(
            "no row could be used" + (f" ({reasons})" if reasons else ""),
            where=sheet.name,
            cure="Check that the right file and columns were chosen.",
        )
    report = FileReport(
        file=sheet.name,
        format=layout.format,
        kind=layout.kind,
        rows=sieve.total,
        used=sieve.used,
        set_aside=tuple(sieve.set_aside),
        first=_iso(min(tally.first for tally in tallies)),
        last=_iso(max(tally.first + tally.days - 1 for tally in tallies)),
        notes=tuple(notes + more),
    )
    return tallies, report


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
    for role in ("store", "counter", "status", "type", "channel", "cancelled"):
        if role in layout.columns:
            types[layout.columns[role]] = pa.dictionary(pa.int32(), pa.string())
    return types


def _leave_out_blank_rows(sieve: Sieve) -> None:
    """Empty lines are no rows: they are dropped without a word."""
    blank = np.ones(sieve.rows.count, dtype=bool)
    for column in sieve.rows.columns.values():
        if not column.null_count:
            return
        blank &= column.combine_chunks().is_null().to_numpy(zero_copy_only=False)
    sieve.kept &= ~blank


def _times(sheet: Sheet, layout: Layout, sieve: Sieve, dates: str) -> Times:
    columns, cells = layout.columns, sieve.rows.columns
    if "time" in columns:
        where = f"{sheet.name}, column {sheet.header[columns['time']]}"
        times = parse_times(cells.pop(columns["time"]), dates, where)
        if not times.has_clock and (times.seconds != MISSING).any() and "count" not in columns:
            raise DataError(
                "holds dates without a time of day",
                where=where,
                cure="Export sales with the time of each sale.",
            )
        return times
    where = f"{sheet.name}, column {sheet.header[columns['date']]}"
    days = parse_times(cells.pop(columns["date"]), dates, where)
    clock = parse_clocks(cells.pop(columns["clock"]))
    known = (days.seconds != MISSING) & (clock != MISSING)
    midnight = days.seconds // SECONDS_PER_DAY * SECONDS_PER_DAY
    seconds = np.where(known, midnight + np.where(known, clock, 0), MISSING)
    return Times(seconds, True, days.zone, days.notes)


def _is_utc(sheet: Sheet, layout: Layout, times: Times) -> bool:
    """Whether the format, the column's name or the times themselves say UTC."""
    named = "utc" in sheet.header[layout.columns.get("time", 0)].casefold()
    return named or times.zone == "utc" or (layout.export is not None and layout.export.utc)
