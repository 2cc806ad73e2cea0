"""Text to amounts and counts, a whole column at a time."""

import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from optimizer.data.parsing import filled, to_floats

MOST_MONEY = 1e12  # a longer number is an article's or a mistake, and 1e999 is none at all


def parse_money(cells: pa.Array, delimiter: str = ",") -> np.ndarray:
    """Read a column of amounts or counts; NaN where a cell is empty or no number.

    Accepts decimal comma or point (decided over the column), thousands marks, currency signs,
    accounting brackets, a minus behind the number and the minus sign of typesetters. Amounts
    beyond `MOST_MONEY` are no amounts.
    """
    values = _money(cells, delimiter)
    return np.where(np.abs(values) <= MOST_MONEY, values, np.nan)


def _money(cells: pa.Array, delimiter: str) -> np.ndarray:
    if pa.types.is_floating(cells.type):
        return cells.fill_null(np.nan).to_numpy(zero_copy_only=False)
    text = cells
    valid = text.drop_null()
    step = max(1, len(valid) // 5000)
    mark, grouped = _decimal_mark(valid.take(pa.array(np.arange(0, len(valid), step))), delimiter)
    if mark == "." and not grouped:
        try:
            return pc.cast(text, pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:
            pass
    encoded = text.dictionary_encode()
    table = np.append(_read_money(encoded.dictionary, mark), np.nan)
    return table[filled(encoded.indices.cast(pa.int64()), len(table) - 1)]


def _read_money(text: pa.Array, mark: str) -> np.ndarray:
    text = pc.replace_substring_regex(text, "[−–]", "-")
    # A currency stands before or behind; blanks and apostrophes group thousands; 5.- is 5 francs.
    text = pc.replace_substring_regex(text, r"['’\s\x{a0}\x{202f}]|[.,]-$", "")
    text = pc.replace_substring_regex(text, r"^([(+-]*)[^\d.,+()-]{1,3}\.?", r"\1")
    text = pc.replace_substring_regex(text, r"[^\d.,+()-]{1,3}\.?([)-]*)$", r"\1")
    taken = pc.match_substring_regex(text, r"^-?\(.*\)$|-$").to_numpy(zero_copy_only=False)
    text = pc.replace_substring_regex(text, r"^-?\(|\)$|-$", "")
    # "12,00" among decimal points is no number: better unreadable than a hundred times too much.
    group = "." if mark == "," else ","
    fits = rf"^[+-]?(?:\d*|\d{{1,3}}(?:[{group}]\d{{2,3}})*[{group}]\d{{3}})(?:[{mark}]\d*)?$"
    text = pc.if_else(
        pc.match_substring_regex(text, fits), pc.replace_substring(text, group, ""), None
    )
    return np.where(taken, -1.0, 1.0) * to_floats(pc.replace_substring(text, ",", "."))


def _decimal_mark(cells: pa.Array, delimiter: str) -> tuple[str, bool]:
    """The decimal mark of a column, and whether thousands are marked with the other one."""
    bare = pc.replace_substring_regex(cells, r"[^\d.,]", "").to_pylist()
    both = [max(cell, key=lambda sign: (sign in ".,") * (1 + cell.rfind(sign))) for cell in bare
            if "," in cell and "." in cell]  # fmt: skip
    if both:
        return Counter(both).most_common(1)[0][0], True
    for mark in (",", "."):
        marked = [cell for cell in bare if mark in cell]
        if not marked:
            continue
        groups = rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+|[1-9]\d?(?:,\d{{2}})*,\d{{3}}"
        if not all(re.fullmatch(groups, cell) for cell in marked):
            return mark, False
        # Three digits after every mark: thousands, unless the file's own habits say otherwise.
        twice = any(cell.count(mark) > 1 for cell in marked)
        foreign = delimiter == "," if mark == "." else delimiter == ";"
        small = len(marked) < len(bare)  # amounts below a thousand do without
        if twice or (small and not (mark == "." and foreign)) or (mark == "," and not foreign):
            return ("." if mark == "," else ","), True
        return mark, False
    return ".", False
