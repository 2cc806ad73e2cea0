"""Stores: all shops of a chain side by side, compared fairly, and one budget of hours for them."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from optimizer.app import chained, state
from optimizer.chain.budget import Split
from optimizer.chain.run import ChainAnswer
from optimizer.language import Number, say, translated
from optimizer.opening import OpeningHours
from optimizer.reporting import chain_files, chain_plots, chain_words
from optimizer.reporting.sentences import hours_told

FILTERS = ("region", "format", "cluster")
ALL = ""
FILES = {  # what its button says, and its media type
    "report.html": (say("Report as a web page"), "text/html"),
    "stores.xlsx": (
        say("Workbook (XLSX)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "stores.csv": (say("Shops (CSV)"), "text/csv"),
    "stores.parquet": (say("Shops (Parquet)"), "application/vnd.apache.parquet"),
    "google-hours.csv": (say("Google Business Profile (CSV)"), "text/csv"),
    "opening-hours.csv": (say("OpenStreetMap (CSV)"), "text/csv"),
}
DIGITS = {  # of the numbers in the tables
    "margin_per_hour": 1,
    "given_footfall": 2,
    "later_pays": 2,
    "paid_hours": 1,
    "profit": 0,
    "more": 0,
}


def page() -> None:
    """The budget first, then what another hour would earn, then the shops."""
    answer = chained.chain()
    show_budget(answer)
    show_stores(answer)
    show_trials(answer)
    if answer.errors:
        state.section(say("Shops left out"))
        state.listed(chain_words.mistaken(answer))


def choose_budget(answer: ChainAnswer) -> Split:
    """A slider of paid hours; all that follows moves with it."""
    least, most = int(answer.budget.least) + 1, int(answer.budget.most) + 1
    today = min(max(round(answer.paid_hours_today), least), most)
    head = st.container()
    hours = today
    if most > least:
        hours = st.slider(
            state.t(say("Paid hours a week, all shops together")),
            least,
            most,
            today,
            key="chain-budget",
            help=state.t(
                say(
                    "From the fewest that open every shop to the most that pay. It begins with "
                    "what today's opening hours take."
                )
            ),
        )
    split = answer.budget.split(float(hours))
    with head:
        state.headline(state.shop(), chain_words.headline(answer, split))
    return split


@st.fragment
def show_budget(answer: ChainAnswer) -> None:
    """What a budget earns and gives to whom; only this part moves with its slider."""
    split = choose_budget(answer)
    state.paragraphs(
        chain_words.price(answer, split),
        chain_words.proof(answer, split),
        *chain_words.provisos(answer),
    )
    told = say(
        "What every budget earns; the mark is the one chosen above; the table below holds it."
    )
    state.picture(chain_plots.budget_chart(answer, split), told)
    with st.expander(state.t(say("The numbers"))):
        state.table(chain_words.budget_rows(answer))
    first, *moves = chain_words.next_hours(answer, split)
    state.section(say("The next hours"))
    state.paragraphs(first)
    if moves:
        state.listed(moves)
    first, *moves = chain_words.a_cut(answer, split)
    with st.expander(state.t(say("If hours must go"))):
        state.paragraphs(first)
        if moves:
            state.listed(moves)
    state.section(say("What each shop gets"))
    show_plans(answer, split)
    show_files(answer, split)


@st.fragment
def show_stores(answer: ChainAnswer) -> None:
    """The shops, best first; a chosen one is shown on all other pages."""
    state.section(say("Shops compared fairly"))
    state.caption(
        say(
            "Margin per paid hour given each shop's own footfall and floor space. Places are 90 % "
            "intervals: shops whose intervals overlap cannot be told apart."
        )
    )
    state.caption(
        say(
            "Longer pays: how likely it is that closing an hour later from Monday to Friday earns "
            "more than it costs."
        )
    )
    chosen = filtered(chain_words.fair_table(answer))
    if chosen.empty:
        state.paragraphs(say("No shop is left: choose fewer filters."))
        return
    stores = [str(store) for store in chosen.index]
    show_ranks(chosen)
    told = say("Each shop's margin an hour against what is expected; the table above holds it.")
    state.picture(chain_plots.funnel_chart(answer, stores), told)
    state.caption(chain_words.funnel_sentence(answer))
    store = st.selectbox(
        state.t(say("Look at one shop on the other pages")),
        stores,
        index=None,
        key="chain-store",
        placeholder=state.t(say("Choose a shop")),
    )
    if store is None:
        return
    if store != state.visitor().store:
        state.choose_store(store)
        st.rerun()
    state.caption(say("The other pages show {store} now.", store=store))


def filtered(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the chosen region, format and cluster; nothing to choose is not shown."""
    kinds = [name for name in FILTERS if table[name].nunique() > 1]
    for place, name in zip(st.columns(max(len(kinds), 1)), kinds, strict=False):
        values = [ALL, *sorted(map(str, table[name].unique()))]
        with place:
            value = st.selectbox(
                state.t(chain_words.HEADS[name]),
                values,
                format_func=state.labels(
                    {**dict(zip(values, values, strict=True)), ALL: say("all")}
                ),
                key=f"chain-{name}",
            )
        if value != ALL:
            table = table[table[name].astype(str) == value]
    return table


def show_plans(answer: ChainAnswer, split: Split) -> None:
    """All shops with their hours and money, in a box of their own, which scrolls and sorts."""
    table, heads = answer.planned(split), chain_words.HEADS
    columns = {
        "store": table.index,
        "more": table["profit"].to_numpy() - answer.stores["profit_today"].to_numpy(),
        "profit": table["profit"].to_numpy(),
        "paid_hours": table["paid_hours"].to_numpy(),
        "hours": in_words(table["hours"]),
    }
    box({heads[name]: (values, DIGITS.get(name)) for name, values in columns.items()})


def in_words(hours: pd.Series) -> list[str]:
    """Opening hours as the visitor writes them."""
    return [_in_words(text, state.language()) for text in hours]


@lru_cache(maxsize=4096)  # of thousands of shops most have the same few
def _in_words(text: str, language: str) -> str:
    return translated(hours_told(OpeningHours.parse(text)), language)


def show_files(answer: ChainAnswer, split: Split) -> None:
    """The answer to take along; a file is made when its button is pressed, in another thread."""
    language, made = state.language(), date.today()

    def making(name: str) -> Callable[[], bytes]:
        return lambda: chain_files.files(answer, split, made, language)[name]()

    state.caption(say("A row for each shop, the proposed hours for maps, and a report:"))
    with st.container(horizontal=True):
        for name, (label, kind) in FILES.items():
            st.download_button(state.plain(state.t(label)), making(name), f"chain-{name}", kind,
                               key=f"chain-{name}", on_click="ignore")  # fmt: skip


def show_ranks(table: pd.DataFrame) -> None:
    """The ranks in a box of their own."""
    heads = chain_words.HEADS
    places = [
        state.t(say("{low} to {high}", low=Number(low), high=Number(high)))
        for low, high in zip(table["rank_low"], table["rank_high"], strict=True)
    ]
    columns = {
        "store": table.index,
        "place": places,
        "margin_per_hour": table["margin_per_hour"].to_numpy(),
        "given_footfall": table["given_footfall"].to_numpy(),
        "later_pays": table["later_pays"].to_numpy(float),
        "hours_today": in_words(table["hours_today"]),
    }
    box({heads[name]: (values, DIGITS.get(name)) for name, values in columns.items()})


def box(columns: dict[str, tuple[Any, int | None]]) -> None:
    """A long table that scrolls: numbers rounded to so many decimals, texts without any.

    The browser writes the numbers as its language does, and would cut what is not rounded here.
    """
    shown = pd.DataFrame(
        {
            state.t(head): values if digits is None else np.round(values, digits)
            for head, (values, digits) in columns.items()
        }
    )
    looks: dict[Any, Any] = {
        state.t(head): st.column_config.NumberColumn(
            format="percent" if head == chain_words.HEADS["later_pays"] else "localized"
        )
        for head, (_, digits) in columns.items()
        if digits is not None
    }
    st.dataframe(shown, hide_index=True, height=320, column_config=looks)


def show_trials(answer: ChainAnswer) -> None:
    """Who should try a late Thursday first."""
    state.section(say("A late Thursday: who should try it first"))
    told = chain_words.to_try(answer)
    state.listed(told[:5])
    if told[5:]:
        with st.expander(state.t(say("The others"))):
            state.listed(told[5:])
    state.paragraphs(*chain_words.sure_thursdays(answer))


page()
