"""The best line of work for one person: a shift, or a day off, for every day, by all the rules.

Whether somebody may take a shift depends on what they worked before. All that matters of it is a
`state` (rested since, days in a row, ...), and a rule book says what each shift makes of it. The
book is written out once as an `Automaton`, a table of steps from state to state; the best line is
then the longest path through days, states and paid periods, found by dynamic programming, exactly
and for many people at once.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

OFF = -1  # in a line: the day has no shift


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
class _Part:
    """Steps that take the same number of paid periods, in order of the state they lead to."""

    paid: int
    source: np.ndarray
    group: np.ndarray  # of the shifts that make this step, the last one being "off"
    price: np.ndarray
    target: np.ndarray  # states that any step leads to, and where their steps begin
    begins: np.ndarray

    def leading_to(self, state: int) -> tuple[int, int]:
        """First and last number (exclusive) of the steps that lead to a state."""
        place = int(np.searchsorted(self.target, state))
        if place == len(self.target) or self.target[place] != state:
            return 0, 0
        ends = self.begins[place + 1] if place + 1 < len(self.begins) else len(self.source)
        return int(self.begins[place]), int(ends)


@dataclass(frozen=True, eq=False)
class _Day:
    """All steps of one kind of day; `members` are the shifts of each group, one after the other."""

    parts: list[_Part]
    members: np.ndarray
    begins: np.ndarray

    def shifts(self, group: int) -> np.ndarray:
        """Numbers of the shifts of a group; empty for a day off."""
        end = self.begins[group + 1] if group + 1 < len(self.begins) else len(self.members)
        return self.members[self.begins[group] : end] if group < len(self.begins) else np.zeros(0)


@dataclass(frozen=True, eq=False)
class Automaton:
    """A rule book written out: states are numbers, 0 the first one.

    `end` leads from state to state at the end of a span, -1 where a rule forbids it.
    """

    days: dict[int, _Day]
    end: np.ndarray
    end_price: np.ndarray

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


def _written_out(
    steps: list[tuple[int, int, float, int]], paid: np.ndarray, members_of: list[np.ndarray]
) -> _Day:
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
        reached, begins = np.unique(target.astype(int), return_index=True)
        parts.append(_Part(length, source.astype(int), group.astype(int), price, reached, begins))
    sizes = [len(shifts) for shifts in groups]
    members = np.array([s for shifts in groups for s in shifts], dtype=int)
    return _Day(parts, members, np.cumsum([0, *sizes])[:-1].astype(int))


@dataclass(frozen=True, eq=False)
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


class Lines:
    """The best lines of some people who share an automaton, for given rewards.

    Parameters
    ----------
    reward
        What a shift brings each person on each day, -inf where they cannot take it; shape
        (E, days, S).
    off
        What a day off brings, shape (E, days).
    span_value
        What so many paid periods in a span bring, -inf where too many or too few; shape
        (E, spans, H+1).
    """

    def __init__(
        self,
        automaton: Automaton,
        horizon: Horizon,
        reward: np.ndarray,
        off: np.ndarray,
        span_value: np.ndarray,
    ) -> None:
        self._automaton, self._horizon = automaton, horizon
        self._reward, self._off, self._span_value = reward, off, span_value
        self._before: list[np.ndarray] = []  # value of each state and paid periods, by day
        people, most = len(reward), span_value.shape[2] - 1
        now = np.full((people, len(automaton.end), most + 1), -np.inf)
        now[:, 0, 0] = 0.0
        self._best: list[np.ndarray] = []
        self._span_ends: list[np.ndarray] = []
        for day, kind in enumerate(horizon.kinds):
            steps = automaton.days[kind]
            best = np.maximum.reduceat(reward[:, day, steps.members], steps.begins, axis=1)
            best = np.concatenate([best, off[:, day, None]], axis=1)
            self._before.append(now)
            self._best.append(best)
            now = _one_day(now, steps, best)
            if (day + 1) % horizon.span == 0:
                now = now + span_value[:, day // horizon.span, None, :]
                self._span_ends.append(now)
                if day + 1 < len(horizon.kinds):
                    now = _next_span(now, automaton)
        allowed = np.where(automaton.end >= 0, -automaton.end_price, -np.inf)
        self._last = now + allowed[:, None]
        self.values = self._last.max(axis=(1, 2))

    def best(self, person: int, number: int = 1) -> list[tuple[float, np.ndarray]]:
        """The best lines of a person that differ in the hours of the last span, with their values.

        A line is the number of a shift, or OFF, for every day; none where no line is allowed.
        """
        by_hours = self._last[person].max(axis=0)
        order = np.argsort(-by_hours, kind="stable")[:number]
        return [
            (float(by_hours[h]), self._trace(person, int(h)))
            for h in order.tolist()
            if np.isfinite(by_hours[h])
        ]

    def within(self, person: int, slack: float, most: int) -> list[np.ndarray] | None:
        """Every line of a person whose value is at most `slack` below the best one's.

        None where there are more than `most`; for horizons of a single span.
        """
        if self._horizon.spans > 1:
            return None
        least = float(self.values[person]) - slack - 1e-9
        found: list[np.ndarray] = []
        days, last = len(self._horizon.kinds), self._last[person]
        before_end = self._span_ends[0][person]
        stack: list[tuple[int, int, int, float, tuple[int, ...]]] = []
        for state, hours in np.argwhere(last >= least).tolist():
            # What follows the last day: the value of its hours, and of the end of the span.
            beyond = float(self._span_value[person, 0, hours])
            beyond += float(last[state, hours] - before_end[state, hours])
            stack.append((days - 1, state, hours, beyond, ()))
        while stack:
            day, state, hours, gained, later = stack.pop()
            if day < 0:
                found.append(np.array(later[::-1]))
                if len(found) > most:
                    return None
                continue
            for source, left, shift, gain in self._steps_to(
                person, day, state, hours, least - gained
            ):
                stack.append((day - 1, source, left, gained + gain, (*later, shift)))
        return found

    def _steps_to(
        self, person: int, day: int, state: int, hours: int, least: float
    ) -> Iterator[tuple[int, int, int, float]]:
        """Steps that lead to a state by a way worth at least so much: whence, and their gain.

        Of each: state and paid periods of the evening before, the shift, and what it brings.
        """
        steps, before = self._automaton.days[self._horizon.kinds[day]], self._before[day][person]
        for part in steps.parts:
            if part.paid > hours:
                continue
            left = hours - part.paid
            for k in range(*part.leading_to(state)):
                source, group, price = int(part.source[k]), int(part.group[k]), part.price[k]
                shifts = np.array([OFF]) if group == OFF else steps.shifts(group)
                gains = self._reward[person, day, shifts] - price
                if group == OFF:
                    gains = self._off[person, [day]] - price
                for n in np.flatnonzero(before[source, left] + gains >= least):
                    yield source, left, int(shifts[n]), float(gains[n])

    def _trace(self, person: int, hours: int) -> np.ndarray:
        automaton, horizon = self._automaton, self._horizon
        line = np.full(len(horizon.kinds), OFF)
        state = int(self._last[person, :, hours].argmax())
        for day in range(len(line) - 1, -1, -1):
            if (day + 1) % horizon.span == 0 and day + 1 < len(line):
                # Here the span before was left: from the state and hours that brought most.
                comes = np.flatnonzero(automaton.end == state)
                left = self._span_ends[day // horizon.span][person, comes]
                left = left - automaton.end_price[comes, None]
                place, hours = divmod(int(left.argmax()), left.shape[1])
                state = int(comes[place])
            state, hours, line[day] = self._step_back(person, day, state, hours)
        return line

    def _step_back(self, person: int, day: int, state: int, hours: int) -> tuple[int, int, int]:
        """The state and hours of the evening before, and the shift that led from there to here."""
        steps, best = self._automaton.days[self._horizon.kinds[day]], self._best[day][person]
        before, found = self._before[day][person], (-np.inf, 0, 0, OFF)
        for part in steps.parts:
            here = slice(*part.leading_to(state))
            if part.paid > hours or here.start == here.stop:
                continue
            value = before[part.source[here], hours - part.paid] + best[part.group[here]]
            value = value - part.price[here]
            k = int(value.argmax())
            if value[k] > found[0]:
                at = here.start + k
                found = (value[k], int(part.source[at]), part.paid, int(part.group[at]))
        _, source, paid, group = found
        if group == OFF:
            return source, hours, OFF
        shifts = steps.shifts(group)
        shift = int(shifts[self._reward[person, day, shifts].argmax()])
        return source, hours - paid, shift


def _one_day(now: np.ndarray, steps: _Day, best: np.ndarray) -> np.ndarray:
    """Values of states and hours after a day, (E, N, H+1), from those before it."""
    after = np.full_like(now, -np.inf)
    hours = now.shape[2]
    for part in steps.parts:
        if part.paid >= hours:
            continue
        gain = best[:, part.group] - part.price
        reached = now[:, part.source, : hours - part.paid] + gain[..., None]
        top = np.maximum.reduceat(reached, part.begins, axis=1)
        room = after[:, :, part.paid :]
        room[:, part.target] = np.maximum(room[:, part.target], top)
    return after


def _next_span(now: np.ndarray, automaton: Automaton) -> np.ndarray:
    """The hours of the span are forgotten; what they brought is kept."""
    after = np.full_like(now, -np.inf)
    leaving = now.max(axis=2) - automaton.end_price
    for state in np.flatnonzero(automaton.end >= 0):
        to = automaton.end[state]
        after[:, to, 0] = np.maximum(after[:, to, 0], leaving[:, state])
    return after
