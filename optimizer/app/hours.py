"""Plan: the hours, staff and shifts that earn most, beside today's."""

import streamlit as st

from optimizer.app import state
from optimizer.reporting import plots, sentences, tables


def page() -> None:
    """What the proposal changes, the week as a picture, the shifts, and how good it is proven."""
    shop = state.shop()
    plan, judged, today = state.plan(shop)
    state.headline(shop, sentences.proposal(judged, today))

    state.section("The door sign")
    st.table(tables.door_signs(today.hours, plan.hours), border="horizontal", hide_index=True)
    st.markdown("The proposed hours as text, to copy into maps and web pages:")
    st.code(str(plan.hours), language=None, wrap_lines=True)

    state.section("A typical week")
    st.table(tables.comparison_rows(judged, today), border="horizontal", hide_index=True)
    state.say(
        "Today's staff is not known: today's hours are judged with the staff that pays best in "
        "each hour, which is kind to them."
    )

    state.section("Hour by hour")
    st.markdown("Filled: proposed, with the people at work. Dashed: open today.")
    runs = tables.staff_runs(plan.staff, shop.case.grid)
    told = "The proposed week with the people at work, and today's hours; the tables hold them."
    state.picture(plots.week_chart(runs, tables.open_runs(today.hours)), told)
    with st.expander("The numbers"):
        st.table(tables.run_rows(runs), border="horizontal", hide_index=True)

    state.section("Shifts")
    st.table(tables.shift_rows(plan), border="horizontal", hide_index=True)

    state.section("Is there a better one?")
    state.say(sentences.proof(plan))
    state.listed(plan.notes)


page()
