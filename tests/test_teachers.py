"""What late stores teach the others: how far to trust a guide, and how wide to doubt."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from benchmarks.hidden_evenings import as_shop
from optimizer.case import Case
from optimizer.demand import evidence, teachers
from optimizer.demand.estimate import fit_demands
from optimizer.demand.ready import make_ready
from optimizer.demand.teachers import ENOUGH, NARROWEST, TRUST, Evenings
from optimizer.opening import DatedHours, OpeningHours

MONDAY = date(2026, 3, 2)
HOURS = np.arange(24)


def told(slope: float, apart: float, stores: int, seed: int = 0) -> Evenings:
    """Stores whose evenings follow their guides by `slope` and lie `apart` besides."""
    rng = np.random.default_rng(seed)
    promised = rng.normal(0, 0.3, stores)
    seen = slope * promised + apart * rng.standard_normal(stores)
    nothing = np.zeros((7, 24), dtype=bool)
    return Evenings(nothing, nothing, seen, promised, np.full(stores, 1e-6))


def test_guides_are_trusted_as_far_as_evenings_follow_them() -> None:
    """From many stores the slope is found; from none the prior belief; from few between them."""
    for slope in (0.0, 0.4, 1.0):
        assert teachers.trust([told(slope, 0.1, 400)]) == pytest.approx(slope, abs=0.06)
    assert teachers.trust([]) == TRUST
    few, many = (np.mean([teachers.trust([told(0.0, 0.3, n, seed)]) for seed in range(40)])
                 for n in (4, 40))  # fmt: skip
    assert many < few < TRUST
    assert teachers.trust([told(-2.0, 0.1, 50)]) == 0.0
    assert teachers.trust([told(3.0, 0.1, 50)]) == 1.0


def test_stores_of_unlike_hours_are_compared_among_themselves() -> None:
    """That stores open until 23 have more evening than those until 19 says nothing of guides."""
    early, late = told(0.6, 0.1, 200), told(0.6, 0.1, 200, seed=1)
    late = replace(late, seen=late.seen + 1.0, promised=late.promised + 2.0)
    assert teachers.trust([early, late]) == pytest.approx(0.6, abs=0.06)


@pytest.mark.parametrize(("apart", "believed"), [(0.4, 0.2), (0.2, 0.2), (0.18, 0.2), (0.05, 0.2)])
def test_intervals_become_as_wide_as_stores_lie_apart(apart: float, believed: float) -> None:
    """With many stores by the true factor, though never narrower than the limit."""
    factor = teachers.stretch([told(0.0, apart, 2000)], [believed**2])
    assert factor == pytest.approx(max(apart / believed, NARROWEST), rel=0.04)


def test_few_stores_hardly_move_the_intervals() -> None:
    """With as many as are half believed the factor is its square root; without any it is 1."""
    factors = [teachers.stretch([told(0.0, 0.4, ENOUGH + 1, seed)], [0.04]) for seed in range(200)]
    assert np.exp(np.log(factors).mean()) == pytest.approx(2**0.5, rel=0.06)
    assert teachers.stretch([], []) == 1.0
    assert teachers.stretch([told(0.0, 0.4, 50)], [0.0]) == 1.0


def test_chance_of_counting_is_not_taken_for_distance() -> None:
    """Stores alike whose counts are few lie apart by chance alone: intervals stay as narrow."""
    alike = told(0.0, 0.3, 500)
    assert teachers.stretch([alike], [0.04]) > 1.3
    by_chance = replace(alike, chance=np.full(500, 0.09))
    assert teachers.stretch([by_chance], [0.04]) == NARROWEST


def shops(late: int, early: int, noise: float, seed: int) -> tuple[list, list[float]]:
    """Stores whose street says nothing of their own evening, and their true evening sales."""
    rng = np.random.default_rng(seed)
    day = 12 * np.exp(-0.5 * ((HOURS - 13) / 3.5) ** 2)
    found, truth = [], []
    for number in range(late + early):
        own, street = (
            np.where(HOURS >= 17, np.exp(noise * rng.standard_normal()), 1.0) * (day + 1.5)
            for _ in range(2)
        )
        sales = rng.poisson(np.tile(own, (56, 1))).astype(float)
        counter = rng.poisson(np.tile(40 * street, (56, 1))).astype(float)
        close = 21 if number < late else 17
        found.append(as_shop(sales, MONDAY, 9, close, counter, f"S{number}"))
        truth.append(7 * own[17:21].sum())
    return found, truth


def evening(demand: object) -> np.ndarray:
    return demand.customers.reshape(-1, 7, 24)[:, :, 17:21].sum((1, 2))  # type: ignore[attr-defined]


def test_a_chain_learns_that_its_counters_mislead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden evenings are found better than by taking every counter at its word."""
    wrong: dict[str, list[float]] = {"learnt": [], "at its word": []}
    for seed in range(3):
        seen, truth = shops(8, 6, 0.35, seed)
        for name in wrong:
            with monkeypatch.context() as patch:
                if name == "at its word":
                    patch.setattr(teachers, "trust", lambda found: 1.0)
                demands = fit_demands(Case(period_minutes=60), seen, draws=100)
            for number in range(8, 14):
                middle = np.median(evening(demands[f"S{number}"]))
                wrong[name].append(abs(np.log(middle / truth[number])))
    assert np.mean(wrong["learnt"]) < 0.95 * np.mean(wrong["at its word"])


def test_only_hours_that_others_showed_are_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open hours, later ones, and stores with longer evenings of their own keep their intervals."""
    seen, _ = shops(8, 4, 0.35, 0)
    entry = DatedHours(first=seen[9].first, last=seen[9].dates[-1], hours=OpeningHours.parse("off"))
    seen[9] = replace(seen[9], history=(entry,))
    made = [make_ready(shop) for shop in seen]
    rng = np.random.default_rng(0)
    draws = np.exp(0.2 * rng.standard_normal((12, 50, 7, 24)))
    own = np.array([evidence.combined(evidence.rhythms(s.seen), s.base) for s in made])
    found = teachers.evenings(made, own, own)
    assert [len(one.seen) for one in found] == [8]
    monkeypatch.setattr(teachers, "stretch", lambda found, variances: 2.0)
    wide = teachers.as_far_apart(draws, made, found)
    changed = (wide != draws).any(axis=(1, 2))
    expected = np.zeros((12, 24), dtype=bool)
    expected[[8, 10, 11], 17:21] = True
    np.testing.assert_array_equal(changed, expected)
    np.testing.assert_allclose(np.median(wide, axis=1), np.median(draws, axis=1), rtol=0.02)
    spread = np.log(wide[8, :, :, 17:21]).std() / np.log(draws[8, :, :, 17:21]).std()
    assert spread == pytest.approx(2.0, rel=0.05)


def test_the_common_rhythm_is_that_of_stores_with_the_same_guides() -> None:
    """The geometric mean of four streets; three web shops are too few, and none has none."""
    rng = np.random.default_rng(1)
    rhythm = rng.uniform(0.5, 2, (8, 7, 24))
    kinds = [{"street": 1}] * 4 + [{"web": 1}] * 3 + [{}]
    shared = teachers.common(rhythm, kinds)
    for store in range(4):
        np.testing.assert_allclose(shared[store], rhythm[:4].prod(axis=0) ** 0.25)
    np.testing.assert_array_equal(shared[4:], rhythm[4:])
    half = teachers.trusted(rhythm, shared, [])
    np.testing.assert_allclose(half, np.sqrt(rhythm * shared))


def test_a_single_shop_has_no_teachers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its estimate is what its own guides say."""
    for name in ("common", "evenings", "trusted"):
        monkeypatch.setattr(teachers, name, lambda *given: pytest.fail("asked"))
    assert fit_demands(Case(period_minutes=60), shops(0, 1, 0.3, 0)[0], draws=20)
