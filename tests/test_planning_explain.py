"""Why a plan is as it is: the ladder of closing times, the prices of rules, work against profit."""

import numpy as np
import pytest

from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate
from optimizer.planning.explain import frontier, price_ladder, rule_prices
from optimizer.planning.hours import optimize
from planning_cases import only_between, potential, shop, two_peaks


def test_ladder_adds_up_to_the_plan() -> None:
    """From a closed day the rungs add up to the profit of each closing time, and of the plan."""
    case = shop(period_minutes=30, labour__break_minutes=30, hours__tidy__step_minutes=30)
    people = potential(two_peaks(30))
    plan = optimize(case, people, gap=1e-6)
    rungs = price_ladder(case, people, plan, 3)
    closed = plan.opening.reshape(7, -1).copy()
    closed[3] = False
    start = evaluate(case, people, closed.ravel(), plan.staff).objective
    at_plan = next(rung for rung in rungs if rung.closes_minute == plan.hours.closing_minute(3))

    gains = np.cumsum([rung.earns - rung.costs for rung in rungs])
    assert [rung.profit for rung in rungs] == pytest.approx((start + gains).tolist())
    assert max(rung.profit for rung in rungs) <= plan.bound + 0.01
    assert at_plan.profit == pytest.approx(plan.objective, abs=3.0)
    assert [rung.closes_minute for rung in rungs] == sorted({r.closes_minute for r in rungs})


def test_ladder_knows_that_a_shift_reaches_further() -> None:
    """One person in turn: 6 hours take one shift, 7 hours two of four, and the 8th hour is paid."""
    case = shop(
        hours__candidate="We 09:00-20:00",
        hours__obligatory="We 09:00-13:00",
        labour__shift_hours=(4, 6),
        service__max_staff=2,
        economics__wage=12.0,
    )
    people = potential(only_between(9, 20, 3.0), value=20.0)
    plan = optimize(case, people)
    hours = {
        rung.closes_minute // 60: rung.paid_hours for rung in price_ladder(case, people, plan, 2)
    }

    assert [hours[clock] for clock in (13, 14, 15, 16, 17, 18)] == [4, 1, 1, 2, 0, 1]


def test_ladder_charges_hours_that_would_earn_elsewhere() -> None:
    """Where the weekly limit binds, an hour of this day is an hour less of another."""
    people = potential(two_peaks())
    plan = optimize(shop(labour__hours_per_week=80.0), people)
    rungs = price_ladder(shop(labour__hours_per_week=80.0), people, plan, 4)

    assert plan.next_hour > 1
    assert all(rung.hours_cost == pytest.approx(rung.paid_hours * plan.next_hour) for rung in rungs)
    assert all(0 <= rung.chance <= 1 for rung in rungs)
    assert {rung.pays for rung in rungs} == {True, False}


def test_ladder_of_a_day_the_plan_leaves_closed() -> None:
    """It starts where that day would best open, and says that no rung pays."""
    case, people = shop(hours__candidate="Mo-Su 09:00-20:00"), potential(two_peaks(busiest=6.0))
    plan = optimize(case, people)
    sunday = price_ladder(case, people, plan, 6)

    assert plan.hours.closing_minute(6) is None
    assert sunday
    assert price_ladder(shop(), people, optimize(shop(), people), 6) == []  # not a candidate day
    assert max(rung.profit for rung in sunday) <= plan.bound + 0.01


def test_frontier_rises_to_the_free_optimum_below_its_bounds() -> None:
    """More work earns more until it no longer pays; every level is a plan that can be judged."""
    case, people = shop(period_minutes=30, labour__break_minutes=30), potential(two_peaks(30))
    levels = frontier(case, people, points=12)
    hours = [level.evaluation.paid_hours for level in levels]
    profits = [level.evaluation.objective for level in levels]
    free = optimize(case, people, gap=1e-4)

    assert len(levels) >= 6
    assert hours == sorted(set(hours))
    assert profits == sorted(set(profits))
    assert all(profit <= level.bound + 0.01 for profit, level in zip(profits, levels, strict=True))
    assert free.bound * 0.995 <= profits[-1] <= free.bound + 0.01
    for level in levels[::4]:
        again = evaluate(case, people, level.evaluation.opening > 0, level.evaluation.staff)
        assert again.objective == pytest.approx(level.evaluation.objective)


def test_a_limited_plan_lies_under_the_frontier() -> None:
    """No plan with a limit on paid hours passes the bound between two levels."""
    case, people = shop(), potential(two_peaks())
    levels = frontier(case, people, points=12)
    for limit in (40.0, 75.0, 120.0):
        plan = optimize(shop(labour__hours_per_week=limit), people, gap=1e-3)
        bound = min(
            level.bound + level.price * (plan.paid_hours - level.evaluation.paid_hours)
            for level in levels
        )
        assert plan.objective <= bound + 0.01


def test_rules_cost_what_doing_without_them_brings() -> None:
    """The range holds the proven difference; rules not in force are not named."""
    people = potential(two_peaks())
    rules = {
        "labour__hours_per_week": 80.0,
        "hours__legal": "Mo-Sa 11:00-19:00",
        "service__min_staff": 2,
    }
    case = shop(**rules)
    prices = {price.rule: price for price in rule_prices(case, people)}
    with_rule = optimize(case, people, gap=1e-6).objective
    words = {
        "at most 80 paid hours a week": {"labour__hours_per_week": None},
        "legal hours": {"hours__legal": None},
        "at least 2 people": {"service__min_staff": 1},
    }

    assert set(prices) == set(words)
    for rule, without in words.items():
        gain = optimize(shop(**{**rules, **without}), people, gap=1e-6).objective - with_rule
        assert prices[rule].least - 0.01 <= gain <= prices[rule].most + 0.01
    assert prices["at most 80 paid hours a week"].least > 50


def test_rules_on_the_week_have_a_price() -> None:
    """A limit on the hours open and on different opening times, each beside the week without it."""
    people = potential(two_peaks(30))
    facts = {"period_minutes": 30, "labour__break_minutes": 30}
    rules = {"hours__tidy__patterns": 1, "hours__per_week": (0, 40)}
    prices = {price.rule: price for price in rule_prices(shop(**facts, **rules), people)}
    with_rule = optimize(shop(**facts, **rules), people, gap=1e-6)
    words = {
        "at most 1 different opening times": "hours__tidy__patterns",
        "open 0 to 40 hours a week": "hours__per_week",
    }

    assert with_rule.hours.weekly_hours <= 40
    for rule, name in words.items():
        less = {key: value for key, value in rules.items() if key != name}
        without = optimize(shop(**facts, **less), people, gap=1e-6)
        assert prices[rule].least <= without.bound - with_rule.objective + 0.01
        assert prices[rule].most >= without.objective - with_rule.bound - 0.01
    assert prices["open 0 to 40 hours a week"].least > 50


def test_today_lies_below_the_plan_with_as_much_work() -> None:
    """The plan with today's paid hours earns at least what today's hours do with their shifts."""
    people = potential(two_peaks())
    today = evaluate(shop(), people, OpeningHours.parse("Mo-Fr 10:00-18:00; Sa 10:00-14:00"))
    plan = optimize(shop(labour__hours_per_week=today.paid_hours), people)

    assert plan.objective > today.objective
