"""The verbs, asked of a service desk: contacts in place of sales, channels in place of a till."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.cli.asked import Answer, named_case
from optimizer.data.contacts import DeskRecord, read_contacts
from optimizer.demand.contacts import estimate_contacts
from optimizer.demand.demand import interval
from optimizer.desk.answer import answer_desk, judge_hours
from optimizer.desk.response import at_stake
from optimizer.errors import CaseError
from optimizer.language import Listed, Number, Percent, Unit, say
from optimizer.opening import OpeningHours
from optimizer.planning.recapture import recapture
from optimizer.reporting import desk_tables, desk_words


def answer(options: argparse.Namespace) -> Answer | None:
    """The answer where the case is a service desk, else None.

    Raises
    ------
    CaseError
        The verb makes no sense at a desk.
    """
    if options.verb in ("sample", "app") or not getattr(options, "case", None):
        return None
    case = named_case(options)
    if not case.is_desk:
        return None
    if options.verb not in _VERBS:
        known = Listed(_VERBS, "comma")
        raise CaseError(
            say('"{verb}" is asked of shops; this is a service desk', verb=options.verb),
            cure=say("At a desk you can ask: {known}.", known=known),
        )
    return _VERBS[options.verb](options, case, read_contacts(case))


def _common(case: Case, record: DeskRecord) -> dict[str, Any]:
    return {
        "store": "",
        "currency": case.currency,
        "period_minutes": case.period_minutes,
        "warnings": [*record.warnings, *replace(case.economics, contribution_margin=1.0).assumed()],
    }


def _check(options: argparse.Namespace, case: Case, record: DeskRecord) -> Answer:
    files: list[dict[str, Any]] = [
        {"file": report.file, "format": report.format, "kind": report.kind, "rows": report.rows,
         "used": report.used, "from": report.first, "until": report.last,
         "notes": list(report.notes),
         "set_aside": [{"reason": out.reason, "rows": out.rows, "examples": list(out.examples)}
                       for out in report.set_aside]}
        for report in record.reports
    ]  # fmt: skip
    told = [
        say("{file}: {kind}, {used} of {rows} rows used, {first} to {last}",
            file=file["file"], kind=file["kind"], used=Number(file["used"]),
            rows=Number(file["rows"]), first=file["from"], last=file["until"])
        for file in files
    ]  # fmt: skip
    told.append(say("The desk is open {hours}.", hours=str(record.hours)))
    facts = {"hours": str(record.hours), "hours_inferred": record.hours_inferred}
    return _common(case, record) | {"files": files} | facts, [*told, *record.warnings]


def _demand(options: argparse.Namespace, case: Case, record: DeskRecord) -> Answer:
    grid, rows, lines = case.grid, [], []
    for found in estimate_contacts(record):
        open_now = found.hours.week_share(grid)
        closed = float((found.mean * (1 - open_now)).sum())
        rows += [
            {"channel": found.channel.name, "weekday": grid.weekday_of(t),
             "start": grid.start_of(t), "open_share": float(open_now[t]),
             "observed_days": int(found.observed_days[t]), "attempts": float(found.attempts[t]),
             "contacts": interval(found.contacts[:, t])}
            for t in range(grid.periods_per_week) if found.observed_days[t]
        ]  # fmt: skip
        lines.append(
            say("{channel}: {people} people a week, {share} of them while it is closed; days "
                "differ by {spread}.", channel=found.channel.name, people=Number(found.mean.sum()),
                share=Percent(closed / max(float(found.mean.sum()), 1e-9)),
                spread=Percent(found.day_spread))
        )  # fmt: skip
    return _common(case, record) | {"periods": rows}, [*lines, *record.warnings]


def _lost(options: argparse.Namespace, case: Case, record: DeskRecord) -> Answer:
    found = answer_desk(case, record)
    whom = found.response.potential
    draws = len(whom.value)
    potential, moved = np.zeros(draws), np.zeros(draws)
    for demand in found.response.demands:
        if not demand.channel.deferrable:
            open_now = demand.hours.week_share(case.grid)
            closed = at_stake(demand) * (1 - open_now)
            potential += closed.sum(axis=1)
            moved += (closed * recapture(whom).shares(open_now)[0]).sum(axis=1)
    per_week = {"potential": potential, "moved": moved, "web": np.zeros(draws),
                "lost": potential - moved}  # fmt: skip
    table = {
        "per_week": {name: interval(draws) for name, draws in per_week.items()},
        "unit": whom.unit,
        "profit_if_open": found.gain,
        "advice": "open" if found.gain > 0 else "stay",
        "because": desk_words.headline(found),
        "hours": str(record.hours),
        "grade": "A" if all(c.attempts is not None for c in record.channels) else "E",
    }
    lost = interval(per_week["lost"])
    told = say(
        "The closed desk loses {lost} {unit} a week, most likely between {low} and {high}.",
        lost=Number(lost["mean"]), low=Number(lost["p05"]), high=Number(lost["p95"]),
        unit=Unit("contacts" if whom.unit == "customers" else whom.unit),
    )  # fmt: skip
    lines = [told, *desk_words.closed_doors(found), desk_words.headline(found)]
    return _common(case, record) | table, [*lines, *record.warnings]


def _plan(options: argparse.Namespace, case: Case, record: DeskRecord) -> Answer:
    found = answer_desk(case, record, time_limit=options.time_limit)
    if getattr(options, "output", None):
        raise CaseError(
            say("the plan of a desk is not written to a folder yet"),
            where="-o",
            cure=say("Leave -o out, or take what --json prints."),
        )
    return _common(case, record) | desk_tables.desk_table(found), desk_tables.lines(found)


def _evaluate(options: argparse.Namespace, case: Case, record: DeskRecord) -> Answer:
    week = judge_hours(case, record, OpeningHours.parse(options.judge))
    told = say(
        "Open {hours}: {answered} people answered, {closed} meet a closed desk, {paid} paid hours, "
        "{profit} left a week.",
        hours=str(week.hours), answered=Number(week.total("answered")),
        closed=Number(week.total("met_closed")), paid=Number(week.paid_hours, 1),
        profit=desk_words.money(week.profit, week.unit),
    )  # fmt: skip
    return _common(case, record) | desk_tables.week_table(week), [told, *record.warnings]


_VERBS: dict[str, Callable[[argparse.Namespace, Case, DeskRecord], Answer]] = {
    "check": _check,
    "demand": _demand,
    "lost": _lost,
    "plan": _plan,
    "evaluate": _evaluate,
}
