"""The estimate after its own test: what every answer rests on.

Open hours of the shop's own past are hidden and estimated again (`backtest`); where the intervals
prove too narrow, those of the closed hours are widened before anybody sees them, and it is said.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from optimizer.case import Case
from optimizer.casefile import for_store
from optimizer.data.observations import Observations, read_observations
from optimizer.demand.backtest import backtest, calibrated
from optimizer.demand.demand import Demand
from optimizer.demand.estimate import fit_demands
from optimizer.errors import DataError
from optimizer.language import Listed, say

MOST_TESTED = 20  # stores of one chain that are tested one by one


def estimate_demand(case: Case, shop: Observations | None = None) -> Demand:
    """Potential customers of one shop per hour of a typical week; reads its files where not given.

    Raises
    ------
    DataError
        The files hold several stores (see `estimate_demands`), or no sales in the open hours.
    """
    if shop is None:
        found = read_observations(case)
        if len(found) > 1:
            known = Listed((f'"{store}"' for store in list(found)[:5]), "comma")
            raise DataError(
                say("the data hold {count} stores: {known} ...", count=len(found), known=known),
                cure=say("Choose one with for_store(case, name), or use estimate_demands."),
            )
        shop = next(iter(found.values()))
    return estimate_demands(case, [shop])[shop.store]


def estimate_demands(case: Case, shops: Sequence[Observations]) -> dict[str, Demand]:
    """Potential customers of every store of a chain, by store name; stores teach each other.

    Raises
    ------
    DataError
        A store has no sales in its open hours.
    """
    demands = fit_demands(case, shops)
    if len(shops) > MOST_TESTED:
        return demands
    return {
        shop.store: calibrated(demands[shop.store], _stretch(for_store(case, shop.store), shop))
        for shop in shops
    }


def that_sold(shops: Mapping[str, Observations]) -> dict[str, Observations]:
    """The stores that sold something in their open hours; all where none did, to be told of it."""
    found = {store: shop for store, shop in shops.items() if np.nansum(shop.transactions) > 0}
    return found or dict(shops)


def _stretch(case: Case, shop: Observations) -> float:
    """How much wider the intervals must be; 1 where there is too little to tell."""
    try:
        return backtest(case, shop).stretch
    except DataError:
        return 1.0
