"""The verb on paper: report, and all other files of a plan."""

import argparse
from datetime import datetime
from pathlib import Path

from optimizer.cli.asked import Answer, Verb, case_arguments, estimated
from optimizer.errors import CaseError
from optimizer.language import LANGUAGES, say
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.lost import sales_lost
from optimizer.planning.potential import potential
from optimizer.reporting.roster_files import plain_name
from optimizer.reporting.takeaway import Takeaway, google_csv

_REPORTS = (".html", ".pdf")


def _report(options: argparse.Namespace) -> Answer:
    shops = estimated(options)[1]
    target = Path(options.output)
    alone = target.suffix.lower() in _REPORTS
    if alone and len(shops) > 1:
        raise CaseError(
            say("these are {n} stores, and one file holds one report", n=len(shops)),
            where=str(target),
            cure=say("Name a folder: each store gets one of its own in it."),
        )
    made, written, listings = datetime.now().astimezone(), [], []
    for case, seen, demand in shops:
        whom = potential(case, demand)
        plan = optimize(case, whom, time_limit=options.time_limit)
        bag = Takeaway(
            case, demand, plan, sales_lost(case, demand), evaluate(case, whom, plan),
            evaluate(case, whom, seen.hours), options.language, made,
        )  # fmt: skip
        listings.append(bag.listing)
        folder = target / plain_name(case.store, "store") if len(shops) > 1 else target
        for name, make in bag.files.items():
            file = target if alone else folder / name
            if not alone or name == f"report{target.suffix.lower()}":
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(make())
                written.append(str(file))
    if len(shops) > 1:
        (target / "google-hours.csv").write_bytes(google_csv(listings))
        written.append(str(target / "google-hours.csv"))
    return {"files": written}, written


def _arguments(verb: argparse.ArgumentParser) -> None:
    case_arguments(verb)
    verb.add_argument("-o", "--output", metavar="FILE", default="report.html",
                      help="report.html or report.pdf; a folder gets workbook, calendar, door "
                      "sign and hours for web and maps as well")  # fmt: skip
    verb.add_argument("--language", choices=list(LANGUAGES), default="en")
    verb.add_argument("--time-limit", type=float, default=30.0, metavar="SECONDS",
                      help="for the proof of the plan (30)")  # fmt: skip


REPORT = Verb(_report, "write the plan as report, workbook, calendar, door sign", _arguments)
