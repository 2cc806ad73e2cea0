"""Hide hours in which the shop was open, estimate them like closed ones, compare with the till.

Two tests, each with one new estimate from what is left, so that the estimate stands where it stands
for the hours that really are closed: every date lacks the same hours, and only street, web shop and
other opening hours speak for them.

- Last hours: the last open hours of all ordinary days are hidden.
- Longer evenings: on days with longer hours than usual everything outside the usual hours is
  hidden: what would have been said, had the shop never tried them?
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from optimizer.case import Case
from optimizer.casefile import for_store
from optimizer.data.observations import Observations
from optimizer.demand.demand import Demand
from optimizer.demand.estimate import OCCASION_DRIFT, estimate_demands
from optimizer.errors import DataError
from optimizer.opening import OpeningHours
from optimizer.timegrid import WEEKDAYS, clock, parse_clock

LAST_HOURS, LONGER_EVENINGS = "last hours", "longer evenings"
HIDDEN_MINUTES = 120  # of each day's end, but never more than a third of the day
NIGHT_ENDS = 5 * 60  # open hours before this belong to the evening before
LEAST_DATES, LEAST_SALES = 4, 50  # that a unit's visible hours must hold
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
    truth
        Customers that the till counted in the hidden hours.
    draws
        Customers predicted, shape (D,).
    rhythm_sd
        Log standard deviation of the first of the three doubts alone.
    naive
        Customers by simple rules: "last hour" repeats the last visible hour of these dates, "day
        mean" their mean visible hour.
    """

    test: str
    weekday: int | None
    first: date
    last: date
    truth: float
    draws: np.ndarray
    rhythm_sd: float
    naive: dict[str, float]

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
    """What came of hiding known hours; `hidden_after` is the clock at which hiding began."""

    store: str
    hidden_after: str
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
                rule: wape(np.array([unit.naive[rule] for unit in units]))
                for rule in units[0].naive
            },
        )

    @property
    def tests(self) -> list[str]:
        """The tests that could be made, in order."""
        return list(dict.fromkeys(unit.test for unit in self.units))

    @cached_property
    def independent_units(self) -> float:
        """How many independent units the units are worth: they share one estimate of the evening.

        U^2 over the sum of their squared correlations, by which the mean of U squared errors is
        as uncertain as that of so many independent ones.
        """
        logs = np.log(np.array([unit.draws for unit in self.units]) + 0.5)
        number, draws = logs.shape
        if number == 1:
            return 1.0
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
    chance = max(float(np.log(unit.draws + 0.5).var()) - unit.rhythm_sd**2, 0.0)
    excess = (unit.log_error / Z90) ** 2 - chance
    return float(np.sqrt(max(excess, 0.0)) / max(unit.rhythm_sd, 1e-6))


def calibrated(demand: Demand, stretch: float) -> Demand:
    """Demand whose draws of closed hours are `stretch` times as wide about their median, in logs.

    Open hours are left alone. A sentence in `warnings` says so.
    """
    if stretch <= 1.0:
        return demand
    closed = demand.open_share < 0.5
    middle = np.maximum(demand.rate, 1e-12)
    wider = middle * (np.maximum(demand.draws, 1e-12) / middle) ** stretch
    said = (
        f"Hours hidden on purpose showed the intervals to be too narrow: those of closed hours are "
        f"drawn {stretch:.2f} times as wide."
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
    cut = _cuts(shop, hide_after)
    hidden = _last_hours(shop, cut)
    if hide_after is not None and not hidden.any():
        raise DataError(
            f"no open hours after {hide_after} can be hidden",
            where="backtest",
            cure="Choose a time at least an hour after opening and before closing.",
        )
    units: list[Unit] = []
    for test, mask in ((LAST_HOURS, hidden), (LONGER_EVENINGS, _longer_evenings(shop))):
        if mask.any():
            units += _tested(case, shop, test, mask, cut)
    if len(units) < FEWEST_UNITS:
        raise DataError(
            "not enough data to hide some of them and look what the estimate makes of it",
            where=shop.store or "backtest",
            cure="Come back with a few more weeks of sales.",
        )
    return Backtest(shop.store, _cut_text(cut), tuple(units))


def _cuts(shop: Observations, hide_after: str | None) -> np.ndarray:
    """Minute of each weekday from which its hours are hidden, 1440 = nothing, int (7,)."""
    length = shop.grid.period_minutes
    open_ = shop.hours.week_share(shop.grid).reshape(7, -1) > 0
    begin = np.arange(open_.shape[1]) * length
    open_[_nights(open_, begin)] = False
    minutes = open_.sum(1) * length
    closing = ((begin + length) * open_).max(1)
    if hide_after is not None:
        cut = np.where(minutes, -(-parse_clock(hide_after) // length) * length, 1440)
    else:
        cut = closing - np.minimum(HIDDEN_MINUTES, minutes / 3).astype(int) // length * length
    visible = (open_ & (begin < cut[:, None])).sum(1) * length
    return np.where((visible >= 60) & (cut < closing), cut, 1440)


def _nights(open_: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Open periods that run in from the evening before, same shape."""
    return np.logical_and.accumulate(open_, axis=1) & (begin < NIGHT_ENDS)


def _ordinary(shop: Observations) -> np.ndarray:
    """Days on which the current hours held; all days where they never did, bool (days,)."""
    usual = shop.regime == -1
    return usual if usual.any() else np.ones(shop.days, dtype=bool)


def _last_hours(shop: Observations, cut: np.ndarray) -> np.ndarray:
    """The end of every ordinary day, with the night that belongs to it, bool (days, P)."""
    open_ = shop.open_share > 0
    begin = np.arange(open_.shape[1]) * shop.grid.period_minutes
    late = (begin >= cut[shop.weekday][:, None]) | _nights(open_, begin)
    return open_ & late & _ordinary(shop)[:, None] & (cut.min() < 1440)


def _longer_evenings(shop: Observations) -> np.ndarray:
    """Hours beyond the usual on days of other opening hours, bool (days, P)."""
    usual = (shop.hours.week_share(shop.grid).reshape(7, -1) > 0)[shop.weekday]
    special = ~_ordinary(shop) & usual.any(1)
    return (shop.open_share > 0) & ~usual & special[:, None]


def _cut_text(cut: np.ndarray) -> str:
    """ "15:00", or "15:00 (Sat 13:00)" where weekdays differ; "" where no usual hour was hidden."""
    days = np.flatnonzero(cut < 1440)
    if not len(days):
        return ""
    usual = int(np.bincount(cut[days]).argmax())
    others = [f"{WEEKDAYS[day]} {clock(int(cut[day]))}" for day in days if cut[day] != usual]
    return clock(usual) + (f" ({', '.join(others)})" if others else "")


def _tested(
    case: Case, shop: Observations, test: str, hidden: np.ndarray, cut: np.ndarray
) -> list[Unit]:
    """Estimate without the hidden hours and compare, unit by unit."""
    hours = shop.hours
    if test == LAST_HOURS:
        week = hours.week_share(shop.grid).reshape(7, -1) > 0
        begin = np.arange(week.shape[1]) * shop.grid.period_minutes
        week &= (begin < cut[:, None]) & ~_nights(week, begin)
        hours = OpeningHours.from_week(week.ravel(), shop.grid)
    demand = estimate_demands(case, [_without(shop, hidden, hours)])[shop.store]
    rates = demand.draws.reshape(-1, 7, hidden.shape[1])

    counted = np.isfinite(shop.transactions)
    exposure = np.where(counted, shop.real_hours * shop.open_share, 0.0)
    sales = np.where(counted & (exposure > 0), shop.transactions, 0.0)
    behind, seen = exposure * hidden, exposure * ~hidden
    usable = np.flatnonzero((behind.sum(1) > 0) & (seen.sum(1) > 0))
    groups = _groups(shop, test, usable, (sales * ~hidden).sum(1))
    dispersion = _dispersion(shop, sales * ~hidden, seen, groups)
    ends = np.where(seen > 0, np.arange(seen.shape[1]), -1).max(1, keepdims=True)
    per_hour = 60 // shop.grid.period_minutes
    last_hour = seen * (np.arange(seen.shape[1]) > ends - per_hour)

    random = [entry.random for entry in for_store(case, shop.store).hours.history]
    rng = np.random.default_rng(0)
    occasion = rng.standard_normal((len(random) + 1, len(rates)))
    units = []
    for days in groups:
        ratio = _per_draw(rates, behind, shop, days) / _per_draw(rates, seen, shop, days)
        regime = int(shop.regime[days[0]])
        if test == LONGER_EVENINGS and not (regime < len(random) and random[regime]):
            # Chosen dates have evenings of their own kind; a walk's mean over h hours varies h/3.
            length = behind[days].sum(1).mean()
            ratio *= np.exp(OCCASION_DRIFT * np.sqrt(length / 3) * occasion[regime])
        rung = float((sales * ~hidden)[days].sum())
        level = rng.gamma(max(rung, 0.5) / dispersion, dispersion, len(rates))
        mean = np.maximum(level * ratio, 1e-9)
        alike = len(set(shop.weekday[days].tolist())) == 1
        units.append(
            Unit(
                test=test,
                weekday=int(shop.weekday[days[0]]) if alike else None,
                first=shop.dates[days[0]],
                last=shop.dates[days[-1]],
                truth=float((sales * hidden)[days].sum()),
                draws=rng.gamma(mean / dispersion, dispersion),
                rhythm_sd=float(np.log(ratio).std()),
                naive={
                    rule: float(
                        (sales * (part > 0))[days].sum() / part[days].sum() * behind[days].sum()
                    )
                    for rule, part in (("last hour", last_hour), ("day mean", seen))
                },
            )
        )
    return units


def _without(shop: Observations, hidden: np.ndarray, hours: OpeningHours) -> Observations:
    """The shop as if it had been closed in the hidden hours."""

    def blank(values: np.ndarray | None) -> np.ndarray | None:
        return None if values is None else np.where(hidden, np.nan, values)

    door = shop.footfall_where == "door"  # a door that is locked counts nobody
    return replace(
        shop,
        transactions=np.where(hidden, np.nan, shop.transactions),
        revenue=blank(shop.revenue),
        footfall=blank(shop.footfall) if door else shop.footfall,
        open_share=np.where(hidden, 0.0, shop.open_share),
        hours=hours,
    )


def _per_draw(
    rates: np.ndarray, hours: np.ndarray, shop: Observations, days: np.ndarray
) -> np.ndarray:
    """Customers expected in some hours of some days by the typical week, shape (D,)."""
    total = np.zeros(rates.shape[1:])
    np.add.at(total, shop.weekday[days], hours[days])
    return np.maximum(np.einsum("dwp,wp->d", rates, total), 1e-9)


def _groups(shop: Observations, test: str, days: np.ndarray, rung: np.ndarray) -> list[np.ndarray]:
    """Days that make a unit: dates in a row of one weekday, of all where those are too thin.

    Only visible sales decide where a unit ends: hidden ones would choose their own truth.
    """
    if test == LONGER_EVENINGS:
        kinds = [days[shop.regime[days] == regime] for regime in np.unique(shop.regime[days])]
        return [group for kind in kinds for group in _in_a_row(kind, rung, 1)]
    kinds = [days[shop.weekday[days] == weekday] for weekday in range(7)]
    groups = [group for kind in kinds for group in _in_a_row(kind, rung, LEAST_DATES)]
    return groups if len(groups) >= ENOUGH_UNITS else _in_a_row(days, rung, LEAST_DATES)


def _in_a_row(days: np.ndarray, rung: np.ndarray, dates: int) -> list[np.ndarray]:
    groups, current = [], []
    for day in days.tolist():
        current.append(day)
        if len(current) >= dates and rung[current].sum() >= LEAST_SALES:
            groups.append(np.array(current))
            current = []
    if current and groups:
        groups[-1] = np.r_[groups[-1], current]
    return groups


def _dispersion(
    shop: Observations, sales: np.ndarray, hours: np.ndarray, groups: list[np.ndarray]
) -> float:
    """How much the later half of the visible hours varies against the earlier, 1 = pure chance.

    Pearson's chi-square per degree of freedom of late sales given all visible ones and the
    weekday's usual share; over dates and over units, the larger of the two.
    """
    late = hours.cumsum(1) > hours.sum(1, keepdims=True) / 2
    total, after = sales.sum(1), (sales * late).sum(1)
    usual = _ordinary(shop)
    share = np.full(7, np.nan)
    for weekday in range(7):
        mine = usual & (shop.weekday == weekday)
        if total[mine].sum() > 0:
            share[weekday] = after[mine].sum() / total[mine].sum()
    expected = total * share[shop.weekday]
    variance = expected * (1 - share[shop.weekday])
    known = usual & np.nan_to_num(variance > 0)
    found = 1.0
    for parts in ([np.array([day]) for day in np.flatnonzero(known)], groups):
        parts = [part for part in parts if known[part].all()]
        freedom = len(parts) - int(np.isfinite(share).sum())
        if freedom >= ENOUGH_UNITS:
            square = sum(
                (after[part].sum() - expected[part].sum()) ** 2 / variance[part].sum()
                for part in parts
            )
            found = max(found, float(square / freedom))
    return found
