"""Small made-up shops for the planning tests."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.opening import OpeningHours
from optimizer.planning.response import Potential
from optimizer.timegrid import TimeGrid

TODAY = "Mo-Fr 10:00-17:00; Sa 10:00-15:00"
# Two weekdays by the hour, short shifts: small enough to try every plan there is.
KIOSK = with_changes(
    Case(period_minutes=60),
    {
        "hours.candidate": "We-Th 08:00-15:00",
        "hours.tidy.step_minutes": 60,
        "labour.shift_hours": (2, 5),
        "labour.break_after_hours": 4,
        "labour.break_minutes": 60,
        "labour.rules": "none",
        "service.max_staff": 2,
        "economics.wage": 10.0,
        "economics.open_cost_per_hour": 3.0,
        "economics.open_cost_per_day": 5.0,
    },
)
SHOP = with_changes(
    Case(period_minutes=60, country="FI"),
    {
        "hours.current": TODAY,
        "hours.candidate": "Mo-Sa 08:00-21:00",
        "service.max_staff": 4,
        "labour.break_minutes": 60,
        "economics.open_cost_per_hour": 6.0,
        "economics.open_cost_per_day": 15.0,
    },
)


def shop(**changes: Any) -> Case:
    """SHOP with some facts changed; `hours__legal` stands for the field hours.legal."""
    return with_changes(SHOP, {name.replace("__", "."): v for name, v in changes.items()})


def potential(
    per_hour: np.ndarray,
    *,
    draws: int = 8,
    lost: float = 0.5,
    value: float = 8.0,
    unit: str = "EUR",
    seed: int = 0,
    today: str = TODAY,
) -> Potential:
    """Draws around mean customers per period, shape (W,): a busy and a quiet week in each pair."""
    rng = np.random.default_rng(seed)
    weeks = rng.lognormal(0, 0.2, (draws, 1)) * rng.lognormal(0, 0.1, (draws, len(per_hour)))
    lost_draws = np.clip(lost + rng.uniform(-0.1, 0.1, draws), 0, 1)
    web = 0.1 * (1 - lost_draws)
    return Potential(
        customers=per_hour * weeks,
        moved=1 - lost_draws - web,
        web=web,
        lost=lost_draws,
        value=np.full(draws, value)
        if unit == "customers"
        else value * rng.lognormal(0, 0.1, draws),
        unit=unit,
        open_now=OpeningHours.parse(today).week_share(TimeGrid("UTC", 10080 // len(per_hour))),
    )


def _away(open_: Sequence[float], t: int) -> float:
    """Hours from the middle of a period to the nearest door of its day, whole periods open."""
    gaps = (abs(t - k) - 0.5 for k in range(len(open_)) if open_[k])
    return max(min(gaps, default=np.inf), 0.5) * 24 / len(open_)


def _stay(people: Potential, draw: int, hours_away: float, nearness: float) -> float:
    on_the_day = nearness * np.exp(-hours_away / 2.0)
    share = people.web[draw] + people.moved[draw] * (0.4375 + 0.5625 * on_the_day)
    return min(share, 1.0)


def _nearness(people: Potential, draw: int) -> float:
    """By halving an interval: with today's hours the stated share of those turned away stays."""
    days = (people.open_now > 0).reshape(7, -1)
    turned_away = [
        (people.customers[draw, day * days.shape[1] + t], _away(days[day], t))
        for day in range(7)
        for t in range(days.shape[1])
        if days[day].any() and not days[day, t]
    ]
    stated = (1 - people.lost[draw]) * sum(count for count, _ in turned_away)
    low, high = 0.0, 1e4
    for _ in range(80):
        middle = (low + high) / 2
        stayed = sum(n * _stay(people, draw, away, middle) for n, away in turned_away)
        low, high = (middle, high) if stayed < stated else (low, middle)
    return low


def kept_by_trying(people: Potential) -> Callable[[int, Sequence[float]], float]:
    """Margin kept of a day's closed periods: customer by customer, without the code under test.

    The answer takes the weekday and which of its periods are open.
    """
    nearness = [_nearness(people, draw) for draw in range(len(people.value))]

    def kept(weekday: int, open_: Sequence[float]) -> float:
        total = 0.0
        for draw, near in enumerate(nearness):
            for t in range(len(open_)):
                if not open_[t]:
                    customers = people.customers[draw, weekday * len(open_) + t]
                    share = _stay(people, draw, _away(open_, t), near)
                    total += people.value[draw] * customers * share
        return total / len(nearness)

    return kept


def two_peaks(period_minutes: int = 60, busiest: float = 30.0) -> np.ndarray:
    """Mean customers per period of a shop that is busy at noon and after work, shape (W,)."""
    hour = (np.arange(1440 // period_minutes) + 0.5) * period_minutes / 60
    day = np.exp(-(((hour - 12.5) / 2.5) ** 2)) + 0.9 * np.exp(-(((hour - 17) / 2) ** 2)) + 0.02
    weekdays = np.array([0.8, 0.8, 0.85, 0.9, 1.1, 1.2, 0.5])
    return busiest * period_minutes / 60 * np.outer(weekdays, day).ravel()


def only_between(start: int, end: int, per_hour: float, period_minutes: int = 60) -> np.ndarray:
    """The same customers in each period from one hour to another of every day, none else, (W,)."""
    hour = np.arange(1440 // period_minutes) * period_minutes // 60
    return np.tile(np.where((start <= hour) & (hour < end), per_hour * period_minutes / 60, 0.0), 7)


def left_by_trying(
    case: Case, people: Potential, labour: np.ndarray, periods: Sequence[int]
) -> list[float]:
    """Paid hours behind each of some closing periods, state by state, without the code under test.

    With as many people as pay best in that period by itself; `labour` is the cost of each period.
    """
    service, length = case.service, case.grid.period_hours
    serve, leave = 60 / service.minutes, 60 / service.patience_minutes

    def states(rate: float, n: int) -> list[float]:
        weights = [1.0]
        for k in range(1, 100):
            weights.append(weights[-1] * rate / (min(k, n) * serve + max(k - n, 0) * leave))
        return [weight / sum(weights) for weight in weights]

    def after(n: int) -> list[float]:
        totals = [0.0]
        for j in range(1, 100):
            stay = max(min(j, n), min(n, service.min_staff))
            totals.append(totals[-1] + stay / (min(j, n) * serve + max(j - n, 0) * leave))
        return totals

    left = []
    for t in periods:
        best = (-np.inf, 0.0)
        for n in range(service.min_staff, service.max_staff + 1):
            behind, earned, totals = 0.0, 0.0, after(n)
            for draw, value in enumerate(people.value):
                rate = people.customers[draw, t] / length
                chances = states(rate, n)
                busy = sum(chance * min(k, n) for k, chance in enumerate(chances))
                earned += value * busy * serve * length / len(people.value)
                remaining = sum(p * hours for p, hours in zip(chances, totals, strict=True))
                behind += remaining / len(people.value)
            best = max(best, (earned - n * labour[t], behind))
        left.append(best[1])
    return left
