"""The optimiser: it chooses both ends, obeys every rule, and nothing better exists."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.plan import Plan, check_plan
from planning_cases import (
    only_between,
    potential,
    shop,
    two_peaks,
)


def open_blocks(plan: Plan) -> list[int]:
    """Unbroken runs of open periods on each weekday."""
    days = plan.opening.reshape(7, -1).astype(int)
    return (np.diff(days, axis=1, prepend=0) == 1).sum(axis=1).tolist()


def test_opening_later_and_closing_earlier_wins() -> None:
    """Customers come from 11 to 16 only: within 8 to 20 the solver shortens both ends."""
    plan = optimize(shop(hours__candidate="Mo-Sa 08:00-20:00"), potential(only_between(11, 16, 25)))

    assert str(plan.hours) == "Mo-Sa 11:00-16:00"
    assert plan.status == "optimal"


def test_opening_longer_wins() -> None:
    """Customers come from 8 to 20: the solver opens both ends as far as it may."""
    plan = optimize(shop(hours__candidate="Mo-Sa 09:00-19:00"), potential(only_between(8, 20, 25)))

    assert str(plan.hours) == "Mo-Sa 09:00-19:00"


def test_one_window_a_day_over_a_dead_noon() -> None:
    """Two busy hours far apart do not tear the day in two."""
    crowd = only_between(9, 12, 25) + only_between(16, 20, 25)
    plan = optimize(shop(), potential(crowd, lost=0.9))

    assert open_blocks(plan) == [1, 1, 1, 1, 1, 1, 0]


RULES: list[tuple[str, dict[str, Any], str]] = [
    ("legal hours", {"hours__legal": "Mo-Sa 10:00-18:00"}, "outside the legal hours"),
    ("candidate hours", {"hours__candidate": "Mo-Fr 11:00-17:00"}, "outside the candidate hours"),
    ("obligatory hours", {"hours__obligatory": "Mo-Sa 19:00-21:00"}, "closed in obligatory hours"),
    ("steps", {"period_minutes": 30, "hours__tidy__step_minutes": 60}, "on the steps"),
    ("weekdays alike", {"hours__tidy__same_weekdays": True}, "not alike"),
    ("rest", {"labour__rest_hours": 17.0}, "hours of rest before the next day"),
    ("fewer hours", {"hours__per_week": (0, 40)}, "hours: not 0 to 40"),
    ("more hours", {"hours__per_week": (75, 168)}, "hours: not 75 to 168"),
    ("few patterns", {"hours__tidy__patterns": 2}, "different opening times are more than"),
    ("paid hours", {"labour__hours_per_week": 70.0}, "pass the weekly limit"),
    ("least staff", {"service__min_staff": 3}, "not within min_staff"),
    (
        "staff at certain hours",
        {"service__min_staff_at": [{"hours": "Mo-Su 17:00-24:00", "staff": 3}]},
        "not within min_staff",
    ),
    (
        "a key",
        {
            "labour__keyholder": True,
            "employee": [
                {"name": "Ada", "contract_hours": [0, 37.5], "keyholder": True},
                *({"name": f"B{n}", "contract_hours": [0, 48]} for n in range(4)),
            ],
        },
        "those who hold a key",
    ),
    ("most staff", {"service__max_staff": 2}, "not within min_staff"),
    ("short shifts", {"labour__shift_hours": (7, 9)}, "are not within 7 to 9"),
    ("long shifts", {"labour__shift_hours": (4, 5)}, "are not within 4 to 5"),
    ("breaks", {"labour__break_after_hours": 5.0}, "no break"),
]


@pytest.mark.parametrize(("name", "rule", "said"), RULES, ids=[rule[0] for rule in RULES])
def test_each_rule_is_obeyed_and_would_be_broken_without(
    name: str, rule: dict[str, Any], said: str
) -> None:
    """The plan under the rule obeys it and earns no more; the one without it breaks just that."""
    period = rule.get("period_minutes", 60)
    free = shop(period_minutes=period, labour__break_after_hours=6.0)
    bound = with_changes(free, {key.replace("__", "."): value for key, value in rule.items()})
    people = potential(two_peaks(period) + only_between(9, 10, 4, period))
    wild, tame = optimize(free, people), optimize(bound, people)

    assert check_plan(free, wild) == check_plan(bound, tame) == []
    assert any(said in sentence for sentence in check_plan(bound, wild))
    if name != "breaks":
        assert tame.objective <= wild.bound + 0.01


def test_a_pause_only_when_it_may_be() -> None:
    """Nobody comes at noon: with two windows allowed each day has two, and earns more for it."""
    crowd = potential(only_between(9, 13, 25) + only_between(16, 20, 25), lost=0.9)
    whole, parted = shop(), shop(hours__tidy__windows_per_day=2)
    one, two = optimize(whole, crowd), optimize(parted, crowd)

    assert open_blocks(one) == [1, 1, 1, 1, 1, 1, 0]
    assert open_blocks(two) == [2, 2, 2, 2, 2, 2, 0]
    assert two.objective > one.bound + 1
    assert check_plan(whole, one) == check_plan(parted, two) == check_plan(parted, one) == []
    assert any("more opening windows" in sentence for sentence in check_plan(whole, two))
    assert two.objective == pytest.approx(evaluate(parted, crowd, two).objective, abs=0.01)


def test_no_pause_where_it_does_not_pay() -> None:
    """Customers all day long: two windows are allowed, and one is taken."""
    people = potential(only_between(8, 20, 25), lost=0.95)

    assert open_blocks(optimize(shop(hours__tidy__windows_per_day=2), people))[:6] == [1] * 6


def with_roles(**of_advice: Any) -> Case:
    """A till and advice beside it."""
    advice = {"kind": "assist", "min_staff": 0, "max_staff": 2, **of_advice}
    return shop(
        role=[
            {"name": "till", "share": 0.7, "service": {"max_staff": 3}},
            {"name": "advice", "share": 0.3, "service": advice},
        ]
    )


def test_each_role_has_its_own_people() -> None:
    """Shifts of both roles under one opening time, each within its own limits."""
    case, people = with_roles(), potential(two_peaks())
    plan = optimize(case, people)
    till, advice = plan.staff_by_role
    judged = evaluate(case, people, plan)

    assert check_plan(case, plan) == []
    assert {shift.role for shift in plan.shifts} == {"till", "advice"}
    assert till[plan.opening].min() >= 1
    assert 0 < till.max() <= 3
    assert 0 < advice.max() <= 2
    assert (till + advice == plan.staff).all()
    assert judged.objective == pytest.approx(plan.objective, abs=0.01)
    wrong = replace(plan, role_staff=plan.staff_by_role[::-1])
    assert any("not those of the shifts" in sentence for sentence in check_plan(case, wrong))


def test_two_equal_roles_are_two_shops_under_one_roof() -> None:
    """Half the demand for each, opening free of charge: each does what a half shop does."""
    people = potential(two_peaks(busiest=60))
    free = {"economics__open_cost_per_hour": 0.0, "economics__open_cost_per_day": 0.0}
    service = {"max_staff": 3}
    halves = [{"name": name, "share": 0.5, "service": service} for name in ("a", "b")]
    both = shop(role=halves, **free)
    half = replace(people, customers=people.customers / 2)
    one = shop(service__max_staff=3, **free)

    together, alone = optimize(both, people, gap=1e-6), optimize(one, half, gap=1e-6)

    assert together.objective == pytest.approx(2 * alone.objective, abs=0.05)


PRICED: list[tuple[str, dict[str, Any]]] = [
    ("min_staff", {"service__min_staff": 3}),
    ("obligatory", {"hours__obligatory": "Mo-Sa 17:00-21:00"}),
    ("open_hours", {"hours__per_week": (0, 40)}),
    ("paid_hours", {"labour__hours_per_week": 80.0}),
    ("rest", {"labour__rest_hours": 17.0}),
    ("patterns", {"hours__tidy__patterns": 1}),
    ("same_weekdays", {"hours__tidy__same_weekdays": True}),
]


@pytest.mark.parametrize(("rule", "facts"), PRICED, ids=[rule for rule, _ in PRICED])
def test_a_dearer_rule_never_earns_more(rule: str, facts: dict[str, Any]) -> None:
    """From off over rising prices to strict; a price is paid where it is low, and never above."""
    people = potential(two_peaks())
    plans, missed = [], []
    for firmness in ("off", 0.05, 3.0, 1e4, "strict"):
        case = shop(**facts, **{f"rules__{rule}": firmness})
        plan = optimize(case, people, gap=1e-6)
        judged = evaluate(case, people, plan)
        assert check_plan(case, plan) == []
        assert plan.objective == pytest.approx(judged.objective - judged.penalty, abs=0.01)
        plans.append(plan.objective)
        missed.append(sum(each.amount for each in judged.missed if each.rule == rule))

    assert all(later <= earlier + 0.02 for earlier, later in pairwise(plans))
    assert plans[-1] < plans[0] - 0.1
    assert plans[-2] == pytest.approx(plans[-1], abs=0.02)
    assert missed[0] == missed[3] == missed[4] == 0 < missed[1]


@pytest.mark.parametrize(
    ("rule", "facts", "said"),
    [
        ("legal", {"hours__legal": "Mo-Sa 10:00-15:00"}, "outside the legal hours"),
        ("shift_hours", {"labour__shift_hours": (7, 9)}, "are not within 7 to 9"),
    ],
)
def test_what_has_no_price_can_be_off(rule: str, facts: dict[str, Any], said: str) -> None:
    """Off, the rule is not looked at; strict, the same plan breaks it."""
    people = potential(two_peaks())
    off = shop(**facts, **{f"rules__{rule}": "off"})
    plan = optimize(off, people)

    assert check_plan(off, plan) == []
    assert any(said in sentence for sentence in check_plan(shop(**facts), plan))


@pytest.mark.parametrize("fact", ["value", "hours"])
def test_more_of_a_good_thing_never_hurts(fact: str) -> None:
    """More margin never opens less in all; a larger budget never earns less."""
    plans = []
    for size in (1, 2, 3, 4):
        value = 2.5 * size if fact == "value" else 8.0
        limit = 40.0 * size if fact == "hours" else None
        people = potential(two_peaks(), value=value)
        plans.append(optimize(shop(labour__hours_per_week=limit), people, gap=1e-6))
    sizes = [plan.opening.sum() if fact == "value" else plan.objective for plan in plans]

    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_a_limit_that_nobody_stated_has_no_price() -> None:
    """Without money today's hours are the limit: a price on paid hours does not lift it."""
    case = shop(rules__paid_hours=1.0, service__min_staff=2, service__max_staff=2)
    people = potential(two_peaks(busiest=7.5), unit="customers", value=1.0)
    plan = optimize(case, people, time_limit=0)
    judged = evaluate(case, people, plan)

    assert judged.objective - judged.penalty == pytest.approx(plan.objective, abs=0.01)
    assert plan.paid_hours <= 2 * 45  # Saturday takes two shifts


def test_a_break_in_every_shift_leaves_todays_hours_countable() -> None:
    """Nobody may work without a break, and no money is known: today's hours still say a limit."""
    case = shop(labour__break_after_hours=0, labour__shift_hours=(6, 9))
    plan = optimize(case, potential(two_peaks(), unit="customers", value=1.0), time_limit=0)

    assert check_plan(case, plan) == []
    # Monday to Friday 7 hours, in two shifts of 6, and Saturday 5, in one.
    assert any(note.startswith("The plan may use 66 paid hours") for note in plan.notes)


def test_a_day_too_short_for_a_shift_stays_closed_and_is_named() -> None:
    """Three hours on Saturday hold no shift of four."""
    plan = optimize(
        shop(hours__candidate="Mo-Fr 09:00-18:00; Sa 11:00-14:00"), potential(two_peaks())
    )

    assert not plan.opening[24 * 5 :].any()
    assert any(note.startswith("Sat stay") for note in plan.notes)


def test_candidate_hours_after_midnight_are_left_aside_and_named() -> None:
    """The plan closes by 24:00 and says so."""
    case = shop(hours__candidate="Mo-Sa 14:00-02:00")
    plan = optimize(case, potential(only_between(18, 24, 25), lost=0.9))

    assert max(plan.hours.closing_minute(day) or 0 for day in range(7)) == 1440
    assert any("after midnight" in note for note in plan.notes)


def test_doors_that_stay_open_at_midnight_are_named() -> None:
    """A shop that may open around the clock is told how its nights are counted."""
    facts = {"hours__candidate": "24/7", "hours__per_week": (140, 168)}
    duty = {"labour__set_up_minutes": 30, "labour__close_down_minutes": 45}
    case, people = shop(**facts, **duty), potential(two_peaks())
    plan = optimize(case, people, time_limit=0)
    judged = evaluate(case, people, plan)

    assert any("open at midnight are counted" in note for note in plan.notes)
    assert (plan.opening & np.roll(plan.opening, 1))[::24].any()  # some are
    assert judged.objective == pytest.approx(plan.objective, abs=0.01)
    assert judged.paid_hours == pytest.approx(plan.paid_hours)


@pytest.mark.parametrize(
    ("rules", "hours"),
    [("none", (9, 21)), ("gb-eaw-retail-2026/large", (10, 18)), ("no-retail-2026", None)],
)
def test_the_law_on_sundays(rules: str, hours: tuple[int, int] | None) -> None:
    """Free, six hours in a row between 10 and 18, or closed: and the plan says why."""
    case = shop(hours__candidate="Sa-Su 09:00-21:00", labour__rules=rules, country="")
    plan = optimize(case, potential(only_between(9, 21, 30.0)))
    opens, closes = plan.hours.opening_minute(6), plan.hours.closing_minute(6)

    assert check_plan(case, plan) == []
    assert open_blocks(plan)[6] == (hours is not None)
    assert any(note.startswith("Law keeps part") for note in plan.notes) == (rules != "none")
    if hours is not None:
        assert opens is not None and closes is not None
        assert 60 * hours[0] <= opens < closes <= 60 * hours[1]
        assert closes - opens == (360 if "large" in rules else 720)


def test_an_obligation_against_the_law_is_named() -> None:
    """A landlord asks for eight hours on a Sunday that may hold six."""
    case = shop(
        hours__candidate="Sa-Su 09:00-21:00",
        hours__obligatory="Su 10:00-18:00",
        labour__rules="gb-eaw-retail-2026/large",
    )

    with pytest.raises(PlanError, match=r"hold: legal hours; obligatory hours\..*shorten the obl"):
        optimize(case, potential(two_peaks()))


def test_a_break_too_long_for_any_day_leaves_the_short_shifts() -> None:
    """With a break of a whole day nobody works longer than goes without one."""
    case = shop(labour__break_minutes=1440)
    plan = optimize(case, potential(two_peaks()), time_limit=0)

    assert check_plan(case, plan) == []
    assert {shift.break_minutes for shift in plan.shifts} == {0}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hours__obligatory": "Su 10:00-18:00"}, "Sun 10:00 is obligatory but lies outside"),
        ({"hours__candidate": "Mo-Fr 10:00-12:00"}, "no day may be open for as long"),
        ({"hours__obligatory": "Fr 20:00-02:00"}, "hours after midnight cannot be planned"),
        ({"labour__shift_hours": (0.1, 0.2)}, "no shift of whole periods of 60 minutes"),
        ({"labour__shift_hours": (1e-9, 1e-9)}, "no shift of whole periods of 60 minutes"),
        (
            {"labour__break_minutes": 360, "labour__shift_hours": (7, 9)},
            "no shift is long enough for its break",
        ),
    ],
)
def test_facts_that_leave_no_plan_are_named(changes: dict[str, Any], said: str) -> None:
    """Each with the field to change."""
    with pytest.raises(PlanError, match=said):
        optimize(shop(**changes), potential(two_peaks()))


def test_without_money_paid_hours_bound_the_plan() -> None:
    """Customers are the measure; today's hours say how much work there is, and it is said."""
    people = potential(two_peaks(), value=1.0, unit="customers")
    plan = optimize(shop(), people, gap=0.01)

    assert plan.unit == "customers"
    assert plan.paid_hours <= 5 * 8 + 5  # 7 hours a day need two shifts of 4
    assert any("45 paid hours" in note for note in plan.notes)
    with pytest.raises(PlanError, match=r"State labour\.hours_per_week"):
        optimize(shop(hours__current=None), people)
