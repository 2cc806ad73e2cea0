"""Opening hours: what the shop's door sign says, evaluated minute by minute.

The hours are a list of rules in the sense of OpenStreetMap's `opening_hours` (see `osm_text`). A
rule adds to the rules before it or replaces what they say for the days it covers - the whole
calendar day, also the hours after midnight that belong to the evening before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np

from optimizer.errors import CaseError
from optimizer.language import say
from optimizer.opening_rules import WHOLE_DAY, Rule, Window, merged
from optimizer.osm_text import read_rules, write_rules
from optimizer.timegrid import MINUTES_PER_DAY, TimeGrid

__all__ = ["DatedHours", "HoursCalendar", "OpeningHours", "Window"]

_A_MONDAY = date(2001, 1, 1)  # any Monday: rules that look at dates do not take part there


@dataclass(frozen=True)
class OpeningHours:
    """When a shop is open. Two hours are equal when they consist of the same rules.

    Make them from text (`parse`), from a week of windows (`daily`) or of periods (`from_week`);
    `str(hours)` is their text again.
    """

    rules: tuple[Rule, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "OpeningHours":
        """Hours from OSM text: "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off", "24/7", "off".

        Raises
        ------
        CaseError
            Part of the text was not understood; the message says which part.
        """
        rules = _split_holidays(read_rules(text))
        # The rules before the first holiday or date make one plain week: keep it in its shortest
        # form, so that equal weeks are equal hours whichever way they were written.
        weekly = next((n for n, rule in enumerate(rules) if not rule.is_weekly), len(rules))
        week = cls(rules[:weekly])
        shortest = cls.daily([week.windows(weekday) for weekday in range(7)]).rules
        rules = shortest + rules[weekly:]
        return cls((replace(rules[0], additive=False), *rules[1:]) if rules else ())

    @classmethod
    def daily(cls, windows_by_weekday: Sequence[Sequence[Window]]) -> "OpeningHours":
        """The same hours every week: seven lists of windows, Monday first, empty = closed.

        Raises
        ------
        CaseError
            A window starts outside its day, ends before it starts or after 48:00.
        """
        weekdays_by_windows: dict[tuple[Window, ...], set[int]] = {}
        for weekday, windows in enumerate(windows_by_weekday):
            if windows:
                weekdays_by_windows.setdefault(merged(windows), set()).add(weekday)
        rules = [Rule(w, frozenset(days)) for w, days in weekdays_by_windows.items()]
        # After ";" a rule would cut off the night that the day before runs into its day.
        if any(rule.past_midnight for rule in rules):
            rules[1:] = [replace(rule, additive=True) for rule in rules[1:]]
        return cls(tuple(rules))

    @classmethod
    def from_week(cls, open_: np.ndarray, grid: TimeGrid) -> "OpeningHours":
        """Hours from the open periods of a week, bool of shape (W,), Monday 00:00 first.

        A run over midnight of up to 24 hours becomes one window of the day on which it starts
        (18:00-02:00); a longer one is cut at midnight.
        """
        minutes = np.repeat(np.asarray(open_, dtype=bool), grid.period_minutes)
        if minutes.all():
            return cls.daily([WHOLE_DAY] * 7)
        by_weekday: list[list[Window]] = [[] for _ in range(7)]
        first_closed = int(np.argmin(minutes))  # begin there, so that no run is cut by Sunday night
        for start, end in _runs(np.roll(minutes, -first_closed)):
            while start < end:
                weekday, minute = divmod(start + first_closed, MINUTES_PER_DAY)
                length = end - start
                if length > MINUTES_PER_DAY:
                    length = MINUTES_PER_DAY - minute
                by_weekday[weekday % 7].append((minute, minute + length))
                start += length
        return cls.daily(by_weekday)

    def __str__(self) -> str:
        return write_rules(self.rules)

    def windows_on(self, day: date, holiday: bool) -> tuple[Window, ...]:
        """Windows that start on a day, in order, each ending at most at 48:00.

        The days around it count as no holidays: they matter only for hours past midnight.
        """
        two_before, before, here, after = (
            self.covering(day + timedelta(days=k), holiday and k == 0) for k in (-2, -1, 0, 1)
        )
        night = np.logical_or(*self.minutes(before, two_before))[-1]
        started, run_in = self.minutes(here, before)
        carried = _leading(run_in) if night else 0  # belongs to a window of the day before
        minutes = np.zeros(2 * MINUTES_PER_DAY, dtype=bool)
        minutes[:MINUTES_PER_DAY] = started | run_in
        minutes[:carried] = started[:carried]
        if minutes[MINUTES_PER_DAY - 1]:
            _, runs_out = self.minutes(after, here)
            minutes[MINUTES_PER_DAY:][: _leading(runs_out)] = True
        return tuple(_runs(minutes))

    def windows(self, weekday: int) -> tuple[Window, ...]:
        """Windows that start on a weekday (0 = Monday) of an ordinary week.

        A week without public holidays, in which no rule for special dates holds.
        """
        return self._ordinary.windows_on(_A_MONDAY + timedelta(days=weekday), holiday=False)

    def opening_minute(self, weekday: int) -> int | None:
        """When the first window of an ordinary weekday starts; None where closed."""
        windows = self.windows(weekday)
        return windows[0][0] if windows else None

    def closing_minute(self, weekday: int) -> int | None:
        """When the last window of an ordinary weekday ends, past 1440 after midnight, or None."""
        windows = self.windows(weekday)
        return windows[-1][1] if windows else None

    @property
    def weekly_hours(self) -> float:
        """Hours open in an ordinary week."""
        return float(self._week_minutes.sum() / 60)

    def week_share(self, grid: TimeGrid) -> np.ndarray:
        """Share of each period of an ordinary week that is open, 0..1, shape (W,)."""
        return self._week_minutes.reshape(-1, grid.period_minutes).mean(axis=1)

    def open_share(
        self, grid: TimeGrid, first: date, days: int, holidays: np.ndarray
    ) -> np.ndarray:
        """Share of each local period that is open, 0..1, shape (days, periods per day).

        Hours after midnight count on the day they fall on, also those of the evening before
        `first`, which counts as no holiday.

        Parameters
        ----------
        holidays
            Which of the days are public holidays, bool of shape (days,).
        """
        return HoursCalendar(self).open_share(grid, first, days, holidays)

    @cached_property
    def _ordinary(self) -> "OpeningHours":
        return OpeningHours(tuple(rule for rule in self.rules if not (rule.dates or rule.nth)))

    @cached_property
    def _week_minutes(self) -> np.ndarray:
        week = self._ordinary
        covering = [week.covering(_A_MONDAY + timedelta(days=k), False) for k in range(-1, 7)]
        days = [week.minutes(here, before) for before, here in pairwise(covering)]
        return np.concatenate([started | run_in for started, run_in in days])

    def covering(self, day: date, holiday: bool) -> tuple[bool, ...]:
        """Which of the rules cover the day."""
        return tuple(rule.covers(day, holiday) for rule in self.rules)

    def minutes(
        self, here: tuple[bool, ...], before: tuple[bool, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Open minutes of a day, from the rules `covering` it and the day before it.

        Those of windows that start on the day, and those run in from the evening before; both
        bool of shape (1440,).
        """
        started = np.zeros(MINUTES_PER_DAY, dtype=bool)
        run_in = np.zeros(MINUTES_PER_DAY, dtype=bool)
        for rule, covers, covered_before in zip(self.rules, here, before, strict=True):
            if covers and rule.is_open and not rule.additive:
                started[:] = run_in[:] = False
            for start, end in rule.windows:
                today, tonight = slice(start, end), slice(0, max(end - MINUTES_PER_DAY, 0))
                if rule.is_open:
                    started[today] |= covers
                    run_in[tonight] |= covered_before
                else:
                    for minutes in (started, run_in):
                        minutes[today] &= not covers
                        minutes[tonight] &= not covered_before
        return started, run_in


@dataclass(frozen=True)
class DatedHours:
    """Hours that held from one date to another, both included; None = without limit.

    `random` says that the dates were drawn at random, as in a trial: comparisons with the days
    around them are then fair.
    """

    first: date | None
    last: date | None
    hours: OpeningHours
    random: bool = False

    def __post_init__(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise CaseError(
                say(
                    "hours until {last} cannot hold from {first} on",
                    last=self.last,
                    first=self.first,
                ),
                where="hours.history",
                cure=say("Swap the two dates."),
            )


@dataclass(frozen=True)
class HoursCalendar:
    """The current hours and those that held at other times; of two entries the later one wins."""

    current: OpeningHours
    history: tuple[DatedHours, ...] = ()

    def regimes(self, first: date, days: int) -> np.ndarray:
        """Which hours hold on each day, int of shape (days,): -1 = current, else place in history.

        The day is the one on which a window starts.
        """
        regimes = np.full(days, -1)
        for n, entry in enumerate(self.history):
            start = (entry.first - first).days if entry.first else 0
            end = (entry.last - first).days + 1 if entry.last else days
            regimes[max(start, 0) : max(end, 0)] = n
        return regimes

    def open_share(
        self, grid: TimeGrid, first: date, days: int, holidays: np.ndarray
    ) -> np.ndarray:
        """`OpeningHours.open_share` with each day by the hours that held on it."""
        minutes = self.open_minutes(first, days, holidays)
        return minutes.reshape(days, grid.periods_per_day, -1).mean(axis=2)

    def open_minutes(self, first: date, days: int, holidays: np.ndarray) -> np.ndarray:
        """Which local minutes are open, bool of shape (days, 1440); see `open_share`.

        The last night of a regime runs to its end, whatever holds on the next day.
        """
        hours = (*(entry.hours for entry in self.history), self.current)  # the last is number -1
        regimes = self.regimes(first - timedelta(days=1), days + 1).tolist()
        dates = [first + timedelta(days=n) for n in range(-1, days)]
        holiday = [False, *np.asarray(holidays, dtype=bool).tolist()]
        # Days are alike when the same rules cover them and the day before: a dozen kinds a year.
        kinds: dict[tuple[tuple[int, tuple[bool, ...], tuple[bool, ...]], ...], list[int]] = {}
        for n in range(days):
            kind = tuple(
                (
                    regime,
                    hours[regime].covering(dates[n + 1], holiday[n + 1]),
                    hours[regime].covering(dates[n], holiday[n]),
                )
                for regime in regimes[n : n + 2]
            )
            kinds.setdefault(kind, []).append(n)
        minutes = np.zeros((days, MINUTES_PER_DAY), dtype=bool)
        for (evening_before, today), numbers in kinds.items():
            started, _ = hours[today[0]].minutes(*today[1:])
            _, run_in = hours[evening_before[0]].minutes(*evening_before[1:])
            minutes[numbers] = started | run_in
        return minutes


def _split_holidays(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules with "Su,PH off" as "Su off; PH off", so that the plain week stands alone.

    Only where it means the same: two rules would cut each other's hours after midnight.
    """
    result: list[Rule] = []
    for rule in rules:
        if rule.holidays and rule.weekdays and not (rule.nth or rule.dates or rule.past_midnight):
            result.append(replace(rule, holidays=False))
            result.append(replace(rule, weekdays=frozenset()))
        else:
            result.append(rule)
    return tuple(result)


def _runs(minutes: np.ndarray) -> list[Window]:
    """(start, end) of each run of True."""
    steps = np.flatnonzero(np.diff(minutes, prepend=False, append=False)).tolist()
    return list(zip(steps[::2], steps[1::2], strict=True))


def _leading(minutes: np.ndarray) -> int:
    """How many are True before the first False."""
    return len(minutes) if minutes.all() else int(np.argmin(minutes))
