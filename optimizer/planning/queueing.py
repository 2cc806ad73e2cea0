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
    """`1 + y/(x+1) (1 + y/(x+2) (1 + ...))`, summed from the inside: all terms are positive."""
    largest = float(np.max(y, initial=0))
    # Terms grow until y/(x+j) drops below 1, then fall like a Gaussian of width sqrt(y).
    terms = int(max(largest - float(np.min(x, initial=0)), 0) + 12 * np.sqrt(largest) + 30)
    total = np.ones(np.broadcast_shapes(x.shape, y.shape))
    with np.errstate(over="ignore"):
        for j in range(terms, 0, -1):
            total *= y / (x + j)
            total += 1
    return total
