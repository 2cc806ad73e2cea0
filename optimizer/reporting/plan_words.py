"""Sentences on plans: why these hours, what the rules cost, and what would change the advice."""

from collections.abc import Sequence

import numpy as np

from optimizer.language import (
    About,
    Capital,
    Clock,
    Listed,
    Money,
    Number,
    Percent,
    Said,
    Unit,
    Weekday,
    said,
    say,
    say_n,
)
from optimizer.opening import OpeningHours
from optimizer.planning.evaluate import Evaluation
from optimizer.planning.explain import RulePrice
from optimizer.planning.ladder import Rung
from optimizer.planning.plan import Plan
from optimizer.planning.scenario import Turn
from optimizer.reporting.sentences import door_times, hours_told, weekdays

CUSTOMERS = "customers"
_PER_HOUR = 0.01  # of money or customers an hour
_NOTHING = 0.5  # of money or customers a week: smaller differences are none


def weekday_choice(plan: Plan, weekday: int, later: Sequence[Rung]) -> Said:
    """Why a weekday closes when it does, or stays closed, in one sentence.

    `later` is the weekday's ladder of closing times.
    """
    windows = plan.hours.windows(weekday)
    if not windows:
        return _closed(plan, weekday, later)
    closes = windows[-1][1]
    here = next((k for k, rung in enumerate(later) if rung.closes_minute == closes), None)
    day = Capital(said(value=Weekday(weekday, "wide")))
    if here is None:
        return say("{day} until {closes}.", day=day, closes=Clock(closes))
    head = _last_part(plan, day, later, here)
    return said("{head}; {tail}.", head=head, tail=_next_part(plan, later, here))


def _closed(plan: Plan, weekday: int, later: Sequence[Rung]) -> Said:
    day = Capital(said(value=Weekday(weekday, "wide")))
    if not later:
        return say("{day} closed: no opening is allowed for long enough.", day=day)
    best = max(range(len(later)), key=lambda k: later[k].profit)
    earns = sum(rung.earns for rung in later[: best + 1])
    costs = sum(rung.costs + rung.hours_cost for rung in later[: best + 1])
    opens, closes = Clock(later[best].opens_minute), Clock(later[best].closes_minute)
    if plan.unit == CUSTOMERS:
        hours = sum(rung.paid_hours for rung in later[: best + 1])
        return say(
            "{day} closed: even {opens} to {closes} would keep only {earns} more customers for "
            "{hours} hours of work.",
            day=day, opens=opens, closes=closes, earns=About(earns), hours=count(hours),
        )  # fmt: skip
    if earns > costs:
        return say(
            "{day} closed: opening from {opens} to {closes} would add {more} a week, but a rule "
            "or the work it takes elsewhere stands in the way.",
            day=day, opens=opens, closes=closes, more=_money(earns - costs, plan),
        )  # fmt: skip
    earned, cost = _pair(earns, costs, plan)
    return say(
        "{day} closed: even {opens} to {closes}, the best hours there are, would bring about "
        "{earns} a week and cost {costs}.",
        day=day, opens=opens, closes=closes, earns=earned, costs=cost,
    )  # fmt: skip


def _last_part(plan: Plan, day: Capital, later: Sequence[Rung], here: int) -> Said:
    rung, minutes = later[here], _minutes(later, here)
    opens, closes = Clock(rung.opens_minute), Clock(rung.closes_minute)
    if plan.unit == CUSTOMERS:
        facts = {"day": day, "closes": closes, "minutes": minutes, "earns": Number(rung.earns, 1)}
        if rung.paid_hours <= 0:
            return say(
                "{day} until {closes}: the last {minutes} minutes keep about {earns} customers a "
                "week without further work",
                **facts,
            )
        return say(
            "{day} until {closes}: the last {minutes} minutes keep about {earns} customers a week",
            **facts,
        )
    earns, costs = _pair(rung.earns, rung.costs, plan)
    if not here:
        return say(
            "{day} {opens} to {closes}: opening at all brings about {earns} a week and costs "
            "{costs}",
            day=day, opens=opens, closes=closes, earns=earns, costs=costs,
        )  # fmt: skip
    facts = {"day": day, "closes": closes, "minutes": minutes, "earns": earns, "costs": costs}
    if rung.paid_hours <= 0:
        return say(
            "{day} until {closes}: the last {minutes} minutes bring about {earns} a week and cost "
            "only {costs}, since a shift reaches that far anyway",
            **facts,
        )
    return say(
        "{day} until {closes}: the last {minutes} minutes bring about {earns} a week and cost "
        "{costs}",
        **facts,
    )


def _next_part(plan: Plan, later: Sequence[Rung], here: int) -> Said:
    if here + 1 == len(later):
        return say("later is outside the hours in which you might open")
    rung, minutes = later[here + 1], _minutes(later, here + 1)
    if rung.against:
        return say("another {minutes} minutes would break your rule ({rule})",
                   minutes=minutes, rule=rung.against)  # fmt: skip
    gained = rung.earns - rung.costs
    if plan.unit == CUSTOMERS:
        return say(
            "another {minutes} minutes would keep {earns} more for {hours} hours of work, which "
            "keep {elsewhere} on other days",
            minutes=minutes, earns=Number(rung.earns, 1), hours=count(rung.paid_hours),
            elsewhere=Number(rung.hours_cost, 1),
        )  # fmt: skip
    if gained > 0 and rung.hours_cost > gained:
        return say(
            "another {minutes} minutes would bring {gained} after wages, but the same work earns "
            "{elsewhere} on other days",
            minutes=minutes, gained=_money(gained, plan),
            elsewhere=_money(rung.hours_cost, plan),
        )  # fmt: skip
    if rung.shifts > later[here].shifts and gained < 0:
        return say("another {minutes} minutes would need one more shift and lose {lost}",
                   minutes=minutes, lost=_money(-gained, plan))  # fmt: skip
    if rung.earns <= 0:
        return say("another {minutes} minutes would lose {lost}",
                   minutes=minutes, lost=_money(-gained, plan))  # fmt: skip
    earns, costs = _pair(rung.earns, rung.costs, plan)
    return say("another {minutes} minutes would bring {earns} and cost {costs}",
               minutes=minutes, earns=earns, costs=costs)  # fmt: skip


def opening_choice(plan: Plan, weekday: int, earlier: Sequence[Rung]) -> Said | None:
    """What opening one step earlier would bring; `earlier` is the ladder of opening times."""
    opens = plan.hours.opening_minute(weekday)
    here = next((k for k, rung in enumerate(earlier) if rung.opens_minute == opens), None)
    if here is None or here + 1 == len(earlier) or plan.unit == CUSTOMERS:
        return None
    rung = earlier[here + 1]
    times = {"earlier": Clock(rung.opens_minute), "opens": Clock(earlier[here].opens_minute)}
    if rung.earns <= 0:
        lost = _money(rung.costs - rung.earns, plan)
        return say("Opening at {earlier} and not at {opens} would lose {lost} a week.",
                   lost=lost, **times)  # fmt: skip
    earns, costs = _pair(rung.earns, rung.costs, plan)
    return say(
        "Opening at {earlier} and not at {opens} would bring about {earns} a week and cost "
        "{costs}.",
        earns=earns, costs=costs, **times,
    )  # fmt: skip


def _minutes(ladder: Sequence[Rung], place: int) -> int:
    """Length of a rung: from the rung below, or of the whole day for the first one."""
    rung = ladder[place]
    whole = rung.closes_minute - rung.opens_minute
    if not place:
        return whole
    return whole - (ladder[place - 1].closes_minute - ladder[place - 1].opens_minute)


def simple_plan(plan: Plan, simple: Plan) -> Said:
    """What easier hours would cost."""
    if simple.hours == plan.hours:
        return say("No easier opening times earn within 2 % of the best.")
    costs = plan.objective - simple.objective
    hours = hours_told(simple.hours)
    if costs < _NOTHING:
        return say("Easier to remember, and as good: {hours}.", hours=hours)
    if plan.unit == CUSTOMERS:
        return say("Easier to remember: {hours}. That keeps {costs} fewer customers a week.",
                   hours=hours, costs=Number(costs, 1))  # fmt: skip
    return say("Easier to remember: {hours}. It earns {costs} less a week.",
               hours=hours, costs=amount(costs, plan.unit))  # fmt: skip


def binding_rule(prices: Sequence[RulePrice], plan: Plan) -> Said:
    """Which rule costs most, if any is known to cost something; `prices` are sorted so."""
    for price in prices:
        if price.least >= _NOTHING:
            return said("{price}. {next_hour}", price=rule_price(price, plan),
                        next_hour=next_hour(plan))  # fmt: skip
    if plan.next_hour >= _PER_HOUR:
        return next_hour(plan)
    return say("No rule is known to cost you anything.")


def rule_price(price: RulePrice, plan: Plan) -> Said:
    """What a rule costs, in a range where the engine knows no better."""
    if price.most < _NOTHING:
        return say("{rule}: costs nothing", rule=price.rule)
    if price.least < _NOTHING:
        return say("{rule}: costs at most {most} a week",
                   rule=price.rule, most=amount(price.most, plan.unit))  # fmt: skip
    middle = (price.least + price.most) / 2
    return say("{rule}: costs about {middle} a week",
               rule=price.rule, middle=amount(middle, plan.unit))  # fmt: skip


def next_hour(plan: Plan) -> Said:
    """What one more paid hour would earn."""
    if plan.next_hour < _PER_HOUR:
        return say("No limit on paid hours binds: one more hour of work would earn nothing.")
    if plan.unit == CUSTOMERS:
        return say("The next paid hour a week would keep {much} more customers.",
                   much=Number(plan.next_hour, 1))  # fmt: skip
    return say("The next paid hour a week would earn {much}, wages paid.",
               much=amount(plan.next_hour, plan.unit))  # fmt: skip


def turning_point(turn: Turn, plan: Plan, currency: str) -> Said:
    """What would change the advice: a value of one fact, and what would then be better."""
    value = _fact_value(turn.fact, turn.value, currency)
    stated = _fact_value(turn.fact, turn.stated, currency)
    advice = _advice(plan.hours, turn.hours)
    facts = {"value": value, "stated": stated, "advice": advice}
    up = turn.value > turn.stated
    if turn.fact == "wage":
        if up:
            return say("With a wage above {value} an hour (now {stated}) {advice}.", **facts)
        return say("With a wage below {value} an hour (now {stated}) {advice}.", **facts)
    if turn.fact == "margin":
        if up:
            return say("With a margin above {value} (now {stated}) {advice}.", **facts)
        return say("With a margin below {value} (now {stated}) {advice}.", **facts)
    if turn.fact == "share lost":
        if up:
            return say("If more than {value} of those turned away are lost (assumed {stated}) "
                       "{advice}.", **facts)  # fmt: skip
        return say("If less than {value} of those turned away are lost (assumed {stated}) "
                   "{advice}.", **facts)  # fmt: skip
    share = Percent(abs(turn.value - 1))
    if up:
        return say("If {share} more customers come than estimated {advice}.",
                   share=share, advice=advice)  # fmt: skip
    return say("If {share} fewer customers come than estimated {advice}.",
               share=share, advice=advice)  # fmt: skip


def _advice(before: OpeningHours, after: OpeningHours) -> Said:
    changed = changed_days(before, after)
    if after.weekly_hours < before.weekly_hours:
        return say("open shorter: {changed}", changed=changed)
    if after.weekly_hours > before.weekly_hours:
        return say("open longer: {changed}", changed=changed)
    return say("open at other times: {changed}", changed=changed)


def _fact_value(fact: str, value: float, currency: str) -> Money | Percent:
    return Money(value, currency) if fact == "wage" else Percent(value)


def no_turn(turns: Sequence[Turn], plan: Plan) -> Said | None:
    """What may change a lot without changing the advice."""
    names = {
        "wage": say("the wage"), "margin": say("the margin"),
        "share lost": say("the share of customers lost"), "demand": say("the demand"),
    }  # fmt: skip
    if plan.unit == CUSTOMERS:
        names = {fact: word for fact, word in names.items() if fact not in ("wage", "margin")}
    calm = [word for fact, word in names.items() if fact not in {turn.fact for turn in turns}]
    if not calm:
        return None
    return say("Halving or doubling would not change the advice: {facts}.", facts=Listed(calm))


def changed_days(before: OpeningHours, after: OpeningHours) -> Listed:
    """The weekdays whose hours differ, with the later hours; days alike in a row together."""
    parts: list[Said] = []
    day = 0
    while day < 7:
        new = after.windows(day)
        last = day
        while last < 6 and after.windows(last + 1) == new and _differ(before, after, last + 1):
            last += 1
        if _differ(before, after, day):
            name = weekdays(np.arange(day, last + 1))
            parts.append(said("{days} {hours}", days=name, hours=door_times(new)))
            day = last + 1
        else:
            day += 1
    return Listed(parts, "comma")


def _differ(before: OpeningHours, after: OpeningHours, day: int) -> bool:
    return before.windows(day) != after.windows(day)


def broken(rules: Sequence[str]) -> list[Said]:
    """Rules that a shown plan breaks: never silently."""
    return [say("This plan breaks a rule: {rule}", rule=rule) for rule in rules]


def work(plan: Plan, judged: Evaluation) -> Said:
    """The work of the week in one sentence."""
    people = sum(shift.count for shift in plan.shifts)
    hours = count(plan.paid_hours)
    if plan.unit == CUSTOMERS:
        return say_n("{hours} paid hours a week in {n} shift.",
                     "{hours} paid hours a week in {n} shifts.", people, hours=hours)  # fmt: skip
    return say_n(
        "{hours} paid hours a week in {n} shift, for {wages} a week.",
        "{hours} paid hours a week in {n} shifts, for {wages} a week.",
        people, hours=hours, wages=amount(judged.wage_cost, plan.unit),
    )  # fmt: skip


def duty(plan: Plan) -> Said | None:
    """Paid work behind closed doors."""
    if not plan.duty_hours:
        return None
    return say("Set-up and close-down take {hours} paid hours a week beside these shifts.",
               hours=count(plan.duty_hours))  # fmt: skip


def earned(unit: str) -> Said:
    """What the figures of a week count, as the head of a column or an axis."""
    if unit == CUSTOMERS:
        return say("customers kept")
    return say("earned after wages, {unit}", unit=Unit(unit))


def change(draws: np.ndarray, unit: str) -> Said:
    """A change in profit with its 90 % interval."""
    low, high = np.quantile(draws, [0.05, 0.95])
    return say("{middle} a week ({low} to {high})", middle=amount(float(draws.mean()), unit),
               low=About(low), high=About(high))  # fmt: skip


def count(value: float) -> Number:
    """Hours as one says them: 6, or 4.5."""
    return Number(value, 0 if abs(value - round(value)) < 0.05 else 1)


def _pair(earns: float, costs: float, plan: Plan) -> tuple[Said, Said]:
    """Two amounts with as many decimals as it takes to tell them apart."""
    digits = 1 if round(earns) == round(costs) and abs(earns) < 100 else 0
    if digits:
        return _money(earns, plan, 1), _money(costs, plan, 1)
    return amount(earns, plan.unit), amount(costs, plan.unit)


def _money(value: float, plan: Plan, digits: int | None = None) -> Said:
    """A small amount of money; less than one with one decimal."""
    if digits is None:
        digits = 1 if abs(value) < 0.95 else 0
    return said("{much}", much=Money(value, plan.unit, digits))


def amount(value: float, unit: str) -> Said:
    """ "410 EUR", "12 customers"."""
    if unit != CUSTOMERS:
        return said(value=Money(About(value).rounded, unit, 0))
    much = Number(value, 1) if abs(value) < 10 else About(value)
    return said("{much} {unit}", much=much, unit=Unit(unit))
