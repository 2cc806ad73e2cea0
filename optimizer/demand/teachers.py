"""What stores that are open late teach besides the course of their evenings.

They show what their guides (a street counter, a web shop) promised of the evening, and what came of
it: how far a guide's peculiarities may be trusted. And they show how far evenings of like stores
really lie apart, which no daytime tells. Both are learnt as far as there are teachers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.demand.ready import Shop, before_closing, open_days, profile

FEWEST_GUIDES = 4  # stores with the same kinds of guide that make a common rhythm
FEWEST = 3  # stores with the same late hours that can tell how far they differ
LEAST_SALES = 50  # of a teacher, late and in the usual hours
USUAL = 0.9  # share of the stores that are open in the hours with which late ones are compared
# Belief in what is peculiar to a store's guide before anything is seen. Counters of one town tell
# next to nothing of each other's evenings beyond their common rhythm; a store's own may tell more.
TRUST, TRUST_SD = 0.5, 0.5
ENOUGH = 9  # stores that are half believed, as the hidden units of a backtest are
NARROWEST = 0.8  # of intervals: which stores open late was chosen, not drawn


@dataclass(frozen=True, eq=False)
class Evenings:
    """Stores with the same late hours: what their guides promised, and what came of it.

    Parameters
    ----------
    late, usual
        Hours in which these stores are open and some others are not, and hours in which nearly all
        are, bool (7, P).
    seen, promised
        Log of late over usual customers against the common rhythm, by the till and by the store's
        own guide, shape (n,).
    chance
        Variance of `seen` from the chance of counting, shape (n,).
    """

    late: np.ndarray
    usual: np.ndarray
    seen: np.ndarray
    promised: np.ndarray
    chance: np.ndarray


def common(rhythm: np.ndarray, kinds: Sequence[Mapping[str, object]]) -> np.ndarray:
    """The mean rhythm of all stores with the same kinds of guide in place of each one's own.

    Parameters
    ----------
    rhythm
        Of each store by its own guides, shape (S, 7, P).
    kinds
        The guides of each store, by kind; too few of one kind, or none, keep their own rhythm.
    """
    alike: dict[frozenset[str], list[int]] = {}
    for store, guides in enumerate(kinds):
        alike.setdefault(frozenset(guides), []).append(store)
    found = rhythm.copy()
    for guides_of, stores in alike.items():
        if guides_of and len(stores) >= FEWEST_GUIDES:
            found[stores] = np.exp(np.log(rhythm[stores]).mean(axis=0))
    return found


def evenings(shops: Sequence[Shop], own: np.ndarray, shared: np.ndarray) -> list[Evenings]:
    """Stores that are open when others are not, gathered by their late hours.

    Parameters
    ----------
    own, shared
        Rhythm of each store by its own guides, and the common one, shape (S, 7, P).
    """
    base = np.array([shop.base for shop in shops])
    open_ = base.mean(axis=0)
    late = base & (open_ < USUAL)
    alike: dict[bytes, list[int]] = {}
    for store in np.flatnonzero(late.any(axis=(1, 2))).tolist():
        alike.setdefault(late[store].tobytes(), []).append(store)
    found = []
    for stores in alike.values():
        hours = late[stores[0]]
        usual = base[stores].all(axis=0) & (open_ >= USUAL)
        rows = []
        for store in stores:
            sold, open_hours = _ordinary(shops[store])
            if min(sold[hours].sum(), sold[usual].sum()) < LEAST_SALES:
                continue
            hoped, hoped_by_own = (
                open_hours * profile(shops[store], rhythm[store]) for rhythm in (shared, own)
            )
            seen, plain, promised = (
                np.log(each[hours].sum() / each[usual].sum())
                for each in (sold, hoped, hoped_by_own)
            )
            chance = shops[store].dispersion * sum(1 / sold[at].sum() for at in (hours, usual))
            rows.append((seen - plain, promised - plain, chance))
        if len(rows) >= FEWEST:
            found.append(Evenings(hours, usual, *np.array(rows).T))
    return found


def trust(found: Sequence[Evenings]) -> float:
    """How much of what is peculiar to a store's guide shows in its evenings, 0 to 1.

    The slope of what was seen on what was promised among stores of the same late hours, with a
    normal prior (A. Gelman et al., "Bayesian Data Analysis", 2013, section 14.8).
    """
    free = sum(len(one.seen) - 1 for one in found)
    if not free:
        return TRUST
    seen, promised = (
        np.concatenate([values - values.mean() for values in each])
        for each in ([one.seen for one in found], [one.promised for one in found])
    )
    noise = max(float(((seen - TRUST * promised) ** 2).sum()) / free, 1e-6)
    told, before = promised @ promised / noise, TRUST_SD**-2
    return float(np.clip((promised @ seen / noise + TRUST * before) / (told + before), 0.0, 1.0))


def trusted(own: np.ndarray, shared: np.ndarray, found: Sequence[Evenings]) -> np.ndarray:
    """The rhythm to expect, between the common one and each store's own, shape (S, 7, P)."""
    share = trust(found)
    return np.exp(share * np.log(own) + (1 - share) * np.log(shared))


def as_far_apart(draws: np.ndarray, shops: Sequence[Shop], found: Sequence[Evenings]) -> np.ndarray:
    """Draws of hours that other stores showed, as wide as those stores lie apart.

    Parameters
    ----------
    draws
        Customers per hour of each store, shape (S, D, 7, P).
    """
    if not found:
        return draws
    base = np.array([shop.base for shop in shops])
    never = np.array(  # own longer evenings know better
        [
            (open_days(shop.seen) == 0).reshape(shop.base.shape) & (not len(shop.drawn))
            for shop in shops
        ]
    )
    variances = [_doubt(draws, base, never, one) for one in found]
    factor = stretch(found, variances)
    shown = never & np.any([one.late for one in found], axis=0)
    middle = np.maximum(np.median(draws, axis=1, keepdims=True), 1e-12)
    wide = middle * (np.maximum(draws, 1e-12) / middle) ** factor
    return np.where(shown[:, None], wide, draws)


def stretch(found: Sequence[Evenings], variances: Sequence[float]) -> float:
    """Factor on the log width of intervals, from how far late stores lie apart; at least NARROWEST.

    Parameters
    ----------
    variances
        Of the same log ratios as estimated for stores that never showed them; 0 where none did not.
    """
    share = trust(found)
    squares = expected = free = 0.0
    for one, variance in zip(found, variances, strict=True):
        if variance > 0:
            left, more = one.seen - share * one.promised, len(one.seen) - 1
            # A further store lies from the mean of n by 1 + 1/n of their variance.
            apart = max(float(left.var(ddof=1) - one.chance.mean()), 0.0) * (2 + more) / (1 + more)
            squares, expected, free = (
                squares + more * apart,
                expected + more * variance,
                free + more,
            )
    if not free:
        return 1.0
    ratio = squares / expected * (1 + 1 / free)  # few squares lie mostly below their mean
    return float(max(ratio ** (0.5 * free / (free + ENOUGH)), NARROWEST))


def _doubt(draws: np.ndarray, base: np.ndarray, never: np.ndarray, one: Evenings) -> float:
    """Mean variance of the log ratio for stores that were never open in these late hours."""
    pupils = never[:, one.late].all(axis=1) & base[:, one.usual].all(axis=1)
    if not pupils.any():
        return 0.0
    late, usual = (draws[pupils][:, :, hours].sum(axis=2) for hours in (one.late, one.usual))
    return float(np.log(late / usual).var(axis=1).mean())


def _ordinary(shop: Shop) -> tuple[np.ndarray, np.ndarray]:
    """Customers, and hours times busyness, on ordinary days by weekday, shape (7, P) each."""
    seen = shop.seen
    told = np.isfinite(seen.transactions) & ~before_closing(seen)
    sales = np.where(told, seen.transactions, 0.0)
    hours = np.where(told, seen.real_hours * seen.open_share, 0.0) * shop.day_factor[:, None]
    days = [shop.day_kind == day for day in range(7)]
    return tuple(np.array([each[mine].sum(0) for mine in days]) for each in (sales, hours))  # type: ignore[return-value]
