"""Answers as lines for the terminal, and as files."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.demand.demand import Demand, interval
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.lost import SalesLost
from optimizer.planning.loyalty import BeyondBasket
from optimizer.planning.plan import Plan
from optimizer.reporting import sentences, tables
from optimizer.timegrid import WEEKDAYS, clock


def check_lines(answer: dict[str, Any]) -> list[str]:
    """What was understood of every file, and the opening hours."""
    lines = []
    for file in answer["files"]:
        lines.append(f"{file['file']}: {file['format']}, {file['kind']}, {file['used']} of "
                     f"{file['rows']} rows used, {file['from']} to {file['until']}")  # fmt: skip
        for out in file["set_aside"]:
            shown = f" ({', '.join(out['examples'])})" if out["examples"] else ""
            lines.append(f"  set aside {out['rows']}: {out['reason']}{shown}")
        lines += [f"  {note}" for note in file["notes"]]
    for store in answer["stores"]:
        name = f"{store['store']}: " if store["store"] else ""
        how = " (inferred from the till)" if store["hours_inferred"] else ""
        lines.append(f"{name}open {store['hours']}{how}; {store['transactions']:,.0f} sales "
                     f"from {store['from']} to {store['until']}")  # fmt: skip
        lines += [f"  {warning}" for warning in store["warnings"]]
    return lines


def demand_lines(demand: Demand) -> list[str]:
    """Customers per hour by weekday and clock hour; * marks hours that are closed now."""
    grid = demand.grid
    per_hour = 60 // grid.period_minutes
    rate = demand.customers.mean(0).reshape(7, 24, per_hour).sum(2)
    open_ = demand.open_share.reshape(7, 24, per_hour).max(2) > 0
    shown = np.flatnonzero((rate >= 0.5).any(0))
    lines = [f"Customers per hour of a typical week{_of(demand.store)} (* = closed now)"]
    lines.append("hour  " + "".join(f"{name:>9}" for name in WEEKDAYS))
    for hour in shown.tolist():
        cells = [f"{rate[d, hour]:8.1f}{' ' if open_[d, hour] else '*'}" for d in range(7)]
        lines.append(f"{hour:02d}:00 " + "".join(cells))
    return lines + sentences.evidence(demand)


def lost_lines(
    case: Case, demand: Demand, lost: SalesLost, worth: BeyondBasket | None, source: str
) -> list[str]:
    """The sentence, the split, the advice, the evenings one by one, the evidence."""
    lines: list[str] = [sentences.headline(lost)]
    if lost.advice != "not enough data":
        lines.append(sentences.split(lost))
    lines.append(f"Advice: {lost.advice}. {sentences.because(lost)}")
    if len(lost.days) and lost.unit != "customers" and lost.advice != "not enough data":
        lines.append("")
        lines.append(f"{'':4}{'closes':>8}{'lost a week':>26}{'best until':>12}{'earns':>22}")
        for day in lost.days.tolist():
            gone, won = lost.lost[:, day], lost.best_profit[:, day]
            lines.append(
                f"{WEEKDAYS[day]:4}{clock(int(lost.close[day])):>8}"
                f"{_told(gone, lost.unit):>26}{clock(int(lost.best_until[day])):>12}"
                f"{_told(won, lost.unit):>22}"
            )
        lines.append(sentences.pays_if(lost))
    lines += [said for said in (sentences.beyond(case, worth),) if said]
    lines.append("")
    lines.append(f"Evidence{_of(lost.store)}, grade {lost.grade}:")
    lines += [f"  {said}" for said in sentences.evidence(demand)]
    lines += [f"  Note: {said}" for said in demand.warnings]
    return lines + [f"  Assumed: {said}" for said in sentences.assumptions(case, source)]


def plan_lines(case: Case, plan: Plan, judged: Evaluation, today: Evaluation) -> list[str]:
    """Today beside the proposal, the shifts, and how good the plan is proven to be."""
    lines = [
        f"Proposed hours{_of(case.store)}: {plan.hours}",
        f"Today's hours: {today.hours}",
        *_side_by_side(judged, today, "proposed"),
        sentences.proof(plan),
        "Shifts:",
    ]
    for shift in plan.shifts:
        pause = ""
        if shift.break_start_minute is not None:
            pause = f", break {clock(shift.break_start_minute)} ({shift.break_minutes} min)"
        lines.append(f"  {WEEKDAYS[shift.weekday]} {clock(shift.start_minute)}-"
                     f"{clock(shift.end_minute)} x {shift.count}{pause}")  # fmt: skip
    return lines + [f"Note: {note}" for note in plan.notes]


def evaluation_lines(case: Case, judged: Evaluation, today: Evaluation) -> list[str]:
    """Given hours beside today's."""
    return [
        f"Judged hours{_of(case.store)}: {judged.hours}",
        f"Today's hours: {today.hours}",
        *_side_by_side(judged, today, "judged"),
    ]


def _side_by_side(judged: Evaluation, today: Evaluation, name: str) -> list[str]:
    change = judged.profit_draws - today.profit_draws
    return [
        f"{'':24}{'today':>12}{name:>12}",
        *(
            f"{what:24}{before:12,.0f}{after:12,.0f}"
            for what, before, after in tables.comparison(judged, today)
        ),
        f"Change: {sentences.amount(interval(change)['mean'], judged.unit)} a week "
        f"({sentences.spread(change)}).",
    ]


def write_plans(folder: Path, answer: Any, found: list[dict[str, Any]]) -> list[str]:
    """Write plan.json and shifts.csv into a folder, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(
        json.dumps(answer, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    with (folder / "shifts.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["store", "weekday", "start", "end", "break_start", "break_minutes",
                         "count"])  # fmt: skip
        for table in found:
            for shift in table["shifts"]:
                writer.writerow(
                    [inert(table["store"]), WEEKDAYS[shift["weekday"]], shift["start"],
                     shift["end"], shift["break_start"] or "", shift["break_minutes"],
                     shift["count"]]
                )  # fmt: skip
    return [f"Written: {folder / 'plan.json'}, {folder / 'shifts.csv'}"]


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a quote before what would begin one."""
    risky = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    return f"'{text}" if text.lstrip(" ").startswith(risky) else text


def _told(draws: np.ndarray, unit: str) -> str:
    return f"{sentences.amount(interval(draws)['p50'], unit)} ({sentences.spread(draws)})"


def _of(store: str) -> str:
    return f" of {store}" if store else ""
