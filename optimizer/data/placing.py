"""Tallies put onto the days of a store: what counts, what is missing, what belongs elsewhere.

Arrays have one row per local day, `first` being the first in days since 1970, and 96 columns of
quarter hours (`fine`) or the periods of a grid.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np

from optimizer.data.tally import QUARTER, QUARTERS, Basket, Tally
from optimizer.language import Day, Listed, say
from optimizer.timegrid import TimeGrid

EPOCH = date(1970, 1, 1)
_SURE = 5.0  # expected sales from which on a day without any was a day without trade (e^-5 < 1 %)


def span(tallies: list[Tally]) -> tuple[int, int]:
    """First day with a sale, and the number of days until the last."""
    active = [tally.first + np.flatnonzero(tally.counts.any(axis=1)) for tally in tallies]
    first = min(int(days[0]) for days in active)
    return first, max(int(days[-1]) for days in active) - first + 1


def counted_once(tallies: list[Tally]) -> tuple[list[np.ndarray], list[str]]:
    """Which days of each tally to use: of two files with the same sales only the first counts."""
    used = [np.ones(tally.days, dtype=bool) for tally in tallies]
    twice = 0
    for later in range(1, len(tallies)):
        for earlier in range(later):
            one, two = tallies[earlier], tallies[later]
            begin, end = max(one.first, two.first), min(one.first + one.days, two.first + two.days)
            if begin >= end:
                continue
            left = one.counts[begin - one.first : end - one.first]
            right = two.counts[begin - two.first : end - two.first]
            both = left.any(axis=1) & right.any(axis=1)
            same = both & (left == right).all(axis=1)
            if same.sum() >= 0.8 * both.sum() and same.any():
                used[later][begin - two.first : end - two.first] &= ~both
                twice += int(both.sum())
    said = say(
        "Two files hold the same sales ({days} days in common): they are counted once.",
        days=twice,
    )
    return used, [said] if twice else []


def add_up(arrays: Iterable[np.ndarray], days: int) -> np.ndarray:
    """Sum of arrays of quarter hours; zeros where there is none."""
    total = np.zeros((days, QUARTERS))
    for array in arrays:
        total += array
    return total


def to_grid(fine: np.ndarray, grid: TimeGrid, how: Any = np.sum) -> np.ndarray:
    """Quarter hours to the periods of the grid, shape (days, P)."""
    return how(fine.reshape(len(fine), grid.periods_per_day, -1), axis=2)


def serve_tail(values: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
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
        moved[at - late] += flat[at]
        flat[at] = 0
    served = np.where(open_, flat + moved, 0.0)
    after = np.where(open_, 0.0, flat)
    return served.reshape(values.shape), after.reshape(values.shape), float(moved.sum())


def days_without_trade(
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
    planned: np.ndarray = open_share.max(axis=1) > 0
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
    shown = [*map(Day, found[:3])]
    return closed, [
        say(
            "Days without a sale are taken as not open: {count} ({dates} ...).",
            count=len(found), dates=Listed(shown, "comma"),
        )
        if len(found) > len(shown)
        else say(
            "Days without a sale are taken as not open: {count} ({dates}).",
            count=len(found), dates=Listed(shown, "comma"),
        )
    ]  # fmt: skip


def footfall(
    tallies: list[Tally], first: int, days: int, grid: TimeGrid
) -> tuple[np.ndarray | None, str, list[str]]:
    """Counts of the counter that covers most of the days, NaN where it did not count."""
    best, cover, where, name = None, 0, "", ""
    for tally in tallies:
        if tally.observed is None:  # one row per passer-by: a day with any was counted whole
            seen = np.repeat(tally.counts.sum(axis=1, keepdims=True) > 0, QUARTERS, axis=1)
        else:
            seen = tally.observed
        seen = to_grid(tally.on_days(seen, first, days, False), grid, np.all)
        if int(seen.sum()) > cover:
            values = to_grid(tally.on_days(tally.counts, first, days, 0.0), grid)
            best, cover = np.where(seen, values, np.nan), int(seen.sum())
            where, name = tally.where, tally.counter
    said: list[str] = []
    if tallies and best is None:
        said.append(say("The footfall covers none of the days with sales and is not used."))
    if best is not None and len(tallies) > 1:
        said.append(
            say(
                'Of {count} counters "{name}" is used: it covers most.',
                count=len(tallies),
                name=name,
            )
        )
    return best, where, said


def web(
    series: list[tuple[Tally, np.ndarray]], first: int, days: int, grid: TimeGrid
) -> np.ndarray | None:
    """Orders (or their money): a web shop never closes, so its quiet periods are zeros."""
    if not series:
        return None
    total = add_up((tally.on_days(values, first, days, 0.0) for tally, values in series), days)
    begin = min(tally.first for tally, _ in series) - first
    end = max(tally.first + tally.days for tally, _ in series) - first
    known = (np.arange(days) >= begin) & (np.arange(days) < end)
    return np.where(known[:, None], to_grid(total, grid), np.nan) if known.any() else None


def summed(tallies: list[Tally], first: int, days: int, grid: TimeGrid) -> np.ndarray | None:
    """Counts of all tallies together, NaN where none of them was counting; None without any.

    A tally of single events counts from its first to its last day.
    """
    if not tallies:
        return None
    counts = add_up((tally.on_days(tally.counts, first, days, 0.0) for tally in tallies), days)
    seen = np.zeros((days, QUARTERS), dtype=bool)
    for tally in tallies:
        whole = np.ones((tally.days, QUARTERS), dtype=bool)
        seen |= tally.on_days(
            whole if tally.observed is None else tally.observed, first, days, False
        )
    return np.where(to_grid(seen, grid, np.all), to_grid(counts, grid), np.nan)


def levels(tallies: list[Tally], first: int, days: int, grid: TimeGrid) -> np.ndarray | None:
    """People at work on average over each period: quarter hours are averaged, not added up."""
    total = summed(tallies, first, days, grid)
    return None if total is None else total / (grid.period_minutes // QUARTER)


def together(baskets: list[Basket]) -> Basket | None:
    """One basket from several: pooled mean and variance."""
    if not baskets:
        return None
    sales = np.array([basket.sales for basket in baskets])
    means = np.array([basket.mean for basket in baskets])
    mean = float(np.average(means, weights=sales))
    within = sum((basket.sales - 1) * basket.sd**2 for basket in baskets)
    between = float(np.dot(sales, (means - mean) ** 2))
    variance = (within + between) / max(int(sales.sum()) - 1, 1)
    return Basket(int(sales.sum()), mean, float(np.sqrt(variance)))
