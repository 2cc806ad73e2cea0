"""Data: give your own files, see what was understood, and state what files cannot tell."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from optimizer.app import state, uploads
from optimizer.case import Case, DataFile, Economics
from optimizer.casefile import case_text
from optimizer.data.parsing import AmbiguousDates
from optimizer.data.reading import Preview
from optimizer.errors import DataError, OpeningHoursError
from optimizer.reporting import sentences

NONE = ""
KIND_NAMES = {
    "": "as recognised",
    "sales": "sales in the shop",
    "footfall": "people passing by or coming in",
    "web": "orders in the web shop",
    "attempts": "calls and other tries to reach you",
    "staff": "people at work",
}
TELLS_TIME = {"time", "date", "clock", "number"}  # numbers: serial days and such
HOLDS = {
    "time": "dates and times",
    "date": "dates",
    "clock": "times of day",
    "number": "numbers",
    "text": "text",
    "empty": "nothing",
}
ROLE_NAMES = {  # as a person would ask for a column; the first ones are always asked
    "time": "Date and time",
    "date": "Date, if apart from the time",
    "clock": "Time of day, if apart from the date",
    "amount": "Amount of money",
    "count": "Count, if a row is the total of a period",
    "order": "Receipt or order number",
    "store": "Store",
    "counter": "Counter or place",
    "tax": "Tax inside the amount",
    "tip": "Tip inside the amount",
    "refunded": "Money given back later",
    "price": "Price of one piece",
    "quantity": "Number of pieces",
    "type": "Sale or refund",
    "status": "Paid, cancelled, failed",
    "cancelled": "Cancelled at",
    "channel": "Shop or web",
    "item": "What was sold",
    "currency": "Currency",
}
ASKED = {
    "footfall": ("time", "date", "clock", "count", "counter", "store"),
    "staff": ("time", "date", "clock", "count", "store"),
    "attempts": ("time", "date", "clock", "count", "store"),
}
USUAL = ("time", "date", "clock", "amount", "count", "order", "store")
SETTING_NAMES = {
    "dates": ("Order of the dates", {"": "as recognised", "day-first": "day first, 31/12/2026",
                                     "month-first": "month first, 12/31/2026"}),
    "times": ("Clock of the times", {"": "as recognised", "local": "the shop's", "utc": "UTC"}),
}  # fmt: skip
CURRENCIES = ("EUR", "SEK", "NOK", "DKK", "GBP", "CHF", "PLN", "CZK", "USD", "CAD", "AUD")


def page() -> None:
    """Upload, what was recognised, and the facts."""
    shop = state.shop()
    state.headline(shop, "See your own shop: give the export of your till.")
    give_files()
    state.section("What was recognised")
    source = state.visitor()
    for number, report in enumerate(shop.seen.reports):
        st.markdown(f"**{state.plain(report.file)}** {state.plain(sentences.recognised(report))}")
        state.listed(sentences.left_out(report))
        with st.expander("Not right? Say what its columns mean"):
            ask_columns(source.hashes[number], source.source.data[number], f"used-{number}")
    state.listed(shop.seen.warnings)
    state.section("What files cannot tell")
    state_facts(shop)
    state.section("Keep it")
    st.caption("Facts and columns as a file: give it together with your exports next time.")
    st.download_button("Download case.toml", uploads.case_file(), "case.toml", "application/toml")
    st.button("Start over", on_click=state.start_over, help="Forget your files and facts.")


def give_files() -> None:
    """The uploader; files that cannot be read leave everything as it was."""
    files = st.file_uploader(
        "Sales with the time of each; counts of passers-by and web orders if you have them",
        accept_multiple_files=True,
        key=f"files-{st.session_state.uploads}",
        help="CSV, TSV, TXT, XLSX, XLS, ODS, GZ or ZIP; a row per sale or per hour. Choose them "
        "all together, with their case.toml if you have one.",
    )
    st.caption(
        f"At most {uploads.MOST_FILES} files and {uploads.MOST_BYTES >> 20} MB together. They stay "
        "in the memory of this program while you use it, and nowhere else."
    )
    given = [file.file_id for file in files]
    if st.session_state.get("tried", []) != given:
        st.session_state.tried, st.session_state.offered = given, None
        st.session_state.refused = None
        if files:
            attempt(uploads.upload, files)
    refused: OpeningHoursError | None = st.session_state.get("refused")
    if refused is not None:
        asks = isinstance(refused, AmbiguousDates)
        st.error(state.plain(f"{refused.where}: {refused.what}." if asks else str(refused)))
        ask_about(refused)


def attempt(work: Callable[..., None], *arguments: Any) -> None:
    """Try to read files; the page is drawn again with what they tell or why they could not be."""
    st.session_state.refused = None
    try:
        work(*arguments)
    except OpeningHoursError as error:
        error.__context__ = None  # what led here still holds the rows of the file
        st.session_state.refused = error.with_traceback(None)
    st.rerun()  # the sidebar above has to follow


def ask_about(refused: OpeningHoursError) -> None:
    """What has to be known before the files given can be read."""
    for number, (digest, file) in enumerate(uploads.offered()):
        guilty = refused.where.startswith(file.file)
        if guilty and isinstance(refused, AmbiguousDates):
            ask_date(refused, digest, file)
            guilty = False  # nothing else need be said of it
        try:
            holds = set(uploads.look(digest, file).holds)
        except DataError:
            continue  # no table: the sentence above says so
        if not TELLS_TIME & holds:
            continue  # no choice of columns would help
        with st.expander(f"What the columns of {state.plain(file.file)} mean", expanded=guilty):
            ask_columns(digest, file, f"offered-{number}")


def ask_date(question: AmbiguousDates, digest: str, file: DataFile) -> None:
    """Day first or month first, asked by one date of the file."""
    st.markdown(f"Which day is **{state.plain(question.cell)}**?")
    buttons = st.container(horizontal=True)
    for order, day in zip(("day-first", "month-first"), question.readings, strict=True):
        if buttons.button(day, key=f"{order}-{digest}"):
            said = dict(file.columns) | {"dates": order}
            attempt(uploads.answer, digest, replace(file, columns=tuple(said.items())))


def ask_columns(digest: str, file: DataFile, key: str) -> None:
    """What a file holds and which column means what, proposed and to be corrected."""
    key += digest[:16]
    kinds = list(KIND_NAMES)
    try:
        kind = st.selectbox("The file holds", kinds, kinds.index(file.kind),
                            KIND_NAMES.__getitem__, key=f"{key}-kind")  # fmt: skip
        shown = uploads.look(digest, replace(file, kind=kind))
        base = uploads.look(digest, replace(file, kind=kind, columns=()))
    except DataError as error:
        st.markdown(state.plain(str(error)))
        return
    about = kind or shown.kind
    where = file.where
    if about == "footfall":
        where = st.radio("Counted", ["street", "door"], ["street", "door"].index(where),
                         {"street": "in the street", "door": "at the door"}.__getitem__,
                         key=f"{key}-where", horizontal=True)  # fmt: skip
    said = choose_roles(base, shown, file, about, f"{key}-{kind}")
    if st.button("Read it like this", key=f"{key}-use", type="primary"):
        answer = replace(file, kind=kind, where=where, columns=tuple(said.items()))
        attempt(uploads.answer, digest, answer)
    if file.kind or file.columns:
        st.caption("As it stands in case.toml")
        st.code(case_text(Case(data=(file,))), "toml")


def choose_roles(
    base: Preview, shown: Preview, file: DataFile, about: str, key: str
) -> dict[str, str]:
    """A choice of column for every role; returned are those that nobody would have proposed.

    `base` is what the file seems to hold by itself, `shown` with what the visitor said before.
    """
    sure = {} if base.problem else dict(base.roles)
    now = dict(base.roles) | dict(file.columns) | ({} if shown.problem else dict(shown.roles))
    holds = dict(zip(base.columns, base.holds, strict=True))
    options = [NONE, *dict.fromkeys(name for name in base.columns if name)]
    asked = ASKED.get(about, USUAL)
    more = [role for role in ROLE_NAMES if role not in asked] if about not in ASKED else []
    used = [role for role in more if role in now]
    if len(used) < len(more) and st.toggle("Ask for more columns", key=f"{key}-more"):
        used = more
    said = {}
    places = in_pairs()
    for role in (*asked, *used):
        name = next(places).selectbox(
            ROLE_NAMES[role],
            options,
            options.index(now[role]) if now.get(role) in options else 0,
            lambda name: f"{state.plain(name)} ({HOLDS[holds[name]]})" if name else "none",
            key=f"{key}-{role}",
        )
        if name != sure.get(role, NONE):
            said[role] = name
    for setting, (label, words) in SETTING_NAMES.items():
        choices = list(words)
        chosen = next(places).selectbox(
            label, choices, choices.index(now[setting]) if now.get(setting) in words else 0,
            words.__getitem__,
            key=f"{key}-{setting}",
        )  # fmt: skip
        if chosen:
            said[setting] = chosen
    return said


def in_pairs() -> Iterator[DeltaGenerator]:
    """Places side by side, row after row: narrow screens then keep the order."""
    while True:
        yield from st.columns(2)


def state_facts(shop: state.Shop) -> None:
    """A form of what people must say; only what is changed counts as stated."""
    case, economics = state.visitor().stated, state.visitor().stated.economics
    margin = economics.contribution_margin
    currencies = sorted({*CURRENCIES, case.currency})
    zones = sorted(available_timezones())
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
        facts["timezone"] = left.selectbox(
            "Time zone", zones, zones.index(case.timezone) if case.timezone in zones else None,
            placeholder=f"not stated: {case.grid.timezone} is assumed",
        ) or ""  # fmt: skip
        if shop.demand.basket_draws is None:
            facts["economics.basket"] = right.number_input(
                "Average net sale", 0.01, None, economics.basket, step=0.5, placeholder="not known"
            )
        if st.form_submit_button("Use these facts", type="primary"):
            with state.problems():
                state.state({name: said for name, said in facts.items() if said != shown[name]})
                st.rerun()


page()
