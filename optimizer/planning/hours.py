"""Opening hours, staff and shifts in one optimisation.

For every weekday one opening window, how many people are at work in each period, and shifts that
provide exactly them, so that the week earns as much as it can. The engine gives a plan and a bound
on all plans at once (see `engine`); where that is not proof enough an integer programme, in a child
process, searches what the bound has left (see `curves` and `milp`).
"""

import time
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from optimizer.case import Case
from optimizer.errors import PlanError
from optimizer.firmness import Rules
from optimizer.opening import OpeningHours
from optimizer.planning.conflict import is_impossible, refusal
from optimizer.planning.curves import (
    COVER,
    AsEdges,
    choose_windows,
    form_shifts,
    paired,
    whole,
)
from optimizer.planning.engine import Found, find, pruned
from optimizer.planning.house_rules import firmly, missed
from optimizer.planning.milp import Model
from optimizer.planning.plan import Plan, Shift
from optimizer.planning.priced import price_rules
from optimizer.planning.response import Potential
from optimizer.planning.week import Week, week_of

BUDGET = "paid hours stay within the weekly limit"
PER_WEEK = "the week is open as long as hours.per_week says"

ENGINE_IGNORES = ("open_hours", "paid_hours", "rest", "patterns", "same_weekdays")
_NOTHING = 0.01  # a cent, or a hundredth of a customer: smaller differences are none
_SECONDS_TO_SEEK = 8.0  # a plan, where the engine finds none


@dataclass(frozen=True, eq=False)
class Decision:
    """A plan on the optimiser's grid.

    Parameters
    ----------
    open_
        Open periods, bool of shape (7, T).
    shifts
        Of each weekday, role by role: start, end and start of the break of everybody, as edges.
    """

    open_: np.ndarray
    shifts: list[list[AsEdges]]
    profit: float
    bound: float

    @property
    def gap(self) -> float:
        """Relative distance to the bound; 0 where it is less than a cent."""
        missing = self.bound - self.profit
        return missing / max(abs(self.profit), _NOTHING) if missing > _NOTHING else 0.0


def optimize(
    case: Case, potential: Potential, *, time_limit: float = 30.0, gap: float = 1e-4
) -> Plan:
    """The opening hours, staff and shifts that earn most in a typical week.

    Parameters
    ----------
    time_limit
        Seconds for the proof; the best plan found by then is returned with its proven gap. With 0
        it is the engine's plan, in a fraction of a second and always the same one.
    gap
        Relative distance to the bound at which a plan counts as optimal.

    Raises
    ------
    PlanError
        No plan obeys every rule, or none was found in some seconds: the message names the rules at
        odds and the ways out.
    """
    started = time.perf_counter()
    week = week_of(case, potential)
    found = find(week)
    if found is None:
        decision = _without_engine(case, potential, week, gap)
    else:
        decision = _from_engine(week, found)
        if case.rules != Rules():
            decision = _with_prices(case, potential, decision)
        if decision.gap > gap and time_limit > 0:
            decision = _improve(week, found, decision, time_limit, gap)
    seconds = time.perf_counter() - started
    next_hour = 0.0 if found is None else found.price
    return _plan(week, potential.unit, decision, gap, next_hour, seconds)


def _without_engine(case: Case, potential: Potential, week: Week, gap: float) -> Decision:
    """What the integer programme makes of a case in which the engine finds no plan."""
    if is_impossible(week):
        raise refusal(case, potential, proven=True)
    try:
        decision = prove(week, _SECONDS_TO_SEEK, gap)
    except PlanError:  # nothing found in time
        raise refusal(case, potential, proven=False) from None
    if decision is None:
        raise refusal(case, potential, proven=True)
    return decision


def _from_engine(week: Week, found: Found) -> Decision:
    open_ = np.zeros(week.allowed.shape, dtype=bool)
    shifts: list[list[AsEdges]] = [[] for _ in week.labour]
    for day in found.days:
        open_[day.weekday % 7] |= week.open_within(day.window)
        shifts[day.weekday] = day.shifts()
    return Decision(open_, shifts, found.profit, max(found.bound, found.profit))


def _with_prices(case: Case, potential: Potential, decision: Decision) -> Decision:
    """The better of three answers to rules with a price, each charged for what it misses.

    One is the engine's own, which knows nothing of most prices; one obeys these rules strictly; and
    one pays for every paid hour above the limit. No price raises the bound of the first.
    """
    tries = [_charged(case, week_of(case, potential), decision)]
    strict = week_of(firmly(case, ENGINE_IGNORES, strict=True), potential)
    if (found := find(strict)) is not None:
        tries.append(_charged(case, strict, _from_engine(strict, found)))
    if (price := case.rules.price("paid_hours")) and case.paid_hours_limit is not None:
        free = week_of(firmly(case, ("paid_hours",), strict=False), potential)
        dearer = replace(free, labour=free.labour + price * free.hour)
        if (found := find(dearer)) is not None:
            charged = price * free.hour * found.paid  # also below the limit
            dear = _from_engine(dearer, found)
            tries.append(_charged(case, free, replace(dear, profit=dear.profit + charged)))
    best = max(tries, key=lambda each: each.profit)
    return replace(best, bound=max(decision.bound, best.profit))


def _charged(case: Case, week: Week, decision: Decision) -> Decision:
    """The decision less the price of the rules that it misses and that the week did not know."""
    plan = _plan(week, "", decision, 0.0, 0.0, 0.0)
    known = ("min_staff", "obligatory")  # part of the gains already
    rules = missed(case, plan.opening.astype(float), plan.staff_by_role, plan.paid_hours)
    cost = sum(rule.cost for rule in rules if rule.rule not in known)
    return replace(decision, profit=decision.profit - cost)


def _improve(
    week: Week, found: Found, decision: Decision, time_limit: float, gap: float
) -> Decision:
    """Search what the engine's bound has left; its plan stands if nothing better comes of it."""
    try:
        known = replace(found, profit=decision.profit)  # less the prices that the engine ignores
        proven = prove(pruned(week, known), time_limit, gap)
    except PlanError:  # the solver died or ran out of time
        return decision
    if proven is None:  # no plan is better than the one known by more than rounding
        return decision
    best = proven if proven.profit > decision.profit else decision
    return replace(best, bound=max(min(proven.bound, decision.bound), best.profit))


def prove(week: Week, time_limit: float, gap: float) -> Decision | None:
    """The integer programme of the whole week; None where no plan obeys every rule."""
    model = Model()
    # A constant, so that the solver measures its gap on the money that is shown.
    model.variables("kept of closed days", (1,), lower=1, upper=1, gain=week.kept)
    open_, days, doors = choose_windows(model, week)
    staff, curves = form_shifts(model, week, week.labour)
    further = week.gain_more.shape[2]
    there = np.arange(further) < week.further[..., None]
    more = model.variables("further people", there.shape, upper=there, gain=week.gain_more)
    in_each_role = np.tile(open_, (len(staff) // 7, 1))
    model.constrain("nobody while closed", (1, more), (-1, in_each_role[..., None]), upper=0)
    each = [(-1, more[..., k]) for k in range(further)]
    needed = (-week.least, in_each_role)
    model.constrain(COVER, (1, staff), needed, *each, lower=0, upper=0)
    price_rules(model, week, open_, days, doors, staff)
    if week.limit is not None and np.isinf(week.limit_price):
        hours = ((week.hour, staff), (week.duty, days))
        model.constrain_sum(BUDGET, *hours, upper=week.limit)
    if week.open_hours != (0.0, 168.0):
        shortest, longest = week.open_hours
        hours_open = (week.hour, open_)
        model.constrain_sum(PER_WEEK, hours_open, lower=shortest, upper=longest)
    solution = model.solve(time_limit, gap)
    if solution.status == "infeasible":
        return None
    counted = whole({name: solution[columns] for name, columns in curves.items()})
    return Decision(
        open_=solution[open_] > 0.5,
        shifts=[
            paired({name: curve[row] for name, curve in counted.items()})
            for row in range(len(staff))
        ],
        profit=solution.objective,
        bound=solution.bound,
    )


def _plan(
    week: Week, unit: str, decision: Decision, gap: float, next_hour: float, seconds: float
) -> Plan:
    """From edges of the span to the clock; the price of idle people is given back."""
    grid = week.case.grid
    opening = np.zeros((7, grid.periods_per_day), dtype=bool)
    opening[:, week.first : week.first + week.periods] = decision.open_
    shifts = _shifts(week, decision)
    names = [role.name for role in week.case.role] or [""]
    by_role = np.zeros((len(names), grid.periods_per_week), dtype=int)
    for shift in shifts:
        by_role[names.index(shift.role)] += shift.present(grid.period_minutes)
    staff = by_role.sum(axis=0)
    idle = week.idle_price * week.hour * float(staff.sum())
    most_idle = max(idle, week.idle_price * (week.limit or 0.0))
    shown = replace(decision, profit=decision.profit + idle, bound=decision.bound + most_idle)
    return Plan(
        opening=opening.ravel(),
        staff=staff,
        shifts=shifts,
        status="optimal" if shown.gap <= gap else "feasible",
        objective=shown.profit,
        bound=shown.bound,
        gap=shown.gap,
        next_hour=next_hour,
        seconds=seconds,
        hours=OpeningHours.from_week(opening.ravel(), grid),
        duty_hours=week.duty * int(opening.any(axis=1).sum()),
        unit=unit,
        notes=week.notes,
        role_staff=by_role if week.case.role else None,
    )


def _shifts(week: Week, decision: Decision) -> tuple[Shift, ...]:
    """People who work the same hours together, in order of the clock."""
    minutes = week.case.period_minutes

    def clock(edge: int) -> int:
        return (week.first + edge) * minutes

    counted: Counter[Shift] = Counter()
    names = [role.name for role in week.case.role] or [""]
    for row, shifts in enumerate(decision.shifts):
        for start, end, away in shifts:
            shift = Shift(row % 7, clock(start), clock(end), role=names[row // 7])
            if away is not None:
                length = week.rules.away * minutes
                shift = replace(shift, break_start_minute=clock(away), break_minutes=length)
            counted[shift] += 1
    together = [replace(shift, count=count) for shift, count in counted.items()]
    return tuple(
        sorted(together, key=lambda shift: (shift.weekday, shift.start_minute, shift.end_minute))
    )
