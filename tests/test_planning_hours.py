"""The optimiser: it chooses both ends, obeys every rule, and nothing better exists."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.planning.hours import optimize
from optimizer.planning.milp import Model
from optimizer.planning.plan import Plan, check_plan
from optimizer.planning.response import Potential, respond
from planning_cases import KIOSK, kept_by_trying, only_between, potential, shop, two_peaks


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

    with pytest.raises(PlanError, match=r"Sun must open|longer than the law allows"):
        optimize(case, potential(two_peaks()))


def test_rules_in_conflict_are_named_with_a_way_out() -> None:
    """Six obligatory days of eight hours do not fit into 20 paid hours: 28 are missing."""
    case = shop(hours__obligatory="Mo-Sa 10:00-18:00", labour__hours_per_week=20.0)

    with pytest.raises(PlanError, match=r"paid hours stay within .*28\.0 more paid hours"):
        optimize(case, potential(two_peaks()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hours__obligatory": "Su 10:00-18:00"}, "Sun 10:00 is obligatory but lies outside"),
        ({"hours__candidate": "Mo-Fr 10:00-12:00"}, "no day may be open for as long"),
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


def staff_profiles(case: Case, periods: int) -> list[tuple[int, ...]]:
    """Every course of staff over a day that some collection of legal shifts gives."""
    shortest, longest = (int(hours) for hours in case.labour.shift_hours)
    shifts = []
    for start in range(periods):
        for length in range(shortest, min(longest, periods - start) + 1):
            work = np.zeros(periods, dtype=int)
            work[start : start + length] = 1
            if length <= case.labour.break_after_hours:
                shifts.append(work)
            else:  # one hour of break, two hours from either end
                for away in range(start + 2, start + length - 2):
                    shifts.append(work - (np.arange(periods) == away))
    found = {(0,) * periods}
    fresh = found
    while fresh:
        fresh = {
            longer
            for profile in fresh
            for shift in shifts
            if max(longer := tuple((np.array(profile) + shift).tolist())) <= case.service.max_staff
        } - found
        found |= fresh
    return list(found)


def best_by_trying(case: Case, people: Potential) -> float:
    """Profit of the best plan for Wednesday and Thursday 8 to 15, of all that there are."""
    response, kept = respond(people, case.service, 1.0), kept_by_trying(people)
    closed = [kept(day, [False] * 24) for day in range(7)]
    wage, labour = case.economics.labour_cost_per_hour, case.labour
    duty = case.service.min_staff * (labour.set_up_minutes + labour.close_down_minutes) / 60
    by_hours: list[dict[tuple[float, int, int], float]] = []
    for weekday in (2, 3):
        best, stays = {(0.0, 0, 0 if weekday == 2 else 24): 0.0}, {}
        for profile in staff_profiles(case, 7):
            at_work = [period for period in range(7) if profile[period]]
            if not at_work or at_work[-1] - at_work[0] + 1 != len(at_work):
                continue
            if min(profile[period] for period in at_work) < case.service.min_staff:
                continue
            open_ = [8 + at_work[0] <= hour <= 8 + at_work[-1] for hour in range(24)]
            if tuple(open_) not in stays:
                stays[tuple(open_)] = kept(weekday, open_) - closed[weekday]
            gain = stays[tuple(open_)] - case.economics.open_cost_per_day
            for period in at_work:
                week = 24 * weekday + 8 + period
                gain += response.earned[week, profile[period]]
                gain -= wage * profile[period] + case.economics.open_cost_per_hour
            # What couples the two days: paid hours, hours open, and Wednesday's end or
            # Thursday's beginning.
            hours = (
                sum(profile) + duty,
                len(at_work),
                at_work[-1] + 1 if weekday == 2 else at_work[0],
            )
            gain -= wage * duty
            best[hours] = max(best.get(hours, -np.inf), gain)
        by_hours.append(best)
    limit = case.labour.hours_per_week or np.inf
    least, most = case.hours.per_week or (0, 24)
    return sum(closed) + max(
        first + second
        for (hours, open_hours, end), first in by_hours[0].items()
        for (more, more_open, start), second in by_hours[1].items()
        if 0 < hours + more <= limit and least <= open_hours + more_open <= most
        if start + 24 - end >= labour.rest_hours
    )


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    busiest=st.floats(1, 12),
    staff=st.sampled_from([(1, 2), (1, 1), (2, 2), (1, 3)]),
    limit=st.sampled_from([None, 5.0, 9.0, 14.0]),
    shifts=st.sampled_from([(2, 5), (3, 5), (2, 3), (4, 6)]),
    set_up=st.sampled_from([0, 30]),
    per_week=st.sampled_from([None, None, (0, 6), (9, 12)]),
    rest=st.sampled_from([0.0, 20.0, 22.0]),
)
def test_nothing_better_exists(
    seed: int,
    busiest: float,
    staff: tuple[int, int],
    limit: float | None,
    shifts: tuple[int, int],
    set_up: int,
    per_week: tuple[float, float] | None,
    rest: float,
) -> None:
    """On tiny shops the plan is as good as the best of all plans, tried one by one."""
    rng = np.random.default_rng(seed)
    case = with_changes(
        KIOSK,
        {
            "service.min_staff": staff[0],
            "service.max_staff": staff[1],
            "labour.hours_per_week": limit,
            "labour.shift_hours": shifts,
            "labour.set_up_minutes": set_up,
            "labour.close_down_minutes": 15,
            "hours.per_week": per_week,
            "labour.rest_hours": rest,
        },
    )
    people = potential(busiest * rng.uniform(0, 1, 168), draws=2, lost=0.9, seed=seed)
    try:
        plan = optimize(case, people, gap=1e-7)
    except PlanError:
        with pytest.raises(ValueError, match="empty"):
            best_by_trying(case, people)
        return

    assert check_plan(case, plan) == []
    assert plan.objective == pytest.approx(best_by_trying(case, people), abs=0.01)


def best_by_listing(case: Case, people: Potential) -> tuple[float, float]:
    """Profit and bound of the best plan, with a column for every window and every shift."""
    response = respond(people, case.service, 1.0)
    earned = response.earned.reshape(7, 24, -1)
    kept = kept_by_trying(people)
    closed = [kept(day, np.zeros(24)) for day in range(7)]
    wage = case.economics.labour_cost_per_hour
    least, most = case.service.min_staff, case.service.max_staff
    shortest, longest = (int(hours) for hours in case.labour.shift_hours)
    t = np.arange(24)
    shifts, windows = [], []
    for start in range(9, 20):
        for end in range(start + shortest, 21):
            windows.append((start <= t) & (t < end))
            work = windows[-1].astype(float)
            if end - start <= case.labour.break_after_hours:
                shifts.append(work)
            elif end - start <= longest:
                shifts += [work - (t == away) for away in range(start + 2, end - 2)]
    cover, open_ = np.array(shifts), np.array(windows, dtype=float)

    model = Model()
    all_staff = []
    all_open = []
    for day in range(6):
        worked = model.variables(f"shifts {day}", (len(cover),), integer=True)
        chosen = model.variables(
            f"window {day}",
            (len(open_),),
            upper=1,
            integer=True,
            gain=open_ @ earned[day, :, least]
            + [kept(day, window) - closed[day] for window in windows]
            - case.economics.open_cost_per_day
            - open_.sum(axis=1) * case.economics.open_cost_per_hour,
        )
        staff = model.variables(f"staff {day}", (24,), gain=-wage)
        more = model.variables(
            f"more {day}", (24, most - least), upper=1, gain=np.diff(earned[day, :, least:], axis=1)
        )
        each_shift = [(cover[k], worked[k]) for k in range(len(cover))]
        each_window = [(open_[k], chosen[k]) for k in range(len(open_))]
        model.constrain(f"work {day}", (-1, staff), *each_shift, lower=0, upper=0)
        model.constrain(
            f"cover {day}",
            (1, staff),
            *[(-least * share, column) for share, column in each_window],
            *[(-1, more[:, k]) for k in range(most - least)],
            lower=0,
            upper=0,
        )
        for k in range(most - least):
            shut = [(-share, column) for share, column in each_window]
            model.constrain(f"closed {day} {k}", (1, more[:, k]), *shut, upper=0)
        model.constrain_sum(f"one window {day}", (1, chosen), upper=1)
        all_staff.append(staff)
        all_open.append(chosen)
    model.constrain_sum("budget", (1, np.array(all_staff)), upper=case.labour.hours_per_week or 1e9)
    model.constrain_sum("some day", (1, np.array(all_open)), lower=1)
    solution = model.solve(time_limit=60, gap=1e-5)
    return solution.objective + sum(closed), solution.bound + sum(closed)


@pytest.mark.parametrize(
    ("busiest", "staff", "limit", "seed"),
    [
        (30.0, (1, 4), 120.0, 1),
        (15.0, (1, 3), None, 2),
        (45.0, (2, 5), 200.0, 3),
        (8.0, (1, 2), 60.0, 4),
    ],
)
def test_the_textbook_model_agrees(
    busiest: float, staff: tuple[int, int], limit: float | None, seed: int
) -> None:
    """A shop of real size, solved with a column for every window and every shift."""
    case = shop(
        hours__candidate="Mo-Sa 09:00-20:00",
        labour__rules="none",
        labour__hours_per_week=limit,
        service__min_staff=staff[0],
        service__max_staff=staff[1],
    )
    people = potential(two_peaks(busiest=busiest), lost=0.7, seed=seed)
    plan = optimize(case, people, gap=1e-5)
    value, bound = best_by_listing(case, people)

    assert plan.objective <= bound + 0.01
    assert value <= plan.bound + 0.01
    assert plan.objective == pytest.approx(value, rel=2e-4)
