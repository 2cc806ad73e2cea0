"""The customers' week: the share of it that finds the door open, and what each hour is worth."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import optimizer as opt
from optimizer.planning.coverage import NOTABLE, coverage
from optimizer.planning.lost import hour_worth
from optimizer.planning.response import Potential
from optimizer.reporting import wanted

SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "old_town_gifts"


@cache
def sample() -> tuple[opt.Case, opt.Demand, Potential]:
    case = opt.read_case(SAMPLE)
    demand = opt.estimate_demand(case)
    return case, demand, opt.potential(case, demand)


def crowd(customers: np.ndarray, opening: np.ndarray) -> Potential:
    """Customers of an hourly week, shape (7, 24), the same in two draws."""
    half = np.full(2, 0.5)
    return Potential(np.tile(customers.ravel(), (2, 1)), half, 0 * half, half, np.ones(2),
                     "customers", opening.ravel().astype(float))  # fmt: skip


def test_share_is_the_customers_who_find_it_open() -> None:
    """Hour by hour: customers of open hours over all customers, on the sample."""
    _, demand, whom = sample()
    inside = everyone = 0.0
    for period, customers in enumerate(whom.customers.mean(0)):
        inside += customers * demand.open_share[period]
        everyone += customers
    assert coverage(whom, demand.open_share).share == pytest.approx(inside / everyone)


def test_the_rest_is_where_it_was_put() -> None:
    """A third of the missing on two evenings is found there, whatever is spread elsewhere."""
    customers, opening = np.ones((7, 24)), np.zeros((7, 24), dtype=bool)
    opening[:, 9:17] = True
    customers[:, :9] = 0.5
    customers[2:4, 17:] = 20.0
    found = coverage(crowd(customers, opening), opening.ravel())
    closed = customers[~opening].sum()
    assert found.share == pytest.approx(1 - closed / customers.sum())
    assert found.missing is not None
    assert (found.missing.part, found.missing.days) == ("evening", (2,))
    assert found.missing.share == pytest.approx(7 * 20 / closed)
    assert found.missing.share >= NOTABLE


@pytest.mark.parametrize("part", ["morning", "noon", "evening", "day"])
def test_each_part_of_a_day_is_told_apart(part: str) -> None:
    """Customers only before opening, at noon, after closing or on a closed day are found there."""
    opening = np.zeros((7, 24), dtype=bool)
    opening[:6, 9:12] = opening[:6, 14:17] = True
    hours = {"morning": (3, 7), "noon": (3, 12), "evening": (3, 20), "day": (6, 12)}
    customers = np.zeros((7, 24))
    customers[hours[part]] = 5.0
    found = coverage(crowd(customers, opening), opening.ravel())
    assert found.share == 0
    assert found.missing is not None
    assert (found.missing.part, found.missing.share) == (part, 1.0)
    assert found.missing.days == (hours[part][0],)


def test_nothing_is_missing_where_it_is_always_open() -> None:
    """A shop that never closes covers everything, and so does one that nobody wants."""
    always = np.ones((7, 24), dtype=bool)
    for customers in (np.ones((7, 24)), np.zeros((7, 24))):
        found = coverage(crowd(customers, always), always.ravel())
        assert (found.share, found.missing) == (1.0, None)


def test_the_map_adds_up_to_the_worth_of_the_week() -> None:
    """The hours of the map hold what `hour_worth` says of their periods, and today's doors."""
    case, demand, whom = sample()
    worth = hour_worth(case, whom)
    rows = wanted.worth_rows(worth, demand.open_share, whom.customers.mean(0), case.grid)
    total = 0.0
    for period in np.flatnonzero(whom.customers.mean(0) > 0):
        total += (worth.served[:, period] - worth.cost[period]).mean()
        if not demand.open_share[period]:
            total -= worth.kept[:, period].mean()
    assert sum(row["net"] for row in rows) == pytest.approx(total)
    friday = next(row for row in rows if (row["day"], row["hour"]) == ("Fri", 18))
    assert friday["net"] == pytest.approx(worth.net.mean(0)[4 * 48 + 36 : 4 * 48 + 38].sum())
    assert not friday["open"]
    assert wanted.worth_chart(rows, "EUR").to_dict(validate=True)["height"] > 0
    table = wanted.worth_table(rows)
    noon = next(row for row in table if row["hour"] == "12:00")
    assert noon["Mon"].startswith(wanted.OPEN_SIGN)
