"""A dive from the mixture to whole lines: what it agrees on is settled for good, step by step.

A step gives people the shifts (or days off) that the mixture gives them to a large share, forbids
all others on those days, and generates lines until the mixture suits what was given. Where it
agrees on nothing, the largest share alone is given. Single days bind less than whole lines would,
so that the others can still make room for them. (Diving by the days of the original model rather
than by columns: R. Sadykov et al., "Primal heuristics for branch and price: the assets of diving
methods", 2019, section 2.)
"""

from dataclasses import replace

import numpy as np

from optimizer.roster.automaton import OFF
from optimizer.roster.best import Best, Stop
from optimizer.roster.columns import Generation
from optimizer.roster.problem import Problem, Team

_AGREED = 0.8  # share of a shift in the mixture that is given for good
_AGREED_LATE = 0.3  # by so much less in a hurry
_NOISE = 0.1  # of shares, to look elsewhere
_WHOLE = 1e-6  # from 0 or 1
_MOST_ROUNDS = 60  # of generation, in a step
_TIME_TO_DIVE = 0.5, 0.8  # shares of the time: when the first dive hurries, and when it ends


def dive(
    root: Generation,
    best: Best,
    people: np.ndarray,
    random: np.random.Generator | None = None,
) -> None:
    """Look for a better roster in which the others keep their lines.

    Parameters
    ----------
    people
        Who may get another line; everybody where there is no roster yet.
    random
        Moves the shares a little, to look elsewhere.
    """
    mixture, found = root.mixture, None
    forbidden = [np.zeros(0, dtype=int)]
    if best.lines is not None:
        mixture.add(list(enumerate(best.lines)))
        for e in np.setdiff1d(np.arange(root.problem.people), people).tolist():
            forbidden.append(mixture.keep_only(e, best.lines[e]))
    step = _Step(root, best, people)
    try:
        while found is None:
            step.settle()
            if not best.can_become(mixture.value):
                return
            if (random is None and best.spent > _TIME_TO_DIVE[1]) or not step.undecided.any():
                found = mixture.largest()
            else:
                forbidden.append(step.give(random))
    except Stop:
        if random is None:
            best.see(Team(root.problem, mixture.largest()))
        raise
    finally:
        mixture.allow(np.concatenate(forbidden))
    team = Team(root.problem, found)
    best.see(team)
    improve(team, best, people)


def improve(team: Team, best: Best, people: np.ndarray, until: float = 1.0) -> None:
    """Some people in turn, each time exactly, until nobody's line can be made better.

    It ends when a share of the time has passed, `until`, at the latest.
    """
    worth = -np.inf
    while team.worth > worth + 1e-6 or not np.isfinite(worth):
        worth = team.worth
        for person in people.tolist():
            team.improve(person)
            best.see(team)
            best.check()
            if best.spent > until:
                return
        if not np.isfinite(team.worth):
            return


class _Step:
    """Where a dive has come to: the problem narrowed to what was given."""

    def __init__(self, root: Generation, best: Best, people: np.ndarray) -> None:
        self._root, self._best, self._people = root, best, people
        self._cost, self._off = root.problem.cost.copy(), root.problem.off.copy()
        self._value = np.inf
        self.undecided = np.zeros(0, dtype=bool)

    @property
    def _late(self) -> float:
        """How much the first dive must hurry, 0 to 1."""
        first, last = _TIME_TO_DIVE
        return float(np.clip((self._best.spent - first) / (last - first), 0, 1))

    @property
    def _problem(self) -> Problem:
        return replace(self._root.problem, cost=self._cost, off=self._off)

    def settle(self) -> None:
        """Generate lines until that hardly adds to the mixture's value."""
        mixture, best = self._root.mixture, self._best
        mixture.solve()
        if not best.hardly_differ(mixture.value, self._value):
            if self.undecided.size:
                mixed = np.flatnonzero(self.undecided.any(axis=(1, 2)))
                self._generate(mixed)
            self._generate(self._people)
        self._value = mixture.value
        self._shares = mixture.shifts()
        self.undecided = (self._shares > _WHOLE) & (self._shares < 1 - _WHOLE)

    def _generate(self, people: np.ndarray) -> None:
        mixture, best = self._root.mixture, self._best
        generation = self._root.within(self._problem, people)
        for _ in range(_MOST_ROUNDS):
            best.check()
            added = generation.round()
            if not added or best.hardly_differ(mixture.value, generation.bound):
                break
        mixture.solve()

    def give(self, random: np.random.Generator | None) -> np.ndarray:
        """Give for good what the mixture agrees on; numbers of the lines that this forbids."""
        shares = np.where(self.undecided, self._shares, 0.0)
        if random is not None:
            shares = shares * np.exp(random.normal(0, _NOISE, shares.shape))
        most = shares.max(axis=2)
        agreed = _AGREED - _AGREED_LATE * self._late if random is None else _AGREED
        given = np.argwhere(most >= agreed)
        if not len(given):
            given = np.argwhere(most == most.max())[:1]
        choices = [(e, day, int(shares[e, day].argmax())) for e, day in given.tolist()]
        free = shares.shape[2] - 1
        for person, day, shift in choices:
            kept = self._cost[person, day, min(shift, free - 1)]
            self._cost[person, day] = np.inf
            if shift != free:
                self._cost[person, day, shift], self._off[person, day] = kept, np.inf
        return self._root.mixture.forbid_others(
            [(person, day, OFF if shift == free else shift) for person, day, shift in choices]
        )
