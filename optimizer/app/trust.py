"""Why believe it: known hours hidden and found again, the evidence, and what is assumed."""

import streamlit as st

from optimizer.app import state, trial_kit
from optimizer.demand.backtest import Backtest
from optimizer.errors import DataError
from optimizer.language import say
from optimizer.reporting import sentences, trust


def page() -> None:
    """The verdict first, then the test, the evidence and the assumptions."""
    shop = state.shop()
    try:
        show_test(shop, state.tested(shop))
    except DataError as error:
        state.headline(shop, say("Your data are too few to put the estimate to the test."))
        state.paragraphs(error.said)
    state.section(say("What each kind of evidence says alone"))
    rows = trust.evidence_rows(shop.demand)
    if rows:
        state.table(rows)
    state.paragraphs(*trust.agreement(shop.demand))
    trial_kit.kit(shop)
    state.section(say("What is assumed"))
    assumed = sentences.assumptions(shop.case, shop.displacement.source)
    state.listed([*assumed, *shop.seen.warnings])


def show_test(shop: state.Shop, test: Backtest) -> None:
    """How near the estimate came to what the till had rung."""
    state.headline(shop, trust.verdict(test))
    state.paragraphs(trust.accuracy(test))
    state.section(say("Hidden hours, found again"))
    told = say(
        "Each of {count} marks: customers counted in hidden hours against those estimated; the "
        "tables below hold them.",
        count=len(test.units),
    )
    state.picture(trust.units_chart(test), told)
    state.paragraphs(
        say("On the dotted line the estimate is exact; the strokes are 90 % intervals.")
    )
    state.table(trust.score_rows(test))
    with st.expander(state.t(say("The numbers"))):
        state.table(trust.unit_rows(test))
    state.section(say("How it was done"))
    state.listed(trust.method(test))


page()
