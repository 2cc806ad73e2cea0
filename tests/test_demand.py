"""The estimate finds what was hidden, and its parts do what their formulas say."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import norm

from benchmarks.hidden_evenings import as_shop, dublin, hidden_evenings, with_late_days
from optimizer.case import Case, DisplacementFacts
from optimizer.data.observations import Observations
from optimizer.demand.demand import Demand, interval
from optimizer.demand.displacement import Displacement, displacement, true_potential
from optimizer.demand.estimate import fit_demands
from optimizer.demand.habituation import habituation, learnt
from optimizer.demand.latent import Counts, Drifts, _fit, posterior_draws, walk_precision
from optimizer.demand.ready import make_ready
from optimizer.errors import DataError
from optimizer.opening import OpeningHours
from optimizer.timegrid import TimeGrid

GRID = TimeGrid("UTC", 60)


def estimate_demand(case: Case, shop: Observations) -> Demand:
    return fit_demands(case, [shop])[shop.store]


def small_counts(stores: int = 2, units: int = 3, periods: int = 6, seed: int = 0) -> Counts:
    rng = np.random.default_rng(seed)
    exposure = rng.uniform(5, 20, (stores, units, periods))
    exposure[..., 4:] = 0
    return Counts(
        counts=rng.poisson(exposure).astype(float),
        exposure=exposure,
        dispersion=rng.uniform(1, 2, stores),
        period_hours=1.0,
        level_sd=np.full(units, 0.3),
        extra_drift=np.zeros(units),
        tilt=rng.normal(0, 0.3, periods),
    )


def dense_mode(data: Counts, chain: float, store: float, day: float) -> tuple[np.ndarray, float]:
    """The same posterior written as one dense Gaussian: mode of the curves, and log evidence."""
    stores, units, periods = data.counts.shape
    size = periods * ((stores > 1) + stores + stores * units)
    prior = np.zeros((size, size))
    design = np.zeros((stores, units, periods, size))
    place = 0

    def add(precision: np.ndarray) -> slice:
        nonlocal place
        here = slice(place, place + periods)
        prior[here, here] = precision
        place += periods
        return here

    top = add(walk_precision(periods, 1.0, chain, 5.0)) if stores > 1 else None
    for s in range(stores):
        walk = np.linalg.inv(walk_precision(periods, 1.0, store, 2.0))
        own = add(np.linalg.inv(walk + np.outer(data.tilt, data.tilt)))
        for u in range(units):
            leaf = add(walk_precision(periods, 1.0, float(np.hypot(day, data.extra_drift[u])),
                                      float(data.level_sd[u])))  # fmt: skip
            for part in (top, own, leaf):
                if part is not None:
                    design[s, u, :, part] = np.eye(periods)
    flat = design.reshape(-1, size)
    counts, exposure = data.counts.ravel(), data.exposure.ravel()
    scale = np.repeat(data.dispersion, units * periods)
    x = np.zeros(size)
    for _ in range(100):
        mean = exposure * np.exp(flat @ x) / scale
        hessian = flat.T @ (mean[:, None] * flat) + prior
        x = x + np.linalg.solve(hessian, flat.T @ (counts / scale - mean) - prior @ x)
    curve = flat @ x
    mean = exposure * np.exp(curve)
    hessian = flat.T @ ((mean / scale)[:, None] * flat) + prior
    evidence = ((counts * curve - mean) / scale).sum() - 0.5 * x @ prior @ x
    evidence += 0.5 * (np.linalg.slogdet(prior)[1] - np.linalg.slogdet(hessian)[1])
    return curve.reshape(data.counts.shape), float(evidence)


@pytest.mark.parametrize("stores", [1, 2, 5])
def test_tree_agrees_with_one_dense_gaussian(stores: int) -> None:
    """Going up and down the tree gives the mode and evidence of the dense problem to 1e-8."""
    data = small_counts(stores)

    fit, curve = _fit(data, 0.2, 0.15, 0.05, np.zeros(data.counts.shape))
    expected, evidence = dense_mode(data, 0.2, 0.15, 0.05)

    np.testing.assert_allclose(curve, expected, atol=1e-8)
    assert fit.log_evidence == pytest.approx(evidence, abs=1e-7)


def test_uncertainty_grows_with_the_root_of_the_hours() -> None:
    """Far beyond the last open hour the spread is that of a random walk with the drift given."""
    data = small_counts(1, 1, 40)
    data = Counts(np.full((1, 1, 40), 1e6), np.full((1, 1, 40), 1e6), np.ones(1), 1.0,
                  np.full(1, 0.3), np.zeros(1), np.zeros(40))  # fmt: skip
    data.exposure[..., 20:] = 0
    data.counts[..., 20:] = 0

    draws = posterior_draws(data, Drifts(store=(0.2,), day=(1e-4,)), 4000)[:, 0, 0]

    for hours in (4, 16):
        assert draws[:, 19 + hours].std() == pytest.approx(0.2 * np.sqrt(hours), rel=0.08)


def test_hidden_evenings_of_street_counters_are_found(shared_data) -> None:
    """With one other counter as the street, 200 hidden Dublin evenings are found and covered.

    Until 23:00: earlier, this city's evenings happen to be as busy as its average day hour, which
    makes "repeat the day's mean" right for the wrong reason.
    """
    counters, first = dublin(shared_data)

    score = hidden_evenings(counters, first, shops=200)

    assert score.wape <= 0.25
    assert 0.85 <= score.cover90 <= 0.97
    assert score.wape < score.naive_last_hour
    assert score.wape < score.naive_day_mean


def flat_shop(days: int = 56, rate: float = 10.0, **facts: object):
    rng = np.random.default_rng(3)
    return as_shop(rng.poisson(rate, (days, 24)).astype(float), date(2026, 1, 5), 9, 17, **facts)


def test_closed_hours_are_missing_not_zero() -> None:
    """A flat street next to a flat shop gives the closed evening the rate of the open day."""
    shop = flat_shop(street=np.full((56, 24), 300.0))

    demand = estimate_demand(Case(period_minutes=60), shop)

    evening = demand.rate.reshape(7, 24)[:, 17:21]
    assert np.isnan(shop.transactions[:, 17:]).all()
    assert (evening > 6).all()
    assert (evening < 14).all()


def test_more_street_in_the_evening_means_more_demand() -> None:
    """Twice the passers-by in the evening never lowers the evening's estimate."""
    street = np.full((56, 24), 300.0)
    busier = street.copy()
    busier[:, 17:22] *= 2

    quiet, busy = (
        estimate_demand(Case(period_minutes=60), flat_shop(street=s)) for s in (street, busier)
    )

    assert busy.rate[17:21].sum() > 1.3 * quiet.rate[17:21].sum()


def late_shop(random: bool) -> tuple[Case, Observations]:
    """Twelve weeks at 20 an hour all day, whose last 7 days were open until 21:00."""
    sales = np.random.default_rng(5).poisson(np.full((84, 24), 20.0)).astype(float)
    shop = as_shop(sales, date(2026, 1, 5), 9, 17)
    return with_late_days(shop, sales, np.arange(77, 84), 9, 21, random=random)


def test_own_late_evenings_speak_loudest() -> None:
    """A week of own late evenings narrows the answer, raises the grade, and weighs most."""
    case, shop = late_shop(random=True)
    without = as_shop(np.nan_to_num(shop.transactions), date(2026, 1, 5), 9, 17)

    told, untold = estimate_demand(case, shop), estimate_demand(Case(period_minutes=60), without)

    def spread(demand: Demand) -> float:
        total = demand.customers.reshape(-1, 7, 24)[:, :, 17:21].sum((1, 2))
        return float(np.log(total).std())

    assert spread(told) < 0.6 * spread(untold)
    assert set(told.grade[17:21]) == {"A"}
    assert set(untold.grade[17:21]) == {"E"}
    assert told.evidence[0].kind == "own longer evenings"
    assert told.evidence[0].weight > 0.5
    assert told.rate[17:21].mean() == pytest.approx(20, rel=0.2)


def test_chosen_late_days_count_less_than_drawn_ones() -> None:
    """Late days picked for an occasion leave more doubt than days drawn at random."""
    spreads = []
    for random in (True, False):
        case, shop = late_shop(random)
        demand = estimate_demand(case, shop)
        spreads.append(np.log(demand.customers[:, 17:21].sum(1)).std())

    assert spreads[1] > 1.15 * spreads[0]


def test_sister_stores_teach_the_evening() -> None:
    """A store that never opened late leans on sisters that did, and is graded C."""
    rng = np.random.default_rng(7)
    late = 40.0
    shops = []
    for number, close in enumerate((17, 21, 21, 21)):
        rate = np.full((56, 24), 20.0)
        rate[:, 17:21] = late
        sales = rng.poisson(rate).astype(float)
        shops.append(as_shop(sales, date(2026, 1, 5), 9, close, store=f"S{number}"))

    demands = fit_demands(Case(period_minutes=60), shops)

    early = demands["S0"]
    assert early.grade[18] == "C"
    assert early.rate[17:21].mean() == pytest.approx(late, rel=0.3)


def test_a_till_without_sales_is_refused_with_a_cure() -> None:
    """Hours that hold no sale at all give one sentence that points at hours and time zone."""
    shop = as_shop(np.zeros((28, 24)), date(2026, 1, 5), 9, 17)

    with pytest.raises(DataError, match="opening hours and the time zone"):
        estimate_demand(Case(period_minutes=60), shop)


def one_day_demand(open_rate: float, closed_rate: float) -> Demand:
    """Open 8 hours every day and possibly 8 more; the same every day."""
    rate = np.zeros((7, 24))
    rate[:, 8:16], rate[:, 16:24] = open_rate / 8, closed_rate / 8
    open_share = np.zeros((7, 24))
    open_share[:, 8:16] = 1
    empty = np.zeros(168)
    return Demand(
        store="",
        grid=GRID,
        draws=rate.reshape(1, -1),
        basket_draws=None,
        open_share=open_share.ravel(),
        observed_days=empty,
        grade=np.full(168, "A"),
        evidence=(),
        has_web_shop=False,
    )


def test_moved_customers_are_not_counted_twice() -> None:
    """O' = 120 and r = 0.4 with half moving give G = 40 and O = 100, not G = 48."""
    shares = Displacement(np.array([0.5]), np.array([0.0]), np.array([0.5]), "")

    found = true_potential(one_day_demand(120, 48), shares, np.ones(168, dtype=bool))

    assert found.reshape(7, 24)[:, 8:16].sum(1) == pytest.approx(np.full(7, 100))
    assert found.reshape(7, 24)[:, 16:].sum(1) == pytest.approx(np.full(7, 40))


@pytest.mark.parametrize("lost", [(0.19, 0.5, 0.81), (0.35, 0.45, 0.55), (0.4, 0.4, 0.4)])
def test_stated_shares_come_back_as_quantiles(lost: tuple[float, float, float]) -> None:
    """Draws of the lost share have the stated low, likely and high as 5, 50 and 95 %."""
    shares = displacement(DisplacementFacts(lost=lost), True, 2000)

    np.testing.assert_allclose(np.quantile(shares.lost, [0.05, 0.5, 0.95]), lost, atol=0.02)
    np.testing.assert_allclose(shares.moved + shares.web + shares.lost, 1)


def test_nobody_buys_in_a_web_shop_that_does_not_exist() -> None:
    """Without web orders all who are not lost come at other hours."""
    shares = displacement(DisplacementFacts(), False, 100)

    assert not shares.web.any()


def test_interval_is_mean_and_quantiles() -> None:
    """The interval of a normal sample is its mean and its 5, 50 and 95 % points."""
    told = interval(norm.ppf((np.arange(10_000) + 0.5) / 10_000))

    assert told["mean"] == pytest.approx(0, abs=1e-9)
    assert told["p95"] == pytest.approx(1.645, abs=0.01)
    assert told["p05"] == pytest.approx(-1.645, abs=0.01)


def test_disagreeing_evidence_is_said_in_words() -> None:
    """A street that dies at night and a web shop that peaks then are named with their numbers."""
    street, web = np.full((56, 24), 200.0), np.full((56, 24), 1.0)
    street[:, 17:] = 20
    web[:, 17:23] = 6

    demand = estimate_demand(
        Case(period_minutes=60), replace(flat_shop(street=street), web_orders=web)
    )

    said = [warning for warning in demand.warnings if "disagrees" in warning]
    alone = {told.kind: told.alone for told in demand.evidence if told.alone}
    assert len(said) == 1
    assert f"{alone['web orders']['p50']:.0f}" in said[0]
    assert alone["web orders"]["p50"] > 1.5 * alone["street footfall"]["p50"]


def test_wild_holidays_bend_ordinary_days_less_than_wild_weekdays() -> None:
    """Two wild days change the usual Monday far less when they are known to be holidays."""
    shop = flat_shop()
    holiday = np.zeros(56, dtype=bool)
    holiday[[21, 42]] = True  # two Mondays
    wild = shop.transactions.copy()
    wild[holiday, 14:17] *= 4

    def monday(sales: np.ndarray, known: np.ndarray) -> np.ndarray:
        seen = replace(shop, transactions=sales, holiday=known)
        return estimate_demand(Case(period_minutes=60), seen).rate[9:21]

    unknown = np.zeros(56, dtype=bool)
    bent = np.abs(np.log(monday(wild, unknown) / monday(shop.transactions, unknown))).max()
    kept = np.abs(np.log(monday(wild, holiday) / monday(shop.transactions, holiday))).max()

    assert kept < 0.5 * bent


def test_the_last_half_hour_before_closing_does_not_set_the_evening() -> None:
    """A rush before the door is locked is not taken for a busy evening (half-hour periods)."""
    rng = np.random.default_rng(11)
    grid = TimeGrid("UTC", 30)
    hours = OpeningHours.parse("Mo-Su 09:00-17:00")
    calm = rng.poisson(5.0, (56, 48)).astype(float)
    rush = calm.copy()
    rush[:, 33] *= 3
    evenings = []
    for sales in (calm, rush):
        share = hours.open_share(grid, date(2026, 1, 5), 56, np.zeros(56, dtype=bool))
        shop = replace(
            flat_shop(),
            grid=grid,
            hours=hours,
            open_share=share,
            transactions=np.where(share > 0, sales, np.nan),
            real_hours=np.full((56, 48), 0.5),
            after_hours=np.zeros((56, 48)),
        )
        evenings.append(estimate_demand(Case(), shop).rate[34:42].sum())

    assert evenings[1] == pytest.approx(evenings[0], rel=0.15)


def test_late_days_tell_the_evening_basket() -> None:
    """Evening baskets of 30 against 20 by day move the answer from 20 most of the way to 30."""
    _, shop = late_shop(random=True)
    case, _ = late_shop(random=True)
    price = np.where(np.arange(24) >= 17, 30.0, 20.0)
    seen = replace(shop, revenue=shop.transactions * price, basket_mean=20.0, basket_sd=8.0)
    untold = replace(seen, transactions=np.where(np.arange(24) < 17, seen.transactions, np.nan))

    told, blind = (estimate_demand(case, one).basket_draws for one in (seen, untold))

    assert 27 < told.mean() < 30.5
    assert blind.mean() == pytest.approx(20, rel=0.03)
    assert told.std() / told.mean() < 0.6 * blind.std() / blind.mean()


def test_weekday_levels_are_those_of_a_poisson_regression() -> None:
    """Levels over the base hours equal statsmodels' weekday effects with open hours as exposure."""
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(2)
    rate = np.array([6, 7, 8, 9, 12, 15, 4.0])[np.arange(70) % 7]
    shop = as_shop(rng.poisson(rate[:, None] * np.ones(24)).astype(float), date(2026, 1, 5), 9, 17)
    sold = np.nansum(shop.transactions, axis=1)
    weekday = np.eye(7)[shop.weekday]

    fitted = sm.GLM(sold, weekday, family=sm.families.Poisson(), exposure=np.full(70, 8.0)).fit()

    np.testing.assert_allclose(make_ready(shop).level, np.exp(fitted.params), rtol=1e-9)


def test_thin_data_give_a_wide_answer_and_no_claim() -> None:
    """Four weeks of ten receipts a day: an interval at least as wide as itself, and grade E."""
    rng = np.random.default_rng(4)
    shop = as_shop(rng.poisson(10 / 8, (28, 24)).astype(float), date(2026, 1, 5), 9, 17)

    demand = estimate_demand(Case(period_minutes=60), shop)

    told = interval(demand.customers.reshape(-1, 7, 24)[:, :, 17:21].sum((1, 2)))
    assert told["p95"] - told["p05"] > told["p50"]
    assert set(demand.grade.reshape(7, 24)[:, 18]) == {"E"}


def test_a_long_chain_still_names_its_evidence() -> None:
    """With more stores than are asked one by one the weights are still there and sum to 1."""
    shops = [replace(flat_shop(days=14), store=f"S{n}") for n in range(21)]

    demands = fit_demands(Case(period_minutes=60), shops)

    assert len(demands) == 21
    assert sum(told.weight for told in demands["S3"].evidence) == pytest.approx(1)


def test_attempts_while_closed_are_the_customers_themselves() -> None:
    """Calls that met the announcement set the evening's rhythm, weigh most, and are graded B."""
    attempts, street = np.full((56, 24), 5.0), np.full((56, 24), 300.0)
    attempts[:, 17:21] = 10
    shop = replace(flat_shop(street=street), attempts=attempts)

    told, deaf = (
        estimate_demand(Case(period_minutes=60), one)
        for one in (shop, replace(shop, attempts=None))
    )

    assert told.rate[17:21].mean() > 1.2 * deaf.rate[17:21].mean()
    assert set(told.grade[17:21]) == {"B"}
    assert max(told.evidence, key=lambda one: one.weight).kind == "attempts while closed"


@pytest.mark.parametrize(("first", "low", "high"), [(0.4, 0.45, 0.75), (1.0, 0.93, 1.0)])
def test_a_ramp_is_believed_where_the_evenings_show_it(
    first: float, low: float, high: float
) -> None:
    """Growing evenings are read as customers who learn, level ones as customers who knew."""
    weeks = np.arange(56) / 7
    rng = np.random.default_rng(1)
    sold = rng.poisson(40 * habituation(weeks, first)).astype(float)

    known = learnt(sold, np.full(56, 40.0), weeks, 1.0)

    assert low < known[:14].mean() < high


def test_evenings_that_customers_learnt_of_count_as_they_will_be() -> None:
    """A season of late evenings that grew is worth more than its average, and never less."""
    sales = np.random.default_rng(5).poisson(np.full((84, 24), 20.0)).astype(float)
    late = np.arange(28, 84)
    growing = sales.copy()
    ramp = habituation((late - 28) / 7)
    thinned = np.random.default_rng(6).binomial(sales[late, 17:21].astype(int), ramp[:, None])
    growing[late, 17:21] = thinned
    shop = as_shop(growing, date(2026, 1, 5), 9, 17)

    case, seen = with_late_days(shop, growing, late, 9, 21, random=False)

    evening = estimate_demand(case, seen).rate[17:21].mean()
    assert evening > 1.1 * thinned.mean()
    assert evening == pytest.approx(20, rel=0.25)
