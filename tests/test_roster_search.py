"""The search for a roster, and its dives, against trying every roster there is."""

from contextlib import suppress
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimizer.roster.automaton import OFF, Automaton, Horizon
from optimizer.roster.best import Best, Stop
from optimizer.roster.book import ORDINARY, WeekBook
from optimizer.roster.columns import Generation, bound_at
from optimizer.roster.dive import dive
from optimizer.roster.problem import Needs, Problem, Team
from optimizer.roster.rules import Rule, WorkingTime
from optimizer.roster.search import carry_on, search

START, END = np.array([360, 840]), np.array([720, 1260])
NONE = Rule(np.inf, 0.0)
RULES = WorkingTime(
    longest_day=Rule(24, 0.0),
    longest_week=Rule(168, 0.0),
    daily_rest=Rule(11, np.inf),
    weekly_rest=Rule(35, np.inf),
    days_in_a_row=NONE,
    nights_in_a_row=NONE,
    sundays=Rule(0, 0.0),
)
PAID, PEOPLE, DAYS = np.array([2, 3]), 3, 3


def problem(seed: int) -> Problem:
    """Three people, three days and two shifts, one of which cannot follow the other."""
    rng = np.random.default_rng(seed)
    gain = np.sort(rng.integers(0, 9, (DAYS, 2, 3)), axis=2)[:, :, ::-1].astype(float)
    gain[..., -1] = -1
    automaton = Automaton.of(WeekBook(RULES, START, END), PAID, {ORDINARY}, np.arange(2))
    return Problem(
        horizon=Horizon((ORDINARY,) * DAYS, DAYS),
        paid=PAID,
        needs=(Needs(gain, np.ones(PEOPLE), np.eye(2)),),
        cost=rng.integers(0, 5, (PEOPLE, DAYS, 2)).astype(float),
        off=rng.integers(0, 3, (PEOPLE, DAYS)).astype(float),
        hours_cost=np.tile(np.where(np.arange(10) <= 5, 0.0, np.inf), (PEOPLE, 1, 1)),
        budget=np.array([np.inf]),
        crews=((automaton, np.arange(PEOPLE)),),
    )


def lines_of(facts: Problem, person: int) -> list[np.ndarray]:
    """Every line that the rules allow, by what the engine finds when only that line pays."""
    every = (np.array(line) for line in product((OFF, 0, 1), repeat=DAYS))
    return [line for line in every if (facts.admissible(person, line) == line).all()]


def best_of(facts: Problem, kept: np.ndarray, people: list[int]) -> float:
    """The best worth of all rosters in which only some people may have another line."""
    each = [lines_of(facts, e) if e in people else [kept[e]] for e in range(PEOPLE)]
    return max(Team(facts, np.array(lines)).worth for lines in product(*each))


@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_all_rosters_is_found_and_proven(seed: int) -> None:
    """On a problem whose rosters can all be tried, worth and bound are the best one's."""
    facts = problem(seed)
    start = np.full((PEOPLE, DAYS), OFF)

    found = search(facts, start, close=0.0, whole=True)

    best = best_of(facts, start, [0, 1, 2])
    assert Team(facts, found.lines).worth == pytest.approx(found.worth)
    assert found.worth == pytest.approx(best)
    assert found.bound >= best - 1e-6
    again = search(facts, start, close=0.0, whole=True)
    assert (again.lines == found.lines).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_dive_of_some_leaves_the_others_and_the_mixture_as_they_were(seed: int) -> None:
    """Others keep their lines, the bound of the dive holds, and all lines are allowed again."""
    facts, some = problem(seed), [0, 2]
    best = Best(carry_on, 1e9, 0.0, whole=True)
    start = Team(facts, np.full((PEOPLE, DAYS), OFF))
    best.see(start)
    root = Generation(facts)
    root.mixture.add(list(enumerate(start.lines)))
    while root.round():
        pass
    whole = root.mixture.value
    reachable = best_of(facts, start.lines, some)

    with suppress(Stop):
        dive(root, best, np.array(some), np.random.default_rng(seed))

    assert best.lines is not None
    assert (best.lines[1] == start.lines[1]).all()
    assert start.worth <= best.worth <= reachable + 1e-9
    root.mixture.solve()
    assert root.mixture.value >= whole - 1e-6


@pytest.mark.parametrize("seed", range(2))
def test_the_bound_of_a_narrower_generation_holds(seed: int) -> None:
    """With a day given and a person's line kept, no roster that obeys both passes the bound."""
    facts = problem(seed)
    kept = np.full((PEOPLE, DAYS), OFF)
    root = Generation(facts)
    root.mixture.add(list(enumerate(kept)))
    root.mixture.solve()
    off = facts.off.copy()
    off[0, 1] = np.inf  # the first person must work on the second day
    narrower = root.within(replace(facts, off=off), np.array([0, 1]))

    while narrower.round():
        pass

    each = [[line for line in lines_of(facts, e)] for e in (0, 1)]
    obeying = [
        Team(facts, np.array([a, b, kept[2]])).worth for a, b in product(*each) if a[1] != OFF
    ]
    assert narrower.bound >= max(obeying) - 1e-6


def test_lines_forbidden_twice_are_allowed_again() -> None:
    """Lines that two steps of a dive forbid take part again when both are taken back."""
    facts = problem(3)
    root = Generation(facts)
    root.mixture.add([(e, line) for e in range(PEOPLE) for line in lines_of(facts, e)])
    root.mixture.solve()
    value = root.mixture.value

    forbidden = [root.mixture.forbid_others([(0, day, OFF)]) for day in (2, 0, 1)]
    root.mixture.solve()
    assert (root.mixture.largest()[0] == OFF).all() and root.mixture.value < value
    root.mixture.allow(np.concatenate(forbidden))

    root.mixture.solve()
    assert root.mixture.value == pytest.approx(value)


def test_value_of_lines_is_the_sum_of_their_days() -> None:
    """Rewards of shifts, costs of days off and of hours, added one day at a time."""
    facts, rng = problem(7), np.random.default_rng(7)
    reward = rng.normal(0, 3, (PEOPLE, DAYS, 2))
    lines = np.array([[0, OFF, 1], [OFF, OFF, OFF], [1, OFF, 0]])

    values = facts.value_of(lines, reward)

    for e, line in enumerate(lines.tolist()):
        days = [reward[e, d, s] if s != OFF else -facts.off[e, d] for d, s in enumerate(line)]
        hours = sum(int(PAID[s]) for s in line if s != OFF)
        assert values[e] == pytest.approx(sum(days) - facts.hours_cost[e, 0, hours])
    assert np.isfinite(bound_at(facts, Generation(facts).mixture.solve(), values))
