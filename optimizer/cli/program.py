"""The program `opening-hours`: one verb per question.

Exit codes: 0 done, 1 a problem with the input (one clear sentence on stderr), 2 usage.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import optimizer
from optimizer.cli import chains, desk, plans, rosters, shop, takeaway, trials
from optimizer.cli.asked import Answer, Verb, plain
from optimizer.errors import CaseError, OpeningHoursError

_HERE = Path(optimizer.__file__).parent
HOME = _HERE.parent if (_HERE.parent / "app.py").is_file() else _HERE / "_bundle"
SAMPLES = {  # by kind: its folder, what it is, and the verb to begin with
    "shop": ("old_town_gifts", "A synthetic shop", "lost"),
    "chain": ("old_town_chain", "A synthetic chain", "chain"),
    "desk": ("city_helpdesk", "A synthetic service desk", "demand"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        answer, lines = desk.answer(options) or VERBS[options.verb].run(options)
    except OpeningHoursError as error:
        print(f"opening-hours: {error}", file=sys.stderr)
        return 1
    as_json = getattr(options, "json", False)
    text = json.dumps(plain(answer), ensure_ascii=False, indent=1) if as_json else "\n".join(lines)
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader (head, less) has seen enough
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="opening-hours", description="When should a shop be open?"
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, verb in VERBS.items():
        verb.arguments(verbs.add_parser(name, help=verb.meaning, description=verb.meaning))
    return parser


def _sample(options: argparse.Namespace) -> Answer:
    target = Path(options.directory)
    if target.exists() and any(target.iterdir()):
        raise CaseError("is not empty", where=str(target), cure="Name a new folder.")
    folder, meaning, verb = SAMPLES[options.kind]
    shutil.copytree(HOME / "sample_data" / folder, target, dirs_exist_ok=True)
    told = f'{meaning} is in {target}. Try: opening-hours {verb} "{target}"'
    return {"case": str(target)}, [told]


def _sample_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("directory", metavar="DIR")
    verb.add_argument("--kind", choices=list(SAMPLES), default="shop",
                      help="a shop (the default), a chain of shops, or a service desk")  # fmt: skip


def _app(options: argparse.Namespace) -> Answer:
    command = [sys.executable, "-m", "streamlit", "run", str(HOME / "app.py")]
    told = ["--", str(Path(options.case[0]).resolve())] if options.case else []
    done = subprocess.run([*command, *told], check=False)
    if done.returncode:
        raise OpeningHoursError("the app stopped", cure="Its last lines above say why.")
    return {}, []


def _app_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("case", nargs="*", metavar="CASE",
                      help="a folder with case.toml, or data files")  # fmt: skip


VERBS = {
    "sample": Verb(_sample, "copy the sample case to start from", _sample_arguments),
    "check": shop.CHECK,
    "demand": shop.DEMAND,
    "lost": shop.LOST,
    "plan": plans.PLAN,
    "evaluate": plans.EVALUATE,
    "ladder": plans.LADDER,
    "compare": plans.COMPARE,
    "roster": rosters.ROSTER,
    "backtest": shop.BACKTEST,
    "trial": trials.TRIAL,
    "chain": chains.CHAIN,
    "report": takeaway.REPORT,
    "app": Verb(_app, "open the app in the browser", _app_arguments),
}
