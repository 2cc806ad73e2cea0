"""Which evidence speaks for the hours that were closed, and how it becomes an expected profile.

Street counters and the web shop run day and night: their rhythm, not their level, is what they
tell. Several of them are averaged on the log scale, which cancels part of what is peculiar to each.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from optimizer.data.observations import Observations
from optimizer.demand.demand import Evidence
from optimizer.demand.latent import Drifts
from optimizer.language import Number, say

# Mean rhythm of 21 street counters by hour of day, mean 1 (Auckland 2023-2024, Auckland Council
# and Heart of the City, CC BY 4.0): what a shop gets that has neither a counter nor a web shop.
TOWN_STREET = (0.34, 0.26, 0.19, 0.13, 0.09, 0.11, 0.27, 0.63, 1.16, 1.06, 1.20, 1.43,
               1.91, 1.88, 1.67, 1.67, 1.83, 1.94, 1.48, 1.17, 0.94, 0.76, 0.62, 0.48)  # fmt: skip

TOWN_WEIGHT = 0.5  # of the town street against a single source; less where there are several

LABELS = {
    "street": say("street footfall"),
    "door": say("door counter"),
    "web": say("web orders"),
    "visits": say("web visits"),
    "attempts": say("attempts while closed"),
}
SPEAKERS = {
    "street": say("The street counter"),
    "door": say("The door counter"),
    "web": say("The web shop"),
    "visits": say("Visits to the web site"),
    "attempts": say("Attempts at the closed door"),
}
MANY_STORES = 100
CONFLICT = 1.5  # two kinds of evidence this many times apart disagree
# Median drift of conversion against each rhythm, log units per square root of an hour. 0.30 made
# the 90 % intervals of street counters hidden behind other street counters cover (Dublin,
# Auckland); a shop's own door knows it better, a sofa keeps other hours than a street.
DRIFT = {"attempts": 0.12, "door": 0.20, "street": 0.30, "web": 0.45, "visits": 0.50, "none": 0.45}


def rhythms(shop: Observations) -> dict[str, np.ndarray]:
    """The rhythm of each round-the-clock source over a week, any level, shape (7, P) each."""
    found = {}
    if shop.footfall is not None and np.isfinite(shop.footfall).any():
        found[shop.footfall_where or "street"] = _weekly_mean(shop, shop.footfall, smooth=0)
    if shop.web_orders is not None and np.nansum(shop.web_orders) >= 50:
        found["web"] = _weekly_mean(shop, shop.web_orders, smooth=60)
    elif shop.web_visits is not None and np.nansum(shop.web_visits) >= 50:
        found["visits"] = _weekly_mean(shop, shop.web_visits, smooth=60)
    if shop.attempts is not None and np.nansum(shop.attempts) >= 50:
        found["attempts"] = _weekly_mean(shop, shop.attempts, smooth=60)
    return {kind: rhythm for kind, rhythm in found.items() if rhythm is not None}


def regime_rhythm(shop: Observations, regime: int) -> np.ndarray | None:
    """The street's rhythm on the days of one entry of the hours' history, shape (P,)."""
    if shop.footfall is None:
        return None
    counts = shop.footfall[shop.regime == regime]
    if not len(counts) or np.isnan(counts).all(0).any():
        return None
    return np.nanmean(counts, axis=0) + 0.5 / len(counts)


def combined(found: dict[str, np.ndarray], base: np.ndarray) -> np.ndarray:
    """The expected rhythm of the week, shape (7, P): geometric mean of all that is known of it.

    Each rhythm is first scaled to mean 1 over the base hours. One counter or web shop is pulled
    towards the ordinary town street by `TOWN_WEIGHT` in the shape of its days: two shops in one
    town differ about as much in their evenings as each does from the town's mean, so that mean
    deserves a say. Without any source the town street stands alone.
    """
    town = town_street(base.shape[1])
    if not found:
        return town / town[base].mean()
    trust = weights(found)
    log_rhythm = sum(trust[kind] * np.log(r / r[base].mean()) for kind, r in found.items())
    assert isinstance(log_rhythm, np.ndarray)  # at least one source
    hours = base | base.any(0)  # a weekday that is never open is scaled like the others
    for day in range(7):
        level = np.log(np.exp(log_rhythm[day, hours[day]]).mean() / town[day, hours[day]].mean())
        pull = np.log(town[day]) + level - log_rhythm[day]
        log_rhythm[day] += TOWN_WEIGHT / np.sqrt(len(found)) * pull
    return np.exp(log_rhythm)


def weights(found: Iterable[str]) -> dict[str, float]:
    """Share of each source in the expected rhythm: as the inverse of its squared drift."""
    precision = {kind: DRIFT[kind] ** -2 for kind in found}
    return {kind: value / sum(precision.values()) for kind, value in precision.items()}


def town_street(periods_per_day: int) -> np.ndarray:
    """The assumed rhythm of an ordinary town street on every weekday, shape (7, P)."""
    centres = (np.arange(periods_per_day) + 0.5) * 24 / periods_per_day
    hours = np.arange(-1, 25) + 0.5
    wrapped = (TOWN_STREET[-1], *TOWN_STREET, TOWN_STREET[0])
    return np.tile(np.interp(centres, hours, wrapped), (7, 1))


def drifts(kinds: list[str], stores: int) -> Drifts:
    """The prior of the conversion's drift that fits the sources used."""
    together = {"street", "web"} <= set(kinds)
    median = min((DRIFT[kind] for kind in kinds), default=DRIFT["none"])
    if stores > 1:
        # Two walks share the drift, and a coarser grid keeps many stores quick. Open hours are
        # smooth and would talk the stores' own drift down to nothing; evenings proved them wrong
        # (two of eight sisters open late: a floor of 0.08 covered 0.73 of Auckland's, 0.16 0.93).
        chain: tuple[float, ...] = (0.08, 0.16, 0.30, 0.50)
        store: tuple[float, ...] = (0.16, 0.25, 0.40)
        if stores > MANY_STORES:  # so many stores leave little doubt about the chain's own drift
            chain, store = (0.12, 0.30), (0.16, 0.30)
        return Drifts(chain=chain, store=store, day=(0.05,), median=median / np.sqrt(2))
    return Drifts(median=median * (0.9 if together else 1.0))


def grades(
    open_days: np.ndarray,
    late: np.ndarray,
    drawn: np.ndarray,
    sisters: np.ndarray,
    sources: Iterable[str],
) -> np.ndarray:
    """Grade per period: A own days or a drawn trial, B own longer days, C sisters, D proxy, E none.

    Attempts while closed are the customers themselves, seen at the door or on the line: B.

    Parameters
    ----------
    open_days, late, drawn, sisters
        Days on which the period was open on the usual hours, on other own hours, on own hours
        drawn at random, and in other stores; each of shape (W,).
    """
    best = "B" if "attempts" in sources else "D" if list(sources) else "E"
    grade = np.full(open_days.shape, best)
    grade[(sisters >= 4) & (grade > "C")] = "C"
    grade[late >= 2] = "B"
    grade[(open_days >= 4) | (drawn >= 4)] = "A"
    return grade


def conflict(told: Sequence[Evidence]) -> tuple[str, ...]:
    """A sentence where two kinds of evidence say very different things, else nothing."""
    alone = [(one.alone["p50"], one.kind) for one in told if one.alone]
    if len(alone) < 2:
        return ()
    (low, low_kind), (high, high_kind) = min(alone), max(alone)
    if high < CONFLICT * low:
        return ()
    heaviest = max((one for one in told if one.alone), key=lambda one: one.weight)
    return (
        say(
            "Your evidence disagrees: {low_kind} says {low} customers a week in the hours "
            "now closed, {high_kind} says {high}. The answer leans most on {kind}.",
            low_kind=low_kind,
            low=Number(low),
            high_kind=high_kind,
            high=Number(high),
            kind=heaviest.kind,
        ),
    )


def _weekly_mean(shop: Observations, counts: np.ndarray, smooth: int) -> np.ndarray | None:
    """Mean count per weekday and period, (7, P); None where some period was never observed.

    Thin cells lean on the mean of similar days (Monday to Friday, Saturday, Sunday) as if that had
    been seen for two more days; `smooth` minutes of neighbours join in where counts are rare.
    """
    if smooth:
        width = max(1, smooth // shop.grid.period_minutes)
        kernel = np.convolve(np.ones(width + 1 - width % 2), np.ones(3))
        kernel /= kernel.sum()
    weekly = np.empty((7, counts.shape[1]))
    for days in (range(5), (5,), (6,)):
        alike = counts[np.isin(shop.weekday, days)]
        seen = np.isfinite(alike).sum(0)
        if not seen.size or (seen == 0).any():
            return None
        together = np.nansum(alike, axis=0) / seen
        for day in days:
            own = counts[shop.weekday == day]
            days_seen = np.isfinite(own).sum(0)
            lean = 2.0 if not smooth else 1e3  # rare counts: one shape for all similar days
            level = 1.0
            if smooth and days_seen.any():
                level = np.nanmean(own) / max(np.nanmean(alike), 1e-12)
            weekly[day] = (np.nansum(own, axis=0) + lean * level * together) / (days_seen + lean)
    if smooth:
        ring = weekly.ravel()
        half = len(kernel) // 2
        weekly = np.convolve(np.r_[ring[-half:], ring, ring[:half]], kernel, "valid").reshape(7, -1)
    floor = 0.5 / max(1, shop.days)
    return weekly + floor
