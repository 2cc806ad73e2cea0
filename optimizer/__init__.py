"""When should a shop be open? Demand that closing hides, and the hours and shifts that pay.

The house, in the order in which data walks through it; a room knows only those above it:

    language    sentences that can be said in another language later
    errors      one family: what is wrong, where, what to do
    timegrid    local days cut into equal periods, the clock, public holidays
    opening     opening hours as a type; reads and writes OSM text
    case        all facts of one shop, frozen; casefile reads and changes them
    data        files -> Observations: what was counted, with a report of what was not
    demand      Observations -> Demand: customers of a typical week, closed hours included
    planning    Case + Demand -> Plan, Evaluation, SalesLost: money, staff, shifts, proof
    desk        the same for phone, chat and mail: queues, closing time, hours and people
    roster      Plan + people -> Roster: who works when, and what bending a rule costs
    chain       many shops: rows reduced, demand pooled, one budget, fair ranks
    reporting   numbers -> sentences, tables, pictures, files; computes nothing
    cli, app    the terminal and the browser

    >>> import optimizer as opt
    >>> case = opt.read_case("sample_data/old_town_gifts")
    >>> shop = opt.read_observations(case)[""]
    >>> demand = opt.estimate_demand(case, shop)
    >>> lost = opt.sales_lost(case, demand, close="17:00")
"""

from optimizer.case import Case, DataFile
from optimizer.casefile import case_from_files, for_store, read_case, with_changes
from optimizer.data.observations import Observations, check, read_observations
from optimizer.demand.checked import estimate_demand, estimate_demands
from optimizer.demand.demand import Demand, interval
from optimizer.errors import CaseError, DataError, OpeningHoursError, PlanError
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation, evaluate
from optimizer.planning.hours import optimize
from optimizer.planning.ladder import price_ladder
from optimizer.planning.lost import SalesLost, sales_lost
from optimizer.planning.plan import Plan
from optimizer.planning.potential import potential
from optimizer.planning.response import Potential
from optimizer.planning.scenario import compare, simplest
from optimizer.reporting.report import write_report
from optimizer.roster.joint import decide_together
from optimizer.roster.making import judge_roster, make_roster
from optimizer.roster.roster import Roster

__all__ = [
    "Case",
    "CaseError",
    "DataError",
    "DataFile",
    "Demand",
    "Evaluation",
    "Observations",
    "OpeningHours",
    "OpeningHoursError",
    "Plan",
    "PlanError",
    "Potential",
    "Roster",
    "SalesLost",
    "case_from_files",
    "check",
    "compare",
    "decide_together",
    "estimate_demand",
    "estimate_demands",
    "evaluate",
    "for_store",
    "interval",
    "judge_roster",
    "make_roster",
    "optimize",
    "potential",
    "price_ladder",
    "read_case",
    "read_observations",
    "sales_lost",
    "simplest",
    "with_changes",
    "write_report",
]
