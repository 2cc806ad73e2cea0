"""Fair comparison of shops: no store is praised or shamed by chance, or for its street.

What a store's figure says beyond what its footfall leads to expect is shrunk towards that
expectation, the more the less sure it is (B. Efron and C. Morris, "Stein's estimation rule and its
competitors", 1973); how much stores really differ follows from the data (R. C. Paule and J. Mandel,
1982). Ranks come as intervals. The funnel's limits hold that difference and chance together
(D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", 2005).
"""

from dataclasses import dataclass

import numpy as np

DRAWS = 2000
_WIDE = 1.96
_NEARLY_NONE = 1e-6


@dataclass(frozen=True, eq=False)
class Comparison:
    """Stores side by side; every array has shape (S,), figures on the log scale.

    Parameters
    ----------
    expected
        From the store's own footfall and what else was given.
    shrunk, sd
        What is believed of the store's figure, and how sure that is.
    spread
        Standard deviation by which stores really differ beyond what was expected.
    rank_low, rank, rank_high
        5th, 50th and 95th percentile of its place by what it does beyond the expected; 1 is best.
    unusual
        Outside the funnel: farther from the expected than 19 of 20 stores would be by chance.
    """

    figure: np.ndarray
    error: np.ndarray
    expected: np.ndarray
    shrunk: np.ndarray
    sd: np.ndarray
    spread: float
    rank_low: np.ndarray
    rank: np.ndarray
    rank_high: np.ndarray

    @property
    def limit(self) -> np.ndarray:
        """Half the funnel's width at each store."""
        return _WIDE * np.hypot(self.error, self.spread)

    @property
    def unusual(self) -> np.ndarray:
        """Stores outside the funnel."""
        return np.asarray(np.abs(self.figure - self.expected) > self.limit)


def compare_fairly(
    figure: np.ndarray, error: np.ndarray, about: np.ndarray, seed: int = 0
) -> Comparison:
    """Shrink every store's figure towards what is expected of it.

    Parameters
    ----------
    figure, error
        Log of what is compared, and its standard error, shape (S,).
    about
        What explains it without anybody's merit, such as log footfall, shape (S, Q).
    """
    design = np.column_stack([np.ones(len(figure)), _with_spread(about)])
    variance = np.maximum(error, 1e-6) ** 2
    spread = _spread(figure, variance, design)
    spread = max(spread, _NEARLY_NONE * float(variance.mean()))  # else all places were a draw
    weight = 1 / (variance + spread)
    doubt = np.linalg.pinv(design.T @ (weight[:, None] * design))
    expected = design @ (doubt @ (design.T @ (weight * figure)))
    own = spread / (spread + variance)  # how much a store is believed itself
    shrunk = expected + own * (figure - expected)
    of_expected = np.einsum("sq,qr,sr->s", design, doubt, design)
    sd = np.sqrt(own * variance + (1 - own) ** 2 * of_expected)
    merit, doubt_of_merit = shrunk - expected, np.sqrt(own * variance + own**2 * of_expected)
    rng = np.random.default_rng(seed)
    draws = merit + doubt_of_merit * rng.standard_normal((DRAWS, len(figure)))
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    low, middle, high = np.quantile(ranks, [0.05, 0.5, 0.95], axis=0)
    return Comparison(
        figure=figure,
        error=error,
        expected=expected,
        shrunk=shrunk,
        sd=sd,
        spread=float(np.sqrt(spread)),
        rank_low=low,
        rank=middle,
        rank_high=high,
    )


def _with_spread(about: np.ndarray) -> np.ndarray:
    """Columns that differ between stores, centred and scaled."""
    differs = about.std(axis=0) > 1e-9
    about = about[:, differs]
    return (about - about.mean(axis=0)) / about.std(axis=0)


def _spread(figure: np.ndarray, variance: np.ndarray, design: np.ndarray) -> float:
    """Variance between stores at which the weighted squares are what chance would leave.

    The weighted sum of squares falls with the variance; it is followed by halving.
    """
    free = len(figure) - design.shape[1]
    if free <= 0:
        return 0.0

    def excess(between: float) -> float:
        root = 1 / np.sqrt(variance + between)
        fitted, *_ = np.linalg.lstsq(design * root[:, None], figure * root, rcond=None)
        return float((((figure - design @ fitted) * root) ** 2).sum()) - free

    low, high = 0.0, float(np.var(figure)) + 1e-12
    if excess(0.0) <= 0:
        return 0.0
    while excess(high) > 0:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2
