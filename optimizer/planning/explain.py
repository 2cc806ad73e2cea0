"""Why this plan: what each further half hour earns and costs, what each rule costs, and how much
work is worth having.

All answers come from the engine, so that they are there at once; what is shown of a plan is always
what `evaluate` says of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.case import Case
from optimizer.opening import OpeningHours
from optimizer.planning.bounds import AtPrice, Bounds, DayProgram, dear
from optimizer.planning.curves import AsEdges
from optimizer.planning.engine import whole_days
from optimizer.planning.evaluate import Evaluation, evaluate
from optimizer.planning.exchange import DayShifts, ShiftTable
from optimizer.planning.hours import optimize
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential
from optimizer.planning.rules import legal_hours
from optimizer.planning.week import Week, week_of

ROUGH = 2e-3  # share of a day's bound that a level of the frontier may miss
ANY_HOUR = OpeningHours.parse("24/7")


@dataclass(frozen=True)
class Rung:
    """One closing time of a weekday, beside the closing time before it.

    Each has the shifts that are best for it: a longer day may need a new shift, or none where the
    shortest shift reaches that far anyway.

    Parameters
    ----------
    closes_minute
        After midnight.
    earns
        More contribution margin a week than with the rung before, on average.
    costs
        More wages and opening cost.
    paid_hours
        More paid hours.
    hours_cost
        What those hours would earn elsewhere, where the weekly limit binds.
    chance
        Share of the draws of demand in which it earns more than it costs, these hours counted.
    profit
        Of the whole week when the day closes then.
    """

    closes_minute: int
    earns: float
    costs: float
    paid_hours: float
    hours_cost: float
    chance: float
    profit: float

    @property
    def pays(self) -> bool:
        """Whether the rung earns more than it costs, on average."""
        return self.earns > self.costs + self.hours_cost


def price_ladder(case: Case, potential: Potential, plan: Plan, weekday: int) -> list[Rung]:
    """What each later closing time of one weekday earns and costs, the rest of the plan as it is.

    The doors open when the plan opens them, or, on a day it leaves closed, when it would be best.
    The first rung stands beside a closed day; a day that may not open has none.
    """
    week = week_of(case, potential)
    if not week.windows[weekday].any():
        return []
    program, table = DayProgram(week), ShiftTable.of(week.rules, week.periods)
    first = _opening_edge(week, plan, weekday)
    price = plan.next_hour * week.hour
    rungs: list[Rung] = []
    before = evaluate(case, potential, *_with_day(week, plan, weekday, None))
    below: list[AsEdges] = []
    for last in week.doors[week.windows[weekday, np.searchsorted(week.doors, first)]].tolist():
        # Either what the linear programme says, or the shifts of the rung below, made longer.
        tries = [DayShifts(week, table, weekday, (first, last), dear(week)) for _ in range(2)]
        tries[0].round(program.solve(weekday, (first, last), plan.next_hour).curves, price)
        tries[1].take(below)
        for day in tries:
            day.improve(price)
        day = max(tries, key=lambda day: day.profit - price * day.paid)
        if not day.is_staffed:
            continue
        below = day.shifts()
        here = evaluate(case, potential, *_with_day(week, plan, weekday, day))
        hours = here.paid_hours - before.paid_hours
        hours_cost = hours * plan.next_hour
        gained = here.profit_draws - before.profit_draws - hours_cost
        rungs.append(
            Rung(
                closes_minute=(week.first + last) * case.period_minutes,
                earns=here.margin - before.margin,
                costs=_cost(here) - _cost(before),
                paid_hours=hours,
                hours_cost=hours_cost,
                chance=float((gained > 0).mean()),
                profit=here.objective,
            )
        )
        before = here
    return rungs


def _cost(evaluation: Evaluation) -> float:
    return evaluation.wage_cost + evaluation.opening_cost


def _opening_edge(week: Week, plan: Plan, weekday: int) -> int:
    """The edge of the span at which the plan opens a weekday, or would best open it."""
    opens = plan.hours.opening_minute(weekday)
    if opens is not None:
        return opens // week.case.period_minutes - week.first
    bounds = Bounds(week)
    days = bounds.best(int(week.pattern[weekday]), plan.next_hour, must_open=True)[1]
    return next(day.window[0] for day in days if day.weekday == weekday)


def _with_day(
    week: Week, plan: Plan, weekday: int, day: DayShifts | None
) -> tuple[np.ndarray, np.ndarray]:
    """Opening and staff of the plan with one weekday exchanged, or closed, shape (W,) each."""
    opening, staff = (part.reshape(7, -1).copy() for part in (plan.opening, plan.staff))
    opening[weekday], staff[weekday] = False, 0
    if day is not None:
        opening[weekday, week.first + day.window[0] : week.first + day.window[1]] = True
        staff[weekday, week.first : week.first + week.periods] = day.staff
    return opening.ravel(), staff.ravel()


@dataclass(frozen=True, eq=False)
class Level:
    """The best that the engine makes of some amount of work.

    `price` is what an hour of work must earn at this level; `evaluation` holds paid hours, margin,
    wages and profit; no plan with these hours has a profit above `bound`.
    """

    price: float
    evaluation: Evaluation
    bound: float


def frontier(case: Case, potential: Potential, points: int = 20) -> list[Level]:
    """Profit and margin against paid hours, from little work to as much as pays.

    Each level is a plan without shortage of hours at some price of an hour; prices are placed where
    the levels lie farthest apart (M. J. Eisner and D. G. Severance, "Mathematical techniques for
    efficient record segmentation", 1976). The limit on paid hours of the case is left aside.
    """
    week = replace(week_of(case, potential), limit=None)
    bounds, table = Bounds(week, close=ROUGH), ShiftTable.of(week.rules, week.periods)
    found = list(_spread(bounds, points))
    levels = []
    for point in found:
        opening = np.zeros((7, case.grid.periods_per_day), dtype=bool)
        staff = opening.astype(int)
        for day in whole_days(week, point, table):
            opening[day.weekday, week.first + day.window[0] : week.first + day.window[1]] = True
            staff[day.weekday, week.first : week.first + week.periods] = day.staff
        here = evaluate(case, potential, opening.ravel(), staff.ravel())
        bound = min(other.bound + other.price * here.paid_hours for other in found)
        levels.append(Level(point.price, here, bound))
    levels.sort(key=lambda level: (level.evaluation.paid_hours, -level.evaluation.objective))
    profit = np.array([level.evaluation.objective for level in levels])
    best_before = np.concatenate([[-np.inf], np.maximum.accumulate(profit)[:-1]])
    return [levels[k] for k in np.flatnonzero(profit > best_before)]


def _spread(bounds: Bounds, points: int) -> Iterator[AtPrice]:
    """Weeks at prices from 0 to the one at which hardly anything pays, spread over paid hours."""
    ends = [bounds.at(price) for price in (bounds.dearest, 0.0)]
    yield from ends
    gaps = [(ends[0], ends[1])] if ends[1].hours - ends[0].hours > 1e-6 else []
    for _ in range(points - 2):
        if not gaps:
            return
        few, many = gaps.pop(int(np.argmax([many.hours - few.hours for few, many in gaps])))
        price = (many.bound - few.bound + many.hours * many.price - few.hours * few.price) / (
            many.hours - few.hours
        )
        here = bounds.at(price)
        lowest = few.bound - few.hours * (price - few.price)
        if here.bound - lowest > 1e-6 * abs(lowest):
            gaps += [
                pair for pair in ((few, here), (here, many)) if pair[1].hours - pair[0].hours > 1e-6
            ]
            yield here


@dataclass(frozen=True)
class RulePrice:
    """What a rule costs a week, in the unit of the plan: between `least` and `most`."""

    rule: str
    least: float
    most: float


def rule_prices(case: Case, potential: Potential) -> list[RulePrice]:
    """What the plan would earn more without each of the rules that the case sets itself or obeys.

    A range, since the engine knows each profit only between its plan and its bound.
    """
    bound_by = optimize(case, potential, time_limit=0)
    prices = []
    for rule, without in _relaxed(case):
        free = optimize(without, potential, time_limit=0)
        least = max(free.objective - bound_by.bound, 0.0)
        prices.append(RulePrice(rule, least, max(free.bound - bound_by.objective, least)))
    return sorted(prices, key=lambda price: -price.most)


def _relaxed(case: Case) -> Iterator[tuple[str, Case]]:
    """Each rule in words, with the case that does without it."""
    hours, tidy, labour = case.hours, case.hours.tidy, case.labour
    if case.paid_hours_limit is not None:
        free = replace(case, labour=replace(labour, hours_per_week=None), employee=())
        yield f"at most {case.paid_hours_limit:g} paid hours a week", free
    if legal_hours(case) is not None:
        yield "legal hours", replace(case, hours=replace(hours, legal=ANY_HOUR))
    if hours.obligatory is not None:
        yield "obligatory hours", replace(case, hours=replace(hours, obligatory=None))
    if tidy.same_weekdays:
        alike = replace(tidy, same_weekdays=False)
        yield "Monday to Friday alike", replace(case, hours=replace(hours, tidy=alike))
    if tidy.patterns < 7:
        any_number = replace(tidy, patterns=7)
        free = replace(case, hours=replace(hours, tidy=any_number))
        yield f"at most {tidy.patterns} different opening times", free
    if hours.per_week is not None:
        least, most = hours.per_week
        free = replace(case, hours=replace(hours, per_week=None))
        yield f"open {least:g} to {most:g} hours a week", free
    if case.service.min_staff > 1:
        alone = replace(case, service=replace(case.service, min_staff=1))
        yield f"at least {case.service.min_staff} people", alone
