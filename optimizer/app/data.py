"""Data: give your own files, see what was understood, and state what files cannot tell."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from optimizer.app import share, state, uploads
from optimizer.case import Case, DataFile, Economics
from optimizer.casefile import case_text
from optimizer.data.parsing import AmbiguousDates
from optimizer.data.reading import Preview
from optimizer.errors import DataError, OpeningHoursError
from optimizer.language import Number, said, say
from optimizer.reporting import sentences

NONE = ""
KIND_NAMES = {
    "": say("as recognised"),
    "sales": say("sales in the shop"),
    "footfall": say("people passing by or coming in"),
    "web": say("orders in the web shop"),
    "attempts": say("calls and other tries to reach you"),
    "staff": say("people at work"),
}
TELLS_TIME = {"time", "date", "clock", "number"}  # numbers: serial days and such
HOLDS = {
    "time": say("dates and times"),
    "date": say("dates"),
    "clock": say("times of day"),
    "number": say("numbers"),
    "text": say("text"),
    "empty": say("nothing"),
}
ROLE_NAMES = {  # as a person would ask for a column; the first ones are always asked
    "time": say("Date and time"),
    "date": say("Date, if apart from the time"),
    "clock": say("Time of day, if apart from the date"),
    "amount": say("Amount of money"),
    "count": say("Count, if a row is the total of a period"),
    "order": say("Receipt or order number"),
    "store": say("Store"),
    "counter": say("Counter or place"),
    "tax": say("Tax inside the amount"),
    "tip": say("Tip inside the amount"),
    "refunded": say("Money given back later"),
    "price": say("Price of one piece"),
    "quantity": say("Number of pieces"),
    "type": say("Sale or refund"),
    "status": say("Paid, cancelled, failed"),
    "cancelled": say("Cancelled at"),
    "channel": say("Shop or web"),
    "item": say("What was sold"),
    "currency": say("Currency"),
}
ASKED = {
    "footfall": ("time", "date", "clock", "count", "counter", "store"),
    "staff": ("time", "date", "clock", "count", "store"),
    "attempts": ("time", "date", "clock", "count", "store"),
}
USUAL = ("time", "date", "clock", "amount", "count", "order", "store")
SETTING_NAMES: dict[str, tuple[str, dict[str, str]]] = {
    "dates": (
        say("Order of the dates"),
        {
            "": say("as recognised"),
            "day-first": say("day first, 31/12/2026"),
            "month-first": say("month first, 12/31/2026"),
        },
    ),
    "times": (
        say("Clock of the times"),
        {"": say("as recognised"), "local": say("the shop's"), "utc": say("UTC")},
    ),
}
WHERE_NAMES = {"street": say("in the street"), "door": say("at the door")}
CURRENCIES = ("EUR", "SEK", "NOK", "DKK", "GBP", "CHF", "PLN", "CZK", "USD", "CAD", "AUD")


def page() -> None:
    """Upload, what was recognised, and the facts."""
    shop = state.shop()
    state.headline(shop, say("See your own shop: give the export of your till."))
    give_files()
    state.section(say("What was recognised"))
    source = state.visitor()
    for number, report in enumerate(shop.seen.reports):
        told = state.plain(state.t(sentences.recognised(report)))
        st.markdown(f"**{state.plain(report.file)}** {told}")
        state.listed(sentences.left_out(report))
        with st.expander(state.t(say("Not right? Say what its columns mean"))):
            ask_columns(source.hashes[number], source.source.data[number], f"used-{number}")
    state.listed(shop.seen.warnings)
    state.section(say("What files cannot tell"))
    state_facts(shop)
    state.section(say("Keep it"))
    state.caption(say("Facts and columns as a file: give it together with your exports next time."))
    st.download_button(state.t(say("Download case.toml")), uploads.case_file(), "case.toml",
                       "application/toml")  # fmt: skip
    st.button(state.t(say("Start over")), on_click=state.start_over,
              help=state.t(say("Forget your files and facts.")))  # fmt: skip
    share.scenario()


def give_files() -> None:
    """The uploader; files that cannot be read leave everything as it was."""
    files = st.file_uploader(
        state.t(
            say("Sales with the time of each; counts of passers-by and web orders if you have them")
        ),
        accept_multiple_files=True,
        key=f"files-{st.session_state.uploads}",
        help=state.t(
            say(
                "CSV, TSV, TXT, XLSX, XLS, ODS, GZ or ZIP; a row per sale or per hour. Choose them "
                "all together, with their case.toml if you have one."
            )
        ),
    )
    state.caption(
        say(
            "At most {files} files and {size} MB together. They stay in the memory of this program "
            "while you use it, and nowhere else.",
            files=uploads.MOST_FILES,
            size=uploads.MOST_BYTES >> 20,
        )
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
        told = said("{where}: {what}.", where=refused.where, what=refused.what)
        st.error(state.plain(state.t(told if asks else refused.said)))
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
        wanted = say("What the columns of {file} mean", file=file.file)
        with st.expander(state.plain(state.t(wanted)), expanded=guilty):
            ask_columns(digest, file, f"offered-{number}")


def ask_date(question: AmbiguousDates, digest: str, file: DataFile) -> None:
    """Day first or month first, asked by one date of the file."""
    state.paragraphs(say("Which day is {date}?", date=question.cell))
    buttons = st.container(horizontal=True)
    for order, day in zip(("day-first", "month-first"), question.readings, strict=True):
        if buttons.button(state.t(day), key=f"{order}-{digest}"):
            answers = dict(file.columns) | {"dates": order}
            attempt(uploads.answer, digest, replace(file, columns=tuple(answers.items())))


def ask_columns(digest: str, file: DataFile, key: str) -> None:
    """What a file holds and which column means what, proposed and to be corrected."""
    key += digest[:16]
    kinds = list(KIND_NAMES)
    try:
        kind = st.selectbox(
            state.t(say("The file holds")),
            kinds,
            kinds.index(file.kind),
            state.labels(KIND_NAMES),
            key=f"{key}-kind",
        )
        shown = uploads.look(digest, replace(file, kind=kind))
        base = uploads.look(digest, replace(file, kind=kind, columns=()))
    except DataError as error:
        state.paragraphs(error.said)
        return
    about = kind or shown.kind
    where = file.where
    if about == "footfall":
        where = st.radio(
            state.t(say("Counted")),
            list(WHERE_NAMES),
            list(WHERE_NAMES).index(where),
            state.labels(WHERE_NAMES),
            key=f"{key}-where",
            horizontal=True,
        )
    answers = choose_roles(base, shown, file, about, f"{key}-{kind}")
    if st.button(state.t(say("Read it like this")), key=f"{key}-use", type="primary"):
        answer = replace(file, kind=kind, where=where, columns=tuple(answers.items()))
        attempt(uploads.answer, digest, answer)
    if file.kind or file.columns:
        state.caption(say("As it stands in case.toml"))
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
    columns = {name: said("{name} ({holds})", name=state.plain(name), holds=HOLDS[holds[name]])
               for name in base.columns if name}  # fmt: skip
    options = [NONE, *columns]
    asked = ASKED.get(about, USUAL)
    more = [role for role in ROLE_NAMES if role not in asked] if about not in ASKED else []
    used = [role for role in more if role in now]
    if len(used) < len(more) and st.toggle(state.t(say("Ask for more columns")), key=f"{key}-more"):
        used = more
    answers: dict[str, str] = {}
    places = in_pairs()
    for role in (*asked, *used):
        name = next(places).selectbox(
            state.t(ROLE_NAMES[role]),
            options,
            options.index(now[role]) if now.get(role) in options else 0,
            state.labels({NONE: say("none"), **columns}),
            key=f"{key}-{role}",
        )
        if name != sure.get(role, NONE):
            answers[role] = name
    for setting, (label, words) in SETTING_NAMES.items():
        choices = list(words)
        chosen = next(places).selectbox(
            state.t(label),
            choices,
            choices.index(now[setting]) if now.get(setting) in words else 0,
            state.labels(words),
            key=f"{key}-{setting}",
        )
        if chosen:
            answers[setting] = chosen
    return answers


def in_pairs() -> Iterator[DeltaGenerator]:
    """Places side by side, row after row: narrow screens then keep the order."""
    while True:
        yield from st.columns(2)


def assumed(value: Number | str) -> str:
    """What stands in an empty field: the value that is taken where nothing is stated."""
    return state.t(say("not stated: {value} is assumed", value=value))


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
                state.t(
                    say("Opening hours now, as the till suggests")
                    if shop.seen.hours_inferred
                    else say("Opening hours now")
                ),
                str(shop.seen.hours),
                help=state.t(say('Like "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off".')),
            ),
            "hours.candidate": st.text_input(
                state.t(say("Hours in which you might open")), str(case.hours.candidate)
            ),
        }
        left, right = st.columns(2)
        percent = left.number_input(
            state.t(say("Contribution margin, % of net sales")), 0.01, 100.0,
            margin and round(100 * margin, 4), step=1.0, format="%.1f",
            placeholder=assumed(Number(100 * Economics.DEFAULT_MARGIN)),
        )  # fmt: skip
        facts["economics.contribution_margin"] = percent and percent / 100
        facts["economics.wage"] = right.number_input(
            state.t(say("Wage an hour, before supplements")), 0.0, None, economics.wage, step=0.5,
            placeholder=assumed(Number(Economics.DEFAULT_WAGE, 2)),
        )  # fmt: skip
        facts["currency"] = left.selectbox(
            state.t(say("Currency")), currencies, currencies.index(case.currency)
        )
        facts["country"] = right.text_input(
            state.t(say("Country, for holidays and pay rules")), case.country, max_chars=2,
            placeholder="FI",
        ).upper()  # fmt: skip
        facts["timezone"] = left.selectbox(
            state.t(say("Time zone")), zones,
            zones.index(case.timezone) if case.timezone in zones else None,
            placeholder=assumed(case.grid.timezone),
        ) or ""  # fmt: skip
        if shop.demand.basket_draws is None:
            facts["economics.basket"] = right.number_input(
                state.t(say("Average net sale")), 0.01, None, economics.basket, step=0.5,
                placeholder=state.t(say("not known")),
            )  # fmt: skip
        if st.form_submit_button(state.t(say("Use these facts")), type="primary"):
            with state.problems():
                state.state({name: value for name, value in facts.items() if value != shown[name]})
                st.rerun()


page()
