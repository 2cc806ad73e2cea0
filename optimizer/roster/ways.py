"""Ways out where a roster leaves a need unmet: what could give way, and what that would bring."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optimizer.language import Clock, Exact, Said, Weekday, say
from optimizer.opening import OpeningHours
from optimizer.people import ALWAYS, Employee
from optimizer.roster.automaton import Automaton
from optimizer.roster.floor import Ask, Floor
from optimizer.roster.people import OVERTIME, People
from optimizer.roster.problem import Problem, Team
from optimizer.roster.roster import Assignment, Relaxation, Roster, Unmet

MORE_HOURS = (2.0, 4.0, 8.0)  # beyond the contract, that are tried
MOST_TRIED = 40  # changes of people's facts
SHOWN = 5
_DAYS = 3  # with the dearest needs
_WORTH_SAYING = 1.0  # money a week


def ways_out(people: People, lines: np.ndarray, roster: Roster) -> tuple[Relaxation, ...]:
    """What would help if it alone gave way, most helpful first; the best way of each kind.

    Everybody but the person who gives way keeps their shifts, so that the gain is a promise: with
    the whole roster made anew it may be more.
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

    for kind, e, person, says in list(_changed_people(people, roster))[:MOST_TRIED]:
        problem = _with(people.problem, e, People(floor, person).problem)
        team = Team(problem, lines)
        team.improve(e)
        over = np.maximum(problem.hours(team.lines[e]) * floor.grid.period_hours
                          - floor.people[e].contract_hours[1], 0)  # fmt: skip
        premium = OVERTIME * float(people.wage_cost[e]) * float(over.sum())
        offer(kind, person.name, says, team.worth - premium - now)
    for says, ask in _shorter_days(floor.ask, roster):
        offer("hours", str(says), says, worth_of(ask, roster.assignments) - now - floor.constant)
    return tuple(sorted(found.values(), key=lambda way: -way.gain)[:SHOWN])


def _changed_people(people: People, roster: Roster) -> Iterator[tuple[str, int, Employee, Said]]:
    """People with longer contracts, or free on the days that need them most."""
    cost_of_day: dict[int, float] = {}
    for need in roster.unmet:
        weekday = need.day % 7
        cost_of_day[weekday] = cost_of_day.get(weekday, 0.0) + need.cost
    worst = sorted(cost_of_day, key=lambda day: -cost_of_day[day])[:_DAYS]
    for e, person in enumerate(people.people):
        least, most = person.contract_hours
        spans = [0.0] * roster.weeks
        for shift in roster.of(person.name):
            spans[shift.day // 7] += shift.paid_hours
        shortest = people.case.labour.shift_hours[0]
        # Who has more already, by shifts that stand, needs no longer contract for that.
        for more in MORE_HOURS if most - shortest < max(spans) <= most else ():
            hours = min(most + more, 48.0)
            longer = replace(person, contract_hours=(least, hours))
            says = say("{person} works {hours} h", person=person.name, hours=Exact(hours))
            yield "contract", e, longer, says
        for day in worst:
            if person.available.windows(day) != ALWAYS.windows(day):
                says = say("{person} can work on {day}", person=person.name, day=Weekday(day))
                yield "availability", e, _free_on(person, day), says


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


def _shorter_days(ask: Ask, roster: Roster) -> Iterator[tuple[Said, Ask]]:
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
    problem, floor = people.problem, people.floor
    lines = [problem.admissible(e, line) for e, line in enumerate(floor.lines(assignments))]
    team = Team(problem, np.array(lines))
    for person in range(problem.people):
        team.improve(person)
    return team.worth + floor.constant
