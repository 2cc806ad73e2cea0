"""Answers as plain tables: the objects that `--json` prints and that the app shows as tables.

Keys are stable; more may be added. An interval is {"mean", "p05", "p50", "p95"}. Weekday 0 is
Monday, `start` is the local clock.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.demand.demand import Demand, interval
from optimizer.language import Clock, Number, Said, Unit, Weekday, said, say
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.lost import SalesLost
from optimizer.planning.loyalty import BeyondBasket
from optimizer.planning.plan import Plan
from optimizer.planning.potential import reachable
from optimizer.planning.response import Potential
from optimizer.reporting import sentences
from optimizer.timegrid import MINUTES_PER_DAY, TimeGrid, clock

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


def loyalty_table(worth: BeyondBasket | None) -> Table:
    """What customers who never come back are worth: the owner's own assumption, on its own."""
    if worth is None:
        return {"beyond_basket": None}
    return {
        "beyond_basket": {
            "per_week": interval(worth.per_week),
            "lifetime_margin": interval(worth.lifetime_margin),
            "break_even_leave_share": worth.break_even_leave_share,
        }
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
        "tipping_point": lost.tipping_point,
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


def comparison(judged: Evaluation, today: Evaluation) -> list[tuple[str, float, float]]:
    """What changes in a week: a name, today's figure and that of the judged hours."""
    in_money, unit = judged.unit != "customers", judged.unit
    earned = say("customers kept")
    if in_money:
        earned = say("earned after wages, {currency}", currency=Unit(unit))
    rows: list[tuple[str, float, float]] = [
        (earned, today.objective, judged.objective),
        (say("customers served"), today.served, judged.served),
        (say("customers lost"), today.lost, judged.lost),
        (say("paid hours"), today.paid_hours, judged.paid_hours),
    ]
    wages = say("wages, {currency}", currency=Unit(unit))
    return rows + [(wages, today.wage_cost, judged.wage_cost)] * in_money


def day_table(
    case: Case, demand: Demand, whom: Potential, weekday: int, close_minute: int
) -> list[Table]:
    """Customers per hour over one weekday, hour by hour, when it closes at `close_minute`.

    Open hours hold what the till sees, closed hours what would come (the same customers that
    `sales_lost` counts). An hour in which the door opens or closes is cut there. `start` and `end`
    are hours of the day.
    """
    length, shape = demand.grid.period_minutes, (len(demand.draws), 7, -1)
    would_come = (whom.customers / demand.grid.period_hours).reshape(shape)[:, weekday]
    seen = demand.draws.reshape(shape)[:, weekday]
    is_open = demand.open_share.reshape(7, -1)[weekday] > 0
    reach = np.flatnonzero(reachable(case, demand).reshape(7, -1)[weekday]) * length
    if not len(reach):
        return []
    door = np.flatnonzero(np.diff(is_open, prepend=False, append=False)) * length
    usual_close = door[-1] if len(door) else MINUTES_PER_DAY
    cuts = np.unique([reach[0], reach[-1] + length, *door, close_minute, *range(0, 1441, 60)])
    cuts = cuts[(cuts >= reach[0]) & (cuts <= reach[-1] + length)]
    rows = []
    for start, end in pairwise(cuts.tolist()):
        periods = slice(start // length, -(-end // length))
        open_today = bool(is_open[start // length])
        open_then = bool(start < close_minute and (open_today or start >= usual_close))
        rates = (seen if open_today and open_then else would_come)[:, periods].mean(1)
        told = interval(rates)
        rows.append(
            {
                "hours": sentences.window(start, end),
                "start": start / 60,
                "end": end / 60,
                "open": open_then,
                "customers": told["mean"],
                "p05": told["p05"],
                "p95": told["p95"],
            }
        )
    return rows


def evenings(lost: SalesLost) -> list[dict[str, str]]:
    """The days with hours behind a locked door, for reading: what each loses, what opening earns.

    What it earns is left out where no money is known.
    """

    def told(draws: np.ndarray) -> Said:
        middle = sentences.amount(interval(draws)["p50"], lost.unit)
        return said("{middle} ({range})", middle=middle, range=sentences.spread(draws))

    rows = []
    for day in lost.days.tolist():
        row: dict[str, str] = {
            say("day"): said(value=Weekday(day)),
            say("closes"): said(value=Clock(int(lost.close[day]))),
            say("lost a week"): told(lost.lost[:, day]),
        }
        if lost.unit != "customers":
            row[say("best until")] = said(value=Clock(int(lost.best_until[day])))
            row[say("earns a week")] = told(lost.best_profit[:, day])
        rows.append(row)
    return rows


def door_signs(
    today: OpeningHours, proposed: OpeningHours, simple: OpeningHours | None = None
) -> list[dict[str, str]]:
    """Today's hours, the proposed and the simplest ones, a row for each weekday."""
    shown = {say("today"): today, say("proposed"): proposed}
    if simple is not None:
        shown[say("simple")] = simple
    rows: list[dict[str, str]] = []
    for day in range(7):
        rows.append({say("day"): said(value=Weekday(day))})
        for name, hours in shown.items():
            rows[-1][name] = sentences.door_times(hours.windows(day))
    return rows


def staff_runs(staff: np.ndarray, grid: TimeGrid) -> list[Table]:
    """Stretches of a weekday with the same number of people at work; hours of the day.

    `staff` holds the people at work in each period, int of shape (W,).
    """
    rows = []
    for day, people in enumerate(staff.reshape(7, -1)):
        cuts = np.flatnonzero(np.diff(people, prepend=0, append=0))
        rows += [
            {
                "day": said(value=Weekday(day)),
                "start": start * grid.period_hours,
                "end": end * grid.period_hours,
                "people": int(people[start]),
            }
            for start, end in pairwise(cuts.tolist())
            if people[start]
        ]
    return rows


def open_runs(hours: OpeningHours) -> list[Table]:
    """Windows of an ordinary week; hours of the day, cut at midnight."""
    return [
        {
            "day": said(value=Weekday(day)),
            "start": start / 60,
            "end": min(end, MINUTES_PER_DAY) / 60,
        }
        for day in range(7)
        for start, end in hours.windows(day)
    ]


def shift_rows(plan: Plan) -> list[dict[str, str]]:
    """The shifts, for reading."""
    return [
        {
            say("day"): said(value=Weekday(shift.weekday)),
            say("from"): said(value=Clock(shift.start_minute)),
            say("until"): said(value=Clock(shift.end_minute)),
            say("break"): say("none")
            if shift.break_start_minute is None
            else say(
                "{start} ({minutes} min)",
                start=Clock(shift.break_start_minute),
                minutes=shift.break_minutes,
            ),
            say("people"): str(shift.count),
        }
        for shift in plan.shifts
    ]


def day_rows(rows: list[Table]) -> list[dict[str, str]]:
    """The rows of `day_table`, for reading."""
    return [
        {
            say("hours"): row["hours"],
            say("door"): say("open") if row["open"] else say("closed"),
            say("customers an hour"): said(value=Number(row["customers"], 1)),
            say("90 % interval"): say(
                "{low} to {high}", low=Number(row["p05"], 1), high=Number(row["p95"], 1)
            ),
        }
        for row in rows
    ]


def comparison_rows(judged: Evaluation, today: Evaluation) -> list[dict[str, str]]:
    """Today beside the judged hours, for reading; what is earned with its 90 % interval."""
    rows: list[dict[str, str]] = [
        {
            say("per week"): name,
            say("today"): said(value=Number(before)),
            say("proposed"): said(value=Number(after)),
            say("change"): said(
                "{sign}{change}",
                sign="+" * (round(after) > round(before)),
                change=Number(round(after) - round(before)),  # so that the row adds up
            ),
        }
        for name, before, after in comparison(judged, today)
    ]
    draws = {say("today"): today.profit_draws, say("proposed"): judged.profit_draws}
    draws[say("change")] = judged.profit_draws - today.profit_draws
    ranged = {
        name: said("{middle} ({range})", middle=rows[0][name], range=sentences.spread(drawn))
        for name, drawn in draws.items()
    }
    return [rows[0] | ranged, *rows[1:]]


def run_rows(rows: list[Table]) -> list[dict[str, str]]:
    """The rows of `staff_runs`, for reading."""
    return [
        {
            say("day"): row["day"],
            say("from"): said(value=Clock(round(60 * row["start"]))),
            say("until"): said(value=Clock(round(60 * row["end"]))),
            say("people"): str(row["people"]),
        }
        for row in rows
    ]
