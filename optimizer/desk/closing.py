"""Closing time: what becomes of those who still wait, and when to let nobody in any more.

Three customs. *finish*: everyone inside is served, however late it gets. *cut*: whoever is being
served is finished, the queue is sent away. *stop*: nobody is let in for the last d minutes, and
whoever is inside then is served. Patience goes on running after closing.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.desk.transient import emptying


@dataclass(frozen=True)
class Closing:
    """One closing time, on average.

    Parameters
    ----------
    turned_away
        Customers refused while the door closes: not let in any more, or cut from the queue.
    waiting
        Customers in the queue at closing time.
    served_after, gave_up_after
        Of those inside at closing time: served after it, and gone before their turn.
    overtime_hours
        From closing time until the last customer has left.
    worked_hours
        Hours of work after closing time, all people together.
    """

    turned_away: float
    waiting: float
    served_after: float
    gave_up_after: float
    overtime_hours: float
    worked_hours: float


def close(
    state: np.ndarray,
    servers: float,
    service_rate: float,
    patience_rate: float,
    custom: str = "finish",
    *,
    arrival_rate: float = 0.0,
    stop_hours: float = 0.0,
) -> Closing:
    """What happens at a closing time.

    Everyone in place i of the queue is served with the chance
    `s service_rate / (s service_rate + i patience_rate)`, since those before him give up as well
    (a product in which all but its ends cancels), and the system empties one customer at a time.

    Parameters
    ----------
    state
        Probability of 0..N customers in the system at closing time, shape (N+1,); with "stop" it is
        that of `stop_hours` before.
    arrival_rate, stop_hours
        With "stop": customers per hour who still come, and for how long nobody lets them in.
    """
    turned_away = 0.0
    if custom == "stop":
        turned_away = arrival_rate * stop_hours
        state, _ = emptying(state, servers, service_rate, patience_rate, stop_hours)
    if custom == "cut":
        servers = np.ceil(servers)  # whoever is being served is being served whole
    waiting = float(state @ np.maximum(np.arange(len(state)) - servers, 0))
    if custom == "cut":
        turned_away += waiting
        state = np.append(state[: int(servers)], state[int(servers) :].sum())
    inside = np.arange(len(state))
    busy = np.minimum(inside, servers)
    leaves = busy * service_rate + (inside - busy) * patience_rate
    chance = served_by_place(len(state) - 1, servers, service_rate, patience_rate)
    served = float(state @ np.concatenate([[0.0], np.cumsum(chance)]))
    with np.errstate(divide="ignore"):
        each = np.where(leaves > 0, 1 / leaves, 0.0)
    return Closing(
        turned_away=turned_away,
        waiting=waiting,
        served_after=served,
        gave_up_after=float(state @ inside) - served,
        overtime_hours=float(state @ np.cumsum(each)),
        worked_hours=served / service_rate,
    )


def served_by_place(
    customers: int, servers: float, service_rate: float, patience_rate: float
) -> np.ndarray:
    """Chance that the 1st, 2nd, ... customer inside at closing time is served, shape (customers,).

    Those being served are finished; behind them, place i of the queue is `i` below.
    """
    place = np.maximum(np.arange(1, customers + 1) - servers, 0)
    with np.errstate(invalid="ignore"):
        chance = servers * service_rate / (servers * service_rate + place * patience_rate)
    return np.nan_to_num(chance)


def wait_by_place(place: int, servers: float, service_rate: float, patience_rate: float) -> float:
    """Hours until the customer at a place of the queue is served, if he stays: "number 56".

    The queue before him gets shorter by service and by those who give up: the sum of
    `1 / (s service_rate + i patience_rate)` over the `place - 1` before him and one service.
    """
    before = np.arange(place)
    return float((1 / (servers * service_rate + before * patience_rate)).sum())


def chance_of_overtime(
    state: np.ndarray, servers: float, service_rate: float, patience_rate: float, hours: float
) -> float:
    """Probability that somebody is still inside so many hours after closing time."""
    later, _ = emptying(state, servers, service_rate, patience_rate, hours)
    return float(1 - later[0])


def best_stop(
    state_before: dict[float, np.ndarray],
    servers: float,
    service_rate: float,
    patience_rate: float,
    arrival_rate: float,
    *,
    worth: float,
    work: float,
    longest_overtime: tuple[float, float] = (np.inf, 0.0),
) -> tuple[float, Closing]:
    """How long before closing time to let nobody in any more.

    Parameters
    ----------
    state_before
        For each time to choose from, in hours before closing: the state at that moment.
    worth, work
        Money lost with every customer who is not served, and paid per hour of overtime worked.
    longest_overtime
        Hours, and the probability with which the last customer may leave later than that.

    Returns
    -------
    The time that costs least among those with little enough overtime (the longest one if none has),
    and its closing.
    """
    longest, share = longest_overtime

    def judged(stop: float) -> tuple[tuple[bool, float], float, Closing]:
        state = state_before[stop]
        found = close(
            state, servers, service_rate, patience_rate, "stop",
            arrival_rate=arrival_rate, stop_hours=stop,
        )  # fmt: skip
        chance = served_by_place(len(state) - 1, servers, service_rate, patience_rate)
        give_up = float(state[1:] @ np.cumsum(1 - chance))  # before closing time or after it
        cost = worth * (found.turned_away + give_up) + work * found.worked_hours
        late = 0.0
        if np.isfinite(longest):
            at_closing, _ = emptying(state, servers, service_rate, patience_rate, stop)
            late = chance_of_overtime(at_closing, servers, service_rate, patience_rate, longest)
        too_late = late > share
        return (too_late, late if too_late else cost), stop, found

    _, stop, found = min((judged(stop) for stop in state_before), key=lambda one: one[:2])
    return stop, found
