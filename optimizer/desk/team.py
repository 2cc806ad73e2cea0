"""A team of a service desk: people who take the same channels, and what they answer together."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from optimizer.channels import Channel
from optimizer.planning.queueing import at_servers, erlang_a, in_time, modified_load

_TABLE_SIZE = 400  # rates at which a queue is computed; between them the straight line


def worth(channel: Channel) -> float:
    """Money between an answered contact and a lost one; 1 where no value is known."""
    return 1.0 if channel.at_stake is None else channel.at_stake


@dataclass(frozen=True, eq=False)
class Team:
    """Live channels that the same people take at once, as one queue.

    Every contact is taken as one of equal length, so many that the work stays what it is: the load
    is exact, the mixture of lengths is not.

    Parameters
    ----------
    channels, contacts
        The channels, and the people who want to reach each while it is answered, per period in each
        draw: shape (D, W) each.
    period_hours
        Length of a period.
    servers
        Contacts that one paid person handles at once, less the time away from the desk.
    """

    channels: tuple[Channel, ...]
    contacts: tuple[np.ndarray, ...]
    period_hours: float
    servers: float

    @cached_property
    def all_contacts(self) -> np.ndarray:
        """Of all channels, per period in each draw, shape (D, W)."""
        return np.sum(self.contacts, axis=0)

    @property
    def at_once(self) -> int:
        """Contacts that one person handles at once: where the channels differ it is in the work."""
        several = {channel.concurrency for channel in self.channels}
        return several.pop() if len(several) == 1 else 1

    @cached_property
    def work_hours(self) -> float:
        """Mean time that a contact keeps a server busy."""
        work = [channel.work_hours * self.at_once for channel in self.channels]
        return self._mean(work)

    @cached_property
    def patience_hours(self) -> float:
        """Mean wait after which somebody is gone for good.

        Who gives up and tries again at once waits on, at the end of the queue: giving up for good
        then is as rare as not trying again.
        """
        return self._mean([c.patience_minutes / 60 / (1 - c.again) for c in self.channels])

    @cached_property
    def at_stake(self) -> np.ndarray:
        """Mean worth of an answered contact over a lost one, per period, shape (W,)."""
        stakes = [worth(channel) for channel in self.channels]
        people = [contacts.mean(axis=0) for contacts in self.contacts]
        total = np.sum(people, axis=0)
        money = sum(stake * some for stake, some in zip(stakes, people, strict=True))
        return np.divide(money, total, out=np.full(len(total), max(stakes)), where=total > 0)

    def _mean(self, values: list[float]) -> float:
        weights = np.array([contacts.sum() for contacts in self.contacts])
        return float(np.average(values, weights=weights if weights.any() else None))

    @cached_property
    def offered_load(self) -> np.ndarray:
        """Contacts in hand on average if all were answered at once, in erlangs, shape (D, W)."""
        work = [channel.work_hours * self.at_once for channel in self.channels]
        hours = [each * contacts for each, contacts in zip(work, self.contacts, strict=True)]
        return np.sum(hours, axis=0) / self.period_hours

    @cached_property
    def rate(self) -> np.ndarray:
        """Contacts per hour in each draw, of the length of the mean one, shape (D, W).

        Where they take long it is the modified offered load that counts.
        """
        load = self.offered_load
        service_rate = 1 / self.work_hours
        if self.work_hours > self.period_hours / 3:
            load = modified_load(load, service_rate, self.period_hours)
        return load * service_rate

    def answered(self, most_people: int, occupancy: float) -> np.ndarray:
        """Share of the contacts that 0..C people answer in the end, shape (D, W, C+1).

        The occupancy is the most of the servers' time that contacts may take.
        """
        root = np.linspace(0, np.sqrt(self.rate.max(initial=1e-9)), _TABLE_SIZE)
        people = np.arange(most_people + 1) * self.servers
        service_rate = 1 / self.work_hours
        most = max(int(np.ceil(people[-1])), 1)
        gone = erlang_a(root**2, service_rate, 1 / self.patience_hours, most).p_abandon
        share = 1 - at_servers(gone, people)
        place = np.sqrt(self.rate) / root[1]
        below = np.minimum(place.astype(int), _TABLE_SIZE - 2)
        beyond = (place - below)[..., None]
        found = share[below] * (1 - beyond) + share[below + 1] * beyond
        able = occupancy * people * service_rate
        return np.minimum(found, able / np.maximum(self.rate, 1e-12)[..., None])

    def needed(
        self, most_people: int, share: float, seconds: float, occupancy: float
    ) -> np.ndarray:
        """Fewest people per period that answer the share within the seconds, int of shape (W,).

        `most_people` where not even they do; 0 where nobody calls.
        """
        rate = self.rate.mean(axis=0)
        people = np.arange(most_people + 1) * self.servers
        service_rate = 1 / self.work_hours
        level = in_time(
            rate, service_rate, 1 / self.patience_hours, int(np.ceil(people[-1])), seconds / 3600
        )
        enough = at_servers(level, people) >= share
        enough &= rate[:, None] <= occupancy * people * service_rate
        enough[:, -1] = True
        return np.where(rate > 0, enough.argmax(axis=1), 0)
