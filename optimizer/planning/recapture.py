"""Who comes all the same: customers of a closed hour, by how far away the open door is.

Whoever finds the door closed a quarter of an hour after closing comes earlier next time; whoever is
free four hours later mostly does not. Of the customers who move at all some come on other days,
however far the hour; the others come on the same day, fewer the farther the nearest open moment is:
consumers on a circle of time who shop at the nearest outlet, as in S. C. Salop, "Monopolistic
competition with outside goods" (1979). The share moved that the case states is a mean over today's
closed hours, and holds there exactly.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from optimizer.demand.displacement import DAY_KERNEL
from optimizer.planning.response import Potential

OTHER_DAYS = float(1 - DAY_KERNEL[0])  # of the customers who move: those who come on other days
FADING_HOURS = 2.0  # by which the others have fallen to 1/e; an assumption


def coming(
    hours_away: np.ndarray,
    nearness: float | np.ndarray = 1.0,
    other_days: float = OTHER_DAYS,
    fading_hours: float = FADING_HOURS,
) -> np.ndarray:
    """Customers who come all the same, per customer who moves on average.

    Parameters
    ----------
    hours_away
        From the hour they would like to the nearest open moment of that day; inf if it has none.
    nearness
        Of those who come on the same day, how many come if the door is a moment away.
    """
    return other_days + (1 - other_days) * nearness * np.exp(-hours_away / fading_hours)


def hours_away(opening: np.ndarray) -> np.ndarray:
    """Hours from the middle of each period to the nearest open moment of its calendar day.

    At least half a period, also in periods that are open themselves; inf on days without any
    opening. The first period of a window that is open in part is open at its end, any other one at
    its beginning.

    Parameters
    ----------
    opening
        Share of each period that is open, shape (..., W).

    Returns
    -------
    Shape (..., W).
    """
    share = opening.reshape(*opening.shape[:-1], 7, -1)
    periods = share.shape[-1]
    t = np.arange(periods)
    opens = np.where(share > 0, t + 1 - share, np.inf)
    closes = np.where(share > 0, t + share, -np.inf)
    next_open = np.minimum.accumulate(opens[..., ::-1], axis=-1)[..., ::-1]
    last_close = np.maximum.accumulate(closes, axis=-1)
    away = np.minimum(next_open - (t + 0.5), (t + 0.5) - last_close)
    return (np.maximum(away, 0.5) * 24 / periods).reshape(opening.shape)


@dataclass(frozen=True, eq=False)
class Recapture:
    """What becomes of the customers who meet a closed door, whatever the opening hours.

    The share `web` of them buys in the own web shop at any hour; those who move are at most all the
    others.
    """

    potential: Potential

    @cached_property
    def nearness(self) -> np.ndarray:
        """Nearness (see `coming`) with which today's hours give the share moved, shape (D,).

        They give it as the mean over the customers of all closed hours on the days that open today.
        Where there are none, the share moved is taken to hold right at the door: a nearness of 1.
        """
        whom, today = self.potential, self.potential.open_now
        opens = np.repeat(today.reshape(7, -1).any(axis=1), len(today) // 7)
        met_closed = whom.customers * (1 - today) * opens
        if not met_closed.any():
            return np.ones(len(met_closed))
        fading = coming(hours_away(today)) - OTHER_DAYS
        nearness = np.zeros(len(met_closed))
        # Newton's method: the mean is concave in the nearness and made of straight pieces, one more
        # with every period in which all come, so that it ends at the root.
        for _ in range(len(today)):
            share = OTHER_DAYS + nearness[:, None] * fading
            missing = (met_closed * (1 - np.minimum(share, self._most))).sum(axis=1)
            slope = (met_closed * fading * (share < self._most)).sum(axis=1)
            if (missing <= 1e-12 * met_closed.sum(axis=1)).all():
                break
            nearness += np.divide(missing, slope, out=np.zeros_like(slope), where=slope > 0)
        return nearness

    def shares(self, opening: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shares moved and bought on the web of customers who meet the door closed in each period.

        Both are 0 in a week that never opens: there is no open hour to move to.

        Parameters
        ----------
        opening
            Share of each period that is open, shape (..., W).

        Returns
        -------
        Shape (..., D, W) each.
        """
        some_day = np.asarray(opening.any(axis=-1))[..., None, None]
        moved = self._moved(hours_away(opening)) * some_day
        return moved, np.broadcast_to(self.potential.web[:, None] * some_day, moved.shape)

    def margin_by_door(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Margin kept of a weekday's closed hours, in money, averaged over the draws.

        With P periods a day and doors open from edge o to edge c between them it is
        `before[o] + after[c]`, and `closed` on a day that stays closed.

        Returns
        -------
        before, after of shape (7, P+1), and closed of shape (7,).
        """
        whom = self.potential
        draws, periods = len(whom.value), len(whom.open_now) // 7
        worth = whom.value[:, None] * whom.customers / draws
        web = whom.web[:, None]
        away = (np.arange(periods) + 0.5) * 24 / periods
        by_lag = (worth.T @ (self._moved(away) + web)).reshape(7, periods, periods)
        edge, t = np.arange(periods + 1)[:, None], np.arange(periods)
        before = np.where(t < edge, by_lag[:, t, np.maximum(edge - 1 - t, 0)], 0.0)
        after = np.where(t >= edge, by_lag[:, t, np.maximum(t - edge, 0)], 0.0)
        closed = (worth * (self._moved(np.array([np.inf])) + web)).sum(axis=0)
        return before.sum(axis=2), after.sum(axis=2), closed.reshape(7, -1).sum(axis=1)

    def margin_by_pause(self, doors: np.ndarray) -> np.ndarray:
        """Margin kept of the hours between two windows of a weekday, as `margin_by_door`.

        Parameters
        ----------
        doors
            Edges of the day at which doors may close and open again, shape (E,).

        Returns
        -------
        From each door that closes to each one that opens, shape (7, E, E); 0 where none does.
        """
        whom = self.potential
        draws, periods = len(whom.value), len(whom.open_now) // 7
        worth = whom.value[:, None] * whom.customers / draws
        away = (np.arange(periods) + 0.5) * 24 / periods
        by_lag = (worth.T @ (self._moved(away) + whom.web[:, None])).reshape(7, periods, periods)
        # Half of a pause is nearer to the door that closed, the other half to the one that opens:
        # of 2k periods k each, and the one in the middle is as near to either.
        edge, t = np.arange(periods + 1), np.arange(periods)
        since = np.maximum(t - edge[:, None], 0)  # periods between a door and each period
        until = np.maximum(edge[:, None] - 1 - t, 0)
        behind = np.cumsum(np.pad(by_lag[:, t, since], ((0, 0), (0, 0), (1, 0))), axis=2)
        ahead = np.cumsum(np.pad(by_lag[:, t, until], ((0, 0), (0, 0), (1, 0))), axis=2)
        closes, opens = doors[:, None], doors[None, :]
        middle = np.where(closes < opens, (closes + opens + 1) // 2, closes)
        first = behind[:, closes, middle] - behind[:, closes, np.broadcast_to(closes, middle.shape)]
        opens = np.maximum(opens, closes)
        second = ahead[:, opens, opens] - ahead[:, opens, middle]
        kept: np.ndarray = np.where(closes < opens, first + second, 0.0)
        return kept

    def _moved(self, away: np.ndarray) -> np.ndarray:
        """Share moved at some hours away, shape (..., D, N) for (..., N)."""
        share = coming(away[..., None, :], self.nearness[:, None])
        return self.potential.moved[:, None] * np.minimum(share, self._most)

    @cached_property
    def _most(self) -> np.ndarray:
        """Of `coming`: all who do not buy on the web, shape (D, 1)."""
        moved, lost = self.potential.moved[:, None], self.potential.lost[:, None]
        none_moves = np.full_like(moved, np.inf)
        return 1 + np.divide(lost, moved, out=none_moves, where=moved > 0)


@lru_cache(maxsize=8)
def recapture(potential: Potential) -> Recapture:
    """The recapture of the same draws that the response to staff is averaged over."""
    return Recapture(potential.thinned())
