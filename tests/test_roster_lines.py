"""The best line of one person, and all near it, against trying every line there is."""

from itertools import pairwise, product

import numpy as np
import pytest

from optimizer.roster.automaton import OFF, Automaton, Horizon
from optimizer.roster.book import ORDINARY, SUNDAY, WeekBook
from optimizer.roster.columns import Generation
from optimizer.roster.lines import Lines
from optimizer.roster.problem import Limit, Needs, Problem, Team
from optimizer.roster.rules import Rule, WorkingTime

START, END = np.array([360, 840, 960]), np.array([720, 1260, 1320])
PAID = np.array([3, 4, 3])
RULES = WorkingTime(
    longest_day=Rule(24, 0.0),
    longest_week=Rule(168, 0.0),
    daily_rest=Rule(11, 2.0),
    weekly_rest=Rule(35, np.inf),
    days_in_a_row=Rule(3, 1.5),
    nights_in_a_row=Rule(np.inf, 0.0),
    sundays=Rule(0, 4.0),
)


def naive(line: tuple[int, ...]) -> float:
    """Price of the rules that a line of one week breaks; infinite for the strict one."""
    price, run, rested = 0.0, 0, False
    spans = [(d * 1440 + START[s], d * 1440 + END[s]) for d, s in enumerate(line) if s != OFF]
    for (_, end), (start, _) in pairwise(spans):
        price += 2.0 * max(11 - (start - end) / 60, 0)
    for day, shift in enumerate(line):
        run = run + 1 if shift != OFF else 0
        price += 1.5 * (run > 3)
        before = [end for _, end in spans if end <= day * 1440]
        after = [start for start, _ in spans if start >= (day + 1) * 1440]
        if shift == OFF:
            gap = (after[0] if after else np.inf) - (before[-1] if before else -np.inf)
            rested |= gap >= 35 * 60
    return np.inf if not rested else price + 4.0 * (line[6] != OFF)


@pytest.mark.parametrize("seed", range(3))
def test_best_line_and_all_near_it(seed: int) -> None:
    """Of the 16,384 lines of a week with three shifts: the best one, and all within a slack."""
    rng = np.random.default_rng(seed)
    reward, off = rng.normal(2, 3, (1, 7, 3)), rng.normal(0, 1, (1, 7))
    span = np.where(np.arange(26) <= 22, rng.normal(0, 1, 26), -np.inf)[None, None]
    automaton = Automaton.of(WeekBook(RULES, START, END), PAID, {ORDINARY, SUNDAY}, np.arange(3))
    kinds = (ORDINARY,) * 6 + (SUNDAY,)

    lines = Lines(automaton, Horizon(kinds, 7), reward, off, span)

    tried = {}
    for line in product((OFF, 0, 1, 2), repeat=7):
        worked = [(d, s) for d, s in enumerate(line) if s != OFF]
        hours = int(sum(PAID[s] for _, s in worked))
        value = sum(reward[0, d, s] for d, s in worked)
        value += sum(off[0, d] for d in range(7) if line[d] == OFF)
        if hours <= 22:
            tried[line] = value + span[0, 0, hours] - naive(line)
    best = max(tried, key=tried.__getitem__)
    assert lines.values[0] == pytest.approx(tried[best])
    value, line = lines.best(0)[0]
    assert tuple(line.tolist()) == best and value == pytest.approx(tried[best])
    near = lines.within(0, 1.5, 5000)
    assert near is not None
    assert {tuple(line.tolist()) for line in near} == {
        line for line, value in tried.items() if value >= tried[best] - 1.5
    }
    assert lines.within(0, 100.0, 10) is None


def problem(seed: int, people: int, days: int) -> Problem:
    """A random problem of a single span with a limit and a budget."""
    rng = np.random.default_rng(seed)
    cover = (rng.random((3, 5)) < 0.6).astype(float)
    gain = np.sort(rng.uniform(0, 4, (days, 5, 3)), axis=2)[:, :, ::-1].copy()
    gain[..., -1] = -rng.uniform(0, 1, (days, 5))
    automaton = Automaton.of(WeekBook(RULES, START, END), PAID, {ORDINARY}, np.arange(3))
    return Problem(
        horizon=Horizon((ORDINARY,) * days, days),
        paid=PAID,
        needs=(Needs(gain, np.ones(people), cover),),
        cost=rng.uniform(0, 3, (people, days, 3)),
        off=rng.uniform(0, 1, (people, days)),
        hours_cost=rng.uniform(0, 1, (people, 1, 13)),
        budget=np.array([float(rng.integers(10, 16))]),
        crews=((automaton, np.arange(people)),),
        limits=(Limit(rng.uniform(0, 1, (days, 3)), rng.uniform(0.5, 1.5, people), 2.0),),
    )


@pytest.mark.parametrize("seed", range(3))
def test_bound_holds_and_person_by_person_is_exact(seed: int) -> None:
    """No roster of all there are passes the bound; the team's worth is the sum of its parts."""
    facts = problem(seed, people=2, days=3)
    each = [
        np.array(line)
        for line in product((OFF, 0, 1, 2), repeat=3)
        if any(s == OFF for s in line) and facts.hours(np.array(line))[0] <= 12
    ]
    best = max(Team(facts, np.array(pair)).worth for pair in product(each, repeat=2))
    generation = Generation(facts)
    generation.mixture.add([(e, np.full(3, OFF)) for e in range(2)])
    while generation.round():
        assert generation.bound >= best - 1e-6
    assert generation.mixture.value >= best - 1e-6

    team = Team(facts, np.full((2, 3), OFF))
    for person in (0, 1):
        before = team.worth
        team.improve(person)
        assert team.worth >= before - 1e-9
    fresh = Team(facts, team.lines)
    assert fresh.worth == pytest.approx(team.worth)


def test_worth_of_needs_is_counted_person_by_person() -> None:
    """Worth and next gain from a table, one cell at a time, also beyond its end and below zero."""
    rng = np.random.default_rng(5)
    gain = np.sort(rng.normal(0, 1, (2, 3, 2)), axis=2)[:, :, ::-1].copy()
    needs = Needs(gain, np.ones(1), np.ones((1, 3)), least=-1)
    present = np.array([[-1, 0, 1], [2, 3, 5]])

    worth, following = needs.of(present), needs.next(present)

    for day, t in np.ndindex(2, 3):
        row = [gain[day, t, min(k, 1)] for k in range(10)]
        n = int(present[day, t]) + 1
        assert worth[day, t] == pytest.approx(sum(row[:n]))
        assert following[day, t] == pytest.approx(row[n])
