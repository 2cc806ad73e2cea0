"""How long a queue grows and who leaves it: the Erlang formulas B, C and A.

Pure functions on arrays. Each answers for 0..S servers at once, on a new last axis, because a plan
always asks "and what would one more person change?". Rates are per hour (or any one unit of time)
and the offered load is arrival rate / service rate, in erlangs: the number of servers that would
be busy on average if nobody ever had to wait.

Sources: A. K. Erlang (1917) for B and C; C. Palm (1946) for impatient customers, in the form of
A. Mandelbaum and S. Zeltyn, "The Palm/Erlang-A Queue, with Applications to Call Centers" (2005).
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammainc, gammaln

_MOST_TERMS = 600  # of a series; beyond them its closed form is near enough
_NEGLIGIBLE = -38.0  # logarithm of what a sum of doubles does not feel any more


def erlang_b(offered_load: np.ndarray, max_servers: int) -> np.ndarray:
    """Probability that an arrival finds all servers busy when nobody can wait (M/M/s/s).

    Computed as `1/B(s) = 1 + s/a * 1/B(s-1)`, `B(0) = 1`: only positive numbers are added, so no
    digits are lost, and a probability too small for a float becomes 0.

    Parameters
    ----------
    offered_load
        Erlangs, at least 0, any shape (...).

    Returns
    -------
    Probabilities, shape (..., S+1), for 0..S servers.
    """
    load = np.asarray(offered_load, dtype=float)
    inverse = np.ones((*load.shape, max_servers + 1))
    with np.errstate(over="ignore", divide="ignore"):
        per_load = 1 / load
        for servers in range(1, max_servers + 1):
            inverse[..., servers] = 1 + servers * per_load * inverse[..., servers - 1]
        return 1 / inverse


def erlang_c(offered_load: np.ndarray, max_servers: int) -> np.ndarray:
    """Probability that an arrival must wait when everybody waits for ever (M/M/s).

    `C = B / (1 - a/s * (1 - B))`; 1 where the servers cannot keep up (a >= s), since the queue then
    grows without end.

    Parameters
    ----------
    offered_load
        Erlangs, at least 0, any shape (...).

    Returns
    -------
    Probabilities, shape (..., S+1), for 0..S servers.
    """
    load = np.asarray(offered_load, dtype=float)[..., None]
    servers = np.arange(max_servers + 1)
    blocked = erlang_b(load[..., 0], max_servers)
    keeps_up = load < servers
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = blocked / (1 - load / servers * (1 - blocked))
    return np.where(keeps_up, waits, 1.0)


class ErlangA(NamedTuple):
    """What happens to an arrival in a queue whose customers lose patience, for 0..S servers."""

    p_wait: np.ndarray  # probability of having to wait, shape (..., S+1)
    p_abandon: np.ndarray  # probability of leaving unserved, shape (..., S+1)


def erlang_a(
    arrival_rate: np.ndarray, service_rate: float, patience_rate: float, max_servers: int
) -> ErlangA:
    """The queue with impatient customers (M/M/s+M).

    With `x = s * service_rate / patience_rate`, `y = arrival_rate / patience_rate` and
    `A = 1 + y/(x+1) + y^2/((x+1)(x+2)) + ...` (Mandelbaum and Zeltyn 2005, section 4):
    `P(wait) = A B / (1 + (A-1) B)` and `P(abandon | wait) = 1/(rho A) + 1 - 1/rho`, where B is
    Erlang B and `rho = y/x` the load per server. The mean wait is P(abandon) / patience rate.

    Parameters
    ----------
    arrival_rate
        Customers per hour, at least 0, any shape (...).
    service_rate
        Customers per hour that one server can serve.
    patience_rate
        1 / mean patience in hours.
    """
    arrivals = np.asarray(arrival_rate, dtype=float)
    servers = np.arange(1, max_servers + 1)
    x = servers * service_rate / patience_rate
    y = (arrivals / patience_rate)[..., None]
    blocked = erlang_b(arrivals / service_rate, max_servers)[..., 1:]
    inverse_a = 1 / _series_a(x, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_wait = blocked / ((1 - blocked) * inverse_a + blocked)
        p_abandon = p_wait * np.clip(1 - (1 - inverse_a) * x / y, 0, 1)
    nobody_waits = blocked == 0
    nobody = np.ones((*arrivals.shape, 1))  # 0 servers: everybody waits in vain
    return ErlangA(
        np.concatenate([nobody, np.where(nobody_waits, 0.0, p_wait)], axis=-1),
        np.concatenate([nobody, np.where(nobody_waits, 0.0, p_abandon)], axis=-1),
    )


def _series_a(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`1 + y/(x+1) (1 + y/(x+2) (1 + ...))`, summed from the inside: all terms are positive.

    Parameters
    ----------
    x
        Rising, shape (S,).
    y
        Shape (..., 1).

    Returns
    -------
    Shape (..., S).
    """
    rates = y.ravel()
    terms = _terms(x, float(rates.max(initial=0)))
    long = int((terms > _MOST_TERMS).sum())  # with few servers and endless patience
    total = np.ones((len(x), len(rates)))
    total[:long] = _closed_a(x[:long, None], rates)
    x, terms, part_of = x[long:], terms[long:], total[long:]
    # With more servers fewer terms count: from the last term inwards ever more rows take part.
    most = int(terms.max(initial=0))
    rows = np.searchsorted(-terms, -np.arange(most + 1), side="right")
    with np.errstate(over="ignore"):
        for j in range(most, 0, -1):
            part = part_of[: rows[j]]
            part *= rates
            part *= (1 / (x[: rows[j]] + j))[:, None]
            part += 1
    return total.T.reshape(*y.shape[:-1], total.shape[0])


def _closed_a(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The same series as an incomplete gamma function, for large x or y: good to eight digits.

    `A = x e^y y^-x gamma(x, y)`; where that function is too small for a float, y lies well below a
    large x and two terms of the expansion in 1/x do.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        lower = gammainc(x, y)
        closed = np.exp(y - x * np.log(y) + gammaln(x + 1) + np.log(lower))
        expanded = x / (x - y) * (1 - y / (x - y) ** 2)
    return np.where(lower > 1e-290, closed, expanded)


def _terms(x: np.ndarray, y: float) -> np.ndarray:
    """How many terms of the series count for each x: found by halving, never rising with x."""
    log_y = np.log(max(y, 1e-300))
    few, many = np.zeros_like(x), np.full_like(x, 3 * y + 100)
    while (many - few).max() > 1:
        middle = (few + many) / 2
        term = middle * log_y + gammaln(x + 1) - gammaln(x + middle + 1)
        few = np.where(term < _NEGLIGIBLE, few, middle)
        many = np.where(term < _NEGLIGIBLE, middle, many)
    enough = np.ceil(many).astype(int)
    return np.maximum.accumulate(enough[::-1])[::-1]


def in_time(
    arrival_rate: np.ndarray,
    service_rate: float,
    patience_rate: float,
    max_servers: int,
    within: float,
) -> np.ndarray:
    """Share of all arrivals that are served after waiting at most `within`: the service level.

    Those who give up count as not served in time, however short they waited. With patience the
    wait that is offered has the density `exp(arrival_rate H(v) - s service_rate v)`,
    `H(v) = (1 - exp(-patience_rate v)) / patience_rate` (Mandelbaum and Zeltyn 2005, section 4),
    whose integrals are incomplete gamma functions. Without patience to lose (rate 0) it is Erlang
    C, `1 - C exp(-(s service_rate - arrival_rate) within)`.

    Parameters
    ----------
    within
        In the unit of time of the rates.

    Returns
    -------
    Shares, shape (..., S+1); 0 with 0 servers.
    """
    arrivals = np.asarray(arrival_rate, dtype=float)[..., None]
    servers = np.arange(max_servers + 1)
    spare = np.maximum(servers * service_rate - arrivals, 0)
    if patience_rate == 0:
        late = erlang_c(arrivals[..., 0] / service_rate, max_servers) * np.exp(-spare * within)
        return np.where(servers > 0, 1 - late, 0.0)
    found = erlang_a(arrivals[..., 0], service_rate, patience_rate, max_servers)
    x, y = servers * service_rate / patience_rate, arrivals / patience_rate
    with np.errstate(divide="ignore", invalid="ignore"):
        offered = gammainc(x, y)
        late = x * gammainc(x + 1, y * np.exp(-patience_rate * within)) / (y * offered)
    # Where the integral is too small for a float, patience is endless beside the wait.
    late = np.where(offered > 0, late, np.exp(-spare * within)) * found.p_wait
    served = 1 - found.p_abandon
    return np.where(servers > 0, np.clip(served - late, 0, served), 0.0)


def modified_load(offered_load: np.ndarray, service_rate: float, period_hours: float) -> np.ndarray:
    """Servers busy on average in each period if there were always one free, in erlangs.

    Where serving takes long, work that came in one period is still there in the next: the mean
    `m' = load(t) service_rate - service_rate m`, averaged over each period, takes the place of the
    offered load in formulas of the steady state (O. B. Jennings, A. Mandelbaum, W. A. Massey and
    W. Whitt, "Server staffing to meet time-varying demand", 1996). It starts from nobody.

    Parameters
    ----------
    offered_load
        Erlangs that arrive in each period, shape (..., T).
    """
    load = np.asarray(offered_load, dtype=float)
    decay = np.exp(-service_rate * period_hours)
    kept = (1 - decay) / (service_rate * period_hours)  # of a difference, on average over a period
    busy, mean = np.zeros(load.shape[:-1]), np.empty_like(load)
    for t in range(load.shape[-1]):
        mean[..., t] = load[..., t] + (busy - load[..., t]) * kept
        busy = load[..., t] + (busy - load[..., t]) * decay
    return mean


def at_servers(curve: np.ndarray, servers: np.ndarray) -> np.ndarray:
    """A curve over 0..S servers at numbers that need not be whole, the straight line between.

    Parameters
    ----------
    curve
        Shape (..., S+1).
    servers
        Between 0 and S, shape (N,).

    Returns
    -------
    Shape (..., N).
    """
    below = np.minimum(servers.astype(int), curve.shape[-1] - 2)
    beyond = servers - below
    return curve[..., below] * (1 - beyond) + curve[..., below + 1] * beyond
