"""Verbs on trials of opening hours: draw one, or read what a change brought."""

import argparse
from datetime import timedelta

from optimizer.case import Case
from optimizer.cli.asked import (
    Answer,
    Shop,
    Verb,
    case_arguments,
    common,
    estimated,
    one_or_stores,
)
from optimizer.data.observations import Observations
from optimizer.demand import chain_trial, trial
from optimizer.demand.changes import read_changes
from optimizer.errors import CaseError
from optimizer.planning.lost import hour_worth, sales_lost
from optimizer.planning.potential import potential
from optimizer.reporting import trial as trials
from optimizer.timegrid import parse_date


def _trial(options: argparse.Namespace) -> Answer:
    whole, shops = estimated(options)
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
        longer = trial.longer(shop.hours, lost.until)
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
    return one_or_stores(whole, shops, found), lines


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
    return common(whole, shops) | table, trials.chain_lines(stores, design, noise)


def _drawn(shop: Observations) -> bool:
    return any(entry.random for entry in shop.history)


def _arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("step", choices=["design", "read"], help="before it, or after it")
    kinds = ["evenings", "switchback", "parallel", "stepped-wedge"]
    verb.add_argument("--kind", default="evenings", choices=kinds,
                      help="single evenings, or over the stores of a chain")  # fmt: skip
    verb.add_argument("--until", default="20:00", help="close the drawn evenings then")
    verb.add_argument("--weeks", type=int, default=8, help="spread them over these weeks")
    verb.add_argument("--evenings", type=int, help="how many; else as many as are needed")
    verb.add_argument("--start", help="first possible date, 2026-05-04")
    verb.add_argument("--seed", type=int, default=0, help="another seed draws other dates")
    case_arguments(verb)


TRIAL = Verb(
    _trial, "draw the evenings of a trial, or read what one (or any change) brought", _arguments
)
