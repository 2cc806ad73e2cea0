"""What a plan is up against: the prices of rules, hours kept free, work against profit."""

import pytest

from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate
from optimizer.planning.explain import frontier, price_of_free, rule_prices
from optimizer.planning.hours import optimize
from planning_cases import potential, shop, two_peaks


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


def test_each_level_is_the_best_plan_with_its_hours() -> None:
    """A level and the proven plan with the same limit on paid hours lie within both gaps."""
    people = potential(two_peaks())
    for level in frontier(shop(), people, points=8)[1::2]:
        here = level.evaluation
        limited = shop(labour__hours_per_week=here.paid_hours)
        plan = optimize(limited, people, gap=1e-6)

        assert here.objective <= plan.bound + 0.01
        assert plan.objective <= level.bound + 0.01
        assert here.objective == pytest.approx(plan.objective, rel=5e-3)


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
    prices = {price.rule: price for price in rule_prices(case, people, optimize(case, people))}
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
    case = shop(**facts, **rules)
    with_rule = optimize(case, people, gap=1e-6)
    prices = {price.rule: price for price in rule_prices(case, people, with_rule)}
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


def test_time_kept_free_costs_what_the_other_week_earns_less() -> None:
    """The door stays shut then, and the price is the difference of two weeks judged without it."""
    case, people = shop(period_minutes=30, labour__break_minutes=30), potential(two_peaks(30))
    plan = optimize(case, people, time_limit=0)
    free = OpeningHours.parse("Fr 15:00-24:00")
    found = price_of_free(case, people, plan, free)
    shut = free.week_share(case.grid) > 0
    still_open = found.plan.opening & shut
    lost = evaluate(case, people, plan).objective - evaluate(case, people, found.plan).objective

    assert (plan.opening & shut).any()
    assert not still_open.any()
    assert found.costs == pytest.approx(lost)
    assert found.costs > 1
    assert found.open_hours == (plan.hours.closing_minute(4) - 15 * 60) / 60
    wage = case.economics.labour_cost_per_hour
    supplement = found.earned_per_hour - found.costs / found.open_hours - wage
    assert 0 <= supplement < 6  # of the evening, with on-cost


def test_time_that_is_free_already_costs_nothing() -> None:
    """Nights and closed days have no price."""
    case, people = shop(), potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    found = price_of_free(case, people, plan, OpeningHours.parse("Mo-Su 00:00-06:00"))

    assert (found.costs, found.open_hours, found.earned_per_hour) == (0, 0, 0)
