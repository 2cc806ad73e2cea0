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
from optimizer.planning.evaluate import costs
from optimizer.planning.potential import average_sale, potential
from optimizer.planning.response import Potential, respond
from optimizer.timegrid import MINUTES_PER_DAY, parse_clock

SURE, UNSURE = 0.95, 0.25  # chance of profit from which we say open, and below which we say stay


@dataclass(frozen=True, eq=False)
class HourWorth:
    """What each period of the week would add if it were open and staffed as pays best.

    Parameters
    ----------
    gain
        Contribution margin that is new to the owner, per period and draw, shape (D', W).
    cost
        Wages with supplements and opening cost of the period, shape (W,).
    wanted, gross
        Margin of everybody who would come, and of those served, new or moved; means, shape (W,).
    staff
        People who pay best, at least `min_staff`, int of shape (W,).
    """

    gain: np.ndarray
    cost: np.ndarray
    wanted: np.ndarray
    gross: np.ndarray
    staff: np.ndarray

    @property
    def net(self) -> np.ndarray:
        """What opening the period adds in each draw, shape (D', W)."""
        return self.gain - self.cost


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
        Latest closing time that pays with a chance of at least `SURE`; `close` where none does.
    sure_profit
        What opening until then would add, per draw, shape (D', 7).
    break_even_lost_share
        Share of the potential that must be new to the owner for the advised hours to pay.
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
    """What each period would add to the week if it were open."""
    response = respond(whom, case.service, case.grid.period_hours)
    price = costs(case, whom)
    levels = np.arange(case.service.max_staff + 1)
    net = response.earned - levels * price.labour[:, None]
    least = case.service.min_staff
    staff = net[:, least:].argmax(1) + least if whom.in_money else np.full(len(net), least)
    drawn = response.potential
    served = response.served[:, np.arange(len(staff)), staff]
    value = drawn.value[:, None]
    kept_anyway = (drawn.moved + drawn.web)[:, None] * drawn.customers
    return HourWorth(
        gain=value * (served - kept_anyway),
        cost=staff * price.labour + price.open_period,
        wanted=(value * drawn.customers).mean(0),
        gross=(value * served).mean(0),
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
    times, profits = _profits(case, worth, starts, ends, step)
    week = np.arange(7)
    best = profits.mean(1)[1:].argmax(0) + 1 if len(times) > 1 else np.zeros(7, dtype=int)
    sure = np.where((profits > 0).mean(1) >= SURE, np.arange(len(times))[:, None], 0).max(0)
    best_profit, sure_profit = profits[best, :, week].T, profits[sure, :, week].T
    pays = _pays(best_profit, times[best, week] > starts)
    advised = sure if sure.any() else np.where(pays | (not pays.any()), best, 0)
    chosen = case.grid.share_between(starts, times[advised, week]).ravel()
    wanted = worth.wanted @ chosen
    needed = worth.cost @ chosen + wanted - worth.gross @ chosen
    grade = _grade(demand, per_period.mean(0))
    chance = float((profits[advised, :, week].sum(0) > 0).mean())
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
        break_even_lost_share=float(needed / wanted) if wanted > 0 else float("inf"),
        lost_share=float(np.median(whom.lost)),
        grade=grade,
        advice=_advice(grade, whom.in_money, bool(sure.any()), bool(pays.any()), chance),
        chance=chance,
    )


def _range(
    case: Case, demand: Demand, close: str | Mapping[int, int] | None, until: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Minutes of the day from closing to the end of what is looked at, per weekday, int (7,)."""
    open_now = demand.open_share.reshape(7, -1) > 0
    opens = open_now.any(1)
    last = np.where(opens, open_now.shape[1] - open_now[:, ::-1].argmax(1), 0)
    starts = last * case.period_minutes
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


def _profits(
    case: Case, worth: HourWorth, starts: np.ndarray, ends: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Closing times to choose from, (K, 7), the first today's; and profit, (K, D', 7)."""
    steps = int(max(((ends - starts) // np.maximum(step, 1)).max(), (ends > starts).any()))
    times = np.minimum(starts + np.arange(steps + 1)[:, None] * step, ends)
    net = worth.net.reshape(len(worth.gain), 7, -1)
    open_ = np.array([case.grid.share_between(starts, until) for until in times])
    return times, np.einsum("kwp,dwp->kdw", open_, net, optimize=True)


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
