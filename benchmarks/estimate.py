"""How long the estimate takes: one shop over two years of half hours, and long chains.

python -m benchmarks.estimate                # 1 shop; 10, 100 and 1,000 stores
"""

import resource
import sys
import time
from dataclasses import replace
from datetime import date

import numpy as np

from optimizer.case import Case
from optimizer.data.observations import Observations
from optimizer.demand.backtest import backtest
from optimizer.demand.estimate import fit_demands
from optimizer.opening import OpeningHours
from optimizer.timegrid import TimeGrid


def shop(
    grid: TimeGrid, days: int, hours: str, store: str, rng: np.random.Generator
) -> Observations:
    """A made-up shop with a street counter and a web shop."""
    first, nobody = date(2024, 1, 1), np.zeros(days, dtype=bool)
    opening = OpeningHours.parse(hours)
    periods = grid.periods_per_day
    hour = (np.arange(periods) + 0.5) * grid.period_hours
    rate = 12 * np.exp(-0.5 * ((hour - 14) / 4) ** 2) * grid.period_hours
    open_share = opening.open_share(grid, first, days, nobody)
    sales = rng.poisson(np.tile(rate, (days, 1))).astype(float)
    empty = np.zeros_like(sales)
    return Observations(
        store=store, grid=grid, first=first, transactions=np.where(open_share > 0, sales, np.nan),
        revenue=None, footfall=rng.poisson(np.tile(rate * 30 + 1, (days, 1))).astype(float),
        footfall_where="street", web_orders=rng.poisson(np.tile(rate / 9, (days, 1))).astype(float),
        web_revenue=None, open_share=open_share, real_hours=np.full_like(sales, grid.period_hours),
        holiday=nobody, regime=np.full(days, -1), hours=opening, hours_inferred=False,
        basket_mean=None, basket_sd=None, after_hours=empty,
    )  # fmt: skip


def timed(name: str, work: object, times: int = 3) -> None:
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        work()  # type: ignore[operator]
        seconds.append(time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: {np.median(seconds):.2f} s (peak memory {peak:.0f} MB)", flush=True)


def main() -> None:
    rng = np.random.default_rng(0)
    half, hour = TimeGrid("Europe/Helsinki", 30), TimeGrid("Europe/Helsinki", 60)
    one = shop(half, 730, "Mo-Fr 10:00-17:00; Sa 10:00-15:00", "", rng)
    timed(
        "one shop, two years of half hours, posterior and evidence",
        lambda: fit_demands(Case(), [one]),
    )
    timed("its backtest", lambda: backtest(Case(), one))
    sizes = [int(size) for size in sys.argv[1:]] or [10, 100, 1000]
    for stores in sizes:
        early, late = "Mo-Sa 09:00-17:00", "Mo-Sa 09:00-21:00"
        chain = [
            replace(shop(hour, 364, late if n % 5 == 0 else early, f"S{n}", rng))
            for n in range(stores)
        ]
        timed(
            f"{stores} stores, a year of hours, pooled",
            lambda chain=chain: fit_demands(Case(period_minutes=60), chain),
            times=1,
        )


if __name__ == "__main__":
    main()
