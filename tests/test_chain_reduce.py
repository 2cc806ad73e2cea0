"""Rows of a chain reduced to cells: exact, mergeable, and the same shop as its own till tells."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimizer.case import Case, DataFile, Hours
from optimizer.chain import reduce
from optimizer.chain.cells import Reduced, merged
from optimizer.chain.reduce import reduce_rows
from optimizer.data.observations import read_observations
from optimizer.demand.estimate import fit_demands
from optimizer.errors import CaseError, DataError
from optimizer.opening import OpeningHours

pytest.importorskip("duckdb")
pq = pytest.importorskip("pyarrow.parquet")

FIRST = datetime(2025, 4, 7)
HOURS = OpeningHours.parse("Mo-Sa 09:00-17:00")


def till(rows: int = 6000, seed: int = 0) -> pd.DataFrame:
    """Sales of three stores over six weeks, with refunds, in the order of time."""
    rng = np.random.default_rng(seed)
    day = rng.integers(0, 42, rows)
    day = day[day % 7 < 6]
    minute = rng.integers(9 * 60, 17 * 60 + 12, len(day))  # some are served after closing
    seconds = np.sort(day * 86400 + minute * 60 + rng.integers(0, 60, len(day)))
    amount = np.round(rng.gamma(2, 9, len(day)) + 0.01, 2)
    amount[rng.random(len(day)) < 0.02] *= -1
    return pd.DataFrame(
        {
            "store": rng.choice(["Arcade", "Bridge", "Cove"], len(day)),
            "time": pd.to_datetime(FIRST) + pd.to_timedelta(seconds, unit="s"),
            "amount": amount,
        }
    )


def chain(folder: Path, *files: str) -> Case:
    return Case(
        timezone="Europe/Helsinki",
        hours=Hours(current=HOURS),
        data=tuple(DataFile(file, kind="sales") for file in files),
        folder=folder,
    )


def reduced(case: Case, folder: Path, minutes: int = 15) -> Reduced:
    return reduce_rows(case, folder, minutes=minutes)[0]


def all_cells(statistics: Reduced) -> pd.DataFrame:
    return merged([statistics.of_stores(["Arcade", "Bridge", "Cove"])]).to_pandas()


def test_cells_are_the_sums_of_their_rows(tmp_path: Path) -> None:
    """Every cell is what a plain loop over the rows adds up."""
    rows = till()
    rows.to_parquet(tmp_path / "till.parquet")
    expected: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows.itertuples():
        monday = (row.time - timedelta(days=row.time.weekday())).date()
        period = row.time.weekday() * 96 + row.time.hour * 4 + row.time.minute // 15
        week = (monday - datetime(1970, 1, 1).date()).days
        cell, cents = expected[row.store, week, period], round(row.amount * 100)
        if cents > 0:
            cell[0], cell[1], cell[2] = cell[0] + 1, cell[1] + cents, cell[2] + cents**2
        else:
            cell[3] -= cents
    table = all_cells(reduced(chain(tmp_path, "till.parquet"), tmp_path / "cells"))
    found = {
        (store, week, period): sums
        for store, _, _, week, period, *sums in table.to_numpy().tolist()
    }
    assert found == dict(expected)


@pytest.mark.parametrize("pieces", [2, 7, 50])
@pytest.mark.parametrize("seed", [1, 2])
def test_any_split_of_the_rows_gives_the_same_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int, seed: int
) -> None:
    """Rows dealt out at random over many files add up to the cells of one file, to the bit."""
    rows = till(seed=seed)
    rows.to_parquet(tmp_path / "whole.parquet")
    (tmp_path / "parts").mkdir()
    part = np.random.default_rng(seed).integers(0, pieces, len(rows))
    for number in range(pieces):
        rows[part == number].to_parquet(tmp_path / "parts" / f"{number}.parquet")
    whole = all_cells(reduced(chain(tmp_path, "whole.parquet"), tmp_path / "one"))
    monkeypatch.setattr(reduce, "_PART_BYTES", 1)  # every file a task of its own
    split = reduced(chain(tmp_path, "parts"), tmp_path / "many")
    assert len(split.parts) == pieces
    pd.testing.assert_frame_equal(all_cells(split), whole, check_exact=True)


def test_csv_and_partitioned_parquet_are_read_alike(tmp_path: Path) -> None:
    """The same rows as CSV, as Parquet, and as a folder per store give the same cells."""
    rows = till()
    rows.to_csv(tmp_path / "till.csv", index=False)
    rows.to_parquet(tmp_path / "till.parquet")
    rows.to_parquet(tmp_path / "by_store", partition_cols=["store"])
    tables = [
        all_cells(reduced(chain(tmp_path, name), tmp_path / f"cells {name}"))
        for name in ("till.parquet", "till.csv", "by_store")
    ]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0], check_exact=True)


def test_rows_of_one_receipt_are_one_sale(tmp_path: Path) -> None:
    """Three rows with one receipt number count once, with their money together."""
    rows = till(500)
    items = rows.loc[rows.index.repeat(3)].assign(receipt=lambda t: t.index, amount=1.0)
    items.to_parquet(tmp_path / "items.parquet")
    cells = all_cells(reduced(chain(tmp_path, "items.parquet"), tmp_path / "cells"))
    assert cells["count"].sum() == len(rows)
    assert cells["cents"].sum() == 300 * len(rows)
    assert cells["squares"].sum() == 300**2 * len(rows)


@pytest.mark.parametrize("minutes", [15, 30])
def test_a_store_is_the_same_as_its_own_till_tells(tmp_path: Path, minutes: int) -> None:
    """Observations and demand from the cells are those that the reader of one shop finds."""
    rows = till()
    rows.to_csv(tmp_path / "till.csv", index=False)
    case = chain(tmp_path, "till.csv")
    by_reader = read_observations(case)
    by_cells = reduced(case, tmp_path / "cells", minutes).observations(case, list(by_reader))
    for store, seen in by_reader.items():
        other = by_cells[store]
        for name in ("transactions", "open_share", "after_hours", "regime", "holiday"):
            np.testing.assert_array_equal(getattr(other, name), getattr(seen, name))
        np.testing.assert_allclose(other.revenue, seen.revenue, atol=1e-9)
        assert other.first == seen.first
        assert other.basket_mean == pytest.approx(seen.basket_mean, rel=1e-9)
        assert other.basket_sd == pytest.approx(seen.basket_sd, rel=1e-9)
    mine, theirs = (
        fit_demands(case, list(found.values()), draws=20) for found in (by_cells, by_reader)
    )
    for store, demand in theirs.items():
        np.testing.assert_array_equal(mine[store].draws, demand.draws)
        np.testing.assert_allclose(mine[store].basket_draws, demand.basket_draws, rtol=1e-9)


def test_what_takes_care_is_read_with_care(tmp_path: Path) -> None:
    """A CSV in the habits of Germany is left to the reader of single shops, and counts alike."""
    rows = till()
    rows.to_csv(tmp_path / "till.csv", index=False)
    german = rows.assign(
        time=rows["time"].dt.strftime("%d.%m.%Y %H:%M:%S"),
        amount=rows["amount"].map("{:.2f}".format).str.replace(".", ","),
    ).rename(columns={"time": "Datum", "amount": "Betrag", "store": "Filiale"})
    german.to_csv(tmp_path / "kasse.csv", index=False, sep=";")
    plain, foreign = (
        all_cells(reduced(chain(tmp_path, name), tmp_path / f"cells {name}"))
        for name in ("till.csv", "kasse.csv")
    )
    assert len(plain) == len(foreign)
    np.testing.assert_array_equal(plain["count"], foreign["count"])
    for statistics in (plain, foreign):
        net = statistics["cents"] - statistics["refunds"]
        assert net.sum() == pytest.approx(100 * rows["amount"].sum())
    assert foreign["squares"].sum() == pytest.approx(plain["squares"].sum(), rel=1e-6)


def test_hourly_footfall_fills_its_periods(tmp_path: Path) -> None:
    """A counter that reports by the hour was counting in every quarter of it."""
    till().to_parquet(tmp_path / "till.parquet")
    hours = pd.date_range(FIRST, periods=42 * 24, freq="h")
    counts = np.random.default_rng(0).poisson(200, len(hours))
    pd.DataFrame({"store": "Cove", "time": hours, "count": counts}).to_parquet(
        tmp_path / "street.parquet"
    )
    case = chain(tmp_path, "till.parquet")
    street = DataFile("street.parquet", kind="footfall", where="street")
    case = replace(case, data=(*case.data, street))
    seen = reduced(case, tmp_path / "cells").observations(case, ["Cove"])["Cove"]
    assert seen.footfall_where == "street"
    np.testing.assert_allclose(
        seen.footfall, np.repeat(counts.reshape(42, 24) / 2, 2, axis=1)[: seen.days]
    )


def test_rows_without_a_time_or_a_store_are_told(tmp_path: Path) -> None:
    """They are in no cell, and the account says how many they are."""
    rows = till(400)
    rows.loc[:4, "time"] = pd.NaT
    rows.loc[5:6, "store"] = None
    rows.to_parquet(tmp_path / "till.parquet")
    case = chain(tmp_path, "till.parquet")
    statistics, (account,) = reduce_rows(case, tmp_path / "cells")
    assert account["notes"] == ["7 rows: no time or no store"]
    assert all_cells(statistics)["count"].sum() == (rows[7:]["amount"] > 0).sum()


def test_parts_that_have_not_changed_are_not_read_again(tmp_path: Path) -> None:
    """A second run leaves finished parts alone; a changed file is read anew, its old part gone."""
    till().to_parquet(tmp_path / "till.parquet")
    case = chain(tmp_path, "till.parquet")
    (part,) = reduced(case, tmp_path / "cells").parts
    stamp = part.stat().st_mtime_ns
    (again,) = reduced(case, tmp_path / "cells").parts
    assert again == part
    assert again.stat().st_mtime_ns == stamp
    till(3000).to_parquet(tmp_path / "till.parquet")
    (new,) = reduced(case, tmp_path / "cells").parts
    assert new != part


def test_bad_files_are_told_in_a_sentence(tmp_path: Path) -> None:
    """A file that is not there, and one without times, each say what is wrong."""
    with pytest.raises(CaseError, match="no such file"):
        reduced(chain(tmp_path, "none.parquet"), tmp_path / "cells")
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_parquet(tmp_path / "odd.parquet")
    with pytest.raises(DataError, match=r"odd\.parquet"):
        reduced(chain(tmp_path, "odd.parquet"), tmp_path / "cells")


@pytest.mark.parametrize("harm", ["cut", "text", "empty"])
def test_a_broken_part_is_named(tmp_path: Path, harm: str) -> None:
    """Of many Parquet files the one that is not whole is told, with what to do."""
    (tmp_path / "till").mkdir()
    for number in range(3):
        till(400, number).to_parquet(tmp_path / "till" / f"{number}.parquet")
    broken = tmp_path / "till" / "1.parquet"
    whole = broken.read_bytes()
    broken.write_bytes({"cut": whole[: len(whole) // 2], "text": b"hello", "empty": b""}[harm])
    with pytest.raises(DataError, match=r"till.1\.parquet: is not a whole Parquet file\. Copy"):
        reduced(chain(tmp_path, "till"), tmp_path / "cells")
    broken.write_bytes(whole)
    cells = all_cells(reduced(chain(tmp_path, "till"), tmp_path / "cells"))
    kept = sum((till(400, number)["amount"] > 0).sum() for number in range(3))
    assert cells["count"].sum() == kept


def test_parquet_that_takes_care_is_read_as_its_csv_would_be(tmp_path: Path) -> None:
    """Hourly totals with amounts, in a folder per store: the same cells as from one CSV."""
    rows = till().query("amount > 0")
    hour = rows["time"].dt.floor("h")
    totals = rows.groupby(["store", hour.rename("hour")])["amount"].agg(["size", "sum"])
    totals = totals.reset_index().rename(columns={"size": "receipts", "sum": "amount"})
    totals.to_csv(tmp_path / "totals.csv", index=False)
    totals.to_parquet(tmp_path / "by_store", partition_cols=["store"])
    plain, parts = (
        all_cells(reduced(chain(tmp_path, name), tmp_path / f"cells {name}", 60))
        for name in ("totals.csv", "by_store")
    )
    assert plain["count"].sum() == len(rows)
    columns = ["store", "week", "period", "count"]
    pd.testing.assert_frame_equal(parts[columns], plain[columns], check_exact=True)
    net = [(table["cents"] - table["refunds"]).to_numpy() for table in (plain, parts)]
    np.testing.assert_allclose(net[1], net[0], atol=1e-6)
    assert net[0].sum() == pytest.approx(100 * rows["amount"].sum())
