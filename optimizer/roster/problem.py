"""A rostering problem in arrays: people, a catalogue of shifts, and what their presence is worth.

Nothing here knows shops or hospitals. A line gives one person a shift of the catalogue, or a day
off, on every day; a roster is a line for everybody (int of shape (E, days), OFF for a day off). Its
worth is what the needs of the house are met for, less what the lines cost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.roster.automaton import OFF, Automaton, Horizon
from optimizer.roster.lines import Lines

_VALUES_AT_ONCE = 30_000_000  # by day, state, person and paid periods: 240 MB
_HALVINGS = 5  # of the price at which a person's limits are kept


@dataclass(frozen=True, eq=False)
class Needs:
    """What people bring who are present, period by period, each one less than the one before.

    Parameters
    ----------
    gain
        What one more person brings, never rising; shape (days, T, K). The last one holds for all
        further people.
    weight
        What each person counts for, 1 or 0 (or -1: the need is of one person without another);
        shape (E,).
    cover
        Presence of a shift in each period, 0 or 1; shape (S, T).
    least
        The weighted number of people from which `gain` is counted.
    """

    gain: np.ndarray
    weight: np.ndarray
    cover: np.ndarray
    least: int = 0

    @cached_property
    def worth(self) -> np.ndarray:
        """Of `least`, `least` + 1, ... people together, shape (days, T, K+1)."""
        return np.concatenate([np.zeros_like(self.gain[..., :1]), self.gain.cumsum(axis=2)], axis=2)

    def of(self, present: np.ndarray) -> np.ndarray:
        """Worth of so many people, shape (days, T)."""
        beyond = present - self.least
        most = self.gain.shape[2]
        inside = np.take_along_axis(self.worth, np.minimum(beyond, most)[..., None], axis=2)[..., 0]
        return inside + np.maximum(beyond - most, 0) * self.gain[..., -1]

    def next(self, present: np.ndarray) -> np.ndarray:
        """What one more person would bring, shape (days, T)."""
        place = np.clip(present - self.least, 0, self.gain.shape[2] - 1)
        return np.take_along_axis(self.gain, place[..., None], axis=2)[..., 0]


@dataclass(frozen=True, eq=False)
class Limit:
    """Some amount of work that each person should not pass over the whole roster.

    Parameters
    ----------
    amount
        What a shift counts, shape (days, S).
    most
        Of each person, shape (E,).
    price
        Per unit beyond it.
    """

    amount: np.ndarray
    most: np.ndarray
    price: float


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything about a roster that is to be found.

    Parameters
    ----------
    paid
        Paid periods of each shift, shape (S,).
    cost
        Of a shift on a day for a person, inf where they cannot take it; shape (E, days, S).
    off
        Cost of a day off, inf where the person must work; shape (E, days).
    hours_cost
        Cost of so many paid periods in a span, inf where not allowed; shape (E, spans, H+1).
    budget
        Paid periods of all people together in each span, inf = no limit; shape (spans,).
    crews
        People who share an automaton.
    """

    horizon: Horizon
    paid: np.ndarray
    needs: tuple[Needs, ...]
    cost: np.ndarray
    off: np.ndarray
    hours_cost: np.ndarray
    budget: np.ndarray
    crews: tuple[tuple[Automaton, np.ndarray], ...]
    limits: tuple[Limit, ...] = ()

    @property
    def people(self) -> int:
        """Number of people, E."""
        return len(self.off)

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.horizon.kinds)

    @cached_property
    def span_of_day(self) -> np.ndarray:
        """Number of the span of each day."""
        return np.arange(self.days) // self.horizon.span

    def reward(
        self, prices: Sequence[np.ndarray], hour_price: np.ndarray, limit_prices: np.ndarray
    ) -> np.ndarray:
        """What each shift brings each person, shape (E, days, S).

        Parameters
        ----------
        prices
            For each of the needs what presence is worth, shape (days, T).
        hour_price
            Of a paid period in each span, shape (spans,).
        limit_prices
            Of a unit of each limit, shape (limits, E).
        """
        total = -self.cost - (hour_price[self.span_of_day, None] * self.paid)
        for needs, price in zip(self.needs, prices, strict=True):
            brought = price @ needs.cover.T
            if (needs.weight == 1).all():
                total += brought
            else:
                who = np.flatnonzero(needs.weight)
                total[who] += needs.weight[who, None, None] * brought
        for limit, price in zip(self.limits, limit_prices, strict=True):
            total -= price[:, None, None] * limit.amount
        return total

    def lines(
        self, reward: np.ndarray, only: np.ndarray | None = None
    ) -> Iterator[tuple[Lines, np.ndarray]]:
        """The best lines, some people at a time, with their numbers; `only` some of all people.

        They are found for as many people at once as memory holds.
        """
        for automaton, crew in self.crews:
            who = crew if only is None else crew[np.isin(crew, only)]
            values = sum(day.states for day in automaton.along(self.horizon))
            at_once = max(_VALUES_AT_ONCE // (values * self.hours_cost.shape[2]), 1)
            for first in range(0, len(who), at_once):
                some = who[first : first + at_once]
                yield (
                    Lines(
                        automaton, self.horizon, reward[some], -self.off[some],
                        -self.hours_cost[some],
                    ),
                    some,
                )  # fmt: skip

    def value_of(self, lines: np.ndarray, reward: np.ndarray) -> np.ndarray:
        """What everybody's line brings at some reward of shifts (E, days, S), shape (E,)."""
        worked = lines != OFF
        each = np.take_along_axis(reward, np.where(worked, lines, 0)[..., None], axis=2)[..., 0]
        each = np.where(worked, each, -self.off)
        hours = np.array([self.hours(line) for line in lines])
        return each.sum(axis=1) - np.take_along_axis(self.hours_cost, hours[..., None], axis=2).sum(
            axis=(1, 2)
        )

    def admissible(self, person: int, line: np.ndarray) -> np.ndarray:
        """A line that breaks no rule and keeps as many of the given shifts as can be."""
        days = np.flatnonzero(line != OFF)
        reward = np.where(np.isfinite(self.cost[person]), -1.0, -np.inf)
        reward[days, line[days]] += 2.0
        off, hours = (np.where(np.isfinite(c), 0.0, -np.inf)
                      for c in (self.off[person], self.hours_cost[person]))  # fmt: skip
        automaton = next(a for a, crew in self.crews if person in crew)
        found = Lines(automaton, self.horizon, reward[None], off[None], hours[None]).best(0)
        return found[0][1] if found else np.full_like(line, OFF)

    def presence(self, needs: Needs, line: np.ndarray) -> np.ndarray:
        """Periods in which somebody with this line is present, shape (days, T)."""
        worked = (line != OFF)[:, None]
        return needs.cover[line] * worked

    def line_cost(self, person: int, line: np.ndarray) -> float:
        """Cost of a line; that of limits and needs aside."""
        days = np.arange(self.days)
        each = np.where(line != OFF, self.cost[person, days, line], self.off[person])
        hours = self.hours(line)
        spans = self.hours_cost[person, np.arange(len(hours)), hours]
        return float(each.sum() + spans.sum())

    def hours(self, line: np.ndarray) -> np.ndarray:
        """Paid periods in each span, shape (spans,)."""
        paid = np.where(line != OFF, self.paid[line], 0)
        return paid.reshape(-1, self.horizon.span).sum(axis=1)

    def amounts(self, line: np.ndarray) -> np.ndarray:
        """What a line counts for each of the limits, shape (limits,)."""
        worked = np.flatnonzero(line != OFF)
        return np.array([limit.amount[worked, line[worked]].sum() for limit in self.limits])


class Team:
    """Everybody's lines while they are being changed, with who is present when."""

    def __init__(self, problem: Problem, lines: np.ndarray) -> None:
        self._problem = problem
        self.lines = lines.copy()
        people = range(problem.people)
        self._costs = np.array([problem.line_cost(e, lines[e]) for e in people])
        self._hours = np.array([problem.hours(line) for line in lines])
        self._amounts = np.array([problem.amounts(line) for line in lines])
        self._present = [
            np.rint(
                sum(
                    w * problem.presence(needs, line)
                    for w, line in zip(needs.weight, lines, strict=True)
                )
            ).astype(int)
            for needs in problem.needs
        ]

    @property
    def worth(self) -> float:
        """Of the roster; minus infinity where the budget is passed."""
        problem = self._problem
        if (self._hours.sum(axis=0) > problem.budget + 1e-9).any():
            return -np.inf
        met = sum(
            float(needs.of(present).sum())
            for needs, present in zip(problem.needs, self._present, strict=True)
        )
        return met - float(self._costs.sum()) - self._passed()

    def _passed(self) -> float:
        return sum(
            limit.price * float(np.maximum(self._amounts[:, k] - limit.most, 0).sum())
            for k, limit in enumerate(self._problem.limits)
        )

    def give(self, person: int, line: np.ndarray) -> None:
        """Give somebody another line."""
        problem = self._problem
        for k, needs in enumerate(problem.needs):
            if needs.weight[person]:
                change = problem.presence(needs, line) - problem.presence(needs, self.lines[person])
                self._present[k] += np.rint(needs.weight[person] * change).astype(int)
        self.lines[person] = line
        self._costs[person] = problem.line_cost(person, line)
        self._hours[person] = problem.hours(line)
        self._amounts[person] = problem.amounts(line)

    def improve(self, person: int, noise: np.ndarray | None = None) -> None:
        """Give somebody the line that is best while all others keep theirs, exactly.

        (Where limits bind, the best of those at some prices of passing them.) `noise` is added to
        the worth of a shift, shape (days, S), to look elsewhere.
        """
        problem, k = self._problem, person
        prices, sign = [], []
        for needs, present in zip(problem.needs, self._present, strict=True):
            weight = int(needs.weight[k])
            others = present - weight * np.rint(problem.presence(needs, self.lines[k])).astype(int)
            # Who counts against the need takes away what the last person brings.
            prices.append(needs.next(others if weight >= 0 else others - 1))
            sign.append(weight)
        reward = -problem.cost[k]
        for needs, price, weight in zip(problem.needs, prices, sign, strict=True):
            if weight:
                reward = reward + weight * (price @ needs.cover.T)
        if noise is not None:
            reward = reward + noise
        spare = problem.budget - (self._hours.sum(axis=0) - self._hours[k])
        hours = np.arange(problem.hours_cost.shape[2])
        hours_cost = np.where(hours <= spare[:, None], problem.hours_cost[k], np.inf)
        best = self._best_within_limits(k, reward, hours_cost)
        if best is not None:
            self.give(k, best)

    def _best_within_limits(
        self, person: int, reward: np.ndarray, hours_cost: np.ndarray
    ) -> np.ndarray | None:
        """The best line found while the prices of the person's limits are halved in."""
        problem, best, best_value = self._problem, None, -np.inf
        automaton = next(a for a, crew in problem.crews if person in crew)
        full = np.array([limit.price for limit in problem.limits])
        most = np.array([limit.most[person] for limit in problem.limits])
        low, high = np.zeros_like(full), full.copy()
        tried = low
        for _ in range(_HALVINGS if problem.limits else 1):
            now = reward
            for limit, price in zip(problem.limits, tried, strict=True):
                now = now - price * limit.amount
            lines = Lines(
                automaton, problem.horizon, now[None], -problem.off[[person]], -hours_cost[None]
            )
            found = lines.best(0)
            if not found:
                return None
            value, line = found[0]
            over = problem.amounts(line) - most
            value += float(tried @ (over + most)) - float(full @ np.maximum(over, 0))
            if value > best_value:
                best, best_value = line, value
            if (over <= 1e-9).all() and not tried.any():
                break  # no limit binds
            low, high = np.where(over > 0, tried, low), np.where(over > 0, high, tried)
            tried = (low + high) / 2
        return best
