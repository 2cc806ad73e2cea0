"""What if: other facts side by side, what matters most, a campaign, and hours of one's own."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from optimizer.app import reasons, state
from optimizer.language import Unit, say
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.scenario import TIMES
from optimizer.planning.surge import Surge
from optimizer.planning.what_ifs import usual_what_ifs
from optimizer.reporting import plan_plots, plan_tables, plan_words, what_if_words

FROZEN = ("A", "B", "C")
AS_IT_IS = say("the facts as they are")
Changes = Mapping[str, Any]


def page() -> None:
    """What-ifs side by side first; then the questions people ask one at a time."""
    shop = state.shop()
    answer = st.container()
    usual = usual_what_ifs(shop.case, shop.seen.hours, in_money=shop.potential.in_money)
    what_ifs = chosen(usual) | frozen()
    table = reasons.compared(shop, what_ifs)
    names = [say("as it is"), *what_ifs]
    with answer:
        state.headline(shop, what_if_words.best_of(table, names, shop.potential.unit))
    unit, bars = shop.potential.unit, plan_tables.compare_bars(table, names)
    state.caption(
        say("Diamond: what today's hours earn. Dot: the best hours, with their 90 % interval.")
    )
    told = say("What today's and the best hours earn under each what-if; the table holds it.")
    state.picture(plan_plots.compare_chart(bars, plan_words.earned(unit)), told)
    state.table(plan_tables.compare_rows(table, names, unit))
    with st.expander(state.t(say("The best hours of each"))):
        state.listed(plan_tables.hours_listed(names, table["best_hours"].tolist()))
    state.caption(
        say("Each row is found at once and not proven; the page Plan may find up to half a percent "
            "more.")
    )  # fmt: skip
    freeze(usual)
    show_campaign(shop)
    show_own_time(shop)
    show_doubts(shop)


def chosen(usual: Mapping[str, Changes]) -> dict[str, Changes]:
    """The usual what-ifs that are switched on."""
    names = {str(name): name for name in usual}
    picked = st.pills(
        state.t(say("One click each")), list(names), selection_mode="multi",
        format_func=state.labels(names),
        default=[list(names)[k] for k in (0, 2, 3)], key="usual",
    )  # fmt: skip
    return {names[name]: usual[names[name]] for name in picked}


def frozen() -> dict[str, Changes]:
    """The what-ifs that were kept under a letter."""
    found: dict[str, Changes] = st.session_state.setdefault("frozen", {})
    return found


def freeze(usual: Mapping[str, Changes]) -> None:
    """Keep what the sidebar says, with one usual what-if on top, under a letter."""
    state.section(say("Keep one to compare"))
    names = {str(name): name for name in usual}
    left, right = st.columns(2)
    letter = left.segmented_control(state.t(say("Name")), FROZEN, default="A", key="letter")
    bases = ["", *[kept for kept in frozen() if kept != letter]]
    base = right.selectbox(
        state.t(say("Based on")), bases, key="base",
        format_func=state.labels({**dict(zip(bases, bases, strict=True)), "": AS_IT_IS}),
    )  # fmt: skip
    first = left.selectbox(
        state.t(say("And then")), ["", *names], key="then",
        format_func=state.labels({"": say("nothing more"), **names}),
    )  # fmt: skip
    times = right.number_input(
        state.t(say("Times the customers")), 0.1, 10.0, 1.0, 0.1, "%.1f", key="times"
    )
    left, right = st.columns(2)
    if left.button(state.t(say("Keep it")), type="primary") and letter:
        changes = {**frozen().get(base, {}), **state.visitor().what_ifs}
        changes |= usual[names[first]] if first else {}
        changes |= {TIMES: times} if times != 1 else {}
        st.session_state.frozen = {**frozen(), letter: changes}
        st.rerun()
    if frozen() and right.button(state.t(say("Forget all kept"))):
        st.session_state.frozen = {}
        st.rerun()


def show_campaign(shop: state.Shop) -> None:
    """A newsletter that brings a crowd: staff, losses, and sending it in parts."""
    state.section(say("A campaign"))
    state.paragraphs(say("Our newsletter brings so many times the usual customers:"))
    times = st.slider(
        state.t(say("Times the usual demand")), 1.5, 6.0, 3.0, 0.5, "%.1f", key="surge-times"
    )
    day = weekday_of(shop, "surge-day")
    start, end = st.slider(
        state.t(say("From and until, hour of the day")), 0, 24, (16, 20), key="surge-hours"
    )
    days = st.slider(state.t(say("Mailing sent over so many days")), 1, 5, 3, key="surge-days")
    with state.problems():
        surge = Surge(day, 60 * start, 60 * end, times, days)
        answer = reasons.campaign(shop, surge)
        state.paragraphs(*what_if_words.surge(answer, shop.potential.unit))
        steps = plan_tables.staff_steps(shop.case, day, answer.planned, answer.needed)
        if steps:
            state.caption(say("Bars: planned. Marks: the shifts that pay best for the crowd."))
            told = say("People planned and needed on the day of the campaign.")
            state.picture(plan_plots.staff_chart(steps), told)
            with st.expander(state.t(say("The numbers"))):
                state.table(plan_tables.staff_rows(steps))


def show_own_time(shop: state.Shop) -> None:
    """Hours that the owner wants free, and what each costs."""
    state.section(say("Your own hours"))
    state.paragraphs(say("I want this time free every week, and the shop closed:"))
    day = weekday_of(shop, "free-day")
    start, end = st.slider(
        state.t(say("From and until, hour of the day")), 0, 24, (17, 24), key="free-hours"
    )
    weeks = int(st.number_input(state.t(say("For how many weeks")), 1, 52, 4, key="free-weeks"))
    if start == end:
        return
    windows = [[(60 * start, 60 * end)] if d == day else [] for d in range(7)]
    with state.problems():
        free = reasons.free_time(shop, OpeningHours.daily(windows))
        own = what_if_words.own_hour(free, shop.potential.unit)
        told = what_if_words.free_time(free, shop.potential.unit, weeks)
        state.paragraphs(told, *([own] if own else []))


def weekday_of(shop: state.Shop, key: str) -> int:
    """A weekday to choose; Friday at first."""
    return int(
        st.selectbox(
            state.t(say("Day of the week")), range(7), 4,
            state.weekday_labels(), key=key,
        )
    )  # fmt: skip


def show_doubts(shop: state.Shop) -> None:
    """What matters most, what more work earns, and the choice that is least regretted."""
    _, judged, today = state.plan(shop)
    unit = shop.potential.unit
    state.section(say("What matters most"))
    if st.toggle(state.t(say("Move each assumption")), key="tornado"):
        swings = reasons.swings(shop)
        state.paragraphs(what_if_words.depends_most(swings, unit))
        stated = judged.objective - today.objective
        told = say("The gain over today's hours with each assumption low and high; see the table.")
        bars = plan_tables.tornado_bars(swings)
        state.picture(plan_plots.tornado_chart(bars, stated, Unit(unit)), told)
        state.table(plan_tables.tornado_rows(swings, unit))
        state.paragraphs(say("The best hours in each case:"))
        state.listed(plan_tables.swing_hours(swings))
    state.section(say("More work, more money?"))
    if st.toggle(state.t(say("Draw what more work earns")), key="frontier"):
        levels = reasons.levels(shop)
        marks: dict[str, Evaluation] = {say("today"): today, say("proposed"): judged}
        told = say("What the best week with so many paid hours earns; the table holds it.")
        points = plan_tables.frontier_points(levels, marks)
        state.picture(plan_plots.frontier_chart(points, plan_words.earned(unit)), told)
        with st.expander(state.t(say("The numbers"))):
            state.table(plan_tables.frontier_rows(levels, unit))
    state.section(say("If the estimate is wrong"))
    if st.toggle(state.t(say("Find the choice you would regret least")), key="regret"):
        found = reasons.regretted(shop)
        state.paragraphs(what_if_words.robust_choice(found, unit))
        state.table(plan_tables.regret_rows(found, unit))


page()
