"""Verbs on decisions: plan, evaluate, ladder, compare."""

import argparse
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimizer.cli.asked import (
    Answer,
    Verb,
    case_arguments,
    estimated,
    one_or_stores,
    plain,
)
from optimizer.errors import CaseError
from optimizer.language import say
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.ladder import price_ladder
from optimizer.planning.plan import check_plan
from optimizer.planning.potential import potential
from optimizer.planning.scenario import compare, simplest
from optimizer.planning.what_ifs import unfolded
from optimizer.reporting import listings, plan_listings, plan_tables, plan_words, tables
from optimizer.timegrid import WEEKDAYS


def _plan(options: argparse.Namespace) -> Answer:
    whole, shops = estimated(options)
    found: list[dict[str, Any]] = []
    lines: list[str] = []
    for case, seen, demand in shops:
        whom = potential(case, demand)
        plan = optimize(case, whom, time_limit=options.time_limit)
        judged, today = evaluate(case, whom, plan), evaluate(case, whom, seen.hours)
        later = [price_ladder(case, whom, plan, day) for day in range(7)]
        simple = simplest(case, whom, plan)
        broken = [*check_plan(case, plan), *check_plan(case, simple)]
        found.append(
            tables.plan_table(case, plan, judged, today)
            | {
                "weekdays": plan_tables.weekdays_table(plan, later),
                "simplest": plan_tables.simplest_table(plan, simple),
                "duty_hours": plan.duty_hours,
                "broken_rules": broken,
            }
        )
        lines += listings.plan_lines(case, plan, judged, today)
        lines += plan_listings.plan_lines(plan, later, simple, broken)
    answer = one_or_stores(whole, shops, found)
    if options.output:
        lines += listings.write_plans(Path(options.output), plain(answer), found)
    return answer, lines


def _plan_arguments(verb: argparse.ArgumentParser) -> None:
    case_arguments(verb)
    verb.add_argument("-o", "--output", metavar="DIR", help="write the plan there as well")
    verb.add_argument("--time-limit", type=float, default=30.0, help="seconds per shop")


def _evaluate(options: argparse.Namespace) -> Answer:
    hours = OpeningHours.parse(options.judge)
    whole, shops = estimated(options)
    found: list[dict[str, Any]] = []
    lines: list[str] = []
    for case, seen, demand in shops:
        whom = potential(case, demand)
        judged, today = evaluate(case, whom, hours), evaluate(case, whom, seen.hours)
        found.append(tables.evaluation_table(judged) | {"today": tables.evaluation_table(today)})
        lines += listings.evaluation_lines(case, judged, today)
    return one_or_stores(whole, shops, found), lines


def _evaluate_arguments(verb: argparse.ArgumentParser) -> None:
    case_arguments(verb, judged="hours")


def _ladder(options: argparse.Namespace) -> Answer:
    days = range(7) if options.weekday is None else [_weekday(options.weekday)]
    whole, shops = estimated(options)
    found: list[dict[str, Any]] = []
    lines: list[str] = []
    for case, _, demand in shops:
        whom = potential(case, demand)
        plan = optimize(case, whom, time_limit=options.time_limit)
        of_days = []
        for day in days:
            later = price_ladder(case, whom, plan, day)
            earlier = price_ladder(case, whom, plan, day, earlier=True)
            of_days.append(plan_tables.ladder_table(plan, day, later, earlier))
            lines += plan_listings.ladder_lines(plan, day, later, earlier)
        broken = check_plan(case, plan)
        facts = {"store": case.store, "unit": plan.unit, "hours": str(plan.hours)}
        found.append(facts | {"weekdays": of_days, "broken_rules": broken})
        lines += plan_words.broken(broken)
    return one_or_stores(whole, shops, found), lines


def _weekday(text: str) -> int:
    """A weekday by the beginning of its English name."""
    for number, name in enumerate(WEEKDAYS):
        if text[:3].lower() == name.lower():
            return number
    raise CaseError(say('"{text}" is not a weekday', text=text), where="--weekday",
                    cure=say("Write it like Thu."))  # fmt: skip


def _ladder_arguments(verb: argparse.ArgumentParser) -> None:
    case_arguments(verb)
    verb.add_argument("--weekday", help="only this one, like Thu")
    verb.add_argument("--time-limit", type=float, default=30.0, help="seconds per shop")


def _compare(options: argparse.Namespace) -> Answer:
    what_ifs = unfolded(_scenarios(Path(options.scenarios)))
    whole, shops = estimated(options)
    found: list[dict[str, Any]] = []
    lines: list[str] = []
    for case, _, demand in shops:
        table = compare(case, demand, what_ifs)
        unit = potential(case, demand).unit
        found.append({"store": case.store, "unit": unit,
                      "what_if": plan_tables.compare_table(table)})  # fmt: skip
        lines += plan_listings.compare_lines(table, unit)
    return one_or_stores(whole, shops, found), lines


def _compare_arguments(verb: argparse.ArgumentParser) -> None:
    case_arguments(verb)
    verb.add_argument("scenarios", metavar="SCENARIOS.toml",
                      help="a table for each what-if: the fields of case.toml that it changes, "
                      "demand = 1.4 for more customers, based_on = another what-if")  # fmt: skip


def _scenarios(file: Path) -> dict[str, dict[str, Any]]:
    """What-ifs of a TOML file: a table for each, with the fields of case.toml that it changes."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        cure = say("Name the what-ifs last: CASE SCENARIOS.toml.")
        raise CaseError(say("there is no such file"), where=str(file), cure=cure) from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(say("not valid TOML: {error}", error=str(error)), where=file.name) from None
    stray = [name for name, table in found.items() if not isinstance(table, dict)]
    if stray or not found:
        raise CaseError(
            say("what-ifs are tables with a name"), where=file.name,
            cure=say('Write ["dearer work"] and below it economics.wage = 15.91.'),
        )  # fmt: skip
    return {name: dict(_fields(table, "")) for name, table in found.items()}


def _fields(table: Mapping[str, Any], path: str) -> list[tuple[str, Any]]:
    """Dotted fields of a table and the tables within."""
    found: list[tuple[str, Any]] = []
    for key, value in table.items():
        name = f"{path}.{key}" if path else key
        found += _fields(value, name) if isinstance(value, dict) else [(name, value)]
    return found


PLAN = Verb(_plan, "recommended hours, staff and shifts; today beside it", _plan_arguments)
EVALUATE = Verb(_evaluate, "what given opening hours are worth", _evaluate_arguments)
LADDER = Verb(
    _ladder, "what each further half hour of a weekday earns and costs", _ladder_arguments
)
COMPARE = Verb(_compare, "what-ifs side by side, from a file", _compare_arguments)
