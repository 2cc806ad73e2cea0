"""Days with longer hours against days without: what they sell more, what they sell less.

The days of a shop are compared by regression, and how exact that is, is checked by placebos: the
same comparison with other dates in the place of the true ones. Where dates were drawn at random, a
p-value follows from the draw alone (Fisher's randomisation test; Bojinov, Simchi-Levi & Zhao 2023).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.linalg import block_diag
from scipy.stats import norm
from scipy.stats import t as student

from optimizer.data.observations import Observations
from optimizer.demand.displacement import DAY_KERNEL

DRAWS = 2000
SEASON_DAYS = 28  # the season bends at most once in four weeks
PLACEBOS = 200
POWER = 2.80  # standard errors that a two-sided 5 % test finds with 80 % power: 1.96 + 0.84


def permutation_p_value(
    values: np.ndarray, treated: np.ndarray, blocks: np.ndarray, draws: int = 4000, seed: int = 0
) -> float:
    """How often days drawn anew within their blocks would differ as much as the treated ones do.

    Exact for any noise where the treated days were drawn at random within blocks (Fisher's
    randomisation test): the chance of a value of p or less is at most p if treatment does nothing.

    Parameters
    ----------
    values, treated, blocks
        Outcome, label (bool) and block of each day, shape (N,).
    """
    centred = values - block_means(values, blocks)[blocks]
    seen = abs(float(centred @ treated))
    drawn = abs(relabelled(treated, blocks, draws, seed) @ centred)
    return float((1 + (drawn >= seen - 1e-12).sum()) / (1 + draws))


def block_means(values: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """Mean of each block, by its number."""
    return np.bincount(blocks, values) / np.maximum(np.bincount(blocks), 1)


def relabelled(treated: np.ndarray, blocks: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Labels drawn anew, as many per block as there are, bool of shape (draws, N)."""
    rng = np.random.default_rng(seed)
    by_block = np.argsort(blocks, kind="stable")
    order = np.argsort(blocks + rng.random((draws, len(blocks))), axis=1)  # shuffled in each block
    labels = np.empty((draws, len(blocks)), dtype=bool)
    np.put_along_axis(labels, order, treated[by_block][None], axis=1)
    return labels


def blocks_of(dates: list[date]) -> np.ndarray:
    """Week x kind of weekday (Monday to Friday, Saturday, Sunday) as a number from 0, (N,)."""
    keys = [(day.toordinal() - 1) // 7 * 3 + max(day.weekday() - 4, 0) for day in dates]
    return np.unique(keys, return_inverse=True)[1]


def ordinary(sales: np.ndarray, known: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """What an ordinary day in place of each day would sell, (days,): weekday times season.

    `known` (bool) are the ordinary days to learn from; the season is the mean of those at most
    four weeks away, near ones counting more.
    """
    weekly = np.array([mean_known(sales[known & (weekday == day)]) for day in range(7)])
    weekly = np.where(np.isfinite(weekly), weekly, mean_known(weekly))
    n = np.arange(len(sales))
    weight = np.clip(1 - np.abs(n[:, None] - n) / SEASON_DAYS, 0, None) * known
    level = np.where(known, sales / weekly[weekday], 0.0)
    season = (weight @ level + 2.0) / (weight.sum(1) + 2.0)  # as if two days of the mean were seen
    return weekly[weekday] * season


def total(values: np.ndarray, of: Observations, hours: np.ndarray) -> np.ndarray:
    """Sum over each weekday's hours, (days,); NaN where one is not known or none are meant."""
    mine = hours[of.weekday]
    return np.where(mine.any(1), np.where(mine, values, 0.0).sum(1), np.nan)


def mean_known(values: np.ndarray) -> float:
    """Mean of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


@dataclass(frozen=True, eq=False)
class Days:
    """The N days that are compared, in order, and what was counted on each."""

    dates: np.ndarray  # (N,) of date
    weekday: np.ndarray  # (N,)
    longer: np.ndarray  # (N,) bool: the longer hours held
    eligible: np.ndarray  # (N,) bool: a weekday on which they add something
    common: np.ndarray  # (N,) customers in the hours that are open either way; NaN where none are
    extra: np.ndarray  # (N,) customers in the added hours, 0 where they were closed
    web: np.ndarray | None  # (N,) web orders in the added hours and until three hours after
    usual: np.ndarray  # (N,) customers in the common hours on an ordinary such weekday
    untreated: np.ndarray | None  # (N,) other stores' common hours against their own usual
    street: np.ndarray | None  # (N,) passers-by in the common hours against their usual

    @property
    def rows(self) -> np.ndarray:
        """Days on which the common hours were counted, in every store, bool of shape (N,)."""
        known = np.isfinite(self.common)
        return known if self.untreated is None else known & np.isfinite(self.untreated)


@dataclass(frozen=True, eq=False)
class Effect:
    """Customers that the common hours and the web lose by longer hours, per usual customer."""

    lost: np.ndarray  # (k,) same day, [neighbouring days,] [web]
    covariance: np.ndarray  # (k, k)
    freedom: float
    near_apart: bool
    day_variance: float  # of a date's busyness that no regressor explains


def effects(days: Days, random: bool) -> Effect:
    """Regress each day's common hours and web orders on longer hours on and around that day.

        common / usual = weekday + season + street + untreated - same - near + noise

    with `near` the longer hours of the two open days before and after, the closer ones counting
    double: a distributed lag with its shape assumed. How exact this is, is told by the ordinary
    formula or, where that is more, by placebos: the same regression with other days as the longer
    ones.
    """
    rows, n = days.rows, np.array([day.toordinal() for day in days.dates])
    nodes = np.arange(n[0] + SEASON_DAYS, n[-1] + SEASON_DAYS, SEASON_DAYS)
    season = np.clip(1 - np.abs(n[:, None] - nodes) / SEASON_DAYS, 0, None)
    controls = np.hstack([days.weekday[:, None] == np.arange(7), season])
    level = days.usual[days.longer].mean()
    sales, of_sales = days.common / days.usual, controls
    if days.untreated is not None:
        sales = sales - days.untreated
    if days.street is not None:
        of_sales = np.column_stack([controls, days.street])
    apart = np.minimum(np.abs(n[rows][:, None] - n), 3)
    pull = np.array([0.0, DAY_KERNEL[1], DAY_KERNEL[2], 0.0])[apart]
    pull *= days.usual / np.maximum(pull.sum(0), 1e-12) / days.usual[rows][:, None]

    def on_sales(longer: np.ndarray) -> np.ndarray:
        return np.column_stack([longer[rows], pull @ longer])

    def on_web(longer: np.ndarray) -> np.ndarray:
        return (longer * days.usual / level)[web_rows, None]

    basis = _orthonormal(of_sales[rows])
    same, near = (on_sales(days.longer) - basis @ (basis.T @ on_sales(days.longer))).T
    size = np.linalg.norm(same), np.linalg.norm(near)
    near_apart = bool(abs(same @ near) < 0.9 * size[0] * size[1])
    used = [0, 1] if near_apart else [0] if size[0] > 1e-6 else [1]  # [1]: closed days were opened
    equations = [_Equation(sales[rows], basis, lambda longer: on_sales(longer)[:, used])]
    if days.web is not None:
        web_rows = np.isfinite(days.web)
        web_basis = _orthonormal(controls[web_rows])
        equations.append(_Equation(days.web[web_rows] / level, web_basis, on_web))
    fits = [equation.fit(days.longer) for equation in equations]
    formula = block_diag(*[fit.covariance for fit in fits])
    # Placebos may only widen the ordinary formula: what they share with the true pattern, the
    # residuals know nothing of any more.
    placebos = np.array(
        [
            np.concatenate([
                equation.project(longer, fit.residual)
                for equation, fit in zip(equations, fits, strict=True)
            ])
            for longer in _placebos(days, n, random)
        ]
    )  # fmt: skip
    spare = fits[0].freedom
    seen = (placebos**2).mean(0) * rows.sum() / spare if len(placebos) >= 8 else 0.0
    widen = np.sqrt(np.maximum(seen / np.diag(formula), 1))
    noise = fits[0].residual @ fits[0].residual / spare
    return Effect(
        lost=-np.concatenate([fit.coefficient for fit in fits]),
        covariance=formula * np.outer(widen, widen),
        freedom=spare if random else max(3.0, len(n) / days.longer.sum()),
        near_apart=near_apart,
        day_variance=max(noise - 1 / days.usual[rows].mean(), 0.0),
    )


@dataclass(frozen=True, eq=False)
class _Fit:
    coefficient: np.ndarray  # (k,)
    covariance: np.ndarray  # (k, k) by the ordinary formula
    residual: np.ndarray  # (R,)
    freedom: int


@dataclass(frozen=True, eq=False)
class _Equation:
    """Least squares of an outcome on a pattern of longer days, apart from an orthonormal basis."""

    outcome: np.ndarray  # (R,)
    basis: np.ndarray  # (R, b)
    columns: Callable[[np.ndarray], np.ndarray]  # pattern (N,) -> regressors (R, k)

    def _apart(self, values: np.ndarray) -> np.ndarray:
        return values - self.basis @ (self.basis.T @ values)

    def project(self, longer: np.ndarray, outcome: np.ndarray) -> np.ndarray:
        """Coefficients of the pattern in an outcome that is free of the basis, (k,)."""
        return np.linalg.lstsq(self._apart(self.columns(longer)), outcome, rcond=None)[0]

    def fit(self, longer: np.ndarray) -> _Fit:
        """Coefficients of the pattern in this outcome, with their covariance."""
        outcome, columns = self._apart(self.outcome), self._apart(self.columns(longer))
        coefficient = self.project(longer, outcome)
        residual = outcome - columns @ coefficient
        freedom = max(len(outcome) - self.basis.shape[1] - len(coefficient), 1)
        scale = residual @ residual / freedom
        return _Fit(coefficient, np.linalg.pinv(columns.T @ columns) * scale, residual, freedom)


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    """Orthonormal basis of what the columns span."""
    left, size, _ = np.linalg.svd(columns.astype(float), full_matrices=False)
    return left[:, size > 1e-9 * size[0]]


def _placebos(days: Days, n: np.ndarray, random: bool) -> Iterator[np.ndarray]:
    """The pattern of longer days as it might have been, each of shape (N,).

    Drawn days are drawn anew in their blocks, and then the whole trial is moved to other weeks,
    around the end to the start, so that it meets other weather and another season. Chosen days
    are moved only: days before the first and after the last are as these are.
    """
    if not random:
        for weeks in range(-60, 61):
            moved = np.interp(n - 7 * weeks, n, days.longer.astype(float)) > 0.5
            moved &= days.eligible
            if weeks and moved.sum() >= max(1, days.longer.sum() / 2) and (~moved).sum() >= 7:
                yield moved.astype(float)
        return
    inside = np.flatnonzero(days.eligible)
    blocks = blocks_of(days.dates[inside].tolist())
    weeks = (n[-1] - n[0]) // 7 + 1
    for number, labels in enumerate(relabelled(days.longer[inside], blocks, PLACEBOS, seed=1)):
        calendar = np.zeros(7 * weeks)
        calendar[n[inside] - n[0]] = labels
        yield np.roll(calendar, 7 * (number % weeks))[n - n[0]] * days.eligible


def gross_ratio(days: Days, random: bool) -> tuple[float, float, float]:
    """Customers in the added hours per usual customer of the common hours, its error, freedom.

    The plain mean of the late days. The ratio to those days' own open hours would let a busy date
    cancel, but turns into a mean only with the share that moved on the same day (`evening_from_
    ratio`), and a measurement that rests on an assumed share measures that share's error as well.
    """
    late, weeks = days.longer, np.array([day.toordinal() // 7 for day in days.dates])
    if random or len(np.unique(weeks[late])) < 4:
        weeks = np.arange(len(weeks))  # each date for itself; otherwise weeks vary as a whole
    return ratio_of_sums(days.extra[late], days.usual[late], weeks[late])


def ratio_of_sums(
    top: np.ndarray, bottom: np.ndarray, cluster: np.ndarray
) -> tuple[float, float, float]:
    """Ratio of sums, its standard error over clusters (never below Poisson's), and freedom."""
    ratio = top.sum() / bottom.sum()
    number = np.unique(cluster, return_inverse=True)[1]
    off = np.bincount(number, top - ratio * bottom)
    inflate = len(off) / max(len(off) - 1, 1)
    variance = max((off**2).sum() * inflate, top.sum()) / bottom.sum() ** 2
    return float(ratio), float(np.sqrt(variance)), float(max(len(off) - 1, 1))


def joint_draws(effect: Effect, gross: tuple[float, float, float], days: Days) -> np.ndarray:
    """Draws of gross and every lost part per usual customer, shape (DRAWS, 1 + k).

    Student's t for each, tied by their correlations. A busy date sells more in the added and in the
    common hours alike, so an overestimate of gross comes with an underestimate of what moved.
    """
    sd = np.sqrt(np.diag(effect.covariance))
    together = np.eye(1 + len(sd))
    together[1:, 1:] = effect.covariance / np.outer(sd, sd)
    ratio, error, freedom = gross
    shared = ratio * effect.day_variance / days.longer.sum() / (error * sd[0])
    together[0, 1] = together[1, 0] = -min(shared, 0.8)
    value, vector = np.linalg.eigh(together)
    root = vector * np.sqrt(np.maximum(value, 0))
    normal = np.random.default_rng(0).standard_normal((DRAWS, len(together))) @ root.T
    tails = student(np.r_[freedom, np.full(len(sd), effect.freedom)])
    return np.r_[ratio, effect.lost] + np.r_[error, sd] * tails.ppf(norm.cdf(normal))


def p_values(days: Days) -> tuple[float | None, float | None]:
    """Randomisation p-values of the day's total and of its common hours.

    None where no block holds both kinds of day, so that no other draw could have been.
    """
    inside = days.eligible & days.rows
    if days.web is not None:
        inside = inside & np.isfinite(days.web)
    late, weekday = days.longer[inside], days.weekday[inside]
    blocks = blocks_of(days.dates[inside].tolist())
    share = block_means(late.astype(float), blocks)
    if not ((share > 0) & (share < 1)).any():
        return None, None
    whole = days.common + days.extra + (0.0 if days.web is None else days.web)

    def p_value(sold: np.ndarray) -> float:
        # Against the mean of all days, late ones too: a scale that no label may have touched.
        return permutation_p_value(sold / block_means(sold, weekday)[weekday], late, blocks)

    return p_value(whole[inside]), p_value(days.common[inside])
