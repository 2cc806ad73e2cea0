"""Frontiers of shops, and one budget over all of them: exact, bounded, and explained."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from benchmarks.chain_shops import shop
from optimizer.case import Case, Hours, Tidy
from optimizer.chain.budget import Budget
from optimizer.chain.frontier import Frontier, around_kinks, hull, levels, opening_of, shifts
from optimizer.chain.run import chain_week
from optimizer.errors import PlanError
from optimizer.opening import OpeningHours
from optimizer.planning.bounds import AtPrice
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.week import Week


def week(number: int, minutes: int = 60, **hours: object) -> Week:
    case, whom = shop(number, minutes)
    return chain_week(replace(case, hours=replace(case.hours, **hours)), whom)


def corner_hours(frontier: Frontier) -> list[OpeningHours]:
    return [opening_of(doors) for doors in frontier.doors]


def simple(hours: list[float], profit: list[float]) -> Frontier:
    """A frontier of one shop; its bound at a price is that of its own weeks."""
    prices = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0])
    x, y = np.array(hours), np.array(profit)
    most = (y - prices[:, None] * x).max(axis=1)
    return Frontier(x[:, None], y[:, None], np.zeros((len(x), 7, 2)), prices, most)


def test_levels_are_the_best_window_and_staff_of_every_day() -> None:
    """At one price, trying every window and every staff by brute force finds nothing better."""
    one = week(1)
    frontier = levels([one])
    for price, most in list(zip(frontier.prices, frontier.most, strict=True))[::8]:
        total = one.kept
        for day in range(7):
            best = 0.0
            for o, c in product(range(len(one.doors)), repeat=2):
                if not one.windows[day, o, c]:
                    continue
                worth = one.at_doors(day, (one.doors[o], one.doors[c])) - price * one.duty
                for t in range(one.doors[o], one.doors[c]):
                    wage = one.labour[day, t] + price * one.hour
                    value = one.gain_open[day, t] - wage * one.least[day, t]
                    choices = [value]
                    for n in range(one.further[day, t]):
                        value += one.gain_more[day, t, n] - wage
                        choices.append(value)
                    worth += max(choices)
                best = max(best, worth)
            total += best
        assert most == pytest.approx(total)


def test_the_most_profitable_week_is_judged_alike_without_the_optimiser() -> None:
    """The end of a frontier earns what `evaluate` finds for its hours, paid hours included."""
    for number in range(4):
        case, whom = shop(number)
        frontier = levels([chain_week(case, whom)])
        judged = evaluate(case, whom, corner_hours(frontier)[-1])
        assert frontier.profit[-1, 0] == pytest.approx(judged.objective, rel=1e-9)
        assert frontier.hours[-1, 0] == pytest.approx(judged.paid_hours)


def test_frontiers_rise_and_bend_down() -> None:
    """Each further hour earns less than the one before, and the bound holds at every price."""
    for frontier in (levels([week(2)]), shifts([week(2)])):
        slope = np.diff(frontier.profit[:, 0]) / np.diff(frontier.hours[:, 0])
        assert np.all(np.diff(slope) <= 1e-9)
        net = frontier.profit[:, 0] - frontier.prices[:, None] * frontier.hours[:, 0]
        assert np.all(net.max(axis=1) <= frontier.most + 1e-6)


def test_whole_shifts_earn_no_more_than_people_by_the_period() -> None:
    """At every price whole shifts stay below, and the engine of one shop finds little more."""
    case, whom = shop(5)
    one = chain_week(case, whom)
    loose, whole = levels([one]), shifts([one])
    for x, y in zip(whole.hours[:, 0], whole.profit[:, 0], strict=True):
        most = loose.most + loose.prices * x
        assert y <= most.min() + 1e-6
    limit = float(whole.hours[len(whole.hours) // 2, 0])
    labour = replace(case.labour, hours_per_week=limit)
    plan = optimize(replace(case, labour=labour), whom, time_limit=0)
    here = whole.profit[len(whole.hours) // 2, 0]
    assert here <= plan.bound + 1e-6
    assert here >= plan.objective * 0.99


def test_whole_shifts_miss_next_to_nothing_of_split_ones() -> None:
    """Where three people must stay for longer than a shift, breaks and all, none of it is lost."""
    for number in (7, 13):
        frontier = shifts([week(number, 30)])
        net = frontier.profit[:, 0] - frontier.prices[:, None] * frontier.hours[:, 0]
        assert np.all(net.max(axis=1) >= frontier.most * (1 - 1e-3))


def test_a_split_comes_close_to_its_bound_at_every_budget() -> None:
    """Twenty shops with whole shifts: nearer the more hours there are to share out."""
    budget = Budget([shifts([week(number)]) for number in range(20)])
    for share, most in ((0.2, 1.5e-3), (0.5, 3e-4), (0.8, 3e-4), (0.95, 3e-4)):
        assert budget.split(budget.least + share * (budget.most - budget.least)).gap < most


def test_prices_gather_where_a_curve_bends() -> None:
    """A curve of straight pieces is known everywhere from a few prices, each near a bend."""
    bends, slopes = np.array([1.5, 4.0, 11.0]), np.array([30.0, 12.0, 7.0, 0.0])

    def ask(price: float) -> list[AtPrice]:
        lengths = np.diff(np.r_[price, np.maximum(bends, price), max(price, 20.0)])
        lengths[1:] = np.diff(np.r_[np.maximum(bends, price), max(price, 20.0)])
        left = float(slopes @ lengths)
        return [AtPrice(price, left, float(slopes[np.searchsorted(bends, price, "right")]), {})]

    points = around_kinks(ask, np.array([0.0, 10.0, 20.0]))
    price, bound = (np.array([getattr(p[0], n) for p in points]) for n in ("price", "bound"))
    assert len(points) < 12
    assert np.all(np.diff(price) > 0)
    for q in np.linspace(0, 20, 101).tolist():
        chord = np.interp(q, price, bound)
        assert 0 <= chord - ask(q)[0].bound + 1e-9 <= 0.02 * bound[0]


def test_shops_of_a_mall_open_alike() -> None:
    """One window for both; together they earn no more than each at its own best hours."""
    both = [week(2), week(5)]
    for make in (levels, shifts):
        mall, alone = make(both), [make([one]) for one in both]
        assert mall.hours.shape[1] == 2
        assert mall.profit[-1].sum() <= sum(one.profit[-1, 0] for one in alone) + 1e-6
        hours = corner_hours(mall)[-1]
        for number, one in enumerate(both):
            judged = evaluate(*_facts(one), hours)
            assert mall.profit[-1, number] <= judged.objective + 1e-6


def _facts(one: Week) -> tuple[Case, object]:
    number = int(one.case.store[1:])
    return one.case, shop(number, 60)[1]


def test_weekdays_open_alike_where_the_case_says_so() -> None:
    """Monday to Friday have the same doors in every week of the frontier."""
    for make in (levels, shifts):
        doors = make([week(2, tidy=Tidy(same_weekdays=True))]).doors
        assert np.all(doors[:, :5] == doors[:, :1])


def test_obligatory_hours_are_open_in_every_week() -> None:
    """However few the hours, Saturday noon stays open."""
    must = OpeningHours.parse("Sa 12:00-14:00")
    for make in (levels, shifts):
        doors = make([week(0, obligatory=must)]).doors
        assert np.all((doors[:, 5, 0] >= 0) & (doors[:, 5, 0] <= 720) & (doors[:, 5, 1] >= 840))


def test_hull_keeps_what_no_mixture_beats() -> None:
    """Points below a chord, and weeks that cost more and earn less, are left out."""
    x, y = np.array([[4.0], [6], [8], [10], [12]]), np.array([[10.0], [11], [20], [22], [21]])
    kept = hull(x, y, np.zeros((5, 7, 2)), np.zeros(1), np.array([22.0]))
    assert kept.hours[:, 0].tolist() == [4, 8, 10]


def test_a_split_is_the_best_of_all_splits() -> None:
    """Against every combination of weeks: exact where the budget lies on a corner of the hull."""
    rng = np.random.default_rng(0)
    frontiers = []
    for _ in range(5):
        steps, slopes = rng.integers(1, 6, 4), np.sort(rng.uniform(0.1, 6, 4))[::-1]
        x = 4.0 + np.r_[0, np.cumsum(steps)]
        frontiers.append(simple(x.tolist(), (10 + np.r_[0, np.cumsum(steps * slopes)]).tolist()))
    budget = Budget(frontiers)
    exact = 0
    for hours in np.arange(budget.least, budget.most + 1):
        best = max(
            sum(f.profit[k, 0] for f, k in zip(frontiers, corners, strict=True))
            for corners in product(range(5), repeat=5)
            if sum(f.hours[k, 0] for f, k in zip(frontiers, corners, strict=True)) <= hours + 1e-9
        )
        split = budget.split(float(hours))
        assert split.used <= hours + 1e-6
        assert split.profit == pytest.approx(budget.profit(split).sum())
        assert split.used == pytest.approx(budget.hours(split).sum())
        assert split.profit <= best + 1e-9 <= split.bound + 2e-9
        exact += abs(split.profit - best) < 1e-9
    assert exact >= 20  # every corner of the hull, and more


def test_all_shops_end_at_the_shadow_price() -> None:
    """No shop's next step earns more per hour than the price, but where it is too long."""
    frontiers = [levels([week(number)]) for number in range(12)]
    budget = Budget(frontiers)
    split = budget.split((budget.least + budget.most) / 2)
    for frontier, corner in zip(frontiers, split.corner.tolist(), strict=True):
        x, y = frontier.hours[:, 0], frontier.profit[:, 0]
        if corner + 1 < len(x):
            slope = (y[corner + 1] - y[corner]) / (x[corner + 1] - x[corner])
            longer = x[corner + 1] - x[corner] > split.budget - split.used
            assert slope <= split.price + 1e-9 or longer
        if corner > 0:
            fitted_in = (y[corner] - y[corner - 1]) / (x[corner] - x[corner - 1])
            assert fitted_in >= 0
    assert 0 <= split.gap < 0.005


def test_limits_of_a_shop_are_kept() -> None:
    """A least and a most in hours bind their shop, and the bound says what they cost."""
    frontiers = [levels([week(number)]) for number in range(6)]
    free = Budget(frontiers)
    half = (free.least + free.most) / 2
    least, most = np.zeros(6), np.full(6, np.inf)
    hours = free.hours(free.split(half))
    least[0], most[5] = hours[0] + 5, hours[5] - 5
    tied = Budget(frontiers, least, most)
    split = tied.split(half)
    got = tied.hours(split)
    assert got[0] >= least[0]
    assert got[5] <= most[5]
    assert split.profit < free.split(half).profit
    assert split.profit <= split.bound <= free.split(half).bound + 1e-6
    assert split.gap < 0.01


def test_a_budget_in_wages_weighs_hours_by_their_wage() -> None:
    """Where an hour costs twice as much the same money buys half of it."""
    pair = [simple([2, 4, 6], [5, 9, 12]), simple([2, 4, 6], [5, 9, 12])]
    budget = Budget(pair, rate=np.array([1.0, 2.0]))
    split = budget.split(10.0)
    assert split.corner.tolist() == [2, 0]  # the cheap hours first
    assert split.used == 10.0


def test_too_small_a_budget_is_refused_with_the_least() -> None:
    """The sentence names the hours that open every shop."""
    budget = Budget([simple([4, 6], [1, 2]), simple([5, 6], [1, 2])])
    with pytest.raises(PlanError, match="at least 9 hours"):
        budget.split(8.0)


def test_more_than_pays_is_not_used() -> None:
    """A budget beyond all frontiers leaves the rest, at a price of nothing."""
    split = Budget([simple([4, 6], [1, 2])]).split(100.0)
    assert (split.used, split.price, split.gap) == (6.0, 0.0, 0.0)


def test_different_candidate_hours_cannot_share_a_mall() -> None:
    """Shops that may open at other times are told to agree first."""
    other = week(2, candidate=OpeningHours.parse("Mo-Su 12:00-18:00"))
    with pytest.raises(PlanError, match="mall"):
        levels([week(2), other])


def test_opening_hours_come_back_from_minutes() -> None:
    """Doors by weekday are the hours they say."""
    doors = np.array([[600, 1080]] * 5 + [[600, 960], [-1, -1]])
    assert opening_of(doors) == OpeningHours.parse("Mo-Fr 10:00-18:00; Sa 10:00-16:00")
    assert Hours(current=opening_of(doors)).current.weekly_hours == 46
