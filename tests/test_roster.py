"""Rosters: every rule kept and needed, every figure counted twice, and nothing ever infeasible."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from optimizer.case import Case
from optimizer.casefile import case_from_table, with_changes
from optimizer.errors import CaseError, PlanError
from optimizer.language import Weekday
from optimizer.opening import OpeningHours
from optimizer.people import Employee, Leave, RosterRules, Wish
from optimizer.planning.hours import optimize
from optimizer.reporting import roster_words
from optimizer.roster.automaton import OFF
from optimizer.roster.check import check_roster
from optimizer.roster.floor import Ask, Floor
from optimizer.roster.making import (
    after_illness,
    changed_cells,
    judge_roster,
    make_roster,
    solve_roster,
)
from optimizer.roster.people import People
from optimizer.roster.problem import Team
from optimizer.roster.roster import Assignment, Roster
from optimizer.roster.rules import known_by
from optimizer.roster.worth import Judge
from planning_cases import potential

LONG = "Mo-Su 06:00-22:00"
SHORT = "Mo-Su 10:00-15:00"
MONDAY = date(2026, 11, 23)
FREE = RosterRules(
    fair_price=0.0, weekly_rest="off", days_in_a_row="off", daily_rest="off", free_sundays="off",
    nights_in_a_row="off", longest_day="off", longest_week="off",
)  # fmt: skip
HUNGRY = Employee("A", contract_hours=(0, 48))  # would work as much as is let


def shop(*people: Employee, rules: RosterRules = FREE, **facts: Any) -> Case:
    """A busy shop by the hour in Finland with some people."""
    case = case_from_table({"country": "FI", "period_minutes": 60, "service": {"max_staff": 3}})
    changes = {name.replace("__", "."): value for name, value in facts.items()}
    case = with_changes(case, {"labour.break_minutes": 60} | changes)
    return replace(case, employee=people, roster=rules)


def with_rule(name: str, firmness: float | str) -> RosterRules:
    """All rules off but one; the contract would keep anybody within the longest week."""
    only: dict[str, Any] = {name: firmness}
    if name == "longest_week":
        only["contract_hours"] = "off"
    return replace(FREE, **only)


def ask(case: Case, hours: str = LONG, busy: np.ndarray | None = None, **more: Any) -> Ask:
    """What one person all the time would ask of a roster, with customers at any hour."""
    opening = OpeningHours.parse(hours).week_share(case.grid) > 0
    per_hour = 12.0 * np.ones(168) if busy is None else busy
    whom = potential(per_hour, draws=2)
    return Ask(case, whom, opening, opening[None].astype(int), **more)


def solved(case: Case, hours: str = LONG, seconds: float = 5.0, **more: Any) -> Roster:
    """The roster of a shop; found in a second or so."""
    return solve_roster(ask(case, hours, **more), seconds=seconds)


def days_of(roster: Roster, person: str = "A") -> list[int]:
    """Days on which somebody works."""
    return [shift.day for shift in roster.of(person)]


def rests(roster: Roster, person: str = "A") -> list[float]:
    """Hours between the shifts of somebody."""
    clock = [(s.day * 24 + s.start_minute / 60, s.day * 24 + s.end_minute / 60)
             for s in roster.of(person)]  # fmt: skip
    return [start - end for (_, end), (start, _) in pairwise(clock)]


def week_hours(roster: Roster, person: str = "A") -> float:
    """Most paid hours that somebody has in a week."""
    by_week = np.zeros(roster.weeks)
    for shift in roster.of(person):
        by_week[shift.day // 7] += shift.paid_hours
    return float(by_week.max())


def longest_run(days: list[int]) -> int:
    """Most days in a row."""
    runs, run = [0], 0
    for day in range(max(days) + 2):
        run = run + 1 if day in days else 0
        runs.append(run)
    return max(runs)


# Evenings of even days and mornings of odd ones: whoever serves them rests 8 hours.
CLOPENING = np.tile(np.r_[np.zeros(14), 30 * np.ones(8), np.zeros(2),
                          np.zeros(6), 30 * np.ones(8), np.zeros(10)], 4)[:168]  # fmt: skip

Pair = tuple[str, Callable[[Roster], bool], dict[str, Any]]
PAIRS: list[Pair] = [
    ("daily_rest", lambda roster: min(rests(roster)) >= 11, {"busy": CLOPENING}),
    ("weekly_rest", lambda roster: len(days_of(roster)) <= 6, {"hours": SHORT}),
    ("contract_hours", lambda roster: week_hours(roster) <= 20, {}),
    ("longest_week", lambda roster: week_hours(roster) <= 48, {}),
    ("longest_day", lambda roster: max(s.paid_hours for s in roster.assignments) <= 10, {}),
    (
        "days_in_a_row",
        lambda roster: longest_run(days_of(roster)) <= 8,
        {"weeks": 2, "hours": SHORT},
    ),
    (
        "nights_in_a_row",
        lambda roster: longest_run(days_of(roster)) <= 5,
        {"hours": "Mo-Su 00:00-06:00"},
    ),
    (
        "free_sundays",
        lambda roster: len([d for d in days_of(roster) if d % 7 == 6]) <= 3,
        {"weeks": 4, "hours": "Sa-Su 10:00-15:00"},
    ),
]


@pytest.mark.parametrize(("rule", "kept", "more"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_rule_is_kept_where_strict_and_broken_where_off(
    rule: str, kept: Callable[[Roster], bool], more: dict[str, Any]
) -> None:
    """The rule binds: without it the best roster would break it. The checker sees the same."""
    most = 20 if rule == "contract_hours" else 48
    facts = {"labour__shift_hours": (4, 14)} if rule == "longest_day" else {}
    person = replace(HUNGRY, contract_hours=(0, most))
    strict = shop(person, rules=with_rule(rule, "strict"), **facts)
    loose = shop(person, rules=with_rule(rule, "off"), **facts)

    held, free = solved(strict, **more), solved(loose, **more)

    assert kept(held)
    assert not kept(free)
    assert not held.broken and not free.broken
    weeks = more.get("weeks", 1)
    named = {
        b.rule.replace(" ", "_").lower() for b in check_roster(strict, free.assignments, weeks)
    }
    assert named == {rule}


@pytest.mark.parametrize(("rule", "kept", "more"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_soft_rule_gives_way_for_more_than_its_price(
    rule: str, kept: Callable[[Roster], bool], more: dict[str, Any]
) -> None:
    """A cheap rule is bent and its price is in the value; a dear one is kept."""
    facts = {"labour__shift_hours": (4, 14)} if rule == "longest_day" else {}
    person = replace(HUNGRY, contract_hours=(0, 20 if rule == "contract_hours" else 48))
    cheap, dear = (
        solved(shop(person, rules=with_rule(rule, price), **facts), **more)
        for price in (0.5, 5000.0)
    )

    assert not kept(cheap) and kept(dear)
    assert {b.rule.replace(" ", "_").lower() for b in cheap.broken} == {rule}
    assert all((b.price or 0) > 0 for b in cheap.broken)
    assert not dear.broken


def test_young_people_are_protected() -> None:
    """Under 18: nobody before 6 or after 22, 8 hours a day, 40 a week, and two days of rest."""
    adult = solved(shop(HUNGRY), "Mo-Su 16:00-24:00")
    young = solved(shop(replace(HUNGRY, age=17)), "Mo-Su 16:00-24:00")

    assert max(s.end_minute for s in adult.assignments) == 24 * 60
    assert max(s.end_minute for s in young.assignments) <= 22 * 60
    assert week_hours(young) <= 40 < week_hours(adult)
    assert len(young.of("A")) <= 6
    assert check_roster(shop(replace(HUNGRY, age=17)), adult.assignments, 1)


def test_people_work_when_they_can_and_not_on_leave() -> None:
    """Availability by weekday and clock, leave by date; the checker knows both."""
    person = replace(HUNGRY, available=OpeningHours.parse("Tu-Fr 08:00-16:00"))
    away = replace(person, leave=(Leave(date(2026, 11, 25), date(2026, 11, 26)),))

    roster = solved(shop(person), first=MONDAY)
    without = solved(shop(away), first=MONDAY)

    assert set(days_of(roster)) == {1, 2, 3, 4}
    assert all(s.start_minute >= 480 and s.end_minute <= 960 for s in roster.assignments)
    assert set(days_of(without)) == {1, 4}
    broken = check_roster(shop(away), roster.assignments, 1, MONDAY)
    assert {b.rule for b in broken} == {"leave"}
    anywhere = solved(shop(HUNGRY), first=MONDAY)
    assert "availability" in {
        b.rule for b in check_roster(shop(person), anywhere.assignments, 1, MONDAY)
    }


def test_wish_is_weighed_against_money() -> None:
    """A wish for a free Friday holds at a high price and gives way at a low one."""
    friday = OpeningHours.parse("Fr 00:00-24:00")

    dear = solved(shop(replace(HUNGRY, wish=(Wish(friday, price=5000.0),))), "We-Fr 10:00-18:00")
    cheap = solved(shop(replace(HUNGRY, wish=(Wish(friday, price=1.0),))), "We-Fr 10:00-18:00")

    assert set(days_of(dear)) == {2, 3}
    assert set(days_of(cheap)) == {2, 3, 4}


def test_wish_for_company_is_weighed_against_money() -> None:
    """Who would rather not work without a colleague works when that one does, or pays its price."""
    a = replace(HUNGRY, wish=(Wish(without="B", price=300.0),))
    b = Employee("B", contract_hours=(0, 48), available=OpeningHours.parse("Mo-We 00:00-24:00"))

    together = solved(shop(a, b), "Mo-Fr 10:00-18:00")
    alone = solved(shop(HUNGRY, b), "Mo-Fr 10:00-18:00")

    assert max(days_of(together), default=0) <= 2 < max(days_of(alone))


def test_somebody_with_a_key_is_there() -> None:
    """With `labour.keyholder` the one with the key is at work in every open hour."""
    a, b = replace(HUNGRY, wage=14.0), Employee("B", (0, 48), wage=20.0, keyholder=True)

    without = solved(shop(a, b), "Mo-Tu 10:00-16:00")
    needed = solved(shop(a, b, labour__keyholder=True), "Mo-Tu 10:00-16:00")

    hours = {6.0}
    assert {s.paid_hours for s in needed.of("B")} == hours
    assert not [need for need in needed.unmet if need.what == "keyholder"]
    assert not without.of("B")


def test_fixed_shift_is_in_the_roster_even_against_a_rule() -> None:
    """Agreed shifts stand; the rule that they break is listed, and nothing is infeasible."""
    rules = replace(FREE, daily_rest="strict")
    fixed = OpeningHours.parse("Mo 16:00-22:00; Tu 06:00-12:00")
    case = shop(replace(HUNGRY, fixed=fixed), rules=rules)

    roster = solved(case)

    held = {(s.day, s.start_minute, s.end_minute) for s in roster.assignments}
    assert {(0, 960, 1320), (1, 360, 720)} <= held
    assert {b.rule for b in roster.broken} == {"daily rest"}


def test_agreed_shift_that_is_too_short_is_for_nobody_else() -> None:
    """Three agreed hours are too short a shift: the colleague of no agreement never gets them."""
    person = replace(HUNGRY, fixed=OpeningHours.parse("Mo 10:00-13:00"))
    case = shop(person, Employee("B", (0, 48)), labour__shift_hours=(4, 9))
    busy = np.zeros(168)
    busy[[10, 11, 12, 34, 35, 36]] = 60.0  # three hours on Monday, and on Tuesday

    roster = solved(case, "Mo-Tu 08:00-18:00", busy=busy)

    assert (0, "A", 600, 780) in {
        (s.day, s.person, s.start_minute, s.end_minute) for s in roster.assignments
    }
    assert {s.day for s in roster.of("B")} == {0, 1}
    assert not roster.broken


def test_agreed_shifts_may_be_longer_than_any_other() -> None:
    """Twelve hours on all seven days: they stand, and every limit that they pass is listed."""
    rules = replace(FREE, longest_day="strict", longest_week="strict")
    person = replace(HUNGRY, fixed=OpeningHours.parse("Mo-Su 08:00-20:00"))
    case = shop(person, Employee("B"), rules=rules, labour__shift_hours=(4, 9))

    roster = solved(case, "Mo-Su 08:00-18:00")

    assert len(roster.of("A")) == 7
    assert {"longest day", "longest week", "contract hours"} <= {b.rule for b in roster.broken}
    assert {b.person for b in roster.broken} == {"A"}
    assert not [way for way in roster.relaxations if way.says.startswith("A works")]


def test_locked_cells_stand_and_the_rest_is_made_anew() -> None:
    """A locked shift and a locked day off are kept as they are."""
    shift = Assignment(2, "A", 600, 900)
    locked = {("A", 2): shift, ("A", 3): None}

    roster = solved(shop(HUNGRY), locked=locked)

    assert shift in roster.assignments
    assert 3 not in days_of(roster)


def test_least_change_after_an_illness() -> None:
    """Only what the absence asks for is changed: others, who have hours left, keep their shifts."""
    people = HUNGRY, Employee("B", (0, 40)), Employee("C", (0, 40))
    case = shop(*people)
    before = solved(case, "Mo-Fr 10:00-18:00")
    sick = before.of("A")[0].day
    after = solve_roster(
        ask(case, "Mo-Fr 10:00-18:00", locked={("A", sick): None}, before=before.assignments,
            change_price=25.0),
        seconds=5.0,
    )  # fmt: skip

    old, new = set(before.assignments), set(after.assignments)
    assert sick not in days_of(after)
    assert {s.day for s in old ^ new} == {sick}


def test_roster_that_people_know_changes_as_the_notice_lets_it() -> None:
    """Off, all is made anew; at a price, little changes; strict, only the ill one's cell does."""
    people = [Employee(name, (0, 20)) for name in "ABC"]
    hours = "Mo-Fr 10:00-18:00"
    case = shop(*people, hours__candidate=hours, hours__obligatory=hours)
    whom = potential(12.0 * np.ones(168), draws=2)
    plan = optimize(case, whom, time_limit=0)
    before = make_roster(case, whom, plan, seconds=2.0)
    ill = before.assignments[0]

    changed, worth = {}, {}
    for notice in ("off", 25.0, "strict"):
        bound = replace(case, roster=with_rule("notice", notice))
        after = after_illness(bound, whom, plan, before, ill.person, (ill.day,), seconds=2.0)
        changed[notice], worth[notice] = changed_cells(before, after), after.value
        assert ill.day not in days_of(after, ill.person)

    assert changed["strict"] == ((ill.person, ill.day),)
    assert 1 < len(changed[25.0]) <= len(changed["off"])
    assert worth["strict"] < worth[25.0] - 25.0 * (len(changed[25.0]) - 1)


def test_long_shift_holds_a_break_unless_none_is_asked_for() -> None:
    """With a break of an hour; where none is asked for people work on, and the checker sees it."""
    rested = shop(HUNGRY)
    through = shop(HUNGRY, labour__break_minutes=0)

    held, free = solved(rested, "Mo 10:00-18:00"), solved(through, "Mo 10:00-18:00")

    assert [s.break_minutes for s in held.assignments] == [60]
    assert [(s.break_minutes, s.paid_hours) for s in free.assignments] == [(0, 8.0)]
    assert {b.rule for b in check_roster(rested, free.assignments, 1)} == {"break"}


def test_unmet_need_is_listed_with_its_cost_and_a_way_out() -> None:
    """Nobody on Sunday: its hours are listed, and the gain of each way out is what it brings."""
    closed_sunday = OpeningHours.parse("Mo-Sa 00:00-24:00")
    person = replace(HUNGRY, available=closed_sunday)
    case = shop(person)

    roster = solved(case, SHORT)

    assert [(u.day, u.start_minute, u.end_minute, u.missing) for u in roster.unmet] == [
        (6, 600, 900, 1)
    ]
    assert roster.unmet[0].cost > 0
    can = next(way for way in roster.relaxations if "can work on Sun" in way.says)
    freed = solved(shop(replace(person, available=OpeningHours.parse("24/7"))), SHORT)
    assert freed.value - roster.value == pytest.approx(can.gain, abs=0.01)


def test_way_out_may_be_to_open_later() -> None:
    """Who comes at noon on Saturday leaves two hours unmet: open then, and that gain is true."""
    noon = OpeningHours.parse("Mo-Fr 00:00-24:00; Sa 12:00-24:00; Su 00:00-24:00")
    case = shop(replace(HUNGRY, available=noon, contract_hours=(0, 48)))
    hours = "Fr-Sa 10:00-18:00"

    roster = solved(case, hours)

    way = next(way for way in roster.relaxations if way.says == "Open Sat at 12:00")
    later = solved(case, "Fr 10:00-18:00; Sa 12:00-18:00")
    assert later.value - roster.value == pytest.approx(way.gain, abs=0.01)


def test_one_more_person_is_a_way_out_at_an_honest_price() -> None:
    """Who is hired for the Sunday that nobody can work brings what the list says, to the cent."""
    six_days = replace(HUNGRY, available=OpeningHours.parse("Mo-Sa 00:00-24:00"))
    roster = solved(shop(six_days), SHORT)

    way = next(way for way in roster.relaxations if way.cost)
    helper = Employee("Helper", (0, 48), available=OpeningHours.parse("Su 00:00-24:00"))
    hired = solved(shop(six_days, helper), SHORT)

    assert way.says == "One more person on Sun: 10:00-15:00"
    assert way.cost == pytest.approx(hired.pay[1].wage + hired.pay[1].supplements)
    assert hired.value - roster.value == pytest.approx(way.gain, abs=0.01)
    assert not hired.unmet


def test_one_more_person_who_costs_more_than_she_brings_is_said_so() -> None:
    """At 500 an hour: hiring still stands in the list, with the word that it does not pay."""
    six_days = replace(HUNGRY, available=OpeningHours.parse("Mo-Sa 00:00-24:00"), wage=10.0)
    roster = solved(shop(six_days, economics__wage=500.0), SHORT)

    (way,) = [way for way in roster.relaxations if way.cost]
    assert way.gain < 0
    assert roster_words.ways_out(roster)[-1].endswith("leaving it unmet is cheaper")


def test_more_people_with_a_key_meet_all_that_is_missing() -> None:
    """Two are asked for all day: with those who would be hired they are there, one with a key."""
    person = Employee("A", (0, 48), available=OpeningHours.parse("Mo 10:00-14:00"), keyholder=True)
    case = shop(person, service__min_staff=2, labour__keyholder=True, labour__break_after_hours=9.0)
    roster = solve_roster(ask(case, "Mo-Tu 08:00-20:00"), seconds=5.0)

    for day, name in enumerate(("Mon", "Tue")):
        way = next(way for way in roster.relaxations if f"more people on {name}:" in way.says)
        at_work, keys = np.zeros((2, 24), dtype=int)
        for shift in (s for s in roster.assignments if s.day == day):
            at_work += shift.present(60)
            keys += shift.present(60)
        for start, end, key in re.findall(r"(\d\d):00-(\d\d):00( with a key)?", way.says):
            at_work[int(start) : int(end)] += 1
            keys[int(start) : int(end)] += bool(key)
        assert (at_work[8:20] >= 2).all() and (keys[8:20] >= 1).all()


def test_two_ways_together_where_none_helps_alone() -> None:
    """The only keyholder has no hours left and is not free on Friday: both have to give way."""
    key = Employee("A", (0, 8), available=OpeningHours.parse("Mo 10:00-18:00"), keyholder=True,
                   fixed=OpeningHours.parse("Mo 10:00-18:00"))  # fmt: skip
    case = shop(key, labour__keyholder=True, labour__break_after_hours=9.0, rules__min_staff="off")
    roster = solved(case, "Mo,Fr 10:00-18:00")

    assert not [w for w in roster.relaxations if w.says in ("A works 16 h", "A can work on Fri")]
    (both,) = [way for way in roster.relaxations if " and " in way.says]
    assert both.says == "A works 16 h and A can work on Fri"
    freed = replace(key, contract_hours=(0, 16), available=OpeningHours.parse("24/7"))
    again = solved(replace(case, employee=(freed,)), "Mo,Fr 10:00-18:00")
    over = 8 * 0.5 * again.pay[0].wage / again.pay[0].paid_hours
    assert again.value - over - roster.value == pytest.approx(both.gain, abs=0.01)


def test_no_shift_fits_into_the_opening_hours() -> None:
    """Open for two hours with shifts of four at least: nobody works, and a short shift would do."""
    case = shop(HUNGRY)

    roster = solved(case, "Mo 10:00-12:00")

    assert not roster.assignments and [need.day for need in roster.unmet] == [0]
    (way,) = [way for way in roster.relaxations if way.says == "A shift may be as short as 2 h"]
    short = solved(with_changes(case, {"labour.shift_hours": (2, 9)}), "Mo 10:00-12:00")
    assert short.value - roster.value == pytest.approx(way.gain, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_every_day_with_an_unmet_need_has_a_way_out(seed: int) -> None:
    """Shops with too few people: no weekday with an unmet need is without somebody to hire."""
    rng = np.random.default_rng(seed)
    people = [
        Employee(name, (0, float(rng.integers(4, 20))), keyholder=bool(k == 0))
        for k, name in enumerate("AB")
    ]
    case = shop(*people, rules=RosterRules(), labour__keyholder=bool(seed % 2))
    roster = solved(case, "Mo-Sa 09:00-19:00; Su 12:00-16:00", busy=rng.uniform(0, 20, 168))

    days = {Weekday(need.day).written("en") for need in roster.unmet}
    assert days and days == {
        day for day in days for way in roster.relaxations if way.cost and f"on {day}:" in way.says
    }


def brute(case: Case, request: Ask) -> float:
    """The best value of all rosters there are, by trying every one that breaks no rule."""
    people = People(Floor(request))
    catalogue = people.floor.catalogue
    options = []
    for person in case.employee:
        lines = []
        able = [
            [OFF, *np.flatnonzero(people.floor.allowed[day]).tolist()]
            for day in range(people.floor.days)
        ]
        for line in product(*able):
            shifts = tuple(
                replace(catalogue[s], day=day, person=person.name)
                for day, s in enumerate(line)
                if s != OFF
            )
            broken = [b for b in check_roster(case, shifts, 1) if b.person == person.name]
            if all(b.price is not None for b in broken):
                lines.append((shifts, broken))
        options.append(lines)
    best = -np.inf
    for chosen in product(*options):
        shifts = tuple(shift for part, _ in chosen for shift in part)
        broken = [b for _, part in chosen for b in part]
        best = max(best, Judge(people, shifts).value(broken))
    return best


@pytest.mark.parametrize("seed", range(4))
def test_best_of_all_rosters_is_found(seed: int) -> None:
    """Two people, two days: every roster is tried with the checker and the judge alone."""
    rng = np.random.default_rng(seed)
    rules = RosterRules(
        fair_price=float(rng.choice([0.0, 2.0])),
        contract_hours=[*("strict", 1.0, 30.0)][seed % 3],
        daily_rest=["strict", 3.0][seed % 2],
    )
    people = (
        Employee("A", (float(rng.integers(0, 4)), float(rng.integers(4, 8))), wage=12.0),
        Employee("B", (0.0, float(rng.integers(4, 8))), keyholder=True,
                 wish=(Wish(OpeningHours.parse("Tu 17:00-24:00"), price=3.0),)),
    )  # fmt: skip
    case = shop(*people, rules=rules, labour__shift_hours=(2, 4), labour__keyholder=seed % 2 == 0)
    request = ask(case, "Mo 18:00-22:00; Tu 07:00-10:00", rng.uniform(0, 25, 168))

    roster = solve_roster(request, seconds=5.0)

    assert roster.value == pytest.approx(brute(case, request), abs=1e-6)
    assert roster.bound >= roster.value - 1e-6


@pytest.mark.parametrize("weeks", [1, 2])
def test_value_is_the_same_by_both_roads(weeks: int) -> None:
    """What the search believes is what judge and checker count from the shifts alone."""
    rules = RosterRules(contract_hours=2.0, daily_rest=5.0, averaging_weeks=weeks)
    people = (
        Employee("A", (10, 30), wish=(Wish(OpeningHours.parse("Fr 00:00-24:00"), price=8.0),)),
        Employee("B", (5, 20), wage=0.0, wish=(Wish(without="A", price=2.0),)),
        Employee("C", (8, 12), wage=11.0, keyholder=True),
    )
    case = shop(*people, rules=rules, labour__keyholder=True)
    rng = np.random.default_rng(3)
    request = ask(case, "Mo-Sa 09:00-20:00; Su 12:00-18:00", rng.uniform(2, 30, 168), weeks=weeks)

    roster = solve_roster(request, seconds=3.0)

    problem, floor = People(Floor(request)).problem, Floor(request)
    believed = Team(problem, floor.lines(roster.assignments)).worth + floor.constant
    assert roster.value == pytest.approx(believed, abs=1e-6)
    assert roster.value <= roster.bound + 1e-6


def test_same_input_gives_the_same_roster() -> None:
    """Two runs agree to the last shift."""
    case = shop(*(Employee(name, (0, 12)) for name in "AB"))
    first, second = (solve_roster(ask(case, "Mo-Tu 10:00-20:00"), seconds=60.0) for _ in range(2))

    assert first.assignments == second.assignments


def test_stopping_gives_the_best_so_far() -> None:
    """Who says stop gets a legal roster, and the word for it."""
    case = shop(*(Employee(name, (0, 25)) for name in "ABCD"))
    calls = []

    def stop_soon(worth: float, bound: float) -> bool:
        calls.append(worth)
        return len(calls) < 3

    roster = solve_roster(ask(case, "Mo-Su 09:00-21:00"), seconds=30.0, tell=stop_soon)

    assert roster.status == "stopped" and roster.assignments
    assert not check_roster(case, roster.assignments, 1)


def test_contract_hours_average_over_weeks() -> None:
    """A busy and a quiet week: with averaging the first may pass the contract, the sum may not."""
    leave = (Leave(date(2026, 11, 30), date(2026, 12, 4)),)
    person = replace(HUNGRY, contract_hours=(0, 20), leave=leave)
    two_weeks: dict[str, Any] = {
        "weeks": 2,
        "first": MONDAY,
        "seconds": 30.0,
    }  # to its end, also on a busy machine
    weekly = solved(shop(person), **two_weeks)
    averaged = solved(shop(person, rules=replace(FREE, averaging_weeks=2)), **two_weeks)

    assert week_hours(weekly) <= 20 < week_hours(averaged)
    assert averaged.paid_hours <= 40
    assert not averaged.broken


def test_fair_price_spreads_the_evenings() -> None:
    """Evenings go by share of contract when unfairness costs, and to the cheaper one when not."""
    people = Employee("A", (0, 30), wage=12.0), Employee("B", (0, 30), wage=13.0)
    busy = np.tile(np.r_[np.zeros(18), 12 * np.ones(4), np.zeros(2)], 7)

    unfair = solved(shop(*people), "Mo-Fr 18:00-22:00", busy=busy)
    fair = solved(
        shop(*people, rules=replace(FREE, fair_price=5.0)), "Mo-Fr 18:00-22:00", busy=busy
    )

    def most(roster: Roster) -> float:
        return max(share.hours - share.fair_hours for share in roster.shares)

    assert most(unfair) == pytest.approx(10.0)
    assert most(fair) <= 2.0


def test_pay_lists_hours_and_supplements() -> None:
    """Monday 16-22 at 14.46: six hours, four of them evening hours at 4.00, with on-cost 1.3."""
    case = shop(replace(HUNGRY, wage=14.46))
    judged = judge_roster(ask(case), (Assignment(0, "A", 960, 1320),))

    (pay,) = judged.pay
    assert pay.paid_hours == 6
    assert [hours for _, hours in pay.supplement_hours] == [4.0]
    assert pay.wage == pytest.approx(6 * 14.46 * 1.3)
    assert pay.supplements == pytest.approx(4 * 4.00 * 1.3)


def test_edited_roster_is_judged_at_once() -> None:
    """A shift moved by hand: new value, the broken rule, the needs it leaves."""
    rules = replace(FREE, daily_rest="strict")
    request = ask(shop(HUNGRY, rules=rules), "Mo-Tu 06:00-22:00")
    before = judge_roster(request, (Assignment(0, "A", 960, 1320), Assignment(1, "A", 840, 1140)))
    moved = before.with_shift("A", 1, Assignment(1, "A", 360, 660))

    after = judge_roster(request, moved)

    assert not before.broken
    assert [b.rule for b in after.broken] == ["daily rest"]
    assert (1, 660, 1320) in [(u.day, u.start_minute, u.end_minute) for u in after.unmet]


def test_roles_are_filled_by_those_who_can() -> None:
    """Till and fitting room: each need is met by somebody of that role, and the checker agrees."""
    roles = [{"name": "till", "share": 0.6}, {"name": "fitting", "share": 0.4}]
    case = replace(
        with_changes(case_from_table({"role": roles}), {"period_minutes": 30, "country": "FI"}),
        employee=(replace(HUNGRY, roles=("till",)), Employee("B", (0, 40), roles=("fitting",))),
        roster=FREE,
    )
    opening = OpeningHours.parse("Mo-Tu 10:00-16:00").week_share(case.grid) > 0
    whom = potential(8.0 * np.ones(336), draws=2)
    request = Ask(case, whom, opening, np.array([opening, opening]).astype(int))

    roster = solve_roster(request, seconds=5.0)

    assert {(s.person, s.role) for s in roster.assignments} == {("A", "till"), ("B", "fitting")}
    assert not roster.unmet and not roster.broken
    swapped = tuple(replace(s, role="till") for s in roster.assignments)
    assert {b.rule for b in check_roster(case, swapped, 1)} == {"roles"}


def test_without_money_the_roster_still_serves_customers() -> None:
    """Where only customers are counted, needs are met with as few hours as they take."""
    case = shop(HUNGRY, Employee("B", (0, 40)))
    request = ask(case, "Mo-Tu 10:00-16:00")
    request = replace(request, potential=potential(6.0 * np.ones(168), draws=2, unit="customers"))

    roster = solve_roster(request, seconds=5.0)

    assert roster.currency == "customers"
    assert not roster.unmet and not roster.broken
    assert roster.value <= roster.bound + 1e-6


def test_people_know_their_roster_in_time() -> None:
    """Two weeks before it begins by the Finnish agreement; no day where no rule says one."""
    assert known_by(shop(), MONDAY) == date(2026, 11, 9)
    assert known_by(shop(labour__rules="none"), MONDAY) is None


def test_no_people_is_one_sentence() -> None:
    """A shop that names nobody, and a week that begins on a Tuesday, are said with the cure."""
    case = shop(hours__candidate="Mo-Tu 09:00-17:00")
    whom = potential(12.0 * np.ones(168), draws=2)
    plan = optimize(case, whom, time_limit=0)
    with pytest.raises(PlanError, match="no people are known"):
        make_roster(case, whom, plan)
    with pytest.raises(PlanError, match="begins on a Monday"):
        make_roster(replace(case, employee=(HUNGRY,)), whom, plan, first=date(2026, 11, 24))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"roster": {"daily_rest": "maybe"}}, "strict"),
        ({"roster": {"averaging_weeks": 0}}, "between 1 and 52"),
        ({"employee": [{"name": "A", "age": 5}]}, "between 13 and 99"),
        ({"employee": [{"name": "A", "contract_hours": [30, 20]}]}, "must rise"),
        ({"employee": [{"name": "A", "fixed": "Mo 8:00-10:00,12:00-14:00"}]}, "one shift a day"),
        ({"employee": [{"name": "A", "wish": [{"price": -1}]}]}, "must not be negative"),
    ],
)
def test_facts_of_people_are_checked_at_birth(table: dict[str, Any], said: str) -> None:
    """A fact that cannot be is refused with its rule as the message."""
    with pytest.raises(CaseError, match=said):
        case_from_table(table)
