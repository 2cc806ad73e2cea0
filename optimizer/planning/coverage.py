"""How much of the customers' own week finds the door open, and where the rest of it lies."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.planning.response import Potential

NOTABLE = 1 / 3  # of the customers at a closed door: the least that a block must hold


@dataclass(frozen=True)
class Block:
    """Neighbouring weekdays and the part of them that is closed.

    Parameters
    ----------
    days
        Weekdays, 0 = Monday.
    part
        "morning", before the door opens; "evening", after it closes; "noon", while it is closed
        between two windows; "day", where it does not open at all.
    share
        Of all customers whose hour is closed, those of this block.
    """

    days: tuple[int, ...]
    part: str
    share: float


@dataclass(frozen=True)
class Coverage:
    """The customers whose own hour is open, as a share of all who would come; 1 if none would.

    `missing` is the shortest block that holds a good part of the others, None where there are none.
    """

    share: float
    missing: Block | None


def coverage(whom: Potential, opening: np.ndarray) -> Coverage:
    """Share of the hours that customers want in which a shop is open, weighed by the customers.

    Parameters
    ----------
    opening
        Share of each period of the week that the shop is open, shape (W,).
    """
    wanted = whom.customers.mean(0)
    closed = (wanted * (1 - opening)).reshape(7, -1)
    total = wanted.sum()
    if total == 0 or closed.sum() < 1e-9 * total:
        return Coverage(1.0, None)
    return Coverage(float(1 - closed.sum() / total), _largest_gap(closed, opening.reshape(7, -1)))


def _largest_gap(closed: np.ndarray, opening: np.ndarray) -> Block:
    """The fewest neighbouring weekdays with one part closed that hold a notable share.

    Of as many days those that hold most; where no block is notable the one that holds most.
    """
    blocks = []
    for part, by_day in _by_part(closed, opening).items():
        for first, end in _runs(by_day > 0):
            for start in range(first, end):
                for stop in range(start + 1, end + 1):
                    share = float(by_day[start:stop].sum() / closed.sum())
                    blocks.append(Block(tuple(range(start, stop)), part, share))
    notable = [block for block in blocks if block.share >= NOTABLE]
    if not notable:
        return max(blocks, key=lambda block: block.share)
    return min(notable, key=lambda block: (len(block.days), -block.share))


def _by_part(closed: np.ndarray, opening: np.ndarray) -> dict[str, np.ndarray]:
    """Customers whose hour is closed by part of the day, one value per weekday, shape (7,) each."""
    open_ = opening > 0
    opens = open_.any(1, keepdims=True)
    begun = np.logical_or.accumulate(open_, axis=1)
    ended = ~np.logical_or.accumulate(open_[:, ::-1], axis=1)[:, ::-1]
    return {
        "morning": (closed * (opens & ~begun)).sum(1),
        "noon": (closed * (opens & begun & ~ended)).sum(1),
        "evening": (closed * (opens & ended)).sum(1),
        "day": (closed * ~opens).sum(1),
    }


def _runs(found: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last of each stretch of True."""
    edges = np.flatnonzero(np.diff(found, prepend=False, append=False)).tolist()
    return list(pairwise(edges))[::2]
