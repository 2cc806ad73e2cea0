"""How customers' conversion drifts over the day: a tree of random walks, seen through counts.

Each store has a curve over the periods of the day, the log of "customers per expected customer":
zero where the profile we expect (street footfall, web orders, ...) describes the shop perfectly.
A store's curve leaves the chain's curve, and each kind of day leaves its store's curve, by a
random walk. Periods that were closed have exposure 0: nothing was seen there, so the curve goes on
from the last open period and its uncertainty grows with the square root of the hours.

    counts[s, u, t]  ~  quasi-Poisson(exposure[s, u, t] * exp(curve[s, u, t])),
    curve[s, u, t]   =  chain[t] + store[s, t] + day[s, u, t]

First-order walks are used because they keep the level they last saw; smoother priors (splines,
second-order walks) carry on the *slope* of one noisy last hour into the night.

The posterior is Gaussian around its mode (Laplace; Rue, Martino & Chopin 2009, section 2.2) and
the step sizes of the walks are integrated over a grid weighted by their evidence (section 3).
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

LEVEL_SD = 2.0  # a store's level against the chain's, in log units: wide, the data decide
CHAIN_LEVEL_SD = 5.0
_MOST_NUMBERS = 20_000_000  # drawn at once


@dataclass(frozen=True, eq=False)
class Counts:
    """What was counted, by store, kind of day and period of the day.

    Parameters
    ----------
    counts, exposure
        Customers seen, and customers expected under the profile while open; shape (S, U, T).
    dispersion
        Variance over mean of the counts, at least 1, shape (S,).
    period_hours
        Length of a period in hours.
    level_sd
        How far the level of each kind of day may leave its store's, in log units, shape (U,).
    extra_drift
        Drift of each kind of day per square root of an hour beyond the ordinary, shape (U,).
    tilt
        A shape that every store's curve may follow more or less of, in log units for one standard
        deviation, shape (T,).
    """

    counts: np.ndarray
    exposure: np.ndarray
    dispersion: np.ndarray
    period_hours: float
    level_sd: np.ndarray
    extra_drift: np.ndarray
    tilt: np.ndarray


@dataclass(frozen=True)
class Drifts:
    """Step sizes of the walks, in log units per square root of an hour, to be integrated over.

    The prior of each is log-normal around its median with this spread.
    """

    chain: tuple[float, ...] = (0.06, 0.10, 0.16, 0.25, 0.40, 0.60)
    store: tuple[float, ...] = (0.06, 0.10, 0.16, 0.25, 0.40, 0.60)
    day: tuple[float, ...] = (0.03, 0.08, 0.20)
    median: float = 0.20
    day_median: float = 0.05
    log_sd: float = 0.6


@dataclass(frozen=True, eq=False)
class _Level:
    """One level of the tree given what lies below it, with a leading axis per curve.

    `root` R gives the posterior covariance R'R of the deviation from the parent's curve;
    `information` J and `potential` h are what the level knows of the whole curve.
    """

    root: np.ndarray  # (..., T, T)
    information: np.ndarray  # (..., T, T)
    potential: np.ndarray  # (..., T)


@dataclass(frozen=True, eq=False)
class _Fit:
    """Mode and levels of one setting of the drifts: all that drawing needs."""

    levels: tuple[
        _Level, ...
    ]  # chain (T,) if there are several stores, store (S, T), day (S, U, T)
    log_evidence: float


def walk_precision(periods: int, period_hours: float, drift: float, level_sd: float) -> np.ndarray:
    """Prior precision of a random walk whose mean level has its own spread, shape (T, T)."""
    steps = np.diff(np.eye(periods), axis=0)
    level = np.full((periods, periods), 1.0 / (periods * level_sd) ** 2)
    return steps.T @ steps / (drift**2 * period_hours) + level


def _with_tilt(precision: np.ndarray, tilt: np.ndarray) -> np.ndarray:
    """Precision after adding the covariance tilt tilt' (Sherman-Morrison)."""
    pushed = precision @ tilt
    return precision - np.outer(pushed, pushed) / (1 + tilt @ pushed)


def posterior_draws(data: Counts, drifts: Drifts, draws: int, seed: int = 0) -> np.ndarray:
    """Draws of every kind of day's log curve, shape (draws, S, U, T).

    A single store has no chain to leave: its own walk then takes the chain's place.
    """
    rng = np.random.default_rng(seed)
    many = data.counts.shape[0] > 1
    settings = list(product(drifts.chain if many else (0.0,), drifts.store, drifts.day))
    start = np.zeros(data.counts.shape)
    fits, log_weight = [], []
    for chain, store, day in settings:
        fit, start = _fit(data, chain, store, day, start)
        fits.append(fit)
        medians = [(chain, drifts.median)] * many
        medians += [(store, drifts.median), (day, drifts.day_median)]
        prior = sum(-0.5 * (np.log(size / m) / drifts.log_sd) ** 2 for size, m in medians)
        log_weight.append(fit.log_evidence + prior)
    weight = np.exp(np.array(log_weight) - max(log_weight))
    shares = rng.multinomial(draws, weight / weight.sum())
    return np.concatenate([_draw(fit, n, rng) for fit, n in zip(fits, shares, strict=True) if n])


def _fit(
    data: Counts, chain_drift: float, store_drift: float, day_drift: float, start: np.ndarray
) -> tuple[_Fit, np.ndarray]:
    """Newton's method to the mode; every step is one pass up the tree and one pass down."""
    stores, _, periods = data.counts.shape
    hours, scale = data.period_hours, data.dispersion[:, None, None]
    chain_prior = None
    if stores > 1:
        chain_prior = walk_precision(periods, hours, chain_drift, CHAIN_LEVEL_SD)
    store_prior = _with_tilt(walk_precision(periods, hours, store_drift, LEVEL_SD), data.tilt)
    day_prior = np.stack(
        [
            walk_precision(periods, hours, float(np.hypot(day_drift, extra)), float(level))
            for extra, level in zip(data.extra_drift, data.level_sd, strict=True)
        ]
    )

    priors = [day_prior, store_prior] + ([] if chain_prior is None else [chain_prior])

    def likelihood(curve: np.ndarray) -> float:
        mean = data.exposure * np.exp(curve)
        return float(((data.counts * curve - mean) / scale).sum())

    def prior(parts: list[np.ndarray]) -> float:
        squares = [
            (part * (q @ part[..., None])[..., 0]).sum()
            for part, q in zip(parts, priors[::-1], strict=True)
        ]
        return float(-0.5 * sum(squares))

    curve = start
    parts: list[np.ndarray] = []
    for _ in range(60):
        mean = data.exposure * np.exp(curve) / scale
        levels = _climb(mean, mean * curve + data.counts / scale - mean, priors)
        target = [part[..., 0] for part in _descend(levels)]
        goal = _together(target)
        # A full step may overshoot where counts are tiny; halve it until the posterior rises.
        share, origin = 1.0, parts
        parts = target
        if origin:
            here = likelihood(curve) + prior(origin)
            while share > 1e-6:
                parts = [a + share * (b - a) for a, b in zip(origin, target, strict=True)]
                if likelihood(curve + share * (goal - curve)) + prior(parts) >= here - 1e-9:
                    break
                share /= 2
        moved = float(np.abs(share * (goal - curve)).max())
        curve = curve + share * (goal - curve)
        if moved < 1e-7:
            break
    copies = [1 if level.root.ndim == 2 else stores for level in levels]
    prior_volume = sum(
        0.5 * n * np.linalg.slogdet(q)[1].sum() for n, q in zip(copies, priors[::-1], strict=True)
    )
    posterior_volume = sum(
        np.log(np.diagonal(level.root, axis1=-2, axis2=-1)).sum() for level in levels
    )
    evidence = likelihood(curve) + prior(parts) + prior_volume + posterior_volume
    return _Fit(levels, float(evidence)), curve


def _climb(
    information: np.ndarray, potential: np.ndarray, priors: list[np.ndarray]
) -> tuple[_Level, ...]:
    """One pass up the tree, from the kinds of day over the stores to the chain; topmost first.

    With N(0, Q^-1) for a deviation and information J, potential h about its curve, the parent gets
    J - J (J + Q)^-1 J and h - J (J + Q)^-1 h: the Schur complement, once per level.
    """
    whole, levels = information[..., None] * np.eye(information.shape[-1]), []
    for prior in priors:
        root = np.linalg.inv(np.linalg.cholesky(prior + whole))
        levels.append(_Level(root, whole, potential))
        if whole.ndim > 2:
            half = root @ whole
            whole = (whole - np.swapaxes(half, -1, -2) @ half).sum(-3)
            seen = np.swapaxes(half, -1, -2) @ (root @ potential[..., None])
            potential = (potential - seen[..., 0]).sum(-2)
    return tuple(levels[::-1])


def _descend(
    levels: tuple[_Level, ...], draws: int = 1, rng: np.random.Generator | None = None
) -> list[np.ndarray]:
    """One pass down the tree: every level's deviation given its parents, (..., T, draws).

    The mean without a generator, else draws from the posterior.
    """
    parts: list[np.ndarray] = []
    parent = np.zeros((levels[0].potential.shape[-1], draws))
    for level in levels:
        above = parent if parent.ndim == level.information.ndim else parent[..., None, :, :]
        half = level.root @ (level.potential[..., None] - level.information @ above)
        if rng is not None:
            half = half + rng.standard_normal(half.shape)
        parts.append(np.swapaxes(level.root, -1, -2) @ half)
        parent = above + parts[-1]
    return parts


def _together(parts: list[np.ndarray]) -> np.ndarray:
    """Curves of the kinds of day, (S, U, T) or (S, U, T, draws), from all levels' deviations."""
    *above, day = parts
    for level in above:
        day = day + level.reshape((-1, 1, *level.shape[-(day.ndim - 2) :]))
    return day


def _draw(fit: _Fit, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draws of the curves of every kind of day, (draws, S, U, T), in pieces that fit in memory."""
    most = max(1, _MOST_NUMBERS // fit.levels[-1].potential.size)
    pieces = []
    for begin in range(0, draws, most):
        curves = _together(_descend(fit.levels, min(most, draws - begin), rng))
        pieces.append(np.moveaxis(curves, -1, 0))
    return np.concatenate(pieces)
