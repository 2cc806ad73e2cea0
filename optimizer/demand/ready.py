"""One store made ready for the model: its usual hours, its levels, and how busy each date was."""

from dataclasses import dataclass

import numpy as np

from optimizer.data.observations import Observations
from optimizer.errors import DataError
from optimizer.language import say

HOLIDAY, EVE, FIRST_ENTRY = 7, 8, 9  # kinds of day after the seven weekdays
SHADOW_MINUTES = 30


@dataclass(frozen=True, eq=False)
class Shop:
    """One store made ready for the model."""

    seen: Observations
    base: np.ndarray  # (7, P) bool: hours open on nearly every open day of the weekday
    level: np.ndarray  # (7,) customers/hour over the base hours
    day_factor: np.ndarray  # (days,)
    dispersion: float
    day_kind: np.ndarray  # (days,): weekday 0..6, HOLIDAY, EVE, or FIRST_ENTRY + entry of history
    drawn: np.ndarray  # per entry of the hours' history: were its dates drawn at random?


def make_ready(shop: Observations) -> Shop:
    """Levels, day factors and over-dispersion from the hours that are nearly always open."""
    counted = np.isfinite(shop.transactions)
    if not np.nansum(shop.transactions):
        raise DataError(
            say("no sales fall into the opening hours"),
            where=shop.store or "sales",
            cure=say("Check the opening hours and the time zone of the till."),
        )
    hours = np.where(counted, shop.real_hours * shop.open_share, 0.0)
    sales = np.where(counted, shop.transactions, 0.0)
    kind = _day_kinds(shop, hours.sum(1) > 0)
    base = np.zeros((7, sales.shape[1]), dtype=bool)
    level = np.zeros(7)
    rate = np.zeros((7, sales.shape[1]))
    for day in range(7):
        mine = (kind == day) & (hours.sum(1) > 0)
        if mine.any():
            base[day] = (hours[mine] > 0).mean(0) >= 0.8
            rate[day] = sales[mine].sum(0) / np.maximum(hours[mine].sum(0), 1e-12)
            level[day] = (rate[day] * base[day]).sum() / max(base[day].sum(), 1)
    expected = rate[shop.weekday] * hours * base[shop.weekday]
    sold = (sales * base[shop.weekday]).sum(1)
    factor = _day_factors(sold, expected.sum(1))
    residual = (sales - factor[:, None] * expected) * base[shop.weekday]
    mean = factor[:, None] * expected
    slot = float((residual**2).sum() / max(mean.sum(), 1e-12))
    # A day's late hours rise and fall together (weather, a coach of tourists): what counts for
    # carrying on into the evening is how much the sum over the later half of a day varies.
    half = base[shop.weekday].cumsum(1) > base[shop.weekday].sum(1, keepdims=True) / 2
    late = float(((residual * half).sum(1) ** 2).sum() / max((mean * half).sum(), 1e-12))
    drawn = np.array([entry.random for entry in shop.history], dtype=bool)
    return Shop(shop, base, level, factor, max(1.0, slot, late), kind, drawn)


def _day_kinds(shop: Observations, open_: np.ndarray) -> np.ndarray:
    """What each date may teach: its weekday, a holiday, an eve, or special hours; int (days,)."""
    eve = np.r_[shop.holiday[1:], False] & ~shop.holiday
    kind = np.where(shop.holiday, HOLIDAY, np.where(eve, EVE, shop.weekday))
    usual = shop.regime == -1
    return np.where(usual | ~(usual & open_).any(), kind, FIRST_ENTRY + shop.regime)


def before_closing(shop: Observations) -> np.ndarray:
    """The closing shadow: the last half hour of each opening, bool (days, P).

    Customers hurry before the door is locked, or stay away: these periods tell nothing about how
    the evening would go on. A grid of whole hours cannot tell them apart and leaves them in.
    """
    shadow = np.zeros(shop.open_share.shape, dtype=bool)
    open_ = shop.open_share > 0
    for ahead in range(1, SHADOW_MINUTES // shop.grid.period_minutes + 1):
        shadow[:, :-ahead] |= open_[:, :-ahead] & ~open_[:, ahead:]
    # A shop that opens for an hour or two keeps what it has.
    return shadow & (shop.open_share.sum(1, keepdims=True) * shop.grid.period_hours >= 3)


def _day_factors(sold: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Each date's busyness, shrunken towards 1 by how much dates really differ, shape (days,).

    Gamma-Poisson shrinkage with the spread between dates by the method of moments.
    """
    some = expected > 0
    if some.sum() < 3:
        return np.ones(len(sold))
    excess = ((sold - expected)[some] ** 2 - expected[some]).sum()
    variance = max(excess / (expected[some] ** 2).sum(), 1e-6)
    factor = np.ones(len(sold))
    factor[some] = (sold[some] + 1 / variance) / (expected[some] + 1 / variance)
    return factor


def profile(shop: Shop, rhythm: np.ndarray) -> np.ndarray:
    """Expected customers per hour over the week from level and rhythm, shape (7, P)."""
    open_days = shop.level > 0
    expected = np.empty_like(rhythm)
    # The rhythm's own weekday level carries to weekdays that were never open.
    usual = np.array([rhythm[d][shop.base[d]].mean() if open_days[d] else np.nan for d in range(7)])
    conversion = np.nanmean(shop.level[open_days] / usual[open_days])
    for day in range(7):
        scale = shop.level[day] / usual[day] if open_days[day] else conversion
        expected[day] = rhythm[day] * scale
    return expected


def open_days(seen: Observations, days: np.ndarray | None = None) -> np.ndarray:
    """Days on which each period of the week was open and counted, shape (W,)."""
    counted = np.isfinite(seen.transactions) & (seen.open_share > 0.5)
    if days is not None:
        counted &= days[:, None]
    return np.array([counted[seen.weekday == day].sum(0) for day in range(7)]).ravel()
