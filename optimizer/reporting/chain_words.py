"""What a chain's answer says: sentences, and rows of tables for people."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from optimizer.chain.budget import Split
from optimizer.chain.run import WORTH_ASKING, ChainAnswer
from optimizer.language import Exact, Listed, Money, Number, Percent, Said, said, say, say_n
from optimizer.opening import OpeningHours
from optimizer.reporting.sentences import hours_told

Row = Mapping[str, Any]
CUT = 0.05
MORE_HOURS = 100.0
_ROWS = 4  # every fourth budget stands in the table
_NOTHING = 5e-5  # of what all shops earn: shown as 0.00 %
_SHOWN = 10  # of a list that might be long
_NOTABLE = 0.01  # share of customers that sisters keep
SURE = 0.80  # chance from which longer hours are said to pay

HEADS: dict[str, str] = {  # columns of a row per store, as people read them
    "store": say("Store"),
    "region": say("Region"),
    "format": say("Format"),
    "cluster": say("Cluster"),
    "place": say("Place"),
    "margin_per_hour": say("Margin an hour"),
    "given_footfall": say("As expected = 1"),
    "later_pays": say("Longer pays"),
    "hours_today": say("Hours today"),
    "hours": say("Proposed hours"),
    "paid_hours": say("Paid hours"),
    "profit": say("Profit"),
    "more": say("Against today"),
}


def headline(answer: ChainAnswer, split: Split) -> Said:
    """What the budget earns, and against what."""
    shops = len(answer.stores)
    change = split.profit - float(answer.stores["profit_today"].sum())
    values = {
        "hours": Number(split.used),
        "stores": Number(shops),
        "money": Money(abs(change), answer.case.currency, 0),
    }
    if change < 0:
        return say_n(
            "With {hours} paid hours a week, {stores} shop would earn {money} a week less than "
            "with today's hours.",
            "With {hours} paid hours a week, {stores} shops would earn {money} a week less than "
            "with today's hours.",
            shops,
            **values,
        )
    return say_n(
        "With {hours} paid hours a week, {stores} shop would earn {money} a week more than with "
        "today's hours.",
        "With {hours} paid hours a week, {stores} shops would earn {money} a week more than with "
        "today's hours.",
        shops,
        **values,
    )


def wages(answer: ChainAnswer, budget: float, spent: float) -> Said:
    """What a budget in wage money is spent on."""
    return say(
        "Of {budget} for wages a week {spent} are spent, an hour in each shop at what it costs "
        "there today.",
        budget=Money(budget, answer.case.currency, 0),
        spent=Money(spent, answer.case.currency, 0),
    )


def proof(answer: ChainAnswer, split: Split) -> Said:
    """How much a better split could earn at most."""
    if split.gap < _NOTHING:
        return say(
            "Proven: no split of this budget earns more than these {profit} a week.",
            profit=Money(split.profit, answer.case.currency, 0),
        )
    return say(
        "No split of this budget earns more than {bound} a week; this one earns {profit}, {gap} "
        "less.",
        bound=Money(split.bound, answer.case.currency, 0),
        profit=Money(split.profit, answer.case.currency, 0),
        gap=Percent(split.gap, 2),
    )


def provisos(answer: ChainAnswer) -> list[Said]:
    """What must be known along with the answer."""
    return [*_rules_aside(answer), *_limits_missed(answer), *_sisters(answer), *_unlisted(answer)]


def _rules_aside(answer: ChainAnswer) -> list[Said]:
    """Rules of the case that a split of hours over many shops does not keep."""
    hours, tidy = answer.case.hours, answer.case.hours.tidy
    ruled = tidy.patterns < 7 or tidy.windows_per_day > 1 or hours.per_week is not None
    if not ruled and not answer.case.labour.rest_hours:
        return []
    return [
        say(
            "Rules that bind a shop's days to each other (few opening times, a pause at noon, rest "
            "from day to day, hours open per week) are kept by the plan of the single shop only."
        )
    ]


def _limits_missed(answer: ChainAnswer) -> list[Said]:
    """Least and most hours that no week of a shop (or mall) can keep."""
    told = []
    for (name, *_), (wanted, least, most) in zip(answer.units, answer.limits_missed, strict=True):
        if wanted:
            told.append(
                say(
                    "{store} cannot get {wanted} paid hours a week: what pays there takes {least} "
                    "to {most}.",
                    store=name,
                    wanted=Exact(round(wanted, 1)),
                    least=Exact(round(least, 1)),
                    most=Exact(round(most, 1)),
                )
            )
    return told[:_SHOWN]


def _sisters(answer: ChainAnswer) -> list[Said]:
    """That shops near by keep part of each other's customers."""
    kept = answer.stores["kept_by_sisters"]
    shops = int((kept >= _NOTABLE).sum())
    if not shops:
        return []
    return [
        say_n(
            "{n} shop has a sister so near that it keeps part of those who meet a closed door: "
            "{store} most, {share}. That is counted in.",
            "{n} shops have sisters so near that these keep part of those who meet a closed door: "
            "of {store} most, {share}. That is counted in.",
            shops,
            store=str(kept.idxmax()),
            share=Percent(float(kept.max())),
        )
    ]


def _unlisted(answer: ChainAnswer) -> list[Said]:
    """Stores that sell something and are not in the list of stores."""
    listed = {store for store, _ in answer.case.stores}
    names = [str(store) for store in answer.stores.index if store not in listed]
    if not listed or not names:
        return []
    return [
        say_n(
            "{n} shop is not in stores.csv, and planned with the facts of case.toml: {names}.",
            "{n} shops are not in stores.csv, and planned with the facts of case.toml: {names}.",
            len(names),
            names=Listed([*names[:_SHOWN], *(["..."] if names[_SHOWN:] else [])], "comma"),
        )
    ]


def price(answer: ChainAnswer, split: Split) -> Said:
    """The shadow price in words."""
    if split.price <= 0:
        return say("Every shop has all the hours that pay: a larger budget would earn nothing.")
    return say(
        "The next paid hour earns {money} beyond its wage, in whichever shop needs it most.",
        money=Money(split.price, answer.case.currency),
    )


def next_hours(answer: ChainAnswer, split: Split) -> list[Said]:
    """Where the next 100 hours earn most."""
    more = min(split.budget + MORE_HOURS, max(answer.budget.most, split.budget))
    after = answer.budget.split(more)
    hours = after.used - split.used
    if hours < 1e-6:
        return [say("No shop would use further hours.")]
    values = {
        "hours": Exact(round(hours, 1)),
        "money": Money(after.profit - split.profit, answer.case.currency, 0),
    }
    first = say("{hours} more hours a week would earn {money}. They go to:", **values)
    if more < split.budget + MORE_HOURS:
        first = say(
            "Of {most} more hours a week only {hours} would pay. They would earn {money} and go "
            "to:",
            most=Number(MORE_HOURS),
            **values,
        )
    return [first, *_moves(answer, answer.changed(split, after))]


def a_cut(answer: ChainAnswer, split: Split) -> list[Said]:
    """What cutting 5 % of the budget costs, and where."""
    less = max(split.used * (1 - CUT), answer.budget.least)
    after = answer.budget.split(less)
    if split.used - after.used < 1e-6:
        return [say("No hours can be cut: every shop has as few as its rules allow.")]
    first = say(
        "Cutting {share} of the hours ({hours} a week) costs {money} a week. They come from:",
        share=Percent(1 - after.used / split.used, 1),
        hours=Exact(round(split.used - after.used, 1)),
        money=Money(split.profit - after.profit, answer.case.currency, 0),
    )
    return [first, *_moves(answer, answer.changed(split, after))]


def _moves(answer: ChainAnswer, changed: pd.DataFrame, most: int = 8) -> list[Said]:
    told = []
    for store, row in changed.head(most).iterrows():
        hours = round(float(row["hours"]), 1)
        told.append(
            say_n(
                "{store}: {hours} hour, {money} a week",
                "{store}: {hours} hours, {money} a week",
                1 if abs(hours) == 1 else 2,
                store=str(store),
                hours=Exact(hours),
                money=Money(row["money"], answer.case.currency, 0),
            )
        )
    rest = len(changed) - len(told)
    if rest > 0:
        told.append(say_n("and {n} more shop", "and {n} more shops", rest))
    return told


def to_try(answer: ChainAnswer, number: int = 20) -> list[Said]:
    """Which shops should try a late Thursday first."""
    best = answer.to_try(number)
    if best.empty:
        return [say("In no shop is the answer in doubt enough for a trial to be worth it.")]
    told = []
    for store, row in best.iterrows():
        values = {
            "store": str(store),
            "money": Money(row["thursday_information"], answer.case.currency, 0),
            "gain": Money(abs(row["thursday_gain"]), answer.case.currency, 0),
        }
        if row["thursday_gain"] >= 0:
            sentence = say(
                "{store}: a late Thursday should bring {gain} a week, but that is not sure; to "
                "know it from eight trial evenings is worth another {money} a week",
                **values,
            )
        else:
            sentence = say(
                "{store}: a late Thursday should cost {gain} a week, but that is not sure; to "
                "know it from eight trial evenings is worth {money} a week",
                **values,
            )
        told.append(sentence)
    return told


def sure_thursdays(answer: ChainAnswer) -> list[Said]:
    """Which shops need no trial, since a late Thursday surely enough pays, those of most first."""
    table = answer.stores
    sure = (table["thursday_information"] < WORTH_ASKING) & (table["thursday_gain"] > 0)
    best = table["thursday_gain"][sure].sort_values(ascending=False)
    if best.empty:
        return []
    told = [
        said("{store} ({money})", store=str(store), money=Money(gain, answer.case.currency, 0))
        for store, gain in best.head(_SHOWN).items()
    ]
    return [
        say_n(
            "In {n} shop a late Thursday should pay, and a trial would hardly change that: {shops} "
            "a week.",
            "In {n} shops a late Thursday should pay, and a trial would hardly change that: "
            "{shops} a week.",
            len(best),
            shops=Listed([*told, *(["..."] if len(best) > _SHOWN else [])], "comma"),
        )
    ]


def mistaken(answer: ChainAnswer) -> list[Said]:
    """Shops that could not be planned, and why; the first of them."""
    some = list(answer.errors.items())[:_SHOWN]
    told = [  # some name the store themselves
        said(value=why)
        if why.startswith(f"{store}, ")
        else say("{store}: {why}", store=store, why=why)
        for store, why in some
    ]
    rest = len(answer.errors) - len(told)
    if rest:
        told.append(say_n("and {n} more shop", "and {n} more shops", rest))
    return told


def fair_table(answer: ChainAnswer) -> pd.DataFrame:
    """One row per store with its facts and its fair rank, best first.

    `given_footfall` is the store's margin per paid hour over what its footfall and floor space lead
    to expect, shrunken; `rank_low` to `rank_high` hold its place with 90 % chance.
    """
    table, fair = answer.stores.copy(), answer.comparison
    table["margin_per_hour"] = table["margin_today"] / table["paid_hours_today"]
    table["given_footfall"] = np.exp(fair.shrunk - fair.expected)
    for name in ("rank_low", "rank", "rank_high"):
        table[name] = getattr(fair, name)
    table["unusual"] = fair.unusual
    return table.sort_values("rank", kind="stable")


def ranking(answer: ChainAnswer, split: Split) -> pd.DataFrame:
    """The same with what each store gets of the budget."""
    table = fair_table(answer).join(answer.planned(split))
    table["profit_change"] = table["profit"] - table["profit_today"]
    return table


def ranking_rows(table: pd.DataFrame, currency: str) -> list[dict[str, Any]]:
    """The same for reading."""
    rows: list[dict[str, Any]] = []
    for store, row in table.iterrows():
        place = say("{low} to {high}", low=Number(row["rank_low"]), high=Number(row["rank_high"]))
        pays = row["later_pays"]
        rows.append(
            {
                HEADS["store"]: str(store),
                HEADS["place"]: place,
                HEADS["margin_per_hour"]: say(
                    "{money}", money=Money(row["margin_per_hour"], currency)
                ),
                HEADS["given_footfall"]: say("{n}", n=Number(row["given_footfall"], 2)),
                HEADS["later_pays"]: "" if pd.isna(pays) else say("{share}", share=Percent(pays)),
                HEADS["hours"]: hours_told(OpeningHours.parse(row["hours"])),
                HEADS["paid_hours"]: say("{n}", n=Number(row["paid_hours"], 1)),
            }
        )
    return rows


def budget_rows(answer: ChainAnswer) -> list[dict[str, Any]]:
    """What some of the budgets earn."""
    return [
        {
            say("paid hours a week"): said(value=Number(hours)),
            say("earned a week"): said(value=Money(profit, answer.case.currency, 0)),
        }
        for hours, profit in answer.curve[::-_ROWS][::-1]
    ]


def funnel_sentence(answer: ChainAnswer) -> Said:
    """How many stores stand out from chance."""
    unusual = int(answer.comparison.unusual.sum())
    if not unusual:
        return say("No shop lies outside the funnel; one in twenty would by chance alone.")
    return say_n(
        "{n} shop lies outside the funnel; one in twenty would by chance alone.",
        "{n} shops lie outside the funnel; one in twenty would by chance alone.",
        unusual,
    )
