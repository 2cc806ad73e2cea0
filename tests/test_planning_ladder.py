"""The price ladder of a weekday: rungs that add up, from either door, and the rules in the way."""

import numpy as np
import pytest

from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.ladder import price_ladder
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
    assert at_plan.profit == pytest.approx(plan.objective, abs=0.01)
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


def test_the_other_door_has_a_ladder_too() -> None:
    """Opening earlier, rung by rung, from the same closed day; the plan is one of the rungs."""
    case = shop(period_minutes=30, labour__break_minutes=30)
    people = potential(two_peaks(30))
    plan = optimize(case, people)
    rungs = price_ladder(case, people, plan, 3, earlier=True)
    opens = [rung.opens_minute for rung in rungs]
    at_plan = next(rung for rung in rungs if rung.opens_minute == plan.hours.opening_minute(3))
    closed = plan.opening.reshape(7, -1).copy()
    closed[3] = False
    start = evaluate(case, people, closed.ravel(), plan.staff).objective

    assert opens == sorted(set(opens), reverse=True)
    assert {rung.closes_minute for rung in rungs} == {plan.hours.closing_minute(3)}
    assert at_plan.profit == pytest.approx(plan.objective, abs=0.01)
    gains = np.cumsum([rung.earns - rung.costs for rung in rungs])
    assert [rung.profit for rung in rungs] == pytest.approx((start + gains).tolist())


def test_break_even_is_the_customers_who_pay_for_a_rung() -> None:
    """Cost, with what the work would earn elsewhere, over what a customer leaves."""
    case, people = shop(labour__hours_per_week=80.0), potential(two_peaks())
    plan = optimize(case, people)
    for rung in price_ladder(case, people, plan, 4):
        needed = max(rung.costs + rung.hours_cost, 0) / people.value.mean()
        assert rung.break_even == pytest.approx(needed)
        assert rung.pays == (rung.earns / people.value.mean() > needed) or needed == 0


def in_the_way(**facts: object) -> dict[int, str]:
    """Closing hour of each rung on Thursday, and the rule it would break."""
    case, people = shop(**facts), potential(two_peaks())
    plan = optimize(case, people)
    return {r.closes_minute // 60: r.against for r in price_ladder(case, people, plan, 3)}


def test_rungs_name_the_rule_they_break() -> None:
    """Rest until Friday, hours a week, weekdays alike, different times: each stands in the way."""
    assert not any(in_the_way().values())
    rest = in_the_way(labour__rest_hours=14.0)
    plan = optimize(shop(labour__rest_hours=14.0), potential(two_peaks()))
    opens = plan.hours.opening_minute(4) / 60
    for closes, rule in rest.items():
        assert rule == ("14 hours of rest from closing to opening" if closes > opens + 10 else "")
    assert any(rest.values())

    few = in_the_way(hours__per_week=(0, 40))
    assert set(few.values()) == {"", "open 0 to 40 hours a week"}
    assert few[max(few)] != ""

    alike = in_the_way(hours__tidy__same_weekdays=True)
    closes = optimize(shop(hours__tidy__same_weekdays=True), potential(two_peaks())).hours
    assert [hour for hour, rule in alike.items() if not rule] == [closes.closing_minute(3) // 60]

    patterns = in_the_way(hours__tidy__patterns=1)
    assert "at most 1 different opening times" in patterns.values()


def test_ladder_of_a_day_with_a_pause() -> None:
    """The second window is drawn out; the plan is one of the rungs."""
    noon_and_evening = only_between(9, 12, 20.0) + only_between(17, 20, 20.0)
    pause = shop(hours__tidy__windows_per_day=2, hours__candidate="Mo-Fr 08:00-22:00",
                 labour__shift_hours=(3, 9))  # fmt: skip
    people = potential(noon_and_evening)
    plan = optimize(pause, people)
    rungs = price_ladder(pause, people, plan, 2)
    here = [rung for rung in rungs if rung.closes_minute == plan.hours.closing_minute(2)]

    assert len(plan.hours.windows(2)) == 2
    assert [rung.profit for rung in here] == pytest.approx([plan.objective], abs=0.01)


def test_ladder_of_two_roles() -> None:
    """A longer day needs both the till and the fitting room; the plan is one of the rungs."""
    service = {"minutes": 6.0, "max_staff": 3}
    roles = [
        {"name": "till", "share": 0.7, "service": service},
        {"name": "fitting", "share": 0.3, "service": service},
    ]
    case, people = shop(role=roles), potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    rungs = price_ladder(case, people, plan, 4)
    here = next(rung for rung in rungs if rung.closes_minute == plan.hours.closing_minute(4))

    assert len(plan.staff_by_role) == 2
    assert here.profit == pytest.approx(plan.objective, abs=0.01)
    assert here.shifts == sum(shift.count for shift in plan.shifts if shift.weekday == 4)


def test_a_rule_with_a_price_is_paid_for() -> None:
    """Hours beyond the limit cost their price on every rung, and the rule stands in no way."""
    case = shop(labour__hours_per_week=60.0, rules={"paid_hours": 2.0})
    people = potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    rungs = price_ladder(case, people, plan, 4)
    here = next(rung for rung in rungs if rung.closes_minute == plan.hours.closing_minute(4))
    judged = evaluate(case, people, plan)

    assert judged.penalty > 0
    assert here.profit == pytest.approx(judged.objective - judged.penalty)
    assert here.profit == pytest.approx(plan.objective, abs=0.01)
