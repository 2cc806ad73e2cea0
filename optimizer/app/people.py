"""The people of a shop and the rules on their working time, as tables to write in."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from optimizer.app import state
from optimizer.case import Case
from optimizer.casefile import with_changes
from optimizer.data.people_list import LABELS, cells_of, person_of, read_people
from optimizer.errors import CaseError, OpeningHoursError
from optimizer.firmness import OFF, STRICT
from optimizer.language import Listed, say, say_n
from optimizer.people import Employee
from optimizer.planning.rules import areas_of, rule_pack
from optimizer.roster.rules import check_facts, underpaid

PRICED = "priced"  # neither strict nor off
FIRMNESS = {STRICT: say("strict"), PRICED: say("at a price"), OFF: say("off")}
RULES = {  # with the unit that a price is for
    "contract_hours": (say("Hours by contract"), say("an hour above it")),
    "longest_day": (say("Longest day"), say("an hour above it")),
    "longest_week": (say("Longest week"), say("an hour above it")),
    "daily_rest": (say("Rest between two shifts"), say("an hour missing")),
    "weekly_rest": (say("Weekly rest"), say("a week without it")),
    "days_in_a_row": (say("Days in a row"), say("a day more")),
    "nights_in_a_row": (say("Nights in a row"), say("a night more")),
    "free_sundays": (say("Free Sundays"), say("a Sunday too many")),
    "notice": (say("A roster that people know stays"), say("a shift that changes")),
}
USUAL_PRICE = 20.0  # money, until somebody states another
NUMBERS = {"least": (0.0, 48.0), "most": (0.0, 48.0), "wage": (0.0, None), "age": (13.0, 99.0),
           "longest_day": (0.5, 24.0)}  # fmt: skip


def show(shop: state.Shop) -> None:
    """The people as a table to write in, or from a file."""
    state.caption(
        say('Hours are a week\'s by contract. When people can work is written like "{hours}", '
            'leave like "{leave}". An owner who is not paid has the wage 0.',
            hours="Mo-Fr 08:00-20:00; Sa 10:00-16:00", leave="2026-12-21 - 2026-12-27")
    )  # fmt: skip
    columns = shown_columns(shop.case)
    known = [cells_of(person) for person in shop.case.employee]
    kinds = {c: float if c in NUMBERS else bool if c == "keyholder" else str for c in columns}
    rows = {c: [_value(cells[c], kinds[c]) for cells in known] for c in columns}
    written = st.data_editor(
        pd.DataFrame({c: pd.Series(rows[c], dtype=kinds[c]) for c in columns}),
        num_rows="dynamic", hide_index=True, key=f"people-{shop.key}",
        column_config={c: _column(c, shop.case) for c in columns},
    )  # fmt: skip
    if st.button(state.t(say("Use these people"))):
        with state.problems():
            use(shop.case, facts(shop.case.employee, written))
            st.rerun()
    for told in _underpaid(shop.case):
        st.warning(state.plain(state.t(told)))
    give_list(shop)


def give_list(shop: state.Shop) -> None:
    """People from a file that somebody keeps already."""
    file = st.file_uploader(
        state.t(say("Or a list of people from a spreadsheet (CSV, XLSX)")),
        key=f"people-file-{shop.key}",
        help=state.t(
            say(
                "A row for each person, a head for each column: {columns}. Only the first is "
                "needed.",
                columns=Listed(LABELS.values(), "comma"),
            )
        ),
    )
    if file is None:
        return
    with state.problems():
        found = read_people(file.name, file.getvalue(), shop.case.employee)
        if found.wrong:
            state.paragraphs(
                say("Nothing was changed. Please put right in {file}:", file=file.name)
            )
            state.listed(found.wrong)
            return
        if found.unknown:
            columns = Listed(found.unknown, "comma")
            state.caption(say("Columns that say nothing here: {columns}.", columns=columns))
        state.paragraphs(
            say_n("{n} person is in the list: {names}.", "{n} people are in the list: {names}.",
                  len(found.people), names=Listed(p.name for p in found.people))
        )  # fmt: skip
        if st.button(state.t(say("Use this list in place of the table")), type="primary"):
            use(shop.case, found.people)
            st.rerun()


def use(case: Case, people: Sequence[Employee]) -> None:
    """State who works here.

    Raises
    ------
    OpeningHoursError
        A fact breaks a rule; nothing is changed.
    """
    check_facts(with_changes(case, {"employee": tuple(people)}))
    state.state({"employee": tuple(people)})


def shown_columns(case: Case) -> list[str]:
    """Columns of the table: roles and areas only where there are several."""
    hidden = {"hours"}
    if not case.role:
        hidden.add("roles")
    pack = rule_pack(case)
    if pack is None or len(areas_of(pack)) < 2:
        hidden.add("area")
    return [column for column in LABELS if column not in hidden]


def facts(known: Sequence[Employee], written: pd.DataFrame) -> list[Employee]:
    """The people whom a table states; what it does not show stays as it was.

    Raises
    ------
    CaseError
        A cell is not understood, or a fact breaks a rule.
    """
    before = {person.name: person for person in known}
    found = []
    for row in written.to_dict("records"):
        cells = {str(column): _text(value) for column, value in row.items()}
        if not any(cells.values()):
            continue
        try:
            found.append(person_of(cells, before.get(cells["name"])))
        except CaseError as error:
            raise CaseError(error.what, where=cells["name"], cure=error.cure) from None
    return found


def _text(value: Any) -> str:
    """A cell as a person would write it."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if value is None or pd.isna(value):
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value).strip()


def _value(text: str, kind: type) -> Any:
    if kind is float:
        return float(text) if text else None
    return bool(text) if kind is bool else text


def _column(column: str, case: Case) -> Any:
    """How a column of the table looks."""
    label = state.t(LABELS[column])
    if column in NUMBERS:
        least, most = NUMBERS[column]
        return st.column_config.NumberColumn(label, min_value=least, max_value=most)
    if column == "keyholder":
        return st.column_config.CheckboxColumn(label)
    pack = rule_pack(case)
    if column == "area" and pack is not None:
        return st.column_config.SelectboxColumn(label, options=["", *areas_of(pack)])
    return st.column_config.TextColumn(label, pinned=column == "name")


def _underpaid(case: Case) -> Sequence[str]:
    try:
        return underpaid(case)
    except OpeningHoursError:  # told where the roster is made
        return ()


def show_rules(shop: state.Shop) -> None:
    """Each rule strict, at a price, or off."""
    state.caption(
        say(
            "A strict rule is always kept; one with a price gives way where that earns more, and "
            "the roster says so. Rules of law are strict."
        )
    )
    rules = shop.case.roster
    for number, (name, (label, unit)) in enumerate(RULES.items()):
        if number % 3 == 0:  # rows of three, so that all stand in order on a phone, too
            columns = st.columns(3)
        value = getattr(rules, name)
        is_priced = not isinstance(value, str)
        st.session_state[f"rule-{name}"] = PRICED if is_priced else value
        with columns[number % 3]:
            st.selectbox(state.t(label), list(FIRMNESS), format_func=state.labels(FIRMNESS),
                         key=f"rule-{name}", on_change=_choose, args=(name,))  # fmt: skip
            if is_priced:
                st.session_state[f"price-{name}"] = float(value)
                st.number_input(state.t(unit), 0.01, 10_000.0, step=1.0, key=f"price-{name}",
                                on_change=_choose, args=(name,))  # fmt: skip
    st.session_state["averaging"] = rules.averaging_weeks
    st.number_input(
        state.t(say("Weeks over which hours by contract are averaged")), 1, 52,
        key="averaging",
        on_change=lambda: state.suppose(
            {"roster.averaging_weeks": int(st.session_state["averaging"])}
        ),
    )  # fmt: skip


def _choose(name: str) -> None:
    """Take a rule's new firmness, or its new price."""
    chosen: Any = st.session_state[f"rule-{name}"]
    if chosen == PRICED:
        chosen = st.session_state.get(f"price-{name}", USUAL_PRICE)
    state.suppose({f"roster.{name}": chosen})
