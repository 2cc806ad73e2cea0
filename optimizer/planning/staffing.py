"""What people bring in each period, role by role, and what an open door costs.

Rules on staff and obligatory hours that have a price become part of both: the price of a person
missing is taken off what fewer people bring, so that the gains stay concave.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.case import Case
from optimizer.errors import PlanError
from optimizer.firmness import OFF
from optimizer.language import Exact, say
from optimizer.planning.house_rules import behind_doors, keyholders_hours, needed_staff
from optimizer.planning.response import Post, Potential, posts


@dataclass(frozen=True, eq=False)
class Staffing:
    """People of R roles in the W periods of a week.

    Parameters
    ----------
    least, further
        People needed where it is open, and how many more may be there, int of shape (R, W).
    gain_open
        What the least people bring, before wages, shape (R, W).
    gain_more
        What each further person adds, shape (R, W, K); never rising, 0 beyond those who may be
        there.
    """

    least: np.ndarray
    further: np.ndarray
    gain_open: np.ndarray
    gain_more: np.ndarray


def staffing(case: Case, potential: Potential) -> Staffing:
    """The people that the case asks for, and what they bring."""
    each = [_of_post(case, post) for post in posts(case, potential)]
    least, further, gain_open, gain_more = zip(*each, strict=True)
    most = max(gains.shape[1] for gains in gain_more)
    padded = [np.pad(gains, ((0, 0), (0, most - gains.shape[1]))) for gains in gain_more]
    return Staffing(np.array(least), np.array(further), np.array(gain_open), np.array(padded))


def _of_post(case: Case, post: Post) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of one role, as in `Staffing`; where people may be missing the least is one of them."""
    earned, least = post.response.earned, needed_staff(post.service, case.grid)
    if not case.rules.is_strict("min_staff"):
        missing = np.maximum(least[:, None] - np.arange(earned.shape[1]), 0)
        earned = earned - case.rules.price("min_staff") * case.grid.period_hours * missing
        least = np.full_like(least, min(post.service.min_staff, 1))
    period = np.arange(len(least))
    further = post.service.max_staff - least
    k = np.arange(further.max(initial=0))
    nth = np.minimum(least[:, None] + 1 + k, post.service.max_staff)
    more = np.diff(earned, axis=1)[period[:, None], nth - 1] * (k < further[:, None])
    return least, further, earned[period, least], more


def open_cost(case: Case, per_period: float) -> tuple[np.ndarray, float]:
    """What each open period costs, shape (W,), and what a week that never opens does.

    An obligatory hour with a price is charged to the week, and paid back where it is open.
    """
    cost = np.full(case.grid.periods_per_week, per_period)
    charged = case.rules.price("obligatory") * case.grid.period_hours
    if not charged or case.hours.obligatory is None:
        return cost, 0.0
    asked = charged * case.hours.obligatory.week_share(case.grid)
    return cost - asked, float(asked.sum())


def open_hours(case: Case) -> tuple[float, float]:
    """Hours that the week is open at least and at most; somebody with a key is there in each."""
    least, most = case.hours.per_week or (0.0, 168.0)
    with_key = keyholders_hours(case)
    return least, most if with_key is None else min(most, with_key)


def people_on_duty(case: Case) -> int:
    """People who set up and close down: the least staff of all roles."""
    case = behind_doors(case)
    return sum(role.service.min_staff for role in case.role) or case.service.min_staff


def paid_hours_limit(
    case: Case, potential: Potential, shift_hours: tuple[float, float], notes: list[str]
) -> float | None:
    """The stated limit; where no money is known and none is stated, what today's hours take.

    Parameters
    ----------
    shift_hours
        The shortest shift, and the longest one without a break, in hours.
    notes
        To which it is added what was assumed.
    """
    limit = case.paid_hours_limit if case.rules.paid_hours != OFF else None
    if limit is not None or potential.in_money:
        return limit
    if case.hours.current is None:
        raise PlanError(
            say("neither money nor paid hours limit the plan"),
            where="labour.hours_per_week",
            cure=say("State labour.hours_per_week, the current hours, or economics.basket."),
        )
    (shortest, unbroken), total = shift_hours, 0.0
    everybody = people_on_duty(case)
    for weekday in range(7):
        open_hours = sum(end - start for start, end in case.hours.current.windows(weekday)) / 60
        shifts = np.ceil(open_hours / unbroken)  # one after the other, so that nobody is missing
        duty = (case.labour.set_up_minutes + case.labour.close_down_minutes) / 60
        total += everybody * max(open_hours, shifts * shortest)
        total += everybody * duty * (open_hours > 0)
    notes.append(
        say(
            "The plan may use {hours} paid hours a week, what today's hours need.",
            hours=Exact(total),
        )
    )
    return total
