"""A campaign that brings a crowd: what the staff planned lose, what more staff would save, and what
sending the same mailing over several days would.

The crowd are customers who come because of the campaign, on top of a typical week; they queue with
everybody else. Waits are those of the queue in steady state within each period (see `response`).
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from optimizer.case import Case, Service
from optimizer.errors import PlanError
from optimizer.language import say
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.plan import Plan
from optimizer.planning.recapture import recapture
from optimizer.planning.response import Potential

MOST_PEOPLE = 12  # who may be at work when a crowd comes


@dataclass(frozen=True)
class Surge:
    """`times` the usual demand on one weekday between two minutes of the day.

    Spread over `days`, the same further customers come in equal parts on this weekday and the ones
    before it, at the same hours: a mailing sent in parts.
    """

    weekday: int
    start_minute: int
    end_minute: int
    times: float
    days: int = 1

    def __post_init__(self) -> None:
        rules = {
            say("the surge must begin on a weekday from 0 to 6"): 0 <= self.weekday <= 6,
            say("the surge must end after it starts"): 0
            <= self.start_minute
            < self.end_minute
            <= 1440,
            say("a surge brings more than the usual demand"): self.times > 1,
            say("a surge is spread over 1 to 7 days"): 1 <= self.days <= 7,
        }
        for rule, holds in rules.items():
            if not holds:
                raise PlanError(rule, where="surge")


def surged(potential: Potential, surge: Surge) -> Potential:
    """The potential of a week with the surge.

    Raises
    ------
    PlanError
        What the staff serve is known for the usual demand only, as at a desk of several channels.
    """
    if potential.served is not None:
        raise PlanError(say("a campaign cannot be tried on a desk of several channels"))
    draws, periods = potential.customers.shape
    minutes = 7 * 1440 // periods
    week = potential.customers.reshape(draws, 7, -1).copy()
    begin = np.arange(week.shape[2]) * minutes
    overlap = np.minimum(begin + minutes, surge.end_minute) - np.maximum(begin, surge.start_minute)
    share = np.clip(overlap / minutes, 0, 1)
    extra = potential.customers.reshape(draws, 7, -1)[:, surge.weekday] * share * (surge.times - 1)
    for back in range(surge.days):
        week[:, (surge.weekday - back) % 7] += extra / surge.days
    return replace(potential, customers=week.reshape(draws, periods))


@dataclass(frozen=True, eq=False)
class SurgeAnswer:
    """What a surge does to one week of a plan; customers and money of that week, on average.

    Parameters
    ----------
    extra
        Customers whom the campaign brings.
    lost, lost_staffed, lost_spread
        Customers lost more than in a usual week, to the queue or a closed door: with the staff
        planned, with the staff that pays best on that day, and with the staff planned when the
        mailing is spread over the days.
    gain_staffed, gain_spread
        What the best staff, or the spreading, earns beside the staff planned and one day.
    people
        Most people at work at once with the best staff.
    more_hours
        Paid hours more than planned with it.
    planned, needed
        People at work in each period, planned and best, shape (W,).
    days
        Over which the mailing is spread.
    """

    extra: float
    lost: float
    lost_staffed: float
    lost_spread: float
    gain_staffed: float
    gain_spread: float
    people: int
    more_hours: float
    planned: np.ndarray
    needed: np.ndarray
    days: int


def answer_surge(case: Case, potential: Potential, plan: Plan, surge: Surge) -> SurgeAnswer:
    """What a campaign brings and loses under a plan, and two ways to lose less.

    The doors open as the plan says; the limit on paid hours of an ordinary week is left aside.
    """
    one_day = surged(potential, replace(surge, days=1))
    roomy = _with_room(case, plan)
    best = optimize(roomy, one_day, time_limit=0)
    of_day = np.repeat(np.arange(7) == surge.weekday, case.grid.periods_per_day)
    needed = np.where(of_day, best.staff_by_role, plan.staff_by_role)
    usual = _outcome(case, potential, potential, plan, plan.staff_by_role)
    crowd = _outcome(case, potential, one_day, plan, plan.staff_by_role)
    spread = _outcome(case, potential, surged(potential, surge), plan, plan.staff_by_role)
    staffed = _outcome(roomy, potential, one_day, plan, needed)
    return SurgeAnswer(
        extra=float((one_day.customers - potential.customers).sum(axis=1).mean()),
        lost=crowd.lost - usual.lost,
        lost_staffed=staffed.lost - usual.lost,
        lost_spread=spread.lost - usual.lost,
        gain_staffed=staffed.profit - crowd.profit,
        gain_spread=spread.profit - crowd.profit,
        people=int(needed.sum(axis=0)[of_day].max()),
        more_hours=staffed.paid_hours - usual.paid_hours,
        planned=plan.staff,
        needed=needed.sum(axis=0),
        days=surge.days,
    )


class _Outcome(NamedTuple):
    lost: float
    profit: float
    paid_hours: float


def _outcome(
    case: Case, usual: Potential, crowd: Potential, plan: Plan, staff: np.ndarray
) -> _Outcome:
    """What a week with a crowd loses and earns.

    A closed door turns away the share that it usually does: how far customers come back was told
    for usual weeks, and a crowd must not change that of everybody else.
    """
    week = evaluate(case, crowd, plan.opening, staff)
    whom, share = crowd.thinned(), plan.opening.astype(float)
    met_closed = whom.customers * (1 - share)
    stay, stay_by_crowd = (sum(recapture(each).shares(share)) for each in (usual, crowd))
    more = (met_closed * (stay - stay_by_crowd)).sum(axis=1)
    return _Outcome(
        lost=week.walked_away + week.lost - float(more.mean()),
        profit=week.objective + float((whom.value * more).mean()),
        paid_hours=week.paid_hours,
    )


def _with_room(case: Case, plan: Plan) -> Case:
    """The case with the doors fixed as planned and room for more people."""
    hours = replace(case.hours, candidate=plan.hours, obligatory=plan.hours, per_week=None)
    return replace(
        case,
        hours=hours,
        service=_roomy(case.service),
        role=tuple(replace(role, service=_roomy(role.service)) for role in case.role),
        labour=replace(case.labour, hours_per_week=None),
        employee=(),
    )


def _roomy(service: Service) -> Service:
    return replace(service, max_staff=max(service.max_staff, MOST_PEOPLE))
