"""Opening hours that nobody stated, read from the till.

A shop is taken to be open in a half-hour of a weekday if sales fall into it at no less than a tenth
of the pace of the core of that day. The pace is taken from the share of days with any sale, so a
single busy evening (a stock-taking, a party) does not lengthen the day, and neither do the last
customers served after the door was shut.
"""

import numpy as np

from optimizer.data.tally import QUARTERS
from optimizer.opening import OpeningHours, Window

HALVES = 48  # half-hours a day
_OPEN, _CLEARLY_OPEN, _CLEARLY_SHUT = 0.10, 0.25, 0.03  # pace, as a share of the core's
_BREAK = 3  # half-hours: a shorter lull is a lull, not a closing at noon
_TRADES = 0.35  # share of, say, Sundays with sales from which on Sundays count as open
_WEEKDAYS = np.arange(7) < 5


def infer_hours(counts: np.ndarray, weekday: np.ndarray) -> OpeningHours:
    """Opening hours of an ordinary week from sales counted by quarter hour.

    Parameters
    ----------
    counts
        Sales of consecutive days, shape (days, 96).
    weekday
        Weekday of each day, 0 = Monday, shape (days,).
    """
    cut = _quietest(counts)  # a bar's night belongs to the evening before
    nights = np.append(counts.ravel()[cut:], np.zeros(cut)).reshape(-1, QUARTERS)
    totals = nights.sum(axis=1)
    if not totals.any():
        return OpeningHours()
    trading = totals >= max(1.0, 0.1 * np.median(totals[totals > 0]))
    week: list[list[Window]] = [[] for _ in range(7)]
    for day in range(7):
        mine = weekday == day
        if not mine.any() or trading[mine].mean() < _TRADES:
            continue
        # Mondays to Fridays differ only where their sales clearly say so.
        like = nights[trading & (_WEEKDAYS[weekday] if _WEEKDAYS[day] else mine)]
        own = nights[trading & mine]
        shared, pace = _pace(like) >= _OPEN, _pace(own)
        open_ = (pace >= _CLEARLY_OPEN) | (shared & (pace > _CLEARLY_SHUT))
        for start, end in _windows(open_, own, like):
            on, start, end = (day, start, end) if start < 1440 - cut * 15 else (
                (day + 1) % 7, start - 1440, end - 1440)  # fmt: skip
            week[on].append((start + cut * 15, end + cut * 15))
    return OpeningHours.daily(week)


def _quietest(counts: np.ndarray) -> int:
    """Quarter hour before noon around which least is sold; the nearest to four among equals."""
    by_quarter = np.tile(counts.sum(axis=0), 2)
    quarters = np.arange(QUARTERS // 2)
    around = [by_quarter[QUARTERS + q - 4 : QUARTERS + q + 4].sum() for q in quarters]
    return int(np.lexsort((np.abs(quarters - 16), around))[0])


def _halves(counts: np.ndarray) -> np.ndarray:
    return counts.reshape(len(counts), HALVES, 2).sum(axis=2)


def _pace(counts: np.ndarray) -> np.ndarray:
    """Pace of each half-hour as a share of the core's, shape (48,)."""
    often = (_halves(counts) > 0).mean(axis=0)
    rate = -np.log1p(-np.minimum(often, 1 - 0.5 / len(counts)))
    return rate / np.median(rate[rate >= 0.5 * rate.max()])


def _windows(open_: np.ndarray, own: np.ndarray, like: np.ndarray) -> list[Window]:
    """Windows in minutes of the shifted day, without lulls and single stray hours."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], open_, [False]]).astype(int)))
    joined: list[list[int]] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if joined and start - joined[-1][1] < _BREAK:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    volume = _halves(own).sum(axis=0)
    real = [run for run in joined if volume[slice(*run)].sum() >= 0.05 * volume.sum()]
    return [(start * 30, _closing(like.sum(axis=0), start, end) * 15) for start, end in real]


def _closing(quarters: np.ndarray, start: int, end: int) -> int:
    """Closing in quarter hours, without a last half-hour that only served those still inside."""
    if end - start < 3:
        return 2 * end
    before = quarters[2 * end - 4 : 2 * end - 2].mean()
    first, second = quarters[2 * end - 2 : 2 * end]
    if second > 0.1 * before:
        return 2 * end
    return 2 * end - 1 if first > 0.75 * before else 2 * end - 2
