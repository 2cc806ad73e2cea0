"""What the paid hours of a week are made of: plain wage, supplements by kind, the employer's share.

The same money that `evaluate` counts, line by line, for somebody who checks a pay slip.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from optimizer.case import Case
from optimizer.language import say
from optimizer.planning.evaluate import after_closing, costs, duties
from optimizer.planning.plan import Plan
from optimizer.planning.response import Potential
from optimizer.planning.rules import rule_pack

_A_MONDAY = date(2001, 1, 1)  # any Monday of a week without public holidays


@dataclass(frozen=True)
class PayLine:
    """One kind of pay in a week: for how many hours, how much money, and who says so."""

    kind: str
    hours: float
    money: float
    source: str = ""


def pay_lines(case: Case, potential: Potential, plan: Plan) -> list[PayLine]:
    """Wage, each supplement that is due, and on-cost of a plan's week; they sum to its wage cost.

    Set-up, close-down and what is expected to be left after closing are part of the hours.
    """
    grid, facts = case.grid, case.economics
    opening = plan.opening.astype(float)
    late = after_closing(case, potential, costs(case, potential).labour, opening, nightly=True)
    people = plan.staff + duties(case, opening, nightly=True) + late
    hours = people * grid.period_hours
    wage = facts.labour_cost_per_hour / (1 + facts.on_cost)
    lines = [PayLine(say("Wage"), float(hours.sum()), float(hours.sum() * wage))]
    pack = rule_pack(case)
    for supplement in () if pack is None else pack.supplements:
        due = supplement.when.open_share(grid, _A_MONDAY, 7, np.zeros(7, dtype=bool)).ravel()
        paid = float(hours @ due)
        if paid:
            each = supplement.money_per_hour + supplement.share_of_wage * wage
            lines.append(PayLine(supplement.says, paid, paid * each, supplement.source))
    before = sum(line.money for line in lines)
    if facts.on_cost:
        share = say("Employer's share on top")
        lines.append(PayLine(share, float(hours.sum()), before * facts.on_cost))
    return lines
