"""Facts are checked at birth, read from one file, and changed only by copying."""

import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer.case import Case, DataFile, Economics
from optimizer.casefile import case_from_files, for_store, read_case, with_changes
from optimizer.errors import CaseError, DataError
from optimizer.opening import OpeningHours
from optimizer.timegrid import TimeGrid, clock, parse_clock, public_holidays

ROOT = Path(__file__).resolve().parent.parent


def write(folder: Path, text: str) -> Path:
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return folder


def test_every_line_of_the_sample_case_is_understood() -> None:
    """The sample's case.toml gives typed facts, dates and hours included."""
    case = read_case(ROOT / "sample_data" / "old_town_gifts")

    assert case.hours.current == OpeningHours.parse("Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off")
    assert case.hours.history[0].first == date(2026, 7, 6)
    assert [file.kind for file in case.data] == ["sales", "footfall", "web"]
    assert case.displacement.lost == (0.35, 0.45, 0.55)
    assert case.employee[1].name == "Veikko"
    assert case.paid_hours_limit == 37.5 + 30 + 20


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version = 2", "version: only version 1"),
        ("[economics]\nwagee = 3", 'economics.wagee: there is no field "wagee".*"wage"'),
        ("[economics]\ncontribution_margin = 42", "contribution_margin: must be above 0"),
        ("[economics]\nwage = 'much'", 'economics.wage: "much" is not a number'),
        ('[hours]\ncurrent = "Mo-Fr 25:00-26"', "hours.current"),
        ("period_minutes = 20", "period_minutes.*Choose 15, 30 or 60"),
        ('timezone = "Mars/Olympus"', "Mars/Olympus.*Europe/Helsinki"),
        ('country = "XX"', "country.*two letters"),
        ("[displacement]\nlost = [0.5, 0.2, 0.9]", "displacement.lost: must rise"),
        ("[displacement]\nlost = [0.5]", "needs 3 values, not 1"),
        ("[[employee]]\ncontract_hours = [1, 2]", 'employee: "name" is missing'),
        ("this is not toml", "case.toml: not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    """Each mistake gives one sentence that names the field and, where there is one, the cure."""
    with pytest.raises(CaseError, match=f"(?s){words}"):
        read_case(write(tmp_path, text))


@pytest.mark.parametrize(
    ("place", "most"),
    [
        ("service.minutes", 7 * 24 * 60),
        ("service.patience_minutes", 10**9),
        ("channel.minutes", 7 * 24 * 60),
        ("channel.patience_minutes", 10**9),
        ("channel.concurrency", 100),
        ("desk.answer_seconds", 24 * 60 * 60),
        ("desk.stop_minutes", 24 * 60),
    ],
)
def test_times_that_nobody_means_are_refused(place: str, most: int) -> None:
    """A week with one customer, patience without end: so much is all right, more is refused."""

    def changed(value: int) -> Case:
        where, name = place.split(".")
        if where == "channel":
            return with_changes(Case(), {"channel": [{"name": "phone", name: value}]})
        return with_changes(Case(), {place: value})

    changed(most)
    for value in (most + 1, 10**12):
        with pytest.raises(CaseError, match=f"{place}: must be "):
            changed(value)


@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan, -1, 0, 1e12])
def test_no_number_breaks_a_case(number: float) -> None:
    """Every number of a shop, set to what nobody means, is refused in words or is all right."""
    refused = []
    for place in numbers(Case(), ""):
        try:
            with_changes(Case(), {place: number})
        except CaseError as error:
            assert error.where and str(error).endswith(".")
            refused.append(place)
    if not 0 <= number <= 1e9:
        assert {"economics.wage", "service.max_staff", "labour.break_after_hours"} <= {*refused}
    if not np.isfinite(number) or number > 1e9:
        assert refused == [*numbers(Case(), "")]


def numbers(facts: Any, place: str) -> Iterator[str]:
    """Every field that holds one number, dotted."""
    hints = typing.get_type_hints(type(facts))
    for field in fields(facts):
        value = getattr(facts, field.name)
        if is_dataclass(value) and not isinstance(value, OpeningHours):
            yield from numbers(value, f"{place}{field.name}.")
        elif {int, float} & {hints[field.name], *typing.get_args(hints[field.name])}:
            yield f"{place}{field.name}"


def test_a_what_if_is_a_copy() -> None:
    """Changing fields leaves the case as it was; texts become hours and numbers."""
    case = Case(economics=Economics(wage=14.0))

    changed = with_changes(case, {"economics.wage": "15.9", "hours.current": "Mo-Fr 10:00-19:00"})

    assert case.economics.wage == 14.0
    assert changed.economics.wage == 15.9
    assert str(changed.hours.current) == "Mo-Fr 10:00-19:00"
    with pytest.raises(CaseError, match="wages"):
        with_changes(case, {"economics.wages": 1})


def test_stores_csv_makes_a_chain(tmp_path: Path) -> None:
    """A row per store changes the common facts, with commas or semicolons."""
    write(tmp_path, '[hours]\ncurrent = "Mo-Fr 10:00-17:00"\n[economics]\nwage = 14.0')
    (tmp_path / "stores.csv").write_text(
        "store;hours;economics.wage\nTurku;Mo-Sa 09:00-18:00;\nOulu;;15.5\n", encoding="utf-8-sig"
    )

    case = read_case(tmp_path)

    assert str(for_store(case, "Turku").hours.current) == "Mo-Sa 09:00-18:00"
    assert for_store(case, "Turku").economics.wage == 14.0
    assert for_store(case, "Oulu").economics.wage == 15.5


def test_what_nobody_stated_is_said() -> None:
    """Defaults for margin and wage are listed as assumptions until somebody states them."""
    case = case_from_files([DataFile("till.csv")])

    assert len(case.economics.assumed()) == 2
    stated = with_changes(case, {"economics.wage": 14, "economics.contribution_margin": 0.4})
    assert stated.economics.assumed() == []


def test_a_case_can_be_a_key() -> None:
    """Equal facts are equal and hash alike, so a case can key a cache."""
    one, two = (read_case(ROOT / "sample_data" / "old_town_gifts") for _ in range(2))

    assert one == two
    assert hash(one) == hash(two)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_days_of_23_and_25_hours(day: str, hours: int, minutes: int) -> None:
    """The skipped hour holds no time and the repeated one twice as much, as the clock says."""
    grid = TimeGrid("Europe/Helsinki", minutes)

    real = grid.real_hours(date.fromisoformat(day) - timedelta(days=1), 3)

    assert real.sum(1).tolist() == [24, hours, 24]
    if hours != 24:
        strange = np.flatnonzero(real[1] != grid.period_hours) * minutes // 60
        assert set(strange.tolist()) == {3}


def test_share_between_two_clock_times_by_hand() -> None:
    """From 16:45 to 17:30 on Mondays is a quarter of one hour and half of the next."""
    starts, ends = np.array([1005] + [0] * 6), np.array([1050] + [0] * 6)

    share = TimeGrid(period_minutes=60).share_between(starts, ends)

    assert share[0, 16:18].tolist() == [0.25, 0.5]
    assert share.sum() == 0.75


@pytest.mark.parametrize(("text", "minutes"), [("17", 1020), ("9.05", 545), ("24:00", 1440)])
def test_clock_texts(text: str, minutes: int) -> None:
    """Times are read as people write them and written as 17:00."""
    assert parse_clock(text) == minutes
    assert parse_clock(clock(minutes)) == minutes


@pytest.mark.parametrize("text", ["", "25:00", "noon", "17:75", "-1"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """A misspelt time names itself and shows how to write one."""
    with pytest.raises(CaseError, match="17:00"):
        parse_clock(text)


def test_public_holidays() -> None:
    """Finland's Midsummer Eve is a holiday; without a country there are none."""
    assert date(2026, 6, 19) in public_holidays("FI", "", 2026)
    assert public_holidays("", "", 2026) == {}


def test_an_error_is_one_sentence_and_travels() -> None:
    """What, where and cure make one line, and survive the way back from another process."""
    import pickle

    error = DataError("holds no sales", where="till.csv", cure="Give another file.")

    assert str(error) == "till.csv: holds no sales. Give another file."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
