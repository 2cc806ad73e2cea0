"""Mail and call-backs: work that waits while the desk is closed, and is there in the morning."""

from dataclasses import dataclass

import numpy as np

from optimizer.channels import Channel
from optimizer.desk.response import DeskResponse, hours_for_contacts

_WEEKS = 30  # after which a stack of mail that still grows is said to grow


@dataclass(frozen=True, eq=False)
class MailWeek:
    """Mail and call-backs over a typical week that follows another like it.

    Parameters
    ----------
    arriving, answered, backlog
        Contacts per period; `backlog` those that wait when the period begins; shape (W,) each.
    oldest_hours
        How long the oldest of them has waited by then.
    given_up
        Contacts a week that became of no use while they waited.
    growth
        Contacts by which the stack is higher a week later; 0 where it is not.
    margin
        What the answered ones are worth, less what those given up cost.
    """

    arriving: np.ndarray
    answered: np.ndarray
    backlog: np.ndarray
    oldest_hours: np.ndarray
    given_up: float
    growth: float
    margin: float

    @property
    def mean_wait_hours(self) -> float:
        """Mean time from writing to the answer (Little's law)."""
        hours = 168 / len(self.backlog)
        done = self.answered.sum() + self.given_up
        return float(self.backlog.sum() * hours / done) if done else 0.0


def mail_week(response: DeskResponse, staff: np.ndarray, busy: np.ndarray) -> MailWeek | None:
    """All mail as one stack, oldest first, worked on in the time that live contacts leave.

    Parameters
    ----------
    staff
        People at the desk in each period, int of shape (W,).
    busy
        Hours that they spend on live contacts in each period, shape (W,).

    Returns
    -------
    None for a desk without mail or call-backs.
    """
    mail = [
        (demand, share)
        for demand, share in zip(response.demands, response.shares, strict=True)
        if demand.channel.deferrable
    ]
    if not mail:
        return None
    hours = response.case.grid.period_hours
    arriving = np.sum([demand.mean for demand, _ in mail], axis=0)
    weights = [max(float(demand.mean.sum()), 1e-12) for demand, _ in mail]
    work = np.average([demand.channel.work_hours for demand, _ in mail], weights=weights)
    patience = np.average([d.channel.patience_minutes / 60 for d, _ in mail], weights=weights)
    allowed = np.max([share for _, share in mail], axis=0) > 0
    able = np.maximum(hours_for_contacts(response.case, staff) - busy, 0) * allowed / work
    kept = np.exp(-hours / patience)
    backlog, done = np.zeros(len(arriving)), np.zeros(len(arriving))
    waits = 0.0
    for _ in range(_WEEKS):
        before = waits
        for t, new in enumerate(arriving):
            backlog[t] = waits
            done[t] = min(waits + new, able[t])
            waits = (waits + new - done[t]) * kept
        if abs(waits - before) <= 1e-6 * max(waits, 1.0):
            break
    given_up = max(float(arriving.sum() - done.sum() - (waits - before)), 0.0)
    value, cost = (
        np.average([amount(demand.channel) for demand, _ in mail], weights=weights)
        for amount in (_value, _cost)
    )
    return MailWeek(
        arriving=arriving,
        answered=done,
        backlog=backlog,
        oldest_hours=_oldest(arriving, backlog) * hours,
        given_up=given_up,
        growth=max(waits - before, 0.0),
        margin=float(value * done.sum() - cost * given_up),
    )


def _oldest(arriving: np.ndarray, backlog: np.ndarray) -> np.ndarray:
    """Periods ago that the oldest of those who wait wrote, shape (W,): first come, first served."""
    week = float(arriving.sum())
    if not week:
        return np.zeros(len(arriving))
    weeks = int(np.ceil(backlog.max() / week)) + 1
    written = np.concatenate([[0.0], np.cumsum(np.tile(arriving, weeks + 1))])
    now = weeks * len(arriving) + np.arange(len(arriving))
    since = np.interp(written[now] - backlog, written, np.arange(len(written)))
    return np.where(backlog > 1e-9, now - since, 0.0)


def _value(channel: Channel) -> float:
    return 1.0 if channel.value_per_contact is None else channel.value_per_contact


def _cost(channel: Channel) -> float:
    return channel.cost_of_lost
