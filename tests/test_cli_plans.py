"""The verbs on decisions: the reasons of a plan, its ladders, and what-ifs from a file."""

import json
from pathlib import Path

import pytest

import optimizer as opt
from optimizer.cli import main

SAMPLE = str(Path(__file__).resolve().parent.parent / "sample_data" / "old_town_gifts")
WHAT_IFS = """
["dear work"]
economics.wage = 20.0
["dear and busy"]
based_on = "dear work"
demand = 1.3
"""


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_plan_gives_its_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence a weekday, easier hours, hours of duty, and no broken rule."""
    told = answer(capsys, "plan", SAMPLE, "--time-limit", "0")

    assert [row["weekday"] for row in told["weekdays"]] == list(range(7))
    assert all(row["says"].endswith(".") for row in told["weekdays"])
    assert 0 <= told["simplest"]["costs"] <= 0.02 * told["objective"] + 1e-6
    assert told["broken_rules"] == []
    assert told["duty_hours"] == 0


def test_plan_is_told_to_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    """The same sentences without --json."""
    assert main(["plan", SAMPLE, "--time-limit", "0"]) == 0
    lines = capsys.readouterr().out
    assert "Thursday until" in lines
    assert "Easier to remember" in lines


def test_ladder_of_one_weekday(capsys: pytest.CaptureFixture[str]) -> None:
    """The rungs are those of the package; both doors have some."""
    told = answer(capsys, "ladder", SAMPLE, "--weekday", "thu", "--time-limit", "0")
    case = opt.read_case(SAMPLE)
    whom = opt.potential(case, opt.estimate_demand(case))
    rungs = opt.price_ladder(case, whom, opt.optimize(case, whom, time_limit=0), 3)
    (day,) = told["weekdays"]

    assert [row["closes"] for row in day["later"]][:2] == ["13:00", "13:30"]
    assert [row["earns"] for row in day["later"]] == pytest.approx([r.earns for r in rungs])
    assert {row["closes"] for row in day["earlier"]} == {day["closes"]}
    assert {"costs", "paid_hours", "break_even_customers", "chance", "against", "pays"} <= set(
        day["later"][0]
    )
    assert main(["ladder", SAMPLE, "--weekday", "someday"]) == 1
    assert "is not a weekday" in capsys.readouterr().err


def test_compare_reads_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables of changed fields, one based on another, beside the facts as stated."""
    file = tmp_path / "scenarios.toml"
    file.write_text(WHAT_IFS, encoding="utf-8")
    told = answer(capsys, "compare", SAMPLE, str(file))
    case = opt.read_case(SAMPLE)
    changes = {"dear and busy": {"economics.wage": 20.0, "demand": 1.3}}
    table = opt.compare(case, opt.estimate_demand(case), changes)
    rows = {row["name"]: row for row in told["what_if"]}

    assert list(rows) == ["as stated", "dear work", "dear and busy"]
    assert rows["dear and busy"]["profit"] == pytest.approx(table.profit["dear and busy"])
    assert set(rows["dear work"]["best_profit"]) == {"mean", "p05", "p95"}
    assert main(["compare", SAMPLE, str(file)]) == 0
    assert "dear and busy:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "Name the what-ifs last"),
        ("wage = 3", "tables with a name"),
        ("[a", "not valid TOML"),
        ("[a]\neconomics.wages = 3", 'no field "wages"'),
        ('[a]\nbased_on = "b"', "based on"),
        ("[a]\nperiod_minutes = 15", "cannot change the clock"),
    ],
)
def test_a_wrong_file_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, said: str
) -> None:
    """What is wrong with the what-ifs, and exit code 1."""
    file = tmp_path / "scenarios.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    assert main(["compare", SAMPLE, str(file)]) == 1
    assert said in capsys.readouterr().err
