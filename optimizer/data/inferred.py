"""Opening hours that nobody stated, read from the till.

A shop is taken to be open in a half-hour of a weekday if sales fall into it at no less than a tenth
of the pace of the core of that day. The pace is taken from the share of days with any sale, so a
single busy evening (a stock-taking, a party) does not lengthen the day, and neither do the last
customers served after the door was shut.
"""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from optimizer.data.tally import QUARTERS
from optimizer.opening import DatedHours, HoursCalendar, OpeningHours, Window

HALVES = 48  # half-hours a day
_OPEN, _CLEARLY_OPEN, _CLEARLY_SHUT = 0.10, 0.25, 0.03  # pace, as a share of the core's
_ENOUGH = 15  # sales in a quarter hour from which on a sudden end of them is no chance
_BREAK = 3  # half-hours: a shorter lull is a lull, not a closing at noon
_TRADES = 0.35  # share of, say, Sundays with sales from which on Sundays count as open
_WEEKDAYS = np.arange(7) < 5
_LEAST_DAYS = 12  # trading days on either side of a change of hours
_CERTAIN = 12.0  # log likelihood by which two rates must beat one, after all places looked at
_MOST_CHANGES = 4


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


def infer_calendar(counts: np.ndarray, weekday: np.ndarray, first: date) -> HoursCalendar:
    """Opening hours with the days on which they changed, from sales counted by quarter hour.

    Parameters are those of `infer_hours`; `first` is the date of the first row.
    """
    edges = [0, *_changes(counts, weekday, 0, _MOST_CHANGES), len(counts)]
    parts = [
        (start, end, infer_hours(counts[start:end], weekday[start:end]))
        for start, end in pairwise(edges)
    ]
    entries: list[DatedHours] = []
    for start, end, hours in parts[:-1]:
        begin = first + timedelta(days=start) if start else None
        if entries and entries[-1].hours == hours:
            begin = entries.pop().first
        entries.append(DatedHours(begin, first + timedelta(days=end - 1), hours))
    if entries and entries[-1].hours == parts[-1][2]:
        entries.pop()
    return HoursCalendar(parts[-1][2], tuple(entries))


def _changes(counts: np.ndarray, weekday: np.ndarray, offset: int, most: int) -> list[int]:
    """Rows at which a half-hour began or ceased to be open, found by halving again and again.

    In each half-hour of Mondays to Fridays, Saturdays and Sundays a day either has a sale or not.
    A change is where two shares fit that row of days far better than one, and the half-hour is
    clearly shut on one side and clearly open on the other.
    """
    best, where = _CERTAIN + np.log(HALVES * max(len(counts), 2)), 0
    sold = _halves(counts) > 0
    for group in (_WEEKDAYS[weekday], weekday == 5, weekday == 6):
        rows = np.flatnonzero(group & sold.any(axis=1))
        least = _LEAST_DAYS if len(rows) > 3 * _LEAST_DAYS else _LEAST_DAYS // 3
        if len(rows) < 2 * least or most == 0:
            continue
        hits = np.cumsum(sold[rows], axis=0)
        days = np.arange(1, len(rows) + 1)[:, None]
        after, left = hits[-1] - hits, len(rows) - days
        gain = (
            _likelihood(hits, days) + _likelihood(after, left) - _likelihood(hits[-1:], len(rows))
        )
        core = np.median(hits[-1][hits[-1] >= 0.5 * hits[-1].max()]) / len(rows)
        low = np.minimum(hits / days, after / np.maximum(left, 1))
        high = np.maximum(hits / days, after / np.maximum(left, 1))
        gain[(low > 0.08 * core) | (high < 0.4 * core)] = 0.0
        gain[: least - 1] = gain[len(rows) - least :] = 0.0
        day, _ = np.unravel_index(gain.argmax(), gain.shape)
        if gain.max() > best:
            best, where = float(gain.max()), int(rows[day]) + 1
    if not where:
        return []
    before = _changes(counts[:where], weekday[:where], offset, most - 1)
    later = _changes(counts[where:], weekday[where:], offset + where, most - 1)
    return [*before, offset + where, *later]


def _likelihood(hits: np.ndarray, days: np.ndarray | int) -> np.ndarray:
    """Log likelihood of so many days with a sale at their own share, 0 where there are no days."""
    share = np.clip(hits / np.maximum(days, 1), 1e-9, 1 - 1e-9)
    return hits * np.log(share) + (days - hits) * np.log1p(-share)


def _quietest(counts: np.ndarray) -> int:
    """Quarter hour before noon around which least is sold; the nearest to four among equals."""
    by_quarter = np.tile(counts.sum(axis=0), 2)
    quarters = np.arange(0, QUARTERS // 2, 2)  # half-hours stay half-hours of the clock
    around = [by_quarter[QUARTERS + q - 4 : QUARTERS + q + 4].sum() for q in quarters]
    return int(quarters[np.lexsort((np.abs(quarters - 16), around))[0]])


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
    if second > 0.1 * before or before < _ENOUGH:
        return 2 * end
    return 2 * end - 1 if first > 0.75 * before else 2 * end - 2
