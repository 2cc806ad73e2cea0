"""The compact model of windows, staff and shifts: rising curves instead of lists of shifts.

Shifts are not enumerated. Per weekday five whole-numbered curves that never fall count, up to each
edge between two periods, the shifts that have started and ended (short ones without a break, long
ones with one) and the breaks that have begun. Every rule on shifts is then a difference of two
curves: "lasts at least k periods" is `ended(t) <= started(t - k)`. Sorted starts, breaks and ends,
paired in order, are legal shifts, and at work are `started - ended - on break`. Two more curves of
0 and 1, doors opened and doors closed, make the window. The value of staff is concave (see
`response`), so each further person is a variable between 0 and 1 that need not be whole.
"""

import numpy as np

from optimizer.planning.milp import Model, Term
from optimizer.planning.priced import share_windows
from optimizer.planning.week import Week

SHORT_STARTED, SHORT_ENDED = "short shifts started", "short shifts ended"
LONG_STARTED, LONG_ENDED = "long shifts started", "long shifts ended"
BREAKS_BEGUN = "breaks begun"
COVER = "people while open"

AsEdges = tuple[int, int, int | None]  # of a shift: start, end and start of the break
Doors = tuple[np.ndarray, np.ndarray]


def choose_windows(model: Model, week: Week) -> tuple[np.ndarray, np.ndarray, Doors]:
    """One window per weekday, on the steps; or two, with a pause between them.

    Returns
    -------
    Columns of the open periods, shape (7, T), of the open days, (7,), and of the curves of doors
    opened and closed for good on each weekday, (7, E) each.
    """
    patterns = range(week.pattern.max() + 1)
    curves = []
    for name, kept in (("opened", week.before), ("closed", week.after)):
        # A curve that rises at an edge is 1 from there on; these gains then sum to `kept` there.
        gain = kept[:, week.doors] - np.pad(kept[:, week.doors[1:]], ((0, 0), (0, 1)))
        curve = model.variables(
            f"doors {name} by",
            (len(patterns), len(week.doors)),
            upper=1,
            gain=np.array([gain[week.pattern == pattern].sum(axis=0) for pattern in patterns]),
            integer=True,
        )
        model.constrain(f"once {name} stays", (1, curve[:, 1:]), (-1, curve[:, :-1]), lower=0)
        curves.append(curve)
    opened, closed = curves
    what_opens = ((1, opened[:, -1]), (-1, closed[:, -1]))
    model.constrain("what opens closes", *what_opens, lower=0, upper=0)
    binding = np.flatnonzero(week.latest_close < len(week.doors) - 1)
    if len(binding):
        # Opened by this door, the day before is closed by the latest one, or was never opened.
        opens = opened[week.pattern][:, binding]
        before, latest = np.roll(week.pattern, 1), week.latest_close[binding]
        shut = np.where(latest >= 0, closed[before][:, latest], 0)
        past = ((1, opens), (1, opened[before][:, -1:]), (-(latest >= 0).astype(float), shut))
        model.constrain("rest before the next opening", *past, upper=1)
    few = week.most_patterns < len(patterns)
    if few and week.pause is None:
        _share_windows(model, week, opened, closed)

    of_all_roles = week.gain_open.reshape(-1, *week.allowed.shape).sum(axis=0)
    open_ = model.variables("open", week.allowed.shape, upper=1, gain=of_all_roles)
    door = np.searchsorted(week.doors, np.arange(week.periods + 1), side="right") - 1
    opens, closes = (curve[week.pattern][:, door] for curve in (opened, closed))
    between = [(1, open_), (-1, opens[:, :-1]), (1, closes[:, :-1])]
    if week.pause is not None:
        stops, resumes = (
            curve[week.pattern][:, door] for curve in _pauses(model, week, week.pause)
        )
        _around_pauses(model, week.rules.shortest, opens, closes, stops, resumes)
        between += [(1, stops[:, :-1]), (-1, resumes[:, :-1])]
    model.constrain("open between opening and closing", *between, lower=0, upper=0)
    shortest = week.rules.shortest
    model.constrain("not closed at once", (1, closes[:, :shortest]), upper=0)
    model.constrain(
        "open for a shift", (1, opens[:, :-shortest]), (-1, closes[:, shortest:]), lower=0
    )
    days = model.variables("open days", (7,), upper=1, gain=-week.open_day)
    model.constrain("an opening makes a day", (1, days), (-1, opens[:, -1]), lower=0, upper=0)
    model.constrain("inside the candidate and legal hours", (1, open_[~week.allowed]), upper=0)
    each = [(1, open_[:, period]) for period in range(week.periods)]
    model.constrain("no longer than the law allows", *each, upper=week.longest_open)
    model.constrain("open in the obligatory hours", (1, open_[week.forced]), lower=1)
    model.constrain_sum("at least one day is open", (1, days), lower=1)
    if few and week.pause is not None:
        _, alike = np.unique(week.pattern, return_index=True)
        share_windows(model, open_[alike], days[alike], week.most_patterns)
    return open_, days, (opened[week.pattern], closed[week.pattern])


def _pauses(model: Model, week: Week, kept: np.ndarray) -> list[np.ndarray]:
    """At most one pause per pattern: curves of pauses begun and ended by each door, (P, E) each."""
    patterns, edges = week.pattern.max() + 1, len(week.doors)
    gain = np.array([kept[week.pattern == pattern].sum(axis=0) for pattern in range(patterns)])
    later = np.triu(np.ones((edges, edges)), 1)
    pause = model.variables(
        "pause from one door to another",
        (patterns, edges, edges),
        upper=later,
        gain=gain * later,
        integer=True,
    )
    curves = []
    for name, by_door in (("begun", pause), ("ended", pause.swapaxes(1, 2))):
        curve = model.variables(f"pause {name} by", (patterns, edges), upper=1)
        here = [(-1, by_door[:, :, k]) for k in range(edges)]
        before = np.pad(curve[:, :-1], ((0, 0), (1, 0)))
        rises = np.where(np.arange(edges) > 0, -1.0, 0.0)
        model.constrain(f"pauses {name}", (1, curve), (rises, before), *here, lower=0, upper=0)
        curves.append(curve)
    return curves


def _around_pauses(
    model: Model,
    shortest: int,
    opens: np.ndarray,
    closes: np.ndarray,
    stops: np.ndarray,
    resumes: np.ndarray,
) -> None:
    """Before and after a pause the day is open for a shift; all are curves by edge, (7, T+1)."""
    model.constrain("no pause at once", (1, stops[:, :shortest]), upper=0)
    first = ((1, opens[:, :-shortest]), (-1, stops[:, shortest:]))
    model.constrain("open for a shift before a pause", *first, lower=0)
    model.constrain("no end at once", (1, closes[:, :shortest]), (1, stops[:, -1:]), upper=1)
    second = ((1, closes[:, shortest:]), (1, stops[:, -1:]), (-1, resumes[:, :-shortest]))
    model.constrain("open for a shift after a pause", *second, upper=1)


def _share_windows(model: Model, week: Week, opened: np.ndarray, closed: np.ndarray) -> None:
    """Every open weekday takes its window from a few, as many as may differ."""
    few, (days, edges) = week.most_patterns, opened.shape
    takes = model.variables("takes one of the windows", (days, few, 1), upper=1, integer=True)
    each = [(1, takes[:, k, 0]) for k in range(few)]
    model.constrain("takes one window", *each, (-1, opened[:, -1]), lower=0, upper=0)
    for name, curve in (("opened", opened), ("closed", closed)):
        shared = model.variables(f"shared window {name} by", (few, edges), upper=1)
        differ = ((1, curve[:, None]), (-1, shared))
        model.constrain(f"{name} no earlier than shared", *differ, (1, takes), upper=1)
        model.constrain(f"{name} no later than shared", *differ, (-1, takes), lower=-1)


def form_shifts(
    model: Model, week: Week, labour: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Curves of legal shifts for some days, and the people whom they bring to work.

    Parameters
    ----------
    labour
        What one person costs per period, shape (days, T).

    Returns
    -------
    Columns of the people at work, shape (days, T), and of the curves by name, (days, T+1).
    """
    staff = model.variables("people at work", labour.shape, gain=-labour, integer=True)
    people, curves = shift_curves(model, week, len(labour))
    given = [(-sign, columns) for sign, columns in people]
    model.constrain("shifts give the people at work", (1, staff), *given, lower=0, upper=0)
    return staff, curves


def shift_curves(model: Model, week: Week, days: int) -> tuple[list[Term], dict[str, np.ndarray]]:
    """Curves of legal shifts for some days.

    Returns
    -------
    Terms that make up the people at work, shape (days, T), and columns of the curves by name,
    (days, T+1).
    """
    rules, edges = week.rules, week.periods + 1
    curves: dict[str, np.ndarray] = {}

    def curve(name: str, first: int = 0, *, integer: bool = True) -> np.ndarray:
        """It counts what happens at edge `first` at the earliest."""
        upper = np.where(np.arange(edges) < first, 0.0, np.inf)
        columns = curves[name] = model.variables(name, (days, edges), upper=upper, integer=integer)
        rising = (1, columns[:, first + 1 :]), (-1, columns[:, first:-1])
        model.constrain(f"{name}: rising", *rising, lower=0)
        return columns

    def at_least_after(later: np.ndarray, earlier: np.ndarray, periods: int, rule: str) -> None:
        """Each event of `later` comes at least so many periods after its match of `earlier`."""
        wait = min(periods, edges)
        matched = earlier[:, : edges - wait]
        model.constrain(rule, (1, later[:, wait:]), (-1, matched), upper=0)

    def at_most_after(later: np.ndarray, earlier: np.ndarray, periods: int, rule: str) -> None:
        wait = min(periods, edges - 1)
        model.constrain(rule, (1, earlier[:, : edges - wait]), (-1, later[:, wait:]), upper=0)
        model.constrain(f"{rule}: all end", (1, later[:, -1]), (-1, earlier[:, -1]), lower=0)

    # Ends may be split (see `whole`): with fewer whole numbers the solver is several times faster.
    people: list[Term] = []
    if rules.shortest <= rules.unbroken:
        started, ended = curve(SHORT_STARTED), curve(SHORT_ENDED, rules.shortest, integer=False)
        at_least_after(ended, started, rules.shortest, "no shift is too short")
        at_most_after(ended, started, rules.unbroken, "long shifts hold a break")
        people += [(1, started[:, :-1]), (-1, ended[:, :-1])]
    if rules.unbroken < rules.longest:
        shortest = max(rules.shortest_with_break, 2 * rules.from_ends + rules.away)
        started, ended = curve(LONG_STARTED), curve(LONG_ENDED, shortest, integer=False)
        left = curve(BREAKS_BEGUN, rules.from_ends)
        at_least_after(ended, started, rules.shortest_with_break, "long shifts are long")
        at_most_after(ended, started, rules.longest, "no shift is too long")
        at_least_after(left, started, rules.from_ends, "no break at the beginning")
        at_least_after(ended, left, rules.away + rules.from_ends, "no break at the end")
        # `from_ends` is at least one period, so none has begun at edge 0.
        back = left[:, np.maximum(np.arange(week.periods) - rules.away, 0)]
        people += [(1, started[:, :-1]), (-1, ended[:, :-1]), (-1, left[:, :-1]), (1, back)]
    return people, curves


def whole(curves: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Curves of whole numbers, int, from those of a solution, in which ends may be split.

    Starts, breaks and people at work being whole, the ends of short and of long shifts together
    are, too. Taken down for the short ones and up for the long ones they keep every rule, each of
    which bounds them by a whole number or by an earlier value of the same curve.
    """
    rounded = {name: np.round(curve).astype(int) for name, curve in curves.items()}
    if SHORT_ENDED in curves and LONG_ENDED in curves:
        together = np.round(curves[SHORT_ENDED] + curves[LONG_ENDED]).astype(int)
        rounded[SHORT_ENDED] = np.floor(curves[SHORT_ENDED] + 1e-4).astype(int)
        rounded[LONG_ENDED] = together - rounded[SHORT_ENDED]
    return rounded


def at_work(curves: dict[str, np.ndarray], away: int) -> np.ndarray:
    """People at work in each period, shape (..., T), from curves of shape (..., T+1).

    Parameters
    ----------
    away
        Length of a break in periods.
    """
    total: np.ndarray = sum(
        curves[started] - curves[ended]
        for started, ended in ((SHORT_STARTED, SHORT_ENDED), (LONG_STARTED, LONG_ENDED))
        if started in curves
    )[..., :-1]
    if BREAKS_BEGUN in curves:
        left = curves[BREAKS_BEGUN][..., :-1]
        back = np.zeros_like(left)
        back[..., away:] = left[..., : max(left.shape[-1] - away, 0)]
        total = total - (left - back)
    return total


def paired(curves: dict[str, np.ndarray]) -> list[AsEdges]:
    """The shifts of one day: (start, end, start of the break) as edges, in order.

    Parameters
    ----------
    curves
        Whole numbers by name, each of shape (T+1,).
    """

    def events(name: str) -> list[int]:
        new = curves[name].copy()
        new[1:] -= curves[name][:-1]
        return np.arange(len(new)).repeat(new).tolist()

    shifts: list[AsEdges] = []
    if SHORT_STARTED in curves:
        pairs = zip(events(SHORT_STARTED), events(SHORT_ENDED), strict=True)
        shifts += [(start, end, None) for start, end in pairs]
    if LONG_STARTED in curves:
        names = (LONG_STARTED, LONG_ENDED, BREAKS_BEGUN)
        shifts += zip(*(events(name) for name in names), strict=True)
    return shifts
