"""The best roster so far, and when to stop looking for a better one."""

import time
from collections.abc import Callable

import numpy as np

from optimizer.roster.problem import Team

Tell = Callable[[float, float], bool]  # worth and bound so far; False = stop


class Stop(Exception):
    """Somebody asked for the best so far, the time is up, or nothing better is left."""


class Best:
    """The best roster so far, and a bound on all.

    Parameters
    ----------
    tell
        Is told worth and bound now and then; answers False to stop.
    seconds
        After which to stop.
    close
        Relative distance to the bound at which to stop.
    whole
        Whether the worth of every roster is a whole number.
    """

    def __init__(self, tell: Tell, seconds: float, close: float, whole: bool) -> None:
        self._tell, self._close, self._whole = tell, close, whole
        self._began, self._seconds = time.perf_counter(), seconds
        self.lines: np.ndarray | None = None
        self.worth, self.bound, self.stopped = -np.inf, np.inf, False

    def see(self, team: Team) -> bool:
        """Keep a roster if it is better; whether it is."""
        worth = team.worth
        if worth <= self.worth + 1e-9:
            return False
        self.worth, self.lines = worth, team.lines.copy()
        return True

    def check(self) -> None:
        """Raise Stop where somebody asks for it, the time is up or the bound is reached."""
        if not self._tell(self.worth, self.bound):
            self.stopped = True
            raise Stop
        if self.lines is not None and (self.is_close or self.spent >= 1):
            raise Stop

    @property
    def spent(self) -> float:
        """Share of the time that has passed."""
        return (time.perf_counter() - self._began) / self._seconds

    @property
    def seconds_left(self) -> float:
        """Until the time is up, one at least."""
        return max((1 - self.spent) * self._seconds, 1.0)

    def can_become(self, worth: float) -> bool:
        """Whether a mixture of such worth leaves room for a better roster."""
        return self._highest(worth) > self.worth + 1e-6

    def hardly_differ(self, worth: float, bound: float) -> bool:
        """Whether it hardly matters that a mixture of some worth could become one of the bound."""
        return self._highest(bound) - worth <= 0.1 * self._close * abs(worth) + 1e-6

    @property
    def is_close(self) -> bool:
        """Whether nothing worth looking for can be left."""
        return self._highest(self.bound) - self.worth <= self._close * abs(self.worth) + 1e-6

    def _highest(self, bound: float) -> float:
        """The highest worth of a roster below a bound."""
        return float(np.floor(bound + 1e-6)) if self._whole else bound
