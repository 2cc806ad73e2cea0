"""Work left when the doors close."""

import numpy as np
import pytest

from optimizer.casefile import with_changes
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import costs, evaluate
from optimizer.planning.overtime import hours_after_closing, hours_left
from planning_cases import SHOP, left_by_trying, potential, shop, two_peaks


@pytest.mark.parametrize("busiest", [3.0, 40.0, 400.0])
def test_hours_left_state_by_state(busiest: float) -> None:
    """A quiet, a busy and an overrun shop, against the sum over everybody who may be inside."""
    case = shop(service__min_staff=1, service__max_staff=3)
    people = potential(two_peaks(busiest=busiest), draws=2)
    labour = costs(case, people).labour
    some = range(24 + 9, 24 + 20, 3)
    slowly = left_by_trying(case, people, labour, some)

    assert [hours_after_closing(case, people, labour)[t] for t in some] == pytest.approx(
        slowly, rel=2e-3
    )


def test_one_person_who_never_waits() -> None:
    """Nobody loses patience, one person serves: the mean of a geometric queue, in closed form."""
    service = with_changes(SHOP, {"service.minutes": 6.0, "service.patience_minutes": 1e9}).service
    load = 0.5  # 5 customers an hour, 10 served

    # In an M/M/1 queue load / (1 - load) customers are inside on average, 1/10 hour each.
    assert hours_left(np.array([5.0]), 1, service) == pytest.approx(load / (1 - load) / 10)


def test_nobody_is_left_where_nobody_comes() -> None:
    """No customers, no work after closing; and more customers leave more."""
    rates = np.array([0.0, 1.0, 10.0, 60.0, 300.0])
    left = hours_left(rates, 2, SHOP.service)

    assert left[0] == 0
    assert (np.diff(left) > 0).all()


def test_overtime_is_paid_at_each_closing() -> None:
    """Five evenings of work left after 18:00, with the evening supplement, and in no limit."""
    people, staff = potential(two_peaks()), np.full(168, 2)
    late = OpeningHours.parse("Mo-Fr 10:00-18:00")
    paid, unpaid = (
        evaluate(shop(service__finish_after_closing=finish), people, late, staff)
        for finish in (True, False)
    )
    labour = costs(SHOP, people).labour
    behind = hours_after_closing(SHOP, people, labour)
    closings = [24 * day + 17 for day in range(5)]
    cost = sum(behind[t] * labour[t + 1] for t in closings)

    assert paid.overtime_hours == pytest.approx(sum(behind[t] for t in closings))
    assert 0.01 < paid.overtime_hours / 5 < 0.5
    assert unpaid.objective - paid.objective == pytest.approx(cost)
    assert paid.paid_hours == unpaid.paid_hours
    assert paid.supplements - unpaid.supplements == pytest.approx(paid.overtime_hours * 4.00 * 1.30)


def test_where_nobody_queues_nobody_stays() -> None:
    """Sales staff go home when the doors close."""
    people = potential(two_peaks())
    found = evaluate(shop(service__kind="assist"), people, OpeningHours.parse("Mo-Fr 10:00-18:00"))

    assert found.overtime_hours == 0
