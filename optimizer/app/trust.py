"""Why believe it: known hours hidden and found again, the evidence, and what is assumed."""

import streamlit as st

from optimizer.app import state
from optimizer.demand.backtest import Backtest
from optimizer.errors import DataError
from optimizer.reporting import sentences, trust


def page() -> None:
    """The verdict first, then the test, the evidence and the assumptions."""
    shop = state.shop()
    try:
        show_test(shop, state.tested(shop))
    except DataError as error:
        state.headline(shop, "Your data are too few to put the estimate to the test.")
        state.say(str(error))
    state.section("What each kind of evidence says alone")
    rows = trust.evidence_rows(shop.demand)
    if rows:
        st.table(rows, border="horizontal", hide_index=True)
    state.say(*trust.agreement(shop.demand))
    state.section("What is assumed")
    assumed = sentences.assumptions(shop.case, shop.displacement.source)
    state.listed([*assumed, *shop.seen.warnings])


def show_test(shop: state.Shop, test: Backtest) -> None:
    """How near the estimate came to what the till had rung."""
    state.headline(shop, trust.verdict(test))
    state.say(trust.accuracy(test))
    state.section("Hidden hours, found again")
    told = (
        f"Each of {len(test.units)} marks: customers counted in hidden hours against those "
        "estimated; the tables below hold them."
    )
    state.picture(trust.units_chart(test), told)
    st.markdown("On the dotted line the estimate is exact; the strokes are 90 % intervals.")
    st.table(trust.score_rows(test), border="horizontal", hide_index=True)
    with st.expander("The numbers"):
        st.table(trust.unit_rows(test), border="horizontal", hide_index=True)
    state.section("How it was done")
    state.listed(trust.method(test))


page()
