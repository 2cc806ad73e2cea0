"""Answers as plain tables: the objects that `--json` prints and that the app shows as tables.

Keys are stable; more may be added. An interval is {"mean", "p05", "p50", "p95"}. Weekday 0 is
Monday, `start` is the local clock.
"""

from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.demand.demand import Demand, interval
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.lost import SalesLost
from optimizer.planning.plan import Plan
from optimizer.reporting import sentences
from optimizer.timegrid import clock

Table = dict[str, Any]


def demand_table(demand: Demand, sale: np.ndarray | None, lost: SalesLost) -> Table:
    """Potential of every period of the typical week, and of the hours after closing.

    Parameters
    ----------
    sale
        Net sale per customer in each draw, shape (D,); None leaves the money out.
    lost
        Tells from when until when "after closing" is.
    """
    grid, customers = demand.grid, demand.customers
    kinds = [told.kind for told in demand.evidence]
    own_days = [kind for kind in kinds if kind == "own till"] or kinds
    periods = []
    for w in range(grid.periods_per_week):
        open_now = demand.open_share[w] > 0
        periods.append(
            {
                "store": demand.store,
                "weekday": grid.weekday_of(w),
                "start": grid.start_of(w),
                "open_share": float(demand.open_share[w]),
                "observed_days": int(demand.observed_days[w]),
                "transactions": interval(customers[:, w]),
                "revenue": None if sale is None else interval(customers[:, w] * sale),
                "grade": str(demand.grade[w]),
                "evidence": own_days if open_now else kinds,
            }
        )
    return {
        "periods": periods,
        "evidence": [
            {"store": demand.store, "kind": told.kind, "weight": told.weight, "says": told.says}
            for told in demand.evidence
        ],
        "daily": [_after_closing(demand, sale, lost, day) for day in lost.days.tolist()],
    }


def _after_closing(demand: Demand, sale: np.ndarray | None, lost: SalesLost, day: int) -> Table:
    share = demand.grid.share_between(lost.close, lost.until)[day]
    total = demand.customers.reshape(len(demand.draws), 7, -1)[:, day] @ share
    return {
        "store": demand.store,
        "weekday": day,
        "after": clock(int(lost.close[day])),
        "until": clock(int(lost.until[day])),
        "transactions": interval(total),
        "revenue": None if sale is None else interval(total * sale),
    }


def lost_table(lost: SalesLost) -> Table:
    """Potential = moved + web + lost per week and weekday, and the advice."""

    def parts(rows: slice | int) -> Table:
        def total(draws: np.ndarray) -> np.ndarray:
            return draws[:, rows] if isinstance(rows, int) else draws.sum(1)

        return {
            name: interval(total(getattr(lost, name)))
            for name in ("potential", "moved", "web", "lost")
        }

    return {
        "store": lost.store,
        "per_week": parts(slice(None)),
        "by_weekday": [
            {
                "weekday": day,
                "close": clock(int(lost.close[day])),
                "until": clock(int(lost.until[day])),
                "best_until": clock(int(lost.best_until[day])),
                "sure_until": clock(int(lost.sure_until[day])),
                "pays": bool(lost.pays[day]),
                "profit_if_open": interval(lost.best_profit[:, day]),
                **parts(day),
            }
            for day in lost.days.tolist()
        ],
        "grade": lost.grade,
        "break_even_lost_share": lost.break_even_lost_share,
        "profit_if_open": interval(lost.profit_if_open),
        "advice": lost.advice,
        "because": sentences.because(lost),
        "unit": lost.unit,
    }


def plan_table(case: Case, plan: Plan, judged: Evaluation, today: Evaluation) -> Table:
    """The plan with its proof, its shifts, and today beside it."""
    grid = case.grid
    return {
        "store": case.store,
        "status": plan.status,
        "gap": plan.gap,
        "objective": plan.objective,
        "bound": plan.bound,
        "seconds": plan.seconds,
        "unit": plan.unit,
        "hours": str(plan.hours),
        "staff": [
            {
                "weekday": grid.weekday_of(int(w)),
                "start": grid.start_of(int(w)),
                "staff": int(plan.staff[w]),
            }
            for w in np.flatnonzero(plan.opening)
        ],
        "shifts": [
            {
                "weekday": shift.weekday,
                "start": clock(shift.start_minute),
                "end": clock(shift.end_minute),
                "break_minutes": shift.break_minutes,
                "break_start": None
                if shift.break_start_minute is None
                else clock(shift.break_start_minute),
                "count": shift.count,
            }
            for shift in plan.shifts
        ],
        "profit": interval(judged.profit_draws),
        "today": evaluation_table(today),
        "paid_hours": plan.paid_hours,
        "unmet": [],
        "notes": list(plan.notes),
    }


def evaluation_table(judged: Evaluation) -> Table:
    """What hours and staff are worth in a typical week."""
    return {
        "hours": str(judged.hours),
        "profit": interval(judged.profit_draws),
        "served": judged.served,
        "walked_away": judged.walked_away,
        "lost": judged.lost,
        "moved": judged.moved,
        "web": judged.web,
        "paid_hours": judged.paid_hours,
        "wage_cost": judged.wage_cost,
        "opening_cost": judged.opening_cost,
        "margin": judged.margin,
        "unit": judged.unit,
    }
