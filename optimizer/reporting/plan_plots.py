"""Pictures of plans and what-ifs: data in, chart out; drawn like those of `plots`."""

import altair as alt

from optimizer.language import Said, Unit, say
from optimizer.reporting.plots import ACCENT, HALF, PALE, QUIET, Rows, clock_axis, legend

_HAIR = "rgba(123, 135, 148, 0.35)"  # of the quiet grey: lines behind the marks


def ladder_chart(rows: Rows, unit: Unit) -> alt.LayerChart:
    """What each later closing time earns (bars) and costs (ticks); rows of `ladder_steps`."""
    order = [row["closes"] for row in rows]
    parts = list(dict.fromkeys(row["part"] for row in rows))
    chart = alt.Chart(alt.Data(values=rows))
    closes = alt.X("closes:N", sort=order, title=say("closing time"),
                   axis=alt.Axis(labelAngle=0, labelOverlap="parity", ticks=False))  # fmt: skip
    told = [
        alt.Tooltip("closes:N", title=say("closing time")),
        alt.Tooltip("earns:Q", title=say("brings"), format=".1f"),
        alt.Tooltip("costs:Q", title=say("costs"), format=".1f"),
        alt.Tooltip("chance:Q", title=say("chance that it pays"), format=".0%"),
    ]
    bars = chart.mark_bar(stroke=ACCENT, opacity=1).encode(
        x=closes,
        y=alt.Y("earns:Q", title=say("{unit} a week", unit=unit)),
        fill=alt.Fill("part:N", title=None,
                      scale=alt.Scale(domain=parts, range=[ACCENT, PALE][-len(parts) :]),
                      legend=legend("top", columns=2)),
        tooltip=told,
    )  # fmt: skip
    ticks = chart.mark_tick(color="#D55E00", thickness=4, width={"band": 0.9}, orient="horizontal")
    return alt.LayerChart(
        layer=[bars, ticks.encode(x=closes, y="costs:Q", tooltip=told)]
    ).properties(height=260)


def shift_chart(rows: Rows) -> alt.LayerChart:
    """The shifts of a week by the clock, a line for each person; rows of `shift_bars`."""
    order = list(dict.fromkeys(row["day"] for row in rows))
    chart = alt.Chart(alt.Data(values=rows))
    days = alt.Y("day:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    hours = clock_axis("start", min(r["start"] for r in rows), max(r["end"] for r in rows))
    bars = chart.mark_bar(color=ACCENT, height={"band": 0.7}).encode(
        x=hours, x2=alt.X2("end"), y=days, tooltip=[alt.Tooltip("told:N", title=say("shift"))]
    )
    return alt.LayerChart(layer=[bars]).properties(height=22 * len(order) + 30)


def staff_chart(rows: Rows) -> alt.LayerChart:
    """One weekday: people planned (bars) and needed (ticks) per period; rows of `staff_steps`."""
    chart = alt.Chart(alt.Data(values=rows))
    most = max(max(row["planned"], row["needed"]) for row in rows)
    start = clock_axis("start", rows[0]["start"], rows[-1]["end"])
    told = [
        alt.Tooltip("told:N", title=say("from")),
        alt.Tooltip("planned:Q", title=say("planned")),
        alt.Tooltip("needed:Q", title=say("needed")),
    ]
    people = alt.Axis(values=list(range(most + 1)), format="d")
    room = alt.Scale(domain=[0, most + 0.3])  # above the topmost mark
    bars = chart.mark_bar(color=HALF, stroke=ACCENT, xOffset=1, x2Offset=-1).encode(
        x=start,
        x2=alt.X2("end"),
        y=alt.Y("planned:Q", title=say("people"), axis=people, scale=room),
        y2=alt.Y2Datum(0),
        tooltip=told,
    )
    ticks = chart.mark_rule(color="#D55E00", strokeWidth=4).encode(
        x=start, x2=alt.X2("end"), y=alt.Y("needed:Q", axis=people, scale=room), tooltip=told
    )
    return alt.LayerChart(layer=[bars, ticks]).properties(height=220)


def frontier_chart(rows: Rows, earned: Said) -> alt.LayerChart:
    """What more work earns, with named weeks beside the line; rows of `frontier_points`."""
    line = [row for row in rows if not row["name"]]
    marks = [row for row in rows if row["name"]]
    hours = alt.X("paid_hours:Q", title=say("paid hours a week"),
                  scale=alt.Scale(domainMin=0, padding=40),
                  axis=alt.Axis(grid=False, tickCount=8))  # fmt: skip
    profit = alt.Y("earned:Q", title=earned,
                   scale=alt.Scale(zero=False, nice=True),
                   axis=alt.Axis(gridColor=_HAIR, tickCount=5))  # fmt: skip
    told = [
        alt.Tooltip("paid_hours:Q", title=say("paid hours a week"), format=".1f"),
        alt.Tooltip("earned:Q", title=say("earned"), format=",.0f"),
    ]
    best = alt.Chart(alt.Data(values=line)).mark_line(
        color=ACCENT, strokeWidth=2, point=alt.OverlayMarkDef(color=ACCENT, size=40)
    )
    named = alt.Chart(alt.Data(values=marks))
    dots = named.mark_point(color=QUIET, filled=True, shape="diamond", size=150, opacity=1)
    words = named.mark_text(color=QUIET, dy=16, fontSize=13)
    return alt.LayerChart(
        layer=[
            best.encode(x=hours, y=profit, tooltip=told),
            dots.encode(x=hours, y=profit, tooltip=told),
            words.encode(x=hours, y=profit, text="name:N"),
        ]
    ).properties(height=300)


def tornado_chart(rows: Rows, stated: float, unit: Unit) -> alt.LayerChart:
    """The gain over today's hours if one assumption is off; rows of `tornado_bars`."""
    order = list(dict.fromkeys(row["assumption"] for row in rows))
    spans = [
        {"assumption": name, "low": min(gains), "high": max(gains)}
        for name in order
        for gains in [[row["gain"] for row in rows if row["assumption"] == name]]
    ]
    names = alt.Y("assumption:N", sort=order, title=None,
                  axis=alt.Axis(labelLimit=220, ticks=False, domain=False))  # fmt: skip
    gain = alt.X("gain:Q", title=say("gain over today's hours, {unit} a week", unit=unit),
                 scale=alt.Scale(zero=False, padding=60),
                 axis=alt.Axis(gridColor=_HAIR, tickCount=6, titleAnchor="end"))  # fmt: skip
    bars = (
        alt.Chart(alt.Data(values=spans))
        .mark_bar(color=HALF, stroke=ACCENT, height=18)
        .encode(x=alt.X("low:Q"), x2=alt.X2("high"), y=names)
    )
    ends = alt.Chart(alt.Data(values=rows)).encode(x=gain, y=names)
    below = ends.transform_filter(f"datum.gain < {stated}").mark_text(align="right", dx=-5)
    above = ends.transform_filter(f"datum.gain >= {stated}").mark_text(align="left", dx=5)
    words = [side.encode(text="told:N") for side in (below, above)]
    middle = (
        alt.Chart(alt.Data(values=[{"gain": stated}]))
        .mark_rule(color=QUIET, strokeWidth=2, strokeDash=[2, 2])
        .encode(x=gain)
    )
    return alt.LayerChart(layer=[bars, middle, *words]).properties(height=44 * len(order) + 40)


def compare_chart(rows: Rows, earned: Said) -> alt.LayerChart:
    """What-ifs side by side: today's hours (diamond), best hours (dot with its interval)."""
    order: list[Said | str] = [row["name"] for row in rows]
    names = alt.Y("name:N", sort=order, title=None,
                  axis=alt.Axis(labelLimit=260, ticks=False, domain=False))  # fmt: skip
    scale = alt.Scale(zero=False, nice=True)
    chart = alt.Chart(alt.Data(values=rows))
    told = [
        alt.Tooltip("name:N", title=say("what if")),
        alt.Tooltip("today:Q", title=say("today's hours"), format=",.0f"),
        alt.Tooltip("best:Q", title=say("best hours"), format=",.0f"),
    ]
    span = chart.mark_rule(color=HALF, strokeWidth=6).encode(
        x=alt.X("low:Q", title=earned, scale=scale,
                axis=alt.Axis(gridColor=_HAIR, tickCount=6, titleAnchor="end")),
        x2=alt.X2("high"), y=names, tooltip=told,
    )  # fmt: skip
    best = chart.mark_point(color=ACCENT, filled=True, size=130, opacity=1).encode(
        x=alt.X("best:Q", scale=scale), y=names, tooltip=told
    )
    today = chart.mark_point(color=QUIET, shape="diamond", size=110, strokeWidth=2).encode(
        x=alt.X("today:Q", scale=scale), y=names, tooltip=told
    )
    return alt.LayerChart(layer=[span, best, today]).properties(height=44 * len(rows) + 40)
