"""How customers get used to new opening hours.

Of the lasting demand of new hours the share 1 - (1 - f) exp(-weeks / 6) comes at first: customers
learn of them by and by. The first share f is assumed 0.4 where nothing tells it; Hungarian grocers,
given back their Sundays in 2016, needed about four months for nine tenths.
"""

import numpy as np

KNOWN_AT_FIRST, WEEKS_TO_LEARN = 0.4, 6.0  # assumptions
LONG_ENOUGH_DAYS = 28  # a shorter change is an occasion, which nobody has to learn
_FIRST_SHARES = np.array([0.4, 0.55, 0.7, 0.85, 1.0])


def habituation(
    weeks: np.ndarray | float, known_at_first: np.ndarray | float = KNOWN_AT_FIRST
) -> np.ndarray:
    """Share of the lasting demand that comes so many weeks after new hours began."""
    return np.asarray(1 - (1 - known_at_first) * np.exp(-np.asarray(weeks) / WEEKS_TO_LEARN))


def learnt(
    sold: np.ndarray, expected: np.ndarray, weeks: np.ndarray, dispersion: float
) -> np.ndarray:
    """Share of the lasting demand that came on each day of a change, by what its sales show.

    First shares from 0.4 to 1 are weighed by how well a ramp from them fits the days (quasi-Poisson
    with a free level, equal weight before): a change whose evenings never grew is left as it is.

    Parameters
    ----------
    sold, expected
        Sales in the added hours of each day, and what its busyness let expect; shape (n,).
    weeks
        Weeks since the change began, shape (n,).
    """
    ramps = habituation(weeks, _FIRST_SHARES[:, None])
    mean = expected * ramps
    mean = mean * (sold.sum() / np.maximum(mean.sum(1, keepdims=True), 1e-12))
    fit = (sold * np.log(np.maximum(mean, 1e-12)) - mean).sum(1) / dispersion
    weight = np.exp(fit - fit.max())
    return np.asarray(weight @ ramps / weight.sum())
