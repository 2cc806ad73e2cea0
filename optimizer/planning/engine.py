"""The fast answer: a plan close to the best one and a bound on all, in a fraction of a second.

The price of a paid hour (see `bounds`) is the lowest point of a convex function, followed along its
tangents (J. E. Kelley, "The cutting-plane method", 1960). At the best prices the curves of each day
are rounded by one threshold, which keeps every rule on shifts; then shifts are exchanged one for
one as long as the week earns more (see `exchange`).
"""

from dataclasses import dataclass, replace

import numpy as np

from optimizer.planning.bounds import AtPrice, Bounds
from optimizer.planning.day_program import dear
from optimizer.planning.exchange import DayShifts, ShiftTable, share_hours
from optimizer.planning.week import Week

MOST_PRICES = 8
HALVINGS = 10  # of the price of an open hour, where a week may be open only so long
ENOUGH_PLANS = 2  # legal ones, from the best prices, of which the better one is taken
GOOD = 5e-4  # share of the profit that a plan may miss for no second one to be tried
CLOSE = 1e-4  # share of the profit by which a better price could lower the bound


def around_lowest(bounds: Bounds) -> list[AtPrice]:
    """The week at prices around the one with the lowest bound, best bound first.

    The bound on any plan is `point.bound + point.price * limit`, convex in the price; its slope is
    the limit less the hours used. Where more hours may be used at a price, it is the highest one
    that an hour can have. Two prices, one with too many hours and one with too few, give
    two tangents, and no bound lies below the point at which they meet.
    """
    limit, dearest = bounds.week.limit, bounds.week.limit_price
    if limit is None:
        return [bounds.at(0.0)]

    def total(point: AtPrice) -> float:
        return point.bound + point.price * limit

    points: list[AtPrice] = []
    many: AtPrice | None = None  # the dearest price so far with too many hours
    few: AtPrice | None = None  # the lowest one with too few
    price = min(bounds.likely_price(limit), dearest)
    while len(points) < MOST_PRICES:
        here = bounds.at(price)
        points.append(here)
        if abs(here.hours - limit) <= 0.005 * limit or (price == 0.0 and here.hours <= limit):
            break
        if price == dearest and here.hours > limit:  # more hours are paid for
            break
        if here.hours > limit:
            many = here
        else:
            few = here
        if many is None or few is None:
            # The rents found at this price tell more of the next one.
            step = (0.02 * price + 1e-3) * 3 ** len(points)
            likely = bounds.likely_price(limit)
            price = max(likely, price + step) if few is None else min(likely, price - step)
            price = min(max(price, 0.0), dearest)
        else:
            price = (many.bound - few.bound + many.hours * many.price - few.hours * few.price) / (
                many.hours - few.hours
            )
            least, most = sorted((many.price, few.price))
            price = min(max(price, least), most)
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

    @property
    def paid(self) -> int:
        """Paid periods of all shifts."""
        return sum(day.paid for day in self.days)

    @property
    def paid_hours(self) -> float:
        """Paid hours a week, with those of set-up and close-down."""
        week = self.bounds.week
        return self.paid * week.hour + week.duty * sum(day.weekday < 7 for day in self.days)

    @property
    def open_hours(self) -> float:
        """Hours that the plan is open in a week."""
        week = self.bounds.week
        open_ = [week.open_within(day.window).sum() for day in self.days if day.weekday < 7]
        return float(sum(open_)) * week.hour


def find(week: Week) -> Found | None:
    """A plan close to the best one, and its bound; None if the engine finds no legal one.

    Where days would follow each other without the rest asked for, all keep within one span that
    leaves it; the bound is that of the freer week.
    """
    found = _within_open_hours(week)
    if found is None or _leaves_rest(week, found.days):
        return found
    rested = _within_open_hours(_with_rest(week, found))
    if rested is None:
        return None
    return replace(found, days=rested.days, profit=rested.profit, price=rested.price)


def _leaves_rest(week: Week, days: list[DayShifts]) -> bool:
    windows = {
        day.weekday: np.searchsorted(week.doors, day.window) for day in days if day.weekday < 7
    }
    return all(
        windows[(weekday - 1) % 7][-1] <= week.latest_close[window[0]]
        for weekday, window in windows.items()
        if (weekday - 1) % 7 in windows
    )


def _with_rest(week: Week, found: Found) -> Week:
    """The week within the one span of doors that seems best among those that leave the rest."""
    bounds, price = found.bounds, found.price
    of_group = [bounds.of_group(group, price) for group in range(len(bounds.groups))]
    edges = np.arange(len(week.doors))

    def inside(first: int) -> np.ndarray:
        return (edges[:, None] >= first) & (edges <= week.latest_close[first])

    def promise(first: int) -> float:
        best = [np.where(inside(first), worth, -np.inf).max() for worth in of_group]
        least = np.where(bounds.must_open, -np.inf, 0.0)
        return float(np.maximum(best, least).sum())

    rested = inside(max(edges.tolist(), key=promise))
    return replace(week, windows=week.windows & rested, pause=None)


def _within_open_hours(week: Week) -> Found | None:
    """The same without rest between days.

    Where it would open too long, or not long enough in a week, every open hour is charged or paid
    for until it does not.
    """
    found, (least, most) = _find(week), week.open_hours
    if found is None or least - 1e-6 <= found.open_hours <= most + 1e-6:
        return found
    limit, sign = (most, 1) if found.open_hours > most else (least, -1)
    dearest = found.bounds.dearest + week.labour.max() / week.hour
    low, high = 0.0, float(week.most.max() * dearest)
    best, bound = None, found.bound
    for _ in range(HALVINGS):
        price = (low + high) / 2
        charged = week.gain_open.copy()
        charged[:7] -= sign * price * week.hour
        here = _find(replace(week, gain_open=charged))
        if here is None:
            return None
        bound = min(bound, here.bound + sign * price * limit)
        if sign * (here.open_hours - limit) > 1e-6:
            low = price
            continue
        high = price
        profit = here.profit + sign * price * here.open_hours
        is_legal = least - 1e-6 <= here.open_hours <= most + 1e-6
        if is_legal and (best is None or profit > best.profit):
            best = replace(found, days=here.days, profit=profit, price=here.price)
    return None if best is None else replace(best, bound=bound)


def _find(week: Week) -> Found | None:
    """The same without limits on the hours open."""
    bounds = Bounds(week)
    if not bounds.can_open():
        return None
    points = around_lowest(bounds)
    table = ShiftTable.of(week.rules, week.periods)
    lowest = points[0]
    bound = lowest.bound + lowest.price * (week.limit or 0.0)
    legal: list[list[DayShifts]] = []
    for point in points:
        plan = _whole_week(bounds, point, table)
        if _is_legal(week, plan):
            legal.append(plan)
            profit = week.kept + _profit(plan)
            if len(legal) == ENOUGH_PLANS or bound - profit <= GOOD * abs(profit):
                break
    if not legal:
        return None
    days = max(legal, key=_profit)
    return Found(
        days=days,
        profit=week.kept + _profit(days),
        bound=float(bound),
        price=lowest.price,
        bounds=bounds,
        points=points,
    )


def _profit(days: list[DayShifts]) -> float:
    return sum(day.profit for day in days)


def _whole_week(bounds: Bounds, point: AtPrice, table: ShiftTable) -> list[DayShifts]:
    """Whole shifts for the windows that are best at a price, within the weekly paid hours."""
    week = bounds.week
    days = whole_days(week, point, table)
    share_hours(days, _periods_left(week, days))
    for group, weekdays in enumerate(bounds.groups):  # whole shifts may not pay where split ones do
        alike = [day for day in days if day.weekday in weekdays]
        if _profit(alike) < 0 and not bounds.must_open[group] and len(alike) < len(days):
            days = [day for day in days if day.weekday not in weekdays]
            share_hours(days, _periods_left(week, days))
    return days


def _periods_left(week: Week, days: list[DayShifts]) -> float:
    """Paid periods that the limit leaves for shifts when these days open."""
    if week.limit is None:
        return np.inf
    duty = week.duty * sum(day.weekday < 7 for day in days)
    return (week.limit - duty + 1e-6) / week.hour


def whole_days(week: Week, point: AtPrice, table: ShiftTable) -> list[DayShifts]:
    """Whole shifts for the windows that are best at a price, each day by itself."""
    days, missing = [], dear(week)
    for relaxed in point.days.values():
        day = DayShifts(week, table, relaxed.weekday, relaxed.window, missing)
        day.round(relaxed.curves, point.price * week.hour)
        day.improve(point.price * week.hour)
        days.append(day)
    return days


def _is_legal(week: Week, days: list[DayShifts]) -> bool:
    within = sum(day.paid for day in days) <= _periods_left(week, days)
    return within and all(day.is_staffed for day in days)


def pruned(week: Week, found: Found) -> Week:
    """The week without the opening windows that cannot be part of a better plan than the one found.

    A window is left out if the bound on the week with it is below the profit found, at any of the
    prices tried. Where a day may have a pause, all are kept.
    """
    if week.pause is not None:
        return week
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
        here = sorted({weekday % 7 for weekday in weekdays})
        allowed[here] &= inside.any(axis=0)
        if len(opens) and not may_close:
            forced[here] |= inside.all(axis=0)
    return replace(week, allowed=allowed, forced=forced)
