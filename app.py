"""The app's front door: `streamlit run app.py`, or `streamlit run app.py -- FOLDER` for your case.

Lists the pages, keeps the scenario in the sidebar, and runs the page that was chosen.
"""

import sys
from pathlib import Path

import numpy as np
import streamlit as st

import optimizer.app
from optimizer.app import state
from optimizer.case import PRESETS, Economics

PAGES = Path(optimizer.app.__file__).parent
HERE = Path(__file__).resolve()
SAMPLE = HERE.parent / "sample_data" / "old_town_gifts"
OWN = "no, my own numbers"


def main() -> None:
    """Draw the sidebar and the chosen page."""
    st.set_page_config(page_title="Opening hours", page_icon=":material/schedule:")
    page = st.navigation(
        [
            st.Page(PAGES / "lost.py", title="Lost sales", url_path="lost", default=True),
            st.Page(PAGES / "hours.py", title="Plan", url_path="plan"),
            st.Page(PAGES / "trust.py", title="Why believe it", url_path="trust"),
            st.Page(PAGES / "data.py", title="Data", url_path="data"),
        ],
        position="top",
    )
    with state.problems():
        state.begin(start())
        with st.sidebar:
            sidebar()
        page.run()


def start() -> Path:
    """The case to begin with: what the command line names, else the sample."""
    ours = Path(sys.argv[0]).resolve() == HERE  # else the arguments are those of a test run
    return Path(sys.argv[1]) if ours and len(sys.argv) > 1 else SAMPLE


def sidebar() -> None:
    """Which shop is shown, and what is supposed of it.

    Every widget shows what the case says, and writes a what-if when it is moved.
    """
    shop, values = state.shop(), st.session_state
    st.markdown(f"**{state.plain(shop.case.name) or 'Your shop'}**")
    st.caption("Synthetic sample data" if shop.case.synthetic else "Your own data")
    if len(shop.stores) > 1:
        values.store = shop.demand.store
        st.selectbox("Store", shop.stores, key="store",
                     on_change=lambda: state.choose_store(values.store))  # fmt: skip
    st.subheader("What if", anchor=False)
    displacement(shop)
    economics, currency = shop.case.economics, state.plain(shop.case.currency)
    margin = round(100 * economics.margin, 4)
    number("Contribution margin, % of net sales", "economics.contribution_margin", margin,
           most=100.0, step=1.0, scale=100, format="%.1f")  # fmt: skip
    wage = Economics.DEFAULT_WAGE if economics.wage is None else economics.wage
    number(f"Wage an hour before supplements, {currency}", "economics.wage", wage, least=0.0)
    if shop.demand.basket_draws is None:
        number(f"Average net sale, {currency}", "economics.basket", economics.basket)
    else:
        sale = shop.demand.basket_draws.mean()
        st.caption(f"Average net sale: {sale:.2f} {currency}, from the till.")
    if state.visitor().what_ifs:
        st.button("Undo what-ifs", on_click=state.suppose, args=({},))


def number(
    label: str, field: str, value: float | None, *,
    least: float = 0.01, most: float | None = None, step: float = 0.5, scale: int = 1,
    format: str = "%.2f",
) -> None:  # fmt: skip
    """One number of the case, `scale` times what its field holds; empty where not known."""

    def changed() -> None:
        given = st.session_state[field]
        state.suppose({field: None if given is None else given / scale})

    st.session_state[field] = value
    st.number_input(label, least, most, step=step, format=format, key=field, on_change=changed,
                    placeholder="not known")  # fmt: skip


def displacement(shop: state.Shop) -> None:
    """How many of those who find the door closed are lost: a range, or a kind of shop."""
    facts, values = shop.case.displacement, st.session_state
    ends = facts.lost or np.quantile(shop.displacement.lost, [0.05, 0.95]).tolist()
    values.lost_share = round(100 * ends[0]), round(100 * ends[-1])
    values.kind = facts.preset if facts.lost is None else OWN

    def own_share() -> None:
        low, high = (share / 100 for share in values.lost_share)
        state.suppose({"displacement.lost": (low, (low + high) / 2, high)})

    def kind() -> None:
        if values.kind == OWN:
            own_share()
        else:
            state.suppose({"displacement.lost": None, "displacement.preset": values.kind})

    st.slider("Turned-away customers who are lost, %", 0, 100, key="lost_share",
              on_change=own_share, help="The least and the most you think likely. The others come "
              "at another hour or buy in your web shop.")  # fmt: skip
    st.selectbox("As usual for a kind of shop?", [OWN, *PRESETS], key="kind", on_change=kind)


main()
