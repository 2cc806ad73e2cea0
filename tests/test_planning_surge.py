"""A campaign: the crowd counted customer by customer, and what staff and spreading save."""

import numpy as np
import pytest

from optimizer.errors import PlanError
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.queueing import erlang_a
from optimizer.planning.surge import Surge, answer_surge, surged
from planning_cases import potential, shop, two_peaks

FRIDAY = Surge(weekday=4, start_minute=16 * 60, end_minute=18 * 60 + 30, times=3.0)


def test_the_crowd_comes_on_top_of_the_usual_customers() -> None:
    """Period by period: threefold while it lasts, half of it in a half-covered hour."""
    people = potential(two_peaks())
    crowd = surged(people, FRIDAY)
    for draw in range(len(people.value)):
        for hour in range(168):
            inside = {4 * 24 + 16: 1, 4 * 24 + 17: 1, 4 * 24 + 18: 0.5}.get(hour, 0)
            expected = people.customers[draw, hour] * (1 + 2 * inside)
            assert crowd.customers[draw, hour] == pytest.approx(expected)


def test_sent_in_parts_the_same_people_come_on_other_days() -> None:
    """A third each on Friday, Thursday and Wednesday, at the same hours; none are lost or made."""
    people = potential(two_peaks())
    parts = surged(people, Surge(4, 16 * 60, 18 * 60, 3.0, days=3))
    extra = (parts.customers - people.customers).reshape(-1, 7, 24)
    friday = people.customers.reshape(-1, 7, 24)[:, 4]

    for day in (2, 3, 4):
        np.testing.assert_allclose(extra[:, day, 16:18], 2 * friday[:, 16:18] / 3)
    assert extra[:, :, :16].sum() == pytest.approx(0)
    assert extra.sum() == pytest.approx(2 * friday[:, 16:18].sum())
    monday = surged(people, Surge(0, 600, 660, 2.0, days=2)).customers - people.customers
    assert monday.reshape(-1, 7, 24)[:, 6, 10].sum() > 0  # the day before Monday is Sunday


def test_loss_of_the_crowd_by_the_queue_formula() -> None:
    """What the staff planned lose more than usual is what Erlang A says, draw by draw."""
    case, people = shop(), potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    answer = answer_surge(case, people, plan, FRIDAY)
    crowd, service = surged(people, FRIDAY), case.service

    def walked(customers: np.ndarray) -> float:
        total = 0.0
        for draw in range(len(people.value)):
            for hour in range(4 * 24 + 16, 4 * 24 + 19):
                staff = plan.staff[hour]
                rates = 60 / service.minutes, 60 / service.patience_minutes
                queue = erlang_a(customers[draw, hour], *rates, int(staff))
                total += customers[draw, hour] * queue.p_abandon[staff]
        return total / len(people.value)

    assert plan.opening[4 * 24 + 16 : 4 * 24 + 19].all()
    assert answer.lost == pytest.approx(
        walked(crowd.customers) - walked(people.customers), rel=1e-3
    )
    assert answer.extra == pytest.approx((crowd.customers - people.customers).sum(axis=1).mean())


def test_more_staff_and_more_days_lose_less() -> None:
    """The best staff pay for themselves, need more hours, and the gains are two weeks compared."""
    case, people = shop(), potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    surge = Surge(4, 12 * 60, 15 * 60, 4.0, days=3)
    answer = answer_surge(case, people, plan, surge)

    assert answer.gain_staffed > 0 < answer.more_hours
    assert answer.lost_staffed < answer.lost_spread < answer.lost < answer.extra
    assert answer.people == answer.needed[4 * 24 : 5 * 24].max() > plan.staff[4 * 24 : 5 * 24].max()
    others = np.arange(168) // 24 != 4
    np.testing.assert_array_equal(answer.needed[others], answer.planned[others])


def test_gains_are_two_weeks_compared() -> None:
    """At hours in which the shop is open today and then, what is gained is what evaluate says."""
    case, people = shop(), potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    surge = Surge(4, 12 * 60, 15 * 60, 4.0, days=2)
    answer = answer_surge(case, people, plan, surge)
    one_day = evaluate(case, surged(people, Surge(4, 12 * 60, 15 * 60, 4.0)), plan)
    in_parts = evaluate(case, surged(people, surge), plan)

    assert plan.opening.reshape(7, 24)[3:5, 12:15].all()
    assert answer.gain_spread == pytest.approx(in_parts.objective - one_day.objective)


def test_a_crowd_at_a_closed_door() -> None:
    """Of those who come on a closed day the usual share is lost, whatever the staff."""
    case, people = shop(), potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    answer = answer_surge(case, people, plan, Surge(6, 12 * 60, 15 * 60, 3.0))

    assert plan.hours.windows(6) == ()
    assert 0 < answer.lost < answer.extra
    assert answer.lost_staffed == pytest.approx(answer.lost)
    assert answer.gain_staffed == pytest.approx(0, abs=1e-6)
    another_day = 0.4375  # of those who would come again: on a day that is closed altogether
    stay = people.moved * another_day + people.web
    assert answer.lost / answer.extra == pytest.approx(1 - stay.mean(), abs=0.01)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((7, 0, 60, 2.0), "weekday"),
        ((0, 60, 60, 2.0), "end after"),
        ((0, 0, 60, 1.0), "brings more"),
        ((0, 0, 60, 2.0, 9), "1 to 7 days"),
    ],
)
def test_a_surge_that_is_none(facts: tuple, said: str) -> None:
    """Each rule on a surge, broken once."""
    with pytest.raises(PlanError, match=said):
        Surge(*facts)
