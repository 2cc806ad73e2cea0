"""What no plan can exceed: a bound for every opening window, from a few linear programmes.

Weekdays hang together through the weekly paid hours. With a price on every paid hour they fall
apart, and each one asks for its best window and shifts at that price.

In the linear programme of a single day the row "people while open" has a dual price per period:
what one more person at work would bring there. Less wage and price, it is the *rent* r of the
period. No legal shift collects a positive rent in sum, whatever the window, wages or prices are.
So, for every opening window from o to c at once,

    profit(o, c) <= sum over t in o..c of max over n of [value_t(n) - (wage_t + price + r_t) n]
                    + what customers who come before o and after c leave all the same,

and with the rents of the window that is best by this bound the bound is exact for the linear
programme (strong duality). Solving that one window and adding its rents, the best window is found
after one to three programmes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from optimizer.planning.curves import COVER, form_shifts
from optimizer.planning.milp import Model, WarmProgram
from optimizer.planning.patterns import gathered
from optimizer.planning.week import Week

Window = tuple[int, ...]  # edges of the span: opens and closes, once or twice
Fixed = Sequence[tuple[str, int, int]]  # curves that have a certain value at an edge
CLOSE = 3e-4  # share of a bound by which nothing better is worth a programme


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The best a weekday can do at a price when shifts may be split: one linear programme."""

    weekday: int
    window: Window
    profit: float  # before the price on hours
    hours: float
    rents: np.ndarray  # (T,)
    curves: dict[str, np.ndarray]  # (T+1,) each


@dataclass(frozen=True, eq=False)
class AtPrice:
    """What the whole week does at one price on paid hours."""

    price: float
    bound: float  # on the profit of any plan, each of its paid hours charged the price
    hours: float
    days: dict[int, Relaxed]  # the weekdays that open


def dear(week: Week) -> float:
    """More than a day can earn or cost: the price of a person missing for a period."""
    at_stake = np.abs(week.gain_open) + week.gain_more.sum(axis=2) + week.most * week.labour
    at_doors = np.abs(week.before).max(axis=1) + np.abs(week.after).max(axis=1) + week.open_day
    return float(at_stake.sum(axis=1).max() + at_doors.max()) + 1.0


class DayProgram:
    """The linear programme of one day, for any weekday, window and price."""

    def __init__(self, week: Week) -> None:
        self.week = week
        further, periods = week.gain_more.shape[2], week.periods
        model = Model()
        needed = model.variables("people needed", (1, periods))
        staff, curves = form_shifts(model, week, np.zeros((1, periods)))
        more = model.variables("further people", (1, periods, further))
        # Too few people, at a price that no customer is worth: then every window has an answer,
        # and those that cannot be staffed drop out by themselves.
        missing = model.variables("missing people", (1, periods), gain=-dear(week))
        each = [(-1, more[..., k]) for k in range(further)]
        model.constrain(COVER, (1, staff), (1, missing), (-1, needed), *each, lower=0, upper=0)
        self._program = WarmProgram(model)
        self._needed, self._staff, self._more = needed[0], staff[0], more[0]
        self._curves = {name: columns[0] for name, columns in curves.items()}
        self._cover = model.row_numbers(COVER)

    def solve(self, weekday: int, window: Window, price: float, fixed: Fixed = ()) -> Relaxed:
        """The best that split shifts can do in a window, at a price of a paid hour.

        A weekday above 6 is one of the next role; see `Week`. The fixed values must hold, too.

        Raises
        ------
        PlanError
            No shifts have the fixed values.
        """
        week, program = self.week, self._program
        inside = week.open_within(window)
        needed = np.where(inside, week.least[weekday], 0.0)
        program.change_bounds(self._needed, needed, needed)
        there = np.arange(week.gain_more.shape[2]) < week.further[weekday][:, None]
        upper = (there & inside[:, None]).ravel().astype(float)
        program.change_bounds(self._more.ravel(), 0 * upper, upper)
        wage = week.labour[weekday] + price * week.hour
        program.change_gains(self._more.ravel(), week.gain_more[weekday].ravel())
        program.change_gains(self._staff, -wage)
        held = np.array([self._curves[name][edge] for name, edge, _ in fixed], dtype=int)
        at = np.array([value for *_, value in fixed], dtype=float)
        program.change_bounds(held, at, at)
        try:
            objective, values, duals = program.solve()
        finally:
            program.change_bounds(held, 0 * at, at + np.inf)
        objective += float(week.gain_open[weekday] @ inside)
        hours = float(values[self._staff].sum() * week.hour)
        return Relaxed(
            weekday=weekday,
            window=window,
            profit=objective + price * hours + week.at_doors(weekday, window),
            hours=hours + (week.duty if weekday < 7 else 0.0),
            rents=-duals[self._cover] - wage,
            curves={name: values[columns] for name, columns in self._curves.items()},
        )


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
        value = np.concatenate([week.gain_open[..., None], week.gain_more], axis=2).cumsum(2)
        there = np.arange(value.shape[2]) <= week.further[..., None]
        self._value = np.where(there, value, -np.inf)
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
        so_far = self._so_far(weekdays, price)
        inside = (so_far[..., None, :] - so_far[..., :, None]).min(axis=1)
        return inside + self._at_doors[weekdays] - price * self._duty[weekdays]

    def _so_far(self, weekdays: list[int], price: float) -> np.ndarray:
        """The most that all periods before each door can earn, by each of the rents, (N, L, E)."""
        week, known = self.week, int(self._known[weekdays].max())
        cost = (week.labour + price * week.hour)[weekdays, None] + self._rents[weekdays, :known]
        # One number of people after the other: faster than all in one array.
        paid = cost * week.least[weekdays, None]
        best = self._value[weekdays, None, :, 0] - paid
        for n in range(1, self._value.shape[2]):
            paid += cost
            np.maximum(best, self._value[weekdays, None, :, n] - paid, out=best)
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
        so_far = self._so_far(rows, price)
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
        """The price with the lowest bound as far as the rents found so far can tell."""

        def total(price: float) -> float:
            of_days = self.of_days(list(range(len(self.week.labour))), price)
            alike = zip(self.groups, self.permitted, strict=True)
            best = [of_days[days].sum(axis=0)[windows].max(initial=0) for days, windows in alike]
            return float(sum(best)) + price * limit

        found = minimize_scalar(
            total,
            bounds=(0, self.dearest),
            method="bounded",
            options={"xatol": 2e-3 * self.dearest},
        )
        return float(found.x) if found.fun < total(0.0) else 0.0

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
