"""Why believe it: what came of hiding known hours, as sentences, tables and a picture."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import altair as alt
import numpy as np

from optimizer.demand.backtest import ENOUGH_UNITS, NEVER, Backtest, Unit
from optimizer.demand.demand import Demand, interval
from optimizer.demand.evidence import conflict
from optimizer.language import About, Clock, Day, Number, Percent, Said, Weekday, said, say
from optimizer.reporting import sentences
from optimizer.reporting.plots import ACCENT, QUIET

Table = dict[str, Any]
_HELD, _MISSED = say("till inside the interval"), say("outside")
_NOTED = 1.05  # a stretch below this is nothing to talk about


def hidden_after(test: Backtest) -> Said | str:
    """ "15:00", or "15:00 (Sat 13:00)" where weekdays differ; "" where no usual hour was hidden."""
    days = np.flatnonzero(test.hidden_from < NEVER)
    if not len(days):
        return ""
    usual = int(np.bincount(test.hidden_from[days]).argmax())
    others = days[test.hidden_from[days] != usual]
    if not len(others):
        return said(value=Clock(usual))
    rest = sentences.days_and_times(others, test.hidden_from, "")
    return said("{usual} ({rest})", usual=Clock(usual), rest=rest)


def verdict(test: Backtest) -> Said:
    """Whether the intervals deserve belief, in one sentence."""
    scores = test.scores()
    told = {"held": round(scores.cover90 * scores.units), "units": scores.units}
    if scores.units < ENOUGH_UNITS:
        return say(
            "Too few hours could be hidden to judge the estimate: {held} times out of {units} the "
            "till had rung within the 90 % interval.",
            **told,
        )
    if test.stretch > _NOTED:
        return say(
            "Be more doubtful than the estimate is: {held} times out of {units} the till had rung "
            "within the 90 % interval, so the intervals of closed hours should be {stretch} times "
            "as wide.",
            stretch=Number(test.stretch, 2), **told,
        )  # fmt: skip
    if scores.cover90 >= 0.8:
        return say(
            "The estimate stands the test: {held} times out of {units} the till had rung within "
            "the 90 % interval.",
            **told,
        )
    return say(
        "The test raises doubts but settles nothing: {held} times out of {units} the till had "
        "rung within the 90 % interval, and as all share one estimated evening they count like "
        "{independent} independent ones.",
        independent=Number(test.independent_units), **told,
    )  # fmt: skip


def accuracy(test: Backtest) -> Said:
    """How far off the estimate was, beside the simple rules, in one sentence."""
    scores = test.scores()
    last, mean = scores.naive_wape["last hour"], scores.naive_wape["day mean"]
    return say(
        "The estimate missed by {missed} and was {bias} in all; to repeat the last hour in sight "
        "would have missed by {last}, the day's mean by {mean}.",
        missed=Percent(scores.wape),
        bias=_bias(scores.bias_log),
        last=Percent(last),
        mean=Percent(mean),
    )


def method(test: Backtest) -> list[Said]:
    """What was done, one sentence each."""
    after, tests = hidden_after(test), _tests(test)
    hidden = []
    if after:
        hidden.append(say("Your hours after {time} were hidden on all ordinary days.", time=after))
    if len(tests) > 1 or not after:
        hidden.append(say("Your days with longer hours were hidden outside the usual hours."))
    return [
        *hidden,
        say("What was left was estimated anew, as if you had been closed, and compared with the "
            "till."),
        say("The last half hour before closing, holidays and their eves are not compared."),
        say("Each comparison adds up a few dates; its interval holds the doubt about the rhythm "
            "of the day, about how busy these dates were, and the chance of counting."),
        say("All comparisons share one estimated rhythm: they tell as much as about {count} "
            "independent ones.", count=Number(test.independent_units)),
    ]  # fmt: skip


def _bias(bias_log: float) -> Said:
    share = np.expm1(bias_log)
    if abs(share) < 0.02:
        return say("neither too high nor too low")
    if share > 0:
        return say("{share} too high", share=Percent(share))
    return say("{share} too low", share=Percent(-share))


def _tests(test: Backtest) -> list[str]:
    return list(dict.fromkeys(unit.test for unit in test.units))


def backtest_table(test: Backtest) -> Table:
    """What `backtest --json` prints: scores over all, by kind of test, and unit by unit."""
    return {
        "store": test.store,
        "hidden_after": hidden_after(test),
        **asdict(test.scores()),
        "independent_units": test.independent_units,
        "stretch": test.stretch,
        "verdict": verdict(test),
        "tests": [{"test": name, **asdict(test.scores(name))} for name in _tests(test)],
        "by_unit": unit_table(test),
    }


def unit_table(test: Backtest) -> list[Table]:
    """One row per comparison: the dates, what the till rang, and what was estimated."""
    return [
        {
            "test": unit.test,
            "weekday": unit.weekday,
            "from": unit.first.isoformat(),
            "until": unit.last.isoformat(),
            "counted": unit.truth,
            "estimated": interval(unit.draws),
            "held": unit.interval(0.9)[0] <= unit.truth <= unit.interval(0.9)[1],
            "last_hour": unit.last_hour,
            "day_mean": unit.day_mean,
        }
        for unit in test.units
    ]


def score_rows(test: Backtest) -> list[dict[str, str]]:
    """The scores for reading, a column for each kind of test."""
    found = {name: test.scores(name) for name in _tests(test)}

    def percent(share: float) -> Said:
        return said(value=Percent(share))

    def row(what: str, told: Mapping[str, str]) -> dict[str, str]:
        return {"": what, **told}

    rows = [
        row(say("comparisons"), {name: str(s.units) for name, s in found.items()}),
        row(say("the estimate misses by"), {name: percent(s.wape) for name, s in found.items()}),
    ]
    rules = {
        "last hour": say('"last hour" misses by'),
        "day mean": say('"day mean" misses by'),
    }
    for rule, told in rules.items():
        rows.append(row(told, {n: percent(s.naive_wape[rule]) for n, s in found.items()}))
    rows.append(row(say("the estimate is"), {name: _bias(s.bias_log) for name, s in found.items()}))
    for share in (50, 80, 90):
        held = {name: percent(getattr(s, f"cover{share}")) for name, s in found.items()}
        rows.append(row(say("{share} % intervals held", share=share), held))
    return rows


def unit_rows(test: Backtest) -> list[dict[str, str]]:
    """The comparisons one by one, for reading."""
    return [
        {
            say("hidden"): said("{dates}, {test}", dates=_dates(unit), test=unit.test),
            say("till"): said(value=Number(unit.truth)),
            say("estimate"): said(value=Number(float(np.median(unit.draws)))),
            say("90 % interval"): _range(*unit.interval(0.9)),
        }
        for unit in test.units
    ]


def _range(low: float, high: float) -> Said:
    return say("{low} to {high}", low=Number(low), high=Number(high))


def _dates(unit: Unit) -> Said:
    first, last = Day(unit.first), Day(unit.last)
    dates = said(value=first)
    if unit.first != unit.last:
        dates = say("{first} to {last}", first=first, last=last)
    if unit.weekday is None:
        return dates
    return said("{day} {dates}", day=Weekday(unit.weekday), dates=dates)


def evidence_rows(demand: Demand) -> list[dict[str, str]]:
    """What each kind of evidence says on its own of the closed hours, for reading."""
    return [
        {
            say("evidence"): told.kind,
            say("alone it says, a week"): sentences.amount(told.alone["p50"], "customers"),
            say("90 % interval"): say(
                "{low} to {high}", low=About(told.alone["p05"]), high=About(told.alone["p95"])
            ),
            say("part in the answer"): said(value=Percent(told.weight)),
        }
        for told in demand.evidence
        if told.alone
    ]


def agreement(demand: Demand) -> list[str]:
    """Whether the kinds of evidence agree, and what they rest on, one sentence each."""
    alone = [told.kind for told in demand.evidence if told.alone]
    if not alone:
        first: list[str] = [
            say("Nothing you gave speaks for the closed hours: they are a guess from other towns.")
        ]
    elif len(alone) == 1:
        first = [
            say("Only one kind of evidence speaks, {kind}: nothing else confirms it.",
                kind=alone[0])
        ]  # fmt: skip
    else:
        first = [*conflict(demand.evidence)] or [say("None contradicts the others.")]
    return first + [told.says for told in demand.evidence if not told.alone]


def backtest_lines(test: Backtest) -> list[str]:
    """The verdict, the scores, and how it was done, for the terminal."""
    of = f"{test.store}: " if test.store else ""
    rows = score_rows(test)
    lines: list[str] = [of + verdict(test), accuracy(test), ""]
    lines.append(f"{'':26}" + "".join(f"{name:>32}" for name in _tests(test)))
    for row in rows:
        what, *told = row.values()
        lines.append(f"{what:26}" + "".join(f"{value:>32}" for value in told))
    return [*lines, "", *(f"  {said}" for said in method(test))]


def units_chart(test: Backtest) -> alt.LayerChart:
    """Every comparison: counted by the till across, estimated with its interval upwards.

    On the dotted line the estimate is exact. Full marks: the interval held the till's count.
    """
    rows = [
        {
            "dates": _dates(unit),
            "counted": row["counted"],
            "estimated": row["estimated"]["p50"],
            "p05": row["estimated"]["p05"],
            "p95": row["estimated"]["p95"],
            "state": _HELD if row["held"] else _MISSED,
        }
        for unit, row in zip(test.units, unit_table(test), strict=True)
    ]
    most = max(max(row["counted"], row["p95"]) for row in rows)
    told = [
        alt.Tooltip("dates:N", title=say("hidden")),
        alt.Tooltip("counted:Q", title=say("till"), format=".0f"),
        alt.Tooltip("estimated:Q", title=say("estimate"), format=".0f"),
        alt.Tooltip("p05:Q", title=say("low"), format=".0f"),
        alt.Tooltip("p95:Q", title=say("high"), format=".0f"),
    ]
    key = alt.Legend(orient="top", direction="horizontal", columns=2, labelLimit=0)

    def by_state(*looks: str) -> dict[str, Any]:
        scale = alt.Scale(domain=[_HELD, _MISSED], range=looks)
        return {"shorthand": "state:N", "title": None, "legend": key, "scale": scale}

    chart = alt.Chart(alt.Data(values=rows))
    across = alt.X(
        "counted:Q", title=say("customers counted by the till"), axis=alt.Axis(tickCount=6)
    )
    intervals = chart.mark_rule(color=QUIET, strokeWidth=1.5, opacity=0.6).encode(
        x=across,
        y=alt.Y("p05:Q", title=say("customers estimated"), axis=alt.Axis(tickCount=6)),
        y2="p95:Q",
        tooltip=told,
    )
    marks = chart.mark_point(size=60, opacity=1).encode(
        x=across,
        y="estimated:Q",
        stroke=alt.Stroke(**by_state(ACCENT, ACCENT)),
        fill=alt.Fill(**by_state(ACCENT, "transparent")),
        shape=alt.Shape(**by_state("circle", "diamond")),
        tooltip=told,
    )
    exact = [{"counted": end, "estimated": end} for end in (0, most)]
    line = alt.Chart(alt.Data(values=exact)).mark_line(color=QUIET, strokeDash=[2, 2])
    return alt.LayerChart(
        layer=[line.encode(x="counted:Q", y="estimated:Q"), intervals, marks]
    ).properties(height=360)
