"""A roster close to the bound: dive from the mixture to whole lines, then look around.

What the first dive leaves is improved person by person, each time exactly, and an integer programme
chooses among all lines found by then. As long as there is time, lines are disturbed a few at a time
and improved again, and some people (at times everybody) dive anew while the others keep their
lines.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.roster.best import Best, Stop, Tell
from optimizer.roster.columns import Generation, Prices
from optimizer.roster.dive import dive, improve
from optimizer.roster.problem import Problem, Team

CLOSE = 1e-3  # relative distance to the bound that counts as the best
_MOST_ROUNDS = 400  # of generation
_TIME_TO_BEGIN = 0.25  # share of the time for lines to begin with, at most
_TIME_TO_GENERATE = 0.4  # share of the time after which the first dive begins
_SECONDS_TO_CHOOSE = 5.0
_FRUITLESS = 60  # disturbances in a row after which some people dive anew
_DIVERS = 3, 20  # people who dive anew, at least and at most
_DIVES = 8  # of some people, before lines are disturbed again; one for every person at most


@dataclass(frozen=True, eq=False)
class Search:
    """What was found: lines of everybody, their worth, a bound on all rosters and its prices."""

    lines: np.ndarray
    worth: float
    bound: float
    stopped: bool  # by somebody
    prices: Prices | None


def carry_on(worth: float, bound: float) -> bool:
    """Never stop before the end."""
    return True


def search(
    problem: Problem,
    start: np.ndarray,
    *,
    seconds: float = 60.0,
    close: float = CLOSE,
    tell: Tell = carry_on,
    guess: Prices | None = None,
    whole: bool = False,
    patience: int = 2,
) -> Search:
    """Find a roster and a bound on all.

    Parameters
    ----------
    start
        Lines to begin with, shape (E, days); their worth may be minus infinity.
    seconds
        After which the best so far is taken; mostly it ends sooner.
    close
        Relative distance to the bound at which to stop.
    tell
        Is told worth and bound now and then; the search ends when it answers False.
    guess
        Prices to begin with.
    whole
        Whether the worth of every roster is a whole number, which helps to prove the best one.
    patience
        Rounds of dives in a row without a better roster after which the search is over.
    """
    generation: Generation | None = None
    best, random = Best(tell, seconds, close, whole), np.random.default_rng(0)
    team, everybody = Team(problem, start), np.arange(problem.people)
    best.see(team)
    try:
        improve(team, best, everybody, _TIME_TO_BEGIN)
        generation = Generation(problem, guess, best.check)
        generation.mixture.add(list(enumerate(team.lines)))
        for _ in range(_MOST_ROUNDS):
            added = generation.round()
            best.bound = min(best.bound, generation.bound)
            best.check()
            left = generation.bound - generation.mixture.value
            if not added or left <= 0.5 * close * abs(generation.bound):
                break
            if best.spent > _TIME_TO_GENERATE:
                break
        dive(generation, best, everybody)
        _choose(generation, best)
        _prove(generation, best)
        fruitless = 0
        while fruitless < patience:
            worth = best.worth
            _disturb(problem, best, random)
            for _ in range(min(_DIVES, problem.people)):
                fewest, most = np.minimum(_DIVERS, problem.people)
                number = random.integers(fewest, most + 1)
                dive(generation, best, random.permutation(problem.people)[:number], random)
            fruitless = 0 if best.worth > worth + 1e-6 else fruitless + 1
    except Stop:
        pass
    found = start if best.lines is None else best.lines
    prices = None if generation is None else generation.centre
    return Search(found, best.worth, max(best.bound, best.worth), best.stopped, prices)


def _choose(generation: Generation, best: Best) -> None:
    """Let an integer programme choose among the lines found so far."""
    best.check()
    generation.mixture.solve()
    found = generation.mixture.choose(min(best.seconds_left, _SECONDS_TO_CHOOSE))
    if found is not None:
        team = Team(generation.problem, found[0])
        best.see(team)
        improve(team, best, np.arange(generation.problem.people))


def _prove(generation: Generation, best: Best) -> None:
    """Choose among all lines that could make a better roster, where they are few: that is proof."""
    best.check()
    matter = generation.all_that_matter(best.worth)
    found = None
    if matter is not None:
        found = generation.mixture.choose(min(best.seconds_left, _SECONDS_TO_CHOOSE), matter)
    if found is not None:
        best.see(Team(generation.problem, found[0]))
        best.bound = max(min(best.bound, found[1]), best.worth)


def _disturb(problem: Problem, best: Best, random: np.random.Generator) -> None:
    """A few people find their lines anew, first with noise in the prices; what is as good stays."""
    assert best.lines is not None
    team, fruitless = Team(problem, best.lines), 0
    size = np.abs(problem.needs[0].gain).max(axis=2).mean()
    while fruitless < _FRUITLESS:
        best.check()
        worth = team.worth
        number = min(int(random.integers(2, 5)), problem.people)
        few = random.choice(problem.people, number, replace=False).tolist()
        before = team.lines[few].copy()
        noise = random.normal(0, size * 10 ** random.uniform(-2, 0), problem.cost.shape[1:])
        for person in few:
            team.improve(person, noise)
        for person in random.permutation(few).tolist():
            team.improve(person)
        if team.worth < worth:
            for person, line in zip(few, before, strict=True):
                team.give(person, line)
        fruitless = 0 if best.see(team) else fruitless + 1
