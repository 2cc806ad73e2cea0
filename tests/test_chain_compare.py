"""Fair comparison, sisters near by, and what a trial would tell."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.chain_shops import facts, shop
from optimizer.chain.compare import compare_fairly
from optimizer.chain.describe import expected_information, takings_error
from optimizer.chain.pooled import TEACHERS, groups
from optimizer.chain.sisters import FADING_KM, NEXT_DOOR, kept_by_sisters, with_sisters
from optimizer.opening import OpeningHours


def chance(stores: int, spread: float, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Figures of stores that follow their street, differ by `spread`, and are seen with error."""
    rng = np.random.default_rng(seed)
    street = rng.normal(5, 0.5, stores)
    error = rng.uniform(0.02, 0.30, stores)
    truth = 2.0 + 0.7 * (street - 5) + spread * rng.standard_normal(stores)
    return truth + error * rng.standard_normal(stores), error, street[:, None], truth


def test_shrunken_figures_are_nearer_to_the_truth() -> None:
    """Over many chains shrinking beats the raw figures, and its intervals cover."""
    raw, shrunk, covered = [], [], []
    for seed in range(30):
        figure, error, street, truth = chance(80, 0.15, seed)
        fair = compare_fairly(figure, error, street)
        raw.append(((figure - truth) ** 2).mean())
        shrunk.append(((fair.shrunk - truth) ** 2).mean())
        covered.append((np.abs(fair.shrunk - truth) <= 1.645 * fair.sd).mean())
    assert np.mean(shrunk) < 0.7 * np.mean(raw)
    assert 0.86 <= np.mean(covered) <= 0.94


def test_the_spread_between_stores_is_found() -> None:
    """A known difference between stores is found again; where there is none, nearly none."""
    found = [compare_fairly(*chance(200, 0.2, seed)[:3]).spread for seed in range(10)]
    assert np.mean(found) == pytest.approx(0.2, abs=0.02)
    none = [compare_fairly(*chance(200, 0.0, seed)[:3]).spread for seed in range(10)]
    assert np.median(none) < 0.04


def test_noise_shames_no_store() -> None:
    """Where all stores are alike few lie outside the funnel, and no place is sure."""
    outside = []
    for seed in range(20):
        fair = compare_fairly(*chance(100, 0.0, seed)[:3])
        outside.append(fair.unusual.mean())
        assert np.median(fair.rank_high - fair.rank_low) > 50
    assert np.mean(outside) < 0.07


def test_a_busy_street_is_no_merit() -> None:
    """Two stores alike but for their street are expected apart and ranked alike."""
    figure, error, street, _ = chance(100, 0.1)
    street[:2, 0], error[:2] = (4.0, 6.0), 0.05
    slope = 0.7
    figure[:2] = 2.0 + slope * (street[:2, 0] - 5)
    fair = compare_fairly(figure, error, street)
    assert fair.expected[1] - fair.expected[0] > 1.0
    assert abs(fair.rank[0] - fair.rank[1]) < 40


def test_places_run_from_best_to_worst() -> None:
    """With next to no error the places are those of the figures."""
    figure = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
    fair = compare_fairly(figure, np.full(5, 1e-6), np.zeros((5, 0)))
    assert fair.rank.tolist() == [5, 3, 4, 1, 2]


def test_a_sister_next_door_keeps_half_and_a_far_one_none() -> None:
    """The share kept falls with distance, and counts only hours in which the sister is open."""
    early, late = OpeningHours.parse("Mo-Su 10:00-18:00"), OpeningHours.parse("Mo-Su 10:00-21:00")
    candidate = OpeningHours.parse("Mo-Su 10:00-21:00")

    def at(name: str, north_km: float, hours: OpeningHours) -> tuple[str, object]:
        case = facts(1)
        site = replace(case.site, latitude=60.0 + north_km / 111.195, longitude=25.0)
        return name, replace(
            case, site=site, hours=replace(case.hours, current=hours, candidate=candidate)
        )

    kept = kept_by_sisters(dict([at("a", 0, early), at("b", 3, late), at("c", 400, early)]))
    assert kept["a"] == pytest.approx(NEXT_DOOR * np.exp(-3 / FADING_KM), rel=1e-3)
    assert kept["b"] == 0  # never closed when it may open
    assert kept["c"] == 0
    closed_too = kept_by_sisters(dict([at("a", 0, early), at("b", 0, early)]))
    assert closed_too["a"] == 0


def test_what_sisters_keep_is_not_newly_won() -> None:
    """Their share leaves the lost and joins what the owner keeps anyway."""
    _, whom = shop(3)
    other = with_sisters(whom, 0.25)
    np.testing.assert_allclose(other.lost, 0.75 * whom.lost)
    np.testing.assert_allclose(other.web, whom.web + 0.25 * whom.lost)
    np.testing.assert_array_equal(other.moved, whom.moved)


def test_information_is_worth_most_where_the_decision_is_in_doubt() -> None:
    """Against a simulation of trial and decision; and nothing where the sign is certain."""
    rng = np.random.default_rng(1)
    customers = np.maximum(rng.normal(40, 12, 4000), 1)
    gain = 3.0 * customers - 118 + rng.normal(0, 20, 4000)
    error = 0.12
    seen = customers + error * customers.mean() * rng.standard_normal(4000)
    slope = customers.var() / (customers.var() + (error * customers.mean()) ** 2)
    believed = 3.0 * (customers.mean() + slope * (seen - customers.mean())) - 118
    worth = np.maximum(believed, 0).mean() - max(gain.mean(), 0)
    assert expected_information(gain, customers, error) == pytest.approx(worth, rel=0.1)
    assert expected_information(gain + 500, customers, error) < 0.01
    assert expected_information(gain, customers, 5.0) < 0.4 * worth


def test_groups_hold_every_store_once_and_share_their_teachers() -> None:
    """Each store is a pupil of one group; teachers are the few that open in rare hours."""
    cases = {case.store: case for case in map(facts, range(300))}
    cases = {name: replace(c, site=replace(c.site, format="")) for name, c in cases.items()}
    found = groups(cases, size=60)
    pupils = [store for group in found for store in group.pupils]
    assert sorted(pupils) == sorted(cases)
    late = {name for name, case in cases.items() if case.hours.current.weekly_hours == 58}
    for group in found:
        assert set(group.teachers) <= late
        assert len(group.teachers) + len(set(group.pupils) & late) >= TEACHERS


def test_shops_of_a_mall_stay_in_one_group() -> None:
    """A mall is never cut in two."""
    cases = {}
    for number in range(100):
        case = facts(number)
        site = replace(case.site, format="", mall=f"mall {number % 13}")
        cases[case.store] = replace(case, site=site)
    for group in groups(cases, size=20):
        malls = {cases[store].site.mall for store in group.pupils}
        for mall in malls:
            members = {name for name, case in cases.items() if case.site.mall == mall}
            assert members <= set(group.pupils)


def test_takings_error_is_that_of_the_mean_of_four_weeks() -> None:
    """A year of thirteen blocks: their spread over the root of their number."""
    rng = np.random.default_rng(0)
    daily = rng.gamma(20, 5, (13 * 28, 1))

    class Seen:
        transactions, revenue = daily, None

    blocks = daily.reshape(13, 28).sum(axis=1)
    expected = blocks.std(ddof=1) / blocks.mean() / np.sqrt(13)
    assert takings_error(Seen()) == pytest.approx(expected)  # type: ignore[arg-type]
