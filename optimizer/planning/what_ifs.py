"""What-ifs by name: the ones that people ask of every shop, and what is based on what.

A what-if is a mapping from fields of the case to other values (see `compare`).
"""

from collections.abc import Mapping
from typing import Any

from optimizer.case import Case
from optimizer.errors import CaseError
from optimizer.language import Listed, Percent, say
from optimizer.opening import OpeningHours
from optimizer.people import Employee
from optimizer.planning.rules import NONE, rule_pack
from optimizer.planning.scenario import TIMES
from optimizer.timegrid import MINUTES_PER_DAY

BASED_ON = "based_on"
WAGE_STEP, SEASON = 0.10, 1.30  # a usual rise, and a usual holiday season
WEEK = 37.5  # contract hours of one more person

Changes = Mapping[str, Any]


def usual_what_ifs(case: Case, today: OpeningHours, *, in_money: bool = True) -> dict[str, Changes]:
    """The what-ifs that people ask, for one shop; those that change nothing are left out.

    Wages and supplements change nothing where no sale is worth money (`in_money` is False).
    """
    wage = case.economics.labour_cost_per_hour / (1 + case.economics.on_cost)
    dearer = say("wages up by {share}", share=Percent(WAGE_STEP))
    return {
        say("today, but an hour longer"): {"hours.current": _moved(today, 60)},
        say("today, but an hour shorter"): {"hours.current": _moved(today, -60)},
        **({dearer: {"economics.wage": round(wage * (1 + WAGE_STEP), 2)}} if in_money else {}),
        say("one more person"): _one_more(case),
        **({say("one person fewer"): _one_fewer(case)} if _one_fewer(case) else {}),
        say("a holiday season: {share} more customers", share=Percent(SEASON - 1)): {TIMES: SEASON},
        say("a rival that stays open"): {"displacement.lost": _more_lost(case)},
        **_rules_dropped(case),
    }


def _moved(hours: OpeningHours, minutes: int) -> OpeningHours:
    """Every day closes so much later or earlier, as far as the day reaches."""
    days = []
    for day in range(7):
        windows = list(hours.windows(day))
        if windows:
            opens, closes = windows[-1]
            windows[-1] = opens, max(min(closes + minutes, MINUTES_PER_DAY), opens + 60)
        days.append(windows)
    return OpeningHours.daily(days)


def _one_more(case: Case) -> Changes:
    changes: dict[str, Any] = {"service.max_staff": case.service.max_staff + 1}
    if case.labour.hours_per_week is not None:
        changes["labour.hours_per_week"] = case.labour.hours_per_week + WEEK
    elif case.employee:
        changes["employee"] = (*case.employee, Employee("+1", (0.0, WEEK)))
    return changes


def _one_fewer(case: Case) -> Changes:
    """Empty where nobody could go: with the least staff, or the last person of the list."""
    if case.labour.hours_per_week is None and len(case.employee) > 1:
        return {"employee": case.employee[:-1]}
    if case.service.max_staff > case.service.min_staff:
        return {"service.max_staff": case.service.max_staff - 1}
    return {}


def _more_lost(case: Case) -> tuple[float, float, float]:
    """Half of those who would else come back, or buy on the web, go to the rival."""
    low, likely, high = case.displacement.lost or (0.2, 0.5, 0.8)
    return 1 - (1 - low) / 2, 1 - (1 - likely) / 2, 1 - (1 - high) / 2


def _rules_dropped(case: Case) -> dict[str, Changes]:
    found: dict[str, Changes] = {}
    if case.paid_hours_limit is not None:
        free = {"labour.hours_per_week": None, "employee": ()}
        found[say("no limit on paid hours")] = free
    if rule_pack(case) is not None:
        found[say("no supplements and no legal hours")] = {"labour.rules": NONE}
    if case.hours.tidy.same_weekdays:
        found[say("weekdays that differ")] = {"hours.tidy.same_weekdays": False}
    if case.service.min_staff > 1:
        found[say("one person alone allowed")] = {"service.min_staff": 1}
    return found


def unfolded(what_ifs: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each what-if with the changes of the one that it is `based_on`, if any, and then its own.

    Raises
    ------
    CaseError
        A what-if is based on one that does not exist, or on itself by a detour.
    """

    def changes(name: str, above: tuple[str, ...]) -> dict[str, Any]:
        own = dict(what_ifs[name])
        base = own.pop(BASED_ON, "")
        if not base:
            return own
        if base not in what_ifs or base in above:
            raise CaseError(
                say('it is based on "{base}", which is no what-if above it', base=base),
                where=name,
                cure=say("Known: {names}.", names=Listed(what_ifs, "comma")),
            )
        return changes(base, (*above, base)) | own

    return {name: changes(name, (name,)) for name in what_ifs}
