"""The checker of rosters: it knows nothing of how they are made, and names whatever is broken."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from optimizer.case import Case
from optimizer.casefile import case_from_table, with_changes
from optimizer.opening import OpeningHours
from optimizer.people import Employee, Leave, RosterRules
from optimizer.reporting import roster_words
from optimizer.roster import check
from optimizer.roster.check import check_roster
from optimizer.roster.roster import Assignment

PACKAGE = Path(check.__file__).parent.parent
MONDAY = date(2026, 11, 23)
SHOP = case_from_table({"country": "FI", "role": [{"name": "till", "share": 1.0}]})
ANYBODY = Employee("A", (0, 48))


def shift(day: int, start: float, end: float, **more: Any) -> Assignment:
    """A shift of A by the hour, with the half-hour break in its middle that a long one needs."""
    pause: dict[str, Any] = {}
    if end - start > 6:
        middle = int(60 * (start + end) / 2) // 30 * 30
        pause = {"break_start_minute": middle, "break_minutes": 30}
    return Assignment(day, "A", int(60 * start), int(60 * end), **(pause | more))


def days(*which: int, hours: tuple[float, float] = (10, 15)) -> list[Assignment]:
    """The same hours on some days."""
    return [shift(day, *hours) for day in which]


WEEK = days(0, 1, 2, 3, 4)  # a clean one: Monday to Friday 10-15
CORRUPTED: list[tuple[str, Employee, list[Assignment], int]] = [
    ("people", ANYBODY, [*WEEK, replace(WEEK[0], person="Nobody")], 1),
    ("availability", replace(ANYBODY, available=OpeningHours.parse("Mo-Th 10:00-15:00")), WEEK, 1),
    ("availability", replace(ANYBODY, available=OpeningHours.parse("Mo-Fr 10:30-15:00")), WEEK, 1),
    ("leave", replace(ANYBODY, leave=(Leave(MONDAY, MONDAY),)), WEEK, 1),
    ("roles", replace(ANYBODY, roles=("till",)), [replace(WEEK[0], role="door"), *WEEK[1:]], 1),
    ("young people", replace(ANYBODY, age=16), [shift(0, 17.5, 22.5)], 1),
    ("longest day", replace(ANYBODY, longest_day=4.0), WEEK, 1),
    ("longest day", replace(ANYBODY, age=16), [shift(0, 10, 19)], 1),
    ("shift length", ANYBODY, [*WEEK[:4], shift(4, 10, 12)], 1),
    ("shift length", ANYBODY, [*WEEK[:4], shift(4, 9, 18.5)], 1),
    ("break", ANYBODY, [*WEEK[:4], Assignment(4, "A", 600, 1020)], 1),
    ("break", ANYBODY, [*WEEK[:4], Assignment(4, "A", 600, 1020, 600, 30)], 1),
    ("fixed shifts", replace(ANYBODY, fixed=OpeningHours.parse("Tu 11:00-16:00")), WEEK, 1),
    ("one shift at a time", ANYBODY, [*WEEK, shift(4, 14, 19)], 1),
    ("daily rest", ANYBODY, [*WEEK[:3], shift(3, 17, 22), shift(4, 8, 13)], 1),
    ("weekly rest", ANYBODY, days(0, 1, 2, 3, 4, 5, 6), 1),
    ("weekly rest", replace(ANYBODY, age=17), days(0, 1, 2, 3, 4, 6), 1),
    ("days in a row", ANYBODY, days(1, 2, 3, 4, 5, 6, 7, 8, 9), 2),
    ("nights in a row", ANYBODY, days(0, 1, 2, 3, 4, 5, hours=(0, 5)), 1),
    ("longest week", ANYBODY, days(0, 1, 2, 3, 4, 5, hours=(9, 18)), 1),
    ("contract hours", replace(ANYBODY, contract_hours=(0, 24)), WEEK, 1),
    ("free Sundays", ANYBODY, days(6, 13, 20, 27), 4),
]  # fmt: skip
ALSO = {"longest week": {"contract hours"}, "one shift at a time": {"shift length"}}


@pytest.mark.parametrize(
    ("rule", "person", "shifts", "weeks"), CORRUPTED, ids=[found[0] for found in CORRUPTED]
)
def test_every_corruption_is_named(
    rule: str, person: Employee, shifts: list[Assignment], weeks: int
) -> None:
    """A roster spoilt in one way is told by that rule, and by what follows from it alone."""
    case = replace(SHOP, employee=(person,))
    assert not check_roster(replace(SHOP, employee=(ANYBODY,)), WEEK, 1, MONDAY)

    found = {broken.rule for broken in check_roster(case, shifts, weeks, MONDAY)}

    assert rule in found
    assert found - {rule} <= ALSO.get(rule, set())


def test_every_rule_of_the_checker_is_corrupted_and_has_a_name() -> None:
    """The list above holds every rule that the checker can tell, and so do the words for them."""
    tree = ast.parse(Path(check.__file__).read_text(encoding="utf-8"))
    told = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("self._say", "Broken")
        and isinstance(node.args[0], ast.Constant)
    }

    assert told <= {found[0] for found in CORRUPTED}
    assert {found[0] for found in CORRUPTED} == set(roster_words.RULE_NAMES)


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("contract_hours", "contract hours"),
        ("longest_day", "longest day"),
        ("longest_week", "longest week"),
        ("daily_rest", "daily rest"),
        ("weekly_rest", "weekly rest"),
        ("days_in_a_row", "days in a row"),
        ("nights_in_a_row", "nights in a row"),
        ("free_sundays", "free Sundays"),
    ],
)
def test_every_rule_is_strict_or_priced_or_off_by_case_toml(field: str, rule: str) -> None:
    """Strict it is broken without a price, priced by its units, and off it is no rule at all."""
    if rule == "longest day":
        shifts, weeks, units = [shift(0, 8, 19)], 1, 0.5  # ten and a half paid hours
    elif rule == "longest week" or rule == "contract hours":
        shifts, weeks, units = days(0, 1, 2, 3, 4, 5, hours=(9, 18)), 1, 3.0
    elif rule == "daily rest":
        shifts, weeks, units = [shift(3, 17, 22), shift(4, 8, 13)], 1, 1.0
    else:
        shifts, weeks = next(found[2:] for found in CORRUPTED if found[0] == rule)
        units = 1.0

    def prices(firmness: float | str) -> list[float | None]:
        people = [{"name": "A", "contract_hours": [0, 48]}]
        table = {"country": "FI", "employee": people, "roster": {field: firmness}}
        broken = check_roster(case_from_table(table), shifts, weeks, MONDAY)
        return [found.price for found in broken if found.rule == rule]

    assert prices("strict") == [None]
    assert prices(7.0) == [pytest.approx(7.0 * units)]
    assert prices("off") == []


def test_averaged_contract_hours_are_checked_over_all_weeks() -> None:
    """24 hours and 16 are 20 a week on average; another four are too many."""
    busy = [*days(0, 1, 2, 3, hours=(10, 16)), *days(7, 8, 9, 10, hours=(10, 14))]
    case = replace(SHOP, employee=(replace(ANYBODY, contract_hours=(0, 20)),))
    averaged = replace(case, roster=RosterRules(averaging_weeks=2))

    assert {b.rule for b in check_roster(case, busy, 2)} == {"contract hours"}
    assert not check_roster(averaged, busy, 2)
    more = [*busy, shift(11, 10, 14)]
    assert {b.rule for b in check_roster(averaged, more, 2)} == {"contract hours"}


def test_rest_is_measured_over_midnight_and_over_weeks() -> None:
    """Sunday until midnight and Monday from nine: nine hours of rest, though in another week."""
    case = replace(SHOP, employee=(ANYBODY,))
    found = check_roster(case, [shift(6, 19, 24), shift(7, 9, 14)], 2)

    assert [b.rule for b in found] == ["daily rest"]
    assert "9 hours of rest before the shift, not 11" in found[0].says


def imported(name: str) -> Iterator[str]:
    """Modules of ours that a module imports, and packages of others."""
    path = PACKAGE.joinpath(*name.split(".")).with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            first, _, rest = node.module.partition(".")
            yield rest if first == "optimizer" else first


def test_checker_knows_no_solver() -> None:
    """Neither it nor anything it imports knows how rosters are searched for or judged."""
    seen: set[str] = set()
    coming = ["roster.check"]
    while coming:
        name = coming.pop()
        if name not in seen:
            seen.add(name)
            is_ours = PACKAGE.joinpath(*name.split(".")).with_suffix(".py").is_file()
            coming += imported(name) if is_ours else []

    assert {"roster.rules", "case", "people"} <= seen
    assert {n for n in seen if n.startswith("roster.")} == {
        "roster.check", "roster.roster", "roster.rules",
    }  # fmt: skip
    assert seen.isdisjoint({"scipy", "highspy", "planning.milp", "planning.solver_process"})


def test_without_rules_only_the_facts_of_people_are_left() -> None:
    """`labour.rules = "none"`: no rest, no runs; availability and contracts hold all the same."""
    case = with_changes(replace(SHOP, employee=(ANYBODY,)), {"labour.rules": "none"})
    assert isinstance(case, Case)
    assert not check_roster(case, days(0, 1, 2, 3, 4, 5, 6), 1)
    short = replace(case, employee=(replace(ANYBODY, contract_hours=(0, 24)),))
    assert {b.rule for b in check_roster(short, WEEK, 1)} == {"contract hours"}
