"""Text to times, a whole column at a time.

A cell that cannot be read becomes missing and is counted; nothing is guessed. Times are seconds of
the local clock since 1970-01-01 00:00, whatever offset is written beside them: opening hours are a
matter of the clock on the wall.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.errors import DataError
from optimizer.language import Day, Said, said, say

MISSING = np.iinfo(np.int64).min
SECONDS_PER_DAY = 86_400
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
_DAY_0 = date(1970, 1, 1).toordinal()
ORDERS = {DAY_FIRST: say("day first"), MONTH_FIRST: say("month first")}
_EXCEL_EPOCH = 25_569  # 1970-01-01 as a serial day of a spreadsheet
_PROBE = 300

_DATE = (
    r"(?P<ymd>\d{4}(?P<s1>[-/.])\d{1,2}(?P=s1)\d{1,2})"
    r"|(?P<xxy>\d{1,2}(?P<s2>[-/.])\d{1,2}(?P=s2)(?:\d{4}|\d{2}))"
    r"|(?P<mdy>(?:[A-Za-z]{3,9})\.? \d{1,2},? \d{4})"
    r"|(?P<dmy>\d{1,2}\.?[ -][A-Za-z]{3,9}\.?[ -]\d{4})"
    r"|(?P<solid>\d{8})"
)
_CLOCK = (
    r"(?P<hour>\d{1,2})(?P<c>[:.])(?P<minute>\d{2})(?:(?P=c)(?P<second>\d{2})(?P<frac>[.,]\d+)?)?"
    r"(?P<half> ?[AaPp][Mm])?"
)
_ZONE = r"(?P<zone> ?(?:Z|[A-Z]{3,5}|[+-]\d{2}:?\d{2}))?"
_BETWEEN = r"(?P<between>T|,?\s+(?:(?:klo|kl|um|at)\.?\s+)?)"
_STAMP = re.compile(rf"(?:{_DATE})(?:{_BETWEEN}(?:{_CLOCK}){_ZONE})?", re.ASCII)
_SOLID_STAMP = re.compile(r"(?:19|20)\d{8}(?:\d{2}){0,2}")
_EPOCH = re.compile(r"1[0-8]\d{8}(?:\d{3})?")
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")
_UNTIL = r"(?: ?[-–] ?\d{1,2}[:.]\d{2})?"  # a period is written by its start and its end
_NO_DATE = r"(?:1899-12-3[01]|1900-01-0[01]|1970-01-01)[T ]"  # what spreadsheets put before a time
_CLOCK_ONLY = re.compile(rf"(?:{_NO_DATE}|klo |kl\.? ?)?(?:{_CLOCK}){_ZONE}{_UNTIL}")
_MIDNIGHT = re.compile(r".*[T ](?:0?0[:.]00(?:[:.]00)?(?:\.0+)?|12[:.]00(?:[:.]00)? ?[Aa][Mm])")
_TAIL_ZONE = r" ?(?:Z|[A-Z]{3,5}|[+-]\d{2}:?\d{2})$"
_TAILS = {"zone": _TAIL_ZONE, "fraction": rf"[.,]\d+(?:{_TAIL_ZONE[:-1]})?$"}  # 14.05: neither


class AmbiguousDates(DataError):
    """Dates that can be read day first and month first: somebody has to say which.

    `cell` is a date of the file; `readings` are its two meanings, the day-first one before.
    """

    cell = ""
    readings = ("", "")

    @classmethod
    def of(cls, cell: str, readings: tuple[str, str], where: str) -> "AmbiguousDates":
        """The question about one date."""
        asked = cls(
            say('"{cell}" can be {first} or {second}, and so can every date in this file',
                cell=cell, first=readings[0], second=readings[1]),
            where=where, cure=say('Say in case.toml, under [data.columns]: dates = "day-first" or '
                                  '"month-first".'),
        )  # fmt: skip
        asked.cell, asked.readings = cell, readings
        return asked


@dataclass(frozen=True)
class Shape:
    """How one cell writes a time: formats for strptime (two where day and month can swap)."""

    formats: tuple[str, ...]
    has_clock: bool = False
    cut: str = ""  # what follows the clock: "zone", "fraction"; "number" for serial days and epochs
    zone: str = ""  # "" | "utc" | "offset"


@dataclass(frozen=True, eq=False)
class Times:
    """A column of times: seconds of the local clock since 1970, MISSING where unreadable."""

    seconds: np.ndarray
    has_clock: bool
    zone: str  # "" = none written, "utc" = written as UTC, "offset" = with offsets
    notes: tuple[str, ...]


def shape_of(cell: str) -> Shape | None:
    """How a cell writes a date or a time; None where it writes neither."""
    cell = cell.strip()
    if _EPOCH.fullmatch(cell):
        return Shape(("epoch",), True, "number", "utc")
    if _SOLID_STAMP.fullmatch(cell):
        return Shape(("%Y%m%d%H%M%S"[: 6 + 2 * (len(cell) // 2 - 4)],), True)
    if _SERIAL.fullmatch(cell):
        return Shape(("serial",), "." in cell or "," in cell, "number")
    match = _STAMP.fullmatch(cell)
    if match is None:
        return None
    dates = _date_formats(match)
    if match["hour"] is None:
        return Shape(dates)
    clock = match["between"] + _clock_format(match)
    zone = "" if not match["zone"] else "offset" if match["zone"].strip()[0] in "+-" else "named"
    if (match["zone"] or "").strip() in ("Z", "UTC"):
        zone = "utc"
    cut = "fraction" if match["frac"] else "zone" if match["zone"] else ""
    return Shape(tuple(day + clock for day in dates), True, cut, zone)


def _date_formats(match: re.Match[str]) -> tuple[str, ...]:
    if match["solid"]:
        return ("%Y%m%d",)
    if match["ymd"]:
        mark = match["s1"]
        return (f"%Y{mark}%m{mark}%d",)
    if match["xxy"]:
        mark, year = match["s2"], "%Y" if len(match["xxy"].split(match["s2"])[2]) == 4 else "%y"
        swaps = (f"%d{mark}%m{mark}{year}", f"%m{mark}%d{mark}{year}")
        return swaps[:1] if mark == "." else swaps  # dots are written day first everywhere
    words = re.sub(r"[A-Za-z]{3,}", "%b", match["mdy"] or match["dmy"])
    words = re.sub(r"\d{4}", "%Y", words)
    return (re.sub(r"(?<!%)\b\d{1,2}\b", "%d", words),)


def _clock_format(match: re.Match[str]) -> str:
    mark, half = match["c"], match["half"]
    # Some systems write 14:05 PM; %I would refuse it.
    hour = "%I" if half and 1 <= int(match["hour"]) <= 12 else "%H"
    seconds = f"{mark}%S" if match["second"] else ""
    return f"{hour}{mark}%M{seconds}" + (half.replace(half.strip(), "%p") if half else "")


def looks_like(cells: list[str]) -> str:
    """What most of the cells are: "time", "date", "clock", "number", "text" or "empty"."""
    if not cells:
        return "empty"
    kinds = Counter(_cell_kind(cell) for cell in cells[:_PROBE])
    if kinds["time"]:  # midnight is often written without its clock
        kinds["time"] += kinds.pop("date", 0)
    kind, hits = kinds.most_common(1)[0]
    return kind if hits > 0.5 * kinds.total() else "text"


def _cell_kind(cell: str) -> str:
    if _CLOCK_ONLY.fullmatch(cell) and not re.fullmatch(r"\d+\.\d\d", cell):
        return "clock"
    if re.fullmatch(r"[+-]?\d+([.,]\d+)?", cell) and not re.fullmatch(r"20\d{6}(\d{2}){0,3}", cell):
        return "number"
    shape = shape_of(cell)
    if shape is not None and shape.cut != "number":
        return "time" if shape.has_clock and not _MIDNIGHT.fullmatch(cell) else "date"
    digits = sum(sign.isdigit() for sign in cell)
    return "number" if digits and not re.search(r"[A-Za-z]{4,}|\d[:/-]\d", cell) else "text"


def parse_times(cells: pa.Array, dates: str = "", where: str = "") -> Times:
    """Read a column of dates or times.

    Parameters
    ----------
    dates
        "day-first" or "month-first" where a person said so; empty decides over the whole column.

    Raises
    ------
    AmbiguousDates
        Both orders read every cell and give different days.
    """
    if pa.types.is_timestamp(cells.type):
        seconds = pc.cast(cells, pa.timestamp("s")).cast(pa.int64())
        return Times(filled(seconds), True, "", ())
    text = pc.utf8_trim_whitespace(cells)
    seconds = np.full(len(text), MISSING)
    left = np.flatnonzero(pc.is_valid(text).to_numpy(zero_copy_only=False))
    zones: set[str] = set()
    notes: list[str] = []
    clocks = 0
    tried: set[Shape] = set()
    while len(left):
        rest = text if len(left) == len(text) else text.take(pa.array(left))
        probe = rest.take(pa.array(np.unique(np.linspace(0, len(rest) - 1, _PROBE).astype(int))))
        shapes = Counter(shape_of(cell) for cell in probe.to_pylist())
        fresh = [(n, s) for s, n in shapes.items() if s is not None and s not in tried]
        if not fresh:
            break
        shape = max(fresh, key=lambda pair: pair[0])[1]
        tried.add(shape)
        readings = [_read(rest, form, shape.cut) for form in shape.formats]
        if len(readings) == 2:
            dates, note = _which_first(readings, rest, dates, where)
            notes += [note] if note else []
            readings = readings[:1] if dates == DAY_FIRST else readings[1:]
        found = readings[0] != MISSING
        seconds[left[found]] = readings[0][found]
        clocks += int(found.sum()) if shape.has_clock else 0
        zones |= {shape.zone} if found.any() else set()
        left = left[~found]
    zone = "utc" if zones == {"utc"} else "offset" if zones & {"utc", "offset"} else ""
    return Times(seconds, clocks > 0, zone, tuple(dict.fromkeys(notes)))


def _which_first(
    readings: list[np.ndarray], cells: pa.Array, dates: str, where: str
) -> tuple[str, str]:
    """Day first or month first, and the sentence that says why."""
    if dates:
        return dates, ""
    fits = [reading != MISSING for reading in readings]
    only_day, only_month = int((fits[0] & ~fits[1]).sum()), int((fits[1] & ~fits[0]).sum())
    if min(only_day, only_month) > 0.01 * (only_day + only_month):
        raise DataError(
            say("some dates can only be read day first, others only month first"),
            where=where,
            cure=say("Export it again in one piece, with one date format."),
        )
    if only_day == only_month and not np.array_equal(readings[0], readings[1]):
        swapped = int(np.flatnonzero(readings[0] != readings[1])[0])
        asked = _in_words(readings[0][swapped]), _in_words(readings[1][swapped])
        raise AmbiguousDates.of(cells[swapped].as_py(), asked, where)
    first, mine = (DAY_FIRST, 0) if only_day >= only_month else (MONTH_FIRST, 1)
    proof = np.flatnonzero(fits[mine] & ~fits[1 - mine])
    if not len(proof):
        return first, say("Dates are read {order}.", order=ORDERS[first])
    cell = cells[int(proof[0])].as_py()
    return first, say(
        'Dates are read {order} (so "{cell}" exists).', order=ORDERS[first], cell=cell
    )


def _in_words(seconds: np.int64) -> Said:
    return said(value=Day(date.fromordinal(_DAY_0 + int(seconds) // SECONDS_PER_DAY), "long"))


def _read(cells: pa.Array, form: str, cut: str) -> np.ndarray:
    """Seconds by one format, MISSING where a cell does not follow it."""
    if cut == "number":
        numbers = to_floats(pc.replace_substring(cells, ",", "."))
        if form == "epoch":
            scaled = np.where(numbers > 1e11, numbers / 1000, numbers)
            fits = (scaled >= 1e9) & (scaled < 1.9e9)
        else:
            scaled = (numbers - _EXCEL_EPOCH) * SECONDS_PER_DAY
            fits = (numbers >= 20_000) & (numbers < 80_000)
        return np.where(fits, np.rint(np.where(fits, scaled, 0)), MISSING).astype(np.int64)
    if cut:
        cells = pc.replace_substring_regex(cells, _TAILS[cut], "")
    parsed = pc.strptime(cells, format=form, unit="s", error_is_null=True)
    seconds = filled(parsed.cast(pa.int64()))
    # It reads 31 February as 3 March: look again at the first days of a month.
    early = np.flatnonzero(pc.less_equal(pc.day(parsed), 3).fill_null(False))
    late = pc.match_substring_regex(cells.take(pa.array(early)), r"(?:^|\D)(?:29|3[01])(?:\D|$)")
    wrong = [row for row in early[late].tolist() if not _exists(cells[row].as_py(), form)]
    if wrong:
        seconds = seconds.copy()
        seconds[wrong] = MISSING
    return seconds


@lru_cache(maxsize=100_000)
def _exists(cell: str, form: str) -> bool:
    for name in ("%b", "%B"):  # "Jan" and "January" are one format to the reader of columns
        try:
            datetime.strptime(cell, form.replace("%b", name))
        except ValueError:
            continue
        return True
    return False


def parse_clocks(cells: pa.Array) -> np.ndarray:
    """Read clock times ("14:05", "2:30 PM", "klo 14.05", "14") to seconds of the day."""
    encoded = cells.dictionary_encode()
    table = np.array([_clock_seconds(cell) for cell in encoded.dictionary.to_pylist()] + [MISSING])
    return table[filled(encoded.indices.cast(pa.int64()), len(table) - 1)]


def _clock_seconds(cell: str) -> int:
    cell = cell.strip()
    if re.fullmatch(r"\d{1,2}(?:\.0)?", cell) and float(cell) < 24:
        return int(float(cell)) * 3600
    match = _CLOCK_ONLY.fullmatch(cell)
    if match is None:
        return MISSING
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if match["half"] and hour <= 12:
        hour = hour % 12 + (12 if match["half"].strip().lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return MISSING
    return hour * 3600 + minute * 60 + second


def offsets_fit(cells: list[str], times: Times, timezone: str) -> bool | None:
    """Whether the UTC offsets written in cells are those of a time zone; None where none are.

    `times` are the same cells, read.
    """
    found = [re.search(r"([+-])(\d\d):?(\d\d)$", cell) for cell in cells]
    rows = [n for n, match in enumerate(found) if match and times.seconds[n] != MISSING]
    if not rows:
        return None
    offsets = [
        (-1 if match[1] == "-" else 1) * (int(match[2]) * 3600 + int(match[3]) * 60)
        for match in (found[n] for n in rows)
        if match
    ]
    wall = times.seconds[rows]
    return bool((to_wall_clock(wall - offsets, timezone) == wall).all())


def to_wall_clock(seconds: np.ndarray, timezone: str) -> np.ndarray:
    """UTC seconds to seconds of the local clock, hour by hour rather than row by row."""
    found = seconds != MISSING
    quarters, where = np.unique(np.where(found, seconds, 0) // 900, return_inverse=True)
    utc = pa.array(quarters * 900, pa.timestamp("s", tz="UTC"))
    local = pc.local_timestamp(utc.cast(pa.timestamp("s", tz=timezone))).cast(pa.int64())
    shift = local.to_numpy() - quarters * 900
    return np.where(found, seconds + shift[where], MISSING)


def to_floats(text: pa.Array) -> np.ndarray:
    """Plain numbers to floats, NaN for anything else."""
    fits = pc.match_substring_regex(text, r"^[+-]?(?:\d+\.?\d*|\.\d+)$")
    text = pc.if_else(fits, text, pa.scalar(None, pa.string()))
    return pc.cast(text, pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)


def filled(values: pa.Array, blank: int = MISSING) -> np.ndarray:
    """Whole numbers with `blank` where none stands."""
    return values.fill_null(blank).to_numpy(zero_copy_only=False)
