"""The week as the optimiser sees it: where it may open, where it must, and what that brings."""

from dataclasses import dataclass

import numpy as np

from optimizer.case import Case
from optimizer.errors import PlanError
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import costs
from optimizer.planning.plan import break_in_periods
from optimizer.planning.response import Potential, respond
from optimizer.timegrid import MINUTES_PER_DAY, WEEKDAYS, TimeGrid, clock

# Where no money is known, an hour of work must serve one customer in ten thousand to be planned.
_IDLE_PRICE_PER_HOUR = 1e-4


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
    step
        Number of the opening step that each edge between periods belongs to, shape (T+1,): doors
        open and close only where it changes.
    pattern
        Opening pattern of each weekday, shape (7,): weekdays of one pattern open alike.
    gain_open
        What opening a period with the least staff adds, before wages, shape (7, T).
    gain_more
        What each further person adds, before wages, shape (7, T, C - min_staff); never rising.
    labour
        What one person costs per period, shape (7, T).
    idle_price
        What of it is no real cost, per hour: a tie-break against idle people.
    open_day
        What a day with any opening costs.
    kept
        What the week earns with all doors closed on the customers of every hour.
    limit
        Paid hours that may be used, or None.
    notes
        Sentences on what was assumed or left aside.
    """

    case: Case
    first: int
    allowed: np.ndarray
    forced: np.ndarray
    step: np.ndarray
    pattern: np.ndarray
    gain_open: np.ndarray
    gain_more: np.ndarray
    labour: np.ndarray
    idle_price: float
    open_day: float
    kept: float
    limit: float | None
    notes: tuple[str, ...]

    @property
    def periods(self) -> int:
        """Periods of the span, T."""
        return self.allowed.shape[1]

    @property
    def shift_periods(self) -> tuple[int, int, int]:
        """Shortest shift, longest without a break, and longest, in periods."""
        return shift_periods(self.case)


def shift_periods(case: Case) -> tuple[int, int, int]:
    """Shortest shift, longest shift without a break, and longest shift, in whole periods."""
    labour, hours = case.labour, case.grid.period_hours
    shortest = int(np.ceil(labour.shift_hours[0] / hours - 1e-9))
    longest = int(labour.shift_hours[1] / hours + 1e-9)
    unbroken = int(labour.break_after_hours / hours + 1e-9) if labour.break_minutes else longest
    return shortest, min(unbroken, longest), longest


def week_of(case: Case, potential: Potential) -> Week:
    """Put the case and the potential on the optimiser's grid.

    Raises
    ------
    PlanError
        No day may be open for long enough, or obligatory hours lie where opening is not allowed.
    """
    grid = case.grid
    notes: list[str] = []
    allowed = _whole_periods(case.hours.candidate, grid)
    if case.hours.legal is not None:
        allowed &= _whole_periods(case.hours.legal, grid)
    if any((case.hours.candidate.closing_minute(d) or 0) > MINUTES_PER_DAY for d in range(7)):
        notes.append("Candidate hours after midnight are left aside; the plan closes by 24:00.")
    forced = np.zeros_like(allowed)
    if case.hours.obligatory is not None:
        forced = case.hours.obligatory.week_share(grid).reshape(7, -1) > 0
    for weekday, period in np.argwhere(forced & ~allowed)[:1]:
        raise PlanError(
            f"{WEEKDAYS[weekday]} {clock(period * grid.period_minutes)} is obligatory but lies "
            "outside the candidate or legal hours",
            where="hours.obligatory",
            cure="Widen hours.candidate, or shorten the obligatory hours.",
        )
    step = np.arange(grid.periods_per_day + 1) * grid.period_minutes // case.hours.tidy.step_minutes
    able = _can_open(case, allowed, step, notes)
    allowed &= able[:, None]
    for weekday in np.flatnonzero(forced.any(axis=1) & ~able)[:1]:
        raise PlanError(
            f"{WEEKDAYS[weekday]} must open, but not for as long as the shortest shift",
            where="hours.obligatory",
            cure="Widen hours.candidate or shorten labour.shift_hours.",
        )
    if break_in_periods(case.labour, grid.period_minutes) * grid.period_minutes > (
        case.labour.break_minutes
    ):
        notes.append(f"Breaks are rounded up to whole periods of {grid.period_minutes} minutes.")

    used = np.flatnonzero(allowed.any(axis=0))
    per_step = max(case.hours.tidy.step_minutes // grid.period_minutes, 1)
    first = used[0] // per_step * per_step
    span = slice(first, -(-(used[-1] + 1) // per_step) * per_step)
    response = respond(potential, case.service, grid.period_hours)
    price = costs(case, potential)
    idle_price = 0.0 if potential.in_money else _IDLE_PRICE_PER_HOUR
    earned = response.earned
    least = case.service.min_staff

    def by_day(values: np.ndarray) -> np.ndarray:
        return values.reshape(7, grid.periods_per_day, *values.shape[1:])[:, span]

    return Week(
        case=case,
        first=int(first),
        allowed=allowed[:, span],
        forced=forced[:, span],
        step=step[span.start : span.stop + 1] - step[span.start],
        pattern=_patterns(case.hours.tidy.same_weekdays, able),
        gain_open=by_day(earned[:, least] - response.kept - price.open_period),
        gain_more=by_day(np.diff(earned[:, least:], axis=1)),
        labour=by_day(price.labour + idle_price * grid.period_hours),
        idle_price=idle_price,
        open_day=price.open_day,
        kept=float(response.kept.sum()),
        limit=_paid_hours_limit(case, potential, notes),
        notes=tuple(notes),
    )


def _whole_periods(hours: OpeningHours, grid: TimeGrid) -> np.ndarray:
    """Periods that lie wholly within the windows of their own day, bool of shape (7, periods)."""
    inside = np.zeros((7, grid.periods_per_day), dtype=bool)
    for weekday in range(7):
        for start, end in hours.windows(weekday):
            inside[weekday, -(-start // grid.period_minutes) : end // grid.period_minutes] = True
    return inside


def _can_open(case: Case, allowed: np.ndarray, step: np.ndarray, notes: list[str]) -> np.ndarray:
    """Which weekdays may be open for at least the shortest shift, bool of shape (7,)."""
    shortest = shift_periods(case)[0]
    doors = np.flatnonzero(np.diff(step, prepend=-1))  # edges at which doors may open and close
    able = np.zeros(7, dtype=bool)
    for weekday in range(7):
        through = np.concatenate([[0], np.cumsum(~allowed[weekday])])  # forbidden periods before
        able[weekday] = any(
            end - start >= shortest and through[start] == through[end]
            for start in doors
            for end in doors
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


def _paid_hours_limit(case: Case, potential: Potential, notes: list[str]) -> float | None:
    """The stated limit; where no money is known and none is stated, what today's hours take."""
    if case.paid_hours_limit is not None or potential.in_money:
        return case.paid_hours_limit
    if case.hours.current is None:
        raise PlanError(
            "neither money nor paid hours limit the plan",
            where="labour.hours_per_week",
            cure="State labour.hours_per_week, the current hours, or economics.basket.",
        )
    shortest, unbroken, _ = (periods * case.grid.period_hours for periods in shift_periods(case))
    total = 0.0
    for weekday in range(7):
        open_hours = sum(end - start for start, end in case.hours.current.windows(weekday)) / 60
        shifts = np.ceil(open_hours / unbroken)  # one after the other, so that nobody is missing
        total += case.service.min_staff * max(open_hours, shifts * shortest)
    notes.append(f"The plan may use {total:g} paid hours a week, what today's hours need.")
    return total
