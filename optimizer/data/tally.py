"""What is taken from one file: counts by local day and quarter hour, and an account of its rows."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from optimizer.data.files import Rows
from optimizer.language import say

QUARTER = 15  # minutes: the finest step that any grid needs
QUARTERS = 96  # a day
_AT_ONCE = 1 << 20  # events


@dataclass(frozen=True)
class SetAside:
    """Rows that were left out, and why; examples are row numbers, never what stands in them."""

    reason: str
    rows: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileReport:
    """What was understood of one file.

    Parameters
    ----------
    currencies
        Of the amounts, as far as the file names them.
    zone_told
        Whether the file itself says that its times are those of the shop's time zone.
    """

    file: str
    format: str
    kind: str
    rows: int
    used: int
    set_aside: tuple[SetAside, ...] = ()
    first: str | None = None  # ISO date
    last: str | None = None
    notes: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    zone_told: bool = False


@dataclass(frozen=True, eq=False)
class Basket:
    """Mean and standard deviation of the money of one sale, over `sales` sales."""

    sales: int
    mean: float
    sd: float


@dataclass(frozen=True, eq=False)
class Tally:
    """What one file says about one store, or what one counter counted.

    Parameters
    ----------
    first
        First local day, in days since 1970-01-01.
    counts
        Sales, passers-by or orders, shape (days, 96).
    money
        Net money, shape (days, 96); None without amounts.
    observed
        Where somebody counted, bool of shape (days, 96); None where every row is one event, so that
        nothing says when nobody was counting.
    """

    kind: str
    where: str
    store: str
    counter: str
    first: int
    counts: np.ndarray
    money: np.ndarray | None = None
    observed: np.ndarray | None = None
    basket: Basket | None = None

    @property
    def days(self) -> int:
        """Number of local days."""
        return len(self.counts)

    def on_days(self, values: np.ndarray, first: int, days: int, blank: float) -> np.ndarray:
        """One of the arrays cut, or filled up with `blank`, to other days."""
        out = np.full((days, QUARTERS), blank, dtype=values.dtype)
        begin, end = max(self.first, first), min(self.first + self.days, first + days)
        if begin < end:
            out[begin - first : end - first] = values[begin - self.first : end - self.first]
        return out


@dataclass(eq=False)
class Sieve:
    """Which rows are still in, and the account of those left out."""

    rows: Rows
    kept: np.ndarray = field(init=False)
    set_aside: list[SetAside] = field(default_factory=list)
    blank: int = 0

    def __post_init__(self) -> None:
        self.kept = np.ones(self.rows.count, dtype=bool)
        if self.rows.ragged:
            shown = tuple(say("row {row}", row=row) for row in self.rows.ragged[:3] if row)
            reason = say("too few or too many cells")
            self.set_aside.append(SetAside(reason, len(self.rows.ragged), shown))

    def leave_out(self, reason: str, where: np.ndarray) -> None:
        """Leave out the rows that are still in and for which `where` is true."""
        out = np.flatnonzero(where & self.kept)
        if len(out):
            examples = tuple(say("row {row}", row=self.rows.number(int(row))) for row in out[:3])
            self.set_aside.append(SetAside(reason, len(out), examples))
            self.kept[out] = False

    def leave_out_silently(self, blank: np.ndarray) -> None:
        """Leave out rows without any content; they are not counted as rows at all."""
        self.kept &= ~blank
        self.blank = int(blank.sum())

    @property
    def used(self) -> int:
        """Number of rows that are still in."""
        return int(self.kept.sum())

    @property
    def total(self) -> int:
        """Number of rows of the file."""
        return self.rows.count - self.blank + len(self.rows.ragged)


def codes_of(cells: pa.Array) -> tuple[np.ndarray, list[str]]:
    """A column as numbers into the list of its distinct texts; -1 where a cell is empty.

    A column of whole numbers is its own code and has no texts.
    """
    if pa.types.is_integer(cells.type):
        return cells.fill_null(-1).to_numpy(zero_copy_only=False), []
    if not pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_encode()
    codes = cells.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, cells.dictionary.to_pylist()


def by_quarter(
    quarters: np.ndarray, weights: np.ndarray | None, first: int, days: int
) -> np.ndarray:
    """Sum events into local days and quarter hours, shape (days, 96).

    `quarters` counts quarter hours of the local clock since 1970.
    """
    total = np.zeros(days * QUARTERS, dtype=int if weights is None else float)
    for start in range(0, len(quarters), _AT_ONCE):  # bincount copies what it is given
        part = slice(start, start + _AT_ONCE)
        mine = None if weights is None else weights[part]
        total += np.bincount(quarters[part] - first * QUARTERS, mine, len(total))
    return total.reshape(days, QUARTERS)
