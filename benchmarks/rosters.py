"""Rosters of 10, 20 and 30 named people: time and proven gap, beside other programs.

python -m benchmarks.rosters [SECONDS] [PYTHON]

SECONDS (60) of CPU time are given to each program, six times as many to four weeks. PYTHON is an
interpreter that has ortools; without it CP-SAT is left out. The shops are synthetic:
periods of 30 minutes, open by their own best plan, shifts of 4 to 9 hours, a break beyond 6,
Finnish rules and supplements, one with a key in every period, wages of their own, and people on
full, part and short contracts who are available on some days and at some hours.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import product

import numpy as np

from benchmarks.plans import peer, shop
from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.opening import OpeningHours
from optimizer.people import Employee
from optimizer.planning.hours import optimize
from optimizer.planning.milp import Model
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential
from optimizer.roster.floor import Floor
from optimizer.roster.making import ask_for, make_roster
from optimizer.roster.people import People
from optimizer.roster.problem import Problem

SEEDS = 3
_ALL_DAY, _EARLY, _LATE = (0, 1440), (0, 930), (720, 1440)  # minutes in which somebody can work


def crew(number: int, seed: int) -> tuple[Employee, ...]:
    """Two fifths on full contracts, two fifths on part, one fifth on short ones."""
    rng, people = np.random.default_rng(1000 + seed), []
    for e in range(number):
        kind = ("full", "part", "short")[min(int((e + 0.5) / number * 2.5), 2)]
        least, most = {"full": (30, 37.5), "part": (18, 25), "short": (6, 12)}[kind]
        part_of_day = [_ALL_DAY, _EARLY, _LATE][int(rng.integers(3))]
        weekdays = {"full": _ALL_DAY, "part": part_of_day, "short": (900, 1440)}[kind]
        days = [[weekdays if day < 5 else _ALL_DAY] for day in range(7)]
        for day in rng.choice(6 if kind != "short" else 5, 1 if kind == "full" else 2, False):
            days[int(day)] = []
        if rng.random() < 0.5:
            days[6] = []
        wage = rng.uniform(0.95, 1.15) if kind == "full" else rng.uniform(0.85, 1.0)
        people.append(
            Employee(
                name=f"P{e + 1}",
                contract_hours=(least, most),
                available=OpeningHours.daily(days),
                wage=round(14.46 * wage, 2),
                keyholder=bool(kind == "full" or rng.random() < 0.25),
            )
        )
    return tuple(people)


def team(number: int, seed: int) -> tuple[Case, Potential, Plan]:
    """A shop with so many people, and the plan that they are to fill; all hours are needed."""
    case, whom = shop(seed, 30)
    people = crew(number, seed)
    capacity = sum(person.contract_hours[1] for person in people)
    least, most = 1 + number // 15, int(4 + number * 0.45)
    case = with_changes(
        case,
        {
            "service.min_staff": least,
            "service.max_staff": most,
            "labour.keyholder": True,
            "labour.hours_per_week": round(0.9 * capacity),
            "roster.fair_price": 0.0,
        },
    )
    busiest = float(whom.customers.mean(axis=0).max())
    whom = replace(whom, customers=whom.customers * (4.5 * number / busiest))
    return replace(case, employee=people), whom, optimize(case, whom, time_limit=0)


def compact(problem: Problem, floor: Floor) -> Model:
    """The textbook model: a yes or no for every person, day and shift."""
    model, (people, days, shifts) = Model(), problem.cost.shape
    able = np.isfinite(problem.cost)
    cost = np.where(able, problem.cost, 0.0)
    x = model.variables("x", able.shape, upper=able.astype(float), gain=-cost, integer=True)
    for k, needs in enumerate(problem.needs):
        for day, t in np.argwhere(np.abs(needs.gain).max(axis=2) > 0):
            gain = needs.gain[day, t]
            met = model.variables(
                f"met {k} {day} {t}", gain.shape, gain=gain, upper=np.r_[np.ones(len(gain) - 1), 99]
            )
            here, who = np.flatnonzero(needs.cover[:, t]), np.flatnonzero(needs.weight)
            there = x[np.ix_(who, [day], here)].ravel()
            model.constrain_sum(f"need {k} {day} {t}", (1, there), (-1, met), lower=0, upper=0)
    rest = model.variables("weekly rest", (people, days), upper=1, integer=True)
    late = np.unique(np.maximum(floor.end - 780, floor.start.min()))  # 11 hours are 24 less 13
    for e in range(people):
        model.constrain_sum(f"a rest {e}", (1, rest[e]), lower=1)
        for day in range(days):
            model.constrain_sum(f"one {e} {day}", (1, x[e, day]), (1, rest[e, [day]]), upper=1)
            for minute in late[1:].tolist():
                ends = x[e, day, floor.end - 780 >= minute]
                if day + 1 < days:
                    early = x[e, day + 1, floor.start < minute]
                    name = f"{e} {day} {minute}"
                    model.constrain_sum(f"daily {name}", (1, ends), (1, early), upper=1)
                    if day > 0:
                        before = x[e, day - 1, floor.end - 780 >= minute]
                        model.constrain_sum(
                            f"weekly {name}", (1, before), (1, early), (1, rest[e, [day]]), upper=2
                        )
        hours = (np.broadcast_to(problem.paid, (days, shifts)), x[e])
        most = np.flatnonzero(np.isfinite(problem.hours_cost[e, 0]))[-1]
        least = np.flatnonzero(problem.hours_cost[e, 0] == problem.hours_cost[e, 0].min())[0]
        step = problem.hours_cost[e, 0, 0] / least if least else 0.0
        short = model.variables(f"idle {e}", (1,), gain=-step)
        model.constrain_sum(f"most {e}", hours, upper=float(most))
        model.constrain_sum(f"least {e}", hours, (1, short), lower=float(least))
    paid = np.broadcast_to(problem.paid, x.shape)
    if np.isfinite(problem.budget[0]):
        model.constrain_sum("budget", (paid, x), upper=float(problem.budget[0]))
    return model


def told(name: str, seconds: float, value: float, bound: float) -> None:
    """A row of the table."""
    found = f"{value:.2f} | {(bound - value) / abs(value):.3%}" if np.isfinite(value) else "none |"
    print(f"| {name} | {seconds:.1f} | {found} |", flush=True)


def others(
    case: Case, whom: Potential, plan: Plan, seconds: float, python: str | None
) -> Iterator[tuple[str, float, float, float]]:
    """Name, seconds, value and bound of other programs for one week."""
    people = People(Floor(ask_for(case, whom, plan)))
    constant = people.floor.constant
    model = compact(people.problem, people.floor)
    values = seconds, np.nan, np.nan
    with suppress(PlanError):  # no roster in time
        found = model.solve(seconds, 1e-3)
        values = found.seconds, found.objective + constant, found.bound + constant
    yield "a yes or no per shift, scipy.optimize.milp", *values
    if python:
        began = time.perf_counter()
        answer = peer(python, "cpsat", model.question(0, 0), seconds)
        value, bound = (answer.get(name, np.nan) + constant for name in ("objective", "bound"))
        yield "the same, CP-SAT", time.perf_counter() - began, value, bound


def main() -> None:
    seconds, python = float(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None
    for weeks, number, seed in (
        *product((1,), (10, 20, 30), range(SEEDS)),
        *product((4,), (10, 20, 30), (0,)),
    ):
        case, whom, plan = team(number, seed)
        print(f"\n{number} people, {weeks} week{'s'[: weeks > 1]}, shop {seed}\n")
        print("| program | s | value | proven gap |\n|---|--:|--:|--:|")
        limit = seconds if weeks == 1 else 6 * seconds
        roster = make_roster(case, whom, plan, weeks=weeks, seconds=limit)
        told("this one", roster.seconds, roster.value, roster.bound)
        for row in others(case, whom, plan, seconds, python) if weeks == 1 and seed == 0 else ():
            told(*row)


if __name__ == "__main__":
    main()
