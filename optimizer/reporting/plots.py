"""Pictures: data in, chart out. Nothing is computed here, and nothing is told by colour alone.

One accent, a blue that keeps its difference from grey in every common colour blindness, and a grey
that can be read on white and on black. What is not observed is pale with a dashed outline.
"""

from typing import Any

import altair as alt

from optimizer.timegrid import WEEKDAYS

ACCENT, QUIET = "#0072B2", "#7B8794"
_OPEN, _CLOSED = "open", "closed: estimate, with its 90 % interval"

Rows = list[dict[str, Any]]


def day_chart(rows: Rows, close: float) -> alt.LayerChart:
    """Customers per hour over one day, with a rule at the closing time `close` (hour of the day).

    `rows` are those of `tables.day_table`.
    """
    rows = [row | {"state": _OPEN if row["open"] else _CLOSED} for row in rows]
    chart = alt.Chart(alt.Data(values=rows))
    start = _clock_axis("start", rows[0]["start"], rows[-1]["end"])
    said = [
        alt.Tooltip("hours:N"),
        alt.Tooltip("customers:Q", title="customers an hour", format=".1f"),
        alt.Tooltip("p05:Q", title="low", format=".1f"),
        alt.Tooltip("p95:Q", title="high", format=".1f"),
        alt.Tooltip("state:N", title="door"),
    ]
    bars = chart.mark_bar(color=ACCENT, stroke=ACCENT, xOffset=1.5, x2Offset=-1.5).encode(
        x=start,
        x2="end",
        y=alt.Y("customers:Q", title="customers an hour"),
        fillOpacity=alt.FillOpacity(
            "state:N",
            title=None,
            scale=alt.Scale(domain=[_OPEN, _CLOSED], range=[1, 0.18]),
            legend=alt.Legend(orient="top", labelLimit=0, symbolType="square", direction="vertical",
                              symbolFillColor=ACCENT, symbolStrokeColor=ACCENT),
        ),
        strokeDash=alt.StrokeDash(
            "state:N",
            title=None,
            scale=alt.Scale(domain=[_OPEN, _CLOSED], range=[[1, 0], [4, 3]]),
        ),
        tooltip=said,
    )  # fmt: skip
    intervals = (
        chart.transform_filter(f"datum.state == '{_CLOSED}'")
        .transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_rule(color=QUIET, strokeWidth=2)
        .encode(x="middle:Q", y="p05:Q", y2="p95:Q", tooltip=said)
    )
    closing = alt.Chart(alt.Data(values=[{"close": close}]))
    rule = closing.mark_rule(color=QUIET, strokeWidth=2, strokeDash=[2, 2]).encode(x="close:Q")
    word = closing.mark_text(
        text="closes", color=QUIET, align="right", baseline="top", dx=-5, y=0, fontSize=13
    ).encode(x="close:Q")
    return alt.LayerChart(layer=[bars, intervals, rule, word]).properties(height=300)


def split_chart(parts: list[tuple[str, float]]) -> alt.Chart:
    """One stacked bar; the last part, which is the point of it, is solid, those before it paler."""
    names = [name for name, _ in parts]
    shades = [0.12, 0.45, 1.0][-len(parts) :]
    rows = [{"part": name, "amount": size, "place": n} for n, (name, size) in enumerate(parts)]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(color=ACCENT, stroke=ACCENT, height=36)
        .encode(
            x=alt.X("amount:Q", stack="zero", axis=None),
            order=alt.Order("place:Q"),
            fillOpacity=alt.FillOpacity(
                "part:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=shades),
                legend=alt.Legend(orient="bottom", labelLimit=0, symbolType="square", columns=1,
                                  symbolFillColor=ACCENT, symbolStrokeColor=ACCENT),
            ),
            tooltip=["part:N", alt.Tooltip("amount:Q", format=",.0f")],
        )
        .properties(height=110)
    )  # fmt: skip


def week_chart(proposed: Rows, today: Rows) -> alt.LayerChart:
    """A week by the clock: filled bars are proposed, with the people at work; outlines are today.

    `proposed` holds `day, start, end, people`, `today` holds `day, start, end`; hours of the day.
    """
    ends = [row[edge] for row in [*proposed, *today] for edge in ("start", "end")]
    days = alt.Y("day:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False),
                 scale=alt.Scale(domain=WEEKDAYS))  # fmt: skip
    hours = _clock_axis("start", min(ends), max(ends))
    fill = alt.Chart(alt.Data(values=proposed))
    said = ["day:N", "start:Q", "end:Q", "people:Q"]
    bars = fill.mark_bar(
        color=ACCENT, height={"band": 0.62}, xOffset=1, x2Offset=-1, tooltip=True
    ).encode(x=hours, x2="end", y=days, tooltip=said)
    people = (
        fill.transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(color="white", fontSize=13, fontWeight="bold")
        .encode(x="middle:Q", y=days, text="people:Q")
    )
    outline = (
        alt.Chart(alt.Data(values=today))
        .mark_bar(filled=False, color=QUIET, strokeWidth=2, strokeDash=[4, 3], height={"band": 0.9})
        .encode(x=hours, x2="end", y=days)
    )
    return alt.LayerChart(layer=[bars, people, outline]).properties(height=300)


def _clock_axis(field: str, first: float, last: float) -> alt.X:
    """A horizontal axis of clock hours, labelled every full hour that finds room."""
    return alt.X(
        f"{field}:Q",
        title=None,
        scale=alt.Scale(domain=[first, last], nice=False, zero=False),
        axis=alt.Axis(
            grid=False,
            values=list(range(int(first), int(last) + 1)),
            labelExpr="format(datum.value, '02') + ':00'",
            labelOverlap="parity",
            labelFlush=False,
        ),
    )
