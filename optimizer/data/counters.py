"""Faults of people counters: what they report though nobody counted.

A counter that hangs goes on reporting zeros, one that starts up reports thousands, and some lose an
hour of every night. Such periods are marked as not observed; nothing is put in their place. A real
zero stays a zero.
"""

from dataclasses import replace

import numpy as np

from optimizer.data.tally import QUARTERS, Tally
from optimizer.language import Clock, say

_SPIKE = 8.0  # times the 99th percentile: no street is ever that full
_LEAST_SPIKE = 100.0
_OUTAGE = 50.0  # people expected over a run of zeros from which on it is a fault
_STUCK = 0.3  # an hour with so small a share of both its neighbours, every day, counts wrong
_BUSY = 20.0  # people per hour below which an hour's average says little


def mask_faults(tally: Tally, step_minutes: int) -> tuple[Tally, list[str]]:
    """A footfall tally without the periods in which its counter was at fault, and what was found.

    Parameters
    ----------
    step_minutes
        Length of the periods that the counter reported.
    """
    quarters = max(1, step_minutes // 15)
    if tally.observed is None or QUARTERS % quarters:
        return tally, []
    counts = tally.counts.reshape(tally.days, -1, quarters).sum(axis=2)
    seen = tally.observed.reshape(tally.days, -1, quarters).all(axis=2)
    notes: list[str] = []
    spikes = seen & (counts > _spike_limit(counts[seen]))
    seen = seen & ~spikes
    outages = _outages(counts, seen)
    seen = seen & ~outages
    stuck = _stuck_hours(counts, seen) if tally.where == "street" else []
    counter = tally.counter or say("the counter")
    for fault, what in (
        (spikes, say("impossibly high counts")),
        (outages, say("zeros of a dead counter")),
    ):
        if fault.any():
            notes.append(
                say(
                    "Periods of {counter} with {what} are left out: {count}.",
                    counter=counter, what=what, count=int(fault.sum()),
                )
            )  # fmt: skip
    for hour in stuck:
        notes.append(
            say(
                "The counts of {counter} at {time} are far too low every day and are left out.",
                counter=counter, time=Clock(60 * hour),
            )
        )  # fmt: skip
        seen[:, hour * 4 // quarters : max(1, (hour + 1) * 4 // quarters)] = False
    return replace(tally, observed=np.repeat(seen, quarters, axis=1)), notes


def _spike_limit(counts: np.ndarray) -> float:
    if len(counts) < 100:
        return np.inf
    return max(_SPIKE * float(np.quantile(counts, 0.99)), _LEAST_SPIKE)


def _usual(counts: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Median of each period, by place in the week where four weeks were seen, else by the day."""
    masked = np.where(seen, counts, np.nan)
    usual = np.empty(counts.shape)
    everyday = _median(masked)
    for weekday in range(7):  # any seven rows on end are the seven days of a week
        like = masked[weekday::7]
        enough = np.isfinite(like).sum(axis=0) >= 4
        usual[weekday::7] = np.where(enough, _median(like), everyday)
    return usual


def _median(values: np.ndarray) -> np.ndarray:
    """Median over days, 0 where a period was never seen."""
    if not len(values):
        return np.zeros(values.shape[1])
    blank = np.isnan(values).all(axis=0)
    return np.nanmedian(np.where(blank, 0.0, values), axis=0)


def _outages(counts: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Runs of zeros over which many people were to be expected."""
    zero = (seen & (counts == 0)).ravel()
    expected = _usual(counts, seen).ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], zero, [False]]).astype(int)))
    outage = np.zeros(len(zero), dtype=bool)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        outage[start:end] = expected[start:end].sum() >= _OUTAGE
    return outage.reshape(counts.shape)


def _stuck_hours(counts: np.ndarray, seen: np.ndarray) -> list[int]:
    """Hours of the day whose average is a fraction of both their neighbours'."""
    if len(counts) < 14 or counts.shape[1] % 24:
        return []
    total = np.where(seen, counts, 0.0).reshape(len(counts), 24, -1).sum(axis=(0, 2))
    hours = seen.reshape(len(counts), 24, -1).mean(axis=2).sum(axis=0)
    average = np.divide(total, hours, out=np.zeros(24), where=hours > 0)
    neighbours = np.minimum(np.roll(average, 1), np.roll(average, -1))
    stuck = (neighbours >= _BUSY) & (average < _STUCK * neighbours) & (hours > 0)
    return np.flatnonzero(stuck).tolist()
