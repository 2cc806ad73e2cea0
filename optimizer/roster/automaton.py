"""A rule book written out: a table of steps from what a person has worked to what they may work.

Whether somebody may take a shift depends on what they worked before. All that matters of it is a
`state` (rested since, days in a row, ...), and a rule book says what each shift makes of it. The
book is written out once as an `Automaton`, and along the days of a roster only the steps from
states that can be reached by then are kept.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np

OFF = -1  # in a line: the day has no shift


@dataclass(frozen=True)
class Horizon:
    """The days of a roster: the kind of each, and the length of a span in days.

    Paid periods are counted from 0 again after each span.
    """

    kinds: tuple[int, ...]
    span: int

    @property
    def spans(self) -> int:
        """Number of spans."""
        return len(self.kinds) // self.span


class RuleBook(Protocol):
    """What becomes of a person's state; None where a rule forbids it, else with its price."""

    @property
    def first(self) -> Hashable:
        """The state before the first day."""

    def work(self, state: Any, shift: int, kind: int) -> tuple[Hashable, float] | None:
        """Take a shift of the catalogue on a day of some kind."""

    def rest(self, state: Any, kind: int) -> Sequence[tuple[Hashable, float]]:
        """Have a day off: the states that it may count as."""

    def end_span(self, state: Any) -> tuple[Hashable, float] | None:
        """Begin the next week (or whatever the span is)."""


@dataclass(frozen=True, eq=False)
class Part:
    """Steps that take the same number of paid periods, in order of the state they lead to."""

    paid: int
    source: np.ndarray
    group: np.ndarray  # of the shifts that make this step, the last one being "off"
    price: np.ndarray
    target: np.ndarray

    @cached_property
    def rounds(self) -> tuple[np.ndarray, list[np.ndarray]]:
        """States led to, those with most steps first; and of each round, a step to the first ones.

        The best step to a state is then found for all states at once, in as many rounds as one
        state has steps at most.
        """
        reached, begins, number = np.unique(self.target, return_index=True, return_counts=True)
        order = np.argsort(-number, kind="stable")
        first = begins[order]
        steps = [first[: int((number > k).sum())] + k for k in range(int(number.max(initial=0)))]
        return reached[order], steps

    def leading_to(self, state: int) -> slice:
        """The steps that lead to a state."""
        return slice(*np.searchsorted(self.target, [state, state + 1]).tolist())

    def between(self, before: np.ndarray, after: np.ndarray) -> "Part":
        """The steps from some states, by the numbers that these have before and after."""
        kept = before[self.source] >= 0
        return Part(
            self.paid, before[self.source[kept]], self.group[kept], self.price[kept],
            after[self.target[kept]],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Day:
    """All steps of one kind of day; `members` are the shifts of each group, one after the other."""

    parts: list[Part]
    members: np.ndarray
    begins: np.ndarray

    def shifts(self, group: int) -> np.ndarray:
        """Numbers of the shifts of a group; empty for a day off."""
        end = self.begins[group + 1] if group + 1 < len(self.begins) else len(self.members)
        return self.members[self.begins[group] : end] if group < len(self.begins) else np.zeros(0)


@dataclass(frozen=True, eq=False)
class Dated:
    """The steps of one day of a horizon among the states that can be reached by then.

    States are numbered anew every evening. `most` is how many paid periods of the span anybody can
    have had before; after the last day of a span `end` leads on, to -1 where a rule forbids it.
    """

    steps: Day
    states: int
    most: int
    end: np.ndarray
    end_price: np.ndarray
    following: int  # number of states at the beginning of the next span


@dataclass(frozen=True, eq=False)
class Automaton:
    """A rule book written out: states are numbers, 0 the first one.

    `end` leads from state to state at the end of a span, -1 where a rule forbids it.
    """

    days: dict[int, Day]
    end: np.ndarray
    end_price: np.ndarray
    _dated: dict[Horizon, list[Dated]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, book: RuleBook, paid: np.ndarray, kinds: set[int], alike: np.ndarray
    ) -> "Automaton":
        """Explore every state that can be reached.

        Parameters
        ----------
        paid
            Paid periods of each shift, shape (S,).
        kinds
            Kinds of days that the book tells apart.
        alike
            Number of the shifts that the book treats alike, shape (S,).
        """
        _, one_of, alike = np.unique(alike, return_index=True, return_inverse=True)
        members_of = [np.flatnonzero(alike == k) for k in range(len(one_of))]
        number: dict[Hashable, int] = {book.first: 0}
        waiting = [book.first]
        steps: dict[int, list[tuple[int, int, float, int]]] = {kind: [] for kind in kinds}
        ends: list[tuple[int, float]] = []

        def arrive(state: Hashable) -> int:
            if state not in number:
                number[state] = len(number)
                waiting.append(state)
            return number[state]

        while len(ends) < len(waiting):
            state = waiting[len(ends)]
            here = number[state]
            for kind in kinds:
                for k, shift in enumerate(one_of.tolist()):
                    made = book.work(state, shift, kind)
                    if made is not None:
                        steps[kind].append((here, arrive(made[0]), made[1], k))
                for rested, price in book.rest(state, kind):
                    steps[kind].append((here, arrive(rested), price, OFF))
            over = book.end_span(state)
            ends.append((OFF, 0.0) if over is None else (arrive(over[0]), over[1]))
        days = {kind: _written_out(found, paid, members_of) for kind, found in steps.items()}
        return cls(days, np.array([n for n, _ in ends]), np.array([price for _, price in ends]))

    def along(self, horizon: Horizon) -> list[Dated]:
        """The steps of each day, without those from states that cannot be reached by then."""
        if horizon not in self._dated:
            self._dated[horizon] = list(self._along(horizon))
        return self._dated[horizon]

    def _along(self, horizon: Horizon) -> Iterator[Dated]:
        here, most = np.zeros(1, dtype=int), 0
        for day, kind in enumerate(horizon.kinds):
            before, after = np.full((2, len(self.end)), OFF)
            before[here] = np.arange(len(here))
            steps = self.days[kind]
            reached = [part.target[before[part.source] >= 0] for part in steps.parts]
            evening = np.unique(np.concatenate(reached))
            after[evening] = np.arange(len(evening))
            dated = replace(steps, parts=[part.between(before, after) for part in steps.parts])
            end, price = self.end[evening], self.end_price[evening]
            here = np.unique(end[end >= 0])
            place = np.where(end >= 0, np.searchsorted(here, end), OFF)
            yield Dated(dated, len(evening), most, place, price, len(here))
            if (day + 1) % horizon.span == 0:
                most = 0
            else:
                here = evening
                most += max(part.paid for part in steps.parts)


def _written_out(
    steps: list[tuple[int, int, float, int]], paid: np.ndarray, members_of: list[np.ndarray]
) -> Day:
    """Steps of one kind of day, with the shifts that lead from one state to the same other."""
    between: dict[tuple[int, int, float, int], list[np.ndarray]] = {}
    for source, target, price, k in steps:
        members = members_of[k] if k != OFF else np.zeros(1, dtype=int)
        for length in np.unique(paid[members]) if k != OFF else [0]:
            here = members[paid[members] == length] if k != OFF else members[:0]
            between.setdefault((int(length), target, price, source), []).append(here)
    groups: dict[tuple[int, ...], int] = {}
    rows = []
    for (length, target, price, source), found in sorted(between.items(), key=lambda item: item[0]):
        shifts = tuple(sorted(int(s) for part in found for s in part))
        group = groups.setdefault(shifts, len(groups)) if shifts else OFF
        rows.append((length, target, price, source, group))
    table = np.array(rows)
    parts = []
    for length in np.unique(table[:, 0]).astype(int):
        _, target, price, source, group = table[table[:, 0] == length].T
        source, group, target = (column.astype(int) for column in (source, group, target))
        parts.append(Part(int(length), source, group, price, target))
    sizes = [len(shifts) for shifts in groups]
    members = np.array([s for shifts in groups for s in shifts], dtype=int)
    return Day(parts, members, np.cumsum([0, *sizes])[:-1].astype(int))
