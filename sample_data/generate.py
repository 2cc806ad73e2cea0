"""Make the sample shop: a gift shop in a Finnish old town that closes at 17:00.

Everything here is synthetic. The shop's true demand is known by construction, evening included, so
that anybody can check whether the estimate finds it. Run `python sample_data/generate.py` to write
`old_town_gifts/` again; the same seed gives the same bytes.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import holidays
import numpy as np
import pandas as pd

SEED = 17
FIRST_DAY, WEEKS = "2026-04-06", 26  # a Monday; April to early October
FESTIVAL = ("2026-07-06", "2026-07-11")  # open until 20:00
HOURS = {day: (10, 17) for day in range(5)} | {5: (10, 15)}
CANDIDATE = (7, 22)
HOUR = np.arange(24)
WEEKDAY = np.array([0.50, 0.56, 0.80, 1.08, 1.35, 1.35, 0.95])
BASKET_MEAN, BASKET_SPREAD = 28.0, 0.75

WHAT_IFS_TOML = """\
# What-ifs beside the shop as it is; each names fields of case.toml and their other values.
["wages 10 % up"]
economics.wage = 15.91

["and a busy summer"]
based_on = "wages 10 % up"
demand = 1.3                              # times the customers

["open Monday to Friday alike"]
hours.tidy.same_weekdays = true
"""

CASE_TOML = """\
# A synthetic shop: made by sample_data/generate.py, not a real business.
version = 1
name = "Old Town Gifts"
synthetic = true
timezone = "Europe/Helsinki"
country = "FI"
currency = "EUR"
period_minutes = 30

[hours]
current = "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off"
candidate = "Mo-Su 07:00-22:00"          # where the optimiser may open
history = [{ from = 2026-07-06, until = 2026-07-11, hours = "Mo-Sa 10:00-20:00" }]  # festival

[[data]]
file = "till.csv"
kind = "sales"
[[data]]
file = "street.csv"
kind = "footfall"
where = "street"                          # runs day and night
[[data]]
file = "web.csv"
kind = "web"

[economics]
contribution_margin = 0.55                # share of net sales
wage = 14.46                              # per hour; supplements come from the rule pack
on_cost = 0.30                            # employer's share on top
open_cost_per_hour = 4.0                  # energy, security
open_cost_per_day = 15.0

[displacement]
lost = [0.35, 0.45, 0.55]                 # asked at the till: "would you have come before five?"

[service]
kind = "till"
minutes = 3.0
patience_minutes = 7.0
min_staff = 1
max_staff = 4

[labour]
rules = "fi-retail-2026"

[[employee]]
name = "Aino"
contract_hours = [20, 37.5]
[[employee]]
name = "Veikko"
contract_hours = [15, 30]
available = "Mo-Fr 12:00-22:00; Sa 09:00-18:00"
[[employee]]
name = "Saga"
contract_hours = [8, 20]
available = "Mo-Sa 09:00-21:00"
"""


@dataclass(frozen=True, eq=False)
class Sample:
    """The three exports of the shop, and the truth that they hide."""

    till: pd.DataFrame
    street: pd.DataFrame
    web: pd.DataFrame
    demand: np.ndarray  # customers/hour if open, on the average day of each weekday, shape (7, 24)
    moved: float  # shares of the customers who meet a closed door
    web_share: float
    lost: float


def make(seed: int = SEED) -> Sample:
    """Draw a shop and half a year of its exports.

    The rhythm of the street and of the web shop each leave the shop's own by a random walk, and the
    shares are drawn from what the case states: every seed is another shop.
    """
    rng = np.random.default_rng(seed)
    shape = 8.5 * np.exp(-0.5 * ((HOUR - 13.8) / 3.6) ** 2) + 3.4 * np.exp(
        -0.5 * ((HOUR - 18.5) / 1.8) ** 2
    )
    shop = shape * np.exp(_walk(rng, 0.10))
    demand = WEEKDAY[:, None] * shop * np.exp(rng.normal(0, 0.04, (7, 1)) * _evening())
    street_rhythm = demand * 40 * np.exp(_walk(rng, 0.28) + rng.normal(0, 0.05, (7, 24)))
    street_rhythm += 6.0  # somebody is always about
    sofa = 0.12 + 0.9 * np.exp(-0.5 * ((HOUR - 20.3) / 2.2) ** 2)
    web_rhythm = 2.0 * sofa**0.4 * (shop / 9) ** 0.6 * np.exp(_walk(rng, 0.22))

    lost = float(np.clip(rng.normal(0.45, 0.075), 0.05, 0.95))
    web_share = (1 - lost) * 0.15 / 0.95
    moved = 1 - lost - web_share

    days = pd.date_range(FIRST_DAY, periods=7 * WEEKS)
    weekday = days.day_of_week.to_numpy()
    season = 0.85 + 0.45 * np.exp(-0.5 * ((days.day_of_year.to_numpy() - 196) / 30) ** 2)
    busy = season * np.exp(rng.normal(0, 0.14, len(days)))
    busy /= busy.mean()
    festival = (days >= FESTIVAL[0]) & (days <= FESTIVAL[1])
    opening = _opening(days, weekday, festival)

    wanted = demand[weekday] * busy[:, None]
    wanted[festival, 17:] *= np.exp(rng.normal(0, 0.15))  # an occasion of its own
    reachable = (CANDIDATE[0] <= HOUR) & (CANDIDATE[1] > HOUR)
    turned_away = np.where(opening, 0.0, wanted) * reachable
    came = np.where(opening, wanted, 0.0) + _moved_in(turned_away.sum(1) * moved, wanted, opening)

    # The typical week is the average over the dates, so the truth takes the dates' busyness in.
    truth = np.array([wanted[(weekday == d) & ~festival].mean(0) for d in range(7)])
    return Sample(
        till=_till(rng, days, came),
        street=_street(rng, days, street_rhythm[weekday] * busy[:, None] ** 0.8),
        web=_web(rng, days, web_rhythm[None] * busy[:, None] ** 0.5 + turned_away * web_share),
        demand=truth,
        moved=moved,
        web_share=web_share,
        lost=lost,
    )


def _walk(rng: np.random.Generator, per_root_hour: float) -> np.ndarray:
    """A random walk over the hours of the day that is 0 in the early afternoon, shape (24,)."""
    steps = rng.normal(0, per_root_hour, 24)
    walk = np.cumsum(steps)
    return walk - walk[11:16].mean()


def _evening() -> np.ndarray:
    return np.clip((HOUR - 15) / 4, 0, 1)


def _opening(days: pd.DatetimeIndex, weekday: np.ndarray, festival: np.ndarray) -> np.ndarray:
    opening = np.zeros((len(days), 24), dtype=bool)
    for row, day in enumerate(weekday):
        if day in HOURS:
            start, end = HOURS[day]
            opening[row, start : 20 if festival[row] else end] = True
    shut = holidays.Finland(years=2026)  # as "PH off" says
    opening[[day.date() in shut for day in days]] = False
    return opening


def _moved_in(moving: np.ndarray, wanted: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """Customers who come in open hours instead: most on the same day, the rest within two days."""
    kernel = np.array([0.1, 0.15, 0.5, 0.15, 0.1])
    weight = np.where(opening, wanted, 0.0)
    day_weight = weight.sum(1)
    arriving = np.zeros(len(moving))
    for day, number in enumerate(moving):
        near = np.clip(np.arange(day - 2, day + 3), 0, len(moving) - 1)
        share = kernel * (day_weight[near] > 0)
        if share.sum():
            np.add.at(arriving, near, number * share / share.sum())
    return arriving[:, None] * weight / np.maximum(day_weight, 1e-9)[:, None]


def _times(rng: np.random.Generator, days: pd.DatetimeIndex, rate: np.ndarray) -> pd.Series:
    """Poisson events at an hourly rate, to the second, in order."""
    counts = rng.poisson(rate).ravel()
    start = np.repeat(np.arange(rate.size), counts)
    seconds = np.sort(start * 3600 + rng.integers(0, 3600, len(start)))
    return pd.Series(days[0] + pd.to_timedelta(seconds, unit="s"))


def _till(rng: np.random.Generator, days: pd.DatetimeIndex, rate: np.ndarray) -> pd.DataFrame:
    times = _times(rng, days, rate)
    spread = BASKET_SPREAD
    amounts = BASKET_MEAN * np.exp(rng.normal(-(spread**2) / 2, spread, len(times)))
    rows = pd.DataFrame({"timestamp": times, "amount": amounts.round(2)})
    refunds = rows.sample(frac=0.012, random_state=int(rng.integers(1 << 31)))
    refunds = refunds.assign(
        amount=-refunds["amount"], timestamp=refunds["timestamp"] + pd.to_timedelta(7, unit="m")
    )
    rows = pd.concat([rows, refunds]).sort_values("timestamp", kind="stable")
    rows.insert(1, "receipt", np.arange(100_001, 100_001 + len(rows)))
    return rows.reset_index(drop=True)


def _street(rng: np.random.Generator, days: pd.DatetimeIndex, rate: np.ndarray) -> pd.DataFrame:
    hours = pd.date_range(days[0], periods=rate.size, freq="h")
    noise = rng.gamma(20, 1 / 20, rate.size)
    return pd.DataFrame({"timestamp": hours, "count": rng.poisson(rate.ravel() * noise)})


def _web(rng: np.random.Generator, days: pd.DatetimeIndex, rate: np.ndarray) -> pd.DataFrame:
    times = _times(rng, days, rate)
    amounts = 38.0 * np.exp(rng.normal(-0.18, 0.6, len(times)))
    return pd.DataFrame({"timestamp": times, "amount": amounts.round(2)})


def as_csv(rows: pd.DataFrame) -> bytes:
    """The rows as an export would hold them: semicolons, decimal comma, Finnish dates."""
    out = io.StringIO()
    shown = rows.assign(timestamp=rows["timestamp"].dt.strftime("%d.%m.%Y %H:%M:%S"))
    shown.to_csv(out, sep=";", decimal=",", index=False, lineterminator="\n")
    return out.getvalue().encode()


def readme(sample: Sample) -> str:
    """What the sample is, its units, and the truth it hides."""
    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    hours = range(*CANDIDATE)
    head = "| | " + " | ".join(f"{h:02d}" for h in hours) + " |\n|---|" + "--:|" * len(hours)
    table = "\n".join(
        f"| {name} | " + " | ".join(f"{sample.demand[d, h]:.1f}" for h in hours) + " |"
        for d, name in enumerate(names)
    )
    return f"""# Old Town Gifts: a synthetic shop

Made by `sample_data/generate.py` (seed {SEED}); no real business, customer or sale is in it.
A gift shop in a Finnish old town closes at 17:00 on weekdays and at 15:00 on Saturdays, except in a
festival week in July, when it stayed open until 20:00.

| file | one row is | columns |
|---|---|---|
| `till.csv` | a receipt or a refund (negative) | `timestamp` local, `receipt`, `amount` EUR net |
| `street.csv` | an hour, day and night | `timestamp` local start, `count` passers-by |
| `web.csv` | an order in the own web shop | `timestamp` local time, `amount` EUR net |

## The truth it hides
Customers per hour who would come if the door were open, on the average day of the 26 weeks:

{head}
{table}

Of the customers who meet a closed door {sample.moved:.1%} come in other open hours,
{sample.web_share:.1%} buy in the shop's own web shop, and {sample.lost:.1%} are lost. In the
festival week the evenings were an occasion of their own.
"""


def write(folder: Path, seed: int = SEED) -> None:
    """Write the case folder."""
    sample = make(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("till", "street", "web"):
        (folder / f"{name}.csv").write_bytes(as_csv(getattr(sample, name)))
    (folder / "case.toml").write_text(CASE_TOML, encoding="utf-8")
    (folder / "what_ifs.toml").write_text(WHAT_IFS_TOML, encoding="utf-8")
    (folder / "README.md").write_text(readme(sample), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parent / "old_town_gifts")
