"""Why believe it: what came of hiding known hours, as sentences, tables and a picture."""

from dataclasses import asdict
from typing import Any

import altair as alt
import numpy as np

from optimizer.demand.backtest import ENOUGH_UNITS, NEVER, Backtest, Unit
from optimizer.demand.demand import Demand, interval
from optimizer.demand.evidence import conflict
from optimizer.reporting import sentences
from optimizer.reporting.plots import ACCENT, QUIET
from optimizer.timegrid import WEEKDAYS, clock

Table = dict[str, Any]
_HELD, _MISSED = "till inside the interval", "outside"
_NOTED = 1.05  # a stretch below this is nothing to talk about


def hidden_after(test: Backtest) -> str:
    """ "15:00", or "15:00 (Sat 13:00)" where weekdays differ; "" where no usual hour was hidden."""
    days = np.flatnonzero(test.hidden_from < NEVER)
    if not len(days):
        return ""
    usual = int(np.bincount(test.hidden_from[days]).argmax())
    others = days[test.hidden_from[days] != usual]
    rest = sentences.days_and_times(others, test.hidden_from, "from").replace(" from", "")
    return clock(usual) + (f" ({rest})" if len(others) else "")


def verdict(test: Backtest) -> str:
    """Whether the intervals deserve belief, in one sentence."""
    scores = test.scores()
    held = (
        f"{round(scores.cover90 * scores.units)} times out of {scores.units} the till had rung "
        "within the 90 % interval"
    )
    if scores.units < ENOUGH_UNITS:
        return f"Too few hours could be hidden to judge the estimate: {held}."
    if test.stretch > _NOTED:
        return (
            f"Be more doubtful than the estimate is: {held}, so the intervals of closed "
            f"hours should be {test.stretch:.2f} times as wide."
        )
    if scores.cover90 >= 0.8:
        return f"The estimate stands the test: {held}."
    return (
        f"The test raises doubts but settles nothing: {held}, and as all share one estimated "
        f"evening they count like {test.independent_units:.0f} independent ones."
    )


def accuracy(test: Backtest) -> str:
    """How far off the estimate was, beside the simple rules, in one sentence."""
    scores = test.scores()
    last, mean = scores.naive_wape["last hour"], scores.naive_wape["day mean"]
    return (
        f"The estimate missed by {scores.wape:.0%} and was {_bias(scores.bias_log)} in all; to "
        f"repeat the last hour in sight would have missed by {last:.0%}, the day's mean by "
        f"{mean:.0%}."
    )


def method(test: Backtest) -> list[str]:
    """What was done, one sentence each."""
    after, tests = hidden_after(test), _tests(test)
    said = [f"Your hours after {after} were hidden on all ordinary days."] if after else []
    if len(tests) > 1 or not after:
        said.append("Your days with longer hours were hidden outside the usual hours.")
    return [
        *said,
        "What was left was estimated anew, as if you had been closed, and compared with the till.",
        "The last half hour before closing, holidays and their eves are not compared.",
        "Each comparison adds up a few dates; its interval holds the doubt about the rhythm of the "
        "day, about how busy these dates were, and the chance of counting.",
        f"All comparisons share one estimated rhythm: they tell as much as about "
        f"{test.independent_units:.0f} independent ones.",
    ]


def _bias(bias_log: float) -> str:
    share = np.expm1(bias_log)
    if abs(share) < 0.02:
        return "neither too high nor too low"
    return f"{abs(share):.0%} too {'high' if share > 0 else 'low'}"


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

    def row(what: str, told: dict[str, str]) -> dict[str, str]:
        return {"": what} | told

    rows = [
        row("comparisons", {name: str(s.units) for name, s in found.items()}),
        row("the estimate misses by", {name: f"{s.wape:.0%}" for name, s in found.items()}),
    ]
    for rule in ("last hour", "day mean"):
        missed = {name: f"{s.naive_wape[rule]:.0%}" for name, s in found.items()}
        rows.append(row(f'"{rule}" misses by', missed))
    rows.append(row("the estimate is", {name: _bias(s.bias_log) for name, s in found.items()}))
    for share in (50, 80, 90):
        held = {name: f"{getattr(s, f'cover{share}'):.0%}" for name, s in found.items()}
        rows.append(row(f"{share} % intervals held", held))
    return rows


def unit_rows(test: Backtest) -> list[dict[str, str]]:
    """The comparisons one by one, for reading."""
    return [
        {
            "hidden": f"{_dates(unit)}, {unit.test}",
            "till": f"{unit.truth:.0f}",
            "estimate": f"{np.median(unit.draws):.0f}",
            "90 % interval": " to ".join(f"{end:.0f}" for end in unit.interval(0.9)),
        }
        for unit in test.units
    ]


def _dates(unit: Unit) -> str:
    days = "" if unit.weekday is None else f"{WEEKDAYS[unit.weekday]} "
    until = "" if unit.first == unit.last else f" to {unit.last.isoformat()}"
    return f"{days}{unit.first.isoformat()}{until}"


def evidence_rows(demand: Demand) -> list[dict[str, str]]:
    """What each kind of evidence says on its own of the closed hours, for reading."""
    return [
        {
            "evidence": told.kind,
            "alone it says, a week": sentences.amount(told.alone["p50"], "customers"),
            "90 % interval": f"{sentences.rounded(told.alone['p05'])} to "
            f"{sentences.rounded(told.alone['p95'])}",
            "part in the answer": f"{told.weight:.0%}",
        }
        for told in demand.evidence
        if told.alone
    ]


def agreement(demand: Demand) -> list[str]:
    """Whether the kinds of evidence agree, and what they rest on, one sentence each."""
    alone = [told.kind for told in demand.evidence if told.alone]
    if not alone:
        said = ["Nothing you gave speaks for the closed hours: they are a guess from other towns."]
    elif len(alone) == 1:
        said = [f"Only one kind of evidence speaks, {alone[0]}: nothing else confirms it."]
    else:
        said = list(conflict(demand.evidence)) or ["None contradicts the others."]
    return said + [told.says for told in demand.evidence if not told.alone]


def backtest_lines(test: Backtest) -> list[str]:
    """The verdict, the scores, and how it was done, for the terminal."""
    of = f"{test.store}: " if test.store else ""
    rows = score_rows(test)
    lines = [of + verdict(test), accuracy(test), ""]
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
    said = [
        alt.Tooltip("dates:N"),
        alt.Tooltip("counted:Q", format=".0f"),
        alt.Tooltip("estimated:Q", format=".0f"),
        alt.Tooltip("p05:Q", title="low", format=".0f"),
        alt.Tooltip("p95:Q", title="high", format=".0f"),
    ]
    key = alt.Legend(orient="top", direction="horizontal", columns=2, labelLimit=0)

    def by_state(*looks: str) -> dict[str, Any]:
        scale = alt.Scale(domain=[_HELD, _MISSED], range=looks)
        return {"shorthand": "state:N", "title": None, "legend": key, "scale": scale}

    chart = alt.Chart(alt.Data(values=rows))
    across = alt.X("counted:Q", title="customers counted by the till")
    intervals = chart.mark_rule(color=QUIET, strokeWidth=1.5, opacity=0.6).encode(
        x=across, y=alt.Y("p05:Q", title="customers estimated"), y2="p95:Q", tooltip=said
    )
    marks = chart.mark_point(size=60, opacity=1).encode(
        x=across,
        y="estimated:Q",
        stroke=alt.Stroke(**by_state(ACCENT, ACCENT)),
        fill=alt.Fill(**by_state(ACCENT, "transparent")),
        shape=alt.Shape(**by_state("circle", "diamond")),
        tooltip=said,
    )
    exact = [{"counted": end, "estimated": end} for end in (0, most)]
    line = alt.Chart(alt.Data(values=exact)).mark_line(color=QUIET, strokeDash=[2, 2])
    return alt.LayerChart(
        layer=[line.encode(x="counted:Q", y="estimated:Q"), intervals, marks]
    ).properties(height=360)
