"""When the doors may open and close, and when they must be open, as candidate hours and law say."""

import numpy as np

from optimizer.case import Case
from optimizer.errors import PlanError
from optimizer.language import Clock, Listed, Weekday, say, say_n
from optimizer.opening import OpeningHours
from optimizer.planning.house_rules import everybody_needed
from optimizer.planning.rules import legal_hours
from optimizer.timegrid import MINUTES_PER_DAY, WEEKDAYS, TimeGrid


def permitted(case: Case, notes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Periods of each weekday that may, and that must, be open, bool of shape (7, periods)."""
    grid, hours = case.grid, case.hours
    allowed = _whole_periods(hours.candidate, grid)
    law = legal_hours(case)
    if law is not None:
        legal = _whole_periods(law.when, grid)
        if hours.legal is None and (allowed & ~legal).any():
            notes.append(
                say("Law keeps part of the candidate hours closed: {law}.", law=say(law.says))
            )
        allowed &= legal
    if _past_midnight(hours.candidate):
        notes.append(
            say("Candidate hours after midnight are left aside; the plan closes by 24:00.")
        )
    elif (allowed[:, -1] & np.roll(allowed[:, 0], -1)).any():
        notes.append(
            say("Doors that stay open at midnight are counted as closed and opened again.")
        )
    forced = np.zeros_like(allowed)
    if hours.obligatory is not None:
        if _past_midnight(hours.obligatory):
            raise PlanError(
                say("hours after midnight cannot be planned, but are obligatory"),
                where="hours.obligatory",
                cure=say("Let them end at 24:00."),
            )
        forced = hours.obligatory.week_share(grid).reshape(7, -1) > 0
    for weekday, period in np.argwhere(forced & ~allowed)[:1]:
        raise PlanError(
            say(
                "{weekday} {time} is obligatory but lies outside the candidate or legal hours",
                weekday=Weekday(weekday),
                time=Clock(period * grid.period_minutes),
            ),
            where="hours.obligatory",
            cure=say("Widen hours.candidate, or shorten the obligatory hours."),
        )
    return _staffed(case, allowed, forced, notes), forced


def _staffed(case: Case, allowed: np.ndarray, forced: np.ndarray, notes: list[str]) -> np.ndarray:
    """Of the permitted periods those that need no more people than the case lists."""
    if not case.employee or not allowed.any():
        return allowed
    needed, people = everybody_needed(case).reshape(allowed.shape), len(case.employee)
    able = allowed & (needed <= people)
    if not able.any() or (forced & ~able).any():
        at = needed[forced & ~able] if (forced & ~able).any() else needed[allowed]
        raise PlanError(
            say_n(
                "{needed} people must be there at a time, but the case lists {n} employee",
                "{needed} people must be there at a time, but the case lists {n} employees",
                people,
                needed=int(at.min()),
            ),
            where="service.min_staff",
            cure=say("Ask for fewer people in service.min_staff, or add employees."),
        )
    if (able != allowed).any():
        notes.append(
            say("Hours that need more people at a time than there are employees stay closed.")
        )
    return able


def _past_midnight(hours: OpeningHours) -> bool:
    return any((hours.closing_minute(day) or 0) > MINUTES_PER_DAY for day in range(7))


def _whole_periods(hours: OpeningHours, grid: TimeGrid) -> np.ndarray:
    """Periods that lie wholly within the windows of their own day, bool of shape (7, periods)."""
    inside = np.zeros((7, grid.periods_per_day), dtype=bool)
    for weekday in range(7):
        for start, end in hours.windows(weekday):
            inside[weekday, -(-start // grid.period_minutes) : end // grid.period_minutes] = True
    return inside


def periods_per_step(case: Case) -> int:
    """Periods from one moment at which doors may open or close to the next."""
    return max(case.hours.tidy.step_minutes // case.period_minutes, 1)


def windows_between(
    allowed: np.ndarray, doors: np.ndarray, shortest: int, longest_open: np.ndarray
) -> np.ndarray:
    """From which door edge to which one each weekday may be open, bool of shape (7, E, E)."""
    forbidden = np.cumsum(np.pad(~allowed, ((0, 0), (1, 0))), axis=1)[:, doors]
    inside = forbidden[:, :, None] == forbidden[:, None, :]
    length = doors[None, :] - doors[:, None]
    return inside & (length >= shortest) & (length <= longest_open[:, None, None])


def holding(forced: np.ndarray, doors: np.ndarray) -> np.ndarray:
    """Which windows hold all the forced periods of a weekday, bool of shape (7, E, E)."""
    needed = np.cumsum(np.pad(forced, ((0, 0), (1, 0))), axis=1)[:, doors]
    missing = forced.sum(axis=1)[:, None, None] - (needed[:, None, :] - needed[:, :, None])
    return missing == 0


def able_days(
    windows: np.ndarray, allowed: np.ndarray, forced: np.ndarray, notes: list[str]
) -> np.ndarray:
    """Which weekdays may be open for at least the shortest shift, bool of shape (7,)."""
    able = np.array([day.any() for day in windows])
    for weekday in np.flatnonzero(forced.any(axis=1) & ~able)[:1]:
        raise PlanError(
            say(
                "{weekday} must open, but not for as long as the shortest shift",
                weekday=Weekday(weekday),
            ),
            where="hours.obligatory",
            cure=say("Widen hours.candidate or shorten labour.shift_hours."),
        )
    short = [WEEKDAYS[d] for d in np.flatnonzero(allowed.any(axis=1) & ~able)]
    if short:
        notes.append(
            say(
                "{days} stay closed: no shift is as short as they may be open.",
                days=Listed(short, "comma"),
            )
        )
    if not able.any():
        raise PlanError(
            say("no day may be open for as long as the shortest shift"),
            where="hours.candidate",
            cure=say("Widen hours.candidate or shorten labour.shift_hours."),
        )
    return able


def patterns_of(same_weekdays: bool, able: np.ndarray) -> np.ndarray:
    """Opening pattern of each weekday; a weekday that cannot open does not bind the others."""
    pattern = np.arange(7)
    if same_weekdays and able[:5].any():
        pattern[:5] = np.where(able[:5], np.argmax(able), pattern[:5])
    return np.unique(pattern, return_inverse=True)[1]


def latest_close(case: Case, doors: np.ndarray) -> np.ndarray:
    """The last of the doors (edges of the day) from which rest is left before each one opens.

    A number of the door, -1 where none of them leaves enough.
    """
    rest = case.labour.rest_hours / case.grid.period_hours
    latest = doors + case.grid.periods_per_day - rest + 1e-9
    return np.searchsorted(doors, latest, side="right") - 1
