"""Rosters in the terminal, in the app and beside published instances."""

import csv
import io
import json
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks import curtois_instances as curtois
from optimizer.app import people, rosters
from optimizer.app.words import plain
from optimizer.casefile import case_from_table, case_text, read_case, with_changes
from optimizer.cli import main
from optimizer.data.observations import read_observations
from optimizer.demand.checked import estimate_demand
from optimizer.errors import CaseError
from optimizer.people import Employee, RosterRules
from optimizer.planning.hours import optimize
from optimizer.planning.potential import potential as expected
from optimizer.reporting import roster_words
from optimizer.roster.automaton import OFF
from optimizer.roster.check import check_roster
from optimizer.roster.joint import Together, decide_together, most_lost
from optimizer.roster.making import ask_for, judge_roster
from optimizer.roster.roster import Assignment, Roster
from optimizer.roster.search import search
from planning_cases import potential

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data" / "old_town_gifts"
KIOSK = case_from_table(
    {
        "country": "FI",
        "period_minutes": 60,
        "hours": {"candidate": "Mo-We 08:00-18:00"},
        "labour": {"shift_hours": [3, 8], "break_minutes": 60},
        "economics": {"open_cost_per_hour": 4.0},
        "employee": [
            {"name": "Aino", "contract_hours": [5, 14], "available": "Mo-Tu 07:00-15:00"},
            {"name": "Bo", "contract_hours": [0, 9], "available": "Tu-We 12:00-20:00"},
            {"name": "Cia", "contract_hours": [0, 6], "available": "Mo,We 08:00-13:00"},
        ],
    }
)


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's first answers come after a second here."""
    monkeypatch.setattr(rosters, "QUICK", 1.0)


def whom(mean: float = 6.0) -> np.ndarray:
    """As many customers in every hour."""
    return mean * np.ones(168)


def test_hours_decided_with_the_people_earn_at_least_as_much_as_in_two_steps() -> None:
    """The three people of the sample cannot fill its best hours: the doors follow them."""
    case = with_changes(read_case(SAMPLE), {"period_minutes": 60, "labour.break_minutes": 60})
    demand = expected(case, estimate_demand(case, read_observations(case)[""]))
    plan = optimize(case, demand, time_limit=0)

    found = decide_together(case, demand, plan, seconds=10.0)

    assert found.gain <= (most_lost(case, plan, found.in_two_steps) or 0.0) + 0.01
    two_steps, ask = found.in_two_steps, ask_for(case, demand, plan)
    assert len(found.roster.people) == 3
    assert two_steps.unmet
    assert not check_roster(case, found.roster.assignments, 1)
    at_work, as_opened = np.zeros((2, 7, 24), dtype=int)
    for roster, present in ((found.roster, at_work), (two_steps, as_opened)):
        for shift in roster.assignments:
            present[shift.day] += shift.present(60)
    assert (at_work[found.opening.reshape(7, 24)] >= 1).all()  # the proposal can be staffed
    assert (as_opened[plan.opening.reshape(7, 24)] == 0).any()  # and that of two steps cannot
    staff = np.where(found.opening, np.maximum(plan.staff, 1), 0)[None]
    again = judge_roster(
        replace(ask, opening=found.opening, wanted=staff), found.roster.assignments
    )
    as_planned = judge_roster(ask, two_steps.assignments)
    loss = again.value - as_planned.value
    assert loss > 1.0
    assert found.gain == pytest.approx(loss, abs=0.02)
    assert f" {loss:,.0f} EUR a week less" in roster_words.together(found)


def test_doors_close_where_somebody_alone_would_have_a_break() -> None:
    """One person with an hour's break after six: open as long as they can be there."""
    solo = replace(KIOSK, employee=(Employee("Solo", (0, 48), keyholder=True),))
    solo = with_changes(solo, {"labour.shift_hours": (3, 10), "labour.keyholder": True})
    demand = potential(whom(), draws=2)
    plan = optimize(solo, demand, time_limit=0)

    found = decide_together(solo, demand, plan, seconds=12.0)

    present = np.zeros((7, 24), dtype=bool)
    for shift in found.roster.assignments:
        present[shift.day] |= shift.present(60)
    assert (present == found.opening.reshape(7, 24)).all()
    assert found.roster.assignments and not found.roster.broken
    assert found.gain > 1.0


def test_terminal_tells_the_roster(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`roster` on the sample: keys of the JSON, a checked roster, and the hours for the payroll."""
    code = main(["roster", str(SAMPLE), "--json", "--time-limit", "1", "-o", str(tmp_path)])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert {"shifts", "unmet", "broken", "relaxations", "pay", "fairness", "gap"} <= answer.keys()
    assert not answer["broken"]
    with (tmp_path / "payroll.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    worked = sum(float(row["hours"]) for row in rows if row["kind"] == "worked")
    assert worked == pytest.approx(answer["paid_hours"])


@pytest.fixture
def edited() -> Roster:
    """A roster of the kiosk, as somebody has written it down."""
    demand = potential(whom(), draws=2)
    ask = ask_for(KIOSK, demand, optimize(KIOSK, demand, time_limit=0))
    return judge_roster(ask, (Assignment(0, "Aino", 480, 780), Assignment(2, "Bo", 720, 1080)))


def test_payroll_is_inert_in_a_spreadsheet(edited: Roster) -> None:
    """A name that looks like a formula is written behind a quote."""
    pay = replace(edited.pay[0], person="=1+1")
    text = roster_words.payroll_csv({"": replace(edited, pay=(pay,))})

    assert next(csv.DictReader(io.StringIO(text)))["person"] == "'=1+1"


def test_payroll_speaks_the_readers_language(edited: Roster) -> None:
    """In Swedish heads and kinds of hours are Swedish; the hours are the same."""
    english, swedish = (
        list(csv.reader(io.StringIO(roster_words.payroll_csv({"": edited}, language))))
        for language in ("en", "sv")
    )
    assert swedish[0] == ["butik", "person", "från", "till", "slag", "timmar"]
    assert [row[-1] for row in swedish[1:]] == [row[-1] for row in english[1:]]
    assert {row[4] for row in swedish[1:]}.isdisjoint(row[4] for row in english[1:])


def test_every_changed_cell_is_named(edited: Roster) -> None:
    """How many cells, then each: what stands there now, and what stood there before."""
    after = replace(edited, assignments=(Assignment(2, "Aino", 720, 1080),))

    assert roster_words.changes(edited, after, [("Aino", 0), ("Aino", 2)]) == [
        "2 cells are changed.",
        "Aino, Mon: free instead of 08:00-13:00",
        "Aino, Wed: 12:00-18:00 instead of free",
    ]


def test_cell_is_read_as_a_shift(edited: Roster) -> None:
    """Text of a cell becomes a shift with the break that it needs; an empty one is a day off."""
    longer = rosters.with_cell(KIOSK, edited, edited.assignments, "Aino", 0, "8-16")
    empty = rosters.with_cell(KIOSK, edited, edited.assignments, "Aino", 0, "")

    assert longer[0] == Assignment(0, "Aino", 480, 960, 660, 60)
    assert [shift.person for shift in empty] == ["Bo"]
    for wrong in ("soon", "16-8", "8:10-12"):
        with pytest.raises(CaseError):
            rosters.with_cell(KIOSK, edited, edited.assignments, "Aino", 0, wrong)


def test_people_written_in_the_table_keep_what_it_does_not_show() -> None:
    """Contract and availability come from the table, wage and wishes stay."""
    known = (Employee("A", wage=11.0), Employee("B"))
    table = pd.DataFrame(
        [("A", 5.0, 20.0, "Mo-Fr 08:00-16:00", True), ("C", 0.0, 10.0, "", False)],
        columns=["name", "least", "most", "available", "keyholder"],
    )

    case = with_changes(KIOSK, {"employee": people.facts(known, table)})

    assert [person.name for person in case.employee] == ["A", "C"]
    assert case.employee[0].wage == 11.0 and case.employee[0].keyholder
    assert case.employee[0].contract_hours == (5.0, 20.0)


def test_people_survive_writing_and_reading() -> None:
    """What a case.toml says of people is the same after it was written and read again."""
    table = {
        "employee": [
            {
                "name": "A",
                "fixed": "Mo 10:00-14:00",
                "leave": [{"first": "2026-05-04", "last": "2026-05-08", "ill": True}],
                "wish": [{"rather_not": "Fr 00:00-24:00", "price": 5}, {"without": "B"}],
            },
            {"name": "B", "keyholder": True, "age": 17, "longest_day": 6},
        ],
        "roster": {"daily_rest": 4, "free_sundays": "off"},
    }
    case = case_from_table(table)

    assert case_from_table(tomllib.loads(case_text(case))) == case


def test_names_of_people_must_differ() -> None:
    """Two people of one name cannot be told apart in a roster."""
    with pytest.raises(CaseError, match="names must differ"):
        case_from_table({"employee": [{"name": "A"}, {"name": "A"}]})


def test_page_shows_the_roster_and_what_it_leaves_open() -> None:
    """The page Roster: its headline, the proof and a row for everybody's pay."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()
    app.switch_page("optimizer/app/roster.py").run()

    assert not app.exception and not app.error
    roster: Roster = app.session_state.roster[1]
    assert app.main.subheader[0].value == plain(roster_words.headline(roster))
    texts = "\n".join(text.value for text in [*app.main.markdown, *app.main.caption])
    assert plain(roster_words.proof(roster)) in texts
    assert plain(roster_words.checked(roster)) in texts and not roster.broken
    assert "deciding both together could earn at most" in texts
    assert [len(table.value) for table in app.main.table][-1] == len(roster.people)


def roster_page() -> AppTest:
    """The page Roster of the sample."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    return app.switch_page("optimizer/app/roster.py").run()


def press(app: AppTest, label: str) -> AppTest:
    """Press the button that says so."""
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def test_every_rule_is_strict_or_priced_or_off_on_the_page() -> None:
    """Each field of [roster] has its choice; a price has its number, and all reach the case."""
    assert {*people.RULES} | {"averaging_weeks", "fair_price"} == {
        field.name for field in fields(RosterRules)
    }
    app = roster_page()
    for name, firmness in (("daily_rest", "off"), ("free_sundays", "priced")):
        app.selectbox(key=f"rule-{name}").select(firmness)
    app.run()
    app.number_input(key="price-free_sundays").set_value(60.0)
    app.number_input(key="averaging").set_value(4).run()

    rules = app.session_state.visitor.case.roster
    assert not app.exception and not app.error
    assert (rules.daily_rest, rules.free_sundays, rules.averaging_weeks) == ("off", 60.0, 4)


def test_cells_that_stand_are_kept_when_the_rest_is_made_anew() -> None:
    """Two cells are named, a shift and a day off: both are as they were, and stay locked."""
    app = roster_page()
    before: Roster = app.session_state.roster[1]
    shift = before.assignments[0]
    off = next(
        (person, day)
        for person in before.people
        for day in range(7)
        if day not in {work.day for work in before.of(person)}
    )
    (cells,) = [choice for choice in app.multiselect if choice.label.startswith("These stay")]
    cells.set_value([(shift.person, shift.day), off]).run()
    press(app, "Make the rest anew")

    after: Roster = app.session_state.roster[1]
    assert shift in after.assignments
    assert off[1] not in {work.day for work in after.of(off[0])}
    assert app.session_state.roster_locked == {(shift.person, shift.day): shift, off: None}


def test_hours_that_suit_the_people_can_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decided together: what that brings beside the roster shown, and both are then looked at."""
    real, found = rosters.decide_together, []

    def quickly(*facts: Any, seconds: float) -> Together:
        found.append(real(*facts, seconds=4.0))
        return found[-1]

    monkeypatch.setattr(rosters, "decide_together", quickly)
    app = roster_page()
    press(app, "Decide hours and people together")
    hours = app.code[0].value
    press(app, "Take these hours and this roster")

    assert not app.exception and not app.error
    assert str(app.session_state.visitor.case.hours.obligatory) == hours == str(found[0].hours)
    assert app.session_state.roster[1] == found[0].roster


def test_list_of_people_replaces_the_table() -> None:
    """A spreadsheet's list with an error changes nothing and says why; a right one is used."""
    app = roster_page()

    def give(text: str) -> AppTest:
        (file,) = app.get("file_uploader")
        return file.upload("people.csv", text.encode(), "text/csv").run()

    give("name;hours\nAino;x\n")
    assert 'Hours by contract: "x" is not understood' in "".join(t.value for t in app.markdown)
    assert len(app.session_state.visitor.case.employee) == 3

    give("name;hours;wage\nAino;20-37,5;12,10\nNoor;10-48;15\n")
    press(app, "Use this list in place of the table")
    aino, noor = app.session_state.visitor.case.employee
    assert not app.exception and not app.error
    assert (aino.contract_hours, aino.wage, noor.name) == ((20.0, 37.5), 12.1, "Noor")
    assert {work.person for work in app.session_state.roster[1].assignments} == {"Aino", "Noor"}
    assert "Aino earns 12.10 EUR an hour" in "".join(box.value for box in app.warning)


@pytest.mark.parametrize("number", [2, 3, 4])
def test_published_instances_are_proven_optimal(number: int, shared_data: Path) -> None:
    """The engine's cost is the best known one, by a count from the file alone, and proven."""
    instance = curtois.read(number)
    problem = instance.problem
    nothing = np.full((problem.people, problem.days), OFF)
    start = np.array([problem.admissible(e, line) for e, line in enumerate(nothing)])

    found = search(problem, start, seconds=60.0, close=0.0, whole=True)

    cost = curtois.cost_of(number, found.lines)
    assert cost == instance.constant - found.worth == curtois.best_known()[number]
    assert np.ceil(instance.constant - found.bound - 1e-6) == cost
