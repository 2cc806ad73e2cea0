"""The customers' week: what each hour is worth, and how much of it finds the door open."""

from typing import Any

import altair as alt
import numpy as np

from optimizer.language import About, Clock, Percent, Said, Unit, Weekday, said, say
from optimizer.planning.coverage import Coverage
from optimizer.planning.lost import HourWorth
from optimizer.reporting.plots import ACCENT, DAYS, ON_THE_HOUR, QUIET
from optimizer.reporting.sentences import weekdays, window
from optimizer.timegrid import TimeGrid

COSTS = "#D55E00"  # an orange that keeps its difference from the accent in every colour blindness
OPEN_SIGN = "●"

Rows = list[dict[str, Any]]


def covered(today: Coverage) -> Said:
    """How much of the customers' week finds the door open, and where the rest lies."""
    if today.missing is None:
        return say("You are open in all the hours in which your customers would come.")
    told = {
        "share": Percent(today.share),
        "part": Percent(today.missing.share),
        "days": weekdays(np.array(today.missing.days)),
    }
    if today.missing.part == "day":
        return say(
            "You are open for {share} of the hours in which your customers would come; {part} of "
            "the rest is {days}, closed all day.",
            **told,
        )
    if today.missing.part == "morning":
        return say(
            "You are open for {share} of the hours in which your customers would come; {part} of "
            "the rest is {days} before you open.",
            **told,
        )
    if today.missing.part == "noon":
        return say(
            "You are open for {share} of the hours in which your customers would come; {part} of "
            "the rest is {days} while you are closed at noon.",
            **told,
        )
    return say(
        "You are open for {share} of the hours in which your customers would come; {part} of the "
        "rest is {days} after you close.",
        **told,
    )


def covered_then(today: Coverage, proposed: Coverage) -> Said:
    """Today's share of the customers' week beside that of the proposed hours."""
    return say(
        "The proposed hours are open for {proposed} of the hours in which your customers would "
        "come; today's for {today}.",
        proposed=Percent(proposed.share),
        today=Percent(today.share),
    )


def worth_rows(
    worth: HourWorth, open_share: np.ndarray, wanted: np.ndarray, grid: TimeGrid
) -> Rows:
    """What each clock hour is worth net of labour; those in which nobody comes are left out.

    Open hours are worth the margin of those served, less wages and the cost of an open door; closed
    hours are worth what opening them would newly bring.

    Parameters
    ----------
    open_share, wanted
        Share of each period that the shop is open, and its expected customers, shape (W,).
    """
    per_hour = round(1 / grid.period_hours)
    earned = np.where(open_share > 0, worth.served - worth.cost, worth.net).mean(0)
    net = earned.reshape(7, 24, per_hour).sum(2)
    is_open = open_share.reshape(7, 24, per_hour).mean(2) >= 0.5
    come = wanted.reshape(7, 24, per_hour).sum(2) > 0
    return [
        {
            "day": said(value=Weekday(day)),
            "hour": hour,
            "hours": window(60 * hour, 60 * hour + 60),
            "net": float(net[day, hour]),
            "shown": said(value=About(net[day, hour])),
            "open": bool(is_open[day, hour]),
            "door": say("open") if is_open[day, hour] else say("closed"),
        }
        for hour in np.flatnonzero(come.any(0)).tolist()
        for day in range(7)
        if come[day, hour]
    ]


def worth_chart(rows: Rows, unit: str) -> alt.LayerChart:
    """The week as a map: blue where an hour pays, orange where it costs, framed where open."""
    most = max(abs(row["net"]) for row in rows) or 1.0
    shown = [row | {"strength": 0.05 + 0.5 * abs(row["net"]) / most} for row in rows]
    chart = alt.Chart(alt.Data(values=shown))
    hours = sorted({row["hour"] for row in rows})
    days = alt.X("day:N", sort=None, title=None, scale=alt.Scale(domain=DAYS),
                 axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False))  # fmt: skip
    down = alt.Y("hour:O", sort=hours, title=None,
                 axis=alt.Axis(labelExpr=ON_THE_HOUR, ticks=False, domain=False))  # fmt: skip
    told = [
        alt.Tooltip("day:N", title=say("day")),
        alt.Tooltip("hours:N", title=say("hours")),
        alt.Tooltip("net:Q", title=worth_of(unit), format=",.0f"),
        alt.Tooltip("door:N", title=say("door")),
    ]
    cells = chart.mark_rect().encode(
        x=days,
        y=down,
        color=alt.condition("datum.net >= 0", alt.value(ACCENT), alt.value(COSTS)),
        opacity=alt.Opacity("strength:Q", scale=None),
        tooltip=told,
    )
    frames = (
        chart.transform_filter("datum.open")
        .mark_rect(filled=False, stroke=QUIET, strokeWidth=2)
        .encode(x=days, y=down)
    )
    numbers = chart.mark_text(fontSize=11).encode(
        x=days,
        y=down,
        text="shown:N",
        tooltip=told,
    )
    return alt.LayerChart(layer=[cells, frames, numbers]).properties(height=24 * len(hours) + 30)


def worth_of(unit: str) -> Said:
    """What the numbers of the map are."""
    if unit == "customers":
        return say("customers kept, net of work")
    return say("earned after wages, {currency}", currency=Unit(unit))


def worth_table(rows: Rows) -> Rows:
    """The map as a table, a row for each hour; a dot marks hours that are open today."""
    cells = {(row["hour"], row["day"]): row for row in rows}
    table = []
    for hour in sorted({row["hour"] for row in rows}):
        told: dict[str, str] = {say("hour"): said(value=Clock(60 * hour))}
        for day in DAYS:
            row = cells.get((hour, day))
            told[day] = "" if row is None else row["shown"]
            if row is not None and row["open"]:
                told[day] = said("{sign} {net}", sign=OPEN_SIGN, net=row["shown"])
        table.append(told)
    return table
