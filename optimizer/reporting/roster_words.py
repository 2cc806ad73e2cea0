"""Rosters in words, in tables and as files."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from optimizer.language import (
    About,
    Clock,
    Day,
    Exact,
    Money,
    Number,
    Percent,
    Said,
    Unit,
    Weekday,
    said,
    say,
    say_n,
    translated,
)
from optimizer.reporting import listings
from optimizer.reporting.sentences import window
from optimizer.roster.joint import Together
from optimizer.roster.roster import Assignment, Relaxation, Roster, Unmet
from optimizer.timegrid import clock

Cells = list[dict[str, Said | str]]

RULE_NAMES = {
    "availability": say("availability"),
    "leave": say("leave"),
    "roles": say("roles"),
    "young people": say("protection of young people"),
    "longest day": say("longest day"),
    "shift length": say("length of a shift"),
    "break": say("break"),
    "fixed shifts": say("fixed shifts"),
    "one shift at a time": say("one shift at a time"),
    "daily rest": say("daily rest"),
    "weekly rest": say("weekly rest"),
    "days in a row": say("days in a row"),
    "nights in a row": say("nights in a row"),
    "longest week": say("longest week"),
    "contract hours": say("contract hours"),
    "free Sundays": say("free Sundays"),
    "people": say("people"),
}
CUSTOMERS = "customers"  # the unit where no money is known
NEED_NAMES = {"staff": say("staff"), "keyholder": say("somebody with a key")}
KIND_NAMES = {
    "evenings": say("evenings"),
    "Saturdays": say("Saturdays"),
    "Sundays": say("Sundays"),
}


def amount(number: Number | About, roster: Roster) -> Said:
    """ "410 EUR"; "12 customers" where no money is known."""
    if roster.currency == CUSTOMERS:
        return said("{number} {unit}", number=number, unit=Unit(CUSTOMERS))
    if isinstance(number, About):
        return said(value=Money(number.rounded, roster.currency, 0))
    return said(value=Money(number.value, roster.currency, number.digits))


def headline(roster: Roster) -> Said:
    """What the roster leaves open, in one sentence."""
    missing = sum(
        need.missing * (need.end_minute - need.start_minute) / 60 for need in roster.unmet
    )
    lost = sum(need.cost for need in roster.unmet) / roster.weeks
    if not roster.unmet:
        return say("Every need of the plan is met, in {hours} paid hours.",
                   hours=Exact(round(roster.paid_hours, 2)))  # fmt: skip
    return say(
        "{missing} of the plan's hours are not met; that costs about {lost} a week.",
        missing=Exact(round(missing, 2)),
        lost=amount(About(lost), roster),
    )


def proof(roster: Roster) -> Said:
    """How good the roster is known to be."""
    value = amount(Number(roster.value / roster.weeks), roster)
    if roster.gap == 0:
        return say("It is worth {value} a week; no roster in these hours is worth more.",
                   value=value)  # fmt: skip
    if roster.gap > 1:
        return say("It is worth {value} a week; how much better one could be is not known.",
                   value=value)  # fmt: skip
    return say(
        "It is worth {value} a week; no roster in these hours is worth {gap} more.",
        value=value, gap=Percent(max(roster.gap, 0.0001), 1 if roster.gap >= 0.01 else 2),
    )  # fmt: skip


def edited(before: Roster, after: Roster) -> Said:
    """What a change by hand does to the worth."""
    change = (after.value - before.value) / after.weeks
    much = amount(Number(abs(change), 2), after)
    if abs(change) < 0.005:
        return say("The change costs nothing.")
    if change < 0:
        return say("The change costs {amount} a week.", amount=much)
    return say("The change brings {amount} a week.", amount=much)


def together(found: Together) -> Said:
    """What deciding hours and people in two steps would lose."""
    return say(
        "Deciding the hours first and the people afterwards would earn {less} a week less than "
        "deciding both together.",
        less=amount(Number(found.gain), found.roster),
    )


def other_hours(found: Together, roster: Roster) -> Said:
    """What the roster in hours decided with the people earns beside one in the plan's hours."""
    more = found.roster.value - roster.value / roster.weeks
    if more <= 0:
        return say("No hours were found in which these people earn more; these earn {less} less:",
                   less=amount(Number(-more), roster))  # fmt: skip
    return say("In these hours these people earn {more} a week more than in those of the plan:",
               more=amount(Number(more), roster))  # fmt: skip


def two_steps(lost: float | None, roster: Roster) -> Said:
    """What may be lost at most because the hours were decided before the people."""
    if lost is None:
        return say("The hours were decided first, the people afterwards; how much deciding both "
                   "together would earn more is not known before it is tried.")  # fmt: skip
    return say(
        "The hours were decided first, the people afterwards; deciding both together could earn "
        "at most {more} a week more.",
        more=amount(Number(lost), roster),
    )


def checked(roster: Roster) -> Said:
    """What the independent check of every shift against every rule has found."""
    strict = sum(rule.price is None for rule in roster.broken)
    if strict:
        return say_n("Checked shift by shift against every rule: {n} is not kept, see below.",
                     "Checked shift by shift against every rule: {n} are not kept, see below.",
                     strict)  # fmt: skip
    if roster.broken:
        return say("Checked shift by shift: all strict rules are kept; those with a price that "
                   "gave way are listed below.")  # fmt: skip
    return say("Checked shift by shift against every rule: all are kept.")


def broken(roster: Roster) -> list[Said]:
    """Every rule that is not kept, with its price."""
    told = []
    for rule in roster.broken:
        name = RULE_NAMES.get(rule.rule, rule.rule)
        facts: dict[str, Any] = {"person": rule.person, "rule": name, "says": rule.says}
        if rule.price is None:
            told.append(say("{person}, {rule}: {says}", **facts))
        else:
            price = amount(Number(rule.price, 2), roster)
            told.append(say("{person}, {rule}: {says}; counted as {price}", price=price, **facts))
    return told


def ways_out(roster: Roster) -> list[Said]:
    """What could give way, and what that would bring."""
    return [_way_out(roster, way) for way in roster.relaxations]


def _way_out(roster: Roster, way: Relaxation) -> Said:
    if not way.cost or roster.currency == CUSTOMERS:
        return say("{way}: brings {gain} a week", way=way.says,
                   gain=amount(Number(way.gain), roster))  # fmt: skip
    gross = way.cost + way.gain
    facts = {
        "way": way.says,
        "cost": amount(Number(way.cost), roster),
        "gross": amount(Number(gross), roster),
    }
    if way.gain > 0:
        return say("{way}: would cost {cost} a week and bring {gross}", **facts)
    return say(
        "{way}: would cost {cost} a week and bring {gross}; leaving it unmet is cheaper", **facts
    )


def changes(before: Roster, after: Roster, cells: Sequence[tuple[str, int]]) -> list[Said]:
    """How many cells a new roster changes, and each of them."""
    told = [say_n("{n} cell is changed.", "{n} cells are changed.", len(cells))]
    for person, day in cells:
        new, old = (_cell(roster, person, day) for roster in (after, before))
        told.append(
            say("{person}, {day}: {new} instead of {old}", person=person,
                day=day_name(after, day), new=new, old=old)
        )  # fmt: skip
    return told


def _cell(roster: Roster, person: str, day: int) -> Said:
    return next((hours(shift) for shift in roster.of(person) if shift.day == day), say("free"))


def hours(shift: Assignment) -> Said:
    """ "10:00-16:30"."""
    return window(shift.start_minute, shift.end_minute)


def day_name(roster: Roster, day: int) -> Said:
    """ "Mon", in a roster of several weeks "Mon 2", with dates "Mon 2026-05-04"."""
    today = roster.date_of(day)
    if today is not None:
        return said("{weekday} {date}", weekday=Weekday(day % 7), date=Day(today))
    if roster.weeks == 1:
        return said("{weekday}", weekday=Weekday(day % 7))
    return said("{weekday} {week}", weekday=Weekday(day % 7), week=day // 7 + 1)


def unmet_rows(roster: Roster) -> Cells:
    """Needs that nobody meets."""
    return [_unmet_row(roster, need) for need in roster.unmet]


def _unmet_row(roster: Roster, need: Unmet) -> dict[str, Said | str]:
    return {
        say("day"): day_name(roster, need.day),
        say("hours"): window(need.start_minute, need.end_minute),
        say("missing"): said("{n}", n=need.missing),
        say("what"): NEED_NAMES.get(need.what, need.what),
        say("costs"): amount(Number(need.cost), roster),
    }


def pay_rows(roster: Roster) -> Cells:
    """Paid hours of everybody, and what they cost where that is known."""
    rows: Cells = []
    for pay in roster.pay:
        extra = sum(hours for _, hours in pay.supplement_hours)
        row: dict[str, Said | str] = {
            say("person"): pay.person,
            say("paid hours"): said("{h}", h=Exact(round(pay.paid_hours, 2))),
            say("with supplement"): said("{h}", h=Exact(round(extra, 2))),
            say("paid without work"): said("{h}", h=Exact(round(pay.guaranteed, 2))),
        }
        if roster.currency != CUSTOMERS:
            row[say("cost")] = amount(Number(pay.wage + pay.supplements, 2), roster)
        rows.append(row)
    return rows


def share_rows(roster: Roster) -> Cells:
    """Evenings, Saturdays and Sundays of everybody beside their fair part, in hours."""
    rows: dict[str, dict[str, Said | str]] = {}
    for share in roster.shares:
        row = rows.setdefault(share.person, {say("person"): share.person})
        row[KIND_NAMES[share.kind]] = say(
            "{hours} (fair: {fair})",
            hours=Exact(round(share.hours, 1)),
            fair=Exact(round(share.fair_hours, 1)),
        )
    return list(rows.values())


def table(roster: Roster) -> dict[str, Any]:
    """A roster for a machine."""
    return {
        "status": roster.status,
        "value": roster.value,
        "bound": roster.bound,
        "gap": roster.gap,
        "seconds": roster.seconds,
        "weeks": roster.weeks,
        "first": None if roster.first is None else roster.first.isoformat(),
        "currency": roster.currency,
        "paid_hours": roster.paid_hours,
        "shifts": [
            {
                "person": shift.person,
                "day": shift.day,
                "weekday": shift.weekday,
                "start": clock(shift.start_minute),
                "end": clock(shift.end_minute),
                "break_minutes": shift.break_minutes,
                "break_start": None
                if shift.break_start_minute is None
                else clock(shift.break_start_minute),
                "role": shift.role,
            }
            for shift in roster.assignments
        ],
        "unmet": [
            {
                "day": need.day,
                "start": clock(need.start_minute),
                "end": clock(need.end_minute),
                "missing": need.missing,
                "what": need.what,
                "cost": need.cost,
            }
            for need in roster.unmet
        ],
        "broken": [
            {"rule": rule.rule, "person": rule.person, "says": rule.says, "price": rule.price}
            for rule in roster.broken
        ],
        "relaxations": [
            {"says": way.says, "gain": way.gain, "cost": way.cost} for way in roster.relaxations
        ],
        "pay": [
            {
                "person": pay.person,
                "paid_hours": pay.paid_hours,
                "supplement_hours": dict(pay.supplement_hours),
                "guaranteed_hours": pay.guaranteed,
                "wage": pay.wage,
                "supplements": pay.supplements,
            }
            for pay in roster.pay
        ],
        "fairness": [
            {
                "person": share.person,
                "kind": share.kind,
                "hours": share.hours,
                "fair_hours": share.fair_hours,
            }
            for share in roster.shares
        ],
    }


def lines(roster: Roster) -> list[Said | str]:
    """A roster for the terminal."""
    told: list[Said | str] = [headline(roster)]
    for person in roster.people:
        for shift in roster.of(person):
            told.append(
                say("  {person}  {day} {hours}", person=person, hours=hours(shift),
                    day=day_name(roster, shift.day))
            )  # fmt: skip
    for need in roster.unmet:
        told.append(
            say(
                "  not met: {day} {start}-{end}, {n} missing, costs {cost}",
                day=day_name(roster, need.day), start=Clock(need.start_minute),
                end=Clock(need.end_minute), n=need.missing,
                cost=amount(Number(need.cost, 2), roster),
            )
        )  # fmt: skip
    return [*told, checked(roster), *broken(roster), *ways_out(roster), proof(roster)]


def payroll_csv(rosters: Mapping[str, Roster], language: str = "en") -> str:
    """Paid hours and supplements of everybody, by store: a row for each kind of hours."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = say("store"), say("person"), say("from"), say("until"), say("kind"), say("hours")
    writer.writerow([translated(head, language) for head in heads])
    for store, roster in rosters.items():
        days = roster.date_of(0), roster.date_of(7 * roster.weeks - 1)
        span = ["" if day is None else day.isoformat() for day in days]
        for person, kind, amount in paid_kinds(roster):
            who = [listings.inert(store), listings.inert(person)]
            writer.writerow([*who, *span, translated(kind, language), f"{amount:.2f}"])
    return out.getvalue()


def paid_kinds(roster: Roster) -> list[tuple[str, str, float]]:
    """For the payroll: person, kind of hours, and how many; those without any left out."""
    found = []
    for pay in roster.pay:
        kinds: list[tuple[str, float]] = [(say("worked"), pay.paid_hours), *pay.supplement_hours]
        if pay.guaranteed:
            kinds.append((say("paid without work"), pay.guaranteed))
        found += [(pay.person, kind, hours) for kind, hours in kinds]
    return found


def write_payroll(folder: Path, rosters: Mapping[str, Roster]) -> str:
    """Write payroll.csv into a folder, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "payroll.csv").write_text(payroll_csv(rosters), encoding="utf-8-sig")
    return say("Written: {file}", file=str(folder / "payroll.csv"))
