"""What any opening hours and staff are worth in a typical week, recomputed without a solver.

The money of a week, in the words of the owner: what served customers leave as contribution margin,
and what those who found the door closed leave all the same (they come at another hour or buy in the
own web shop: see `recapture`), minus wages with their supplements and what being open costs. Moved
customers are taken as served at their new hour. A shop that never opens keeps nobody.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimizer.case import Case
from optimizer.errors import PlanError
from optimizer.language import say
from optimizer.opening import OpeningHours
from optimizer.planning.house_rules import Missed, in_force, missed
from optimizer.planning.overtime import hours_after_closing
from optimizer.planning.plan import Plan
from optimizer.planning.recapture import recapture
from optimizer.planning.response import Potential, posts
from optimizer.planning.rules import RulePack, rule_pack
from optimizer.planning.staffing import people_on_duty, staffing
from optimizer.timegrid import TimeGrid


@dataclass(frozen=True, eq=False)
class Costs:
    """What work and an open door cost, in money; all 0 where the value is not known in money.

    Parameters
    ----------
    wage, supplement
        Per person and period, on-cost included, shape (W,).
    open_period, open_day
        Per open period, and per day with an opening.
    """

    wage: np.ndarray
    supplement: np.ndarray
    open_period: float
    open_day: float

    @property
    def labour(self) -> np.ndarray:
        """Wage with supplements per person and period, shape (W,)."""
        return self.wage + self.supplement


def costs(case: Case, potential: Potential) -> Costs:
    """The case's wages, supplements by clock time (from its rule pack) and opening costs."""
    grid, facts = case.grid, case.economics
    nothing = np.zeros(grid.periods_per_week)
    if not potential.in_money:
        return Costs(nothing, nothing, 0.0, 0.0)
    pack = rule_pack(case)
    wage = facts.labour_cost_per_hour / (1 + facts.on_cost)
    extra = nothing if pack is None else _supplement(pack, grid, wage)
    return Costs(
        wage=nothing + facts.labour_cost_per_hour * grid.period_hours,
        supplement=extra * (1 + facts.on_cost) * grid.period_hours,
        open_period=facts.open_cost_per_hour * grid.period_hours,
        open_day=facts.open_cost_per_day,
    )


@lru_cache(maxsize=32)  # every evaluation of a case asks for the same
def _supplement(pack: RulePack, grid: TimeGrid, wage: float) -> np.ndarray:
    return pack.supplement_per_hour(grid, wage)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One typical week under given hours and staff.

    Customers per week, on average: `served`; `walked_away` from a queue or for want of help; and of
    those who found the door closed `moved` to another open hour, bought on the `web`, or `lost`.
    `overtime_hours` are paid for customers still inside when the doors close, beyond the
    `paid_hours` that are planned. Money per week: `margin` of all who stayed customers, `wage_cost`
    (of which `supplements`) and `opening_cost`; apart from it the price of rules `missed`.
    `profit_draws` (D',) is the week's profit in each draw of the demand, in `unit`
    (customers kept, where no money is known), and `objective` its mean.
    """

    hours: OpeningHours
    opening: np.ndarray  # share of each period that is open, (W,)
    staff: np.ndarray  # people at work, (W,)
    served: float
    walked_away: float
    moved: float
    web: float
    lost: float
    paid_hours: float
    overtime_hours: float
    margin: float
    wage_cost: float
    supplements: float
    opening_cost: float
    missed: tuple[Missed, ...]
    profit_draws: np.ndarray
    unit: str

    @property
    def objective(self) -> float:
        """Mean profit per week."""
        return float(self.profit_draws.mean())

    @property
    def penalty(self) -> float:
        """Price of all rules missed, in money a week that nobody pays."""
        return sum(rule.cost for rule in self.missed)


def evaluate(
    case: Case,
    potential: Potential,
    opening: OpeningHours | np.ndarray | Plan,
    staff: np.ndarray | None = None,
) -> Evaluation:
    """What given opening hours earn in a typical week.

    Parameters
    ----------
    opening
        A plan, hours, or the open periods of the week, shape (W,).
    staff
        People at work in each period, shape (W,), or (R, W) by role. Without it (and without a
        plan) every period gets the number that pays best by itself, within `paid_hours_limit`: no
        shifts are formed, so this is kind to the hours judged. Where no money is known it is
        `min_staff`, and more only as far as the limit reaches.

    Raises
    ------
    PlanError
        More people than `service.max_staff`.
    """
    price = costs(case, potential)
    if isinstance(opening, Plan):
        hours, share, staff = opening.hours, opening.opening.astype(float), opening.staff_by_role
    elif isinstance(opening, OpeningHours):
        hours, share = opening, opening.week_share(case.grid)
    else:
        hours, share = OpeningHours.from_week(opening, case.grid), np.asarray(opening, dtype=float)
    if staff is None:
        staff = _best_staff(case, potential, price.labour, share)
    staff = np.where(share > 0, np.atleast_2d(staff), 0)
    for post, people in zip(posts(case, potential), staff, strict=True):
        if people.max(initial=0) > post.service.max_staff:
            raise PlanError(
                say("{max} people at work are more than service.max_staff", max=people.max()),
                where="staff",
                cure=say(
                    "Raise max_staff ({max_staff}) or plan fewer people.",
                    max_staff=post.service.max_staff,
                ),
            )
    nightly = isinstance(opening, Plan)  # it closes and opens again at midnight
    return _judge(case, potential, price, hours, share, staff, nightly)


def _judge(
    case: Case,
    potential: Potential,
    price: Costs,
    hours: OpeningHours,
    share: np.ndarray,
    staff: np.ndarray,
    nightly: bool,
) -> Evaluation:
    recaptured, period = recapture(potential), np.arange(len(share))
    served = sum(
        post.response.served[:, period, people] @ share
        for post, people in zip(posts(case, potential), staff, strict=True)
    )
    whom = recaptured.potential  # the draws that are averaged over
    met_closed = whom.customers * (1 - share)
    moved, web = ((met_closed * part).sum(axis=1) for part in recaptured.shares(share))
    margin = whom.value * (served + moved + web)
    paid = staff.sum(axis=0) * share + duties(case, share, nightly)
    paid_hours = float(paid.sum() * case.grid.period_hours)
    late = after_closing(case, potential, price.labour, share, nightly)
    wage_cost = float((paid + late) @ price.labour)
    open_days = _open_days(share, nightly)
    opening_cost = float(share.sum() * price.open_period + open_days * price.open_day)
    return Evaluation(
        hours=hours,
        opening=share,
        staff=staff.sum(axis=0),
        served=float(served.mean()),
        walked_away=float((whom.customers @ share - served).mean()),
        moved=float(moved.mean()),
        web=float(web.mean()),
        lost=float((met_closed.sum(axis=1) - moved - web).mean()),
        paid_hours=paid_hours,
        overtime_hours=float(late.sum() * case.grid.period_hours),
        margin=float(margin.mean()),
        wage_cost=wage_cost,
        supplements=float((paid + late) @ price.supplement),
        opening_cost=opening_cost,
        missed=missed(case, share, staff, paid_hours),
        profit_draws=margin - wage_cost - opening_cost,
        unit=potential.unit,
    )


def after_closing(
    case: Case,
    potential: Potential,
    labour: np.ndarray,
    opening: np.ndarray,
    nightly: bool = False,
) -> np.ndarray:
    """Expected work left when the doors close, in persons per period, (W,); see `overtime`.

    It counts at the clock of the period after closing, and in no limit on paid hours.

    Parameters
    ----------
    labour
        What one person costs per period, shape (W,).
    opening
        Share of each period that is open, shape (W,).
    nightly
        Doors that stay open at midnight count as closed and opened again, as in a plan.
    """
    _, closes = _doors(opening > 0, nightly)
    left = np.where(closes, hours_after_closing(case, potential, labour), 0.0)
    return np.roll(left, 1) / case.grid.period_hours


def _doors(open_: np.ndarray, nightly: bool) -> tuple[np.ndarray, np.ndarray]:
    """Which periods the doors open before, and close after, bool of shape (W,) each."""
    before, behind = np.roll(open_, 1), np.roll(open_, -1)
    if nightly:
        before.reshape(7, -1)[:, 0] = behind.reshape(7, -1)[:, -1] = False
    return open_ & ~before, open_ & ~behind


def duties(case: Case, opening: np.ndarray, nightly: bool = False) -> np.ndarray:
    """Paid work behind closed doors, in persons per period, (W,): set-up and close-down.

    It is done by `min_staff` people, once on each day whatever pause it has, and counts at the
    clock of the period next to the open ones.

    Parameters
    ----------
    opening
        Share of each period that is open, shape (W,).
    nightly
        As in `after_closing`.
    """
    in_use, labour = (opening > 0) | _pauses(opening > 0, nightly), case.labour
    opens, closes = _doors(in_use, nightly)
    minutes = labour.set_up_minutes * np.roll(opens, -1)
    minutes = minutes + labour.close_down_minutes * np.roll(closes, 1)
    return people_on_duty(case) * minutes / case.period_minutes


def _pauses(open_: np.ndarray, nightly: bool) -> np.ndarray:
    """Closed periods between two windows that begin on the same day, bool of shape (W,)."""
    first, last = _doors(open_, nightly)
    starts, ends = np.flatnonzero(first), np.flatnonzero(last) + 1
    if len(ends) and ends[0] <= starts[0]:  # it began before the week did
        ends = np.roll(ends, -1)
    pauses = np.zeros_like(open_)
    for closes, opens, again in zip(ends, starts, starts[1:], strict=False):
        if opens // (len(open_) // 7) == again // (len(open_) // 7):
            pauses[closes:again] = True
    return pauses


def _open_days(share: np.ndarray, nightly: bool) -> int:
    """Days on which the doors open, or never close; the small hours belong to the night before."""
    open_ = share > 0
    opens, _ = _doors(open_, nightly)
    by_day = opens.reshape(7, -1).any(axis=1) | open_.reshape(7, -1).all(axis=1)
    return int(by_day.sum())


def _best_staff(
    case: Case, potential: Potential, labour: np.ndarray, share: np.ndarray
) -> np.ndarray:
    """The number of people of each role that pays best in each period by itself, int (R, W)."""
    people = staffing(case, potential)
    more = people.gain_more - labour[:, None]  # what each further person earns
    limit = in_force(case).paid_hours_limit
    open_hours = share * case.grid.period_hours
    hours = np.broadcast_to(open_hours[:, None], more.shape)
    there = np.arange(more.shape[2]) < people.further[..., None]
    wanted = (more > 0) & (hours > 0) & there
    if limit is not None:
        left = limit - (people.least @ open_hours).sum()
        left -= duties(case, share).sum() * case.grid.period_hours
        best_first = np.argsort(np.where(wanted, -more, np.inf), axis=None, kind="stable")
        affordable = np.cumsum(np.where(wanted, hours, 0).ravel()[best_first]) <= left
        wanted = wanted & affordable[np.argsort(best_first)].reshape(wanted.shape)
    elif not potential.in_money:
        wanted = np.zeros_like(wanted)
    return np.where(share > 0, people.least + wanted.sum(axis=2), 0)
