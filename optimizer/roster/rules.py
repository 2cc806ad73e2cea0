"""Rules of working time: what each asks of a person.

The numbers come from the shop's rule pack; where it has none, from the European floor. How firmly a
rule holds is the case's own choice (`people.RosterRules`): a price counts per unit missed.
"""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from optimizer.case import Case
from optimizer.errors import CaseError
from optimizer.language import Listed, Money, Said, say
from optimizer.people import Employee
from optimizer.planning.rules import NONE, RulePack, read_pack, rule_pack
from optimizer.timegrid import MINUTES_PER_DAY

FLOOR = "eu-floor-2003"  # holds where a pack says nothing
NIGHT = (23 * 60, 30 * 60)  # minutes of the day; a shift with 3 hours of it is a night shift
NIGHT_MINUTES = 180
LOCKED_PRICE = 1e4  # money: what a strict rule counts for people whose shifts stand already
LEAST_WAGE = "least wage"
_SUNDAYS_PER_YEAR = 52
_CENT = 0.005

# Directive 94/33/EC on young people at work, articles 8 to 10.
YOUNG_LONGEST_DAY, YOUNG_LONGEST_WEEK, YOUNG_REST, YOUNG_WEEKLY_REST = 8.0, 40.0, 12.0, 48.0
YOUNG_HOURS = (6 * 60, 22 * 60)


class Rule(NamedTuple):
    """What a rule asks for, and the price of missing it by a unit: infinite = strict, 0 = off."""

    asks: float
    price: float


@dataclass(frozen=True)
class WorkingTime:
    """What the rules ask of one person; hours and days, in the units of `RosterRules`."""

    longest_day: Rule
    longest_week: Rule
    daily_rest: Rule
    weekly_rest: Rule
    days_in_a_row: Rule
    nights_in_a_row: Rule
    sundays: Rule  # that may be worked in the whole roster

    @property
    def bent(self) -> "WorkingTime":
        """The same with strict rules at a high price: for shifts that somebody has fixed."""
        return WorkingTime(*(Rule(r.asks, min(r.price, LOCKED_PRICE)) for r in self._rules))

    @property
    def _rules(self) -> tuple[Rule, ...]:
        return tuple(getattr(self, name) for name in WorkingTime.__dataclass_fields__)


def working_time(case: Case, person: Employee, weeks: int) -> WorkingTime:
    """The rules for one person in a roster of so many weeks."""
    said = _values(case)

    def rule(name: str, fact: str, otherwise: float) -> Rule:
        price = case.roster.price(name)
        return Rule(said.get(fact, otherwise), price if fact in said else 0.0)

    found = WorkingTime(
        longest_day=rule("longest_day", "longest day", 24.0),
        longest_week=rule("longest_week", "longest week", 168.0),
        daily_rest=rule("daily_rest", "daily rest", 0.0),
        weekly_rest=rule("weekly_rest", "weekly rest", 0.0),
        days_in_a_row=rule("days_in_a_row", "days in a row", math.inf),
        nights_in_a_row=rule("nights_in_a_row", "nights in a row", math.inf),
        sundays=rule("free_sundays", "free sundays", math.inf),
    )
    if "free sundays" in said:
        free = math.floor(said["free sundays"] * weeks / _SUNDAYS_PER_YEAR)
        found = replace(found, sundays=Rule(weeks - free, found.sundays.price if free else 0.0))
    if person.longest_day is not None:
        shorter = min(person.longest_day, found.longest_day.asks)
        found = replace(found, longest_day=Rule(shorter, math.inf))
    if person.is_young:
        found = replace(
            found,
            longest_day=Rule(min(found.longest_day.asks, YOUNG_LONGEST_DAY), math.inf),
            longest_week=Rule(min(found.longest_week.asks, YOUNG_LONGEST_WEEK), math.inf),
            daily_rest=Rule(max(found.daily_rest.asks, YOUNG_REST), math.inf),
            weekly_rest=Rule(max(found.weekly_rest.asks, YOUNG_WEEKLY_REST), math.inf),
        )
    return found


def pack_of(case: Case, person: Employee) -> RulePack | None:
    """The rule pack by which somebody is paid: the shop's own, in their area where they have one.

    Raises
    ------
    CaseError
        The pack has no such area.
    """
    pack = rule_pack(case)
    if pack is None or not person.area:
        return pack
    try:
        return read_pack(pack.name, person.area)
    except CaseError as error:
        raise CaseError(error.what, where="employee.area", cure=error.cure) from None


def check_facts(case: Case) -> None:
    """Refuse people of an area or a role that there is not.

    Raises
    ------
    CaseError
        Somebody has one.
    """
    roles = [role.name for role in case.role]
    for person in case.employee:
        pack_of(case, person)
        for role in person.roles if roles else ():
            if role not in roles:
                raise CaseError(
                    say('{person}: there is no role "{role}"', person=person.name, role=role),
                    where="employee.roles",
                    cure=say("Known here: {known}.", known=Listed(roles, "comma")),
                )


def underpaid(case: Case) -> list[Said]:
    """Who earns less an hour than the rule pack's least wage in their area, in words.

    Owners who are not paid, and people under 18, of whom the packs say nothing, are left out.
    """
    usual = case.economics.labour_cost_per_hour / (1 + case.economics.on_cost)
    told = []
    for person in case.employee:
        pack = pack_of(case, person)
        wage = usual if person.wage is None else person.wage
        if pack is None or not wage or person.is_young:
            continue
        for fact in pack.facts:
            if fact.id == LEAST_WAGE and fact.value is not None and wage < fact.value - _CENT:
                told.append(
                    say("{person} earns {wage} an hour, less than the least that is known: {rule}.",
                        person=person.name, wage=Money(wage, case.currency, 2), rule=say(fact.says))
                )  # fmt: skip
    return told


def known_by(case: Case, first: date) -> date | None:
    """The day by which people must know a roster that begins on `first`; None without such a rule.

    The notice of the rule pack counts in days.
    """
    notice = _values(case).get("roster notice")
    return None if notice is None else first - timedelta(days=round(notice))


def _values(case: Case) -> dict[str, float]:
    """Facts with a number: of the shop's pack, else of the floor; none if it wants no rules."""
    if case.labour.rules == NONE:
        return {}
    found = {fact.id: fact.value for fact in read_pack(FLOOR).facts if fact.value is not None}
    pack = rule_pack(case)
    if pack is not None:
        found |= {fact.id: fact.value for fact in pack.facts if fact.value is not None}
    return found


def night_minutes(start: int, end: int) -> int:
    """How much of a shift lies in the night, in minutes."""
    nights = (NIGHT, (NIGHT[0] - MINUTES_PER_DAY, NIGHT[1] - MINUTES_PER_DAY))
    return sum(max(min(end, b) - max(start, a), 0) for a, b in nights)
