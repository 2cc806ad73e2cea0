"""Column generation: which mixture of lines is worth most, and what no roster can exceed.

A linear programme mixes the lines found so far and prices presence in every period; dynamic
programming finds for everybody the best line at these prices; it joins the mixture; and so on.
At any prices the best lines of all people together with what the needs could bring at most beyond
the prices bound every roster (Lagrange). Prices are smoothed towards those of the best bound
(A. Pessoa et al., "Automation and combination of linear-programming based stabilization techniques
in column generation", 2018, section 2).
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import numpy as np

from optimizer.errors import PlanError
from optimizer.planning.milp import Model, WarmProgram
from optimizer.roster.automaton import OFF
from optimizer.roster.problem import Problem

_DUAL = 1  # of HiGHS's simplex strategies
_NOBODY = 1e6  # money: what it counts that a person has no line at all
_SMOOTHING = 0.4
_WORTHWHILE = 1e-6
_MOST_ENUMERATED = 6000  # lines for a proof
_MOST_CHOSEN_FROM = 1500  # lines that an integer programme may choose from


@dataclass(frozen=True, eq=False)
class Prices:
    """What things are worth at the margin.

    Parameters
    ----------
    presence
        For each of the needs, shape (days, T).
    hours
        Of a paid period in each span, shape (spans,).
    limits
        Shape (limits, E).
    person
        What each person's line must bring to be worth its place, shape (E,).
    """

    presence: tuple[np.ndarray, ...]
    hours: np.ndarray
    limits: np.ndarray
    person: np.ndarray

    def towards(self, other: "Prices", share: float) -> "Prices":
        """Part of the way to other prices."""

        def mixed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            return (1 - share) * a + share * b

        return Prices(
            tuple(mixed(a, b) for a, b in zip(self.presence, other.presence, strict=True)),
            mixed(self.hours, other.hours),
            mixed(self.limits, other.limits),
            mixed(self.person, other.person),
        )


class _Program(WarmProgram):
    """The mixture's programme; once lines are forbidden, its last prices still suit the others.

    From there the dual simplex method goes on.
    """

    def change_bounds(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Between which values each variable may lie from now on."""
        super().change_bounds(columns, lower, upper)
        self._solver.setOptionValue("simplex_strategy", _DUAL)


class Mixture:
    """The linear programme over the lines found so far, kept warm."""

    def __init__(self, problem: Problem) -> None:
        self._problem, model = problem, Model()
        self._active = [np.abs(needs.gain).max(axis=2) > 0 for needs in problem.needs]
        needs_rows = []
        for k, (needs, active) in enumerate(zip(problem.needs, self._active, strict=True)):
            gain = needs.gain[active]
            upper = np.ones(gain.shape)
            upper[:, -1] = np.inf
            met = model.variables(f"met {k}", gain.shape, upper=upper, gain=gain)
            each = [(-1, met[:, j]) for j in range(gain.shape[1])]
            if len(gain):
                model.constrain(f"needs {k}", *each, lower=needs.least, upper=needs.least)
        nobody = model.variables("nobody", (problem.people,), gain=-_NOBODY)
        model.constrain("one line", (1, nobody), lower=1, upper=1)
        self._budgeted = np.flatnonzero(np.isfinite(problem.budget))
        if len(self._budgeted):
            unused = model.variables("unused hours", self._budgeted.shape)
            given = problem.budget[self._budgeted]
            model.constrain("hours", (1, unused), lower=given, upper=given)
        for k, limit in enumerate(problem.limits):
            over = model.variables(f"over {k}", (problem.people,), gain=-limit.price)
            model.constrain(f"limit {k}", (-1, over), upper=limit.most)
        for k, active in enumerate(self._active):
            numbers = np.full(active.shape, -1)
            if active.any():
                numbers[active] = model.row_numbers(f"needs {k}")
            needs_rows.append(numbers)
        self._needs_rows = needs_rows
        self._person_rows = model.row_numbers("one line")
        self._hour_rows = np.full(problem.horizon.spans, -1)
        if len(self._budgeted):
            self._hour_rows[self._budgeted] = model.row_numbers("hours")
        self._limit_rows = [model.row_numbers(f"limit {k}") for k in range(len(problem.limits))]
        self._first = sum(gain[a].size for gain, a in self._gains()) + problem.people
        self._first += len(self._budgeted) + len(problem.limits) * problem.people
        self._program = _Program(model)
        self._known: dict[tuple[int, bytes], int] = {}
        self.owner = np.zeros(0, dtype=int)
        self.lines: list[np.ndarray] = []
        self.value, self._values = -np.inf, np.zeros(0)

    def _gains(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(n.gain, a) for n, a in zip(self._problem.needs, self._active, strict=True)]

    def add(self, found: list[tuple[int, np.ndarray]]) -> int:
        """Let lines take part; how many of them are new."""
        problem, gains, entries, owners = self._problem, [], [], []
        for person, line in found:
            if (person, line.tobytes()) in self._known:
                continue
            self._known[person, line.tobytes()] = len(self._known)
            gains.append(-problem.line_cost(person, line))
            entries.append(self._entries(person, line))
            self.lines.append(line)
            owners.append(person)
        if gains:
            self._program.add_variables(np.array(gains), entries)
            self.owner = np.concatenate([self.owner, owners]).astype(int)
        return len(gains)

    def numbers(self, lines: list[tuple[int, np.ndarray]]) -> np.ndarray:
        """Numbers of lines that take part, each one once."""
        found = [self._known[person, line.tobytes()] for person, line in lines]
        return np.unique(np.array(found, dtype=int))

    def _entries(self, person: int, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        problem = self._problem
        rows, factors = [self._person_rows[[person]]], [np.ones(1)]
        for needs, numbers in zip(problem.needs, self._needs_rows, strict=True):
            if needs.weight[person]:
                here = (problem.presence(needs, line) > 0) & (numbers >= 0)
                rows.append(numbers[here])
                factors.append(np.full(here.sum(), needs.weight[person]))
        hours = problem.hours(line)
        known = self._hour_rows >= 0
        rows.append(self._hour_rows[known])
        factors.append(hours[known])
        for numbers, amount in zip(self._limit_rows, problem.amounts(line), strict=True):
            rows.append(numbers[[person]])
            factors.append(np.array([amount]))
        return np.concatenate(rows), np.concatenate(factors)

    def solve(self) -> Prices:
        """The best mixture (its `value`), and the prices at which it is the best."""
        self.value, self._values, dual = self._program.solve()
        presence = []
        for (gain, _), numbers in zip(self._gains(), self._needs_rows, strict=True):
            price = np.where(numbers >= 0, -dual[numbers], 0.0)
            presence.append(np.maximum(price, gain[..., -1]))
        hours = np.where(self._hour_rows >= 0, np.maximum(dual[self._hour_rows], 0.0), 0.0)
        limits = [
            np.clip(dual[rows], 0.0, limit.price)
            for rows, limit in zip(self._limit_rows, self._problem.limits, strict=True)
        ]
        shape = len(self._limit_rows), self._problem.people
        return Prices(
            tuple(presence), hours, np.array(limits).reshape(shape), dual[self._person_rows]
        )

    @property
    def shares(self) -> np.ndarray:
        """Of each line in the last mixture, shape (lines,)."""
        return self._values[self._first :]

    def choose(
        self, seconds: float, keep: np.ndarray | None = None
    ) -> tuple[np.ndarray, float] | None:
        """The best whole roster of some lines, (E, days), by an integer programme, and its bound.

        None where none was found in time. `keep` are the numbers of the lines; without it, the most
        promising ones.
        """
        problem, model = self._problem, Model()
        keep = self._promising() if keep is None else keep
        gains = [-problem.line_cost(int(self.owner[k]), self.lines[k]) for k in keep.tolist()]
        taken = model.variables("line", (len(keep),), upper=1, integer=True, gain=np.array(gains))
        for person in range(problem.people):
            own = taken[self.owner[keep] == person]
            model.constrain_sum(f"one line {person}", (1, own), lower=1, upper=1)
        for k, (needs, numbers) in enumerate(zip(problem.needs, self._needs_rows, strict=True)):
            there = np.array([problem.presence(needs, self.lines[j]) for j in keep])
            there = there * needs.weight[self.owner[keep], None, None]
            for day, t in np.argwhere(numbers >= 0):
                gain = needs.gain[day, t]
                upper = np.ones(len(gain))
                upper[-1] = np.inf
                met = model.variables(f"met {k} {day} {t}", gain.shape, upper=upper, gain=gain)
                here = np.flatnonzero(there[:, day, t])
                model.constrain_sum(
                    f"need {k} {day} {t}", (there[here, day, t], taken[here]), (-1, met),
                    lower=needs.least, upper=needs.least,
                )  # fmt: skip
        hours = np.array([problem.hours(self.lines[j]) for j in keep])
        for span in self._budgeted:
            rule = (hours[:, span], taken)
            model.constrain_sum(f"hours {span}", rule, upper=float(problem.budget[span]))
        for k, limit in enumerate(problem.limits):
            amounts = np.array([problem.amounts(self.lines[j])[k] for j in keep])
            over = model.variables(f"over {k}", (problem.people,), gain=-limit.price)
            for person in range(problem.people):
                own = np.flatnonzero(self.owner[keep] == person)
                model.constrain_sum(
                    f"limit {k} {person}", (amounts[own], taken[own]), (-1, over[[person]]),
                    upper=float(limit.most[person]),
                )  # fmt: skip
        try:
            solution = model.solve(seconds, gap=1e-4)
        except PlanError:
            return None
        if solution.status == "infeasible":
            return None
        chosen = keep[solution[taken] > 0.5]
        chosen = chosen[np.argsort(self.owner[chosen])]
        return np.array([self.lines[k] for k in chosen]), solution.bound

    def _promising(self) -> np.ndarray:
        """The lines of each person that cost least at the prices of the mixture."""
        loss = -self._program.reduced_gains()[self._first :]
        each = max(_MOST_CHOSEN_FROM // self._problem.people, 10)
        keep = []
        for person in range(self._problem.people):
            own = np.flatnonzero(self.owner == person)
            keep.append(own[np.argsort(loss[own], kind="stable")[:each]])
        return np.concatenate(keep)

    def shifts(self) -> np.ndarray:
        """Share of each shift, and of the day off behind them, (E, days, S+1), in the mixture."""
        problem, shares = self._problem, self.shares
        total = np.zeros((problem.people, problem.days, len(problem.paid) + 1))
        for k in np.flatnonzero(shares > 0).tolist():
            total[self.owner[k], np.arange(problem.days), self.lines[k]] += shares[k]
        return total

    def largest(self) -> np.ndarray:
        """The line of each person with the largest share in the last mixture, (E, days)."""
        lines = np.full((self._problem.people, self._problem.days), OFF)
        for k in np.argsort(self.shares, kind="stable").tolist():
            lines[self.owner[k]] = self.lines[k]
        return lines

    def keep_only(self, person: int, line: np.ndarray) -> np.ndarray:
        """Forbid all other lines of a person; returns the numbers of those forbidden."""
        others = np.flatnonzero(self.owner == person)
        others = others[others != self._known[person, line.tobytes()]]
        self._bound(others, 0.0)
        return others

    def forbid_others(self, given: list[tuple[int, int, int]]) -> np.ndarray:
        """Forbid lines without a person's shift of a day; returns the numbers of those forbidden.

        Parameters
        ----------
        given
            Person, day and shift.
        """
        lines, other = np.array(self.lines), np.zeros(len(self.lines), dtype=bool)
        for person, day, shift in given:
            other |= (self.owner == person) & (lines[:, day] != shift)
        others = np.flatnonzero(other)
        self._bound(others, 0.0)
        return others

    def allow(self, lines: np.ndarray) -> None:
        """Allow lines again."""
        self._bound(lines, np.inf)

    def _bound(self, lines: np.ndarray, upper: float) -> None:
        lines = np.unique(lines)  # the solver takes no number twice
        nothing = np.zeros(len(lines))
        self._program.change_bounds(self._first + lines, nothing, nothing + upper)


def bound_at(problem: Problem, prices: Prices, best: np.ndarray) -> float:
    """What no roster can exceed, from any prices and the best line values (E,) at them."""
    total = float(best.sum())
    for needs, price in zip(problem.needs, prices.presence, strict=True):
        total += float(np.maximum(needs.gain[..., :-1] - price[..., None], 0).sum())
        total -= needs.least * float(price.sum())
    budgeted = np.isfinite(problem.budget)
    total += float(prices.hours[budgeted] @ problem.budget[budgeted])
    for limit, price in zip(problem.limits, prices.limits, strict=True):
        total += float(price @ limit.most)
    return total


class Generation:
    """Generates lines until the bound is close; remembers the best bound and its prices.

    `guess` are prices that are likely close: those of a typical week, for a roster of many. `check`
    is called often, and may raise an exception to end it.
    """

    def __init__(
        self,
        problem: Problem,
        guess: Prices | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.problem, self.mixture = problem, Mixture(problem)
        self.bound = np.inf
        self.centre: Prices | None = None
        self._check = check
        self._people = np.arange(problem.people)
        self._kept: np.ndarray | None = None  # lines of everybody, which the others keep
        if guess is not None:
            self._price(guess, 3)

    def within(self, problem: Problem, people: np.ndarray) -> "Generation":
        """A generation of lines for the same mixture, in a narrower problem and of some people.

        The others keep the lines that have the largest shares; its bound is one for rosters in
        which they do.
        """
        narrower = copy(self)
        narrower.problem, narrower._people, narrower._kept = problem, people, self.mixture.largest()
        narrower.bound, narrower.centre = np.inf, None
        return narrower

    def round(self, number: int = 3) -> int:
        """Solve the mixture, price, and add lines; how many were new."""
        now = self.mixture.solve()
        tried = now if self.centre is None else now.towards(self.centre, _SMOOTHING)
        added = self._price(tried, number)
        if not added and tried is not now:
            added = self._price(now, number)
        return added

    def _price(self, prices: Prices, number: int) -> int:
        reward = self.problem.reward(prices.presence, prices.hours, prices.limits)
        values, found = np.zeros(self.problem.people), []
        if self._kept is not None:
            values = self.problem.value_of(self._kept, reward)
        for lines, crew in self.problem.lines(reward, self._people):
            self._check()
            values[crew] = lines.values
            for k, person in enumerate(crew.tolist()):
                found += [
                    (person, line)
                    for value, line in lines.best(k, number)
                    if value > prices.person[person] + _WORTHWHILE
                ]
        bound = bound_at(self.problem, prices, values)
        if bound < self.bound:
            self.bound, self.centre = bound, prices
        return self.mixture.add(found)

    def all_that_matter(self, least: float) -> np.ndarray | None:
        """Numbers of all lines that a roster worth at least so much can hold, by the best prices.

        A roster with a line that brings less than the best one of its person, by so much, is worth
        less than the bound by as much. (R. Baldacci, N. Christofides and A. Mingozzi, "An exact
        algorithm for the vehicle routing problem based on the set partitioning formulation", 2008,
        enumerate routes so.) None where they are too many.
        """
        problem, prices = self.problem, self.centre
        if prices is None or problem.horizon.spans > 1:
            return None
        reward = problem.reward(prices.presence, prices.hours, prices.limits)
        found: list[tuple[int, np.ndarray]] = []
        for lines, crew in problem.lines(reward):
            for k, person in enumerate(crew.tolist()):
                some = lines.within(k, self.bound - least, _MOST_ENUMERATED - len(found))
                if some is None:
                    return None
                found += [(person, line) for line in some]
        self.mixture.add(found)
        return self.mixture.numbers(found)
