"""OR-Tools' CP-SAT and pyworkforce on a problem handed over as arrays, in a process of their own.

OR-Tools cannot share a process with highspy. Run by `benchmarks.plans` as

    python benchmarks/peers.py cpsat|pyworkforce PROBLEM.npz SECONDS

with any Python that has numpy, ortools and pyworkforce; prints one line of JSON.
"""

import json
import sys
import time

import numpy as np

CENTS = 100  # CP-SAT counts in whole numbers
MANY = 200  # above any count of people or shifts here


def cpsat(model: dict[str, np.ndarray], seconds: float) -> dict[str, float | str]:
    """An integer programme as `optimizer.planning.milp.Model.question` gives it."""
    from ortools.sat.python import cp_model

    program = cp_model.CpModel()
    upper = np.minimum(model["upper"], MANY).astype(int)
    lower = model["lower"].astype(int)
    variables = [program.new_int_var(int(a), int(b), "") for a, b in zip(lower, upper, strict=True)]
    rows: list[list[tuple[int, float]]] = [[] for _ in model["row_lower"]]
    for column in range(len(variables)):
        for k in range(model["indptr"][column], model["indptr"][column + 1]):
            rows[model["indices"][k]].append((column, model["data"][k]))
    for row, least, most in zip(rows, model["row_lower"], model["row_upper"], strict=True):
        # Hours of a period are quarters of an hour at the finest.
        factor = 1 if all(value == int(value) for _, value in row) else 60
        expression = sum(round(factor * value) * variables[column] for column, value in row)
        low, high = (
            round(factor * limit) if np.isfinite(limit) else sign * 10**9
            for limit, sign in ((least, -1), (most, 1))
        )
        program.add_linear_constraint(expression, low, high)
    costs = np.round(CENTS * model["cost"]).astype(int)
    program.minimize(sum(int(cost) * x for cost, x in zip(costs, variables, strict=True) if cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.parameters.relative_gap_limit = 1e-4
    started = time.perf_counter()
    status = solver.solve(program)
    found = {"status": solver.status_name(status), "seconds": time.perf_counter() - started}
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found["objective"] = -solver.objective_value / CENTS
        found["bound"] = -solver.best_objective_bound / CENTS
    return found


def pyworkforce(problem: dict[str, np.ndarray], seconds: float) -> dict[str, float | str]:
    """The cheapest shifts that cover a required staff: `covers` (S, T) and `required` (days, T)."""
    from pyworkforce.scheduling import MinRequiredResources

    covers, required = problem["covers"], problem["required"]
    names = [f"shift {k}" for k in range(len(covers))]
    started = time.perf_counter()
    solution = MinRequiredResources(
        num_days=len(required),
        periods=required.shape[1],
        shifts_coverage=dict(zip(names, covers.tolist(), strict=True)),
        required_resources=required.tolist(),
        max_period_concurrency=3 * int(required.max()),
        max_shift_concurrency=int(required.max()),
        cost_dict=dict(zip(names, covers.sum(axis=1).tolist(), strict=True)),
        max_search_time=seconds,
    ).solve()
    return {
        "status": solution["status"],
        "seconds": time.perf_counter() - started,
        "paid": float(solution["cost"]),
    }


if __name__ == "__main__":
    solve = {"cpsat": cpsat, "pyworkforce": pyworkforce}[sys.argv[1]]
    with np.load(sys.argv[2]) as arrays:
        print(json.dumps(solve(dict(arrays), float(sys.argv[3]))))
