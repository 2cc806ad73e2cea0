"""A plan: when to be open, how many staff, and the shifts that provide them; and its checker.

The checker knows nothing of how plans are made. It reads the rules from the case once more, minute
by minute, and says which ones a plan breaks.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.case import Case
from optimizer.opening import OpeningHours
from optimizer.planning.rules import legal_hours
from optimizer.timegrid import MINUTES_PER_DAY, WEEKDAYS, clock

SUNDAY = 6
BREAK_FROM_ENDS_MINUTES = 120  # no break in the first and the last two hours of a shift


@dataclass(frozen=True)
class Shift:
    """`count` people who work the same hours; one unpaid break, or none.

    Minutes are counted from the midnight at which the weekday (0 = Monday) begins.
    """

    weekday: int
    start_minute: int
    end_minute: int
    break_start_minute: int | None = None
    break_minutes: int = 0
    count: int = 1

    @property
    def paid_hours(self) -> float:
        """Of all its people together."""
        return self.count * (self.end_minute - self.start_minute - self.break_minutes) / 60

    def present(self, period_minutes: int) -> np.ndarray:
        """People at work in each period of the week, int of shape (W,)."""
        staff = np.zeros(7 * MINUTES_PER_DAY // period_minutes, dtype=int)
        midnight = self.weekday * MINUTES_PER_DAY

        def periods(start: int, end: int) -> slice:
            return slice((midnight + start) // period_minutes, (midnight + end) // period_minutes)

        staff[periods(self.start_minute, self.end_minute)] += self.count
        if self.break_start_minute is not None:
            away = self.break_start_minute, self.break_start_minute + self.break_minutes
            staff[periods(*away)] -= self.count
        return staff


@dataclass(frozen=True, eq=False)
class Plan:
    """Opening hours, staff and shifts of a typical week, and how good they are proven to be.

    Parameters
    ----------
    opening
        Which periods of the week are open, bool of shape (W,).
    staff
        People at work in each period, int of shape (W,); 0 where closed.
    status
        "optimal" when `gap` is at most what was asked, else "feasible".
    objective, bound
        What the plan earns in a week, and what no plan can exceed, in `unit`.
    gap
        (bound - objective) / objective.
    next_hour
        What one more paid hour a week would earn, in `unit`; 0 where the limit does not bind.
    seconds
        Taken to find it, by the clock.
    duty_hours
        Paid hours a week of set-up and close-down, behind closed doors and beyond the shifts.
    notes
        Sentences on what the optimiser assumed or left aside.
    """

    opening: np.ndarray
    staff: np.ndarray
    shifts: tuple[Shift, ...]
    status: Literal["optimal", "feasible"]
    objective: float
    bound: float
    gap: float
    next_hour: float
    seconds: float
    hours: OpeningHours
    duty_hours: float
    unit: str
    notes: tuple[str, ...] = ()

    @property
    def paid_hours(self) -> float:
        """Paid hours a week."""
        return self.duty_hours + sum(shift.paid_hours for shift in self.shifts)


def check_plan(case: Case, plan: Plan) -> list[str]:
    """Every rule that the plan breaks, as a sentence; empty when it obeys them all."""
    broken = []
    opening = plan.opening.reshape(7, -1)
    staff = plan.staff.reshape(7, -1)
    for weekday, name in enumerate(WEEKDAYS):
        broken += [f"{name}: {what}." for what in _check_day(case, weekday, opening[weekday])]
        for period in range(staff.shape[1]):
            here = f"{name} {clock(period * case.period_minutes)}"
            people = staff[weekday, period]
            if not opening[weekday, period]:
                if people:
                    broken.append(f"{here}: {people} at work though it is closed.")
            elif not case.service.min_staff <= people <= case.service.max_staff:
                broken.append(f"{here}: {people} at work is not within min_staff and max_staff.")
    for shift in plan.shifts:
        here = f"{WEEKDAYS[shift.weekday]} shift {clock(shift.start_minute)}"
        broken += [f"{here}: {what}." for what in _check_shift(case, shift)]
    nobody = np.zeros(len(plan.staff), dtype=int)
    present = sum((shift.present(case.period_minutes) for shift in plan.shifts), nobody)
    if not np.array_equal(present, plan.staff):
        broken.append("The staff at work are not those of the shifts.")
    each_day = case.labour.set_up_minutes + case.labour.close_down_minutes
    duty = opening.any(axis=1).sum() * case.service.min_staff * each_day / 60
    if abs(duty - plan.duty_hours) > 1e-6:
        broken.append("Set-up and close-down are not counted as they should be.")
    for weekday, name in enumerate(WEEKDAYS):
        closes = plan.hours.closing_minute(weekday)
        opens = plan.hours.opening_minute((weekday + 1) % 7)
        if closes is not None and opens is not None:
            rest = (opens + MINUTES_PER_DAY - closes) / 60
            if rest < case.labour.rest_hours - 1e-6:
                broken.append(f"{name}: {rest:g} hours of rest before the next day opens.")
    if case.hours.per_week is not None:
        least, most = case.hours.per_week
        if not least - 1e-6 <= plan.hours.weekly_hours <= most + 1e-6:
            broken.append(f"Open {plan.hours.weekly_hours:g} hours: not {least:g} to {most:g}.")
    if not plan.opening.any():
        broken.append("No day is open.")
    limit = case.paid_hours_limit
    if limit is not None and plan.paid_hours > limit + 1e-6:
        broken.append(f"{plan.paid_hours:g} paid hours pass the weekly limit of {limit:g}.")
    if case.hours.tidy.same_weekdays:
        able = [d for d in range(5) if _longest_window(case, d) >= 60 * case.labour.shift_hours[0]]
        if any(not np.array_equal(opening[d], opening[able[0]]) for d in able):
            broken.append("Monday to Friday are not alike.")
    times = {tuple(day) for day in opening.tolist() if any(day)}
    if len(times) > case.hours.tidy.patterns:
        broken.append(f"{len(times)} different opening times are more than tidy.patterns.")
    return broken


def _check_day(case: Case, weekday: int, open_: np.ndarray) -> list[str]:
    changes = np.flatnonzero(np.diff(open_, prepend=False, append=False)) * case.period_minutes
    windows = list(zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True))
    law = legal_hours(case)
    permitted = {"candidate": case.hours.candidate}
    if law is not None:
        permitted["legal"] = law.when
    broken = []
    if len(windows) > 1:
        broken.append("more than one opening window")
    for start, end in windows:
        for kind, hours in permitted.items():
            if not any(a <= start and end <= b for a, b in hours.windows(weekday)):
                broken.append(f"opens outside the {kind} hours")
        if law is not None and weekday == SUNDAY and end - start > 60 * law.most_sunday_hours:
            broken.append(f"is open longer than the legal {law.most_sunday_hours:g} hours")
        if start % case.hours.tidy.step_minutes or end % case.hours.tidy.step_minutes:
            broken.append("does not open and close on the steps asked for")
    if case.hours.obligatory is not None:
        for a, b in case.hours.obligatory.windows(weekday):
            if not any(start <= a and b <= end for start, end in windows):
                broken.append("closed in obligatory hours")
    return broken


def _check_shift(case: Case, shift: Shift) -> list[str]:
    labour = case.labour
    hours = (shift.end_minute - shift.start_minute) / 60
    shortest, longest = labour.shift_hours
    broken = []
    if not shortest <= hours <= longest:
        broken.append(f"{hours:g} hours are not within {shortest:g} to {longest:g}")
    needs_break = hours > labour.break_after_hours and labour.break_minutes > 0
    if needs_break and shift.break_minutes < labour.break_minutes:
        broken.append("no break, or one that is too short")
    if shift.break_start_minute is not None:
        before = shift.break_start_minute - shift.start_minute
        after = shift.end_minute - shift.break_start_minute - shift.break_minutes
        if min(before, after) < BREAK_FROM_ENDS_MINUTES:
            broken.append("a break less than 2 hours from the start or the end")
    return broken


def _longest_window(case: Case, weekday: int) -> int:
    """Longest time in minutes, on the steps, that the case allows to be open on a weekday."""
    step = max(case.hours.tidy.step_minutes, case.period_minutes)
    law = legal_hours(case)
    legal = [(0, MINUTES_PER_DAY)] if law is None else law.when.windows(weekday)
    overlaps = [
        min(b, d, MINUTES_PER_DAY) // step * step - -(-max(a, c) // step) * step
        for a, b in case.hours.candidate.windows(weekday)
        for c, d in legal
    ]
    return max(overlaps, default=0)
