"""The fast answer: a bound on every plan, and a plan close to it, in a fraction of a second.

Weekdays hang together only through the weekly paid hours. With a price on every paid hour they
fall apart, and each one asks for its best window and shifts at that price.

*Bound.* In the linear programme of a single day the row "people while open" has a dual price per
period: what one more person at work would bring there. Less wage and price, it is the *rent* r of
the period. No legal shift collects a positive rent in sum, whatever the window, wages or prices
are. So, for every opening window from o to c at once,

    profit(o, c) <= sum over t in o..c of max over n of [value_t(n) - (wage_t + price + r_t) n],

and with the rents of the window that is best by this bound the bound is exact for the linear
programme (strong duality). Solving that one window and adding its rents, the best window is found
after one to three programmes. The price itself is the lowest point of a convex function, followed
along its tangents (J. E. Kelley, "The cutting-plane method", 1960).

*Plan.* Rounding all curves of a day by one threshold keeps every rule on shifts; the best
threshold's shifts are then exchanged one for one as long as the week earns more.
"""

from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from scipy.optimize import minimize_scalar

from optimizer.planning.curves import COVER, form_shifts
from optimizer.planning.exchange import DayShifts, ShiftTable, share_hours
from optimizer.planning.milp import Model, WarmProgram
from optimizer.planning.week import Week

Window = tuple[int, int]  # edges of the span
MOST_PRICES = 8
ENOUGH_PLANS = 2  # legal ones, from the best prices, of which the better one is taken
CLOSE = 3e-5  # share of the profit by which a better price could lower the bound


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
    return float(at_stake.sum(axis=1).max()) + week.open_day + 1.0


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
            profit=objective + price * hours - week.open_day,
            hours=hours,
            rents=-duals[self._cover] - wage,
            curves={name: values[columns] for name, columns in self._curves.items()},
        )


class Bounds:
    """Bounds on every opening window of every weekday, at any price of a paid hour."""

    def __init__(self, week: Week) -> None:
        self.week = week
        self._program = DayProgram(week)
        self._value = np.concatenate([week.gain_open[..., None], week.gain_more], axis=2).cumsum(2)
        self._staff = week.case.service.min_staff + np.arange(self._value.shape[2])
        # Without any rents the bound is that of people hired by the period.
        self._rents = [[np.zeros(week.periods)] for _ in range(7)]
        patterns = range(week.pattern.max() + 1)
        self.groups = [np.flatnonzero(week.pattern == pattern).tolist() for pattern in patterns]
        self.permitted = [week.windows[group].all(axis=0) for group in self.groups]
        self.must_open = [bool(week.forced[group].any()) for group in self.groups]

    def can_open(self) -> bool:
        """Whether some day has a permitted window, and every day that must open has one."""
        able = [bool(windows.any()) for windows in self.permitted]
        return any(able) and all(able[group] for group in np.flatnonzero(self.must_open))

    def of_day(self, weekday: int, price: float) -> np.ndarray:
        """Most that a weekday can earn, hours charged, from each door to each other, (E, E)."""
        week = self.week
        cost = week.labour[weekday] + price * self.week.hour + np.array(self._rents[weekday])
        best = (self._value[weekday] - cost[..., None] * self._staff).max(axis=2)
        so_far = np.cumsum(np.pad(best, ((0, 0), (1, 0))), axis=1)[:, week.doors]
        return (so_far[:, None, :] - so_far[:, :, None]).min(axis=0) - week.open_day

    def of_group(self, group: int, price: float) -> np.ndarray:
        """The same for weekdays that open alike; minus infinity where a window is not permitted."""
        total = np.sum([self.of_day(weekday, price) for weekday in self.groups[group]], axis=0)
        return np.where(self.permitted[group], total, -np.inf)

    def at(self, price: float) -> AtPrice:
        """The whole week at one price: the best windows and their linear programmes."""
        groups = range(len(self.groups))
        found = [self.best(group, price, self.must_open[group]) for group in groups]
        if not any(days for _, days in found):  # a week with no open day is no plan
            able = [group for group in groups if self.permitted[group].any()]
            forced = [self.best(group, price, must_open=True) for group in able]
            found = [max(forced, key=lambda best: best[0])]
        return AtPrice(
            price=price,
            bound=self.week.kept + sum(bound for bound, _ in found),
            hours=sum(day.hours for _, days in found for day in days),
            days={day.weekday: day for _, days in found for day in days},
        )

    @property
    def dearest(self) -> float:
        """A price at which no paid hour pays."""
        return max(float(self.week.gain_open.max()), 0.0) / self.week.hour + 1.0

    def likely_price(self, limit: float) -> float:
        """The price with the lowest bound as far as the rents found so far can tell."""

        def total(price: float) -> float:
            best = [self.of_group(group, price).max() for group in range(len(self.groups))]
            least = np.where(self.must_open, -np.inf, 0.0)
            return float(np.maximum(best, least).sum()) + price * limit

        found = minimize_scalar(
            total,
            bounds=(0, self.dearest),
            method="bounded",
            options={"xatol": 1e-3 * self.dearest},
        )
        return float(found.x)

    def best(self, group: int, price: float, must_open: bool) -> tuple[float, list[Relaxed]]:
        """The best window of weekdays that open alike: its bound, and its programmes solved."""
        solved: dict[Window, list[Relaxed]] = {}
        while True:
            bounds = self.of_group(group, price)
            best = np.unravel_index(int(bounds.argmax()), bounds.shape)
            bound = float(bounds[best])
            if bound <= 0 and not must_open:
                return 0.0, []
            window = (int(self.week.doors[best[0]]), int(self.week.doors[best[1]]))
            if window in solved:
                return bound, solved[window]
            solved[window] = [
                self._program.solve(weekday, window, price) for weekday in self.groups[group]
            ]
            for day in solved[window]:
                self._rents[day.weekday].append(day.rents)


def around_lowest(bounds: Bounds) -> list[AtPrice]:
    """The week at prices around the one with the lowest bound, best bound first.

    The bound on any plan is `point.bound + point.price * limit`, convex in the price; its slope is
    the limit less the hours used. Two prices, one with too many hours and one with too few, give
    two tangents, and no bound lies below the point at which they meet.
    """
    limit = bounds.week.limit
    points = [bounds.at(0.0)]
    if limit is None or points[0].hours <= limit:
        return points

    def total(point: AtPrice) -> float:
        return point.bound + point.price * limit

    few: AtPrice | None = None  # the dearest price so far with too many hours is `many`
    many = points[0]
    price = bounds.likely_price(limit)
    stride = 0.04 * price + 1e-6
    while len(points) < MOST_PRICES:
        here = bounds.at(price)
        points.append(here)
        if abs(here.hours - limit) <= 0.005 * limit:
            break
        if here.hours > limit:
            many = here
        else:
            few = here
        if few is None:
            price, stride = price + stride, 3 * stride
        elif many.price == 0.0 and price > stride:
            price, stride = price - stride, 3 * stride
        else:
            price = (many.bound - few.bound + many.hours * many.price - few.hours * few.price) / (
                many.hours - few.hours
            )
            lowest = few.bound + price * limit - few.hours * (price - few.price)
            best = min(total(point) for point in points)
            if best - lowest <= CLOSE * abs(best):
                break
    return sorted(points, key=total)


@dataclass(frozen=True, eq=False)
class Found:
    """The engine's answer: a plan on the grid of the week, and a bound on every plan.

    `price` is what the next paid hour would earn; 0 where the limit does not bind.
    """

    days: list[DayShifts]
    profit: float
    bound: float
    price: float
    bounds: Bounds
    points: list[AtPrice]


def find(week: Week) -> Found | None:
    """A plan close to the best one, and its bound; None if the engine finds no legal one."""
    bounds = Bounds(week)
    if not bounds.can_open():
        return None
    points = around_lowest(bounds)
    table = ShiftTable.of(week.rules, week.periods)
    plans = (_whole_week(bounds, point, table) for point in points)
    legal = list(islice((plan for plan in plans if _is_legal(week, plan)), ENOUGH_PLANS))
    if not legal:
        return None
    days = max(legal, key=_profit)
    lowest = points[0]
    return Found(
        days=days,
        profit=week.kept + _profit(days),
        bound=lowest.bound + lowest.price * (week.limit or 0.0),
        price=lowest.price,
        bounds=bounds,
        points=points,
    )


def _profit(days: list[DayShifts]) -> float:
    return sum(day.profit for day in days)


def _whole_week(bounds: Bounds, point: AtPrice, table: ShiftTable) -> list[DayShifts]:
    """Whole shifts for the windows that are best at a price, within the weekly paid hours."""
    week = bounds.week
    limit = np.inf if week.limit is None else week.limit / week.hour + 1e-6
    days = whole_days(week, point, table)
    share_hours(days, limit)
    for group, weekdays in enumerate(bounds.groups):  # whole shifts may not pay where split ones do
        alike = [day for day in days if day.weekday in weekdays]
        if _profit(alike) < 0 and not bounds.must_open[group] and len(alike) < len(days):
            days = [day for day in days if day.weekday not in weekdays]
            share_hours(days, limit)
    return days


def whole_days(week: Week, point: AtPrice, table: ShiftTable) -> list[DayShifts]:
    """Whole shifts for the windows that are best at a price, each day by itself."""
    days = []
    for relaxed in point.days.values():
        day = DayShifts(week, table, relaxed.weekday, relaxed.window, dear(week))
        day.round(relaxed.curves, point.price * week.hour)
        day.improve(point.price * week.hour)
        days.append(day)
    return days


def _is_legal(week: Week, days: list[DayShifts]) -> bool:
    hours = sum(day.paid for day in days) * week.hour
    within = week.limit is None or hours <= week.limit + 1e-6
    return within and all(day.is_staffed for day in days)


def pruned(week: Week, found: Found) -> Week:
    """The week without the opening windows that cannot be part of a better plan than the one found.

    A window is left out if the bound on the week with it is below the profit found, at any of the
    prices tried.
    """
    bounds = found.bounds
    allowed, forced = week.allowed.copy(), week.forced.copy()
    of_group = {
        point.price: [bounds.of_group(group, point.price) for group in range(len(bounds.groups))]
        for point in found.points
    }
    for group, weekdays in enumerate(bounds.groups):
        alive = bounds.permitted[group].copy()
        may_close = not bounds.must_open[group]
        for point in found.points:
            best = [
                max(float(windows.max()), -np.inf if must else 0.0)
                for windows, must in zip(of_group[point.price], bounds.must_open, strict=True)
            ]
            others = week.kept + sum(best) - best[group] + point.price * (week.limit or 0.0)
            alive &= others + of_group[point.price][group] >= found.profit - 1e-6
            may_close &= others >= found.profit - 1e-6
        opens, closes = (week.doors[edges] for edges in np.nonzero(alive))
        t = np.arange(week.periods)
        inside = (opens[:, None] <= t) & (t < closes[:, None])
        allowed[weekdays] &= inside.any(axis=0)
        if len(opens) and not may_close:
            forced[weekdays] |= inside.all(axis=0)
    return replace(week, allowed=allowed, forced=forced)
