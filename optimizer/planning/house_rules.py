"""Rules that the shop sets itself, each strict, at a price, or off: by how much a week misses them.

Judged from the opening hours and the people at work alone, whoever planned them.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from optimizer.case import Case, Service
from optimizer.firmness import OFF, STRICT, Rules
from optimizer.language import Said, say
from optimizer.opening import OpeningHours
from optimizer.planning.rules import legal_hours
from optimizer.timegrid import MINUTES_PER_DAY, TimeGrid

ANY_HOUR = OpeningHours.parse("24/7")
WEEKDAYS_ALIKE = 5  # Monday to Friday

RULE_NAMES = {
    "min_staff": say("hours with a person missing"),
    "obligatory": say("obligatory hours closed"),
    "open_hours": say("hours open outside the weekly range"),
    "paid_hours": say("paid hours above the weekly limit"),
    "rest": say("hours of rest missing between days"),
    "patterns": say("opening times too many"),
    "same_weekdays": say("weekdays unlike the others"),
}


@dataclass(frozen=True)
class Missed:
    """A rule with a price that a week misses: by how many of its units, and what one costs."""

    rule: str
    amount: float
    price: float

    @property
    def cost(self) -> float:
        """Price of it all, in money a week; no money changes hands."""
        return self.amount * self.price

    @property
    def says(self) -> Said:
        """In words."""
        return RULE_NAMES[self.rule]


NEVER_BINDS = 168_000.0  # paid hours a week of a thousand people around the clock


def in_force(case: Case) -> Case:
    """The case with none but its strict rules: what is priced or off stands in nobody's way."""
    if case.rules == Rules():
        return case
    rules, hours, labour = case.rules, case.hours, case.labour
    loose = {field.name for field in fields(rules) if not rules.is_strict(field.name)}

    def unless(strict: str, **neutral: Any) -> dict[str, Any]:
        return neutral if strict in loose else {}

    one_each = unless("min_staff", min_staff=1, min_staff_at=())
    tidy = replace(
        hours.tidy,
        **unless("patterns", patterns=7),
        **unless("same_weekdays", same_weekdays=False),
    )
    return replace(
        case,
        hours=replace(
            hours,
            tidy=tidy,
            **unless("obligatory", obligatory=None),
            **unless("open_hours", per_week=None),
            **unless("legal", legal=ANY_HOUR),
        ),
        service=replace(case.service, **one_each),
        role=tuple(replace(role, service=_eased(role.service, one_each)) for role in case.role),
        labour=replace(
            labour,
            **unless("rest", rest_hours=0.0),
            # Not None, which would mean what the contracts allow.
            **unless("paid_hours", hours_per_week=NEVER_BINDS if case.employee else None),
            **unless("keyholder", keyholder=False),
            **unless("shift_hours", shift_hours=(case.grid.period_hours, 24.0)),
        ),
        rules=Rules(),
    )


def _eased(service: Service, one_each: dict[str, Any]) -> Service:
    return replace(service, **one_each) if service.min_staff else service


def behind_doors(case: Case) -> Case:
    """The case that says who works before opening and after closing: priced rules are obeyed."""
    return case if case.rules.min_staff != OFF else in_force(case)


def firmly(case: Case, names: tuple[str, ...], *, strict: bool) -> Case:
    """The case with the priced ones of some rules made strict, or dropped."""
    firm = {name: STRICT if strict else OFF for name in names if case.rules.price(name)}
    return replace(case, rules=replace(case.rules, **firm)) if firm else case


def needed_staff(service: Service, grid: TimeGrid) -> np.ndarray:
    """People who must be there in each period that is open, int of shape (W,)."""
    needed = np.full(grid.periods_per_week, service.min_staff)
    for asked in service.min_staff_at:
        needed = np.where(asked.hours.week_share(grid) > 0, np.maximum(needed, asked.staff), needed)
    return needed


def everybody_needed(case: Case) -> np.ndarray:
    """People of all roles who must be there in each period that is open, int of shape (W,)."""
    services = [role.service for role in case.role] or [case.service]
    total: np.ndarray = np.sum([needed_staff(each, case.grid) for each in services], axis=0)
    return total


def keyholders_hours(case: Case) -> float | None:
    """Hours a week for which somebody with a key can be there; None = as many as wanted."""
    if not case.labour.keyholder or not case.employee:
        return None
    return sum(person.contract_hours[1] for person in case.employee if person.keyholder)


def missed(
    case: Case, opening: np.ndarray, staff: np.ndarray, paid_hours: float
) -> tuple[Missed, ...]:
    """Rules with a price that a week misses, with what that costs.

    Parameters
    ----------
    opening
        Share of each period that is open, shape (W,).
    staff
        People at work in each role (a single one where there are none), shape (R, W).
    """
    found = []
    for rule in RULE_NAMES:
        if price := case.rules.price(rule):
            amount = _AMOUNTS[rule](case, opening, staff, paid_hours)
            if amount > 1e-9:
                found.append(Missed(rule, float(amount), price))
    return tuple(found)


def longest_window(case: Case, weekday: int) -> int:
    """Longest time in minutes, on the steps, that the case allows to be open on a weekday."""
    step = max(case.hours.tidy.step_minutes, case.period_minutes)
    law = legal_hours(case)
    legal = [(0, MINUTES_PER_DAY)] if law is None else law.when.windows(weekday)
    overlaps = [
        min(b, d, MINUTES_PER_DAY) // step * step - -(-max(a, c) // step) * step
        for a, b in case.hours.candidate.windows(weekday)
        for c, d in legal
    ]
    return max(overlaps, default=0)


def able_weekdays(case: Case) -> list[int]:
    """Of Monday to Friday those that may be open for a shift."""
    shortest = 60 * case.labour.shift_hours[0]
    return [day for day in range(WEEKDAYS_ALIKE) if longest_window(case, day) >= shortest]


def _people_missing(case: Case, opening: np.ndarray, staff: np.ndarray, _: float) -> float:
    services = [role.service for role in case.role] or [case.service]
    needed = np.array([needed_staff(service, case.grid) for service in services])
    return float((np.maximum(needed - staff, 0) @ opening).sum() * case.grid.period_hours)


def _obligatory_closed(case: Case, opening: np.ndarray, _staff: np.ndarray, _: float) -> float:
    if case.hours.obligatory is None:
        return 0.0
    asked = case.hours.obligatory.week_share(case.grid)
    return float(np.maximum(asked - opening, 0).sum() * case.grid.period_hours)


def _open_outside(case: Case, opening: np.ndarray, _staff: np.ndarray, _: float) -> float:
    least, most = case.hours.per_week or (0.0, 168.0)
    hours = float(opening.sum() * case.grid.period_hours)
    return max(least - hours, hours - most, 0.0)


def _paid_above(case: Case, _opening: np.ndarray, _staff: np.ndarray, paid_hours: float) -> float:
    return max(paid_hours - (case.paid_hours_limit or np.inf), 0.0)


def _rest_missing(case: Case, opening: np.ndarray, _staff: np.ndarray, _: float) -> float:
    """A night in which the doors stay open has no rest to measure."""
    days = opening.reshape(7, -1)
    missing = 0.0
    for today, tomorrow in zip(days, np.roll(days, -1, axis=0), strict=True):
        if not today.any() or not tomorrow.any() or (today[-1] and tomorrow[0]):
            continue
        last, first = np.flatnonzero(today)[-1], np.flatnonzero(tomorrow)[0]
        rest = len(today) - (last + today[last]) + first + 1 - tomorrow[first]
        missing += max(case.labour.rest_hours - rest * case.grid.period_hours, 0.0)
    return missing


def _patterns_above(case: Case, opening: np.ndarray, _staff: np.ndarray, _: float) -> float:
    times = {tuple(day) for day in opening.reshape(7, -1).tolist() if any(day)}
    return max(len(times) - case.hours.tidy.patterns, 0)


def _weekdays_unlike(case: Case, opening: np.ndarray, _staff: np.ndarray, _: float) -> float:
    if not case.hours.tidy.same_weekdays:
        return 0.0
    times = [tuple(opening.reshape(7, -1)[day].tolist()) for day in able_weekdays(case)]
    return len(times) - max((times.count(time) for time in times), default=0)


_AMOUNTS = {
    "min_staff": _people_missing,
    "obligatory": _obligatory_closed,
    "open_hours": _open_outside,
    "paid_hours": _paid_above,
    "rest": _rest_missing,
    "patterns": _patterns_above,
    "same_weekdays": _weekdays_unlike,
}
