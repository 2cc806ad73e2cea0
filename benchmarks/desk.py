"""A real bank's phone line: a plan for 07 to 21 and what it costs and brings against 08 to 17.

python -m benchmarks.desk [FOLDER]

FOLDER holds `bank_calls_5min.csv` (answered calls by five minutes, 2003); without it the data
beside the project are taken. The data tell no handling times and no money: four minutes a call,
five of patience, 6 USD an answered call, 20 USD an hour and 30 % on top are assumptions. Seconds
are of the processor.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

from optimizer.case import Case, DataFile, Economics, Hours, Service
from optimizer.data.contacts import read_contacts
from optimizer.demand.contacts import estimate_contacts
from optimizer.desk.response import plan_desk
from optimizer.desk.week import desk_week
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import evaluate

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "calls_bank_5min_2003"
WIDE, NARROW = (OpeningHours.parse(f"Mo-Fr {hours}") for hours in ("07:00-21:00", "08:00-17:00"))


def main() -> None:
    """Print the plan, the comparison, and the seconds of each step."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    case = Case(
        timezone="America/New_York", country="US", currency="USD",
        hours=Hours(current=WIDE, candidate=WIDE, obligatory=WIDE),
        data=(DataFile(str(folder / "bank_calls_5min.csv"), kind="contacts"),),
        service=Service("desk", minutes=4.0, patience_minutes=5.0, min_staff=2, max_staff=330),
        economics=Economics(wage=20.0, value_per_contact=6.0),
    )  # fmt: skip
    started = time.process_time()
    record = read_contacts(case)
    demands = estimate_contacts(record)
    read = time.process_time()
    wide, response = plan_desk(case, demands)
    planned = time.process_time()
    short = Hours(current=NARROW, candidate=NARROW, obligatory=NARROW)
    narrow, _ = plan_desk(replace(case, hours=short), demands)
    worth = {plan.hours: evaluate(case, response.potential, plan) for plan in (wide, narrow)}
    compared = time.process_time()
    print(f"{record.days} days, {demands[0].mean.sum():,.0f} calls a week; days differ by "
          f"{demands[0].day_spread:.1%}")  # fmt: skip
    for hours, found in worth.items():
        plan = wide if hours == wide.hours else narrow
        print(f"{hours}: {found.paid_hours:,.1f} paid hours, wages {found.wage_cost:,.0f} USD, "
              f"calls' worth {found.margin:,.0f} USD, left {found.objective:,.0f} USD a week; "
              f"at most {plan.staff.max()} people, gap {plan.gap:.4%}")  # fmt: skip
    wider, shorter = (worth[plan.hours] for plan in (wide, narrow))
    print(f"07-21 costs {wider.wage_cost - shorter.wage_cost:,.0f} USD more in wages and leaves "
          f"{wider.objective - shorter.objective:,.0f} USD more a week")  # fmt: skip
    print(f"read {read - started:.2f} s, plan 07-21 {planned - read:.2f} s, "
          f"plan 08-17 and compare {compared - planned:.2f} s")  # fmt: skip
    week = desk_week(response, wide.hours, wide.staff)
    seen, last = week.channels[0], week.last_moments[0]
    seconds = time.process_time() - compared
    print(f"followed exactly in {seconds:.2f} s: {seen.answered.sum():,.0f} answered, "
          f"{seen.gave_up.sum():,.0f} give up; when Monday closes {last.closing.waiting:.1f} wait, "
          f"number {last.place} in one week of twenty")  # fmt: skip


if __name__ == "__main__":
    main()
