"""What each paid hour is worth in a shop: its best weeks from few hours to many.

With a price on every paid hour a week falls apart into days, and days into periods: the best staff
of a period, then the best window of a day by sums over its periods, for all prices at once. The
weeks found at a falling price are the corners of the concave hull of all weeks (D. P. Bertsekas,
"Nonlinear Programming", 1999, section 5.1: Lagrangian relaxation), so that the frontiers of many
shops can be split and added up without asking any shop again.

`levels` hires people by the period; `shifts` lets the engine of a single shop form whole shifts at
each price, and bounds what any shifts could do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.chain.whole import WholeShifts
from optimizer.errors import PlanError
from optimizer.language import say
from optimizer.opening import OpeningHours
from optimizer.planning.bounds import AtPrice, Bounds
from optimizer.planning.day_program import DayProgram
from optimizer.planning.week import Week
from optimizer.timegrid import TimeGrid

# Prices of a paid hour at which a shop is asked, as shares of what the hour itself costs.
LEVEL_PRICES = np.r_[0.0, np.geomspace(0.02, 12.0, 39)]
SHIFT_PRICES = np.r_[0.0, np.geomspace(0.06, 12.0, 9)]
FURTHER = 20  # prices at most between these, where they tell most
CLOSE = 5e-5  # share of a shop's profit by which its bound may lie too high between two prices
QUARTER = 15  # minutes
_SUMS = ("hours", "profit")


@dataclass(frozen=True, eq=False)
class Frontier:
    """The best weeks of a shop, or of shops that open alike, on a rising and concave curve.

    Parameters
    ----------
    hours, profit
        Paid hours and money of each shop in each week, shape (K, M); M is mostly 1. Summed over the
        shops both rise from the first week, the least that opens at all, to the most profitable.
    doors
        When each week opens and closes by weekday, in minutes after midnight, shape (K, 7, 2);
        -1 on a day that stays closed.
    prices, most
        At so much for a paid hour no week earns more than `most` after paying it, shape (P,).
    """

    hours: np.ndarray
    profit: np.ndarray
    doors: np.ndarray
    prices: np.ndarray
    most: np.ndarray

    def __post_init__(self) -> None:
        for name in ("hours", "profit"):
            if np.any(np.diff(getattr(self, name).sum(axis=1)) <= 0):
                raise ValueError(f"{name} must rise along a frontier")


def opening_of(doors: np.ndarray) -> OpeningHours:
    """Opening hours from minutes by weekday, shape (7, 2); -1 where closed."""
    grid = TimeGrid("UTC", QUARTER)
    share = grid.share_between(doors[:, 0], doors[:, 1])
    return OpeningHours.from_week(share.ravel() > 0, grid)


def levels(weeks: list[Week]) -> Frontier:
    """Frontier of shops that open at the same hours (mostly one), people hired by the period.

    Raises
    ------
    PlanError
        No window suits all of them on any day.
    """
    prices = LEVEL_PRICES * _hour_cost(weeks[0])
    worth = [_Worth(week, prices) for week in weeks]
    windows = _common_windows(weeks, [one.of_windows for one in worth])
    each = [one.weeks(windows) for one in worth]
    hours, most = (np.stack([one[n] for one in each], axis=1) for n in range(2))
    profit = most + prices[:, None] * hours
    return hull(hours, profit, _minutes(weeks[0], windows), prices, most.sum(axis=1))


def _hour_cost(week: Week) -> float:
    return float(week.labour.mean() / week.hour) or 1.0  # where work costs nothing, money itself


class _Worth:
    """What every window of every weekday is worth to a shop, at each of K prices."""

    def __init__(self, week: Week, prices: np.ndarray) -> None:
        self.week, self.prices = week, prices
        further = np.arange(week.gain_more.shape[2] + 1)
        value = np.concatenate([week.gain_open[..., None], week.gain_more], axis=2).cumsum(axis=2)
        value = np.where(further <= week.further[..., None], value, -np.inf)
        people = week.least[..., None] + further
        cost = week.labour + prices[:, None, None] * week.hour
        net = value - cost[..., None] * people
        best = net.argmax(axis=3)[..., None]
        self._paid = self._so_far(
            np.take_along_axis(people[None], best, axis=3)[..., 0] * week.hour
        )
        self._net = self._so_far(np.take_along_axis(net, best, axis=3)[..., 0])
        kept = week.before[:, week.doors, None] + week.after[:, None, week.doors]
        self._fixed = kept - week.open_day[:, None, None]

    def _so_far(self, values: np.ndarray) -> np.ndarray:
        """Sums of all roles up to each door, shape (K, 7, E)."""
        by_day = values.reshape(len(values), -1, 7, values.shape[2]).sum(axis=1)
        total = np.zeros((*by_day.shape[:2], self.week.periods + 1))
        np.cumsum(by_day, axis=2, out=total[..., 1:])
        return total[..., self.week.doors]

    @property
    def of_windows(self) -> np.ndarray:
        """Worth from each door to each other, hours paid for, shape (K, 7, E, E)."""
        inside = self._net[..., None, :] - self._net[..., :, None]
        return inside + self._fixed - self.prices[:, None, None, None] * self.week.duty

    def weeks(self, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Paid hours, and profit once they are paid for, of weeks with these doors, (K,) each.

        Parameters
        ----------
        windows
            Numbers of the doors, shape (K, 7, 2); -1 where closed.
        """
        opens, closes = windows[..., 0], windows[..., 1]
        k, day = np.arange(len(self.prices))[:, None], np.arange(7)
        net = self._net[k, day, closes] - self._net[k, day, opens] + self._fixed[day, opens, closes]
        net = net - self.prices[:, None] * self.week.duty
        hours = self._paid[k, day, closes] - self._paid[k, day, opens] + self.week.duty
        is_open = opens >= 0
        total = self.week.kept + np.where(is_open, net, 0.0).sum(axis=1)
        return np.where(is_open, hours, 0.0).sum(axis=1), total


def _common_windows(weeks: list[Week], worth: list[np.ndarray]) -> np.ndarray:
    """The best doors for all shops together at each price, as numbers of doors, (K, 7, 2)."""
    first = weeks[0]
    if any(len(week.doors) != len(first.doors) or week.first != first.first for week in weeks):
        raise PlanError(
            say("shops of one mall may open between different hours"),
            where="hours.candidate",
            cure=say("Give them the same candidate hours."),
        )
    total = sum(worth[1:], worth[0])
    permitted = np.all([week.windows for week in weeks], axis=0)
    must_open = np.any([week.forced.any(axis=1) for week in weeks], axis=0)
    prices, edges = len(total), len(first.doors)
    windows = np.full((prices, 7, 2), -1)
    found = []  # of each pattern: its days, its best worth (K,) and where, (K,)
    for pattern in range(first.pattern.max() + 1):
        days = np.flatnonzero(first.pattern == pattern)
        may = permitted[days].all(axis=0)
        if not may.any():
            continue
        together = np.where(may, total[:, days].sum(axis=1), -np.inf).reshape(prices, -1)
        place = together.argmax(axis=1)
        found.append((days, together[np.arange(prices), place], place))
    if not found:
        raise PlanError(
            say("no day has opening hours that suit all shops of a mall"), where="hours.candidate"
        )
    best = np.max([worth for _, worth, _ in found], axis=0)
    for days, worth_here, place in found:
        opens = (worth_here > 0) | must_open[days].any() | (worth_here == best) & (best <= 0)
        doors = np.stack(np.divmod(place, edges), axis=1)
        windows[:, days] = np.where(opens[:, None], doors, -1)[:, None]
    return windows


def _minutes(week: Week, windows: np.ndarray) -> np.ndarray:
    """Doors as minutes after midnight; -1 stays."""
    minutes = (week.first + week.doors) * week.case.period_minutes
    return np.where(windows >= 0, minutes[windows], -1)


def shifts(weeks: list[Week]) -> Frontier:
    """The same with whole shifts (see `whole`).

    Days do not bind each other once hours have a price. So each weekday's best shifts at every
    price make a frontier of their own, and the week takes steps on seven of them.

    Raises
    ------
    PlanError
        No window suits all shops, or no shifts give the staff that an open day needs.
    """
    if len(weeks) == 1:
        bounds = Bounds(weeks[0])
        if not bounds.can_open():
            raise PlanError(say("no day may be open for as long as the shortest shift"))
        programs = [bounds.program]

        def ask(price: float) -> list[AtPrice]:
            return [bounds.at(price)]
    else:
        programs = [DayProgram(week) for week in weeks]

        def ask(price: float) -> list[AtPrice]:
            return _alike(weeks, programs, price)

    points = around_kinks(ask, SHIFT_PRICES * _hour_cost(weeks[0]))
    makers = [WholeShifts(program) for program in programs]
    days: dict[int, list[_Day]] = {int(pattern): [] for pattern in np.unique(weeks[0].pattern)}
    for at_price in points:
        found = [maker.days(point) for maker, point in zip(makers, at_price, strict=True)]
        for pattern, known in days.items():
            alike = np.flatnonzero(weeks[0].pattern == pattern)
            mine = [[day for day in one if day.weekday % 7 in alike] for one in found]
            if all(mine) and all(day.is_staffed for one in mine for day in one):
                duty = [week.duty * len(alike) for week in weeks]
                paid = [
                    sum(d.paid for d in one) * w.hour for one, w in zip(mine, weeks, strict=True)
                ]
                doors = weeks[0].first + np.array(mine[0][0].window)
                known.append(
                    _Day(
                        np.array(paid) + duty,
                        np.array([sum(day.profit for day in one) for one in mine]),
                        doors * weeks[0].case.period_minutes,
                    )
                )
    prices = np.array([at_price[0].price for at_price in points])
    most = np.array([sum(point.bound for point in at_price) for at_price in points])
    must_open = [bool(w.forced[w.pattern == p].any()) for p in days for w in weeks[:1]]
    return _sum_of_days(weeks, days, must_open, prices, most)


@dataclass(frozen=True, eq=False)
class _Day:
    """Weekdays of one pattern, open: paid hours and profit of each shop, (M,), and the doors."""

    hours: np.ndarray
    profit: np.ndarray
    doors: np.ndarray


def _alike(weeks: list[Week], programs: list[DayProgram], price: float) -> list[AtPrice]:
    """Split shifts in the common windows of several shops at a price, for each shop."""
    worth = [_Worth(week, np.array([price])) for week in weeks]
    windows = _common_windows(weeks, [one.of_windows for one in worth])
    points = []
    for week, program, one in zip(weeks, programs, worth, strict=True):
        days = {
            row: program.solve(row, tuple(week.doors[windows[0, row % 7]].tolist()), price)
            for row in range(len(week.labour))
            if windows[0, row % 7, 0] >= 0
        }
        hours, most = (float(of_price[0]) for of_price in one.weeks(windows))
        points.append(AtPrice(price, most, hours, days))
    return points


def around_kinks(
    ask: Callable[[float], list[AtPrice]], prices: np.ndarray, further: int = FURTHER
) -> list[list[AtPrice]]:
    """Weeks at the prices given and at further ones between them, where those tell least.

    What a shop can earn at a price is convex in the price: it lies below the chord between two
    prices and above both tangents, whose slopes are the hours used. The next price is always the
    one at which tangents meet farthest below their chord (the sandwich algorithm: G. Rote, "The
    convergence rate of the sandwich algorithm for approximating convex functions", Computing 48,
    1992).
    """
    points = [ask(price) for price in prices.tolist()]
    for _ in range(further):
        price, bound, hours = (
            np.array([sum(getattr(one, name) for one in point) for point in points])
            for name in ("price", "bound", "hours")
        )
        price /= len(points[0])
        apart = np.diff(price)
        # The tangents meet this far after the lower price.
        after = -np.diff(bound) - hours[1:] * apart
        after /= np.maximum(-np.diff(hours), 1e-9)
        after = np.clip(after, 0.02 * apart, 0.98 * apart)
        chord = bound[:-1] + np.diff(bound) * after / apart
        missing = chord - (bound[:-1] - hours[:-1] * after)
        k = int(missing.argmax())
        if missing[k] <= CLOSE * abs(bound[k]):
            break
        points.insert(k + 1, ask(float(price[k] + after[k])))
    return points


def _sum_of_days(
    weeks: list[Week],
    days: dict[int, list[_Day]],
    must_open: list[bool],
    prices: np.ndarray,
    most: np.ndarray,
) -> Frontier:
    """The week's frontier: steps on the frontiers of its days, the one that pays best first."""
    closed = _Day(np.zeros(len(weeks)), np.zeros(len(weeks)), np.array([-1, -1]))
    steps: list[tuple[float, int, _Day]] = []
    now: dict[int, _Day] = {}
    for must, (pattern, known) in zip(must_open, days.items(), strict=True):
        if not known and must:
            raise PlanError(say("no shifts give the staff that an obligatory day needs"))
        kinds = known if must else [closed, *known]
        x, y = (np.array([getattr(day, name).sum() for day in kinds]) for name in _SUMS)
        corners = _corners(x, y)
        now[pattern] = kinds[corners[0]]
        for a, b in pairwise(corners):
            steps.append(((y[b] - y[a]) / (x[b] - x[a]), pattern, kinds[b]))
    if not any(known for known in days.values()):
        raise PlanError(say("no shifts give the staff that any open day needs"))
    steps.sort(key=lambda step: -step[0])
    if not steps and all(day is closed for day in now.values()):  # none pays, yet one must open
        dearest = [(day.profit.sum(), pattern, day) for pattern, of in days.items() for day in of]
        steps = [max(dearest, key=lambda step: float(step[0]))]
    found = []
    for step in [None, *steps]:
        if step is not None:
            now[step[1]] = step[2]
        if any(day is not closed for day in now.values()):
            kept = np.array([week.kept for week in weeks])
            found.append(
                (
                    sum(day.hours for day in now.values()),
                    kept + sum(day.profit for day in now.values()),
                    [now[int(pattern)].doors for pattern in weeks[0].pattern],
                )
            )
    hours, profit, doors = (np.array(values) for values in zip(*found, strict=True))
    return hull(hours, profit, doors, prices, most)


def hull(
    hours: np.ndarray, profit: np.ndarray, doors: np.ndarray, prices: np.ndarray, most: np.ndarray
) -> Frontier:
    """The weeks on the upper concave hull of the sums over the shops, (K, M) each."""
    corners = _corners(hours.sum(axis=1), profit.sum(axis=1))
    return Frontier(hours[corners], profit[corners], doors[corners], prices, most)


def _corners(x: np.ndarray, y: np.ndarray) -> list[int]:
    """Points on the upper concave hull, from the smallest x to the greatest y, both rising."""
    order = np.lexsort((-y, x))
    chosen: list[int] = []
    for k in order[: int(y[order].argmax()) + 1].tolist():
        if chosen and (x[k] <= x[chosen[-1]] + 1e-9 or y[k] <= y[chosen[0]]):
            continue
        while len(chosen) > 1:
            a, b = chosen[-2:]
            if (y[b] - y[a]) * (x[k] - x[a]) > (y[k] - y[a]) * (x[b] - x[a]):
                break
            chosen.pop()
        chosen.append(k)
    return chosen
