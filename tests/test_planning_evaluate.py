"""Judging hours and staff: the money of a week, recomputed by hand and against the optimiser."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import costs, evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.plan import check_plan
from optimizer.planning.response import respond
from planning_cases import (
    SHOP,
    kept_by_trying,
    left_by_trying,
    only_between,
    potential,
    shop,
    two_peaks,
)

TODAY = OpeningHours.parse("Mo-Fr 10:00-17:00; Sa 10:00-15:00")


def test_the_money_of_a_week_by_hand() -> None:
    """Every euro of a given week, added up customer by customer and period by period."""
    people = potential(two_peaks())
    served_by = respond(people, SHOP.service, 1.0).served
    found = evaluate(SHOP, people, TODAY, np.full(168, 2))
    open_ = [24 * day + hour for day in range(5) for hour in range(10, 17)]
    open_ += [24 * 5 + hour for hour in range(10, 15)]
    profits = []
    for draw in range(len(people.value)):
        customers = sum(served_by[draw, period, 2] for period in open_)
        wages = 2 * 40 * 14.46 * 1.30 + 2 * 2 * 5.27 * 1.30  # Saturday 13 to 15
        profits.append(people.value[draw] * customers - wages - 40 * 6.0 - 6 * 15.0)

    # After each closing the customers inside are served; on Saturday, at its supplement.
    closings = [*range(16, 16 + 24 * 5, 24), 24 * 5 + 14]
    labour = costs(SHOP, people).labour
    left = left_by_trying(SHOP, people, labour, closings)
    overtime = sum(hours * labour[t + 1] for hours, t in zip(left, closings, strict=True))

    kept = kept_by_trying(people)
    week = np.isin(np.arange(168), open_).reshape(7, 24)
    stay = sum(kept(day, week[day]) for day in range(7))

    assert found.objective == pytest.approx(np.mean(profits) + stay - overtime, rel=1e-5)
    assert found.paid_hours == 80
    assert found.supplements == pytest.approx((2 * 2 + left[-1]) * 5.27 * 1.30, rel=1e-4)
    assert found.margin - found.wage_cost - found.opening_cost == pytest.approx(found.objective)


def test_no_customer_is_lost_from_sight() -> None:
    """Served, walked away, moved, on the web and lost are all customers there are."""
    people = potential(two_peaks())
    found = evaluate(SHOP, people, TODAY)
    parts = found.served + found.walked_away + found.moved + found.web + found.lost

    assert parts == pytest.approx(people.customers.sum(axis=1).mean())
    assert min(found.served, found.walked_away, found.moved, found.web, found.lost) > 0


def test_a_shop_that_never_opens_earns_nothing() -> None:
    """With no open hour nobody can come at another one."""
    found = evaluate(SHOP, potential(two_peaks()), OpeningHours())

    assert found.objective == found.paid_hours == found.moved == 0
    assert found.lost > 0


def test_staff_is_the_number_that_pays_best_by_itself() -> None:
    """In each open period the best of all permitted numbers, tried one by one."""
    people = potential(two_peaks())
    found = evaluate(SHOP, people, TODAY)
    cost = 14.46 * 1.30
    for period in (24 + 12, 24 + 10, 24 * 4 + 16):
        earned = respond(people, SHOP.service, 1.0).earned[period]
        assert found.staff[period] == max(range(1, 5), key=lambda n: earned[n] - n * cost)
    assert found.staff[24 + 9] == 0


def test_staff_keeps_to_the_paid_hours() -> None:
    """A limit gives the further people to the hours where they bring most."""
    people = potential(two_peaks())
    free = evaluate(SHOP, people, TODAY)
    bound = evaluate(shop(labour__hours_per_week=50.0), people, TODAY)

    assert free.paid_hours > 50
    assert bound.paid_hours == 50
    assert bound.staff[24 * 4 + 12] > 1
    assert bound.objective < free.objective


def test_without_money_the_least_staff_works() -> None:
    """Where wages cannot be weighed, nobody further is called in."""
    people = potential(two_peaks(), value=1.0, unit="customers")
    found = evaluate(SHOP, people, TODAY)

    assert set(found.staff[found.opening > 0]) == {1}
    assert found.wage_cost == found.opening_cost == 0
    assert found.objective == pytest.approx(found.served + found.moved + found.web)


def test_a_period_open_in_part_counts_in_part() -> None:
    """Opening at 9:30 is, on hourly periods, half of opening at 9 and half of opening at 10."""
    people, staff = potential(two_peaks()), np.full(168, 2)
    nine, half, ten = (
        evaluate(SHOP, people, OpeningHours.parse(f"Mo-Sa {start}-17:00"), staff)
        for start in ("09:00", "09:30", "10:00")
    )

    assert half.served == pytest.approx((nine.served + ten.served) / 2)
    assert half.wage_cost == pytest.approx((nine.wage_cost + ten.wage_cost) / 2)
    # Who comes all the same depends on the distance, which is half way but does not act in halves.
    assert half.objective == pytest.approx((nine.objective + ten.objective) / 2, rel=1e-3)
    assert half.paid_hours == pytest.approx(2 * 6 * 7.5)


def test_night_hours_belong_to_the_day_that_opened() -> None:
    """Friday 18:00 to 02:00 costs one day of opening, not two."""
    night = OpeningHours.parse("Fr 18:00-02:00")
    found = evaluate(SHOP, potential(two_peaks()), night, np.ones(168, dtype=int))

    assert found.opening_cost == pytest.approx(8 * 6.0 + 15.0)


def test_too_many_staff_are_refused() -> None:
    """The message names the fact to change."""
    with pytest.raises(PlanError, match=r"9 people .* service\.max_staff.*Raise max_staff"):
        evaluate(SHOP, potential(two_peaks()), TODAY, np.full(168, 9))


@settings(max_examples=500)
@given(
    seed=st.integers(0, 10**6),
    period=st.sampled_from([60, 60, 30]),
    busiest=st.floats(3, 60),
    lost=st.floats(0.15, 0.85),
    staff=st.sampled_from([(1, 2), (1, 4), (2, 3), (2, 2)]),
    kind=st.sampled_from(["till", "assist"]),
    limit=st.sampled_from([None, 60.0, 110.0]),
    same=st.booleans(),
    unit=st.sampled_from(["EUR", "EUR", "customers"]),
    candidate=st.sampled_from(["Mo-Sa 09:00-20:00", "Tu-Fr 08:00-16:00; Su 11:00-21:00"]),
    set_up=st.sampled_from([0, 20]),
    patterns=st.sampled_from([7, 7, 2]),
    windows=st.sampled_from([1, 1, 2]),
    prices=st.dictionaries(
        st.sampled_from(["min_staff", "paid_hours", "open_hours", "rest", "patterns"]),
        st.sampled_from(["off", 1.0, 30.0]),
        max_size=2,
    ),
)
def test_evaluate_agrees_with_the_optimiser_to_a_cent(
    seed: int,
    period: int,
    busiest: float,
    lost: float,
    staff: tuple[int, int],
    kind: str,
    limit: float | None,
    same: bool,
    unit: str,
    candidate: str,
    set_up: int,
    patterns: int,
    windows: int,
    prices: dict[str, float | str],
) -> None:
    """On random shops the plan breaks no rule and is worth what the optimiser says."""
    case = with_changes(
        SHOP,
        {
            "period_minutes": period,
            "hours.candidate": candidate,
            "hours.tidy.same_weekdays": same,
            "hours.tidy.patterns": patterns,
            "hours.tidy.windows_per_day": windows,
            "hours.per_week": (20, 50) if "open_hours" in prices else None,
            "labour.rest_hours": 15.0 if "rest" in prices else 0.0,
            "labour.set_up_minutes": set_up,
            "labour.close_down_minutes": set_up // 2,
            "service.kind": kind,
            "service.min_staff": staff[0],
            "service.max_staff": staff[1],
            "labour.hours_per_week": limit,
            **{f"rules.{rule}": firmness for rule, firmness in prices.items()},
        },
    )
    value = 1.0 if unit == "customers" else 8.0
    people = potential(two_peaks(period, busiest), lost=lost, value=value, unit=unit, seed=seed)
    plan = optimize(case, people, time_limit=0)
    found = evaluate(case, people, plan)

    assert check_plan(case, plan) == []
    assert found.objective - found.penalty == pytest.approx(plan.objective, abs=0.01)
    assert found.paid_hours == pytest.approx(plan.paid_hours)
    assert plan.objective <= plan.bound


def test_the_plan_beats_what_can_be_done_by_hand() -> None:
    """A Saturday crowd in a shop that opens on weekdays only: the plan finds it."""
    people = potential(only_between(11, 15, 20.0))
    case = shop(hours__candidate="Mo-Sa 09:00-18:00")
    plan = optimize(case, people)

    assert plan.opening[24 * 5 + 12]
    assert (
        plan.objective > evaluate(case, people, OpeningHours.parse("Mo-Fr 10:00-17:00")).objective
    )


def test_set_up_and_close_down_are_paid_by_the_clock() -> None:
    """Twenty minutes before and ten after each day, by two people: wages with their supplements."""
    people, staff = potential(two_peaks()), np.full(168, 2)
    duty = {"labour__set_up_minutes": 20, "labour__close_down_minutes": 10}
    late = OpeningHours.parse("Mo-Fr 10:00-18:00")  # closing down falls after 18:00
    without, paid = (
        evaluate(shop(service__min_staff=2, **changes), people, late, staff)
        for changes in ({}, duty)
    )

    assert paid.paid_hours - without.paid_hours == pytest.approx(5 * 2 * 0.5)
    evening = 4.00 * 1.30 * 5 * 2 / 6
    assert paid.supplements - without.supplements == pytest.approx(evening)
    assert without.objective - paid.objective == pytest.approx(5 * 2 * 0.5 * 14.46 * 1.30 + evening)
    assert paid.served == without.served
