"""Why believe it: known hours hidden and found again, the evidence, and what is assumed."""

from dataclasses import replace

import streamlit as st

from optimizer.app import state
from optimizer.case import Case, DisplacementFacts, Economics, Labour, Service
from optimizer.data.observations import Observations
from optimizer.demand.backtest import Backtest, backtest
from optimizer.errors import DataError
from optimizer.reporting import sentences, trust


def page() -> None:
    """The verdict first, then the test, the evidence and the assumptions."""
    shop = state.shop()
    try:
        show_test(shop, tested(shop))
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


def tested(shop: state.Shop) -> Backtest:
    """The test of the shop's own past; money, shares and staff have no part in it."""
    case = replace(
        shop.case,
        economics=Economics(),
        displacement=DisplacementFacts(),
        service=Service(),
        labour=Labour(),
        employee=(),
    )
    return _tested(f"{shop.door_key} {case!r}", case, shop.seen)


@st.cache_data(
    scope="session", max_entries=4, ttl=3600,
    show_spinner="Hiding hours you were open and estimating them ...",
)  # fmt: skip
def _tested(key: str, _case: Case, _seen: Observations) -> Backtest:
    return backtest(_case, _seen)


page()
