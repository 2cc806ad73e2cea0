"""Tables as files for spreadsheets: a workbook, and CSV whose cells no spreadsheet calculates.

A name such as `=HYPERLINK(...)` comes from somebody's file and stays a name. In a workbook texts
are written as texts; in CSV, where a spreadsheet guesses, a text that begins like a formula gets
a leading apostrophe.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import numpy as np
import xlsxwriter

from optimizer.case import Case
from optimizer.language import Weekday, say, translated, written
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.plan import Plan
from optimizer.reporting import tables
from optimizer.reporting.paper import INK, LINE
from optimizer.roster.roster import Roster
from optimizer.timegrid import MINUTES_PER_DAY, clock

_BEGIN_FORMULAS = tuple("=+-@|%\t\r\n＝＋－＠")
_WIDEST = 60  # characters of a column
_FACTS = ("hours", "economics", "displacement", "loyalty", "service", "labour")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Minutes:
    """A time of day of a workbook, in minutes after midnight; past 24:00 it goes on."""

    minutes: int


def inert(cell: Any) -> Any:
    """A cell of a CSV file that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_BEGIN_FORMULAS):
        return f"'{cell}"
    return clock(cell.minutes) if isinstance(cell, Minutes) else cell


def csv_text(rows: Sequence[Row]) -> str:
    """Rows as CSV (RFC 4180) with a byte order mark, by which Excel knows it for UTF-8."""
    lines = StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    heads = list(rows[0]) if rows else []
    writer.writerow([inert(head) for head in heads])
    writer.writerows([inert(row[head]) for head in heads] for row in rows)
    return "\ufeff" + lines.getvalue()


def shift_table(plan: Plan, language: str = "en") -> list[dict[str, Any]]:
    """The shifts of a plan, a row each; times as `Minutes`, paid hours of all its people."""
    heads = [say("day"), say("from"), say("until"), say("break from"), say("break, minutes"),
             say("people"), say("paid hours")]  # fmt: skip
    return [
        _row(heads, language, (
            written(Weekday(shift.weekday, "wide"), language),
            Minutes(shift.start_minute),
            Minutes(shift.end_minute),
            _minutes(shift.break_start_minute),
            shift.break_minutes,
            shift.count,
            shift.paid_hours,
        ))
        for shift in plan.shifts
    ]  # fmt: skip


def roster_table(roster: Roster, language: str = "en") -> list[dict[str, Any]]:
    """Who works when, a row for each person's shift, in the order of the days."""
    heads = [say("week"), say("date"), say("day"), say("person"), say("from"), say("until"),
             say("break from"), say("break, minutes"), say("role"), say("paid hours")]  # fmt: skip
    return [
        _row(heads, language, (
            work.day // 7 + 1,
            "" if roster.first is None else roster.first + timedelta(days=work.day),
            written(Weekday(work.weekday, "wide"), language),
            work.person,
            Minutes(work.start_minute),
            Minutes(work.end_minute),
            _minutes(work.break_start_minute),
            work.break_minutes,
            work.role,
            work.paid_hours,
        ))
        for work in sorted(roster.assignments)
    ]  # fmt: skip


def staff_table(plan: Plan, today: OpeningHours, case: Case, language: str = "en") -> list[Any]:
    """Every period in which the shop is open today or in the plan, with the people at work."""
    heads = [say("day"), say("from"), say("until"), say("open today"), say("open in the plan"),
             say("people at work")]  # fmt: skip
    length, now = case.period_minutes, today.week_share(case.grid)
    rows = []
    for period in np.flatnonzero((now > 0) | plan.opening).tolist():
        weekday, start = divmod(period * length, MINUTES_PER_DAY)
        cells = (
            written(Weekday(weekday, "wide"), language), Minutes(start), Minutes(start + length),
            float(now[period]), int(plan.opening[period]), int(plan.staff[period]),
        )  # fmt: skip
        rows.append(_row(heads, language, cells))
    return rows


def _minutes(minute: int | None) -> Minutes | str:
    return "" if minute is None else Minutes(minute)


def _row(heads: Sequence[str], language: str, cells: Sequence[Any]) -> dict[str, Any]:
    names = (translated(head, language) for head in heads)
    return dict(zip(names, cells, strict=True))


def workbook(
    case: Case,
    plan: Plan,
    judged: Evaluation,
    today: Evaluation,
    *,
    roster: Roster | None = None,
    assumed: Sequence[str] = (),
    language: str = "en",
) -> bytes:
    """The plan as an Excel workbook: hours, what changes, staff, shifts, roster, assumptions.

    Parameters
    ----------
    judged, today
        What the plan and today's hours are worth.
    assumed
        Sentences on what was assumed; the facts of the case stand below them.
    """

    def t(text: str) -> str:
        return translated(text, language)

    signs = [
        _row((say("day"), say("today"), say("proposed")), language,
             (written(Weekday(day, "wide"), language), t(row["today"]), t(row["proposed"])))
        for day, row in enumerate(tables.door_signs(today.hours, plan.hours))
    ]  # fmt: skip
    change = [
        _row((say("per week"), say("today"), say("proposed")), language, (t(name), before, after))
        for name, before, after in tables.comparison(judged, today)
    ]
    sheets: dict[str, list[Sequence[Row]]] = {
        t(say("Plan")): [signs, change],
        t(say("Staff")): [staff_table(plan, today.hours, case, language)],
        t(say("Shifts")): [shift_table(plan, language)],
    }
    if roster is not None:
        sheets[t(say("Roster"))] = [roster_table(roster, language)]
    said = [{t(say("What is assumed")): t(text)} for text in assumed]
    sheets[t(say("Assumptions"))] = [said, _facts(case, language)]
    return book(sheets, case.name)


def _facts(case: Case, language: str) -> list[dict[str, Any]]:
    """The facts that the plan follows from, named as in case.toml."""
    heads = (say("field"), say("value"))
    return [
        _row(heads, language, (f"{room}.{field.name}", _fact(getattr(part, field.name))))
        for room in _FACTS
        for part in [getattr(case, room)]
        for field in fields(part)
    ]


def _fact(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        plain = not is_dataclass(value) or isinstance(value, OpeningHours)
        return "" if value in (None, ()) else str(value) if plain else repr(value)
    return value


def book(sheets: Mapping[str, Sequence[Sequence[Row]]], title: str) -> bytes:
    """An Excel file of some sheets, each with tables one below the other."""
    content = BytesIO()
    inert_options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(content, inert_options) as made:
        made.set_properties({"title": title, "created": datetime(2000, 1, 1)})
        rule = {"bottom": 1, "bottom_color": LINE}
        looks = {
            "head": made.add_format({"bold": True, "bottom": 1, "bottom_color": INK}),
            "text": made.add_format(rule),
            "clock": made.add_format(rule | {"num_format": "[hh]:mm"}),
            "day": made.add_format(rule | {"num_format": "yyyy-mm-dd"}),
            "whole": made.add_format(rule | {"num_format": "#,##0"}),
            "part": made.add_format(rule | {"num_format": "#,##0.0#"}),
        }
        for name, parts in sheets.items():
            _sheet(made.add_worksheet(name), parts, looks)
    return content.getvalue()


def _sheet(sheet: Any, parts: Sequence[Sequence[Row]], looks: Mapping[str, Any]) -> None:
    """Tables one below the other, a line apart; columns as wide as their longest text."""
    widths: dict[int, int] = {}
    line = 0
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    for rows in (rows for rows in parts if rows):
        for column, head in enumerate(rows[0]):
            sheet.write_string(line, column, head, looks["head"])
        for row in rows:
            line += 1
            for column, cell in enumerate(row.values()):
                _cell(sheet, line, column, cell, looks)
        for column, head in enumerate(rows[0]):
            longest = max(len(str(inert(cell))) for cell in (head, *(row[head] for row in rows)))
            widths[column] = min(max(widths.get(column, 8), longest + 2), _WIDEST)
        line += 2
    sheet.freeze_panes(1, 0)
    for column, width in widths.items():
        sheet.set_column(column, column, width)


def _cell(sheet: Any, line: int, column: int, cell: Any, looks: Mapping[str, Any]) -> None:
    match cell:
        case Minutes(minutes):
            sheet.write_number(line, column, minutes / MINUTES_PER_DAY, looks["clock"])
        case date():
            sheet.write_datetime(line, column, cell, looks["day"])
        case int() | float():
            look = looks["whole" if float(cell).is_integer() else "part"]
            sheet.write_number(line, column, cell, look)
        case _:
            sheet.write_string(line, column, str(cell), looks["text"])
