"""The compact model of windows, staff and shifts: rising curves instead of lists of shifts.

Shifts are not enumerated. Per weekday five whole-numbered curves that never fall count, up to each
edge between two periods, the shifts that have started and ended (short ones without a break, long
ones with one) and the breaks that have begun. Every rule on shifts is then a difference of two
curves: "lasts at least k periods" is `ended(t) <= started(t - k)`. Sorted starts, breaks and ends,
paired in order, are legal shifts, and at work are `started - ended - on break`. Two more curves of
0 and 1, doors opened and doors closed, make the window. The value of staff is concave (see
`response`), so each further person is a variable between 0 and 1 that need not be whole.
"""

from collections import Counter
from dataclasses import replace

import numpy as np

from optimizer.planning.milp import Model
from optimizer.planning.plan import BREAK_FROM_ENDS_MINUTES, Shift, break_in_periods
from optimizer.planning.week import Week

SHORT_STARTED, SHORT_ENDED = "short shifts started", "short shifts ended"
LONG_STARTED, LONG_ENDED = "long shifts started", "long shifts ended"
BREAKS_BEGUN = "breaks begun"
COVER = "people while open"

def _choose_windows(model: Model, week: Week) -> np.ndarray:
    """One window per weekday, on the steps; returns the columns of the open periods, (7, T)."""
    shape = (week.pattern.max() + 1, week.step[-1] + 1)
    opened = model.variables("doors opened by", shape, upper=1, integer=True)
    closed = model.variables("doors closed by", shape, upper=1, integer=True)
    for name, curve in (("opened", opened), ("closed", closed)):
        model.constrain(f"once {name} stays", (1, curve[:, 1:]), (-1, curve[:, :-1]), lower=0)
    model.constrain("closed in the end", (1, opened[:, -1]), (-1, closed[:, -1]), upper=0)

    open_ = model.variables("open", week.allowed.shape, lower=0, upper=1, gain=week.gain_open)
    opens, closes = (curve[week.pattern][:, week.step] for curve in (opened, closed))
    between = ((1, open_), (-1, opens[:, :-1]), (1, closes[:, :-1]))
    model.constrain("open between opening and closing", *between, lower=0, upper=0)
    shortest = week.shift_periods[0]
    model.constrain("not closed at once", (1, closes[:, :shortest]), upper=0)
    model.constrain(
        "open for a shift", (1, opens[:, :-shortest]), (-1, closes[:, shortest:]), lower=0
    )
    days = model.variables("open days", (7,), upper=1, gain=-week.open_day)
    model.constrain("an opening makes a day", (1, days), (-1, opens[:, -1]), lower=0, upper=0)
    model.constrain(INSIDE, (1, open_[~week.allowed]), upper=0, is_rule=True)
    model.constrain(OBLIGATORY, (1, open_[week.forced]), lower=1, is_rule=True)
    model.constrain_sum(OPEN_AT_ALL, (1, days), lower=1, is_rule=True)
    return open_


def _form_shifts(model: Model, week: Week) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Curves of legal shifts; returns the columns of the people at work, (7, T), and the curves."""
    shortest, unbroken, longest = week.shift_periods
    edges = week.periods + 1
    curves: dict[str, np.ndarray] = {}

    def curve(name: str) -> np.ndarray:
        columns = curves[name] = model.variables(name, (7, edges), integer=True)
        model.constrain(f"{name}: rising", (1, columns[:, 1:]), (-1, columns[:, :-1]), lower=0)
        return columns

    def at_least_after(later: np.ndarray, earlier: np.ndarray, periods: int, rule: str) -> None:
        """Each event of `later` comes at least so many periods after its match of `earlier`."""
        wait = min(periods, edges)
        model.constrain(f"{rule}: none before", (1, later[:, :wait]), upper=0)
        matched = earlier[:, : edges - wait]
        model.constrain(rule, (1, later[:, wait:]), (-1, matched), upper=0)

    def at_most_after(later: np.ndarray, earlier: np.ndarray, periods: int, rule: str) -> None:
        wait = min(periods, edges - 1)
        model.constrain(rule, (1, earlier[:, : edges - wait]), (-1, later[:, wait:]), upper=0)
        model.constrain(f"{rule}: all end", (1, later[:, -1]), (-1, earlier[:, -1]), lower=0)

    staff = model.variables("people at work", (7, week.periods), gain=-week.labour)
    balance: list[tuple[int, np.ndarray]] = [(1, staff)]
    if shortest <= unbroken:
        started, ended = curve(SHORT_STARTED), curve(SHORT_ENDED)
        at_least_after(ended, started, shortest, "no shift is too short")
        at_most_after(ended, started, unbroken, "long shifts hold a break")
        balance += [(-1, started[:, :-1]), (1, ended[:, :-1])]
    if unbroken < longest:
        away = break_in_periods(week.case.labour, week.case.period_minutes)
        from_ends = -(-BREAK_FROM_ENDS_MINUTES // week.case.period_minutes)
        started, ended, left = curve(LONG_STARTED), curve(LONG_ENDED), curve(BREAKS_BEGUN)
        at_least_after(ended, started, max(shortest, unbroken + 1), "long shifts are long")
        at_most_after(ended, started, longest, "no shift is too long")
        at_least_after(left, started, from_ends, "no break at the beginning")
        at_least_after(ended, left, away + from_ends, "no break at the end")
        back = left[:, np.maximum(np.arange(week.periods) - away, 0)]  # none has begun at edge 0
        balance += [(-1, started[:, :-1]), (1, ended[:, :-1]), (1, left[:, :-1]), (-1, back)]
    model.constrain("shifts give the people at work", *balance, lower=0, upper=0)
    return staff, curves


def _staff_the_open_hours(model: Model, week: Week, open_: np.ndarray, staff: np.ndarray) -> None:
    """Nobody while closed; while open `min_staff`, and each further person brings a little less."""
    least, further = week.case.service.min_staff, week.gain_more.shape[2]
    more = model.variables("further people", week.gain_more.shape, upper=1, gain=week.gain_more)
    model.constrain("nobody while closed", (1, more), (-1, open_[..., None]), upper=0)
    each = [(-1, more[..., k]) for k in range(further)]
    model.constrain("people while open", (1, staff), (-least, open_), *each, lower=0, upper=0)


def _shifts(week: Week, curves: dict[str, np.ndarray]) -> tuple[Shift, ...]:
    """Pair the sorted starts, breaks and ends of each weekday."""
    minutes = week.case.period_minutes
    away = break_in_periods(week.case.labour, minutes) * minutes

    def events(name: str, weekday: int) -> list[int]:
        new = np.diff(curves[name][weekday], prepend=0)
        return ((week.first + np.repeat(np.arange(len(new)), new)) * minutes).tolist()

    found: Counter[Shift] = Counter()
    for weekday in range(7):
        if SHORT_STARTED in curves:
            pairs = zip(events(SHORT_STARTED, weekday), events(SHORT_ENDED, weekday), strict=True)
            found.update(Shift(weekday, start, end) for start, end in pairs)
        if LONG_STARTED in curves:
            names = (LONG_STARTED, LONG_ENDED, BREAKS_BEGUN)
            triples = zip(*(events(name, weekday) for name in names), strict=True)
            found.update(Shift(weekday, a, b, left, away) for a, b, left in triples)
    return tuple(replace(shift, count=count) for shift, count in sorted(found.items()))
