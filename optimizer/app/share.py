"""Take it with you: the plan as files, the scenario as a link or as one file that opens again.

A file is made when its button is pressed, and not before: the page stays fast.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from optimizer.app import state
from optimizer.casefile import with_changes
from optimizer.errors import OpeningHoursError
from optimizer.language import Listed, say, say_n
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.plan import Plan
from optimizer.planning.rules import rule_pack
from optimizer.reporting import takeaway
from optimizer.reporting.roster_files import RosterFiles, plain_name
from optimizer.reporting.takeaway import Takeaway
from optimizer.roster.roster import Roster

ROOMS = ("economics", "displacement", "loyalty", "service", "labour", "hours")
_LONGEST = 300  # characters of a value in a link
_SHOWN = 40  # characters of a name that nobody knows

PURPOSES = {
    "read": say("To read and to print"),
    "work": say("To work with"),
    "publish": say("For your web page, maps and search"),
}
KINDS = {  # by purpose: file -> what its button says, and its media type
    "read": {
        "report.html": (say("Report as a web page"), "text/html"),
        "report.pdf": (say("Report as PDF"), "application/pdf"),
        "door-sign.pdf": (say("Door sign as PDF"), "application/pdf"),
    },
    "work": {
        "plan.xlsx": (
            say("Workbook (XLSX)"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "shifts.csv": (say("Shifts (CSV)"), "text/csv"),
        "shifts.ics": (say("Next week's shifts (calendar)"), "text/calendar"),
        "calendars.zip": (say("A calendar for each person"), "application/zip"),
    },
    "publish": {
        "hours.json": (say("Web page (schema.org)"), "application/ld+json"),
        "google-hours.csv": (say("Google Business Profile (CSV)"), "text/csv"),
    },
}
ROSTER_KINDS = {
    "roster.pdf": (say("Weeks to print (PDF)"), "application/pdf"),
    "roster.xlsx": KINDS["work"]["plan.xlsx"],
    "calendars.zip": KINDS["work"]["calendars.zip"],
    "payroll.csv": (say("Hours for the payroll (CSV)"), "text/csv"),
}


def downloads(
    shop: state.Shop, plan: Plan, judged: Evaluation, today: Evaluation,
    roster: Roster | None = None,
) -> None:  # fmt: skip
    """Everything that can be taken along, each thing behind a button of its own."""
    bag = Takeaway(shop.case, shop.demand, plan, shop.lost, judged, today, state.language(),
                   datetime.now().astimezone(), roster)  # fmt: skip
    files = bag.files
    state.section(say("Take it with you"))
    for purpose, kinds in KINDS.items():
        state.caption(PURPOSES[purpose])
        with st.container(horizontal=True):
            for name, (label, kind) in kinds.items():
                if name in files:
                    _button(label, name, kind, files[name])
    state.caption(say("For OpenStreetMap, with holidays and other special days:"))
    st.code(str(bag.listing.hours), language=None, wrap_lines=True)
    scenario()


def roster_files(shop: state.Shop, roster: Roster) -> None:
    """A button for each file of a roster: on paper, workbook, calendars, hours for the payroll."""
    now = datetime.now().astimezone()
    monday = now.date() + timedelta(days=7 - now.weekday())
    files = RosterFiles(shop.case, roster, state.language(), monday, now).files
    with st.container(horizontal=True):
        for name, (label, kind) in ROSTER_KINDS.items():
            _button(label, name, kind, files[name])


def scenario() -> None:
    """What is supposed, as a link; and the whole case with its data as one file."""
    who = state.visitor()  # the file is made in another thread, where nobody is the visitor
    state.section(say("Show it to somebody else"))
    if who.what_ifs:
        state.caption(say("This link holds what you suppose, and nothing of your data:"))
        st.code(link(st.context.url or "", who.what_ifs), language=None, wrap_lines=True)
    _button(say("Everything in one file (ZIP)"), "case.zip", "application/zip",
            lambda: takeaway.bundle(who.case))  # fmt: skip
    state.caption(say("It holds your facts, what you suppose and your data files as you gave them. "
                      "Give it to this tool again to go on where you are now."))  # fmt: skip


def _button(label: str, name: str, kind: str, make: Callable[[], bytes]) -> None:
    shop = plain_name(state.visitor().source.name, "shop")
    st.download_button(state.plain(state.t(label)), make, f"{shop}-{name}", kind,
                       key=f"take-{name}", on_click="ignore")  # fmt: skip


def link(page: str, what_ifs: Mapping[str, Any]) -> str:
    """The address of a page with what is supposed in it."""
    texts = {field: _text(value) for field, value in what_ifs.items() if _may_travel(field)}
    return urlunsplit(urlsplit(page)._replace(query=urlencode(texts), fragment=""))


def _may_travel(field: str) -> bool:
    """Facts about files and clocks stay where they are: they say how data are to be read."""
    return field.split(".")[0] in ROOMS and "." in field


def _text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ",".join(map(_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def open_link() -> None:
    """Suppose what the address of the page asks for; say in a sentence what of it cannot be."""
    asked = st.query_params.to_dict()
    if asked != st.session_state.get("link", {}):
        st.session_state.link = asked
        st.session_state.link_refused = [name for name in asked if not _supposed(name, asked[name])]
    refused = st.session_state.get("link_refused", [])
    if refused and asked:
        names = Listed([name[:_SHOWN] for name in refused])
        told = say_n(
            "One thing in the link was left out, because it is not known here or cannot be: "
            "{names}.",
            "{n} things in the link were left out, because they are not known here or cannot be: "
            "{names}.",
            len(refused), names=names,
        )  # fmt: skip
        st.warning(state.plain(state.t(told)))


def _supposed(field: str, text: str) -> bool:
    """Whether one entry of a link can be supposed; then it is."""
    if not _may_travel(field) or len(text) > _LONGEST:
        return False
    for value in _readings(text):
        try:
            case = with_changes(state.visitor().stated, {field: value})
            rule_pack(case)  # is named only, and read when it is needed
            state.suppose({field: reduce(getattr, field.split("."), case)})
        except OpeningHoursError:
            continue
        return True
    return False


def _readings(text: str) -> list[Any]:
    """What a text in a link may mean: nothing, one value, or several numbers with commas."""
    if not text:
        return [None]
    numbers = [part.strip() for part in text.split(",")]
    if any(_endless(part) for part in numbers):
        return []
    return [text, numbers] if len(numbers) > 1 else [text]


def _endless(text: str) -> bool:
    try:
        return not math.isfinite(float(text))
    except ValueError:
        return False
