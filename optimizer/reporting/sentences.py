"""Answers as sentences that a shop owner would repeat to a friend."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.data.observations import FileReport
from optimizer.demand.demand import Demand, interval
from optimizer.language import (
    About,
    Capital,
    Clock,
    Day,
    Listed,
    Money,
    Number,
    Percent,
    Said,
    Weekday,
    said,
    say,
)
from optimizer.opening import OpeningHours, Window
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.lost import SalesLost
from optimizer.planning.loyalty import BeyondBasket
from optimizer.planning.plan import Plan


def rounded(value: float) -> Said:
    """A number as one says it: two or three leading digits, thousands set apart."""
    return said(value=About(value))


def amount(value: float, unit: str) -> Said:
    """ "410 EUR" or "12 customers"."""
    if unit == "customers":
        return say("{number} customers", number=About(value))
    return said(value=Money(About(value).rounded, unit, 0))


def spread(draws: np.ndarray) -> Said:
    """ "220 to 640": the 90 % interval."""
    told = interval(draws)
    return say("{low} to {high}", low=About(told["p05"]), high=About(told["p95"]))


def days_and_times(days: np.ndarray, minutes: np.ndarray, word: str) -> Said:
    """ "Mon-Wed until 19:00, Fri until 21:00": neighbours with the same time together.

    `word` is "until", "at", "from", or "" for none.
    """

    def told(group: list[int]) -> Said:
        run, time = _run(group), Clock(int(minutes[group[0]]))
        if word == "until":
            return say("{days} until {time}", days=run, time=time)
        if word == "at":
            return say("{days} at {time}", days=run, time=time)
        if word == "from":
            return say("{days} from {time}", days=run, time=time)
        return said("{days} {time}", days=run, time=time)

    return said(value=Listed(map(told, _groups(days, minutes)), "comma"))


def weekdays(days: np.ndarray) -> Said:
    """ "Mon-Wed, Fri"."""
    return said(value=Listed(map(_run, _groups(days, np.zeros(7))), "comma"))


def window(start: int, end: int) -> Said:
    """ "10:00-17:00", of minutes of the day."""
    return say("{start}-{end}", start=Clock(start), end=Clock(end))


def door_times(windows: Sequence[Window], style: str = "comma") -> Said:
    """ "10:00-13:00, 14:00-18:00" of one day, or closed; `style` as in `Listed`."""
    if not windows:
        return say("closed")
    return said(value=Listed([window(*times) for times in windows], style))


def hours_told(hours: OpeningHours) -> Said:
    """ "Mon-Fri 10:00-17:00, Sat 10:00-15:00": the hours of an ordinary week."""
    windows = [hours.windows(day) for day in range(7)]
    days = np.array([day for day in range(7) if windows[day]], dtype=int)
    if not len(days):
        return say("closed")
    told = [
        said("{days} {times}", days=_run(group), times=door_times(windows[group[0]], "standard"))
        for group in _groups(days, windows)
    ]
    return said(value=Listed(told, "comma"))


def _groups(days: np.ndarray, times: Sequence[Any] | np.ndarray) -> list[list[int]]:
    """Weekdays, those that follow each other and have the same times together."""
    groups: list[list[int]] = []
    for day in days.tolist():
        if groups and groups[-1][-1] == day - 1 and times[groups[-1][-1]] == times[day]:
            groups[-1].append(day)
        else:
            groups.append([day])
    return groups


def _run(group: list[int]) -> Said:
    if len(group) == 1:
        return said(value=Weekday(group[0]))
    return say("{first}-{last}", first=Weekday(group[0]), last=Weekday(group[-1]))


def closing(lost: SalesLost) -> Said:
    """ "17:00", or "17:00 (Sat at 15:00)" where days differ."""
    if not len(lost.days):
        return say("the end of the day")
    times = lost.close[lost.days]
    usual = int(np.bincount(times).argmax())
    others = lost.days[times != usual]
    if not len(others):
        return said(value=Clock(usual))
    rest = days_and_times(others, lost.close, "at")
    return said("{usual} ({rest})", usual=Clock(usual), rest=rest)


def headline(lost: SalesLost) -> Said:
    """The first sentence: what closing when you close costs in a week."""
    if not len(lost.days):
        return say("You are open in all hours in which you might be: nothing is lost by closing.")
    when, draws = closing(lost), lost.lost.sum(1)
    if lost.advice == "not enough data":
        least, most = interval(draws)["p05"], amount(interval(draws)["p95"], lost.unit)
        return say(
            "What closing at {when} costs cannot be said yet: your data would fit anything from "
            "{least} to {most} a week.",
            when=when, least=About(least), most=most,
        )  # fmt: skip
    much = amount(interval(draws)["p50"], lost.unit)
    told = {"when": when, "much": much, "range": spread(draws)}
    paying, evenings = int(lost.pays.sum()), len(lost.days)
    if lost.unit == "customers":
        return say("Closing at {when} costs you about {much} a week ({range}).", **told)
    if paying == 0:
        return say(
            "Closing at {when} costs you about {much} a week ({range}); no evening pays for "
            "itself.",
            **told,
        )
    if paying == evenings:
        return say(
            "Closing at {when} costs you about {much} a week ({range}); every evening pays for "
            "itself.",
            **told,
        )
    return say(
        "Closing at {when} costs you about {much} a week ({range}); {paying} of {evenings} "
        "evenings pay for themselves.",
        paying=paying, evenings=evenings, **told,
    )  # fmt: skip


def split(lost: SalesLost) -> Said:
    """Where the customers of the closed hours go, in one sentence."""
    told: dict[str, Said | Clock] = {
        name: amount(interval(getattr(lost, name).sum(1))["p50"], lost.unit)
        for name in ("potential", "moved", "web", "lost")
    }
    told["until"] = Clock(int(lost.until.max(initial=0)))
    if lost.unit == "customers":
        if lost.web.any():
            return say(
                "Of {potential} a week who would come between closing and {until}, {moved} come "
                "to you at other hours anyway, {web} buy in your web shop, and {lost} are lost.",
                **told,
            )
        return say(
            "Of {potential} a week who would come between closing and {until}, {moved} come to "
            "you at other hours anyway, and {lost} are lost.",
            **told,
        )
    if lost.web.any():
        return say(
            "Of {potential} a week that customers would spend between closing and {until}, "
            "{moved} comes to you at other hours anyway, {web} is bought in your web shop, and "
            "{lost} is lost.",
            **told,
        )
    return say(
        "Of {potential} a week that customers would spend between closing and {until}, {moved} "
        "comes to you at other hours anyway, and {lost} is lost.",
        **told,
    )


def because(lost: SalesLost) -> Said:
    """Why the advice is what it is."""
    profit = lost.profit_if_open
    told = {"much": amount(interval(profit)["mean"], lost.unit), "range": spread(profit)}
    if not len(lost.days):
        return say("There are no further hours to open.")
    if lost.advice == "not enough data":
        return say(
            "Nothing you gave speaks for the hours after closing. Count the passers-by for two "
            "weeks, add your web orders, or open on four evenings drawn at random."
        )
    if lost.unit == "customers":
        return say(
            "About {much} a week would be new to you. Say what an average sale is worth to see "
            "whether that pays the wages.",
            **told,
        )
    if lost.advice == "open":
        return _because_open(lost, told)
    if lost.advice == "stay":
        return say(
            "Even the best extra opening would cost more than it brings: {much} a week after "
            "wages ({range}). It would pay if {needed} of those customers were new to you; about "
            "{share} are.",
            needed=_share(lost.break_even_lost_share), share=Percent(lost.lost_share), **told,
        )  # fmt: skip
    if lost.pays.any():
        where = days_and_times(np.flatnonzero(lost.pays), lost.best_until, "until")
        return say(
            "Opening {where} would add about {much} a week after wages, but anything from {range} "
            "is possible: try a few evenings, drawn at random, before you decide.",
            where=where, **told,
        )  # fmt: skip
    return say(
        "Opening longer would bring about {much} a week after wages, but it may pay ({range}): a "
        "few trial evenings, drawn at random, would tell.",
        **told,
    )


def _because_open(lost: SalesLost, told: dict[str, Said]) -> Said:
    sure = days_and_times(np.flatnonzero(lost.sure), lost.sure_until, "until")
    later = np.flatnonzero(lost.pays & (lost.best_until > lost.sure_until))
    if not len(later):
        return say(
            "Opening {sure} would add about {much} a week after wages ({range}) and is as good as "
            "sure to pay.",
            sure=sure, **told,
        )  # fmt: skip
    return say(
        "Opening {sure} would add about {much} a week after wages ({range}) and is as good as "
        "sure to pay. Even longer hours ({more}) look worth a few trial evenings.",
        sure=sure, more=days_and_times(later, lost.best_until, "until"), **told,
    )  # fmt: skip


def pays_if(lost: SalesLost) -> Said:
    """Break-even share and tipping point: how wrong the estimate may be before the advice turns."""
    share = _share(lost.break_even_lost_share)
    if lost.tipping_point > 0:
        return say(
            "These hours pay as long as more than {share} of the customers are new to you, and "
            "still do if {fewer} fewer come than estimated.",
            share=share, fewer=Percent(lost.tipping_point),
        )  # fmt: skip
    if not np.isfinite(lost.tipping_point):
        return say("These hours bring nothing new, however many customers come.")
    return say(
        "Longer hours would pay if more than {share} of the customers were new to you, or if "
        "{more} more came than estimated.",
        share=share, more=Percent(-lost.tipping_point),
    )  # fmt: skip


def _share(value: float) -> Said:
    return said(value=Percent(value)) if value <= 1 else say("more than all")


def evidence(demand: Demand) -> list[Said]:
    """What speaks for the answer, with its share in it if it has one, one sentence each."""
    return [
        said("{kind} ({share}): {says}", kind=Capital(told.kind), share=Percent(told.weight),
             says=told.says)
        if told.weight >= 0.005
        else said("{kind}: {says}", kind=Capital(told.kind), says=told.says)
        for told in demand.evidence
    ]  # fmt: skip


def beyond(case: Case, worth: BeyondBasket | None) -> str:
    """The line on customers who never come back; empty unless the owner believes in it."""
    if worth is None or not case.loyalty.leave_share:
        return ""
    told = {
        "share": Percent(case.loyalty.leave_share, 1),
        "much": amount(interval(worth.per_week)["p50"], case.currency),
        "range": spread(worth.per_week),
        "from": Percent(worth.break_even_leave_share, 1),
    }
    if worth.break_even_leave_share > 0:
        return say(
            "If you also believe that {share} of those turned away never come back, closing costs "
            "another {much} of margin a week ({range}); this is your own assumption. The advised "
            "hours would pay from {from} on.",
            **told,
        )
    return say(
        "If you also believe that {share} of those turned away never come back, closing costs "
        "another {much} of margin a week ({range}); this is your own assumption.",
        **told,
    )


def assumptions(case: Case, source: str) -> list[str]:
    """What was assumed and not measured, one sentence each."""
    lost = say("Share of turned-away customers who are lost: {source}", source=source)
    made_up = say("These are synthetic data, made up to show the tool.")
    return [made_up] * case.synthetic + [*case.economics.assumed(), lost]


def proposal(judged: Evaluation, today: Evaluation) -> Said:
    """What the proposed week changes, in one sentence."""
    change = judged.profit_draws - today.profit_draws
    middle, unit = interval(change)["mean"], judged.unit
    if middle < 0.5:
        return say("No other hours would do better than today's, as far as your data tell.")
    told = {"much": amount(middle, unit), "range": spread(change)}
    if unit == "customers":
        return say("With other hours you would keep about {much} more a week ({range}).", **told)
    return say("With other hours you would earn about {much} more a week ({range}).", **told)


def proof(plan: Plan) -> Said:
    """How far from the best the plan can be at most."""
    seconds = Number(plan.seconds, 1)
    if plan.gap < 0.00005:
        return say(
            "Proven: no week that obeys the rules is better. Found in {seconds} seconds.",
            seconds=seconds,
        )
    if plan.status == "optimal":
        return say(
            "Proven: no week that obeys the rules is more than {share} better. Found in {seconds} "
            "seconds.",
            share=Percent(plan.gap, 2), seconds=seconds,
        )  # fmt: skip
    return say(
        "The best week found in the time given; one up to {share} better is not ruled out. Found "
        "in {seconds} seconds.",
        share=Percent(plan.gap, 1), seconds=seconds,
    )  # fmt: skip


HOLDS = {  # what a file holds, by kind
    "sales": say("sales"),
    "web": say("web orders"),
    "footfall": say("passers-by"),
    "attempts": say("attempts"),
    "staff": say("staff"),
    "contacts": say("contacts"),
}


def recognised(report: FileReport) -> Said:
    """What a file was taken for, and how much of it was used."""
    return say(
        "{holds}, {used} of {rows} rows used, {first} to {last} ({format})",
        holds=HOLDS.get(report.kind, report.kind),
        used=Number(report.used),
        rows=Number(report.rows),
        first=_day(report.first),
        last=_day(report.last),
        format=report.format,
    )


def _day(text: str | None) -> Day | Said:
    return Day(date.fromisoformat(text)) if text else say("no date")


def left_out(report: FileReport) -> list[str]:
    """What was set aside of a file and why, and what else is worth knowing."""
    aside = [
        say("Set aside {rows}: {reason} ({examples}).", rows=Number(out.rows), reason=out.reason,
            examples=Listed(out.examples, "comma"))
        if out.examples
        else say("Set aside {rows}: {reason}.", rows=Number(out.rows), reason=out.reason)
        for out in report.set_aside
    ]  # fmt: skip
    return [*aside, *report.notes]
