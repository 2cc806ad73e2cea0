"""Answers on the plan that the pages show, each worked out once for a visitor and kept."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from optimizer.app import state
from optimizer.case import Case
from optimizer.opening import OpeningHours
from optimizer.planning.explain import (
    FreeTime,
    Level,
    RulePrice,
    frontier,
    price_of_free,
    rule_prices,
)
from optimizer.planning.ladder import Rung, price_ladder
from optimizer.planning.plan import Plan
from optimizer.planning.scenario import (
    Regret,
    Swing,
    Turn,
    compare,
    plans_by_demand,
    regrets,
    simplest,
    tornado,
    turning_points,
)
from optimizer.planning.surge import Surge, SurgeAnswer, answer_surge

T = TypeVar("T")


def ladders(shop: state.Shop) -> list[list[Rung]]:
    """The closing times of every weekday."""
    plan = _plan(shop)
    return _kept(
        shop,
        "ladders",
        lambda: [price_ladder(_case(shop), shop.potential, plan, d) for d in range(7)],
    )


def opening_ladder(shop: state.Shop, weekday: int) -> list[Rung]:
    """The opening times of one weekday."""
    plan = _plan(shop)
    return _kept(
        shop,
        ("opening", weekday),
        lambda: price_ladder(_case(shop), shop.potential, plan, weekday, earlier=True),
    )


def simple(shop: state.Shop) -> Plan:
    """The simplest plan within 2 % of the best; the plan itself where there is none."""
    plan = _plan(shop)
    return _kept(shop, "simple", lambda: simplest(_case(shop), shop.potential, plan))


def rules(shop: state.Shop) -> list[RulePrice]:
    """What each rule costs."""
    plan = _plan(shop)
    return _kept(shop, "rules", lambda: rule_prices(_case(shop), shop.potential, plan))


def turns(shop: state.Shop) -> list[Turn]:
    """What would change the advice."""
    plan = _plan(shop)
    return _kept(shop, "turns", lambda: turning_points(_case(shop), shop.demand, plan))


def swings(shop: state.Shop) -> list[Swing]:
    """What the gain hangs on."""
    plan = _plan(shop)
    return _kept(shop, "swings", lambda: tornado(_case(shop), shop.demand, plan, shop.seen.hours))


def levels(shop: state.Shop) -> list[Level]:
    """What more work earns."""
    return _kept(shop, "levels", lambda: frontier(_case(shop), shop.potential))


def regretted(shop: state.Shop) -> list[Regret]:
    """Today's hours and the best ones for little, expected and much demand, under doubt."""

    def work() -> list[Regret]:
        choices: dict[str, Plan | OpeningHours] = {"today": shop.seen.hours}
        choices |= plans_by_demand(_case(shop), shop.potential)
        return regrets(_case(shop), shop.potential, choices)

    return _kept(shop, "regrets", work)


def compared(shop: state.Shop, what_ifs: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """What-ifs side by side."""
    asked = {str(name): dict(changes) for name, changes in what_ifs.items()}
    return _kept(shop, ("compare", asked), lambda: compare(_case(shop), shop.demand, asked))


def campaign(shop: state.Shop, surge: Surge) -> SurgeAnswer:
    """What a campaign brings and loses."""
    plan = _plan(shop)
    return _kept(shop, surge, lambda: answer_surge(_case(shop), shop.potential, plan, surge))


def free_time(shop: state.Shop, hours: OpeningHours) -> FreeTime:
    """What hours kept free cost."""
    plan = _plan(shop)
    return _kept(
        shop, ("free", hours), lambda: price_of_free(_case(shop), shop.potential, plan, hours)
    )


def _case(shop: state.Shop) -> Case:
    """The facts with today's hours, inferred where they are not stated."""
    return replace(shop.case, hours=replace(shop.case.hours, current=shop.seen.hours))


def _plan(shop: state.Shop) -> Plan:
    return state.plan(shop)[0]


def _kept(shop: state.Shop, question: object, work: Callable[[], T]) -> T:
    """The answer to a question about a shop, worked out at most once."""
    found: T = _answer(state.hash_of((shop.key, question)), work)
    return found


@st.cache_data(scope="session", max_entries=100, ttl=state.KEEP, show_spinner=False)
def _answer(key: str, _work: Callable[[], Any]) -> Any:
    return _work()
