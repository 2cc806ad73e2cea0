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

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

LEVEL_SD = 2.0  # a store's level against the chain's, in log units: wide, the data decide
CHAIN_LEVEL_SD = 5.0


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
class _Fit:
    """Mode and factors of one setting of the drifts: all that drawing needs."""

    chain_mean: np.ndarray  # (T,)
    chain_factor: np.ndarray  # (T, T) Cholesky factor of the posterior precision; zero-size: none
    store_factor: np.ndarray  # (S, T, T)
    store_potential: np.ndarray  # (S, T)
    store_information: np.ndarray  # (S, T, T)
    day_factor: np.ndarray  # (S, U, T, T)
    day_potential: np.ndarray  # (S, U, T)
    day_information: np.ndarray  # (S, U, T) diagonal
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

    def likelihood(curve: np.ndarray) -> float:
        mean = data.exposure * np.exp(curve)
        return float(((data.counts * curve - mean) / scale).sum())

    def prior(chain: np.ndarray, store: np.ndarray, day: np.ndarray) -> float:
        total = np.einsum("sut,utk,suk->", day, day_prior, day)
        total += np.einsum("st,tk,sk->", store, store_prior, store)
        return float(-0.5 * (total + (chain @ chain_prior @ chain if stores > 1 else 0.0)))

    curve, parts = start, None
    for _ in range(60):
        mean = data.exposure * np.exp(curve) / scale
        fit = _eliminate(mean, mean * curve + data.counts / scale - mean,
                         chain_prior, store_prior, day_prior)  # fmt: skip
        target = _descend(fit)
        goal = target[0] + target[1][:, None] + target[2]
        # A full step may overshoot where counts are tiny; halve it until the posterior rises.
        share, origin = 1.0, parts
        if origin is not None:
            here = likelihood(curve) + prior(*origin)
            while share > 1e-6:
                parts = tuple(a + share * (b - a) for a, b in zip(origin, target, strict=True))
                if likelihood(curve + share * (goal - curve)) + prior(*parts) >= here - 1e-9:
                    break
                share /= 2
        else:
            parts = target
        moved = float(np.abs(share * (goal - curve)).max())
        curve = curve + share * (goal - curve)
        if moved < 1e-7:
            break
    assert parts is not None  # the loop runs at least once
    log_prior_volume = np.linalg.slogdet(day_prior)[1].sum() * stores
    log_prior_volume += np.linalg.slogdet(store_prior)[1] * stores
    if chain_prior is not None:
        log_prior_volume += np.linalg.slogdet(chain_prior)[1]
    diagonals = [fit.day_factor, fit.store_factor, fit.chain_factor]
    log_posterior_volume = sum(
        np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum() for factor in diagonals
    )
    evidence = likelihood(curve) + prior(*parts) + 0.5 * log_prior_volume - log_posterior_volume
    return replace(fit, log_evidence=float(evidence)), curve


def _eliminate(
    information: np.ndarray,
    potential: np.ndarray,
    chain_prior: np.ndarray | None,
    store_prior: np.ndarray,
    day_prior: np.ndarray,
) -> _Fit:
    """One pass up the tree: integrate out the kinds of day, then the stores.

    With N(0, Q^-1) for a deviation and information J, potential h about its curve, the parent gets
    J - J (J + Q)^-1 J and h - J (J + Q)^-1 h: the Schur complement, once per level.
    """
    periods = information.shape[-1]
    day_factor = np.linalg.cholesky(day_prior + information[..., None] * np.eye(periods))
    half = _forward(day_factor, information[..., None] * np.eye(periods))
    store_information = (information[..., None] * np.eye(periods)).sum(1) - np.einsum(
        "suki,sukj->sij", half, half, optimize=True
    )
    solved = _forward(day_factor, potential[..., None])[..., 0]
    store_potential = potential.sum(1) - np.einsum("suki,suk->si", half, solved)

    store_factor = np.linalg.cholesky(store_prior + store_information)
    if chain_prior is None:
        chain_mean, chain_factor = np.zeros(periods), np.zeros((0, 0))
    else:
        half = _forward(store_factor, store_information)
        chain_information = store_information.sum(0) - np.einsum("ski,skj->ij", half, half)
        solved = _forward(store_factor, store_potential[..., None])[..., 0]
        chain_potential = store_potential.sum(0) - np.einsum("ski,sk->i", half, solved)
        chain_factor = np.linalg.cholesky(chain_prior + chain_information)
        chain_mean = _backward(chain_factor, _forward(chain_factor, chain_potential[:, None]))[:, 0]
    return _Fit(chain_mean, chain_factor, store_factor, store_potential, store_information,
                day_factor, potential, information, 0.0)  # fmt: skip


def _descend(fit: _Fit, noise: tuple[np.ndarray, ...] | None = None) -> tuple[np.ndarray, ...]:
    """One pass down the tree: each level's mean given its parent, plus its own noise if given."""
    chain = fit.chain_mean
    if noise is not None and fit.chain_factor.size:
        chain = chain + _backward(fit.chain_factor, noise[0][:, None])[:, 0]
    toward = fit.store_potential - fit.store_information @ chain
    half = _forward(fit.store_factor, toward[..., None])[..., 0]
    store = _backward(fit.store_factor, (half + (0 if noise is None else noise[1]))[..., None])
    parent = chain + store[..., 0]
    toward = fit.day_potential - fit.day_information * parent[:, None]
    half = _forward(fit.day_factor, toward[..., None])[..., 0]
    day = _backward(fit.day_factor, (half + (0 if noise is None else noise[2]))[..., None])
    return chain, store[..., 0], day[..., 0]


def _draw(fit: _Fit, draws: int, rng: np.random.Generator) -> np.ndarray:
    stores, units, periods = fit.day_information.shape
    out = np.empty((draws, stores, units, periods))
    for i in range(draws):
        noise = (
            rng.standard_normal((periods,)),
            rng.standard_normal((stores, periods)),
            rng.standard_normal((stores, units, periods)),
        )
        chain, store, day = _descend(fit, noise)
        out[i] = chain + store[:, None] + day
    return out


def _forward(factor: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve L x = b for a stack of lower triangular factors."""
    return np.linalg.solve(factor, right)


def _backward(factor: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve L' x = b for a stack of lower triangular factors."""
    return np.linalg.solve(np.swapaxes(factor, -1, -2), right)
