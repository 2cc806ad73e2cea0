"""Everything that was observed of a store, on one grid of local days and periods.

Missing means not observed and is NaN; zero means open and nobody came. The two are never mixed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from optimizer.case import Case
from optimizer.casefile import for_store
from optimizer.data import placing
from optimizer.data.currency import contradiction
from optimizer.data.inferred import infer_calendar, infer_hours
from optimizer.data.reading import read_file
from optimizer.data.tally import QUARTER, FileReport, SetAside, Tally
from optimizer.errors import DataError
from optimizer.language import Day, Listed, Number, Percent, say
from optimizer.opening import DatedHours, HoursCalendar, OpeningHours
from optimizer.timegrid import TimeGrid, holiday_mask

__all__ = ["FileReport", "Observations", "SetAside", "check", "read_observations"]


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
    web_orders, web_revenue, web_visits
        Orders of the owner's web shop, their money, and visits to it (interest, not orders).
    attempts
        Tries to reach the shop, answered or not, open or closed; NaN where nobody counted them.
    staff
        People at work on average over the period; NaN where nobody wrote it down.
    open_share
        Share of each period that the shop was open by its dated hours, 0..1.
    real_hours
        Real time in each period in hours: 0 or double where the clock is changed.
    regime
        -1 where the current hours held, else the index into `history`, shape (days,).
    basket_mean, basket_sd
        Money per sale over single sales; None without amounts.
    after_hours
        Sales stamped outside the hours, except the tail of customers served within 30 minutes
        after closing: those are in the last open period's transactions.
    history
        Hours that held at other times: the case's, or those found in the till.
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
    web_visits: np.ndarray | None = None
    attempts: np.ndarray | None = None
    staff: np.ndarray | None = None
    history: tuple[DatedHours, ...] = ()
    reports: tuple[FileReport, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.transactions), self.grid.periods_per_day)
        for name in ("transactions", "revenue", "footfall", "web_orders", "web_revenue",
                     "web_visits", "attempts", "staff", "open_share", "real_hours",
                     "after_hours"):  # fmt: skip
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
                     "web_revenue", "web_visits", "attempts", "staff", "after_hours"):  # fmt: skip
            values = getattr(self, name)
            if values is not None:
                columns[name] = values.ravel()
        return pd.DataFrame(columns)


def read_observations(
    case: Case, tell: Callable[[float, str], None] = lambda share, step: None
) -> dict[str, Observations]:
    """Read every file of a case and put what it counts on the case's grid, store by store.

    The key is the store's name in the data, "" where the data name none. `tell` is called before
    each step with the share of the work done, 0..1, and what comes next.

    Raises
    ------
    DataError
        A file cannot be read, no file holds sales, or the case's store is not in the data.
    CaseError
        The facts of a store contradict each other.
    """
    contacts = next((file.file for file in case.data if file.kind == "contacts"), "")
    if case.is_desk or contacts:
        raise DataError(
            say("contacts are of a service desk, and this is asked of shops"),
            where=contacts,
            cure=say('Say service.kind = "desk", and ask what can be asked of a desk.'),
        )
    tallies: list[Tally] = []
    reports: list[FileReport] = []
    for number, file in enumerate(case.data):
        tell(number / (len(case.data) + 1), say("Reading {file}", file=Path(file.file).name))
        found, report = read_file(file, case.folder, case.grid)
        tallies += found
        reports.append(report)
    sold = [tally for tally in tallies if tally.kind == "sales" and tally.counts.any()]
    stores = list(dict.fromkeys(tally.store for tally in sold))
    if not stores:
        raise DataError(
            say("no file holds sales"),
            cure=say(
                'Give a till export, or say kind = "sales" of a file taken for something else.'
            ),
        )
    if case.store:
        if case.store not in stores:
            known = Listed((f'"{store}"' for store in stores[:8]), "comma")
            raise DataError(
                say('no sales of store "{store}"', store=case.store),
                cure=say("The data name: {known}.", known=known),
            )
        stores = [case.store]
    alone = len({tally.store for tally in sold}) == 1
    tell(len(case.data) / (len(case.data) + 1), say("Putting the sales on the calendar"))
    return {
        store: observe(for_store(case, store), store, tallies, tuple(reports), alone)
        for store in stores
    }


def observe(
    case: Case, store: str, tallies: list[Tally], reports: tuple[FileReport, ...], alone: bool
) -> Observations:
    """Put the tallies of one store on its grid."""
    grid = case.grid

    def of(kind: str) -> list[Tally]:
        # A file without a store column is about the store, where there is only one.
        return [
            t for t in tallies if t.kind == kind and t.store in ((store, "") if alone else (store,))
        ]

    sales = [tally for tally in of("sales") if tally.counts.any()]
    first, days = placing.span(sales)
    used, warnings = placing.counted_once(sales)
    day_one = placing.EPOCH + timedelta(days=first)
    weekday = (day_one.weekday() + np.arange(days)) % 7
    holiday = holiday_mask(case.country, case.subdivision, day_one, days)

    def total(name: str) -> np.ndarray:
        found = [(t, getattr(t, name), days_used) for t, days_used in zip(sales, used, strict=True)]
        return placing.add_up(
            (t.on_days(v * ok[:, None], first, days, 0.0) for t, v, ok in found if v is not None),
            days,
        )

    counts = total("counts")
    calendar, inferred, said = _calendar(case, counts, weekday, holiday, day_one)
    warnings += said
    fine = calendar.open_share(TimeGrid(grid.timezone, QUARTER), day_one, days, holiday)
    served, after, tail = placing.serve_tail(counts, fine > 0)
    takings, _, _ = placing.serve_tail(total("money"), fine > 0)
    open_share = placing.to_grid(fine, grid, np.mean)
    transactions = placing.to_grid(served, grid)
    closed, said = placing.days_without_trade(transactions, open_share, weekday, holiday, day_one)
    missing = (open_share == 0) | closed[:, None]
    warnings += said + _hours_warnings(counts, after, tail, inferred, weekday)
    if not case.timezone and not any(report.zone_told for report in reports):
        warnings.append(
            say(
                "Times are taken as {timezone}: state the time zone if it is another.",
                timezone=grid.timezone,
            )
        )
    warnings += contradiction(case.currency, reports)
    if days < 28:
        warnings.append(
            say("Only {days} days of sales: intervals are wide and seasons unknown.", days=days)
        )
    baskets = [t.basket for t in sales if t.basket is not None]
    basket = placing.together(baskets)
    passing, where, said = placing.footfall(of("footfall"), first, days, grid)
    real_hours = grid.real_hours(day_one, days)
    if passing is not None:
        passing[real_hours == 0] = np.nan  # a clock that was not changed counts in no hour at all
    web = of("web")
    return Observations(
        store=store,
        grid=grid,
        first=day_one,
        transactions=np.where(missing, np.nan, transactions),
        revenue=np.where(missing, np.nan, placing.to_grid(takings, grid)) if baskets else None,
        footfall=passing,
        footfall_where=where,
        web_orders=placing.web([(t, t.counts) for t in web], first, days, grid),
        web_revenue=placing.web(
            [(t, t.money) for t in web if t.money is not None], first, days, grid
        ),
        web_visits=placing.web([(t, t.counts) for t in of("visits")], first, days, grid),
        attempts=placing.summed(of("attempts"), first, days, grid),
        staff=placing.levels(of("staff"), first, days, grid),
        open_share=open_share,
        real_hours=real_hours,
        holiday=holiday,
        regime=calendar.regimes(day_one, days),
        hours=calendar.current,
        hours_inferred=inferred,
        basket_mean=basket.mean if basket else None,
        basket_sd=basket.sd if basket else None,
        after_hours=placing.to_grid(after, grid),
        history=calendar.history,
        reports=reports,
        warnings=tuple(warnings + said),
    )


def _calendar(
    case: Case, counts: np.ndarray, weekday: np.ndarray, holiday: np.ndarray, first: date
) -> tuple[HoursCalendar, bool, list[str]]:
    """The stated hours, or those that the till tells, and what to say about them."""
    if case.hours.current is not None:
        return case.hours.calendar(), False, []
    if case.hours.history:  # only the current hours are not stated
        known = HoursCalendar(OpeningHours(), case.hours.history).regimes(first, len(counts))
        hours = infer_hours(counts * ((known < 0) & ~holiday)[:, None], weekday)
        calendar = case.hours.calendar(hours)
    else:
        calendar = infer_calendar(counts * ~holiday[:, None], weekday, first)
    if _closed_on_holidays(counts, weekday, holiday):
        calendar = HoursCalendar(
            _but_holidays(calendar.current),
            tuple(replace(entry, hours=_but_holidays(entry.hours)) for entry in calendar.history),
        )
    said: list[str] = [
        say("The opening hours were inferred from the till: {hours}.", hours=calendar.current)
    ]
    if not case.hours.history:
        said += [
            say("Until {last} they were: {hours}.", last=Day(entry.last), hours=entry.hours)
            for entry in calendar.history
            if entry.last
        ]
    return calendar, True, said


def _closed_on_holidays(counts: np.ndarray, weekday: np.ndarray, holiday: np.ndarray) -> bool:
    """Whether nearly all public holidays on weekdays with trade went without a sale."""
    sold = counts.sum(axis=1) > 0
    plain = np.bincount(weekday[~holiday], minlength=7)
    trades = np.bincount(weekday[sold & ~holiday], minlength=7) > 0.8 * plain
    due = holiday & trades[weekday]
    return bool(due.sum() >= 2 and sold[due].mean() <= 0.2)


def _but_holidays(hours: OpeningHours) -> OpeningHours:
    return OpeningHours.parse(f"{hours}; PH off")


def _hours_warnings(
    counts: np.ndarray, after: np.ndarray, tail: float, inferred: bool, weekday: np.ndarray
) -> list[str]:
    said: list[str] = []
    if tail:
        said.append(
            say(
                "Sales just after closing ({count}) count as the last customers inside.",
                count=Number(tail),
            )
        )
    if after.sum():
        said.append(
            say(
                "Sales outside the opening hours ({count}) are set aside.",
                count=Number(after.sum()),
            )
        )
    if not inferred and after.sum() > 0.05 * counts.sum():
        said.append(
            say(
                "{share} of all sales fall outside the stated hours: do they and the time zone "
                "fit? The till looks like {hours}.",
                share=Percent(after.sum() / counts.sum()),
                hours=infer_hours(counts, weekday),
            )
        )
    return said


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
        "currencies": list(report.currencies),
    }
