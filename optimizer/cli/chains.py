"""The verb chain: many stores, one budget."""

import argparse
import math
import sys
from datetime import date
from pathlib import Path

from optimizer.casefile import read_case
from optimizer.chain.reduce import reduce_rows
from optimizer.chain.run import solve_chain
from optimizer.chain.stores import Backend, Progress
from optimizer.cli.asked import Answer, Verb
from optimizer.errors import CaseError
from optimizer.language import Number, say
from optimizer.reporting import chain_files, chain_words


def _chain(options: argparse.Namespace) -> Answer:
    case = read_case(options.folder)
    if not case.data:
        raise CaseError(
            say("names no data"),
            where="case.toml",
            cure=say("Add [[data]] with the file or folder of the stores' sales."),
        )
    target = Path(options.output or Path(options.folder) / "chain")
    backend: Backend = "dask" if options.scheduler else "process"
    if options.workers == 1 and not options.scheduler:
        backend = "serial"
    where = {"backend": backend, "scheduler": options.scheduler or "", "workers": options.workers}
    reduced, parts = reduce_rows(case, target / "cells", minutes=case.period_minutes, **where)
    answer = solve_chain(
        case, reduced, target / "answers", whole_shifts=not options.quick, tell=_tell, **where
    )
    told_wages: list[str] = []
    if options.wages is None:
        today = max(answer.paid_hours_today, answer.budget.least)
        split = answer.budget.split(today if options.budget is None else options.budget)
    else:
        split, spent = answer.within_wages(options.wages)
        told_wages = [chain_words.wages(answer, options.wages, spent)]
    notes = [say("{file}: {what}", file=part["file"], what=what)
             for part in parts for what in part.get("notes", [])]  # fmt: skip
    written = []
    for name, make in chain_files.files(answer, split, date.today(), options.language).items():
        (target / name).write_bytes(make())
        written.append(str(target / name))
    found = {
        "budget": split.budget,
        "used": split.used,
        "profit": split.profit,
        "bound": split.bound,
        "gap": split.gap,
        "next_hour": split.price,
        "profit_today": float(answer.stores["profit_today"].sum()),
        "paid_hours_today": answer.paid_hours_today,
        "currency": case.currency,
        "stores": chain_words.ranking(answer, split).reset_index().to_dict("records"),
        "errors": answer.errors,
        "notes": notes,
        "files": written,
    }
    lines = [
        chain_words.headline(answer, split),
        *told_wages,
        chain_words.proof(answer, split),
        chain_words.price(answer, split),
        *chain_words.provisos(answer),
        "",
        *chain_words.next_hours(answer, split),
        "",
        *chain_words.a_cut(answer, split),
        "",
        say("A late Thursday: who should try it first"),
        *chain_words.to_try(answer),
        *chain_words.sure_thursdays(answer),
        "",
        *([say("Left out:"), *chain_words.mistaken(answer), ""] if answer.errors else []),
        *notes[:10],
        *written,
    ]
    return found, lines


def _tell(progress: Progress) -> None:
    """One line on the terminal that is written over; nothing where it is not one."""
    if sys.stderr.isatty():
        told = say(
            "{done} of {total} stores, {speed} a second, {left} seconds left ",
            done=progress.done,
            total=progress.total,
            speed=Number(progress.per_second, 1),
            left=round(min(progress.seconds_left, 1e6)),
        )
        end = "\n" if progress.done == progress.total else "\r"
        print(told, end=end, file=sys.stderr, flush=True)


def _amount(text: str) -> float:
    """A budget, or a line that says why it is none."""
    try:
        if 0 <= (amount := float(text)) < math.inf:
            return amount
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(say('"{text}" is not an amount', text=text))


def _processes(text: str) -> int:
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(say('"{text}" is not a number of processes', text=text))


def _arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("folder", metavar="FOLDER", help="case.toml, stores.csv and the data")
    verb.add_argument("--json", action="store_true", help="print the answer for a machine")
    either = verb.add_mutually_exclusive_group()
    either.add_argument("--budget", type=_amount, metavar="HOURS",
                        help="paid hours a week of all stores; else as many as today")  # fmt: skip
    either.add_argument("--wages", type=_amount, metavar="MONEY",
                        help="the same as money: wages a week of all stores")  # fmt: skip
    verb.add_argument("--scheduler", metavar="ADDRESS",
                      help="a Dask cluster: tcp://host:8786 or tls://host:8786")  # fmt: skip
    verb.add_argument("--workers", type=_processes, default=2, help="processes of this machine (2)")
    verb.add_argument("--quick", action="store_true",
                      help="people by the period instead of whole shifts")  # fmt: skip
    verb.add_argument("-o", "--output", metavar="DIR", help="where files go; else FOLDER/chain")
    verb.add_argument("--language", choices=["en", "fi", "sv"], default="en",
                      help="of the report (en)")  # fmt: skip


CHAIN = Verb(_chain, "many stores: fair ranks, hours for each, and one budget", _arguments)
