"""Few opening times to remember: the best grouping of days, and plans that keep to it."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.planning.engine import find
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.patterns import gathered
from optimizer.planning.plan import Plan, check_plan
from optimizer.planning.week import week_of
from planning_cases import potential, shop, two_peaks


def opening_times(plan: Plan) -> int:
    """Different windows in a week."""
    return len({tuple(day) for day in plan.opening.reshape(7, -1).tolist() if any(day)})


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), days=st.integers(1, 4), most=st.integers(1, 3))
def test_the_best_grouping_of_all(seed: int, days: int, most: int) -> None:
    """On a few days with a few windows, every choice of windows tried one by one."""
    rng = np.random.default_rng(seed)
    worth = rng.normal(0, 10, (days, 3, 3))
    worth[:, np.tril_indices(3)[0], np.tril_indices(3)[1]] = -np.inf
    must_open = (rng.random(days) < 0.3).tolist()
    windows = [None, (0, 1), (0, 2), (1, 2)]
    best = max(
        sum(worth[(day, *window)] for day, window in enumerate(week) if window)
        for week in product(windows, repeat=days)
        if 0 < len(set(week) - {None}) <= most
        if all(window or not must for window, must in zip(week, must_open, strict=True))
    )

    total, chosen = gathered(worth, must_open, most)

    assert total == pytest.approx(best)
    assert sum(worth[(day, *window)] for day, window in chosen.items()) == pytest.approx(best)
    assert 0 < len(set(chosen.values())) <= most


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_plan_with_few_opening_times(most: int) -> None:
    """It keeps to the number, is worth what it says, and its bound lies below a freer plan's."""
    people = potential(two_peaks())
    case = shop(hours__tidy__patterns=most, labour__hours_per_week=120.0)
    freer = shop(hours__tidy__patterns=most + 1, labour__hours_per_week=120.0)
    quick, proven = (optimize(case, people, time_limit=limit) for limit in (0, 20))
    wider = optimize(freer, people, time_limit=20)

    assert opening_times(proven) <= most
    assert check_plan(case, quick) == check_plan(case, proven) == []
    assert evaluate(case, people, quick).objective == pytest.approx(quick.objective, abs=0.01)
    assert quick.objective - 0.01 <= proven.objective <= quick.bound + 0.01
    assert proven.objective <= wider.bound + 0.01
    assert quick.gap < 0.01


def test_weekdays_alike_count_as_one() -> None:
    """With Monday to Friday alike and two opening times, only Saturday may differ."""
    people = potential(two_peaks())
    case = shop(hours__tidy__patterns=2, hours__tidy__same_weekdays=True)
    plan = optimize(case, people)

    assert opening_times(plan) <= 2
    assert check_plan(case, plan) == []
    assert find(week_of(case, people)) is not None
