"""Charts for paper: numbers in, marks out. Nothing is computed here, nor told by colour alone."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from optimizer.language import Clock, Number, Weekday, say, translated, written
from optimizer.reporting.paper import PAPER, TINT, WIDTH, Box, Drawing, Rule, Word
from optimizer.reporting.plots import ACCENT, QUIET
from optimizer.timegrid import WEEKDAYS

Rows = Sequence[dict[str, Any]]
_RIGHT = 15  # room for half of the last hour's name


def week_drawing(proposed: Rows, today: Rows, language: str) -> Drawing:
    """A week by the clock: solid bars are proposed, with the people at work; dashed is today.

    The rows are those of `tables.staff_runs` and `tables.open_runs`.
    """
    left, top, step = 34, 18, 19
    ends = [row[edge] for row in [*proposed, *today] for edge in ("start", "end")]
    first, last = math.floor(min(ends, default=8)), math.ceil(max(ends, default=18))

    def x(hour: float) -> float:
        return left + (hour - first) / (last - first) * (WIDTH - left - _RIGHT)

    bottom = top + 7 * step
    marks: list[Box | Rule | Word] = list(_hours(first, last, x, top - 6, bottom, language))
    for day, name in enumerate(WEEKDAYS):
        y = top + day * step
        label = written(Weekday(day), language)
        marks.append(Word(0, y + step / 2 + 3, label))
        marks += [
            Box(
                x(row["start"]), y + 1, x(row["end"]) - x(row["start"]), step - 2, None, QUIET, True
            )
            for row in today
            if row["day"] == name
        ]
        for row in (row for row in proposed if row["day"] == name):
            start, end = x(row["start"]), x(row["end"])
            marks.append(Box(start + 0.5, y + 4, end - start - 1, step - 8, ACCENT))
            middle = (start + end) / 2
            marks.append(Word(middle, y + step / 2 + 3, str(row["people"]), anchor="middle",
                              colour=PAPER, bold=True))  # fmt: skip
    key = bottom + 14
    marks += [
        Box(left, key - 7, 16, 8, ACCENT),
        Word(left + 21, key, translated(say("proposed, with the people at work"), language)),
        Box(WIDTH / 2, key - 7, 16, 8, None, QUIET, True),
        Word(WIDTH / 2 + 21, key, translated(say("open today"), language)),
    ]
    told = say(
        "The proposed week with the people at work, and today's hours; the tables hold them."
    )
    return Drawing(WIDTH, key + 4, tuple(marks), translated(told, language))


def day_drawing(rows: Rows, close: float, language: str) -> Drawing:
    """Customers per hour over one day, a rule where it closes; rows of `tables.day_table`."""
    left, top, high = 34, 16, 118
    first, last = rows[0]["start"], rows[-1]["end"]
    most = max(max(row["customers"], row["p95"] * (not row["open"])) for row in rows) or 1
    tick = _step(most)
    most = math.ceil(most / tick) * tick

    def x(hour: float) -> float:
        return left + (hour - first) / (last - first) * (WIDTH - left - _RIGHT)

    def y(customers: float) -> float:
        return top + high * (1 - customers / most)

    marks: list[Box | Rule | Word] = []
    for n in range(round(most / tick) + 1):
        size = Number(n * tick, 0 if tick >= 1 else 1)
        marks.append(Rule(left, y(n * tick), WIDTH - _RIGHT, y(n * tick)))
        marks.append(Word(left - 5, y(n * tick) + 3, written(size, language), anchor="end",
                          colour=QUIET))  # fmt: skip
    for row in rows:
        start, end = x(row["start"]) + 1, x(row["end"]) - 1
        fill, dashed = (ACCENT, False) if row["open"] else (TINT, True)
        height = y(0) - y(row["customers"])
        marks.append(Box(start, y(row["customers"]), end - start, height, fill, ACCENT, dashed))
        if not row["open"]:
            middle = (start + end) / 2
            marks.append(Rule(middle, y(row["p05"]), middle, y(row["p95"]), QUIET, 1.4))
    if first < close < last:
        marks.append(Rule(x(close), top - 6, x(close), y(0), QUIET, 1.4, True))
        word = translated(say("closes"), language)
        marks.append(Word(x(close) - 4, top - 1, word, anchor="end", colour=QUIET))
    marks += _hours(math.ceil(first), math.floor(last), x, y(0) + 12, None, language)
    key = y(0) + 29
    marks += [
        Word(0, top - 8, translated(say("customers an hour"), language), colour=QUIET),
        Box(left, key - 7, 16, 8, ACCENT, ACCENT),
        Word(left + 21, key, translated(say("open"), language)),
        Box(WIDTH / 4, key - 7, 16, 8, TINT, ACCENT, True),
        Word(WIDTH / 4 + 21, key, translated(say("closed: estimate with 90 % interval"), language)),
    ]
    told = say("Bars: customers an hour of a day; the pale ones are estimates for closed hours.")
    return Drawing(WIDTH, key + 4, tuple(marks), translated(told, language))


def _hours(
    first: int, last: int, x: Any, y: float, bottom: float | None, language: str
) -> Iterator[Rule | Word]:
    """Clock hours along a picture, as many as find room; with `bottom` also lines down to it."""
    every = next(n for n in (1, 2, 3, 6, 12) if (x(last) - x(first)) / (last - first) * n > 30)
    for hour in range(first, last + 1, every):
        if bottom is not None:
            yield Rule(x(hour), y + 4, x(hour), bottom)
        clock = written(Clock(60 * hour), language)
        yield Word(x(hour), y, clock, 8, "middle", QUIET)


def _step(most: float) -> float:
    """A round step that makes at most five lines."""
    size = 10 ** math.floor(math.log10(most / 2))
    return next(n * size for n in (1, 2, 5, 10, 20, 50) if most / (n * size) <= 5)
