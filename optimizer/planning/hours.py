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
from optimizer.opening import OpeningHours
from optimizer.planning.curves import (
    COVER,
    INSIDE,
    LONGEST,
    OBLIGATORY,
    OPEN_AT_ALL,
    REST,
    AsEdges,
    choose_windows,
    form_shifts,
    paired,
)
from optimizer.planning.engine import Found, find, pruned
from optimizer.planning.milp import Model
from optimizer.planning.plan import Plan, Shift
from optimizer.planning.response import Potential
from optimizer.planning.week import Week, week_of

BUDGET = "paid hours stay within the weekly limit"
PER_WEEK = "the week is open as long as hours.per_week says"

_NOTHING = 0.01  # a cent, or a hundredth of a customer: smaller differences are none
_SECONDS_TO_SAY_WHY = 10.0  # for a case in which the engine finds no plan


@dataclass(frozen=True, eq=False)
class Decision:
    """A plan on the optimiser's grid.

    Parameters
    ----------
    open_
        Open periods, bool of shape (7, T).
    shifts
        Of each weekday: start, end and start of the break of everybody, as edges.
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
        No plan obeys every rule (the message names the rules at odds), or the solver failed.
    """
    started = time.perf_counter()
    week = week_of(case, potential)
    found = find(week)
    if found is None:
        decision = prove(week, max(time_limit, _SECONDS_TO_SAY_WHY), gap)
    else:
        decision = _from_engine(week, found)
        if decision.gap > gap and time_limit > 0:
            decision = _improve(week, found, decision, time_limit, gap)
    seconds = time.perf_counter() - started
    next_hour = 0.0 if found is None else found.price
    return _plan(week, potential.unit, decision, gap, next_hour, seconds)


def _from_engine(week: Week, found: Found) -> Decision:
    open_ = np.zeros(week.allowed.shape, dtype=bool)
    shifts: list[list[AsEdges]] = [[] for _ in range(7)]
    for day in found.days:
        open_[day.weekday, slice(*day.window)] = True
        shifts[day.weekday] = day.shifts()
    return Decision(open_, shifts, found.profit, max(found.bound, found.profit))


def _improve(
    week: Week, found: Found, decision: Decision, time_limit: float, gap: float
) -> Decision:
    """Search what the engine's bound has left; its plan stands if nothing better comes of it."""
    try:
        proven = prove(pruned(week, found), time_limit, gap)
    except PlanError:  # the solver died or ran out of time
        return decision
    best = proven if proven.profit > decision.profit else decision
    return replace(best, bound=max(min(proven.bound, decision.bound), best.profit))


def prove(week: Week, time_limit: float, gap: float) -> Decision:
    """The integer programme of the whole week."""
    model = Model()
    # A constant, so that the solver measures its gap on the money that is shown.
    model.variables("kept of closed days", (1,), lower=1, upper=1, gain=week.kept)
    open_, days = choose_windows(model, week)
    staff, curves = form_shifts(model, week, week.labour)
    least, further = week.case.service.min_staff, week.gain_more.shape[2]
    more = model.variables("further people", week.gain_more.shape, upper=1, gain=week.gain_more)
    model.constrain("nobody while closed", (1, more), (-1, open_[..., None]), upper=0)
    each = [(-1, more[..., k]) for k in range(further)]
    model.constrain(COVER, (1, staff), (-least, open_), *each, lower=0, upper=0)
    if week.limit is not None:
        hours = ((week.hour, staff), (week.duty, days))
        model.constrain_sum(BUDGET, *hours, upper=week.limit, is_rule=True)
    if week.case.hours.per_week is not None:
        shortest, longest = week.open_hours
        hours_open = (week.hour, open_)
        model.constrain_sum(PER_WEEK, hours_open, lower=shortest, upper=longest, is_rule=True)
    solution = model.solve(time_limit, gap)
    if solution.status == "infeasible":
        raise _refusal(model.conflict())
    counted = {name: solution[columns].astype(int) for name, columns in curves.items()}
    return Decision(
        open_=solution[open_] > 0.5,
        shifts=[paired({name: curve[day] for name, curve in counted.items()}) for day in range(7)],
        profit=solution.objective,
        bound=solution.bound,
    )


def _refusal(conflict: dict[str, float]) -> PlanError:
    """No plan obeys every rule: which ones are at odds, and the ways out."""
    cures = {
        INSIDE: "allow wider candidate or legal hours",
        LONGEST: "state other legal hours",
        OBLIGATORY: "shorten the obligatory hours",
        REST: "allow a shorter rest",
        OPEN_AT_ALL: "leave the shop closed",
        PER_WEEK: "ask for other hours per week",
        BUDGET: f"allow {conflict.get(BUDGET, 0):.1f} more paid hours a week",
    }
    if set(conflict) <= {OPEN_AT_ALL}:
        return PlanError(
            "no shifts give the staff that any open day needs",
            cure="Look at labour.shift_hours, service.min_staff and service.max_staff.",
        )
    ways = "; or ".join(cures[rule] for rule in conflict)
    return PlanError(
        f"no plan obeys every rule: it cannot be that {', and that '.join(conflict)}",
        cure=f"{ways[0].upper()}{ways[1:]}.",
    )


def _plan(
    week: Week, unit: str, decision: Decision, gap: float, next_hour: float, seconds: float
) -> Plan:
    """From edges of the span to the clock; the price of idle people is given back."""
    grid = week.case.grid
    opening = np.zeros((7, grid.periods_per_day), dtype=bool)
    opening[:, week.first : week.first + week.periods] = decision.open_
    shifts = _shifts(week, decision)
    nobody = np.zeros(grid.periods_per_week, dtype=int)
    staff = sum((shift.present(grid.period_minutes) for shift in shifts), nobody)
    shown = replace(
        decision,
        profit=decision.profit + week.idle_price * week.hour * float(staff.sum()),
        bound=decision.bound + week.idle_price * (week.limit or 0.0),
    )
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
    )


def _shifts(week: Week, decision: Decision) -> tuple[Shift, ...]:
    """People who work the same hours together, in order of the clock."""
    minutes = week.case.period_minutes

    def clock(edge: int) -> int:
        return (week.first + edge) * minutes

    counted: Counter[Shift] = Counter()
    for weekday, shifts in enumerate(decision.shifts):
        for start, end, away in shifts:
            shift = Shift(weekday, clock(start), clock(end))
            if away is not None:
                length = week.rules.away * minutes
                shift = replace(shift, break_start_minute=clock(away), break_minutes=length)
            counted[shift] += 1
    together = [replace(shift, count=count) for shift, count in counted.items()]
    return tuple(
        sorted(together, key=lambda shift: (shift.weekday, shift.start_minute, shift.end_minute))
    )
