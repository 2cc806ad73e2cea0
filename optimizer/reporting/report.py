"""The report: two pages that a shop owner reads, and that a consultant leaves behind."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from optimizer.case import Case
from optimizer.demand.demand import Demand, interval
from optimizer.demand.displacement import displacement
from optimizer.errors import CaseError
from optimizer.language import (
    Clock,
    Day,
    Exact,
    Listed,
    Number,
    Said,
    Weekday,
    said,
    say,
    translated,
    written,
)
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation, evaluate
from optimizer.planning.lost import SalesLost, sales_lost
from optimizer.planning.plan import Plan, Shift
from optimizer.planning.potential import potential
from optimizer.planning.response import Potential
from optimizer.reporting import sentences, tables
from optimizer.reporting.drawings import day_drawing, week_drawing
from optimizer.reporting.hours_markup import days_alike, with_special_days
from optimizer.reporting.html import html
from optimizer.reporting.paper import (
    Block,
    Document,
    Figures,
    Heading,
    Lead,
    Paragraph,
    Points,
    Table,
)  # fmt: skip
from optimizer.reporting.pdf import pdf
from optimizer.reporting.roster_files import week_table
from optimizer.roster.roster import Roster

_MOST_POINTS = 5  # of a list: the report has two pages


def write_report(path: str | Path, case: Case, demand: Demand, plan: Plan, **more: Any) -> None:
    """Write the report as a web page (`.html`) or a PDF (`.pdf`); `more` is as in `report`.

    Raises
    ------
    CaseError
        The name ends in something else.
    """
    path = Path(path)
    if path.suffix.lower() not in (".html", ".pdf"):
        raise CaseError(
            say("a report is a web page or a PDF"),
            where=path.name,
            cure=say("Let its name end in .html or .pdf."),
        )
    document = report(case, demand, plan, **more)
    if path.suffix.lower() == ".pdf":
        path.write_bytes(pdf(document))
    else:
        path.write_text(html(document), encoding="utf-8")


def report(
    case: Case,
    demand: Demand,
    plan: Plan,
    *,
    lost: SalesLost | None = None,
    today: Evaluation | None = None,
    what_if: pd.DataFrame | None = None,
    roster: Roster | None = None,
    language: str = "en",
    made: date | None = None,
) -> Document:
    """The report's contents, in one language.

    Parameters
    ----------
    lost, today
        What is known already of sales lost and of today's hours; else it is worked out here.
    what_if
        The table of `compare`.
    roster
        Who works when; of several weeks the first is printed.
    made
        The day to print on it.
    """
    whom = potential(case, demand)
    lost = lost or sales_lost(case, demand)
    judged = evaluate(case, whom, plan)
    if today is None:
        today = evaluate(case, whom, case.hours.current or demand.open_share)
    title = case.name or translated(say("Your shop"), language)
    head = say("When to be open")
    if made is not None:
        head = said("{head} · {day}", head=head, day=Day(made))
    foot = say("Figures are for a typical week; ranges hold nine times out of ten.")
    if case.synthetic:
        foot = say("Synthetic sample data: a shop made up to show the tool.")
    return Document(
        title,
        translated(head, language),
        translated(foot, language),
        language,
        (
            _first_page(case, plan, lost, judged, today, language),
            _second_page(case, demand, plan, lost, today, whom, what_if, roster, language),
        ),
    )


def _first_page(
    case: Case, plan: Plan, lost: SalesLost, judged: Evaluation, today: Evaluation, language: str
) -> tuple[Block, ...]:
    """The answer, the week beside today's, and what changes."""

    def t(text: str) -> str:
        return translated(text, language)

    more = float(judged.objective - today.objective)
    figures = [
        (
            said("{before} → {after}", before=_hours(today), after=_hours(judged)),
            say("hours open a week"),
        ),
        (
            said("{before} → {after}", before=Exact(round(today.paid_hours, 1)),
                 after=Exact(round(judged.paid_hours, 1))),
            say("paid hours a week"),
        ),
    ]  # fmt: skip
    earned = say("kept more a week") if judged.unit == "customers" else say("earned more a week")
    figures.insert(0, (said("{sign}{amount}", sign="+" * (more >= 0.5),
                            amount=sentences.amount(more, judged.unit)), earned))  # fmt: skip
    if len(lost.days) and lost.advice != "not enough data":
        middle = sentences.amount(interval(lost.lost.sum(1))["p50"], lost.unit)
        figures.insert(0, (said(value=middle), say("lost a week by closing")))
    runs = tables.staff_runs(plan.staff, case.grid)
    return (
        Lead(t(sentences.headline(lost))),
        Paragraph(t(sentences.proposal(judged, today))),
        Paragraph(t(sentences.because(lost))) if len(lost.days) else Paragraph(""),
        Figures(tuple((t(value), t(what)) for value, what in figures)),
        Heading(t(say("The proposed week"))),
        week_drawing(runs, tables.open_runs(today.hours), language),
        Heading(t(say("Day by day"))),
        _days(plan, today, language),
        Heading(t(say("What changes in a week"))),
        _read(tables.comparison_rows(judged, today), language, numbers=True),
        Paragraph(
            t(say("Today's staff is not known: today's hours are judged with the staff that pays "
                  "best in each hour, which is kind to them.")), quiet=True,
        ),
    )  # fmt: skip


def _second_page(
    case: Case, demand: Demand, plan: Plan, lost: SalesLost, today: Evaluation, whom: Potential,
    what_if: pd.DataFrame | None, roster: Roster | None, language: str,
) -> tuple[Block, ...]:  # fmt: skip
    """The busiest evening, other suppositions, and what all of it rests on."""

    def t(text: str) -> str:
        return translated(text, language)

    blocks: list[Block] = []
    evenings = lost.potential.mean(0)
    day = int(evenings.argmax()) if len(lost.days) else 4
    rows = tables.day_table(case, demand, whom, day, int(lost.close[day]))
    if rows:
        blocks += [
            Heading(t(say("Customers by the hour on {day}", day=Weekday(day, "wide")))),
            day_drawing(rows, int(lost.close[day]) / 60, language),
        ]
    if len(lost.days) and lost.advice != "not enough data":
        blocks.append(Paragraph(t(sentences.split(lost))))
    if what_if is not None:
        blocks += [Heading(t(say("What if"))), _what_ifs(what_if, whom.unit, language)]
    if roster is not None:
        blocks += [Heading(t(say("Who works when"))), week_table(roster, 0, language)]
    source = displacement(case.displacement, demand.has_web_shop, len(demand.draws)).source
    assumed = [*sentences.assumptions(case, source), *demand.warnings]
    return (
        *blocks,
        Heading(t(say("What this rests on: grade {grade} of A to E", grade=lost.grade))),
        Points(tuple(t(text) for text in sentences.evidence(demand)[:_MOST_POINTS])),
        Heading(t(say("What is assumed"))),
        Points(tuple(t(text) for text in assumed[:_MOST_POINTS])),
        Heading(t(say("Is there a better one?"))),
        Paragraph(t(sentences.proof(plan))),
        *(Points(tuple(t(text) for text in plan.notes[:_MOST_POINTS])) for _ in plan.notes[:1]),
        Heading(t(say("The proposed hours for maps and web pages"))),
        Paragraph(str(with_special_days(plan.hours, today.hours))),
    )


def _hours(judged: Evaluation) -> Number:
    hours = judged.hours.weekly_hours
    return Number(hours, 0 if hours == round(hours) else 1)


def _days(plan: Plan, today: Evaluation, language: str) -> Table:
    """A row for each weekday: today's windows, the proposed ones, the shifts."""
    heads = say("day"), say("today"), say("proposed"), say("shifts")
    signs = tables.door_signs(today.hours, plan.hours)
    rows = [
        (
            written(Weekday(day, "wide"), language),
            translated(sign["today"], language),
            translated(sign["proposed"], language),
            ", ".join(_shift(shift, language) for shift in plan.shifts if shift.weekday == day),
        )
        for day, sign in enumerate(signs)
    ]
    return Table(tuple(translated(head, language) for head in heads), tuple(rows))


def _shift(shift: Shift, language: str) -> str:
    when = _window(shift.start_minute, shift.end_minute, language)
    return when if shift.count == 1 else f"{shift.count} × {when}"


def _window(start: int, end: int, language: str) -> str:
    return f"{written(Clock(start), language)}\N{EN DASH}{written(Clock(end), language)}"


def _told(hours: OpeningHours) -> Said:
    """Hours for reading: "Mon–Wed 10:00-18:00, Thu 10:00-20:00"."""
    told = []
    for (first, last), windows in days_alike(hours):
        days = said("{first}\N{EN DASH}{last}", first=Weekday(first), last=Weekday(last))
        when = Listed([sentences.window(*window) for window in windows], "comma")
        if windows:
            day = Weekday(first) if first == last else days
            told.append(said("{day} {when}", day=day, when=when))
    return said(value=Listed(told, "comma"))


def _what_ifs(table: pd.DataFrame, unit: str, language: str) -> Table:
    """What would be best under other suppositions, a row for each."""
    heads = say("what if"), say("best hours"), say("earns a week"), say("more than today")
    rows = [
        (
            translated(str(name), language),
            translated(_told(OpeningHours.parse(row["best_hours"])), language),
            translated(sentences.amount(row["best_profit"], unit), language),
            translated(sentences.amount(row["gain"], unit), language),
        )
        for name, row in table.iterrows()
    ]
    return Table(tuple(translated(head, language) for head in heads), tuple(rows))


def _read(rows: list[dict[str, Any]], language: str, *, numbers: bool = False) -> Table:
    """Rows for reading as a table of a document."""
    heads = tuple(translated(head, language) for head in rows[0])
    cells = tuple(tuple(translated(cell, language) for cell in row.values()) for row in rows)
    return Table(heads, cells, numbers)
