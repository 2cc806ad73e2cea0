"""A service desk played customer by customer, knowing nothing of the formulas under test.

Events in order of the clock; every customer, call and conversation is followed by itself. People
arrive, wait, lose patience, try again, are answered, or are there when the desk closes.
"""

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count

import numpy as np

ARRIVES, SERVED, LEAVES, CHANGES, CLOSES = range(5)


@dataclass(frozen=True)
class Line:
    """One queue: rates per hour by period from opening on, servers in each, hours of work."""

    rates: np.ndarray
    servers: np.ndarray
    work_hours: float
    patience_hours: float
    again: float = 0.0
    again_hours: float = 1 / 600  # from giving up to the next try
    custom: str = "finish"
    stop_hours: float = 0.0


@dataclass
class Day:
    """What happened: counts of people, hours of waiting and of work."""

    people: int = 0
    answered: int = 0
    gave_up: int = 0
    turned_away: int = 0
    tries: int = 0
    waiting_at_closing: int = 0
    answered_after: int = 0
    overtime_hours: float = 0.0
    wait_hours: float = 0.0
    worked: np.ndarray = field(default_factory=lambda: np.zeros(0))  # by period while open


def play(line: Line, period_hours: float, random: np.random.Generator) -> Day:
    """One day of one queue."""
    periods = len(line.rates)
    closing = periods * period_hours
    day = Day(worked=np.zeros(periods))
    numbers = count()
    events: list[tuple[float, int, int, int]] = []

    def at(time: float, kind: int, who: int = -1) -> None:
        heapq.heappush(events, (time, next(numbers), kind, who))

    for period, rate in enumerate(line.rates):
        for _ in range(random.poisson(rate * period_hours)):
            at((period + random.random()) * period_hours, ARRIVES)
            day.people += 1
        at(period * period_hours, CHANGES, period)
    at(closing, CLOSES)
    queue: deque[int] = deque()
    since: dict[int, float] = {}  # when each one in the queue began to wait
    talking: dict[int, int] = {}  # who is served, and the number of that conversation
    servers, clock, closed, names, talks = 0, 0.0, False, count(), count()
    conversation: dict[int, int] = {}  # number of a conversation -> who

    def fill() -> None:
        while queue and len(talking) < servers:
            start(queue.popleft())

    def start(who: int) -> None:
        day.wait_hours += clock - since.pop(who, clock)
        talk = next(talks)
        talking[who], conversation[talk] = talk, who
        at(clock + random.exponential(line.work_hours), SERVED, talk)

    def wait(who: int, first: bool = False) -> None:
        since[who] = clock
        (queue.appendleft if first else queue.append)(who)
        at(clock + random.exponential(line.patience_hours), LEAVES, who)

    while events:
        time, _, kind, who = heapq.heappop(events)
        if not closed:
            _work(day.worked, clock, time, len(talking), period_hours)
        clock = time
        if kind == ARRIVES:
            day.tries += 1
            if clock >= closing - line.stop_hours:
                day.turned_away += 1
                continue
            who = next(names)
            if len(talking) < servers:
                start(who)
            else:
                wait(who)
        elif kind == SERVED and conversation.get(who) in talking:
            person = conversation.pop(who)
            if talking[person] != who:
                continue  # that conversation was broken off, and has begun anew
            del talking[person]
            day.answered += 1
            day.answered_after += closed
            day.overtime_hours = max(day.overtime_hours, clock - closing)
            fill()
        elif kind == LEAVES and who in since and who in queue:
            queue.remove(who)
            day.wait_hours += clock - since.pop(who)
            if not closed and random.random() < line.again:
                at(clock + random.exponential(line.again_hours), ARRIVES)
            else:
                day.gave_up += 1
                day.overtime_hours = max(day.overtime_hours, clock - closing)
        elif kind == CHANGES:
            servers = int(line.servers[who])
            while len(talking) > servers:  # whoever began last waits again, at the head
                person = max(talking, key=lambda p: talking[p])
                del talking[person]
                wait(person, first=True)
            fill()
        elif kind == CLOSES:
            closed = True
            day.waiting_at_closing = len(queue)
            if line.custom == "cut":
                day.turned_away += len(queue)
                queue.clear()
                since.clear()
    return day


def _work(worked: np.ndarray, begin: float, end: float, talking: int, period: float) -> None:
    """Spread the hours of work between two events over the periods that they touch."""
    if not talking:
        return
    first, last = int(begin / period), min(int(end / period), len(worked) - 1)
    for k in range(first, last + 1):
        worked[k] += talking * max(min(end, (k + 1) * period) - max(begin, k * period), 0.0)
