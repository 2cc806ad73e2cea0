"""Where the customers of a closed hour go: other open hours, our own web shop, or away.

Of the potential of a closed hour the share `moved` comes in other open hours anyway, `web` buys in
the owner's own web shop, and `lost` is what opening would newly bring. No till export alone can
tell these shares; they are a range, from a preset by kind of shop or the owner's own numbers, and
every answer carries that range.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import beta

from optimizer.case import MEASURED, PRESET_NAMES, PRESETS, DisplacementFacts
from optimizer.demand.demand import Demand
from optimizer.language import say

WEEK = np.arange(7)
# Where a turned-away customer who comes anyway comes: 0.45 on the same day against 0.35 on the two
# days before and after, halving with each day; an assumption, by distance in days around the week.
DAY_KERNEL = np.array([0.450, 0.117, 0.058, 0.0, 0.0, 0.058, 0.117]) / 0.8
CONCENTRATION = 6.0  # of a preset: Beta(3, 3) where nothing is known, 90 % within 0.19 to 0.81


@dataclass(frozen=True, eq=False)
class Displacement:
    """Shares of a closed hour's potential, one value per draw, shape (D,); they sum to 1."""

    moved: np.ndarray
    web: np.ndarray
    lost: np.ndarray
    source: str  # whose numbers these are, as the end of a sentence


def displacement(facts: DisplacementFacts, has_web_shop: bool, draws: int) -> Displacement:
    """Draws of the shares from the case's facts; without a web shop nobody buys there.

    The draws are evenly spaced quantiles in a fixed shuffled order, so that the same case always
    gives the same answer and a slider moves it smoothly.
    """
    if facts.lost is None:
        kind = "unknown" if facts.preset == MEASURED else facts.preset  # not (yet) measured
        mean = PRESETS[kind]
        shape = (CONCENTRATION * mean, CONCENTRATION * (1 - mean))
        source = say(
            'assumed for a shop of the kind "{kind}", not measured.', kind=PRESET_NAMES[kind]
        )
    else:
        shape = _beta_for(*facts.lost)
        source = say("stated in the case.")
        if facts.preset == MEASURED:
            source = say("measured from your own changes of hours.")
    order = np.random.default_rng(0).permutation(draws)
    lost = beta(*shape).ppf((order + 0.5) / draws)
    web = (1 - lost) * (facts.web if has_web_shop else 0.0)
    return Displacement(moved=1 - lost - web, web=web, lost=lost, source=source)


@lru_cache(maxsize=64)
def _beta_for(low: float, likely: float, high: float) -> tuple[float, float]:
    """The Beta distribution with 5 % below `low`, 5 % above `high` and its median near `likely`."""
    if high - low < 1e-3:  # stated as known: as good as a point
        middle = min(max(likely, 1e-6), 1 - 1e-6)
        return 1e6 * middle, 1e6 * (1 - middle)

    def misfit(log_shape: np.ndarray) -> np.ndarray:
        quantiles = beta(*np.exp(log_shape)).ppf([0.05, 0.5, 0.95])
        return quantiles - np.array([low, likely, high])

    found = least_squares(misfit, np.log([3.0, 3.0]), bounds=(np.log(0.05), np.log(1e6)))
    alpha, gamma = np.exp(found.x)
    return float(alpha), float(gamma)


def true_potential(demand: Demand, shares: Displacement, reachable: np.ndarray) -> np.ndarray:
    """Potential customers per period with the moved ones back in their own hour, shape (D, W).

    The open hours of a shop that closes early already hold the customers who moved there, so a
    rate carried over from them into the closed hours counts those twice. Let day d sell O'_d in its
    open hours, let G'_k be what its conversion promises for the closed hours of day k, and let the
    truth be a share u_d of both. With a the share moved, of which K_dk come on day d,

        O'_d = O'_d u_d + a sum_k K_dk G'_k u_k

    which is solved for u. (One day with O' = 120, G' = 48, a = 0.5 gives u = 5/6: G = 40, O = 100.)

    Parameters
    ----------
    reachable
        Periods of the week in which the shop might be open at all, shape (W,): customers of the
        dead of night are not thought to come by day.
    """
    apparent = (demand.customers * reachable).reshape(len(demand.draws), 7, -1)
    share_open = demand.open_share.reshape(7, -1)
    sold = (apparent * share_open).sum(2)
    behind_door = (apparent * (1 - share_open)).sum(2)
    ever_open = share_open.max(1) > 0
    if not ever_open.any():
        return demand.customers
    arrive = np.where(ever_open[:, None], DAY_KERNEL[(WEEK[:, None] - WEEK) % 7], 0.0)
    arrive /= np.maximum(arrive.sum(0), 1e-12)  # of days far from any open one nobody arrives
    system = shares.moved[:, None, None] * arrive * behind_door[:, None, :]
    system[:, WEEK, WEEK] += sold
    # A day that never opens has sales of its own conversion only as the others have: their mean.
    system[:, ~ever_open] = np.where(ever_open, -1 / ever_open.sum(), 0.0)
    system[:, ~ever_open, ~ever_open] = 1.0
    kept = np.linalg.solve(system, sold[..., None])[..., 0]
    kept = np.clip(kept, 0.0, 1.0)  # a share, though hardly any sales may promise less than none
    by_period = np.repeat(kept, share_open.shape[1], axis=1)
    return demand.customers * by_period
