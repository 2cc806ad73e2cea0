"""Plans, ladders and what-ifs as tables: for a machine, for reading, and as rows of pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from optimizer.case import Case
from optimizer.language import (
    About,
    Clock,
    Day,
    Money,
    Number,
    Percent,
    Said,
    Unit,
    Weekday,
    said,
    say,
)
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.explain import Level
from optimizer.planning.ladder import Rung
from optimizer.planning.pay import PayLine
from optimizer.planning.plan import Plan
from optimizer.planning.rules import Fact, RulePack
from optimizer.planning.scenario import Regret, Swing
from optimizer.reporting import plan_words, what_if_words
from optimizer.reporting.sentences import hours_told, window
from optimizer.timegrid import clock

Table = dict[str, Any]
Cells = list[dict[str, Said | str]]


def weekdays_table(plan: Plan, later: Sequence[Sequence[Rung]]) -> list[Table]:
    """One sentence for each weekday; `later` holds its ladders of closing times."""
    return [
        {"weekday": day, "says": plan_words.weekday_choice(plan, day, ladder)}
        for day, ladder in enumerate(later)
    ]


def ladder_table(plan: Plan, weekday: int, later: Sequence[Rung], earlier: Sequence[Rung]) -> Table:
    """The ladders of one weekday: `later` closing times and `earlier` opening times."""
    return {
        "weekday": weekday,
        "opens": _clock(plan.hours.opening_minute(weekday)),
        "closes": _clock(plan.hours.closing_minute(weekday)),
        "says": plan_words.weekday_choice(plan, weekday, later),
        "later": [_rung(rung) for rung in later],
        "earlier": [_rung(rung) for rung in earlier],
    }


def _clock(minute: int | None) -> str | None:
    return None if minute is None else clock(minute)


def _rung(rung: Rung) -> Table:
    return {
        "opens": clock(rung.opens_minute),
        "closes": clock(rung.closes_minute),
        "earns": rung.earns,
        "costs": rung.costs,
        "paid_hours": rung.paid_hours,
        "hours_cost": rung.hours_cost,
        "break_even_customers": rung.break_even,
        "chance": rung.chance,
        "shifts": rung.shifts,
        "against": rung.against,
        "pays": rung.pays,
        "profit": rung.profit,
    }


def ladder_rows(plan: Plan, weekday: int, ladder: Sequence[Rung], *, earlier: bool) -> Cells:
    """A ladder for reading, a row for each step; an arrow marks that of the plan."""
    windows = plan.hours.windows(weekday)
    rows: Cells = []
    for rung in ladder:
        door = rung.opens_minute if earlier else rung.closes_minute
        chosen = windows and door == (windows[0][0] if earlier else windows[-1][1])
        time = said("{door}", door=Clock(door))
        row: dict[str, Said | str] = {
            (say("opens") if earlier else say("closes")): said(
                "{time}\N{NO-BREAK SPACE}←", time=time
            )
            if chosen
            else time
        }
        if plan.unit == plan_words.CUSTOMERS:
            row[say("keeps, customers")] = _number(rung.earns, 1)
            row[say("paid hours")] = _number(rung.paid_hours, 1)
        else:
            unit = Unit(plan.unit)
            row[say("brings, {unit}", unit=unit)] = _number(rung.earns)
            row[say("costs")] = _number(rung.costs + rung.hours_cost)
            row[say("customers needed")] = _number(rung.break_even, 1)
            row[say("chance")] = said(value=Percent(rung.chance))
        row[say("against")] = rung.against or "–"
        rows.append(row)
    if not any(rung.against for rung in ladder):
        for row in rows:
            del row["against"]
    return rows


def ladder_steps(plan: Plan, weekday: int, ladder: Sequence[Rung]) -> list[Table]:
    """Rows of the ladder's picture: every further step; the opening itself is left out."""
    chosen = plan.hours.closing_minute(weekday)
    proposed, beyond = say("in the proposal"), say("not in it")
    return [
        {
            "closes": said("{door}", door=Clock(rung.closes_minute)),
            "earns": rung.earns,
            "costs": rung.costs + rung.hours_cost,
            "part": proposed if chosen and rung.closes_minute <= chosen else beyond,
            "chance": rung.chance,
        }
        for rung in ladder[1:]
    ]


def simplest_table(plan: Plan, simple: Plan) -> Table:
    """Easier hours, what they earn, and how much less."""
    return {
        "hours": str(simple.hours),
        "objective": simple.objective,
        "costs": plan.objective - simple.objective,
        "says": plan_words.simple_plan(plan, simple),
    }


def compare_table(table: pd.DataFrame) -> list[Table]:
    """What-ifs for a machine, the stated facts first."""
    rows = []
    for name, row in table.iterrows():
        found = dict(row)
        found["best_profit"] = {
            "mean": found.pop("best_profit"),
            "p05": found.pop("best_profit_p05"),
            "p95": found.pop("best_profit_p95"),
        }
        rows.append({"name": name, **found})
    return rows


def compare_rows(table: pd.DataFrame, names: Sequence[str], unit: str) -> Cells:
    """What-ifs side by side, for reading; `names` of the rows as they shall be shown."""
    today = say("today's hours earn, {unit}", unit=Unit(unit))
    best = say("best hours earn, {unit}", unit=Unit(unit))
    if unit == plan_words.CUSTOMERS:
        today, best = say("today's hours keep"), say("best hours keep")
    return [
        {
            say("what if"): name,
            today: _about(row["profit"]),
            best: say(
                "{middle} ({low} to {high})", middle=About(row["best_profit"]),
                low=About(row["best_profit_p05"]), high=About(row["best_profit_p95"]),
            ),
            say("paid hours"): _number(row["best_paid_hours"], 1),
            say("customers lost"): _about(row["best_lost"]),
        }
        for name, (_, row) in zip(names, table.iterrows(), strict=True)
    ]  # fmt: skip


def compare_bars(table: pd.DataFrame, names: Sequence[str]) -> list[Table]:
    """Rows of the picture of what-ifs; `names` of them as they shall be shown."""
    return [
        {
            "name": name,
            "today": row["profit"], "best": row["best_profit"],
            "low": row["best_profit_p05"], "high": row["best_profit_p95"],
        }
        for name, (_, row) in zip(names, table.iterrows(), strict=True)
    ]  # fmt: skip


def tornado_rows(swings: Sequence[Swing], unit: str) -> Cells:
    """What the gain over today's hours is if an assumption is off, for reading."""
    gains = say("then gains, {unit}", unit=Unit(unit))
    return [
        {
            say("assumption"): what_if_words.swing_name(swing),
            say("low to high"): said("{low} – {high}", low=swing.low, high=swing.high),
            gains: said("{low} – {high}", low=About(swing.gain_low), high=About(swing.gain_high)),
        }
        for swing in swings
    ]


def swing_hours(swings: Sequence[Swing]) -> list[Said]:
    """The best hours with each assumption low and high."""
    return [
        said("{name}, {told}: {hours}", name=what_if_words.swing_name(swing), told=told,
             hours=hours_told(hours))
        for swing in swings
        for told, hours in ((swing.low, swing.hours_low), (swing.high, swing.hours_high))
    ]  # fmt: skip


def hours_listed(names: Sequence[str], hours: Sequence[str]) -> list[Said]:
    """Opening hours, given as text, by name."""
    return [
        said("{name}: {hours}", name=name, hours=hours_told(OpeningHours.parse(text)))
        for name, text in zip(names, hours, strict=True)
    ]


def tornado_bars(swings: Sequence[Swing]) -> list[Table]:
    """Rows of the tornado's picture."""
    return [
        {"assumption": what_if_words.swing_name(swing), "side": side, "told": told, "gain": gain}
        for swing in swings
        for side, told, gain in (
            (say("low"), swing.low, swing.gain_low),
            (say("high"), swing.high, swing.gain_high),
        )
    ]


def frontier_rows(levels: Sequence[Level], unit: str) -> Cells:
    """Work against what it earns, for reading."""
    return [
        {
            say("paid hours"): _number(level.evaluation.paid_hours, 1),
            say("customers served"): _about(level.evaluation.served),
            plan_words.earned(unit): _about(level.evaluation.objective),
            say("hours open"): _number(level.evaluation.hours.weekly_hours, 1),
        }
        for level in levels
    ]


def frontier_points(levels: Sequence[Level], marks: Mapping[str, Evaluation]) -> list[Table]:
    """Rows of the frontier's picture; `marks` are weeks to show beside it."""

    def point(name: str, week: Evaluation) -> Table:
        return {"name": name, "paid_hours": week.paid_hours, "earned": week.objective}

    return [point("", level.evaluation) for level in levels] + [
        point(name, week) for name, week in marks.items()
    ]


def regret_rows(found: Sequence[Regret], unit: str) -> Cells:
    """Choices under doubt, for reading."""
    return [
        {
            say("choice"): what_if_words.choice_name(regret.name),
            say("earns on average, {unit}", unit=Unit(unit)): _about(regret.profit),
            say("misses on average"): _about(regret.regret),
            say("misses in one case of twenty"): _about(regret.regret_p95),
            say("chance to be best"): said(value=Percent(regret.chance_best)),
        }
        for regret in found
    ]


def shift_bars(plan: Plan) -> list[Table]:
    """Rows of the picture of shifts: a bar before the break and one after it; hours of the day."""
    rows = []
    for weekday in range(7):
        line = 0
        for shift in (shift for shift in plan.shifts if shift.weekday == weekday):
            for _ in range(shift.count):
                line += 1
                ends = [shift.start_minute, shift.end_minute]
                if shift.break_start_minute is not None:
                    away = shift.break_start_minute
                    ends[1:1] = [away, away + shift.break_minutes]
                told = window(shift.start_minute, shift.end_minute)
                rows += [
                    {
                        "day": said("{day} {line}", day=Weekday(weekday), line=line),
                        "start": start / 60, "end": end / 60, "told": told,
                    }
                    for start, end in zip(ends[::2], ends[1::2], strict=True)
                ]  # fmt: skip
    return rows


def staff_steps(case: Case, weekday: int, planned: np.ndarray, needed: np.ndarray) -> list[Table]:
    """Rows of the picture of one weekday's staff, a row per period in which anybody is there."""
    per_day = case.grid.periods_per_day
    first = weekday * per_day
    return [
        {
            "start": period * case.grid.period_hours,
            "end": (period + 1) * case.grid.period_hours,
            "told": said("{start}", start=Clock(period * case.period_minutes)),
            "planned": int(planned[first + period]),
            "needed": int(needed[first + period]),
        }
        for period in range(per_day)
        if planned[first + period] or needed[first + period]
    ]


def staff_rows(steps: Sequence[Table]) -> Cells:
    """The rows of `staff_steps`, for reading."""
    return [
        {
            say("from"): step["told"],
            say("needed"): _number(step["needed"]),
            say("planned"): _number(step["planned"]),
        }
        for step in steps
    ]


def pay_rows(lines: Sequence[PayLine], currency: str) -> Cells:
    """What the paid hours are made of, with the sum, for reading."""
    total = sum(line.money for line in lines)
    rows: Cells = [
        {
            say("kind of pay"): line.kind,
            say("hours a week"): _number(line.hours, 1),
            say("a week"): said("{money}", money=Money(line.money, currency)),
        }
        for line in lines
    ]
    return [
        *rows,
        {
            say("kind of pay"): say("Together"),
            say("hours a week"): _number(lines[0].hours, 1),
            say("a week"): said("{money}", money=Money(total, currency)),
        },
    ]


def facts(pack: RulePack) -> dict[Said, list[Said]]:
    """The dated facts of a rule pack by their sources, with the day of the last check."""
    found: list[Fact] = [*pack.supplements, *pack.facts]
    if pack.trading is not None:
        found.insert(0, pack.trading)
    told: dict[Said, list[Said]] = {}
    for fact in found:
        known = {"source": say(fact.source), "checked": Day(fact.verified_on)}
        source = say("{source}; checked on {checked}:", **known)
        if fact.until is not None:
            source = say("{source}; checked on {checked}, holds until {until}:",
                         until=Day(fact.until), **known)  # fmt: skip
        told.setdefault(source, []).append(say(fact.says))
    return told


def _number(value: float, digits: int = 0) -> Said:
    return said("{number}", number=Number(value, digits))


def _about(value: float) -> Said:
    return said("{number}", number=About(value))
