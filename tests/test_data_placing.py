"""Tallies on the days of a store, each formula beside a loop that says the same slowly."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.data import placing
from optimizer.data.parsing import MISSING, parse_clocks, parse_times, to_wall_clock
from optimizer.data.sales import basket_of, group_receipts
from optimizer.data.tally import Tally
from optimizer.timegrid import TimeGrid

SEEDS = st.integers(0, 100_000)


@given(seed=SEEDS)
def test_the_tail_after_closing(seed):
    """Within half an hour after closing: to the last open quarter hour; later: set aside."""
    rng = np.random.default_rng(seed)
    values = rng.poisson(1.0, (3, 96)).astype(float)
    inside = np.repeat(rng.random((3, 24)) < 0.6, 4, axis=1)
    inside[:, ::7] ^= rng.random((3, 14)) < 0.3
    served, after, moved = placing.serve_tail(values, inside)
    flat, open_ = values.ravel(), inside.ravel()
    expected, outside = np.zeros(288), np.zeros(288)
    for q in range(288):
        if open_[q]:
            expected[q] += flat[q]
        elif q >= 1 and open_[q - 1]:
            expected[q - 1] += flat[q]
        elif q >= 2 and open_[q - 2]:
            expected[q - 2] += flat[q]
        else:
            outside[q] = flat[q]
    assert np.array_equal(served.ravel(), expected)
    assert np.array_equal(after.ravel(), outside)
    assert served.sum() + after.sum() == values.sum()
    assert moved == served.sum() - values[inside].sum()


@given(seed=SEEDS, kind=st.sampled_from(["rising", "falling", "mixed", "interrupted"]))
def test_rows_of_one_receipt_are_one_sale(seed, kind):
    """Grouped by receipt, day and store, whichever way the rows are sorted."""
    rng = np.random.default_rng(seed)
    orders = np.sort(rng.integers(0, 12, 40))
    orders = {"rising": orders, "falling": orders[::-1], "mixed": rng.permutation(orders),
              "interrupted": np.roll(orders, 7)}[kind].copy()  # fmt: skip
    steady = kind in ("rising", "falling")
    days = orders // 4 if steady else rng.integers(0, 3, 40)
    part = orders % 2 if steady else rng.integers(0, 2, 40)
    money = rng.integers(-500, 500, 40) / 100
    first, total = group_receipts(orders, days.astype(np.int32), part.astype(np.int16))
    first = np.arange(40) if first is None else first
    expected: dict[tuple[int, int, int], float] = {}
    for key, amount in zip(zip(orders, days, part, strict=True), money, strict=True):
        expected[key] = expected.get(key, 0.0) + amount
    keys = [(orders[row], days[row], part[row]) for row in first]
    assert len(set(keys)) == len(keys) == len(expected)
    assert dict(zip(keys, total(money), strict=True)) == pytest.approx(expected)


@given(
    times=st.lists(st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)), min_size=1),
    form=st.sampled_from(
        ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H.%M.%S", "%b %d, %Y %H:%M:%S %p", "%Y%m%d%H%M%S",
         "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S+0200", "%d %B %Y %H:%M:%S",
         "%Y/%m/%d klo %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f EET"]
    ),
)  # fmt: skip
@settings(max_examples=200)
def test_times_are_what_python_reads(times, form):
    """Every usual way to write a time is read to the second, whatever zone stands behind it."""
    cells = pa.array([time.strftime(form) for time in times])
    read = parse_times(cells, "month-first")
    expected = [int((time.replace(microsecond=0) - datetime(1970, 1, 1)).total_seconds())
                for time in times]  # fmt: skip
    assert read.seconds.tolist() == expected
    clocks = parse_clocks(pa.array([time.strftime("%I:%M:%S %p") for time in times]))
    assert clocks.tolist() == [second % 86_400 for second in expected]


@given(day=st.dates(date(2020, 1, 1), date(2029, 12, 31)), shift=st.integers(1, 4))
def test_a_date_that_does_not_exist_is_not_read(day, shift):
    """31 February is no 3 March."""
    last = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    wrong = last.day + shift
    cells = [f"{wrong}.{day.month}.{day.year} 10:00", f"{last.day}.{day.month}.{day.year} 10:00"]
    read = parse_times(pa.array(cells)).seconds
    assert (read[0] == MISSING) and (read[1] != MISSING)


@given(st.lists(st.integers(1_400_000_000, 2_000_000_000), min_size=1, max_size=50))
def test_utc_becomes_the_clock_on_the_wall(seconds):
    """As Python's own time zones have it, summer and winter."""
    zone = ZoneInfo("Europe/Helsinki")
    read = to_wall_clock(np.array([*seconds, MISSING]), "Europe/Helsinki")
    for utc, local in zip(seconds, read, strict=False):
        expected = datetime.fromtimestamp(utc, zone).replace(tzinfo=None)
        assert datetime(1970, 1, 1) + timedelta(seconds=int(local)) == expected
    assert read[-1] == MISSING


def tally(first: int, counts: np.ndarray, **facts: object) -> Tally:
    return Tally("sales", "", "", "", first, counts, **facts)


def test_the_counter_that_covers_most_is_used():
    """Not observed is missing, also in a period of which only half was observed."""
    short = tally(10, np.ones((5, 96)), observed=np.ones((5, 96), dtype=bool))
    seen = np.ones((8, 96), dtype=bool)
    seen[3, 41] = False
    long = tally(8, np.full((8, 96), 2.0), observed=seen)
    values, _, said = placing.footfall([short, long], 9, 10, TimeGrid())
    assert (values[0] == 4).all() and np.isnan(values[7:]).all()
    assert np.isnan(values[2, 20]) and values[2, 21] == 4
    assert said


@given(seed=SEEDS)
def test_baskets_of_several_files_are_the_basket_of_all_sales(seed):
    """Pooling means and spreads gives what all single sales together give."""
    rng = np.random.default_rng(seed)
    parts = [rng.gamma(2, 8, size) for size in rng.integers(1, 15, 3)]
    pooled = placing.together([basket_of(part) for part in parts])
    everything = np.concatenate(parts)
    assert pooled.sales == len(everything)
    assert pooled.mean == pytest.approx(everything.mean())
    assert pooled.sd == pytest.approx(everything.std(ddof=1))
    assert placing.together([]) is None


def test_a_basket_of_one_sale():
    """One sale has a mean and no spread; no sale has no basket."""
    one = basket_of(np.array([5.0]))
    assert (one.sales, one.mean, one.sd) == (1, 5.0, 0.0)
    assert basket_of(np.array([])) is None
