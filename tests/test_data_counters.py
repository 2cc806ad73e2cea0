"""People counters: real zeros stay, faults go, clocks that change are right."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from optimizer.case import Case, DataFile, Hours
from optimizer.data.observations import Observations, read_observations
from optimizer.errors import DataError
from optimizer.opening import OpeningHours

HOURS = Hours(current=OpeningHours.parse("Mo-Su 10:00-17:00"))
CASE = Case(hours=HOURS, period_minutes=60)
MONDAY = date(2026, 3, 2)
DAYS = 56


def profile(hour: int) -> int:
    return (
        [9, 5, 0, 0, 0, 2, 10, 40, 90, 120, 160, 200][hour] if hour < 12 else 210 - 8 * (hour - 12)
    )


def counts(rng: np.random.Generator) -> np.ndarray:
    return rng.poisson([[profile(hour) for hour in range(24)]] * DAYS)


def street(values: np.ndarray, keep: object = None) -> str:
    rows = ["timestamp,pedestrians"]
    for day in range(len(values)):
        for hour in range(24):
            if keep is None or keep(day, hour):
                rows.append(f"{MONDAY + timedelta(days=day)} {hour:02d}:00,{values[day, hour]}")
    return "\n".join(rows)


def read(text: str, case: Case = CASE, **facts: object) -> Observations:
    till = "time\n" + "\n".join(f"{MONDAY + timedelta(days=d)} 12:00" for d in range(DAYS))
    files = (
        DataFile("till.csv", content=till.encode()),
        DataFile("street.csv", content=text.encode(), **facts),
    )
    return read_observations(replace(case, data=files))[""]


def test_sound_counts_come_through_unchanged():
    """Nothing is masked where nothing is wrong, and quiet nights stay zeros."""
    values = counts(np.random.default_rng(1))
    seen = read(street(values))
    assert np.array_equal(seen.footfall[:27], values[:27])  # until the clock changes
    assert (seen.footfall[:27] == 0).any()
    assert not any("left out" in note for note in seen.reports[1].notes)


def test_faults_are_left_out_and_said():
    """A dead afternoon, a start-up spike and an hour that counts too low every night."""
    values = counts(np.random.default_rng(2))
    values[10, 11:18] = 0
    values[3, 9] = 19_375
    values[:, 20] = values[:, 20] // 10
    values[20, 3] = 0
    seen = read(street(values))
    gone = np.isnan(seen.footfall[:27])
    expected = np.zeros((27, 24), dtype=bool)
    expected[10, 11:18] = expected[3, 9] = True
    expected[:, 20] = True
    assert np.array_equal(gone, expected)
    notes = " ".join(seen.reports[1].notes)
    assert "dead counter" in notes and "impossibly high" in notes and "at 20:00" in notes


def test_missing_rows_are_not_zeros():
    """Where no row stands nobody counted."""
    values = counts(np.random.default_rng(3))
    seen = read(street(values, keep=lambda day, hour: not (day == 5 and hour in (4, 15))))
    assert np.isnan(seen.footfall[5, [4, 15]]).all()
    assert np.isfinite(seen.footfall[5, 5:15]).all()


def test_the_hours_of_the_clock_change():
    """Spring: no hour at 3. Autumn: two rows add up, one row for two hours is left out."""
    assert read(street(counts(np.random.default_rng(4)))).real_hours[27, 3] == 0
    rows = ["timestamp,pedestrians"]
    for hour in (0, 1, 2, 3, 3, 4, *range(5, 24)):
        rows.append(f"2026-10-25 {hour:02d}:00,{100 + hour}")
    till = DataFile("till.csv", content=b"time\n2026-10-25 12:00\n2026-10-25 13:00")
    for lines, expected in ((rows, 206.0), (rows[:4] + rows[5:], np.nan)):
        file = DataFile("street.csv", content="\n".join(lines).encode())
        seen = read_observations(replace(CASE, data=(till, file)))[""]
        assert seen.real_hours[0, 3] == 2
        assert seen.footfall[0, 3] == pytest.approx(expected, nan_ok=True)
        assert seen.footfall[0, 4] == 104


def test_the_same_period_twice_counts_once():
    """An export that repeats its rows does not double the street."""
    values = counts(np.random.default_rng(5))
    text = street(values)
    seen = read(text + "\n" + "\n".join(text.splitlines()[1:100]))
    assert np.nansum(seen.footfall[:27]) == values[:27].sum()
    assert seen.reports[1].set_aside[0].reason == "the same period twice"


def test_a_day_from_six_to_six():
    """Rows under one date that go on after midnight belong to the next calendar day."""
    values = counts(np.random.default_rng(6))
    rows = ["date,hour,visitors"]
    flat = values.ravel()
    for day in range(DAYS - 1):
        for hour in (*range(6, 24), *range(6)):
            value = flat[24 * day + hour + (24 if hour < 6 else 0)]
            rows.append(f"{MONDAY + timedelta(days=day)},{hour}:00-{hour}:59,{value}")
    seen = read("\n".join(rows))
    assert np.array_equal(seen.footfall[1:26], values[1:26])
    assert any("next day" in note for note in seen.reports[1].notes)


def test_totals_of_days_are_refused():
    """A count per day says nothing about hours."""
    text = "date,visitors\n2026-03-02,500\n2026-03-03,600\n2026-03-04,400\n"
    with pytest.raises(DataError, match=r"whole days|time of day"):
        read(text)


def test_melbourne_is_read_exactly(shared_data):
    """Four counters in one file, offsets that change: the one that covers most, hour by hour."""
    folder = shared_data / "footfall_melbourne_2015_2016"
    raw = pd.read_csv(folder / "pedestrian.csv")
    days = pd.date_range("2015-03-01", "2015-03-31").strftime("%Y-%m-%d")
    till = "time\n" + "\n".join(f"{day} 12:00" for day in days)
    files = (DataFile("till.csv", content=till.encode()), DataFile("pedestrian.csv"))
    case = replace(CASE, timezone="Australia/Melbourne", folder=folder, data=files)
    seen = read_observations(case)[""]
    report = seen.reports[1]
    assert (report.rows, report.used, report.kind) == (66_037, 66_037, "footfall")
    (used,) = (name for name in raw.Sensor.unique() if name in " ".join(seen.warnings))
    mine = raw[(raw.Sensor == used) & raw.timestamp.str[:10].isin(days)]
    assert np.array_equal(seen.footfall.ravel(), mine.sort_values("timestamp").Count)


def test_heidenheim_starts_with_garbage(shared_data):
    """Nineteen thousand people per half-hour on the first morning are no people."""
    folder = shared_data / "footfall_heidenheim_2022q4"
    till = "time\n" + "\n".join(f"2022-11-{day:02d} 12:00" for day in range(8, 31))
    files = (DataFile("till.csv", content=till.encode()), DataFile("persons_30min.csv"))
    case = Case(hours=HOURS, timezone="Europe/Berlin", folder=folder, data=files)
    seen = read_observations(case)[""]
    report = seen.reports[1]
    assert (report.rows, report.used) == (15_560, 15_560)
    assert any("Arkaden with impossibly high" in note for note in report.notes)
    assert np.nanmax(seen.footfall) < 1000


def test_dublin_asks_which_column_and_then_reads_it(shared_data):
    """Seventy-eight columns of counts: the person names one; faults of that counter are said."""
    folder = shared_data / "footfall_dublin_2023"
    till = "time\n" + "\n".join(
        f"{date(2023, 1, 1) + timedelta(days=day)} 12:00" for day in range(365)
    )
    sales = DataFile("till.csv", content=till.encode())
    case = Case(hours=HOURS, timezone="Europe/Dublin", folder=folder, period_minutes=60)
    street_file = DataFile("pedestrian_2023.csv", kind="footfall")
    with pytest.raises(DataError, match="78 columns hold numbers"):
        read_observations(replace(case, data=(sales, street_file)))
    street_file = replace(street_file, columns=(("count", "Grafton st/Monsoon"),))
    seen = read_observations(replace(case, data=(sales, street_file)))[""]
    assert np.isnan(seen.footfall[:, 0]).all(), "midnight is far too low all year"
    assert np.isfinite(seen.footfall[:, 12]).mean() > 0.9
    assert np.isnan(seen.footfall[84, 1]), "the hour the clock skipped"
