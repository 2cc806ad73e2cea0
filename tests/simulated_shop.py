"""A simulated shop whose evening, and what moves when it is closed, are known."""

from datetime import date, timedelta

import numpy as np

from optimizer.case import Case
from optimizer.data.observations import Observations
from optimizer.opening import DatedHours, HoursCalendar, OpeningHours
from optimizer.timegrid import TimeGrid

GRID = TimeGrid("UTC", 60)
FIRST = date(2026, 1, 5)  # a Monday
USUAL = OpeningHours.parse("Mo-Sa 10:00-17:00")
LATE = OpeningHours.parse("Mo-Sa 10:00-20:00")
EVENING = slice(17, 20)
CASE = Case(period_minutes=60)
LEVEL = np.array([0.8, 0.9, 1.0, 1.1, 1.3, 1.2, 0.0])


def season(days: int) -> np.ndarray:
    """Slow rise and fall of trade over half a year."""
    return 1 + 0.15 * np.sin(np.arange(days) / 58)


def simulated(
    seed: int,
    history: tuple[DatedHours, ...],
    *,
    weeks: int = 26,
    current: OpeningHours = USUAL,
    open_rate: float = 12.0,
    evening_rate: float = 10.0,
    same: float = 0.25,
    near: float = 0.20,
    web: float = 0.10,
    day_sd: float = 0.12,
    town: np.ndarray | None = None,
) -> Observations:
    """A shop whose evening and displacement are known: customers per hour, shares of the evening.

    Without displacement the shop would sell `open_rate` an hour from 10 to 17 and `evening_rate`
    from 17 to 20, times a weekday level, a season and each date's busyness. Where the evening is
    closed, its shares `same` and `near` come in the open hours of the same and of neighbouring
    days, and `web` orders in the web shop.
    """
    rng = np.random.default_rng(seed)
    days = 7 * weeks
    weekday = np.arange(days) % 7
    busy = season(days) * np.exp(rng.normal(0, day_sd, days)) * (1 if town is None else town)
    level = LEVEL[weekday] * busy
    wanted = np.zeros((days, 24))
    wanted[:, 10:17], wanted[:, EVENING] = open_rate, evening_rate
    wanted *= level[:, None]
    calendar = HoursCalendar(current, history)
    open_share = calendar.open_share(GRID, FIRST, days, np.zeros(days, dtype=bool))
    closed = (wanted * (1 - open_share)).sum(1)
    arriving = same * closed
    for day in range(days):
        around = [d for d in (day - 2, day - 1, day + 1, day + 2)
                  if 0 <= d < days and weekday[d] < 6]  # fmt: skip
        pull = np.array([1 / abs(d - day) for d in around])
        arriving[around] += near * closed[day] * pull / pull.sum()
    common = np.zeros((days, 24))
    common[weekday < 6, 10:17] = 1 / 7
    came = rng.poisson(wanted * open_share + arriving[:, None] * common).astype(float)
    orders = rng.poisson(0.5 + web * wanted * (1 - open_share)).astype(float)
    return Observations(
        store="",
        grid=GRID,
        first=FIRST,
        transactions=np.where(open_share > 0, came, np.nan),
        revenue=np.where(open_share > 0, 20.0 * came, np.nan),
        footfall=None,
        footfall_where="",
        web_orders=orders,
        web_revenue=None,
        open_share=open_share,
        real_hours=np.ones((days, 24)),
        holiday=np.zeros(days, dtype=bool),
        regime=calendar.regimes(FIRST, days),
        hours=current,
        hours_inferred=False,
        basket_mean=20.0,
        basket_sd=0.0,
        after_hours=np.zeros((days, 24)),
        history=history,
    )


def drawn_evenings(seed: int, weeks: range, per_week: int = 1) -> tuple[DatedHours, ...]:
    """Late evenings drawn within each week from Monday to Saturday, one entry each."""
    rng = np.random.default_rng(1000 + seed)
    found = []
    for week in weeks:
        for day in sorted(rng.choice(6, per_week, replace=False).tolist()):
            at = FIRST + timedelta(days=7 * week + day)
            found.append(DatedHours(at, at, LATE, random=True))
    return tuple(found)


def season_until_eight(first_week: int, last_week: int) -> tuple[DatedHours, ...]:
    first = FIRST + timedelta(days=7 * first_week)
    return (DatedHours(first, FIRST + timedelta(days=7 * last_week - 1), LATE),)


def true_gross(shop: Observations, evening_rate: float = 10.0, day_sd: float = 0.12) -> float:
    """Customers per late evening of the simulated shop, on average over what dates may bring."""
    late = shop.open_share[:, 18] > 0
    level = (LEVEL[shop.weekday] * season(shop.days))[late].mean()
    return 3 * evening_rate * level * float(np.exp(day_sd**2 / 2))
