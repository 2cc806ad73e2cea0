"""Roster: who works when, what that leaves open and costs; edited by hand, or made anew."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from optimizer.app import people, rosters, share, state
from optimizer.language import Day, Exact, said, say
from optimizer.planning.plan import Plan
from optimizer.reporting import roster_words
from optimizer.roster.floor import Cell
from optimizer.roster.joint import Together, deserted_hours, most_lost
from optimizer.roster.making import (
    after_illness,
    ask_for,
    changed_cells,
    judge_roster,
    make_roster,
)
from optimizer.roster.roster import Assignment, Roster
from optimizer.roster.rules import known_by

WEEKS = (1, 2, 4)


def page() -> None:
    """What is met, the table, what it breaks and costs, how fair it is, and what to do about it."""
    shop = state.shop()
    if not shop.case.employee:
        state.headline(shop, say("Nobody is known who could work here"))
        people.show(shop)
        return
    plan, _, _ = state.plan(shop)
    answer = st.container()
    weeks, first = choose_weeks()
    notice = None if first is None else known_by(shop.case, first)
    if notice is not None:
        state.caption(say("The rules ask that people know it by {day}.", day=Day(notice)))
    current, version = current_roster(shop, plan, weeks, first)
    shown = edit(shop, plan, current, version)
    with answer:
        state.headline(shop, roster_words.headline(shown))
    show_open(shown)
    show_together(shop, plan, current)
    show_change(shop, plan, shown)
    show_fairness(shop, shown)
    show_pay(shop, shown)
    with st.expander(state.t(say("People"))):
        people.show(shop)
    with st.expander(state.t(say("Rules on working time"))):
        people.show_rules(shop)


def choose_weeks() -> tuple[int, date | None]:
    """For how many weeks, and from which Monday on; without one it is a typical week."""
    left, right = st.columns(2)
    weeks = left.selectbox(state.t(say("Weeks")), WEEKS, key="roster-weeks")
    day = right.date_input(
        state.t(say("From the week of")), None, key="roster-first",
        format=state.DATE_FORMATS[state.language()],
        help=state.t(say("Without a date: a typical week, without holidays and leave.")),
    )  # fmt: skip
    return weeks, None if day is None else day - timedelta(days=day.weekday())


def current_roster(
    shop: state.Shop, plan: Plan, weeks: int, first: date | None
) -> tuple[Roster, str]:
    """The roster that the visitor looks at: the last one made for these facts, else a first one."""
    values, key = st.session_state, f"{shop.key}-{weeks}-{first}"
    found: Roster | None = values.pop("roster_found", None)
    if found is not None:
        values.roster = key, found, values.get("roster", ("", None, 0))[2] + 1
    if values.get("roster", ("",))[0] != key:
        count = values.get("roster", ("", None, 0))[2] + 1
        values.roster = key, rosters.first_roster(shop, plan, weeks, first), count
        values.roster_locked = {}
    _, roster, count = values.roster
    return roster, f"roster-{count}"


def keep(roster: Roster, locked: dict[Cell, Assignment | None]) -> None:
    """Look at another roster from now on, of which some cells stand."""
    st.session_state.roster_found = roster
    st.session_state.roster_locked = st.session_state.roster_locked | locked


def edit(shop: state.Shop, plan: Plan, roster: Roster, version: str) -> Roster:
    """The table, and what a change by hand does; the roster as it then stands."""
    state.section(say("Who works when"))
    state.caption(
        say(
            'Write over any cell, like "{shift}"; an empty cell is a day off. Everything below '
            "follows at once.",
            shift=rosters.EXAMPLE,
        )
    )
    days = [state.t(roster_words.day_name(roster, day)) for day in range(7 * roster.weeks)]
    table = pd.DataFrame(rosters.FREE, index=list(roster.people), columns=days, dtype=str)
    for shift in roster.assignments:
        table.loc[shift.person, days[shift.day]] = state.t(roster_words.hours(shift))
    written = st.data_editor(table, key=version, width="stretch")
    changed = roster.assignments
    for row, person in enumerate(roster.people):
        for day, name in enumerate(days):
            text = str(written[name].iloc[row] or rosters.FREE).strip()
            if text != table[name].iloc[row]:
                with state.problems():
                    changed = rosters.with_cell(shop.case, roster, changed, person, day, text)
    if "roster_said" in st.session_state:
        first, *changes = st.session_state.pop("roster_said")
        state.paragraphs(first)
        state.listed(changes)
    if changed == roster.assignments:
        state.paragraphs(roster_words.checked(roster), roster_words.proof(roster))
        search(shop, plan, roster)
        show_standing(shop, plan, roster)
        return roster
    ask = ask_for(shop.case, shop.potential, plan, weeks=roster.weeks, first=roster.first)
    after = judge_roster(ask, changed)
    after = replace(after, bound=max(roster.bound, after.value))
    state.paragraphs(roster_words.edited(roster, after), roster_words.checked(after))
    left, right = st.columns(2)
    if left.button(state.t(say("Keep these cells, make the rest anew")), type="primary"):
        cells = [*st.session_state.roster_locked, *changed_cells(roster, after)]
        make_anew(shop, plan, after, cells)
    right.button(state.t(say("Back to the proposal")), on_click=keep, args=(roster, {}))
    return after


def make_anew(shop: state.Shop, plan: Plan, roster: Roster, cells: Iterable[Cell]) -> None:
    """Some cells stand as they are in a roster, and the rest is found again."""
    shifts = {(shift.person, shift.day): shift for shift in roster.assignments}
    locked = {cell: shifts.get(cell) for cell in cells}
    found = make_roster(
        shop.case, shop.potential, plan, weeks=roster.weeks, first=roster.first, locked=locked,
        seconds=rosters.QUICK,
    )  # fmt: skip
    st.session_state.roster_locked = {}
    keep(found, locked)
    st.rerun()


def show_standing(shop: state.Shop, plan: Plan, roster: Roster) -> None:
    """Cells that are to stay as they are when the rest is made anew."""
    with st.expander(state.t(say("Keep some cells, make the rest anew"))):
        names = {
            (person, day): state.t(
                said("{person}, {day}", person=person, day=roster_words.day_name(roster, day))
            )
            for person in roster.people
            for day in range(7 * roster.weeks)
        }
        cells = st.multiselect(
            state.t(say("These stay as they are, shifts and days off")), list(names),
            default=[cell for cell in st.session_state.roster_locked if cell in names],
            format_func=names.__getitem__, key=f"standing-{hash(roster.assignments)}",
        )  # fmt: skip
        if st.button(state.t(say("Make the rest anew"))):
            make_anew(shop, plan, roster, cells)


def search(shop: state.Shop, plan: Plan, roster: Roster) -> None:
    """A longer search, where something may be left to find."""
    if "roster_job" in st.session_state:
        rosters.watch()
    elif roster.gap > 0.001:
        st.button(
            state.t(say("Search longer")), on_click=rosters.search_longer,
            args=(shop, plan, roster),
            help=state.t(say("Up to two minutes; you can stop it at any time.")),
        )  # fmt: skip


def show_open(roster: Roster) -> None:
    """Needs that are not met, rules that are not kept, and the ways out."""
    if roster.unmet:
        state.section(say("Not met"))
        state.table(roster_words.unmet_rows(roster))
    if roster.broken:
        state.section(say("Rules that are not kept"))
        state.listed(roster_words.broken(roster))
    if roster.relaxations:
        state.section(say("What would help"))
        state.listed(roster_words.ways_out(roster))


def show_change(shop: state.Shop, plan: Plan, roster: Roster) -> None:
    """Somebody falls ill: the smallest change."""
    with st.expander(state.t(say("Somebody is ill"))):
        person = st.selectbox(state.t(say("Who")), roster.people, key="ill-person")
        names = {s.day: state.t(roster_words.day_name(roster, s.day)) for s in roster.of(person)}
        days = st.multiselect(
            state.t(say("On which days")), list(names), format_func=names.__getitem__,
            key=f"ill-days-{person}",
        )  # fmt: skip
        if st.button(state.t(say("Find the smallest change"))) and days:
            after = after_illness(
                shop.case, shop.potential, plan, roster, person, tuple(days),
                standing=st.session_state.roster_locked, seconds=rosters.QUICK,
            )  # fmt: skip
            cells = changed_cells(roster, after)
            st.session_state.roster_said = roster_words.changes(roster, after, cells)
            keep(after, {(person, day): None for day in days})
            st.rerun()


def show_fairness(shop: state.Shop, roster: Roster) -> None:
    """Evenings, Saturdays and Sundays beside the fair part, and what unfairness may cost."""
    rows = roster_words.share_rows(roster)
    if not rows:
        return
    state.section(say("Shared fairly?"))
    state.caption(say("Hours worked, and in brackets the fair part of them by contract."))
    state.table(rows)

    def changed() -> None:
        state.suppose({"roster.fair_price": st.session_state["fair-price"]})

    st.session_state["fair-price"] = shop.case.roster.fair_price
    st.number_input(
        state.t(say("What an unfair hour may cost")), 0.0, 100.0, step=0.5, key="fair-price",
        on_change=changed,
    )  # fmt: skip


def show_pay(shop: state.Shop, roster: Roster) -> None:
    """Paid hours of everybody, and the files for payroll and calendars."""
    state.section(say("Paid hours"))
    state.table(roster_words.pay_rows(roster))
    share.roster_files(shop, roster)


def show_together(shop: state.Shop, plan: Plan, roster: Roster) -> None:
    """Hours and people decided together, where few people bind."""
    state.section(say("Hours that suit these people"))
    ask = ask_for(shop.case, shop.potential, plan, weeks=roster.weeks, first=roster.first)
    hours = deserted_hours(ask, roster)
    if hours:
        state.paragraphs(
            say(
                "These people cannot staff the plan: for {hours} h a week there are too few of "
                "them, or nobody has a key. Decided together, the doors move to where they are.",
                hours=Exact(hours),
            )
        )
    lost = most_lost(shop.case, plan, roster)
    state.caption(roster_words.two_steps(lost, roster))
    if st.button(state.t(say("Decide hours and people together"))):
        found = rosters.together(shop, plan)
        state.paragraphs(roster_words.other_hours(found, roster))
        st.code(str(found.hours), language=None, wrap_lines=True)
        state.paragraphs(roster_words.headline(found.roster))
        st.button(state.t(say("Take these hours and this roster")), on_click=adopt, args=(found,))


def adopt(found: Together) -> None:
    """Suppose the hours that suit the people, and look at their roster."""
    hours = str(found.hours)
    state.suppose({"hours.candidate": hours, "hours.obligatory": hours})
    keep(found.roster, {})


page()
