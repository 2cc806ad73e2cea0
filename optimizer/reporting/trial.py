"""Trials and past changes of hours as tables for machines and lines for people."""

from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.demand.chain_trial import ChainDesign, StoreWeekNoise
from optimizer.demand.changes import Change
from optimizer.demand.demand import interval
from optimizer.demand.trial import TrialDesign, TrialResult
from optimizer.reporting.sentences import amount, rounded, spread
from optimizer.timegrid import WEEKDAYS

Table = dict[str, Any]


def design_table(design: TrialDesign) -> Table:
    """The calendar of a trial and what it can tell; shares are of the evening's sales."""
    low, high = design.expected
    return {
        "store": design.store,
        "hours": str(design.hours),
        "dates": [day.isoformat() for day in design.dates],
        "evenings": len(design.dates),
        "evenings_needed": design.needed,
        "target_error": design.target_error,
        "evening_cv": design.evening_cv,
        "error": design.error,
        "detectable_difference": design.detectable,
        "same_day_share_error": design.same_day_error,
        "new_share_error": design.new_error,
        "predicted_customers": interval(design.predicted),
        "expected_after": {"p05": low, "p95": high},
        "cost": design.cost,
        "history": history_lines(design),
        "notes": list(design.notes),
    }


def history_lines(design: TrialDesign) -> list[str]:
    """The entries for `history` under `[hours]` in case.toml, one drawn evening a line."""
    return [
        f'{{ from = {day}, until = {day}, hours = "{design.hours}", random = true }},'
        for day in design.dates
    ]


def design_lines(case: Case, design: TrialDesign) -> list[str]:
    """The calendar, what the trial can tell and what it cannot, and how to read it later."""
    name = f" of {design.store}" if design.store else ""
    lines = [f"Open {design.hours} on these {len(design.dates)} evenings{name}, drawn at random:"]
    for week in sorted({day.isocalendar()[:2] for day in design.dates}):
        days = [day for day in design.dates if day.isocalendar()[:2] == week]
        told = ", ".join(f"{WEEKDAYS[day.weekday()]} {day}" for day in days)
        lines.append(f"  week {week[1]:2}: {told}")
    low, high = design.expected
    lines += [
        "Keep to the dates whatever the weather: only drawn dates make a fair comparison.",
        f"One evening differs from the mean by {design.evening_cv:.0%} (your own past says), so "
        f"{len(design.dates)} evenings tell the evening's sales to +-{1.645 * design.error:.0%}; "
        f"{design.needed} are needed for a standard error of {design.target_error:.0%}.",
        f"Believed now: {spread(design.predicted)} customers an evening; afterwards about as "
        f"close as {rounded(low)} to {rounded(high)}. A difference of {design.detectable:.0%} "
        "from what is believed would be noticed (80% power).",
        f"How many of them are new to you is told to +-{1.645 * design.new_error:.0%} of the "
        f"evening only, and how many else come earlier that day to "
        f"+-{1.645 * design.same_day_error:.0%}.",
    ]
    if design.cost is not None:
        lines.append(f"Wages of the trial: {amount(design.cost, case.currency)}.")
    lines += [f"Note: {note}" for note in design.notes]
    lines.append("When it is over, add to history under [hours] in case.toml:")
    return lines + [f"  {line}" for line in history_lines(design)]


def change_table(change: Change) -> Table:
    """What longer hours brought per day on which they held, in customers."""
    parts = ("gross", "same_day", "near", "moved", "web", "new")
    drawn = {name: getattr(change, name) for name in parts}
    return {
        "store": change.store,
        "hours": str(change.hours),
        "compared_with": str(change.reference),
        "from": change.first.isoformat(),
        "until": change.last.isoformat(),
        "days": change.days,
        "reference_days": change.reference_days,
        "random": change.random,
        "per_day": {name: None if d is None else interval(d) for name, d in drawn.items()},
        "shares": {
            name: None if drawn[name] is None else change.share(drawn[name])
            for name in ("moved", "web", "new")
        },
        "basket": change.basket,
        "p_new": change.p_new,
        "p_moved": change.p_moved,
        "not_identified": list(change.unidentified),
    }


def change_lines(case: Case, change: Change) -> list[str]:
    """What longer hours brought, where it came from, and what cannot be told."""
    drawn = "drawn at random" if change.random else "chosen"
    lines = [
        f"{change.hours} instead of {change.reference}, {change.first} to {change.last}: "
        f"{change.days} days, {drawn}, against {change.reference_days} others. On such a day:"
    ]
    both = "moved from other hours, nearby days too"
    rows = {
        "customers in the added hours": change.gross,
        f"their net sales, {case.currency}":
            None if change.basket is None else change.gross * change.basket,
        "moved from other hours of the day" if change.near is not None else both: change.same_day,
        "moved from neighbouring days": change.near,
        "came from the web shop": change.web,
        "new": change.new,
    }  # fmt: skip
    lines += [f"  {name:40}{_told(draws)}" for name, draws in rows.items() if draws is not None]
    share = change.share(change.new)
    if share is not None:
        told = ", ".join(f"{part:.2f}" for part in share)
        lines.append(f"Share that is new, for [displacement] in case.toml: lost = [{told}]")
    if change.p_new is not None and change.p_moved is not None:
        lines.append(f"Were longer hours without effect, chance would show as much in "
                     f"{_percent(change.p_new)} of draws (the day in all) and in "
                     f"{_percent(change.p_moved)} (its other hours).")  # fmt: skip
    return lines + [f"Note: {said}" for said in change.unidentified]


def result_table(result: TrialResult) -> Table:
    """A trial's measurement beside its prediction, in customers per evening."""
    return change_table(result.change) | {
        "predicted": {
            "gross": interval(result.predicted),
            "new": interval(result.predicted_new),
        },
        "verdict": result.verdict,
        "known": result.known,
    }


def result_lines(case: Case, result: TrialResult) -> list[str]:
    """The measurement, the prediction, and what a lasting change might bring."""
    gross = result.change.gross
    lasting = gross / result.known
    return [
        *change_lines(case, result.change),
        f"Without the trial your data would have said {spread(result.predicted)} customers an "
        f"evening, {spread(result.predicted_new)} of them new: the evenings brought "
        f"{result.verdict}.",
        f"If only {result.known:.0%} of your customers knew of the evenings, as is usual at first, "
        f"lasting hours would bring {spread(lasting)} in time (assumed, not measured).",
    ]


def chain_table(design: ChainDesign, noise: StoreWeekNoise) -> Table:
    """Which store is open longer in which week (from 0), and what the trial can find."""
    return {
        "late_weeks": [np.flatnonzero(store).tolist() for store in design.late],
        "counted_weeks": np.flatnonzero(design.kept).tolist(),
        "standard_error": design.standard_error(noise),
        "detectable_change": design.detectable(noise),
    }


def chain_lines(stores: list[str], design: ChainDesign, noise: StoreWeekNoise) -> list[str]:
    """A row per store: # longer hours, . today's; weeks in brackets do not count."""
    width = max(map(len, stores))
    lines = []
    for store, late in zip(stores, design.late.tolist(), strict=True):
        marks = ["#" if open_late else "." for open_late in late]
        shown = "".join(
            f" {mark} " if counts else f"({mark})"
            for mark, counts in zip(marks, design.kept.tolist(), strict=True)
        )
        lines.append(f"{store:{width}} {shown}")
    found = design.detectable(noise)
    return [
        *lines,
        f"A change of {found:.1%} of weekly sales would be found (80% power). Where the evening "
        f"is a tenth of the week, the share of it that is new is told to "
        f"+-{1.645 * design.standard_error(noise) / 0.10:.0%}.",
    ]


def _told(draws: np.ndarray) -> str:
    return f"{rounded(interval(draws)['p50']):>6} ({spread(draws)})"


def _percent(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{share:.0%}"
