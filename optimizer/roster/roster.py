"""A roster: who works when, what it costs, which needs are not met, and which rules it bends."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from optimizer.timegrid import MINUTES_PER_DAY


@dataclass(frozen=True, order=True)
class Assignment:
    """One person's shift on one day; one unpaid break, or none.

    Days are counted from the roster's first Monday; minutes from the midnight at which the day
    begins.
    """

    day: int
    person: str
    start_minute: int
    end_minute: int
    break_start_minute: int | None = None
    break_minutes: int = 0
    role: str = ""

    @property
    def weekday(self) -> int:
        """0 = Monday."""
        return self.day % 7

    @property
    def paid_hours(self) -> float:
        """Hours without the break."""
        return (self.end_minute - self.start_minute - self.break_minutes) / 60

    def present(self, period_minutes: int) -> np.ndarray:
        """Whether the person is at work in each period of the day, bool of shape (P,)."""
        here = np.zeros(MINUTES_PER_DAY // period_minutes, dtype=bool)
        here[self.start_minute // period_minutes : self.end_minute // period_minutes] = True
        if self.break_start_minute is not None:
            back = self.break_start_minute + self.break_minutes
            here[self.break_start_minute // period_minutes : back // period_minutes] = False
        return here


@dataclass(frozen=True)
class Unmet:
    """A need that nobody meets: `missing` people on a day, and what their absence costs."""

    day: int
    start_minute: int
    end_minute: int
    missing: int
    cost: float  # money
    what: str = "staff"  # or "keyholder"


@dataclass(frozen=True)
class Broken:
    """A rule that the roster does not keep: whose, when, in words, and its price in money.

    `price` is None for a rule that is strict.
    """

    rule: str
    person: str
    says: str
    price: float | None = None


@dataclass(frozen=True)
class Relaxation:
    """Something that could give way, and what the shop would gain by it each week, in money.

    `cost` is the pay of people whom it would hire; the gain is what is left after it, and may be
    negative.
    """

    says: str
    gain: float
    cost: float = 0.0


@dataclass(frozen=True)
class Pay:
    """What one person is paid for over the roster: hours, and money with the employer's on-cost."""

    person: str
    paid_hours: float
    supplement_hours: tuple[tuple[str, float], ...]  # by supplement of the rule pack
    wage: float  # money before supplements
    supplements: float  # money
    guaranteed: float = 0.0  # contract hours paid without work, in hours


@dataclass(frozen=True)
class Share:
    """One person's part in the work that nobody likes, beside the fair part by contract hours."""

    person: str
    kind: str  # "evenings" | "Saturdays" | "Sundays"
    hours: float
    fair_hours: float


@dataclass(frozen=True)
class Roster:
    """Who works when, over one or several weeks.

    Parameters
    ----------
    people
        Everybody, also those who do not work.
    first
        The Monday with which it begins; None for a typical week.
    value
        What it earns over all its weeks, in money: margin kept, less pay, opening costs and the
        prices of unmet needs, wishes and rules that give way.
    bound
        What no roster can exceed.
    status
        "optimal" when the gap is below one in a thousand, else "feasible"; "stopped" by a person,
        or "edited" by hand.
    currency
        Unit of all that is called money; "customers" where no money is known.
    """

    people: tuple[str, ...]
    weeks: int
    first: date | None
    period_minutes: int
    assignments: tuple[Assignment, ...]
    unmet: tuple[Unmet, ...]
    broken: tuple[Broken, ...]
    pay: tuple[Pay, ...]
    shares: tuple[Share, ...]
    relaxations: tuple[Relaxation, ...]
    value: float
    bound: float
    status: str
    seconds: float
    currency: str

    @property
    def gap(self) -> float:
        """Proven relative distance to the best; 0 where it is less than a cent."""
        missing = self.bound - self.value
        return missing / max(abs(self.value), 0.01) if missing > 0.01 else 0.0

    @property
    def paid_hours(self) -> float:
        """Hours worked, over all weeks."""
        return sum(shift.paid_hours for shift in self.assignments)

    def date_of(self, day: int) -> date | None:
        """The date of a day; None for a typical week."""
        return None if self.first is None else self.first + timedelta(days=day)

    def of(self, person: str) -> tuple[Assignment, ...]:
        """One person's shifts, in order."""
        return tuple(shift for shift in self.assignments if shift.person == person)

    def with_shift(self, person: str, day: int, shift: Assignment | None) -> tuple[Assignment, ...]:
        """The assignments with one cell changed: another shift, or a day off (None)."""
        kept = [s for s in self.assignments if (s.person, s.day) != (person, day)]
        if shift is not None:
            kept.append(replace(shift, person=person, day=day))
        return tuple(sorted(kept))
