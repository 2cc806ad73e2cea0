"""Minimum shift design: few kinds of shift that follow a given demand, on public instances.

python -m benchmarks.shift_design [SECONDS]

The instances of N. Musliu, A. Schaerf and W. Slany (TU Wien; L. Di Gaspero et al., "The minimum
shift design problem", Annals of Operations Research 155, 2007) lie beside the project. A week of
demand runs in a circle; a person too few or too many costs a minute for every minute, and every
kind of shift used, by start and length, a fixed charge. The model is written in the program's own
language for integer programmes and solved in its child process: once whole, then again and again
with few kinds beside those in use. The reference beside it are the best values and bounds that
HiGHS found with one column per kind of shift and day in 25 seconds.
"""

import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.errors import PlanError
from optimizer.planning.milp import Model

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "bench_min_shift_design"
REACH = 5  # slots by which a kind tried may start or last otherwise than one in use
NEIGHBOURS = 25  # kinds tried beside those in use
SECONDS_TO_MOVE = 5.0


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


@dataclass(frozen=True)
class Design:
    """Kinds of shift in use, what they cost when counted anew, and what no other ones can beat."""

    kinds: list[tuple[int, int]]
    cost: float
    bound: float


def solve(facts: dict[str, Any], shifts: list[tuple[int, int]], seconds: float) -> Design:
    """The best people on shifts of these kinds, found in so many seconds."""
    demand, days = np.array(facts["demand"]), facts["days"]
    slots, minutes = len(demand), facts["interval"]
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
    in_use = [kind for kind, n in zip(shifts, solution[people], strict=True) if n.sum() > 0.5]
    missed = facts["weightUnderCover"] * np.maximum(demand - staff, 0).sum()
    missed += facts["weightOverCover"] * np.maximum(staff - demand, 0).sum()
    cost = minutes * missed + len(in_use) * facts["weightShiftInstances"]
    return Design(in_use, float(cost), -solution.bound)


def search(facts: dict[str, Any], seconds: float) -> Design:
    """All kinds for half of the time; then the best ones among a few like those in use."""
    end, random = time.perf_counter() + seconds, np.random.default_rng(0)
    best, every = solve(facts, kinds(facts), seconds / 2), np.array(kinds(facts))
    while best.cost - best.bound > 1e-4 * best.cost and time.perf_counter() < end:
        used = np.array(best.kinds)
        away = np.abs(every[:, None] - used).max(axis=2)  # in start or length, slots
        moving = random.random(len(used)) < random.uniform(0.2, 1)
        near = (away[:, moving] <= random.integers(1, REACH + 1)).any(axis=1)
        few = random.permutation(every[near & (away > 0).all(axis=1)])[:NEIGHBOURS]
        tried = [*best.kinds, *map(tuple, few.tolist())]
        with suppress(PlanError):
            found = solve(facts, tried, min(SECONDS_TO_MOVE, end - time.perf_counter() + 1))
            if found.cost < best.cost:
                best = replace(found, bound=best.bound)
    return best


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
            found = search(facts, seconds)
            ours = f"{found.cost:.0f} | {found.bound:.0f}"
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
