"""Everything that was observed of a store, on one grid of local days and periods.

Missing means not observed and is NaN; zero means open and nobody came. The two are never mixed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from optimizer.case import Case
from optimizer.casefile import for_store
from optimizer.data.inferred import infer_hours
from optimizer.data.reading import read_file
from optimizer.data.tally import QUARTER, QUARTERS, Basket, FileReport, SetAside, Tally
from optimizer.errors import DataError
from optimizer.opening import OpeningHours
from optimizer.timegrid import TimeGrid, holiday_mask

__all__ = ["FileReport", "Observations", "SetAside", "check", "read_observations"]

_EPOCH = date(1970, 1, 1)
_SURE = 5.0  # expected sales from which on a day without any was a day without trade (e^-5 < 1 %)


@dataclass(frozen=True, eq=False)
class Observations:
    """What was counted in one store, by local day (rows) and period of the day (columns).

    Parameters
    ----------
    first
        The local day of row 0: the first day with a sale.
    transactions
        Customers who bought, shape (days, P); NaN where closed or not observed.
    revenue
        Net money of the same sales less refunds; None where the data hold no amounts.
    footfall
        Passers-by or visitors from the counter that covers most; `footfall_where` says which of
        them: "street", "door" or "".
    web_orders, web_revenue
        Orders of the owner's web shop.
    open_share
        Share of each period that the shop was open by its dated hours, 0..1.
    real_hours
        Real time in each period in hours: 0 or double where the clock is changed.
    regime
        -1 where the current hours held, else the index into the history of hours, shape (days,).
    basket_mean, basket_sd
        Money per sale over single sales; None without amounts.
    after_hours
        Sales stamped outside the hours, except the tail of customers served within 30 minutes
        after closing: those are in the last open period's transactions.
    """

    store: str
    grid: TimeGrid
    first: date
    transactions: np.ndarray
    revenue: np.ndarray | None
    footfall: np.ndarray | None
    footfall_where: str
    web_orders: np.ndarray | None
    web_revenue: np.ndarray | None
    open_share: np.ndarray
    real_hours: np.ndarray
    holiday: np.ndarray
    regime: np.ndarray
    hours: OpeningHours
    hours_inferred: bool
    basket_mean: float | None
    basket_sd: float | None
    after_hours: np.ndarray
    reports: tuple[FileReport, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.transactions), self.grid.periods_per_day)
        for name in ("transactions", "revenue", "footfall", "web_orders", "web_revenue",
                     "open_share", "real_hours", "after_hours"):  # fmt: skip
            values = getattr(self, name)
            if values is not None and values.shape != shape:
                raise ValueError(f"{name} must have shape {shape}, not {values.shape}")

    @property
    def days(self) -> int:
        """Number of local days."""
        return len(self.transactions)

    @property
    def dates(self) -> list[date]:
        """Date of every row."""
        return [self.first + timedelta(days=day) for day in range(self.days)]

    @property
    def weekday(self) -> np.ndarray:
        """Weekday of every row, 0 = Monday."""
        return (self.first.weekday() + np.arange(self.days)) % 7

    def frame(self) -> pd.DataFrame:
        """One row per period: store, start (local clock), and every count that there is."""
        step = np.timedelta64(self.grid.period_minutes, "m")
        periods = self.days * self.grid.periods_per_day
        start = np.datetime64(self.first, "m") + step * np.arange(periods)
        columns = {"store": np.full(periods, self.store), "start": start.astype("datetime64[us]")}
        for name in ("transactions", "revenue", "open_share", "footfall", "web_orders",
                     "web_revenue", "after_hours"):  # fmt: skip
            values = getattr(self, name)
            if values is not None:
                columns[name] = values.ravel()
        return pd.DataFrame(columns)


def read_observations(case: Case) -> dict[str, Observations]:
    """Read every file of a case and put what it counts on the case's grid, store by store.

    The key is the store's name in the data, "" where the data name none.

    Raises
    ------
    DataError
        A file cannot be read, no file holds sales, or the case's store is not in the data.
    CaseError
        The facts of a store contradict each other.
    """
    tallies: list[Tally] = []
    reports: list[FileReport] = []
    for file in case.data:
        found, report = read_file(file, case.folder, case.grid)
        tallies += found
        reports.append(report)
    stores = list(dict.fromkeys(tally.store for tally in tallies if tally.kind == "sales"))
    if not stores:
        raise DataError(
            "no file holds sales",
            cure='Give a till export, or say kind = "sales" of a file taken for something else.',
        )
    if case.store:
        if case.store not in stores:
            known = ", ".join(f'"{store}"' for store in stores[:8])
            raise DataError(f'no sales of store "{case.store}"', cure=f"The data name: {known}.")
        stores = [case.store]
    alone = len({tally.store for tally in tallies if tally.kind == "sales"}) == 1
    return {
        store: _observe(for_store(case, store), store, tallies, tuple(reports), alone)
        for store in stores
    }


def _observe(
    case: Case, store: str, tallies: list[Tally], reports: tuple[FileReport, ...], alone: bool
) -> Observations:
    """Put the tallies of one store on its grid."""
    grid = case.grid

    def of(kind: str) -> list[Tally]:
        # A file without a store column is about the store, where there is only one.
        return [
            t for t in tallies if t.kind == kind and (t.store == store or (alone and not t.store))
        ]

    sales = of("sales")
    first = min(
        t.first + int(np.flatnonzero(t.counts.any(axis=1))[0]) for t in sales if t.counts.any()
    )
    last = max(
        t.first + int(np.flatnonzero(t.counts.any(axis=1))[-1]) for t in sales if t.counts.any()
    )
    days = last - first + 1
    day_one = _EPOCH + timedelta(days=first)
    counts = _sum((t.on_days(t.counts, first, days, 0.0) for t in sales), days)
    with_money = [t for t in sales if t.money is not None]
    money = _sum((t.on_days(t.money, first, days, 0.0) for t in with_money), days)  # type: ignore[arg-type]
    weekday = (day_one.weekday() + np.arange(days)) % 7
    holiday = holiday_mask(case.country, case.subdivision, day_one, days)
    warnings = []
    inferred = case.hours.current is None
    if inferred:
        hours = infer_hours(counts * ~holiday[:, None], weekday)
        warnings.append(f"The opening hours were inferred from the till: {hours}.")
    else:
        hours = case.hours.current  # type: ignore[assignment]
    calendar = case.hours.calendar(hours)
    fine = calendar.open_share(TimeGrid(grid.timezone, QUARTER), day_one, days, holiday)
    served, after, tail = _serve_tail(counts, fine > 0)
    takings, _, _ = _serve_tail(money, fine > 0)
    open_share = _to_grid(fine, grid, np.mean)
    transactions = _to_grid(served, grid)
    closed, sentence = _days_without_trade(transactions, open_share, weekday, holiday, day_one)
    missing = (open_share == 0) | closed[:, None]
    transactions[missing] = np.nan
    warnings += sentence
    warnings += _hours_warnings(counts, after, tail, inferred)
    if days < 28:
        warnings.append(f"Only {days} days of sales: intervals are wide and seasons unknown.")
    basket = _together([t.basket for t in with_money if t.basket is not None])
    footfall, where, said = _footfall(of("footfall"), first, days, grid)
    web = of("web")
    web_money = [t for t in web if t.money is not None]
    return Observations(
        store=store,
        grid=grid,
        first=day_one,
        transactions=transactions,
        revenue=np.where(missing, np.nan, _to_grid(takings, grid)) if with_money else None,
        footfall=footfall,
        footfall_where=where,
        web_orders=_web([(t, t.counts) for t in web], first, days, grid),
        web_revenue=_web([(t, t.money) for t in web_money], first, days, grid),  # type: ignore[misc]
        open_share=open_share,
        real_hours=grid.real_hours(day_one, days),
        holiday=holiday,
        regime=calendar.regimes(day_one, days),
        hours=hours,
        hours_inferred=inferred,
        basket_mean=basket.mean if basket else None,
        basket_sd=basket.sd if basket else None,
        after_hours=_to_grid(after, grid),
        reports=reports,
        warnings=tuple(warnings + said),
    )


def _sum(arrays: Iterable[np.ndarray], days: int) -> np.ndarray:
    total = np.zeros((days, QUARTERS))
    for array in arrays:
        total += array
    return total


def _to_grid(fine: np.ndarray, grid: TimeGrid, how: Any = np.sum) -> np.ndarray:
    """Quarter hours to the periods of the grid, shape (days, P)."""
    return how(fine.reshape(len(fine), grid.periods_per_day, -1), axis=2)


def _serve_tail(values: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Values in the open quarter hours, those outside, and how much was moved to the closing.

    Who is served within half an hour after closing was inside before: that is demand before
    closing, not after it.
    """
    flat, open_ = values.ravel().copy(), inside.ravel()
    moved = np.zeros_like(flat)
    for late in (1, 2):  # quarter hours after closing
        tail = ~open_[late:] & open_[:-late]
        if late == 2:
            tail &= ~open_[1:-1]
        at = np.flatnonzero(tail) + late
        np.add.at(moved, at - late, flat[at])
        flat[at] = 0
    served = np.where(open_, flat + moved, 0.0)
    after = np.where(open_, 0.0, flat)
    return served.reshape(values.shape), after.reshape(values.shape), float(moved.sum())


def _days_without_trade(
    transactions: np.ndarray,
    open_share: np.ndarray,
    weekday: np.ndarray,
    holiday: np.ndarray,
    first: date,
) -> tuple[np.ndarray, list[str]]:
    """Days on which the shop evidently did not trade though its hours say open, and a sentence.

    Evidently: a holiday without a sale, or a day (or days on end) on which sales were all but
    certain.
    """
    totals = transactions.sum(axis=1)
    planned: np.ndarray = (open_share > 0).any(axis=1)
    idle = planned & (totals == 0)
    traded = planned & (totals > 0)
    usual = np.zeros(7)
    for day in range(7):
        like = traded & (weekday == day)
        usual[day] = totals[like if like.any() else traded].mean() if traded.any() else 0.0
    expected = usual[weekday] * planned
    closed = idle & holiday
    day = 0
    while day < len(idle):
        end = day
        while end < len(idle) and (idle[end] or not planned[end]):
            end += 1
        if expected[day:end].sum() >= _SURE:
            closed[day:end] |= idle[day:end]
        day = end + 1
    found = [first + timedelta(days=int(day)) for day in np.flatnonzero(closed)]
    if not found:
        return closed, []
    shown = ", ".join(day.isoformat() for day in found[:3]) + (" ..." if len(found) > 3 else "")
    return closed, [f"{len(found)} days without a sale count as not open: {shown}."]


def _hours_warnings(
    counts: np.ndarray, after: np.ndarray, tail: float, inferred: bool
) -> list[str]:
    said = []
    total = counts.sum()
    if tail:
        said.append(f"{tail:.0f} sales just after closing count as the last customers inside.")
    if after.sum():
        said.append(f"{after.sum():.0f} sales outside the opening hours are set aside.")
    if not inferred and after.sum() > 0.05 * total:
        said.append(
            f"{after.sum() / total:.0%} of all sales fall outside the stated hours: "
            "do the hours and the time zone fit?"
        )
    return said


def _footfall(
    tallies: list[Tally], first: int, days: int, grid: TimeGrid
) -> tuple[np.ndarray | None, str, list[str]]:
    """Counts of the counter that covers most of the days, NaN where it did not count."""
    best, cover, where, name = None, 0, "", ""
    for tally in tallies:
        if tally.observed is None:  # one row per passer-by: a day with any was counted whole
            seen = np.broadcast_to(tally.counts.any(axis=1)[:, None], tally.counts.shape)
        else:
            seen = tally.observed
        seen = _to_grid(tally.on_days(seen, first, days, False), grid, np.all)
        if int(seen.sum()) > cover:
            values = _to_grid(tally.on_days(tally.counts, first, days, 0.0), grid)
            best, cover = np.where(seen, values, np.nan), int(seen.sum())
            where, name = tally.where, tally.counter
    said = []
    if tallies and best is None:
        said.append("The footfall covers none of the days with sales and is not used.")
    if best is not None and len(tallies) > 1:
        said.append(f'Of {len(tallies)} counters "{name}" is used: it covers most days.')
    return best, where, said


def _web(
    series: list[tuple[Tally, np.ndarray]], first: int, days: int, grid: TimeGrid
) -> np.ndarray | None:
    """Orders (or their money): a web shop never closes, so its quiet periods are zeros."""
    if not series:
        return None
    total = _sum((tally.on_days(values, first, days, 0.0) for tally, values in series), days)
    begin = min(tally.first for tally, _ in series) - first
    end = max(tally.first + tally.days for tally, _ in series) - first
    known = (np.arange(days) >= begin) & (np.arange(days) < end)
    return np.where(known[:, None], _to_grid(total, grid), np.nan) if known.any() else None


def _together(baskets: list[Basket]) -> Basket | None:
    """One basket from several: pooled mean and variance."""
    if not baskets:
        return None
    sales = np.array([basket.sales for basket in baskets])
    means = np.array([basket.mean for basket in baskets])
    mean = float(np.average(means, weights=sales))
    squares = np.array([basket.sd**2 for basket in baskets]) + (means - mean) ** 2
    return Basket(int(sales.sum()), mean, float(np.sqrt(np.average(squares, weights=sales))))


def check(case: Case) -> dict[str, Any]:
    """What was recognised in the files of a case, what was left out, and the opening hours."""
    stores = read_observations(case)
    some = next(iter(stores.values()))
    answer = {
        "currency": case.currency,
        "period_minutes": case.period_minutes,
        "files": [_file_table(report) for report in some.reports],
        "stores": [_store_table(seen) for seen in stores.values()],
    }
    return answer | _store_table(some) if len(stores) == 1 else answer


def _store_table(seen: Observations) -> dict[str, Any]:
    return {
        "store": seen.store,
        "hours": str(seen.hours),
        "hours_inferred": seen.hours_inferred,
        "from": seen.first.isoformat(),
        "until": seen.dates[-1].isoformat(),
        "transactions": float(np.nansum(seen.transactions)),
        "warnings": list(seen.warnings),
    }


def _file_table(report: FileReport) -> dict[str, Any]:
    return {
        "file": report.file,
        "format": report.format,
        "kind": report.kind,
        "rows": report.rows,
        "used": report.used,
        "set_aside": [
            {"reason": out.reason, "rows": out.rows, "examples": list(out.examples)}
            for out in report.set_aside
        ],
        "from": report.first,
        "until": report.last,
        "notes": list(report.notes),
    }
