"""What is kept of the rows of a chain: exact sums per store, week and period of the week.

A cell holds how many sales, their cents, their squared cents, and the cents of refunds: whole
numbers. In double precision whole numbers add up exactly (below 9e15), so that whatever way the
rows are split over files, machines or years, the merged cells are the same to the last digit.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from optimizer.case import Case
from optimizer.casefile import for_store
from optimizer.data.observations import Observations, observe
from optimizer.data.tally import QUARTER, QUARTERS, Basket, Tally
from optimizer.errors import DataError, OpeningHoursError
from optimizer.language import say
from optimizer.timegrid import MINUTES_PER_DAY

KEYS = ("store", "kind", "place", "week", "period")  # of a cell
SUMS = ("count", "cents", "squares", "refunds")
TOTALS = ("footfall", "attempts", "staff")  # counted all the time: a cell of 0 was seen, too
SCHEMA = pa.schema(
    [
        ("store", pa.string()),
        ("kind", pa.string()),  # as in a case's data files: sales, footfall, web ...
        ("place", pa.string()),  # of a counter: street or door
        ("week", pa.int32()),  # its Monday, in days since 1970-01-01
        ("period", pa.int16()),  # of the week, Monday 00:00 = 0
        ("count", pa.float64()),
        ("cents", pa.float64()),  # null where no amounts are known
        ("squares", pa.float64()),
        ("refunds", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Reduced:
    """Statistics on disk: parts in one folder, which may be merged in any order.

    Parameters
    ----------
    minutes
        Length of a period of the week.
    """

    folder: Path
    minutes: int

    @property
    def parts(self) -> list[Path]:
        """Files that hold cells."""
        return sorted(self.folder.glob("cells-*.parquet"))

    @property
    def stores(self) -> list[str]:
        """Every store that sold something, in the order of their names."""
        found: set[str] = set()
        for part in self.parts:
            sold = pq.read_table(part, columns=["store"], filters=[("kind", "=", "sales")])
            found.update(sold["store"].unique().to_pylist())
        return sorted(found)

    def of_stores(self, stores: list[str]) -> pa.Table:
        """The cells of some stores, those of the same key not yet merged."""
        chosen = [("store", "in", stores)]
        parts = (pq.read_table(part, filters=chosen) for part in self.parts)
        return pa.concat_tables([part.cast(SCHEMA) for part in parts])

    def observations(
        self, case: Case, stores: list[str]
    ) -> dict[str, Observations | OpeningHoursError]:
        """What was counted in some stores, each with its own facts, by store name.

        The same as `read_observations` tells of the same rows where doors open and close on edges
        of the statistics' periods; only a few enormous sales, which that one cuts off, count in the
        average sale as they are. A store that cannot be observed gets the error instead.
        """
        found: dict[str, Observations | OpeningHoursError] = {}
        series = tallies(self.of_stores(stores), self.minutes)
        for store in stores:
            mine = [tally for tally in series if tally.store == store]
            try:
                if not any(tally.kind == "sales" and tally.counts.any() for tally in mine):
                    raise DataError(say("no sales"))
                found[store] = observe(for_store(case, store), store, mine, (), False)
            except OpeningHoursError as error:
                found[store] = error
        return found


def merged(tables: list[pa.Table]) -> pa.Table:
    """Cells of several parts added up, sorted by their keys."""
    table = pa.concat_tables(tables)
    known = pc.ScalarAggregateOptions(min_count=1)
    total = table.group_by(list(KEYS)).aggregate([(name, "sum", known) for name in SUMS])
    total = total.rename_columns({f"{name}_sum": name for name in SUMS})
    return total.select(SCHEMA.names).sort_by([(key, "ascending") for key in KEYS])


def tallies(cells: pa.Table, minutes: int) -> list[Tally]:
    """Cells as counts by local day and quarter hour, one tally per store, kind and place."""
    names = [cells[key].combine_chunks().dictionary_encode() for key in KEYS[:3]]
    codes = [name.indices.to_numpy().astype(np.int64) for name in names]
    series = np.zeros(len(cells), dtype=np.int64)
    for name, code in zip(names, codes, strict=True):
        series = series * len(name.dictionary) + code
    order = np.argsort(series, kind="stable")
    edges = [*np.flatnonzero(np.diff(series[order], prepend=-1)), len(order)]
    day = cells["week"].to_numpy() + cells["period"].to_numpy() * minutes // MINUTES_PER_DAY
    quarter = cells["period"].to_numpy() * minutes % MINUTES_PER_DAY // QUARTER
    sums = [cells[name].to_numpy() for name in SUMS]
    found = []
    for begin, end in pairwise(edges):
        mine = order[begin:end]
        store, kind, place = (
            name.dictionary[int(code[mine[0]])].as_py()
            for name, code in zip(names, codes, strict=True)
        )
        values = [column[mine] for column in sums]
        found.append(_tally(store, kind, place, day[mine], quarter[mine], values, minutes))
    return found


def _tally(
    store: str,
    kind: str,
    place: str,
    day: np.ndarray,
    quarter: np.ndarray,
    sums: list[np.ndarray],
    minutes: int,
) -> Tally:
    """Cells of one series; those of the same key add up here."""
    count, cents, squares, refunds = sums
    first, wide = int(day.min()), minutes // QUARTER
    days = int(day.max()) - first + 1
    at = (day - first).astype(np.int64) * QUARTERS + quarter

    def placed(values: np.ndarray) -> np.ndarray:
        return np.bincount(at, values, days * QUARTERS).reshape(days, QUARTERS)

    if kind in TOTALS:  # a counter counts through the whole period
        level = 1 if kind == "staff" else wide
        whole = np.repeat(placed(count)[:, ::wide] / level, wide, axis=1)
        seen = np.repeat(placed(np.ones(len(at)))[:, ::wide] > 0, wide, axis=1)
        return Tally(kind, place, store, "", first, whole, None, seen)
    money, basket, told = None, None, np.isfinite(cents)
    if told.any():
        money = placed(np.where(told, cents - refunds, 0.0)) / 100
        basket = _basket(count[told].sum(), cents[told].sum(), squares[told].sum())
    return Tally(kind, place, store, "", first, placed(count), money, None, basket)


def _basket(sales: float, cents: float, squares: float) -> Basket | None:
    """Mean and spread of single sales in money, from their sums."""
    if not sales:
        return None
    mean = cents / sales
    variance = max(squares - sales * mean**2, 0.0) / max(sales - 1, 1)
    return Basket(int(sales), mean / 100, variance**0.5 / 100)


def cells_of(found: list[Tally], minutes: int) -> pa.Table:
    """Tallies as cells, as good as equal to those of their rows.

    A tally knows a store's average sale and its spread, not each cell's: every cell gets them, and
    what it took less than its average sales is in its `refunds`.
    """
    tables = [SCHEMA.empty_table()]
    wide = minutes // QUARTER
    for tally in found:
        counted = _gathered(tally.counts, wide)
        seen = counted != 0
        if tally.kind in TOTALS and tally.observed is not None:
            seen = _gathered(~tally.observed, wide) == 0
        if tally.money is not None:
            seen |= _gathered(tally.money, wide) != 0
        row, period = np.nonzero(seen)
        day = tally.first + row
        weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
        count = counted[seen] / (wide if tally.kind == "staff" else 1)
        sums: dict[str, np.ndarray | None] = dict.fromkeys(SUMS[1:])
        if tally.money is not None and (basket := tally.basket) is not None:
            square = basket.mean**2 + basket.sd**2 * (basket.sales - 1) / basket.sales
            cents = 100 * basket.mean * count
            net = 100 * _gathered(tally.money, wide)[seen]
            sums = {"cents": cents, "squares": 1e4 * square * count, "refunds": cents - net}
        nothing = pa.nulls(len(row), pa.float64())
        columns = {
            "store": [tally.store] * len(row),
            "kind": [tally.kind] * len(row),
            "place": [tally.where if tally.kind == "footfall" else ""] * len(row),
            "week": day - weekday,
            "period": weekday * (MINUTES_PER_DAY // minutes) + period,
            "count": count,
            **{name: nothing if values is None else values for name, values in sums.items()},
        }
        tables.append(pa.table(columns).cast(SCHEMA))
    return pa.concat_tables(tables)


def _gathered(values: np.ndarray, wide: int) -> np.ndarray:
    """Quarter hours summed to periods."""
    return values.reshape(len(values), -1, wide).sum(axis=2)
