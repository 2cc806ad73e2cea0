"""OR-Tools' CP-SAT and pyworkforce on a problem handed over as arrays, in a process of their own.

OR-Tools cannot share a process with highspy. Run by the benchmarks as

    python benchmarks/peers.py cpsat|plan|pyworkforce PROBLEM.npz SECONDS

with any Python that has numpy, ortools and pyworkforce; prints one line of JSON.
"""

import json
import sys
import time

import numpy as np

EXACT = 10_000  # parts of a unit of money: CP-SAT counts in whole numbers
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
    costs = np.round(EXACT * model["cost"]).astype(int)
    program.minimize(sum(int(cost) * x for cost, x in zip(costs, variables, strict=True) if cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.parameters.relative_gap_limit = 1e-4
    started = time.process_time()
    status = solver.solve(program)
    found = {"status": solver.status_name(status), "work": time.process_time() - started}
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found["objective"] = -solver.objective_value / EXACT
        found["bound"] = -solver.best_objective_bound / EXACT
    return found


def plan(shop: dict[str, np.ndarray], seconds: float) -> dict[str, float | str]:
    """Opening hours and shifts of a shop, from the lists that `benchmarks.agreement` makes."""
    from ortools.sat.python import cp_model

    program = cp_model.CpModel()
    window, covers, more = shop["window"].tolist(), shop["covers"], shop["more"]
    least, most = int(shop["least"]), int(shop["least"]) + more.shape[2]
    opened = [program.new_bool_var("") for _ in window]
    days = [[k for k in range(len(window)) if window[k][0] == day] for day in range(7)]
    profit = [round(EXACT * worth) * x for worth, x in zip(shop["worth"], opened, strict=True)]
    minutes = round(60 * shop["hour"])
    paid = [round(60 * hours) * x for hours, x in zip(shop["hours"], opened, strict=True)]
    for day, mine in enumerate(days):
        program.add_at_most_one(opened[k] for k in mine)
        worked = [program.new_int_var(0, most, "") for _ in covers]
        for t in range(covers.shape[1]):
            is_open = sum(opened[k] for k in mine if window[k][1] <= t < window[k][2])
            further = [program.new_bool_var("") for _ in range(most - least)]
            for one, next_one in zip([is_open, *further], further, strict=False):
                program.add(next_one <= one)
            at_work = sum(worked[k] for k in np.flatnonzero(covers[:, t]))
            program.add(at_work == least * is_open + sum(further))
            profit += [
                round(EXACT * worth) * x for worth, x in zip(more[day, t], further, strict=True)
            ]
            paid += [minutes * x for x in further]
    program.add_bool_or(opened)
    program.add(sum(paid) <= round(60 * shop["limit"]))
    hours = list(zip(opened, [(opens, closes) for _, opens, closes in window], strict=True))
    total = sum(minutes * (closes - opens) * x for x, (opens, closes) in hours)
    program.add_linear_constraint(total, *(round(60 * hours) for hours in shop["per_week"]))
    used = {each: program.new_bool_var("") for _, each in hours}
    for x, each in hours:
        program.add_implication(x, used[each])
    program.add(sum(used.values()) <= int(shop["patterns"]))
    if shop["alike"]:
        for others in days[1:5]:
            for one, other in zip(days[0], others, strict=True):
                program.add(opened[one] == opened[other])
    for day, mine in enumerate(days):
        for one in mine:
            for other in days[(day + 1) % 7]:
                if window[other][1] - window[one][2] < shop["nearest"]:
                    program.add_at_most_one(opened[one], opened[other])
    program.maximize(sum(profit))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    started = time.process_time()
    status = solver.solve(program)
    return {
        "status": solver.status_name(status),
        "work": time.process_time() - started,
        "objective": solver.objective_value / EXACT,
        "bound": solver.best_objective_bound / EXACT,
    }


def pyworkforce(problem: dict[str, np.ndarray], seconds: float) -> dict[str, float | str]:
    """The cheapest shifts that cover a required staff: `covers` (S, T) and `required` (days, T)."""
    from pyworkforce.scheduling import MinRequiredResources

    covers, required = problem["covers"], problem["required"]
    names = [f"shift {k}" for k in range(len(covers))]
    started = time.process_time()
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
        "work": time.process_time() - started,
        "paid": float(solution["cost"]),
    }


if __name__ == "__main__":
    solve = {"cpsat": cpsat, "plan": plan, "pyworkforce": pyworkforce}[sys.argv[1]]
    with np.load(sys.argv[2]) as arrays:
        print(json.dumps(solve(dict(arrays), float(sys.argv[3]))))
