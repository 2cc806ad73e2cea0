"""The modelling language, and the child process that solves."""

import threading
import time

import numpy as np
import pytest

from optimizer.errors import PlanError
from optimizer.planning import solver_process
from optimizer.planning.milp import Model


def knapsack(room: float) -> tuple[Model, np.ndarray]:
    """Up to five pieces of each of three things, worth 1, 2 and 3 apiece."""
    model = Model()
    pieces = model.variables("pieces", (3,), upper=5, gain=np.array([1.0, 2.0, 3.0]), integer=True)
    model.constrain_sum("room", (1, pieces), upper=room)
    return model, pieces


def hard_model() -> Model:
    """A market-split problem (Cornuéjols and Dawande 1998) that keeps any solver busy."""
    rng = np.random.default_rng(1)
    weights = rng.integers(0, 100, (5, 40))
    model = Model()
    chosen = model.variables("chosen", (40,), upper=1, integer=True)
    for row, weight in enumerate(weights):
        half = int(weight.sum()) // 2
        model.constrain_sum(f"split {row}", (weight, chosen), lower=half, upper=half)
    return model


def test_solution_is_read_by_columns() -> None:
    """7.5 pieces fit: five of the best and two of the next."""
    model, pieces = knapsack(7.5)
    solution = model.solve()

    assert solution.status == "optimal"
    assert solution[pieces].tolist() == [0.0, 2.0, 5.0]
    assert solution.objective == solution.bound == 19.0


def test_one_row_per_element() -> None:
    """Slices of different families are matched element by element, with broadcasting."""
    model = Model()
    rising = model.variables("rising", (2, 4), upper=10, gain=-1)
    model.constrain("by two", (1, rising[:, 1:]), (-1, rising[:, :-1]), lower=2)
    model.constrain("start", (1, rising[:, 0]), lower=np.array([0.0, 3.0]))
    solution = model.solve()

    assert solution[rising].tolist() == [[0, 2, 4, 6], [3, 5, 7, 9]]


def test_a_family_name_is_given_once() -> None:
    """Variables and rows share one list of names."""
    model, _ = knapsack(3)

    with pytest.raises(ValueError, match='"pieces" exists already'):
        model.variables("pieces", (1,))
    with pytest.raises(ValueError, match='"room" exists already'):
        model.constrain_sum("room", (1, np.array([0])), upper=1)


def test_no_values_where_none_exist() -> None:
    """The values of an infeasible model cannot be read by mistake."""
    model, pieces = knapsack(7)
    model.constrain_sum("enough", (1, pieces), lower=12)

    with pytest.raises(KeyError):
        model.solve()[pieces]


def test_time_limit_without_an_answer_is_said() -> None:
    """A model too hard for the time ends in a sentence with a cure."""
    with pytest.raises(PlanError, match=r"no plan was found in 0\.3 seconds.*Allow more time"):
        hard_model().solve(time_limit=0.3)


def test_wrong_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that breaks a row never becomes a solution."""
    lie = {"status": np.array(0), "x": np.array([5.0, 5.0, 5.0]), "bound": np.array(-30.0)}
    monkeypatch.setattr(solver_process, "solve", lambda *_: lie)

    with pytest.raises(PlanError, match="broke a rule"):
        knapsack(7)[0].solve()


def test_the_child_may_die_in_mid_solve() -> None:
    """The parent survives with one clear sentence, and the next solve is answered."""
    knapsack(7)[0].solve()  # now a child is warm and idle
    child = solver_process._idle[-1]
    errors: list[PlanError] = []

    def solve() -> None:
        try:
            hard_model().solve(time_limit=60)
        except PlanError as error:
            errors.append(error)

    thread = threading.Thread(target=solve)
    thread.start()
    while child in solver_process._idle:  # not yet asked
        time.sleep(0.01)
    time.sleep(0.3)
    assert thread.is_alive()
    child.process.kill()
    thread.join(timeout=20)

    assert [str(error).partition(".")[0] for error in errors] == [
        "the solver failed before it had an answer"
    ]
    assert knapsack(7)[0].solve().objective == 19.0


def test_a_child_that_died_while_idle_is_replaced() -> None:
    """Nobody notices: the next solve starts another one."""
    knapsack(7)[0].solve()
    dead = solver_process._idle[-1].process
    dead.kill()
    dead.wait()

    assert knapsack(7)[0].solve().objective == 19.0
    assert solver_process._idle[-1].process is not dead


def test_a_child_that_overruns_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watchdog ends a child that does not keep to the time limit."""
    monkeypatch.setattr(solver_process, "GRACE_SECONDS", -59.0)  # so it barks before the solver

    with pytest.raises(PlanError, match="the solver failed"):
        hard_model().solve(time_limit=60)


def test_the_child_ends_with_its_parent() -> None:
    """A parent that dies leaves a closed pipe behind; that ends the child in mid-solve."""
    child = solver_process.Child()
    assert child.process.stdin is not None
    solver_process.send(child.process.stdin, hard_model().question(time_limit=60, gap=0))
    child.process.stdin.close()

    assert child.process.wait(timeout=30) == 0
    child.end()


def fewest(needed: list[int], length: int, *, whole: bool = True) -> float:
    """The fewest people when each works so many periods in a row, around the clock or the week."""
    model, n = Model(), len(needed)
    starting = model.variables("starting", (n,), gain=-1.0, integer=whole)
    at_work = [(1, np.roll(starting, ago)) for ago in range(length)]
    model.constrain("enough people", *at_work, lower=np.array(needed))
    return -model.solve(gap=0).objective


@pytest.mark.parametrize(
    ("needed", "length", "people"),
    [
        # W. L. Winston, "Operations Research": a post office, five days on and two off.
        ([17, 13, 15, 19, 14, 16, 11], 5, 23),
        # A call centre by the hour, shifts of eight hours.
        (
            [
                6,
                6,
                6,
                6,
                6,
                8,
                9,
                12,
                18,
                22,
                25,
                21,
                21,
                20,
                18,
                21,
                21,
                24,
                24,
                18,
                18,
                18,
                12,
                8,
            ],
            8,
            55,
        ),
        # H. A. Taha, "Operations Research": bus drivers by four hours, shifts of eight hours.
        ([4, 8, 10, 7, 12, 4], 2, 26),
    ],
    ids=["post office", "call centre", "bus drivers"],
)
def test_published_staffing_problems(needed: list[int], length: int, people: int) -> None:
    """Textbook examples come out as printed, and no fewer can do by the count of hours."""
    assert fewest(needed, length) == people
    assert people >= sum(needed) / length


def test_split_people_bound_whole_ones() -> None:
    """Winston's post office with parts of people: 22 and a third."""
    assert fewest([17, 13, 15, 19, 14, 16, 11], 5, whole=False) == pytest.approx(67 / 3)


def test_published_shifts_with_different_pay() -> None:
    """F. S. Hillier and G. J. Lieberman: Union Airways' agents cost 30,610 a day."""
    needed = np.array([48, 79, 65, 87, 64, 73, 82, 43, 52, 15])
    shifts = [range(0, 4), range(1, 5), range(3, 7), range(5, 9), range(8, 10)]
    model = Model()
    agents = model.variables(
        "agents", (5,), gain=-np.array([170.0, 160.0, 175.0, 180.0, 195.0]), integer=True
    )
    for period, least in enumerate(needed):
        on_duty = [k for k, shift in enumerate(shifts) if period in shift]
        model.constrain_sum(f"enough agents {period}", (1, agents[on_duty]), lower=float(least))
    solution = model.solve(gap=0)

    assert -solution.objective == 30_610
    assert solution[agents].tolist() == [48, 31, 39, 43, 15]
