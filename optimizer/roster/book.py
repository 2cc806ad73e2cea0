"""The rules of working time as a book by which lines of work are found (see `automaton`)."""

import math
from typing import NamedTuple

import numpy as np

from optimizer.roster.rules import NIGHT_MINUTES, WorkingTime, night_minutes
from optimizer.timegrid import MINUTES_PER_DAY

ORDINARY, SUNDAY = 0, 1  # kinds of days


class State(NamedTuple):
    """What of the past matters for the next day.

    `ready` is the minute of today from which the daily rest allows a shift, or, after a day off
    that is to be the weekly rest (`resting`), the weekly rest; `ready_after` is what the latter
    would be tomorrow if today were that day off. 0 where any shift is late enough.
    """

    ready: int = 0
    ready_after: int = 0
    resting: bool = False
    rested: bool = False  # this week has its weekly rest
    days: int = 0  # worked in a row
    nights: int = 0
    sundays: int = 0


class WeekBook:
    """The rules of working time as a rule book (`automaton.RuleBook`) over a catalogue.

    A weekly rest is taken to be around a whole day off: rarely a shift early on one day and late on
    the next would do as well.

    Parameters
    ----------
    start, end
        Of each shift, in minutes of the day, shape (S,).
    """

    first = State()

    def __init__(self, rules: WorkingTime, start: np.ndarray, end: np.ndarray) -> None:
        self._rules, self._start, self._end = rules, start.tolist(), end.tolist()
        self._earliest = min(self._start, default=0)
        self._nights = [
            night_minutes(a, b) >= NIGHT_MINUTES
            for a, b in zip(self._start, self._end, strict=True)
        ]
        self._counts_nights = any(self._nights) and rules.nights_in_a_row.price > 0

    def work(self, state: State, shift: int, kind: int) -> tuple[State, float] | None:
        """Take a shift."""
        rules, start, end = self._rules, self._start[shift], self._end[shift]
        price = 0.0
        if start < state.ready:
            if state.resting:
                return None  # then the day off was not the weekly rest
            price += rules.daily_rest.price * (state.ready - start) / 60
        days = state.days + 1 if rules.days_in_a_row.price else 0
        if days > rules.days_in_a_row.asks:
            days, price = state.days, price + rules.days_in_a_row.price
        nights = state.nights + 1 if self._counts_nights and self._nights[shift] else 0
        if nights > rules.nights_in_a_row.asks:
            nights, price = state.nights, price + rules.nights_in_a_row.price
        sundays = state.sundays + (kind == SUNDAY and rules.sundays.price > 0)
        if sundays > rules.sundays.asks:
            sundays, price = state.sundays, price + rules.sundays.price
        if price == math.inf:
            return None
        after = self._minute(end + 60 * rules.weekly_rest.asks - 2 * MINUTES_PER_DAY)
        ready = self._minute(end + 60 * rules.daily_rest.asks - MINUTES_PER_DAY)
        ready = ready if rules.daily_rest.price else 0
        after = after if rules.weekly_rest.price and not state.rested else 0
        return State(ready, after, False, state.rested, days, nights, sundays), price

    def rest(self, state: State, kind: int) -> list[tuple[State, float]]:
        """Have a day off, which may be the one of the weekly rest."""
        free = State(0, 0, False, state.rested, 0, 0, state.sundays)
        if state.rested or not self._rules.weekly_rest.price:
            return [(free, 0.0)]
        ready = state.ready_after
        rested = free._replace(rested=True, ready=ready, resting=ready > 0)
        return [(rested, 0.0)] if not ready else [(free, 0.0), (rested, 0.0)]

    def end_span(self, state: State) -> tuple[State, float] | None:
        """Begin the next week, in which the weekly rest is due again."""
        if not self._rules.weekly_rest.price:
            return state, 0.0
        if not state.rested and self._rules.weekly_rest.price == math.inf:
            return None
        return state._replace(rested=False), 0.0 if state.rested else self._rules.weekly_rest.price

    def _minute(self, minute: float) -> int:
        return int(minute) if minute > self._earliest else 0
