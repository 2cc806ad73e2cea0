"""Make a roster, change it by hand, and say what could give way.

A plan of anonymous shifts becomes weeks of named people. Nothing is ever "infeasible": a need that
nobody can meet is listed with its cost, and so are the ways out of it, cheapest first.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np

from optimizer.case import Case
from optimizer.errors import PlanError
from optimizer.language import say
from optimizer.people import Employee
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential
from optimizer.roster.automaton import OFF
from optimizer.roster.best import Tell
from optimizer.roster.check import check_roster
from optimizer.roster.columns import Prices
from optimizer.roster.floor import Ask, Cell, Floor, shape_of
from optimizer.roster.hiring import more_people
from optimizer.roster.people import People
from optimizer.roster.problem import Problem
from optimizer.roster.roster import Assignment, Roster
from optimizer.roster.rules import check_facts
from optimizer.roster.search import CLOSE, carry_on, search
from optimizer.roster.ways import ways_out, without_shifts
from optimizer.roster.worth import Judge

_TIME_TO_SEARCH = 0.95  # share of the time; then the roster is judged and ways out are tried


def ask_for(
    case: Case,
    potential: Potential,
    plan: Plan,
    *,
    weeks: int = 1,
    first: date | None = None,
    locked: Mapping[Cell, Assignment | None] | None = None,
    before: Roster | None = None,
    only_planned_shifts: bool = False,
) -> Ask:
    """What a plan asks of a roster; see `make_roster`.

    Raises
    ------
    PlanError
        The case names no people, or the first day is no Monday.
    CaseError
        Somebody has a wage area or a role that there is not.
    """
    if not case.employee:
        raise PlanError(
            say("no people are known"),
            where="employee",
            cure=say("State them in case.toml as [[employee]], or on the page Roster."),
        )
    if first is not None and first.weekday() != 0:
        raise PlanError(say("a roster begins on a Monday"), cure=say("Choose a Monday."))
    shifts = None
    if only_planned_shifts:
        shifts = frozenset(
            Assignment(s.weekday, "", s.start_minute, s.end_minute, s.break_start_minute,
                       s.break_minutes, s.role)
            for s in plan.shifts
        )  # fmt: skip
    price = 0.0 if before is None else case.roster.price("notice")
    if before is not None and price == math.inf:  # nobody's shift changes but for what is locked
        shift_of = {(shift.person, shift.day): shift for shift in before.assignments}
        cells = product(before.people, range(7 * before.weeks))
        locked = {cell: shift_of.get(cell) for cell in cells} | dict(locked or {})
    check_facts(case)
    return Ask(
        case=case,
        potential=potential,
        opening=plan.opening,
        wanted=plan.staff_by_role,
        weeks=weeks,
        first=first,
        locked=locked,
        before=None if before is None else before.assignments,
        change_price=price if price < math.inf else 0.0,
        shifts=shifts,
    )


def make_roster(
    case: Case,
    potential: Potential,
    plan: Plan,
    *,
    weeks: int = 1,
    first: date | None = None,
    locked: Mapping[Cell, Assignment | None] | None = None,
    before: Roster | None = None,
    only_planned_shifts: bool = False,
    seconds: float = 30.0,
    tell: Tell = carry_on,
) -> Roster:
    """Who works when in the hours of a plan, worth as much as can be.

    Parameters
    ----------
    weeks, first
        How many weeks, and the Monday with which they begin (None = typical weeks: leave and
        public holidays then play no part).
    locked
        Cells (person, day) that stand: a shift, or None for a day off.
    before
        An earlier roster of which as little as possible is to be changed; what a change counts
        says the rule `roster.notice`.
    only_planned_shifts
        Whether people may work the plan's own shifts only; else any legal shift that suits them.
    seconds
        After which the best roster so far is taken.
    tell
        Is told the worth and the bound now and then, in money over all weeks, infinite where not
        yet known; answering False stops with the best so far.

    Raises
    ------
    PlanError
        No people are known.
    """
    ask = ask_for(
        case, potential, plan, weeks=weeks, first=first, locked=locked, before=before,
        only_planned_shifts=only_planned_shifts,
    )  # fmt: skip
    return solve_roster(ask, seconds=seconds, tell=tell)


def solve_roster(ask: Ask, *, seconds: float = 30.0, tell: Tell = carry_on) -> Roster:
    """The roster that is asked for."""
    started = time.perf_counter()
    people = People(Floor(ask))
    if not people.floor.catalogue:  # no day is open as long as the shortest shift
        roster = judge_roster(ask, ())
        ways = without_shifts(ask, roster)
        return replace(roster, bound=roster.value, status="optimal", relaxations=ways)
    problem, constant = people.problem, people.floor.constant
    start, guess = np.full((problem.people, problem.days), OFF), None

    def tell_all(worth: float, bound: float) -> bool:
        return tell(worth + constant, bound + constant)

    if ask.before is not None:
        start = people.floor.lines(ask.before)
    elif ask.weeks > 1:
        start, guess = _typical_weeks(ask, problem, seconds / 4, tell)
    start = _admissible(problem, start)
    left = max(_TIME_TO_SEARCH * seconds - (time.perf_counter() - started), 1.0)
    found = search(problem, start, seconds=left, tell=tell_all, guess=guess)
    closed = found.bound - found.worth <= CLOSE * abs(found.worth) + 0.01
    status = "stopped" if found.stopped else "optimal" if closed else "feasible"
    roster = judge_roster(ask, people.floor.assignments(found.lines))
    roster = replace(
        roster,
        # The price of changes is no money: what it kept from being found is not known.
        bound=np.inf if ask.change_price else max(found.bound + constant, roster.value),
        status=status,
        seconds=time.perf_counter() - started,
    )
    standing = {person for person, _ in ask.locked or {}} | {p.name for p in _fixed(ask.case)}
    if any(b.price is None and b.person not in standing for b in roster.broken):
        raise PlanError(say("the roster broke a rule and was refused"), cure=say("Try again."))
    return replace(roster, relaxations=ways_out(people, found.lines, roster))


def judge_roster(ask: Ask, assignments: tuple[Assignment, ...]) -> Roster:
    """A roster as it stands: what it is worth, which needs it leaves and which rules it breaks.

    For a roster edited by hand: nothing is solved, every figure is counted anew. Of the ways out
    of unmet needs it tells only whom one would hire.
    """
    people = People(Floor(ask))
    judge = Judge(people, assignments)
    broken = check_roster(ask.case, assignments, ask.weeks, ask.first)
    value = judge.value(broken)
    roster = Roster(
        people=tuple(person.name for person in ask.case.employee),
        weeks=ask.weeks,
        first=ask.first,
        period_minutes=ask.case.period_minutes,
        assignments=tuple(assignments),
        unmet=judge.unmet(),
        broken=tuple(broken),
        pay=judge.pay(),
        shares=judge.shares(),
        relaxations=(),
        value=value,
        bound=np.inf,
        status="edited",
        seconds=0.0,
        currency=ask.potential.unit,
    )
    return replace(roster, relaxations=more_people(people, roster))


def after_illness(
    case: Case,
    potential: Potential,
    plan: Plan,
    roster: Roster,
    person: str,
    days: tuple[int, ...],
    *,
    standing: Mapping[Cell, Assignment | None] | None = None,
    seconds: float = 10.0,
) -> Roster:
    """The roster with the smallest change now that somebody is away on some days.

    `standing` are other cells that may not change.
    """
    locked = {**(standing or {}), **{(person, day): None for day in days}}
    return make_roster(
        case, potential, plan, weeks=roster.weeks, first=roster.first, locked=locked,
        before=roster, seconds=seconds,
    )  # fmt: skip


def shift_by_hand(
    case: Case, person: str, day: int, start_minute: int, end_minute: int, role: str = ""
) -> Assignment:
    """A shift that somebody writes down, with the break that it needs in its middle."""
    labour, period = case.labour, case.period_minutes
    length = end_minute - start_minute
    if length <= 60 * labour.break_after_hours or not labour.break_minutes:
        return Assignment(day, person, start_minute, end_minute, role=role)
    pause = -(-labour.break_minutes // period) * period
    begin = start_minute + (length - pause) // 2 // period * period
    return Assignment(day, person, start_minute, end_minute, begin, pause, role)


def changed_cells(before: Roster, after: Roster) -> tuple[Cell, ...]:
    """Persons and days on which two rosters differ."""
    old, new = (
        {(s.person, s.day): shape_of(s) for s in roster.assignments} for roster in (before, after)
    )
    return tuple(sorted(cell for cell in old.keys() | new.keys() if old.get(cell) != new.get(cell)))


def _fixed(case: Case) -> list[Employee]:
    return [person for person in case.employee if person.fixed.rules]


def _typical_weeks(
    ask: Ask, problem: Problem, seconds: float, tell: Tell
) -> tuple[np.ndarray, Prices | None]:
    """A typical week over and over, and its prices: a start for a roster of many weeks."""
    week = People(Floor(replace(ask, weeks=1, first=None, locked=None))).problem
    nothing = np.full((week.people, 7), OFF)
    found = search(
        week, nothing, seconds=seconds, close=2 * CLOSE,
        tell=lambda worth, bound: tell(-np.inf, np.inf),  # of one week, not of all
    )  # fmt: skip
    lines = np.tile(found.lines, ask.weeks)
    if found.prices is None or len(week.needs) != len(problem.needs):
        return lines, None
    limits = np.zeros((len(problem.limits), problem.people))
    limits[len(problem.limits) - len(week.limits) :] = found.prices.limits
    guess = Prices(
        presence=tuple(np.tile(price, (ask.weeks, 1)) for price in found.prices.presence),
        hours=np.tile(found.prices.hours, ask.weeks),
        limits=limits,
        person=found.prices.person * ask.weeks,
    )
    return lines, guess


def _admissible(problem: Problem, lines: np.ndarray) -> np.ndarray:
    """The lines with as few changes as make them keep every rule."""
    return np.array([problem.admissible(e, line) for e, line in enumerate(lines)])
