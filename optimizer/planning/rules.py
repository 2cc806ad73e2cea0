"""Rule packs: what law and collective agreements say about pay and working time, as dated facts.

A pack is a TOML file in `rulepacks/`; every fact in it has a source, the day on which it was
checked, and the day until which it holds. The facts are shown to the reader, not sold as advice.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.errors import CaseError
from optimizer.language import Day, Listed, say
from optimizer.opening import OpeningHours
from optimizer.timegrid import TimeGrid

PACKS = Path(__file__).parent / "rulepacks"
NONE = "none"  # the name that stands for no pack at all

_A_MONDAY = date(2001, 1, 1)
_FRESH_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Fact:
    """One thing that law or an agreement says."""

    id: str
    says: str
    source: str
    verified_on: date
    until: date | None = None  # None = no end is known
    value: float | None = None  # what it says as a number, in the unit that its words name


@dataclass(frozen=True)
class Supplement(Fact):
    """Pay on top of the wage in the hours `when`, on public holidays too where it says PH."""

    when: OpeningHours = field(default_factory=OpeningHours)
    money_per_hour: float = 0.0
    share_of_wage: float = 0.0


@dataclass(frozen=True)
class TradingHours(Fact):
    """Hours in which shops may be open at all, and for how long on a Sunday."""

    when: OpeningHours = field(default_factory=OpeningHours)
    most_sunday_hours: float = 24.0


@dataclass(frozen=True)
class RulePack:
    """The facts of one country and trade, in one of its areas (a region, or a kind of shop).

    `trading` is None where shops may open at any hour.
    """

    name: str
    title: str
    country: str
    area: str
    trading: TradingHours | None
    supplements: tuple[Supplement, ...]
    facts: tuple[Fact, ...]

    def supplement_per_hour(
        self, grid: TimeGrid, wage: float, holidays: np.ndarray | None = None
    ) -> np.ndarray:
        """Pay on top of the wage for an hour worked in each period of the week, in money.

        Parameters
        ----------
        wage
            Money per hour, of which some supplements are a share.
        holidays
            Which weekdays are public holidays, bool of shape (7,); none in an ordinary week.

        Returns
        -------
        Money per hour before the employer's on-cost, shape (W,).
        """
        days = np.zeros(7, dtype=bool) if holidays is None else holidays
        total = np.zeros(grid.periods_per_week)
        for supplement in self.supplements:
            share = supplement.when.open_share(grid, _A_MONDAY, 7, days).ravel()
            total += share * (supplement.money_per_hour + supplement.share_of_wage * wage)
        return total

    def doubts(self, today: date) -> list[str]:
        """Facts that may no longer hold, as sentences: past their end, or checked long ago."""
        said: list[str] = []
        trading = () if self.trading is None else (self.trading,)
        for fact in (*trading, *self.supplements, *self.facts):
            if fact.until is not None and fact.until < today:
                day = Day(fact.until)
                said.append(say("{rule}: held until {day}.", rule=say(fact.says), day=day))
            elif fact.verified_on + _FRESH_FOR < today:
                said.append(
                    say(
                        "{rule}: last checked on {day}.",
                        rule=say(fact.says),
                        day=Day(fact.verified_on),
                    )
                )
        return said


def rule_pack(case: Case) -> RulePack | None:
    """The pack that the case names, else the one of its country; None where there is none.

    `labour.rules` names a pack ("fi-retail-2026"), a pack and its area ("fi-retail-2026/capital"),
    or "none". The area of a country's own pack is the case's subdivision where it has that one.

    Raises
    ------
    CaseError
        The pack or the area does not exist.
    """
    name, _, area = case.labour.rules.partition("/")
    if name == NONE:
        return None
    if name:
        return read_pack(name, area)
    here = [
        name for name in pack_names() if case.country and _table(name)["country"] == case.country
    ]
    if not here:
        return None
    newest = here[-1]  # the year ends the name
    known = case.subdivision in _table(newest)["areas"]
    return read_pack(newest, case.subdivision if known else "")


def areas_of(pack: RulePack) -> tuple[str, ...]:
    """The areas that a pack tells apart, its own among them."""
    return tuple(_table(pack.name)["areas"])


def legal_hours(case: Case) -> TradingHours | None:
    """When the shop may be open by law: as the case states it, else as its rule pack does."""
    if case.hours.legal is not None:
        return TradingHours("legal", "as stated", "the case", date.max, when=case.hours.legal)
    pack = rule_pack(case)
    return None if pack is None else pack.trading


def pack_names() -> list[str]:
    """Names of the packs there are, in order."""
    return sorted(file.stem for file in PACKS.glob("*.toml"))


@lru_cache(maxsize=32)
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((PACKS / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=32)
def read_pack(name: str, area: str = "") -> RulePack:
    """Read one pack; its first area where none is named."""
    if name not in pack_names():
        known = Listed([*pack_names(), NONE], "comma")
        raise CaseError(
            say('there are no rules "{name}"', name=name),
            where="labour.rules",
            cure=say("Known: {known}.", known=known),
        )
    table = _table(name)
    areas = table["areas"]
    if area not in ("", *areas):
        raise CaseError(
            say('the rules "{name}" have no area "{area}"', name=name, area=area),
            where="labour.rules",
            cure=f"Known: {', '.join(areas)}.",
        )
    area = area or areas[0]

    def entries(kind: str) -> list[dict[str, Any]]:
        """The entries of this area, with sources written out and hours understood."""
        found = []
        for entry in table.get(kind, []):
            said = {"verified_on": table["verified_on"], **entry}
            if area in said.pop("areas", areas):
                said["source"] = table["sources"][said["source"]]
                if "when" in said:
                    said["when"] = OpeningHours.parse(said["when"])
                if "money_per_hour" in said:
                    said["money_per_hour"] = said["money_per_hour"][area]
                found.append(said)
        return found

    trading = [TradingHours(**entry) for entry in entries("trading")]
    return RulePack(
        name=name,
        title=table["title"],
        country=table["country"],
        area=area,
        trading=trading[0] if trading else None,
        supplements=tuple(Supplement(**entry) for entry in entries("supplement")),
        facts=tuple(Fact(**entry) for entry in entries("fact")),
    )
