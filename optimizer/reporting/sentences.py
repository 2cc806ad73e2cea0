"""Answers as sentences that a shop owner would repeat to a friend."""

import numpy as np

from optimizer.case import Case
from optimizer.data.observations import FileReport
from optimizer.demand.demand import Demand, interval
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.lost import SalesLost
from optimizer.planning.loyalty import BeyondBasket
from optimizer.planning.plan import Plan
from optimizer.timegrid import WEEKDAYS, clock


def rounded(value: float) -> str:
    """A number as one says it: two or three leading digits, thousands set apart."""
    size = abs(value)
    step = 1 if size < 100 else 10 if size < 2000 else 100 if size < 20000 else 1000
    return f"{round(value / step) * step + 0.0:,.0f}"


def amount(value: float, unit: str) -> str:
    """ "410 EUR" or "12 customers"."""
    return f"{rounded(value)} {unit}"


def spread(draws: np.ndarray) -> str:
    """ "220 to 640": the 90 % interval."""
    told = interval(draws)
    return f"{rounded(told['p05'])} to {rounded(told['p95'])}"


def days_and_times(days: np.ndarray, minutes: np.ndarray, word: str) -> str:
    """ "Mon-Wed until 19:00, Fri until 21:00": neighbours with the same time together."""
    return ", ".join(
        f"{_run(group)} {word} {clock(int(minutes[group[0]]))}" for group in _groups(days, minutes)
    )


def weekdays(days: np.ndarray) -> str:
    """ "Mon-Wed, Fri"."""
    return ", ".join(_run(group) for group in _groups(days, np.zeros(7)))


def _groups(days: np.ndarray, minutes: np.ndarray) -> list[list[int]]:
    """Weekdays, those that follow each other and have the same time together."""
    groups: list[list[int]] = []
    for day in days.tolist():
        if groups and groups[-1][-1] == day - 1 and minutes[groups[-1][-1]] == minutes[day]:
            groups[-1].append(day)
        else:
            groups.append([day])
    return groups


def _run(group: list[int]) -> str:
    return WEEKDAYS[group[0]] + (f"-{WEEKDAYS[group[-1]]}" if len(group) > 1 else "")


def closing(lost: SalesLost) -> str:
    """ "17:00", or "17:00 (Sat 15:00)" where days differ."""
    if not len(lost.days):
        return "the end of the day"
    times = lost.close[lost.days]
    usual = int(np.bincount(times).argmax())
    others = lost.days[times != usual]
    rest = days_and_times(others, lost.close, "at") if len(others) else ""
    return clock(usual) + (f" ({rest})" if rest else "")


def headline(lost: SalesLost) -> str:
    """The first sentence: what closing when you close costs in a week."""
    if not len(lost.days):
        return "You are open in all hours in which you might be: nothing is lost by closing."
    when = closing(lost)
    told = lost.lost.sum(1)
    if lost.advice == "not enough data":
        return (
            f"What closing at {when} costs cannot be said yet: your data would fit anything from "
            f"{spread(told)} {lost.unit} a week."
        )
    middle = amount(interval(told)["p50"], lost.unit)
    first = f"Closing at {when} costs you about {middle} a week ({spread(told)})"
    if lost.unit == "customers":
        return first + "."
    paying, evenings = int(lost.pays.sum()), len(lost.days)
    if paying == 0:
        return first + "; no evening pays for itself."
    which = "every evening pays" if paying == evenings else f"{paying} of {evenings} evenings pay"
    return f"{first}; {which} for {'itself' if paying == evenings else 'themselves'}."


def split(lost: SalesLost) -> str:
    """Where the customers of the closed hours go, in one sentence."""
    parts = {
        name: amount(interval(getattr(lost, name).sum(1))["p50"], lost.unit)
        for name in ("potential", "moved", "web", "lost")
    }
    web = f", {parts['web']} is bought in your web shop" if lost.web.any() else ""
    until = clock(int(lost.until.max(initial=0)))
    return (
        f"Of {parts['potential']} a week that customers would spend between closing and {until}, "
        f"{parts['moved']} comes to you at other hours anyway{web}, and {parts['lost']} is lost."
    ).replace("spend", "spend" if lost.unit != "customers" else "bring")


def because(lost: SalesLost) -> str:
    """Why the advice is what it is."""
    profit = lost.profit_if_open
    middle = amount(interval(profit)["mean"], lost.unit)
    if not len(lost.days):
        return "There are no further hours to open."
    if lost.advice == "not enough data":
        return (
            "Nothing you gave speaks for the hours after closing. Count the passers-by for two "
            "weeks, add your web orders, or open on four evenings drawn at random."
        )
    if lost.unit == "customers":
        return (
            f"About {middle} a week would be new to you. Say what an average sale is worth to see "
            "whether that pays the wages."
        )
    if lost.advice == "open":
        sure = days_and_times(np.flatnonzero(lost.sure), lost.sure_until, "until")
        later = np.flatnonzero(lost.pays & (lost.best_until > lost.sure_until))
        more = days_and_times(later, lost.best_until, "until")
        rest = f" Even longer hours ({more}) look worth a few trial evenings." if more else ""
        return (
            f"Opening {sure} would add about {middle} a week after wages ({spread(profit)}) and is "
            f"as good as sure to pay.{rest}"
        )
    if lost.advice == "stay":
        return (
            f"Even the best extra opening would cost more than it brings: {middle} a week after "
            f"wages ({spread(profit)}). It would pay if {_share(lost.break_even_lost_share)} of "
            f"those customers were new to you; about {lost.lost_share:.0%} are."
        )
    if lost.pays.any():
        where = days_and_times(np.flatnonzero(lost.pays), lost.best_until, "until")
        return (
            f"Opening {where} would add about {middle} a week after wages, but anything from "
            f"{spread(profit)} is possible: try a few evenings, drawn at random, before you decide."
        )
    return (
        f"Opening longer would bring about {middle} a week after wages, but it may pay "
        f"({spread(profit)}): a few trial evenings, drawn at random, would tell."
    )


def pays_if(lost: SalesLost) -> str:
    """Break-even share and tipping point: how wrong the estimate may be before the advice turns."""
    if lost.tipping_point > 0:
        return (
            f"These hours pay as long as more than {_share(lost.break_even_lost_share)} of the "
            f"customers are new to you, and still do if {lost.tipping_point:.0%} fewer come than "
            "estimated."
        )
    if not np.isfinite(lost.tipping_point):
        return "These hours bring nothing new, however many customers come."
    return (
        f"Longer hours would pay if more than {_share(lost.break_even_lost_share)} of the "
        f"customers were new to you, or if {-lost.tipping_point:.0%} more came than estimated."
    )


def _share(value: float) -> str:
    return f"{value:.0%}" if value <= 1 else "more than all"


def evidence(demand: Demand) -> list[str]:
    """What speaks for the answer, with its share in it, one sentence each."""
    return [
        f"{told.kind.capitalize()} ({told.weight:.0%}): {told.says}" for told in demand.evidence
    ]


def beyond(case: Case, worth: BeyondBasket | None) -> str:
    """The line on customers who never come back; empty unless the owner believes in it."""
    if worth is None or not case.loyalty.leave_share:
        return ""
    share = case.loyalty.leave_share
    more = amount(interval(worth.per_week)["p50"], case.currency)
    text = (
        f"If you also believe that {share:.1%} of those turned away never come back, closing costs "
        f"another {more} of margin a week ({spread(worth.per_week)}); this is your own assumption."
    )
    if worth.break_even_leave_share > 0:
        text += f" The advised hours would pay from {worth.break_even_leave_share:.1%} on."
    return text


def assumptions(case: Case, source: str) -> list[str]:
    """What was assumed and not measured, one sentence each."""
    said = case.economics.assumed()
    said.append(f"Share of turned-away customers who are lost: {source[0].lower()}{source[1:]}")
    if case.synthetic:
        said.insert(0, "These are synthetic data, made up to show the tool.")
    return said


def proposal(judged: Evaluation, today: Evaluation) -> str:
    """What the proposed week changes, in one sentence."""
    change = judged.profit_draws - today.profit_draws
    middle, unit = interval(change)["mean"], judged.unit
    if middle < 0.5:
        return "No other hours would do better than today's, as far as your data tell."
    verb = "keep" if unit == "customers" else "earn"
    return (
        f"With other hours you would {verb} about {amount(middle, unit)} more a week "
        f"({spread(change)})."
    )


def proof(plan: Plan) -> str:
    """How far from the best the plan can be at most."""
    took = f"Found in {plan.seconds:.1f} seconds."
    share = 100 * plan.gap
    if share < 0.005:
        return f"Proven: no week that obeys the rules is better. {took}"
    if plan.status == "optimal":
        return f"Proven: no week that obeys the rules is more than {share:.2f} % better. {took}"
    return (
        f"The best week found in the time given; one up to {share:.1f} % better is not ruled out. "
        f"{took}"
    )


def recognised(report: FileReport) -> str:
    """What a file was taken for, and how much of it was used."""
    holds = {"web": "web orders", "footfall": "passers-by"}.get(report.kind, report.kind)
    return (
        f"{holds}, {report.used:,} of {report.rows:,} rows used, "
        f"{report.first} to {report.last} ({report.format})"
    )


def left_out(report: FileReport) -> list[str]:
    """What was set aside of a file and why, and what else is worth knowing."""
    return [
        f"Set aside {out.rows:,}: {out.reason}"
        + (f" ({', '.join(out.examples)})." if out.examples else ".")
        for out in report.set_aside
    ] + list(report.notes)
