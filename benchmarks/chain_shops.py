"""Made-up shops of a chain, always the same: facts, demand of a typical week, and till rows."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from optimizer.case import Case, DataFile, Economics, Hours, Labour, Service
from optimizer.casefile import case_text
from optimizer.opening import OpeningHours
from optimizer.planning.response import Potential
from optimizer.site import Site
from optimizer.timegrid import TimeGrid

FIRST = date(2025, 1, 6)  # a Monday
FORMATS = ("small", "medium", "large")
SITE = ("region", "format", "floor_m2", "latitude", "longitude")
REGIONS = ("north", "south", "east", "west")
EARLY, LATE = "Mo-Fr 10:00-18:00; Sa 10:00-16:00", "Mo-Fr 10:00-20:00; Sa 10:00-18:00"
CANDIDATE = "Mo-Fr 08:00-21:00; Sa 09:00-18:00; Su 11:00-18:00"


def facts(number: int, minutes: int = 30) -> Case:
    """Shop number so-and-so: every fifth is open late, formats and regions take turns."""
    size = number % 3
    return Case(
        period_minutes=minutes,
        timezone="Europe/Helsinki",
        hours=Hours(
            current=OpeningHours.parse(LATE if number % 5 == 0 else EARLY),
            candidate=OpeningHours.parse(CANDIDATE),
        ),
        economics=Economics(0.42, 14.46, 0.30, 6.0, 15.0, basket=18.0),
        service=Service(minutes=6.0, min_staff=1, max_staff=(2, 3, 5)[size]),
        labour=Labour(rules="none"),
        site=Site(
            region=REGIONS[number % 4],
            format=FORMATS[size],
            floor_m2=(80.0, 200.0, 500.0)[size] * (1 + number % 7 / 20),
            latitude=60.0 + number % 71 / 20,
            longitude=22.0 + number % 97 / 20,
        ),
        store=f"S{number:04d}",
    )


def rates(number: int, grid: TimeGrid) -> np.ndarray:
    """Customers per hour over the week if it were open, shape (7, P)."""
    rng = np.random.default_rng([7, number])
    hour = (np.arange(grid.periods_per_day) + 0.5) * grid.period_hours
    noon, evening = (
        np.exp(-0.5 * ((hour - at) / wide) ** 2) for at, wide in ((13, 2.5), (17.5, 2))
    )
    day = np.array([0.9, 0.9, 0.95, 1.0, 1.2, 1.3, 0.7]) * rng.lognormal(0, 0.08, 7)
    scale = (10.0, 18.0, 34.0)[number % 3] * rng.lognormal(0, 0.35)
    return scale * day[:, None] * (noon + rng.uniform(0.3, 0.9) * evening + 0.05)


def potential(number: int, case: Case, draws: int = 100) -> Potential:
    """The same as a posterior: every draw somewhat busier or quieter, in the evening above all."""
    rng = np.random.default_rng([8, number])
    grid = case.grid
    hour = (np.arange(grid.periods_per_day) + 0.5) * grid.period_hours
    doubt = np.maximum(hour - 17, 0) * 0.06
    customers = rates(number, grid)[None] * np.exp(
        0.05 * rng.standard_normal((draws, 1, 1)) + doubt * rng.standard_normal((draws, 1, 1))
    )
    lost = rng.beta(3, 3, draws)
    return Potential(
        customers=(customers * grid.period_hours).reshape(draws, -1),
        moved=1 - lost,
        web=np.zeros(draws),
        lost=lost,
        value=18.0 * 0.42 * rng.lognormal(0, 0.03, draws),
        unit="EUR",
        open_now=case.hours.calendar().current.week_share(grid),
    )


def shop(number: int, minutes: int = 30) -> tuple[Case, Potential]:
    """Facts and demand of one shop."""
    case = facts(number, minutes)
    return case, potential(number, case)


def write_till(folder: Path, stores: int, rows: int, days: int = 364, seed: int = 0) -> Path:
    """Till rows of a whole chain as Parquet, a file per week, in the order of time.

    Parameters
    ----------
    rows
        In all, dealt out over stores and weeks as their customers come.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    grid = TimeGrid("Europe/Helsinki", 30)
    chance = np.zeros((stores, grid.periods_per_week))
    for number in range(stores):
        open_ = facts(number).hours.calendar().current.week_share(grid)
        chance[number] = rates(number, grid).ravel() * open_
    flat = np.cumsum(chance.ravel())
    flat /= flat[-1]
    names = pa.array([f"S{number:04d}" for number in range(stores)])
    weeks = days // 7
    each = rows // weeks
    start = (FIRST - date(1970, 1, 1)).days * 86400
    for week in range(weeks):
        cell = np.searchsorted(flat, rng.random(each))
        second = cell % grid.periods_per_week * 1800 + rng.integers(0, 1800, each)
        order = np.argsort(second, kind="stable")
        stamp = (start + week * 7 * 86400 + second[order]) * 1_000_000
        table = pa.table(
            {
                "store": pa.DictionaryArray.from_arrays(
                    pa.array((cell // grid.periods_per_week)[order].astype(np.int32)), names
                ),
                "time": pa.array(stamp, pa.timestamp("us")),
                "amount": np.round(rng.gamma(2.0, 9.0, each) + 0.01, 2),
            }
        )
        pq.write_table(table, folder / f"week{week:02d}.parquet", row_group_size=1 << 19)
    return folder


def chain_folder(folder: Path, stores: int, rows: int, minutes: int = 30) -> Path:
    """A whole chain on disk: case.toml, stores.csv and a year of till rows."""
    write_till(folder / "till", stores, rows)
    common = replace(facts(1, minutes), store="", site=Site(), name="Made-up chain", synthetic=True)
    common = replace(common, hours=replace(common.hours, current=None))
    text = case_text(replace(common, data=(DataFile("till", kind="sales"),)))
    (folder / "case.toml").write_text(text, encoding="utf-8")
    with (folder / "stores.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["store", "hours", "service.max_staff", *SITE])
        for number in range(stores):
            mine = facts(number)
            site = [getattr(mine.site, name) for name in SITE]
            out.writerow([mine.store, mine.hours.current, mine.service.max_staff, *site])
    return folder
