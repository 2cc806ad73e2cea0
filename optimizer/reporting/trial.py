"""Trials and past changes of hours as tables for machines and lines for people."""

from typing import Any

import numpy as np

from optimizer.case import Case
from optimizer.demand.chain_trial import ChainDesign, StoreWeekNoise
from optimizer.demand.changes import Change
from optimizer.demand.demand import interval
from optimizer.demand.trial import TrialDesign, TrialResult
from optimizer.language import (
    About,
    Clock,
    Day,
    Listed,
    Percent,
    Said,
    Unit,
    Weekday,
    said,
    say,
    translated,
)
from optimizer.opening import OpeningHours
from optimizer.reporting.ics import Event
from optimizer.reporting.sentences import amount, hours_told, rounded, spread

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
    lines: list[str] = [plan_of(design)]
    lines += [
        said("  {week}: {dates}", week=row[WEEK], dates=row[DATES]) for row in calendar_rows(design)
    ]
    lines += promises(case, design)
    lines += [said("{word}: {note}", word=say("Note"), note=note) for note in design.notes]
    lines.append(AFTERWARDS)
    return lines + [f"  {line}" for line in history_lines(design)]


WEEK, DATES = say("week"), say("evenings")
AFTERWARDS = say("When it is over, add to history under [hours] in case.toml:")


def plan_of(design: TrialDesign) -> Said:
    """What to do, in one sentence; the dates follow."""
    told = {"hours": hours_told(design.hours), "count": len(design.dates), "store": design.store}
    if design.store:
        return say("Open {hours} on these {count} evenings of {store}, drawn at random:", **told)
    return say("Open {hours} on these {count} evenings, drawn at random:", **told)


def calendar_rows(design: TrialDesign) -> list[dict[str, str]]:
    """The drawn dates, a row for each week."""
    rows: list[dict[str, str]] = []
    for week in sorted({day.isocalendar()[:2] for day in design.dates}):
        days = [day for day in design.dates if day.isocalendar()[:2] == week]
        dates = [said("{day} {date}", day=Weekday(d.weekday()), date=Day(d)) for d in days]
        number = say("week {number}", number=week[1])
        rows.append({WEEK: number, DATES: said(value=Listed(dates, "comma"))})
    return rows


def sheet(design: TrialDesign) -> list[dict[str, str]]:
    """The drawn dates for a spreadsheet: the date, and the opening hours of that week."""
    return [{"date": d.isoformat(), "opening_hours": str(design.hours)} for d in design.dates]


def events(design: TrialDesign, today: OpeningHours, language: str) -> list[Event]:
    """The drawn evenings for a calendar, from today's closing to that of the trial."""
    told = []
    for day in design.dates:
        end = design.hours.windows(day.weekday())[-1][1]
        usual = today.windows(day.weekday())
        start = usual[-1][1] if usual else design.hours.windows(day.weekday())[0][0]
        summary = translated(say("Trial evening: open until {time}", time=Clock(end)), language)
        told.append(Event(day, start, end, summary, f"trial {day}"))
    return told


def promises(case: Case, design: TrialDesign) -> list[Said]:
    """What the trial can tell and what it cannot, and what it costs, one sentence each."""
    low, high = design.expected
    lines = [
        say("Keep to the dates whatever the weather: only drawn dates make a fair comparison."),
        say(
            "One evening differs from the mean by {spread} (your own past says), so {count} "
            "evenings tell the evening's sales to +-{error}; {needed} are needed for a standard "
            "error of {target}.",
            spread=Percent(design.evening_cv), count=len(design.dates),
            error=Percent(1.645 * design.error), needed=design.needed,
            target=Percent(design.target_error),
        ),
        say(
            "Believed now: {range} customers an evening; afterwards about as close as {low} to "
            "{high}. A difference of {change} from what is believed would be noticed (80% power).",
            range=spread(design.predicted), low=About(low), high=About(high),
            change=Percent(design.detectable),
        ),
        say(
            "How many of them are new to you is told to +-{new} of the evening only, and how many "
            "else come earlier that day to +-{same_day}.",
            new=Percent(1.645 * design.new_error), same_day=Percent(1.645 * design.same_day_error),
        ),
    ]  # fmt: skip
    if design.cost is not None:
        cost = amount(design.cost, case.currency)
        lines.append(say("Wages of the trial: {cost}.", cost=cost))
    return lines


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
    drawn = say("drawn at random") if change.random else say("chosen")
    lines: list[str] = [
        say(
            "{hours} instead of {reference}, {first} to {last}: {days} days, {drawn}, against "
            "{others} others. On such a day:",
            hours=change.hours, reference=change.reference, first=Day(change.first),
            last=Day(change.last), days=change.days, drawn=drawn, others=change.reference_days,
        )
    ]  # fmt: skip
    same_day = say("moved from other hours of the day")
    if change.near is None:
        same_day = say("moved from other hours, nearby days too")
    rows = {
        say("customers in the added hours"): change.gross,
        say("their net sales, {currency}", currency=Unit(case.currency)):
            None if change.basket is None else change.gross * change.basket,
        same_day: change.same_day,
        say("moved from neighbouring days"): change.near,
        say("came from the web shop"): change.web,
        say("new"): change.new,
    }  # fmt: skip
    lines += [f"  {name:40}{_told(draws)}" for name, draws in rows.items() if draws is not None]
    share = change.share(change.new)
    if share is not None:
        told = ", ".join(f"{part:.2f}" for part in share)
        lines.append(
            say("Share that is new, for [displacement] in case.toml: lost = [{told}]", told=told)
        )
    if change.p_new is not None and change.p_moved is not None:
        lines.append(
            say(
                "Were longer hours without effect, chance would show as much in {day} of draws "
                "(the day in all) and in {others} (its other hours).",
                day=_percent(change.p_new), others=_percent(change.p_moved),
            )
        )  # fmt: skip
    notes = [said("{word}: {note}", word=say("Note"), note=note) for note in change.unidentified]
    return [*lines, *notes]


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
        say(
            "Without the trial your data would have said {range} customers an evening, {new} of "
            "them new: the evenings brought {verdict}.",
            range=spread(result.predicted), new=spread(result.predicted_new),
            verdict=result.verdict,
        ),
        say(
            "If only {known} of your customers knew of the evenings, as is usual at first, "
            "lasting hours would bring {range} in time (assumed, not measured).",
            known=Percent(result.known), range=spread(lasting),
        ),
    ]  # fmt: skip


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
        say(
            "A change of {found} of weekly sales would be found (80% power). Where the evening "
            "is a tenth of the week, the share of it that is new is told to +-{error}.",
            found=Percent(found, 1),
            error=Percent(1.645 * design.standard_error(noise) / 0.10),
        ),
    ]


def _told(draws: np.ndarray) -> str:
    return f"{rounded(interval(draws)['p50']):>6} ({spread(draws)})"


def _percent(share: float) -> Said:
    return say("under {share}", share=Percent(0.01)) if share < 0.01 else said(value=Percent(share))
