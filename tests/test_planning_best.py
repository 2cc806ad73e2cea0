"""Nothing better exists: every plan of tiny shops tried, and the textbook model of larger ones."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.case import Case, Labour
from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.planning.evaluate import costs, evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.milp import Model
from optimizer.planning.plan import check_plan
from optimizer.planning.response import Potential, respond
from planning_cases import (
    KIOSK,
    kept_by_trying,
    left_by_trying,
    potential,
    shop,
    two_peaks,
)


@cache
def staff_profiles(labour: Labour, most: int, periods: int) -> list[tuple[int, ...]]:
    """Every course of staff over a day that some collection of legal shifts gives."""
    shortest, longest = (int(hours) for hours in labour.shift_hours)
    shifts = []
    for start in range(periods):
        for length in range(shortest, min(longest, periods - start) + 1):
            work = np.zeros(periods, dtype=int)
            work[start : start + length] = 1
            if length <= labour.break_after_hours:
                shifts.append(work)
            else:  # one hour of break, two hours from either end
                for away in range(start + 2, start + length - 2):
                    shifts.append(work - (np.arange(periods) == away))
    found = {(0,) * periods}
    fresh = found
    while fresh:
        fresh = {
            longer
            for profile in fresh
            for shift in shifts
            if max(longer := tuple((np.array(profile) + shift).tolist())) <= most
        } - found
        found |= fresh
    return list(found)


def runs(periods: list[int]) -> list[tuple[int, int]]:
    """First and last of each unbroken run."""
    starts = [t for t in periods if t - 1 not in periods]
    ends = [t for t in periods if t + 1 not in periods]
    return list(zip(starts, ends, strict=True))


def best_by_trying(case: Case, people: Potential) -> float:
    """Profit of the best plan for Wednesday and Thursday 8 to 15, of all that there are.

    Rules with a price cost what they miss.
    """
    response, kept = respond(people, case.service, 1.0), kept_by_trying(people)
    closed = [kept(day, [False] * 24) for day in range(7)]
    pay = costs(case, people).labour
    closings = [24 * day + hour for day in (2, 3) for hour in range(8, 15)]
    left = dict(zip(closings, left_by_trying(case, people, pay, closings), strict=True))
    wage, labour, rules = case.economics.labour_cost_per_hour, case.labour, case.rules
    duty = case.service.min_staff * (labour.set_up_minutes + labour.close_down_minutes) / 60
    needed = [case.service.min_staff] * 7
    for asked in case.service.min_staff_at:
        needed = [max(n, asked.staff) if t >= 4 else n for t, n in enumerate(needed)]  # from 12
    asked_hours = 0 if case.hours.obligatory is None else 2  # Wednesday 8 to 10
    shifts = Labour(  # only what shifts hang on, so that they are listed once
        shift_hours=labour.shift_hours, break_after_hours=labour.break_after_hours
    )
    by_hours: list[dict[tuple[float, int, int], float]] = []
    for weekday in (2, 3):
        best, stays = {(0.0, 0, 0 if weekday == 2 else 24): 0.0}, {}
        if weekday == 2 and asked_hours:
            best = {(0.0, 0, 0): -asked_hours * rules.price("obligatory")}
        for profile in staff_profiles(shifts, case.service.max_staff, 7):
            at_work = [period for period in range(7) if profile[period]]
            windows = runs(at_work)
            if not 1 <= len(windows) <= case.hours.tidy.windows_per_day:
                continue
            if any(b - a + 1 < labour.shift_hours[0] for a, b in windows):
                continue
            missing = sum(max(needed[period] - profile[period], 0) for period in at_work)
            if missing and rules.min_staff == "strict":
                continue
            open_ = [hour - 8 in at_work for hour in range(24)]
            if tuple(open_) not in stays:
                stays[tuple(open_)] = kept(weekday, open_) - closed[weekday]
            gain = stays[tuple(open_)] - case.economics.open_cost_per_day
            gain -= missing * rules.price("min_staff")
            for period in at_work:
                week = 24 * weekday + 8 + period
                gain += response.earned[week, profile[period]]
                gain -= wage * profile[period] + case.economics.open_cost_per_hour
            if weekday == 2 and asked_hours:
                gain -= rules.price("obligatory") * (asked_hours - sum(open_[8:10]))
            # What couples the two days: paid hours, hours open, and Wednesday's end or
            # Thursday's beginning.
            hours = (
                sum(profile) + duty,
                len(at_work),
                at_work[-1] + 1 if weekday == 2 else at_work[0],
            )
            gain -= wage * duty
            gain -= sum(wage * left[24 * weekday + 8 + end] for _, end in windows)
            best[hours] = max(best.get(hours, -np.inf), gain)
        by_hours.append(best)
    limit = case.labour.hours_per_week or np.inf
    least, most = case.hours.per_week or (0, 24)
    profits = []
    for (hours, open_hours, end), first in by_hours[0].items():
        for (more, more_open, start), second in by_hours[1].items():
            missed = {
                "paid_hours": max(hours + more - limit, 0),
                "open_hours": max(open_hours + more_open - most, least - open_hours - more_open, 0),
                "rest": max(labour.rest_hours - (start + 24 - end), 0) if hours and more else 0,
            }
            if hours + more == 0 or any(missed[r] and rules.is_strict(r) for r in missed):
                continue
            profits.append(first + second - sum(missed[r] * rules.price(r) for r in missed))
    return sum(closed) + max(profits)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    busiest=st.floats(1, 12),
    staff=st.sampled_from([(1, 2), (1, 1), (2, 2), (1, 3)]),
    limit=st.sampled_from([None, 5.0, 9.0, 14.0]),
    shifts=st.sampled_from([(2, 5), (3, 5), (2, 3), (4, 6)]),
    set_up=st.sampled_from([0, 30]),
    per_week=st.sampled_from([None, None, (0, 6), (9, 12)]),
    rest=st.sampled_from([0.0, 20.0, 22.0]),
    windows=st.sampled_from([1, 2]),
    at_noon=st.booleans(),
    obligatory=st.booleans(),
    prices=st.dictionaries(
        st.sampled_from(["min_staff", "paid_hours", "open_hours", "rest", "obligatory"]),
        st.sampled_from([1.0, 6.0, 40.0]),
        max_size=3,
    ),
)
def test_nothing_better_exists(
    seed: int,
    busiest: float,
    staff: tuple[int, int],
    limit: float | None,
    shifts: tuple[int, int],
    set_up: int,
    per_week: tuple[float, float] | None,
    rest: float,
    windows: int,
    at_noon: bool,
    obligatory: bool,
    prices: dict[str, float],
) -> None:
    """On tiny shops the plan is as good as the best of all plans, tried one by one."""
    rng = np.random.default_rng(seed)
    asked = [{"hours": "Mo-Su 12:00-24:00", "staff": staff[1]}] if at_noon else []
    case = with_changes(
        KIOSK,
        {
            "service.min_staff": staff[0],
            "service.max_staff": staff[1],
            "service.min_staff_at": asked,
            "labour.hours_per_week": limit,
            "labour.shift_hours": shifts,
            "labour.set_up_minutes": set_up,
            "labour.close_down_minutes": 15,
            "labour.rest_hours": rest,
            "hours.per_week": per_week,
            "hours.tidy.windows_per_day": windows,
            "hours.obligatory": "We 08:00-10:00" if obligatory and "obligatory" in prices else None,
            **{f"rules.{rule}": price for rule, price in prices.items()},
        },
    )
    people = potential(busiest * rng.uniform(0, 1, 168), draws=2, lost=0.9, seed=seed)
    try:
        plan = optimize(case, people, gap=1e-7)
    except PlanError:
        with pytest.raises(ValueError, match="empty"):
            best_by_trying(case, people)
        return
    found = evaluate(case, people, plan)

    assert check_plan(case, plan) == []
    assert found.objective - found.penalty == pytest.approx(plan.objective, abs=0.01)
    assert plan.objective == pytest.approx(best_by_trying(case, people), abs=0.01)


def best_by_listing(case: Case, people: Potential) -> tuple[float, float]:
    """Profit and bound of the best plan, with a column for every window and every shift."""
    response = respond(people, case.service, 1.0)
    earned = response.earned.reshape(7, 24, -1)
    kept = kept_by_trying(people)
    closed = [kept(day, np.zeros(24)) for day in range(7)]
    pay = costs(case, people).labour
    closings = [24 * day + hour for day in range(6) for hour in range(9, 20)]
    left = np.zeros((7, 24))
    left.flat[closings] = left_by_trying(case, people, pay, closings)
    wage = case.economics.labour_cost_per_hour
    least, most = case.service.min_staff, case.service.max_staff
    shortest, longest = (int(hours) for hours in case.labour.shift_hours)
    t = np.arange(24)
    shifts, windows = [], []
    for start in range(9, 20):
        for end in range(start + shortest, 21):
            windows.append((start <= t) & (t < end))
            work = windows[-1].astype(float)
            if end - start <= case.labour.break_after_hours:
                shifts.append(work)
            elif end - start <= longest:
                shifts += [work - (t == away) for away in range(start + 2, end - 2)]
    cover, open_ = np.array(shifts), np.array(windows, dtype=float)

    model = Model()
    all_staff = []
    all_open = []
    for day in range(6):
        worked = model.variables(f"shifts {day}", (len(cover),), integer=True)
        chosen = model.variables(
            f"window {day}",
            (len(open_),),
            upper=1,
            integer=True,
            gain=open_ @ earned[day, :, least]
            + [kept(day, window) - closed[day] for window in windows]
            - [wage * left[day, np.flatnonzero(window)[-1]] for window in windows]
            - case.economics.open_cost_per_day
            - open_.sum(axis=1) * case.economics.open_cost_per_hour,
        )
        staff = model.variables(f"staff {day}", (24,), gain=-wage)
        more = model.variables(
            f"more {day}", (24, most - least), upper=1, gain=np.diff(earned[day, :, least:], axis=1)
        )
        each_shift = [(cover[k], worked[k]) for k in range(len(cover))]
        each_window = [(open_[k], chosen[k]) for k in range(len(open_))]
        model.constrain(f"work {day}", (-1, staff), *each_shift, lower=0, upper=0)
        model.constrain(
            f"cover {day}",
            (1, staff),
            *[(-least * share, column) for share, column in each_window],
            *[(-1, more[:, k]) for k in range(most - least)],
            lower=0,
            upper=0,
        )
        for k in range(most - least):
            shut = [(-share, column) for share, column in each_window]
            model.constrain(f"closed {day} {k}", (1, more[:, k]), *shut, upper=0)
        model.constrain_sum(f"one window {day}", (1, chosen), upper=1)
        all_staff.append(staff)
        all_open.append(chosen)
    model.constrain_sum("budget", (1, np.array(all_staff)), upper=case.labour.hours_per_week or 1e9)
    model.constrain_sum("some day", (1, np.array(all_open)), lower=1)
    solution = model.solve(time_limit=60, gap=1e-5)
    return solution.objective + sum(closed), solution.bound + sum(closed)


@pytest.mark.parametrize(
    ("busiest", "staff", "limit", "seed"),
    [
        (30.0, (1, 4), 120.0, 1),
        (15.0, (1, 3), None, 2),
        (45.0, (2, 5), 200.0, 3),
        (8.0, (1, 2), 60.0, 4),
    ],
)
def test_the_textbook_model_agrees(
    busiest: float, staff: tuple[int, int], limit: float | None, seed: int
) -> None:
    """A shop of real size, solved with a column for every window and every shift."""
    case = shop(
        hours__candidate="Mo-Sa 09:00-20:00",
        labour__rules="none",
        labour__hours_per_week=limit,
        service__min_staff=staff[0],
        service__max_staff=staff[1],
    )
    people = potential(two_peaks(busiest=busiest), draws=2, lost=0.7, seed=seed)
    plan = optimize(case, people, gap=1e-5)
    value, bound = best_by_listing(case, people)

    assert plan.objective <= bound + 0.01
    assert value <= plan.bound + 0.01
    assert plan.objective == pytest.approx(value, rel=2e-4)
