"""Seconds and memory to read a till, beside readers that only parse it.

Each run is a process of its own on the same file, invented once: receipt, time and amount of one
shop over two years. Ours ends in observations on the grid; the others end in a table of text and
numbers. A workbook of 200,000 rows is read as well.

    python -m benchmarks.reading                    # one and ten million rows
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import xlsxwriter

try:
    import resource
except ImportError:  # Windows does not tell a process its memory
    resource = None  # type: ignore[assignment]

READERS = {
    "observations": "from optimizer.case import Case, DataFile\n"
    "from optimizer.data.observations import read_observations\n"
    "read = lambda: read_observations(Case(data=(DataFile(path),)))",
    "pandas": "import pandas\nread = lambda: pandas.read_csv(path)",
    "polars": "import polars\nread = lambda: polars.read_csv(path, try_parse_dates=True)",
    "duckdb": "import duckdb\nread = lambda: duckdb.read_csv(path).to_arrow_table()",
}
MEASURE = """
import sys, time
path = sys.argv[1]
{reader}
begin = time.perf_counter()
read()
print(time.perf_counter() - begin)
"""


def invent(rows: int, folder: Path) -> Path:
    """A till file: two years, ten to five, sorted by time."""
    rng = np.random.default_rng(1)
    day, second = rng.integers(0, 730, rows), rng.integers(36_000, 61_200, rows)
    times = np.datetime64("2024-01-01", "s") + np.sort(day * 86_400 + second)
    table = pa.table(
        {
            "receipt": np.arange(rows),
            "timestamp": pa.array(times).cast(pa.string()),
            "amount": np.round(rng.gamma(2, 8, rows), 2),
        }
    )
    path = folder / f"till_{rows}.csv"
    arrow_csv.write_csv(table, path)
    return path


def invent_workbook(rows: int, folder: Path) -> Path:
    """The same as a workbook."""
    source = invent(rows, folder).read_text().splitlines()
    path = folder / "till.xlsx"
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Sales")
    for number, line in enumerate(source):
        receipt, when, amount = line.replace('"', "").split(",")
        sheet.write_row(number, 0, (receipt, when, float(amount) if number else amount))
    book.close()
    return path


def measure(reader: str, path: Path) -> str:
    """Seconds of reading, seconds with the start of the process, and its largest memory."""
    begin = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", MEASURE.format(reader=READERS[reader]), str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    seconds = float(child.stdout.read())
    if resource is None:
        child.wait()
        return f"{seconds:5.2f} s"
    _, _, usage = os.wait4(child.pid, 0)
    whole = time.perf_counter() - begin
    return f"{seconds:5.2f} s, {whole:5.2f} s with start-up, {usage.ru_maxrss / 1024:6.0f} MB"


def main() -> None:
    # A child counts the memory that its parent had at its birth: keep the parent small.
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, get_context("spawn")) as elsewhere,
    ):
        for rows in (1_000_000, 10_000_000):
            path = elsewhere.submit(invent, rows, Path(folder)).result()
            for reader in READERS:
                if reader != "observations" and not importlib.util.find_spec(reader):
                    print(f"{path.name:18} {reader:13} is not installed", flush=True)
                else:
                    print(f"{path.name:18} {reader:13} {measure(reader, path)}", flush=True)
        path = elsewhere.submit(invent_workbook, 200_000, Path(folder)).result()
        print(f"{path.name:18} {'observations':13} {measure('observations', path)}")


if __name__ == "__main__":
    main()
