"""Few opening times to remember: which weekdays open alike when a week may have so many of them."""

from functools import lru_cache

import numpy as np

Window = tuple[int, int]  # from one door edge to another, as numbers of edges
_NEVER = -1e12  # worth of a window that is not permitted: finite, so that sums are


def gathered(
    worth: np.ndarray, must_open: list[bool], most: int
) -> tuple[float, dict[int, Window]]:
    """The windows that are worth most together, no more than `most` different ones.

    Every set of days is given its best common window; of these, as many as allowed are put together
    by dynamic programming over sets of days.

    Parameters
    ----------
    worth
        Of each day (or group of days) from each edge to each other, shape (U, E, E).
    must_open
        Days that may not stay closed.

    Returns
    -------
    The worth of the week, and the window of each day that opens; at least one does.
    """
    days, edges = worth.shape[:2]
    sets = np.arange(2**days)
    holds = (sets[:, None] >> np.arange(days)) & 1
    together = holds @ np.maximum(worth, _NEVER).reshape(days, -1)
    window, alike = together.argmax(axis=1), together.max(axis=1)
    whole, part, first = _parts(days)
    best = [alike]
    for _ in range(most - 1):
        best.append(np.maximum.reduceat(best[-1][whole - part] + alike[part], first))

    needed = sum(2**day for day in range(days) if must_open[day])
    may_be = (sets & needed == needed) & (sets > 0)
    rest = int(np.where(may_be, best[-1], -np.inf).argmax())
    total = float(best[-1][rest])
    chosen: dict[int, Window] = {}
    for level in range(most - 1, -1, -1):
        here = rest
        if level:  # what the best week of `rest` took on this level
            parts = part[whole == rest]
            here = int(parts[(best[level - 1][rest - parts] + alike[parts]).argmax()])
        opens, closes = divmod(int(window[here]), edges)
        chosen |= {day: (opens, closes) for day in range(days) if here >> day & 1}
        rest -= here
    return total, chosen


@lru_cache(maxsize=8)
def _parts(days: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every set of days with each of its parts, also none; and where each set begins."""
    sets = np.arange(2**days)
    whole, part = np.nonzero((sets & ~sets[:, None]) == 0)
    return whole, part, np.searchsorted(whole, sets)
