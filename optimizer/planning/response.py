"""What staff bring: customers served, and what they are worth, for 0..C people in each period.

More people serve more customers, each one fewer than the one before. That curve, averaged over
everything the demand may turn out to be, is all that a plan needs to know about the shop floor.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from optimizer.case import Case, Service
from optimizer.planning.queueing import erlang_a

MOST_DRAWS = 100  # averages over more draws do not change a decision
A_WEEK = 7 * 24 * 60  # minutes: who waits longer than that waits for ever
_TABLE_SIZE = 1500  # rates at which the queue is computed; between them a relative error of 1e-5


@dataclass(frozen=True, eq=False)
class Potential:
    """Customers who would like to come in a typical week, and what becomes of them.

    Of the customers who meet the door closed with today's hours the share `moved` comes in another
    open hour anyway, `web` buys in the own web shop and `lost` is gone, on average; with other
    hours, and hour by hour, see `recapture`.

    Parameters
    ----------
    customers
        Customers per period in each draw, shape (D, W).
    moved, web, lost
        Shares in each draw, shape (D,), which sum to 1.
    value
        Contribution margin in money per served customer in each draw, shape (D,); ones where the
        unit is customers.
    unit
        Currency of the value ("EUR"), or "customers" where no money is known.
    open_now
        Share of each period that the shop is open today, shape (W,).
    served
        What 0..C staff serve, shape (D, W, C+1), where it is known beforehand: a desk's channels
        together. None = as `service` says.
    """

    customers: np.ndarray
    moved: np.ndarray
    web: np.ndarray
    lost: np.ndarray
    value: np.ndarray
    unit: str
    open_now: np.ndarray
    served: np.ndarray | None = None

    def __post_init__(self) -> None:
        draws, periods = self.customers.shape
        if self.open_now.shape != (periods,):
            raise ValueError(f"open_now must have shape ({periods},)")
        for name in ("moved", "web", "lost", "value"):
            if getattr(self, name).shape != (draws,):
                raise ValueError(f"{name} must have shape ({draws},)")
        if not np.allclose(self.moved + self.web + self.lost, 1):
            raise ValueError("moved, web and lost must sum to 1")

    @property
    def in_money(self) -> bool:
        """Whether the value is money, so that wages and costs can be weighed against it."""
        return self.unit != "customers"

    def thinned(self) -> "Potential":
        """At most MOST_DRAWS draws, evenly spaced: always the same ones."""
        if len(self.value) <= MOST_DRAWS:
            return self
        return self.only(np.linspace(0, len(self.value) - 1, MOST_DRAWS).round().astype(int))

    def only(self, draws: np.ndarray) -> "Potential":
        """Some of the draws, by number."""
        return replace(
            self,
            customers=self.customers[draws],
            moved=self.moved[draws],
            web=self.web[draws],
            lost=self.lost[draws],
            value=self.value[draws],
            served=None if self.served is None else self.served[draws],
        )


@dataclass(frozen=True, eq=False)
class Response:
    """What 0..C staff bring in each period of a typical week.

    Parameters
    ----------
    potential
        The draws that are averaged over, (D', W) with D' at most MOST_DRAWS.
    served
        Customers served per period, shape (D', W, C+1); 0 with nobody there, concave in staff.
    """

    potential: Potential
    served: np.ndarray

    @cached_property
    def earned(self) -> np.ndarray:
        """Contribution margin per period in money, averaged over the draws, shape (W, C+1)."""
        return np.tensordot(self.potential.value, self.served, axes=1) / len(self.potential.value)


@dataclass(frozen=True, eq=False)
class Post:
    """One kind of work in the shop, with its own people and its part of the demand."""

    name: str  # of the role; empty where the shop has but one
    service: Service
    potential: Potential
    period_hours: float

    @property
    def response(self) -> Response:
        """What its people bring."""
        return respond(self.potential, self.service, self.period_hours)


def posts(case: Case, potential: Potential) -> tuple[Post, ...]:
    """The kinds of work of a shop: one for each role, or a single one without a name."""
    hours = case.grid.period_hours
    if not case.role:
        return (Post("", case.service, potential, hours),)
    return tuple(
        Post(role.name, role.service, _part(potential, role.share), hours) for role in case.role
    )


@lru_cache(maxsize=32)  # so that its response is found again
def _part(potential: Potential, share: float) -> Potential:
    return replace(potential, customers=share * potential.customers)


@lru_cache(maxsize=8)  # a slider for wages or hours leaves the response as it was
def respond(potential: Potential, service: Service, period_hours: float) -> Response:
    """Customers served by 0..max_staff people, in each draw and period.

    Till: customers queue and leave when their patience ends, an Erlang-A queue in steady state
    within each period (right to 0.4 percentage points where a service takes less than a third of
    a period). Assist: `customers * exp(-need * load / staff)`, the labour response of Lam,
    Vandenbosch and Pearce (1998) scaled so that ample staff serve everybody; load in erlangs.
    """
    potential = potential.thinned()
    if potential.served is not None:
        return Response(potential, potential.served)
    rate = potential.customers / period_hours
    if service.kind == "till":
        served = _served_at_till(rate, service)
    else:
        served = concave(_served_by_assistants(rate, service))
    return Response(potential, served * period_hours)


def _served_at_till(rate: np.ndarray, service: Service) -> np.ndarray:
    """Customers per hour, shape (..., C+1); the share served is read off a table."""
    patience = min(service.patience_minutes, A_WEEK)
    root = np.linspace(0, np.sqrt(rate.max(initial=1e-9)), _TABLE_SIZE)
    queue = erlang_a(root**2, 60 / service.minutes, 60 / patience, service.max_staff)
    share = 1 - queue.p_abandon
    place = np.sqrt(rate) / root[1]
    below = np.minimum(place.astype(int), _TABLE_SIZE - 2)
    beyond = (place - below)[..., None]
    return rate[..., None] * (share[below] * (1 - beyond) + share[below + 1] * beyond)


def _served_by_assistants(rate: np.ndarray, service: Service) -> np.ndarray:
    """Customers per hour, shape (..., C+1)."""
    load = rate[..., None] * service.minutes / 60
    staff = np.arange(service.max_staff + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        served = rate[..., None] * np.exp(-service.assist_need * load / staff)
    return np.where(staff == 0, 0.0, served)


def concave(curve: np.ndarray) -> np.ndarray:
    """The least concave curve above an S-shaped one that starts at 0, along the last axis.

    A first person in a crowd sells little and the second one more: between two such levels a shop
    that has one person part of the time does as well as the straight line. For a curve that is
    first convex and then concave that line runs from 0 to the level with the best average, so that
    the envelope is `n * max over m >= n of curve(m) / m`.
    """
    staff = np.arange(1, curve.shape[-1])
    average = curve[..., 1:] / staff
    best_above = np.maximum.accumulate(average[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([curve[..., :1], staff * best_above], axis=-1)
