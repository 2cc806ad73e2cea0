"""What if: other facts side by side, the assumptions that matter most, and choices under doubt.

Every plan here is the engine's, found in a fraction of a second and always the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.demand.demand import Demand
from optimizer.errors import CaseError, PlanError
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.plan import Plan
from optimizer.planning.potential import potential
from optimizer.planning.response import Potential

AS_STATED = "as stated"
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
        Name of the what-if to the fields that it changes: `{"wages": {"economics.wage": 15.91}}`.

    Returns
    -------
    `hours` today (as a what-if states them), their `profit`, the `best_hours`, their `best_profit`
    with its 5th and 95th percentile, `gain` of the best over today's, and `best_paid_hours` a week;
    money, or customers where no money is known, per week.

    Raises
    ------
    CaseError
        A field does not exist, or changes what was counted: then the demand is another one, too.
    """
    rows = {}
    for name, change in {AS_STATED: {}, **changes}.items():
        other = with_changes(case, change)
        if other.grid != demand.grid or other.data != case.data:
            raise CaseError(
                "a what-if cannot change the clock, the periods or the data",
                where=name,
                cure="Make it a case of its own.",
            )
        whom = potential(other, demand)
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
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("what_if")


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
                    f"{factor * wage:.2f} an hour",
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
                    f"{margin:.0%}",
                    case,
                    replace(whom, value=whom.value * margin / facts.margin),
                )
                for margin in (min(factor * facts.margin, 1.0) for factor in factors)
            ],
        )
        sale = float(whom.value.mean() / facts.margin)
        yield (
            "average sale",
            [
                (f"{factor * sale:.2f}", case, replace(whom, value=factor * whom.value))
                for factor in factors
            ],
        )
    yield (
        "demand",
        [
            (f"{factor - 1:+.0%}", case, replace(whom, customers=factor * whom.customers))
            for factor in factors
        ],
    )
    yield (
        "share lost",
        [
            (
                f"{share:.0%}",
                case,
                potential(with_changes(case, {"displacement.lost": (share, share, share)}), demand),
            )
            for share in np.quantile(whom.lost, [0.05, 0.95]).tolist()
        ],
    )


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
