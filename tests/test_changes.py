"""Changes of hours are read for what they brought; what no day can tell is said."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import binom, kstest

from optimizer.demand.changes import Change, read_changes
from optimizer.demand.comparison import (
    Days,
    blocks_of,
    effects,
    ordinary,
    permutation_p_value,
    ratio_of_sums,
    relabelled,
    total,
)
from optimizer.opening import DatedHours, OpeningHours
from simulated_shop import (
    FIRST,
    LATE,
    USUAL,
    drawn_evenings,
    season_until_eight,
    simulated,
    true_gross,
)


def only(changes: tuple[Change, ...]) -> Change:
    (change,) = changes
    return change


def enough(hits: list[bool], nominal: float = 0.90) -> bool:
    """Whether so many hits would be no surprise (1 in 1000) at the nominal coverage."""
    return sum(hits) >= binom.ppf(0.001, len(hits), nominal)


SHARES = {"gross": 1.0, "same_day": 0.25, "near": 0.20, "web": 0.10, "new": 0.45}


@pytest.mark.parametrize(("first", "last", "per_week"), [(8, 16, 1), (6, 18, 2)])
def test_drawn_evenings_give_back_what_was_put_in(first: int, last: int, per_week: int) -> None:
    """Over 40 shops the 90 % intervals of every part cover the truth, and gross is told closely."""
    hits: dict[str, list[bool]] = {name: [] for name in SHARES}
    error = []
    for seed in range(40):
        shop = simulated(seed, drawn_evenings(seed, range(first, last), per_week))
        change = only(read_changes(shop))
        gross = true_gross(shop)
        for name, share in SHARES.items():
            low, high = np.quantile(getattr(change, name), [0.05, 0.95])
            hits[name].append(bool(low <= share * gross <= high))
        error.append(np.median(change.gross) / gross - 1)

    assert {name: enough(found) for name, found in hits.items()} == dict.fromkeys(SHARES, True)
    assert abs(np.mean(error)) < 0.03
    assert np.std(error) < 0.10


@pytest.mark.parametrize("weeks", [(8, 16), (13, 26), (13, 14)])
def test_chosen_seasons_are_covered_too(weeks: tuple[int, int]) -> None:
    """A late season, late hours for good, and one late week: gross, moved and new are covered."""
    hits: dict[str, list[bool]] = {"gross": [], "moved": [], "new": []}
    for seed in range(30):
        shop = simulated(seed, season_until_eight(*weeks))
        change = only(read_changes(shop))
        for name, share in (("gross", 1.0), ("moved", 0.45), ("new", 0.45)):
            low, high = np.quantile(getattr(change, name), [0.05, 0.95])
            hits[name].append(bool(low <= share * true_gross(shop) <= high))

    assert all(map(enough, hits.values())), {name: sum(found) for name, found in hits.items()}
    assert change.p_new is None
    assert "chosen, not drawn" in change.unidentified[0]


def test_measured_share_fits_the_case() -> None:
    """Two dozen drawn evenings tell the share that is new, as a range between 0 and 1."""
    hits = []
    for seed in range(20):
        shop = simulated(seed, drawn_evenings(seed, range(6, 18), 2))
        change = only(read_changes(shop))
        share = change.share(change.new)
        if share is not None:
            low, likely, high = share
            assert 0 <= low <= likely <= high <= 1
            hits.append(low <= 0.45 <= high)

    assert len(hits) >= 15
    assert enough(hits)


def test_too_little_tells_no_share_and_says_so() -> None:
    """Four evenings of a quiet shop measure the evening but not which share of it is new."""
    shop = simulated(1, drawn_evenings(1, range(8, 12)), open_rate=1.5, evening_rate=1.2)

    change = only(read_changes(shop))

    assert change.share(change.new) is None
    assert any("cannot be told" in said for said in change.unidentified)


def test_other_stores_take_out_what_befell_the_town() -> None:
    """A boom in just the late weeks passes for customers won, unless other stores show it, too."""
    boom = np.ones(182)
    boom[56:112] = 1.25
    shop = simulated(3, season_until_eight(8, 16), town=boom)
    others = [simulated(50 + number, (), town=boom) for number in range(5)]
    alone = only(read_changes(shop))
    beside = only(read_changes(shop, others))
    truth = 0.45 * true_gross(shop) * 1.25

    assert np.median(alone.moved) < 0
    assert np.quantile(beside.moved, 0.05) < truth < np.quantile(beside.moved, 0.95)
    assert abs(np.median(beside.moved) - truth) < 0.5 * abs(np.median(alone.moved) - truth)


def test_stores_that_changed_as_well_are_no_comparison() -> None:
    """Where every other store had the same change, that is said and they are left out."""
    history = season_until_eight(8, 16)
    change = only(read_changes(simulated(3, history), [simulated(4, history)]))

    assert any("none serves" in said for said in change.unidentified)


def test_hours_that_were_cut_or_lengthened_for_good_are_read_as_the_longer_ones() -> None:
    """Long then short, and short then long: either way the long hours' gain is told."""
    half = date(2026, 4, 5)
    cut = simulated(5, (DatedHours(None, half, LATE),))
    lengthened = simulated(5, (DatedHours(None, half, USUAL),), current=LATE)

    for shop in (cut, lengthened):
        change = only(read_changes(shop))
        assert (change.hours, change.reference) == (LATE, USUAL)
        assert np.median(change.gross) == pytest.approx(true_gross(shop), rel=0.1)


def test_shifted_hours_give_no_share() -> None:
    """Two hours cut in the morning and three added in the evening are not told apart."""
    shifted = OpeningHours.parse("Mo-Sa 12:00-20:00")
    entry = replace(season_until_eight(8, 16)[0], hours=shifted)

    change = only(read_changes(simulated(5, (entry,))))

    assert change.also_cut
    assert change.share(change.new) is None
    assert any("cut at the same time" in said for said in change.unidentified)


def test_opening_on_a_closed_day_is_read() -> None:
    """Sundays opened for a season: gross is the mean of what those Sundays sold."""
    sundays = OpeningHours.parse("Mo-Sa 10:00-17:00; Su 12:00-16:00")
    shop = simulated(6, (replace(season_until_eight(8, 16)[0], hours=sundays),))
    sold = np.where(shop.open_share > 0, 7.0, np.nan)
    shop = replace(shop, transactions=np.where(shop.weekday[:, None] == 6, sold, shop.transactions))

    change = only(read_changes(shop))

    assert change.days == 8
    assert np.median(change.gross) == pytest.approx(28, rel=0.02)
    assert change.near is None


def test_an_entry_may_name_its_own_weekday_only() -> None:
    """ "Th 10:00-20:00" for single Thursdays does not close the other days of the week."""
    thursdays = tuple(
        DatedHours(day, day, OpeningHours.parse("Th 10:00-20:00"), random=True)
        for day in (FIRST + timedelta(days=7 * week + 3) for week in range(8, 14, 2))
    )

    change = only(read_changes(simulated(7, thursdays)))

    assert change.added.any(1).tolist() == [day == 3 for day in range(7)]
    assert not change.also_cut


def test_a_web_shop_that_was_counted_in_part() -> None:
    """Days without web counts are left out; with none on late days nothing is said of the web."""
    shop = simulated(8, drawn_evenings(8, range(10, 18)))
    early, late = shop.web_orders.copy(), shop.web_orders.copy()
    early[:20], late[60:] = np.nan, np.nan

    some = only(read_changes(replace(shop, web_orders=early)))
    none = only(read_changes(replace(shop, web_orders=late)))

    assert np.median(some.web) == pytest.approx(0.1 * true_gross(shop), rel=0.5)
    assert none.web is None
    assert any("web orders" in said for said in none.unidentified)


def test_a_history_outside_the_data_says_nothing() -> None:
    """Entries that no counted day belongs to are passed over."""
    past = DatedHours(date(2020, 1, 1), date(2020, 2, 1), LATE)

    assert read_changes(simulated(1, (past,), weeks=8)) == ()


def test_permutation_p_values_are_uniform_without_effect() -> None:
    """Under the null, with noise that lasts from day to day, p is uniform; an effect lowers it."""
    rng = np.random.default_rng(8)
    blocks = np.repeat(np.arange(8), 6)
    found, real = [], []
    for seed in range(200):
        noise = np.cumsum(rng.normal(0, 1, 48)) + rng.standard_t(3, 48)
        late = np.zeros(48, dtype=bool)
        for block in range(8):
            late[6 * block + rng.choice(6, 2, replace=False)] = True
        found.append(permutation_p_value(noise, late, blocks, draws=400, seed=seed))
        real.append(permutation_p_value(noise + 4 * late, late, blocks, draws=400, seed=seed))

    assert kstest(found, "uniform").pvalue > 0.01
    assert np.median(real) < 0.02


def test_permutation_p_value_is_the_share_of_all_labellings() -> None:
    """With few days every labelling can be listed: 3 x 3 of one day in three, in two blocks."""
    values = np.array([5.0, 1.0, 0.0, 2.0, 9.0, 3.0])
    blocks, late = np.array([0, 0, 0, 1, 1, 1]), np.array([1, 0, 0, 0, 1, 0], dtype=bool)
    sums = [values[a] - values[:3].mean() + values[b] - values[3:].mean()
            for a in range(3) for b in range(3, 6)]  # fmt: skip
    seen = values[0] - values[:3].mean() + values[4] - values[3:].mean()

    told = permutation_p_value(values, late, blocks, draws=20_000)

    assert told == pytest.approx(np.mean(np.abs(sums) >= seen - 1e-12), abs=0.01)


def test_labels_stay_in_their_blocks() -> None:
    """Every redrawn labelling has as many late days in each block of week x kind of weekday."""
    dates = [FIRST + timedelta(days=day) for day in range(28)]
    blocks = blocks_of(dates)
    late = np.random.default_rng(9).random(28) < 0.3

    labels = relabelled(late, blocks, 50, seed=0)

    for block in np.unique(blocks):
        assert set(labels[:, blocks == block].sum(1)) == {late[blocks == block].sum()}
    alike = {(day.isocalendar()[1], min(max(day.weekday(), 4), 6)): set() for day in dates}
    for day, block in zip(dates, blocks.tolist(), strict=True):
        alike[day.isocalendar()[1], min(max(day.weekday(), 4), 6)].add(block)
    assert all(len(found) == 1 for found in alike.values())
    assert len(alike) == len(np.unique(blocks))


def compared_days(seed: int) -> Days:
    rng = np.random.default_rng(seed)
    shop = simulated(seed, ())
    mine = shop.weekday < 6
    n = int(mine.sum())
    return Days(
        dates=np.array(shop.dates)[mine],
        weekday=shop.weekday[mine],
        longer=rng.random(n) < 0.15,
        eligible=np.ones(n, dtype=bool),
        common=rng.poisson(80, n).astype(float),
        extra=np.zeros(n),
        web=rng.poisson(5, n).astype(float),
        usual=rng.uniform(70, 90, n),
        untreated=None,
        street=rng.normal(1, 0.1, n),
    )


def test_effects_are_ordinary_least_squares() -> None:
    """Coefficients agree with statsmodels on a design written out day by day."""
    days = compared_days(10)
    n = np.array([day.toordinal() for day in days.dates])
    rows = []
    for i in range(len(n)):
        row = [float(days.weekday[i] == day) for day in range(6)]
        node = n[0] + 28
        while node < n[-1] + 28:
            row.append(max(0.0, 1 - abs(n[i] - node) / 28))
            node += 28
        near = 0.0
        for k in np.flatnonzero(days.longer):
            pull = {j: 0.117 if abs(n[j] - n[k]) == 1 else 0.058
                    for j in range(len(n)) if abs(n[j] - n[k]) in (1, 2)}  # fmt: skip
            if i in pull:
                near += pull[i] / sum(pull.values()) * days.usual[k] / days.usual[i]
        level = days.usual[days.longer].mean()
        treated = float(days.longer[i])
        rows.append([*row, days.street[i], treated, near, treated * days.usual[i] / level])
    design = np.array(rows)
    sales = sm.OLS(days.common / days.usual, design[:, :-1]).fit()
    web = sm.OLS(days.web / level, np.delete(design, [-2, -3, -4], axis=1)).fit()

    found = effects(days, random=True)

    np.testing.assert_allclose(found.lost[:2], -sales.params[-2:], rtol=1e-8)
    np.testing.assert_allclose(found.lost[2], -web.params[-1], rtol=1e-8)
    widened = np.diag(found.covariance)[:2] / np.diag(sales.cov_params())[-2:]
    assert (widened > 1 - 1e-9).all()
    assert (widened < 2).all()


def test_sums_levels_and_ratios_agree_with_plain_loops() -> None:
    """Daily sums, the ordinary day and the ratio's error are what their definitions say."""
    shop = simulated(11, (), weeks=8)
    hours = np.zeros((7, 24), dtype=bool)
    hours[:6, 12:15] = True
    sales = total(shop.transactions, shop, hours)
    known = np.isfinite(sales) & (np.arange(56) % 5 > 0)

    usual = ordinary(sales, known, shop.weekday)

    for day in range(56):
        if shop.weekday[day] == 6:
            assert np.isnan(sales[day])
            continue
        assert sales[day] == sum(shop.transactions[day, hour] for hour in (12, 13, 14))
        mean = {d: np.mean([sales[k] for k in range(56) if known[k] and k % 7 == d])
                for d in range(6)}  # fmt: skip
        weights = {k: max(0.0, 1 - abs(k - day) / 28) for k in range(56) if known[k]}
        level = sum(w * sales[k] / mean[k % 7] for k, w in weights.items())
        expected = mean[day % 7] * (level + 2) / (sum(weights.values()) + 2)
        assert usual[day] == pytest.approx(expected)
    top, bottom = np.array([900.0, 100.0, 400.0, 600.0]), np.array([100.0, 80.0, 90.0, 110.0])
    ratio, sd, freedom = ratio_of_sums(top, bottom, np.array([0, 1, 2, 2]))
    off = [900 - 100 * ratio, 100 - 80 * ratio, 1000 - 200 * ratio]
    assert ratio == pytest.approx(2000 / 380)
    assert sd == pytest.approx(np.sqrt(sum(o**2 for o in off) * 3 / 2) / 380)
    assert freedom == 2
