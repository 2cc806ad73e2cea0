"""Work that is left when the doors close: customers inside are served, in paid time.

Whoever queues or is being served at closing time is still served or loses patience; nobody new
comes in. With k customers inside and n people at work the next one leaves after
`1 / (min(k, n) * service rate + max(k - n, 0) * patience rate)` hours on average, and so on until
the shop is empty. Who has nobody left to serve goes home; `min_staff` people stay to the end.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from optimizer.case import Case, Service
from optimizer.planning.house_rules import behind_doors
from optimizer.planning.response import A_WEEK, Post, Potential, posts

_RATES = 200  # at which the work left is computed; between them it is interpolated


def hours_after_closing(case: Case, potential: Potential, labour: np.ndarray) -> np.ndarray:
    """Paid hours that closing at the end of each period leaves behind, on average, shape (W,).

    As many people are taken to be at work as pay best in that period by itself: what a plan leaves
    behind then depends on its closing time alone, and one person more or less changes minutes.

    Parameters
    ----------
    labour
        What one person costs per period, shape (W,).
    """
    left = np.zeros(case.grid.periods_per_week)
    for post in posts(behind_doors(case), potential):
        is_queue = post.service.kind == "till" and post.potential.served is None
        if is_queue and post.service.finish_after_closing:
            left += _left_by(post, labour)
    return left


def _left_by(post: Post, labour: np.ndarray) -> np.ndarray:
    least = max(post.service.min_staff, 1)
    people = np.arange(least, post.service.max_staff + 1)
    net = post.response.earned[:, least:] - labour[:, None] * people
    left = _hours_left(post.potential, post.service, post.period_hours)
    return left[np.arange(len(left)), least + net.argmax(axis=1)]


@lru_cache(maxsize=8)  # a slider for wages leaves it as it was
def _hours_left(potential: Potential, service: Service, period_hours: float) -> np.ndarray:
    """Paid hours left by each period's customers, averaged over draws, shape (W, max_staff + 1)."""
    rates = potential.thinned().customers / period_hours
    grid = np.linspace(0, np.sqrt(rates.max(initial=1e-9)), _RATES)
    place = np.sqrt(rates)
    left = np.zeros((rates.shape[1], service.max_staff + 1))
    service = replace(service, patience_minutes=min(service.patience_minutes, A_WEEK))
    for people in range(1, service.max_staff + 1):
        at_rates = hours_left(grid**2, people, service)
        left[:, people] = np.interp(place, grid, at_rates).mean(axis=0)
    return left


def hours_left(arrival_rates: np.ndarray, people: int, service: Service) -> np.ndarray:
    """Paid hours behind closed doors when so many people served customers until then.

    The customers inside are those of an Erlang-A queue in steady state: k of them with a weight of
    `product over j up to k of arrival rate / rate of leaving with j inside` (C. Palm, 1946).

    Parameters
    ----------
    arrival_rates
        Customers per hour, any shape.
    """
    service_rate, patience_rate = 60 / service.minutes, 60 / service.patience_minutes
    most, able = float(np.max(arrival_rates, initial=0.0)), people * service_rate
    waiting, spread = max(most - able, 0.0) / patience_rate, 12 * np.sqrt(most / patience_rate)
    if 0 < most < able:  # the queue is no longer than a geometric one: nothing of it lies beyond
        spread = min(spread, 40 / np.log(able / most))
    inside = np.arange(1, people + int(waiting + spread + 30))
    served = np.minimum(inside, people)
    leaving = served * service_rate + (inside - served) * patience_rate
    left = np.cumsum(np.maximum(served, min(service.min_staff, people)) / leaving)
    with np.errstate(divide="ignore"):
        weight = inside * np.log(arrival_rates)[..., None] - np.cumsum(np.log(leaving))
    heaviest = np.maximum(weight.max(axis=-1, initial=0.0), 0.0)[..., None]
    weight = np.exp(weight - heaviest)
    total = weight.sum(axis=-1) + np.exp(-heaviest[..., 0])
    result: np.ndarray = weight @ left / total
    return result
