"""Opening hours that nobody stated, found in the till."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.case import Case, DataFile, Hours
from optimizer.data.inferred import infer_calendar, infer_hours
from optimizer.data.observations import Observations, read_observations
from optimizer.opening import DatedHours, HoursCalendar, OpeningHours
from optimizer.timegrid import TimeGrid

MONDAY = date(2026, 3, 2)
ALWAYS = Hours(current=OpeningHours.parse("24/7"))
QUARTERS = TimeGrid(period_minutes=15)


def till(
    calendar: HoursCalendar | str,
    days: int,
    per_hour: float,
    rng: np.random.Generator,
    stray: float = 0.0,
) -> np.ndarray:
    """Sales by quarter hour of a shop with these hours, shape (days, 96)."""
    if isinstance(calendar, str):
        calendar = HoursCalendar(OpeningHours.parse(calendar))
    share = calendar.open_share(QUARTERS, MONDAY, days, np.zeros(days, dtype=bool))
    clock = np.arange(96) / 4
    shape = 0.35 + np.exp(-((clock - 13) ** 2) / 12)  # busy at noon, slow at both ends
    return rng.poisson(share * shape * per_hour / 4 + stray / 96).astype(float)


def weekdays(days: int) -> np.ndarray:
    return np.arange(days) % 7


def week(hours: OpeningHours) -> list[tuple[tuple[int, int], ...]]:
    return [hours.windows(day) for day in range(7)]


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 10:00-17:00; Sa 10:00-15:00",
        "Mo-Su 08:00-22:00",
        "Tu-Su 11:00-19:30",
        "Mo-Fr 09:00-18:00",
        "Mo-Fr 09:00-12:30,14:30-18:30; Sa 09:00-13:00",
        "Mo-Th 16:00-23:00; Fr-Sa 16:00-02:00",
    ],
)
@pytest.mark.parametrize("per_hour", [6.0, 40.0])
def test_hours_are_found_again(text, per_hour):
    """Half a year of sales with a stray one now and then gives back the door sign."""
    hits = 0
    for seed in range(10):
        counts = till(text, 182, per_hour, np.random.default_rng(seed), stray=0.15)
        hits += week(infer_hours(counts, weekdays(182))) == week(OpeningHours.parse(text))
    assert hits >= 9


def test_a_party_and_a_night_test_do_not_lengthen_the_day():
    """Fifty sales on one evening are one evening, not opening hours."""
    counts = till("Mo-Sa 10:00-17:00", 70, 20, np.random.default_rng(1))
    counts[16, 76:88] = 5
    counts[17, 9] = 1
    assert str(infer_hours(counts, weekdays(70))) == "Mo-Sa 10:00-17:00"


def test_last_customers_do_not_lengthen_the_day():
    """Somebody is nearly always served in the first minutes after closing."""
    rng = np.random.default_rng(2)
    counts = till("Mo-Sa 10:00-17:00", 140, 20, rng)
    open_days = counts.sum(axis=1) > 0
    counts[open_days, 68] = rng.poisson(0.6, open_days.sum())
    assert str(infer_hours(counts, weekdays(140))) == "Mo-Sa 10:00-17:00"


@pytest.mark.parametrize(("before", "after"), [("17:00", "18:30"), ("20:00", "17:00")])
def test_a_change_of_hours_is_found_with_its_day(before, after):
    """The till tells until when the shop closed at another time."""
    change = MONDAY + timedelta(days=84)
    old = OpeningHours.parse(f"Mo-Fr 10:00-{before}; Sa 10:00-15:00")
    new = OpeningHours.parse(f"Mo-Fr 10:00-{after}; Sa 10:00-15:00")
    truth = HoursCalendar(new, (DatedHours(None, change - timedelta(days=1), old),))
    for seed in range(5):
        counts = till(truth, 182, 15, np.random.default_rng(seed))
        found = infer_calendar(counts, weekdays(182), MONDAY)
        assert found.current == new
        (entry,) = found.history
        assert entry.hours == old
        assert abs((entry.last - change).days) <= 4


@given(seed=st.integers(0, 10_000), per_hour=st.sampled_from([2.0, 8.0, 30.0]))
@settings(max_examples=25)
def test_steady_hours_never_change(seed, per_hour):
    """Chance alone is no change of hours."""
    rng = np.random.default_rng(seed)
    counts = till("Mo-Fr 09:00-18:00; Sa 10:00-16:00", 200, per_hour, rng, stray=0.1)
    assert infer_calendar(counts, weekdays(200), MONDAY).history == ()


def observe(counts: np.ndarray, **facts: str) -> Observations:
    rows = ["time"]
    for day, quarter in zip(*np.nonzero(counts), strict=True):
        stamp = f"{MONDAY + timedelta(days=int(day))} {quarter // 4:02d}:{quarter % 4 * 15:02d}"
        rows += [stamp] * int(counts[day, quarter])
    file = DataFile("till.csv", content="\n".join(rows).encode())
    return read_observations(Case(data=(file,), **facts))[""]


def test_observations_carry_the_inferred_hours_and_say_so():
    """Hours, history and the sentence for the person who is to confirm them."""
    old = OpeningHours.parse("Mo-Sa 10:00-17:00")
    new = OpeningHours.parse("Mo-Sa 10:00-19:00")
    truth = HoursCalendar(new, (DatedHours(None, MONDAY + timedelta(days=69), old),))
    seen = observe(till(truth, 140, 20, np.random.default_rng(3)))
    assert seen.hours_inferred and seen.hours == new
    assert [entry.hours for entry in seen.history] == [old]
    assert seen.open_share[0, 36] == 0 and seen.open_share[-1, 36] == 1
    assert seen.regime[0] == 0 and seen.regime[-1] == -1
    assert any(warning.startswith("Until 2026-05") for warning in seen.warnings)


def test_holidays_without_sales_are_holidays_off():
    """Where the country is known, shut holidays are part of the hours."""
    counts = till("Mo-Fr 10:00-17:00", 120, 20, np.random.default_rng(4))
    closed = [
        (date(2026, *day) - MONDAY).days for day in ((4, 3), (4, 6), (5, 1), (5, 14), (6, 19))
    ]
    counts[closed] = 0
    seen = observe(counts, country="FI")
    assert str(seen.hours) == "Mo-Fr 10:00-17:00; PH off"
    assert (seen.open_share[closed] == 0).all()


def test_the_bakery_is_understood_as_it_stands(shared_data):
    """A raw file of a real bakery: dates, times, receipts of several rows, no prices, no hours."""
    folder = shared_data / "pos_bakery_edinburgh"
    case = Case(data=(DataFile("BreadBasket_DMS.csv"),), folder=folder, timezone="Europe/London")
    seen = read_observations(case)[""]
    report = seen.reports[0]
    assert (report.rows, report.used) == (21_293, 20_506)  # 786 rows of nothing, one adjustment
    assert np.nansum(seen.transactions) + seen.after_hours.sum() == 9_464
    assert seen.revenue is None and seen.hours_inferred
    assert (seen.first, seen.days) == (date(2016, 10, 30), 162)
    monday = seen.hours.windows(0)[0]
    assert 7 * 60 <= monday[0] <= 9 * 60 and 16 * 60 <= monday[1] <= 18 * 60
    assert np.isnan(seen.transactions[56:58]).all(), "closed at Christmas, not without customers"


def test_the_sample_exports_beside_the_project_are_read(shared_data):
    """Square items over the night the clock goes back, Shopify orders over the spring change."""
    folder = shared_data / "pos_export_formats_SYNTHETIC"
    case = Case(hours=ALWAYS, folder=folder, timezone="America/New_York")
    seen = read_observations(replace(case, data=(DataFile("square_items_detail.csv"),)))["Main"]
    assert np.nansum(seen.transactions) == 3
    assert seen.real_hours[1, 2] == 1.0, "half past one came twice"
    till = DataFile("t.csv", content=b"time\n2026-03-01 10:00\n2026-04-01 10:00\n")
    orders = DataFile("shopify_orders_export.csv")
    seen = read_observations(Case(hours=ALWAYS, folder=folder, data=(orders, till)))[""]
    assert (np.nansum(seen.web_orders), np.nansum(seen.web_revenue)) == (2, 57)
