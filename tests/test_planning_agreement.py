"""The optimiser against the trial of every plan there is.

The money of the trials comes from `evaluate` alone, day by day; `benchmarks.agreement` asks another
solver about larger shops in the same way.
"""

from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.agreement import Judge, shifts
from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.planning.hours import optimize
from optimizer.planning.plan import check_plan
from optimizer.planning.response import Potential
from planning_cases import KIOSK, potential

DAY = 24  # periods of the kiosk's day
TRIED = slice(8, 15)  # those in which it may open


@lru_cache(maxsize=32)
def courses_of_staff(shift_hours: tuple[float, float], most: int) -> np.ndarray:
    """Every course of staff over the kiosk's day that some collection of shifts gives, (N, 7)."""
    case = with_changes(KIOSK, {"labour.shift_hours": shift_hours})
    periods = TRIED.stop - TRIED.start
    each = shifts(case, periods)
    digits = (most + 1) ** np.arange(periods)  # a course as one number
    found = fresh = np.zeros((1, periods), dtype=int)
    while len(fresh):
        longer = (fresh[:, None] + each).reshape(-1, periods)
        longer = longer[longer.max(axis=1) <= most]
        _, first = np.unique(longer @ digits, return_index=True)
        fresh = longer[first]
        fresh = fresh[~np.isin(fresh @ digits, found @ digits)]
        found = np.concatenate([found, fresh])
    return found


def best_of_day(case: Case, judge: Judge, weekday: int) -> dict[tuple[int, float], float]:
    """Most that a day can earn with each set of open periods (as bits) and paid hours."""
    service = case.service
    courses = courses_of_staff(case.labour.shift_hours, service.max_staff)
    enough = ((courses == 0) | (courses >= service.min_staff)).all(axis=1)
    courses = courses[enough]
    more = [
        list(accumulate(judge.further(weekday, period), initial=0.0))
        for period in range(TRIED.start, TRIED.stop)
    ]
    beyond = np.maximum(courses - service.min_staff, 0)
    worth = np.array(more)[np.arange(len(more)), beyond].sum(axis=1)
    bits = (courses > 0) @ 2 ** np.arange(len(more))
    best = {(0, 0.0): 0.0}
    for mask in np.unique(bits[bits > 0]):
        day = np.zeros(DAY, dtype=bool)
        day[TRIED] = mask >> np.arange(len(more)) & 1
        doors = np.flatnonzero(np.diff(day))  # each window is open for a shift
        windows = doors[1::2] - doors[::2]
        if len(windows) > case.hours.tidy.windows_per_day:
            continue
        if windows.min() < case.labour.shift_hours[0]:
            continue
        alone, least_hours = judge.day(weekday, day)
        for extra in np.unique(beyond[bits == mask].sum(axis=1)):
            same = (bits == mask) & (beyond.sum(axis=1) == extra)
            best[int(mask), least_hours + float(extra)] = alone + float(worth[same].max())
    return best


def best_by_trying(case: Case, people: Potential) -> float:
    """Profit of the best of all plans for Wednesday and Thursday; -inf where none is legal."""
    judge = Judge(case, people)
    limit, rules = case.labour.hours_per_week or np.inf, case.hours.tidy
    shortest, longest = case.hours.per_week or (0, np.inf)
    days = (best_of_day(case, judge, weekday) for weekday in (2, 3))
    wednesday, thursday = (sorted(day.items(), key=lambda plan: -plan[1]) for day in days)
    best = -np.inf
    for (first, hours), one in wednesday:
        for (second, more), other in thursday:
            if one + other <= best:
                break
            if first and second:
                rest = DAY - first.bit_length() + (second & -second).bit_length() - 1
                if rest < case.labour.rest_hours or (rules.patterns == 1 and first != second):
                    continue
            open_hours = first.bit_count() + second.bit_count()
            alike = first == second or not rules.same_weekdays
            is_open_enough = alike and max(shortest, 1) <= open_hours <= longest
            if is_open_enough and hours + more <= limit + 1e-9:
                best = one + other
    return judge.closed + best


@settings(max_examples=200)
@given(
    facts=st.fixed_dictionaries(
        {
            "labour.hours_per_week": st.sampled_from([None, 6.0, 10.0, 16.0]),
            "labour.shift_hours": st.sampled_from([(2, 5), (3, 5), (2, 3), (4, 6)]),
            "labour.set_up_minutes": st.sampled_from([0, 30]),
            "labour.close_down_minutes": st.just(15),
            "labour.rest_hours": st.sampled_from([0.0, 0.0, 0.0, 20.0]),
            "hours.per_week": st.sampled_from([None] * 4 + [(0, 6), (8, 12)]),
            "hours.tidy.same_weekdays": st.sampled_from([False, False, True]),
            "hours.tidy.patterns": st.sampled_from([7, 7, 1]),
            "hours.tidy.windows_per_day": st.sampled_from([1, 2]),
        }
    ),
    staff=st.sampled_from([(1, 2), (1, 1), (2, 2), (1, 3)]),
    busiest=st.floats(1, 12),
    lost=st.floats(0.5, 1.0),
    seed=st.integers(0, 10**6),
)
def test_no_plan_of_all_is_better(
    facts: dict[str, Any], staff: tuple[int, int], busiest: float, lost: float, seed: int
) -> None:
    """On tiny shops the plan is the best of all windows, staff and shifts, tried one by one."""
    case = with_changes(
        KIOSK, facts | {"service.min_staff": staff[0], "service.max_staff": staff[1]}
    )
    customers = busiest * np.random.default_rng(seed).uniform(0, 1, 168)
    people = potential(customers, draws=2, lost=lost, seed=seed)
    best = best_by_trying(case, people)
    try:
        plan = optimize(case, people, gap=1e-7)
    except PlanError:
        assert best == -np.inf
        return

    assert check_plan(case, plan) == []
    assert plan.objective == pytest.approx(best, abs=0.01)
    assert plan.bound >= best - 0.01
