"""A service desk: what its people answer on all channels, and the hours and shifts that pay.

The desk is planned by the same engine as a shop. All that is its own is the response to staff: in
every period the people at work are shared out among teams so that the contacts they answer are
worth most, and what time is left goes to the mail.
"""

from dataclasses import dataclass, replace

import numpy as np

from optimizer.case import Case
from optimizer.channels import Channel
from optimizer.demand.contacts import ContactDemand
from optimizer.demand.displacement import displacement
from optimizer.desk.team import Team, worth
from optimizer.opening import OpeningHours
from optimizer.planning.hours import optimize
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential

_MAIL_STEPS = 6  # times that more room is made for mail that would pile up
_MORE_ROOM = 1.3
_FIRMNESS = 5.0  # times the dearest wage: the price of a person short of the service level


def _comparable(case: Case, demands: tuple[ContactDemand, ...]) -> tuple[ContactDemand, ...]:
    """The demands as they are where all values are known, else with every contact counting 1."""
    if unit_of(case) == case.currency:
        return demands
    return tuple(
        replace(d, channel=replace(d.channel, value_per_contact=None, cost_of_lost=0.0))
        for d in demands
    )


def at_stake(demand: ContactDemand) -> np.ndarray:
    """What the people who want to reach a channel are worth per period in each draw, (D, W)."""
    return worth(demand.channel) * demand.contacts


def unit_of(case: Case) -> str:
    """The currency where every channel has a value, else "customers": each contact counts 1."""
    known = all(channel.at_stake is not None for channel in case.channels)
    return case.currency if known else "customers"


@dataclass(frozen=True, eq=False)
class DeskResponse:
    """What people at the desk answer in a week in which each channel is answered at some hours.

    Parameters
    ----------
    shares
        Share of each period in which each channel of `demands` is answered while the desk is open,
        shape (W,) each.
    split
        People of each team where 0..C are at the desk, int of shape (W, C+1, teams).
    potential
        In money, or in contacts, for the engine: `served` is what 0..C people answer.
    room
        Hours of mail that are welcome in each period, shape (W,).
    """

    case: Case
    demands: tuple[ContactDemand, ...]
    shares: tuple[np.ndarray, ...]
    teams: tuple[Team, ...]
    split: np.ndarray
    potential: Potential
    room: np.ndarray

    def staff_of(self, staff: np.ndarray) -> np.ndarray:
        """People of each team where so many are at the desk, int of shape (teams, W)."""
        return self.split[np.arange(len(staff)), staff].T


def respond_desk(
    case: Case,
    demands: tuple[ContactDemand, ...],
    shares: tuple[np.ndarray, ...],
    room: np.ndarray | None = None,
) -> DeskResponse:
    """The desk's response to staff; see `DeskResponse`."""
    demands = _comparable(case, demands)
    teams = _teams(case, demands, shares)
    most, desk, hours = case.service.max_staff, case.desk, case.grid.period_hours
    room = np.zeros(case.grid.periods_per_week) if room is None else room
    stake = [team.at_stake * team.all_contacts for team in teams]  # money per period, (D, W)
    answered = [team.answered(most, desk.occupancy) for team in teams]
    earned = [money[..., None] * share for money, share in zip(stake, answered, strict=True)]
    split = _shared_out([curve.mean(axis=0) for curve in earned], most)
    served = _at_split(earned, split)
    busy = _at_split(
        [
            share * team.rate[..., None] * hours * team.work_hours / team.at_once
            for team, share in zip(teams, answered, strict=True)
        ],
        split,
    )
    able = hours_for_contacts(case, np.arange(most + 1))
    spare = np.maximum(able - busy, 0)
    mail = _mail_worth(demands) * np.minimum(spare, room[:, None])
    served = _falling(served + mail, case.service.min_staff)
    if desk.answer_share is not None:
        needed = required_staff(case, teams)
        left = np.take_along_axis(spare.mean(axis=0), needed[:, None], axis=1)[:, 0]
        for_mail = np.ceil(np.maximum(room - left, 0) / hours_for_contacts(case, np.ones(1)) - 1e-9)
        needed = np.minimum(needed + for_mail.astype(int), most)
        served = _at_service_level(case, needed, served)
    draws = served.shape[0]
    moved = displacement(case.displacement, has_web_shop=False, draws=draws)
    potential = Potential(
        customers=np.sum([at_stake(d) for d in demands if not d.channel.deferrable], axis=0),
        moved=moved.moved,
        web=moved.web,
        lost=moved.lost,
        value=np.ones(draws),
        unit=unit_of(case),
        open_now=_today(case, demands),
        served=served,
    )
    return DeskResponse(case, demands, shares, teams, split, potential, room)


def _teams(
    case: Case, demands: tuple[ContactDemand, ...], shares: tuple[np.ndarray, ...]
) -> tuple[Team, ...]:
    by_name: dict[str, list[tuple[Channel, np.ndarray]]] = {}
    for demand, share in zip(demands, shares, strict=True):
        if not demand.channel.deferrable:
            here = by_name.setdefault(demand.channel.team, [])
            here.append((demand.channel, demand.contacts * share))
    teams = []
    for members in by_name.values():
        channels, contacts = zip(*members, strict=True)
        team = Team(channels, contacts, case.grid.period_hours, 0.0)
        teams.append(replace(team, servers=team.at_once * (1 - case.desk.shrinkage)))
    return tuple(teams)


def _today(case: Case, demands: tuple[ContactDemand, ...]) -> np.ndarray:
    """Share of each period in which any live channel is answered today, shape (W,)."""
    live = [d.hours.week_share(case.grid) for d in demands if not d.channel.deferrable]
    return np.max(live, axis=0)


def _shared_out(earned: list[np.ndarray], most: int) -> np.ndarray:
    """People of each team that are worth most together, int of shape (W, C+1, teams).

    No team that is called stays empty while another has two. Beyond that each curve (W, C+1) is
    concave, so that the best shares of n people are the n best steps.
    """
    steps = np.stack(
        [np.minimum.accumulate(np.diff(curve, axis=1), axis=1) for curve in earned], axis=1
    )
    steps[:, :, 0] += (steps[:, :, 0] > 0) * steps.max(initial=0)
    best = np.argsort(-steps.reshape(len(steps), -1), axis=1, kind="stable")[:, :most] // most
    taken = best[:, :, None] == np.arange(len(earned))
    nobody = np.zeros((len(steps), 1, len(earned)), dtype=int)
    return np.concatenate([nobody, np.cumsum(taken, axis=1)], axis=1)


def _at_split(curves: list[np.ndarray], split: np.ndarray) -> np.ndarray:
    """Sum of the teams' curves (D, W, C+1) where n people are shared out, shape (D, W, C+1)."""
    week = np.arange(len(split))[:, None]
    return np.sum([curve[:, week, split[..., g]] for g, curve in enumerate(curves)], axis=0)


def _falling(curve: np.ndarray, least: int) -> np.ndarray:
    """A curve on which each person beyond the least brings no more than the one before."""
    steps = np.minimum.accumulate(np.diff(curve[..., least:], axis=-1), axis=-1)
    beyond = curve[..., least, None] + np.cumsum(steps, axis=-1)
    return np.concatenate([curve[..., : least + 1], beyond], axis=-1)


def _mail_worth(demands: tuple[ContactDemand, ...]) -> float:
    """Worth of an hour of work on mail and call-backs, in money or contacts."""
    mail = [demand.channel for demand in demands if demand.channel.deferrable]
    hourly = [worth(channel) / channel.work_hours for channel in mail]
    return max(hourly, default=0.0)


def _at_service_level(case: Case, needed: np.ndarray, served: np.ndarray) -> np.ndarray:
    """The response with a price on every person short of those needed for the service level.

    Nobody beyond them is worth anything, whatever the money says.
    """
    people = np.arange(served.shape[-1])
    wage = case.economics.labour_cost_per_hour * case.grid.period_hours
    price = _FIRMNESS * max(wage, float(served.max()) / people[-1], 1e-6)
    full = np.take_along_axis(served.mean(axis=0), needed[:, None], axis=1)
    level = full - price * np.maximum(needed[:, None] - people, 0)
    level[:, 0] = 0.0
    return np.broadcast_to(level, served.shape)


def required_staff(case: Case, teams: tuple[Team, ...]) -> np.ndarray:
    """Fewest people per period for the desk's service level on every team, int of shape (W,)."""
    desk, most = case.desk, case.service.max_staff
    share = desk.answer_share or 0.0
    each = [team.needed(most, share, desk.answer_seconds, desk.occupancy) for team in teams]
    return np.minimum(np.sum(each, axis=0), most)


def today_shares(case: Case, demands: tuple[ContactDemand, ...]) -> tuple[np.ndarray, ...]:
    """When each channel is answered today, shape (W,) each."""
    return tuple(demand.hours.week_share(case.grid) for demand in demands)


def planned_shares(case: Case, demands: tuple[ContactDemand, ...]) -> tuple[np.ndarray, ...]:
    """When each channel may be answered, shape (W,) each."""
    always = np.ones(case.grid.periods_per_week)
    return tuple(
        always if d.channel.candidate is None else d.channel.candidate.week_share(case.grid)
        for d in demands
    )


def mail_work(demands: tuple[ContactDemand, ...]) -> np.ndarray:
    """Hours of work that mail brings in each period, closed ones included, shape (W,)."""
    work = [d.mean * d.channel.work_hours for d in demands if d.channel.deferrable]
    return np.sum(work, axis=0) if work else np.zeros(len(demands[0].mean))


def mail_room(
    demands: tuple[ContactDemand, ...], opening: np.ndarray, factor: float = 1.0
) -> np.ndarray:
    """Hours of mail that each period should have room for, shape (W,).

    What a day brings, spread evenly over its open periods; what comes on closed days is spread over
    the week.

    Parameters
    ----------
    opening
        Share of each period in which the desk is open, shape (W,).
    """
    open_ = opening.reshape(7, -1).sum(axis=1)
    work = mail_work(demands).reshape(7, -1).sum(axis=1)
    opens = open_ > 0
    if not opens.any():
        return np.zeros(len(opening))
    carried = work[~opens].sum() / opens.sum()
    per_period = np.where(opens, (work + carried) / np.maximum(open_, 1e-9), 0.0)
    return factor * np.repeat(per_period, len(opening) // 7)


def plan_desk(
    case: Case, demands: tuple[ContactDemand, ...], *, time_limit: float = 30.0
) -> tuple[Plan, DeskResponse]:
    """Hours, staff and shifts for all channels at once.

    Room for the mail is first made in today's hours, then in those of the plan before, and more of
    it where the mail of a week is more than the plan has time for.

    Raises
    ------
    PlanError
        No plan obeys every rule.
    """
    case = _with_hours(case, demands)
    shares = planned_shares(case, demands)
    work = float(mail_work(demands).sum())
    opening, factor = _today(case, demands), 1.0
    for _ in range(_MAIL_STEPS):
        response = respond_desk(case, demands, shares, mail_room(demands, opening, factor))
        plan = optimize(case, response.potential, time_limit=time_limit if not work else 0.0)
        settled = np.array_equal(plan.opening, opening > 0)
        enough = spare_hours(response, plan.staff).sum() >= work
        if not work or (settled and enough):
            break
        opening = plan.opening.astype(float)
        factor *= 1.0 if enough else _MORE_ROOM
    return plan, response


def _with_hours(case: Case, demands: tuple[ContactDemand, ...]) -> Case:
    """The case with today's hours stated; a service level without money keeps to them."""
    today = case.hours.current or OpeningHours.from_week(_today(case, demands) > 0, case.grid)
    hours = replace(case.hours, current=today)
    if case.desk.answer_share is not None and unit_of(case) != case.currency:
        hours = replace(hours, candidate=today, obligatory=today)
    return replace(case, hours=hours)


def spare_hours(response: DeskResponse, staff: np.ndarray) -> np.ndarray:
    """Hours that the people at the desk have left for mail in each period, on average, shape (W,).

    Within the limit on occupancy; in the steady state of each period.
    """
    case = response.case
    desk, hours = case.desk, case.grid.period_hours
    busy = np.zeros(len(staff))
    for team, people in zip(response.teams, response.staff_of(staff), strict=True):
        share = team.answered(case.service.max_staff, desk.occupancy).mean(axis=0)
        rate = team.rate.mean(axis=0)
        share = np.take_along_axis(share, people[:, None], axis=1)[:, 0]
        busy += share * rate * hours * team.work_hours / team.at_once
    return np.maximum(hours_for_contacts(case, staff) - busy, 0)


def hours_for_contacts(case: Case, staff: np.ndarray) -> np.ndarray:
    """Hours a period that so many people may spend on contacts of any kind, shape (...)."""
    desk = case.desk
    return staff * (1 - desk.shrinkage) * desk.occupancy * case.grid.period_hours
