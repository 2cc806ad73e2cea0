"""Known truth on real streets: does the interval of lost customers cover it?

Real counters are the street. On each, customers are made with a known conversion that drifts over
the day; of those who find the door closed known shares come at other hours of the same and the
neighbouring days, buy in the web shop, or are lost. The tool sees till, street and web orders.

    python -m benchmarks.semi_synthetic             # 200 made-up shops on Dublin's streets
"""

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks.hidden_evenings import as_shop, auckland, dublin
from optimizer.case import Case, DisplacementFacts
from optimizer.demand.displacement import displacement, true_potential
from optimizer.demand.estimate import fit_demands

OPENS, CLOSES, UNTIL, DAYS = 9, 17, 22, 120
FACTS = DisplacementFacts(lost=(0.30, 0.50, 0.70))
LOST_SD = 0.40 / (2 * 1.645)
NEAR = np.array([0.073, 0.146, 0.5625, 0.146, 0.073])  # days on which movers come


def main() -> None:
    shared = Path(__file__).resolve().parents[2] / "shared" / "data"
    counters, first = dublin(shared) if shared.is_dir() else auckland()
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rng = np.random.default_rng(0)
    names, covered, errors = list(counters), [], []
    while len(covered) < draws:
        start = int(rng.integers(0, len(counters[names[0]]) - DAYS))
        street = counters[names[rng.integers(len(names))]][start : start + DAYS]
        if np.isnan(street).any():
            continue
        truth, told = one_shop(street, first + timedelta(days=start), rng)
        low, middle, high = np.quantile(told, [0.05, 0.5, 0.95])
        covered.append(low <= truth <= high)
        errors.append(np.log(middle / truth))
    print(
        f"{draws} shops: the 90 % interval of lost customers covers {np.mean(covered):.3f}, "
        f"bias {np.mean(errors):+.3f}, spread of the error {np.std(errors):.3f} (log)"
    )


def one_shop(street: np.ndarray, first: date, rng: np.random.Generator) -> tuple[float, np.ndarray]:
    """Truth and draws of the customers lost in a week by closing at 17:00."""
    drift = np.cumsum(rng.normal(0, 0.20, 24))
    wanted = 20 * 24 * street / street.mean() / 24 * np.exp(drift - drift[11:15].mean())
    lost = float(np.clip(rng.normal(0.50, LOST_SD), 0.05, 0.95))
    web = (1 - lost) * FACTS.web
    moved = 1 - lost - web
    hours = np.arange(24)
    open_ = (hours >= OPENS) & (hours < CLOSES)
    reachable = (hours >= 7) & (hours < UNTIL)
    turned_away = wanted * (reachable & ~open_)
    near = np.convolve(turned_away.sum(1) * moved, NEAR, mode="same")
    share = wanted * open_ / (wanted * open_).sum(1, keepdims=True)
    sofa = np.cumsum(rng.normal(0, 0.35, 24))
    base = 0.3 * wanted.mean(0) * np.exp(sofa - sofa.mean())
    orders = rng.poisson(base + turned_away * web).astype(float)
    shop = as_shop(
        rng.poisson(wanted * open_ + near[:, None] * share).astype(float),
        first,
        OPENS,
        CLOSES,
        street,
    )
    demand = fit_demands(Case(period_minutes=60), [replace(shop, web_orders=orders)])[""]
    shares = displacement(FACTS, True, len(demand.draws))
    inside = np.tile(reachable, 7)
    potential = true_potential(demand, shares, inside).reshape(-1, 7, 24)[:, :, CLOSES:UNTIL]
    truth = turned_away[:, CLOSES:UNTIL].sum() * lost * 7 / DAYS
    return float(truth), potential.sum((1, 2)) * shares.lost


if __name__ == "__main__":
    main()
