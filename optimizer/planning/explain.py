"""What a plan is up against: what each rule costs, hours kept free, and how much work is worth
having.

All answers come from the engine, so that they are there at once; what is shown of a plan is always
what `evaluate` says of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.case import Case
from optimizer.language import say
from optimizer.opening import OpeningHours, Window
from optimizer.planning.bounds import AtPrice, Bounds
from optimizer.planning.engine import whole_days
from optimizer.planning.evaluate import Evaluation, costs, evaluate
from optimizer.planning.exchange import ShiftTable
from optimizer.planning.hours import optimize
from optimizer.planning.ladder import at_most_patterns, count, on_the_clock
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential
from optimizer.planning.rules import legal_hours
from optimizer.planning.week import week_of

ROUGH = 3e-3  # share of a day's bound that a level of the frontier may miss
ANY_HOUR = OpeningHours.parse("24/7")


@dataclass(frozen=True, eq=False)
class FreeTime:
    """What it costs to keep some hours of the week free, in the unit of the plan.

    Parameters
    ----------
    plan
        The best week with the door closed in them.
    costs
        What it earns less a week, wages saved counted.
    open_hours
        Hours a week in which the doors would else be open.
    earned_per_hour
        What each of them earns for somebody who stands there unpaid, in the place of one paid
        person: the price of an owner's own hour.
    """

    plan: Plan
    costs: float
    open_hours: float
    earned_per_hour: float


def price_of_free(case: Case, potential: Potential, plan: Plan, free: OpeningHours) -> FreeTime:
    """What keeping some hours of every week free costs, all other hours chosen anew.

    Raises
    ------
    PlanError
        No plan obeys every rule then, for instance because those hours are obligatory.
    """
    windows = [_without(case.hours.candidate.windows(d), free.windows(d)) for d in range(7)]
    rest = replace(case, hours=replace(case.hours, candidate=OpeningHours.daily(windows)))
    other = optimize(rest, potential, time_limit=0)
    costs_of_free = max(plan.objective - other.objective, 0.0)
    kept_free = plan.opening * free.week_share(case.grid)
    open_hours = float(kept_free.sum()) * case.grid.period_hours
    pay = float(kept_free @ costs(case, potential).labour)
    return FreeTime(
        plan=other,
        costs=costs_of_free,
        open_hours=open_hours,
        earned_per_hour=(costs_of_free + pay) / open_hours if open_hours else 0.0,
    )


def _without(windows: Iterable[Window], free: Iterable[Window]) -> list[Window]:
    """What of some windows lies outside of others."""
    left = list(windows)
    for start, end in free:
        left = [
            part for a, b in left for part in ((a, min(b, start)), (max(a, end), b))
            if part[0] < part[1]
        ]  # fmt: skip
    return left


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
        opening, staff = on_the_clock(week, whole_days(week, point, table))
        here = evaluate(case, potential, opening, staff)
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


def rule_prices(case: Case, potential: Potential, plan: Plan) -> list[RulePrice]:
    """What the plan would earn more without each of the rules that the case sets itself or obeys.

    A range, since the engine knows the profit without a rule only between its plan and its bound.
    """
    prices = []
    for rule, without in _relaxed(case):
        free = optimize(without, potential, time_limit=0)
        least = max(free.objective - plan.bound, 0.0)
        prices.append(RulePrice(rule, least, max(free.bound - plan.objective, least)))
    return sorted(prices, key=lambda price: -price.most)


def _relaxed(case: Case) -> Iterator[tuple[str, Case]]:
    """Each rule in words, with the case that does without it."""
    hours, tidy, labour = case.hours, case.hours.tidy, case.labour
    if case.paid_hours_limit is not None:
        free = replace(case, labour=replace(labour, hours_per_week=None), employee=())
        limit = count(case.paid_hours_limit)
        yield say("at most {hours} paid hours a week", hours=limit), free
    if legal_hours(case) is not None:
        yield say("legal hours"), replace(case, hours=replace(hours, legal=ANY_HOUR))
    if hours.obligatory is not None:
        yield say("obligatory hours"), replace(case, hours=replace(hours, obligatory=None))
    if tidy.same_weekdays:
        alike = replace(tidy, same_weekdays=False)
        yield say("Monday to Friday alike"), replace(case, hours=replace(hours, tidy=alike))
    if tidy.patterns < 7:
        any_number = replace(tidy, patterns=7)
        free = replace(case, hours=replace(hours, tidy=any_number))
        yield at_most_patterns(tidy.patterns), free
    if hours.per_week is not None:
        least, most = hours.per_week
        free = replace(case, hours=replace(hours, per_week=None))
        open_hours = {"least": count(least), "most": count(most)}
        yield say("open {least} to {most} hours a week", **open_hours), free
    if case.service.min_staff > 1:
        alone = replace(case, service=replace(case.service, min_staff=1))
        yield say("at least {people} people", people=case.service.min_staff), alone
