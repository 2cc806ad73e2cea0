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

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from optimizer.planning.curves import COVER, form_shifts
from optimizer.planning.milp import Model, WarmProgram
from optimizer.planning.patterns import gathered
from optimizer.planning.week import Week

Window = tuple[int, int]  # edges of the span
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
    most = week.case.service.max_staff
    at_stake = np.abs(week.gain_open) + week.gain_more.sum(axis=2) + most * week.labour
    at_doors = np.abs(week.before).max(axis=1) + np.abs(week.after).max(axis=1) + week.open_day
    return float((at_stake.sum(axis=1) + at_doors).max()) + 1.0


class DayProgram:
    """The linear programme of one day, for any weekday, window and price."""

    def __init__(self, week: Week) -> None:
        self.week = week
        further, periods = week.gain_more.shape[2], week.periods
        model = Model()
        open_ = model.variables("open", (1, periods))
        staff, curves = form_shifts(model, week, np.zeros((1, periods)))
        more = model.variables("further people", (1, periods, further))
        # Too few people, at a price that no customer is worth: then every window has an answer,
        # and those that cannot be staffed drop out by themselves.
        missing = model.variables("missing people", (1, periods), gain=-dear(week))
        least = week.case.service.min_staff
        each = [(-1, more[..., k]) for k in range(further)]
        model.constrain(COVER, (1, staff), (1, missing), (-least, open_), *each, lower=0, upper=0)
        self._program = WarmProgram(model)
        self._open, self._staff, self._more = open_[0], staff[0], more[0]
        self._curves = {name: columns[0] for name, columns in curves.items()}
        self._cover = model.row_numbers(COVER)

    def solve(self, weekday: int, window: Window, price: float) -> Relaxed:
        """The best that split shifts can do in a window, at a price of a paid hour."""
        week, program = self.week, self._program
        inside = np.zeros(week.periods)
        inside[slice(*window)] = 1.0
        program.change_bounds(self._open, inside, inside)
        upper = np.repeat(inside, week.gain_more.shape[2])
        program.change_bounds(self._more.ravel(), 0 * upper, upper)
        wage = week.labour[weekday] + price * week.hour
        program.change_gains(self._open, week.gain_open[weekday])
        program.change_gains(self._more.ravel(), week.gain_more[weekday].ravel())
        program.change_gains(self._staff, -wage)
        objective, values, duals = program.solve()
        hours = float(values[self._staff].sum() * week.hour)
        return Relaxed(
            weekday=weekday,
            window=window,
            profit=objective + price * hours + week.at_doors(weekday, window),
            hours=hours + week.duty,
            rents=-duals[self._cover] - wage,
            curves={name: values[columns] for name, columns in self._curves.items()},
        )


class Bounds:
    """Bounds on every opening window of every weekday, at any price of a paid hour.

    Parameters
    ----------
    close
        Share of a weekday's bound that its answer may miss if that saves a programme.
    """

    def __init__(self, week: Week, close: float = CLOSE) -> None:
        self.week, self._close = week, close
        self._program = DayProgram(week)
        self._value = np.concatenate([week.gain_open[..., None], week.gain_more], axis=2).cumsum(2)
        self._staff = week.case.service.min_staff + np.arange(self._value.shape[2])
        kept = week.before[:, week.doors, None] + week.after[:, None, week.doors]
        self._at_doors = kept - week.open_day[:, None, None]
        # Rents of all 0 are valid, too: the bound is then that of people hired by the period.
        self._rents = np.zeros((7, 1, week.periods))
        self._known = np.ones(7, dtype=int)
        patterns = range(week.pattern.max() + 1)
        self.groups = [np.flatnonzero(week.pattern == pattern).tolist() for pattern in patterns]
        self.permitted = [week.windows[group].all(axis=0) for group in self.groups]
        self._solved: list[list[list[Relaxed]]] = [[] for _ in self.groups]
        self.must_open = [bool(week.forced[group].any()) for group in self.groups]

    def can_open(self) -> bool:
        """Whether some day has a permitted window, and every day that must open has one."""
        able = [bool(windows.any()) for windows in self.permitted]
        return any(able) and all(able[group] for group in np.flatnonzero(self.must_open))

    def of_days(self, weekdays: list[int], price: float) -> np.ndarray:
        """Most that weekdays can earn, hours charged, from each door to each other, (N, E, E)."""
        week = self.week
        cost = (week.labour + price * week.hour)[weekdays, None] + self._rents[weekdays]
        # One number of people after the other: faster than all in one array.
        best = self._value[weekdays, None, :, 0] - cost * self._staff[0]
        for n, people in enumerate(self._staff[1:], 1):
            np.maximum(best, self._value[weekdays, None, :, n] - cost * people, out=best)
        so_far = np.zeros((*best.shape[:2], week.periods + 1))
        np.cumsum(best, axis=2, out=so_far[..., 1:])
        so_far = so_far[..., week.doors]
        inside = (so_far[..., None, :] - so_far[..., :, None]).min(axis=1)
        return inside + self._at_doors[weekdays] - price * week.duty

    def of_group(self, group: int, price: float) -> np.ndarray:
        """The same for weekdays that open alike; minus infinity where a window is not permitted."""
        total = self.of_days(self.groups[group], price).sum(axis=0)
        return np.where(self.permitted[group], total, -np.inf)

    def at(self, price: float) -> AtPrice:
        """The whole week at one price: the best windows and their linear programmes."""
        if self.week.most_patterns < len(self.groups):
            bound, days = self._gathered(price)
        else:
            groups = range(len(self.groups))
            found = [self.best(group, price, self.must_open[group]) for group in groups]
            if not any(days for _, days in found):  # a week with no open day is no plan
                able = [group for group in groups if self.permitted[group].any()]
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
        week, least = self.week, self.week.case.service.min_staff
        so_far = np.cumsum(np.pad(week.gain_open, ((0, 0), (1, 0))), axis=1)[:, week.doors]
        earned = so_far[:, None, :] - so_far[:, :, None] + self._at_doors
        periods = np.maximum(week.doors - week.doors[:, None], 1)
        with_least = np.where(week.windows, earned / (least * periods), 0.0).max()
        with_more = week.gain_more.max(initial=0.0)
        return max(float(with_least), float(with_more)) / week.hour + 1.0

    def likely_price(self, limit: float) -> float:
        """The price with the lowest bound as far as the rents found so far can tell."""

        def total(price: float) -> float:
            of_days = self.of_days(list(range(7)), price)
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

        while True:
            bounds = self.of_group(group, price)
            best = np.unravel_index(int(bounds.argmax()), bounds.shape)
            bound = float(bounds[best])
            if bound <= 0 and not must_open:
                return 0.0, []
            known = max(self._solved[group], key=profit, default=None)
            if known and profit(known) >= bound - self._close * abs(bound) - 1e-6:
                return bound, known
            window = (int(self.week.doors[best[0]]), int(self.week.doors[best[1]]))
            here = [self._solve(weekday, window, price) for weekday in self.groups[group]]
            self._solved[group].append(here)

    def _solve(self, weekday: int, window: Window, price: float) -> Relaxed:
        """Solve a programme, and remember its rents."""
        solved = self._program.solve(weekday, window, price)
        if self._known[weekday] == self._rents.shape[1]:
            self._rents = np.concatenate([self._rents, np.zeros_like(self._rents)], axis=1)
        self._rents[weekday, self._known[weekday]] = solved.rents
        self._known[weekday] += 1
        return solved
