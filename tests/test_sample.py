"""The sample shop hides a truth that is known, and the estimate finds it."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizer.case import Case, DataFile
from optimizer.casefile import read_case
from optimizer.data.observations import read_observations
from optimizer.demand import estimate
from optimizer.demand.demand import interval
from optimizer.planning.lost import sales_lost

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "sample_data"))

import generate  # noqa: E402  the script that makes the sample is not a package

FOLDER = ROOT / "sample_data" / "old_town_gifts"


def case_of(sample: generate.Sample) -> Case:
    """The sample's case with freshly drawn exports, as if they had been uploaded."""
    facts = read_case(FOLDER)
    exports = {"till": "sales", "street": "footfall", "web": "web"}
    files = tuple(
        DataFile(f"{name}.csv", kind=kind, content=generate.as_csv(getattr(sample, name)))
        for name, kind in exports.items()
    )
    return replace(facts, data=files)


def test_sample_in_the_repository_is_what_the_script_makes(tmp_path: Path) -> None:
    """Running the script again writes the same bytes."""
    generate.write(tmp_path)

    for file in FOLDER.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_sample_says_that_it_is_synthetic() -> None:
    """The case and the README both say that the shop is made up."""
    assert read_case(FOLDER).synthetic
    assert "synthetic" in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_intervals_cover_the_hidden_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 50 shops the 90 % interval covers true demand and true loss 43 to 48 times each.

    Each seed is another shop: its rhythm, its shares and all noise are drawn anew. The intervals
    are narrower than what they surround.
    """
    monkeypatch.setattr(estimate, "_each_alone", lambda *_: ())  # sentences that nobody reads here
    covered, widths = [], []
    for seed in range(50):
        sample = generate.make(seed)
        case = case_of(sample)
        shop = read_observations(case)[""]
        lost = sales_lost(case, estimate.fit_demands(case, [shop])[""])
        after = sum(sample.demand[day, close:22].sum()
                    for day, (_, close) in generate.HOURS.items())  # fmt: skip
        truth = after * generate.BASKET_MEAN
        pairs = ((lost.potential, truth), (lost.lost, truth * sample.lost))
        told = [(interval(draws.sum(1)), true) for draws, true in pairs]
        covered.append([t["p05"] <= true <= t["p95"] for t, true in told])
        widths.append([(t["p95"] - t["p05"]) / t["mean"] for t, _ in told])

    potential, loss = np.sum(covered, axis=0)

    assert 43 <= potential <= 48
    assert 43 <= loss <= 48
    assert np.max(widths) < 1
