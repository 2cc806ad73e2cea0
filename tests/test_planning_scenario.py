"""What-ifs: rows that can be recomputed, swings by hand, and the choice that is least regretted."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.casefile import with_changes
from optimizer.demand.demand import Demand
from optimizer.errors import CaseError
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.plan import check_plan
from optimizer.planning.potential import potential as with_worth
from optimizer.planning.response import Potential
from optimizer.planning.scenario import (
    AS_STATED,
    Turn,
    compare,
    plans_by_demand,
    regrets,
    simplest,
    tornado,
    turning_points,
)
from planning_cases import TODAY, potential, shop, two_peaks

CASE = shop(
    economics__contribution_margin=0.5, economics__wage=14.0, displacement__lost=(0.3, 0.5, 0.7)
)
HOURS = OpeningHours.parse(TODAY)


def demand(basket: float | None = 16.0) -> Demand:
    """Two peaks a day, more or less of them."""
    rng = np.random.default_rng(0)
    return Demand(
        store="",
        grid=CASE.grid,
        draws=two_peaks() * rng.lognormal(0, 0.25, (40, 1)),
        basket_draws=None if basket is None else np.full(40, basket),
        open_share=HOURS.week_share(CASE.grid),
        observed_days=np.full(168, 20),
        grade=np.full(168, "B"),
        evidence=(),
        has_web_shop=True,
    )


def opening_times(opening: np.ndarray) -> int:
    """Different windows in a week."""
    return len({tuple(day) for day in opening.reshape(7, -1).tolist() if any(day)})


def test_what_ifs_are_weeks_evaluated() -> None:
    """Each row is what evaluate says of today's and of the best hours under the changed facts."""
    table = compare(
        CASE,
        demand(),
        {
            "dear work": {"economics.wage": 28.0},
            "to 19:00": {"hours.current": "Mo-Fr 10:00-19:00; Sa 10:00-15:00"},
        },
    )
    dear = with_changes(CASE, {"economics.wage": 28.0})
    whom = with_worth(dear, demand())
    longer = OpeningHours.parse("Mo-Fr 10:00-19:00; Sa 10:00-15:00")

    assert table.index.tolist() == [AS_STATED, "dear work", "to 19:00"]
    assert table.profit["dear work"] == pytest.approx(evaluate(dear, whom, HOURS).objective)
    assert table.profit["to 19:00"] == pytest.approx(evaluate(CASE, whom, longer).objective)
    assert table.best_profit["to 19:00"] == table.best_profit[AS_STATED]
    assert table.best_paid_hours["dear work"] < table.best_paid_hours[AS_STATED]
    assert (table.gain == table.best_profit - table.profit).all()
    assert (table.best_profit_p05 < table.best_profit).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [({"period_minutes": 30}, "cannot change the clock"), ({"wages": 3}, 'no field "wages"')],
)
def test_what_ifs_that_are_none(change: dict[str, object], said: str) -> None:
    """Other periods need another demand; a misspelt field is named."""
    with pytest.raises(CaseError, match=said):
        compare(CASE, demand(), {"odd": change})


def test_simplest_plan_costs_little() -> None:
    """Fewer opening times than the best plan, for no more than the share given."""
    case = shop(period_minutes=30, labour__break_minutes=30)
    people = potential(two_peaks(30))
    plan = optimize(case, people)
    simple, same = simplest(case, people, plan), simplest(case, people, plan, within=0.0)

    assert opening_times(simple.opening) < opening_times(plan.opening)
    assert simple.objective >= 0.98 * plan.objective
    assert same.objective >= plan.objective - 1e-6
    assert check_plan(case, simple) == []


def test_tornado_by_hand() -> None:
    """Gains of the plan over today's hours with each assumption off, the widest first."""
    plan = optimize(CASE, with_worth(CASE, demand()), time_limit=0)
    swings = {swing.assumption: swing for swing in tornado(CASE, demand(), plan, HOURS)}
    widths = [swing.width for swing in swings.values()]
    dear = with_changes(CASE, {"economics.wage": 15.4})
    whom = with_worth(dear, demand())

    assert set(swings) == {"wage", "margin", "average sale", "demand", "share lost"}
    assert widths == sorted(widths, reverse=True)
    assert (swings["wage"].low, swings["wage"].high) == ("12.60 EUR an hour", "15.40 EUR an hour")
    by_hand = evaluate(dear, whom, plan).objective - evaluate(dear, whom, HOURS).objective
    assert swings["wage"].gain_high == pytest.approx(by_hand)
    assert swings["wage"].gain_low > swings["wage"].gain_high
    assert swings["margin"].gain_low < swings["margin"].gain_high
    assert swings["share lost"].gain_low < swings["share lost"].gain_high
    assert swings["wage"].hours_low.weekly_hours >= swings["wage"].hours_high.weekly_hours


def test_without_money_only_customers_matter() -> None:
    """No wage or margin swings where no sale is worth anything known."""
    case = shop(displacement__lost=(0.3, 0.5, 0.7))
    plan = optimize(case, with_worth(case, demand(None)), time_limit=0)

    assert {swing.assumption for swing in tornado(case, demand(None), plan, HOURS)} == {
        "demand",
        "share lost",
    }


def two_weeks(quiet: float, busy: float) -> Potential:
    """A potential that is one of two weeks, as likely as each other."""
    people = potential(two_peaks(), draws=2)
    both = np.array([[quiet], [busy]]) * two_peaks()
    return replace(people, customers=both, value=np.full(2, 8.0))


def test_regret_is_what_hindsight_would_have_earned() -> None:
    """Two possible weeks, long and short hours: each is best in one of them."""
    people = two_weeks(0.1, 2.0)
    choices = {
        "long": OpeningHours.parse("Mo-Sa 08:00-21:00"),
        "short": OpeningHours.parse("Mo-Sa 11:00-15:00"),
    }
    profit = {name: evaluate(shop(), people, hours).profit_draws for name, hours in choices.items()}
    found = {regret.name: regret for regret in regrets(shop(), people, choices)}

    assert profit["short"][0] > profit["long"][0]
    assert profit["short"][1] < profit["long"][1]
    assert found["long"].regret == pytest.approx((profit["short"][0] - profit["long"][0]) / 2)
    assert found["short"].regret == pytest.approx((profit["long"][1] - profit["short"][1]) / 2)
    assert {name: regret.chance_best for name, regret in found.items()} == {
        "long": 0.5,
        "short": 0.5,
    }
    assert next(iter(found)) == min(found.values(), key=lambda each: each.regret_p95).name


def test_plans_for_little_and_much_demand() -> None:
    """The more customers are thought to come the more hours are worked; each suits its own week."""
    people = two_weeks(0.5, 2.0)
    plans = plans_by_demand(shop(), people)
    hours = [plan.paid_hours for plan in plans.values()]
    profit = {name: evaluate(shop(), people, plan).profit_draws for name, plan in plans.items()}

    assert hours == sorted(hours)
    assert profit["if demand is low"][0] > profit["if demand is high"][0]
    assert profit["if demand is low"][1] < profit["if demand is high"][1]


def test_more_customers_as_a_what_if() -> None:
    """`demand` is a factor on the customers of every hour; anything else is refused."""
    table = compare(CASE, demand(), {"busy": {"demand": 1.5, "economics.wage": 16.0}})
    busier = replace(demand(), draws=1.5 * demand().draws)
    dearer = with_changes(CASE, {"economics.wage": 16.0})
    by_hand = evaluate(dearer, with_worth(dearer, busier), HOURS).objective

    assert table.profit["busy"] == pytest.approx(by_hand)
    for wrong in (0, -1, "much", True):
        with pytest.raises(CaseError, match="not a number above 0"):
            compare(CASE, demand(), {"odd": {"demand": wrong}})


def test_beyond_a_turning_point_other_hours_are_better() -> None:
    """The plan misses more than the share given there, and less halfway back to what was stated."""
    whom = with_worth(CASE, demand())
    plan = optimize(CASE, whom, time_limit=0)
    turns = turning_points(CASE, demand(), plan, within=0.005)
    allowed = 0.005 * plan.objective

    def missed(turn: Turn, value: float) -> float:
        facts, people = CASE, whom
        if turn.fact == "wage":
            facts = with_changes(CASE, {"economics.wage": value})
        elif turn.fact == "margin":
            people = replace(whom, value=whom.value * value / CASE.economics.margin)
        elif turn.fact == "demand":
            people = replace(whom, customers=value * whom.customers)
        else:
            facts = with_changes(CASE, {"displacement.lost": (value, value, value)})
            people = with_worth(facts, demand())
        best = optimize(facts, people, time_limit=0).objective
        return best - evaluate(facts, people, plan).objective

    assert {turn.fact for turn in turns} == {"wage", "margin", "share lost", "demand"}
    for turn in turns:
        assert missed(turn, turn.value) > allowed
        assert missed(turn, (turn.value + turn.stated) / 2) <= allowed
        assert turn.hours != plan.hours
    up = next(turn for turn in turns if turn.fact == "wage" and turn.value > turn.stated)
    assert up.hours.weekly_hours < plan.hours.weekly_hours


def test_without_money_no_wage_turns_the_advice() -> None:
    """Only the demand and the share lost are walked."""
    case = shop(displacement__lost=(0.3, 0.5, 0.7))
    plan = optimize(case, with_worth(case, demand(None)), time_limit=0)
    assert {turn.fact for turn in turning_points(case, demand(None), plan)} <= {
        "share lost", "demand"
    }  # fmt: skip
