"""One more person, whom nobody knows yet: the way out of an unmet need that is always there."""

from functools import cached_property
from operator import itemgetter

import numpy as np

from optimizer.language import Clock, Exact, Listed, Said, Weekday, say, say_n
from optimizer.people import Employee
from optimizer.roster.floor import NO_KEY_PER_HOUR
from optimizer.roster.people import People
from optimizer.roster.roster import Relaxation, Roster
from optimizer.roster.worth import Judge


def more_people(people: People, roster: Roster) -> tuple[Relaxation, ...]:
    """For each weekday with unmet needs whom one would hire, what it costs and brings a week.

    They are paid the shop's usual wage, work in the role that is missing, hold a key where nobody
    does, and have a legal shift each. Where they cost more than they bring the gain is negative.
    A weekday on which no shift is legal is left out.
    """
    ways = []
    for weekday in sorted({need.day % 7 for need in roster.unmet}):
        hiring = _Hiring(people, roster, weekday)
        while hiring.take():
            pass
        if hiring.shifts:
            ways.append(hiring.way)
    return tuple(sorted(ways, key=lambda way: -way.gain))


class _Hiring:
    """Shifts for more people on one weekday, each the one that meets most of what is missing."""

    def __init__(self, people: People, roster: Roster, weekday: int) -> None:
        self.floor, self.roster, self.weekday = people.floor, roster, weekday
        needs = [need for need in roster.unmet if need.day % 7 == weekday]
        self.days = sorted({need.day for need in needs})
        judge, minutes = Judge(people, roster.assignments), self.floor.grid.period_minutes
        self.staff = judge.staff[:, self.days]  # (R, days, P)
        self.keyless = np.zeros(self.staff.shape[1:], dtype=bool)
        self.missing = np.zeros_like(self.staff)
        for need in needs:
            when = slice(need.start_minute // minutes, need.end_minute // minutes)
            day = self.days.index(need.day)
            if need.what == "keyholder":
                self.keyless[day, when] = True
            else:
                self.missing[judge.role.get(need.what, 0), day, when] = need.missing
        roles = [judge.role.get(shift.role, 0) for shift in self.floor.catalogue]
        self.role = np.array(roles, dtype=int)
        self.shifts: list[tuple[int, Said]] = []  # each after its start
        self.hours = self.cost = self.brings = 0.0

    @property
    def way(self) -> Relaxation:
        """Their shifts in words, with what they cost and gain a week."""
        weeks, case = self.roster.weeks, self.floor.case
        shifts = Listed(says for _, says in sorted(self.shifts, key=itemgetter(0)))
        day = Weekday(self.weekday)
        says = say_n("One more person on {day}: {shifts}", "{n} more people on {day}: {shifts}",
                     len(self.shifts), day=day, shifts=shifts)  # fmt: skip
        budget = case.labour.hours_per_week
        hours = (self.roster.paid_hours + self.hours) / weeks
        if budget is not None and case.rules.is_strict("paid_hours") and hours > budget + 1e-9:
            says = say("{way}, beyond the budget of {hours} h", way=says, hours=Exact(budget))
        return Relaxation(says, (self.brings - self.cost) / weeks, self.cost / weeks)

    @cached_property
    def pay(self) -> np.ndarray:
        """What each shift costs over all the days, infinite where it is not legal; (S,)."""
        floor, nobody = self.floor, People(self.floor, Employee(""))
        pay = np.einsum("dp,sp->s", nobody.labour[0, self.days], floor.present.astype(float))
        long = floor.paid * floor.grid.period_hours > nobody.rules[0].longest_day.asks + 1e-9
        return np.where(floor.allowed[self.days].all(axis=0) & ~long, pay, np.inf)

    def take(self) -> bool:
        """Hire one more; False where nothing is missing, or no shift would meet any of it."""
        floor, present = self.floor, self.floor.present.astype(float)
        key = bool(self.keyless.any())
        met = np.einsum("rdp,sp->rs", self.missing > 0, present)[self.role, np.arange(len(present))]
        met = np.where(np.isfinite(self.pay), met + present @ self.keyless.sum(axis=0), 0.0)
        if not len(met) or met.max() <= 0:
            return False
        brings = (present @ self._next().sum(axis=1).T)[np.arange(len(present)), self.role]
        price = NO_KEY_PER_HOUR * floor.grid.period_hours
        brings = brings + price * (present @ self.keyless.sum(axis=0))
        k = int(np.lexsort((self.pay - brings, -met))[0])
        here, shift = floor.present[k], floor.catalogue[k]
        self.staff[self.role[k]] += here
        self.missing[self.role[k]] = np.maximum(self.missing[self.role[k]] - here, 0)
        self.keyless &= ~here
        self.hours += float(floor.paid[k]) * floor.grid.period_hours * len(self.days)
        self.cost, self.brings = self.cost + float(self.pay[k]), self.brings + float(brings[k])
        clocks = {"start": Clock(shift.start_minute), "end": Clock(shift.end_minute)}
        says = say("{start}-{end}", **clocks)
        if key:
            says = say("{start}-{end} with a key", **clocks)
        if shift.role:
            says = say("{shift} ({role})", shift=says, role=shift.role)
        self.shifts.append((shift.start_minute, says))
        return True

    def _next(self) -> np.ndarray:
        """What one more of each role would bring, (R, days, P)."""
        worth = self.floor.worth[:, self.days]
        most = worth.shape[3] - 1
        here, more = (np.minimum(self.staff + n, most)[..., None] for n in (0, 1))
        gain = np.take_along_axis(worth, more, axis=3) - np.take_along_axis(worth, here, axis=3)
        return gain[..., 0]
