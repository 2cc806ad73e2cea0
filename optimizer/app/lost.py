"""Lost sales: what closing when you close costs, at which hours, and whether opening would pay."""

import numpy as np
import streamlit as st

from optimizer.app import state
from optimizer.demand.demand import interval
from optimizer.planning.lost import SalesLost
from optimizer.reporting import plots, sentences, tables
from optimizer.timegrid import WEEKDAYS, clock

STEP = 30  # minutes between the closing times to choose from
ADVICE = {
    "open": "open longer",
    "stay": "stay as you are",
    "try": "try it on a few evenings",
    "not enough data": "not enough data yet",
}


def page() -> None:
    """The answer first, then what it rests on."""
    shop = state.shop()
    answer = st.container()
    lost = choose_closing(shop)
    with answer:
        state.headline(shop, sentences.headline(lost))
    if len(lost.days):
        state.section(f"Advice: {ADVICE[lost.advice]}")
        state.say(sentences.because(lost))
    show_day(shop, lost)
    if len(lost.days):
        if lost.advice != "not enough data":
            show_split(lost)
        state.section("Evening by evening")
        st.table(tables.evenings(lost), border="horizontal", hide_index=True)
        if lost.unit != "customers" and lost.advice != "not enough data":
            state.say(sentences.pays_if(lost))
        belief = sentences.beyond(shop.case, shop.beyond)
        if belief:
            state.say(belief)
    state.section(f"What this rests on: grade {lost.grade} of A to E")
    state.listed(sentences.evidence(shop.demand))
    state.section("What is assumed")
    assumed = sentences.assumptions(shop.case, shop.displacement.source)
    state.listed([*assumed, *shop.demand.warnings])


def choose_closing(shop: state.Shop) -> SalesLost:
    """A slider for the days that share the usual closing time, and what is lost with its value."""
    today = shop.lost
    opens = shop.demand.open_share.reshape(7, -1).max(1) > 0
    if not opens.any():
        return today
    usual = int(np.bincount(today.close[opens]).argmax())
    shared = np.flatnonzero(opens & (today.close == usual))
    earliest = max(shop.seen.hours.opening_minute(day) or 0 for day in shared.tolist()) + 60
    latest = int(today.until[shared].max())
    times = sorted({*range(earliest // STEP * STEP, latest + 1, STEP), usual})
    if len(times) == 1:
        return today
    close = st.select_slider(
        f"Closing time on {sentences.weekdays(shared)}",
        times,
        usual,
        clock,
        key=f"close-{shop.door_key}",
        persist_state="session",
        help="For the days that share the usual closing time; the others close as today.",
    )
    return today if close == usual else shop.lost_by(dict.fromkeys(shared.tolist(), close))


def show_split(lost: SalesLost) -> None:
    """Where the customers of the closed hours go."""
    state.section("Where they go")
    names = {"moved": "come to you at other hours", "web": "buy in your web shop", "lost": "lost"}
    parts = []
    for part, name in names.items():
        middle = interval(getattr(lost, part).sum(1))["p50"]
        if middle:
            parts.append((f"{name}: {sentences.amount(middle, lost.unit)}", middle))
    said = sentences.split(lost)
    state.picture(plots.split_chart(parts), said)
    state.say(said)


def show_day(shop: state.Shop, lost: SalesLost) -> None:
    """Customers by hour of one weekday; at first the one with the busiest evening."""
    state.section("Customers by the hour")
    behind_door = shop.lost.potential.mean(0) * (np.arange(7) < 5)
    day = st.selectbox(
        "Day of the week",
        range(7),
        int(behind_door.argmax()),
        WEEKDAYS.__getitem__,
        key=f"day-{shop.door_key}",
        persist_state="session",
    )
    close = int(lost.close[day])
    rows = tables.day_table(shop.case, shop.demand, shop.potential, day, close)
    if not rows:
        st.markdown("This day is neither open nor among the hours in which you might open.")
        return
    when = f"open until {clock(close)}" if close else "closed all day"
    told = f"Bars: customers an hour on {WEEKDAYS[day]}, {when}; the table below holds them."
    state.picture(plots.day_chart(rows, close / 60), told)
    with st.expander("The numbers"):
        st.table(tables.day_rows(rows), border="horizontal", hide_index=True)


page()
