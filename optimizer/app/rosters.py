"""Rosters of a visitor: cached answers, the one on the screen, and a search that can be stopped."""

import threading
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import streamlit as st

from optimizer.app import state
from optimizer.case import Case
from optimizer.errors import CaseError
from optimizer.language import Percent, say
from optimizer.planning.plan import Plan
from optimizer.reporting.sentences import window
from optimizer.roster.floor import Ask
from optimizer.roster.joint import Together, decide_together
from optimizer.roster.making import ask_for, make_roster, shift_by_hand, solve_roster
from optimizer.roster.roster import Assignment, Roster
from optimizer.timegrid import parse_clock

QUICK = 6.0  # seconds for the first answer
FREE = ""  # a day off in the table
EXAMPLE = window(10 * 60, 16 * 60 + 30)
LONG = 120.0  # for a search that one may stop


def first_roster(shop: state.Shop, plan: Plan, weeks: int, first: date | None) -> Roster:
    """The roster of a few seconds."""
    with st.spinner(state.t(say("Looking for a roster; a few seconds ..."))):
        return _first_roster((shop.key, weeks, first), shop, plan)


@st.cache_data(scope="session", max_entries=12, ttl=state.KEEP, show_spinner=False)
def _first_roster(key: tuple[str, int, date | None], _shop: state.Shop, _plan: Plan) -> Roster:
    _, weeks, first = key
    return make_roster(
        _shop.case,
        _shop.potential,
        _plan,
        weeks=weeks,
        first=first,
        seconds=QUICK * (1 + weeks) / 2,
    )


def together(shop: state.Shop, plan: Plan) -> Together:
    """Hours and people decided together."""
    with st.spinner(state.t(say("Moving doors and people together; half a minute ..."))):
        return _together(shop.key, shop, plan)


@st.cache_data(scope="session", max_entries=4, ttl=state.KEEP, show_spinner=False)
def _together(key: str, _shop: state.Shop, _plan: Plan) -> Together:
    return decide_together(_shop.case, _shop.potential, _plan, seconds=30.0)


@dataclass
class Job:
    """A search in a thread of its own; the page looks in on it now and then."""

    ask: Ask
    worth: float = -np.inf
    bound: float = np.inf
    stop: bool = False
    found: Roster | None = None
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        known = self.bound
        found = solve_roster(self.ask, seconds=LONG, tell=self._told)
        self.found = replace(found, bound=max(min(found.bound, known), found.value))

    def _told(self, worth: float, bound: float) -> bool:
        self.worth, self.bound = worth, bound
        return not self.stop


def search_longer(shop: state.Shop, plan: Plan, roster: Roster) -> None:
    """Begin a search from a roster; cells that stand go on standing."""
    ask = ask_for(
        shop.case, shop.potential, plan, weeks=roster.weeks, first=roster.first,
        locked=st.session_state.roster_locked,
    )  # fmt: skip
    ask = replace(ask, before=roster.assignments)
    st.session_state.roster_job = Job(ask, bound=roster.bound)


@st.fragment(run_every=1.0)
def watch() -> None:
    """How far the search is, and the button that stops it; the page begins anew at its end."""
    job: Job = st.session_state.roster_job
    if not job.thread.is_alive():
        del st.session_state.roster_job
        if job.found is not None:
            st.session_state.roster_found = job.found
        st.rerun()
    gap = (job.bound - job.worth) / max(abs(job.worth), 1.0)
    if np.isfinite(gap):
        state.paragraphs(say("Searching: at most {gap} is missing.", gap=Percent(max(gap, 0.0), 2)))
    else:
        state.paragraphs(say("Searching ..."))
    if st.button(state.t(say("Stop and take the best so far"))):
        job.stop = True


def with_cell(
    case: Case, roster: Roster, changed: tuple[Assignment, ...], person: str, day: int,
    text: str,
) -> tuple[Assignment, ...]:  # fmt: skip
    """The assignments with one cell written over.

    Raises
    ------
    CaseError
        The text is no span of time.
    """
    others = tuple(s for s in changed if (s.person, s.day) != (person, day))
    if text == FREE:
        return others
    start, _, end = text.replace("\N{EN DASH}", "-").partition("-")
    period = case.period_minutes
    try:
        first, last = parse_clock(start), parse_clock(end)
    except CaseError:
        first = last = 0
    if not first < last or first % period or last % period:
        raise CaseError(
            say('"{text}" is not a shift', text=text),
            cure=say(
                'Write it like "{shift}", on steps of {period} minutes.',
                shift=EXAMPLE,
                period=period,
            ),
        )
    roles = [s.role for s in roster.of(person)]
    role = roles[0] if roles else (case.role[0].name if case.role else "")
    return tuple(sorted([*others, shift_by_hand(case, person, day, first, last, role)]))
