"""What-ifs by name: the usual ones can be compared, and one may be based on another."""

import pytest

from optimizer.casefile import with_changes
from optimizer.errors import CaseError
from optimizer.opening import OpeningHours
from optimizer.people import Employee
from optimizer.planning.scenario import TIMES
from optimizer.planning.what_ifs import unfolded, usual_what_ifs
from planning_cases import shop

TODAY = OpeningHours.parse("Mo-Fr 10:00-17:00; Sa 10:00-23:30")


def test_each_usual_what_if_is_another_case() -> None:
    """Every change can be made, and changes something."""
    case = shop(labour__rules="fi-retail-2026", labour__hours_per_week=80.0, service__min_staff=2,
                hours__tidy__same_weekdays=True)  # fmt: skip
    found = usual_what_ifs(case, TODAY)
    assert len(found) == 11
    for name, changes in found.items():
        fields = {field: value for field, value in changes.items() if field != TIMES}
        assert changes, name
        assert with_changes(case, fields) != case or TIMES in changes, name


def test_hours_and_people_are_moved_by_one() -> None:
    """An hour longer stops at midnight; one person fewer leaves the rest of the list."""
    case = shop(employee=(Employee("A"), Employee("B")))
    found = {str(name): changes for name, changes in usual_what_ifs(case, TODAY).items()}
    longer = found["today, but an hour longer"]["hours.current"]
    shorter = found["today, but an hour shorter"]["hours.current"]

    assert str(longer) == "Mo-Fr 10:00-18:00; Sa 10:00-24:00"
    assert str(shorter) == "Mo-Fr 10:00-16:00; Sa 10:00-22:30"
    assert [p.name for p in found["one person fewer"]["employee"]] == ["A"]
    assert [p.name for p in found["one more person"]["employee"]] == ["A", "B", "+1"]
    assert found["wages up by 10%"]["economics.wage"] == pytest.approx(14.46 * 1.1, abs=0.005)


def test_a_rival_takes_half_of_those_who_would_come_back() -> None:
    """Of 70 % who are not lost, 35 % then are."""
    changes = usual_what_ifs(shop(displacement__lost=(0.2, 0.3, 0.4)), TODAY)
    assert changes["a rival that stays open"]["displacement.lost"] == pytest.approx(
        (0.6, 0.65, 0.7)
    )


def test_based_on_adds_the_changes_of_the_other() -> None:
    """What-ifs stack; their own changes win."""
    found = unfolded({
        "dear": {"economics.wage": 20.0, TIMES: 1.2},
        "dear and calm": {"based_on": "dear", TIMES: 0.8},
        "and short": {"based_on": "dear and calm", "service.max_staff": 2},
    })  # fmt: skip
    assert found["dear and calm"] == {"economics.wage": 20.0, TIMES: 0.8}
    assert found["and short"] == {"economics.wage": 20.0, TIMES: 0.8, "service.max_staff": 2}


@pytest.mark.parametrize(
    "what_ifs", [{"a": {"based_on": "b"}}, {"a": {"based_on": "b"}, "b": {"based_on": "a"}}]
)
def test_based_on_nothing_or_in_a_circle(what_ifs: dict) -> None:
    """One sentence that names the what-ifs there are."""
    with pytest.raises(CaseError, match="based on"):
        unfolded(what_ifs)
