"""The terminal: every verb prints a readable answer, or with --json a machine one.

Exit codes: 0 done, 1 a problem with the input (one clear sentence on stderr), 2 usage.
"""

import argparse
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

import optimizer
from optimizer.case import Case, DataFile
from optimizer.casefile import case_from_files, for_store, read_case, with_changes
from optimizer.data.observations import Observations, check, read_observations
from optimizer.demand import chain_trial, trial
from optimizer.demand.backtest import backtest
from optimizer.demand.changes import as_measured, read_changes
from optimizer.demand.checked import estimate_demands
from optimizer.demand.demand import Demand
from optimizer.demand.displacement import displacement
from optimizer.errors import CaseError, OpeningHoursError
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.lost import hour_worth, sales_lost
from optimizer.planning.loyalty import beyond_basket
from optimizer.planning.potential import average_sale, potential
from optimizer.reporting import listings, tables, trust
from optimizer.reporting import trial as trials
from optimizer.timegrid import parse_date

_HERE = Path(optimizer.__file__).parent
HOME = _HERE.parent if (_HERE.parent / "app.py").is_file() else _HERE / "_bundle"

# Options that state a fact for data files given without a case.toml: option -> field, meaning.
FACTS = {
    "hours": ("hours.current", 'opening hours, "Mo-Fr 10:00-17:00; Sa 10:00-15:00; PH off"'),
    "candidate": ("hours.candidate", 'hours in which you might open, "Mo-Su 07:00-22:00"'),
    "basket": ("economics.basket", "average net sale, where the data hold no amounts"),
    "margin": ("economics.contribution_margin", "share of net sales left after goods, 0..1"),
    "wage": ("economics.wage", "wage per hour before supplements and on-cost"),
    "timezone": ("timezone", 'time zone of the shop, "Europe/Helsinki"'),
    "country": ("country", 'country for public holidays and pay rules, "FI"'),
    "lost-share": ("displacement.preset", 'kind of shop, or "measured" from own changes of hours'),
    "currency": ("currency", 'currency of the amounts, "EUR"'),
    "period-minutes": ("period_minutes", "length of a period: 15, 30 or 60"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        answer, lines = VERBS[options.verb][0](options)
    except OpeningHoursError as error:
        print(f"opening-hours: {error}", file=sys.stderr)
        return 1
    as_json = getattr(options, "json", False)
    text = json.dumps(_plain(answer), ensure_ascii=False, indent=1) if as_json else "\n".join(lines)
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader (head, less) has seen enough
        sys.stderr.close()
    return 0


Answer = tuple[Any, list[str]]
Shop = tuple[Case, Observations, Demand]


def _check(options: argparse.Namespace) -> Answer:
    answer = check(_case(options))
    return answer, listings.check_lines(answer)


def _demand(options: argparse.Namespace) -> Answer:
    whole, shops = _estimated(options)
    found = []
    for case, _, demand in shops:
        lost = sales_lost(case, demand, options.close, options.until)
        found.append(tables.demand_table(demand, average_sale(case, demand), lost))
    answer = _common(whole, shops) | {
        part: [row for table in found for row in table[part]]
        for part in ("periods", "evidence", "daily")
    }
    return answer, [line for shop in shops for line in listings.demand_lines(shop[2])]


def _lost(options: argparse.Namespace) -> Answer:
    whole, shops = _estimated(options)
    found, lines = [], []
    for case, seen, demand in shops:
        lost = sales_lost(case, demand, options.close, options.until)
        shares = displacement(case.displacement, demand.has_web_shop, 2)
        worth = beyond_basket(case, demand, lost)
        table = tables.lost_table(lost) | tables.loyalty_table(worth)
        found.append(table | {"hours": str(seen.hours)})
        lines += listings.lost_lines(case, demand, lost, worth, shares.source)
    return _one_or_stores(whole, shops, found), lines


def _plan(options: argparse.Namespace) -> Answer:
    whole, shops = _estimated(options)
    found, lines = [], []
    for case, seen, demand in shops:
        whom = potential(case, demand)
        plan = optimize(case, whom, time_limit=options.time_limit)
        judged, today = evaluate(case, whom, plan), evaluate(case, whom, seen.hours)
        found.append(tables.plan_table(case, plan, judged, today))
        lines += listings.plan_lines(case, plan, judged, today)
    answer = _one_or_stores(whole, shops, found)
    if options.output:
        lines += listings.write_plans(Path(options.output), _plain(answer), found)
    return answer, lines


def _evaluate(options: argparse.Namespace) -> Answer:
    hours = OpeningHours.parse(options.judge)
    whole, shops = _estimated(options)
    found, lines = [], []
    for case, seen, demand in shops:
        whom = potential(case, demand)
        judged, today = evaluate(case, whom, hours), evaluate(case, whom, seen.hours)
        found.append(tables.evaluation_table(judged) | {"today": tables.evaluation_table(today)})
        lines += listings.evaluation_lines(case, judged, today)
    return _one_or_stores(whole, shops, found), lines


def _backtest(options: argparse.Namespace) -> Answer:
    whole, shops = _estimated(options)
    tests = [backtest(case, seen, options.close) for case, seen, _ in shops]
    found = [trust.backtest_table(test) for test in tests]
    lines = [line for test in tests for line in trust.backtest_lines(test)]
    return _one_or_stores(whole, shops, found), lines


def _trial(options: argparse.Namespace) -> Answer:
    whole, shops = _estimated(options)
    if options.step == "design" and options.kind != "evenings":
        return _chain_trial(options, whole, shops)
    seen = [shop for _, shop, _ in shops]
    found, lines = [], []
    for case, shop, demand in shops:
        others = [other for other in seen if other is not shop]
        if options.step == "read":
            results = trial.read(case, shop, others) if _drawn(shop) else ()
            changes = [c for c in read_changes(shop, others) if not c.random]
            found.append({"trials": [trials.result_table(r) for r in results],
                          "changes": [trials.change_table(c) for c in changes]})  # fmt: skip
            lines += [line for r in results for line in trials.result_lines(case, r)]
            lines += [line for c in changes for line in trials.change_lines(case, c)]
            if not (results or changes):
                lines.append("The history of opening hours holds no trial and no change to read.")
            continue
        lost = sales_lost(case, demand, until=options.until)
        longer = _longer(shop.hours, lost.until)
        start = parse_date(options.start) if options.start else shop.dates[-1]
        evening = case.grid.share_between(lost.close, lost.until).ravel()
        cost = float(hour_worth(case, potential(case, demand)).cost @ evening) / len(lost.days)
        design = trial.design(
            case, shop, demand, hours=longer, weeks=options.weeks, evenings=options.evenings,
            start=start + timedelta(days=-start.weekday() % 7), cost_per_evening=cost or None,
            seed=options.seed,
        )  # fmt: skip
        found.append(trials.design_table(design))
        lines += trials.design_lines(case, design)
    return _one_or_stores(whole, shops, found), lines


def _chain_trial(options: argparse.Namespace, whole: Case, shops: list[Shop]) -> Answer:
    """A trial over several stores: which of them open longer in which week."""
    stores, weeks, seed = [shop.store for _, shop, _ in shops], options.weeks, options.seed
    if len(stores) < 2:
        raise CaseError("a trial over stores needs at least two", where="--kind")
    if options.kind == "parallel":
        design = chain_trial.parallel(len(stores), weeks // 2, weeks - weeks // 2, seed)
    elif options.kind == "switchback":
        design = chain_trial.switchback(len(stores), weeks, max(2, min(4, weeks // 4)), seed=seed)
    else:
        design = chain_trial.stepped_wedge(len(stores), weeks, min(4, len(stores)), seed)
    noise = chain_trial.StoreWeekNoise()
    table = {"kind": options.kind, "names": stores, **trials.chain_table(design, noise)}
    return _common(whole, shops) | table, trials.chain_lines(stores, design, noise)


def _drawn(shop: Observations) -> bool:
    return any(entry.random for entry in shop.history)


def _longer(hours: OpeningHours, until: np.ndarray) -> OpeningHours:
    """The hours with the last window of each day drawn out to a later minute of the day."""
    windows = [hours.windows(day) for day in range(7)]
    return OpeningHours.daily(
        [(*own[:-1], (own[-1][0], max(own[-1][1], int(end)))) if own else ()
         for own, end in zip(windows, until, strict=True)]
    )  # fmt: skip


def _sample(options: argparse.Namespace) -> Answer:
    target = Path(options.directory)
    if target.exists() and any(target.iterdir()):
        raise CaseError("is not empty", where=str(target), cure="Name a new folder.")
    shutil.copytree(HOME / "sample_data" / "old_town_gifts", target, dirs_exist_ok=True)
    told = f'A synthetic shop is in {target}. Try: opening-hours lost "{target}"'
    return {"case": str(target)}, [told]


def _app(options: argparse.Namespace) -> Answer:
    command = [sys.executable, "-m", "streamlit", "run", str(HOME / "app.py")]
    told = ["--", str(Path(options.case[0]).resolve())] if options.case else []
    done = subprocess.run([*command, *told], check=False)
    if done.returncode:
        raise OpeningHoursError("the app stopped", cure="Its last lines above say why.")
    return {}, []


Verb = tuple[Callable[[argparse.Namespace], Answer], str]
VERBS: dict[str, Verb] = {
    "sample": (_sample, "copy the sample case to start from"),
    "check": (_check, "what was recognised, what was set aside and why, what is thin"),
    "demand": (_demand, "demand per hour of week with intervals, grade and evidence"),
    "lost": (_lost, "sales lost by closing when you close"),
    "plan": (_plan, "recommended hours, staff and shifts; today beside it"),
    "evaluate": (_evaluate, "what given opening hours are worth"),
    "backtest": (_backtest, "hide hours that were open, estimate them again, and compare"),
    "trial": (_trial, "draw the evenings of a trial, or read what one (or any change) brought"),
    "app": (_app, "open the app in the browser"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="opening-hours", description="When should a shop be open?"
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, (_, meaning) in VERBS.items():
        verb = verbs.add_parser(name, help=meaning, description=meaning)
        if name == "sample":
            verb.add_argument("directory", metavar="DIR")
            continue
        if name == "trial":
            verb.add_argument("step", choices=["design", "read"], help="before it, or after it")
            kinds = ["evenings", "switchback", "parallel", "stepped-wedge"]
            verb.add_argument("--kind", default="evenings", choices=kinds,
                              help="single evenings, or over the stores of a chain")  # fmt: skip
            verb.add_argument("--until", default="20:00", help="close the drawn evenings then")
            verb.add_argument("--weeks", type=int, default=8, help="spread them over these weeks")
            verb.add_argument("--evenings", type=int, help="how many; else as many as are needed")
            verb.add_argument("--start", help="first possible date, 2026-05-04")
            verb.add_argument("--seed", type=int, default=0, help="another seed draws other dates")
        number = "*" if name == "app" else "+"
        verb.add_argument("case", nargs=number, metavar="CASE",
                          help="a folder with case.toml, or data files")  # fmt: skip
        if name == "app":
            continue
        verb.add_argument("--json", action="store_true", help="print the answer for a machine")
        for option, (field, meaning) in FACTS.items():
            if (name, option) == ("evaluate", "hours"):
                verb.add_argument("--hours", dest="judge", required=True, help="hours to judge")
            else:
                verb.add_argument(f"--{option}", dest=field, help=meaning)
        if name in ("demand", "lost"):
            verb.add_argument("--close", help='closing time to judge, "17:00"; else today\'s')
            verb.add_argument("--until", help='look no further than this, "21:00"')
        if name == "backtest":
            verb.add_argument("--close", help='hide what was sold after this, "17:00"')
        if name == "plan":
            verb.add_argument("-o", "--output", metavar="DIR", help="write the plan there as well")
            verb.add_argument("--time-limit", type=float, default=30.0, help="seconds per shop")
    return parser


def _case(options: argparse.Namespace) -> Case:
    """The case that the arguments name, with the facts that they state."""
    paths = [Path(name) for name in options.case]
    stated = {
        field: vars(options)[field]
        for field, _ in FACTS.values()
        if vars(options).get(field) is not None
    }
    if len(paths) == 1 and (paths[0].is_dir() or paths[0].suffix == ".toml"):
        return with_changes(read_case(paths[0]), stated)
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise CaseError("there is no such file or folder", where=str(missing[0]))
    return case_from_files([DataFile(str(path)) for path in paths], stated)


def _estimated(options: argparse.Namespace) -> tuple[Case, list[Shop]]:
    whole = _case(options)
    seen = read_observations(whole)
    demands = estimate_demands(whole, list(seen.values()))
    shops = []
    for store, shop in seen.items():
        others = [other for other in seen.values() if other is not shop]
        case = as_measured(for_store(whole, store, shop.hours), shop, others)
        shops.append((case, shop, demands[store]))
    return whole, shops


def _common(case: Case, shops: list[Shop]) -> dict[str, Any]:
    said = [warning for _, seen, _ in shops for warning in seen.warnings]
    return {
        "store": shops[0][1].store if len(shops) == 1 else "",
        "currency": case.currency,
        "period_minutes": case.period_minutes,
        "warnings": said + case.economics.assumed(),
    }


def _one_or_stores(case: Case, shops: list[Shop], found: list[dict[str, Any]]) -> dict[str, Any]:
    if len(found) == 1:
        return _common(case, shops) | found[0]
    return _common(case, shops) | {"stores": found}


def _plain(value: Any) -> Any:
    """For JSON: numpy numbers as numbers, what is not finite as null."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
