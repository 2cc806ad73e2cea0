"""Pictures of a service desk: who calls when, who waits how long, and the stack of mail."""

from typing import Any

import altair as alt

from optimizer.language import Weekday, said, say
from optimizer.reporting.plots import ACCENT, HALF, PALE, QUIET, clock_axis

Rows = list[dict[str, Any]]
_ANSWERED, _GONE, _CLOSED = (
    say("answered"),
    say("give up or are turned away"),
    say("meet a closed desk"),
)
_TODAY, _PROPOSED = say("today"), say("proposed")
_DAY_NAMES = said(  # of hours since Monday, as a formula of Vega
    "['{mo}','{tu}','{we}','{th}','{fr}','{sa}','{su}'][floor(datum.value / 24)]",
    mo=Weekday(0), tu=Weekday(1), we=Weekday(2), th=Weekday(3), fr=Weekday(4), sa=Weekday(5),
    su=Weekday(6),
)  # fmt: skip


def contacts_chart(rows: Rows) -> alt.Chart:
    """People an hour over one day, by what became of them; `rows` are `desk_tables.day_rows`."""
    parts = [_ANSWERED, _GONE, _CLOSED]
    shown = [row | {"end": row["hour"] + 1} for row in rows if row["people"] > 0]
    key = alt.Legend(
        orient="top", direction="horizontal", columns=1, labelLimit=0,
        symbolType="square", symbolSize=160, symbolDash=[1, 0], symbolStrokeWidth=1,
    )  # fmt: skip
    return (
        alt.Chart(alt.Data(values=shown))
        .mark_bar(stroke=ACCENT, xOffset=1.5, x2Offset=-1.5)
        .encode(
            x=clock_axis("hour", *_ends(rows)),
            x2=alt.X2("end"),
            y=alt.Y("high:Q", title=say("people an hour")),
            y2=alt.Y2("low"),
            fill=alt.Fill("part:N", title=None, legend=key,
                          scale=alt.Scale(domain=parts, range=[ACCENT, HALF, PALE])),
            strokeDash=alt.StrokeDash("part:N", legend=None,
                                      scale=alt.Scale(domain=parts,
                                                      range=[[1, 0], [2, 2], [4, 3]])),
            tooltip=[
                alt.Tooltip("hour:Q", title=say("hour")),
                alt.Tooltip("part:N", title=say("what became of them")),
                alt.Tooltip("people:Q", title=say("people an hour"), format=".1f"),
            ],
        )
        .properties(height=260)
    )  # fmt: skip


def _ends(rows: Rows) -> tuple[float, float]:
    """The hours of the day between which anybody comes."""
    hours = [row["hour"] for row in rows if row["people"] >= 0.05] or [0, 23]
    return min(hours), max(hours) + 1


def wait_chart(rows: Rows, field: str, title: str) -> alt.Chart:
    """One figure by hour of the day, today's line dashed; `rows` are `desk_tables.wait_rows`."""
    hours = [row["hour"] for row in rows] or [9, 17]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=clock_axis("hour", min(hours), max(hours)),
            y=alt.Y(f"{field}:Q", title=title),
            **_lines(),
            tooltip=[
                alt.Tooltip("hour:Q", title=say("hour")),
                alt.Tooltip("which:N", title=say("week")),
                alt.Tooltip(f"{field}:Q", title=title, format=".1f"),
            ],
        )
        .properties(height=200)
    )


def mail_chart(rows: Rows) -> alt.Chart:
    """Mails that wait, over the week; `rows` are `desk_tables.mail_rows`."""
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X(
                "hours:Q",
                title=None,
                scale=alt.Scale(domain=[0, 168], nice=False),
                axis=alt.Axis(
                    values=[24 * day + 12 for day in range(7)],
                    labelExpr=_DAY_NAMES,
                    grid=False,
                    ticks=False,
                ),
            ),
            y=alt.Y("mails:Q", title=say("mails that wait")),
            **_lines(),
            tooltip=[
                alt.Tooltip("which:N", title=say("week")),
                alt.Tooltip("mails:Q", title=say("mails that wait"), format=".0f"),
            ],
        )
        .properties(height=220)
    )


def _lines() -> dict[str, Any]:
    """Today grey and dashed, the proposal in the accent."""
    which = [_TODAY, _PROPOSED]
    key = alt.Legend(orient="top", direction="horizontal", labelLimit=0)
    return {
        "color": alt.Color("which:N", title=None, legend=key,
                           scale=alt.Scale(domain=which, range=[QUIET, ACCENT])),
        "strokeDash": alt.StrokeDash("which:N", title=None, legend=key,
                                     scale=alt.Scale(domain=which, range=[[4, 3], [1, 0]])),
    }  # fmt: skip
