"""Make the sample chain: ten gift shops, three of which are open in the evening.

Everything here is synthetic. What every shop would sell at every hour is known by construction, so
that anybody can check whether shops that are open late teach those that never were. Run
`python sample_data/generate_chain.py` to write `old_town_chain/` again; the same seed gives the
same bytes.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 41
FIRST_DAY, WEEKS = "2026-08-03", 20  # a Monday
LAST_HOUR = 21  # until which anybody would come
EARLY, LATE = "Mo-Fr 10:00-17:00; Sa 10:00-15:00", "Mo-Fr 10:00-20:00; Sa 10:00-18:00"
WEEKDAY = np.array([0.80, 0.85, 0.95, 1.05, 1.25, 1.30, 0.0])
HOUR = np.arange(24)
BASKET = 24.0
MOVED, LOST = 0.40, 0.60  # of those who meet a closed door
STRAY, DAY_SPREAD = 0.12, 0.12  # of a shop's evening from the chain's; of one day from another

CASE_TOML = """\
# A synthetic chain: made by sample_data/generate_chain.py, not a real business.
version = 1
name = "Old Town Chain"
synthetic = true
timezone = "Europe/Helsinki"
country = "FI"
currency = "EUR"
period_minutes = 60

[hours]
candidate = "Mo-Fr 09:00-21:00; Sa 10:00-18:00"   # where the optimiser may open

[[data]]
file = "till.csv"                         # a row per store and hour
kind = "sales"

[economics]
contribution_margin = 0.48                # share of net sales
wage = 14.46                              # per hour; supplements come from the rule pack
on_cost = 0.30                            # employer's share on top
open_cost_per_hour = 4.0                  # energy, security
open_cost_per_day = 12.0

[displacement]
lost = [0.45, 0.60, 0.75]                 # share of those at a closed door who never come back

[service]
kind = "till"
minutes = 4.0
patience_minutes = 7.0
min_staff = 1

[labour]
rules = "fi-retail-2026"
shift_hours = [4, 9]
"""


@dataclass(frozen=True)
class Store:
    """A shop as `stores.csv` states it, and what it hides.

    Parameters
    ----------
    scale
        Customers an hour at noon of an average day per 100 m2.
    evening
        How the evening goes beside that of the chain.
    """

    store: str
    hours: str
    region: str
    format: str
    floor_m2: int
    latitude: float
    longitude: float
    max_staff: int
    scale: float
    evening: float
    mall: str = ""


STORES = (
    Store("Bridge", EARLY, "coast", "street", 90, 60.392, 25.660, 3, 10.2, 0.9),
    Store("Castle", EARLY, "inland", "street", 80, 61.001, 24.458, 3, 8.1, 0.7),
    Store("Church", EARLY, "coast", "street", 70, 60.397, 25.664, 3, 11.9, 0.8),
    Store("Harbour", LATE, "coast", "street", 120, 60.168, 24.953, 4, 10.5, 1.0),
    Store("Library", EARLY, "inland", "street", 110, 61.498, 23.761, 3, 9.4, 1.2),
    Store("Market", LATE, "inland", "street", 100, 61.496, 23.770, 4, 12.4, 0.9),
    Store("Museum", EARLY, "coast", "street", 60, 60.451, 22.267, 2, 10.0, 0.7),
    Store("Station", EARLY, "coast", "centre", 140, 60.171, 24.941, 4, 11.2, 1.3, "Railway Mall"),
    Store("Tower", EARLY, "coast", "centre", 130, 60.171, 24.941, 4, 9.0, 1.2, "Railway Mall"),
    Store("Theatre", LATE, "coast", "street", 95, 60.450, 22.263, 3, 9.7, 1.2),
)


@dataclass(frozen=True, eq=False)
class Sample:
    """The chain's till, and customers per hour by store and weekday if open, (S, 7, 24)."""

    till: pd.DataFrame
    demand: np.ndarray


def make(seed: int = SEED) -> Sample:
    """Draw the shops' rhythms and twenty weeks of sales; every seed is another chain."""
    rng = np.random.default_rng(seed)
    noon = np.exp(-0.5 * ((HOUR + 0.5 - 13.5) / 2.8) ** 2)
    late = np.exp(-0.5 * ((HOUR + 0.5 - 18.0) / 1.8) ** 2)
    days = pd.date_range(FIRST_DAY, periods=7 * WEEKS)
    weekday = days.day_of_week.to_numpy()
    demand, rows = [], []
    for store in STORES:
        share = 0.45 * store.evening * np.exp(STRAY * rng.standard_normal())
        curve = (noon + share * late) * (HOUR >= 9) * (LAST_HOUR > HOUR)
        mine = store.scale * store.floor_m2 / 100 * WEEKDAY[:, None] * curve
        busy = np.exp(DAY_SPREAD * rng.standard_normal(len(days)))
        wanted = mine[weekday] * (busy / busy.mean())[:, None]
        open_ = opening(store.hours)[weekday]
        inside, outside = np.where(open_, wanted, 0.0), np.where(open_, 0.0, wanted)
        total = np.maximum(inside.sum(axis=1, keepdims=True), 1e-9)
        came = inside * (1 + MOVED * outside.sum(axis=1, keepdims=True) / total)
        rows.append(_till(rng, store.store, days, came))
        demand.append([wanted[weekday == day].mean(axis=0) for day in range(7)])
    return Sample(pd.concat(rows, ignore_index=True), np.array(demand))


def opening(hours: str) -> np.ndarray:
    """Which hours of the week are open, bool (7, 24), for the two texts of this chain."""
    weekdays, saturday = (8 if hours == EARLY else 11), (6 if hours == EARLY else 9)
    open_ = np.zeros((7, 24), dtype=bool)
    open_[:5, 10 : 9 + weekdays] = True
    open_[5, 10 : 9 + saturday] = True
    return open_


def _till(
    rng: np.random.Generator, store: str, days: pd.DatetimeIndex, rate: np.ndarray
) -> pd.DataFrame:
    """Totals of the hours in which anything was sold."""
    counts = rng.poisson(rate)
    day, hour = np.nonzero(counts)
    sold = counts[day, hour]
    return pd.DataFrame(
        {
            "store": store,
            "hour": days[day] + pd.to_timedelta(hour, unit="h"),
            "receipts": sold,
            "amount": np.round(rng.gamma(2.0 * sold, BASKET / 2)).astype(int),
        }
    )


def as_csv(rows: pd.DataFrame) -> bytes:
    """The rows as an export would hold them."""
    out = io.StringIO()
    rows.to_csv(out, index=False, date_format="%Y-%m-%d %H:%M", lineterminator="\n")
    return out.getvalue().encode()


def stores_csv() -> bytes:
    """What the head office knows of each store."""
    names = ("store", "hours", "region", "format", "floor_m2", "latitude", "longitude", "mall")
    rows = [
        {name: getattr(store, name) for name in names} | {"service.max_staff": store.max_staff}
        for store in STORES
    ]
    return as_csv(pd.DataFrame(rows))


def readme(sample: Sample) -> str:
    """What the sample is, its units, and the truth it hides."""
    lines = []
    for store, demand in zip(STORES, sample.demand, strict=True):
        closed = np.where(opening(store.hours), 0.0, demand)
        hours = "20:00" if store.hours == LATE else "17:00"
        cells = (
            store.store,
            hours,
            f"{store.scale:.1f}",
            f"{demand[:5, 10:17].mean():.1f}",
            f"{demand[:5, 17:20].mean():.1f}",
            f"{closed[:6].sum():.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    table = "\n".join(lines)
    return f"""# Old Town Chain: ten synthetic shops

Made by `sample_data/generate_chain.py` (seed {SEED}); no real business, customer or sale is in it.
Three shops are open until 20:00, the others close at 17:00; the two of the Railway Mall must open
at the same hours.

| file | one row is | columns |
|---|---|---|
| `till.csv` | a store and an hour | `hour` local start, `receipts`, `amount` EUR net |
| `stores.csv` | a store | hours, region, format, floor space, place, mall, most people at work |

## The truth it hides
Customers per hour who would come if the door were open, Monday to Friday, and how many customers a
week meet a closed door from 9:00 to 21:00. *Noon* is customers an hour and 100 m2 at noon.

| store | closes | noon | 10-17 | 17-20 | at a closed door a week |
|---|--:|--:|--:|--:|--:|
{table}

Of those who meet a closed door {MOVED:.0%} come at another hour of the day and {LOST:.0%} are lost.
"""


def write(folder: Path, seed: int = SEED) -> None:
    """Write the case folder."""
    sample = make(seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "till.csv").write_bytes(as_csv(sample.till))
    (folder / "stores.csv").write_bytes(stores_csv())
    (folder / "case.toml").write_text(CASE_TOML, encoding="utf-8")
    (folder / "README.md").write_text(readme(sample), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parent / "old_town_chain")
