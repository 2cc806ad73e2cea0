"""The app's front door: `streamlit run app.py`, or `streamlit run app.py -- FOLDER` for your case.

Lists the pages, keeps the scenario in the sidebar, and runs the page that was chosen.
"""

import sys
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.navigation.page import StreamlitPage

import optimizer.app
from optimizer.app import share, sign_in, state
from optimizer.case import PRESET_NAMES, Economics
from optimizer.language import Money, Unit, say

PAGES = Path(optimizer.app.__file__).parent
HERE = Path(__file__).resolve()
SAMPLE = HERE.parent / "sample_data" / "old_town_gifts"
OWN = ""
# Streamlit keeps every cell of a table in one line, which makes a phone scroll sideways.
PHONE = "<style>@media (max-width: 640px) {[data-testid=stTable] :is(th, td) "
PHONE += "{white-space: normal; padding: 4px 3px; font-size: 0.8rem}}</style>"
# Streamlit's own words on the uploader are English; the caption below it names the limits.
UPLOADER = "<style>[data-testid=stFileUploaderDropzoneInstructions] {display: none} "
UPLOADER += "[data-testid=stFileUploaderDropzone] button p {font-size: 0} "
UPLOADER += "[data-testid=stFileUploaderDropzone] button p::after "
UPLOADER += "{font-size: 1rem; content: '%s'}</style>"
KIND_NAMES = {OWN: say("no, my own numbers"), **PRESET_NAMES}


def main() -> None:
    """Draw the sidebar and the chosen page."""
    st.set_page_config(page_title=state.t(say("Opening hours")), page_icon=":material/schedule:")
    st.html(PHONE)
    st.html(UPLOADER % state.t(say("Choose files")))
    sign_in.ask()
    with state.problems():
        state.begin(start())
    page = st.navigation(
        first_page("desk", say("Desk"))
        if state.is_desk()
        else [
            *first_page("lost", say("Lost sales")),
            st.Page(PAGES / "hours.py", title=state.t(say("Plan")), url_path="plan"),
            st.Page(PAGES / "staff.py", title=state.t(say("Staff")), url_path="staff"),
            st.Page(PAGES / "roster.py", title=state.t(say("Roster")), url_path="roster"),
            st.Page(PAGES / "scenarios.py", title=state.t(say("What if")), url_path="what-if"),
            *stores_page(),
            st.Page(PAGES / "trust.py", title=state.t(say("Why believe it")), url_path="trust"),
            st.Page(PAGES / "data.py", title=state.t(say("Data")), url_path="data"),
        ],
        position="top",
    )
    if not state.has_begun():
        return
    with state.problems():
        share.open_link()
        with st.sidebar:
            desk_sidebar() if state.is_desk() else sidebar()
            sign_in.leave()
        page.run()


def first_page(name: str, title: str) -> list[StreamlitPage]:
    """The page at the root address, and one not listed that leads there from its own name."""
    root = st.Page(PAGES / f"{name}.py", title=state.t(title), url_path="first", default=True)
    return [
        root,
        st.Page(lambda: st.switch_page(root), title=state.t(title), url_path=name,
                visibility="hidden"),
    ]  # fmt: skip


def stores_page() -> list[StreamlitPage]:
    """The page on many stores, where there are several."""
    title = state.t(say("Stores"))
    several = state.has_stores()
    return [st.Page(PAGES / "stores.py", title=title, url_path="stores")] if several else []


def start() -> Path:
    """The case to begin with: what the command line names, else the sample."""
    ours = Path(sys.argv[0]).resolve() == HERE  # else the arguments are those of a test run
    return Path(sys.argv[1]) if ours and len(sys.argv) > 1 else SAMPLE


def sidebar() -> None:
    """Which shop is shown, and what is supposed of it.

    Every widget shows what the case says, and writes a what-if when it is moved.
    """
    shop, values = state.shop(), st.session_state
    state.choose_language()
    st.markdown(f"**{state.plain(shop.case.name or state.t(say('Your shop')))}**")
    synthetic = say("Synthetic sample data"), say("Your own data")
    st.caption(state.t(synthetic[0] if shop.case.synthetic else synthetic[1]))
    if len(shop.stores) > 1:
        values.store = shop.demand.store
        st.selectbox(state.t(say("Store")), shop.stores, key="store",
                     on_change=lambda: state.choose_store(values.store))  # fmt: skip
    st.subheader(state.t(say("What if")), anchor=False)
    displacement(shop)
    economics, currency = shop.case.economics, Unit(shop.case.currency)
    margin = round(100 * economics.margin, 4)
    number(say("Contribution margin, % of net sales"), "economics.contribution_margin", margin,
           most=100.0, step=1.0, scale=100, format="%.1f")  # fmt: skip
    wage = Economics.DEFAULT_WAGE if economics.wage is None else economics.wage
    wanted = say("Wage an hour before supplements, {currency}", currency=currency)
    number(wanted, "economics.wage", wage, least=0.0)
    if shop.demand.basket_draws is None:
        wanted = say("Average net sale, {currency}", currency=currency)
        number(wanted, "economics.basket", economics.basket)
    else:
        sale = Money(shop.demand.basket_draws.mean(), shop.case.currency)
        state.caption(say("Average net sale: {sale}, from the till.", sale=sale))
    if state.visitor().what_ifs:
        st.button(state.t(say("Undo what-ifs")), on_click=state.suppose, args=({},))


def desk_sidebar() -> None:
    """Which desk is shown, and what is supposed of it."""
    case = state.visitor().case
    state.choose_language()
    st.markdown(f"**{state.plain(case.name or state.t(say('Your desk')))}**")
    synthetic = say("Synthetic sample data"), say("Your own data")
    st.caption(state.t(synthetic[0] if case.synthetic else synthetic[1]))
    st.subheader(state.t(say("What if")), anchor=False)
    wage = Economics.DEFAULT_WAGE if case.economics.wage is None else case.economics.wage
    currency = Unit(case.currency)
    number(say("Wage an hour before supplements, {currency}", currency=currency),
           "economics.wage", wage, least=0.0)  # fmt: skip
    number(say("Paid time away from the desk, %"), "desk.shrinkage",
           round(100 * case.desk.shrinkage, 4), least=0.0, most=99.0, step=1.0, scale=100,
           format="%.0f")  # fmt: skip
    number(say("Most of their time that people spend on contacts, %"), "desk.occupancy",
           round(100 * case.desk.occupancy, 4), least=1.0, most=100.0, step=1.0, scale=100,
           format="%.0f")  # fmt: skip
    if state.visitor().what_ifs:
        st.button(state.t(say("Undo what-ifs")), on_click=state.suppose, args=({},))


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
    st.number_input(state.plain(state.t(label)), least, most, step=step, format=format,
                    key=field, on_change=changed,
                    placeholder=state.t(say("not known")))  # fmt: skip


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

    st.slider(
        state.t(say("Turned-away customers who are lost, %")), 0, 100,
        key="lost_share", on_change=own_share,
        help=state.t(say("The least and the most you think likely. The others come at another "
                         "hour or buy in your web shop.")),
    )  # fmt: skip
    st.selectbox(
        state.t(say("As usual for a kind of shop?")), list(KIND_NAMES),
        format_func=state.labels(KIND_NAMES), key="kind", on_change=kind,
    )  # fmt: skip


main()
