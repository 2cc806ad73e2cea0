"""The linear programme of one day: the best that shifts can do when they may be split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.planning.curves import COVER, at_work, shift_curves
from optimizer.planning.milp import Model, WarmProgram
from optimizer.planning.week import Week

Window = tuple[int, ...]  # edges of the span: opens and closes, once or twice
Fixed = Sequence[tuple[str, int, int]]  # curves that have a certain value at an edge


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The best a weekday can do at a price when shifts may be split: one linear programme."""

    weekday: int
    window: Window
    profit: float  # before the price on hours
    hours: float
    rents: np.ndarray  # (T,)
    curves: dict[str, np.ndarray]  # (T+1,) each


def dear(week: Week) -> float:
    """More than a day can earn or cost: the price of a person missing for a period."""
    at_stake = np.abs(week.gain_open) + week.gain_more.sum(axis=2) + week.most * week.labour
    at_doors = np.abs(week.before).max(axis=1) + np.abs(week.after).max(axis=1) + week.open_day
    return float(at_stake.sum(axis=1).max() + at_doors.max()) + 1.0


class DayProgram:
    """The linear programme of one day, for any weekday, window and price.

    Shifts cost nothing in it: whom the day needs pays the wage, so that the dual price of the row
    "people while open" is the rent itself.
    """

    def __init__(self, week: Week) -> None:
        self.week = week
        further, periods = week.gain_more.shape[2], week.periods
        model = Model()
        more = model.variables("further people", (1, periods, further))
        # Too few people, at a price that no customer is worth: then every window has an answer,
        # and those that cannot be staffed drop out by themselves.
        missing = model.variables("missing people", (1, periods), gain=-dear(week))
        people, curves = shift_curves(model, week, 1)
        each = [(-1, more[..., k]) for k in range(further)]
        model.constrain(COVER, *people, (1, missing), *each, lower=0, upper=0)
        self._program, self._dear = WarmProgram(model), dear(week)
        self._more, self._paid = more.ravel(), np.concatenate([more.ravel(), missing[0]])
        self._there = np.arange(further) < week.further[..., None]
        self._curves = {name: columns[0] for name, columns in curves.items()}
        self._cover = model.row_numbers(COVER)

    def solve(self, weekday: int, window: Window, price: float, fixed: Fixed = ()) -> Relaxed:
        """The best that split shifts can do in a window, at a price of a paid hour.

        A weekday above 6 is one of the next role; see `Week`. The fixed values must hold, too.

        Raises
        ------
        PlanError
            No shifts have the fixed values.
        """
        week, program = self.week, self._program
        inside = week.open_within(window)
        needed = np.where(inside, week.least[weekday], 0.0)
        program.change_rows(self._cover, needed, needed)
        most = (self._there[weekday] & inside[:, None]).ravel().astype(float)
        program.change_bounds(self._more, np.zeros_like(most), most)
        wage = week.labour[weekday] + price * week.hour
        gains = (week.gain_more[weekday] - wage[:, None]).ravel()
        program.change_gains(self._paid, np.concatenate([gains, wage - self._dear]))
        objective, values, duals = self._holding(fixed)
        objective += float((week.gain_open[weekday] - wage * week.least[weekday]) @ inside)
        curves = {name: values[columns] for name, columns in self._curves.items()}
        hours = float(at_work(curves, week.rules.away).sum() * week.hour)
        return Relaxed(
            weekday=weekday,
            window=window,
            profit=objective + price * hours + week.at_doors(weekday, window),
            hours=hours + (week.duty if weekday < 7 else 0.0),
            rents=-duals[self._cover],
            curves=curves,
        )

    def _holding(self, fixed: Fixed) -> tuple[float, np.ndarray, np.ndarray]:
        """The answer with fixed values, which are let go again."""
        if not fixed:
            return self._program.solve()
        held = np.array([self._curves[name][edge] for name, edge, _ in fixed])
        at = np.array([value for *_, value in fixed], dtype=float)
        self._program.change_bounds(held, at, at)
        try:
            return self._program.solve()
        finally:
            self._program.change_bounds(held, 0 * at, at + np.inf)
