"""The people of a shop: when each can work, for how long, at what pay, and what they would like.

Facts only. What law and agreements ask of a working week stands in the rule packs.
"""

import math
from dataclasses import dataclass, fields
from datetime import date

from optimizer.errors import CaseError
from optimizer.firmness import OFF, STRICT, Firmness
from optimizer.language import say
from optimizer.opening import OpeningHours

ALWAYS = OpeningHours.parse("24/7")
NEVER = OpeningHours()
ADULT = 18  # years; younger people are protected


def _require(truth: bool, rule: str, where: str) -> None:
    if not truth:
        raise CaseError(rule, where=where)


@dataclass(frozen=True)
class Leave:
    """Days on which somebody does not work, both included: holiday, or ill."""

    first: date
    last: date
    ill: bool = False

    def __post_init__(self) -> None:
        _require(self.first <= self.last, say("must not end before it begins"), "employee.leave")


@dataclass(frozen=True)
class Wish:
    """What somebody would rather not do: work in some hours, or without a colleague.

    `price` is what it counts, in money, against the roster: 20 gives way when it costs the shop
    more than 20. It counts for each shift that touches the hours, or once for each hour of work
    without the colleague.
    """

    rather_not: OpeningHours = NEVER
    without: str = ""  # the colleague's name
    price: float = 20.0

    def __post_init__(self) -> None:
        _require(self.price >= 0, say("must not be negative"), "employee.wish.price")


@dataclass(frozen=True)
class Employee:
    """One person.

    Parameters
    ----------
    contract_hours
        Paid hours per week, at least and at most. The least are paid even if there is no work.
    available
        When they can work.
    wage
        Money per hour before supplements; None = the shop's wage, 0 = an owner who is not paid.
    area
        Of the rule pack, by which they are paid ("capital"); empty = the shop's own.
    roles
        What they can do beyond the usual; empty = the usual.
    keyholder
        Holds a key (see `labour.keyholder`).
    age
        In years, where it matters: people under 18 are protected.
    longest_day
        Paid hours a day, at most; None = as the rules say.
    fixed
        Shifts that stand already: they work exactly these on those days.
    leave
        Dates without work.
    wish
        What they would like.
    """

    name: str
    contract_hours: tuple[float, float] = (0.0, 37.5)
    available: OpeningHours = ALWAYS
    wage: float | None = None
    area: str = ""
    roles: tuple[str, ...] = ()
    keyholder: bool = False
    age: int | None = None
    longest_day: float | None = None
    fixed: OpeningHours = NEVER
    leave: tuple[Leave, ...] = ()
    wish: tuple[Wish, ...] = ()

    def __post_init__(self) -> None:
        least, most = self.contract_hours
        rule = say("must rise, between 0 and 48")
        _require(0 <= least <= most <= 48, rule, "employee.contract_hours")
        _require(self.wage is None or self.wage >= 0, say("must not be negative"), "employee.wage")
        rule = say("must be between 13 and 99")
        _require(self.age is None or 13 <= self.age <= 99, rule, "employee.age")
        shifts = max(len(self.fixed.windows(weekday)) for weekday in range(7))
        _require(shifts <= 1, say("must be one shift a day at most"), "employee.fixed")
        longest, rule = self.longest_day, say("must be within 24 hours")
        _require(longest is None or 0 < longest <= 24, rule, "employee.longest_day")

    @property
    def is_young(self) -> bool:
        """Whether the protection of young workers holds for them."""
        return self.age is not None and self.age < ADULT


@dataclass(frozen=True)
class RosterRules:
    """How rosters are made: over how many weeks, how fair, and how firmly each rule holds.

    Rules are "strict", "off", or have a price in money for each unit by which they are missed. What
    they ask for (11 hours of rest, ...) stands in the rule pack.

    Parameters
    ----------
    averaging_weeks
        Weeks over which contract hours may be averaged; 1 = they hold in every week.
    fair_price
        What an hour counts that somebody works beyond their fair part of all evenings, Saturdays or
        Sundays, in money.
    """

    averaging_weeks: int = 1
    fair_price: float = 0.5
    contract_hours: Firmness = STRICT  # unit: an hour above the contract, beside its pay
    longest_day: Firmness = STRICT  # an hour
    longest_week: Firmness = STRICT  # an hour
    daily_rest: Firmness = STRICT  # an hour of rest that is missing
    weekly_rest: Firmness = STRICT  # a week without it
    days_in_a_row: Firmness = STRICT  # a day
    nights_in_a_row: Firmness = STRICT  # a night
    free_sundays: Firmness = STRICT  # a Sunday
    notice: Firmness = 25.0  # a shift that changes once people know their roster

    def __post_init__(self) -> None:
        rule = say("must be between 1 and 52")
        _require(1 <= self.averaging_weeks <= 52, rule, "roster.averaging_weeks")
        _require(self.fair_price >= 0, say("must not be negative"), "roster.fair_price")
        for field in fields(self)[2:]:
            value = getattr(self, field.name)
            fits = value in (STRICT, OFF) or (not isinstance(value, str) and value > 0)
            rule = say('must be "strict", "off" or a price above 0')
            _require(fits, rule, f"roster.{field.name}")

    def price(self, rule: str) -> float:
        """Of a unit by which a rule is missed: infinite where it is strict, 0 where it is off."""
        value = getattr(self, rule)
        if isinstance(value, str):
            return math.inf if value == STRICT else 0.0
        return value
