"""Hide hours in which the shop was open, estimate them like closed ones, compare with the till.

Two tests, each with one new estimate from what is left. As with hours that really are closed, every
date lacks the same ones, and only street, web shop and other opening hours speak for them.

- Last hours: the last open hours of all ordinary days are hidden.
- Longer evenings: on days with other opening hours everything outside the usual hours is hidden:
  what would have been said, had the shop never tried them?

The last half hour before closing is hidden too but not compared: customers hurry or stay away then,
which tells nothing of a door that stays open. Nor are holidays and their eves.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from optimizer.case import Case
from optimizer.casefile import for_store
from optimizer.data.observations import Observations
from optimizer.demand.demand import Demand
from optimizer.demand.estimate import OCCASION_DRIFT, fit_demands
from optimizer.demand.ready import before_closing
from optimizer.errors import DataError
from optimizer.language import Number, say
from optimizer.opening import OpeningHours
from optimizer.timegrid import MINUTES_PER_DAY, parse_clock

LAST_HOURS, LONGER_EVENINGS = say("last hours"), say("longer evenings")
HIDDEN_MINUTES = 120  # of each day's end, but never more than a third of the day
NIGHT_ENDS = 5 * 60  # open hours from midnight to this belong to the evening before
NEVER = 2 * MINUTES_PER_DAY
# What must stay in sight: minutes of a day, and dates and sales of a unit.
LEAST_MINUTES, LEAST_DATES, LEAST_SALES = 60, 4, 50
ENOUGH_UNITS = 9  # fewer cannot tell whether a 90 % interval holds 90 %
FEWEST_UNITS = 3
Z90 = 1.645


@dataclass(frozen=True, eq=False)
class Unit:
    """The hidden hours of a few dates: what the till rang in them, and what was estimated.

    The estimate is predictive: it answers "what will the till ring on these dates", not "what is
    the mean of many such dates". Three doubts go into it: the estimated rhythm of the day, which is
    all that `Demand` carries; how busy these very dates were, told by their visible hours; and the
    chance of counting, with the over-dispersion that late and early visible hours show against each
    other. Without the last two an honest estimate would seem too sure of itself.

    Parameters
    ----------
    weekday
        0 = Monday; None where dates of several weekdays had to be added up.
    truth, draws
        Customers counted by the till, and predicted, shape (D,).
    rhythm_sd
        Log standard deviation of the first of the three doubts alone.
    last_hour, day_mean
        Customers by simple rules: every hidden hour like the last visible hour of these dates, or
        like their mean visible hour.
    """

    test: str
    weekday: int | None
    first: date
    last: date
    truth: float
    draws: np.ndarray
    rhythm_sd: float
    last_hour: float
    day_mean: float

    @property
    def log_error(self) -> float:
        """Log of estimated over true customers: +0.1 is about 10 % too many."""
        return float(np.log(np.median(self.draws) + 0.5) - np.log(self.truth + 0.5))

    def interval(self, share: float) -> tuple[float, float]:
        """The middle `share` of the draws."""
        low, high = np.quantile(self.draws, [(1 - share) / 2, (1 + share) / 2])
        return float(low), float(high)


@dataclass(frozen=True)
class Scores:
    """How good the estimates of some units were.

    Parameters
    ----------
    wape
        Absolute errors of the units as a share of all their customers.
    bias_log
        Log of all customers estimated over all customers counted.
    cover50, cover80, cover90
        Share of units whose 50, 80 and 90 % interval held the truth.
    naive_wape
        WAPE of the simple rules, by name.
    """

    units: int
    wape: float
    bias_log: float
    cover50: float
    cover80: float
    cover90: float
    naive_wape: dict[str, float]


@dataclass(frozen=True, eq=False)
class Backtest:
    """What came of hiding known hours: of each weekday from minute `hidden_from` on, or NEVER."""

    store: str
    hidden_from: np.ndarray
    units: tuple[Unit, ...]

    def scores(self, test: str | None = None) -> Scores:
        """Scores over all units, or over those of one test."""
        units = [unit for unit in self.units if test in (None, unit.test)]
        truth = np.array([unit.truth for unit in units])
        middle = np.array([np.median(unit.draws) for unit in units])

        def wape(estimate: np.ndarray) -> float:
            return float(np.abs(estimate - truth).sum() / truth.sum())

        def cover(share: float) -> float:
            ends = np.array([unit.interval(share) for unit in units])
            return float(((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean())

        return Scores(
            units=len(units),
            wape=wape(middle),
            bias_log=float(np.log(middle.sum() / truth.sum())),
            cover50=cover(0.5),
            cover80=cover(0.8),
            cover90=cover(0.9),
            naive_wape={
                "last hour": wape(np.array([unit.last_hour for unit in units])),
                "day mean": wape(np.array([unit.day_mean for unit in units])),
            },
        )

    @cached_property
    def independent_units(self) -> float:
        """How many independent units the units are worth: they share one estimate of the evening.

        U^2 over the sum of their squared correlations, by which the mean of U squared errors is
        as uncertain as that of so many independent ones.
        """
        logs = np.log(np.array([unit.draws for unit in self.units]) + 0.5)
        number, draws = logs.shape
        squared = (np.corrcoef(logs) ** 2).sum() - number * (number - 1) / draws  # less chance
        return float(number**2 / max(squared, number))

    @cached_property
    def stretch(self) -> float:
        """Factor by which to widen the intervals of closed hours, in log units; at least 1.

        For each unit, the factor on the doubt about the rhythm at which its 90 % interval would
        just have held the truth; of these factors the smallest that does for the share
        ceil((n + 1) 0.9) / n of units, as in nested conformal prediction (Gupta, Kuchibhotla &
        Ramdas 2022). Nine independent units that fit are added in thought: few units hardly move
        it, and fewer than nine units cannot tell and give 1.
        """
        number = len(self.units)
        if number < ENOUGH_UNITS:
            return 1.0
        needed = np.sort([_needed_stretch(unit) for unit in self.units])
        found = needed[min(int(np.ceil((number + 1) * 0.9)), number) - 1]
        trust = self.independent_units / (self.independent_units + ENOUGH_UNITS)
        return float(max(found, 1.0) ** trust)


def _needed_stretch(unit: Unit) -> float:
    """Factor on the unit's doubt about the rhythm at which its 90 % interval just holds."""
    chance = max(float(np.log(unit.draws + 0.5).var()) - unit.rhythm_sd**2, 0.0)
    excess = max((unit.log_error / Z90) ** 2 - chance, 0.0)
    # Chance hides a doubt much smaller than itself: dividing by that would blow up mere noise.
    return float(np.sqrt(excess) / max(unit.rhythm_sd, np.sqrt(chance) / 2, 1e-9))


def calibrated(demand: Demand, stretch: float) -> Demand:
    """Demand whose draws of closed hours are `stretch` times as wide about their median, in logs.

    Open hours are left alone. A sentence in `warnings` says so.
    """
    if stretch <= 1.0:
        return demand
    closed = demand.open_share < 0.5
    middle = np.maximum(demand.rate, 1e-12)
    wider = middle * (np.maximum(demand.draws, 1e-12) / middle) ** stretch
    said = say(
        "Hours hidden on purpose showed the intervals to be too narrow: those of "
        "closed hours are drawn {stretch} times as wide.",
        stretch=Number(stretch, 2),
    )
    return replace(
        demand,
        draws=np.where(closed, wider, demand.draws),
        warnings=(*demand.warnings, said),
    )


def backtest(case: Case, shop: Observations, hide_after: str | None = None) -> Backtest:
    """Hide open hours of the shop's own past, estimate them from the rest, and compare.

    Parameters
    ----------
    hide_after
        Clock text from which on ordinary days are hidden; without it their last two hours, or the
        last third of a short day.

    Raises
    ------
    DataError
        Nothing is open after `hide_after`, or the data are too few to tell anything.
    CaseError
        `hide_after` is not a time of day.
    """
    week = shop.hours.week_share(shop.grid).reshape(7, -1) > 0  # the door sign
    cut = _cuts(shop, week, hide_after)
    if hide_after is not None and (cut == NEVER).all():
        raise DataError(
            say("no open hours after {hide_after} can be hidden", hide_after=hide_after),
            where="backtest",
            cure=say("Choose a time at least an hour after opening and before closing."),
        )
    open_, usual = shop.open_share > 0, _usual(shop)[:, None]
    early = week & (_clock(shop, week) < cut[:, None])
    last = open_ & (_clock(shop, open_) >= cut[shop.weekday, None]) & usual
    longer = open_ & ~week[shop.weekday] & ~usual
    units: list[Unit] = []
    if last.any():
        shorter = OpeningHours.from_week(early.ravel(), shop.grid)
        units += _tested(case, shop, LAST_HOURS, last, shorter)
    if longer.any():
        units += _tested(case, shop, LONGER_EVENINGS, longer, shop.hours)
    if len(units) < FEWEST_UNITS or not any(unit.truth for unit in units):
        raise DataError(
            say("not enough data to hide some of them and look what the estimate makes of it"),
            where=shop.store or "backtest",
            cure=say("Come back with a few more weeks of sales."),
        )
    return Backtest(shop.store, cut, tuple(units))


def _usual(shop: Observations) -> np.ndarray:
    """Days on which the current hours held; all days where they never did, bool (days,)."""
    return (shop.regime == -1) | (shop.regime != -1).all()


def _clock(shop: Observations, open_: np.ndarray) -> np.ndarray:
    """Minute at which each period begins; open ones that run in from the evening are past 24:00."""
    begin = np.arange(open_.shape[1]) * shop.grid.period_minutes
    night = np.logical_and.accumulate(open_, axis=1) & (begin < NIGHT_ENDS)
    return begin + MINUTES_PER_DAY * night


def _cuts(shop: Observations, week: np.ndarray, hide_after: str | None) -> np.ndarray:
    """Minute of each weekday from which its hours are hidden, or NEVER, int (7,)."""
    length, begin = shop.grid.period_minutes, _clock(shop, week)
    closing = ((begin + length) * week).max(1)
    if hide_after is None:
        third = week.sum(1) * length / 3
        cut = closing - np.minimum(HIDDEN_MINUTES, third).astype(int) // length * length
    else:
        cut = np.full(7, -(-parse_clock(hide_after) // length) * length)
    visible = (week & (begin < cut[:, None])).sum(1) * length
    return np.where((visible >= LEAST_MINUTES) & (cut < closing), cut, NEVER)


def _tested(
    case: Case, shop: Observations, test: str, hidden: np.ndarray, hours: OpeningHours
) -> list[Unit]:
    """Estimate the shop as if `hours` had held, and compare with its till, unit by unit."""
    demand = fit_demands(case, [_without(shop, hidden, hours)])[shop.store]
    rates = demand.draws.reshape(-1, 7, hidden.shape[1])
    open_hours = np.where(np.isfinite(shop.transactions), shop.real_hours * shop.open_share, 0.0)
    sales = np.where(open_hours > 0, shop.transactions, 0.0)
    behind, seen = open_hours * (hidden & ~before_closing(shop)), open_hours * ~hidden
    rung, after = (sales * (seen > 0)).sum(1), (sales * (behind > 0)).sum(1)
    plain = ~shop.holiday & ~np.r_[shop.holiday[1:], False]
    groups = _groups(shop, test, np.flatnonzero(plain & behind.any(1) & seen.any(1)), rung)
    dispersion = _dispersion(shop, sales, seen * plain[:, None], groups)
    place = np.arange(seen.shape[1])
    end = np.where(seen > 0, place, -1).max(1, keepdims=True)
    end_of_day = seen * (place > end - 60 // shop.grid.period_minutes)
    history = for_store(case, shop.store).hours.history
    drawn = {number for number, entry in enumerate(history) if entry.random}
    rng = np.random.default_rng(0)
    occasion = rng.standard_normal((int(shop.regime.max()) + 2, len(rates)))  # [-1]: ordinary days
    units = []
    for days in groups:
        typical = rates[:, shop.weekday[days]]
        ratio = _total(typical, behind[days]) / _total(typical, seen[days])
        regime = int(shop.regime[days[0]])
        if test == LONGER_EVENINGS and regime not in drawn:
            # Chosen dates have evenings of their own kind; a walk's mean over h hours varies h/3.
            drift = OCCASION_DRIFT * np.sqrt(behind[days].sum(1).mean() / 3)
            ratio *= np.exp(drift * occasion[regime])
        level = rng.gamma(max(rung[days].sum(), 0.5) / dispersion, dispersion, len(rates))
        weekdays = set(shop.weekday[days].tolist())
        units.append(
            Unit(
                test=test,
                weekday=weekdays.pop() if len(weekdays) == 1 else None,
                first=shop.dates[days[0]],
                last=shop.dates[days[-1]],
                truth=float(after[days].sum()),
                draws=rng.gamma(level * ratio / dispersion, dispersion),
                rhythm_sd=float(np.log(ratio).std()),
                last_hour=_like(end_of_day[days], sales[days], behind[days]),
                day_mean=_like(seen[days], sales[days], behind[days]),
            )
        )
    return units


def _without(shop: Observations, hidden: np.ndarray, hours: OpeningHours) -> Observations:
    """The shop as if it had been closed in the hidden hours; a locked door counts nobody."""
    door = shop.footfall if shop.footfall_where == "door" else None
    return replace(
        shop,
        transactions=np.where(hidden, np.nan, shop.transactions),
        revenue=None,  # the basket has no part in this
        footfall=shop.footfall if door is None else np.where(hidden, np.nan, door),
        open_share=np.where(hidden, 0.0, shop.open_share),
        hours=hours,
    )


def _like(hours: np.ndarray, sales: np.ndarray, behind: np.ndarray) -> float:
    """Customers in the hours `behind` the door if they were as busy as others."""
    return float(sales[hours > 0].sum() / hours.sum() * behind.sum())


def _total(rates: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Customers in some hours of n days in each draw, (D, n, P) and (n, P) to (D,)."""
    return np.einsum("dnp,np->d", rates, hours)


def _groups(shop: Observations, test: str, days: np.ndarray, rung: np.ndarray) -> list[np.ndarray]:
    """Days that make a unit: dates in a row of one weekday, of all where those are too thin.

    Only visible sales decide where a unit ends: hidden ones would choose their own truth.
    """
    longer = test == LONGER_EVENINGS
    kind, dates = (shop.regime, 1) if longer else (shop.weekday, LEAST_DATES)
    groups = [
        group
        for one in np.unique(kind[days])
        for group in _in_a_row(days[kind[days] == one], rung, dates)
    ]
    return groups if longer or len(groups) >= ENOUGH_UNITS else _in_a_row(days, rung, dates)


def _in_a_row(days: np.ndarray, rung: np.ndarray, dates: int) -> list[np.ndarray]:
    groups, current = [], []
    for day in days.tolist():
        current.append(day)
        if len(current) >= dates and rung[current].sum() >= LEAST_SALES:
            groups.append(np.array(current))
            current = []
    return groups


def _dispersion(
    shop: Observations, sales: np.ndarray, hours: np.ndarray, groups: list[np.ndarray]
) -> float:
    """How much the later half of the visible hours varies against the earlier; 1 is pure chance.

    Pearson's chi-square per degree of freedom of late sales given all visible ones and the
    weekday's usual share, on ordinary days; over dates and over units, the larger of the two.
    """
    late = hours.cumsum(1) > hours.sum(1, keepdims=True) / 2
    visible = sales * (hours > 0) * _usual(shop)[:, None]
    total, after = visible.sum(1), (visible * late).sum(1)
    share = np.zeros(7)
    for weekday in np.unique(shop.weekday[total > 0]).tolist():
        mine = shop.weekday == weekday
        share[weekday] = after[mine].sum() / total[mine].sum()
    expected = total * share[shop.weekday]
    variance = expected * (1 - share[shop.weekday])
    found = 1.0
    for parts in ([np.array([day]) for day in range(shop.days)], groups):
        parts = [part for part in parts if variance[part].all()]
        freedom = len(parts) - np.count_nonzero(share)
        if freedom >= ENOUGH_UNITS:
            squares = [(after[p] - expected[p]).sum() ** 2 / variance[p].sum() for p in parts]
            found = max(found, float(np.sum(squares) / freedom))
    return found
