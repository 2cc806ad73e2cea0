"""Cases without a plan: every rule at odds is named, and each way out that is offered is one."""

from typing import Any

import pytest

from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.planning import solver_process
from optimizer.planning.hours import optimize
from optimizer.planning.plan import check_plan
from planning_cases import potential, shop, two_peaks

PEOPLE = [
    {"name": "Ada", "contract_hours": [0, 30], "keyholder": True},
    {"name": "Bo", "contract_hours": [0, 40]},
]
Changes = dict[str, Any]

# Facts, the rules that must be named (all of them), and changes that must be offered and must do.
CONFLICTS: dict[str, tuple[Changes, str, dict[str, Changes]]] = {
    "obligatory hours and a budget": (
        {"hours.obligatory": "Mo-Sa 10:00-18:00", "labour.hours_per_week": 20.0},
        "obligatory hours; at most 20 paid hours a week",
        {
            "shorten the obligatory hours": {"hours.obligatory": "Mo-Fr 10:00-14:00"},
            "allow 28 more paid hours a week": {"labour.hours_per_week": 48.0},
        },
    ),
    "hours per week, two people and a budget": (
        {
            "hours.per_week": (70, 168),
            "service.min_staff": 2,
            "labour.hours_per_week": 130.0,
        },
        "open 70 to 168 hours a week; at least 2 people; at most 130 paid hours a week",
        {
            "ask for fewer open hours a week": {"hours.per_week": (60, 168)},
            "ask for fewer people": {"service.min_staff": 1},
            "more paid hours a week": {"labour.hours_per_week": 150.0},
        },
    ),
    "hours per week and candidate hours": (
        {"hours.per_week": (100, 168), "hours.candidate": "Mo-Fr 09:00-18:00"},
        "candidate hours; open 100 to 168 hours a week",
        {
            "widen the candidate hours": {"hours.candidate": "Mo-Fr 02:00-24:00"},
            "ask for fewer open hours a week: 45 would do": {"hours.per_week": (45, 168)},
        },
    ),
    "obligatory hours and hours per week": (
        {"hours.obligatory": "Mo-Sa 10:00-18:00", "hours.per_week": (0, 30)},
        "obligatory hours; open 0 to 30 hours a week",
        {"allow more open hours a week: 48 would do": {"hours.per_week": (0, 48)}},
    ),
    "obligatory hours and rest": (
        {"hours.obligatory": "Mo 17:00-21:00; Tu 08:00-12:00", "labour.rest_hours": 12.0},
        "obligatory hours; 12 hours of rest from closing to opening",
        {"allow a shorter rest": {"labour.rest_hours": 11.0}},
    ),
    "lengths of shifts and one person": (
        {
            "hours.candidate": "Mo-Sa 10:00-17:00",
            "hours.obligatory": "Mo-Sa 10:00-17:00",
            "service.max_staff": 1,
            "labour.shift_hours": (4, 6),
        },
        "obligatory hours; candidate hours; shifts of 4 to 6 hours; at most 1 person",
        {
            "widen the candidate hours": {"hours.candidate": "Mo-Sa 10:00-18:00"},
            "allow shorter or longer shifts": {"labour.shift_hours": (3, 6)},
            "allow more people at a time": {"service.max_staff": 2},
        },
    ),
    "weekdays alike that have no hours in common": (
        {"hours.tidy.same_weekdays": True, "hours.candidate": "Mo 08:00-13:00; Tu-Fr 14:00-20:00"},
        "candidate hours; Monday to Friday alike",
        {"let weekdays differ": {"hours.tidy.same_weekdays": False}},
    ),
    "people on hand": (
        {"service.min_staff": 3, "labour.hours_per_week": 10.0},
        "shifts of 4 to 9 hours; at least 3 people; at most 10 paid hours a week",
        {"allow 2 more paid hours a week": {"labour.hours_per_week": 12.0}},
    ),
    "one key": (
        {"labour.keyholder": True, "hours.per_week": (60, 168), "employee": PEOPLE},
        "one who holds a key is there; open 60 to 168 hours a week",
        {
            "give a key to one more person": {
                "employee": [person | {"keyholder": True} for person in PEOPLE]
            },
        },
    ),
    "a pause that is not allowed": (
        {"hours.obligatory": "Mo 08:00-12:00,16:00-20:00", "hours.per_week": (0, 8)},
        "obligatory hours; one opening a day; open 0 to 8 hours a week",
        {"allow a break at noon": {"hours.tidy.windows_per_day": 2}},
    ),
}


def refused(case: Case) -> str:
    """What is said of a case without a plan."""
    with pytest.raises(PlanError) as caught:
        optimize(case, potential(two_peaks()))
    return str(caught.value)


@pytest.mark.parametrize("name", CONFLICTS)
def test_rules_at_odds_are_named_and_each_way_out_is_one(name: str) -> None:
    """Just these rules; and with the changes that the sentence offers there is a legal plan."""
    facts, rules, ways = CONFLICTS[name]
    case = with_changes(shop(), facts)
    text = refused(case)

    assert f"these cannot all hold: {rules}. " in text
    for way, changes in ways.items():
        assert way in text
        other = with_changes(case, changes)
        assert check_plan(other, optimize(other, potential(two_peaks()), time_limit=0)) == []


def test_no_way_out_asks_for_more_than_it_must() -> None:
    """Of 48 hours that six obligatory days take 47 are not enough, and it is said that one is."""
    facts = {"hours.obligatory": "Mo-Sa 10:00-18:00", "labour.hours_per_week": 47.0}

    assert "allow 1 more paid hours a week" in refused(with_changes(shop(), facts))


def test_rules_that_must_give_way_together_are_one_way_out() -> None:
    """Forty-eight obligatory hours stand against the open and the paid hours: both, or neither."""
    facts = {
        "hours.obligatory": "Mo-Sa 10:00-18:00",
        "hours.per_week": (0, 20),
        "labour.hours_per_week": 20.0,
    }
    text = refused(with_changes(shop(), facts))

    assert "obligatory hours; open 0 to 20 hours a week; at most 20 paid hours a week" in text
    assert (
        "Do one of these: shorten the obligatory hours; allow more open hours a week: 48 would do "
        "and allow 28 more paid hours a week."
    ) in text


def test_hours_that_are_too_few_need_no_integer_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's bound is proof enough that 100 open hours with two people take more than 150."""
    monkeypatch.setattr(solver_process, "solve", pytest.fail)
    facts = {
        "hours.candidate": "Mo-Su 07:00-22:00",
        "hours.per_week": (100, 168),
        "service.min_staff": 2,
        "labour.hours_per_week": 150.0,
    }

    assert "at least 2 people; at most 150 paid hours a week" in refused(
        with_changes(shop(), facts)
    )


def test_a_solver_without_an_answer_leaves_a_suspicion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing was proven in time, the rules are still named, and so is the doubt."""

    def none_in_time(*_: object) -> None:
        raise solver_process.SolverDied

    monkeypatch.setattr(solver_process, "solve", none_in_time)
    text = refused(with_changes(shop(), CONFLICTS["obligatory hours and rest"][0]))

    assert text.startswith("no plan was found; it seems that these cannot all hold: obligatory")


@pytest.mark.parametrize("roles", [False, True])
def test_more_people_at_a_time_than_employees_are_named(roles: bool) -> None:
    """Three cannot be there of two; of three they can, and one role's people are not another's."""
    service = {"min_staff": 3 - roles, "max_staff": 4}
    facts: Changes = {f"service.{name}": value for name, value in service.items()}
    if roles:
        other = {"name": "advice", "share": 0.5, "service": {"min_staff": 1, "max_staff": 1}}
        facts = {"role": [{"name": "till", "share": 0.5, "service": service}, other]}
    case = with_changes(shop(), {**facts, "employee": PEOPLE})
    text = refused(case)

    assert text.startswith(
        "service.min_staff: 3 people must be there at a time, but the case lists"
    )
    assert "2 employees. Ask for fewer people in service.min_staff, or add employees." in text
    third = [*PEOPLE, {"name": "Cy", "contract_hours": [0, 40]}]
    plan = optimize(with_changes(case, {"employee": third}), potential(two_peaks()), time_limit=0)
    assert plan.staff[plan.opening].min() == 3


def test_hours_that_need_more_people_than_employees_stay_closed() -> None:
    """Three are asked for after five, two are employed: doors close at five, or it is refused."""
    asked = [{"hours": "Mo-Su 17:00-24:00", "staff": 3}]
    case = with_changes(shop(), {"employee": PEOPLE, "service.min_staff_at": asked})
    plan = optimize(case, potential(two_peaks()), time_limit=0)

    assert max(plan.hours.closing_minute(day) or 0 for day in range(7)) <= 17 * 60
    assert any("need more people at a time than there are employees" in note for note in plan.notes)
    assert check_plan(case, plan) == []
    forced = with_changes(case, {"hours.obligatory": "Mo 16:00-18:00"})
    assert "3 people must be there at a time" in refused(forced)
