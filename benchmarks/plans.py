"""How fast plans come and how close to the best they are proven to be, beside other programs.

python -m benchmarks.plans [PYTHON]

PYTHON is an interpreter that has ortools and pyworkforce; without it those two are left out. All
shops are synthetic: 5 to 12 people, open at most 7 to 22 every day, shifts of 4 to 9 hours, a break
beyond 6, Finnish supplements, a weekly limit of 85 % of the paid hours that pay.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.casefile import case_from_table
from optimizer.errors import PlanError
from optimizer.opening import OpeningHours
from optimizer.planning import solver_process
from optimizer.planning.curves import COVER, choose_windows, form_shifts
from optimizer.planning.exchange import ShiftTable
from optimizer.planning.explain import frontier
from optimizer.planning.hours import optimize
from optimizer.planning.milp import Model
from optimizer.planning.response import Potential
from optimizer.planning.week import Week, week_of

SHOPS = 12
PEERS = Path(__file__).with_name("peers.py")
SECONDS = 60.0  # for each peer
LONGER = 180.0  # for a column per shift, in one shop at 15 minutes
AT_ONCE, SLIDER = "this one, from nothing", "this one, after a slider"


def shop(seed: int, minutes: int, *, alike: bool = False) -> tuple[Case, Potential]:
    """A made-up shop and its customers; `alike`: Monday to Friday have the same hours."""
    rng = np.random.default_rng(seed)
    people, least = int(rng.integers(5, 13)), int(rng.integers(1, 3))
    busiest = rng.uniform(30, 110) * people / 8
    today = "Mo-Fr 10:00-17:00; Sa 10:00-15:00"
    case = case_from_table(
        {
            "country": "FI",
            "period_minutes": minutes,
            "hours": {"current": today, "tidy": {"step_minutes": minutes, "same_weekdays": alike}},
            "service": {"min_staff": least, "max_staff": people},
            "economics": {"open_cost_per_hour": 6.0, "open_cost_per_day": 15.0},
        }
    )
    hour = (np.arange(1440 // minutes) + 0.5) * minutes / 60
    day = np.exp(-(((hour - 12.5) / 2.5) ** 2)) + 0.9 * np.exp(-(((hour - 17) / 2) ** 2)) + 0.02
    weekdays = np.array([0.8, 0.8, 0.85, 0.9, 1.1, 1.2, 0.5])
    lost = rng.uniform(0.35, 0.65, 60)
    whom = Potential(
        customers=busiest * minutes / 60 * np.outer(weekdays, day).ravel()
        * rng.lognormal(0, 0.2, (60, 1)),
        moved=0.9 * (1 - lost),
        web=0.1 * (1 - lost),
        lost=lost,
        value=8.0 * rng.lognormal(0, 0.1, 60),
        unit="EUR",
        open_now=OpeningHours.parse(today).week_share(case.grid),
    )  # fmt: skip
    free = optimize(case, whom, time_limit=0)
    limit = round(0.85 * free.paid_hours)
    return replace(case, labour=replace(case.labour, hours_per_week=limit)), whom


def changes(case: Case, whom: Potential) -> Iterator[tuple[Case, Potential]]:
    """What a slider may do: wages, the weekly limit, the demand and the cost of an open day."""
    facts, labour = case.economics, case.labour
    wage, limit = facts.labour_cost_per_hour / (1 + facts.on_cost), labour.hours_per_week or 0.0
    yield replace(case, economics=replace(facts, wage=1.05 * wage)), whom
    yield replace(case, labour=replace(labour, hours_per_week=0.95 * limit)), whom
    yield case, replace(whom, customers=1.1 * whom.customers)
    dear_day = replace(facts, open_cost_per_day=1.2 * facts.open_cost_per_day)
    yield replace(case, economics=dear_day), whom


def seconds(action: Callable[..., Any], *facts: Any, **options: Any) -> tuple[float, Any]:
    """How long an action takes by the clock, and its result."""
    started = time.perf_counter()
    result = action(*facts, **options)
    return time.perf_counter() - started, result


def work(action: Callable[..., Any], *facts: Any, **options: Any) -> tuple[float, Any]:
    """Seconds of computing that an action takes, its child processes included, and its result."""

    def so_far() -> float:
        solver_process.end_idle()  # what a child has done is counted when it ends
        return time.process_time() + sum(os.times()[2:4])

    before = so_far()
    result = action(*facts, **options)
    return so_far() - before, result


def sliders() -> None:
    """Re-solve after each change: time, and the gap that is proven at once."""
    print(f"## Slider: {SHOPS} shops, 4 changes each\n")
    print("| periods | Mo-Fr alike | median ms | p95 ms | median gap | p95 gap |")
    print("|--:|---|--:|--:|--:|--:|")
    for minutes in (30, 15):
        for alike in (False, True):
            took, gaps = [], []
            for seed in range(SHOPS):
                for changed in changes(*shop(seed, minutes, alike=alike)):
                    time_taken, plan = seconds(optimize, *changed, time_limit=0)
                    took.append(1000 * time_taken)
                    gaps.append(100 * plan.gap)
            (middle, late), (gap, wide) = (np.quantile(x, [0.5, 0.95]) for x in (took, gaps))
            said = "yes" if alike else "no"
            print(
                f"| {minutes} | {said} | {middle:.0f} | {late:.0f} | {gap:.2f} % | {wide:.2f} % |"
            )


def proofs() -> None:
    """The frontier, and the proof to 0.01 %."""
    print("\n## Frontier of 20 points, and proof to 0.01 %\n")
    print("| periods | frontier s | proof s, median | proof s, longest |\n|--:|--:|--:|--:|")
    for minutes in (30, 15):
        front, proof = [], []
        for seed in range(6):
            case, whom = shop(seed, minutes)
            front.append(seconds(frontier, case, whom, points=20)[0])
            proof.append(seconds(optimize, case, whom, time_limit=60, gap=1e-4)[0])
        print(f"| {minutes} | {np.median(front):.2f} | {np.median(proof):.1f} | {max(proof):.1f} |")


def listed(week: Week) -> Model:
    """The textbook model: a column for every window and every shift of every day."""
    table = ShiftTable.of(week.rules, week.periods)
    model, t = Model(), np.arange(week.periods)
    model.variables("kept of closed days", (1,), lower=1, upper=1, gain=week.kept)
    all_staff, all_windows = [], []
    for day in range(7):
        pairs = week.doors[np.argwhere(week.windows[day])]
        open_ = ((pairs[:, :1] <= t) & (t < pairs[:, 1:])).astype(float)
        at_doors = [week.at_doors(day, (opens, closes)) for opens, closes in pairs.tolist()]
        windows = model.variables(
            f"windows {day}", (len(open_),), upper=1, integer=True,
            gain=open_ @ week.gain_open[day] + at_doors,
        )  # fmt: skip
        shifts = model.variables(f"shifts {day}", (len(table.paid),), integer=True)
        staff = model.variables(f"staff {day}", (week.periods,), gain=-week.labour[day])
        there = np.arange(week.gain_more.shape[2]) < week.further[day][:, None]
        more = model.variables(f"more {day}", there.shape, upper=there, gain=week.gain_more[day])
        is_open = [(open_[k], windows[k]) for k in range(len(open_))]
        worked = [(table.covers[k], shifts[k]) for k in range(len(table.paid))]
        further = [(-1, more[:, k]) for k in range(there.shape[1])]
        model.constrain(f"work {day}", (-1, staff), *worked, lower=0, upper=0)
        wanted = [(-week.least[day] * share, column) for share, column in is_open]
        model.constrain(f"{COVER} {day}", (1, staff), *wanted, *further, lower=0, upper=0)
        for k in range(there.shape[1]):
            shut = [(-share, column) for share, column in is_open]
            model.constrain(f"closed {day} {k}", (1, more[:, k]), *shut, upper=0)
        model.constrain_sum(f"one window {day}", (1, windows), upper=1)
        all_staff.append(staff)
        all_windows.append(windows)
    hours = ((week.hour, np.array(all_staff)), (week.duty, np.concatenate(all_windows)))
    model.constrain_sum("limit", *hours, upper=week.limit or 1e9)
    model.constrain_sum("some day", (1, np.concatenate(all_windows)), lower=1)
    return model


def peer(
    python: str, name: str, problem: dict[str, np.ndarray], limit: float = SECONDS
) -> dict[str, float]:
    """What a program in another interpreter makes of a problem within so many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.npz"
        np.savez(file, **problem)  # type: ignore[arg-type]
        command = [python, str(PEERS), name, str(file), str(limit)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def peers(python: str | None) -> None:
    """The same shops solved by other means, to 0.01 % or until the time is up.

    Wages have just risen by 5 %. All others have to start anew then; this one, too, knows nothing
    of its last plan, but what customers do at each number of people stays as it was computed. Its
    work after a slider is the mean of the four changes.
    """
    print(f"\n## One shop beside other programs, {SECONDS:.0f} s at most\n")
    print(
        "| periods | shop | program | s of work | profit | proven gap |\n|--:|--:|---|--:|--:|--:|"
    )
    for minutes in (30, 15):
        times: dict[str, list[float]] = {}
        unsolved = set()
        for seed in range(6):
            for name, took, profit, bound in answers(seed, minutes, python):
                gap = (bound - profit) / abs(profit)
                told = f"{profit:.2f} | {gap:.3%}" if np.isfinite(profit) else "no plan | "
                print(f"| {minutes} | {seed} | {name} | {took:.3f} | {told} |", flush=True)
                times.setdefault(name, []).append(took)
                if not gap <= 2e-4:
                    unsolved.add(name)
        ours = [times.pop(name) for name in (AT_ONCE, SLIDER)]
        for name, each in times.items():
            new, again = (
                np.median([slow / fast for slow, fast in zip(each, mine, strict=False)])
                for mine in ours
            )
            more = "more than " if name in unsolved else ""
            print(
                f"| {minutes} | all | {name} | {more}{new:.0f} times as much as from nothing, "
                f"{more}{again:.0f} times as after a slider | | |"
            )


def answers(
    seed: int, minutes: int, python: str | None
) -> Iterator[tuple[str, float, float, float]]:
    """Of every program: its name, seconds of work, profit and bound."""
    case, whom = shop(seed, minutes)
    changed = list(changes(case, whom))
    took, plans = work(lambda: [optimize(*each, time_limit=0) for each in changed])
    yield SLIDER, took / len(changed), plans[0].objective, plans[0].bound
    case = changed[0][0]
    took, plan = work(optimize, case, replace(whom), time_limit=0)  # nothing is known of a copy
    yield AT_ONCE, took, plan.objective, plan.bound
    took, plan = work(optimize, case, whom, time_limit=SECONDS)
    yield "this one, proven", took, plan.objective, plan.bound
    week = week_of(case, whom)
    models = [("compact model, scipy.milp", compact(week), SECONDS)]
    if minutes == 15 and seed == 0:
        models.append(("a column per shift, scipy.milp", listed(week), LONGER))
    if minutes == 30 and seed < 2:
        models.append(("a column per shift, scipy.milp", listed(week), SECONDS))
    for name, model, limit in models:
        try:
            took, found = work(model.solve, limit, 1e-4)
        except PlanError:  # nothing found in time
            yield name, limit, np.nan, np.nan
        else:
            yield name, took, found.objective, found.bound
    if seed < 2 and python:
        theirs = peer(python, "cpsat", compact(week).question(0, 0))
        profit, bound = (theirs.get(name, np.nan) for name in ("objective", "bound"))
        yield "compact model, CP-SAT", theirs["work"], profit, bound


def compact(week: Week) -> Model:
    """The program's own integer programme, for a shop without roles and pauses."""
    model, further = Model(), week.gain_more.shape[2]
    model.variables("kept of closed days", (1,), lower=1, upper=1, gain=week.kept)
    open_, days, *_ = choose_windows(model, week)
    staff, _ = form_shifts(model, week, week.labour)
    there = np.arange(further) < week.further[..., None]
    more = model.variables("further people", there.shape, upper=there, gain=week.gain_more)
    model.constrain("nobody while closed", (1, more), (-1, open_[..., None]), upper=0)
    each = [(-1, more[..., k]) for k in range(further)]
    model.constrain(COVER, (1, staff), (-week.least, open_), *each, lower=0, upper=0)
    hours = ((week.hour, staff), (week.duty, days))
    model.constrain_sum("limit", *hours, upper=week.limit or 1e9)
    return model


def cover(python: str) -> None:
    """The cheapest shifts for given staff, which is all that pyworkforce answers."""
    print("\n## Cheapest shifts for a given staff, s of work\n")
    print("| periods | shifts | this one | paid periods | pyworkforce | paid periods | ratio |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for minutes in (30, 15):
        week = week_of(*shop(0, minutes))
        table = ShiftTable.of(week.rules, week.periods)
        required = week.least + (week.gain_more > week.labour[..., None]).sum(axis=2)
        took, paid = work(cheapest, week, required)
        problem = {"covers": table.covers, "required": required}
        theirs = peer(python, "pyworkforce", problem)
        print(
            f"| {minutes} | {len(table.paid)} | {took:.2f} | {paid:.0f} "
            f"| {theirs['work']:.2f} | {theirs['paid']:.0f} ({theirs['status']}) "
            f"| {theirs['work'] / took:.0f} |",
            flush=True,
        )


def cheapest(week: Week, required: np.ndarray) -> float:
    """Paid periods of the cheapest shifts that give at least the required staff, day by day."""
    days, times = np.unique(required, axis=0, return_counts=True)
    total = 0.0
    for staff_needed, alike in zip(days, times, strict=True):
        model = Model()
        staff, _ = form_shifts(model, week, np.ones((1, week.periods)))
        model.constrain(COVER, (1, staff), lower=staff_needed)
        total -= alike * model.solve(SECONDS, 0.0).objective
    return total


def main() -> None:
    python = sys.argv[1] if len(sys.argv) > 1 else None
    sliders()
    proofs()
    peers(python)
    if python:
        cover(python)


if __name__ == "__main__":
    main()
