"""What staff bring: rising, ever less, and the same as one queue after the other."""

import numpy as np
import pytest

from optimizer.case import Service
from optimizer.planning.queueing import erlang_a
from optimizer.planning.response import MOST_DRAWS, Potential, concave, respond
from planning_cases import potential, two_peaks

SERVICES = [Service(max_staff=6), Service(kind="assist", max_staff=6, assist_need=2.0)]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.kind)
def test_more_staff_serve_more_and_ever_fewer_more(service: Service) -> None:
    """From nobody, who serves nobody, the served rise to no more than all, in falling steps."""
    people = potential(two_peaks())
    served = respond(people, service, 1.0).served
    steps = np.diff(served, axis=2)

    assert not served[..., 0].any()
    assert steps.min() >= 0
    assert np.diff(steps, axis=2).max() <= 1e-9
    assert (served[..., -1] <= people.customers + 1e-9).all()


def test_till_matches_one_queue_after_the_other() -> None:
    """The table that is read off agrees with the formula for every draw and period."""
    people, service = potential(two_peaks()), SERVICES[0]
    served = respond(people, service, 0.5).served
    rate = people.customers[3, 40] / 0.5
    queue = erlang_a(rate, 60 / service.minutes, 60 / service.patience_minutes, service.max_staff)

    assert served[3, 40] == pytest.approx(people.customers[3, 40] * (1 - queue.p_abandon), rel=1e-5)


def test_assistants_need_time_for_each_customer() -> None:
    """Two people with four customers an hour of 15 minutes each: one erlang, need 0.3 each."""
    people = potential(np.full(168, 4.0), draws=1)
    customers = people.customers[0, 0]
    service = Service(kind="assist", minutes=15, assist_need=0.3, max_staff=3)
    served = respond(people, service, 1.0).served

    assert served[0, 0, 2] == pytest.approx(customers * np.exp(-0.3 * customers * 0.25 / 2))


@pytest.mark.parametrize(("gamma", "corner"), [(3, 3), (6, 6)])
def test_envelope_of_an_s_shaped_curve(gamma: float, corner: int) -> None:
    """exp(-gamma / n) becomes a straight line up to its corner and stays itself after it."""
    with np.errstate(divide="ignore"):
        curve = np.exp(-gamma / np.arange(13.0))
    envelope = concave(curve)

    assert envelope[: corner + 1] == pytest.approx(np.arange(corner + 1) * curve[corner] / corner)
    assert envelope[corner:] == pytest.approx(curve[corner:])


def test_envelope_is_the_upper_hull() -> None:
    """The same as the highest chord over each point, tried pair by pair."""
    with np.errstate(divide="ignore"):
        curve = 7 * np.exp(-4.3 / np.arange(9.0))
    hull = [
        max(
            curve[i] + (curve[j] - curve[i]) * (k - i) / max(j - i, 1)
            for i in range(k + 1)
            for j in range(k, 9)
        )
        for k in range(9)
    ]

    assert concave(curve) == pytest.approx(hull)


def test_margin_earned_is_a_mean_over_draws() -> None:
    """Money joins customers draw by draw, before the mean is taken."""
    people = potential(two_peaks())
    response = respond(people, Service(max_staff=3), 1.0)
    draws = range(len(people.value))
    earned = np.mean([people.value[d] * response.served[d, 85] for d in draws], axis=0)

    assert response.earned[85] == pytest.approx(earned)


def test_many_draws_are_thinned_evenly() -> None:
    """At most MOST_DRAWS draws are used, the first and the last among them."""
    people = potential(two_peaks(), draws=5 * MOST_DRAWS)
    thinned = people.thinned()

    assert thinned.customers.shape == (MOST_DRAWS, 168)
    assert thinned.value[[0, -1]].tolist() == people.value[[0, -1]].tolist()


def test_shares_must_sum_to_one() -> None:
    """A potential that loses track of customers is refused."""
    half = np.array([0.5])
    with pytest.raises(ValueError, match="sum to 1"):
        Potential(np.ones((1, 168)), half, half, half, np.ones(1), "EUR", np.ones(168))
