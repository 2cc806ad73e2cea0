"""The engine: its bound holds for every plan, its plans are legal, and they stand on their own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.planning import solver_process
from optimizer.planning.bounds import Bounds
from optimizer.planning.day_program import DayProgram, dear
from optimizer.planning.engine import find, pruned
from optimizer.planning.evaluate import evaluate
from optimizer.planning.exchange import DayShifts, ShiftTable
from optimizer.planning.hours import optimize
from optimizer.planning.plan import check_plan
from optimizer.planning.response import Potential
from optimizer.planning.week import Week, week_of
from planning_cases import SHOP, potential, shop, two_peaks


def a_week(limit: float | None = 120.0, period: int = 60) -> Week:
    case = shop(labour__hours_per_week=limit, period_minutes=period, labour__break_minutes=period)
    return week_of(case, potential(two_peaks(period)))


FIRMNESS = st.dictionaries(
    st.sampled_from(
        ["min_staff", "obligatory", "open_hours", "paid_hours", "rest", "patterns", "same_weekdays"]
    ),
    st.sampled_from(["off", 2.0, 15.0, 100.0]),
    max_size=3,
)
ROLES = [
    {"name": "till", "share": 0.7, "service": {"max_staff": 2}},
    {"name": "advice", "share": 0.3, "service": {"kind": "assist", "min_staff": 0, "max_staff": 1}},
]


@st.composite
def shops(draw: st.DrawFn) -> tuple[Case, Potential]:
    """Random shops with random rules."""
    period = draw(st.sampled_from([60, 60, 30]))
    least, most = draw(st.sampled_from([(1, 2), (1, 4), (2, 3), (2, 2), (1, 1)]))
    case = with_changes(
        SHOP,
        {
            "period_minutes": period,
            "hours.candidate": draw(
                st.sampled_from(["Mo-Sa 09:00-20:00", "Tu-Fr 08:00-16:00; Su 11:00-21:00"])
            ),
            "hours.obligatory": draw(st.sampled_from([None, "Tu-Th 10:00-14:00"])),
            "hours.tidy.same_weekdays": draw(st.booleans()),
            "hours.tidy.step_minutes": draw(st.sampled_from([30, 60])),
            "service.min_staff": least,
            "service.max_staff": most,
            "labour.hours_per_week": draw(st.sampled_from([None, 60.0, 110.0])),
            "labour.shift_hours": draw(st.sampled_from([(4, 9), (4, 6), (7, 9), (3, 12)])),
            "hours.tidy.windows_per_day": draw(st.sampled_from([1, 1, 2])),
            "hours.tidy.patterns": draw(st.sampled_from([7, 7, 2])),
            "hours.per_week": draw(st.sampled_from([None, None, (20, 45)])),
            "labour.rest_hours": draw(st.sampled_from([0.0, 0.0, 15.0])),
            "service.min_staff_at": [{"hours": "Mo-Su 17:00-24:00", "staff": most}]
            if draw(st.booleans())
            else [],
            **{f"rules.{rule}": firmness for rule, firmness in draw(FIRMNESS).items()},
        },
    )
    if draw(st.sampled_from([False, False, True])):
        case = with_changes(case, {"role": ROLES})
    people = potential(
        two_peaks(period, draw(st.floats(2, 60))),
        lost=draw(st.floats(0.15, 0.85)),
        seed=draw(st.integers(0, 10**6)),
    )
    return case, people


def test_no_shift_collects_rent() -> None:
    """Whatever the weekday, window and price: the rents of no legal shift sum to more than 0."""
    week = a_week(period=30)
    program, table = DayProgram(week), ShiftTable.of(week.rules, week.periods)
    highest = []
    for weekday, window, price in [(0, (0, 26), 0.0), (4, (4, 22), 9.5), (5, (7, 17), 2.0)]:
        rents = program.solve(weekday, window, price).rents
        so_far = np.concatenate([[0], np.cumsum(rents)])
        sums = so_far[table.end] - so_far[table.start] - so_far[table.back] + so_far[table.away]
        highest.append(rents.max())
        assert sums.max() <= 1e-6
    assert max(highest) > 1.0  # some periods do collect rent, or it would be no news


def test_bound_is_exact_where_it_was_solved_and_holds_elsewhere() -> None:
    """Rents of one window bound all others, also at another price."""
    week = a_week()
    bounds, program = Bounds(week), DayProgram(week)
    here = bounds.at(3.0).days[2]
    doors = {int(edge): k for k, edge in enumerate(week.doors)}
    exact = bounds.of_days([2], 3.0)[0][doors[here.window[0]], doors[here.window[1]]]

    assert exact == pytest.approx(here.profit - 3.0 * here.hours)
    for price in (0.0, 3.0, 8.0):
        bound = bounds.of_days([2], price)[0]
        for start, end in [(0, 13), (0, 4), (3, 9), (5, 13), (4, 8)]:
            window = (int(week.doors[start]), int(week.doors[end]))
            solved = program.solve(2, window, price)
            assert solved.profit - price * solved.hours <= bound[start, end] + 1e-6


def test_bound_on_two_windows_holds_where_it_was_not_solved() -> None:
    """Rents found at one price bound two windows at another one, with a short pause, too."""
    case = shop(
        hours__tidy__windows_per_day=2, hours__candidate="Mo-Sa 09:00-20:00", period_minutes=30
    )
    case = with_changes(case, {"labour.break_minutes": 30})
    week = week_of(case, potential(two_peaks(30, 45)))
    bounds, program = Bounds(week), DayProgram(week)
    bounds.at(2.0)
    paused = bounds.paused[2]
    assert paused is not None
    for price in (0.0, 2.0, 8.0):
        promised, best = bounds.best_pair(2, price, paused, above=-np.inf)
        assert best.tolist() == sorted(set(best.tolist()))
        for pair in [(0, 8, 9, 22), (0, 9, 11, 22), (2, 10, 14, 22), (4, 12, 13, 21)]:
            window = tuple(week.doors[list(pair)].tolist())
            solved = program.solve(2, window, price)
            assert solved.profit - price * solved.hours <= promised + 1e-6
        bound, days = bounds.best(2, price, must_open=True)
        assert bound == pytest.approx(days[0].profit - price * days[0].hours, rel=1e-3)


@settings(max_examples=40)
@given(shops())
def test_quick_plans_are_legal_and_their_bound_holds(made: tuple[Case, Potential]) -> None:
    """The engine's plan breaks no rule, is worth what it says, and no plan passes its bound."""
    case, people = made
    week = week_of(case, people)
    found = find(week)
    if found is None:
        return
    quick = optimize(case, people, time_limit=0)
    proven = optimize(case, people, gap=1e-6)

    for plan in (quick, proven):
        judged = evaluate(case, people, plan)
        assert check_plan(case, plan) == []
        assert judged.objective - judged.penalty == pytest.approx(plan.objective, abs=0.01)
    assert quick.objective - 0.01 <= proven.objective <= quick.bound + 0.01


@settings(max_examples=15)
@given(shops())
def test_pruning_keeps_the_best_plan(made: tuple[Case, Potential]) -> None:
    """What the bound has left still holds a plan as good as the best of all."""
    case, people = made
    week = week_of(case, people)
    found = find(week)
    if found is None:
        return
    small = pruned(week, found)
    best = optimize(case, people, gap=1e-6)
    opening = best.opening.reshape(7, -1)[:, week.first : week.first + week.periods]
    within = not (opening & ~small.allowed).any() and not (small.forced & ~opening).any()

    assert within or best.objective <= found.profit + 0.02
    assert small.allowed.sum() <= week.allowed.sum()


def test_exchanges_gain_what_they_say() -> None:
    """Each exchange, made, changes the day's profit and paid periods by just its entries."""
    week = a_week(period=30)
    table = ShiftTable.of(week.rules, week.periods)
    day = DayShifts(week, table, 4, (4, 24), dear(week))
    day.round(DayProgram(week).solve(4, (4, 24), 2.0).curves, 2.0)
    rng = np.random.default_rng(3)
    for _ in range(30):
        gains, paid = day.exchanges()
        row, column = rng.integers(gains.shape[0]), rng.integers(gains.shape[1])
        profit, periods = day.profit, day.paid
        day.apply(int(row), int(column))
        assert day.profit - profit == pytest.approx(gains[row, column], abs=1e-6)
        assert day.paid - periods == paid[row, column]
        staff = np.zeros(week.periods, dtype=int)
        for start, end, away in day.shifts():
            staff[start:end] += 1
            if away is not None:
                staff[away : away + week.rules.away] -= 1
        assert staff.tolist() == day.staff.tolist()
        if day.staff.max() > 6:
            day.improve(2.0)


def test_all_legal_shifts_are_in_the_table() -> None:
    """Of 4 to 9 hours within 13, a break of one hour beyond 6, by counting."""
    week = a_week()
    table = ShiftTable.of(week.rules, 13)
    short = sum(13 - length + 1 for length in (4, 5, 6))
    long = sum((13 - length + 1) * (length - 2 - 2 - 1 + 1) for length in (7, 8, 9))

    assert len(table.paid) == short + long
    assert (np.diff(table.paid) >= 0).all()


def test_the_price_of_an_hour_is_what_the_next_one_earns() -> None:
    """Ten more paid hours bring about ten times the price; a limit that is no limit costs 0."""
    people = potential(two_peaks(30))
    tight, wider, free = (
        find(week_of(shop(period_minutes=30, labour__hours_per_week=limit), people))
        for limit in (100.0, 110.0, 900.0)
    )

    assert tight and wider and free
    assert wider.bound - tight.bound == pytest.approx(10 * tight.price, rel=0.25)
    assert wider.bound <= tight.bound + 10 * tight.price + 0.01
    assert free.price == 0.0


def test_the_engines_plan_stands_when_the_solver_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proof, but a legal plan, its bound and its gap."""

    def die(*_: object) -> None:
        raise solver_process.SolverDied

    people = potential(two_peaks())
    case = shop(labour__hours_per_week=90.0)
    quick = optimize(case, people, time_limit=0)
    monkeypatch.setattr(solver_process, "solve", die)
    plan = optimize(case, people, gap=1e-9)

    assert plan.status == "feasible"
    assert plan.gap > 0
    assert (plan.hours, plan.shifts, plan.bound) == (quick.hours, quick.shifts, quick.bound)


def test_the_same_case_gives_the_same_plan() -> None:
    """Nothing is drawn, and no clock decides."""
    people = potential(two_peaks(30), seed=5)
    case = shop(period_minutes=30, labour__hours_per_week=130.0)
    first, second = (optimize(case, people, time_limit=0) for _ in range(2))

    assert (first.hours, first.shifts, first.bound) == (second.hours, second.shifts, second.bound)


@pytest.mark.parametrize("tidy", [{}, {"patterns": 2, "windows_per_day": 2}])
def test_a_week_in_which_no_day_pays_opens_its_best_day(tidy: dict[str, int]) -> None:
    """Almost nobody comes: one day stays open, and the bound knows it."""
    case = with_changes(SHOP, {f"hours.tidy.{fact}": value for fact, value in tidy.items()})
    people = potential(two_peaks(busiest=0.5))
    quick = optimize(case, people, time_limit=0)
    proven = optimize(case, people, gap=1e-6)

    assert quick.bound < 0
    assert quick.opening.reshape(7, -1).any(axis=1).sum() == 1
    assert proven.objective == pytest.approx(quick.objective, abs=5.0)
    assert proven.objective <= quick.bound + 0.01


def test_amounts_far_beyond_any_shop_still_give_an_answer() -> None:
    """Rounding noise of huge sums is not taken for a gain, or exchanges would never end."""
    case, people = shop(economics__wage=1e9), potential(two_peaks())
    plan = optimize(case, people, time_limit=0)

    assert check_plan(case, plan) == []
    assert evaluate(case, people, plan).objective == pytest.approx(plan.objective, rel=1e-9)
