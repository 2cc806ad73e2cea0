"""What is said of each shop of a chain: today's week, what longer hours would bring, and how sure.

The rows that come of it are compared (see `compare`) and asked who should try longer hours first.
"""

from typing import Any

import numpy as np
from scipy.stats import norm

from optimizer.case import Case
from optimizer.data.observations import Observations
from optimizer.demand.demand import Demand
from optimizer.planning.evaluate import Evaluation, evaluate
from optimizer.planning.response import Potential

LATER_HOURS = 1.0  # by which Monday to Friday close later, for the chance that longer hours pay
TRIAL_HOURS, TRIAL_EVENINGS = 2.0, 8
THURSDAY = 3
_HALF_A_YEAR = 182  # days


def describe(case: Case, seen: Observations, demand: Demand, whom: Potential) -> dict[str, Any]:
    """What is known of a store today, and what longer hours would bring it."""
    hours = case.hours.calendar(seen.hours).current
    today = evaluate(case, whom, hours)
    share = hours.week_share(case.grid).reshape(7, -1)
    later = np.where(np.arange(7)[:, None] < 5, _later(share, LATER_HOURS, case), share)
    thursday = np.where(np.arange(7)[:, None] == THURSDAY, _later(share, TRIAL_HOURS, case), share)
    row: dict[str, Any] = {
        "region": case.site.region,
        "format": case.site.format,
        "cluster": case.site.cluster,
        "mall": case.site.mall,
        "floor_m2": case.site.floor_m2,
        "hours_today": str(hours),
        "open_hours_today": hours.weekly_hours,
        "paid_hours_today": today.paid_hours,
        "wage_an_hour": _wage(case, today),
        "profit_today": today.objective,
        "margin_today": today.margin,
        "lost_customers": today.lost,
        "footfall_per_hour": _footfall(seen),
        "margin_error": takings_error(seen),
        "least_hours": case.site.least_hours,
        "most_hours": case.site.most_hours,
        "grade": max(demand.grade[(later > share).ravel()], default="A"),
    }
    gain = _gain(case, whom, later, today.profit_draws)
    row |= {
        "later_gain": float(gain.mean()),
        "later_gain_p05": float(np.quantile(gain, 0.05)),
        "later_gain_p95": float(np.quantile(gain, 0.95)),
        "later_pays": float((gain > 0).mean()) if (later > share).any() else None,
    }
    gain = _gain(case, whom, thursday, today.profit_draws)
    added = (thursday > share).ravel()
    customers = whom.thinned().customers[:, added].sum(axis=1)
    noise = evening_noise(seen, float(customers.mean())) / np.sqrt(TRIAL_EVENINGS)
    row |= {
        "thursday_gain": float(gain.mean()),
        "thursday_customers": float(customers.mean()),
        "thursday_information": expected_information(gain, customers, noise),
    }
    return row


def _wage(case: Case, today: Evaluation) -> float:
    """What a paid hour costs on average with today's supplements; without them where none is."""
    if not today.paid_hours:
        return case.economics.labour_cost_per_hour
    return today.wage_cost / today.paid_hours


def _later(share: np.ndarray, hours: float, case: Case) -> np.ndarray:
    """Opening shares with open days closing later, as far as they may, shape (7, P)."""
    steps = round(hours / case.grid.period_hours)
    longer = share.copy()
    for _ in range(steps):
        longer[:, 1:] = np.maximum(longer[:, 1:], longer[:, :-1])
    may = case.hours.candidate.week_share(case.grid).reshape(share.shape) > 0
    return np.where((share > 0) | may, longer, 0.0)


def _gain(case: Case, whom: Potential, opening: np.ndarray, today: np.ndarray) -> np.ndarray:
    return evaluate(case, whom, opening.ravel()).profit_draws - today


def _footfall(seen: Observations) -> float | None:
    """Passers-by or visitors per open hour; None without a counter."""
    if seen.footfall is None:
        return None
    counted = np.isfinite(seen.footfall) & (seen.open_share > 0.5)
    hours = counted.sum() * seen.grid.period_hours
    return float(seen.footfall[counted].sum() / hours) if hours else None


def takings_error(seen: Observations) -> float:
    """Relative standard error of mean sales, from how much blocks of four weeks differ.

    Weeks on end are alike, so that single weeks would promise too much; of less than half a year
    they are taken all the same, and their error doubled.
    """
    daily = np.nansum(seen.transactions if seen.revenue is None else seen.revenue, axis=1)
    block, alike = (28, 1.0) if len(daily) >= _HALF_A_YEAR else (7, 2.0)
    blocks = len(daily) // block
    if blocks < 3:
        return 0.5
    sums = daily[: blocks * block].reshape(blocks, -1).sum(axis=1)
    return float(alike * sums.std(ddof=1) / max(abs(sums.mean()), 1e-9) / np.sqrt(blocks))


def evening_noise(seen: Observations, customers: float) -> float:
    """Standard deviation of one evening's sales over their mean, as the last open hours tell.

    What days of one weekday differ by beyond chance, and the chance in so few customers.
    """
    open_ = seen.open_share > 0
    to_closing = open_[:, ::-1].cumsum(axis=1)[:, ::-1]
    late = open_ & (to_closing <= round(TRIAL_HOURS / seen.grid.period_hours))
    sold = np.where(late, seen.transactions, 0.0).sum(axis=1)
    excess, number = 0.0, 0
    for day in range(7):
        mine = sold[(seen.weekday == day) & open_.any(axis=1) & np.isfinite(sold)]
        if len(mine) > 3 and mine.mean() > 0:
            excess += len(mine) * (mine.var(ddof=1) - mine.mean()) / mine.mean() ** 2
            number += len(mine)
    return float(np.sqrt(max(excess / max(number, 1), 0.0) + 1 / max(customers, 1e-9)))


def expected_information(gain: np.ndarray, customers: np.ndarray, error: float) -> float:
    """What a trial is worth before a decision, in money a week: expected value of its information.

    Without the trial the longer evening is kept if its expected gain is positive; with it the
    expectation moves with the customers that are counted. How far it moves on average follows from
    how the gain hangs on the customers and how exactly the trial counts them (H. Raiffa and R.
    Schlaifer, "Applied Statistical Decision Theory", 1961, chapter 5: preposterior analysis).

    Parameters
    ----------
    gain, customers
        In each draw of what is believed, shape (D,).
    error
        Relative standard error of the customers after the trial.
    """
    variance = float(customers.var())
    if variance <= 0:
        return 0.0
    slope = float(np.cov(gain, customers, bias=True)[0, 1]) / variance
    learnt = variance / np.sqrt(variance + (error * customers.mean()) ** 2)
    mean, moves = float(gain.mean()), max(abs(slope) * learnt, 1e-12)
    kept = mean * norm.cdf(mean / moves) + moves * norm.pdf(mean / moves)  # mean of what is above 0
    return max(float(kept) - max(mean, 0.0), 0.0)
