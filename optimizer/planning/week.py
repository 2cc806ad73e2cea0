"""The week as the optimiser sees it: where it may open, where it must, and what that brings."""

import math
from dataclasses import dataclass

import numpy as np

from optimizer.case import Case
from optimizer.errors import PlanError
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import costs
from optimizer.planning.plan import BREAK_FROM_ENDS_MINUTES, SUNDAY
from optimizer.planning.recapture import recapture
from optimizer.planning.response import Potential, respond
from optimizer.planning.rules import legal_hours
from optimizer.timegrid import MINUTES_PER_DAY, WEEKDAYS, TimeGrid, clock

# Where no money is known: customers that an hour of work must serve, lest people stand idle.
_IDLE_PRICE_PER_HOUR = 1e-5


@dataclass(frozen=True)
class ShiftRules:
    """Rules on shifts, in whole periods.

    Without a break a shift lasts `shortest` to `unbroken`; longer ones, up to `longest`, hold a
    break of `away` at least `from_ends` from either end.
    """

    shortest: int
    unbroken: int
    longest: int
    away: int
    from_ends: int

    @classmethod
    def of(cls, case: Case) -> "ShiftRules":
        """The case's rules on its periods: what must last longer is rounded up, the rest down."""
        labour, minutes = case.labour, case.period_minutes
        longest = int(labour.shift_hours[1] * 60 / minutes + 1e-9)
        unbroken = int(labour.break_after_hours * 60 / minutes + 1e-9)
        return cls(
            shortest=math.ceil(labour.shift_hours[0] * 60 / minutes - 1e-9),
            unbroken=min(unbroken, longest) if labour.break_minutes else longest,
            longest=longest,
            away=-(-labour.break_minutes // minutes),
            from_ends=-(-BREAK_FROM_ENDS_MINUTES // minutes),
        )

    @property
    def shortest_with_break(self) -> int:
        """Shortest shift that is too long to go without a break."""
        return max(self.shortest, self.unbroken + 1)


@dataclass(frozen=True, eq=False)
class Week:
    """Facts of a case on the periods of one span of the day, T periods, the same every day.

    The span runs from the first to the last period in which any weekday may be open.

    Parameters
    ----------
    first
        Period of the day with which the span begins.
    allowed, forced
        Periods that may, and must, be open, bool of shape (7, T).
    longest_open
        Most periods that each weekday may be open, shape (7,).
    doors
        Edges between periods at which doors may open and close, shape (E,), from 0 to T.
    windows
        From which of the doors to which one each weekday may be open, bool of shape (7, E, E).
    pattern
        Opening pattern of each weekday, shape (7,): weekdays of one pattern open alike.
    most_patterns
        Different windows that the week may have at most.
    latest_close
        Of the doors, the last one that may close on the day before each one opens, shape (E,).
    open_hours
        Hours that the week is open at least and at most.
    gain_open
        What a period open with the least staff brings, before wages, shape (7, T).
    gain_more
        What each further person adds, before wages, shape (7, T, C - min_staff); never rising.
    labour
        What one person costs per period, shape (7, T).
    idle_price
        What of it is no real cost, per hour: a tie-break against idle people.
    before, after
        What customers leave all the same who come before the doors open, or after they close, at
        each edge, less the cost of set-up or close-down; shape (7, T+1).
    duty
        Paid hours of set-up and close-down on every open day.
    open_day
        What a day with any opening costs, shape (7,): money, and what is kept of a closed day.
    kept
        What is kept of the customers of a week of closed days, some other door being open.
    limit
        Paid hours that may be used, or None.
    notes
        Sentences on what was assumed or left aside.
    """

    case: Case
    rules: ShiftRules
    first: int
    allowed: np.ndarray
    forced: np.ndarray
    longest_open: np.ndarray
    doors: np.ndarray
    windows: np.ndarray
    pattern: np.ndarray
    most_patterns: int
    latest_close: np.ndarray
    open_hours: tuple[float, float]
    gain_open: np.ndarray
    gain_more: np.ndarray
    labour: np.ndarray
    idle_price: float
    before: np.ndarray
    after: np.ndarray
    duty: float
    open_day: np.ndarray
    kept: float
    limit: float | None
    notes: tuple[str, ...]

    @property
    def hour(self) -> float:
        """Length of a period in hours."""
        return self.case.grid.period_hours

    @property
    def periods(self) -> int:
        """Periods of the span, T."""
        return self.allowed.shape[1]

    def at_doors(self, weekday: int, window: tuple[int, int]) -> float:
        """What opening from one edge to another adds to a closed day besides its open periods."""
        opens, closes = window
        kept = self.before[weekday, opens] + self.after[weekday, closes]
        return float(kept - self.open_day[weekday])


def week_of(case: Case, potential: Potential) -> Week:
    """Put the case and the potential on the optimiser's grid.

    Raises
    ------
    PlanError
        No day may be open for long enough, or obligatory hours lie where opening is not allowed.
    """
    grid, rules = case.grid, ShiftRules.of(case)
    notes: list[str] = []
    allowed, forced = _permitted(case, notes)
    longest_open = np.full(7, grid.periods_per_day)
    if (law := legal_hours(case)) is not None:
        longest_open[SUNDAY] = int(law.most_sunday_hours / grid.period_hours)
    doors = np.flatnonzero(np.arange(grid.periods_per_day + 1) % _periods_per_step(case) == 0)
    windows = _windows(allowed, doors, rules.shortest, longest_open)
    able = _able(windows, allowed, forced, notes)
    allowed &= able[:, None]
    if rules.away * grid.period_minutes > case.labour.break_minutes:
        notes.append(f"Breaks are rounded up to whole periods of {grid.period_minutes} minutes.")

    used = np.flatnonzero(allowed.any(axis=0))
    kept_doors = (doors >= doors[doors <= used[0]][-1]) & (doors <= doors[doors > used[-1]][0])
    first, last = doors[kept_doors][[0, -1]]
    windows &= _covers(forced, doors)

    response = respond(potential, case.service, grid.period_hours)
    before, after, closed = recapture(potential).margin_by_door()
    price = costs(case, potential)
    idle_price = 0.0 if potential.in_money else _IDLE_PRICE_PER_HOUR
    earned, least = response.earned, case.service.min_staff

    # Set-up counts at the clock of the period before the door opens, close-down at the one after.
    edge = np.arange(7)[:, None] * grid.periods_per_day + np.arange(grid.periods_per_day + 1)
    per_hour = least * price.labour / grid.period_hours
    set_up, close_down = case.labour.set_up_minutes / 60, case.labour.close_down_minutes / 60
    before = before - set_up * per_hour[edge - 1]
    after = after - close_down * per_hour[edge % len(per_hour)]

    def by_day(values: np.ndarray) -> np.ndarray:
        return values.reshape(7, grid.periods_per_day, *values.shape[1:])[:, first:last]

    return Week(
        case=case,
        rules=rules,
        first=int(first),
        allowed=allowed[:, first:last],
        forced=forced[:, first:last],
        longest_open=longest_open,
        doors=doors[kept_doors] - first,
        windows=windows[:, kept_doors][:, :, kept_doors],
        pattern=_patterns(case.hours.tidy.same_weekdays, able),
        most_patterns=case.hours.tidy.patterns,
        latest_close=_latest_close(case, doors[kept_doors]),
        open_hours=case.hours.per_week or (0.0, 168.0),
        gain_open=by_day(earned[:, least] - price.open_period),
        gain_more=by_day(np.diff(earned[:, least:], axis=1)),
        labour=by_day(price.labour + idle_price * grid.period_hours),
        idle_price=idle_price,
        before=before[:, first : last + 1],
        after=after[:, first : last + 1],
        duty=least * (set_up + close_down),
        open_day=price.open_day + closed,
        kept=float(closed.sum()),
        limit=_paid_hours_limit(case, potential, rules, notes),
        notes=tuple(notes),
    )


def _permitted(case: Case, notes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Periods of each weekday that may, and that must, be open, bool of shape (7, periods)."""
    grid, hours = case.grid, case.hours
    allowed = _whole_periods(hours.candidate, grid)
    law = legal_hours(case)
    if law is not None:
        legal = _whole_periods(law.when, grid)
        if hours.legal is None and (allowed & ~legal).any():
            notes.append(f"Law keeps part of the candidate hours closed: {law.says}.")
        allowed &= legal
    if any((hours.candidate.closing_minute(d) or 0) > MINUTES_PER_DAY for d in range(7)):
        notes.append("Candidate hours after midnight are left aside; the plan closes by 24:00.")
    forced = np.zeros_like(allowed)
    if hours.obligatory is not None:
        forced = hours.obligatory.week_share(grid).reshape(7, -1) > 0
    for weekday, period in np.argwhere(forced & ~allowed)[:1]:
        raise PlanError(
            f"{WEEKDAYS[weekday]} {clock(period * grid.period_minutes)} is obligatory but lies "
            "outside the candidate or legal hours",
            where="hours.obligatory",
            cure="Widen hours.candidate, or shorten the obligatory hours.",
        )
    return allowed, forced


def _whole_periods(hours: OpeningHours, grid: TimeGrid) -> np.ndarray:
    """Periods that lie wholly within the windows of their own day, bool of shape (7, periods)."""
    inside = np.zeros((7, grid.periods_per_day), dtype=bool)
    for weekday in range(7):
        for start, end in hours.windows(weekday):
            inside[weekday, -(-start // grid.period_minutes) : end // grid.period_minutes] = True
    return inside


def _periods_per_step(case: Case) -> int:
    return max(case.hours.tidy.step_minutes // case.period_minutes, 1)


def _windows(
    allowed: np.ndarray, doors: np.ndarray, shortest: int, longest_open: np.ndarray
) -> np.ndarray:
    """From which door edge to which one each weekday may be open, bool of shape (7, E, E)."""
    forbidden = np.cumsum(np.pad(~allowed, ((0, 0), (1, 0))), axis=1)[:, doors]
    inside = forbidden[:, :, None] == forbidden[:, None, :]
    length = doors[None, :] - doors[:, None]
    return inside & (length >= shortest) & (length <= longest_open[:, None, None])


def _covers(forced: np.ndarray, doors: np.ndarray) -> np.ndarray:
    """Which windows hold all the forced periods of a weekday, bool of shape (7, E, E)."""
    needed = np.cumsum(np.pad(forced, ((0, 0), (1, 0))), axis=1)[:, doors]
    missing = forced.sum(axis=1)[:, None, None] - (needed[:, None, :] - needed[:, :, None])
    return missing == 0


def _able(
    windows: np.ndarray, allowed: np.ndarray, forced: np.ndarray, notes: list[str]
) -> np.ndarray:
    """Which weekdays may be open for at least the shortest shift, bool of shape (7,)."""
    able = np.array([day.any() for day in windows])
    for weekday in np.flatnonzero(forced.any(axis=1) & ~able)[:1]:
        raise PlanError(
            f"{WEEKDAYS[weekday]} must open, but not for as long as the shortest shift",
            where="hours.obligatory",
            cure="Widen hours.candidate or shorten labour.shift_hours.",
        )
    short = [WEEKDAYS[d] for d in np.flatnonzero(allowed.any(axis=1) & ~able)]
    if short:
        notes.append(f"{', '.join(short)} stay closed: no shift is as short as they may be open.")
    if not able.any():
        raise PlanError(
            "no day may be open for as long as the shortest shift",
            where="hours.candidate",
            cure="Widen hours.candidate or shorten labour.shift_hours.",
        )
    return able


def _patterns(same_weekdays: bool, able: np.ndarray) -> np.ndarray:
    """Opening pattern of each weekday; a weekday that cannot open does not bind the others."""
    pattern = np.arange(7)
    if same_weekdays and able[:5].any():
        pattern[:5] = np.where(able[:5], np.argmax(able), pattern[:5])
    return np.unique(pattern, return_inverse=True)[1]


def _latest_close(case: Case, doors: np.ndarray) -> np.ndarray:
    """The last of the doors (edges of the day) from which rest is left before each one opens.

    A number of the door, -1 where none of them leaves enough.
    """
    rest = case.labour.rest_hours / case.grid.period_hours
    latest = doors + case.grid.periods_per_day - rest + 1e-9
    return np.searchsorted(doors, latest, side="right") - 1


def _paid_hours_limit(
    case: Case, potential: Potential, rules: ShiftRules, notes: list[str]
) -> float | None:
    """The stated limit; where no money is known and none is stated, what today's hours take."""
    if case.paid_hours_limit is not None or potential.in_money:
        return case.paid_hours_limit
    if case.hours.current is None:
        raise PlanError(
            "neither money nor paid hours limit the plan",
            where="labour.hours_per_week",
            cure="State labour.hours_per_week, the current hours, or economics.basket.",
        )
    shortest, unbroken = (n * case.grid.period_hours for n in (rules.shortest, rules.unbroken))
    total = 0.0
    for weekday in range(7):
        open_hours = sum(end - start for start, end in case.hours.current.windows(weekday)) / 60
        shifts = np.ceil(open_hours / unbroken)  # one after the other, so that nobody is missing
        duty = (case.labour.set_up_minutes + case.labour.close_down_minutes) / 60
        total += case.service.min_staff * max(open_hours, shifts * shortest)
        total += case.service.min_staff * duty * (open_hours > 0)
    notes.append(f"The plan may use {total:g} paid hours a week, what today's hours need.")
    return total
