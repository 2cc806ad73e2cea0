"""Pictures of a chain: the funnel of its shops, and what each budget earns."""

from typing import Any

import altair as alt
import numpy as np

from optimizer.chain.budget import Split
from optimizer.chain.run import ChainAnswer
from optimizer.language import Unit, say
from optimizer.reporting.plots import ACCENT, QUIET

_RATIOS = [0.1, 0.2, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 5, 10]  # grid lines
_INSIDE, _OUTSIDE = say("within chance"), say("outside the funnel")


def funnel_rows(answer: ChainAnswer, stores: list[str]) -> list[dict[str, Any]]:
    """Where each of these stores lies in the funnel: how sure it is, and how far from expected."""
    fair, table = answer.comparison, answer.stores
    place = {store: k for k, store in enumerate(table.index)}
    return [
        {
            "store": store,
            "sure": float(1 / max(fair.error[k], 1e-4)),
            "ratio": float(np.exp(fair.figure[k] - fair.expected[k])),
            "state": _OUTSIDE if fair.unusual[k] else _INSIDE,
        }
        for store in stores
        for k in [place[store]]
    ]


def funnel_chart(answer: ChainAnswer, stores: list[str]) -> alt.LayerChart | alt.FacetChart:
    """Margin per paid hour against what is expected, over how sure it is; with 95 % limits."""
    rows = funnel_rows(answer, stores)
    sure = np.array([row["sure"] for row in rows])
    grid = np.geomspace(sure.min() * 0.95, sure.max() * 1.05, 40)
    limit = 1.96 * np.hypot(1 / grid, answer.comparison.spread)
    lines = [
        {"sure": float(x), "low": float(np.exp(-y)), "high": float(np.exp(y))}
        for x, y in zip(grid, limit, strict=True)
    ]
    ends = [row["ratio"] for row in rows] + [line["low"] for line in lines]
    widest = 1.1 * float(np.exp(np.abs(np.log(ends)).max()))
    scale = alt.Scale(type="log", nice=False, padding=8)
    points = (
        alt.Chart(alt.Data(values=rows))
        .mark_point(filled=True, size=45, opacity=0.75)
        .encode(
            x=alt.X("sure:Q", scale=scale, title=say("how sure: 1 / standard error"),
                    axis=alt.Axis(format=".2~s", grid=False)),
            y=alt.Y("ratio:Q", title=say("margin an hour, expected = 1"),
                    scale=alt.Scale(type="log", domain=[1 / widest, widest], nice=False),
                    axis=alt.Axis(format=".2f", values=_RATIOS)),
            color=alt.Color("state:N", title=None, legend=alt.Legend(orient="top"),
                            scale=alt.Scale(domain=[_INSIDE, _OUTSIDE], range=[QUIET, ACCENT])),
            shape=alt.Shape("state:N", title=None, legend=alt.Legend(orient="top"),
                            scale=alt.Scale(domain=[_INSIDE, _OUTSIDE],
                                            range=["circle", "triangle-up"])),
            tooltip=[alt.Tooltip("store:N", title=say("store")),
                     alt.Tooltip("ratio:Q", title=say("expected = 1"), format=".2f")],
        )
    )  # fmt: skip
    funnel = alt.Chart(alt.Data(values=lines)).mark_line(color=QUIET, strokeDash=[4, 3])
    edges = [funnel.encode(x="sure:Q", y=f"{end}:Q") for end in ("low", "high")]
    return alt.layer(*edges, points).properties(height=300)


def budget_chart(answer: ChainAnswer, split: Split) -> alt.LayerChart | alt.FacetChart:
    """What every budget earns, and the one that is asked for."""
    currency = Unit(answer.case.currency)
    rows = [{"hours": hours, "profit": profit} for hours, profit in answer.curve]
    x = alt.X("hours:Q", title=say("paid hours a week"), scale=alt.Scale(zero=False))
    y = alt.Y("profit:Q", title=say("{currency} a week", currency=currency),
              scale=alt.Scale(zero=False))  # fmt: skip
    line = alt.Chart(alt.Data(values=rows)).mark_line(color=ACCENT).encode(x=x, y=y)
    here = [{"hours": split.used, "profit": split.profit}]
    point = alt.Chart(alt.Data(values=here)).mark_point(color=ACCENT, filled=True, size=110)
    return alt.layer(line, point.encode(x=x, y=y)).properties(height=240)
