"""An opening-hours trial: which evenings, how many of them, and what they told.

A few late evenings on dates drawn at random say more of closed hours than any street counter or web
shop. One shop measures in this way what the till rings in the evening; whether those customers are
new takes many more days, or several stores (`chain_trial`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from optimizer.case import Case
from optimizer.data.observations import Observations
from optimizer.demand.changes import Change, days_of, read_changes
from optimizer.demand.comparison import POWER, Days, effects, ordinary, relabelled, total
from optimizer.demand.demand import Demand
from optimizer.demand.displacement import displacement, true_potential
from optimizer.demand.estimate import fit_demands
from optimizer.demand.habituation import habituation
from optimizer.errors import CaseError, DataError
from optimizer.language import say
from optimizer.opening import DatedHours, OpeningHours
from optimizer.timegrid import holiday_mask

PLACEBO_TRIALS, PRETENDED = 400, 5  # for an evening's noise; for what moved, which takes longer


@dataclass(frozen=True, eq=False)
class TrialDesign:
    """Which evenings to open, and what they will tell.

    Parameters
    ----------
    dates
        The drawn dates, in order.
    needed
        Evenings for a standard error of `target_error`, a share of the evening's sales.
    evening_cv
        How much one evening's sales leave the mean of many, as a share: their standard deviation
        over their mean, from trials pretended on the shop's own past.
    same_day_error, new_error
        Standard errors, after these evenings, of the share of the evening's customers who else come
        in the open hours of the same day, and of the share who are new.
    predicted
        Customers per evening in each draw of what is believed before the trial, shape (D,).
    cost
        What these evenings cost in wages, in money; None where the cost of one is not known.
    """

    store: str
    hours: OpeningHours
    dates: tuple[date, ...]
    needed: int
    target_error: float
    evening_cv: float
    same_day_error: float
    new_error: float
    predicted: np.ndarray
    cost: float | None
    notes: tuple[str, ...]

    @property
    def error(self) -> float:
        """Standard error of the evening's mean sales after the trial, as a share of them."""
        return self.evening_cv / float(np.sqrt(len(self.dates)))

    @property
    def detectable(self) -> float:
        """Smallest difference from what was predicted that is found with 80 % power, a share."""
        return POWER * self.error

    @property
    def expected(self) -> tuple[float, float]:
        """Ends of the 90 % interval of customers per evening that the trial should leave.

        The prediction's log spread and the trial's error joined by their precisions, around the
        prediction's median.
        """
        before = np.log(np.maximum(self.predicted, 1e-9)).std()
        after = 1.645 / np.sqrt(1 / max(before, 1e-9) ** 2 + 1 / self.error**2)
        middle = float(np.median(self.predicted))
        return middle * float(np.exp(-after)), middle * float(np.exp(after))

    @property
    def history(self) -> tuple[DatedHours, ...]:
        """The entries for `hours.history` with which the trial is read when it is over."""
        return tuple(DatedHours(day, day, self.hours, random=True) for day in self.dates)


def longer(hours: OpeningHours, until: np.ndarray) -> OpeningHours:
    """Hours with the last window of each day drawn out to a minute of the day, int (7,)."""
    windows = [hours.windows(day) for day in range(7)]
    return OpeningHours.daily(
        [(*own[:-1], (own[-1][0], max(own[-1][1], int(end)))) if own else ()
         for own, end in zip(windows, until, strict=True)]
    )  # fmt: skip


def design(
    case: Case,
    shop: Observations,
    demand: Demand,
    *,
    hours: OpeningHours,
    start: date,
    weeks: int,
    evenings: int | None = None,
    target_error: float = 0.10,
    cost_per_evening: float | None = None,
    budget: float | None = None,
    seed: int = 0,
) -> TrialDesign:
    """Draw the evenings of a trial and say beforehand what they can tell.

    Parameters
    ----------
    hours
        Opening hours on the evenings of the trial; weekdays on which they add nothing to today's
        take no part.
    start, weeks
        The trial runs over so many whole weeks from the first Monday on or after `start`.
    evenings
        How many; without it as many as `target_error` needs, within the weeks and the budget.
    cost_per_evening, budget
        Wages of one evening, and what the trial may cost in all, in money.

    Raises
    ------
    CaseError
        The hours add nothing, or the weeks do not hold so many evenings.
    DataError
        The shop's past is too short to learn how much its evenings vary.
    """
    grid = shop.grid
    added = ((hours.week_share(grid) > 0.5) & (shop.hours.week_share(grid) == 0)).reshape(7, -1)
    if not added.any():
        raise CaseError(
            say('"{hours}" adds nothing to today\'s hours', hours=hours),
            where="hours",
            cure=say("Name hours that are longer on some weekday."),
        )
    monday = start + timedelta(days=-start.weekday() % 7)
    days = [monday + timedelta(days=n) for n in range(7 * weeks)]
    free = ~holiday_mask(case.country, case.subdivision, monday, len(days))
    by_week = [
        [days[n] for n in range(7 * week, 7 * week + 7) if free[n] and added[n % 7].any()]
        for week in range(weeks)
    ]
    if not any(by_week):
        raise CaseError(say("the trial holds no day on which to open longer"), where="weeks",
                        cure=say("Give it at least one whole week."))  # fmt: skip
    # A week without an ordinary day to compare with would tell nothing of what moved.
    room = [max(len(week) - 1, min(len(week), 1)) for week in by_week]
    weekdays = np.array([day.weekday() for week in by_week for day in week])
    predicted = gross_of(case, demand, added, weekdays)
    middle, past = float(np.median(predicted)), _past(shop, added)
    evening_cv = evening_noise(shop, past, added, middle)
    needed = int(np.ceil((evening_cv / target_error) ** 2))
    number, notes = needed if evenings is None else evenings, []
    if evenings is None:
        most = sum(room)
        if budget is not None and cost_per_evening:
            most = min(most, int(budget / cost_per_evening))
        if most < needed:
            notes.append(
                say(
                    "{needed} evenings would be needed; weeks and budget hold {most}.",
                    needed=needed,
                    most=most,
                )
            )
        number = min(needed, most)
    if not 2 <= number <= sum(room):
        raise CaseError(
            say("{count} evenings do not fit: from 2 to {most} do", count=number, most=sum(room)),
            where="evenings",
            cure=say("Give the trial more weeks or a larger budget, or ask for fewer evenings."),
        )
    if number < 4:
        notes.append(
            say("Fewer than 4 evenings leave the noise itself unknown: expect wide intervals.")
        )
    rng = np.random.default_rng(seed)
    dates = _drawn(by_week, room, number, rng)
    same_day, new = _share_errors(past, weeks, number, middle, rng)
    return TrialDesign(
        store=shop.store,
        hours=hours,
        dates=dates,
        needed=needed,
        target_error=target_error,
        evening_cv=evening_cv,
        same_day_error=same_day,
        new_error=new,
        predicted=predicted,
        cost=None if cost_per_evening is None else cost_per_evening * number,
        notes=tuple(notes),
    )


def _drawn(
    by_week: list[list[date]], room: list[int], number: int, rng: np.random.Generator
) -> tuple[date, ...]:
    """Dates drawn at random: as many in each week as possible alike, then which dates of it."""
    quota = np.zeros(len(by_week), dtype=int)
    while quota.sum() < number:
        open_weeks = np.flatnonzero(quota < room)
        least = open_weeks[quota[open_weeks] == quota[open_weeks].min()]
        quota[rng.permutation(least)[: number - quota.sum()]] += 1
    chosen = [
        week[place]
        for week, n in zip(by_week, quota.tolist(), strict=True)
        for place in sorted(rng.choice(len(week), n, replace=False).tolist())
    ]
    return tuple(chosen)


def gross_of(case: Case, demand: Demand, added: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    """Customers in the added hours on the average of these weekdays, as predicted, shape (D,).

    With those taken out who also stand in the open hours' sales, as they would be on late days.
    """
    shares = displacement(case.displacement, demand.has_web_shop, len(demand.draws))
    reach = (case.hours.candidate.week_share(demand.grid) > 0) | added.ravel()
    customers = true_potential(demand, shares, reach).reshape(len(demand.draws), 7, -1)
    return np.asarray((customers * added).sum(2)[:, weekdays].mean(1))


def _past(shop: Observations, added: np.ndarray) -> Days:
    """The shop's ordinary days, on none of which anything was added."""
    open_ = shop.hours.week_share(shop.grid).reshape(7, -1) > 0.99
    ordinary_days = (shop.regime == -1) & ~shop.holiday
    past = days_of(shop, ordinary_days, np.zeros(shop.days, dtype=bool), added, open_, ())
    number = int((past.eligible & past.rows).sum())
    if number < 20:
        raise DataError(
            say("{days} ordinary days are too few to learn how evenings vary", days=number),
            where=shop.store or "sales",
            cure=say("Give at least four weeks of sales with today's opening hours."),
        )
    return past


def evening_noise(shop: Observations, past: Days, added: np.ndarray, expected: float) -> float:
    """Standard deviation of one evening's sales over their mean, from pretended trials.

    Nobody knows the evening yet, so the last open hours stand in: one of every six past days is
    pretended to be in the trial, again and again, and the spread of what is then found, times the
    root of the number of days, is what one day is worth. The chance in the stand-in's own count is
    replaced by that of the customers expected in the evening.
    """
    open_ = shop.hours.week_share(shop.grid).reshape(7, -1) > 0.99
    to_closing = open_[:, ::-1].cumsum(1)[:, ::-1]
    length = np.minimum(added.sum(1), open_.sum(1) // 2)
    late = total(shop.transactions, shop, open_ & (to_closing <= length[:, None]))
    known = np.isin(np.array(shop.dates), past.dates) & np.isfinite(late)
    usual = ordinary(late, known, shop.weekday)
    days = np.flatnonzero(known & np.any(added, axis=1)[shop.weekday])
    six = np.arange(len(days)) // 6
    one_each = np.diff(six, prepend=-1) > 0
    drawn = relabelled(one_each, six, PLACEBO_TRIALS, seed=0)
    found = (drawn @ late[days]) / (drawn @ usual[days])
    number = one_each.sum()
    # The pretended days are among those that make the mean: their spread is smaller by that share.
    variance = found.var() * number / (1 - number / len(days))
    return float(np.sqrt(max(variance - 1 / usual[days].mean(), 0.0) + 1 / max(expected, 1e-9)))


def _share_errors(
    past: Days, weeks: int, number: int, expected: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Standard errors of the shares moved on the same day and new, from trials pretended lately."""
    free = past.dates[past.eligible & past.rows]
    week = np.array([day.toordinal() - 1 for day in free]) // 7
    by_week = [free[week == one].tolist() for one in np.unique(week)[-weeks:]]
    room = [max(len(days) - 1, 1) for days in by_week]
    found = []
    for _ in range(PRETENDED):
        pattern = np.isin(past.dates, np.array(_drawn(by_week, room, min(number, sum(room)), rng)))
        effect = effects(replace(past, longer=pattern), random=True)
        customers = effect.covariance * past.usual[pattern].mean() ** 2 / max(expected, 1e-9) ** 2
        found.append((customers[0, 0], customers.sum()))
    same_day, moved = np.sqrt(np.mean(found, axis=0))
    return float(same_day), float(moved)


@dataclass(frozen=True, eq=False)
class TrialResult:
    """What a trial measured, against what the same data would have said without it.

    Parameters
    ----------
    change
        The measurement.
    predicted, predicted_new
        Customers per evening, and those of them who are new, as estimated with the trial's days
        left out, shape (D,).
    known
        Share of customers who know of the hours by then, on average over the evenings, if they
        learn as `habituation` assumes; a lasting change would then bring 1 / known times as much.
    """

    change: Change
    predicted: np.ndarray
    predicted_new: np.ndarray
    known: float

    @property
    def verdict(self) -> str:
        """ "as predicted", or "more" or "less than predicted" where chance (90 %) is no excuse."""
        measured = np.random.default_rng(0).choice(self.change.gross, len(self.predicted))
        low, high = np.quantile(measured - self.predicted, [0.05, 0.95])
        if high < 0:
            return say("less than predicted")
        return say("more than predicted") if low > 0 else say("as predicted")


def read(
    case: Case, shop: Observations, others: Sequence[Observations] = ()
) -> tuple[TrialResult, ...]:
    """Read every trial in the history: entries with `random = true`, grouped by their hours.

    Raises
    ------
    DataError
        No drawn evening lies in the data.
    """
    trials = [change for change in read_changes(shop, others) if change.random]
    if not trials:
        raise DataError(
            say("no evening of a trial lies in the sales"),
            where="hours.history",
            cure=say("List the drawn dates there with random = true, and export the till again."),
        )
    drawn = np.isin(shop.regime, [n for n, entry in enumerate(shop.history) if entry.random])
    without = replace(shop, transactions=np.where(drawn[:, None], np.nan, shop.transactions))
    demand = fit_demands(case, [without])[without.store]
    results = []
    for change in trials:
        mine = np.isin(
            shop.regime, [n for n, e in enumerate(shop.history) if e.hours == change.hours]
        )
        held = mine & drawn & np.any(change.added, axis=1)[shop.weekday]
        predicted = gross_of(case, demand, change.added, shop.weekday[held])
        shares = displacement(case.displacement, demand.has_web_shop, len(predicted))
        weeks = (np.flatnonzero(held) - np.flatnonzero(held)[0]) / 7
        results.append(TrialResult(change, predicted, predicted * shares.lost,
                                   float(habituation(weeks).mean())))  # fmt: skip
    return tuple(results)
