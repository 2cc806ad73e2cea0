"""Rules with a price, as rows of the integer programme: how much they are missed is a variable."""

import numpy as np

from optimizer.planning.house_rules import able_weekdays, in_force
from optimizer.planning.milp import Model
from optimizer.planning.week import Week

BIG = 48.0  # hours: more than any two moments of two days lie apart


def price_rules(
    model: Model,
    week: Week,
    open_: np.ndarray,
    days: np.ndarray,
    doors: tuple[np.ndarray, np.ndarray],
    staff: np.ndarray,
) -> None:
    """Charge the plan for every rule with a price that it misses.

    Parameters
    ----------
    open_, days
        Columns of the open periods, (7, T), and of the open days, (7,).
    doors
        Of the curves of doors opened and closed for good on each weekday, shape (7, E).
    staff
        Of the people at work, (N, T).
    """
    case, rules = week.case, week.case.rules
    if week.limit is not None and np.isfinite(week.limit_price):
        beyond = model.variables("paid hours above the limit", (1,), gain=-week.limit_price)
        hours = ((week.hour, staff), (week.duty, days), (-1, beyond))
        model.constrain_sum("paid hours within the limit, or paid for", *hours, upper=week.limit)
    if (price := rules.price("open_hours")) and case.hours.per_week is not None:
        least, most = case.hours.per_week
        outside = model.variables("open hours outside the range", (2,), gain=-price)
        enough = ((week.hour, open_), (1, outside[:1]))
        model.constrain_sum("enough open hours, or paid for", *enough, lower=least)
        no_more = ((week.hour, open_), (-1, outside[1:]))
        model.constrain_sum("no more open hours, or paid for", *no_more, upper=most)
    if (price := rules.price("rest")) and case.labour.rest_hours:
        _price_rest(model, week, price, days, doors)
    if (price := rules.price("same_weekdays")) and case.hours.tidy.same_weekdays:
        able = able_weekdays(in_force(case))
        usual = model.variables("open on a usual weekday", (1, week.periods), upper=1)
        unlike = model.variables(
            "weekdays unlike the usual", (len(able), 1), upper=1, gain=-price, integer=True
        )
        _alike(model, "like the usual weekday", open_[able], usual, (-1, unlike), 0)
    if (price := rules.price("patterns")) and case.hours.tidy.patterns < 7:
        used = share_windows(model, open_, days, 7)
        more = model.variables("patterns too many", (1,), gain=-price)
        few = ((1, used), (-1, more))
        model.constrain_sum("few patterns, or paid for", *few, upper=case.hours.tidy.patterns)


def share_windows(model: Model, open_: np.ndarray, days: np.ndarray, most: int) -> np.ndarray:
    """Every open day takes its hours from a few.

    Returns
    -------
    Columns that are 1 where one of the few is taken at all, shape (most,).
    """
    number = np.arange(most)
    used = model.variables("pattern in use", (most,), upper=1)
    takes = model.variables("takes a pattern", (len(days), most), upper=1, integer=True)
    each = [(1, takes[:, k]) for k in number]
    model.constrain("open days take a pattern", *each, (-1, days), lower=0, upper=0)
    model.constrain("taken patterns are in use", (1, takes), (-1, used[None]), upper=0)
    shared = model.variables("open in a pattern", (most, open_.shape[1]), upper=1)
    for k in number:
        _alike(model, f"like pattern {k}", open_, shared[k : k + 1], (1, takes[:, k : k + 1]), 1)
    return used


def _alike(
    model: Model,
    name: str,
    open_: np.ndarray,
    shared: np.ndarray,
    term: tuple[float, np.ndarray],
    free: float,
) -> None:
    """Open just when the shared one is, unless the term leaves it free."""
    factor, columns = term
    differ = ((1, open_), (-1, shared))
    model.constrain(f"{name}: not more", *differ, (factor, columns), upper=free)
    model.constrain(f"{name}: not less", *differ, (-factor, columns), lower=-free)


def _price_rest(
    model: Model, week: Week, price: float, days: np.ndarray, doors: tuple[np.ndarray, np.ndarray]
) -> None:
    """Hours of rest missing between each weekday and the next one, both open."""
    clock = (week.first + week.doors) * week.hour
    missing = model.variables("hours of rest missing", (7,), gain=-price)
    # A curve of 0 and 1 that rises at a door: the clock there is a sum over its steps.
    step = clock - np.append(clock[1:], 0.0)
    opens = [(step[e], np.roll(doors[0][:, e], -1)) for e in range(len(clock))]
    closes = [(-step[e], doors[1][:, e]) for e in range(len(clock))]
    both = ((-BIG, days), (-BIG, np.roll(days, -1)))
    least = week.case.labour.rest_hours - 24 - 2 * BIG
    model.constrain("rest, or paid for", (1, missing), *opens, *closes, *both, lower=least)
