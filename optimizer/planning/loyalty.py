"""What a turned-away customer is worth beyond the basket: the owner's own belief, on its own line.

Stock-outs hurt later orders of the same customers (Anderson, Fitzsimons & Simester 2006, a field
test), so a closed door may, too; how much is not known for shops. It is therefore an assumption of
the owner, 0 unless stated, and never part of the sales lost or of the profit.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.case import Case
from optimizer.demand.demand import Demand
from optimizer.planning.lost import SalesLost
from optimizer.planning.potential import average_sale


@dataclass(frozen=True, eq=False)
class BeyondBasket:
    """Margin of customers who do not come back after they found the door closed.

    Parameters
    ----------
    lifetime_margin
        What a customer who stays would still bring, in money of today, per draw, shape (D,).
    per_week
        Margin lost with those who leave for good, per week of closing as today, shape (D,).
    break_even_leave_share
        Share that would have to leave for good for the advised hours to pay; 0 where they pay
        anyway.
    """

    lifetime_margin: np.ndarray
    per_week: np.ndarray
    break_even_leave_share: float


def beyond_basket(case: Case, demand: Demand, lost: SalesLost) -> BeyondBasket | None:
    """Worth of the customers who leave for good; None where no money is known.

    With r the share of customers who stay from year to year and i the discount, a customer who
    visits v times a year is worth v * margin / (1 - r + i): the sum over an endless horizon of what
    is left of them, to first order in r and i.
    """
    sale = average_sale(case, demand)
    if sale is None:
        return None
    facts = case.loyalty
    margin = sale * case.economics.margin
    lifetime = margin * facts.visits_per_year / (1 - facts.stay_share + facts.discount)
    turned_away = lost.lost.sum(1) / sale
    at_stake = float((lifetime * turned_away).mean())
    missing = max(0.0, -float(lost.profit_if_open.mean()))
    return BeyondBasket(
        lifetime_margin=lifetime,
        per_week=facts.leave_share * lifetime * turned_away,
        break_even_leave_share=missing / at_stake if at_stake > 0 else float("inf"),
    )
