"""Data: give your own files, see what was understood, and state what files cannot tell."""

from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from optimizer.app import state
from optimizer.case import Economics
from optimizer.errors import OpeningHoursError
from optimizer.reporting import sentences

CURRENCIES = ("EUR", "SEK", "NOK", "DKK", "GBP", "CHF", "PLN", "CZK", "USD", "CAD", "AUD")


def page() -> None:
    """Upload, what was recognised, and the facts."""
    shop = state.shop()
    state.headline(shop, "See your own shop: give the export of your till.")
    give_files()
    state.section("What was recognised")
    for report in shop.seen.reports:
        st.markdown(f"**{state.plain(report.file)}** {state.plain(sentences.recognised(report))}")
        state.listed(sentences.left_out(report))
    state.listed(shop.seen.warnings)
    state.section("What files cannot tell")
    state_facts(shop)
    st.button("Start over", on_click=state.start_over, help="Forget your files and facts.")


def give_files() -> None:
    """The uploader; files that cannot be read leave everything as it was."""
    files = st.file_uploader(
        "Sales with the time of each; counts of passers-by and web orders if you have them",
        accept_multiple_files=True,
        key=f"files-{st.session_state.uploads}",
        help="CSV, TSV, TXT, XLSX or ZIP; a row per sale or per hour. Choose them all together.",
    )
    st.caption("Files stay in the memory of this program while you use it, and nowhere else.")
    given = [file.file_id for file in files]
    if not files:
        return
    if st.session_state.get("tried") != given:
        st.session_state.tried, st.session_state.refused = given, ""
        try:
            state.upload(files)
        except OpeningHoursError as error:
            st.session_state.refused = str(error)
        st.rerun()  # the sidebar above has to follow
    if st.session_state.refused:
        st.error(state.plain(st.session_state.refused))


def state_facts(shop: state.Shop) -> None:
    """A form of what people must say; only what is changed counts as stated."""
    case, economics = state.visitor().stated, state.visitor().stated.economics
    margin = economics.contribution_margin
    currencies = sorted({*CURRENCIES, case.currency})
    zones = sorted({*available_timezones(), case.timezone})
    shown = {
        "hours.current": str(shop.seen.hours),
        "hours.candidate": str(case.hours.candidate),
        "economics.contribution_margin": margin,
        "economics.wage": economics.wage,
        "economics.basket": economics.basket,
        "currency": case.currency,
        "country": case.country,
        "timezone": case.timezone,
    }
    with st.form("facts"):
        facts: dict[str, Any] = {
            "hours.current": st.text_input(
                "Opening hours now"
                + (", as the till suggests" if shop.seen.hours_inferred else ""),
                str(shop.seen.hours),
                help='Like "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off".',
            ),
            "hours.candidate": st.text_input(
                "Hours in which you might open", str(case.hours.candidate)
            ),
        }
        left, right = st.columns(2)
        percent = left.number_input(
            "Contribution margin, % of net sales", 0.01, 100.0, margin and round(100 * margin, 4),
            step=1.0, format="%.1f",
            placeholder=f"not stated: {100 * Economics.DEFAULT_MARGIN:.0f} is assumed",
        )  # fmt: skip
        facts["economics.contribution_margin"] = percent and percent / 100
        facts["economics.wage"] = right.number_input(
            "Wage an hour, before supplements", 0.0, None, economics.wage, step=0.5,
            placeholder=f"not stated: {Economics.DEFAULT_WAGE} is assumed",
        )  # fmt: skip
        facts["currency"] = left.selectbox("Currency", currencies, currencies.index(case.currency))
        facts["country"] = right.text_input(
            "Country, for holidays and pay rules", case.country, max_chars=2, placeholder="FI"
        ).upper()
        facts["timezone"] = left.selectbox("Time zone", zones, zones.index(case.timezone))
        if shop.demand.basket_draws is None:
            facts["economics.basket"] = right.number_input(
                "Average net sale", 0.01, None, economics.basket, step=0.5, placeholder="not known"
            )
        if st.form_submit_button("Use these facts", type="primary"):
            with state.problems():
                state.state({name: said for name, said in facts.items() if said != shown[name]})
                st.rerun()


page()
