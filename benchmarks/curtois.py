"""The employee shift scheduling instances of T. Curtois, by this engine and beside other programs.

python -m benchmarks.curtois [SECONDS] [PYTHON] [INSTANCE ...]

SECONDS (60) by the clock are given to each program, so that the machine should have nothing else to
do. PYTHON is an interpreter that has ortools; without it CP-SAT is left out. The others get the
textbook model, a yes or no for every person, day and shift: scipy.optimize.milp in a process of its
own, CP-SAT with two workers; ours uses one core. Models of more than three million non-zeros are
not tried, and of the instances beyond 13 only ours. Without the files of the instances (see
`curtois_instances`) there is nothing to do.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from benchmarks.curtois_instances import FOLDER, Instance, Limits, best_known, cost_of, read
from benchmarks.plans import peer
from optimizer.planning import solver_process
from optimizer.planning.milp import Model
from optimizer.roster.automaton import OFF
from optimizer.roster.search import search

MOST_NONZEROS = 3_000_000  # of a model that the others are asked to solve
OURS = "this one"
_LARGEST_FOR_OTHERS = 13  # instance


def compact(instance: Instance) -> tuple[Model, np.ndarray]:
    """The instance as an integer programme whose objective is a roster's worth.

    Returns
    -------
    Model
        (T. Curtois and R. Qu, 2014, section 3; runs of days that are too short are forbidden one by
        one.)
    np.ndarray
        Columns of each person, day and shift, (E, days, S).
    """
    model, problem = Model(), instance.problem
    needs, shifts = problem.needs[0], range(len(problem.paid))
    able = np.isfinite(problem.cost)
    cost = np.where(able, problem.cost, 0.0)
    x = model.variables("x", able.shape, upper=able.astype(float), gain=-cost, integer=True)
    upper = np.ones(needs.gain.shape)
    upper[..., -1] = problem.people
    met = model.variables("met", needs.gain.shape, upper=upper, gain=needs.gain)
    for day, shift in product(range(problem.days), shifts):
        there, brought = (1, x[:, day, shift]), (-1, met[day, shift])
        model.constrain_sum(f"need {day} {shift}", there, brought, lower=0, upper=0)
    at_work = model.variables("at work", able.shape[:2], upper=1)
    each = [(1, x[:, :, shift]) for shift in shifts]
    model.constrain("one shift a day", *each, (-1, at_work), lower=0, upper=0)
    for shift, other in product(shifts, shifts):
        if other not in instance.follows[shift]:
            pair = (1, x[:, :-1, shift]), (1, x[:, 1:, other])
            model.constrain(f"{other} not after {shift}", *pair, upper=1)
    saturdays = np.arange(5, problem.days - 1, 7)
    weekends = model.variables("weekends", (problem.people, len(saturdays)), upper=1, integer=True)
    for days in (saturdays, saturdays + 1):
        pair = (1, weekends), (-1, at_work[:, days])
        model.constrain(f"weekends by weekday {days[0]}", *pair, lower=0)
    for person, limits in enumerate(instance.contracts):
        model.constrain_sum(f"weekends {person}", (1, weekends[person]), upper=limits.weekends)
        _keep_contract(model, f"of {person}", limits, instance.lengths, x[person], at_work[person])
    return model, x


def _keep_contract(
    model: Model,
    whose: str,
    limits: Limits,
    lengths: tuple[int, ...],
    x: np.ndarray,
    at: np.ndarray,
) -> None:
    """What a contract asks of one person's columns: `x` of (days, S), `at` of days at work."""
    for shift, most in enumerate(limits.most):
        model.constrain_sum(f"shift {shift} {whose}", (1, x[:, shift]), upper=most)
    minutes = np.broadcast_to(np.array(lengths), x.shape), x
    least, most = limits.least_minutes, limits.most_minutes
    model.constrain_sum(f"minutes {whose}", minutes, lower=least, upper=most)
    longest = limits.most_in_a_row
    for day in range(len(at) - longest):
        days = at[day : day + longest + 1]
        model.constrain_sum(f"run from {day} {whose}", (1, days), upper=longest)
    for short in range(1, limits.least_in_a_row):
        for first in range(1, len(at) - short):
            run, around = (1, at[first : first + short]), (-1, at[[first - 1, first + short]])
            name = f"only {short} days from {first} {whose}"
            model.constrain_sum(name, run, around, upper=short - 1)
    for short in range(1, limits.least_off):
        for first in range(1, len(at) - short):
            run, around = (-1, at[first : first + short]), (1, at[[first - 1, first + short]])
            model.constrain_sum(f"only {short} off from {first} {whose}", run, around, upper=1)


def ours(number: int, seconds: float) -> tuple[float, float]:
    """Cost of our roster, counted anew from the file, and the bound; reading it included.

    Early rosters may pass limits that the engine takes as dear: then the cost is infinite.
    """
    end = time.perf_counter() + seconds
    instance = read(number)
    problem = instance.problem
    nothing = np.full((problem.people, problem.days), OFF)
    start = np.array([problem.admissible(e, line) for e, line in enumerate(nothing)])
    found = search(
        problem, start, seconds=end - time.perf_counter(), close=0.0, whole=True,
        patience=sys.maxsize,
    )  # fmt: skip
    cost = cost_of(number, found.lines)
    assert math.isinf(cost) or abs(cost - (instance.constant - found.worth)) < 1e-6
    return cost, instance.constant - found.bound


def by_milp(number: int, instance: Instance, seconds: float) -> tuple[float, float]:
    """The same by scipy.optimize.milp; an infinite cost where it had no roster in time."""
    model, x = compact(instance)
    try:
        answer = solver_process.solve(model.question(seconds, 1e-6), seconds)
    except solver_process.SolverDied:
        return math.inf, -math.inf
    bound = instance.constant + float(answer["bound"])
    if not answer["x"].size:
        return math.inf, bound
    worked = answer["x"][x] > 0.5
    return cost_of(number, np.where(worked.any(axis=2), worked.argmax(axis=2), OFF)), bound


def by_cp_sat(python: str, instance: Instance, seconds: float) -> tuple[float, float]:
    """The same by CP-SAT."""
    found = peer(python, "cpsat", compact(instance)[0].question(0, 0), seconds)
    worth, most = found.get("objective", -math.inf), found.get("bound", math.inf)
    return instance.constant - worth, instance.constant - most


def programs(
    number: int, seconds: float, python: str | None
) -> Iterator[tuple[str, Callable[[], tuple[float, float]]]]:
    """Name of each program, and what finds its cost and its bound."""
    yield OURS, lambda: ours(number, seconds)
    if number > _LARGEST_FOR_OTHERS:
        return
    instance = read(number)
    nonzeros = len(compact(instance)[0].question(0, 0)["data"])
    if nonzeros > MOST_NONZEROS:
        print(f"({number}: the textbook model has {nonzeros} non-zeros, and is not tried)")
        return
    yield "scipy.optimize.milp", lambda: by_milp(number, instance, seconds)
    if python:
        yield "CP-SAT", lambda: by_cp_sat(python, instance, seconds)


def compared(above: dict[str, dict[int, float]]) -> None:
    """One line for each program: cost over best known in the geometric mean, and beside ours."""
    for name, costs in above.items():
        found = [number for number in costs if math.isfinite(costs[number])]
        if not found:
            print(f"{name}: no roster")
            continue
        mean, mine = (
            math.exp(np.mean([math.log(each[number]) for number in found]))
            for each in (costs, above[OURS])
        )
        print(
            f"{name}: a roster for {len(found)} of {len(costs)}; of these, cost over best known in "
            f"the geometric mean {mean:.4f}, ours {mine:.4f}"
        )


def main() -> None:
    if not FOLDER.is_dir():
        print("no shared/data/bench_curtois_shift_scheduling beside the project")
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    python = next((text for text in sys.argv[2:] if not text.isdigit()), None)
    known = best_known()
    there = [n for n in known if (FOLDER / "instances" / f"Instance{n}.txt").is_file()]
    chosen = [int(text) for text in sys.argv[2:] if text.isdigit()] or there
    print("| instance | people | days | best known | program | cost | bound | above best | s |")
    print("|--:|--:|--:|--:|---|--:|--:|--:|--:|")
    above: dict[str, dict[int, float]] = {}
    for number in chosen:
        problem = read(number).problem
        facts = f"{number} | {problem.people} | {problem.days} | {known[number]:.0f}"
        for name, solve in programs(number, seconds, python):
            began = time.perf_counter()
            cost, bound = solve()
            took = time.perf_counter() - began
            over = above.setdefault(name, {})[number] = cost / known[number]
            told = f"{cost:.0f}" if math.isfinite(cost) else "none"
            proven = f"{math.ceil(bound - 1e-6)}" if math.isfinite(bound) else ""
            share = f"{over - 1:.1%}" if math.isfinite(over) else ""
            print(f"| {facts} | {name} | {told} | {proven} | {share} | {took:.1f} |", flush=True)
    compared(above)


if __name__ == "__main__":
    main()
