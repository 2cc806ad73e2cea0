"""Minimum shift design: few kinds of shift that follow a given demand, on public instances.

python -m benchmarks.shift_design [SECONDS]

The instances of N. Musliu, A. Schaerf and W. Slany (TU Wien; L. Di Gaspero et al., "The minimum
shift design problem", Annals of Operations Research 155, 2007) lie beside the project. A week of
demand runs in a circle; a person too few or too many costs a minute for every minute, and every
kind of shift used, by start and length, a fixed charge. The model is written in the program's own
language for integer programmes and solved in its child process. The reference beside it are the
best values and bounds that HiGHS found with one column per kind of shift and day in 25 seconds.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.errors import PlanError
from optimizer.planning.milp import Model, Solution

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "bench_min_shift_design"


def kinds(facts: dict[str, Any]) -> list[tuple[int, int]]:
    """Start and length of every kind of shift, in slots."""
    ranges = zip(
        *(facts[name] for name in ("minStart", "maxStart", "minLength", "maxLength")), strict=True
    )
    found = {
        (start, length)
        for first, last, shortest, longest in ranges
        for start in range(first, last + 1)
        for length in range(shortest, longest + 1)
    }
    return sorted(found)


def solve(facts: dict[str, Any], seconds: float) -> tuple[Solution, float]:
    """The best shifts found in the time, and what they cost when counted anew."""
    demand, days = np.array(facts["demand"]), facts["days"]
    slots, minutes = len(demand), facts["interval"]
    shifts = kinds(facts)
    starts, lengths = np.array(shifts).T
    model = Model()
    used = model.variables(
        "kinds of shift used", (len(shifts), 1), upper=1,
        gain=-float(facts["weightShiftInstances"]), integer=True,
    )  # fmt: skip
    people = model.variables("people", (len(shifts), days), integer=True)
    missing, idle = (
        model.variables(name, (slots,), gain=-float(minutes * facts[weight]))
        for name, weight in (("missing", "weightUnderCover"), ("idle", "weightOverCover"))
    )
    first = starts[:, None] + np.arange(days) * (slots // days)
    # Nobody works a shift on a day beyond the highest demand that it meets: he would only be idle.
    most = np.array(
        [
            [demand[np.arange(a, a + length) % slots].max() for a in row]
            for row, length in zip(first, lengths, strict=True)
        ]
    )
    model.constrain("people work shifts in use", (1, people), (-most, used), upper=0)
    for slot in range(slots):
        here = (slot - first) % slots < lengths[:, None]
        balance = ((1, people[here]), (1, missing[slot : slot + 1]), (-1, idle[slot : slot + 1]))
        model.constrain_sum(f"slot {slot}", *balance, lower=demand[slot], upper=demand[slot])
    solution = model.solve(seconds, 1e-6)
    staff = np.zeros(slots)
    for (k, day), n in np.ndenumerate(solution[people]):
        staff[np.arange(first[k, day], first[k, day] + lengths[k]) % slots] += n
    in_use = int((solution[people].sum(axis=1) > 0.5).sum())
    cost = facts["weightUnderCover"] * np.maximum(demand - staff, 0).sum()
    cost += facts["weightOverCover"] * np.maximum(staff - demand, 0).sum()
    return solution, float(minutes * cost + in_use * facts["weightShiftInstances"])


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    instances = json.loads((DATA / "all_instances.json").read_text(encoding="utf-8"))
    reference = json.loads((DATA / "reference_bounds_own_milp.json").read_text(encoding="utf-8"))
    print("| instance | slot, minutes | cost | bound | s | reference cost | bound | s |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, facts in instances.items():
        if name not in reference or not facts["weightUnderCover"]:
            continue  # no reference, or nobody is needed
        started = time.perf_counter()
        try:
            solution, cost = solve(facts, seconds)
            ours = f"{cost:.0f} | {-solution.bound:.0f}"
        except PlanError:
            ours = "none | "
        took, theirs = time.perf_counter() - started, reference[name]
        print(
            f"| {name} | {facts['interval']} | {ours} | {took:.1f} | {theirs['upper_bound']:.0f} "
            f"| {theirs['lower_bound']:.0f} | {theirs['seconds']:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
