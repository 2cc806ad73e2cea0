"""A trial to go: evenings drawn at random, what they can tell, and the dates as files."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import streamlit as st

from optimizer.app import state
from optimizer.demand.trial import TrialDesign, design, longer
from optimizer.language import Clock, said, say
from optimizer.reporting import ics, trial, xlsx

WEEKS = 8  # over which the evenings are spread, unless another number is asked for


def kit(shop: state.Shop) -> None:
    """Ask for closing time, first day and weeks; show the drawn evenings and give them away."""
    state.section(say("Try it: a few evenings, drawn at random"))
    lost = shop.lost
    if not len(lost.days):
        state.paragraphs(say("You are open in all hours in which you might be."))
        return
    step = shop.case.hours.tidy.step_minutes
    earliest, latest = int(lost.close[lost.days].min()) + step, int(lost.until.max())
    times = list(range(earliest, latest + 1, step))
    left, middle, right = st.columns(3)
    until = left.selectbox(
        state.t(say("Open until")), times, len(times) // 2,
        state.labels({minute: said(value=Clock(minute)) for minute in times}),
        key=f"trial-until-{shop.door_key}",
    )  # fmt: skip
    start = middle.date_input(
        state.t(say("From the week of")), date.today() + timedelta(days=7),
        format=state.DATE_FORMATS[state.language()], key="trial-start",
    )  # fmt: skip
    weeks = right.number_input(state.t(say("Weeks")), 1, 26, WEEKS, key="trial-weeks")
    if not st.toggle(state.t(say("Draw the evenings")), key="trial-draw"):
        return
    with state.problems():
        show(shop, drawn(shop, int(until), start, int(weeks)))


def drawn(shop: state.Shop, until: int, start: date, weeks: int) -> TrialDesign:
    """The evenings, with the wages of the longer hours as their cost.

    Raises
    ------
    OpeningHoursError
        The evenings do not fit, or the past is too short to learn how they vary.
    """
    return _drawn(state.hash_of((shop.key, until, start, weeks)), shop, until, start, weeks)


@st.cache_data(scope="session", max_entries=8, ttl=state.KEEP, show_spinner=False)
def _drawn(key: str, _shop: state.Shop, _until: int, _start: date, _weeks: int) -> TrialDesign:
    lost = _shop.lost
    ends = np.where(lost.until > lost.close, np.clip(_until, lost.close, lost.until), lost.close)
    evening = _shop.case.grid.share_between(lost.close, ends).ravel()
    longer_days = max(int((ends > lost.close).sum()), 1)
    return design(
        _shop.case,
        _shop.seen,
        _shop.demand,
        hours=longer(_shop.seen.hours, ends),
        start=_start,
        weeks=_weeks,
        cost_per_evening=float(_shop.worth.cost @ evening) / longer_days or None,
    )


def show(shop: state.Shop, found: TrialDesign) -> None:
    """The dates, what they can tell, and how to read them when they are over."""
    state.paragraphs(trial.plan_of(found))
    state.table(trial.calendar_rows(found))
    state.listed([*trial.promises(shop.case, found), *found.notes])
    give(say("Dates (CSV)"), "trial.csv", "text/csv", lambda: xlsx.csv_text(trial.sheet(found)))
    events, zone = trial.events(found, shop.seen.hours, state.language()), shop.case.grid.timezone
    now, name = datetime.now(UTC), shop.case.name
    give(say("Dates (calendar)"), "trial.ics", "text/calendar",
         lambda: ics.calendar(name, events, zone, now))  # fmt: skip
    with st.expander(state.t(say("When it is over"))):
        state.paragraphs(trial.AFTERWARDS)
        st.code("\n".join(trial.history_lines(found)), "toml")


def give(label: str, name: str, kind: str, make: Callable[[], str]) -> None:
    """A file to take away, made when it is asked for."""
    st.download_button(state.t(label), make, name, kind, key=f"give-{name}", on_click="ignore")
