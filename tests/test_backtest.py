"""Hours hidden on purpose are found again, judged fairly, and widen what was too sure of itself."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.hidden_evenings import dublin
from optimizer.case import Case, DataFile, Hours
from optimizer.casefile import case_from_files
from optimizer.data.observations import Observations, read_observations
from optimizer.demand import backtest as room
from optimizer.demand.backtest import Backtest, Unit, backtest, calibrated
from optimizer.demand.demand import Demand
from optimizer.errors import CaseError, DataError
from optimizer.opening import DatedHours, OpeningHours
from optimizer.reporting import trust
from optimizer.timegrid import TimeGrid

MONDAY = date(2026, 1, 5)


def shop_of(
    sales: np.ndarray, hours: str, street: np.ndarray | None = None, where: str = "street"
) -> Observations:
    """A shop without holidays from customers by day and period, shape (days, P)."""
    days, periods = sales.shape
    grid, sign = TimeGrid("UTC", 1440 // periods), OpeningHours.parse(hours)
    nobody = np.zeros(days, dtype=bool)
    open_share = sign.open_share(grid, MONDAY, days, nobody)
    return Observations(
        store="",
        grid=grid,
        first=MONDAY,
        transactions=np.where(open_share > 0, sales, np.nan),
        revenue=None,
        footfall=street,
        footfall_where=where if street is not None else "",
        web_orders=None,
        web_revenue=None,
        open_share=open_share,
        real_hours=np.full(sales.shape, grid.period_hours),
        holiday=nobody,
        regime=np.full(days, -1),
        hours=sign,
        hours_inferred=False,
        basket_mean=None,
        basket_sd=None,
        after_hours=np.zeros_like(sales),
    )


def with_late_days(random: bool = False) -> tuple[Case, Observations]:
    """Open 9-17, and on the last 14 days until 21; always 20 customers an hour."""
    days = 84
    sales = np.random.default_rng(5).poisson(20.0, (days, 24)).astype(float)
    shop = shop_of(sales, "Mo-Su 09:00-17:00")
    open_share, regime = shop.open_share.copy(), shop.regime.copy()
    open_share[-14:, 17:21] = 1
    regime[-14:] = 0
    first = MONDAY + timedelta(days=days - 14)
    entry = DatedHours(first, None, OpeningHours.parse("Mo-Su 09:00-21:00"), random)
    told = np.where(open_share > 0, sales, np.nan)
    shop = replace(shop, open_share=open_share, regime=regime, transactions=told, history=(entry,))
    return Case(period_minutes=60, hours=Hours(history=(entry,))), shop


CASE = Case(period_minutes=60)


def test_simple_rules_and_truth_by_hand() -> None:
    """With 10, 20, ... 80 customers an hour from 9 to 17 the units and rules are those of a pen."""
    sales = np.zeros((56, 24))
    sales[:, 9:17] = np.arange(10, 90, 10)

    found = backtest(CASE, shop_of(sales, "Mo-Su 09:00-17:00"))

    assert found.hidden_from.tolist() == [15 * 60] * 7
    assert len(found.units) == 14  # seven weekdays, twice four dates
    for unit in found.units:
        assert (unit.last - unit.first).days == 21
        assert unit.truth == 4 * (70 + 80)
        assert unit.last_hour == pytest.approx(4 * (60 + 60))
        assert unit.day_mean == pytest.approx(4 * 2 * 35)
    rules = found.scores().naive_wape
    assert rules["last hour"] == pytest.approx(30 / 150)
    assert rules["day mean"] == pytest.approx(80 / 150)


def test_the_last_half_hour_is_hidden_but_not_compared() -> None:
    """On half hours the customers who hurry before closing are no part of the truth."""
    sales = np.zeros((56, 48))
    sales[:, 18:34] = 10
    sales[:, 33] = 1000

    found = backtest(Case(period_minutes=30), shop_of(sales, "Mo-Su 09:00-17:00"))

    assert {unit.truth for unit in found.units} == {4 * 3 * 10}


def test_holidays_and_eves_are_not_compared() -> None:
    """A Wednesday holiday takes Tuesday and Wednesday of its week out of the comparison."""
    sales = np.full((56, 24), 10.0)
    shop = shop_of(sales, "Mo-Su 09:00-17:00")
    shop.holiday[2] = True

    found = backtest(CASE, shop)

    firsts = {unit.weekday: unit.first for unit in reversed(found.units)}
    assert firsts[0] == MONDAY
    assert firsts[1] == MONDAY + timedelta(days=8)
    assert firsts[2] == MONDAY + timedelta(days=9)


@pytest.mark.parametrize("where", ["street", "door"])
def test_what_is_hidden_does_not_leak(where: str) -> None:
    """Ten times the customers in hidden hours change the truth and nothing else.

    A door counter saw them, too, and is hidden with them; the street ran on either way.
    """
    rng = np.random.default_rng(0)
    sales = rng.poisson(20.0, (84, 24)).astype(float)
    more = sales.copy()
    more[:, 15:17] *= 10
    street = np.full(sales.shape, 300.0)
    passing = [street, street] if where == "street" else [sales * 3, more * 3]

    few, many = (
        backtest(CASE, shop_of(count, "Mo-Su 09:00-17:00", seen, where))
        for count, seen in zip((sales, more), passing, strict=True)
    )

    for one, other in zip(few.units, many.units, strict=True):
        assert other.truth == 10 * one.truth
        np.testing.assert_array_equal(other.draws, one.draws)


@pytest.mark.parametrize("evening", [1.0, 0.5])
def test_flat_and_declining_shops_are_found(evening: float) -> None:
    """A street that shows the truth's shape brings the hidden hours back, flat or declining."""
    rate = np.full((168, 24), 20.0)
    rate[:, 13:] *= np.linspace(1, evening, 11) ** 2
    sales = np.random.default_rng(1).poisson(rate).astype(float)

    found = backtest(CASE, shop_of(sales, "Mo-Su 09:00-19:00", rate * 50))
    scores = found.scores()

    assert abs(scores.bias_log) < 0.15
    assert scores.cover90 >= 0.85
    assert found.stretch < 1.3
    if evening < 1:
        assert scores.wape < scores.naive_wape["day mean"]


def drawn_shops(width: float, claimed: float, close: int = 15) -> list[Backtest]:
    """Shops whose hours from `close` leave the estimate by `width` log units; it says `claimed`.

    Each weekday errs on its own; the estimate's draws are made here, not fitted.
    """
    rng = np.random.default_rng(2)
    found = []
    for _ in range(25):
        error = rng.normal(0, width, 7)
        sales = np.zeros((112, 24))
        busy = np.full((112, 24), 30.0)
        busy[:, close:17] *= np.exp(error[np.arange(112) % 7])[:, None]
        sales[:, 9:17] = rng.poisson(busy)[:, 9:17]
        shop = shop_of(sales, "Mo-Su 09:00-17:00")
        draws = np.full((400, 7, 24), 30.0)
        draws[:, :, close:17] *= np.exp(rng.normal(0, claimed, (400, 7, 1)))
        demand = one_demand(draws.reshape(400, -1), shop)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(room, "fit_demands", lambda *_, demand=demand: {"": demand})
            found.append(backtest(CASE, shop, f"{close}:00"))
    return found


def one_demand(draws: np.ndarray, shop: Observations) -> Demand:
    return Demand(
        store="",
        grid=shop.grid,
        draws=draws,
        basket_draws=None,
        open_share=shop.hours.week_share(shop.grid),
        observed_days=np.zeros(draws.shape[1]),
        grade=np.full(draws.shape[1], "D"),
        evidence=(),
        has_web_shop=False,
    )


def test_an_honest_estimate_is_covered_and_left_alone() -> None:
    """Where errors are as large as claimed, intervals hold their share and hardly stretch."""
    found = drawn_shops(0.2, 0.2)

    # Units of one weekday share their error: 175 of the 700 are independent at the least.
    for share in (50, 80, 90):
        cover = float(np.mean([getattr(one.scores(), f"cover{share}") for one in found]))
        low, high = binom(175, share / 100).ppf([0.001, 0.999]) / 175
        assert low <= cover <= high
    assert np.median([one.stretch for one in found]) < 1.15


def test_chance_alone_is_covered() -> None:
    """Where the rhythm is known, the chance of counting on either side is what intervals hold."""
    found = drawn_shops(0.0, 1e-4, close=13)

    units = sum(len(one.units) for one in found)
    low, high = binom(units, 0.9).ppf([0.001, 0.999]) / units
    assert low <= np.mean([one.scores().cover90 for one in found]) <= high
    assert np.median([one.stretch for one in found]) < 1.15  # chance is no reason to doubt


def test_an_overconfident_estimate_is_widened() -> None:
    """Draws three times too narrow are stretched, most of the way and never too far."""
    found = drawn_shops(0.3, 0.1)
    stretches = [one.stretch for one in found]

    assert np.mean([one.scores().cover90 for one in found]) < 0.7
    assert 1.5 < np.median(stretches) < 3.2
    assert "should be" in trust.verdict(found[int(np.argmax(stretches))])


def test_stretch_makes_ninety_percent_fit() -> None:
    """Of two hundred errors, the stretched intervals hold nine in ten where trust is whole."""
    rng = np.random.default_rng(3)
    units = []
    for error in rng.normal(0, 0.6, 200):
        draws = 1000 * np.exp(rng.normal(error, 0.2, 4000))
        rhythm_sd = float(np.log(draws).std())
        units.append(Unit("last hours", 0, MONDAY, MONDAY, 1000.0, draws, rhythm_sd, 1.0, 1.0))
    found = Backtest("", np.full(7, 900), tuple(units))

    assert found.independent_units == pytest.approx(200, rel=0.05)
    trusted = found.stretch ** ((found.independent_units + 9) / found.independent_units)
    held = [abs(unit.log_error) <= trusted * 1.645 * unit.rhythm_sd + 1e-9 for unit in units]
    assert np.mean(held) == pytest.approx(np.ceil(201 * 0.9) / 200, abs=0.005)


def test_units_that_share_one_error_count_as_one() -> None:
    """Twenty units that rise and fall together are worth one and hardly stretch anything."""
    draws = 1000 * np.exp(np.random.default_rng(4).normal(0, 0.2, 4000))
    unit = Unit("last hours", 0, MONDAY, MONDAY, 2000.0, draws, 0.2, 1.0, 1.0)

    found = Backtest("", np.full(7, 900), (unit,) * 20)

    assert found.independent_units == pytest.approx(1.0, abs=0.01)
    assert 1.0 < found.stretch < 1.15
    assert Backtest("", np.full(7, 900), (unit,) * 8).stretch == 1.0


def test_widening_leaves_open_hours_and_medians_alone() -> None:
    """Twice as wide in logs about the same median while closed; every open hour as it was."""
    shop = shop_of(np.ones((14, 24)), "Mo-Su 09:00-17:00")
    draws = 20 * np.exp(np.random.default_rng(0).normal(0, 0.3, (401, 168)))
    demand = one_demand(draws, shop)

    wide = calibrated(demand, 2.0)

    closed = demand.open_share == 0
    np.testing.assert_array_equal(wide.draws[:, ~closed], draws[:, ~closed])
    np.testing.assert_allclose(wide.rate, demand.rate)
    np.testing.assert_allclose(
        np.log(wide.draws[:, closed] / wide.rate[closed]),
        2 * np.log(draws[:, closed] / demand.rate[closed]),
    )
    assert "2.00 times as wide" in wide.warnings[-1]
    assert calibrated(demand, 1.0) is demand


def test_longer_evenings_are_hidden_and_compared() -> None:
    """Days with other hours are compared beyond the usual hours, which stay in sight."""
    case, shop = with_late_days()

    found = backtest(case, shop)
    late = [unit for unit in found.units if unit.test == "longer evenings"]

    rung = shop.transactions[-14:, 17:21].sum()
    assert sum(unit.truth for unit in late) == rung
    assert found.scores("longer evenings").wape < 0.5
    assert trust.backtest_table(found)["tests"][1]["test"] == "longer evenings"


def test_chosen_evenings_leave_more_doubt_than_drawn_ones() -> None:
    """Days that were picked for their evenings may have evenings of their own kind."""
    chosen, drawn = (
        [
            unit.rhythm_sd
            for unit in backtest(*with_late_days(random)).units
            if unit.test == "longer evenings"
        ]
        for random in (False, True)
    )

    assert np.mean(chosen) > np.mean(drawn)


def test_a_bar_hides_the_hours_after_midnight() -> None:
    """A bar open from 18 to 2 has its last two hours on the next calendar day."""
    sales = np.full((56, 24), 10.0)
    sales[:, :2] = 3

    found = backtest(CASE, shop_of(sales, "Mo-Su 18:00-02:00"))

    assert found.hidden_from.tolist() == [24 * 60] * 7
    assert {unit.truth for unit in found.units} == {4 * 2 * 3}
    assert {unit.last_hour for unit in found.units} == {4 * 2 * 10}


def test_dispersion_is_chi_square_per_degree_of_freedom() -> None:
    """The vectorised dispersion agrees with loops over dates."""
    rng = np.random.default_rng(6)
    sales = rng.negative_binomial(5, 0.2, (70, 24)).astype(float)
    shop = shop_of(sales, "Mo-Su 09:00-17:00")
    hours = shop.open_share.copy()

    total = np.zeros((7, 2))
    for day in range(70):
        total[day % 7] += sales[day, 9:13].sum(), sales[day, 13:17].sum()
    square = 0.0
    for day in range(70):
        share = total[day % 7, 1] / total[day % 7].sum()
        n, after = sales[day, 9:17].sum(), sales[day, 13:17].sum()
        square += (after - n * share) ** 2 / (n * share * (1 - share))

    assert room._dispersion(shop, sales, hours, []) == pytest.approx(square / (70 - 7))


@pytest.mark.parametrize("late", ["23:00", "08:00"])
def test_nothing_to_hide_is_said_with_a_cure(late: str) -> None:
    """A time after closing or before opening gives one sentence that says what to choose."""
    shop = shop_of(np.full((56, 24), 10.0), "Mo-Su 09:00-17:00")

    with pytest.raises(DataError, match="an hour after opening and before closing"):
        backtest(CASE, shop, late)


def test_too_little_data_is_said() -> None:
    """A week of a quiet shop cannot be tested, and a misspelt time is no time."""
    shop = shop_of(np.full((7, 24), 1.0), "Mo-Su 09:00-17:00")

    with pytest.raises(DataError, match="not enough data"):
        backtest(CASE, shop)
    with pytest.raises(CaseError, match="not a time of day"):
        backtest(CASE, shop, "late")


def test_dublin_counters_hidden_from_five(shared_data: Path) -> None:
    """Counters treated as shops open until 23 are found again after 17, better than by rules."""
    counters, first = dublin(shared_data)
    rng = np.random.default_rng(8)
    names, found = list(counters), []
    while len(found) < 10:
        shop, street = rng.choice(len(names), 2, replace=False)
        start = int(rng.integers(0, 270))
        counts, passing = (counters[names[n]][start : start + 84] for n in (shop, street))
        if np.isnan(counts).any() or np.isnan(passing).any():
            continue
        sales = rng.binomial(counts.astype(int), 0.02).astype(float)
        seen = shop_of(sales, "Mo-Su 09:00-23:00", passing)
        seen = replace(seen, first=first + timedelta(days=start))
        found.append(backtest(CASE, seen, "17:00"))

    together = Backtest("", found[0].hidden_from, tuple(u for one in found for u in one.units))
    scores = together.scores()

    assert scores.units >= 100
    assert scores.wape < scores.naive_wape["last hour"]
    assert 0.75 <= scores.cover90 <= 1.0
    assert np.mean([one.stretch for one in found]) < 1.6


@pytest.mark.parametrize(
    ("file", "close"),
    [("pos_takeaway_london/orders.csv", "20:00"), ("pos_coffee_machine/index_1.csv", "17:00")],
)
def test_real_tills_are_tested(shared_data: Path, file: str, close: str) -> None:
    """With nothing but a till the evening is a wide guess: it holds the truth and beats a rule."""
    case = case_from_files([DataFile(str(shared_data / file))], {"timezone": "Europe/London"})
    shop = next(iter(read_observations(case).values()))

    found = backtest(case, shop, close)
    scores = found.scores()

    assert scores.units > 30
    assert scores.cover90 >= 0.75
    assert scores.wape < scores.naive_wape["last hour"]


def test_the_answer_can_be_read_by_people_and_machines() -> None:
    """The table has the promised keys and goes through JSON; lines and picture tell the same."""
    case, shop = with_late_days()
    found = backtest(case, shop)

    table = json.loads(json.dumps(trust.backtest_table(found)))
    lines = trust.backtest_lines(found)
    chart = trust.units_chart(found).to_dict()

    promised = ["hidden_after", "units", "wape", "bias_log", "cover50", "cover80", "cover90",
                "naive_wape"]  # fmt: skip
    assert set(promised) <= set(table)
    assert table["hidden_after"] == "15:00"
    assert table["units"] == len(found.units) == len(table["by_unit"])
    assert lines[0] == trust.verdict(found)
    assert any("90 % intervals held" in line for line in lines)
    assert len(chart["layer"]) == 3
    assert len(trust.unit_rows(found)) == len(found.units)


def test_hours_that_differ_by_weekday_are_told_apart() -> None:
    """Saturdays that close earlier are hidden from earlier on, and the text says so."""
    sales = np.full((56, 24), 10.0)

    found = backtest(CASE, shop_of(sales, "Mo-Fr 10:00-18:00; Sa 10:00-16:00"))

    assert trust.hidden_after(found) == "16:00 (Sat 14:00)"
