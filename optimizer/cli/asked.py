"""What was asked in the terminal: a verb, its options, and the shops that they name."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from optimizer.case import Case, DataFile
from optimizer.casefile import case_from_files, for_store, read_case, with_changes
from optimizer.data.observations import Observations, read_observations
from optimizer.demand.changes import as_measured
from optimizer.demand.checked import estimate_demands, that_sold
from optimizer.demand.demand import Demand
from optimizer.errors import CaseError
from optimizer.language import say

Answer = tuple[Any, list[str]]  # for a machine, and the lines that a person reads
Shop = tuple[Case, Observations, Demand]


class Verb(NamedTuple):
    """One word of the terminal: what it does, what it means, and which options it takes."""

    run: Callable[[argparse.Namespace], Answer]
    meaning: str
    arguments: Callable[[argparse.ArgumentParser], None]


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


def case_arguments(verb: argparse.ArgumentParser, judged: str = "") -> None:
    """CASE, --json and an option per fact; `judged` is the fact that the verb puts to the test."""
    verb.add_argument("case", nargs="+", metavar="CASE",
                      help="a folder with case.toml, or data files")  # fmt: skip
    verb.add_argument("--json", action="store_true", help="print the answer for a machine")
    for option, (field, meaning) in FACTS.items():
        if option == judged:
            verb.add_argument(f"--{option}", dest="judge", required=True, help=f"{option} to judge")
        else:
            verb.add_argument(f"--{option}", dest=field, help=meaning)


def named_case(options: argparse.Namespace) -> Case:
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


def estimated(options: argparse.Namespace) -> tuple[Case, list[Shop]]:
    """The case as a whole, and each of its shops with what was observed and its demand."""
    whole = named_case(options)
    seen = that_sold(read_observations(whole))
    demands = estimate_demands(whole, list(seen.values()))
    shops = []
    for store, shop in seen.items():
        others = [other for other in seen.values() if other is not shop]
        case = as_measured(for_store(whole, store, shop.hours), shop, others)
        shops.append((case, shop, demands[store]))
    return whole, shops


def common(case: Case, shops: list[Shop]) -> dict[str, Any]:
    """What every answer for a machine begins with."""
    said = [warning for _, seen, _ in shops for warning in seen.warnings]
    there = {seen.store for _, seen, _ in shops}
    if not case.store:
        said += [
            say("{store}: no sales fall into the opening hours", store=store)
            for store, _ in case.stores
            if store not in there
        ]
    return {
        "store": shops[0][1].store if len(shops) == 1 else "",
        "currency": case.currency,
        "period_minutes": case.period_minutes,
        "warnings": said + case.economics.assumed(),
    }


def one_or_stores(case: Case, shops: list[Shop], found: list[dict[str, Any]]) -> dict[str, Any]:
    """One shop's answer as it is; of several a list under "stores"."""
    if len(found) == 1:
        return common(case, shops) | found[0]
    return common(case, shops) | {"stores": found}


def plain(value: Any) -> Any:
    """For JSON: numpy numbers as numbers, what is not finite as null."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
