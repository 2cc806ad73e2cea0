"""A desk's week under given hours and staff, followed exactly, queue by queue and hour by hour.

What the optimiser takes from the steady state is computed here once more without it: the queues run
through the day with what the last period left behind, closing time has its own arithmetic, and the
mail that comes at night waits for the morning.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.channels import Channel, Desk
from optimizer.desk.closing import Closing, best_stop, close, wait_by_place
from optimizer.desk.mail import MailWeek, mail_week
from optimizer.desk.response import DeskResponse
from optimizer.desk.team import Team
from optimizer.desk.transient import transient
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import costs
from optimizer.planning.queueing import at_servers, in_time
from optimizer.planning.recapture import recapture

_STOPS = np.arange(0, 65, 5)  # minutes before closing time to choose from
_BUSYNESS = np.sqrt(3) * np.array([-1, 0, 1])  # quiet, usual and busy days, as normal scores,
_HOW_OFTEN = np.array([1, 4, 1]) / 6  # weighed as Gauss and Hermite have it
_SELDOM = 0.95  # the queue at closing is no longer than what is told in so many weeks of a hundred


@dataclass(frozen=True, eq=False)
class ChannelWeek:
    """One channel in a typical week, per period, shape (W,) each.

    `contacts` are people, of whom `met_closed` found it closed, `turned_away` were refused at
    closing time, and `gave_up` waited in vain; the others were `answered`. `wait_minutes` is the
    mean wait of those who tried while it was open, `in_time` the share of them who were answered
    within the desk's `answer_seconds`; NaN where nobody was there to answer.
    """

    channel: Channel
    contacts: np.ndarray
    met_closed: np.ndarray
    turned_away: np.ndarray
    gave_up: np.ndarray
    wait_minutes: np.ndarray
    in_time: np.ndarray

    @property
    def answered(self) -> np.ndarray:
        """People who were answered, shape (W,)."""
        return self.contacts - self.met_closed - self.turned_away - self.gave_up


@dataclass(frozen=True, eq=False)
class LastMoments:
    """A closing time of one team.

    Parameters
    ----------
    period
        Of the week, the last open one.
    closing
        Averages; see `Closing`.
    place, place_minutes
        The last place in the queue at closing time, longer in one week of twenty only, and how long
        that person still waits before it is his turn: "number 56 in the queue".
    state, state_before
        Probability of each number of people at closing time and one period earlier.
    servers, arrival_rate
        In the last period.
    """

    team: Team
    period: int
    closing: Closing
    place: int
    place_minutes: float
    state: np.ndarray
    state_before: np.ndarray
    servers: float
    arrival_rate: float


@dataclass(frozen=True, eq=False)
class DeskWeek:
    """What a typical week brings under given hours and staff.

    Money per week, in `unit`: `margin` of everyone answered, now or in another open hour, less what
    lost contacts cost; `wage_cost` without and `overtime_cost` of work after closing time.
    """

    hours: OpeningHours
    opening: np.ndarray
    staff: np.ndarray
    channels: tuple[ChannelWeek, ...]
    moved: float
    last_moments: tuple[LastMoments, ...]
    mail: MailWeek | None
    margin: float
    wage_cost: float
    overtime_cost: float
    opening_cost: float
    paid_hours: float
    unit: str

    @property
    def profit(self) -> float:
        """Money per week, or contacts where no money is known."""
        return self.margin - self.wage_cost - self.overtime_cost - self.opening_cost

    def total(self, name: str) -> float:
        """Of one field of the channels, a week's total over all of them."""
        return float(sum(getattr(channel, name).sum() for channel in self.channels))

    @cached_property
    def contacts(self) -> np.ndarray:
        """People on all live channels, shape (W,)."""
        return np.sum([channel.contacts for channel in self.channels], axis=0)


def desk_week(response: DeskResponse, hours: OpeningHours, staff: np.ndarray) -> DeskWeek:
    """Follow a typical week.

    Parameters
    ----------
    hours
        When somebody is at the desk; each channel is answered at its own hours within them.
    staff
        People at the desk in each period, int of shape (W,).
    """
    case, grid = response.case, response.case.grid
    opening = hours.week_share(grid)
    staff = np.where(opening > 0, staff, 0)
    channels: list[ChannelWeek] = []
    moments: list[LastMoments] = []
    busy = np.zeros(len(staff))
    for team, people in zip(response.teams, response.staff_of(staff), strict=True):
        found, closings, worked = _follow(response, team, opening, people)
        channels += found
        moments += closings
        busy += worked
    mail = mail_week(response, staff, busy)
    moved, margin = 0.0, 0.0
    whole = recapture(response.potential)
    for seen in channels:
        again = whole.shares(1 - _share(seen.met_closed, seen.contacts))[0].mean(axis=0)
        back = float(again @ seen.met_closed)
        answered = float(seen.answered.sum()) + back
        moved += back
        value = seen.channel.value_per_contact
        lost = float(seen.contacts.sum()) - answered
        margin += (1.0 if value is None else value) * answered - seen.channel.cost_of_lost * lost
    if mail is not None:
        margin += mail.margin
    price = costs(case, response.potential)
    overtime = sum(
        moment.closing.worked_hours / moment.team.at_once
        * price.labour[moment.period] / grid.period_hours
        for moment in moments
    )  # fmt: skip
    days = int(opening.reshape(7, -1).any(axis=1).sum())
    return DeskWeek(
        hours=hours,
        opening=opening,
        staff=staff,
        channels=tuple(channels),
        moved=moved,
        last_moments=tuple(moments),
        mail=mail,
        margin=margin,
        wage_cost=float((staff * opening) @ price.labour),
        overtime_cost=float(overtime),
        opening_cost=float(opening.sum() * price.open_period + days * price.open_day),
        paid_hours=float((staff * opening).sum() * grid.period_hours),
        unit=response.potential.unit,
    )


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.ones(len(whole)), where=whole > 0)


def _follow(
    response: DeskResponse, team: Team, opening: np.ndarray, people: np.ndarray
) -> tuple[list[ChannelWeek], list[LastMoments], np.ndarray]:
    """The queue of one team through the week: its channels, its closings, and hours worked (W,)."""
    case, hours = response.case, response.case.grid.period_hours
    wanted = {d.channel.name: d.mean for d in response.demands}
    share = {
        demand.channel.name: share * opening
        for demand, share in zip(response.demands, response.shares, strict=True)
    }
    inside = {c.name: wanted[c.name] * share[c.name] for c in team.channels}
    work = sum(inside[c.name] * c.work_hours * team.at_once for c in team.channels)
    rate = np.asarray(work) / team.work_hours / hours
    open_ = np.max([share[c.name] for c in team.channels], axis=0) > 0
    servers = people * team.servers
    days = _kinds_of_days(response, team)
    flows, moments = _through_windows(case.desk, team, rate, days, servers, open_, hours)
    served, abandoned, waiting = flows
    lost = np.zeros(len(rate))
    refused = np.zeros(len(rate))
    for moment in moments:
        refused[moment.period] += moment.closing.turned_away
        lost[moment.period] += moment.closing.gave_up_after
    lost += abandoned
    arrived = rate * hours * open_
    refused = _when_they_came(refused, arrived)
    lost = _when_they_came(lost, arrived - refused)
    of_all = _share(lost, arrived) * (arrived > 0)
    away = _share(refused, arrived) * (arrived > 0)
    levels = in_time(
        days[:, None] * team.rate.mean(axis=0), 1 / team.work_hours, 1 / team.patience_hours,
        max(int(np.ceil(servers.max())), 1), case.desk.answer_seconds / 3600,
    )  # fmt: skip
    level = np.tensordot(_HOW_OFTEN * days, levels, axes=1)
    at_level = np.array([at_servers(row, servers[t : t + 1])[0] for t, row in enumerate(level)])
    with np.errstate(invalid="ignore", divide="ignore"):
        wait = np.where(open_ & (rate > 0), waiting / rate * 60, np.nan)
    channels = [
        ChannelWeek(
            channel=channel,
            contacts=wanted[channel.name],
            met_closed=wanted[channel.name] - inside[channel.name],
            turned_away=inside[channel.name] * away,
            gave_up=inside[channel.name] * np.minimum(of_all, 1 - away),
            wait_minutes=np.where(share[channel.name] > 0, wait, np.nan),
            in_time=np.where(share[channel.name] > 0, at_level, np.nan),
        )
        for channel in team.channels
    ]
    return channels, moments, served * team.work_hours / team.at_once


def _when_they_came(left: np.ndarray, arrived: np.ndarray) -> np.ndarray:
    """Customers who left, in the periods in which they came, shape (W,).

    Those who leave in a period are no more than came in it, or came earlier and waited until then.
    """
    came = np.minimum(left, arrived)
    waited = 0.0
    for t in range(len(left) - 1, -1, -1):
        waited += left[t] - came[t]
        earlier = min(waited, arrived[t] - came[t])
        came[t] += earlier
        waited -= earlier
    return came


def _kinds_of_days(response: DeskResponse, team: Team) -> np.ndarray:
    """Rates of a quiet, a usual and a busy day relative to the mean; all 1 where days are alike."""
    names = [channel.name for channel in team.channels]
    here = [demand for demand in response.demands if demand.channel.name in names]
    people = np.array([demand.mean.sum() for demand in here])
    spread = np.average([d.day_spread for d in here], weights=people if people.any() else None)
    factor = np.exp(np.sqrt(np.log1p(spread**2)) * _BUSYNESS)
    return np.asarray(factor / (_HOW_OFTEN @ factor))


def _through_windows(
    desk: Desk, team: Team, rate: np.ndarray, days: np.ndarray,
    servers: np.ndarray, open_: np.ndarray, hours: float,
) -> tuple[np.ndarray, list[LastMoments]]:  # fmt: skip
    """Served, abandoned and waiting per period, shape (3, W), and every closing time.

    All windows run side by side, as long as the longest, on every kind of day; each begins with
    nobody in the queue.
    """
    flows = np.zeros((3, len(rate)))
    edges = np.flatnonzero(np.diff(open_, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return flows, []
    periods = starts[:, None] + np.arange((ends - starts).max())
    inside = periods < ends[:, None]
    periods = np.minimum(periods, len(rate) - 1)
    arriving, people = (np.where(inside, values[periods], 0.0) for values in (rate, servers))
    stop = min(desk.stop_minutes / 60, hours) if desk.closing == "stop" else 0.0
    final = ends - starts - 1
    arriving[np.arange(len(final)), final] *= 1 - stop / hours
    service, patience = 1 / team.work_hours, 1 / team.patience_hours
    kinds = days[:1] if np.ptp(days) == 0 else days
    weights = _HOW_OFTEN if len(kinds) > 1 else np.ones(1)
    day = transient(kinds[:, None, None] * arriving, people, service, patience, hours)
    for flow, of_day in zip(flows, (day.served, day.abandoned, day.waiting), strict=True):
        flow[periods[inside]] = np.tensordot(weights, of_day, axes=1)[inside]
    at_end = np.tensordot(weights, day.at_end, axes=1)
    moments = []
    for row, last in enumerate(final):
        nobody = np.eye(1, at_end.shape[-1])[0]
        before = at_end[row, last - 1] if last else nobody
        period = int(ends[row]) - 1
        tried = (rate[period], servers[period], team, hours)
        state = at_end[row, last] if not stop else None
        moments.append(_last_moments(period, before, state, stop, desk.closing, *tried))
    return flows, moments


def _last_moments(
    period: int, before: np.ndarray, state: np.ndarray | None, stop: float, custom: str,
    rate: float, servers: float, team: Team, hours: float,
) -> LastMoments:  # fmt: skip
    service, patience = 1 / team.work_hours, 1 / team.patience_hours
    if state is None:
        state = _before_the_end(before, rate, servers, team, hours - stop)
    found = close(state, servers, service, patience, custom, arrival_rate=rate, stop_hours=stop)
    queue = int(np.ceil(max(np.searchsorted(np.cumsum(state), _SELDOM) - servers, 0)))
    wait = wait_by_place(queue, servers, service, patience) if servers > 0 else np.inf
    return LastMoments(
        team=team, period=period, closing=found, place=queue, place_minutes=60 * wait,
        state=state, state_before=before, servers=servers, arrival_rate=rate,
    )  # fmt: skip


def _before_the_end(
    state: np.ndarray, rate: float, servers: float, team: Team, hours: float
) -> np.ndarray:
    """The state so many hours into the last period."""
    if hours <= 0:
        return state
    rates, people = np.array([rate]), np.array([servers])
    service, patience = 1 / team.work_hours, 1 / team.patience_hours
    return transient(rates, people, service, patience, hours, state).at_end[0]


def last_call(
    response: DeskResponse, moments: LastMoments, longest_overtime: tuple[float, float]
) -> tuple[float, Closing]:
    """How many minutes before closing time to let nobody in any more, and what it brings.

    Parameters
    ----------
    longest_overtime
        Hours of overtime, and the probability with which it may be longer.
    """
    team, grid = moments.team, response.case.grid
    states = {
        float(stop) / 60: _before_the_end(
            moments.state_before,
            moments.arrival_rate,
            moments.servers,
            team,
            grid.period_hours - stop / 60,
        )
        for stop in _STOPS[grid.period_minutes >= _STOPS]
    }
    work = costs(response.case, response.potential).labour[moments.period]
    stop, found = best_stop(
        states, moments.servers, 1 / team.work_hours, 1 / team.patience_hours,
        moments.arrival_rate,
        worth=float(team.at_stake[moments.period]),
        work=float(work) / grid.period_hours / team.at_once,
        longest_overtime=longest_overtime,
    )  # fmt: skip
    return 60 * stop, found
