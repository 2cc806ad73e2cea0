"""Rows of a till or a web shop to sales: one per customer, counted by quarter hour.

What is a sale: the rows of one receipt together, if anything was paid. Refunds take money back but
are no customers. Cancelled receipts, gift cards, tips and rows without a time are left out; the
report says how many.
"""

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd

from optimizer.data.formats import Layout
from optimizer.data.money import parse_money
from optimizer.data.names import ROLE_WORDS
from optimizer.data.parsing import MISSING
from optimizer.data.tally import QUARTER, QUARTERS, Basket, Sieve, Tally, by_quarter, codes_of
from optimizer.language import Number, say

_NEVER_PAID = (
    r"void|cancel|annul|peru|makul|storn|abgebroch|fail|fehlgeschl|epäonn|misslyck|declin|expired"
    r"|draft|ogiltig|hylätty"
)
_REFUND = r"refund|return|erstattung|hyvitys|palautus|retur|återbet|gutschrift"
_NO_SALE = (
    r"none|null|no ?sale|void|adjust(ment)?|tips?|trinkgeld|gift ?cards?|gutschein|lahjakortti"
    r"|presentkort|payout|transfer|(stripe )?fee"
)
_WEB = r"web|online|e-?commerce|internet|verkko|nät"
_HUGE = 10.0  # a sale above so many times the 95th percentile is no ordinary sale


def read_sales(
    layout: Layout,
    sieve: Sieve,
    seconds: np.ndarray,
    blank: np.ndarray | None,
    delimiter: str,
    where: str,
) -> tuple[list[Tally], list[str]]:
    """Count the sales of a file by store, and say in sentences what was noticed.

    Parameters
    ----------
    seconds
        Local time of each row, MISSING where it has none.
    blank
        Rows without any text for their time; None where there are none.
    """
    orders, head = _orders(layout, sieve, blank)
    stores, names = _stores(layout, sieve)
    web = _sort_out(layout, sieve)
    if head is not None:
        seconds, stores, web = seconds[head], stores[head], web[head]
    sieve.leave_out(say("no readable date and time"), seconds == MISSING)
    sold, back = _amounts(layout, sieve, delimiter)
    sieve.leave_out(say("no store named"), (stores < 0) & ~web)
    if head is not None:
        sieve.leave_out(say("further rows of receipts left out"), ~sieve.kept[head])
    stores = np.where(stores < 0, len(names) - 1, stores)
    if not sieve.kept.any():
        return [], []
    # Which tally a row belongs to: its store, and whether it was sold on the web.
    part = (stores * 2 + web).astype(np.int16 if len(names) < 16_000 else np.int64)
    quarters = (seconds // (QUARTER * 60)).astype(np.int32)  # small: files have ten million rows
    del seconds, stores, web
    if not sieve.kept.all():
        quarters, part = quarters[sieve.kept], part[sieve.kept]
        orders, sold, back = (
            None if values is None else values[sieve.kept] for values in (orders, sold, back)
        )
    notes: list[str] = []
    if orders is not None:
        first, total = group_receipts(orders, quarters // QUARTERS, part)
        if first is not None:
            notes.append(
                say("{rows} rows are {receipts} receipts.", rows=len(orders), receipts=len(first))
            )
            quarters, part = quarters[first], part[first]
            sold, back = (None if values is None else total(values) for values in (sold, back))
        del orders, first, total
    if sold is not None:
        notes += _money_notes(sold, back)
    return _tallies(layout, quarters, part, names, sold, back, where), notes


def _orders(
    layout: Layout, sieve: Sieve, blank: np.ndarray | None
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Receipt of each row as a number, and the row that speaks for each row.

    Some systems write date, store and total on the first row of a receipt only; that row speaks for
    those below it. The receipts' own numbers are forgotten here.
    """
    if "order" not in layout.columns:
        return None, None
    orders, _ = codes_of(sieve.rows.columns.pop(layout.columns["order"]))
    head = None
    if blank is not None:
        rows = np.arange(len(blank))
        before = np.maximum.accumulate(np.where(blank, 0, rows))
        follows = blank & (orders >= 0) & (orders == orders[before])
        head = np.where(follows, before, rows) if follows.any() else None
    alone = orders < 0
    if alone.any():
        orders = np.where(alone, orders.max() + 1 + np.cumsum(alone), orders)
    return orders, head


def group_receipts(
    orders: np.ndarray, days: np.ndarray, part: np.ndarray
) -> tuple[np.ndarray | None, Callable[[np.ndarray], np.ndarray]]:
    """First row of each receipt, and how to add up a column over the rows of each.

    The first is None where every row is a receipt of its own.
    Receipt numbers may start again: another day or store is another receipt.
    """
    after, before = orders[1:], orders[:-1]
    if (after >= before).all() or (after <= before).all():  # as nearly every till writes them
        new = (after != before) | (days[1:] != days[:-1]) | (part[1:] != part[:-1])
        if new.all():
            return None, lambda values: values
        first = np.flatnonzero(np.concatenate([[True], new]))
        return first, lambda values: np.add.reduceat(values, first)
    days = days - days.min()
    key = (orders * (int(days.max()) + 1) + days) * (int(part.max()) + 1) + part
    group, _ = pd.factorize(key)
    if int(group.max()) + 1 == len(group):
        return None, lambda values: values
    first = np.empty(int(group.max()) + 1, dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    return first, lambda values: np.bincount(group, values)


def _sort_out(layout: Layout, sieve: Sieve) -> np.ndarray:
    """Leave out what was never sold; tell which rows were sold on the web."""
    unpaid = layout.export.unpaid if layout.export else ""
    pattern = f"{_NEVER_PAID}|{unpaid}" if unpaid else _NEVER_PAID
    cancelled = _says(layout, sieve, "cancelled", r"^(?!(false|no|0|nein|ei|nej|-)$).")
    for role, states in (("status", pattern), ("type", _NEVER_PAID)):
        sieve.leave_out(say("cancelled, failed or never paid"), _says(layout, sieve, role, states))
    sieve.leave_out("cancelled", cancelled)
    for role in ("type", "item"):
        no_sale = _says(layout, sieve, role, rf"^({_NO_SALE})$")
        sieve.leave_out(say("no sale (void, gift card, tip, no item)"), no_sale)
    if layout.kind != "sales":
        return np.zeros(sieve.rows.count, dtype=bool)
    return _says(layout, sieve, "channel", _WEB)


def _says(layout: Layout, sieve: Sieve, role: str, pattern: str) -> np.ndarray:
    """Rows whose cell fits the pattern: the distinct texts are tested, not the rows."""
    if role not in layout.columns:
        return np.zeros(sieve.rows.count, dtype=bool)
    codes, texts = codes_of(sieve.rows.columns[layout.columns[role]])
    hits = [bool(re.search(pattern, text.strip().casefold())) for text in texts]
    return np.array([*hits, False])[codes]


def _amounts(
    layout: Layout, sieve: Sieve, delimiter: str
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Net money of each row, and what of it was given back later; None where nothing is said."""
    columns = layout.columns

    def numbers(role: str) -> np.ndarray:
        return read_numbers(sieve, columns[role], role, delimiter)

    refunds = _says(layout, sieve, "type", _REFUND)
    if "amount" in columns:
        sold = numbers("amount")
    elif "price" in columns:
        sold = numbers("price")
        sold = sold * numbers("quantity") if "quantity" in columns else sold
    else:
        sieve.leave_out("refund", refunds)
        return None, None
    gross = sold
    for role in ("tax", "tip"):
        if role in columns:
            sold = sold - numbers(role)
    if refunds.any():
        sold = np.where(refunds, -np.abs(sold), sold)
    if "refunded" not in columns:
        return sold, None
    share = np.divide(sold, gross, out=np.ones_like(sold), where=gross > 0)
    return sold, np.abs(numbers("refunded")) * share


def read_numbers(sieve: Sieve, column: int, role: str, delimiter: str) -> np.ndarray:
    """A column of numbers, 0 where it is empty; rows in which it is no number are left out."""
    cells = sieve.rows.columns.pop(column)
    values = parse_money(cells, delimiter)
    bad = np.isnan(values)
    if bad.any():
        empty = cells.is_null().to_numpy(zero_copy_only=False)
        sieve.leave_out(say("the {role} is no number", role=ROLE_WORDS[role]), bad & ~empty)
        values = np.where(bad, 0.0, values)
    return values


def _stores(layout: Layout, sieve: Sieve) -> tuple[np.ndarray, list[str]]:
    """Store of each row as a number into the list of names, -1 where none is named.

    The last name is "", for what was sold on the web.
    """
    if "store" not in layout.columns:
        return np.zeros(sieve.rows.count, dtype=np.int64), [""]
    stores, names = codes_of(sieve.rows.columns[layout.columns["store"]])
    if not names:
        return np.zeros(sieve.rows.count, dtype=np.int64), [""]
    return stores, [*(name.strip() for name in names), ""]


def _tallies(
    layout: Layout,
    quarters: np.ndarray,
    part: np.ndarray,
    names: list[str],
    sold: np.ndarray | None,
    back: np.ndarray | None,
    where: str,
) -> list[Tally]:
    """One tally per store, and one more for what it sold on the web."""
    order = np.argsort(part, kind="stable") if part.min() != part.max() else None
    edges = np.cumsum([0, *np.bincount(part, minlength=2 * len(names))])
    found = []
    for number, (begin, end) in enumerate(pairwise(edges)):
        if begin == end:
            continue
        mine = slice(None) if order is None else order[begin:end]
        when = quarters[mine]
        first, last = int(when.min()) // QUARTERS, int(when.max()) // QUARTERS
        money = None
        basket = None
        if sold is not None:
            paid = sold[mine]
            net = paid if back is None else paid - back[mine]
            money = by_quarter(when, net, first, last - first + 1)
            when, paid = (when, paid) if (paid > 0).all() else (when[paid > 0], paid[paid > 0])
            basket = basket_of(paid)
        counts = by_quarter(when, None, first, last - first + 1).astype(float)
        kind = "web" if number % 2 else layout.kind
        found.append(Tally(kind, where, names[number // 2], "", first, counts, money, None, basket))
    return found


def _money_notes(sold: np.ndarray, back: np.ndarray | None) -> list[str]:
    notes: list[str] = []
    refunds, nothing = int((sold < 0).sum()), int((sold == 0).sum())
    if refunds:
        total = -sold[sold < 0].sum()
        notes.append(
            say(
                "Refunds ({count}) take back {amount} and are no customers.",
                count=refunds,
                amount=Number(total, 2),
            )
        )
    if back is not None and back.any():
        notes.append(
            say(
                "Sales refunded later: {count}, {amount} in all.",
                count=int((back > 0).sum()),
                amount=Number(back.sum(), 2),
            )
        )
    if nothing:
        notes.append(
            say("Receipts over 0.00 ({count}) are not counted: nothing was paid.", count=nothing)
        )
    paid = sold[sold > 0] if refunds or nothing else sold
    huge = paid > _limit(paid)
    if huge.any():
        notes.append(
            say(
                "Unusually large sales ({count}, the largest {most}) count as one customer each "
                "and hardly move the average sale.",
                count=int(huge.sum()),
                most=Number(paid.max(), 2),
            )
        )
    return notes


def _limit(paid: np.ndarray) -> float:
    """Money above which a sale is unusually large; endless where there are too few to tell."""
    if len(paid) < 20:
        return np.inf
    return _HUGE * float(np.quantile(paid[:: 1 + len(paid) // 1_000_000], 0.95))


def basket_of(paid: np.ndarray) -> Basket | None:
    """Average sale; one enormous order cannot move it by more than a large ordinary sale would."""
    if not len(paid):
        return None
    paid = np.minimum(paid, _limit(paid))
    mean = float(paid.mean())
    variance = max(float(np.dot(paid, paid)) - len(paid) * mean**2, 0.0) / max(len(paid) - 1, 1)
    return Basket(len(paid), mean, variance**0.5)
