"""Rules of opening hours: on which days, in which windows, open or closed.

The types behind `OpeningHours`; their text is in `osm_text`, their evaluation in `opening`.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from optimizer.errors import CaseError
from optimizer.language import say
from optimizer.timegrid import MINUTES_PER_DAY

Window = tuple[int, int]
"""(start, end) in minutes after local midnight of the day it starts on; past midnight goes on."""

EVERY_DAY = frozenset(range(7))
WHOLE_DAY: tuple[Window, ...] = ((0, MINUTES_PER_DAY),)

Day = tuple[int, int, int]
"""(year, month, day); year 0 stands for every year."""


@dataclass(frozen=True)
class DateRange:
    """Days from `first` to `last`, both included: of given years, or of every year (year 0).

    A range of every year may run over New Year (Nov 01-Feb 28).
    """

    first: Day
    last: Day

    def __post_init__(self) -> None:
        if (self.first[0] == 0) != (self.last[0] == 0):
            raise CaseError(
                say("a range of dates has a year at one end only"), cure=say("Write both years.")
            )
        if self.first[0] and self.last < self.first:
            raise CaseError(
                say("a range of dates ends before it begins"), cure=say("Swap the two dates.")
            )

    def covers(self, day: date) -> bool:
        """Whether the day lies in the range."""
        if self.first[0]:
            return self.first <= (day.year, day.month, day.day) <= self.last
        here = (0, day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True)
class Rule:
    """One rule of the notation: on which days, in which windows, open or closed.

    Attributes
    ----------
    windows
        Sorted, without overlap; a window starts on its day and ends at most 24 h after that day.
    weekdays, holidays, nth
        The days: weekdays (0 = Monday), or public holidays, or e.g. (6, -1) = last Sunday of a
        month. One of the three is enough.
    dates
        Days of the year it is limited to; empty means all.
    is_open
        False closes the windows instead ("off").
    additive
        Adds to the rules before it (","), where a plain rule replaces the whole day (";").
    """

    windows: tuple[Window, ...]
    weekdays: frozenset[int] = EVERY_DAY
    holidays: bool = False
    nth: frozenset[tuple[int, int]] = frozenset()
    dates: tuple[DateRange, ...] = ()
    is_open: bool = True
    additive: bool = False

    def __post_init__(self) -> None:
        for start, end in self.windows:
            if not (0 <= start < MINUTES_PER_DAY and start < end <= 2 * MINUTES_PER_DAY):
                raise CaseError(
                    say(
                        "opening hours from minute {start} to minute {end} do not fit into a day",
                        start=start,
                        end=end,
                    ),
                    cure=say("Start within the day and end after the start, at most 48:00."),
                )
        if self.windows != merged(self.windows):
            raise CaseError(say("windows of a day must be in order and must not touch or overlap"))

    @property
    def is_weekly(self) -> bool:
        """Whether it looks at the weekday alone."""
        return not (self.holidays or self.nth or self.dates)

    @property
    def past_midnight(self) -> bool:
        """Whether a window goes on into the next day."""
        return any(end > MINUTES_PER_DAY for _, end in self.windows)

    def covers(self, day: date, holiday: bool) -> bool:
        """Whether its windows start on this day, given whether the day is a public holiday."""
        return (
            day.weekday() in self.weekdays
            or (self.holidays and holiday)
            or any(_is_nth(day, weekday, n) for weekday, n in self.nth)
        ) and (not self.dates or any(dates.covers(day) for dates in self.dates))


def _is_nth(day: date, weekday: int, n: int) -> bool:
    days_left = monthrange(day.year, day.month)[1] - day.day
    place = (day.day - 1) // 7 + 1 if n > 0 else -1 - days_left // 7
    return day.weekday() == weekday and place == n


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Windows in order; those that touch or overlap become one."""
    result: list[Window] = []
    for start, end in sorted(windows):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)
