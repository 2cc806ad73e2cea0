"""Whole shifts of a day, mostly worth as much as the split ones that a linear programme gives.

Where rounding loses anything the programme is asked again: the first value of its curves that is
not whole must be the next whole number, or else the one before, and so on until all are whole
("diving"; T. Achterberg, "Constraint Integer Programming", 2007, section 9.2). From left to right a
few quick steps suffice, since a day's programme nearly always has a whole answer that is as good.
"""

import numpy as np

from optimizer.errors import PlanError
from optimizer.planning.bounds import AtPrice
from optimizer.planning.day_program import DayProgram, Relaxed, dear
from optimizer.planning.exchange import DayShifts, ShiftTable

LOSS = 2e-5  # share of a day's worth below which whole shifts are good enough
MOST_STEPS = 60
_WHOLE = 1e-5


class WholeShifts:
    """Makes split shifts whole; the same ones at another price are not rounded again."""

    def __init__(self, program: DayProgram) -> None:
        self._program, self._week = program, program.week
        self._table = ShiftTable.of(self._week.rules, self._week.periods)
        self._dear = dear(self._week)
        self._known: list[tuple[Relaxed, DayShifts]] = []

    def days(self, point: AtPrice) -> list[DayShifts]:
        """Whole shifts for the windows that are best at a price, each day by itself."""
        return [self.day(split, point.price) for split in point.days.values()]

    def day(self, split: Relaxed, price: float) -> DayShifts:
        """The best whole shifts found near split ones, each paid hour charged the price."""
        duty = self._week.duty if split.weekday < 7 else 0.0
        most = split.profit - price * (split.hours - duty)
        enough, charge = most - LOSS * abs(most), price * self._week.hour

        def worth(day: DayShifts) -> float:
            return day.profit - charge * day.paid

        known = [day for seen, day in self._known if seen is split]
        for day in known:
            if worth(day) >= enough:
                return day
        day = self._rounded(split, charge)
        if worth(day) < enough and (whole := dive(self._program, split, price)) is not None:
            day = max(day, self._rounded(whole, charge), key=worth)
        self._known.append((split, day))
        return max(day, *known, key=worth) if known else day

    def _rounded(self, split: Relaxed, charge: float) -> DayShifts:
        day = DayShifts(self._week, self._table, split.weekday, split.window, self._dear)
        day.round(split.curves, charge)
        day.improve(charge)
        return day


def dive(program: DayProgram, split: Relaxed, price: float) -> Relaxed | None:
    """Made whole step by step; None where that leads to no legal shifts."""
    fixed: list[tuple[str, int, int]] = []
    for _ in range(MOST_STEPS):
        broken = _first_broken(split.curves)
        if broken is None:
            return split
        name, edge = broken
        above = int(np.ceil(split.curves[name][edge]))
        for value in (above, above - 1):
            held = [*fixed, (name, edge, value)]
            try:
                split = program.solve(split.weekday, split.window, price, held)
            except PlanError:
                continue
            fixed = held
            break
        else:
            return None
    return None


def _first_broken(curves: dict[str, np.ndarray]) -> tuple[str, int] | None:
    """The first edge at which a curve is not whole, curve by curve."""
    for name, curve in curves.items():
        broken = np.flatnonzero(np.abs(curve - np.round(curve)) > _WHOLE)
        if len(broken):
            return name, int(broken[0])
    return None
