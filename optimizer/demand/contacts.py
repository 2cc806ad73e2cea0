"""How many people want to reach a desk in each period of a typical week, open or closed.

Attempts are not customers: who fails and tries again is counted once. What remains is observed, so
nothing is borrowed from other hours; the draws say how much one day differs from the next.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from optimizer.channels import Channel
from optimizer.data.contacts import ChannelRecord, DeskRecord
from optimizer.opening import OpeningHours

DRAWS = 24  # days to average over, evenly spaced from quiet to busy
_ENOUGH = 20.0  # contacts a day below which days differ by chance alone


@dataclass(frozen=True, eq=False)
class ContactDemand:
    """People who want to reach one channel, whatever the hour.

    Parameters
    ----------
    hours
        When the channel is answered today.
    contacts
        People per period in each draw, shape (D, W).
    attempts
        Tries per period as counted, with those who tried again, shape (W,).
    observed_days
        Days on which each period was counted, shape (W,).
    day_spread
        By how much the rate of a day differs from the weekday's mean: a coefficient of variation,
        beyond what chance alone brings.
    """

    channel: Channel
    hours: OpeningHours
    contacts: np.ndarray
    attempts: np.ndarray
    observed_days: np.ndarray
    day_spread: float

    @property
    def mean(self) -> np.ndarray:
        """People per period on average, shape (W,)."""
        return self.contacts.mean(axis=0)


def estimate_contacts(record: DeskRecord) -> tuple[ContactDemand, ...]:
    """The demand of every channel, from what was counted on ordinary days."""
    return tuple(_estimate(record, channel) for channel in record.channels)


def first_tries(record: ChannelRecord) -> np.ndarray:
    """People who wanted something, shape (days, P): tries without those who tried again.

    Of the tries that fail the share `again` is followed by another one soon, so that every failed
    try stands for `1 - again` people and every answered one for one.
    """
    if record.attempts is None:
        if record.answered is None:
            raise ValueError("a channel needs contacts or attempts")
        return record.answered
    if record.channel.deferrable or record.answered is None:
        return record.attempts
    answered = np.minimum(np.nan_to_num(record.answered), record.attempts)
    return answered + (1 - record.channel.again) * (record.attempts - answered)


def _estimate(desk: DeskRecord, record: ChannelRecord) -> ContactDemand:
    people, plain = first_tries(record), ~desk.holiday
    if record.attempts is None and not record.channel.deferrable:
        # Answered contacts say nothing of closed hours: there they are missing, not zero.
        open_ = record.hours.week_share(desk.grid).reshape(7, -1)[desk.weekday] > 0
        people = np.where(open_, people, np.nan)
    mean = np.zeros((7, people.shape[1]))
    tries, seen = np.zeros_like(mean), np.zeros_like(mean)
    everyone = people if record.attempts is None else record.attempts
    for weekday in range(7):
        days = plain & (desk.weekday == weekday)
        seen[weekday] = np.isfinite(people[days]).sum(axis=0)
        counted = np.maximum(seen[weekday], 1)
        mean[weekday] = np.nansum(people[days], axis=0) / counted
        tries[weekday] = np.nansum(everyone[days], axis=0) / counted
    spread = _day_spread(people[plain], desk.weekday[plain], mean)
    factors = _factors(spread)
    return ContactDemand(
        channel=record.channel,
        hours=record.hours,
        contacts=(factors[:, :, None] * mean).reshape(DRAWS, -1),
        attempts=tries.ravel(),
        observed_days=seen.ravel().astype(int),
        day_spread=spread,
    )


def _day_spread(people: np.ndarray, weekday: np.ndarray, mean: np.ndarray) -> float:
    """Square root of the variance of the days' rates, relative to their mean (moments).

    Each day's count is compared with what its counted periods promise: of that ratio's variance
    the part that a Poisson count has anyway is taken off.
    """
    due = np.where(np.isfinite(people), mean[weekday], 0.0).sum(axis=1)
    busy = due > _ENOUGH
    if busy.sum() < 3:
        return 0.0
    ratio = np.nansum(people[busy], axis=1) / due[busy]
    return float(np.sqrt(max(((ratio - 1) ** 2 - 1 / due[busy]).mean(), 0.0)))


def _factors(spread: float) -> np.ndarray:
    """Rates of days relative to the mean, shape (DRAWS, 7): lognormal, each weekday shuffled."""
    size = np.sqrt(np.log1p(spread**2))
    normal = ndtri((np.arange(DRAWS) + 0.5) / DRAWS)
    factor = np.exp(size * normal)
    factor /= factor.mean()
    random = np.random.default_rng(0)
    return np.stack([factor[random.permutation(DRAWS)] for _ in range(7)], axis=1)
