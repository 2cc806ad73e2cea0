"""Rows of thousands of tills to cells (see `cells`), out of core and file by file.

Each file is a task of its own: this machine's cores share them, or the workers of a Dask cluster.
DuckDB reads Parquet (also partitioned) and plain CSV in streams and spills to disk when memory is
short; an export that needs more care (a known till's format, receipts of several rows, odd dates)
is read as the files of a single shop are.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from optimizer.case import Case, DataFile
from optimizer.chain.cells import Reduced, cells_of
from optimizer.chain.stores import Backend, Progress, Row, map_stores
from optimizer.data.reading import preview, read_file
from optimizer.data.tally import QUARTER
from optimizer.errors import CaseError, DataError
from optimizer.language import say, say_n
from optimizer.timegrid import MINUTES_PER_DAY, TimeGrid

MEMORY_MB = 600  # DuckDB's share, over all processes; beyond it goes to disk
_PART_BYTES = 256 << 20  # small files are read together up to this size
_HEAD_ROWS = 1000
_MOST_CAREFUL_ROWS = 5_000_000  # of Parquet that takes care: it is held in memory as text
_MICROSECONDS = 60_000_000  # a minute
_EVENT_ROLES = {"time", "store", "amount", "order"}
_TOTAL_ROLES = {"time", "store", "count"}


@dataclass(frozen=True)
class Piece:
    """Files that one task reads: alike, and small enough together."""

    source: DataFile
    files: tuple[str, ...]
    key: str  # changes with the files' names, sizes and times, and with how they are read

    @property
    def is_parquet(self) -> bool:
        """Whether they are Parquet."""
        return self.files[0].endswith(".parquet")


@dataclass(frozen=True)
class ReduceOne:
    """The task: read a piece and write its cells, unless they are there already."""

    pieces: dict[str, Piece]
    grid: TimeGrid
    folder: Path
    minutes: int
    memory_mb: int
    threads: int

    def __call__(self, key: str) -> dict[str, Any]:
        """Account of one piece: its rows, those set aside, and cells."""
        piece = self.pieces[key]
        target = self.folder / f"cells-{key}.parquet"
        account = target.with_suffix(".json")
        if target.exists() and account.exists():
            return dict(json.loads(account.read_text(encoding="utf-8")))
        unfinished = target.with_suffix(".part")
        said = self._by_engine(piece, unfinished) or self._by_reader(piece, unfinished)
        said |= {"file": Path(piece.files[0]).name, "files": len(piece.files)}
        account.write_text(json.dumps(said), encoding="utf-8")
        unfinished.replace(target)  # the last step, so that a stopped run leaves no half of a part
        return said

    def _by_engine(self, piece: Piece, target: Path) -> dict[str, Any] | None:
        """With DuckDB; None where the file asks for more care."""
        duckdb = engine()
        config = {
            "threads": self.threads,
            "memory_limit": f"{self.memory_mb}MB",
            "preserve_insertion_order": False,
            "temp_directory": str(self.folder / "spilled"),
        }
        with duckdb.connect(config=config) as connection:
            try:
                question = _question(connection, piece, self.grid, self.minutes)
                if question is not None:
                    into = f"COPY ({question}) TO '{_quoted(target)}' (FORMAT parquet)"
                    connection.execute(into)
                    return _account(target) | {"set_aside": _left_out(connection)}
                if piece.is_parquet and _rows(piece) > _MOST_CAREFUL_ROWS:
                    raise DataError(
                        say(
                            "so many rows can only be read with columns for time, store, and "
                            "amount or count, with times as timestamps"
                        ),
                        where=piece.files[0],
                    )
            except duckdb.Error as error:
                if piece.is_parquet:
                    raise _damage(connection, duckdb, piece, error) from None
        return None  # the careful reader can read it, or tells better what is wrong

    def _by_reader(self, piece: Piece, target: Path) -> dict[str, Any]:
        """As the files of a single shop are read."""
        tables, out = [], []
        for file in piece.files:
            source = _as_text(piece, file) if piece.is_parquet else replace(piece.source, file=file)
            found, report = read_file(source, None, self.grid)
            tables.append(cells_of(found, self.minutes))
            out += [[aside.reason, aside.rows] for aside in report.set_aside]
        pq.write_table(pa.concat_tables(tables).sort_by("store"), target)
        return _account(target) | {"set_aside": out}


def _as_text(piece: Piece, file: str) -> DataFile:
    """A Parquet file as the CSV that it might have been, columns of its folders' names included."""
    with engine().connect() as connection:
        table = connection.read_parquet([file], hive_partitioning=True).df()
    content = table.to_csv(index=False).encode()
    return replace(piece.source, file=f"{Path(file).name}.csv", content=content)


def _rows(piece: Piece) -> int:
    return sum(pq.read_metadata(file).num_rows for file in piece.files)


def _damage(connection: Any, duckdb: Any, piece: Piece, error: Exception) -> DataError:
    """Which of a piece's files cannot be read."""
    for file in piece.files:
        try:
            connection.execute("SELECT count(COLUMNS(*)) FROM read_parquet(?)", [file])
        except duckdb.Error:
            return DataError(
                say("is not a whole Parquet file"),
                where=file,
                cure=say("Copy it here again, or take it out of the folder."),
            )
    problem = str(error).splitlines()[0]
    return DataError(say("cannot be read: {problem}", problem=problem), where=piece.files[0])


def _account(part: Path) -> dict[str, Any]:
    """Cells of a part, and the sales in them."""
    question = "SELECT count(*), sum(count) FILTER (kind = 'sales') FROM read_parquet(?)"
    with engine().connect() as connection:
        cells, sales = connection.execute(question, [str(part)]).fetchone()
    return {"sales": int(sales or 0), "cells": cells}


def reduce_rows(
    case: Case,
    folder: Path,
    *,
    minutes: int = QUARTER,
    backend: Backend = "serial",
    scheduler: str = "",
    workers: int = 1,
    memory_mb: int = MEMORY_MB,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> tuple[Reduced, list[Row]]:
    """Reduce every row of a chain's files to cells in a folder, and give an account of each part.

    Parts that lie there already and whose files have not changed are not read again. A receipt of
    several rows must lie within one file.

    Parameters
    ----------
    minutes
        Length of a period of the week: 15, 30 or 60. The coarser, the faster.
    backend, scheduler, workers
        See `map_stores`; on a cluster all workers must see the files and the folder.
    memory_mb
        What DuckDB may take, over all processes of this machine.

    Raises
    ------
    CaseError
        A file is not there, or DuckDB is not installed.
    DataError
        A file cannot be read.
    """
    engine()
    folder.mkdir(parents=True, exist_ok=True)
    pieces = {p.key: p for file in case.data for p in _pieces(file, case, minutes)}
    for stale in folder.glob("cells-*"):
        if stale.stem.removeprefix("cells-") not in pieces:
            stale.unlink()
    here = 1 if backend == "serial" else workers
    cores = os.cpu_count() or 1
    task = ReduceOne(
        pieces, case.grid, folder.resolve(), minutes, memory_mb // here, max(cores // here, 1)
    )
    rows = map_stores(
        task, list(pieces), backend, scheduler=scheduler, workers=workers, batch=1, tell=tell
    )
    for row in rows:
        if "error" in row:
            raise DataError(str(row["error"]).rstrip("."))
        row["notes"] = [  # a reason comes as plain text: it is its own template
            say_n("{n} row: {reason}", "{n} rows: {reason}", out, reason=say(reason))
            for reason, out in row["set_aside"]
        ]
    return Reduced(folder, minutes), rows


def engine() -> Any:
    """DuckDB.

    Raises
    ------
    CaseError
        It is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise CaseError(
            say("DuckDB is not installed"),
            cure=say('A chain needs it: pip install "opening-hours[chain]".'),
        ) from None
    return duckdb


def _pieces(source: DataFile, case: Case, minutes: int) -> Iterator[Piece]:
    """A data file's own files, in pieces of about one size; a folder or a pattern may be given."""
    path = (case.folder or Path()) / source.file
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.suffix in (".parquet", ".csv", ".gz"))
    elif path.is_file():
        files = [path]
    else:
        files = sorted(path.parent.glob(path.name))
    if not files:
        raise CaseError(say("there is no such file or folder"), where=source.file)
    about = f"{source!r} {case.grid} {minutes}"
    together: list[Path] = []
    size = 0
    for file in files:
        mine = file.stat().st_size
        if together and (size + mine > _PART_BYTES or file.suffix != together[0].suffix):
            yield _piece(source, together, about)
            together, size = [], 0
        together.append(file)
        size += mine
    yield _piece(source, together, about)


def _piece(source: DataFile, files: list[Path], about: str) -> Piece:
    stamps = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    key = hashlib.sha256(f"{about} {stamps}".encode()).hexdigest()[:16]
    return Piece(source, tuple(str(file.resolve()) for file in files), key)


def _question(connection: Any, piece: Piece, grid: TimeGrid, minutes: int) -> str | None:
    """The SQL that makes a piece's cells; None where it takes more than adding up its rows."""
    files, source = list(piece.files), piece.source
    if piece.is_parquet:
        rows = connection.read_parquet(files, hive_partitioning=True, union_by_name=True)
        head = rows.limit(_HEAD_ROWS).df().to_csv(index=False).encode()
        seen = preview(replace(source, file=f"{Path(files[0]).name}.csv", content=head))
        if seen.problem:
            raise DataError(seen.problem)
    else:
        seen = preview(replace(source, file=files[0]))
        rows = connection.read_csv(files, all_varchar=True, header=True)
    roles = dict(seen.roles)
    totals = "count" in roles
    fits = set(roles) <= (_TOTAL_ROLES if totals else _EVENT_ROLES) and "time" in roles
    kinds = ("footfall", "attempts") if totals else ("sales", "web")
    if seen.problem or seen.format != "table" or not fits or seen.kind not in kinds:
        return None
    types = dict(zip(rows.columns, map(str, rows.types), strict=True))
    when = _clock(source, roles["time"], types[roles["time"]], grid)
    if when is None:
        return None
    rows.create_view("given")
    needed = [_column(roles[role]) for role in ("time", "store") if role in roles]
    lacking = " OR ".join(f"{column} IS NULL" for column in needed)
    connection.execute(f"CREATE VIEW lacking AS SELECT 1 FROM given WHERE {lacking}")
    store = f"CAST({_column(roles['store'])} AS VARCHAR)" if "store" in roles else "''"
    place = source.where if seen.kind == "footfall" else ""
    if totals:
        events = _totals(connection, when, store, _column(roles["count"]), minutes)
    else:
        events = _events(when, store, roles, minutes)
    connection.execute(f"CREATE VIEW placed AS {events}")
    known = "slot IS NOT NULL AND store IS NOT NULL"
    nothing = "NULL::DOUBLE"
    if totals:
        parts = [_sums(f"{known} GROUP BY ALL", "sum(count)", nothing, nothing, nothing)]
    elif "amount" not in roles:
        parts = [_sums(f"{known} GROUP BY ALL", "count(*)", nothing, nothing, nothing)]
    else:  # refunds are few: two passes of plain sums take less than one of sums with conditions
        sums = "count(*)", "sum(cents)", "sum(cents * cents)", "0"
        parts = [
            _sums(f"{known} AND cents > 0 GROUP BY ALL", *sums),
            _sums(f"{known} AND cents < 0 GROUP BY ALL", "0", "0", "0", "-sum(cents)"),
        ]
    per_day = MINUTES_PER_DAY // minutes
    # 1970-01-01 was a Thursday: three days after the Monday of its week. Names are trimmed once
    # they are few.
    return f"""
        SELECT trim(store) AS store, '{seen.kind}' AS kind, '{place}' AS place,
               (slot // {per_day} - (slot // {per_day} + 3) % 7)::INTEGER AS week,
               (slot - week * {per_day})::SMALLINT AS period,
               count::DOUBLE AS count, cents::DOUBLE AS cents, squares::DOUBLE AS squares,
               refunds::DOUBLE AS refunds
        FROM ({" UNION ALL ".join(parts)}) ORDER BY store"""


def _sums(rows: str, count: str, cents: str, squares: str, refunds: str) -> str:
    """SQL for cells of some of the rows; cells of one key are added up when they are read."""
    return f"""
        SELECT store, slot, {count} AS count, {cents} AS cents, {squares} AS squares,
               {refunds} AS refunds
        FROM placed WHERE {rows}"""


def _left_out(connection: Any) -> list[list[Any]]:
    """How many rows have no time or no store, with that reason; nothing where all have both."""
    (rows,) = connection.execute("SELECT count(*) FROM lacking").fetchone()
    return [[say("no time or no store"), rows]] if rows else []


def _events(when: str, store: str, roles: dict[str, str], minutes: int) -> str:
    """SQL for one row per sale: store, slot of `minutes` since 1970, and whole cents."""
    cents = "NULL::DOUBLE"
    if "amount" in roles:
        amount = _column(roles["amount"])
        cents = f"coalesce(round(CAST({amount} AS DOUBLE) * 100), 0)"
    rows = f"SELECT {store} AS store, {when} AS clock, {cents} AS cents FROM given"
    if "order" in roles:  # the rows of one receipt are one sale
        order = f"coalesce(CAST({_column(roles['order'])} AS VARCHAR), CAST(uuid() AS VARCHAR))"
        rows = f"""
            SELECT store, min(clock) AS clock, sum(cents) AS cents
            FROM (SELECT {store} AS store, {when} AS clock, {cents} AS cents, {order} AS receipt
                  FROM given)
            GROUP BY store, receipt, clock // {MINUTES_PER_DAY * _MICROSECONDS}"""
    return f"""
        SELECT store, (clock // {minutes * _MICROSECONDS})::INTEGER AS slot, cents
        FROM ({rows})"""


def _totals(connection: Any, when: str, store: str, count: str, minutes: int) -> str:
    """The same for rows that are totals of a longer period, split evenly over its slots."""
    steps = f"SELECT DISTINCT ({when}) // {_MICROSECONDS} % 60 AS minute FROM given"
    found = [minute for (minute,) in connection.execute(steps).fetchall() if minute is not None]
    step = next(s for s in (60, 30, 15, 1) if all(minute % s == 0 for minute in found))
    parts = max(step // minutes, 1)
    return f"""
        SELECT {store} AS store, (({when}) // {minutes * _MICROSECONDS})::INTEGER + part AS slot,
               CAST({count} AS DOUBLE) / {parts} AS count, NULL::DOUBLE AS cents
        FROM given CROSS JOIN (SELECT unnest(range({parts}))::INTEGER AS part)"""


def _clock(source: DataFile, name: str, kind: str, grid: TimeGrid) -> str | None:
    """SQL for the clock on the wall, in microseconds since 1970; None where it takes care."""
    column = _column(name)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us(timezone('{grid.timezone}', {column}))"
    if "utc" in name.casefold() or dict(source.columns).get("times"):
        return None
    if kind.startswith("TIMESTAMP"):
        return f"epoch_us(CAST({column} AS TIMESTAMP))"
    if kind == "VARCHAR":  # anything else than these is an error, and left to the careful reader
        formats = "['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%dT%H:%M']"
        return f"epoch_us(strptime({column}, {formats}))"
    return None


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
