"""Sentences on what-ifs: what matters most, choices under doubt, time kept free, a campaign."""

from collections.abc import Sequence

import pandas as pd

from optimizer.language import About, Number, Said, Unit, said, say, say_n
from optimizer.planning.explain import FreeTime
from optimizer.planning.scenario import Regret, Swing
from optimizer.planning.surge import SurgeAnswer
from optimizer.reporting import plan_words


def best_of(table: pd.DataFrame, names: Sequence[str], unit: str) -> Said:
    """Which what-if earns most beyond the facts as they are; `names` of the rows of `compare`."""
    best = table["best_profit"].to_numpy()
    if len(best) == 1:
        return say("As it is, the best hours earn {much} a week.",
                   much=plan_words.amount(float(best[0]), unit))  # fmt: skip
    most, least = int(best[1:].argmax()) + 1, int(best[1:].argmin()) + 1
    up, down = float(best[most] - best[0]), float(best[least] - best[0])
    if up < 0.5 and down > -0.5:
        return say("None of these what-ifs changes what the best hours earn.")
    if unit == plan_words.CUSTOMERS:
        if up >= -down:
            return say("What changes most: {name}. The best hours then keep {n} more customers a "
                       "week.", name=names[most], n=Number(up))  # fmt: skip
        return say("What changes most: {name}. The best hours then keep {n} fewer customers a "
                   "week.", name=names[least], n=Number(-down))  # fmt: skip
    if up >= -down:
        return say("What changes most: {name}. The best hours then earn {much} more a week.",
                   name=names[most], much=plan_words.amount(up, unit))  # fmt: skip
    return say("What changes most: {name}. The best hours then earn {much} less a week.",
               name=names[least], much=plan_words.amount(-down, unit))  # fmt: skip


def depends_most(swings: Sequence[Swing], unit: str) -> Said:
    """The assumption that matters most, with what the gain would be at both ends."""
    first = swings[0]
    ends = sorted([first.gain_low, first.gain_high])
    return say(
        "Most depends on one assumption: {assumption}. Between {low} and {high} the proposal gains "
        "{least} to {most} {unit} a week over today's hours.",
        assumption=said("{name}", name=swing_name(first)), low=first.low, high=first.high,
        least=About(ends[0]), most=About(ends[1]), unit=Unit(unit),
    )  # fmt: skip


def swing_name(swing: Swing) -> Said:
    """The name of an assumption."""
    names = {
        "wage": say("the wage"), "margin": say("the margin"),
        "average sale": say("the average sale"), "demand": say("the demand"),
        "share lost": say("the share of customers lost"),
    }  # fmt: skip
    return names[swing.assumption]


def choice_name(name: str) -> Said:
    """A choice of `plans_by_demand`, or today's hours."""
    names = {
        "if demand is low": say("hours for little demand"),
        "as expected": say("hours for the demand expected"),
        "if demand is high": say("hours for much demand"),
        "today": say("today's hours"),
        "proposed": say("the proposed hours"),
    }
    return names[name]


def robust_choice(found: Sequence[Regret], unit: str) -> Said:
    """The choice that is least regretted in bad cases; `found` is sorted so."""
    first = found[0]
    return say(
        "Whatever the demand turns out to be, you would regret one choice least: {choice}. It "
        "misses {regret} a week on average, and {bad} in one case of twenty, for not knowing "
        "better.",
        choice=choice_name(first.name), regret=plan_words.amount(first.regret, unit),
        bad=plan_words.amount(first.regret_p95, unit),
    )  # fmt: skip


def free_time(free: FreeTime, unit: str, weeks: int) -> Said:
    """What hours kept free cost."""
    if not free.open_hours:
        return say("The proposed hours leave that time free already.")
    costs = plan_words.amount(free.costs, unit)
    if unit == plan_words.CUSTOMERS:
        return say("Keeping that time free loses {costs} a week.", costs=costs)
    if weeks > 1:
        total = plan_words.amount(free.costs * weeks, unit)
        return say_n(
            "Keeping that time free costs {costs} a week after the wages it saves: {total} in "
            "{n} week.",
            "Keeping that time free costs {costs} a week after the wages it saves: {total} in "
            "{n} weeks.",
            weeks, costs=costs, total=total,
        )  # fmt: skip
    return say("Keeping that time free costs {costs} a week after the wages it saves.", costs=costs)


def own_hour(free: FreeTime, unit: str) -> Said | None:
    """What an hour earns for an owner who stands in the shop without pay."""
    if not free.open_hours or unit == plan_words.CUSTOMERS:
        return None
    return say(
        "If you would stand there yourself without pay, each of these hours earns you {much}.",
        much=plan_words.amount(free.earned_per_hour, unit),
    )


def surge(answer: SurgeAnswer, unit: str) -> list[Said]:
    """What a campaign brings and loses with the staff planned, with more staff, and spread."""
    extra, lost = About(answer.extra), About(answer.lost)
    told = [say("{extra} more customers come in those hours. With the staff planned {lost} of them "
                "find nobody free, or the door closed, and are lost.",
                extra=extra, lost=lost)]  # fmt: skip
    if answer.more_hours > 0:
        told.append(
            say(
                "With up to {people} people at work, {hours} more paid hours, the lost fall to "
                "{lost}; that earns {gain} more after wages.",
                people=answer.people, hours=plan_words.count(answer.more_hours),
                lost=About(answer.lost_staffed), gain=plan_words.amount(answer.gain_staffed, unit),
            )
        )  # fmt: skip
    elif unit != plan_words.CUSTOMERS:
        told.append(say("More staff for them would not pay."))
    if answer.days > 1:
        told.append(
            say_n(
                "With the mailing sent in parts over {n} day, the staff planned lose {lost} and "
                "not {before}: that saves {gain}.",
                "With the mailing sent in parts over {n} days, the staff planned lose {lost} and "
                "not {before}: that saves {gain}.",
                answer.days, lost=About(answer.lost_spread), before=lost,
                gain=plan_words.amount(answer.gain_spread, unit),
            )
        )  # fmt: skip
    return told
