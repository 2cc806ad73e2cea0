"""What closing when we close costs: the sales behind the locked door, and what opening would earn.

Of the potential of the hours after closing some moves to other open hours, some is bought in the
own web shop, and the rest is lost. Only the lost part is what opening would newly bring, and only
after wages and the cost of an open door does it become profit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimizer.case import Case
from optimizer.demand.demand import GRADES, Demand
from optimizer.planning.evaluate import after_closing, costs, duties
from optimizer.planning.potential import average_sale, potential
from optimizer.planning.recapture import recapture
from optimizer.planning.response import Potential, respond
from optimizer.timegrid import MINUTES_PER_DAY, TimeGrid, parse_clock

SURE, UNSURE = 0.95, 0.25  # chance of profit from which we say open, and below which we say stay


@dataclass(frozen=True, eq=False)
class HourWorth:
    """What each period of the week is worth open and staffed as pays best, all others as today.

    Only its own customers count: those of later hours, who would find the door nearer, do not. The
    worth of several hours together is therefore a little more than the sum (see `sales_lost`).

    Parameters
    ----------
    served
        Contribution margin of those served if it is open, per period and draw, shape (D', W).
    kept
        Margin of those who come all the same if it is closed, (D', W).
    cost
        Wages with supplements and opening cost of the period, shape (W,).
    staff
        People who pay best, at least `min_staff`, int of shape (W,).
    """

    served: np.ndarray
    kept: np.ndarray
    cost: np.ndarray
    staff: np.ndarray

    @property
    def net(self) -> np.ndarray:
        """What the period adds when it is open, in each draw, shape (D', W)."""
        return self.served - self.kept - self.cost


@dataclass(frozen=True, eq=False)
class SalesLost:
    """Sales behind the locked door after closing, per weekday of a typical week.

    Parameters
    ----------
    close, until
        Minutes of the day between which the sales fall, shape (7,); equal where the shop does not
        open or closes no earlier than it might.
    potential, moved, web, lost
        Net sales (customers where no money is known) in each draw, shape (D, 7).
    best_until
        Closing time that adds most profit on average, at least a step after `close`, shape (7,).
    best_profit
        What opening until then would add, per draw, shape (D', 7).
    sure_until
        Latest closing time, up to `best_until`, that pays with a chance of at least `SURE`; `close`
        where none does.
    sure_profit
        What opening until then would add, per draw, shape (D', 7).
    break_even_lost_share
        Share of closed hours' customers that must be lost today for the advised hours to pay.
    tipping_point
        Share by which the customers of the advised hours may fall short of the estimate before
        opening stops paying; negative: by which they would have to exceed it.
    chance
        That the advised hours pay.
    """

    store: str
    unit: str
    close: np.ndarray
    until: np.ndarray
    potential: np.ndarray
    moved: np.ndarray
    web: np.ndarray
    lost: np.ndarray
    best_until: np.ndarray
    best_profit: np.ndarray
    sure_until: np.ndarray
    sure_profit: np.ndarray
    break_even_lost_share: float
    tipping_point: float
    lost_share: float
    grade: str
    advice: str
    chance: float

    @property
    def days(self) -> np.ndarray:
        """Weekdays with hours behind a locked door, int."""
        return np.flatnonzero(self.until > self.close)

    @property
    def pays(self) -> np.ndarray:
        """Weekdays on which longer hours would pay for themselves on average, bool (7,)."""
        return _pays(self.best_profit, self.best_until > self.close)

    @property
    def sure(self) -> np.ndarray:
        """Weekdays on which some longer hours are as good as sure to pay, bool (7,)."""
        return self.sure_until > self.close

    @property
    def profit_if_open(self) -> np.ndarray:
        """Profit per week of the advised hours, per draw, shape (D',).

        Those that are sure to pay; else those that pay on average; where none does, the least bad
        on every day, so that the loss shows.
        """
        if self.sure.any():
            return self.sure_profit.sum(1)
        chosen = self.pays if self.pays.any() else self.until > self.close
        return self.best_profit[:, chosen].sum(1)


def hour_worth(case: Case, whom: Potential) -> HourWorth:
    """What each period is worth by itself."""
    response = respond(whom, case.service, case.grid.period_hours)
    price = costs(case, whom)
    levels = np.arange(case.service.max_staff + 1)
    net = response.earned - levels * price.labour[:, None]
    least = case.service.min_staff
    staff = net[:, least:].argmax(1) + least if whom.in_money else np.full(len(net), least)
    value = response.potential.value[:, None]
    moved, web = recapture(whom).shares(whom.open_now)
    return HourWorth(
        served=value * response.served[:, np.arange(len(staff)), staff],
        kept=value * response.potential.customers * (moved + web),
        cost=staff * price.labour + price.open_period,
        staff=staff,
    )


def sales_lost(
    case: Case,
    demand: Demand,
    close: str | Mapping[int, int] | None = None,
    until: str | None = None,
) -> SalesLost:
    """Sales lost by closing when we close, and whether opening longer would pay.

    Parameters
    ----------
    close
        Closing time to judge: clock text for all days with opening hours, or minutes by weekday for
        some of them; the other days, and all without it, close as today.
    until
        Judge opening until exactly then; without it look to the end of the candidate hours for the
        closing time that pays best on each day.

    Raises
    ------
    CaseError
        A time of day is misspelt.
    """
    whom = potential(case, demand)
    worth = hour_worth(case, whom)
    starts, ends = _range(case, demand, close, until)
    per_period = whom.customers * case.grid.share_between(starts, ends).ravel()
    sale = average_sale(case, demand)
    money = per_period * (1.0 if sale is None else sale[:, None])
    by_day = money.reshape(len(money), 7, -1).sum(2)

    step = ends - starts if until else np.full(7, case.hours.tidy.step_minutes)
    times = _closing_times(starts, ends, step)
    earned, kept = _longer_weeks(case, whom, worth, starts, times)
    profits = earned + kept
    week = np.arange(7)
    best = profits.mean(1)[1:].argmax(0) + 1 if len(times) > 1 else np.zeros(7, dtype=int)
    sure = np.where((profits > 0).mean(1) >= SURE, np.arange(len(times))[:, None], 0)
    sure = np.where(sure <= best, sure, 0).max(0)  # no later than pays best, however sure
    best_profit, sure_profit = profits[best, :, week].T, profits[sure, :, week].T
    pays = _pays(best_profit, times[best, week] > starts)
    advised = sure if sure.any() else np.where(pays | (not pays.any()), best, 0)
    earned, kept = (part[advised, :, week].sum(0) for part in (earned, kept))
    chance = float((earned + kept > 0).mean())
    cost = float(worth.cost @ case.grid.share_between(starts, times[advised, week]).ravel())
    new_margin = float((earned + kept).mean()) + cost  # in proportion to the customers, nearly
    grade = _grade(demand, per_period.mean(0))
    return SalesLost(
        store=demand.store,
        unit=whom.unit,
        close=starts,
        until=ends,
        potential=by_day,
        moved=by_day * whom.moved[:, None],
        web=by_day * whom.web[:, None],
        lost=by_day * whom.lost[:, None],
        best_until=times[best, week],
        best_profit=best_profit,
        sure_until=times[sure, week],
        sure_profit=sure_profit,
        break_even_lost_share=_break_even(whom, earned, kept),
        tipping_point=1 - cost / new_margin if new_margin > 0 else -np.inf,
        lost_share=float(np.median(whom.lost)),
        grade=grade,
        advice=_advice(grade, whom.in_money, bool(sure.any()), bool(pays.any()), chance),
        chance=chance,
    )


def _range(
    case: Case, demand: Demand, close: str | Mapping[int, int] | None, until: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Minutes of the day from closing to the end of what is looked at, per weekday, int (7,)."""
    starts = _closing(demand.open_share, case.grid)
    opens = starts > 0
    if isinstance(close, str):
        starts = np.where(opens, parse_clock(close), 0)
    elif close is not None:
        for weekday, minute in close.items():
            starts[weekday] = minute
    ends = np.zeros(7, dtype=int)
    for weekday in np.flatnonzero(opens).tolist():
        windows = case.hours.candidate.windows(weekday)
        latest = max((min(end, MINUTES_PER_DAY) for _, end in windows), default=0)
        ends[weekday] = min(latest, parse_clock(until)) if until else latest
    return starts, np.maximum(ends, starts)


def _closing(opening: np.ndarray, grid: TimeGrid) -> np.ndarray:
    """End of the last period with opening of each weekday, in minutes, int (7,); 0 where none."""
    open_ = opening.reshape(7, -1) > 0
    last = open_.shape[1] - open_[:, ::-1].argmax(1)
    return np.where(open_.any(1), last * grid.period_minutes, 0)


def _closing_times(starts: np.ndarray, ends: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Closing times to choose from, minutes of the day, (K, 7): first today's, last the ends."""
    steps = int(max(((ends - starts) // np.maximum(step, 1)).max(), (ends > starts).any()))
    return np.minimum(starts + np.arange(steps + 1)[:, None] * step, ends)


def _longer_weeks(
    case: Case, whom: Potential, worth: HourWorth, starts: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What each closing time changes on each weekday, beside the first one, (K, D', 7) each.

    The margin of those served in the longer hours less what these hours cost; and, mostly below 0,
    the margin of those who come at other hours or buy on the web.
    """
    grid, midnight = case.grid, np.zeros(7, dtype=int)
    before = whom.open_now * grid.share_between(midnight, starts).ravel()
    today = np.maximum(before, grid.share_between(_closing(whom.open_now, grid), starts).ravel())
    added = np.array([grid.share_between(starts, until).ravel() for until in times])
    opening = today + added
    recaptured = recapture(whom)
    drawn = recaptured.potential
    moved, web = recaptured.shares(opening)
    kept = drawn.value[:, None] * drawn.customers * (1 - opening)[:, None] * (moved + web)
    wage = costs(case, whom).labour

    def behind_doors(open_: np.ndarray) -> np.ndarray:
        return (duties(case, open_) + after_closing(case, whom, wage, open_)) * wage

    more_duty = np.array([behind_doors(each) for each in opening]) - behind_doors(today)
    earned = added[:, None] * (worth.served - worth.cost) - more_duty[:, None]
    by_day = (len(times), len(drawn.value), 7, -1)
    return earned.reshape(by_day).sum(3), (kept - kept[:1]).reshape(by_day).sum(3)


def _break_even(whom: Potential, earned: np.ndarray, kept: np.ndarray) -> float:
    """The lost share at which longer hours just pay, of shape (D',) what they earn and keep.

    What is kept is in proportion to the share that is not lost, as long as not everybody comes.
    """
    loyal = 1 - whom.thinned().lost
    if_all_loyal = -np.divide(kept, loyal, out=np.zeros_like(kept), where=loyal > 0).mean()
    return float(1 - earned.mean() / if_all_loyal) if if_all_loyal > 0 else float("inf")


def _pays(profit: np.ndarray, longer: np.ndarray) -> np.ndarray:
    return (profit.mean(0) > 0) & longer


def _grade(demand: Demand, customers: np.ndarray) -> str:
    """The grade that most of the customers behind the locked door rest on."""
    weight = [customers[demand.grade == grade].sum() for grade in GRADES]
    return GRADES[int(np.argmax(weight))] if sum(weight) > 0 else "A"


def _advice(grade: str, in_money: bool, sure: bool, pays: bool, chance: float) -> str:
    if grade == "E":
        return "not enough data"
    if not in_money:
        return "try"
    if sure:
        return "open"
    return "try" if pays or chance >= UNSURE else "stay"
