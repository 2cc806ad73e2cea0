"""A roster to take along: the week on paper, a workbook, calendars, and hours for the payroll."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from optimizer.case import Case
from optimizer.language import Day, Number, Said, Weekday, said, say, translated, written
from optimizer.reporting import ics, roster_words, xlsx
from optimizer.reporting.paper import Block, Document, Heading, Points, Table
from optimizer.reporting.pdf import pdf
from optimizer.reporting.sentences import window
from optimizer.roster.roster import Assignment, Roster


@dataclass(frozen=True)
class RosterFiles:
    """A roster, and what its files need to know.

    Parameters
    ----------
    monday
        With which calendars of a roster without dates begin.
    made
        When the files are made, with a time zone.
    """

    case: Case
    roster: Roster
    language: str
    monday: date
    made: datetime

    @property
    def shop(self) -> str:
        """The shop's name."""
        return self.case.name or translated(say("Your shop"), self.language)

    @property
    def files(self) -> Mapping[str, Callable[[], bytes]]:
        """What makes each file, by its name; a file is made when it is asked for."""
        return {
            "roster.pdf": lambda: pdf(printed(self.roster, self.shop, self.language)),
            "roster.xlsx": lambda: workbook(self.roster, self.shop, self.language),
            "calendars.zip": lambda: calendars(
                self.roster, self.shop, self.case, self.language, self.monday, self.made
            ),
            "payroll.csv": lambda: roster_words.payroll_csv(
                {self.case.store: self.roster}, self.language
            ).encode("utf-8-sig"),
        }


def printed(roster: Roster, shop: str, language: str) -> Document:
    """A page for each week: who works when, with the breaks, and what nobody meets."""

    def t(text: str) -> str:
        return translated(text, language)

    pages = []
    for week in range(roster.weeks):
        blocks: list[Block] = [
            Heading(t(_week_name(roster, week))), week_table(roster, week, language, breaks=True)
        ]  # fmt: skip
        unmet = [
            said("{day} {hours}: {n} {what}", day=roster_words.day_name(roster, need.day),
                 hours=window(need.start_minute, need.end_minute), n=need.missing,
                 what=roster_words.NEED_NAMES.get(need.what, need.what))
            for need in roster.unmet if need.day // 7 == week
        ]  # fmt: skip
        if unmet:
            blocks += [Heading(t(say("Still missing"))), Points(tuple(map(t, unmet)))]
        pages.append(tuple(blocks))
    return Document(
        shop, t(say("Roster")), t(roster_words.checked(roster)), language, tuple(pages)
    )  # fmt: skip


def week_table(roster: Roster, week: int, language: str, *, breaks: bool = False) -> Table:
    """A row for each person, a column for each day of a week, and the paid hours."""
    days = range(7 * week, 7 * week + 7)
    heads = [translated(say("person"), language)]
    heads += [translated(_day_name(roster, day), language) for day in days]
    rows = []
    for person in roster.people:
        own = {work.day: work for work in roster.of(person) if work.day in days}
        paid = Number(sum(work.paid_hours for work in own.values()), 1)
        cells = [_cell(own.get(day), language, breaks) for day in days]
        rows.append((person, *cells, written(paid, language)))
    return Table((*heads, translated(say("hours"), language)), tuple(rows))


def _day_name(roster: Roster, day: int) -> Said:
    if roster.first is None:
        return said("{weekday}", weekday=Weekday(day % 7))
    return roster_words.day_name(roster, day)


def _cell(work: Assignment | None, language: str, breaks: bool) -> str:
    if work is None:
        return ""
    hours: Said = window(work.start_minute, work.end_minute)
    if breaks and work.break_start_minute is not None:
        pause = window(work.break_start_minute, work.break_start_minute + work.break_minutes)
        hours = say("{hours} break {pause}", hours=hours, pause=pause)
    if breaks and work.role:
        hours = said("{hours} {role}", hours=hours, role=work.role)
    return translated(hours, language)


def _week_name(roster: Roster, week: int) -> Said:
    monday = roster.date_of(7 * week)
    if monday is not None:
        return say("Week from {day}", day=Day(monday))
    if roster.weeks == 1:
        return say("A typical week")
    return say("Week {n}", n=week + 1)


def workbook(roster: Roster, shop: str, language: str) -> bytes:
    """The weeks as tables, every shift as a row, and everybody's paid hours, as an Excel file."""

    def t(text: str) -> str:
        return translated(text, language)

    weeks: list[list[dict[str, Any]]] = []
    for week in range(roster.weeks):
        table = week_table(roster, week, language)
        heads = (t(_week_name(roster, week)), *table.heads[1:-1], t(say("paid hours")))
        hours = [sum(s.paid_hours for s in roster.of(p) if s.day // 7 == week)
                 for p in roster.people]  # fmt: skip
        weeks.append([
            dict(zip(heads, (*row[:-1], paid), strict=True))
            for row, paid in zip(table.rows, hours, strict=True)
        ])  # fmt: skip
    paid_rows = [
        {t(say("person")): person, t(say("kind")): t(kind), t(say("hours")): hours}
        for person, kind, hours in roster_words.paid_kinds(roster)
    ]
    sheets = {
        t(say("Roster")): weeks,
        t(say("Shifts")): [xlsx.roster_table(roster, language)],
        t(say("Paid hours")): [paid_rows],
    }
    return xlsx.book(sheets, shop)


def calendars(
    roster: Roster, shop: str, case: Case, language: str, monday: date, made: datetime
) -> bytes:
    """A calendar file for each person of a roster, together in one archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, person in enumerate(roster.people, 1):
            events = ics.roster_events(roster, person, shop, language, monday)
            text = ics.calendar(person, events, case.grid.timezone, made)
            archive.writestr(f"{number}-{plain_name(person, 'person')}.ics", text)
    return content.getvalue()


def plain_name(text: str, otherwise: str) -> str:
    """A text as part of a file name that every computer takes."""
    return re.sub(r"\W+", "-", text).strip("-_")[:40].lower() or otherwise
