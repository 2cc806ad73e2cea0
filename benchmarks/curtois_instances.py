"""The employee shift scheduling instances of T. Curtois: reading, and counting a cost.

Read from `shared/data/bench_curtois_shift_scheduling` beside the project. An instance asks for so
many people on every shift of every day; people have limits on hours, shifts in a row, days off in a
row, weekends and each kind of shift, days off, and wishes. (T. Curtois and R. Qu, "Computational
results on new staff scheduling benchmark instances", 2014.) Its whole horizon is one span, and its
rules are a rule book like any other.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from optimizer.roster.automaton import OFF, Automaton, Horizon
from optimizer.roster.problem import Limit, Needs, Problem

FOLDER = Path(__file__).resolve().parents[2] / "shared/data/bench_curtois_shift_scheduling"
WEEKDAY, SATURDAY, SUNDAY = range(3)  # kinds of days
_FEW_DAYS = 42  # in which a rule book can well count the shifts of a kind
_PASSED = 1000.0  # what a shift beyond a person's limit counts: more than anything it could bring


@dataclass(frozen=True)
class Limits:
    """What one person's contract asks; `most` of each shift, the rest in days and minutes."""

    most: tuple[int, ...]
    most_minutes: int
    least_minutes: int
    most_in_a_row: int
    least_in_a_row: int
    least_off: int
    weekends: int

    def binding(self, days: int, lengths: tuple[int, ...]) -> list[int]:
        """Kinds of shift whose limit can bind, the tightest first."""
        found = [
            k
            for k, most in enumerate(self.most)
            if 0 < most < min(days, self.most_minutes // lengths[k])
        ]
        return sorted(found, key=lambda k: self.most[k])

    def split(self, days: int, lengths: tuple[int, ...]) -> tuple[list[int], list[int]]:
        """Kinds of shift whose limit the rule book counts, and those that have a price.

        Over many days counting takes many states; a single limit is kept well by its price.
        """
        found = self.binding(days, lengths)
        counted = 1 if days <= _FEW_DAYS or len(found) > 1 else 0
        return found[:counted], found[counted:]

    def in_the_book(self, days: int, lengths: tuple[int, ...]) -> "Limits":
        """What the rule book counts: no minutes, and only the kind of shift that binds most."""
        counted, _ = self.split(days, lengths)
        most = tuple(most if k in counted else days for k, most in enumerate(self.most))
        return replace(self, most=most, most_minutes=0, least_minutes=0)


class State(NamedTuple):
    """What of the past matters; `follow` = shifts that may come next, by the one just worked."""

    worked: int = 0  # days in a row, up to the day before
    off: int = 0  # days off in a row
    follow: tuple[int, ...] = ()
    weekends: int = 0
    used: tuple[int, ...] = ()
    fresh: bool = True  # at work since the first day: the run may have begun before
    saturday: bool = False


class Book:
    """The rules of one contract as a rule book."""

    def __init__(self, limits: Limits, follows: list[tuple[int, ...]], days: int) -> None:
        self._limits, self._follows = limits, follows
        self._counted = [k for k, most in enumerate(limits.most) if most < days]
        everything = tuple(range(len(follows)))
        self.first = State(0, limits.least_off, everything, 0, (0,) * len(self._counted), True)

    def work(self, state: State, shift: int, kind: int) -> tuple[State, float] | None:
        """Take a shift."""
        limits = self._limits
        starts = state.worked == 0
        if shift not in state.follow or state.worked == limits.most_in_a_row:
            return None
        if starts and state.off < limits.least_off:
            return None
        used = list(state.used)
        if shift in self._counted:
            place = self._counted.index(shift)
            used[place] += 1
            if used[place] > limits.most[shift]:
                return None
        weekend = kind == SATURDAY or (kind == SUNDAY and not state.saturday)
        weekends = state.weekends + weekend
        if weekends > limits.weekends:
            return None
        follow, saturday = self._follows[shift], kind == SATURDAY
        worked = state.worked + 1
        return State(worked, 0, follow, weekends, tuple(used), state.fresh, saturday), 0.0

    def rest(self, state: State, kind: int) -> list[tuple[State, float]]:
        """Have a day off."""
        limits = self._limits
        if 0 < state.worked < limits.least_in_a_row and not state.fresh:
            return []
        off = min(state.off + 1, limits.least_off)
        everything = tuple(range(len(self._follows)))
        return [(State(0, off, everything, state.weekends, state.used, False), 0.0)]

    def end_span(self, state: State) -> tuple[State, float] | None:
        """The horizon is over; what follows is not known, so nothing is too short."""
        return self.first, 0.0


def sections(text: str) -> dict[str, list[list[str]]]:
    """Rows of every section of an instance file."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("SECTION_"):
            rows = found.setdefault(line, [])
        elif line and not line.startswith("#"):
            rows.append(line.split(","))
    return found


@dataclass(frozen=True, eq=False)
class Instance:
    """An instance as a problem, with the constant that its cost has beside the problem's worth.

    `follows` are the shifts that may come the day after each shift, `lengths` their minutes.
    """

    problem: Problem
    constant: float
    contracts: tuple[Limits, ...]
    follows: tuple[tuple[int, ...], ...]
    lengths: tuple[int, ...]


def read(number: int) -> Instance:
    """Read an instance."""
    text = (FOLDER / "instances" / f"Instance{number}.txt").read_text(encoding="utf-8-sig")
    rows = sections(text)
    days = int(rows["SECTION_HORIZON"][0][0])
    shifts = {row[0]: k for k, row in enumerate(rows["SECTION_SHIFTS"])}
    lengths = tuple(int(row[1]) for row in rows["SECTION_SHIFTS"])
    unit = math.gcd(*lengths)
    banned = [set(row[2].split("|")) if len(row) > 2 else set() for row in rows["SECTION_SHIFTS"]]
    follows = [tuple(k for name, k in shifts.items() if name not in ban) for ban in banned]
    staff = {row[0]: e for e, row in enumerate(rows["SECTION_STAFF"])}
    contracts = [_limits(row, shifts, days) for row in rows["SECTION_STAFF"]]

    cost = np.zeros((len(staff), days, len(shifts)))
    for e, limits in enumerate(contracts):
        cost[e][:, [k for k, most in enumerate(limits.most) if most == 0]] = np.inf
    for row in rows.get("SECTION_DAYS_OFF", []):
        cost[staff[row[0]], [int(day) for day in row[1:]]] = np.inf
    constant = 0.0
    for row in rows.get("SECTION_SHIFT_ON_REQUESTS", []):
        cost[staff[row[0]], int(row[1]), shifts[row[2]]] -= int(row[3])
        constant += int(row[3])
    for row in rows.get("SECTION_SHIFT_OFF_REQUESTS", []):
        cost[staff[row[0]], int(row[1]), shifts[row[2]]] += int(row[3])

    most_needed = max(int(row[2]) for row in rows["SECTION_COVER"])
    gain = np.zeros((days, len(shifts), most_needed + 1))
    for row in rows["SECTION_COVER"]:
        here, needed = gain[int(row[0]), shifts[row[1]]], int(row[2])
        here[:needed], here[needed:] = int(row[3]), -int(row[4])
        constant += needed * int(row[3])

    paid = np.array(lengths) // unit
    most = max(limits.most_minutes for limits in contracts) // unit
    hours = np.arange(most + 1) * unit
    hours_cost = np.zeros((len(staff), 1, most + 1))
    for e, limits in enumerate(contracts):
        hours_cost[e, 0, (hours < limits.least_minutes) | (hours > limits.most_minutes)] = np.inf
    kinds = tuple({5: SATURDAY, 6: SUNDAY}.get(day % 7, WEEKDAY) for day in range(days))

    @cache
    def automaton(limits: Limits) -> Automaton:
        return Automaton.of(Book(limits, follows, days), paid, set(kinds), np.arange(len(paid)))

    rules = [limits.in_the_book(days, lengths) for limits in contracts]
    crews = [
        (automaton(kind), np.array([e for e, other in enumerate(rules) if other == kind]))
        for kind in dict.fromkeys(rules)
    ]
    problem = Problem(
        horizon=Horizon(kinds, days),
        paid=paid,
        needs=(Needs(gain, np.ones(len(staff)), np.eye(len(shifts))),),
        cost=cost,
        off=np.zeros((len(staff), days)),
        hours_cost=hours_cost,
        budget=np.array([np.inf]),
        crews=tuple(crews),
        limits=tuple(_other_limits(contracts, days, lengths)),
    )
    return Instance(problem, constant, tuple(contracts), tuple(follows), lengths)


def _other_limits(contracts: list[Limits], days: int, lengths: tuple[int, ...]) -> Iterator[Limit]:
    """Limits on kinds of shift beyond the one that the rule book of each contract counts."""
    others = [limits.split(days, lengths)[1] for limits in contracts]
    for k in sorted({k for kinds in others for k in kinds}):
        amount = np.tile(np.arange(len(lengths)) == k, (days, 1)).astype(float)
        most = [limits.most[k] if k in kinds else days
                for limits, kinds in zip(contracts, others, strict=True)]  # fmt: skip
        yield Limit(amount, np.array(most, dtype=float), _PASSED)


def _limits(row: list[str], shifts: dict[str, int], days: int) -> Limits:
    most = dict(part.split("=") for part in row[1].split("|") if part)
    numbers = [int(text) for text in row[2:8]]
    return Limits(tuple(int(most.get(name, days)) for name in shifts), *numbers)


def best_known() -> dict[int, float]:
    """Cost of the best roster that is known for each instance."""
    with (FOLDER / "best_known.csv").open() as lines:
        return {int(row["instance"]): float(row["best_reported_60min_or_better"])
                for row in csv.DictReader(lines)}  # fmt: skip


def cost_of(number: int, lines: np.ndarray) -> float:
    """Cost of a roster counted from the file alone; infinite where it breaks a rule."""
    text = (FOLDER / "instances" / f"Instance{number}.txt").read_text(encoding="utf-8-sig")
    rows = sections(text)
    names = [row[0] for row in rows["SECTION_SHIFTS"]]
    length = {row[0]: int(row[1]) for row in rows["SECTION_SHIFTS"]}
    banned = {row[0]: (row[2] if len(row) > 2 else "").split("|") for row in rows["SECTION_SHIFTS"]}
    roster = {
        row[0]: [names[s] if s != OFF else "" for s in line]
        for row, line in zip(rows["SECTION_STAFF"], lines.tolist(), strict=True)
    }
    for row in rows["SECTION_STAFF"]:
        if not _keeps(roster[row[0]], row, length, banned):
            return math.inf
    for row in rows.get("SECTION_DAYS_OFF", []):
        if any(roster[row[0]][int(day)] for day in row[1:]):
            return math.inf
    total = 0.0
    for row in rows.get("SECTION_SHIFT_ON_REQUESTS", []):
        total += int(row[3]) * (roster[row[0]][int(row[1])] != row[2])
    for row in rows.get("SECTION_SHIFT_OFF_REQUESTS", []):
        total += int(row[3]) * (roster[row[0]][int(row[1])] == row[2])
    for row in rows["SECTION_COVER"]:
        there = sum(line[int(row[0])] == row[1] for line in roster.values())
        needed = int(row[2])
        total += int(row[3]) * max(needed - there, 0) + int(row[4]) * max(there - needed, 0)
    return total


def _keeps(
    line: list[str], row: list[str], length: dict[str, int], banned: dict[str, list[str]]
) -> bool:
    """Whether one person's line keeps the limits of their row."""
    most = dict(part.split("=") for part in row[1].split("|") if part)
    most_minutes, least_minutes, most_run, least_run, least_off, weekends = map(int, row[2:8])
    worked = [shift for shift in line if shift]
    minutes = sum(length[shift] for shift in worked)
    if not least_minutes <= minutes <= most_minutes:
        return False
    if any(worked.count(name) > int(number) for name, number in most.items()):
        return False
    if any(b and b in banned.get(a, ()) for a, b in pairwise(line) if a):
        return False
    if sum(bool(line[d] or line[d + 1]) for d in range(5, len(line), 7)) > weekends:
        return False
    runs: list[tuple[bool, int, int]] = []  # at work, first day, length
    for day, shift in enumerate(line):
        if runs and runs[-1][0] == bool(shift):
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((bool(shift), day, 1))
    for at_work, first, days in runs:
        inside = first > 0 and first + days < len(line)
        if at_work and (days > most_run or (inside and days < least_run)):
            return False
        if not at_work and inside and days < least_off:
            return False
    return True
