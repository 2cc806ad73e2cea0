"""Lost sales: what closing when you close costs, at which hours, and whether opening would pay."""

import numpy as np
import streamlit as st

from optimizer.app import state
from optimizer.demand.demand import interval
from optimizer.language import Clock, Weekday, said, say
from optimizer.planning.coverage import coverage
from optimizer.planning.lost import SalesLost
from optimizer.reporting import plots, sentences, tables, wanted

STEP = 30  # minutes between the closing times to choose from
ADVICE = {
    "open": say("Advice: open longer"),
    "stay": say("Advice: stay as you are"),
    "try": say("Advice: try it on a few evenings"),
    "not enough data": say("Advice: not enough data yet"),
}


def page() -> None:
    """The answer first, then what it rests on."""
    shop = state.shop()
    answer = st.container()
    lost = choose_closing(shop)
    with answer:
        state.headline(shop, sentences.headline(lost))
    if len(lost.days):
        state.section(ADVICE[lost.advice])
        state.paragraphs(sentences.because(lost))
    show_week(shop)
    show_day(shop, lost)
    if len(lost.days):
        if lost.advice != "not enough data":
            show_split(lost)
        state.section(say("Evening by evening"))
        state.table(tables.evenings(lost))
        if lost.unit != "customers" and lost.advice != "not enough data":
            state.paragraphs(sentences.pays_if(lost))
        belief = sentences.beyond(shop.case, shop.beyond)
        if belief:
            state.paragraphs(belief)
    state.section(say("What this rests on: grade {grade} of A to E", grade=lost.grade))
    state.listed(sentences.evidence(shop.demand))
    state.section(say("What is assumed"))
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
        state.t(say("Closing time on {days}", days=sentences.weekdays(shared))),
        times,
        usual,
        state.labels({minute: said(value=Clock(minute)) for minute in times}),
        key=f"close-{shop.door_key}",
        persist_state="session",
        help=state.t(
            say("For the days that share the usual closing time; the others close as today.")
        ),
    )
    return today if close == usual else shop.lost_by(dict.fromkeys(shared.tolist(), close))


def show_week(shop: state.Shop) -> None:
    """What each hour of the week is worth, and how much of the customers' week is open."""
    state.section(say("Your customers' week"))
    state.paragraphs(wanted.covered(coverage(shop.potential, shop.demand.open_share)))
    customers = shop.potential.customers.mean(0)
    rows = wanted.worth_rows(shop.worth, shop.demand.open_share, customers, shop.case.grid)
    if not rows:
        return
    told = say("What each hour of the week is worth after wages; the table below holds it.")
    state.picture(wanted.worth_chart(rows, shop.potential.unit), told)
    state.caption(
        say(
            "Framed: hours you are open, and what they bring ({unit}). The others: what opening "
            "each by itself would add, without those who come at another hour anyway. Blue earns, "
            "orange costs.",
            unit=wanted.worth_of(shop.potential.unit),
        )
    )
    with st.expander(state.t(say("The numbers"))):
        state.table(wanted.worth_table(rows))
        state.caption(say("{sign}: open today.", sign=wanted.OPEN_SIGN))


def show_split(lost: SalesLost) -> None:
    """Where the customers of the closed hours go."""
    state.section(say("Where they go"))
    names = {
        "moved": say("come to you at other hours"),
        "web": say("buy in your web shop"),
        "lost": say("lost"),
    }
    parts: list[tuple[str, float]] = []
    for part, name in names.items():
        middle = interval(getattr(lost, part).sum(1))["p50"]
        if middle:
            much = sentences.amount(middle, lost.unit)
            parts.append((said("{name}: {much}", name=name, much=much), middle))
    told = sentences.split(lost)
    state.picture(plots.split_chart(parts), told)
    state.paragraphs(told)


def show_day(shop: state.Shop, lost: SalesLost) -> None:
    """Customers by hour of one weekday; at first the one with the busiest evening."""
    state.section(say("Customers by the hour"))
    behind_door = shop.lost.potential.mean(0) * (np.arange(7) < 5)
    day = st.selectbox(
        state.t(say("Day of the week")),
        range(7),
        int(behind_door.argmax()),
        state.weekday_labels(),
        key=f"day-{shop.door_key}",
        persist_state="session",
    )
    close = int(lost.close[day])
    rows = tables.day_table(shop.case, shop.demand, shop.potential, day, close)
    if not rows:
        state.paragraphs(
            say("This day is neither open nor among the hours in which you might open.")
        )
        return
    told = say(
        "Bars: customers an hour, {day}, closed all day; the table below holds them.",
        day=Weekday(day, "wide"),
    )
    if close:
        told = say(
            "Bars: customers an hour, {day}, open until {time}; the table below holds them.",
            day=Weekday(day, "wide"), time=Clock(close),
        )  # fmt: skip
    state.picture(plots.day_chart(rows, close / 60), told)
    with st.expander(state.t(say("The numbers"))):
        state.table(tables.day_rows(rows))


page()
