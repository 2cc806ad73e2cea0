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
    today = shop.lost()
    answer = st.container()
    lost = choose_closing(shop, today)
    with answer:
        st.title(state.plain(sentences.headline(lost)), anchor=False)
        if shop.case.synthetic:
            st.caption("Synthetic sample data: a shop made up to show the tool.")
    if len(lost.days):
        st.subheader(f"Advice: {ADVICE[lost.advice]}", anchor=False)
        state.say(sentences.because(lost))
        if lost.advice != "not enough data":
            show_split(lost)
    show_day(shop, today, lost)
    if len(lost.days):
        st.subheader("Evening by evening", anchor=False)
        st.table(tables.evenings(lost), border="horizontal", hide_index=True)
    st.subheader(f"What this rests on: grade {lost.grade}", anchor=False)
    state.say(*(f"{told.weight:.0%} {told.kind}. {told.says}" for told in shop.demand.evidence))
    st.subheader("What is assumed", anchor=False)
    assumed = sentences.assumptions(shop.case, shop.displacement.source)
    state.say(*assumed, *shop.demand.warnings)


def choose_closing(shop: state.Shop, today: SalesLost) -> SalesLost:
    """A slider for the days that share the usual closing time, and what is lost with its value."""
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
    return today if close == usual else shop.lost(dict.fromkeys(shared.tolist(), close))


def show_split(lost: SalesLost) -> None:
    """Where the customers of the closed hours go."""
    st.subheader("Where they go", anchor=False)
    names = {"moved": "come to you at other hours", "web": "buy in your web shop", "lost": "lost"}
    parts = []
    for part, name in names.items():
        middle = interval(getattr(lost, part).sum(1))["p50"]
        if middle:
            parts.append((f"{name}: {sentences.amount(middle, lost.unit)}", middle))
    said = sentences.split(lost)
    st.altair_chart(plots.split_chart(parts), alt=said)
    state.say(said)


def show_day(shop: state.Shop, today: SalesLost, lost: SalesLost) -> None:
    """Customers by hour of one weekday; at first the one with the busiest evening."""
    st.subheader("Customers by the hour", anchor=False)
    behind_door = today.potential.mean(0) * (np.arange(7) < 5)
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
    alt = f"Bars: customers an hour on {WEEKDAYS[day]}, {when}; the same numbers are in the table."
    st.altair_chart(plots.day_chart(rows, close / 60), alt=alt)
    with st.expander("The numbers"):
        st.table(tables.day_rows(rows), border="horizontal", hide_index=True)


page()
