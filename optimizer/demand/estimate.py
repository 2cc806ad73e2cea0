"""Observations to Demand: the whole estimate, in the order in which a statistician would tell it.

1. The usual open hours give each weekday its level, and each date a day factor (season, weather,
   events), shrunken towards 1 by how much dates really differ.
2. Street and web give the expected rhythm of the hours that were closed (`evidence`).
3. Own longer evenings and sister shops that stay open show the hours directly.
4. One model joins them and widens where nothing speaks (`latent`). Stores that are open late also
   tell how far street and web may be trusted, and how far evenings lie apart (`teachers`).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimizer.case import Case
from optimizer.data.observations import Observations
from optimizer.demand import evidence, teachers
from optimizer.demand.demand import Demand, Evidence, interval
from optimizer.demand.habituation import LONG_ENOUGH_DAYS, learnt
from optimizer.demand.latent import Counts, posterior_draws
from optimizer.demand.ready import (
    FIRST_ENTRY,
    HOLIDAY,
    Shop,
    before_closing,
    make_ready,
    open_days,
    profile,
)
from optimizer.language import About, Capital, Number, say

DRAWS = 400
MOST_ALONE = 20  # stores for which each kind of evidence is also asked on its own
DAY_LEVEL_SD = 0.30  # how far an ordinary weekday's level may leave what its rhythm says
OCCASION_SD, OCCASION_DRIFT = 0.30, 0.10  # longer hours on chosen dates: 0.20 log after 4 hours
TILT_SD = 0.60  # how much more or less of the town's rhythm a shop may follow
BASKET_HOUR_SD = 0.10  # log spread of the evening's basket against the day's


def fit_demands(case: Case, shops: Sequence[Observations], draws: int = DRAWS) -> dict[str, Demand]:
    """Potential customers per hour of a typical week, for each store of a chain, by store name.

    A typical week is the average week of the observed calendar span. Stores teach each other: those
    that stay open late tell the others how the evening goes on.

    Raises
    ------
    DataError
        A store has no sales in its open hours.
    """
    ready = [make_ready(shop) for shop in shops]
    found = [evidence.rhythms(shop) for shop in shops]
    reach = case.hours.candidate.week_share(case.grid) > 0
    rhythm = _rhythms(ready, found)
    taught: list[teachers.Evenings] = []
    if len(ready) > 1:
        common = teachers.common(rhythm, found)
        taught = teachers.evenings(ready, rhythm, common)
        rhythm = teachers.trusted(rhythm, common, taught)
    joint = _posterior(ready, found, rhythm, late=True, draws=draws)
    joint = teachers.as_far_apart(joint, ready, taught)
    demands = {}
    days = np.array([open_days(shop) for shop in shops])
    sisters = days.sum(0) - days
    for s, shop in enumerate(ready):
        demand = _demand(shop, joint[s], found[s], sisters[s], draws)
        alone = _each_alone if len(shops) <= MOST_ALONE else _weights_alone
        told = alone(shop, found[s], demand, reach)
        conflict = evidence.conflict(told)
        demands[shop.seen.store] = replace(
            demand, evidence=told, warnings=demand.warnings + conflict
        )
    return demands


def _rhythms(shops: list[Shop], found: list[dict[str, np.ndarray]]) -> np.ndarray:
    """Expected rhythm of each store's week, shape (S, 7, P)."""
    return np.array(
        [evidence.combined(one, shop.base) for shop, one in zip(shops, found, strict=True)]
    )


def _posterior(
    shops: list[Shop],
    found: list[dict[str, np.ndarray]],
    rhythm: np.ndarray,
    *,
    late: bool,
    draws: int,
) -> np.ndarray:
    """Draws of customers/hour over the typical week, shape (S, draws, 7, P)."""
    grid = shops[0].seen.grid
    kinds = FIRST_ENTRY
    if late:
        kinds = max(kinds, *(int(shop.day_kind.max()) + 1 for shop in shops))
    shape = (len(shops), kinds, grid.periods_per_day)
    counts, exposure = np.zeros(shape), np.zeros(shape)
    profiles = [profile(shop, mine) for shop, mine in zip(shops, rhythm, strict=True)]
    drawn = np.zeros(kinds, dtype=bool)
    for s, (shop, expect) in enumerate(zip(shops, profiles, strict=True)):
        seen = shop.seen
        told = np.isfinite(seen.transactions) & ~before_closing(seen)
        sales = np.where(told, seen.transactions, 0.0)
        hours = np.where(told, seen.real_hours * seen.open_share, 0.0)
        expected = hours * shop.day_factor[:, None] * expect[seen.weekday]
        for kind in range(kinds):
            mine = shop.day_kind == kind
            if kind >= FIRST_ENTRY and mine.any() and not shop.drawn[kind - FIRST_ENTRY]:
                expected[mine] *= _known(shop, sales[mine], expected[mine], np.flatnonzero(mine))
            counts[s, kind], exposure[s, kind] = sales[mine].sum(0), expected[mine].sum(0)
            if kind >= FIRST_ENTRY and mine.any():
                exposure[s, kind] *= _own_rhythm(shop, kind - FIRST_ENTRY, found[s], mine)
        drawn[FIRST_ENTRY : FIRST_ENTRY + len(shop.drawn)] |= shop.drawn[: kinds - FIRST_ENTRY]
    occasion = (np.arange(kinds) >= HOLIDAY) & ~drawn
    taught = (np.arange(kinds) < HOLIDAY) | (exposure.sum((0, 2)) > 0)
    counts, exposure, occasion = counts[:, taught], exposure[:, taught], occasion[taught]
    data = Counts(
        counts=counts,
        exposure=exposure,
        dispersion=np.array([shop.dispersion for shop in shops]),
        period_hours=grid.period_hours,
        level_sd=np.where(occasion, OCCASION_SD, DAY_LEVEL_SD),
        extra_drift=OCCASION_DRIFT * occasion,
        tilt=_tilt(grid.periods_per_day, np.any([shop.base for shop in shops], axis=(0, 1))),
    )
    sources = list(set().union(*found))
    curves = posterior_draws(data, evidence.drifts(sources, len(shops)), draws)[:, :, :7]
    return np.exp(np.moveaxis(curves, 1, 0)) * np.array(profiles)[:, None]


def _tilt(periods_per_day: int, base: np.ndarray) -> np.ndarray:
    """The town street's log rhythm against its level in the base hours, shape (P,).

    A shop whose open hours are flatter than the town's day has a flatter evening, too: letting the
    data choose how much of the town's shape a shop follows made hidden evenings of street counters
    a quarter more exact (benchmarks/hidden_evenings.py).
    """
    town = np.log(evidence.town_street(periods_per_day)[0])
    return TILT_SD * (town - town[base].mean())


def _known(shop: Shop, sales: np.ndarray, expected: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Share of the customers who had learnt of a change's added hours by then, (n, P)."""
    share = np.ones(sales.shape)
    if not len(days) or days[-1] - days[0] < LONG_ENOUGH_DAYS:
        return share
    added = ~shop.base[shop.seen.weekday[days]]
    weeks = (days - days[0]) / 7
    sold, hoped = ((counts * added).sum(1) for counts in (sales, expected))
    known = learnt(sold, hoped, weeks, shop.dispersion)
    return np.where(added, known[:, None], share)


def _own_rhythm(
    shop: Shop, entry: int, found: dict[str, np.ndarray], days: np.ndarray
) -> np.ndarray:
    """How the street's rhythm of special dates differs from the usual one, (P,), 1 over the day."""
    street = evidence.regime_rhythm(shop.seen, entry)
    if street is None or "street" not in found:
        return np.ones(shop.base.shape[1])
    weekdays = np.unique(shop.seen.weekday[days])
    usual = found["street"][weekdays].mean(0)
    base = shop.base[weekdays].any(0)
    ratio = (street / street[base].mean()) / (usual / usual[base].mean())
    return ratio ** evidence.weights(found)["street"]


def _demand(
    shop: Shop, rates: np.ndarray, found: dict[str, np.ndarray], sisters: np.ndarray, draws: int
) -> Demand:
    seen = shop.seen
    special = seen.regime >= 0
    drawn = np.isin(seen.regime, np.flatnonzero(shop.drawn))
    own_days = open_days(seen, ~special if (~special).any() else None)
    late_day = open_days(seen, special).reshape(7, -1).sum(0)  # any weekday teaches the others
    drawn_day = open_days(seen, drawn).reshape(7, -1).sum(0)
    return Demand(
        store=seen.store,
        grid=seen.grid,
        draws=rates.reshape(draws, -1),
        basket_draws=_basket(shop, draws),
        open_share=seen.hours.week_share(seen.grid),
        observed_days=own_days,
        grade=evidence.grades(
            own_days, np.tile(late_day, 7), np.tile(drawn_day, 7), sisters, found
        ),
        evidence=(),
        has_web_shop=seen.web_orders is not None and bool(np.nansum(seen.web_orders)),
        warnings=seen.warnings,
    )


def _basket(shop: Shop, draws: int) -> np.ndarray | None:
    """Average net sale in the closed hours, per draw, shape (D,); None where no amounts are known.

    The day's basket, times how the evening's differs: unknown by `BASKET_HOUR_SD` until own longer
    days have shown it (two normals on the log scale, weighted by their precision).
    """
    seen = shop.seen
    if seen.basket_mean is None or seen.revenue is None:
        return None
    spread = (seen.basket_sd or 0.0) / seen.basket_mean
    days = shop.day_kind >= FIRST_ENTRY
    by_day = days[:, None] & shop.base[seen.weekday]
    later = days[:, None] & ~shop.base[seen.weekday] & np.isfinite(seen.transactions)
    sold, sold_later = (np.nansum(seen.transactions[where]) for where in (by_day, later))
    shift, doubt = 0.0, BASKET_HOUR_SD
    if min(sold, sold_later) >= 20 and spread > 0:
        baskets = [np.nansum(seen.revenue[where]) for where in (later, by_day)]
        seen_shift = np.log(max(baskets[0], 1e-9) / sold_later) - np.log(
            max(baskets[1], 1e-9) / sold
        )
        noise = spread**2 * (1 / sold + 1 / sold_later)
        weight = doubt**2 / (doubt**2 + noise)
        shift, doubt = weight * float(seen_shift), doubt * np.sqrt(1 - weight)
    doubt = float(np.hypot(doubt, spread / np.sqrt(max(np.nansum(seen.transactions), 1))))
    rng = np.random.default_rng(1)
    return seen.basket_mean * np.exp(shift + doubt * rng.standard_normal(draws) - doubt**2 / 2)


def _weights_alone(
    shop: Shop, found: dict[str, np.ndarray], demand: Demand, reach: np.ndarray
) -> tuple[Evidence, ...]:
    """The kinds of evidence and their weights, where a chain is too long to ask each one alone."""
    trust = evidence.weights(found) or {"till": 1.0}
    labels = {**evidence.LABELS, "till": say("own till")}
    return tuple(
        Evidence(
            labels[kind],
            weight,
            say("{kind}: one of a large chain's.", kind=Capital(labels[kind])),
        )
        for kind, weight in trust.items()
    )


def _alone(shop: Shop, found: dict[str, np.ndarray], *, late: bool) -> np.ndarray:
    """Draws of a store without its sisters and with these guides only, (200, 7, P)."""
    return _posterior([shop], [found], _rhythms([shop], [found]), late=late, draws=200)[0]


def _each_alone(
    shop: Shop, found: dict[str, np.ndarray], demand: Demand, reach: np.ndarray
) -> tuple[Evidence, ...]:
    """What each kind of evidence says on its own of the closed hours, and its weight in all."""
    opens = demand.open_share.reshape(7, -1).any(1)
    closed = reach & (demand.open_share < 0.5) & np.repeat(opens, demand.grid.periods_per_day)
    if not closed.any():
        return (
            Evidence(
                say("own till"), 1.0, say("The shop is open in all hours that may be opened.")
            ),
        )

    def customers(rates: np.ndarray) -> np.ndarray:
        per_period = rates.reshape(len(rates), -1) * demand.grid.period_hours
        return per_period[:, closed].sum(1)

    def told(kind: str, weight: float, who: str, rates: np.ndarray) -> Evidence:
        alone = interval(customers(rates))
        says = say(
            "{who} alone would say {likely} customers a week in the hours now closed ({low} to "
            "{high}).",
            who=who,
            likely=About(alone["p50"]),
            low=About(alone["p05"]),
            high=About(alone["p95"]),
        )
        return Evidence(kind, weight, says, alone)

    kinds: list[Evidence] = []
    late_weight = 0.0
    special = shop.day_kind >= FIRST_ENTRY
    if (open_days(shop.seen, special)[closed] > 0).any():
        without = _alone(shop, found, late=False)
        spread = [np.log(customers(rates)).std() for rates in (demand.draws, without)]
        late_weight = float(np.clip(1 - (spread[0] / spread[1]) ** 2, 0, 1))
        own = _alone(shop, {}, late=True)
        days = int(shop.seen.open_share[special].any(1).sum())
        who = say("Your own {days} days with other hours", days=days)
        kinds.append(told(say("own longer evenings"), late_weight, who, own))
    trust = evidence.weights(found)
    for kind, rhythm in found.items():
        rates = _alone(shop, {kind: rhythm}, late=False)
        weight = (1 - late_weight) * trust[kind]
        kinds.append(told(evidence.LABELS[kind], weight, evidence.SPEAKERS[kind], rates))
    days = int(np.isfinite(shop.seen.transactions).any(1).sum())
    sales = Number(np.nansum(shop.seen.transactions))
    rest = 0.0 if found else 1 - late_weight
    says = say("{sales} sales on {days} days fix the open hours.", sales=sales, days=days)
    if not kinds:
        says = say(
            "{sales} sales on {days} days fix the open hours; nothing of your own speaks for the "
            "hours now closed.",
            sales=sales, days=days,
        )  # fmt: skip
    return (*kinds, Evidence(say("own till"), rest, says))
