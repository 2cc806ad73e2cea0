"""Demand at chain size: shops that are open late teach those that never were.

The model is that of a few stores (`demand.estimate`): one curve for all shops that are alike, from
which every store strays as far as its own hours show, around what its own footfall leads to expect.
Thousands of stores are fitted in groups of a hundred. Each group holds pupils of one cluster, and
the same few teachers: the stores of the cluster that are open when hardly any other is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.case import Case
from optimizer.casefile import for_store
from optimizer.chain.cells import Reduced
from optimizer.data.observations import Observations
from optimizer.demand.demand import Demand
from optimizer.demand.estimate import fit_demands
from optimizer.errors import DataError, OpeningHoursError
from optimizer.language import said, say

GROUP = 112  # stores that are fitted together, besides their teachers
TEACHERS = 16
DRAWS = 100  # of each store's demand: as many as decisions are averaged over


@dataclass(frozen=True)
class Group:
    """Stores whose demand is estimated together."""

    name: str
    pupils: tuple[str, ...]
    teachers: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of one store: its facts, what was observed, and its demand."""

    case: Case
    seen: Observations
    demand: Demand


def groups(facts: dict[str, Case], size: int = GROUP) -> list[Group]:
    """Stores of one cluster in groups of much the same size, with the cluster's teachers.

    Shops of one mall are in one group, that of the cluster of its first shop.

    Parameters
    ----------
    facts
        Of every store, by name.
    """
    clusters: dict[str, dict[str, list[str]]] = {}  # of each the malls, or shops that stand alone
    of_mall: dict[str, str] = {}
    for store, case in facts.items():
        site = case.site
        cluster = of_mall.setdefault(site.mall or store, site.cluster or site.format)
        clusters.setdefault(cluster, {}).setdefault(site.mall or store, []).append(store)
    found: list[Group] = []
    for malls in clusters.values():
        stores = [store for members in malls.values() for store in members]
        teachers = _teachers([facts[store] for store in stores]) if len(stores) > size else []
        parts: list[list[str]] = [[] for _ in range(-(-len(stores) // size))]
        for members in malls.values():
            min(parts, key=len).extend(members)
        for pupils in filter(None, parts):
            others = tuple(teacher for teacher in teachers if teacher not in pupils)
            found.append(Group(f"group {len(found) + 1}", tuple(pupils), others))
    return found


def _teachers(cases: Sequence[Case]) -> list[str]:
    """Stores that are open in the rarest hours, the rarest first."""
    stated = [case for case in cases if case.hours.current is not None]
    if not stated:
        return []
    open_ = np.array([case.hours.calendar().current.week_share(case.grid) for case in stated])
    share = open_.mean(axis=0)
    rare = np.where((share > 0) & (share < 0.5), 1 / np.maximum(share, 1e-9), 0.0)
    score = open_ @ rare
    best = np.argsort(-score, kind="stable")[:TEACHERS]
    return [stated[k].store for k in best if score[k] > 0]


def known_stores(case: Case, reduced: Reduced, group: Group) -> dict[str, Known | str]:
    """Facts, observations and demand of a group's pupils; a sentence for those that have none.

    Parameters
    ----------
    case
        The chain's.
    """
    seen = reduced.observations(case, [*group.pupils, *group.teachers])
    answer: dict[str, Known | str] = {
        store: str(found) for store, found in seen.items() if isinstance(found, OpeningHoursError)
    }
    shops = {}
    for store, found in seen.items():
        if isinstance(found, OpeningHoursError):
            continue
        if np.nansum(found.transactions) > 0:
            shops[store] = found
        else:
            answer[store] = said("{what}.", what=say("no sales fall into the opening hours"))
    demands = pooled(case, list(shops.values()))
    for store, found in shops.items():
        demand = demands[store]
        answer[store] = (
            demand
            if isinstance(demand, str)
            else Known(for_store(case, store, found.hours), found, demand)
        )
    return {store: answer[store] for store in group.pupils}


def pooled(case: Case, shops: Sequence[Observations]) -> dict[str, Demand | str]:
    """Demand of stores that teach each other; where that fails, of each one alone."""
    if not shops:
        return {}
    try:
        return dict(fit_demands(case, shops, draws=DRAWS))
    except (DataError, np.linalg.LinAlgError) as error:
        if len(shops) == 1:
            return {shops[0].store: str(error)}
    found: dict[str, Demand | str] = {}
    for shop in shops:
        found |= pooled(case, [shop])
    return found
