"""Rules of the shop's own: how firm they are, and by how much a given week misses them."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from optimizer.case import Case
from optimizer.casefile import case_from_table, case_text, with_changes
from optimizer.errors import CaseError
from optimizer.firmness import Rules
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import duties, evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.house_rules import in_force, keyholders_hours, missed, needed_staff
from planning_cases import SHOP, potential, shop, two_peaks

PRICED = dict.fromkeys(
    [
        "min_staff",
        "obligatory",
        "open_hours",
        "paid_hours",
        "rest",
        "patterns",
        "same_weekdays",
    ],
    2.0,
)


@pytest.mark.parametrize(
    ("firmness", "said"),
    [
        ({"rest": "maybe"}, 'must be "strict", "off" or a price'),
        ({"rest": -3.0}, "a price must be above 0"),
        ({"legal": 50.0}, 'rules.legal: must be "strict" or "off"'),
        ({"rset": "off"}, 'Did you mean "rest"'),
    ],
)
def test_a_firmness_that_is_none_is_refused(firmness: dict[str, Any], said: str) -> None:
    """Each with the field and what it may be."""
    with pytest.raises(CaseError, match=said):
        case_from_table({"rules": firmness})


def test_rules_survive_the_file() -> None:
    """Prices, words, roles and staff at certain hours are written as they are read."""
    case = case_from_table(
        {
            "rules": {"rest": 12, "min_staff": "off"},
            "service": {"min_staff_at": [{"hours": "Mo-Su 18:00-24:00", "staff": 2}]},
            "role": [{"name": "till", "share": 0.6}, {"name": "advice", "share": 0.4}],
        }
    )
    text = case_text(case)

    assert "rest = 12.0\n" in text and 'min_staff = "off"\n' in text
    assert with_changes(Case(), {"rules": case.rules}).rules == case.rules


@pytest.mark.parametrize(
    "facts",
    [
        {"role": [{"name": "till", "share": 0.6}, {"name": "advice", "share": 0.6}]},
        {"role": [{"name": "till", "share": 0.5}, {"name": "till", "share": 0.5}]},
        {"role": [{"name": "till", "share": 1.0, "service": {"min_staff": 0}}]},
        {"service": {"min_staff": 0}},
        {"service": {"max_staff": 2, "min_staff_at": [{"hours": "24/7", "staff": 3}]}},
        {"labour": {"keyholder": True}, "employee": [{"name": "Bo", "keyholder": False}]},
    ],
)
def test_facts_that_cannot_be_are_refused(facts: dict[str, Any]) -> None:
    """Shares beyond the whole, a name twice, nobody there, more than may be, no key."""
    with pytest.raises(CaseError):
        case_from_table(facts)


def test_people_needed_by_the_hour() -> None:
    """Two after dark, three on Saturdays, and the usual one otherwise."""
    asked = [
        {"hours": "Mo-Su 18:00-24:00", "staff": 2},
        {"hours": "Sa 00:00-24:00", "staff": 3},
    ]
    case = shop(service__min_staff_at=asked)
    needed = needed_staff(case.service, case.grid).reshape(7, 24)

    assert needed[2].tolist() == [1] * 18 + [2] * 6
    assert needed[5].tolist() == [3] * 24


def test_a_case_without_prices_is_in_force_as_it_is() -> None:
    """And one whose rules are all off has no limits left."""
    assert in_force(SHOP) is SHOP
    off = dict.fromkeys((field.name for field in fields(Rules)), "off")
    free = in_force(
        shop(
            rules=Rules(**off),
            hours__obligatory="Mo 10:00-12:00",
            hours__per_week=(10, 20),
            hours__tidy__patterns=2,
            labour__hours_per_week=20.0,
            labour__rest_hours=11.0,
            service__min_staff=3,
        )
    )

    assert free.hours.obligatory is free.hours.per_week is free.paid_hours_limit is None
    assert (free.hours.tidy.patterns, free.labour.rest_hours, free.service.min_staff) == (7, 0, 1)


def test_what_a_week_misses_by_counting() -> None:
    """Hours, people, nights and times of a given week, counted with a pencil."""
    case = shop(
        service__min_staff=2,
        hours__obligatory="Mo-Sa 16:00-20:00",
        hours__per_week=(45, 60),
        labour__hours_per_week=80.0,
        labour__rest_hours=15.0,
        hours__tidy__patterns=1,
        hours__tidy__same_weekdays=True,
        rules=Rules(**PRICED),
    )
    week = OpeningHours.parse("Mo-Tu,Th 10:00-18:00; We 10:00-20:00; Fr 12:00-19:00")
    opening = week.week_share(case.grid)
    staff = np.where(opening > 0, 2, 0)[None]
    staff[0, 24 * 4 + 12] = 1  # one person missing on Friday at noon
    found = {each.rule: each.amount for each in missed(case, opening, staff, 81.0)}

    assert found == pytest.approx(
        {
            "min_staff": 1,
            "obligatory": 3 * 2 + 0 + 1 + 4,
            "open_hours": 45 - 41,
            "paid_hours": 1,
            "rest": 1,  # Wednesday 20:00 to Thursday 10:00
            "patterns": 2,
            "same_weekdays": 2,
        }
    )


def test_the_price_stands_apart_from_the_money() -> None:
    """What is missed costs nobody money: the profit is the same with and without prices."""
    people, week = potential(two_peaks()), OpeningHours.parse("Mo-Fr 10:00-18:00")
    plain = evaluate(SHOP, people, week)
    priced = evaluate(shop(hours__per_week=(45, 60), rules__open_hours=7.0), people, week)

    assert priced.objective == plain.objective
    assert priced.penalty == pytest.approx(5 * 7.0)
    assert plain.penalty == 0


def test_a_pause_needs_no_second_set_up() -> None:
    """Two windows a day: set-up before the first, close-down after the last; nights as well."""
    case = shop(labour__set_up_minutes=30, labour__close_down_minutes=15)

    def hours(text: str) -> list[tuple[int, float]]:
        found = duties(case, OpeningHours.parse(text).week_share(case.grid))
        return [(int(t), float(found[t])) for t in np.flatnonzero(found)]

    assert hours("Tu 09:00-12:00,14:00-18:00") == [(24 + 8, 0.5), (24 + 18, 0.25)]
    assert hours("Tu 09:00-18:00") == hours("Tu 09:00-12:00,14:00-18:00")
    nights = hours("Fr-Sa 18:00-02:00")  # closed by day, which is no pause
    assert [t for t, _ in nights] == [24 * 4 + 17, 24 * 5 + 2, 24 * 5 + 17, 24 * 6 + 2]


@pytest.mark.parametrize("firmness", ["off", 2.0])
def test_who_has_a_key_limits_the_hours_though_paid_hours_do_not(firmness: str | float) -> None:
    """Letting go of the contracts' hours lets nobody in who has no key."""
    people = [{"name": "Bo", "keyholder": True, "contract_hours": [0, 30]}, {"name": "Al"}]
    case = shop(labour__keyholder=True, employee=people, rules=Rules(paid_hours=firmness))
    free = optimize(case, potential(two_peaks(60)))

    assert keyholders_hours(in_force(case)) == 30
    assert free.opening.sum() <= 30 < free.paid_hours
