"""Plans, ladders and what-ifs as lines for the terminal."""

from collections.abc import Sequence

import pandas as pd

from optimizer.language import About, Number, Percent, Said, Unit, said, say
from optimizer.planning.ladder import Rung
from optimizer.planning.plan import Plan
from optimizer.reporting import plan_words
from optimizer.reporting.sentences import window


def plan_lines(
    plan: Plan, later: Sequence[Sequence[Rung]], simple: Plan, broken_rules: Sequence[str]
) -> list[Said]:
    """What is said of a plan beside its shifts; `later` holds a ladder of closings per weekday."""
    choices = [plan_words.weekday_choice(plan, day, ladder) for day, ladder in enumerate(later)]
    duty = plan_words.duty(plan)
    told = [*([duty] if duty else []), *choices, plan_words.simple_plan(plan, simple)]
    return told + plan_words.broken(broken_rules)


def ladder_lines(
    plan: Plan, weekday: int, later: Sequence[Rung], earlier: Sequence[Rung]
) -> list[Said]:
    """The ladders of one weekday: the sentences, then a line for each rung of closing, opening."""
    told = [plan_words.weekday_choice(plan, weekday, later)]
    told += [_rung_line(plan, rung) for rung in later]
    opening = plan_words.opening_choice(plan, weekday, earlier)
    if opening:
        told += [opening, *(_rung_line(plan, rung) for rung in earlier)]
    return told


def _rung_line(plan: Plan, rung: Rung) -> Said:
    facts = {
        "times": window(rung.opens_minute, rung.closes_minute),
        "earns": Number(rung.earns, 1), "costs": Number(rung.costs + rung.hours_cost, 1),
        "hours": Number(rung.paid_hours, 1), "unit": Unit(plan.unit),
        "share": Percent(rung.chance), "rule": rung.against,
    }  # fmt: skip
    if rung.against:
        return say("  {times}  brings {earns} {unit}, costs {costs} ({hours} paid hours); breaks "
                   "your rule: {rule}", **facts)  # fmt: skip
    return say("  {times}  brings {earns} {unit}, costs {costs} ({hours} paid hours); pays in "
               "{share} of cases", **facts)  # fmt: skip


def compare_lines(table: pd.DataFrame, unit: str) -> list[Said]:
    """What-ifs, two lines each."""
    told = []
    for name, row in table.iterrows():
        facts = {
            "name": str(name), "hours": str(row["best_hours"]), "unit": Unit(unit),
            "best": About(row["best_profit"]), "low": About(row["best_profit_p05"]),
            "high": About(row["best_profit_p95"]), "today": About(row["profit"]),
        }  # fmt: skip
        told.append(said("{name}: {hours}", **facts))
        told.append(
            say("  earns {best} {unit} a week ({low} to {high}); today's hours {today}", **facts)
        )
    return told
