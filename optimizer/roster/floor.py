"""The shop's side of a roster: when it is open, which shifts there are, what presence is worth."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from optimizer.case import Case
from optimizer.firmness import OFF as RULE_OFF
from optimizer.opening import OpeningHours, Window
from optimizer.people import Employee
from optimizer.planning.evaluate import costs, evaluate
from optimizer.planning.exchange import ShiftTable
from optimizer.planning.house_rules import needed_staff
from optimizer.planning.plan import BREAK_FROM_ENDS_MINUTES
from optimizer.planning.response import Potential, posts
from optimizer.planning.week import ShiftRules
from optimizer.roster.automaton import OFF, Automaton
from optimizer.roster.problem import Needs
from optimizer.roster.roster import Assignment
from optimizer.timegrid import holiday_mask

MISSING_PER_HOUR = 30.0  # money: an hour with a person missing who must be there, beside its sales
NO_KEY_PER_HOUR = 60.0  # an hour open with nobody who holds a key

Cell = tuple[str, int]  # a person and a day


@dataclass(frozen=True, eq=False)
class Ask:
    """What is asked of a roster.

    Parameters
    ----------
    opening, wanted
        Open periods of a week, bool of shape (W,), and the staff that the plan asks for, by role,
        int of shape (R, W).
    first
        The Monday with which it begins; None for a typical week.
    locked
        Cells that stand: a shift, or None for a day off.
    before
        An earlier roster of which little is to be changed, at `change_price` a cell.
    shifts
        Where only the plan's own shifts may be worked: those; else None.
    missing_price
        What an hour counts with a person missing who must be there, beside its sales, in money.
    """

    case: Case
    potential: Potential
    opening: np.ndarray
    wanted: np.ndarray
    weeks: int = 1
    first: date | None = None
    locked: Mapping[Cell, Assignment | None] | None = None
    before: tuple[Assignment, ...] | None = None
    change_price: float = 0.0
    shifts: frozenset[Assignment] | None = None
    missing_price: float = MISSING_PER_HOUR


def shape_of(shift: Assignment, weekday: int = 0) -> Assignment:
    """A shift without its person and date."""
    pause = shift.break_start_minute, shift.break_minutes
    return Assignment(weekday, "", shift.start_minute, shift.end_minute, *pause, shift.role)


class Floor:
    """Opening, shifts and the worth of presence over all days of a roster."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.case, self.grid = ask, ask.case, ask.case.grid
        self.people: tuple[Employee, ...] = ask.case.employee
        self.days = 7 * ask.weeks
        self.posts = posts(ask.case, ask.potential)
        self.holidays = np.zeros(self.days, dtype=bool)
        if ask.first is not None:
            where = ask.case.country, ask.case.subdivision
            self.holidays = holiday_mask(*where, ask.first, self.days)
        self.open_ = self.by_day(ask.opening) & ~self._closed()[:, None]  # (days, P)
        self.catalogue = self._catalogue()
        self.start = np.array([shift.start_minute for shift in self.catalogue])
        self.end = np.array([shift.end_minute for shift in self.catalogue])
        self.present = np.array(
            [s.present(self.grid.period_minutes) for s in self.catalogue], dtype=bool
        ).reshape(-1, self.grid.periods_per_day)
        self.paid = self.present.sum(axis=1)
        self.automata: dict[Hashable, Automaton] = {}  # by rules, so that each is written out once

    def by_day(self, week: np.ndarray) -> np.ndarray:
        """Values of a week's periods for every day of the roster, (..., W) to (..., days, P)."""
        days = week.reshape(*week.shape[:-1], 7, -1)
        return days[..., np.arange(self.days) % 7, :]

    def windows(self, hours: OpeningHours, day: int) -> tuple[Window, ...]:
        """Windows of somebody's hours on a day of the roster."""
        if self.ask.first is None:
            return hours.windows(day % 7)
        holiday = bool(self.holidays[day])
        return hours.windows_on(self.ask.first + timedelta(days=day), holiday)

    def _closed(self) -> np.ndarray:
        """Public holidays on which the shop's own hours say closed, bool of shape (days,)."""
        hours = self.case.hours.current
        if hours is None:
            return np.zeros(self.days, dtype=bool)
        shut = [not self.windows(hours, day) for day in range(self.days)]
        return np.array(shut) & self.holidays

    def _catalogue(self) -> list[Assignment]:
        """Every legal shift within the opening hours, in every role, and those that stand."""
        minutes, rules = self.grid.period_minutes, ShiftRules.of(self.case)
        used = np.flatnonzero(self.ask.opening.reshape(7, -1).any(axis=0))
        found: dict[Assignment, None] = {}
        if len(used):
            first, last = int(used[0]), int(used[-1]) + 1
            table = ShiftTable.of(rules, last - first)
            edges = np.array([table.start, table.end, table.away, table.back]) + first
            for start, end, away, back in (edges.T * minutes).tolist():
                begin = away if back > away else None
                for post in self.posts:
                    found[Assignment(0, "", start, end, begin, back - away, post.name)] = None
        known = {(shift.start_minute, shift.end_minute) for shift in found}
        for person in self.people:
            for weekday in range(7):
                for window in person.fixed.windows(weekday):
                    if window not in known:  # else it is there, with a proper break
                        found[Assignment(0, "", *window, None, 0, self.posts[0].name)] = None
        standing = [*(self.ask.locked or {}).values(), *(self.ask.before or ())]
        found |= {shape_of(shift): None for shift in standing if shift is not None}
        return list(found)

    @cached_property
    def is_legal(self) -> np.ndarray:
        """Shifts that anybody may be given, bool (S,); others only where they stand already."""
        labour, found = self.case.labour, []
        shortest, longest = labour.shift_hours
        for shift in self.catalogue:
            hours, pause = (shift.end_minute - shift.start_minute) / 60, shift.break_start_minute
            rested = hours <= labour.break_after_hours or not labour.break_minutes
            if pause is not None and shift.break_minutes >= labour.break_minutes:
                ends = pause - shift.start_minute, shift.end_minute - pause - shift.break_minutes
                rested = min(ends) >= BREAK_FROM_ENDS_MINUTES
            found.append(rested and shortest <= hours <= longest)
        return np.array(found, dtype=bool)

    @cached_property
    def allowed(self) -> np.ndarray:
        """Shifts that fit into the opening hours of a day and are asked for, bool (days, S)."""
        outside = self.present.astype(int) @ (~self.open_).astype(int).T
        fits = (outside.T == 0) & self.is_legal
        if self.ask.shifts is not None:
            fits &= np.array(
                [
                    [shape_of(shift, day % 7) in self.ask.shifts for shift in self.catalogue]
                    for day in range(self.days)
                ]
            )
        return fits

    @cached_property
    def worth(self) -> np.ndarray:
        """What 0, 1, ... people of each role bring on each day, (R, days, P, C+1); 0 where closed.

        With fewer people than must be there a period's sales shrink towards none, and each one
        missing has a price.
        """
        found, hours = [], self.grid.period_hours
        most = max(post.service.max_staff for post in self.posts)
        for post in self.posts:
            earned, least = post.response.earned, needed_staff(post.service, self.grid)
            missing = np.maximum(least[:, None] - np.arange(earned.shape[1]), 0)
            worth = earned - self.case.rules.price("min_staff") * hours * missing
            if self.case.rules.is_strict("min_staff"):
                full = np.take_along_axis(earned, least[:, None], axis=1)
                each = full / np.maximum(least[:, None], 1) + self.ask.missing_price * hours
                worth = np.where(missing > 0, full - each * missing, earned)
            worth = np.pad(worth, ((0, 0), (0, most + 1 - worth.shape[1])), mode="edge")
            found.append(self.by_day(worth.T).transpose(1, 2, 0))
        return np.array(found) * self.open_[None, :, :, None]

    @cached_property
    def constant(self) -> float:
        """What the weeks earn with nobody at work, in money: doors, and all that is missed."""
        ask = self.ask
        judged = evaluate(ask.case, ask.potential, ask.opening, ask.wanted)
        earned = sum(
            float(np.take_along_axis(post.response.earned, staff[:, None], axis=1).sum())
            for post, staff in zip(self.posts, ask.wanted, strict=True)
        )
        pay = float(ask.wanted.sum(axis=0) @ costs(ask.case, ask.potential).labour)
        each_week = judged.objective - earned + pay
        nobody = float(self.worth[..., 0].sum())
        if self.asks_for_keys:
            nobody -= NO_KEY_PER_HOUR * self.grid.period_hours * float(self.open_.sum())
        return ask.weeks * each_week + nobody

    @property
    def asks_for_keys(self) -> bool:
        """Whether somebody with a key must be there."""
        return self.case.labour.keyholder and self.case.rules.keyholder != RULE_OFF

    def needs(self) -> tuple[Needs, ...]:
        """What people bring who are there: sales, keys, and company."""
        return (*self._staff(), *self._keys(), *self._company())

    def _staff(self) -> list[Needs]:
        nobody_more = np.zeros((*self.open_.shape, 1))
        everybody, needs = np.ones(len(self.people)), []
        for post, worth in zip(self.posts, self.worth, strict=True):
            gain = np.concatenate([np.diff(worth, axis=2), nobody_more], axis=2)
            here = np.array([shift.role == post.name for shift in self.catalogue])
            needs.append(Needs(gain, everybody, (self.present & here[:, None]).astype(float)))
        return needs

    def _keys(self) -> list[Needs]:
        if not self.asks_for_keys:
            return []
        price = NO_KEY_PER_HOUR * self.grid.period_hours
        gain = np.stack([price * self.open_, 0 * self.open_], axis=2)
        holds = np.array([float(person.keyholder) for person in self.people])
        return [Needs(gain, holds, self.present.astype(float))]

    def _company(self) -> list[Needs]:
        """Work without a colleague whom somebody wished for: minus the price for every hour."""
        names, needs = [person.name for person in self.people], []
        for e, person in enumerate(self.people):
            for wish in person.wish:
                if wish.without in names and wish.without != person.name:
                    weight = np.zeros(len(names))
                    weight[e], weight[names.index(wish.without)] = 1, -1
                    alone = np.array([0.0, -wish.price * self.grid.period_hours])
                    gain = np.broadcast_to(alone, (*self.open_.shape, 2))
                    needs.append(Needs(gain, weight, self.present.astype(float), least=-1))
        return needs

    def assignments(self, lines: np.ndarray) -> tuple[Assignment, ...]:
        """Lines as people and clocks, in order."""
        found = []
        for person, line in zip(self.people, lines, strict=True):
            for day in np.flatnonzero(line != OFF).tolist():
                shift = self.catalogue[line[day]]
                pause = shift.break_start_minute, shift.break_minutes
                hours = shift.start_minute, shift.end_minute
                found.append(Assignment(day, person.name, *hours, *pause, shift.role))
        return tuple(sorted(found, key=lambda shift: (shift.day, shift.start_minute, shift.person)))

    @cached_property
    def number(self) -> dict[Assignment, int]:
        """Place of each shift in the catalogue."""
        return {shift: k for k, shift in enumerate(self.catalogue)}

    def lines(
        self, assignments: tuple[Assignment, ...], people: tuple[Employee, ...] | None = None
    ) -> np.ndarray:
        """Assignments as lines of the catalogue, int of shape (E, days); of some people."""
        people = self.people if people is None else people
        place = {person.name: e for e, person in enumerate(people)}
        lines = np.full((len(people), self.days), OFF)
        for shift in assignments:
            if shift.person in place and shift.day < self.days:
                lines[place[shift.person], shift.day] = self.number[shape_of(shift)]
        return lines
