"""Hide the evenings of real tills, a takeaway and a coffee machine, with nothing else known.

python -m benchmarks.real_tills                 # needs the files beside the project
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from optimizer.case import Case, DataFile
from optimizer.casefile import case_from_files
from optimizer.data.observations import Observations, read_observations
from optimizer.demand.estimate import fit_demands
from optimizer.opening import DatedHours, OpeningHours
from optimizer.timegrid import clock

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
TILLS = {  # file, time zone, opens, hidden from, until
    "takeaway": ("pos_takeaway_london/orders.csv", "Europe/London", 16, 20, 23),
    "coffee machine": ("pos_coffee_machine/index_1.csv", "Europe/Kyiv", 8, 17, 22),
}
WINDOW_DAYS, WINDOWS = 84, 40


def main() -> None:
    for name, (file, timezone, opens, cut, until) in TILLS.items():
        if not (SHARED / file).is_file():
            print(f"{name} is left out: no {file} beside the project")
            continue
        hours = f"Mo-Su {clock(60 * opens)}-{clock(60 * until)}"
        facts = {"timezone": timezone, "hours.current": hours, "period_minutes": 60}
        case = case_from_files([DataFile(str(SHARED / file))], facts)
        shop = next(iter(read_observations(case).values()))
        for late in (0, 8):
            print(f"{name}, evenings from {cut}:00 hidden, {late} of {WINDOW_DAYS} left: ", end="")
            print(score(shop, opens, cut, until, late), flush=True)


def score(shop: Observations, opens: int, cut: int, until: int, late: int) -> str:
    """WAPE, bias and coverage over windows of the past, beside the two simple rules."""
    rng = np.random.default_rng(0)
    rows = []
    for start in rng.integers(0, shop.days - WINDOW_DAYS, WINDOWS).tolist():
        sales = shop.transactions[start : start + WINDOW_DAYS]
        traded = np.isfinite(sales[:, opens:until]).any(1)
        if traded.mean() < 0.8:
            continue
        case, seen = hidden(shop, start, opens, cut, until, rng.choice(WINDOW_DAYS, late, False))
        demand = fit_demands(case, [seen])[seen.store]
        evening = demand.customers.reshape(-1, 7, 24)[:, :, cut:until].sum((1, 2))
        week = 7 / traded.sum()
        truth = np.nansum(sales[:, cut:until]) * week
        last = np.nansum(sales[:, cut - 1]) * week * (until - cut)
        mean = np.nansum(sales[:, opens:cut]) * week * (until - cut) / (cut - opens)
        rows.append((truth, *np.quantile(evening, [0.05, 0.5, 0.95]), last, mean))
    told = np.array(rows)
    truth = told[:, 0]
    misses = [np.abs(told[:, c] - truth).sum() / truth.sum() for c in (2, 4, 5)]
    cover = ((told[:, 1] <= truth) & (truth <= told[:, 3])).mean()
    return (
        f"{len(told)} windows: WAPE {misses[0]:.2f} (last hour {misses[1]:.2f}, day mean "
        f"{misses[2]:.2f}), bias {np.log(told[:, 2] / truth).mean():+.2f}, cover90 {cover:.2f}"
    )


def hidden(
    shop: Observations, start: int, opens: int, cut: int, until: int, late: np.ndarray
) -> tuple[Case, Observations]:
    """A window of the shop's past as if it had closed at `cut` but for some drawn evenings."""
    rows = slice(start, start + WINDOW_DAYS)
    first = shop.first + timedelta(days=start)
    open_share = shop.open_share[rows].copy()
    shut = np.ones(WINDOW_DAYS, dtype=bool)
    shut[late] = False
    open_share[np.ix_(shut, range(cut, 24))] = 0
    longer = OpeningHours.parse(f"Mo-Su {clock(60 * opens)}-{clock(60 * until)}")
    entry = DatedHours(
        first=first, last=first + timedelta(days=WINDOW_DAYS), hours=longer, random=True
    )
    seen = replace(
        shop, first=first, open_share=open_share, history=(entry,),
        transactions=np.where(open_share > 0, shop.transactions[rows], np.nan),
        revenue=None, basket_mean=None, real_hours=shop.real_hours[rows],
        holiday=shop.holiday[rows], after_hours=shop.after_hours[rows],
        regime=np.where(shut, -1, 0),
        hours=OpeningHours.parse(f"Mo-Su {clock(60 * opens)}-{clock(60 * cut)}"),
    )  # fmt: skip
    return Case(period_minutes=60), seen


if __name__ == "__main__":
    main()
