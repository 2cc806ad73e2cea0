"""The chain behind the page Stores: solved once, kept for the visitor, asked again and again."""

from typing import Any

import streamlit as st

from optimizer.app import state
from optimizer.casefile import for_store
from optimizer.chain.pooled import Known
from optimizer.chain.run import ChainAnswer, gathered, solve
from optimizer.chain.sisters import kept_by_sisters
from optimizer.language import say


def chain() -> ChainAnswer:
    """All stores of the visitor's data, with everything that was stated and supposed."""
    who = state.visitor()
    key = state.hash_of((who.hashes, who.case))
    kept: tuple[str, ChainAnswer] | None = st.session_state.get("chain")
    if kept is None or kept[0] != key:
        kept = key, _solved()
        st.session_state.chain = kept
    return kept[1]


def _solved() -> ChainAnswer:
    whole = state.visitor().case
    seen, demands = state.all_shops()
    seen = dict(sorted(seen.items()))
    facts = {store: for_store(whole, store, shop.hours) for store, shop in seen.items()}
    sisters = kept_by_sisters(facts)
    malls: dict[str, dict[str, Known | str]] = {}
    for store, case in facts.items():
        known = Known(case, seen[store], demands[store])
        malls.setdefault(case.site.mall or store, {})[store] = known
    silent = [store for store, _ in whole.stores if store not in seen]
    rows: list[dict[str, Any]] = [
        {"store": store, "error": say("no sales fall into the opening hours")} for store in silent
    ]
    units: list[dict[str, Any]] = []
    with state.progress(say("Solving every store ...")) as tell:
        for together in malls.values():
            number = len(rows) - len(silent)
            tell(number / len(seen), say("{done} of {all} stores", done=number, all=len(seen)))
            found = solve(together, sisters, whole_shifts=False)
            rows += found["rows"]
            units += found["units"]
        answer = gathered(whole, list(seen), rows, units)
        for unit, (*_, frontier) in enumerate(answer.units):  # so that no slider waits for them
            for week in range(len(frontier.doors)):
                answer.hours_text(unit, week)
    return answer
