"""Demand: how many customers would come in each hour of a typical week if the shop were open."""

from dataclasses import dataclass

import numpy as np

from optimizer.timegrid import TimeGrid

GRADES = "ABCDE"  # A: measured in a trial ... D: borrowed from street or web ... E: nothing speaks


def interval(draws: np.ndarray) -> dict[str, float]:
    """Mean and 5th, 50th and 95th percentile of draws: the interval every answer carries."""
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
    return {"mean": float(np.mean(draws)), "p05": float(low), "p50": float(middle),
            "p95": float(high)}  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """One kind of evidence on the closed hours, and how much of the answer rests on it."""

    kind: str  # "own till", "street footfall", "web orders", "own longer evenings", ...
    weight: float  # share of the answer, 0..1
    says: str  # one sentence for the reader
    alone: dict[str, float] | None = None  # customers a week in the closed hours by it alone


@dataclass(frozen=True, eq=False)
class Demand:
    """Potential transactions per hour of a typical week, if open and well staffed.

    The rate of an hour that was closed is what the till would ring at the conversion seen in the
    open hours; customers who now come at another hour instead are not yet taken out of those (see
    `displacement`).

    Parameters
    ----------
    draws
        Customers per hour in each draw of the posterior, shape (D, W).
    basket_draws
        Average net sale per customer in money, shape (D,); None where nothing tells the amounts.
    open_share
        Share of each period of the week that the shop is open now, shape (W,).
    observed_days
        Days on which each period was open and counted, shape (W,).
    grade
        "A".."E" per period, shape (W,): how good the evidence is.
    """

    store: str
    grid: TimeGrid
    draws: np.ndarray
    basket_draws: np.ndarray | None
    open_share: np.ndarray
    observed_days: np.ndarray
    grade: np.ndarray
    evidence: tuple[Evidence, ...]
    has_web_shop: bool
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        weeks = self.grid.periods_per_week
        if self.draws.ndim != 2 or self.draws.shape[1] != weeks:
            raise ValueError(f"draws must have shape (D, {weeks}), not {self.draws.shape}")

    @property
    def rate(self) -> np.ndarray:
        """Median customers per hour, shape (W,)."""
        return np.median(self.draws, axis=0)

    @property
    def customers(self) -> np.ndarray:
        """Customers per period in each draw, shape (D, W)."""
        return self.draws * self.grid.period_hours
