"""What no plan can exceed: a bound for every opening window, from a few linear programmes.

Weekdays hang together through the weekly paid hours. With a price on every paid hour they fall
apart, and each one asks for its best window and shifts at that price.

In the linear programme of a single day the row "people while open" has a dual price per period:
what one more person at work would bring there beyond wage and price. It is the *rent* r of the
period. No legal shift collects a positive rent in sum, whatever the window, wages or prices are.
So, for every opening window from o to c at once,

    profit(o, c) <= sum over t in o..c of max over n of [value_t(n) - (wage_t + price + r_t) n]
                    + what customers who come before o and after c leave all the same,

and with the rents of the window that is best by this bound the bound is exact for the linear
programme (strong duality). Solving that one window and adding its rents, the best window is found
after one to three programmes.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.planning.day_program import DayProgram, Relaxed, Window
from optimizer.planning.patterns import gathered
from optimizer.planning.week import Week

CLOSE = 3e-4  # share of a bound by which nothing better is worth a programme
GUESSES = 8  # of the price, from the rents found so far


@dataclass(frozen=True, eq=False)
class AtPrice:
    """What the whole week does at one price on paid hours."""

    price: float
    bound: float  # on the profit of any plan, each of its paid hours charged the price
    hours: float
    days: dict[int, Relaxed]  # the weekdays that open


@dataclass(frozen=True, eq=False)
class Paused:
    """Two windows that weekdays of one pattern may have, from each of E doors to each other.

    Parameters
    ----------
    halves
        Windows before and after a pause, shape (E, E) each: what customers leave all the same who
        come before the first one, or after the second one; minus infinity where there is none. More
        than one pair of them where the first may be the longer the shorter the second is.
    pause
        The same for customers who come in a pause, less the cost of open days.
    """

    halves: list[tuple[np.ndarray, np.ndarray]]
    pause: np.ndarray

    @classmethod
    def of(cls, week: Week, weekdays: list[int]) -> "Paused | None":
        """Of weekdays that open alike; None where they may have no pause."""
        if week.pause is None:
            return None
        must = np.pad(week.forced[weekdays].any(axis=0), (1, 0)).cumsum()[week.doors]
        able = week.halves[weekdays].all(axis=0)
        before, after = (
            kept[weekdays][:, week.doors].sum(axis=0) for kept in (week.before, week.after)
        )
        first = np.where(able & (must[:, None] == 0), before[:, None], -np.inf)
        second = np.where(able & (must == must[-1]), after, -np.inf)
        kept = (week.pause[weekdays] - week.open_day[weekdays, None, None]).sum(axis=0)
        pause = np.where(np.triu(must[:, None] == must, 1), kept, -np.inf)
        most, length = int(week.longest_open[weekdays].min()), week.doors - week.doors[:, None]
        longest = range(week.rules.shortest, most) if most < week.periods else [week.periods]
        halves = [
            (
                np.where(length <= n, first, -np.inf),
                np.where(length <= max(most - n, 0), second, -np.inf),
            )
            for n in longest
        ]
        halves = [
            pair
            for pair in halves
            if np.isfinite(pair[0].max(axis=0)[:, None] + pause + pair[1].max(axis=1)).any()
        ]
        return cls(halves, pause) if halves else None


class Bounds:
    """Bounds on every opening window of every weekday, at any price of a paid hour.

    Parameters
    ----------
    close
        Share of a weekday's bound that its answer may miss if that saves a programme.
    """

    def __init__(self, week: Week, close: float = CLOSE) -> None:
        self.week, self._close = week, close
        self.program = DayProgram(week)
        rows = len(week.labour)
        there = np.arange(week.gain_more.shape[2]) < week.further[..., None]
        gains = np.where(there, week.gain_more, -np.inf)
        self._gains = np.moveaxis(gains, 2, 0).copy()  # one further person after the other
        self._at_doors = np.zeros((rows, len(week.doors), len(week.doors)))
        kept = week.before[:, week.doors, None] + week.after[:, None, week.doors]
        self._at_doors[:7] = kept - week.open_day[:, None, None]
        self._duty = np.where(np.arange(rows) < 7, week.duty, 0.0)[:, None, None]
        # Rents of all 0 are valid, too: the bound is then that of people hired by the period.
        self._rents = np.zeros((rows, 1, week.periods))
        self._known = np.ones(rows, dtype=int)
        # Weekdays of one pattern open alike, and so do all roles.
        pattern = np.tile(week.pattern, rows // 7)
        self.groups = [np.flatnonzero(pattern == p).tolist() for p in range(pattern.max() + 1)]
        weekdays = [sorted({row % 7 for row in group}) for group in self.groups]
        self.permitted = [week.windows[days].all(axis=0) for days in weekdays]
        self._solved: list[list[list[Relaxed]]] = [[] for _ in self.groups]
        self.paused = [Paused.of(week, days) for days in weekdays]
        self.must_open = [bool(week.forced[days].any()) for days in weekdays]

    def can_open(self) -> bool:
        """Whether some day has a permitted window, and every day that must open has one."""
        able = [self._is_able(group) for group in range(len(self.groups))]
        return any(able) and all(able[group] for group in np.flatnonzero(self.must_open))

    def _is_able(self, group: int) -> bool:
        return bool(self.permitted[group].any()) or self.paused[group] is not None

    def of_days(self, weekdays: list[int], price: float) -> np.ndarray:
        """Most that weekdays can earn, hours charged, from each door to each other, (N, E, E)."""
        so_far = self._so_far(weekdays, self._cost(weekdays, price))
        return self._between_doors(weekdays, price, so_far)

    def _between_doors(self, weekdays: list[int], price: float, so_far: np.ndarray) -> np.ndarray:
        most = np.full((len(weekdays), so_far.shape[2], so_far.shape[2]), np.inf)
        inside = np.empty_like(most)
        for by_rents in so_far.swapaxes(0, 1):  # one after the other: small arrays are faster
            np.subtract(by_rents[:, None, :], by_rents[:, :, None], out=inside)
            np.minimum(most, inside, out=most)
        return most + self._at_doors[weekdays] - price * self._duty[weekdays]

    def _cost(self, weekdays: list[int], price: float) -> np.ndarray:
        """Wage, price and rent of a person, by each of the rents, (N, L, T)."""
        known = int(self._known[weekdays].max())
        wage = self.week.labour[weekdays] + price * self.week.hour
        cost: np.ndarray = wage[:, None] + self._rents[weekdays, :known]
        return cost

    def _so_far(self, weekdays: list[int], cost: np.ndarray) -> np.ndarray:
        """The most that all periods before each door can earn, by each of the rents, (N, L, E)."""
        week = self.week
        best = np.maximum(self._gains[:, weekdays, None] - cost, 0.0).sum(axis=0)
        best += week.gain_open[weekdays, None] - week.least[weekdays, None] * cost
        so_far = np.zeros((*best.shape[:2], week.periods + 1))
        np.cumsum(best, axis=2, out=so_far[..., 1:])
        return so_far[..., week.doors]

    def of_group(self, group: int, price: float) -> np.ndarray:
        """The same for weekdays that open alike; minus infinity where a window is not permitted."""
        total = self.of_days(self.groups[group], price).sum(axis=0)
        return np.where(self.permitted[group], total, -np.inf)

    def best_pair(
        self, group: int, price: float, paused: Paused, above: float
    ) -> tuple[float, np.ndarray]:
        """The best two windows of a group: their bound and their four doors.

        Every shift lies within one of the windows, so that each has the rents that bound it best;
        but where the pause is as short as a break, a shift may be part of both: then they share
        their rents.

        Parameters
        ----------
        above
            The bound must be higher, or it is minus infinity.
        """
        rows, doors = self.groups[group], self.week.doors
        so_far = self._so_far(rows, self._cost(rows, price))
        each = so_far[..., None, :] - so_far[..., :, None]
        apart, together = each.min(axis=1).sum(axis=0), each.sum(axis=0)
        short = np.triu(doors - doors[:, None] <= self.week.rules.away, 1)
        duty = price * float(self._duty[rows].sum())
        best, pair = above + duty, None
        for first, second in paused.halves:
            one, two = apart + first, apart + second
            total = one.max(axis=0)[:, None] + paused.pause + two.max(axis=1)
            total[short] = -np.inf
            stops, resumes = np.unravel_index(int(total.argmax()), total.shape)
            if total[stops, resumes] > best:
                best = float(total[stops, resumes])
                pair = [one[:, stops].argmax(), stops, resumes, two[resumes].argmax()]
            # A shared set of rents: the best by each of them is a bound, too, and seldom enough.
            here = np.argwhere(short & np.isfinite(paused.pause))
            by_rents = (together + first).max(axis=1)[:, here[:, 0]]
            by_rents = by_rents + (together + second).max(axis=2)[:, here[:, 1]]
            likely = by_rents.min(axis=0) + paused.pause[here[:, 0], here[:, 1]]
            for k in np.argsort(-likely, kind="stable"):
                if likely[k] <= best:
                    break
                stops, resumes = here[k]
                both = each[..., stops][..., None] + each[..., resumes, :][..., None, :]
                total = both.min(axis=1).sum(axis=0) + first[:, stops, None] + second[resumes]
                total += paused.pause[stops, resumes]
                opens, closes = np.unravel_index(int(total.argmax()), total.shape)
                if total[opens, closes] > best:
                    best, pair = float(total[opens, closes]), [opens, stops, resumes, closes]
        if pair is None:
            return -np.inf, np.zeros(4, dtype=int)
        return best - duty, np.array(pair)

    def at(self, price: float) -> AtPrice:
        """The whole week at one price: the best windows and their linear programmes."""
        if self.week.most_patterns < len(self.groups):
            bound, days = self._gathered(price)
            if self.week.pause is not None:  # pauses are not gathered: the bound of freer days
                promised = np.array([self._promise(g, price)[0] for g in range(len(self.groups))])
                opens = np.array(self.must_open) | (promised > 0)
                bound = float(promised[opens].sum() if opens.any() else promised.max())
        else:
            groups = range(len(self.groups))
            found = [self.best(group, price, self.must_open[group]) for group in groups]
            if not any(days for _, days in found):  # a week with no open day is no plan
                able = [group for group in groups if self._is_able(group)]
                forced = [self.best(group, price, must_open=True) for group in able]
                found = [max(forced, key=lambda best: best[0])]
            bound = sum(bound for bound, _ in found)
            days = [day for _, days in found for day in days]
        return AtPrice(
            price=price,
            bound=self.week.kept + bound,
            hours=sum(day.hours for day in days),
            days={day.weekday: day for day in days},
        )

    def _gathered(self, price: float) -> tuple[float, list[Relaxed]]:
        """The best windows where only so many may differ: their bound, and programmes solved."""
        solved: dict[tuple[int, Window], Relaxed] = {}
        while True:
            worth = np.array([self.of_group(group, price) for group in range(len(self.groups))])
            bound, chosen = gathered(worth, self.must_open, self.week.most_patterns)
            windows = [
                (weekday, (int(self.week.doors[opens]), int(self.week.doors[closes])))
                for group, (opens, closes) in chosen.items()
                for weekday in self.groups[group]
            ]
            if all(each in solved for each in windows):
                return bound, [solved[each] for each in windows]
            for each in windows:
                if each not in solved:
                    solved[each] = self._solve(*each, price)

    @property
    def dearest(self) -> float:
        """A price at which no paid hour pays: above what any window earns for each of its hours."""
        week = self.week

        def inside(values: np.ndarray) -> np.ndarray:
            so_far = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)[:, week.doors]
            total = so_far[:, None, :] - so_far[:, :, None]
            return total.reshape(-1, 7, *total.shape[1:]).sum(axis=0)

        earned = inside(week.gain_open) + self._at_doors[:7]
        with_least = (earned / np.maximum(inside(week.least), 1))[week.windows].max(initial=0.0)
        with_more = week.gain_more.max(initial=0.0)
        return max(float(with_least), float(with_more)) / week.hour + 1.0

    def likely_price(self, limit: float) -> float:
        """The price at which the limit is just used, as far as the rents found so far can tell.

        There lies the lowest bound (see `engine`). The rule of false position finds it, the side
        that stays where it is taken by half (M. Dowell and P. Jarratt, "A modified regula falsi
        method for computing the root of an equation", 1971).
        """
        low, high = 0.0, self.dearest
        above, below = self._likely_hours(low) - limit, -limit
        if above <= 0:
            return 0.0
        price, last = low, 0.0
        for _ in range(GUESSES):
            price = (above * high - below * low) / (above - below)
            here = self._likely_hours(price) - limit
            if abs(here) <= 0.005 * limit:
                break
            if here > 0:
                low, above, below = price, here, below / 2 if last > 0 else below
            else:
                high, below, above = price, here, above / 2 if last < 0 else above
            last = here
        return price

    def _likely_hours(self, price: float) -> float:
        """Hours of the windows and people that seem best at a price."""
        week, hours = self.week, 0.0
        every = list(range(len(week.labour)))
        cost = self._cost(every, price)
        so_far = self._so_far(every, cost)
        of_days = self._between_doors(every, price, so_far)
        for group, must_open in zip(range(len(self.groups)), self.must_open, strict=True):
            rows = self.groups[group]
            total = np.where(self.permitted[group], of_days[rows].sum(axis=0), -np.inf)
            opens, closes = np.unravel_index(int(total.argmax()), total.shape)
            if total[opens, closes] <= 0 and not must_open:
                continue
            tightest = (so_far[rows, :, closes] - so_far[rows, :, opens]).argmin(axis=1)
            pays = self._gains[:, rows] > cost[rows, tightest]
            people = week.least[rows] + pays.sum(axis=0)
            hours += float(people[:, week.doors[opens] : week.doors[closes]].sum()) * week.hour
            hours += float(self._duty[rows].sum())
        return hours

    def best(self, group: int, price: float, must_open: bool) -> tuple[float, list[Relaxed]]:
        """The best window of weekdays that open alike: its bound, and its programmes solved.

        Programmes solved at another price will do if they come close enough to the bound.
        """

        def profit(days: list[Relaxed]) -> float:
            return sum(day.profit - price * day.hours for day in days)

        tried: set[Window] = set()
        while True:
            bound, window = self._promise(group, price)
            if bound <= 0 and not must_open:
                return 0.0, []
            known = max(self._solved[group], key=profit, default=None)
            near = known and profit(known) >= bound - self._close * abs(bound) - 1e-6
            if known and (near or window in tried):  # tried once, its rents tell no more
                return bound, known
            here = [self._solve(weekday, window, price) for weekday in self.groups[group]]
            self._solved[group].append(here)
            tried.add(window)

    def _promise(self, group: int, price: float) -> tuple[float, Window]:
        """The window, or the two, with the highest bound; it may be below 0."""
        bounds, doors = self.of_group(group, price), self.week.doors
        best = np.unravel_index(int(bounds.argmax()), bounds.shape)
        bound, edges = float(bounds[best]), doors[list(best)]
        if (paused := self.paused[group]) is not None:
            with_pause, pair = self.best_pair(group, price, paused, above=bound)
            if with_pause > bound:
                bound, edges = with_pause, doors[pair]
        return bound, tuple(edges.tolist())

    def _solve(self, weekday: int, window: Window, price: float) -> Relaxed:
        """Solve a programme, and remember its rents."""
        solved = self.program.solve(weekday, window, price)
        if self._known[weekday] == self._rents.shape[1]:
            self._rents = np.concatenate([self._rents, np.zeros_like(self._rents)], axis=1)
        self._rents[weekday, self._known[weekday]] = solved.rents
        self._known[weekday] += 1
        return solved
