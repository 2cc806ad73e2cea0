"""Verbs on what a shop sells and misses: check, demand, lost, backtest."""

import argparse

from optimizer.cli.asked import (
    Answer,
    Verb,
    case_arguments,
    common,
    estimated,
    named_case,
    one_or_stores,
)
from optimizer.data.observations import check
from optimizer.demand.backtest import backtest
from optimizer.demand.displacement import displacement
from optimizer.planning.lost import sales_lost
from optimizer.planning.loyalty import beyond_basket
from optimizer.planning.potential import average_sale
from optimizer.reporting import listings, tables, trust


def _check(options: argparse.Namespace) -> Answer:
    answer = check(named_case(options))
    return answer, listings.check_lines(answer)


def _demand(options: argparse.Namespace) -> Answer:
    whole, shops = estimated(options)
    found = []
    for case, _, demand in shops:
        lost = sales_lost(case, demand, options.close, options.until)
        found.append(tables.demand_table(demand, average_sale(case, demand), lost))
    answer = common(whole, shops) | {
        part: [row for table in found for row in table[part]]
        for part in ("periods", "evidence", "daily")
    }
    return answer, [line for shop in shops for line in listings.demand_lines(shop[2])]


def _lost(options: argparse.Namespace) -> Answer:
    whole, shops = estimated(options)
    found, lines = [], []
    for case, seen, demand in shops:
        lost = sales_lost(case, demand, options.close, options.until)
        shares = displacement(case.displacement, demand.has_web_shop, 2)
        worth = beyond_basket(case, demand, lost)
        table = tables.lost_table(lost) | tables.loyalty_table(worth)
        found.append(table | {"hours": str(seen.hours)})
        lines += listings.lost_lines(case, demand, lost, worth, shares.source)
    return one_or_stores(whole, shops, found), lines


def _evening_arguments(verb: argparse.ArgumentParser) -> None:
    case_arguments(verb)
    verb.add_argument("--close", help='closing time to judge, "17:00"; else today\'s')
    verb.add_argument("--until", help='look no further than this, "21:00"')


def _backtest(options: argparse.Namespace) -> Answer:
    whole, shops = estimated(options)
    tests = [backtest(case, seen, options.close) for case, seen, _ in shops]
    found = [trust.backtest_table(test) for test in tests]
    lines = [line for test in tests for line in trust.backtest_lines(test)]
    return one_or_stores(whole, shops, found), lines


def _backtest_arguments(verb: argparse.ArgumentParser) -> None:
    case_arguments(verb)
    verb.add_argument("--close", help='hide what was sold after this, "17:00"')


CHECK = Verb(
    _check, "what was recognised, what was set aside and why, what is thin", case_arguments
)
DEMAND = Verb(
    _demand, "demand per hour of week with intervals, grade and evidence", _evening_arguments
)
LOST = Verb(_lost, "sales lost by closing when you close", _evening_arguments)
BACKTEST = Verb(
    _backtest, "hide hours that were open, estimate them again, and compare", _backtest_arguments
)
