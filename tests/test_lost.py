"""Sales behind the locked door: two roads to each number, and advice that follows from them."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.case import Case, DisplacementFacts, Economics, Hours, Loyalty, Service
from optimizer.demand.demand import Demand
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate
from optimizer.planning.lost import hour_worth, sales_lost
from optimizer.planning.loyalty import beyond_basket
from optimizer.planning.potential import potential
from optimizer.planning.recapture import recapture
from optimizer.reporting import sentences

HOURS = OpeningHours.parse("Mo-Fr 10:00-17:00; Sa 10:00-15:00")
CASE = Case(
    country="FI",
    hours=Hours(current=HOURS),
    economics=Economics(contribution_margin=0.5, wage=14.0, open_cost_per_hour=4.0),
    displacement=DisplacementFacts(lost=(0.3, 0.5, 0.7)),
    service=Service(minutes=3.0, max_staff=3),
)


def demand(rate: float = 12.0, grade: str = "B", basket: float | None = 30.0) -> Demand:
    """The same number of customers every hour of the day, with some doubt."""
    rng = np.random.default_rng(0)
    draws = rate * np.exp(rng.normal(0, 0.2, (200, 1)) + np.zeros(336))
    return Demand(
        store="",
        grid=CASE.grid,
        draws=draws,
        basket_draws=None if basket is None else np.full(200, basket),
        open_share=HOURS.week_share(CASE.grid),
        observed_days=np.full(336, 20),
        grade=np.full(336, grade),
        evidence=(),
        has_web_shop=True,
    )


def test_potential_is_moved_and_web_and_lost() -> None:
    """In every draw and on every weekday the three parts add up to the potential."""
    lost = sales_lost(CASE, demand())

    np.testing.assert_allclose(lost.moved + lost.web + lost.lost, lost.potential)


def test_sales_after_closing_by_hand() -> None:
    """Potential sales of a weekday are customers times basket, hour by hour until 22:00."""
    lost = sales_lost(CASE, demand())
    whom = potential(CASE, demand())

    by_hand = sum(whom.customers[:, period] * 30.0 for period in range(34, 44))  # Monday 17-22

    np.testing.assert_allclose(lost.potential[:, 0], by_hand)
    assert lost.potential[:, 6].sum() == 0  # Sunday never opens: nothing is lost by closing early
    assert lost.close.tolist() == [1020] * 5 + [900, 0]


def test_profit_is_the_difference_between_two_weeks_evaluated() -> None:
    """What longer hours add is what the longer week earns less what today's week earns."""
    lost = sales_lost(CASE, demand())
    longer = OpeningHours.parse("Mo-We,Fr 10:00-17:00; Th 10:00-20:00; Sa 10:00-15:00")
    whom = potential(CASE, demand())

    change = evaluate(CASE, whom, longer).profit_draws - evaluate(CASE, whom, HOURS).profit_draws
    thursday = sales_lost(CASE, demand(), until="20:00")

    np.testing.assert_allclose(thursday.best_profit[:, 3], change, atol=1e-6)
    assert lost.best_profit[:, 3].mean() >= change.mean() - 1e-9


def test_break_even_share_is_where_the_profit_is_zero() -> None:
    """If just the break-even share is lost today, the advised week earns what today's week does."""
    poor = demand(rate=4.0)
    lost = sales_lost(CASE, poor)
    people, share = potential(CASE, poor), lost.break_even_lost_share
    loyal = (1 - share) / (people.moved + people.web)
    tipping = replace(
        people, moved=people.moved * loyal, web=people.web * loyal, lost=people.lost * 0 + share
    )
    until = np.where(lost.sure if lost.sure.any() else lost.pays, lost.best_until, lost.close)
    opening = HOURS.week_share(CASE.grid) + CASE.grid.share_between(lost.close, until).ravel()

    change = evaluate(CASE, tipping, opening).objective - evaluate(CASE, tipping, HOURS).objective

    assert lost.pays.any()
    assert 0.3 < share < lost.lost_share
    assert change == pytest.approx(0, abs=0.01 * lost.profit_if_open.mean())


def test_the_worth_of_an_hour_is_that_of_opening_it_alone() -> None:
    """The first half hour after closing: what today's week with it earns more, neighbours aside."""
    whom = potential(CASE, demand())
    worth = hour_worth(CASE, whom)
    longer = OpeningHours.parse("Mo 10:00-17:30; Tu-Fr 10:00-17:00; Sa 10:00-15:00")
    change = evaluate(CASE, whom, longer).profit_draws - evaluate(CASE, whom, HOURS).profit_draws
    drawn, later = whom.thinned(), slice(35, 48)  # Monday from 17:30 on
    moved, web = zip(
        *(recapture(whom).shares(hours.week_share(CASE.grid)) for hours in (longer, HOURS)),
        strict=True,
    )
    nearer = (moved[0] + web[0] - moved[1] - web[1]) * drawn.customers * drawn.value[:, None]

    np.testing.assert_allclose(worth.net[:, 34] + nearer[:, later].sum(1), change, atol=1e-9)
    assert (nearer[:, later] >= -1e-9).all() and nearer.max() > 1


@pytest.mark.parametrize(
    ("changes", "rate", "grade", "basket", "advice"),
    [
        ({}, 25.0, "B", 40.0, "open"),
        ({}, 1.0, "B", 10.0, "stay"),
        ({}, 25.0, "E", 40.0, "not enough data"),
        ({}, 25.0, "D", None, "try"),
    ],
)
def test_advice_follows_the_evidence(
    changes: dict, rate: float, grade: str, basket: float | None, advice: str
) -> None:
    """Busy evenings open, idle ones stay shut, unknown ones say so, and no money means a trial."""
    lost = sales_lost(CASE, demand(rate, grade, basket))

    assert lost.advice == advice
    assert sentences.because(lost).endswith(".")
    if advice == "open":
        assert np.quantile(lost.profit_if_open, 0.05) > 0
    if advice == "stay":
        assert lost.profit_if_open.mean() < 0


def test_no_point_estimate_where_nothing_speaks() -> None:
    """With grade E the headline gives a range and says that it cannot be said yet."""
    text = sentences.headline(sales_lost(CASE, demand(grade="E")))

    assert "cannot be said yet" in text
    assert "about" not in text


def test_higher_wages_never_lengthen_the_evening() -> None:
    """Dearer work never moves the best closing time later."""
    times = []
    for wage in (10.0, 20.0, 40.0):
        case = replace(CASE, economics=replace(CASE.economics, wage=wage))
        times.append(sales_lost(case, demand(9.0)).best_until)

    assert (times[0] >= times[1]).all()
    assert (times[1] >= times[2]).all()


def test_a_later_closing_time_leaves_less_behind_the_door() -> None:
    """Closing at 19:00 loses less than closing at 17:00, and closing at the end nothing."""
    lost = [sales_lost(CASE, demand(), close=c).lost.sum() for c in ("17:00", "19:00", "22:00")]

    assert lost[0] > lost[1] > lost[2] == 0
    nothing = sales_lost(CASE, demand(), close="22:00")
    assert "nothing is lost" in sentences.headline(nothing)


def test_closing_time_of_some_days_only() -> None:
    """A slider for the weekdays leaves Saturday's closing time as it is."""
    lost = sales_lost(CASE, demand(), close=dict.fromkeys(range(5), 1140))

    assert lost.close.tolist() == [1140] * 5 + [900, 0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(7.4, "7"), (412.0, "410"), (1234.0, "1,230"), (12345.0, "12,300"), (-49.4, "-49"), (0, "0")],
)
def test_numbers_are_said_as_one_says_them(value: float, text: str) -> None:
    """Two or three leading digits, thousands set apart."""
    assert sentences.rounded(value) == text


def test_customers_who_never_come_back_are_a_line_of_their_own() -> None:
    """Off by default; when believed in, worth by hand, and neither headline nor profit move."""
    believer = replace(CASE, loyalty=Loyalty(leave_share=0.01, visits_per_year=6))
    silent, told = (sales_lost(case, demand()) for case in (CASE, believer))
    nothing, worth = (beyond_basket(case, demand(), silent) for case in (CASE, believer))

    lifetime = 30.0 * 0.5 * 6 / (1 - 0.7 + 0.05)
    assert worth.lifetime_margin[0] == pytest.approx(lifetime)
    by_hand = 0.01 * lifetime * told.lost.sum(1) / 30.0
    np.testing.assert_allclose(worth.per_week, by_hand)
    assert nothing.per_week.sum() == 0
    assert sentences.beyond(CASE, nothing) == ""
    assert "1.0%" in sentences.beyond(believer, worth)
    assert sentences.headline(silent) == sentences.headline(told)
    np.testing.assert_array_equal(silent.profit_if_open, told.profit_if_open)


def test_break_even_share_of_customers_who_leave() -> None:
    """Where the hours do not pay, the share that would tip it is loss over what is at stake."""
    poor = demand(rate=1.0, basket=10.0)
    lost = sales_lost(CASE, poor)
    worth = beyond_basket(CASE, poor, lost)

    at_stake = (worth.lifetime_margin * lost.lost.sum(1) / 10.0).mean()
    assert worth.break_even_leave_share == pytest.approx(-lost.profit_if_open.mean() / at_stake)


def test_tipping_point_is_where_fewer_customers_stop_paying() -> None:
    """With so many customers fewer the same hours earn about nothing, with fewer they lose."""
    lost = sales_lost(CASE, demand(rate=9.0), until="19:00")
    assert 0.05 < lost.tipping_point < 0.95

    at_tip, below = (
        sales_lost(CASE, demand(rate=9.0 * (1 - lost.tipping_point) * factor), until="19:00")
        for factor in (1.0, 0.85)
    )

    assert abs(at_tip.best_profit.mean(0).sum()) < 0.15 * lost.best_profit.mean(0).sum()
    assert below.best_profit.mean(0).sum() < 0
    assert "fewer come" in sentences.pays_if(lost)
