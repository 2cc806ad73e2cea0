"""Ways out where a roster leaves a need unmet: what could give way, and what that would bring."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from optimizer.language import Clock, Exact, Said, Weekday, say
from optimizer.opening import OpeningHours
from optimizer.people import ALWAYS, Employee
from optimizer.roster.automaton import Automaton
from optimizer.roster.floor import Ask, Floor
from optimizer.roster.hiring import more_people
from optimizer.roster.people import OVERTIME, People
from optimizer.roster.problem import Problem, Team
from optimizer.roster.roster import Assignment, Relaxation, Roster, Unmet
from optimizer.roster.worth import Judge

MORE_HOURS = (2.0, 4.0, 8.0)  # beyond the contract, that are tried
MOST_TRIED = 40  # changes of people's facts, and of two of them together
SHOWN = 5
_DAYS = 3  # with the dearest needs
_WORTH_SAYING = 1.0  # money a week


class _Change(NamedTuple):
    """Something that one person could give way in."""

    kind: str  # "contract" | "availability"
    e: int
    person: Employee  # as they would be
    says: Said


def ways_out(people: People, lines: np.ndarray, roster: Roster) -> tuple[Relaxation, ...]:
    """What would help if it gave way, most helpful first; then, for each day, who would be hired.

    Of the people, the best way of each kind; two of their ways together only where none helps
    alone. Everybody but those who give way keeps their shifts, so that the gain is a promise: with
    the whole roster made anew it may be more. One more person meets whatever is open and a legal
    shift can cover, so that a list is empty only where no shift is allowed; their gain is negative
    where they would cost more than they bring.
    """
    if not roster.unmet:
        return ()
    floor, weeks = people.floor, roster.weeks
    now = Team(people.problem, lines).worth
    found: dict[tuple[str, str], Relaxation] = {}

    def offer(kind: str, who: str, says: Said, gain: float) -> None:
        known = found.get((kind, who))
        if gain / weeks > _WORTH_SAYING and (known is None or gain / weeks > known.gain):
            found[kind, who] = Relaxation(says, gain / weeks)

    changes = list(_changes(people, roster))
    for change in changes[:MOST_TRIED]:
        offer(change.kind, change.person.name, change.says, _gain(people, lines, change) - now)
    if not found:
        for one, other in _pairs(people, changes)[:MOST_TRIED]:
            says = say("{one} and {other}", one=one.says, other=other.says)
            offer("pair", "", says, _gain(people, lines, one, other) - now)
    for says, ask in shorter_days(floor.ask, roster):
        offer("hours", str(says), says, worth_of(ask, roster.assignments) - now - floor.constant)
    best = sorted(found.values(), key=lambda way: -way.gain)[:SHOWN]
    return (*best, *more_people(people, roster))


def _gain(people: People, lines: np.ndarray, *changes: _Change) -> float:
    """Worth, overtime paid, once those who give way have found their best lines."""
    problem, floor = people.problem, people.floor
    for change in changes:
        problem = _with(problem, change.e, People(floor, change.person).problem)
    team, premium = Team(problem, lines), 0.0
    for e in dict.fromkeys(change.e for change in changes):
        team.improve(e)
        most = floor.people[e].contract_hours[1]
        over = np.maximum(problem.hours(team.lines[e]) * floor.grid.period_hours - most, 0)
        premium += OVERTIME * float(people.wage_cost[e]) * float(over.sum())
    return team.worth - premium


def _changes(people: People, roster: Roster) -> Iterator[_Change]:
    """People with longer contracts, or free on the days that need them most."""
    cost_of_day: dict[int, float] = {}
    for need in roster.unmet:
        weekday = need.day % 7
        cost_of_day[weekday] = cost_of_day.get(weekday, 0.0) + need.cost
    worst = sorted(cost_of_day, key=lambda day: -cost_of_day[day])[:_DAYS]
    shortest = people.case.labour.shift_hours[0]
    for e, person in enumerate(people.people):
        least, most = person.contract_hours
        spans = [0.0] * roster.weeks
        for shift in roster.of(person.name):
            spans[shift.day // 7] += shift.paid_hours
        # Who has more already, by shifts that stand, needs no longer contract for that.
        for more in MORE_HOURS if most - shortest < max(spans) <= most else ():
            hours = min(most + more, 48.0)
            longer = replace(person, contract_hours=(least, hours))
            says = say("{person} works {hours} h", person=person.name, hours=Exact(hours))
            yield _Change("contract", e, longer, says)
        for day in worst:
            if person.available.windows(day) != ALWAYS.windows(day):
                says = say("{person} can work on {day}", person=person.name, day=Weekday(day))
                yield _Change("availability", e, _free_on(person, day), says)


def _pairs(people: People, changes: list[_Change]) -> list[tuple[_Change, _Change]]:
    """Two changes together: of one person first, each person's longest contract."""
    longest = {c.e: c for c in changes if c.kind == "contract"}
    tried = [*longest.values(), *(c for c in changes if c.kind == "availability")]
    found: list[tuple[_Change, _Change]] = []
    for one, other in combinations(tried, 2):
        if one.e == other.e and one.kind != other.kind:
            both = replace(other.person, contract_hours=one.person.contract_hours)
            found.insert(0, (one, other._replace(person=both)))
        elif one.e != other.e:
            found.append((one, other))
    return found


def without_shifts(ask: Ask, roster: Roster) -> tuple[Relaxation, ...]:
    """The ways out where no day is open as long as the shortest shift, and nobody can work."""
    if not roster.unmet:
        return ()
    hours = float(ask.opening.reshape(7, -1).sum(axis=1).max()) * ask.case.grid.period_hours
    brief = replace(ask.case.labour, shift_hours=(hours, ask.case.labour.shift_hours[1]))
    says = say("A shift may be as short as {hours} h", hours=Exact(hours))
    tried = [
        (says, replace(ask, case=replace(ask.case, labour=brief))),
        *shorter_days(ask, roster),
    ]
    ways = [Relaxation(says, (worth_of(other, ()) - roster.value) / roster.weeks)
            for says, other in tried]  # fmt: skip
    worth_saying = [way for way in ways if way.gain > _WORTH_SAYING]
    return tuple(sorted(worth_saying, key=lambda way: -way.gain)[:SHOWN])


def _free_on(person: Employee, day: int) -> Employee:
    windows = [person.available.windows(d) if d != day else ALWAYS.windows(d) for d in range(7)]
    return replace(person, available=OpeningHours.daily(windows))


def _with(problem: Problem, e: int, alone: Problem) -> Problem:
    """The problem with another person in somebody's place."""
    most = max(problem.hours_cost.shape[2], alone.hours_cost.shape[2])

    def widened(cost: np.ndarray) -> np.ndarray:
        room = ((0, 0), (0, 0), (0, most - cost.shape[2]))
        return np.pad(cost, room, constant_values=np.inf)

    cost, off, hours = problem.cost.copy(), problem.off.copy(), widened(problem.hours_cost)
    cost[e], off[e], hours[e] = alone.cost[0], alone.off[0], widened(alone.hours_cost)[0]
    others: list[tuple[Automaton, np.ndarray]] = [
        (automaton, crew[crew != e]) for automaton, crew in problem.crews
    ]
    crews = ((alone.crews[0][0], np.array([e])), *others)
    return replace(problem, cost=cost, off=off, hours_cost=hours, crews=crews)


def shorter_days(ask: Ask, roster: Roster) -> Iterator[tuple[Said, Ask]]:
    """Opening later or closing earlier where nobody is there at the edge of a day."""
    minutes = ask.case.period_minutes
    edges: dict[tuple[int, int, int], Unmet] = {
        (need.day % 7, need.start_minute, need.end_minute): need for need in roster.unmet
    }
    for (weekday, start, end), _ in edges.items():
        days = ask.opening.reshape(7, -1).copy()
        row, day = days[weekday], Weekday(weekday)
        open_ = np.flatnonzero(row)
        at_start = len(open_) and start == open_[0] * minutes
        at_end = len(open_) and end == (open_[-1] + 1) * minutes
        if not at_start and not at_end:
            continue
        row[start // minutes : end // minutes] = False
        if not row.any():
            says = say("{day} stays closed", day=day)
        elif at_start:
            says = say("Open {day} at {when}", day=day, when=Clock(end))
        else:
            says = say("Close {day} at {when}", day=day, when=Clock(start))
        opening = days.ravel()
        yield says, replace(ask, opening=opening, wanted=ask.wanted * opening)


def worth_of(ask: Ask, assignments: tuple[Assignment, ...]) -> float:
    """Worth of other hours once everybody has found their best line again."""
    people = People(Floor(replace(ask, before=assignments, change_price=0.0)))
    if not people.floor.catalogue:
        return Judge(people, ()).value(())
    problem, floor = people.problem, people.floor
    lines = [problem.admissible(e, line) for e, line in enumerate(floor.lines(assignments))]
    team = Team(problem, np.array(lines))
    for person in range(problem.people):
        team.improve(person)
    return team.worth + floor.constant
