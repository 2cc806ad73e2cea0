"""Which rules a roster does not keep, found without knowing how rosters are made.

Every rule is read once more from the case and held against the shifts as they stand on the clock,
minute by minute. What has a price is listed with it; what is strict without one.
"""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from optimizer.case import Case
from optimizer.language import Clock, Exact, Said, Weekday, say
from optimizer.opening import OpeningHours, Window
from optimizer.people import Employee
from optimizer.planning.plan import BREAK_FROM_ENDS_MINUTES
from optimizer.roster.roster import Assignment, Broken
from optimizer.roster.rules import (
    NIGHT_MINUTES,
    YOUNG_HOURS,
    Rule,
    night_minutes,
    working_time,
)
from optimizer.timegrid import MINUTES_PER_DAY, holiday_mask

_SMALL = 1e-6


def check_roster(
    case: Case, assignments: Sequence[Assignment], weeks: int, first: date | None = None
) -> list[Broken]:
    """Every rule on people and shifts that the roster does not keep, in order of the people."""
    found: list[Broken] = []
    known = {person.name for person in case.employee}
    for shift in assignments:
        if shift.person not in known:
            found.append(Broken("people", shift.person, say("nobody has this name")))
    for person in case.employee:
        shifts = sorted(s for s in assignments if s.person == person.name)
        found += _PersonCheck(case, person, shifts, weeks, first).broken()
    return found


class _PersonCheck:
    """One person's shifts against the rules."""

    def __init__(
        self, case: Case, person: Employee, shifts: list[Assignment], weeks: int, first: date | None
    ) -> None:
        self.case, self.person, self.shifts, self.weeks, self.first = (
            case, person, shifts, weeks, first,
        )  # fmt: skip
        self.rules = working_time(case, person, weeks)
        self.found: list[Broken] = []

    def broken(self) -> list[Broken]:
        """All that is broken."""
        for shift in self.shifts:
            self._shift(shift)
        self._fixed()
        self._rests()
        self._runs()
        self._hours()
        self._sundays()
        return self.found

    def _say(self, rule: str, says: Said, over: float = 0.0, asked: Rule | None = None) -> None:
        """Note a breach; one of a rule that is off is none."""
        if asked is not None and asked.price == 0:
            return
        priced = asked is not None and asked.price < math.inf
        price = over * asked.price if asked is not None and priced else None
        self.found.append(Broken(rule, self.person.name, says, price))

    def _windows(self, hours: OpeningHours, day: int) -> tuple[Window, ...]:
        if self.first is None:
            return hours.windows(day % 7)
        today = self.first + timedelta(days=day)
        holiday = holiday_mask(self.case.country, self.case.subdivision, today, 1)[0]
        return hours.windows_on(today, bool(holiday))

    def _shift(self, shift: Assignment) -> None:
        """What can be seen from one shift alone."""
        case, person = self.case, self.person
        start, end, day = shift.start_minute, shift.end_minute, Weekday(shift.weekday)

        def when(template: str) -> Said:
            return say(template, day=day, start=Clock(start), end=Clock(end))

        if not any(a <= start and end <= b for a, b in self._windows(person.available, shift.day)):
            self._say("availability", when("{day} {start}-{end}: not available"))
        if self.first is not None:
            today = self.first + timedelta(days=shift.day)
            if any(leave.first <= today <= leave.last for leave in person.leave):
                self._say("leave", when("{day} {start}-{end}: on leave"))
        if person.roles and shift.role not in ("", *person.roles):
            self._say("roles", when("{day} {start}-{end}: another role than theirs"))
        if person.is_young and (start < YOUNG_HOURS[0] or end > YOUNG_HOURS[1]):
            self._say("young people", when("{day} {start}-{end}: too early or late under 18"))
        over = shift.paid_hours - self.rules.longest_day.asks
        if over > _SMALL:
            self._say(
                "longest day", when("{day} {start}-{end}: longer than the longest day"), over,
                self.rules.longest_day,
            )  # fmt: skip
        shortest, longest = case.labour.shift_hours
        if (start, end) in self._windows(person.fixed, shift.day):
            return  # it stands as it was agreed
        hours = (end - start) / 60
        if not shortest - _SMALL <= hours <= longest + _SMALL:
            self._say("shift length", when("{day} {start}-{end}: too short or too long a shift"))
        if (
            hours > case.labour.break_after_hours
            and shift.break_minutes < case.labour.break_minutes
        ):
            self._say("break", when("{day} {start}-{end}: no break, or one that is too short"))
        if shift.break_start_minute is not None:
            before = shift.break_start_minute - start
            after = end - shift.break_start_minute - shift.break_minutes
            if min(before, after) < BREAK_FROM_ENDS_MINUTES:
                self._say("break", when("{day} {start}-{end}: a break too close to an end"))

    def _fixed(self) -> None:
        """Shifts that were agreed are in the roster."""
        held = {(s.day, s.start_minute, s.end_minute) for s in self.shifts}
        for day in range(7 * self.weeks):
            for start, end in self._windows(self.person.fixed, day):
                if (day, start, end) not in held and not self._away(day):
                    says = say(
                        "{day}: the fixed shift {start}-{end} is missing",
                        day=Weekday(day % 7), start=Clock(start), end=Clock(end),
                    )  # fmt: skip
                    self._say("fixed shifts", says)

    def _away(self, day: int) -> bool:
        if self.first is None:
            return False
        today = self.first + timedelta(days=day)
        return any(leave.first <= today <= leave.last for leave in self.person.leave)

    def _spans(self) -> list[tuple[int, int]]:
        """Start and end of every shift in minutes from the first midnight."""
        return [
            (s.day * MINUTES_PER_DAY + s.start_minute, s.day * MINUTES_PER_DAY + s.end_minute)
            for s in self.shifts
        ]

    def _rests(self) -> None:
        """Rest between shifts, and once a week around a whole day."""
        spans, rule = self._spans(), self.rules.daily_rest
        for (_, end), (start, _) in pairwise(spans):
            rest = (start - end) / 60
            if rest < 0:
                self._say("one shift at a time", say("two shifts overlap"))
            elif rest < rule.asks - _SMALL:
                says = say(
                    "{day}: {rest} hours of rest before the shift, not {asked}",
                    day=Weekday(start // MINUTES_PER_DAY % 7), rest=Exact(rest),
                    asked=Exact(rule.asks),
                )  # fmt: skip
                self._say("daily rest", says, rule.asks - rest, rule)
        rule, ends = self.rules.weekly_rest, [-math.inf, *(end for _, end in spans)]
        gaps = list(zip(ends, [*(start for start, _ in spans), math.inf], strict=True))
        for week in range(self.weeks):
            whole_days = [
                any(
                    start <= day * MINUTES_PER_DAY
                    and (day + 1) * MINUTES_PER_DAY <= end
                    and end - start >= 60 * rule.asks - _SMALL
                    for start, end in gaps
                )
                for day in range(7 * week, 7 * week + 7)
            ]
            if rule.asks and not any(whole_days):
                says = say(
                    "week {week}: no {asked} hours of rest", week=week + 1, asked=Exact(rule.asks)
                )
                self._say("weekly rest", says, 1.0, rule)

    def _runs(self) -> None:
        """Days and nights in a row."""
        nights = {
            s.day
            for s in self.shifts
            if night_minutes(s.start_minute, s.end_minute) >= NIGHT_MINUTES
        }
        days = {shift.day for shift in self.shifts}
        for rule, name, worked, asked in (
            ("days in a row", "{n} days in a row, not {asked}", days, self.rules.days_in_a_row),
            ("nights in a row", "{n} nights in a row, not {asked}", nights,
             self.rules.nights_in_a_row),
        ):  # fmt: skip
            run = 0
            for day in range(7 * self.weeks + 1):
                if day in worked:
                    run += 1
                    continue
                if run > asked.asks:
                    says = say(name, n=run, asked=Exact(asked.asks))
                    self._say(rule, says, run - asked.asks, asked)
                run = 0

    def _hours(self) -> None:
        """Hours of each week, and of the contract."""
        by_week = [
            sum(shift.paid_hours for shift in self.shifts if shift.day // 7 == week)
            for week in range(self.weeks)
        ]
        most = self.person.contract_hours[1]
        contract = Rule(most, self.case.roster.price("contract_hours"))
        averaged = self.weeks > 1 and self.case.roster.averaging_weeks > 1
        for week, hours in enumerate(by_week, 1):
            over = hours - self.rules.longest_week.asks
            if over > _SMALL:
                says = say("week {week}: {hours} hours", week=week, hours=Exact(hours))
                self._say("longest week", says, over, self.rules.longest_week)
            if hours > most + _SMALL and not averaged:
                says = say(
                    "week {week}: {hours} hours, {most} by contract",
                    week=week, hours=Exact(hours), most=Exact(most),
                )  # fmt: skip
                self._say("contract hours", says, hours - most, contract)
        over = sum(by_week) - self.weeks * most
        if averaged and over > _SMALL:
            says = say(
                "{hours} hours in {weeks} weeks, {most} by contract", hours=Exact(sum(by_week)),
                weeks=self.weeks, most=Exact(self.weeks * most),
            )  # fmt: skip
            self._say("contract hours", says, over, contract)

    def _sundays(self) -> None:
        """Free Sundays over the whole roster."""
        worked, rule = len({s.day for s in self.shifts if s.weekday == 6}), self.rules.sundays
        if worked > rule.asks:
            says = say("{n} Sundays, not {asked}", n=worked, asked=Exact(rule.asks))
            self._say("free Sundays", says, worked - rule.asks, rule)
