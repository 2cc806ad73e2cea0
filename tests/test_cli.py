"""The terminal says what the package computes, and a mistake costs one sentence."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import optimizer as opt
from optimizer.cli import main
from optimizer.demand.changes import as_measured

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = str(ROOT / "sample_data" / "old_town_gifts")
INTERVAL = {"mean", "p05", "p50", "p95"}


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two stores, six weeks, as a period total per hour."""
    rng = np.random.default_rng(1)
    rows = ["store,timestamp,transactions"]
    for store in ("North", "South"):
        for day in range(42):
            for hour in range(9, 17):
                when = np.datetime64("2026-03-02") + np.timedelta64(day, "D")
                rows.append(f"{store},{when} {hour:02d}:00,{rng.poisson(9)}")
    file = tmp_path_factory.mktemp("chain") / "sales.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    return str(file)


def test_lost_has_the_keys_that_others_rely_on(capsys: pytest.CaptureFixture[str]) -> None:
    """The machine answer of `lost` carries the split, the intervals and the advice."""
    told = answer(capsys, "lost", SAMPLE, "--close", "17:00")

    assert {"store", "currency", "period_minutes", "warnings"} <= set(told)
    assert set(told["per_week"]) == {"potential", "moved", "web", "lost"}
    assert all(set(part) == INTERVAL for part in told["per_week"].values())
    assert {row["weekday"] for row in told["by_weekday"]} == set(range(6))
    assert all(row["close"] == "17:00" for row in told["by_weekday"])
    assert told["advice"] in ("open", "stay", "try", "not enough data")
    assert told["unit"] == "EUR"
    week = told["per_week"]
    parts = sum(week[part]["mean"] for part in ("moved", "web", "lost"))
    assert parts == pytest.approx(week["potential"]["mean"])


def test_terminal_and_package_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """The verb prints the number that the three lines of Python compute."""
    case = opt.read_case(SAMPLE)
    lost = opt.sales_lost(case, opt.estimate_demand(case))

    told = answer(capsys, "lost", SAMPLE)

    assert told["per_week"]["lost"] == pytest.approx(opt.interval(lost.lost.sum(1)))


def test_demand_lists_every_period_of_the_week(capsys: pytest.CaptureFixture[str]) -> None:
    """336 half-hours with interval, grade and evidence; and the hours after closing as a sum."""
    told = answer(capsys, "demand", SAMPLE)

    assert len(told["periods"]) == 336
    assert told["periods"][0]["start"] == "00:00"
    assert all(set(row["transactions"]) == INTERVAL for row in told["periods"])
    assert {row["grade"] for row in told["periods"]} <= set("ABCDE")
    thursday = next(row for row in told["daily"] if row["weekday"] == 3)
    summed = [row for row in told["periods"] if row["weekday"] == 3 and "17" <= row["start"] < "22"]
    assert thursday["after"] == "17:00"
    assert thursday["transactions"]["mean"] == pytest.approx(
        sum(row["transactions"]["mean"] for row in summed)
    )
    assert sum(row["weight"] for row in told["evidence"]) == pytest.approx(1)


def test_plan_beats_today_and_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The plan earns at least what today's hours earn, within its bound, and lands in files."""
    told = answer(capsys, "plan", SAMPLE, "-o", str(tmp_path))

    assert told["status"] == "optimal"
    assert told["objective"] <= told["bound"] + 0.01
    assert told["profit"]["mean"] == pytest.approx(told["objective"], abs=0.01)
    assert told["profit"]["mean"] > told["today"]["profit"]["mean"]
    paid = sum(row["staff"] for row in told["staff"]) / 2
    assert paid == pytest.approx(told["paid_hours"])
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["hours"]
    assert (tmp_path / "shifts.csv").read_text(encoding="utf-8-sig").startswith("store,weekday")


def test_evaluate_judges_any_hours(capsys: pytest.CaptureFixture[str]) -> None:
    """Given hours are judged beside today's, in the same money."""
    told = answer(capsys, "evaluate", SAMPLE, "--hours", "Mo-Fr 10:00-19:00; Sa 10:00-16:00")

    assert told["hours"] == "Mo-Fr 10:00-19:00; Sa 10:00-16:00"
    assert told["lost"] < told["today"]["lost"]
    assert told["wage_cost"] > told["today"]["wage_cost"]


def test_a_chain_answers_store_by_store(capsys: pytest.CaptureFixture[str], till: str) -> None:
    """A store column makes one answer per store; demand rows carry the store."""
    lost = answer(capsys, "lost", till, "--basket", "20")
    demand = answer(capsys, "demand", till)

    assert [row["store"] for row in lost["stores"]] == ["North", "South"]
    assert {row["store"] for row in demand["periods"]} == {"North", "South"}
    assert len(demand["periods"]) == 336 * 2


def test_without_money_the_answer_is_in_customers(
    capsys: pytest.CaptureFixture[str], till: str
) -> None:
    """A till without amounts is answered in customers, and hours inferred are said."""
    check = answer(capsys, "check", till)
    lost = answer(capsys, "lost", till)
    plan = answer(capsys, "plan", till)

    assert check["stores"][0]["hours_inferred"]
    assert "09:00-17:00" in check["stores"][0]["hours"]
    assert lost["stores"][0]["unit"] == "customers"
    assert lost["stores"][0]["advice"] == "not enough data"
    assert plan["stores"][0]["unit"] == "customers"


def test_the_real_bakery_runs_unedited(capsys: pytest.CaptureFixture[str], shared_data) -> None:
    """Several rows per receipt, no prices, no stated hours: an answer in customers, no claim."""
    file = str(shared_data / "pos_bakery_edinburgh" / "BreadBasket_DMS.csv")
    place = ("--timezone", "Europe/London", "--country", "GB")

    lost = answer(capsys, "lost", file, *place)
    priced = answer(capsys, "lost", file, *place, "--basket", "8.50")
    plan = answer(capsys, "plan", file, *place)

    assert lost["unit"] == "customers"
    assert lost["advice"] in ("not enough data", "try")
    assert any("inferred" in said for said in lost["warnings"])
    assert priced["unit"] == "EUR"
    assert priced["advice"] in ("not enough data", "try")
    assert plan["status"] in ("optimal", "feasible")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lost", "nowhere.csv"], "there is no such file"),
        (["lost", SAMPLE, "--close", "25:00"], "not a time of day"),
        (["lost", SAMPLE, "--wage", "much"], "economics.wage"),
        (["evaluate", SAMPLE, "--hours", "always"], "always"),
        (["lost", SAMPLE, "--timezone", "Moon"], "time zone"),
        (["sample", SAMPLE], "not empty"),
        (["trial", "design", SAMPLE, "--start", "soon"], "not a date"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_1(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """No traceback: one line on stderr that names what is wrong."""
    assert main(arguments) == 1

    told = capsys.readouterr()
    assert words in told.err
    assert told.err.count("\n") == 1
    assert not told.out


def test_wrong_usage_exits_with_2() -> None:
    """A verb that does not exist is a matter of usage."""
    with pytest.raises(SystemExit) as stopped:
        main(["loose", SAMPLE])

    assert stopped.value.code == 2


def test_sample_copies_a_case_that_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The copied folder is a case of its own."""
    assert main(["sample", str(tmp_path / "mine")]) == 0
    assert "synthetic" in capsys.readouterr().out
    assert opt.read_case(tmp_path / "mine").synthetic


def test_readable_answers_for_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json people get sentences: the headline, the table, the shifts."""
    for verb, words in (("check", "rows used"), ("demand", "Customers per hour"),
                        ("lost", "costs you about"), ("plan", "Proposed hours")):  # fmt: skip
        assert main([verb, SAMPLE]) == 0
        assert words in capsys.readouterr().out


def test_python_dash_m_is_the_same_program() -> None:
    """`python -m optimizer` starts the terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "optimizer", "--help"], capture_output=True, text=True, cwd=ROOT
    )

    assert done.returncode == 0
    assert "opening-hours" in done.stdout


def test_a_trial_is_designed_and_changes_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Drawn dates on open weekdays with their cost; and what the festival week brought."""
    design = answer(capsys, "trial", "design", SAMPLE, "--evenings", "6", "--start", "2026-11-02")
    told = answer(capsys, "trial", "read", SAMPLE)

    assert len(design["dates"]) == 6
    assert design["dates"] == sorted(set(design["dates"]))
    assert design["dates"][0] >= "2026-11-02"
    assert design["cost"] > 0
    assert told["trials"] == []
    assert told["changes"][0]["days"] == 6
    assert told["changes"][0]["per_day"]["gross"]["p05"] > 0


def test_the_lost_share_can_be_measured(capsys: pytest.CaptureFixture[str], till: str) -> None:
    """The sample's own festival week can stand in for the stated share; a plain till cannot."""
    case = opt.with_changes(
        opt.read_case(SAMPLE), {"displacement.lost": None, "displacement.preset": "measured"}
    )
    shop = opt.read_observations(case)[""]
    low, likely, high = as_measured(case, shop).displacement.lost

    assert 0 <= low < likely < high <= 1
    assert main(["lost", till, "--lost-share", "measured"]) == 1
    assert "no change of hours" in capsys.readouterr().err


def test_a_chain_designs_a_switchback(capsys: pytest.CaptureFixture[str], till: str) -> None:
    """Two stores take turns with longer hours, and the detectable change is said."""
    told = answer(capsys, "trial", "design", till, "--kind", "switchback", "--weeks", "12")

    assert told["names"] == ["North", "South"]
    assert len(told["late_weeks"]) == 2
    assert 0 < told["detectable_change"] < 1
    assert main(["trial", "design", SAMPLE, "--kind", "parallel"]) == 1
    assert "at least two" in capsys.readouterr().err
