"""Whether a program that shares nothing with the optimiser finds the same best plan.

python -m benchmarks.agreement PYTHON

PYTHON is an interpreter that has ortools (see the README). It solves made-up shops of ordinary size
with a variable for every window and every shift; all it knows of money comes from `evaluate`.
"""

import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.plans import peer
from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.errors import PlanError
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation, evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.plan import BREAK_FROM_ENDS_MINUTES
from optimizer.planning.response import Potential

SHOPS = 50
LIMIT = 20.0  # seconds for each
NEAR = 0.02  # money: the other program counts in hundredths of a cent


class Judge:
    """What `evaluate` says of single days: the days of a week add up to its profit."""

    def __init__(self, case: Case, whom: Potential) -> None:
        self.case, self._whom = case, whom
        one, other = (self._of({day: self._alone(0)}).objective for day in (0, 1))
        both = self._of(dict.fromkeys((0, 1), self._alone(0))).objective
        self.closed = one + other - both  # a week of closed days, some other door being open

    def _alone(self, period: int) -> np.ndarray:
        return np.arange(self.case.grid.periods_per_day) == period

    def _of(self, days: dict[int, np.ndarray], further: int = 0) -> Evaluation:
        """A week in which these days are open, with so many people beyond the least."""
        open_ = np.zeros((7, self.case.grid.periods_per_day), dtype=bool)
        for weekday, periods in days.items():
            open_[weekday] = periods
        staff = (self.case.service.min_staff + further) * open_.ravel()
        return evaluate(self.case, self._whom, open_.ravel(), staff)

    def day(self, weekday: int, open_: np.ndarray) -> tuple[float, float]:
        """Profit beyond a closed day, and paid hours, with the least staff in its open periods."""
        found = self._of({weekday: open_})
        return found.objective - self.closed, found.paid_hours

    def further(self, weekday: int, period: int) -> list[float]:
        """What each person beyond the least adds in a period, wages paid."""
        service = self.case.service
        counts = range(service.max_staff - service.min_staff + 1)
        worth = [self._of({weekday: self._alone(period)}, n).objective for n in counts]
        return [more - less for less, more in pairwise(worth)]


def windows(case: Case, weekday: int) -> list[tuple[int, int]]:
    """From which to which period a weekday may be open."""
    minutes = case.period_minutes
    step = max(case.hours.tidy.step_minutes // minutes, 1)
    return [
        (opens, closes)
        for start, end in case.hours.candidate.windows(weekday)
        for opens in range(start // minutes, end // minutes)
        for closes in range(opens + 1, end // minutes + 1)
        if opens % step == closes % step == 0
    ]


def shifts(case: Case, periods: int) -> np.ndarray:
    """Every legal shift within so many periods: who is at work when, int of shape (S, periods)."""
    labour, minutes = case.labour, case.period_minutes
    t, rows = np.arange(periods), []
    for start in range(periods):
        for end in range(start + 1, periods + 1):
            hours = (end - start) * minutes / 60
            if not labour.shift_hours[0] <= hours <= labour.shift_hours[1]:
                continue
            at_work = (start <= t) & (t < end)
            if hours <= labour.break_after_hours:
                rows.append(at_work)
                continue
            away, margin = labour.break_minutes // minutes, BREAK_FROM_ENDS_MINUTES // minutes
            for leaves in range(start + margin, end - margin - away + 1):
                rows.append(at_work & ~((leaves <= t) & (t < leaves + away)))
    return np.array(rows, dtype=int).reshape(-1, periods)


@dataclass(frozen=True, eq=False)
class Question:
    """A shop as lists: every window, every shift, and what they are worth."""

    case: Case
    judge: Judge
    window: np.ndarray  # weekday, first period and the one after the last, int of shape (N, 3)
    worth: np.ndarray  # of each window, (N,)
    hours: np.ndarray  # paid in it with the least staff, (N,)
    more: np.ndarray  # what each further person adds, (7, T, K)

    @classmethod
    def of(cls, case: Case, whom: Potential) -> "Question":
        """List a shop."""
        judge, t = Judge(case, whom), np.arange(case.grid.periods_per_day)
        window = [(day, *each) for day in range(7) for each in windows(case, day)]
        days = [judge.day(day, (opens <= t) & (t < closes)) for day, opens, closes in window]
        more = np.zeros((7, len(t), case.service.max_staff - case.service.min_staff))
        for weekday in range(7):
            for period in {k for w in windows(case, weekday) for k in range(*w)}:
                more[weekday, period] = judge.further(weekday, period)
        worth, hours = np.array(days).T
        return cls(case, judge, np.array(window), worth, hours, more)

    def arrays(self) -> dict[str, np.ndarray]:
        """For the other program."""
        case, hour = self.case, self.case.grid.period_hours
        tidy, labour = case.hours.tidy, case.labour
        first, last = self.window[:, 1].min(), self.window[:, 2].max()
        return {
            "window": self.window - [0, first, first],
            "worth": self.worth,
            "hours": self.hours,
            "more": self.more[:, first:last],
            "covers": shifts(case, int(last - first)),
            "least": np.array(case.service.min_staff),
            "hour": np.array(hour),
            "limit": np.array(labour.hours_per_week or 1e6),
            "alike": np.array(tidy.same_weekdays),
            "patterns": np.array(tidy.patterns),
            "per_week": np.array(case.hours.per_week or (0, 168)),
            "nearest": np.array(labour.rest_hours / hour - case.grid.periods_per_day),
        }


def random_shop(seed: int) -> tuple[Case, Potential]:
    """A shop of ordinary size with some of the rules that a shop may have."""
    rng = np.random.default_rng(seed)

    def one_of(*choices: Any) -> Any:
        return choices[rng.integers(len(choices))]

    today = "Mo-Fr 10:00-17:00; Sa 10:00-15:00"
    least, most = one_of((1, 3), (1, 4), (2, 4), (2, 5))
    case = with_changes(
        Case(period_minutes=60, country="FI"),
        {
            "hours.current": today,
            "hours.candidate": one_of("Mo-Sa 09:00-20:00", "Mo-Fr 08:00-18:00; Su 11:00-21:00"),
            "hours.tidy.step_minutes": 60,
            "hours.tidy.same_weekdays": one_of(False, False, True),
            "hours.tidy.patterns": one_of(7, 7, 2),
            "labour.shift_hours": one_of((4, 9), (3, 6), (4, 8)),
            "labour.break_minutes": 60,
            "labour.set_up_minutes": one_of(0, 20),
            "labour.close_down_minutes": one_of(0, 10),
            "labour.rest_hours": one_of(0.0, 0.0, 15.0),
            "labour.hours_per_week": one_of(None, 60.0, 110.0),
            "hours.per_week": one_of(None, None, (0, 45), (40, 168)),
            "service.min_staff": least,
            "service.max_staff": most,
            "economics.open_cost_per_hour": 6.0,
            "economics.open_cost_per_day": 15.0,
        },
    )
    hour = (np.arange(case.grid.periods_per_day) + 0.5) * case.grid.period_hours
    day = np.exp(-(((hour - 12.5) / 2.5) ** 2)) + 0.9 * np.exp(-(((hour - 17) / 2) ** 2)) + 0.02
    mean = rng.uniform(8, 60) * case.grid.period_hours * np.outer(rng.uniform(0.5, 1.2, 7), day)
    lost = rng.uniform(0.35, 0.65, 20)
    whom = Potential(
        customers=mean.ravel() * rng.lognormal(0, 0.2, (20, 1)),
        moved=0.9 * (1 - lost),
        web=0.1 * (1 - lost),
        lost=lost,
        value=8.0 * rng.lognormal(0, 0.1, 20),
        unit="EUR",
        open_now=OpeningHours.parse(today).week_share(case.grid),
    )
    return case, whom


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("Name an interpreter that has ortools: python -m benchmarks.agreement PYTHON")
    python, apart = sys.argv[1], []
    print("| shop | this one | bound | s | CP-SAT | bound | s |\n|--:|--:|--:|--:|--:|--:|--:|")
    for seed in range(SHOPS):
        case, whom = random_shop(seed)
        question = Question.of(case, whom)
        found = peer(python, "plan", question.arrays(), LIMIT)
        try:
            plan = optimize(case, whom, time_limit=60)
        except PlanError:
            assert found["status"] == "INFEASIBLE", "the other program has a plan"
            print(f"| {seed} | no plan | | | no plan | | {found['work']:.1f} |", flush=True)
            continue
        profit, bound = (found[name] + question.judge.closed for name in ("objective", "bound"))
        print(
            f"| {seed} | {plan.objective:.2f} | {plan.bound:.2f} | {plan.seconds:.1f} "
            f"| {profit:.2f} | {bound:.2f} | {found['work']:.1f} |",
            flush=True,
        )
        assert plan.objective <= bound + NEAR, "a plan above the other program's bound"
        assert profit <= plan.bound + NEAR, "the other program's plan above the bound"
        apart.append(abs(plan.objective - profit))
    print(f"\n{SHOPS} shops agree within both gaps, {len(apart)} of them with a plan; the profits")
    print(f"are {np.median(apart):.2f} apart in the middle and {max(apart):.2f} at most.")


if __name__ == "__main__":
    main()
