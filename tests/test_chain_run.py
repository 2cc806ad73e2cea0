"""A whole chain from its folder to files: every step at once, and in the terminal."""

import json
import math
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.chain_shops import chain_folder
from optimizer.casefile import for_store, read_case
from optimizer.chain.reduce import reduce_rows
from optimizer.chain.run import ChainAnswer, solve_chain
from optimizer.chain.stores import ANSWERS
from optimizer.cli import main
from optimizer.errors import CaseError, DataError, PlanError
from optimizer.opening import OpeningHours
from optimizer.reporting import chain_words

pytest.importorskip("duckdb")
STORES = 14


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen shops over a year; two in a mall, one with hours in which it sells nothing."""
    made = chain_folder(tmp_path_factory.mktemp("chain"), STORES, STORES * 30_000, minutes=60)
    file = made / "stores.csv"
    table = pd.read_csv(file)
    table["mall"] = ["the mall" if store in ("S0004", "S0007") else "" for store in table["store"]]
    table["min_hours"] = np.where(table["store"] == "S0002", 60.0, np.nan)
    table.loc[table["store"] == "S0003", "hours"] = "Mo 03:00-04:00"
    table.to_csv(file, index=False)
    return made


@pytest.fixture(scope="module")
def answer(folder: Path) -> ChainAnswer:
    return solved(folder)


def solved(source: Path, **options: object) -> ChainAnswer:
    case = read_case(source)
    reduced, _ = reduce_rows(case, source / "cells", minutes=60)
    options = {"backend": "serial", "whole_shifts": False} | options
    return solve_chain(case, reduced, **options)  # type: ignore[arg-type]


def test_columns_of_stores_csv_become_facts(folder: Path) -> None:
    """Short names, places, malls and least hours are read; unknown columns are named."""
    case = for_store(read_case(folder), "S0002")
    assert case.site.least_hours == 60
    assert case.site.region == "east"
    assert case.site.latitude == pytest.approx(60.1)
    assert for_store(read_case(folder), "S0004").site.mall == "the mall"
    assert case.hours.current == OpeningHours.parse("Mo-Fr 10:00-18:00; Sa 10:00-16:00")
    (folder.parent / "odd").mkdir()
    (folder.parent / "odd" / "case.toml").write_text("version = 1\n")
    (folder.parent / "odd" / "stores.csv").write_text("store,colour\nA,red\n")
    with pytest.raises(CaseError, match="colour"):
        for_store(read_case(folder.parent / "odd"), "A")


def test_every_store_has_a_row_or_a_reason(answer: ChainAnswer) -> None:
    """The store that sells nothing in its hours is told apart; all others are planned."""
    assert list(answer.errors) == ["S0003"]
    assert "no sales" in answer.errors["S0003"]
    assert len(answer.stores) == STORES - 1
    assert sorted(store for _, stores, _ in answer.units for store in stores) == sorted(
        answer.stores.index
    )


def test_the_split_gives_every_store_its_week(answer: ChainAnswer) -> None:
    """Hours and money of the stores add up to the split; mall and least hours are kept."""
    split = answer.budget.split(answer.paid_hours_today * 0.9)
    plan = answer.planned(split)
    assert plan["paid_hours"].sum() == pytest.approx(split.used)
    assert plan["profit"].sum() == pytest.approx(split.profit)
    assert plan.loc["S0004", "hours"] == plan.loc["S0007", "hours"]
    assert plan.loc["S0002", "paid_hours"] >= 60
    tight = answer.planned(answer.budget.split(answer.budget.least))["paid_hours"]
    assert tight["S0002"] == 60
    assert tight.drop("S0002").max() < 10
    for hours in plan["hours"]:
        assert OpeningHours.parse(hours).weekly_hours > 0


def test_changes_of_the_budget_are_told_by_store(answer: ChainAnswer) -> None:
    """What a cut costs is the sum over the shops that it touches."""
    before = answer.budget.split((answer.budget.least + answer.budget.most) / 2)
    after = answer.budget.split(before.used * 0.95)
    changed = answer.changed(before, after)
    assert changed["money"].sum() == pytest.approx(after.profit - before.profit)
    assert changed["hours"].sum() == pytest.approx(after.used - before.used)
    assert (changed["hours"] != 0).all()


def test_processes_give_the_same_answer_and_go_on_where_they_stopped(
    folder: Path, answer: ChainAnswer, tmp_path: Path
) -> None:
    """Two processes agree with one to the bit; kept answers serve the same question only."""
    other = solved(folder, backend="process", workers=2, folder=tmp_path)
    pd.testing.assert_frame_equal(other.stores, answer.stores, check_exact=True)
    for mine, theirs in zip(other.units, answer.units, strict=True):
        assert mine[:2] == theirs[:2]
        np.testing.assert_array_equal(mine[2].profit, theirs[2].profit)
    kept = (tmp_path / ANSWERS).read_text()
    again = solved(folder, folder=tmp_path)
    pd.testing.assert_frame_equal(again.stores, answer.stores, check_exact=True)
    assert (tmp_path / ANSWERS).read_text() == kept
    solved(folder, folder=tmp_path, whole_shifts=True)
    assert (tmp_path / ANSWERS).read_text() != kept


def test_the_verb_writes_every_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One row per store in three formats, hours for Google and OSM, and a report."""
    out = tmp_path / "out"
    arguments = ["chain", str(folder), "--quick", "--workers", "1", "-o", str(out)]
    assert main([*arguments, "--budget", "500", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["used"] <= 500
    assert told["profit"] <= told["bound"]
    assert list(told["errors"]) == ["S0003"]
    csv, parquet = pd.read_csv(out / "stores.csv"), pd.read_parquet(out / "stores.parquet")
    excel = pd.read_excel(BytesIO((out / "stores.xlsx").read_bytes()), engine="openpyxl")
    for table in (csv, parquet, excel):
        assert table["store"].tolist() == csv["store"].tolist()
        assert len(table) == STORES
        assert table["paid_hours"].sum() == pytest.approx(told["used"])
    assert csv["error"].notna().sum() == 1
    google = pd.read_csv(out / "google-hours.csv")
    assert len(google) == STORES - 1
    assert set(google["Store code"]) == set(csv["store"]) - {"S0003"}
    osm = pd.read_csv(out / "opening-hours.csv").set_index("store")["opening_hours"]
    for _, row in csv.dropna(subset="hours").iterrows():
        assert OpeningHours.parse(osm[row["store"]]) == OpeningHours.parse(row["hours"])
    page = (out / "report.html").read_text()
    assert "500" in page or "paid hours a week" in page
    assert "<script" not in page
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "shops would earn" in text
    assert "Cutting" in text


def test_a_cluster_that_is_already_there_gives_the_same_plan(
    folder: Path, answer: ChainAnswer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verb reduces, solves and shares out at the address of a Dask scheduler."""
    distributed = pytest.importorskip("distributed")
    split = answer.budget.split(500)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://",
        host="127.0.0.1", dashboard_address=None,
    ) as cluster:  # fmt: skip
        at = ["--scheduler", cluster.scheduler_address]
        where = ["-o", str(tmp_path / "out"), "--budget", "500", "--quick", "--json"]
        assert main(["chain", str(folder), *at, *where]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["profit"] == split.profit
    planned = answer.planned(split)
    for row in told["stores"]:
        assert row["hours"] == planned.loc[row["store"], "hours"]


def test_a_budget_of_wages_is_spent_where_it_earns_most(answer: ChainAnswer) -> None:
    """Wages of the same hours are the same split; where some hours cost twice, fewer go there."""
    today = answer.stores["wage_an_hour"]
    assert today.between(14.46 * 1.3 - 1e-6, 14.46 * 1.3 * 2).all()
    hours = (answer.budget.least + answer.budget.most) / 2
    alike = replace(answer, stores=answer.stores.assign(wage_an_hour=20.0))
    split, spent = alike.within_wages(20 * hours)
    np.testing.assert_array_equal(split.corner, answer.budget.split(hours).corner)
    assert spent == pytest.approx(20 * split.used)
    before = answer.planned(answer.budget.split(hours))["paid_hours"]
    dear = before.idxmax()
    cost = pd.Series(np.where(today.index == dear, 40.0, 20.0), today.index)
    unlike = replace(answer, stores=answer.stores.assign(wage_an_hour=cost))
    split, spent = unlike.within_wages(20 * hours)
    got = answer.planned(split)["paid_hours"]
    assert spent == pytest.approx((got * cost).sum())
    assert spent <= 20 * hours
    assert got[dear] < before[dear]
    with pytest.raises(PlanError, match="Give at least"):
        answer.within_wages(1.0)


def test_a_budget_that_opens_no_shop_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence with the least that is needed, and exit code 1."""
    arguments = ["chain", str(folder), "--quick", "--workers", "1", "-o", str(tmp_path)]
    assert main([*arguments, "--budget", "1"]) == 1
    assert "Give at least" in capsys.readouterr().err


@pytest.mark.parametrize("amount", ["nan", "inf", "-5", "much"])
def test_what_is_no_budget_is_refused(folder: Path, amount: str) -> None:
    """By the terminal's own line, before anything is read."""
    with pytest.raises(SystemExit) as stop:
        main(["chain", str(folder), f"--budget={amount}"])
    assert stop.value.code == 2


def test_more_hours_than_pay_are_left_over(answer: ChainAnswer) -> None:
    """A budget beyond all use uses what pays, and the sentences say that no more does."""
    split = answer.budget.split(1e9)
    assert split.used == pytest.approx(answer.budget.most)
    assert chain_words.next_hours(answer, split) == ["No shop would use further hours."]
    near = answer.budget.split(0.9 * answer.budget.most)
    assert chain_words.next_hours(answer, near)[0].startswith("Of 100 more hours a week only")
    least = answer.budget.split(answer.budget.least)
    assert chain_words.a_cut(answer, least) == [
        "No hours can be cut: every shop has as few as its rules allow."
    ]
    rich = replace(answer, stores=answer.stores.assign(profit_today=1e5))
    assert "a week less than with today's hours" in chain_words.headline(rich, least)
    assert "a week more than with today's hours" in chain_words.headline(answer, split)


def test_what_must_be_known_along_with_it_is_said(answer: ChainAnswer) -> None:
    """Limits that no week keeps, shops that are not listed, and sisters near by."""
    told = " ".join(chain_words.provisos(answer))
    assert "cannot get" not in told
    assert "not in stores.csv" not in told
    dear = answer.stores.assign(least_hours=np.where(answer.stores.index == "S0001", 900.0, 0.0))
    told = " ".join(chain_words.provisos(replace(answer, stores=dear)))
    assert "S0001 cannot get 900 paid hours a week: what pays there takes 4 to" in told
    low = answer.stores.assign(most_hours=np.where(answer.stores.index == "S0006", 0.5, np.nan))
    assert "S0006 cannot get 0.5 paid hours" in chain_words.provisos(replace(answer, stores=low))[0]
    fewer = tuple(pair for pair in answer.case.stores if pair[0] not in ("S0001", "S0009"))
    told = " ".join(chain_words.provisos(replace(answer, case=replace(answer.case, stores=fewer))))
    assert "2 shops are not in stores.csv, and planned with the facts of case.toml: S0001" in told
    near = answer.stores.assign(kept_by_sisters=np.where(answer.stores.index == "S0001", 0.3, 0.0))
    assert "1 shop has a sister so near" in " ".join(
        chain_words.provisos(replace(answer, stores=near))
    )


def test_names_that_fit_no_data_are_refused(folder: Path) -> None:
    """Where list and data name the stores differently both are told of."""
    case = replace(read_case(folder), stores=(("Shop 1", ()), ("Shop 2", ())))
    reduced, _ = reduce_rows(case, folder / "cells", minutes=60)
    with pytest.raises(DataError, match='Name the stores alike in both; the data name "S0000"'):
        solve_chain(case, reduced, backend="serial")


def test_the_comparison_is_of_every_store(answer: ChainAnswer) -> None:
    """Places run over all stores, and chances are chances."""
    fair = answer.comparison
    assert fair.rank_low.min() >= 1
    assert fair.rank_high.max() <= len(answer.stores)
    assert np.all(fair.rank_low <= fair.rank_high)
    pays = answer.stores["later_pays"].dropna()
    assert pays.between(0, 1).all()
    assert all(math.isfinite(value) for value in answer.stores["thursday_information"])
