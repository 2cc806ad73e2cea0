"""A chain of 5,000 shops: rows reduced, weeks solved, one budget shared out, evenings estimated.

python -m benchmarks.chain                  # everything at a small size
python -m benchmarks.chain reduce 5000 200  # stores, millions of rows
python -m benchmarks.chain levels 5000      # windows, staff levels and budget
python -m benchmarks.chain shifts 5000      # the same with whole shifts; several sizes at once
python -m benchmarks.chain whole 100 1000   # from rows to answer, demand included
python -m benchmarks.chain milp 50 240      # against one integer programme, so many seconds each
python -m benchmarks.chain evenings         # hidden evenings of public counters
"""

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from scipy.sparse import block_diag, csc_array, hstack, vstack

from benchmarks.chain_shops import chain_folder, shop, write_till
from benchmarks.hidden_evenings import Counters, as_shop, auckland, dublin, scored
from optimizer.case import Case, DataFile
from optimizer.casefile import read_case
from optimizer.chain.budget import Budget
from optimizer.chain.frontier import Frontier, levels, shifts
from optimizer.chain.reduce import reduce_rows
from optimizer.chain.run import chain_week, solve_chain
from optimizer.chain.stores import map_stores
from optimizer.demand.estimate import fit_demands
from optimizer.planning import hours, solver_process
from optimizer.planning.milp import Model
from optimizer.planning.week import Week

PROCESSES = 2
WINDOW_DAYS, THINNING = 60, 0.02
LATE_SECONDS = 60.0  # that a solver with large programmes looks at the clock too late


def reduce(stores: int, millions: float) -> None:
    """Write a year of till rows, then reduce them in a process of its own."""
    rows = int(millions * 1e6)
    with tempfile.TemporaryDirectory() as folder:
        write_till(Path(folder) / "till", stores, rows)
        size = sum(file.stat().st_size for file in (Path(folder) / "till").iterdir()) / 1e9
        print(f"{rows:,} rows of {stores:,} stores, {size:.1f} GB of Parquet", flush=True)
        for minutes in (60, 30):
            again = [sys.executable, "-m", "benchmarks.chain", "reduce-one", folder, str(minutes)]
            subprocess.run(again, check=True)


def reduce_one(folder: Path, minutes: int) -> None:
    case = Case(data=(DataFile("till", kind="sales"),), folder=folder)
    started, work = time.perf_counter(), time.process_time()
    reduced, parts = reduce_rows(case, folder / f"cells{minutes}", minutes=minutes)
    seconds, work = time.perf_counter() - started, time.process_time() - work
    sales = sum(part["sales"] for part in parts)
    cells = sum(part["cells"] for part in parts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{minutes} minutes: {sales:,} sales to {cells:,} cells in {seconds:.1f} s "
        f"({sales / seconds / 1e6:.1f} M rows/s; {work:.1f} s of work), {peak:.0f} MB, "
        f"{len(reduced.stores):,} stores",
        flush=True,
    )


def of_levels(store: str) -> dict:
    return vars(levels([chain_week(*shop(int(store[1:])))]))


def of_shifts(store: str) -> dict:
    return vars(shifts([chain_week(*shop(int(store[1:])))]))


def solve(kind: str, stores: int) -> None:
    """Every shop's frontier on two processes, and the budget split and split again."""
    names = [f"S{number:04d}" for number in range(stores)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    rows = map_stores(
        {"levels": of_levels, "shifts": of_shifts}[kind], names, "process", workers=PROCESSES
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    failed = [row for row in rows if "error" in row]
    frontiers = [frontier_of(row) for row in rows if "error" not in row]
    budget = Budget(frontiers)
    half = (budget.least + budget.most) / 2
    first = budget.split(half)
    seconds = time.perf_counter() - started
    again = []
    for share in np.linspace(0.4, 0.9, 21):
        begun = time.process_time()
        budget.split(budget.least + share * (budget.most - budget.least))
        again.append(time.process_time() - begun)
    print(
        f"{kind}, {stores:,} stores: {seconds:.1f} s on {PROCESSES} processes ({work:.1f} s of "
        f"work, {1000 * work / stores:.1f} ms a store), {len(failed)} failed; split of "
        f"{half:,.0f} hours with a gap of {100 * first.gap:.4f} %, split again in "
        f"{1000 * np.median(again):.1f} ms (at most {1000 * max(again):.1f})",
        flush=True,
    )


def frontier_of(row: dict) -> Frontier:
    names = ("hours", "profit", "doors", "prices", "most")
    return Frontier(*(np.array(row[name]) for name in names))


def whole(stores: int) -> None:
    """From till rows to the answer, with the pooled demand of every store."""
    with tempfile.TemporaryDirectory() as name:
        folder = chain_folder(Path(name), stores, stores * 40_000)
        case = read_case(folder)
        started = time.perf_counter()
        reduced, _ = reduce_rows(case, folder / "cells", minutes=30)
        read = time.perf_counter() - started
        answer = solve_chain(case, reduced, workers=PROCESSES, whole_shifts=False)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        split = answer.budget.split(answer.paid_hours_today)
        print(
            f"{stores:,} stores x a year ({stores * 40_000:,} rows): reduced in {read:.1f} s, "
            f"demand, levels and budget in {seconds - read:.1f} s; largest process {peak:.0f} MB; "
            f"{len(answer.errors)} errors, gap {100 * split.gap:.4f} %",
            flush=True,
        )


class _Caught(Exception):
    """A model on its way to the solver."""


class _CaughtModel(Model):
    def solve(self, time_limit: float = 30.0, gap: float = 1e-4):  # type: ignore[no-untyped-def]
        raise _Caught(self.question(time_limit, gap), self.row_numbers(hours.BUDGET))


def milp(stores: int, seconds: float = 240.0) -> None:
    """The split against one integer programme of all shops, windows, staff and shifts together.

    No plan of any kind earns more than the lower of both bounds, the programme's and our own.
    """
    weeks = [chain_week(*shop(number, 60)) for number in range(stores)]
    begun = time.process_time()
    budget = Budget([shifts([week]) for week in weeks])
    print(f"{stores} stores: {time.process_time() - begun:.1f} s of work for every budget")
    print("| share | hours | split | own bound | its bound | below own | below its | below lower |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for share in (0.2, 0.5, 0.8, 0.95):
        limit = budget.least + share * (budget.most - budget.least)
        split = budget.split(limit)
        answer = solver_process.solve(monolith(weeks, limit, seconds), seconds + LATE_SECONDS)
        bounds = split.bound, -float(answer["bound"])
        below = [
            100 * (bound - split.profit) / abs(split.profit) for bound in (*bounds, min(bounds))
        ]
        print(
            f"| {share} | {limit:,.0f} | {split.profit:,.0f} | {bounds[0]:,.0f} "
            f"| {bounds[1]:,.0f} | " + " | ".join(f"{share:.3f} %" for share in below) + " |",
            flush=True,
        )


def monolith(weeks: list[Week], limit: float, seconds: float) -> solver_process.Message:
    """All shops' integer programmes side by side, bound together by one row of paid hours."""
    blocks, coupling, parts = [], [], []
    single, hours.Model = hours.Model, _CaughtModel
    try:
        for week in weeks:
            try:
                hours.prove(replace(week, limit=1e7), seconds, 1e-4)
            except _Caught as caught:
                question, rows = caught.args
                matrix = solver_process.matrix(question)
                blocks.append(matrix)
                coupling.append(matrix[rows])
                parts.append(question)
    finally:
        hours.Model = single
    together = csc_array(vstack([block_diag(blocks), hstack(coupling)]))
    joined = {
        name: np.concatenate([part[name] for part in parts])
        for name in ("cost", "integrality", "lower", "upper", "row_lower", "row_upper")
    }
    joined["row_lower"] = np.append(joined["row_lower"], -np.inf)
    joined["row_upper"] = np.append(joined["row_upper"], limit)
    return joined | {
        "data": together.data,
        "indices": together.indices,
        "indptr": together.indptr,
        "time_limit": np.array(seconds),
        "gap": np.array(1e-4),
    }


def evenings(
    counters: Counters, first: date, until: int, rounds: int, known: float, seed: int = 0
) -> np.ndarray:
    """Every counter of a town a store with another one as its street; some stay open late.

    The evenings of the others are hidden, estimated from all together, and compared. Rounds of one
    year overlap: with twenty of them the cover moves by three hundredths from seed to seed, with a
    hundred by one.

    Parameters
    ----------
    known
        Share of the stores that are open late.

    Returns
    -------
    Rows that `scored` understands, one for each store whose evenings were hidden.
    """
    rng = np.random.default_rng(seed)
    names, rows, done = list(counters), [], 0
    while done < rounds:
        start = int(rng.integers(0, len(counters[names[0]]) - WINDOW_DAYS))
        window = {name: counts[start : start + WINDOW_DAYS] for name, counts in counters.items()}
        whole = [name for name, counts in window.items() if not np.isnan(counts).any()]
        if len(whole) < 8:
            continue
        done += 1
        late = set(rng.permutation(len(whole))[: round(known * len(whole))].tolist())
        sales = [rng.binomial(window[name].astype(int), THINNING).astype(float) for name in whole]
        begin = first + timedelta(days=start)
        shops = []
        for k, name in enumerate(whole):
            street = whole[(k + int(rng.integers(1, len(whole)))) % len(whole)]
            close = until if k in late else 17
            shops.append(as_shop(sales[k], begin, 9, close, window[street], name))
        demands = fit_demands(Case(period_minutes=60), shops)
        for k, name in enumerate(whole):
            if k not in late:
                days = demands[name].customers.reshape(-1, 7, 24)[:, :, 17:until].sum((1, 2))
                week = 7 / WINDOW_DAYS
                rows.append(
                    (
                        THINNING * window[name][:, 17:until].sum() * week,
                        *np.quantile(days, [0.5, 0.25, 0.75, 0.1, 0.9, 0.05, 0.95]),
                        sales[k][:, 16].sum() * (until - 17) * week,
                        sales[k][:, 9:17].sum() / 8 * (until - 17) * week,
                    )
                )
    return np.array(rows)


def all_evenings(rounds: int = 100) -> None:
    shared = Path(__file__).resolve().parents[2] / "shared" / "data"
    towns = {"Auckland": auckland()} | ({"Dublin": dublin(shared)} if shared.is_dir() else {})
    for until, known in ((21, 1 / 3), (21, 2 / 3), (23, 1 / 3), (23, 2 / 3)):
        rows = {town: evenings(*facts, until, rounds, known) for town, facts in towns.items()}
        for town, of_town in (rows | {"both": np.concatenate([*rows.values()])}).items():
            print(f"{town} 17-{until}, {known:.0%} open late: {scored(of_town)}", flush=True)


def main() -> None:
    verb, *sizes = sys.argv[1:] or [""]
    if verb == "reduce":
        reduce(int(sizes[0]), float(sizes[1]))
    elif verb == "reduce-one":
        reduce_one(Path(sizes[0]), int(sizes[1]))
    elif verb in ("levels", "shifts"):
        for size in sizes:
            solve(verb, int(size))
    elif verb == "whole":
        for size in sizes:
            whole(int(size))
    elif verb == "milp":
        milp(int(sizes[0]), *map(float, sizes[1:]))
    elif verb == "evenings":
        all_evenings()
    else:
        reduce(500, 10)
        for kind in ("levels", "shifts"):
            solve(kind, 100)
        whole(100)
        all_evenings(5)


if __name__ == "__main__":
    main()
