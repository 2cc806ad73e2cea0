"""A queue through the day, exactly: arrivals and staff that change, and customers who give up.

Formulas of the steady state forget what the last period left behind. Here the probability of every
number of customers in the system is carried from period to period by uniformisation (A. Jensen,
1953): the states change at the ticks of one fast Poisson clock, so that only positive numbers are
added and nothing is lost but a tail that is too small to matter.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaln

_SPREAD, _MORE = 6.5, 5  # standard deviations of the crowd that are kept, and states beyond them
_AT_ONCE = 64  # ticks of the fast clock


@dataclass(frozen=True, eq=False)
class Transient:
    """What became of a day's customers, per period.

    Parameters
    ----------
    served, abandoned
        Customers, shape (..., T).
    waiting
        Customers in the queue on average, shape (..., T).
    at_end
        Probability of 0..N customers in the system when the period ends, shape (..., T, N+1).
    """

    served: np.ndarray
    abandoned: np.ndarray
    waiting: np.ndarray
    at_end: np.ndarray


def transient(
    arrival_rate: np.ndarray,
    servers: np.ndarray,
    service_rate: float,
    patience_rate: float,
    period_hours: float,
    start: np.ndarray | None = None,
) -> Transient:
    """Follow the queue M(t)/M/s(t)+M through periods of constant rates.

    Where fewer people are at work than before, nobody is sent away: who is served beyond them waits
    again.

    Parameters
    ----------
    arrival_rate
        Customers per hour, shape (..., T): a day, or many at once.
    servers
        Of the same shape, at least 0; need not be whole.
    service_rate, patience_rate
        Customers per hour that one server serves, and that one waiting customer gives up.
    start
        Probability of each number of customers at the beginning, shape (K,) or (..., K); nobody if
        not given. A crowd before the doors is a start with more than nobody.
    """
    shape = arrival_rate.shape
    rates = arrival_rate.reshape(-1, shape[-1])
    people = np.broadcast_to(servers, shape).reshape(rates.shape)
    days, periods = rates.shape
    first = np.ones(1) if start is None else np.asarray(start)
    most = _most(rates, people, service_rate, patience_rate, period_hours) + first.shape[-1]
    state = np.zeros((days, most + 1))
    state[:, : first.shape[-1]] = first.reshape(-1, first.shape[-1])
    number = np.arange(most + 1)
    served, abandoned, waiting = (np.empty(rates.shape) for _ in range(3))
    at_end = np.empty((days, periods, most + 1))
    for t in range(periods):
        busy = np.minimum(number, people[:, t, None])
        queue = number - busy
        joins = np.where(number < most, rates[:, t, None], 0.0)
        leaves = busy * service_rate + queue * patience_rate
        state, time = _carried(state, joins, leaves, period_hours)
        served[:, t] = (time * busy).sum(axis=1) * service_rate
        waiting[:, t] = (time * queue).sum(axis=1) / period_hours
        abandoned[:, t] = waiting[:, t] * period_hours * patience_rate
        at_end[:, t] = state
    return Transient(
        served=served.reshape(shape),
        abandoned=abandoned.reshape(shape),
        waiting=waiting.reshape(shape),
        at_end=at_end.reshape(*shape, most + 1),
    )


def emptying(
    state: np.ndarray, servers: float, service_rate: float, patience_rate: float, hours: float
) -> tuple[np.ndarray, np.ndarray]:
    """A queue that nobody joins any more: the state some time later, and the time in each state.

    Parameters
    ----------
    state
        Probability of each number of customers, shape (N+1,).

    Returns
    -------
    Probabilities, and hours, both of shape (N+1,).
    """
    number = np.arange(len(state))
    busy = np.minimum(number, servers)
    leaves = busy * service_rate + (number - busy) * patience_rate
    later, time = _carried(state[None], np.zeros((1, len(state))), leaves[None], hours)
    return later[0], time[0]


def _most(
    rates: np.ndarray,
    people: np.ndarray,
    service_rate: float,
    patience_rate: float,
    period_hours: float,
) -> int:
    """More customers than will ever be in the system, or all but: no more than come at all."""
    too_many = np.maximum(rates - people * service_rate, 0) / patience_rate
    spread = np.sqrt(np.maximum(rates / min(service_rate, patience_rate), 1))
    at_worst = np.max(people + too_many + _SPREAD * spread, initial=0)
    come = np.max(rates.sum(axis=-1) * period_hours, initial=0)
    return int(min(at_worst, come + _SPREAD * np.sqrt(max(come, 1)))) + _MORE


def _carried(
    state: np.ndarray, joins: np.ndarray, leaves: np.ndarray, hours: float
) -> tuple[np.ndarray, np.ndarray]:
    """The state after some hours, and the hours spent in each state until then, (days, N+1)."""
    tick = float((joins + leaves).max())
    ticks = tick * hours
    if ticks == 0:
        return state, state * hours
    last = int(ticks + 8 * np.sqrt(ticks) + 20)
    count = np.arange(last + 1)
    exactly = np.exp(count * np.log(ticks) - ticks - gammaln(count + 1))  # so many ticks
    more = gammainc(count + 1, ticks) / tick  # hours with so many ticks behind, of those to come
    up, down = joins[:, :-1] / tick, leaves[:, 1:] / tick
    stays = 1 - (joins + leaves) / tick
    later, time = np.zeros_like(state), np.zeros_like(state)
    for first in range(0, last + 1, _AT_ONCE):  # many ticks are weighed together
        part = slice(first, min(first + _AT_ONCE, last + 1))
        path = np.empty((part.stop - first, *state.shape))
        for here in path:
            here[:] = state
            state = here * stays
            state[:, 1:] += here[:, :-1] * up
            state[:, :-1] += here[:, 1:] * down
        later += np.tensordot(exactly[part], path, axes=1)
        time += np.tensordot(more[part], path, axes=1)
    return later / later.sum(axis=1, keepdims=True), time
