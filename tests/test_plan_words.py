"""Sentences on plans: every branch says what its numbers say, and none breaks a language."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.language import LANGUAGES, translated
from optimizer.opening import OpeningHours
from optimizer.planning.explain import FreeTime, RulePrice
from optimizer.planning.ladder import Rung
from optimizer.planning.plan import Plan
from optimizer.planning.scenario import Turn
from optimizer.planning.surge import SurgeAnswer
from optimizer.reporting import plan_words, what_if_words

PLAN = Plan(
    opening=np.zeros(168, dtype=bool), staff=np.zeros(168, dtype=int), shifts=(), status="optimal",
    objective=1000.0, bound=1000.0, gap=0.0, next_hour=0.0, seconds=0.1,
    hours=OpeningHours.parse("Th 09:00-20:00"), duty_hours=0.0, unit="EUR",
)  # fmt: skip
RUNG = Rung(
    opens_minute=540, closes_minute=780, earns=300.0, costs=106.0, paid_hours=4.0, hours_cost=0.0,
    break_even=7.0, chance=1.0, shifts=1, against="", profit=900.0,
)  # fmt: skip
HERE = replace(RUNG, closes_minute=1200, earns=14.2, costs=9.1, paid_hours=0.5, shifts=3)
NEXT = replace(HERE, closes_minute=1230, earns=11.8, costs=14.0)
THURSDAY = "Thursday until 20:00: the last 30 minutes bring about 14 EUR a week and cost 9 EUR; "


def thursday(*later: Rung, plan: Plan = PLAN) -> str:
    """The sentence of a ladder that ends with these rungs."""
    before = replace(RUNG, closes_minute=1170)
    told = plan_words.weekday_choice(plan, 3, [RUNG, before, *later])
    for language in LANGUAGES:
        assert "{" not in translated(told, language)
    return str(told)


@pytest.mark.parametrize(
    ("following", "said"),
    [
        ({}, "another 30 minutes would bring 12 EUR and cost 14 EUR."),
        ({"shifts": 4, "costs": 22.0}, "another 30 minutes would need one more shift and lose "
         "10 EUR."),
        ({"shifts": 4, "costs": 18.0}, "another 30 minutes would need one more shift and lose "
         "6 EUR."),
        ({"earns": -2.0, "costs": 5.0}, "another 30 minutes would lose 7 EUR."),
        ({"earns": 14.2, "costs": 13.9}, "another 30 minutes would bring 14.2 EUR and cost "
         "13.9 EUR."),
        ({"earns": 20.0, "hours_cost": 15.5}, "another 30 minutes would bring 6 EUR after wages, "
         "but the same work earns 16 EUR on other days."),
        ({"against": "Monday to Friday alike"}, "another 30 minutes would break your rule (Monday "
         "to Friday alike)."),
    ],
)  # fmt: skip
def test_what_another_half_hour_would_do(following: dict, said: str) -> None:
    """The second half of the sentence, for each way in which a longer day may not pay."""
    assert thursday(HERE, replace(NEXT, **following)) == THURSDAY + said


def test_first_half_of_the_sentence() -> None:
    """A shift that reaches further, the only rung, the last door, and a shop without money."""
    reaches = replace(HERE, paid_hours=0.0, costs=5.0)
    assert thursday(reaches).startswith(
        "Thursday until 20:00: the last 30 minutes bring about 14 EUR a week and cost only 5 EUR, "
        "since a shift reaches that far anyway; later is outside the hours"
    )
    alone = replace(RUNG, closes_minute=1200)
    assert str(plan_words.weekday_choice(PLAN, 3, [alone])).startswith(
        "Thursday 09:00 to 20:00: opening at all brings about 300 EUR a week and costs 110 EUR; "
    )
    customers = replace(PLAN, unit="customers")
    assert thursday(HERE, replace(NEXT, hours_cost=0.9), plan=customers) == (
        "Thursday until 20:00: the last 30 minutes keep about 14.2 customers a week; another 30 "
        "minutes would keep 11.8 more for 0.5 hours of work, which keep 0.9 on other days."
    )


def test_closed_days() -> None:
    """The best hours of a day that stays closed, summed over its rungs."""
    rungs = [
        replace(RUNG, earns=80.0, costs=100.0, profit=980.0),
        replace(RUNG, closes_minute=810, earns=10.0, costs=5.0, profit=985.0),
        replace(RUNG, closes_minute=840, earns=1.0, costs=9.0, profit=977.0),
    ]
    assert plan_words.weekday_choice(PLAN, 6, rungs) == (
        "Sunday closed: even 09:00 to 13:30, the best hours there are, would bring about 90 EUR a "
        "week and cost 105 EUR."
    ).replace("105", "100")  # told in tens from a hundred on
    assert "no opening is allowed" in plan_words.weekday_choice(PLAN, 6, [])


def test_opening_earlier() -> None:
    """One rung below the plan's opening time; nothing where there is none."""
    earlier = [replace(HERE, opens_minute=570), HERE, replace(NEXT, opens_minute=510)]
    assert plan_words.opening_choice(PLAN, 3, earlier) == (
        "Opening at 08:30 and not at 09:00 would bring about 12 EUR a week and cost 14 EUR."
    )
    assert plan_words.opening_choice(PLAN, 3, earlier[:2]) is None


def test_rules_and_turning_points() -> None:
    """A range of prices, the next hour, and what would be better beyond a value."""
    bound = replace(PLAN, next_hour=31.2)
    budget = RulePrice("at most 160 paid hours a week", 80.0, 90.0)
    assert plan_words.binding_rule([budget], bound) == (
        "at most 160 paid hours a week: costs about 85 EUR a week. The next paid hour a week would "
        "earn 31 EUR, wages paid."
    )
    assert "costs nothing" in plan_words.rule_price(RulePrice("legal hours", 0, 0.1), PLAN)
    assert "at most 9 EUR" in plan_words.rule_price(RulePrice("legal hours", 0, 9.0), PLAN)
    turn = Turn("wage", 14.46, 19.4, OpeningHours.parse("Th 09:00-18:00"))
    assert plan_words.turning_point(turn, PLAN, "EUR") == (
        "With a wage above 19.40 EUR an hour (now 14.46 EUR) open shorter: Thu 09:00-18:00."
    )
    calm = plan_words.no_turn([turn], PLAN)
    assert calm == (
        "Halving or doubling would not change the advice: the margin, the share of customers lost "
        "and the demand."
    )


def test_changed_days_go_together() -> None:
    """Neighbours with the same new hours are told at once; days that stay are left out."""
    before = OpeningHours.parse("Mo-Fr 09:00-18:00; Sa 10:00-14:00")
    after = OpeningHours.parse("Mo 09:00-18:00; Tu-Th 10:00-18:00; Fr 10:00-18:00; Su 12:00-16:00")
    told = plan_words.changed_days(before, after)
    assert told.written("en") == "Tue-Fri 10:00-18:00, Sat closed, Sun 12:00-16:00"


def test_campaign_and_free_time() -> None:
    """What the figures of an answer say, with and without more staff or more days."""
    nobody = np.zeros(168, dtype=int)
    answer = SurgeAnswer(
        extra=112.0, lost=52.0, lost_staffed=4.0, lost_spread=37.0, gain_staffed=500.0,
        gain_spread=220.0, people=5, more_hours=9.5, planned=nobody, needed=nobody, days=3,
    )  # fmt: skip
    told = [str(sentence) for sentence in what_if_words.surge(answer, "EUR")]
    assert "With up to 5 people at work, 9.5 more paid hours, the lost fall to 4;" in told[1]
    assert told[2].startswith("With the mailing sent in parts over 3 days, the staff planned lose")
    quiet = replace(answer, more_hours=0.0, days=1)
    assert what_if_words.surge(quiet, "EUR")[1:] == ["More staff for them would not pay."]

    free = FreeTime(PLAN, 60.0, 3.5, 31.0)
    assert "240 EUR in 4 weeks" in what_if_words.free_time(free, "EUR", 4)
    assert "earns you 31 EUR" in (what_if_words.own_hour(free, "EUR") or "")
