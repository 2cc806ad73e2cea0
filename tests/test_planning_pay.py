"""Pay line by line is the wage cost of the week, and each supplement counts its own hours."""

import pytest

from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.pay import pay_lines
from planning_cases import potential, shop, two_peaks


def test_lines_sum_to_the_wage_cost() -> None:
    """With set-up, close-down and work left after closing."""
    case = shop(labour__rules="fi-retail-2026", labour__set_up_minutes=30,
                labour__close_down_minutes=30)  # fmt: skip
    people = potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    judged, lines = evaluate(case, people, plan), pay_lines(case, people, plan)

    assert sum(line.money for line in lines) == pytest.approx(judged.wage_cost)
    assert lines[0].hours == pytest.approx(judged.paid_hours + judged.overtime_hours)
    assert {"Wage", "Saturday work 13-24", "Employer's share on top"} <= {x.kind for x in lines}


def test_saturday_hours_by_hand() -> None:
    """Saturday after one o'clock, person by person, at the agreement's 5.27 an hour."""
    case = shop(labour__rules="fi-retail-2026", economics__on_cost=0.0)
    people = potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    lines = {line.kind: line for line in pay_lines(case, people, plan)}
    late = evaluate(case, people, plan).overtime_hours
    worked = sum(int(plan.staff[5 * 24 + hour]) for hour in range(13, 24))
    saturday = lines["Saturday work 13-24"]

    assert worked <= saturday.hours <= worked + late
    assert saturday.money == pytest.approx(5.27 * saturday.hours)
    assert "Employer's share on top" not in lines
