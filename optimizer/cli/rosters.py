"""The verb on people: roster."""

import argparse
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from optimizer.cli.asked import Answer, Verb, case_arguments, estimated, one_or_stores
from optimizer.language import LANGUAGES, say
from optimizer.planning.hours import optimize
from optimizer.planning.potential import potential
from optimizer.reporting import roster_words
from optimizer.reporting.roster_files import RosterFiles, plain_name
from optimizer.roster.joint import decide_together, most_lost
from optimizer.roster.making import make_roster
from optimizer.roster.roster import Roster
from optimizer.roster.rules import underpaid
from optimizer.timegrid import parse_date


def _roster(options: argparse.Namespace) -> Answer:
    whole, shops = estimated(options)
    first = parse_date(options.first) if options.first else None
    found: list[dict[str, Any]] = []
    lines: list[str] = []
    rosters: dict[str, Roster] = {}
    made = datetime.now().astimezone()
    for case, _, demand in shops:
        whom = potential(case, demand)
        plan = optimize(case, whom, time_limit=0)
        answer: dict[str, Any] = {"store": demand.store}
        if options.together:
            both = decide_together(case, whom, plan, seconds=options.time_limit)
            roster, hours = both.roster, both.hours
            answer["gain_over_two_steps"] = both.gain
            lines.append(roster_words.together(both))
        else:
            roster = make_roster(
                case, whom, plan, weeks=options.weeks, first=first, seconds=options.time_limit,
                only_planned_shifts=options.planned_shifts,
            )  # fmt: skip
            hours = plan.hours
        lines += roster_words.lines(roster)
        if not options.together:
            lost = most_lost(case, plan, roster)
            answer["most_lost_in_two_steps"] = lost
            lines.append(roster_words.two_steps(lost, roster))
        found.append(answer | {"hours": str(hours)} | roster_words.table(roster))
        lines += underpaid(case)
        rosters[demand.store] = roster
        if options.output:
            folder = Path(options.output)
            own = folder / plain_name(demand.store, "store") if len(shops) > 1 else folder
            monday = made.date() + timedelta(days=7 - made.weekday())
            bag = RosterFiles(case, roster, options.language, monday, made)
            own.mkdir(parents=True, exist_ok=True)
            for name, make in bag.files.items():
                (own / name).write_bytes(make())
                lines.append(say("Written: {file}", file=str(own / name)))
    if options.output and len(shops) > 1:
        lines.append(roster_words.write_payroll(Path(options.output), rosters))
    return one_or_stores(whole, shops, found), lines


def _roster_arguments(verb: argparse.ArgumentParser) -> None:
    case_arguments(verb)
    verb.add_argument("-o", "--output", metavar="DIR",
                      help="write the weeks to print, a workbook, a calendar for each person and "
                      "the payroll's hours there")  # fmt: skip
    verb.add_argument("--weeks", type=int, default=1, help="weeks, 1 unless said")
    verb.add_argument("--first", metavar="DATE", help="the Monday with which it begins")
    verb.add_argument("--planned-shifts", action="store_true", help="only the plan's own shifts")
    verb.add_argument("--together", action="store_true",
                      help="decide the hours together with the people")  # fmt: skip
    verb.add_argument("--language", choices=list(LANGUAGES), default="en",
                      help="of the files")  # fmt: skip
    verb.add_argument("--time-limit", type=float, default=30.0, help="seconds per shop")


ROSTER = Verb(_roster, "who works when in the hours of the plan", _roster_arguments)
