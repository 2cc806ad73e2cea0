"""The price ladder of a weekday: what each further step of its opening hours earns and costs."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from optimizer.case import Case
from optimizer.language import Number, Said, say
from optimizer.opening import OpeningHours
from optimizer.planning.bounds import Bounds
from optimizer.planning.curves import AsEdges
from optimizer.planning.day_program import DayProgram, dear
from optimizer.planning.evaluate import Evaluation, evaluate
from optimizer.planning.exchange import DayShifts, ShiftTable
from optimizer.planning.house_rules import in_force
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential
from optimizer.planning.week import Week, week_of
from optimizer.timegrid import MINUTES_PER_DAY

Window = tuple[int, ...]  # edges of the span: opens and closes, once or twice


@dataclass(frozen=True)
class Rung:
    """One opening window of a weekday, beside the next shorter one.

    Each has the shifts that are best for it: a longer day may need a new shift, or none where the
    shortest shift reaches that far anyway.

    Parameters
    ----------
    opens_minute, closes_minute
        After midnight.
    earns
        More contribution margin a week than with the rung before, on average.
    costs
        More wages and opening cost, and price of rules that are missed.
    paid_hours
        More paid hours.
    hours_cost
        What those hours would earn elsewhere, where the weekly limit binds.
    break_even
        Customers, who would else not have come, that pay for it.
    chance
        Share of the draws of demand in which it earns more than it costs, these hours counted.
    shifts
        Shifts worked that day, one for each person.
    against
        The rule on the week that it would break, in words; empty where it breaks none.
    profit
        Of the whole week with this window.
    """

    opens_minute: int
    closes_minute: int
    earns: float
    costs: float
    paid_hours: float
    hours_cost: float
    break_even: float
    chance: float
    shifts: int
    against: str
    profit: float

    @property
    def pays(self) -> bool:
        """Whether the rung earns more than it costs, on average."""
        return self.earns > self.costs + self.hours_cost


def price_ladder(
    case: Case, potential: Potential, plan: Plan, weekday: int, *, earlier: bool = False
) -> list[Rung]:
    """What each later closing time of one weekday earns and costs, the rest of the plan as it is.

    The other doors stay where the plan has them, or, on a day the plan leaves closed, where they
    would be best. The first rung stands beside a closed day; a day that may not open has none.

    Parameters
    ----------
    earlier
        Climb from the latest opening time to the earliest one instead.
    """
    week = week_of(case, potential)
    if not week.windows[weekday].any():
        return []
    program, table = DayProgram(week), ShiftTable.of(week.rules, week.periods)
    best = _best_window(week, plan, weekday)
    is_open = bool(plan.hours.windows(weekday))
    worth = float(potential.value.mean())
    price = plan.next_hour * week.hour
    rungs: list[Rung] = []
    before = evaluate(case, potential, *_with_day(week, plan, weekday, []))
    below: list[list[AsEdges]] = [[] for _ in _rows(week, weekday)]
    for window in _steps(week, weekday, best, earlier):
        day = []
        for row, shorter in zip(_rows(week, weekday), below, strict=True):
            here = DayShifts(week, table, row, window, dear(week))
            if is_open and window == best:
                here.take(_edges(week, plan, row))  # the plan itself
            else:
                # What the linear programme says, or the shifts of the rung below, made longer.
                longer = DayShifts(week, table, row, window, dear(week))
                longer.take(shorter)
                here.round(program.solve(row, window, plan.next_hour).curves, price)
                for each in (here, longer):
                    each.improve(price)
                here = max(here, longer, key=lambda each: each.profit - price * each.paid)
            day.append(here)
        if not all(each.is_staffed for each in day):
            continue
        below = [each.shifts() for each in day]
        judged = evaluate(case, potential, *_with_day(week, plan, weekday, day))
        hours, dearer = judged.paid_hours - before.paid_hours, _cost(judged) - _cost(before)
        hours_cost = hours * plan.next_hour
        missed = judged.penalty - before.penalty
        gained = judged.profit_draws - before.profit_draws - missed - hours_cost
        rungs.append(
            Rung(
                opens_minute=(week.first + window[0]) * case.period_minutes,
                closes_minute=(week.first + window[-1]) * case.period_minutes,
                earns=judged.margin - before.margin,
                costs=dearer,
                paid_hours=hours,
                hours_cost=hours_cost,
                break_even=max(dearer + hours_cost, 0.0) / worth,
                chance=float((gained > 0).mean()),
                shifts=sum(map(len, below)),
                against=_against(in_force(case), judged.hours, weekday),
                profit=judged.objective - judged.penalty,
            )
        )
        before = judged
    return rungs


def _rows(week: Week, weekday: int) -> range:
    """The rows of a weekday in the optimiser's week: one for each role."""
    return range(weekday, len(week.labour), 7)


def _steps(week: Week, weekday: int, best: Window, earlier: bool) -> list[Window]:
    """The windows to climb through: all doors but the last one (or the first) where they are."""
    permitted = week.windows if len(best) == 2 else week.halves
    doors = np.searchsorted(week.doors, best)
    if earlier:
        firsts = week.doors[permitted[weekday, :, doors[1]]][::-1]
        return [(first, *best[1:]) for first in firsts.tolist()]
    lasts = week.doors[permitted[weekday, doors[-2]]]
    return [(*best[:-1], last) for last in lasts.tolist()]


def _cost(evaluation: Evaluation) -> float:
    return evaluation.wage_cost + evaluation.opening_cost + evaluation.penalty


def _against(case: Case, hours: OpeningHours, weekday: int) -> str:
    """The first rule on the week that hours break in which one weekday was changed."""
    rest = case.labour.rest_hours
    for day in (weekday - 1, weekday):
        closes, opens = hours.closing_minute(day % 7), hours.opening_minute((day + 1) % 7)
        if (
            closes is not None
            and opens is not None
            and opens + MINUTES_PER_DAY - closes < 60 * rest - 1e-6
        ):
            return say("{hours} hours of rest from closing to opening", hours=count(rest))
    if case.hours.per_week is not None:
        least, most = case.hours.per_week
        if not least - 1e-6 <= hours.weekly_hours <= most + 1e-6:
            return say("open {least} to {most} hours a week",
                       least=count(least), most=count(most))  # fmt: skip
    windows = [hours.windows(day) for day in range(7)]
    if case.hours.tidy.same_weekdays and weekday < 5 and len(set(filter(None, windows[:5]))) > 1:
        return say("Monday to Friday alike")
    if len(set(filter(None, windows))) > case.hours.tidy.patterns:
        return at_most_patterns(case.hours.tidy.patterns)
    return ""


def at_most_patterns(most: int) -> Said:
    """The rule on different opening times, in words."""
    return say("at most {most} different opening times", most=most)


def count(value: float) -> Number:
    """Hours as one says them: 160, or 37.5."""
    return Number(value, 0 if value == int(value) else 1)


def _best_window(week: Week, plan: Plan, weekday: int) -> Window:
    """Edges of the span between which the plan opens a weekday, or would best open it."""
    minutes = [minute for window in plan.hours.windows(weekday) for minute in window]
    if minutes:
        return tuple(minute // week.case.period_minutes - week.first for minute in minutes)
    bounds = Bounds(week)
    days = bounds.best(int(week.pattern[weekday]), plan.next_hour, must_open=True)[1]
    return next(day.window for day in days if day.weekday == weekday)


def _edges(week: Week, plan: Plan, row: int) -> list[AsEdges]:
    """Start, end and start of the break of everybody whom the plan has at work in a row."""
    names = [role.name for role in week.case.role] or [""]

    def edge(minute: int) -> int:
        return minute // week.case.period_minutes - week.first

    return [
        (
            edge(shift.start_minute),
            edge(shift.end_minute),
            None if shift.break_start_minute is None else edge(shift.break_start_minute),
        )
        for shift in plan.shifts
        if shift.weekday == row % 7 and shift.role == names[row // 7]
        for _ in range(shift.count)
    ]


def _with_day(
    week: Week, plan: Plan, weekday: int, day: list[DayShifts]
) -> tuple[np.ndarray, np.ndarray]:
    """Opening (W,) and staff (R, W) of the plan with one weekday exchanged, or closed by []."""
    closed = np.repeat(np.arange(7) == weekday, week.case.grid.periods_per_day)
    opening, staff = on_the_clock(week, day)
    return (
        np.where(closed, opening, plan.opening),
        np.where(closed, staff, plan.staff_by_role),
    )


def on_the_clock(week: Week, days: Iterable[DayShifts]) -> tuple[np.ndarray, np.ndarray]:
    """Opening, bool of shape (W,), and staff by role, int of shape (R, W), of some days."""
    per_day = week.case.grid.periods_per_day
    opening = np.zeros((7, per_day), dtype=bool)
    staff = np.zeros((len(week.labour) // 7, 7, per_day), dtype=int)
    span = slice(week.first, week.first + week.periods)
    for day in days:
        role, weekday = divmod(day.weekday, 7)
        opening[weekday, span] = week.open_within(day.window)
        staff[role, weekday, span] = day.staff
    return opening.ravel(), staff.reshape(len(staff), -1)
