"""From a chain's files to one row per shop and one budget: reduce, estimate, solve, share out.

Each group of stores is one task from its cells to its frontiers, so that neither demand nor
observations of a whole chain are ever held at once; only rows and frontiers come back.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from optimizer.case import Case
from optimizer.casefile import for_store
from optimizer.chain.budget import Budget, Split
from optimizer.chain.cells import Reduced
from optimizer.chain.compare import Comparison, compare_fairly
from optimizer.chain.describe import describe
from optimizer.chain.frontier import Frontier, levels, opening_of, shifts
from optimizer.chain.pooled import Group, Known, groups, known_stores
from optimizer.chain.sisters import kept_by_sisters, with_sisters
from optimizer.chain.stores import Backend, Progress, Row, map_stores
from optimizer.errors import DataError, OpeningHoursError, PlanError
from optimizer.language import Listed, Money, say
from optimizer.planning.potential import potential
from optimizer.planning.response import Potential
from optimizer.planning.week import Week, week_of

WORTH_ASKING = 1.0  # money a week that a trial must be expected to bring
BUDGETS = 40  # of the curve that shows what each one earns


@dataclass(frozen=True)
class AskGroup:
    """The task: everything there is to say of one group of stores."""

    case: Case
    reduced: Reduced
    groups: dict[str, Group]
    kept: dict[str, float]  # by sisters, of the customers each store loses
    whole_shifts: bool

    def __call__(self, name: str) -> Row:
        """A row for each store, and the frontier of each shop or mall."""
        known = known_stores(self.case, self.reduced, self.groups[name])
        return solve(known, self.kept, self.whole_shifts)


def solve(known: dict[str, Known | str], kept: dict[str, float], whole_shifts: bool) -> Row:
    """Rows of stores (for those of which nothing is known, why), and the frontiers of their shops.

    Parameters
    ----------
    kept
        By sisters, of the customers each store loses.
    """
    rows: list[Row] = []
    weeks: dict[str, list[tuple[str, Week]]] = {}
    for store, found in known.items():
        if isinstance(found, str):
            rows.append({"store": store, "error": found})
            continue
        try:
            whom = with_sisters(potential(found.case, found.demand), kept.get(store, 0.0))
            week = chain_week(found.case, whom)
            told = describe(found.case, found.seen, found.demand, whom)
            rows.append({"store": store} | told | {"kept_by_sisters": kept.get(store, 0.0)})
            weeks.setdefault(found.case.site.mall or store, []).append((store, week))
        except OpeningHoursError as error:
            rows.append({"store": store, "error": error.said})
    units = []
    for unit, members in weeks.items():
        stores = [store for store, _ in members]
        try:
            frontier = (shifts if whole_shifts else levels)([week for _, week in members])
            units.append({"name": unit, "stores": stores} | vars(frontier))
        except OpeningHoursError as error:
            rows = [row for row in rows if row["store"] not in stores]
            rows += [{"store": store, "error": error.said} for store in stores]
    return {"rows": rows, "units": units}


def chain_week(case: Case, whom: Potential) -> Week:
    """The week of a shop whose paid hours the chain's budget limits, and nothing else.

    Rules that bind days to each other (few opening times, rest from day to day, hours open per
    week, a pause at noon) have no place on a frontier; the plan of the single shop keeps them.

    Raises
    ------
    PlanError
        No money is known, or no day may open.
    """
    if not whom.in_money:
        raise PlanError(
            say("no money is known, so that no budget can be weighed"),
            where="economics.basket",
            cure=say("Give sales with amounts, or state the average sale."),
        )
    free = replace(
        case,
        labour=replace(case.labour, hours_per_week=None, rest_hours=0.0),
        hours=replace(
            case.hours,
            per_week=None,
            tidy=replace(case.hours.tidy, patterns=7, windows_per_day=1),
        ),
        employee=(),
    )
    return week_of(free, whom)


@dataclass(frozen=True, eq=False)
class ChainAnswer:
    """All shops of a chain, ready to be filtered, ranked and given any budget.

    Parameters
    ----------
    stores
        One row per store that could be planned, by name.
    errors
        A sentence for each that could not.
    units
        Shops, or malls of shops that open alike: name, their stores, and their frontier.
    """

    case: Case
    stores: pd.DataFrame
    errors: dict[str, str]
    units: list[tuple[str, list[str], Frontier]]
    _written: dict[bytes, str] = field(default_factory=dict, repr=False)

    @cached_property
    def budget(self) -> Budget:
        """All frontiers, ready to be shared out."""
        return self._ready(None)

    def _limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Least and most paid hours a week of each shop or mall, shape (U,) each."""
        least, most = np.zeros(len(self.units)), np.zeros(len(self.units))
        for u, (_, stores, _) in enumerate(self.units):
            mine = self.stores.loc[stores]
            least[u] = mine["least_hours"].sum()
            most[u] = mine["most_hours"].astype(float).fillna(np.inf).sum()
        return least, most

    def _ready(self, rate: np.ndarray | None) -> Budget:
        return Budget([frontier for *_, frontier in self.units], *self._limits(), rate)

    @cached_property
    def limits_missed(self) -> list[tuple[float, float, float]]:
        """Of each shop (or mall) a limit that no week of it keeps, and what its weeks take.

        As (limit, least, most) in paid hours a week; the limit is 0 where all is well.
        """
        missed = []
        for (*_, frontier), low, high in zip(self.units, *self._limits(), strict=True):
            hours = frontier.hours.sum(axis=1)
            limit = low if low > hours[-1] + 1e-6 else high if high < hours[0] - 1e-6 else 0.0
            missed.append((float(limit), float(hours[0]), float(hours[-1])))
        return missed

    def within_wages(self, money: float) -> tuple[Split, float]:
        """The best split of so much wage money a week, told in paid hours, and the wages it takes.

        An hour costs in each shop (or on average in a mall) what today's hours cost there, with
        their supplements.

        Raises
        ------
        PlanError
            The money does not suffice to open every shop.
        """
        table = self.stores["wage_an_hour"]
        rate = np.array([table.loc[stores].mean() for _, stores, _ in self.units])
        ready = self._ready(rate)
        if money < ready.least:
            raise PlanError(
                say("the budget does not suffice to open every shop"),
                where="wages",
                cure=say(
                    "Give at least {money} a week.",
                    money=Money(ready.least, self.case.currency, 0),
                ),
            )
        split = ready.split(money)
        hours = float((ready.hours(split) / rate).sum())
        price = split.price * split.used / hours  # of an hour at the average wage
        return replace(split, budget=hours, used=hours, price=price), split.used

    @property
    def paid_hours_today(self) -> float:
        """Paid hours a week of all shops with today's opening hours."""
        return float(self.stores["paid_hours_today"].sum())

    @cached_property
    def comparison(self) -> Comparison:
        """Margin per paid hour of every store given its own footfall and floor space."""
        table = self.stores
        margin, hours = (table[n].to_numpy(float) for n in ("margin_today", "paid_hours_today"))
        about = [
            np.log(table[name].to_numpy(float))
            for name in ("footfall_per_hour", "floor_m2")
            if table[name].notna().all()
        ]
        given = np.column_stack(about) if about else np.zeros((len(table), 0))
        figure = np.log(np.maximum(margin / hours, 1e-9))
        return compare_fairly(figure, table["margin_error"].to_numpy(float), given)

    def planned(self, split: Split) -> pd.DataFrame:
        """What each store gets of a split and earns with it, a row each, by name."""
        rows = [
            (
                store,
                self.hours_text(u, corner),
                frontier.hours[corner, m],
                frontier.profit[corner, m],
            )
            for u, ((_, stores, frontier), corner) in enumerate(
                zip(self.units, split.corner.tolist(), strict=True)
            )
            for m, store in enumerate(stores)
        ]
        columns = ["store", "hours", "paid_hours", "profit"]
        return pd.DataFrame(rows, columns=columns).set_index("store").loc[self.stores.index]

    def hours_text(self, unit: int, corner: int) -> str:
        """Opening hours of one week of a shop (or mall) as text."""
        doors = self.units[unit][2].doors[corner]
        key = doors.tobytes()
        if key not in self._written:
            self._written[key] = str(opening_of(doors))
        return self._written[key]

    @cached_property
    def curve(self) -> list[tuple[float, float]]:
        """Paid hours used and money earned by budgets from the least to the most."""
        budgets = np.linspace(self.budget.least, self.budget.most, BUDGETS)
        splits = [self.budget.split(float(hours)) for hours in budgets]
        return [(split.used, split.profit) for split in splits]

    def changed(self, before: Split, after: Split) -> pd.DataFrame:
        """Shops (or malls) that a change of the budget touches: their hours and money, by money."""
        hours, money = self.budget.change(before, after)
        names = pd.Index([name for name, *_ in self.units], name="store")
        table = pd.DataFrame({"hours": hours, "money": money}, index=names)
        return table[table["hours"] != 0].sort_values("money", key=np.abs, ascending=False)

    def to_try(self, number: int = 20) -> pd.DataFrame:
        """Stores that should try a late Thursday first: where the answer is worth most."""
        columns = ["thursday_information", "thursday_gain", "thursday_customers"]
        best = self.stores.sort_values("thursday_information", ascending=False)[columns]
        return best[best["thursday_information"] >= WORTH_ASKING].head(number)


def solve_chain(
    case: Case,
    reduced: Reduced,
    folder: Path | None = None,
    *,
    backend: Backend = "process",
    scheduler: str = "",
    workers: int | None = None,
    whole_shifts: bool = True,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> ChainAnswer:
    """Estimate and solve every store of a chain.

    A group of stores that fails as a whole is asked again store by store.

    Parameters
    ----------
    folder
        Where answers are kept, so that a stopped run goes on; see `map_stores`.
    whole_shifts
        Whole shifts for every store; else people by the period, several times faster.
    tell
        Called after each group with the progress in stores, groups taken as of one size.

    Raises
    ------
    DataError
        No store could be planned.
    """
    stated = [store for store, _ in case.stores]
    known = set(stated)
    stores = stated + [store for store in reduced.stores if store not in known]
    facts: dict[str, Case] = {}
    rows: list[Row] = []
    for store in stores:
        try:
            facts[store] = for_store(case, store)
        except OpeningHoursError as error:
            rows.append({"store": store, "error": str(error)})
    if known and known.isdisjoint(reduced.stores):
        names = Listed((f'"{store}"' for store in reduced.stores[:5]), "comma")
        raise DataError(
            say("none of the stores in stores.csv sells anything in the data"),
            cure=say("Name the stores alike in both; the data name {names}.", names=names)
            if any(reduced.stores)
            else say("Give the data a column store with their names."),
        )
    kept = kept_by_sisters(facts)
    parts = [part.name for part in reduced.parts]
    about = repr((case, parts, reduced.minutes, whole_shifts))
    question = hashlib.sha256(about.encode()).hexdigest()

    def ask(asked: list[Group], where: Path | None) -> list[Row]:
        task = AskGroup(case, reduced, {g.name: g for g in asked}, kept, whole_shifts)
        each = sum(len(group.pupils) for group in asked) / max(len(asked), 1)
        return map_stores(
            task, list(task.groups), backend, folder=where, question=question,
            scheduler=scheduler, workers=workers, batch=1,
            tell=lambda progress: tell(progress.in_stores(each)),
        )  # fmt: skip

    together = groups(facts)
    answers = ask(together, folder)
    failed = {row["store"] for row in answers if "error" in row}
    if failed:
        alone = [
            Group(store, (store,), group.teachers)
            for group in together
            if group.name in failed
            for store in group.pupils
        ]
        again = ask(alone, None if folder is None else folder / "alone")
        rows += [row for row in again if "error" in row]
        answers = [row for row in answers if "error" not in row] + [
            row for row in again if "error" not in row
        ]
    units: list[dict[str, Any]] = []
    for answer in answers:
        rows += answer["rows"]
        units += answer["units"]
    return gathered(case, stores, rows, units)


def gathered(
    case: Case, stores: list[str], rows: list[Row], units: list[dict[str, Any]]
) -> ChainAnswer:
    """The answer from the rows and units that `solve` gave, stores in this order.

    Raises
    ------
    DataError
        No store could be planned.
    """
    errors = {row["store"]: row["error"] for row in rows if "error" in row}
    table = pd.DataFrame([row for row in rows if "error" not in row])
    if table.empty:
        some = next(iter(errors.values()), "")
        raise DataError(say("no store could be planned"), cure=some)
    table = table.set_index("store")
    order = [store for store in stores if store in table.index]
    shown = [
        (
            unit["name"],
            unit["stores"],
            Frontier(*(np.array(unit[n]) for n in ("hours", "profit", "doors", "prices", "most"))),
        )
        for unit in units
    ]
    return ChainAnswer(case, table.loc[order], errors, shown)
