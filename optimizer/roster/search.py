"""A roster close to the bound: dive through the mixture, then change one person's line at a time.

Diving gives the person whose best line has the largest share in the mixture that line for good,
prices the others again, and so on; among the last people several lines are tried. What it leaves is
improved person by person, each time exactly; then lines are disturbed a few at a time and improved
again, and some people (often those who chose last) dive anew while the others keep their lines, as
long as there is time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.roster.automaton import OFF
from optimizer.roster.columns import Generation, Mixture, Prices
from optimizer.roster.problem import Problem, Team

CLOSE = 1e-3  # relative distance to the bound that counts as the best
_SURE = 0.95  # share of a line in the mixture
_TRIED = 6  # lines of which a dive takes the best
_MOST_ROUNDS = 400  # of generation
_MOST_ROUNDS_OF_A_STEP = 30
_SECONDS_TO_CHOOSE = 10.0
_FRUITLESS = 60  # disturbances in a row after which some people dive anew
_DIVERS = 3, 20  # people who dive anew, at least and at most
_DIVES = 8  # of some people, before lines are disturbed again; one for every person at most

Tell = Callable[[float, float], bool]  # worth and bound so far; False = stop


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


class _Stop(Exception):
    """Somebody asked for the best so far, or the time is up."""


class _Best:
    """The best roster so far."""

    def __init__(self, tell: Tell, seconds: float, close: float, whole: bool) -> None:
        self._tell, self._end, self._close = tell, time.perf_counter() + seconds, close
        self._whole = whole
        self.lines: np.ndarray | None = None
        self.worth, self.bound, self.stopped = -np.inf, np.inf, False

    def see(self, team: Team) -> bool:
        """Keep a roster if it is better; whether it is."""
        worth = team.worth
        if worth <= self.worth + 1e-9:
            return False
        self.worth, self.lines = worth, team.lines.copy()
        return True

    def check(self) -> None:
        """Stop where that is asked for, the time is up or the bound is reached."""
        if not self._tell(self.worth, self.bound):
            self.stopped = True
            raise _Stop
        if self.lines is not None and (self.is_close or time.perf_counter() > self._end):
            raise _Stop

    def can_become(self, worth: float) -> bool:
        """Whether a mixture of such worth leaves room for a better roster."""
        return (np.floor(worth + 1e-6) if self._whole else worth) > self.worth + 1e-6

    def hardly(self, worth: float) -> float:
        """What hardly matters beside such worth."""
        return 0.1 * self._close * abs(worth)

    @property
    def seconds_left(self) -> float:
        """Until the time is up, one at least."""
        return max(self._end - time.perf_counter(), 1.0)

    @property
    def is_close(self) -> bool:
        """Whether nothing worth looking for can be left."""
        bound = np.floor(self.bound + 1e-6) if self._whole else self.bound
        return bool(bound - self.worth <= self._close * abs(self.worth) + 1e-6)


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
    best, random = _Best(tell, seconds, close, whole), np.random.default_rng(0)
    team, everybody = Team(problem, start), range(problem.people)
    best.see(team)
    try:
        _improve_all(team, best, everybody)
        generation = Generation(problem, guess)
        generation.mixture.add([(e, team.lines[e]) for e in everybody])
        for _ in range(_MOST_ROUNDS):
            added = generation.round()
            best.bound = min(best.bound, generation.bound)
            best.check()
            if not added or generation.bound - generation.mixture.value <= 0.5 * close * abs(
                generation.bound
            ):
                break
        late = _dive(generation, best, np.arange(problem.people))
        _choose(generation, best)
        _prove(generation, best)
        fruitless = 0
        while fruitless < patience:
            worth = best.worth
            _disturb(problem, best, random)
            for k in range(min(_DIVES, problem.people)):
                number = random.integers(problem.people // 5, problem.people // 2 + 1) + 1
                number = np.clip(number, *_DIVERS)
                some = (late if k % 2 else random.permutation(problem.people))[-number:]
                order = _dive(generation, best, some, random)
                late = np.concatenate([late[~np.isin(late, some)], order])
            fruitless = 0 if best.worth > worth + 1e-6 else fruitless + 1
    except _Stop:
        pass
    found = start if best.lines is None else best.lines
    prices = None if generation is None else generation.centre
    return Search(found, best.worth, max(best.bound, best.worth), best.stopped, prices)


def _improve_all(team: Team, best: _Best, order: range | np.ndarray) -> None:
    """Some people in turn, until nobody's line can be made better."""
    worth = -np.inf
    while team.worth > worth + 1e-6 or not np.isfinite(worth):
        worth = team.worth
        for person in order:
            team.improve(int(person))
        best.see(team)
        best.check()
        if not np.isfinite(team.worth):
            return


def _dive(
    generation: Generation,
    best: _Best,
    people: np.ndarray,
    random: np.random.Generator | None = None,
) -> np.ndarray:
    """Give these people lines for good, one after the other, while the others keep theirs.

    Before each, lines are generated until the mixture is settled; of the lines with the largest
    shares the one is given that leaves the others most (strong branching, without ever going back).
    `random` moves the shares a little, to look elsewhere. The dive is given up where even the
    mixture is no better than the best roster.

    Returns
    -------
    The people in the order in which they were given lines; the last ones had least choice.
    """
    problem, mixture = generation.problem, generation.mixture
    chosen = np.full((problem.people, problem.days), OFF)
    if best.lines is not None:
        chosen = best.lines.copy()
        mixture.add(list(enumerate(chosen)))
    open_ = np.isin(np.arange(problem.people), people)
    order: list[int] = []
    forbidden = [
        mixture.keep_only(e, int(mixture.numbers([(e, chosen[e])])[0]))
        for e in np.flatnonzero(~open_).tolist()
    ]
    try:
        while open_.any():
            best.check()
            _settle(generation, best, open_)
            if not best.can_become(mixture.value):
                return np.array([*order, *np.flatnonzero(open_)], dtype=int)
            for k in _next_lines(mixture, best, open_, random):
                person = int(mixture.owner[k])
                open_[person], chosen[person] = False, mixture.lines[k]
                order.append(person)
                forbidden.append(mixture.keep_only(person, k))
    except _Stop:
        if random is None:  # else there is a better roster already
            best.see(_rounded(problem, mixture, chosen, open_))
        raise
    finally:
        mixture.allow(np.concatenate([np.zeros(0, dtype=int), *forbidden]))
    team = Team(problem, chosen)
    best.see(team)
    _improve_all(team, best, people)
    return np.array(order)


def _rounded(problem: Problem, mixture: Mixture, chosen: np.ndarray, open_: np.ndarray) -> Team:
    """What a dive that was stopped comes to: the others' largest shares, each improved once."""
    shares, left = mixture.shares, np.flatnonzero(open_).tolist()
    for person in left:
        own = np.flatnonzero(mixture.owner[: len(shares)] == person)
        chosen[person] = mixture.lines[own[shares[own].argmax()]]
    team = Team(problem, chosen)
    for person in left:
        team.improve(person)
    return team


def _settle(generation: Generation, best: _Best, open_: np.ndarray) -> None:
    """Generate lines of some people until that hardly adds to the mixture's value."""
    mixture, people, worth = generation.mixture, np.flatnonzero(open_), -np.inf
    for _ in range(_MOST_ROUNDS_OF_A_STEP):
        added = generation.price_some(people, 3)
        if not added or mixture.value - worth < best.hardly(mixture.value):
            break
        worth = mixture.value
        best.check()
    mixture.solve()


def _next_lines(
    mixture: Mixture, best: _Best, open_: np.ndarray, random: np.random.Generator | None
) -> list[int]:
    """The lines that are as good as chosen, one a person; else the one that leaves most."""
    before = mixture.value
    shares = np.where(open_[mixture.owner], mixture.shares, -1.0)
    sure = np.flatnonzero(shares >= _SURE)
    if len(sure):
        return sure.tolist()
    noise = 0.0 if random is None else random.normal(0, 0.25, len(shares))
    order = np.argsort(-shares * np.exp(noise), kind="stable")
    _, first = np.unique(mixture.owner[order], return_index=True)
    left = int(open_.sum())
    # While many are left, there is room for whatever is chosen.
    one_each = order[np.sort(first)][: min(_TRIED, left) if left <= _DIVERS[1] else 1]
    if len(one_each) == 1:
        return one_each.tolist()
    values = []
    for k in one_each.tolist():
        others = mixture.keep_only(int(mixture.owner[k]), k)
        mixture.solve()
        values.append(mixture.value)
        mixture.allow(others)
        if before - mixture.value <= best.hardly(before):
            return [k]
    return [int(one_each[int(np.argmax(values))])]


def _choose(generation: Generation, best: _Best) -> None:
    """Let an integer programme choose among the lines found so far."""
    best.check()
    generation.mixture.solve()
    found = generation.mixture.choose(min(best.seconds_left, _SECONDS_TO_CHOOSE))
    if found is not None:
        team = Team(generation.problem, found[0])
        best.see(team)
        _improve_all(team, best, range(generation.problem.people))


def _prove(generation: Generation, best: _Best) -> None:
    """Choose among all lines that could make a better roster, where they are few: that is proof."""
    best.check()
    matter = generation.all_that_matter(best.worth)
    found = None
    if matter is not None:
        found = generation.mixture.choose(min(best.seconds_left, _SECONDS_TO_CHOOSE), matter)
    if found is not None:
        best.see(Team(generation.problem, found[0]))
        best.bound = max(min(best.bound, found[1]), best.worth)


def _disturb(problem: Problem, best: _Best, random: np.random.Generator) -> None:
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
