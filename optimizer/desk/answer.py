"""A desk's whole answer: who meets a closed desk today, the hours that pay, and each extra hour."""

from dataclasses import dataclass, replace

import numpy as np

from optimizer.case import Case
from optimizer.data.contacts import DeskRecord
from optimizer.demand.contacts import ContactDemand, estimate_contacts
from optimizer.desk.response import (
    DeskResponse,
    mail_room,
    plan_desk,
    planned_shares,
    required_staff,
    respond_desk,
    today_shares,
    unit_of,
)
from optimizer.desk.week import DeskWeek, desk_week
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import costs, evaluate
from optimizer.planning.plan import Plan
from optimizer.planning.recapture import recapture


@dataclass(frozen=True)
class ExtraHour:
    """An hour of the week in which nobody is at the desk today, if somebody were, by itself.

    `people` want something live in it, `staff` of the desk would answer `answered` of them, which
    costs `cost` and brings `worth`, both in `unit`: what those would not bring by coming back in
    an open hour.
    """

    weekday: int
    minute: int
    people: float
    staff: int
    answered: float
    cost: float
    worth: float


@dataclass(frozen=True, eq=False)
class DeskAnswer:
    """Today's week and the proposed one, with what both rest on.

    Parameters
    ----------
    today, proposed
        The weeks as they run; `today_response` and `response` are what they were taken from.
    profit_draws, today_draws
        What the two weeks bring when the demand of their days is quiet or busy, shape (D,).
    staff_known
        Whether today's staff was counted; else it is what would pay best in today's hours.
    """

    case: Case
    demands: tuple[ContactDemand, ...]
    plan: Plan
    today: DeskWeek
    proposed: DeskWeek
    today_response: DeskResponse
    response: DeskResponse
    profit_draws: np.ndarray
    today_draws: np.ndarray
    staff_known: bool
    extra: tuple[ExtraHour, ...]
    warnings: tuple[str, ...]

    @property
    def gain(self) -> float:
        """What the proposed week brings more than today's, in the plan's unit."""
        return self.proposed.profit - self.today.profit


def answer_desk(case: Case, record: DeskRecord, *, time_limit: float = 30.0) -> DeskAnswer:
    """Plan a desk and follow its week, and today's beside it.

    Where no money is known and no limit stated, the plan may use as many paid hours as today.

    Raises
    ------
    PlanError
        No plan obeys every rule.
    """
    hours = replace(case.hours, current=record.hours)
    case = replace(case, hours=hours)
    demands = estimate_contacts(record)
    share = record.hours.week_share(case.grid)
    staff = _counted_staff(case, record, share)
    if unit_of(case) != case.currency and staff is not None and case.paid_hours_limit is None:
        paid = float(
            staff @ share * case.grid.period_hours
        )  # with no money the hours are the limit
        case = replace(case, labour=replace(case.labour, hours_per_week=paid))
    plan, response = plan_desk(case, demands, time_limit=time_limit)
    now = respond_desk(case, demands, today_shares(case, demands), mail_room(demands, share))
    today = desk_week(now, record.hours, _usual_staff(now, share) if staff is None else staff)
    proposed = desk_week(response, plan.hours, plan.staff)
    return DeskAnswer(
        case=case,
        demands=demands,
        plan=plan,
        today=today,
        proposed=proposed,
        today_response=now,
        response=response,
        profit_draws=_spread(response, proposed),
        today_draws=_spread(now, today),
        staff_known=staff is not None,
        extra=tuple(extra_hours(case, demands, record.hours)),
        warnings=record.warnings,
    )


def _spread(response: DeskResponse, week: DeskWeek) -> np.ndarray:
    """The week's profit in each draw of the demand: the spread of the steady state around it."""
    judged = evaluate(response.case, response.potential, week.opening, week.staff)
    return judged.profit_draws - judged.objective + week.profit


def judge_hours(case: Case, record: DeskRecord, hours: OpeningHours) -> DeskWeek:
    """A week under any hours, with the people that would pay best in them."""
    case = replace(case, hours=replace(case.hours, current=record.hours))
    demands = estimate_contacts(record)
    share = hours.week_share(case.grid)
    shares = planned_shares(case, demands)
    response = respond_desk(case, demands, shares, mail_room(demands, share))
    return desk_week(response, hours, _usual_staff(response, share))


def _counted_staff(case: Case, record: DeskRecord, share: np.ndarray) -> np.ndarray | None:
    """People at the desk in each period of an ordinary week, as counted, int of shape (W,)."""
    if record.staff is None:
        return None
    staff = np.zeros(share.shape).reshape(7, -1)
    for weekday in range(7):
        days = record.staff[(record.weekday == weekday) & ~record.holiday]
        seen = np.isfinite(days)
        staff[weekday] = np.nansum(days, axis=0) / np.maximum(seen.sum(axis=0), 1)
    people = np.where(share > 0, np.maximum(np.round(staff.ravel()), 1), 0).astype(int)
    return np.minimum(people, case.service.max_staff)


def _usual_staff(response: DeskResponse, share: np.ndarray) -> np.ndarray:
    """The people that would pay best in today's hours, with time for the mail, int (W,)."""
    case = response.case
    if case.desk.answer_share is not None:
        needed = np.maximum(required_staff(case, response.teams), case.service.min_staff)
        return np.where(share > 0, needed, 0)
    hours = OpeningHours.from_week(share > 0, case.grid)
    return evaluate(case, response.potential, hours).staff


def extra_hours(
    case: Case, demands: tuple[ContactDemand, ...], today: OpeningHours
) -> list[ExtraHour]:
    """What each candidate hour outside today's hours would cost and bring, by itself."""
    grid = case.grid
    free = replace(case, desk=replace(case.desk, answer_share=None))
    response = respond_desk(free, demands, planned_shares(case, demands))
    price = costs(case, response.potential)
    open_now = today.week_share(grid)
    back = recapture(response.potential).shares(open_now)[0].mean(axis=0)
    kept = response.potential.customers.mean(axis=0) * back
    earned = response.potential.served.mean(axis=0) if response.potential.served is not None else 0
    net = earned - np.arange(case.service.max_staff + 1) * price.labour[:, None]
    least = case.service.min_staff
    staff = least + net[:, least:].argmax(axis=1)
    if case.desk.answer_share is not None:
        staff = np.maximum(required_staff(case, response.teams), least)
    candidate = (case.hours.candidate.week_share(grid) > 0) & (open_now == 0)
    worth = np.take_along_axis(np.asarray(earned), staff[:, None], axis=1)[:, 0] - kept
    cost = staff * price.labour + price.open_period
    people = np.sum([team.all_contacts.mean(axis=0) for team in response.teams], axis=0)
    answered = answered_by(response, staff)
    per_hour = 60 // grid.period_minutes
    found = []
    for start in range(0, grid.periods_per_week, per_hour):
        hour = slice(start, start + per_hour)
        if candidate[hour].all():
            found.append(
                ExtraHour(
                    weekday=grid.weekday_of(start),
                    minute=start % grid.periods_per_day * grid.period_minutes,
                    people=float(people[hour].sum()),
                    staff=int(staff[hour].max()),
                    answered=float(answered[hour].sum()),
                    cost=float(cost[hour].sum()),
                    worth=float(worth[hour].sum()),
                )
            )
    return found


def answered_by(response: DeskResponse, staff: np.ndarray) -> np.ndarray:
    """Live contacts that so many people answer in each period, on average, shape (W,)."""
    case, found = response.case, np.zeros(len(staff))
    for team, people in zip(response.teams, response.staff_of(staff), strict=True):
        share = team.answered(case.service.max_staff, case.desk.occupancy)
        chosen = np.take_along_axis(share, people[None, :, None], axis=2)[..., 0]
        found += (chosen * team.all_contacts).mean(axis=0)
    return found
