"""What if: other facts side by side, the assumptions that matter most, and choices under doubt.

Every plan here is the engine's, found in a fraction of a second and always the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.demand.demand import Demand
from optimizer.errors import CaseError, PlanError
from optimizer.language import Money, Percent, Said, said, say
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.plan import Plan
from optimizer.planning.potential import potential
from optimizer.planning.response import Potential

AS_STATED = say("as stated")
TIMES = "demand"  # in a what-if: so many times the customers, beside the fields of the case
HALVINGS = 7  # of the way to a turning point
STEP = 0.10  # by which wage, margin, sale and demand are moved to see what depends on them


def simplest(case: Case, whom: Potential, plan: Plan, within: float = 0.02) -> Plan:
    """The plan with the fewest different opening times that earns nearly as much.

    Parameters
    ----------
    within
        Share of the plan's profit that easy hours may cost.
    """
    times = len({tuple(day) for day in plan.opening.reshape(7, -1).tolist() if any(day)})
    for few in range(1, times):
        tidy = replace(case.hours.tidy, patterns=few)
        alike = replace(case, hours=replace(case.hours, tidy=tidy))
        try:
            simple = optimize(alike, whom, time_limit=0)
        except PlanError:  # the days that must open have no window in common
            continue
        if simple.objective >= plan.objective - within * abs(plan.objective):
            return simple
    return plan


def compare(case: Case, demand: Demand, changes: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Today's hours and the best hours under other facts, a row for each, the stated ones first.

    Parameters
    ----------
    changes
        Name of the what-if to the fields that it changes: `{"wages": {"economics.wage": 15.91}}`;
        `"demand": 1.4` stands for 1.4 times the customers at every hour.

    Returns
    -------
    `hours` today (as a what-if states them), their `profit`, the `best_hours`, their `best_profit`
    with its 5th and 95th percentile, `gain` of the best over today's, `best_paid_hours` a week and
    the customers `best_lost`; money, or customers where no money is known, per week.

    Raises
    ------
    CaseError
        A field does not exist, or changes what was counted: then the demand is another one, too.
    """
    rows = {}
    for name, change in {AS_STATED: {}, **changes}.items():
        other = with_changes(case, {field: to for field, to in change.items() if field != TIMES})
        if other.grid != demand.grid or other.data != case.data:
            raise CaseError(
                say("a what-if cannot change the clock, the periods or the data"),
                where=name,
                cure=say("Make it a case of its own."),
            )
        times = _times(change.get(TIMES, 1.0), name)
        whom = potential(other, replace(demand, draws=times * demand.draws))
        hours = other.hours.current or OpeningHours.from_week(demand.open_share > 0, demand.grid)
        plan = optimize(other, whom, time_limit=0)
        today, best = evaluate(other, whom, hours), evaluate(other, whom, plan)
        low, high = np.quantile(best.profit_draws, [0.05, 0.95])
        rows[name] = {
            "hours": str(hours),
            "profit": today.objective,
            "best_hours": str(plan.hours),
            "best_profit": best.objective,
            "best_profit_p05": low,
            "best_profit_p95": high,
            "gain": best.objective - today.objective,
            "best_paid_hours": best.paid_hours,
            "best_lost": best.lost,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("what_if")


def _times(value: Any, where: str) -> float:
    """The factor on demand that a what-if names."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return float(value)
    raise CaseError(
        say('"{value}" is not a number above 0', value=str(value)),
        where=f"{where}: {TIMES}",
        cure=say("Write 1.4 for two fifths more customers."),
    )


@dataclass(frozen=True)
class Swing:
    """What a plan gains over today's hours if one assumption is off, low and high.

    `low` and `high` say the assumed values in words; gains are means per week; the hours are those
    that would be best then.
    """

    assumption: str
    low: str
    high: str
    gain_low: float
    gain_high: float
    hours_low: OpeningHours
    hours_high: OpeningHours

    @property
    def width(self) -> float:
        """How much depends on it."""
        return abs(self.gain_high - self.gain_low)


def tornado(case: Case, demand: Demand, plan: Plan, today: OpeningHours) -> list[Swing]:
    """Which assumptions the gain of a plan over today's hours hangs on, the strongest first.

    Wage, margin, average sale and demand are moved by a tenth; the share of customers that is lost
    to its 5th and 95th percentile. Where no money is known only the last two matter.
    """
    swings = []
    for assumption, sides in _assumptions(case, demand):
        told, gains, hours = zip(
            *(
                (
                    words,
                    evaluate(other, whom, plan).objective - evaluate(other, whom, today).objective,
                    optimize(other, whom, time_limit=0).hours,
                )
                for words, other, whom in sides
            ),
            strict=True,
        )
        swings.append(Swing(assumption, *told, *gains, *hours))
    return sorted(swings, key=lambda swing: -swing.width)


Side = tuple[str, Case, Potential]  # an assumed value in words, and the facts with it


def _assumptions(case: Case, demand: Demand) -> Iterator[tuple[str, list[Side]]]:
    """Each assumption with its low and its high side."""
    whom, facts = potential(case, demand), case.economics
    factors = (1 - STEP, 1 + STEP)
    if whom.in_money:
        wage = facts.labour_cost_per_hour / (1 + facts.on_cost)
        yield (
            "wage",
            [
                (
                    say("{wage} an hour", wage=Money(factor * wage, case.currency)),
                    with_changes(case, {"economics.wage": factor * wage}),
                    whom,
                )
                for factor in factors
            ],
        )
        yield (
            "margin",
            [
                (
                    said(value=Percent(margin)),
                    case,
                    replace(whom, value=whom.value * margin / facts.margin),
                )
                for margin in (min(factor * facts.margin, 1.0) for factor in factors)
            ],
        )
        sale = float(whom.value.mean() / facts.margin)
        yield (
            say("average sale"),
            [
                (
                    said(value=Money(factor * sale, case.currency)),
                    case,
                    replace(whom, value=factor * whom.value),
                )
                for factor in factors
            ],
        )
    yield (
        "demand",
        [
            (_by(factor - 1), case, replace(whom, customers=factor * whom.customers))
            for factor in factors
        ],
    )
    yield (
        say("share lost"),
        [
            (
                said(value=Percent(share)),
                case,
                potential(_losing(case, share), demand),
            )
            for share in np.quantile(whom.lost, [0.05, 0.95]).tolist()
        ],
    )


def _by(change: float) -> Said:
    return said("{sign}{share}", sign="+" if change > 0 else "", share=Percent(change))


@dataclass(frozen=True)
class Regret:
    """How a choice stands up to everything the demand may turn out to be.

    `profit` is its mean per week. `regret` is what it misses, on average, for not being the best of
    the choices in hindsight; `regret_p95` is missed in one case of twenty. `chance_best` is how
    often no other choice is better.
    """

    name: str
    profit: float
    regret: float
    regret_p95: float
    chance_best: float


def regrets(
    case: Case, whom: Potential, choices: Mapping[str, Plan | OpeningHours]
) -> list[Regret]:
    """Choices under doubt, the least regretted in bad cases first (L. J. Savage, 1951)."""
    profit = np.array([evaluate(case, whom, choice).profit_draws for choice in choices.values()])
    missed = profit.max(axis=0) - profit
    found = [
        Regret(
            name=name,
            profit=float(profit[k].mean()),
            regret=float(missed[k].mean()),
            regret_p95=float(np.quantile(missed[k], 0.95)),
            chance_best=float((missed[k] <= 0).mean()),
        )
        for k, name in enumerate(choices)
    ]
    return sorted(found, key=lambda regret: (regret.regret_p95, regret.regret))


def plans_by_demand(case: Case, whom: Potential) -> dict[str, Plan]:
    """The best plan if demand is low, as expected or high: choices to weigh by their regrets.

    Low and high are the fifth of the draws with the least and with the greatest worth of a week.
    """
    worth = whom.value * whom.customers.sum(axis=1)
    order, fifth = np.argsort(worth, kind="stable"), max(len(worth) // 5, 1)
    draws = {
        "if demand is low": order[:fifth],
        "as expected": np.sort(order),
        "if demand is high": order[-fifth:],
    }
    return {name: optimize(case, whom.only(chosen), time_limit=0) for name, chosen in draws.items()}


@dataclass(frozen=True, eq=False)
class Turn:
    """The nearest value of one fact beyond which other hours would earn noticeably more.

    Parameters
    ----------
    fact
        "wage", "margin", "share lost" or "demand" (a factor on the customers).
    stated
        Its value in the case.
    value
        Where the advice turns; above `stated` or below it.
    hours
        The best hours just beyond.
    """

    fact: str
    stated: float
    value: float
    hours: OpeningHours


def turning_points(case: Case, demand: Demand, plan: Plan, within: float = 0.005) -> list[Turn]:
    """What would change the advice: each fact walked down and up until other hours are better.

    Found by halving, since the plan misses the more the farther a fact is from what was stated. A
    fact that may be halved or doubled (a share: be anything) without a turn has none.

    Parameters
    ----------
    within
        Share of the plan's profit that it may miss before other hours count as better.
    """
    turns = []
    for fact, stated, ends, at in _walks(case, demand):
        for end in ends:
            calm, turned = stated, end
            better = _better(*at(end), plan, within)
            if better is None:
                continue
            for _ in range(HALVINGS):
                middle = (calm + turned) / 2
                found = _better(*at(middle), plan, within)
                calm, turned = (middle, turned) if found is None else (calm, middle)
                better = found or better
            turns.append(Turn(fact, stated, turned, better))
    return turns


def _better(case: Case, whom: Potential, plan: Plan, within: float) -> OpeningHours | None:
    """The best hours where they earn noticeably more than the plan."""
    best = optimize(case, whom, time_limit=0)
    judged = evaluate(case, whom, plan)
    missed = best.objective - (judged.objective - judged.penalty)
    return best.hours if missed > within * abs(plan.objective) else None


Walk = tuple[str, float, tuple[float, float], Callable[[float], tuple[Case, Potential]]]


def _walks(case: Case, demand: Demand) -> Iterator[Walk]:
    """Each fact with its stated value, the ends of its walk, and the facts at any value."""
    whom, facts = potential(case, demand), case.economics
    if whom.in_money:
        wage = facts.labour_cost_per_hour / (1 + facts.on_cost)
        yield (
            "wage",
            wage,
            (wage / 2, 2 * wage),
            lambda value: (with_changes(case, {"economics.wage": value}), whom),
        )
        yield (
            "margin",
            facts.margin,
            (facts.margin / 2, min(2 * facts.margin, 1.0)),
            lambda value: (case, replace(whom, value=whom.value * value / facts.margin)),
        )
    yield (
        say("share lost"),
        float(np.median(whom.lost)),
        (0.0, 1.0),
        lambda value: (case, potential(_losing(case, value), demand)),
    )
    yield (
        "demand",
        1.0,
        (0.5, 2.0),
        lambda value: (case, replace(whom, customers=value * whom.customers)),
    )


def _losing(case: Case, share: float) -> Case:
    return with_changes(case, {"displacement.lost": (share, share, share)})
