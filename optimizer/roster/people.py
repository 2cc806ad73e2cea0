"""The people's side of a roster: what each can take, what it costs, and by which rules."""

import math
from datetime import timedelta
from functools import cached_property

import numpy as np

from optimizer.people import Employee
from optimizer.roster.automaton import OFF, Automaton, Horizon
from optimizer.roster.book import ORDINARY, SUNDAY, WeekBook
from optimizer.roster.floor import Floor, shape_of
from optimizer.roster.problem import Limit, Problem
from optimizer.roster.rules import (
    LOCKED_PRICE,
    YOUNG_HOURS,
    Rule,
    WorkingTime,
    pack_of,
    working_time,
)

OVERTIME = 0.5  # of the wage, on top, for hours above the contract
EVENING = 18 * 60  # minute of the day
KINDS = ("evenings", "Saturdays", "Sundays")  # of work that is to be shared fairly


class People:
    """Costs, rules and limits of everybody over a roster's days; `only` of somebody else."""

    def __init__(self, floor: Floor, only: Employee | None = None) -> None:
        self.floor, self.case = floor, floor.case
        self.people = floor.people if only is None else (only,)
        usual = self.case.economics.labour_cost_per_hour / (1 + self.case.economics.on_cost)
        self.wages = np.array([usual if p.wage is None else p.wage for p in self.people])
        self.rules = [working_time(self.case, person, floor.ask.weeks) for person in self.people]

    @cached_property
    def problem(self) -> Problem:
        """The whole problem in arrays."""
        floor, stands = self.floor, [self._stands(person) for person in self.people]
        book = [r.bent if s else r for r, s in zip(self.rules, stands, strict=True)]
        cost, off = self._costs(book)
        self._stand(cost, off)
        budget = self.case.labour.hours_per_week
        if budget is None or not self.case.rules.is_strict("paid_hours"):
            budget = math.inf
        return Problem(
            horizon=Horizon(tuple(self._kinds().tolist()), 7),
            paid=floor.paid,
            needs=floor.needs(),
            cost=cost,
            off=off,
            hours_cost=self._hours_cost(book, stands),
            budget=np.full(floor.ask.weeks, budget / floor.grid.period_hours),
            crews=self._crews(book),
            limits=(*self._averages(), *self.fairness()),
        )

    @property
    def is_averaged(self) -> bool:
        """Whether contract hours hold on average over the weeks, and not in each one."""
        return self.floor.ask.weeks > 1 and self.case.roster.averaging_weeks > 1

    def _stands(self, person: Employee) -> bool:
        """Whether shifts of theirs stand already, so that rules may have to bend."""
        locked = self.floor.ask.locked or {}
        return bool(person.fixed.rules) or any(
            name == person.name and shift is not None for (name, _), shift in locked.items()
        )

    def _kinds(self) -> np.ndarray:
        sunday = np.arange(self.floor.days) % 7 == 6
        return np.where(sunday & any(r.sundays.price for r in self.rules), SUNDAY, ORDINARY)

    @cached_property
    def wage_cost(self) -> np.ndarray:
        """What an hour of each person costs before supplements, on-cost included, shape (E,)."""
        in_money = self.floor.ask.potential.in_money  # else a tie-break against idle people
        return self.wages * (1 + self.case.economics.on_cost) * (1.0 if in_money else 1e-4)

    @cached_property
    def labour(self) -> np.ndarray:
        """What a period of work costs, on-cost included, shape (E, days, P)."""
        floor = self.floor
        hours = np.ones((len(self.people), floor.days, floor.grid.periods_per_day))
        for e, wage in enumerate(self.wages):
            pack = pack_of(self.case, self.people[e])
            if pack is None or not wage:
                continue
            for week in range(floor.ask.weeks):
                here = slice(7 * week, 7 * week + 7)
                extra = pack.supplement_per_hour(floor.grid, wage, floor.holidays[here])
                hours[e, here] += extra.reshape(7, -1) / wage
        return hours * self.wage_cost[:, None, None] * floor.grid.period_hours

    def _costs(self, book: list[WorkingTime]) -> tuple[np.ndarray, np.ndarray]:
        """Of every shift, (E, days, S), and of days off, (E, days)."""
        floor = self.floor
        cost = self.labour @ floor.present.T.astype(float)
        cost += np.where(floor.allowed, 0.0, np.inf)
        off = np.zeros((len(self.people), floor.days))
        for e, person in enumerate(self.people):
            cost[e] += self._of_person(person, book[e])
        if floor.ask.before is not None:
            lines = floor.lines(floor.ask.before, self.people)
            cost += floor.ask.change_price
            off += floor.ask.change_price * (lines >= 0)
            for e, day in np.argwhere(lines >= 0):
                cost[e, day, lines[e, day]] -= floor.ask.change_price
        return cost, off

    def _of_person(self, person: Employee, rules: WorkingTime) -> np.ndarray:
        """What stands in somebody's way, as infinite, and prices of wishes, shape (days, S)."""
        floor = self.floor
        extra = np.zeros((floor.days, len(floor.catalogue)))
        if person.roles:
            can = ("", *person.roles)
            extra[:, [shift.role not in can for shift in floor.catalogue]] = np.inf
        over = floor.paid * floor.grid.period_hours - rules.longest_day.asks
        extra += priced(over, rules.longest_day)
        if person.is_young:
            extra[:, (floor.start < YOUNG_HOURS[0]) | (floor.end > YOUNG_HOURS[1])] = np.inf
        for day in range(floor.days):
            able = np.zeros(len(floor.catalogue), dtype=bool)
            for start, end in floor.windows(person.available, day):
                able |= (floor.start >= start) & (floor.end <= end)
            extra[day, ~able] = np.inf
            if self.on_leave(person, day):
                extra[day] = np.inf
            for wish in person.wish:
                touched = np.zeros(len(floor.catalogue), dtype=bool)
                for start, end in floor.windows(wish.rather_not, day):
                    touched |= (floor.start < end) & (floor.end > start)
                extra[day, touched] += wish.price
        return extra

    def on_leave(self, person: Employee, day: int) -> bool:
        """Whether somebody is away on a day."""
        first = self.floor.ask.first
        if first is None:
            return False
        return any(lv.first <= first + timedelta(days=day) <= lv.last for lv in person.leave)

    def _stand(self, cost: np.ndarray, off: np.ndarray) -> None:
        """Nothing but the standing shift costs less than infinity in its cell."""
        floor = self.floor
        free = self.labour @ floor.present.T.astype(float)
        number = {person.name: e for e, person in enumerate(self.people)}
        for e, person in enumerate(self.people):
            for day in range(floor.days):
                for start, end in floor.windows(person.fixed, day):
                    if not self.on_leave(person, day):
                        these = (floor.start == start) & (floor.end == end)
                        cost[e, day] = np.where(these, free[e, day], np.inf)
                        off[e, day] = np.inf
        for (name, day), shift in (floor.ask.locked or {}).items():
            if name not in number:
                continue
            e = number[name]
            line = OFF if shift is None else floor.number[shape_of(shift)]
            these = np.arange(len(floor.catalogue)) == line
            cost[e, day] = np.where(these, free[e, day], np.inf)
            off[e, day] = np.inf if shift is not None else 0.0

    def _hours_cost(self, book: list[WorkingTime], stands: list[bool]) -> np.ndarray:
        """Of so many paid periods in each week, (E, weeks, H+1): unworked contract, overtime."""
        floor, case = self.floor, self.case
        most = 0
        limits = []
        for person, rules, bent in zip(self.people, book, stands, strict=True):
            price = min(case.roster.price("contract_hours"), LOCKED_PRICE if bent else math.inf)
            contract = Rule(person.contract_hours[1], 0.0 if self.is_averaged else price)
            limits.append((contract, rules.longest_week))
            strict = [r.asks for r in limits[-1] if r.price == math.inf]
            longest = min([*strict, 7 * floor.grid.period_hours * floor.paid.max(initial=0)])
            most = max(most, math.floor(longest / floor.grid.period_hours + 1e-9))
        hours = np.arange(most + 1) * floor.grid.period_hours
        cost = np.zeros((len(self.people), floor.ask.weeks, most + 1))
        for e, (contract, week) in enumerate(limits):
            pay = Rule(contract.asks, contract.price + OVERTIME * self.wage_cost[e])
            cost[e] += priced(hours - contract.asks, pay if contract.price else Rule(0, 0.0))
            cost[e] += priced(hours - week.asks, week)
            if not self.is_averaged:
                for w in range(floor.ask.weeks):
                    idle = np.maximum(self.guaranteed(e, w) - hours, 0)
                    cost[e, w] += idle * self.wage_cost[e]
        return cost

    def guaranteed(self, e: int, week: int) -> float:
        """Hours of a week that somebody is paid for even if there is no work."""
        person = self.people[e]
        away = sum(self.on_leave(person, day) for day in range(7 * week, 7 * week + 7))
        return person.contract_hours[0] * max(1 - away / 5, 0)

    def _crews(self, book: list[WorkingTime]) -> tuple[tuple[Automaton, np.ndarray], ...]:
        floor, kinds, crews = self.floor, frozenset(self._kinds().tolist()), []
        same = np.stack([floor.start, floor.end, floor.paid])
        alike = np.unique(same, axis=1, return_inverse=True)[1].ravel()
        for rules in dict.fromkeys(book):
            if (rules, kinds) not in floor.automata:
                week = WeekBook(rules, floor.start, floor.end)
                floor.automata[rules, kinds] = Automaton.of(week, floor.paid, set(kinds), alike)
            crew = np.array([e for e, other in enumerate(book) if other == rules])
            crews.append((floor.automata[rules, kinds], crew))
        return tuple(crews)

    def _averages(self) -> list[Limit]:
        """Contract hours on average over the roster's weeks, where they may be averaged."""
        floor, weeks = self.floor, self.floor.ask.weeks
        if not self.is_averaged:
            return []
        price = min(self.case.roster.price("contract_hours"), LOCKED_PRICE)
        paid = np.broadcast_to(floor.paid * floor.grid.period_hours, (floor.days, len(floor.paid)))
        most = weeks * np.array([person.contract_hours[1] for person in self.people])
        least = [sum(self.guaranteed(e, w) for w in range(weeks)) for e in range(len(self.people))]
        # Unworked contract hours are paid at the shop's usual wage: limits have one price for all.
        unworked = float(self.wage_cost.mean())
        return [Limit(paid, most, price), Limit(-paid, -np.array(least), unworked)]

    def is_evening(self) -> np.ndarray:
        """Periods of a day that are evening, bool of shape (P,)."""
        grid = self.floor.grid
        return np.arange(grid.periods_per_day) * grid.period_minutes >= EVENING

    def unloved(self) -> np.ndarray:
        """Hours of each kind of work that is to be shared, by day and shift, (3, days, S)."""
        floor, weekday = self.floor, np.arange(self.floor.days) % 7
        evening = (floor.present & self.is_evening()).sum(axis=1) * floor.grid.period_hours
        whole = floor.paid * floor.grid.period_hours
        days = np.array([weekday < 5, weekday == 5, weekday == 6], dtype=float)
        return days[:, :, None] * np.array([evening, whole, whole])[:, None, :]

    def fair_hours(self) -> np.ndarray:
        """Fair part of each kind by share of contract, of what the plan asks for, (3, E)."""
        floor, weekday = self.floor, np.arange(self.floor.days) % 7
        staff = floor.by_day(floor.ask.wanted.sum(axis=0)) * floor.open_ * floor.grid.period_hours
        each_day = [(staff * self.is_evening()).sum(axis=1), staff.sum(axis=1), staff.sum(axis=1)]
        days = [weekday < 5, weekday == 5, weekday == 6]
        total = np.array([hours[here].sum() for hours, here in zip(each_day, days, strict=True)])
        contract = np.array([person.contract_hours[1] for person in self.people])
        return total[:, None] * contract / max(contract.sum(), 1e-9)

    def fairness(self) -> list[Limit]:
        """More than the fair part of evenings, Saturdays and Sundays has a price."""
        price = self.case.roster.fair_price
        if not price or len(self.people) < 2:
            return []
        pairs = zip(self.unloved(), self.fair_hours(), strict=True)
        return [Limit(amount, fair, price) for amount, fair in pairs if amount.any() and fair.any()]


def priced(over: np.ndarray, rule: Rule) -> np.ndarray:
    """What it costs to be over by so much; nothing where it is not."""
    passed = np.maximum(over, 0)
    if rule.price == math.inf:
        return np.where(passed > 1e-9, np.inf, 0.0)
    return passed * rule.price
