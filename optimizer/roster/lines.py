"""The best line of work for one person: a shift, or a day off, for every day, by all the rules.

It is the longest path through days, the states of an automaton and paid periods, found by dynamic
programming, exactly and for many people at once.
"""

from collections.abc import Iterator

import numpy as np

from optimizer.roster.automaton import OFF, Automaton, Dated, Horizon


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
        self._dated, self._horizon = automaton.along(horizon), horizon
        self._reward, self._off, self._span_value = reward, off, span_value
        people, most = len(reward), span_value.shape[2] - 1
        # Values by state, person and paid periods: before each day, and at the end of each span.
        self._before: list[np.ndarray] = []
        self._span_ends: list[np.ndarray] = []
        self._best: list[np.ndarray] = []
        now = np.full((1, people, most + 1), -np.inf)
        now[0, :, 0] = 0.0
        for day, dated in enumerate(self._dated):
            steps = dated.steps
            best = np.maximum.reduceat(reward[:, day, steps.members], steps.begins, axis=1)
            best = np.concatenate([best, off[:, day, None]], axis=1).T
            self._before.append(now)
            self._best.append(best)
            now = _one_day(now, dated, best)
            if (day + 1) % horizon.span == 0:
                now = now + span_value[:, day // horizon.span]
                self._span_ends.append(now)
                if day + 1 < len(horizon.kinds):
                    now = _next_span(now, dated)
        last = self._dated[-1]
        self._last = now + np.where(last.end >= 0, -last.end_price, -np.inf)[:, None, None]
        self.values = self._last.max(axis=(0, 2))

    def best(self, person: int, number: int = 1) -> list[tuple[float, np.ndarray]]:
        """The best lines of a person that differ in the hours of the last span, with their values.

        A line is the number of a shift, or OFF, for every day; none where no line is allowed.
        """
        by_hours = self._last[:, person].max(axis=0)
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
        days, last = len(self._horizon.kinds), self._last[:, person]
        before_end = self._span_ends[0][:, person]
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
        steps, before = self._dated[day].steps, self._before[day][:, person]
        for part in steps.parts:
            if part.paid > hours:
                continue
            left = hours - part.paid
            here = part.leading_to(state)
            for k in range(here.start, here.stop):
                source, group, price = int(part.source[k]), int(part.group[k]), part.price[k]
                shifts = np.array([OFF]) if group == OFF else steps.shifts(group)
                gains = self._reward[person, day, shifts] - price
                if group == OFF:
                    gains = self._off[person, [day]] - price
                for n in np.flatnonzero(before[source, left] + gains >= least):
                    yield source, left, int(shifts[n]), float(gains[n])

    def _trace(self, person: int, hours: int) -> np.ndarray:
        horizon = self._horizon
        line = np.full(len(horizon.kinds), OFF)
        state = int(self._last[:, person, hours].argmax())
        for day in range(len(line) - 1, -1, -1):
            if (day + 1) % horizon.span == 0 and day + 1 < len(line):
                # Here the span before was left: from the state and hours that brought most.
                dated = self._dated[day]
                comes = np.flatnonzero(dated.end == state)
                left = self._span_ends[day // horizon.span][comes, person]
                left = left - dated.end_price[comes, None]
                place, hours = divmod(int(left.argmax()), left.shape[1])
                state = int(comes[place])
            state, hours, line[day] = self._step_back(person, day, state, hours)
        return line

    def _step_back(self, person: int, day: int, state: int, hours: int) -> tuple[int, int, int]:
        """The state and hours of the evening before, and the shift that led from there to here."""
        steps, best = self._dated[day].steps, self._best[day][:, person]
        before, found = self._before[day][:, person], (-np.inf, 0, 0, OFF)
        for part in steps.parts:
            here = part.leading_to(state)
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


def _one_day(now: np.ndarray, dated: Dated, best: np.ndarray) -> np.ndarray:
    """Values after a day, (states, E, H+1), from those before it; `best` of groups, (groups, E)."""
    after = np.full((dated.states, *now.shape[1:]), -np.inf)
    for part in dated.steps.parts:
        hours = min(now.shape[2] - part.paid, dated.most + 1)
        if hours <= 0:
            continue
        gain, came = best[part.group] - part.price[:, None], now[:, :, :hours]
        reached, rounds = part.rounds
        top = np.full((len(reached), now.shape[1], hours), -np.inf)
        for steps in rounds:
            value = came.take(part.source[steps], axis=0)
            value += gain[steps, :, None]
            some = top[: len(steps)]
            np.maximum(some, value, out=some)
        room = after[:, :, part.paid : part.paid + hours]
        room[reached] = np.maximum(room[reached], top)
    return after


def _next_span(now: np.ndarray, dated: Dated) -> np.ndarray:
    """The hours of the span are forgotten; what they brought is kept."""
    after = np.full((dated.following, *now.shape[1:]), -np.inf)
    leaving = now.max(axis=2) - dated.end_price[:, None]
    for state in np.flatnonzero(dated.end >= 0):
        to = dated.end[state]
        after[to, :, 0] = np.maximum(after[to, :, 0], leaving[state])
    return after
