"""Trials over several stores: which stores open longer in which weeks, and what that can find.

The outcome is a store's weekly total over all its channels, on the log scale, so that what merely
moves within a store counts as nothing: an effect on it is what is new to the owner. With g the
evening's share of a week's sales, the share of the evening that is new is known to the standard
error of the effect divided by g.
"""

from dataclasses import dataclass

import numpy as np

from optimizer.demand.comparison import POWER
from optimizer.errors import CaseError
from optimizer.language import say


@dataclass(frozen=True)
class StoreWeekNoise:
    """How a store's weekly log total strays from its own and the week's mean.

    `independent` is the standard deviation of what each week brings anew, `persistent` that of what
    lasts: an autoregression with `correlation` from one week to the next. The defaults are
    assumptions; `placebo_error` takes the chain's own past instead.
    """

    independent: float = 0.04
    persistent: float = 0.03
    correlation: float = 0.8

    def covariance(self, weeks: int) -> np.ndarray:
        """Covariance between a store's weeks, shape (T, T)."""
        apart = np.abs(np.subtract.outer(np.arange(weeks), np.arange(weeks)))
        lasting = self.persistent**2 * self.correlation**apart
        return np.asarray(lasting + self.independent**2 * np.eye(weeks))


@dataclass(frozen=True, eq=False)
class ChainDesign:
    """Which store is open longer in which week.

    Parameters
    ----------
    late
        Longer hours, bool of shape (S, T).
    kept
        Weeks that count, bool of shape (T,); weeks in which customers still learn are left out.
    """

    late: np.ndarray
    kept: np.ndarray

    def __post_init__(self) -> None:
        if not np.any(self._contrast):
            raise CaseError(
                say("in no week do some stores open longer and others not"),
                where="trial",
                cure=say("Give the trial more stores or other weeks."),
            )

    @property
    def _contrast(self) -> np.ndarray:
        """Longer hours less store and week means, shape (S, kept weeks)."""
        late = self.late[:, self.kept].astype(float)
        return np.asarray(late - late.mean(0) - late.mean(1, keepdims=True) + late.mean())

    def effect(self, log_totals: np.ndarray) -> float:
        """Log change of a store's week by longer hours: regression with store and week effects.

        Parameters
        ----------
        log_totals
            Log of each store's weekly total, shape (S, T).
        """
        contrast = self._contrast
        return float((contrast * log_totals[:, self.kept]).sum() / (contrast**2).sum())

    def standard_error(self, noise: StoreWeekNoise) -> float:
        """Standard error of `effect` under the noise; stores are independent of each other."""
        contrast = self._contrast
        within = noise.covariance(len(self.kept))[np.ix_(self.kept, self.kept)]
        variance = np.einsum("st,tu,su->", contrast, within, contrast)
        return float(np.sqrt(variance) / (contrast**2).sum())

    def detectable(self, noise: StoreWeekNoise) -> float:
        """Smallest log change of weekly totals found with 80 % power at 5 %, two-sided."""
        return POWER * self.standard_error(noise)

    def placebo_error(self, log_totals: np.ndarray, draws: int = 400, seed: int = 0) -> float:
        """Standard error by the chain's own past: the trial pretended at other times.

        Every stretch of the past as long as the trial is a placebo, with the stores shuffled over
        the design's rows.

        Parameters
        ----------
        log_totals
            Log weekly totals of a past without trials, shape (S, weeks), at least as long.
        """
        stores, weeks = self.late.shape
        starts = log_totals.shape[1] - weeks + 1
        if log_totals.shape[0] != stores or starts < 1:
            raise CaseError(
                say(
                    "a past of {past_weeks} weeks and {past_stores} stores cannot hold a trial of "
                    "{weeks} weeks and {stores} stores",
                    past_weeks=log_totals.shape[1],
                    past_stores=log_totals.shape[0],
                    weeks=weeks,
                    stores=stores,
                ),
                where="trial",
                cure=say("Give a longer past, or make the trial shorter."),
            )
        rng = np.random.default_rng(seed)
        found = []
        for draw in range(draws):
            start = draw % starts
            shuffled = log_totals[rng.permutation(stores), start : start + weeks]
            found.append(self.effect(shuffled))
        return float(np.sqrt(np.mean(np.square(found))))


def parallel(stores: int, weeks_before: int, weeks_during: int, seed: int = 0) -> ChainDesign:
    """Half of the stores, drawn at random, open longer from one week on."""
    late = np.zeros((stores, weeks_before + weeks_during), dtype=bool)
    late[_half(stores, np.random.default_rng(seed)), weeks_before:] = True
    return ChainDesign(late, np.ones(late.shape[1], dtype=bool))


def switchback(
    stores: int, weeks: int, block_weeks: int, burn_in_weeks: int = 1, seed: int = 0
) -> ChainDesign:
    """Half of the stores open longer in each block of weeks, drawn anew for every block.

    The first weeks of a block are left out: customers of the block before carry over (Bojinov,
    Simchi-Levi & Zhao 2023, Design and analysis of switchback experiments). The others see hours
    that are still new; see `habituation`.
    """
    rng = np.random.default_rng(seed)
    late = np.zeros((stores, weeks), dtype=bool)
    for start in range(0, weeks, block_weeks):
        late[_half(stores, rng), start : start + block_weeks] = True
    return ChainDesign(late, np.arange(weeks) % block_weeks >= burn_in_weeks)


def stepped_wedge(stores: int, weeks: int, waves: int = 4, seed: int = 0) -> ChainDesign:
    """Stores open longer for good in waves of random order, evenly over the weeks.

    All start early and all end late (Hussey & Hughes 2007): for a change that is decided anyway.
    """
    order = np.random.default_rng(seed).permutation(stores)
    wave = np.empty(stores, dtype=int)
    wave[order] = np.arange(stores) * waves // stores
    start = (wave + 1) * weeks // (waves + 1)
    return ChainDesign(np.arange(weeks) >= start[:, None], np.ones(weeks, dtype=bool))


def _half(stores: int, rng: np.random.Generator) -> np.ndarray:
    """Half of the stores, or one less than the others, drawn at random."""
    return rng.permutation(stores)[: stores // 2]
