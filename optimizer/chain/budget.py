"""One labour budget over all shops: who gets the next hour, and what it earns there.

Every shop has a frontier of weeks (see `frontier`), concave in its paid hours. The best split then
takes steps along the frontiers, the one that earns most per hour first, until the budget is used
up: all shops end where their next hour earns about the same, the shadow price (B. Fox, "Discrete
optimization via marginal analysis", Management Science 13, 1966). Prices bound what any split
could earn; the gap to that bound is always stated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.chain.frontier import Frontier
from optimizer.errors import PlanError
from optimizer.language import Number, say

_TRIES = 2000  # further steps looked at for one that still fits into what is left


@dataclass(frozen=True, eq=False)
class Split:
    """A budget shared out.

    Parameters
    ----------
    corner
        Which week of its frontier each shop (or mall) gets, int of shape (U,).
    used
        Of the budget.
    profit
        Of all shops together, money a week.
    price
        What one more hour of budget would earn; 0 where every shop has all that pays.
    bound
        What no split of this budget can exceed.
    """

    budget: float
    corner: np.ndarray
    used: float
    profit: float
    price: float
    bound: float

    @property
    def gap(self) -> float:
        """Relative distance to the bound."""
        return max(self.bound - self.profit, 0.0) / max(abs(self.bound), 1e-9)


class Budget:
    """Frontiers made ready for being asked again and again.

    Parameters
    ----------
    frontiers
        Of every shop, or mall of shops that open alike; U of them.
    least, most
        Paid hours that each one gets, shape (U,); where none of its weeks lies between them it
        gets the nearest below `most`, or else its smallest.
    rate
        What one paid hour of each counts in the budget: 1, or its wage for a budget in money.
    """

    def __init__(
        self,
        frontiers: Sequence[Frontier],
        least: np.ndarray | None = None,
        most: np.ndarray | None = None,
        rate: np.ndarray | None = None,
    ) -> None:
        units = len(frontiers)
        self.rate = np.ones(units) if rate is None else rate
        low = np.zeros(units) if least is None else least
        high = np.full(units, np.inf) if most is None else most
        steps, starts = [], np.zeros(units, dtype=int)
        self._hours = [f.hours.sum(axis=1) * r for f, r in zip(frontiers, self.rate, strict=True)]
        self._profit = [f.profit.sum(axis=1) for f in frontiers]
        ends = np.zeros(units, dtype=int)
        for u, (x, y) in enumerate(zip(self._hours, self._profit, strict=True)):
            fits = np.flatnonzero(x <= high[u] * self.rate[u] + 1e-9)
            ends[u] = fits[-1] if len(fits) else 0
            starts[u] = min(int(np.searchsorted(x, low[u] * self.rate[u] - 1e-9)), ends[u])
            k = np.arange(starts[u], ends[u])
            steps.append(np.stack([np.full(len(k), u), x[k + 1] - x[k], y[k + 1] - y[k]], axis=1))
        self.first, self.last = starts, ends
        table = np.concatenate(steps) if steps else np.zeros((0, 3))
        order = np.argsort(-(table[:, 2] / table[:, 1]), kind="stable")
        self._unit = table[order, 0].astype(int)
        self._step, self._gain = table[order, 1], table[order, 2]
        self._so_far = np.cumsum(self._step)
        self._base = sum(x[k] for x, k in zip(self._hours, starts, strict=True))
        self._base_profit = sum(y[k] for y, k in zip(self._profit, starts, strict=True))
        self._set_bounds(frontiers, low, high)

    @property
    def least(self) -> float:
        """The smallest budget that opens every shop."""
        return float(self._base)

    @property
    def most(self) -> float:
        """The largest budget of any use."""
        return float(self._base + self._step.sum())

    def split(self, budget: float) -> Split:
        """Share out a budget.

        Raises
        ------
        PlanError
            It does not suffice to open every shop.
        """
        left = budget - self._base
        if left < -1e-6:
            raise PlanError(
                say("the budget does not suffice to open every shop"),
                where="budget",
                cure=say("Give at least {hours} hours a week.", hours=Number(self._base)),
            )
        taken = int(np.searchsorted(self._so_far, left + 1e-6, side="right"))
        steps = np.bincount(self._unit[:taken], minlength=len(self.first))
        used = float(self._so_far[taken - 1]) if taken else 0.0
        gained = float(self._gain[:taken].sum())
        price = float(self._gain[taken] / self._step[taken]) if taken < len(self._step) else 0.0
        stuck: set[int] = set()  # whose next step is too long: those after it must wait, too
        for k in range(taken, min(taken + _TRIES, len(self._step))):
            unit = int(self._unit[k])
            if unit in stuck:
                continue
            if self._step[k] > left - used + 1e-6:
                stuck.add(unit)
                continue
            steps[unit] += 1
            used += float(self._step[k])
            gained += float(self._gain[k])
        profit = float(self._base_profit + gained)
        return Split(
            budget=budget,
            corner=self.first + steps,
            used=float(self._base + used),
            profit=profit,
            price=price,
            bound=max(self._bound(budget, price), profit),
        )

    def hours(self, split: Split) -> np.ndarray:
        """Budget that each shop gets, shape (U,)."""
        return np.array([x[k] for x, k in zip(self._hours, split.corner, strict=True)])

    def profit(self, split: Split) -> np.ndarray:
        """Money that each shop earns a week, shape (U,)."""
        return np.array([y[k] for y, k in zip(self._profit, split.corner, strict=True)])

    def change(self, before: Split, after: Split) -> tuple[np.ndarray, np.ndarray]:
        """Hours and money by which each shop differs between two splits, shape (U,) each."""
        return (
            self.hours(after) - self.hours(before),
            self.profit(after) - self.profit(before),
        )

    def _set_bounds(self, frontiers: Sequence[Frontier], low: np.ndarray, high: np.ndarray) -> None:
        """Most that each shop can earn at each price, its limits in hours kept, shape (U, P).

        A week of h hours earns v. If v - q h is at most m(q) for every price q, then v - p h is at
        most m(q) + (q - p) h, and h is at most `high` and at least `low`.
        """
        longest = max((len(f.prices) for f in frontiers), default=0)
        prices, most = np.zeros((len(frontiers), longest)), np.zeros((len(frontiers), longest))
        for u, f in enumerate(frontiers):  # at prices beyond the last one no week earns more
            beyond = longest - len(f.prices)
            prices[u] = np.r_[f.prices, f.prices[-1] + 1 + np.arange(beyond)]
            most[u] = np.pad(f.most, (0, beyond), mode="edge")
        limited = np.flatnonzero((low > 0) | np.isfinite(high))
        for u in limited.tolist():
            dearer = prices[u] - prices[u][:, None]  # of each price (column) against each (row)
            at_most = np.where(dearer > 0, high[u], low[u]) * np.where(dearer == 0, 0.0, 1.0)
            shift = np.where(dearer == 0, 0.0, dearer * np.where(np.isfinite(at_most), at_most, 0))
            shift = np.where(np.isfinite(at_most), shift, np.inf)
            most[u] = (most[u] + shift).min(axis=1)
            # The nearest week of the frontier is taken even where it keeps no limit.
            x, y = self._hours[u][self.first[u]] / self.rate[u], self._profit[u][self.first[u]]
            most[u] = np.maximum(most[u], y - prices[u] * x)
        self._prices, self._most = prices / self.rate[:, None], most

    def _bound(self, budget: float, price: float) -> float:
        """The lowest bound at prices around the shadow price; chords lie above a convex curve."""
        tried = np.unique(np.r_[0.0, price * np.geomspace(0.7, 1.4, 15)])
        return min(float(self._most_at(p) + p * budget) for p in tried.tolist())

    def _most_at(self, price: float) -> float:
        prices, most = self._prices, self._most
        above = np.clip((prices <= price).sum(axis=1), 1, prices.shape[1] - 1)
        rows = np.arange(len(prices))
        p0, p1 = prices[rows, above - 1], prices[rows, above]
        share = np.clip((price - p0) / (p1 - p0), 0, 1)
        return float(((1 - share) * most[rows, above - 1] + share * most[rows, above]).sum())
