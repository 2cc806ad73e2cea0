"""Plan: the hours, staff and shifts that earn most, beside today's."""

import streamlit as st

from optimizer.app import state
from optimizer.reporting import plots, sentences, tables


def page() -> None:
    """What the proposal changes, the week as a picture, the shifts, and how good it is proven."""
    shop = state.shop()
    plan, judged, today = state.plan(shop)
    st.title(state.plain(sentences.proposal(judged, today)), anchor=False)
    if shop.case.synthetic:
        st.caption("Synthetic sample data: a shop made up to show the tool.")

    st.subheader("The door sign", anchor=False)
    st.table(tables.door_signs(today.hours, plan.hours), border="horizontal", hide_index=True)
    st.markdown("The proposed hours to copy, as maps and door signs read them:")
    st.code(str(plan.hours), language=None, wrap_lines=True)

    st.subheader("A typical week", anchor=False)
    st.table(tables.comparison_rows(judged, today), border="horizontal", hide_index=True)
    state.say(
        "Today's staff is not known: today's hours are judged with the staff that pays best in "
        "each hour, which is kind to them."
    )

    st.subheader("Hour by hour", anchor=False)
    st.markdown("Filled: proposed, with the people at work. Dashed: open today.")
    runs = tables.staff_runs(plan, shop.case.grid)
    alt = "The proposed week with the people at work, and today's hours; the table holds the same."
    st.altair_chart(plots.week_chart(runs, tables.open_runs(today.hours)), alt=alt)
    with st.expander("The numbers"):
        st.table(tables.run_rows(runs), border="horizontal", hide_index=True)

    st.subheader("Shifts", anchor=False)
    st.table(tables.shift_rows(plan), border="horizontal", hide_index=True)

    st.subheader("How good it is", anchor=False)
    state.say(sentences.proof(plan), *plan.notes)


page()
