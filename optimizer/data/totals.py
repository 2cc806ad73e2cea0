"""Rows that are totals of a period: people passing by, sales or calls per hour, people at work."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from optimizer.data.counters import mask_faults
from optimizer.data.formats import Layout
from optimizer.data.money import parse_money
from optimizer.data.parsing import MISSING
from optimizer.data.sales import read_numbers
from optimizer.data.tally import QUARTER, QUARTERS, Basket, Sieve, Tally, by_quarter, codes_of
from optimizer.errors import DataError
from optimizer.language import say
from optimizer.timegrid import TimeGrid

_EPOCH = date(1970, 1, 1)


def read_totals(
    layout: Layout,
    sieve: Sieve,
    seconds: np.ndarray,
    delimiter: str,
    where: str,
    file: str,
    grid: TimeGrid,
) -> tuple[list[Tally], list[str]]:
    """Spread the totals of a file over quarter hours, by store and counter.

    Raises
    ------
    DataError
        The rows are totals of whole days, which say nothing about hours.
    """
    columns = layout.columns
    sieve.leave_out(say("no readable date and time"), seconds == MISSING)
    cells = sieve.rows.columns[columns["count"]]
    counts = parse_money(cells, delimiter)
    empty = cells.is_null().to_numpy(zero_copy_only=False)
    sieve.leave_out(say("no count"), empty)
    sieve.leave_out(say("the count is no number"), np.isnan(counts))
    sieve.leave_out(say("the count is negative"), counts < 0)
    money = None
    if "amount" in columns and layout.kind in ("sales", "web"):
        money = read_numbers(sieve, columns["amount"], "amount", delimiter)
    # Counters stamp a second early or late: the nearest minute is meant.
    minutes = np.where(seconds == MISSING, MISSING, (seconds + 30) // 60)
    found, notes = [], []
    for store, counter, mine in _series(columns, sieve):
        step = _step(minutes[mine], file)
        if layout.kind == "footfall":
            sieve.leave_out(say("the same period twice"), _repeated(minutes, mine, grid))
            mine = mine & sieve.kept
        tally = _tally(layout.kind, where, store, counter, minutes[mine], step, counts[mine],
                       None if money is None else money[mine])  # fmt: skip
        if layout.kind == "footfall":
            tally = _without_lost_hour(tally, minutes[mine], grid)
            tally, said = mask_faults(tally, step)
            notes += said
        found.append(tally)
        if step > grid.period_minutes and layout.kind != "staff":
            notes.append(
                say("Counts of {step} minutes are split evenly over their periods.", step=step)
            )
    return found, list(dict.fromkeys(notes))


def _series(columns: dict[str, int], sieve: Sieve) -> Iterator[tuple[str, str, np.ndarray]]:
    """Store name, counter name and kept rows of everything that was counted separately."""
    none = (np.zeros(sieve.rows.count, dtype=np.int64), [""])
    (stores, names), (counters, labels) = (
        codes_of(sieve.rows.columns[columns[role]]) if role in columns else none
        for role in ("store", "counter")
    )
    for store, name in enumerate(names):
        for counter, label in enumerate(labels):
            mine = (stores == store) & (counters == counter) & sieve.kept
            if mine.any():
                yield name.strip(), label.strip(), mine


def _step(minutes: np.ndarray, file: str) -> int:
    """Length of a period in minutes: the usual distance from one row to the next."""
    gaps = np.diff(np.unique(minutes))
    if not len(gaps):
        return 60
    lengths, often = np.unique(gaps, return_counts=True)
    step = int(lengths[often.argmax()])
    if step >= 1440:
        raise DataError(
            say("the rows are totals of whole days, which say nothing about hours"),
            where=file,
            cure=say("Export totals per hour or finer."),
        )
    return step


def _repeated(minutes: np.ndarray, mine: np.ndarray, grid: TimeGrid) -> np.ndarray:
    """Rows that repeat a period of the same counter, but for the hour that the clock repeats."""
    rows = np.flatnonzero(mine)
    times, first = np.unique(minutes[rows], return_index=True)
    again = np.ones(len(rows), dtype=bool)
    again[first] = False
    if again.any():
        begin = int(times[0]) // 1440
        days = int(times[-1]) // 1440 - begin + 1
        fine = TimeGrid(grid.timezone, QUARTER)
        real = fine.real_hours(_EPOCH + timedelta(days=begin), days).ravel()
        again &= real[minutes[rows] // QUARTER - begin * QUARTERS] <= QUARTER / 60
    out = np.zeros(len(minutes), dtype=bool)
    out[rows[again]] = True
    return out


def _without_lost_hour(tally: Tally, minutes: np.ndarray, grid: TimeGrid) -> Tally:
    """Without the repeated hour of autumn, where the counter reported it only once."""
    fine = TimeGrid(grid.timezone, QUARTER)
    twice = fine.real_hours(_EPOCH + timedelta(days=tally.first), tally.days) > QUARTER / 60
    rows = by_quarter(minutes // QUARTER, None, tally.first, tally.days)
    hour = rows.reshape(tally.days, 24, 4).sum(axis=2)
    usual = np.median(hour[hour > 0])
    once = twice & np.repeat(hour <= usual, 4, axis=1)
    return replace(tally, observed=tally.observed & ~once)


def _tally(
    kind: str,
    where: str,
    store: str,
    counter: str,
    minutes: np.ndarray,
    step: int,
    counts: np.ndarray,
    money: np.ndarray | None,
) -> Tally:
    """Totals of `step` minutes spread evenly over their quarter hours."""
    parts = max(1, step // QUARTER)
    quarters = ((minutes // QUARTER)[:, None] + np.arange(parts)).ravel()
    first = int(quarters.min()) // QUARTERS
    days = int(quarters.max()) // QUARTERS - first + 1

    def spread(values: np.ndarray) -> np.ndarray:
        return by_quarter(quarters, np.repeat(values / parts, parts), first, days)

    rows = spread(np.full(len(counts), float(parts)))
    level = kind == "staff"  # people at work are so many in every part of their period

    return Tally(
        kind=kind,
        where=where,
        store=store,
        counter=counter,
        first=first,
        counts=spread(counts * parts) / np.maximum(rows, 1) if level else spread(counts),
        money=None if money is None else spread(money),
        observed=rows > 0,
        basket=None if money is None else _basket(counts, money),
    )


def _basket(counts: np.ndarray, money: np.ndarray) -> Basket | None:
    """Average sale from totals; its spread from how much the averages of periods differ."""
    sold = counts > 0
    counts, money = counts[sold], money[sold]
    if not len(counts) or money.sum() <= 0:
        return None
    mean = money.sum() / counts.sum()
    variance = (counts * (money / counts - mean) ** 2).sum() / max(len(counts) - 1, 1)
    return Basket(int(counts.sum()), float(mean), float(np.sqrt(variance)))
