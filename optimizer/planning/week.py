"""The week as the optimiser sees it: where it may open, where it must, and what that brings."""

import math
from dataclasses import dataclass

import numpy as np

from optimizer.case import Case
from optimizer.errors import PlanError
from optimizer.language import say
from optimizer.planning.doors import (
    able_days,
    holding,
    latest_close,
    patterns_of,
    periods_per_step,
    permitted,
    windows_between,
)
from optimizer.planning.evaluate import costs
from optimizer.planning.house_rules import in_force
from optimizer.planning.overtime import hours_after_closing
from optimizer.planning.plan import BREAK_FROM_ENDS_MINUTES, SUNDAY
from optimizer.planning.recapture import recapture
from optimizer.planning.response import Potential
from optimizer.planning.rules import legal_hours
from optimizer.planning.staffing import (
    open_cost,
    open_hours,
    paid_hours_limit,
    people_on_duty,
    staffing,
)

# Where no money is known: customers that an hour of work must serve, lest people stand idle.
_IDLE_PRICE_PER_HOUR = 1e-5


@dataclass(frozen=True)
class ShiftRules:
    """Rules on shifts, in whole periods.

    Without a break a shift lasts `shortest` to `unbroken`; longer ones, up to `longest`, hold a
    break of `away` at least `from_ends` from either end.
    """

    shortest: int
    unbroken: int
    longest: int
    away: int
    from_ends: int

    @classmethod
    def of(cls, case: Case) -> "ShiftRules":
        """The case's rules on its periods: what must last longer is rounded up, the rest down."""
        labour, minutes = case.labour, case.period_minutes
        longest = int(labour.shift_hours[1] * 60 / minutes + 1e-9)
        unbroken = int(labour.break_after_hours * 60 / minutes + 1e-9)
        return cls(
            shortest=max(math.ceil(labour.shift_hours[0] * 60 / minutes - 1e-9), 1),
            unbroken=min(unbroken, longest) if labour.break_minutes else longest,
            longest=longest,
            away=-(-labour.break_minutes // minutes),
            from_ends=-(-BREAK_FROM_ENDS_MINUTES // minutes),
        )

    @property
    def shortest_with_break(self) -> int:
        """Shortest shift that is too long to go without a break."""
        return max(self.shortest, self.unbroken + 1)

    def require_a_shift(self, period_minutes: int) -> None:
        """Refuse rules that no shift of whole periods can obey."""
        if self.shortest <= self.unbroken:  # which is no longer than the longest
            return
        if self.shortest > self.longest:
            raise PlanError(
                say(
                    "no shift of whole periods of {minutes} minutes is as long as asked for",
                    minutes=period_minutes,
                ),
                where="labour.shift_hours",
                cure=say("Let the shortest and the longest shift lie farther apart."),
            )
        if max(self.shortest_with_break, 2 * self.from_ends + self.away) > self.longest:
            raise PlanError(
                say("no shift is long enough for its break and two hours of work on either side"),
                where="labour.break_after_hours",
                cure=say("Allow longer shifts, shorter breaks, or breaks in longer shifts only."),
            )


@dataclass(frozen=True, eq=False)
class Week:
    """Facts of a case on the periods of one span of the day, T periods, the same every day.

    The span runs from the first to the last period in which any weekday may be open.

    Parameters
    ----------
    first
        Period of the day with which the span begins.
    allowed, forced
        Periods that may, and must, be open, bool of shape (7, T).
    longest_open
        Most periods that each weekday may be open, shape (7,).
    doors
        Edges between periods at which doors may open and close, shape (E,), from 0 to T.
    windows, halves
        From which of the doors to which one each weekday may be open, bool of shape (7, E, E): for
        the day as a whole, and as one of two windows, which together hold what must be open.
    pattern
        Opening pattern of each weekday, shape (7,): weekdays of one pattern open alike.
    most_patterns
        Different windows that the week may have at most.
    latest_close
        Of the doors, the last one that may close on the day before each one opens, shape (E,).
    open_hours
        Hours that the week is open at least and at most.
    least, further
        People needed in each open period, and how many more may be there, int of shape (N, T). The
        N rows are the seven weekdays of the first role, then those of the second, and so on.
    gain_open
        What a period open with the least staff brings, before wages, shape (N, T).
    gain_more
        What each further person adds, before wages, shape (N, T, K); never rising, and 0 beyond
        those who may be there.
    labour
        What one person costs per period, shape (N, T).
    idle_price
        What of it is no real cost, per hour: a tie-break against idle people.
    before, after
        What customers leave all the same who come before the doors open, or after they close, at
        each edge, less the cost of set-up, or of close-down and work left; shape (7, T+1).
    pause
        The same for customers between two windows of a day, from one of the doors to another, less
        the cost of work left when the first one closes, shape (7, E, E); None where a day may have
        but one window.
    duty
        Paid hours of set-up and close-down on every open day.
    open_day
        What a day with any opening costs, shape (7,): money, and what is kept of a closed day.
    kept
        What is kept of the customers of a week of closed days, some other door being open; less
        the price of obligatory hours, where they have one.
    limit, limit_price
        Paid hours that may be used, or None; and the price at which more may be, or infinity.
    notes
        Sentences on what was assumed or left aside.
    """

    case: Case
    rules: ShiftRules
    first: int
    allowed: np.ndarray
    forced: np.ndarray
    longest_open: np.ndarray
    doors: np.ndarray
    windows: np.ndarray
    halves: np.ndarray
    pattern: np.ndarray
    most_patterns: int
    latest_close: np.ndarray
    open_hours: tuple[float, float]
    least: np.ndarray
    further: np.ndarray
    gain_open: np.ndarray
    gain_more: np.ndarray
    labour: np.ndarray
    idle_price: float
    before: np.ndarray
    after: np.ndarray
    pause: np.ndarray | None
    duty: float
    open_day: np.ndarray
    kept: float
    limit: float | None
    limit_price: float
    notes: tuple[str, ...]

    @property
    def hour(self) -> float:
        """Length of a period in hours."""
        return self.case.grid.period_hours

    @property
    def periods(self) -> int:
        """Periods of the span, T."""
        return self.allowed.shape[1]

    @property
    def most(self) -> np.ndarray:
        """Most people in each period, int of shape (N, T)."""
        return self.least + self.further

    def open_within(self, window: tuple[int, ...]) -> np.ndarray:
        """Periods from one edge to another, or between two pairs of them, bool of shape (T,)."""
        inside = np.zeros(self.periods, dtype=bool)
        for opens, closes in zip(window[::2], window[1::2], strict=True):
            inside[opens:closes] = True
        return inside

    def at_doors(self, row: int, window: tuple[int, ...]) -> float:
        """What opening within these edges adds to a closed day besides its open periods."""
        if row >= 7:  # counted with the first role
            return 0.0
        kept = self.before[row, window[0]] + self.after[row, window[-1]] - self.open_day[row]
        if len(window) > 2 and self.pause is not None:
            kept += self.pause[(row, *np.searchsorted(self.doors, window[1:3]))]
        return float(kept)


def week_of(case: Case, potential: Potential) -> Week:
    """Put the case and the potential on the optimiser's grid.

    Rules that are off are left out. Priced ones are, too, but for the staff and the obligatory
    hours, whose prices are part of the gains, and the limit on paid hours.

    Raises
    ------
    PlanError
        No day may be open for long enough, or obligatory hours lie where opening is not allowed.
    """
    stated, case = case, in_force(case)
    grid, rules = case.grid, ShiftRules.of(case)
    rules.require_a_shift(grid.period_minutes)
    notes: list[str] = []
    allowed, forced = permitted(case, notes)
    longest_open = np.full(7, grid.periods_per_day)
    if (law := legal_hours(case)) is not None:
        longest_open[SUNDAY] = int(law.most_sunday_hours / grid.period_hours)
    doors = np.flatnonzero(np.arange(grid.periods_per_day + 1) % periods_per_step(case) == 0)
    windows = windows_between(allowed, doors, rules.shortest, longest_open)
    able = able_days(windows, allowed, forced, notes)
    allowed &= able[:, None]
    if rules.away * grid.period_minutes > case.labour.break_minutes:
        notes.append(
            say(
                "Breaks are rounded up to whole periods of {minutes} minutes.",
                minutes=grid.period_minutes,
            )
        )

    used = np.flatnonzero(allowed.any(axis=0))
    kept_doors = (doors >= doors[doors <= used[0]][-1]) & (doors <= doors[doors > used[-1]][0])
    first, last = doors[kept_doors][[0, -1]]
    whole = windows & holding(forced, doors)

    recaptured = recapture(potential)
    before, after, closed = recaptured.margin_by_door()
    price = costs(case, potential)
    idle_price = 0.0 if potential.in_money else _IDLE_PRICE_PER_HOUR

    # Set-up counts at the clock of the period before the door opens, close-down at the one after.
    edge = np.arange(7)[:, None] * grid.periods_per_day + np.arange(grid.periods_per_day + 1)
    per_hour = price.labour / grid.period_hours
    on_duty = people_on_duty(stated)
    set_up, close_down = case.labour.set_up_minutes / 60, case.labour.close_down_minutes / 60
    left = hours_after_closing(stated, potential, price.labour)[edge - 1]
    left *= per_hour[edge % len(per_hour)]
    before = before - on_duty * set_up * per_hour[edge - 1]
    after = after - on_duty * close_down * per_hour[edge % len(per_hour)] - left
    pause = None
    if case.hours.tidy.windows_per_day == 2:
        pause = recaptured.margin_by_pause(doors[kept_doors]) - left[:, doors[kept_doors], None]

    def by_day(values: np.ndarray) -> np.ndarray:
        """Of each role and period of the week (R, W, ...): the rows and the span (N, T, ...)."""
        days = values.reshape(7 * len(values), grid.periods_per_day, *values.shape[2:])
        return days[:, first:last]

    roles = max(len(case.role), 1)
    people = staffing(stated, potential)
    gain_open = by_day(people.gain_open)
    per_open_period, constant = open_cost(stated, price.open_period)
    gain_open[:7] -= by_day(per_open_period[None])
    longest_stretch = max(rules.unbroken, rules.shortest)  # where every shift holds a break
    shortest, unbroken = (n * grid.period_hours for n in (rules.shortest, longest_stretch))
    return Week(
        case=stated,
        rules=rules,
        first=int(first),
        allowed=allowed[:, first:last],
        forced=forced[:, first:last],
        longest_open=longest_open,
        doors=doors[kept_doors] - first,
        windows=whole[:, kept_doors][:, :, kept_doors],
        halves=windows[:, kept_doors][:, :, kept_doors],
        pattern=patterns_of(case.hours.tidy.same_weekdays, able),
        most_patterns=case.hours.tidy.patterns,
        latest_close=latest_close(case, doors[kept_doors]),
        open_hours=open_hours(case),
        least=by_day(people.least),
        further=by_day(people.further),
        gain_open=gain_open,
        gain_more=by_day(people.gain_more),
        labour=by_day(np.tile(price.labour + idle_price * grid.period_hours, (roles, 1))),
        idle_price=idle_price,
        before=before[:, first : last + 1],
        after=after[:, first : last + 1],
        pause=pause,
        duty=on_duty * (set_up + close_down),
        open_day=price.open_day + closed,
        kept=float(closed.sum()) - constant,
        limit=paid_hours_limit(stated, potential, (shortest, unbroken), notes),
        limit_price=_limit_price(stated),
        notes=tuple(notes),
    )


def _limit_price(case: Case) -> float:
    """What a paid hour above the limit costs besides its wage; a limit not stated has no price."""
    if case.paid_hours_limit is None:
        return math.inf
    return case.rules.price("paid_hours") or math.inf
