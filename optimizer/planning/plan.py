"""A plan: when to be open, how many staff, and the shifts that provide them; and its checker.

The checker knows nothing of how plans are made. It reads the rules from the case once more, minute
by minute, and says which ones a plan breaks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimizer.case import Case
from optimizer.language import Clock, Exact, Said, Weekday, say, say_n
from optimizer.opening import OpeningHours
from optimizer.planning.house_rules import (
    able_weekdays,
    behind_doors,
    in_force,
    keyholders_hours,
    needed_staff,
)
from optimizer.planning.rules import legal_hours
from optimizer.timegrid import MINUTES_PER_DAY

SUNDAY = 6
BREAK_FROM_ENDS_MINUTES = 120  # no break in the first and the last two hours of a shift


@dataclass(frozen=True)
class Shift:
    """`count` people of a role who work the same hours; one unpaid break, or none.

    Minutes are counted from the midnight at which the weekday (0 = Monday) begins.
    """

    weekday: int
    start_minute: int
    end_minute: int
    break_start_minute: int | None = None
    break_minutes: int = 0
    count: int = 1
    role: str = ""

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
        What the plan earns in a week, and what no plan can exceed, in `unit`; the price of rules
        that it misses taken off (see `house_rules`).
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
    role_staff
        Of `staff` those of each role, shape (R, W); None where there is but one kind of work.
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
    role_staff: np.ndarray | None = None

    @property
    def staff_by_role(self) -> np.ndarray:
        """People at work in each role and period, int of shape (R, W)."""
        return self.staff[None] if self.role_staff is None else self.role_staff

    @property
    def paid_hours(self) -> float:
        """Paid hours a week."""
        return self.duty_hours + sum(shift.paid_hours for shift in self.shifts)


def check_plan(case: Case, plan: Plan) -> list[Said]:
    """Every strict rule that the plan breaks, as a sentence; empty when it obeys them all.

    Rules with a price may be missed; `evaluate` says by how much.
    """
    stated, case = case, in_force(case)
    opening = plan.opening.reshape(7, -1)
    broken = []
    for weekday in range(7):
        for what in _check_day(case, weekday, opening[weekday]):
            broken.append(say("{weekday}: {what}.", weekday=Weekday(weekday), what=what))
    for shift in plan.shifts:
        for what in _check_shift(case, shift):
            broken.append(
                say(
                    "{weekday} shift {start}: {what}.",
                    weekday=Weekday(shift.weekday),
                    start=Clock(shift.start_minute),
                    what=what,
                )
            )
    broken += _check_staff(case, plan)
    broken += _check_week(case, plan)
    broken += _check_duty(stated, plan)
    if case.hours.tidy.same_weekdays:
        able = able_weekdays(case)
        if any(not np.array_equal(opening[d], opening[able[0]]) for d in able):
            broken.append(say("Monday to Friday are not alike."))
    times = {tuple(day) for day in opening.tolist() if any(day)}
    if len(times) > case.hours.tidy.patterns:
        broken.append(say("{n} different opening times are more than tidy.patterns.", n=len(times)))
    return broken


def _check_staff(case: Case, plan: Plan) -> Iterator[Said]:
    """Whether everybody needed is there, from shifts of the plan, and nobody else."""
    services = {role.name: role.service for role in case.role} or {"": case.service}
    for (name, service), staff in zip(services.items(), plan.staff_by_role, strict=True):
        needed = needed_staff(service, case.grid)
        enough = (needed <= staff) & (staff <= service.max_staff)
        for period in np.flatnonzero(np.where(plan.opening, ~enough, staff > 0)):
            weekday, t = divmod(int(period), case.grid.periods_per_day)
            wrong = (
                say("is not within min_staff and max_staff")
                if plan.opening[period]
                else say("though it is closed")
            )
            yield say_n(
                "{weekday} {time}: {n} person at work {wrong}.",
                "{weekday} {time}: {n} people at work {wrong}.",
                int(staff[period]),
                weekday=Weekday(weekday),
                time=Clock(t * case.period_minutes),
                wrong=wrong,
            )
        present = np.zeros(len(staff), dtype=int)
        for shift in plan.shifts:
            if shift.role == name:
                present += shift.present(case.period_minutes)
        if not np.array_equal(present, staff):
            yield say("The staff at work are not those of the shifts.")


def _check_duty(case: Case, plan: Plan) -> Iterator[Said]:
    """Whether set-up and close-down are paid once on each open day."""
    case = behind_doors(case)
    services = [role.service for role in case.role] or [case.service]
    each_day = case.labour.set_up_minutes + case.labour.close_down_minutes
    on_duty = sum(service.min_staff for service in services)
    days = int(plan.opening.reshape(7, -1).any(axis=1).sum())
    if abs(days * on_duty * each_day / 60 - plan.duty_hours) > 1e-6:
        yield say("Set-up and close-down are not counted as they should be.")


def _check_week(case: Case, plan: Plan) -> Iterator[Said]:
    """Rest between the days, and the hours of the week."""
    for weekday in range(7):
        closes = plan.hours.closing_minute(weekday)
        opens = plan.hours.opening_minute((weekday + 1) % 7)
        if closes is not None and opens is not None:
            rest = (opens + MINUTES_PER_DAY - closes) / 60
            if rest < case.labour.rest_hours - 1e-6:
                yield say(
                    "{weekday}: {hours} hours of rest before the next day opens.",
                    weekday=Weekday(weekday),
                    hours=Exact(rest),
                )
    if not plan.opening.any():
        yield say("No day is open.")
    open_hours = plan.hours.weekly_hours
    least, most = case.hours.per_week or (0.0, 168.0)
    if not least - 1e-6 <= open_hours <= most + 1e-6:
        yield say(
            "Open {hours} hours: not {least} to {most}.",
            hours=Exact(open_hours),
            least=Exact(least),
            most=Exact(most),
        )
    with_key = keyholders_hours(case)
    if with_key is not None and open_hours > with_key + 1e-6:
        yield say(
            "Open {hours} hours: those who hold a key work {most} at most.",
            hours=Exact(open_hours),
            most=Exact(with_key),
        )
    limit = case.paid_hours_limit
    if limit is not None and plan.paid_hours > limit + 1e-6:
        yield say(
            "{hours} paid hours pass the weekly limit of {limit}.",
            hours=Exact(plan.paid_hours),
            limit=Exact(limit),
        )


def _check_day(case: Case, weekday: int, open_: np.ndarray) -> Iterator[Said]:
    changes = np.flatnonzero(np.diff(open_, prepend=False, append=False)) * case.period_minutes
    windows = list(zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True))
    step, law = case.hours.tidy.step_minutes, legal_hours(case)
    if len(windows) > case.hours.tidy.windows_per_day:
        yield say("more opening windows than tidy.windows_per_day")

    def within(hours: OpeningHours) -> bool:
        permitted = hours.windows(weekday)
        return all(any(a <= start and end <= b for a, b in permitted) for start, end in windows)

    if not within(case.hours.candidate):
        yield say("opens outside the candidate hours")
    if law is not None and not within(law.when):
        yield say("opens outside the legal hours")
    longest = law.most_sunday_hours if law is not None and weekday == SUNDAY else 24
    if sum(end - start for start, end in windows) > 60 * longest:
        yield say("is open longer than the legal {hours} hours", hours=Exact(longest))
    if any(minute % step for window in windows for minute in window):
        yield say("does not open and close on the steps asked for")
    if case.hours.obligatory is not None:
        for a, b in case.hours.obligatory.windows(weekday):
            if not any(start <= a and b <= end for start, end in windows):
                yield say("closed in obligatory hours")


def _check_shift(case: Case, shift: Shift) -> Iterator[Said]:
    labour = case.labour
    hours = (shift.end_minute - shift.start_minute) / 60
    shortest, longest = labour.shift_hours
    if not shortest <= hours <= longest:
        yield say(
            "{hours} hours are not within {shortest} to {longest}",
            hours=Exact(hours),
            shortest=Exact(shortest),
            longest=Exact(longest),
        )
    needs_break = hours > labour.break_after_hours and labour.break_minutes > 0
    if needs_break and shift.break_minutes < labour.break_minutes:
        yield say("no break, or one that is too short")
    if shift.break_start_minute is not None:
        before = shift.break_start_minute - shift.start_minute
        after = shift.end_minute - shift.break_start_minute - shift.break_minutes
        if min(before, after) < BREAK_FROM_ENDS_MINUTES:
            yield say("a break less than 2 hours from the start or the end")
