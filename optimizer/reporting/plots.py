"""Pictures: data in, chart out. Nothing is computed here, and nothing is told by colour alone.

One accent, a blue that keeps its difference from grey in every common colour blindness, and a grey
that can be read on white and on black. What is not observed is pale with a dashed outline.
"""

import math
from typing import Any, Literal

import altair as alt

from optimizer.language import Weekday, said, say

ACCENT, QUIET = "#0072B2", "#7B8794"
PALE, HALF = "rgba(0, 114, 178, 0.2)", "rgba(0, 114, 178, 0.5)"  # of the accent
_OPEN, _CLOSED = say("open"), say("closed: estimate with 90 % interval")

Rows = list[dict[str, Any]]
DAYS = [said(value=Weekday(day)) for day in range(7)]
ON_THE_HOUR = say("format(datum.value, '02') + ':00'")  # 17:00, as a formula of Vega


def day_chart(rows: Rows, close: float) -> alt.LayerChart:
    """Customers per hour over one day, with a rule at the closing time `close` (hour of the day).

    `rows` are those of `tables.day_table`.
    """
    rows = [row | {"state": _OPEN if row["open"] else _CLOSED} for row in rows]
    chart = alt.Chart(alt.Data(values=rows))
    key = legend("top", columns=1)  # side by side they are wider than a phone
    start = clock_axis("start", rows[0]["start"], rows[-1]["end"])
    said = [
        alt.Tooltip("hours:N", title=say("hours")),
        alt.Tooltip("customers:Q", title=say("customers an hour"), format=".1f"),
        alt.Tooltip("p05:Q", title=say("low"), format=".1f"),
        alt.Tooltip("p95:Q", title=say("high"), format=".1f"),
        alt.Tooltip("state:N", title=say("door")),
    ]
    doors = [_OPEN, _CLOSED]
    bars = chart.mark_bar(stroke=ACCENT, opacity=1, xOffset=1.5, x2Offset=-1.5).encode(
        x=start,
        x2=alt.X2("end"),
        y=alt.Y("customers:Q", title=say("customers an hour")),
        y2=alt.Y2Datum(0),
        fill=alt.Fill("state:N", title=None, legend=key,
                      scale=alt.Scale(domain=doors, range=[ACCENT, PALE])),
        strokeDash=alt.StrokeDash("state:N", title=None, legend=key,
                                  scale=alt.Scale(domain=doors, range=[[1, 0], [4, 3]])),
        tooltip=said,
    )  # fmt: skip
    intervals = (
        chart.transform_filter("!datum.open")
        .transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_rule(color=QUIET, strokeWidth=2)
        .encode(x=alt.X("middle:Q"), y=alt.Y("p05:Q"), y2=alt.Y2("p95"), tooltip=said)
    )
    closing = alt.Chart(alt.Data(values=[{"close": close}]))
    rule = closing.mark_rule(color=QUIET, strokeWidth=2, strokeDash=[2, 2], clip=True).encode(
        x=alt.X("close:Q")
    )
    word = closing.mark_text(
        text=say("closes"),
        color=QUIET,
        align="right",
        baseline="top",
        dx=-5,
        y=0,
        fontSize=13,
        clip=True,
    ).encode(x=alt.X("close:Q"))
    return alt.LayerChart(layer=[bars, intervals, rule, word]).properties(height=300)


def split_chart(parts: list[tuple[str, float]]) -> alt.Chart:
    """One stacked bar; the last part, which is the point of it, is solid, those before it paler."""
    names = [name for name, _ in parts]
    rows = [{"part": name, "amount": size, "place": n} for n, (name, size) in enumerate(parts)]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(stroke=ACCENT, opacity=1, height=32)
        .encode(
            x=alt.X("amount:Q", stack="zero", axis=None, scale=alt.Scale(nice=False)),
            order=alt.Order("place:Q"),
            fill=alt.Fill(
                "part:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=[PALE, HALF, ACCENT][-len(parts) :]),
                legend=legend("bottom", columns=1),
            ),
            tooltip=[
                alt.Tooltip("part:N", title=say("where they go")),
                alt.Tooltip("amount:Q", title=say("amount"), format=",.0f"),
            ],
        )
        .properties(height=105)
    )  # fmt: skip


def week_chart(proposed: Rows, today: Rows) -> alt.LayerChart:
    """A week by the clock: filled bars are proposed, with the people at work; outlines are today.

    `proposed` holds `day, start, end, people`, `today` holds `day, start, end`; hours of the day.
    """
    ends = [row[edge] for row in [*proposed, *today] for edge in ("start", "end")]
    days = alt.Y("day:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False),
                 scale=alt.Scale(domain=DAYS))  # fmt: skip
    hours = clock_axis("start", min(ends), max(ends))
    fill = alt.Chart(alt.Data(values=proposed))
    said = [
        alt.Tooltip("day:N", title=say("day")),
        alt.Tooltip("start:Q", title=say("from")),
        alt.Tooltip("end:Q", title=say("until")),
        alt.Tooltip("people:Q", title=say("people")),
    ]
    bars = fill.mark_bar(color=ACCENT, height={"band": 0.62}, xOffset=1, x2Offset=-1).encode(
        x=hours, x2=alt.X2("end"), y=days, tooltip=said
    )
    people = (
        fill.transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(color="white", fontSize=13, fontWeight="bold")
        .encode(x=alt.X("middle:Q"), y=days, text=alt.Text("people:Q"))
    )
    outline = (
        alt.Chart(alt.Data(values=today))
        .mark_bar(filled=False, color=QUIET, strokeWidth=2, strokeDash=[4, 3], height={"band": 0.9})
        .encode(x=hours, x2=alt.X2("end"), y=days)
    )
    return alt.LayerChart(layer=[outline, bars, people]).properties(height=300)


def legend(place: Literal["top", "bottom"], columns: int) -> alt.Legend:
    """Squares with their names beside the picture, none of them cut."""
    return alt.Legend(
        orient=place,
        direction="horizontal",
        columns=columns,
        labelLimit=0,
        symbolType="square",
        symbolSize=160,
        symbolStrokeColor=ACCENT,
        symbolStrokeWidth=1,
    )


def clock_axis(field: str, first: float, last: float) -> alt.X:
    """A horizontal axis of clock hours, labelled every full hour that finds room."""
    return alt.X(
        f"{field}:Q",
        title=None,
        scale=alt.Scale(domain=[first, last], nice=False, zero=False),
        axis=alt.Axis(
            grid=False,
            values=list(range(math.ceil(first), int(last) + 1)),
            labelExpr=ON_THE_HOUR,
            labelOverlap="parity",
            labelFlush=False,
        ),
    )
