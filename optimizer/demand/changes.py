"""What a change of opening hours brought: measured in the shop's own days, before, during, after.

Longer hours show three things at once. The till rings in the added hours (gross sales); it rings
less in the hours that were open anyway, on the same day and on the days around it (moved); and
fewer orders reach the own web shop (web). What is left is new to the owner:

    new = gross - moved from the same day - moved from neighbouring days - web.

Gross sales are seen directly. The rest is a difference between days, as exact as ordinary days are
alike, so every answer carries its interval, and what no data could tell is said in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from optimizer.case import MEASURED, Case
from optimizer.casefile import with_changes
from optimizer.data.observations import Observations
from optimizer.demand.comparison import (
    Days,
    effects,
    gross_ratio,
    joint_draws,
    mean_known,
    ordinary,
    p_values,
    total,
)
from optimizer.errors import DataError
from optimizer.language import say
from optimizer.opening import OpeningHours

WINDOW_DAYS = 182  # days before and after a change that are compared with it
TOO_WIDE = 0.5  # standard error of a share from which on it says nothing


@dataclass(frozen=True, eq=False)
class Change:
    """What longer hours brought on an average day on which they held, in customers.

    The four parts are draws, shape (D,), of what the days tell by themselves: a part may come out
    negative where days differ more than the effect is large.

    Parameters
    ----------
    hours, reference
        The longer hours, and the hours that they are compared with.
    first, last, days, reference_days
        When the longer hours held within the comparison, and how many days of each kind it has.
    random
        The dates were drawn at random: nothing else can differ between the two kinds of day.
    added
        Periods that the longer hours add, bool of shape (7, P).
    gross
        Customers in the added hours.
    same_day, near
        Customers missing in the other hours of the same day, and on the two open days before and
        after; `near` is None where only the sum can be told, which `same_day` then holds.
    web
        Orders missing in the own web shop; None without web orders in the data.
    basket
        Net money per customer in the added hours; None without amounts.
    p_new, p_moved
        Randomisation p-values of "the day's total is as without longer hours" and "the other hours
        are as without them"; None where the dates were not drawn.
    also_cut
        Other hours were cut at the same time, so that no share can be told.
    unidentified
        What cannot be told, as sentences.
    """

    store: str
    hours: OpeningHours
    reference: OpeningHours
    first: date
    last: date
    days: int
    reference_days: int
    random: bool
    added: np.ndarray
    gross: np.ndarray
    same_day: np.ndarray
    near: np.ndarray | None
    web: np.ndarray | None
    basket: float | None
    p_new: float | None
    p_moved: float | None
    also_cut: bool
    unidentified: tuple[str, ...]

    @property
    def moved(self) -> np.ndarray:
        """Customers who came in other open hours before, shape (D,)."""
        return self.same_day if self.near is None else self.same_day + self.near

    @property
    def new(self) -> np.ndarray:
        """Customers whom the owner did not have before, shape (D,)."""
        return self.gross - self.moved - (0.0 if self.web is None else self.web)

    def share(self, part: np.ndarray) -> tuple[float, float, float] | None:
        """A part as a share of gross: 5, 50 and 95 %, fit for `[displacement] lost`.

        A share lies between 0 and 1: where the days say more or less, they are believed as far as
        that allows (the measurement with a flat prior on 0..1). None where the standard error
        passes `TOO_WIDE`, where the days contradict any share, and where hours were also cut.
        """
        drawn = part / np.maximum(self.gross, 1e-9)
        inside = drawn[(drawn >= 0) & (drawn <= 1)]
        low, high = np.quantile(drawn, [0.159, 0.841])
        if self.also_cut or (high - low) / 2 > TOO_WIDE or len(inside) < 0.02 * len(drawn):
            return None
        low, likely, high = np.quantile(inside, [0.05, 0.5, 0.95])
        return float(low), float(likely), float(high)


def as_measured(case: Case, shop: Observations, others: Sequence[Observations] = ()) -> Case:
    """The case with the lost share that its own past tells, where its preset asks for that.

    The latest change of hours that tells a share is believed; where it also tells how many evening
    orders the web shop lost to the open door, their share of those not lost comes with it.

    Raises
    ------
    DataError
        No change in the history tells it.
    """
    facts = case.displacement
    if facts.preset != MEASURED or facts.lost is not None:
        return case
    for change in reversed(read_changes(shop, others)):
        lost = change.share(change.new)
        if lost is None:
            continue
        web = None if change.web is None else change.share(change.web)
        bought = facts.web if web is None else min(1.0, web[1] / max(1 - lost[1], 1e-9))
        return with_changes(case, {"displacement.lost": lost, "displacement.web": bought})
    raise DataError(
        say("no change of hours in your history tells how many customers are lost"),
        where="displacement.preset",
        cure=say("State lost = [low, likely, high] or the kind of shop, or run a trial."),
    )


def read_changes(shop: Observations, others: Sequence[Observations] = ()) -> tuple[Change, ...]:
    """What each change in the hours' history brought, in the order of the history.

    Entries with the same hours count as one change, so a trial of single evenings is read as a
    whole. Each is compared with the hours that held around it. Day effects are removed first:
    weekdays, a season that bends every four weeks, the street's own ups and downs, and, as
    difference-in-differences, the average of other stores whose hours did not change.

    Parameters
    ----------
    others
        Other stores of the chain.
    """
    groups: dict[tuple[str, bool], list[int]] = {}
    for number, entry in enumerate(shop.history):
        groups.setdefault((str(entry.hours), entry.random), []).append(number)
    found = (_read(shop, numbers, others) for numbers in groups.values())
    return tuple(change for change in found if change is not None)


def _read(shop: Observations, numbers: list[int], others: Sequence[Observations]) -> Change | None:
    """One change; None where the data do not reach days of both kinds."""
    changed = np.isin(shop.regime, numbers)
    neighbours = shop.regime[_within(changed, 28) & ~changed]
    if not changed.any() or not len(neighbours):
        return None
    reference = int(np.bincount(neighbours + 1).argmax()) - 1
    compared = (changed | (shop.regime == reference)) & _within(changed, WINDOW_DAYS)
    compared = compared & ~shop.holiday
    entry = shop.history[numbers[0]]
    hours, usual = entry.hours, shop.hours if reference < 0 else shop.history[reference].hours
    longer, shorter = (h.week_share(shop.grid).reshape(7, -1) for h in (hours, usual))
    # "Th 10:00-20:00" for a single Thursday says nothing of the other weekdays.
    absent = ~np.isin(np.arange(7), shop.weekday[changed & compared]) & ~longer.any(1)
    longer[absent] = shorter[absent]
    if longer.sum() < shorter.sum():  # hours were cut: the days before had the longer ones
        longer, shorter, hours, usual, changed = shorter, longer, usual, hours, ~changed
    added, cut = (longer > 0.5) & (shorter == 0), (shorter > 0.5) & (longer == 0)
    days = days_of(shop, compared, changed, added, (longer == shorter) & (longer > 0), others)
    treated = days.longer
    if not days.extra.sum() or not (days.rows & ~treated).sum() > 7:
        return None
    said = []
    if not entry.random:
        said.append(
            say(
                "The dates were chosen, not drawn: an occasion or a season on those days "
                "cannot be told from the effect of the hours."
            )
        )
    if cut.any():
        said.append(say("Other hours were cut at the same time: what moved holds both effects."))
    if days.web is None:
        said.append(say("Without web orders in the data, what moved to a web shop counts as new."))
    if others and days.untreated is None:
        said.append(say("Every other store changed its hours as well: none serves as comparison."))
    level = float(days.usual[treated].mean())
    effect = effects(days, entry.random)
    gross = gross_ratio(days, entry.random)
    drawn = joint_draws(effect, gross, days)
    parts = level * drawn[:, 1:]
    if not effect.near_apart:
        said.append(
            say("What moved on the same day and from neighbouring days is told as a sum only.")
        )
    money = None if shop.revenue is None else np.nansum(
        np.where(added[shop.weekday] & (compared & changed)[:, None], shop.revenue, 0.0)
    )  # fmt: skip
    p_new, p_moved = p_values(days) if entry.random else (None, None)
    change = Change(
        store=shop.store,
        hours=hours,
        reference=usual,
        first=days.dates[treated][0],
        last=days.dates[treated][-1],
        days=int(treated.sum()),
        reference_days=int((days.rows & ~treated).sum()),
        random=entry.random,
        added=added,
        gross=level * drawn[:, 0],
        same_day=parts[:, 0],
        near=parts[:, 1] if effect.near_apart else None,
        web=parts[:, -1] if days.web is not None else None,
        basket=None if money is None else float(money / days.extra.sum()),
        p_new=p_new,
        p_moved=p_moved,
        also_cut=bool(cut.any()),
        unidentified=(),
    )
    if change.share(change.new) is None and not change.also_cut:
        said.append(
            say("Which share of these sales is new cannot be told: ordinary days differ too much.")
        )
    return replace(change, unidentified=tuple(said))


def _within(days: np.ndarray, reach: int) -> np.ndarray:
    """Which days lie at most so many days from one of the given, bool of the same shape."""
    padded = np.convolve(days, np.ones(2 * reach + 1))
    return padded[reach : reach + len(days)] > 0.5


def days_of(
    shop: Observations,
    compared: np.ndarray,
    changed: np.ndarray,
    added: np.ndarray,
    common: np.ndarray,
    others: Sequence[Observations],
) -> Days:
    """Sum every compared day over its common and its added hours."""
    adds: np.ndarray = np.any(added, axis=1)
    extra = total(shop.transactions, shop, added)
    keep = compared & (~changed | ~adds[shop.weekday] | np.isfinite(extra))
    sales = total(shop.transactions, shop, common)
    usual = ordinary(sales, keep & ~changed & np.isfinite(sales), shop.weekday)
    levels = []
    for other in others:
        rows = (shop.first - other.first).days + np.arange(shop.days)
        inside = (rows >= 0) & (rows < other.days)
        if len(np.unique(other.regime[rows[inside & keep]])) == 1:
            level = np.full(shop.days, np.nan)
            level[inside] = _against_usual(other.transactions, other, common)[rows[inside]]
            levels.append(level)
    street = None
    if shop.footfall is not None and shop.footfall_where == "street":
        street = np.nan_to_num(_against_usual(shop.footfall, shop, common), nan=1.0)[keep]
    after = np.zeros_like(added)  # who finds the door closed may order until three hours later
    for hour in range(1, 180 // shop.grid.period_minutes + 1):
        after[:, hour:] |= added[:, :-hour]
    evening = added | after
    evening[~adds] = evening.any(0)
    longer = (changed & adds[shop.weekday])[keep]
    web = None if shop.web_orders is None else total(shop.web_orders, shop, evening)[keep]
    if web is not None and not (np.isfinite(web).mean() > 0.5 and np.isfinite(web[longer]).all()):
        web = None  # a web shop that opened in the middle of it all
    return Days(
        dates=np.array(shop.dates)[keep],
        weekday=shop.weekday[keep],
        longer=longer,
        eligible=adds[shop.weekday][keep],
        common=sales[keep],
        extra=np.where(changed, np.nan_to_num(extra), 0.0)[keep],
        web=web,
        usual=usual[keep],
        untreated=np.mean(levels, axis=0)[keep] if levels else None,
        street=street,
    )  # fmt: skip


def _against_usual(values: np.ndarray, of: Observations, hours: np.ndarray) -> np.ndarray:
    sums = total(values, of, hours)
    usual = np.array([mean_known(sums[of.weekday == day]) for day in range(7)])
    return sums / usual[of.weekday]
