"""Hours, shifts and people decided together: for shops whose few people bind.

In two steps a plan is made for anybody and then filled with names; what nobody can work stays
unmet. Together, the doors move to where the people are: beginning with the plan's hours, each door
is moved, a day closed or opened, as long as the people's best shifts then earn more.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimizer.case import Case
from optimizer.firmness import Rules
from optimizer.opening import OpeningHours
from optimizer.planning.house_rules import missed, needed_staff
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential, posts
from optimizer.planning.week import Week, week_of
from optimizer.roster.best import Tell
from optimizer.roster.floor import Ask, Floor
from optimizer.roster.making import ask_for, judge_roster, make_roster, solve_roster
from optimizer.roster.people import People
from optimizer.roster.roster import Roster
from optimizer.roster.search import carry_on
from optimizer.roster.ways import shorter_days, worth_of
from optimizer.roster.worth import Judge

_STEPS = (1, -1, 2, -2)  # by which a door is moved, in steps of the door sign
_WORTHWHILE = 0.01  # money a week
_FORTUNE = 1000.0  # money an hour
_MOST_GIVEN_UP = 0.02  # of what is earned, so that no door is open to an empty shop


@dataclass(frozen=True, eq=False)
class Together:
    """Hours and roster decided together, beside the same people in two steps.

    `opening` are the open periods, bool of shape (W,).
    """

    hours: OpeningHours
    opening: np.ndarray
    roster: Roster
    in_two_steps: Roster

    @property
    def gain(self) -> float:
        """What is lost by deciding in two steps, in money a week."""
        return self.roster.value - self.in_two_steps.value


def decide_together(
    case: Case, potential: Potential, plan: Plan, *, seconds: float = 20.0, tell: Tell = carry_on
) -> Together:
    """The hours and the roster of a typical week that suit a shop's people best.

    Never worse than two steps: it begins where they end. The bound of its roster is for its own
    hours; of other hours nothing is proven.

    Parameters
    ----------
    plan
        The best plan for anybody, from which the search begins.
    seconds
        After which the best so far is taken; a third more where doors are still open to an empty
        shop.
    """
    end = time.perf_counter() + seconds
    two_steps = make_roster(
        case, potential, plan, only_planned_shifts=True, seconds=seconds / 5, tell=tell
    )
    found = make_roster(case, potential, plan, seconds=seconds / 5, tell=tell)
    found = max(found, two_steps, key=lambda roster: roster.value)
    ask = ask_for(case, potential, plan)
    week = week_of(case, potential)
    ask, moved = _move_doors(week, ask, found, end, tell)
    if moved:
        final = solve_roster(ask, seconds=max(end - time.perf_counter(), 2.0), tell=tell)
        if final.value > found.value:
            found = final
        else:
            ask = ask_for(case, potential, plan)
    ask, found = _staffed(week, ask, found, two_steps.value, seconds / 5, tell)
    hours = OpeningHours.from_week(ask.opening, case.grid)
    return Together(hours, ask.opening, found, two_steps)


def most_lost(case: Case, plan: Plan, roster: Roster) -> float | None:
    """What deciding in two steps may have lost at most, in money a week; None where not known.

    No plan of anybody's shifts earns more than the plan's bound, and these people are no cheaper
    than anybody: so neither could any hours and shifts of theirs. It is not known for dated weeks,
    which have holidays, and for people who cost less than the shop's usual wage.
    """
    usual = case.economics.labour_cost_per_hour / (1 + case.economics.on_cost)
    cheaper = any(
        person.area or (person.wage is not None and person.wage < usual)
        for person in case.employee
    )  # fmt: skip
    if cheaper or roster.first is not None:
        return None
    return max(plan.bound - roster.value / roster.weeks, 0.0)


def _staffed(
    week: Week, ask: Ask, roster: Roster, least: float, seconds: float, tell: Tell
) -> tuple[Ask, Roster]:
    """Hours and a roster in which somebody is there whenever the doors are open, if there are any.

    First doors close where nobody is at work; then, where somebody alone has a break, doors and
    people move as if an empty shop cost a fortune. What earns less than `least`, or much less than
    before, is not taken.
    """
    ask, roster = _trimmed(ask, roster)
    if not deserted_hours(ask, roster):
        return ask, roster
    firm, end = replace(ask, missing_price=_FORTUNE), time.perf_counter() + seconds
    firm, _ = _move_doors(week, firm, judge_roster(firm, roster.assignments), end, tell)
    found = solve_roster(firm, seconds=seconds / 2, tell=tell)
    other = replace(firm, missing_price=ask.missing_price)
    other, judged = _trimmed(other, judge_roster(other, found.assignments))
    least = max(least, roster.value - _MOST_GIVEN_UP * abs(roster.value))
    if deserted_hours(other, judged) or judged.value < least:
        return ask, roster
    return other, replace(judged, status="feasible")


def deserted_hours(ask: Ask, roster: Roster) -> float:
    """Open hours a week with fewer people than must be there, or without a key."""
    if not ask.case.rules.is_strict("min_staff"):
        return 0.0
    deserted = Judge(People(Floor(ask)), roster.assignments).deserted()
    return float(deserted.sum()) * ask.case.grid.period_hours / ask.weeks


def _trimmed(ask: Ask, roster: Roster) -> tuple[Ask, Roster]:
    """Doors closed at the edges of days at which needs are unmet, as long as that earns more."""
    for _, shorter in shorter_days(ask, roster):
        other = _with_hours(ask, shorter.opening)
        if other is not None and _holds(other, roster):
            judged = judge_roster(other, roster.assignments)
            if judged.value > roster.value + _WORTHWHILE:
                return _trimmed(other, replace(judged, status="feasible"))
    return ask, roster


def _holds(ask: Ask, roster: Roster) -> bool:
    """Whether every shift lies within the opening hours."""
    judge = Judge(People(Floor(ask)), roster.assignments)
    return not (judge.at_work.any(axis=0) & ~judge.floor.open_).any()


def _move_doors(week: Week, ask: Ask, roster: Roster, end: float, tell: Tell) -> tuple[Ask, bool]:
    """Move doors one after the other while that earns more; whether any moved."""
    best, moved, improved = roster.value, False, True
    while improved:
        improved = False
        for group in np.unique(week.pattern):
            for opening in list(_moves(week, ask, np.flatnonzero(week.pattern == group))):
                if time.perf_counter() > end or not tell(best, np.inf):
                    return ask, moved
                other = _with_hours(ask, opening)
                if other is None:
                    continue
                value = worth_of(other, roster.assignments)
                if value > best + _WORTHWHILE:
                    ask, best, moved, improved = other, value, True, True
                    break
    return ask, moved


def _moves(week: Week, ask: Ask, days: np.ndarray) -> Iterator[np.ndarray]:
    """Openings, bool of shape (W,), with other hours on some weekdays that open alike."""
    grid = ask.case.grid
    now = ask.opening.reshape(7, -1)
    edges = week.doors + week.first  # period of the day of each door
    here = np.flatnonzero(now[days[0]])

    def with_window(opens: int, closes: int) -> np.ndarray:
        changed = now.copy()
        changed[days] = False
        changed[np.ix_(days, np.arange(edges[opens], edges[closes]))] = True
        return changed.ravel()

    if not len(here):
        middle = len(edges) // 2
        shortest = int(60 * ask.case.labour.shift_hours[0] // grid.period_minutes)
        for opens in range(0, len(edges) - 1, 2):
            closes = int(np.searchsorted(edges, edges[opens] + shortest))
            if closes <= len(edges) - 1 and opens <= middle + 4 and _may(week, days, opens, closes):
                yield with_window(opens, closes)
        return
    opens, closes = (int(np.searchsorted(edges, e)) for e in (here[0], here[-1] + 1))
    for step in _STEPS:
        for o, c in ((opens + step, closes), (opens, closes + step), (opens + step, closes + step)):
            if 0 <= o < c < len(edges) and _may(week, days, o, c):
                yield with_window(o, c)
    closed = now.copy()
    closed[days] = False
    if not (week.forced[days].any()) and closed.any():
        yield closed.ravel()


def _may(week: Week, days: np.ndarray, opens: int, closes: int) -> bool:
    return bool(week.windows[days, opens, closes].all())


def _with_hours(ask: Ask, opening: np.ndarray) -> Ask | None:
    """The same in other hours; None where these break a rule on the week as a whole."""
    services = [post.service for post in posts(ask.case, ask.potential)]
    least = np.array([needed_staff(service, ask.case.grid) for service in services])
    wanted = np.where(ask.opening, ask.wanted, least) * opening
    counted = Rules(open_hours=1.0, patterns=1.0, rest=1.0, same_weekdays=1.0)
    case = replace(ask.case, rules=counted)
    if missed(case, opening.astype(float), wanted, 0.0):
        return None
    return replace(ask, opening=opening, wanted=wanted)
