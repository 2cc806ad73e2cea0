"""From split shifts to whole ones: rounding, and exchanging one shift for another.

The curves of a linear programme (see `curves`) are rounded by one common threshold, which keeps
every rule on shifts: from `X(t) <= Y(t - k)` follows `floor(X(t) + u) <= floor(Y(t - k) + u)`. The
threshold that is worth most gives the first shifts of a day. Then shifts are added, taken away or
replaced, in one day or in two days at once, as long as the week earns more within its paid hours.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from optimizer.planning.curves import AsEdges, at_work, paired
from optimizer.planning.week import ShiftRules, Week

WORTHWHILE = 1e-7  # in money: less is rounding noise
NOISE = 1e-13  # of the largest number that was added up


@dataclass(frozen=True, eq=False)
class ShiftTable:
    """Every legal shift within the span, sorted by paid periods; edges, shape (S,).

    `away` and `back` are start and end of the break, equal where there is none; `covers` tells who
    is at work when, 0 or 1 of shape (S, T).
    """

    start: np.ndarray
    end: np.ndarray
    away: np.ndarray
    back: np.ndarray
    paid: np.ndarray
    covers: np.ndarray

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, rules: ShiftRules, periods: int) -> "ShiftTable":
        """All shifts that the rules allow in so many periods."""
        rows = []
        for a in range(periods):
            for b in range(a + rules.shortest, min(a + rules.longest, periods) + 1):
                if b - a <= rules.unbroken:
                    rows.append((a, b, a, a))
                    continue
                breaks = range(a + rules.from_ends, b - rules.from_ends - rules.away + 1)
                rows += [(a, b, k, k + rules.away) for k in breaks]
        start, end, away, back = np.array(rows, dtype=int).reshape(-1, 4).T
        paid = end - start - (back - away)
        t = np.arange(periods)
        on_duty = (start[:, None] <= t) & (t < end[:, None])
        covers = (on_duty & ~((away[:, None] <= t) & (t < back[:, None]))).astype(np.int8)
        order = np.argsort(paid, kind="stable")
        return cls(*(facts[order] for facts in (start, end, away, back, paid, covers)))

    def within(self, window: tuple[int, ...]) -> "ShiftTable":
        """The shifts that lie in an opening window, or in two with a pause that is their break."""
        fits = (self.start >= window[0]) & (self.end <= window[-1])
        if len(window) > 2:
            fits &= ~self.covers[:, window[1] : window[2]].any(axis=1)
        inside = np.flatnonzero(fits)
        return ShiftTable(*(getattr(self, facts.name)[inside] for facts in fields(self)))


class DayShifts:
    """The shifts of one weekday within one opening window, while they are being exchanged.

    Parameters
    ----------
    dear
        What a missing person, or one too many, costs per period, in money.
    """

    def __init__(
        self, week: Week, table: ShiftTable, weekday: int, window: tuple[int, ...], dear: float
    ) -> None:
        self.weekday, self.window = weekday, window
        self._table = table.within(window)
        self._kinds, self._first_of_kind = np.unique(self._table.paid, return_index=True)
        self._worth = _worth(week, weekday, window, dear)
        self.worthwhile = max(WORTHWHILE, NOISE * float(np.abs(self._worth).max()))
        self._periods = np.arange(week.periods)
        self._away = week.rules.away
        self._at_doors = week.at_doors(weekday, window)
        self._least, self._most = week.least[weekday], week.most[weekday]
        self._open = week.open_within(window)
        self.chosen: list[int] = []  # numbers in the table, one per person
        self.staff = np.zeros(week.periods, dtype=int)
        self._priced: tuple[np.ndarray, np.ndarray] | None = None  # exchanges, until one is made

    @property
    def profit(self) -> float:
        """What the day earns, wages paid, beyond what it would keep closed."""
        return float(self._worth[self._periods, self.staff].sum()) + self._at_doors

    @property
    def paid(self) -> int:
        """Paid periods of all its people."""
        return int(self.staff.sum())

    @property
    def is_staffed(self) -> bool:
        """Whether every open period has enough people, and none too many."""
        enough = (self._least <= self.staff) & (self.staff <= self._most)
        return bool(enough[self._open].all())

    def shifts(self) -> list[AsEdges]:
        """Start, end and start of the break of everybody, as edges."""
        table = self._table
        return [
            (int(table.start[k]), int(table.end[k]), int(away) if back > away else None)
            for k in self.chosen
            for away, back in [(table.away[k], table.back[k])]
        ]

    def round(self, curves: dict[str, np.ndarray], price: float) -> None:
        """Take the whole shifts nearest to split ones.

        Parameters
        ----------
        curves
            Of the linear programme, shape (T+1,) each.
        price
            Of a paid period, on top of the wage.
        """
        stacked = np.round(list(curves.values()), 6)  # the solver's own noise lies far below
        thresholds = np.unique(np.round(1 - stacked % 1, 6) % 1)
        rounded = np.floor(stacked + thresholds[:, None, None] + 1e-9).astype(int)
        by_name = dict(zip(curves, rounded.swapaxes(0, 1), strict=True))
        staff = at_work(by_name, self._away)
        worth = self._worth[self._periods, staff].sum(axis=1) - price * staff.sum(axis=1)
        best = int(worth.argmax())
        self.take(paired({name: curve[best] for name, curve in by_name.items()}))

    def take(self, shifts: list[AsEdges]) -> None:
        """Have these shifts, which must lie within the window, and no others."""
        table = self._table
        edges = zip(table.start.tolist(), table.end.tolist(), table.away.tolist(), strict=True)
        numbers = {each: k for k, each in enumerate(edges)}
        self.chosen = [
            numbers[start, end, start if away is None else away] for start, end, away in shifts
        ]
        self.staff = table.covers[self.chosen].sum(axis=0)
        self._priced = None

    def exchanges(self) -> tuple[np.ndarray, np.ndarray]:
        """What each exchange gains in money and takes in paid periods, both of shape (R, H+1).

        Row 0 takes nobody away, row i the i-th kind of shift now worked; column 0 adds nobody,
        column j the best shift of the j-th length.
        """
        gains, _ = self._each_exchange()
        by_length = np.maximum.reduceat(gains[:, 1:], self._first_of_kind, axis=1)
        worked = self._table.paid[self._worked()]
        paid = np.concatenate([[0], self._kinds]) - np.concatenate([[0], worked])[:, None]
        return np.concatenate([gains[:, :1], by_length], axis=1), paid

    def apply(self, row: int, column: int) -> None:
        """Make an exchange, named by its place in `exchanges`."""
        gains, staff = self._each_exchange()
        self.staff = staff[row]
        if row:
            self.chosen.remove(int(self._worked()[row - 1]))
        if column:
            first = self._first_of_kind[column - 1]
            after = np.append(self._first_of_kind, len(self._table.paid))[column]
            added = first + int(gains[row, 1 + first : 1 + after].argmax())
            self.chosen.append(int(added))
            self.staff = self.staff + self._table.covers[added]
        self._priced = None

    def improve(self, price: float) -> None:
        """Exchange shifts as long as the day earns more, each paid period charged the price."""
        while True:
            gains, paid = self.exchanges()
            net = gains - price * paid
            row, column = np.unravel_index(int(net.argmax()), net.shape)
            if net[row, column] <= self.worthwhile:
                return
            self.apply(int(row), int(column))

    def _worked(self) -> np.ndarray:
        return np.unique(np.array(self.chosen, dtype=int))

    def _each_exchange(self) -> tuple[np.ndarray, np.ndarray]:
        """Gain of each exchange, (R, 1+S), and the staff before somebody is added, (R, T)."""
        if self._priced is not None:
            return self._priced
        table, t, worked = self._table, self._periods, self._worked()
        staff = np.tile(self.staff, (1 + len(worked), 1))
        staff[1:] -= table.covers[worked]
        worth = self._worth[t, staff]
        so_far = np.zeros((len(staff), len(t) + 1))
        np.cumsum(self._worth[t, staff + 1] - worth, axis=1, out=so_far[:, 1:])
        gains = np.zeros((len(staff), 1 + len(table.paid)))
        gains[:, 1:] = so_far[:, table.end] - so_far[:, table.start]
        gains[:, 1:] -= so_far[:, table.back] - so_far[:, table.away]
        gains += (worth.sum(axis=1) - self._worth[t, self.staff].sum())[:, None]
        self._priced = gains, staff
        return self._priced


def _worth(week: Week, weekday: int, window: tuple[int, ...], dear: float) -> np.ndarray:
    """What each period earns with 0, 1, 2 ... people at work, wages paid, shape (T, N)."""
    least, most = week.least[weekday][:, None], week.most[weekday][:, None]
    people = np.arange(4 * most.max() + 4)
    value = np.concatenate([week.gain_open[weekday][:, None], week.gain_more[weekday]], axis=1)
    within = np.clip(people, least, most)
    worth = np.take_along_axis(value.cumsum(axis=1), within - least, axis=1)
    worth = worth - dear * np.abs(people - within) - week.labour[weekday][:, None] * people
    worth[~week.open_within(window)] = 0.0
    return worth


def share_hours(days: list[DayShifts], limit: float) -> None:
    """Exchange shifts, in one or two days at once, until no exchange within the limit earns more.

    Parameters
    ----------
    limit
        Paid periods a week. Days that take more together first give up what costs least per period.
    """
    options = {day: _by_paid(*day.exchanges()) for day in days}
    worthwhile = max((day.worthwhile for day in days), default=WORTHWHILE)
    for _ in range(60 * len(days)):
        left = limit - sum(day.paid for day in days)
        best = max(
            (
                (*_best_pair(options[one], options[two], left), one, two)
                for k, one in enumerate(days)
                for two in days[k:]
            ),
            key=lambda found: found[0],
            default=None,
        )
        if best is None or (best[0] <= worthwhile and left >= 0) or best[0] == -np.inf:
            return
        for day, place in ((best[3], best[1]), (best[4], best[2])):
            if place is not None:
                day.apply(*place)
        for day in {best[3], best[4]}:
            options[day] = _by_paid(*day.exchanges())


Options = tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]


def _by_paid(gains: np.ndarray, paid: np.ndarray) -> Options:
    """Of all exchanges the best for each number of paid periods: periods, gains, places."""
    order = np.lexsort((-gains.ravel(), paid.ravel()))
    periods, first = np.unique(paid.ravel()[order], return_index=True)
    places = [divmod(int(k), gains.shape[1]) for k in order[first]]
    return periods, gains.ravel()[order[first]], places


def _best_pair(
    one: Options, two: Options, left: float
) -> tuple[float, tuple[int, int] | None, tuple[int, int] | None]:
    """The best exchange in each of two days (of one day alone, if they are the same)."""
    if one is two:
        periods, gains = one[0], one[1]
    else:
        periods, gains = one[0][:, None] + two[0], one[1][:, None] + two[1]
    if left >= 0:
        score = np.where(periods <= left, gains, -np.inf)
    else:  # too many hours: the least loss for each period given up
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(periods < 0, gains / -periods, -np.inf)
    best = int(score.argmax())
    if one is two:
        return float(score[best]), one[2][best], None
    first, second = divmod(best, len(two[0]))
    return float(score.flat[best]), one[2][first], two[2][second]
