"""Rule packs: supplements by clock time, to the cent, and facts that grow old."""

import tomllib
from datetime import date

import numpy as np
import pytest

from optimizer.case import Case
from optimizer.errors import CaseError
from optimizer.planning.rules import PACKS, legal_hours, pack_names, read_pack, rule_pack
from optimizer.timegrid import TimeGrid
from planning_cases import shop

HOURLY = TimeGrid("Europe/Helsinki", 60)


def supplement(weekday: int, hour: int, area: str = "", holiday: bool = False) -> float:
    holidays = np.zeros(7, dtype=bool)
    holidays[weekday] = holiday
    pack = read_pack("fi-retail-2026", area)
    return float(pack.supplement_per_hour(HOURLY, 13.63, holidays)[24 * weekday + hour])


def test_finnish_evening_to_the_cent() -> None:
    """Monday to Friday 17-20 at 13.63 an hour: 13.63 + 2 x 17.63 = 48.89 a person."""
    for weekday in range(5):
        evening = sum(13.63 + supplement(weekday, hour) for hour in (17, 18, 19))
        assert evening == pytest.approx(48.89, abs=0.005)


@pytest.mark.parametrize(
    ("weekday", "hour", "area", "expected"),
    [
        (0, 17, "", 0.0),
        (0, 18, "capital", 4.18),
        (5, 12, "", 0.0),
        (5, 19, "", 5.27),  # Saturday has no evening supplement on top
        (2, 3, "", 6.01),
        (6, 12, "", 13.63),
        (6, 19, "", 13.63 + 4.00),  # Sunday doubles the wage, not the supplement
        (6, 3, "", 13.63),  # and has no night supplement
    ],
)
def test_finnish_supplements(weekday: int, hour: int, area: str, expected: float) -> None:
    """Each supplement starts and ends where the agreement says."""
    assert supplement(weekday, hour, area) == pytest.approx(expected)


def test_a_public_holiday_pays_like_a_sunday() -> None:
    """The wage once more all day, and no night supplement."""
    assert supplement(3, 10, holiday=True) == pytest.approx(13.63)
    assert supplement(3, 3, holiday=True) == pytest.approx(13.63)


def test_a_window_that_cuts_a_period_counts_by_its_share() -> None:
    """Half-hour periods see the evening start at 18:00 sharp."""
    pack = read_pack("fi-retail-2026")
    evening = pack.supplement_per_hour(TimeGrid("Europe/Helsinki", 30), 13.63)[34:38]

    assert evening.tolist() == [0.0, 0.0, 4.0, 4.0]


def test_the_pack_is_the_named_one_or_the_countrys() -> None:
    """Finland brings its own; "none" and an unknown country bring nothing."""
    named = rule_pack(shop(labour__rules="fi-retail-2026/capital", country=""))
    own = rule_pack(Case(country="FI"))

    assert named is not None and named.area == "capital"
    assert own is not None and (own.name, own.area) == ("fi-retail-2026", "rest")
    assert rule_pack(shop(labour__rules="none")) is None
    assert rule_pack(Case()) is None


@pytest.mark.parametrize("rules", ["fi-retail-1066", "fi-retail-2026/moon"])
def test_unknown_rules_are_refused_with_those_known(rules: str) -> None:
    """The message names what may be written instead."""
    with pytest.raises(CaseError, match="Known: "):
        rule_pack(shop(labour__rules=rules))


@pytest.mark.parametrize(
    ("country", "subdivision", "rules", "week"),
    [
        ("DE", "BY", "", "Mo-Sa 06:00-20:00; PH off"),
        ("DE", "SN", "", "Mo-Sa 06:00-22:00; PH off"),
        ("DE", "", "", "Mo-Sa 00:00-24:00; PH off"),
        ("NO", "", "", "Mo-Sa 00:00-24:00; PH off"),
        ("FR", "", "fr-retail-2026/food", "Mo-Sa 00:00-24:00; Su 00:00-13:00"),
        ("GB", "ENG", "gb-eaw-retail-2026/large", "Mo-Sa 00:00-24:00; Su 10:00-18:00"),
    ],
)
def test_trading_hours_by_law(country: str, subdivision: str, rules: str, week: str) -> None:
    """The country's pack and the region's area give the hours in which shops may open."""
    law = legal_hours(
        shop(
            country=country, subdivision=subdivision, labour__rules=rules, timezone="Europe/Berlin"
        )
    )

    assert law is not None
    assert str(law.when) == week
    assert law.most_sunday_hours == (6 if country == "GB" else 24)


def test_where_shops_may_open_at_any_hour() -> None:
    """Finland, and small shops in England, know no limits; hours the case states come first."""
    stated = legal_hours(shop(country="DE", hours__legal="Mo-Su 08:00-12:00"))

    assert legal_hours(shop()) is None
    assert legal_hours(shop(country="GB")) is None
    assert stated is not None and str(stated.when) == "Mo-Su 08:00-12:00"


@pytest.mark.parametrize("name", pack_names())
def test_every_fact_carries_its_source_and_day(name: str) -> None:
    """No fact without a sentence, a source and the day it was checked, each id once."""
    areas = tomllib.loads((PACKS / f"{name}.toml").read_text(encoding="utf-8"))["areas"]
    for area in areas:
        pack = read_pack(name, area)
        facts = [*pack.supplements, *pack.facts]
        if pack.trading is not None:
            facts.append(pack.trading)

        assert facts
        assert all(fact.says and fact.source and fact.verified_on for fact in facts)
        assert len({fact.id for fact in facts}) == len(facts)


def test_facts_grow_old() -> None:
    """Past its end a fact is doubted, and a year after it was checked."""
    pack = read_pack("fi-retail-2026")

    assert pack.doubts(date(2026, 12, 1)) == []
    assert any("last checked" in doubt for doubt in pack.doubts(date(2027, 12, 1)))
    assert any("held until 2028-01-31" in doubt for doubt in pack.doubts(date(2028, 2, 1)))
