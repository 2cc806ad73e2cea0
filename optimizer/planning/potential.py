"""The bridge from demand to money: who would come, what becomes of them, what each is worth."""

import numpy as np

from optimizer.case import Case
from optimizer.demand.demand import Demand
from optimizer.demand.displacement import displacement, true_potential
from optimizer.planning.response import Potential


def reachable(case: Case, demand: Demand) -> np.ndarray:
    """Periods of the week in which the shop is open or might be, bool of shape (W,)."""
    return (case.hours.candidate.week_share(case.grid) > 0) | (demand.open_share > 0)


def potential(case: Case, demand: Demand) -> Potential:
    """Customers of a typical week with their shares and worth, from the case and the demand.

    Worth is contribution margin in money where the data or the case tell the average sale, else
    every customer counts 1. Nobody is expected in hours that are neither open nor a candidate.
    """
    draws = len(demand.draws)
    shares = displacement(case.displacement, demand.has_web_shop, draws)
    reach = reachable(case, demand)
    sale = average_sale(case, demand)
    return Potential(
        customers=true_potential(demand, shares, reach) * reach,
        moved=shares.moved,
        web=shares.web,
        lost=shares.lost,
        value=np.ones(draws) if sale is None else sale * case.economics.margin,
        unit="customers" if sale is None else case.currency,
        open_now=demand.open_share,
    )


def average_sale(case: Case, demand: Demand) -> np.ndarray | None:
    """Net sale per customer in money in each draw, shape (D,); None where nothing tells it.

    The till's amounts come first; `economics.basket` stands in where there are none.
    """
    if demand.basket_draws is not None:
        return demand.basket_draws
    basket = case.economics.basket
    return None if basket is None else np.full(len(demand.draws), basket)
