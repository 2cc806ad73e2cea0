"""The sample chain hides a truth that is known, and the program finds it."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from optimizer.case import DataFile
from optimizer.casefile import for_store, read_case
from optimizer.cli import main
from optimizer.data.observations import read_observations
from optimizer.demand.estimate import fit_demands
from optimizer.planning.potential import potential

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "sample_data"))

import generate_chain  # noqa: E402  the script that makes the sample is not a package

FOLDER = ROOT / "sample_data" / "old_town_chain"
STORES = generate_chain.STORES


def test_the_chain_in_the_repository_is_what_the_script_makes(tmp_path: Path) -> None:
    """Running the script again writes the same bytes, not many of them, and says what they are."""
    generate_chain.write(tmp_path)
    for file in FOLDER.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 400_000
    assert read_case(FOLDER).synthetic
    assert "synthetic" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_its_hours_are_those_that_stores_csv_states() -> None:
    """The generator opens the doors exactly when the case says."""
    case = read_case(FOLDER)
    for store in STORES:
        stated = for_store(case, store.store).hours.current
        assert stated is not None
        share = stated.week_share(case.grid).reshape(7, 24)
        np.testing.assert_array_equal(share > 0, generate_chain.opening(store.hours))


def test_late_shops_teach_the_others() -> None:
    """Evenings of shops that never were open late are found, from those of three that are.

    Over three chains, each drawn anew; and better than if every evening hour were like the mean
    open one.
    """
    case = read_case(FOLDER)
    found, naive, truth, covered = [], [], [], []
    for seed in range(3):
        sample = generate_chain.make(seed)
        till = DataFile("till.csv", kind="sales", content=generate_chain.as_csv(sample.till))
        seen = read_observations(replace(case, data=(till,)))
        demands = fit_demands(case, list(seen.values()))
        for store, demand in zip(STORES, sample.demand, strict=True):
            if store.hours != generate_chain.EARLY:
                continue
            shop = seen[store.store]
            whom = potential(for_store(case, store.store), demands[store.store])
            draws = whom.thinned().customers.reshape(-1, 7, 24)[:, :5, 17:20].mean((1, 2))
            low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95])
            true = demand[:5, 17:20].mean()
            truth.append(true)
            found.append(middle)
            naive.append(np.nanmean(shop.transactions[shop.weekday < 5]))
            covered.append(low <= true <= high)
    missed, plainly = (np.abs(np.array(e) - truth).sum() / np.sum(truth) for e in (found, naive))
    assert missed < 0.15 < plainly
    assert sum(covered) >= 18  # of 21


def test_the_sample_is_copied_and_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two verbs from nothing to a plan that earns more; the shops of the mall open alike."""
    mine = tmp_path / "mine"
    assert main(["sample", str(mine), "--kind", "chain"]) == 0
    assert "opening-hours chain" in capsys.readouterr().out
    arguments = ["chain", str(mine), "--quick", "--workers", "1", "--json"]
    assert main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert not told["errors"]
    assert told["profit"] > told["profit_today"]
    hours = {row["store"]: row["hours"] for row in told["stores"]}
    assert hours["Station"] == hours["Tower"]


@pytest.mark.parametrize(("kind", "verb"), [("shop", "lost"), ("desk", "demand")])
def test_other_kinds_of_sample(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, verb: str
) -> None:
    """The verb that is named for a kind answers from its copy."""
    assert main(["sample", str(tmp_path / kind), "--kind", kind]) == 0
    assert f"opening-hours {verb}" in capsys.readouterr().out
    assert main([verb, str(tmp_path / kind)]) == 0
    assert capsys.readouterr().out


def test_the_app_opens_the_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the folder on the command line the page Stores shows all ten shops."""
    monkeypatch.setattr(sys, "argv", [str(ROOT / "app.py"), str(FOLDER)])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.switch_page("optimizer/app/stores.py").run()
    assert not app.exception
    assert not app.error
    assert sorted(app.dataframe[0].value["Store"]) == sorted(store.store for store in STORES)
