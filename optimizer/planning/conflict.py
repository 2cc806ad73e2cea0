"""Why no plan obeys every rule: the rules at odds, and what would have to give way.

Each rule is left aside by itself: where the engine then finds a plan, that plan proves that this
rule alone could give way. Beside a single such rule, and where there is none, rules are taken back
one after the other for as long as there is a plan; those that never can be must give way together
(the deletion filter of J. W. Chinneck and E. W. Dravnieks, "Locating minimal infeasible constraint
sets in linear programs", ORSA Journal on Computing 3, 1991, pages 157-168). All of it takes one or
two dozen answers of the engine, always the same ones.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.case import Case, Service
from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.firmness import OFF
from optimizer.language import Exact, Listed, Said, said, say, say_n
from optimizer.planning.engine import Found, find
from optimizer.planning.house_rules import ANY_HOUR, in_force
from optimizer.planning.response import Potential
from optimizer.planning.rules import legal_hours
from optimizer.planning.week import Week, week_of

_MORE_PEOPLE = 3  # at a time than max_staff, to see whether that stands in the way
_ROUNDING = 1e-6  # hours
_OF_LIMIT = (1.0, 0.98, 0.95, 0.9)
_UNLIKE = 0.1  # share by which what hours count may differ


@dataclass(frozen=True, eq=False)
class _Rule:
    """A rule, the changes that do without it, and what a person can do about it.

    `way` is given the case without this rule, and without all others that give way with it.
    """

    says: Said
    way: Callable[[Case, Potential], Said]
    changes: Mapping[str, Any]


def is_impossible(week: Week) -> bool:
    """Whether the engine can prove that no plan has hours enough; others may be impossible, too."""
    if _lacks_hours(week):
        return True
    least = _fewest_hours(week)
    return least is not None and -least.bound > _limit(week)


def refusal(case: Case, potential: Potential, *, proven: bool) -> PlanError:
    """What to say of a case without a plan.

    Parameters
    ----------
    proven
        Whether it is certain that there is none; else the rules are only suspected.
    """
    ways = _ways_out(case, potential)
    if not ways:
        return PlanError(
            say("no shifts give the staff that any open day needs"),
            cure=say("Look at labour.shift_hours, service.min_staff and service.max_staff."),
        )
    at_odds = [rule.says for rule in _rules(case, potential) if rule.says in _names(ways)]
    rules = Listed(at_odds, "semicolon")
    if not proven:
        what = say("no plan was found; it seems that these cannot all hold: {rules}", rules=rules)
    elif len(at_odds) == 1:
        what = say("no plan obeys this rule: {rules}", rules=rules)
    else:
        what = say("no plan obeys every rule; these cannot all hold: {rules}", rules=rules)
    told = [_told(case, potential, way) for way in ways]
    if len(told) == 1:
        return PlanError(what, cure=say("A way out: {way}.", way=told[0]))
    return PlanError(what, cure=say("Do one of these: {ways}.", ways=Listed(told, "semicolon")))


def _ways_out(case: Case, potential: Potential) -> list[list[_Rule]]:
    """Rules that may give way each alone; and together, where fewer than two can alone."""
    rules = list(_rules(case, potential))

    def works(loose: list[_Rule]) -> bool:
        return _has_plan(_without(case, loose), potential)

    ways = [[rule] for rule in rules if works([rule])]
    together = [rule for rule in rules if [rule] not in ways]
    if len(ways) < 2 and works(together):
        for rule in tuple(together):  # the last ones are the likeliest to stay
            fewer = [other for other in together if other is not rule]
            if works(fewer):
                together = fewer
        ways.append(together)
    return ways


def _names(ways: list[list[_Rule]]) -> set[str]:
    return {rule.says for way in ways for rule in way}


def _without(case: Case, loose: list[_Rule]) -> Case:
    for rule in loose:
        case = with_changes(case, rule.changes)
    return case


def _told(case: Case, potential: Potential, way: list[_Rule]) -> Said:
    without = _without(case, way)
    return said(value=Listed(rule.way(without, potential) for rule in way))


def _has_plan(case: Case, potential: Potential) -> bool:
    try:
        week = week_of(case, potential)
    except PlanError:  # some other rule leaves no week to plan
        return False
    if _lacks_hours(week):
        return False
    least = _fewest_hours(week)
    return least is not None and least.paid_hours <= _limit(week)


def _limit(week: Week) -> float:
    """Paid hours that may be used, at any price."""
    if week.limit is None or math.isfinite(week.limit_price):
        return math.inf
    return week.limit + _ROUNDING


def _lacks_hours(week: Week) -> bool:
    """Whether the hours to be open are too many for the days, the range, or the least staff."""
    shortest, longest = week.open_hours
    everybody = week.least.reshape(-1, *week.allowed.shape).sum(axis=0)[week.allowed]
    might = np.minimum(week.allowed.sum(axis=1), week.longest_open).sum() * week.hour
    must = max(shortest, week.forced.sum() * week.hour)
    return must > min(longest, might) + _ROUNDING or must * everybody.min() > _limit(week)


def _fewest_hours(week: Week) -> Found | None:
    """The plan that takes the fewest paid hours; with their number below 0 as bound."""
    return find(_counting(replace(week, limit=None), paid=1.0))


def _counting(week: Week, *, paid: float = 0.0, open_: float = 0.0) -> Week:
    """The week in which nothing counts but paid hours, which cost, and open ones, which earn.

    Where the open hours of the week matter no two of them count quite the same, and none more than
    it is: of days that are all alike a price on hours opens all or none.
    """
    gain_open, labour = np.zeros_like(week.gain_open), np.zeros_like(week.labour)
    days, periods = week.allowed.shape
    early = np.add.outer(np.arange(days) / days, np.arange(periods)) / periods
    gain_open[:7] = open_ * week.hour * (1 - _UNLIKE * early)
    late = np.tile(early[:, ::-1], (len(labour) // 7, 1))
    unlike = 0.0 if week.open_hours == (0.0, 168.0) else _UNLIKE
    labour[:] = paid * week.hour * (1 - unlike * late)
    pause = week.pause
    return replace(
        week,
        gain_open=gain_open,
        gain_more=np.zeros_like(week.gain_more),
        labour=labour,
        before=np.zeros_like(week.before),
        after=np.zeros_like(week.after),
        pause=None if pause is None else np.where(np.isfinite(pause), 0.0, pause),
        open_day=np.full_like(week.open_day, paid * week.duty),
        kept=0.0,
    )


def _rules(case: Case, potential: Potential) -> Iterator[_Rule]:
    """The rules that the case states or obeys; those that give way most easily come last."""
    firm = in_force(case)
    hours, tidy, labour = firm.hours, firm.hours.tidy, firm.labour
    services = [role.service for role in firm.role] or [firm.service]

    def rule(says: Said, way: Said, field: str, value: Any) -> _Rule:
        return _Rule(says, lambda *_: way, {field: value})

    if legal_hours(firm) is not None:
        way = say("see whether other legal hours hold for you")
        yield rule(say("legal hours"), way, "hours.legal", ANY_HOUR)
    if hours.obligatory is not None:
        way = say("shorten the obligatory hours")
        yield rule(say("obligatory hours"), way, "hours.obligatory", None)
    if labour.keyholder and firm.employee:
        way = say("give a key to one more person")
        yield rule(say("one who holds a key is there"), way, "labour.keyholder", False)
    way = say("widen the candidate hours")
    yield rule(say("candidate hours"), way, "hours.candidate", ANY_HOUR)
    least, most = (Exact(length) for length in labour.shift_hours)
    says = say("shifts of {least} to {most} hours", least=least, most=most)
    yield rule(says, say("allow shorter or longer shifts"), "rules.shift_hours", OFF)
    if labour.rest_hours:
        says = say("{hours} hours of rest from closing to opening", hours=Exact(labour.rest_hours))
        yield rule(says, say("allow a shorter rest"), "labour.rest_hours", 0.0)
    if tidy.windows_per_day == 1:
        way = say("allow a break at noon")
        yield rule(say("one opening a day"), way, "hours.tidy.windows_per_day", 2)
    if hours.per_week is not None:
        least, most = (Exact(hours) for hours in hours.per_week)
        says = say("open {least} to {most} hours a week", least=least, most=most)
        asked = hours.per_week[0]
        yield _Rule(
            says,
            lambda free, whom: _hours_to_ask_for(week_of(free, whom), asked),
            {"hours.per_week": None},
        )
    if potential.served is None:  # else nobody knows what more people would serve
        people = max(service.max_staff for service in services)
        says = say_n("at most {n} person", "at most {n} people", people)
        way = say("allow more people at a time")
        if case.role:
            roles = [replace(role, service=_larger(role.service)) for role in case.role]
            yield rule(says, way, "role", tuple(roles))
        else:
            yield rule(says, way, "service", _larger(case.service))
    if (people := max(_asked(service) for service in services)) > 1:
        says = say("at least {people} people", people=people)
        yield rule(says, say("ask for fewer people"), "rules.min_staff", OFF)
    if tidy.same_weekdays:
        way = say("let weekdays differ")
        yield rule(say("Monday to Friday alike"), way, "hours.tidy.same_weekdays", False)
    if tidy.patterns < 7:
        says = say("at most {most} different opening times", most=tidy.patterns)
        way = say("allow more different opening times")
        yield rule(says, way, "hours.tidy.patterns", 7)
    limit = week_of(case, potential).limit
    if limit is not None and not case.rules.price("paid_hours"):
        everybody = 168.0 * sum(service.max_staff + _MORE_PEOPLE for service in services)
        yield _Rule(
            say("at most {hours} paid hours a week", hours=Exact(limit)),
            lambda free, whom: _hours_to_add(week_of(free, whom), limit),
            {"labour.hours_per_week": everybody},
        )


def _larger(service: Service) -> Service:
    return replace(service, max_staff=service.max_staff + _MORE_PEOPLE)


def _asked(service: Service) -> int:
    return max([service.min_staff, *(asked.staff for asked in service.min_staff_at)])


def _hours_to_ask_for(week: Week, least: float) -> Said:
    """Open hours a week that can be had, the others given."""
    limit, counted = week.limit, _counting(week, open_=1.0)
    # Whole shifts take more hours than split ones, for which the engine leaves no room.
    limits = [None] if limit is None else [share * limit for share in _OF_LIMIT]
    longest = [find(replace(counted, limit=hours)) for hours in limits]
    most = max((found.open_hours for found in longest if found is not None), default=math.inf)
    if most < least - _ROUNDING:
        return say("ask for fewer open hours a week: {hours} would do", hours=Exact(most))
    shortest = find(_counting(week, open_=-1.0))
    if shortest is None:
        return say("ask for other hours per week")
    return say("allow more open hours a week: {hours} would do", hours=Exact(shortest.open_hours))


def _hours_to_add(week: Week, limit: float) -> Said:
    fewest = _fewest_hours(week)
    missing = limit if fewest is None else fewest.paid_hours - limit
    hours = Exact(math.ceil(100 * missing - _ROUNDING) / 100)
    return say("allow {hours} more paid hours a week", hours=hours)
