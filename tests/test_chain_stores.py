"""One function over many stores: the same rows everywhere, and nothing lost on the way."""

import json
import math
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks.chain_shops import shop
from optimizer.chain import stores as chain_stores
from optimizer.chain.frontier import levels
from optimizer.chain.run import chain_week
from optimizer.chain.stores import ANSWERS, Progress, map_stores
from optimizer.errors import CaseError, DataError
from optimizer.planning.evaluate import evaluate

STORES = [f"S{number:03d}" for number in range(200)]


def week(store: str) -> dict:
    """Numbers that would differ in the last digit if anything were rounded on the way."""
    number = int(store[1:])
    draws = np.random.default_rng(number).gamma(2.0, 1 / 3, 50)
    share = draws.mean() if number % 7 else math.nan
    return {"profit": float(np.log(draws).sum()), "share": share, "hours": draws[:3]}


def solved(store: str) -> dict:
    """A real shop solved: its frontier, and what today's hours are worth."""
    case, whom = shop(int(store[1:]), 60)
    today = evaluate(case, whom, case.hours.calendar().current)
    return vars(levels([chain_week(case, whom)])) | {"today": today.objective}


def slow(store: str) -> dict:
    """A row after a moment."""
    time.sleep(0.05)
    return week(store)


def poisoned(store: str) -> dict:
    """Two stores fail: one with bad data, one with a fault of the program."""
    if store == "S013":
        raise DataError("no sales", where=store)
    if store == "S014":
        raise ZeroDivisionError("division by zero")
    return week(store)


@dataclass(frozen=True)
class Deadly:
    """A store that kills whatever process it is asked in, `times` times."""

    folder: Path
    times: int

    def __call__(self, store: str) -> dict:
        mark = self.folder / "deaths"
        deaths = len(mark.read_text()) if mark.exists() else 0
        if store == "S005" and deaths < self.times:
            with mark.open("a") as out:
                out.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return week(store)


@dataclass(frozen=True)
class Noted:
    """Solves the shop, and writes down in which process."""

    folder: Path

    def __call__(self, store: str) -> dict:
        (self.folder / f"{store}.pid").write_text(str(os.getpid()))
        return solved(store)


@pytest.fixture(scope="module")
def serial_rows() -> list[dict]:
    """Two hundred real shops solved one after the other in this process."""
    return map_stores(solved, STORES, "serial")


def text(rows: list[dict]) -> str:
    return json.dumps(rows)  # shows floats to the last digit, and NaN


def test_serial_and_processes_give_the_same_rows(serial_rows: list[dict]) -> None:
    """200 stores in this process and in two others: the same rows, in order, to the bit."""
    assert [row["store"] for row in serial_rows] == STORES
    assert serial_rows[3]["today"] == solved("S003")["today"]
    assert text(map_stores(solved, STORES, "process", workers=2)) == text(serial_rows)


def test_a_poisoned_store_gives_a_row_that_says_so() -> None:
    """Bad data and a fault of ours are told of their store alone."""
    rows = {row["store"]: row for row in map_stores(poisoned, STORES[:30], "serial")}
    assert rows["S013"] == {"store": "S013", "error": "S013: no sales."}
    assert rows["S014"] == {"store": "S014", "error": "ZeroDivisionError: division by zero"}
    assert sum("error" in row for row in rows.values()) == 2


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    """A process that is killed once costs no store its row."""
    rows = map_stores(Deadly(tmp_path, 1), STORES[:40], "process", workers=2, batch=4)
    assert (tmp_path / "deaths").read_text() == "x"
    assert text(rows) == text(map_stores(week, STORES[:40], "serial"))


@pytest.mark.slow
def test_a_store_that_kills_every_process_is_named(tmp_path: Path) -> None:
    """Only the store at fault is lost, and its row says so."""
    rows = map_stores(Deadly(tmp_path, 99), STORES[:20], "process", workers=2, batch=4)
    assert [row["store"] for row in rows if "error" in row] == ["S005"]
    assert "died" in rows[5]["error"]
    assert text(rows[6:]) == text(map_stores(week, STORES[6:20], "serial"))


def test_a_stopped_run_goes_on_from_what_is_done(tmp_path: Path) -> None:
    """Stopped after two batches, only the others are asked; half a written line is asked again."""

    def stop(progress: Progress) -> None:
        if progress.done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map_stores(week, STORES[:50], "serial", folder=tmp_path, batch=10, tell=stop)
    with (tmp_path / ANSWERS).open("a") as out:
        out.write('{"store": "S020", "prof')
    asked: list[str] = []

    def noted(store: str) -> dict:
        asked.append(store)
        return week(store)

    told: list[Progress] = []
    rows = map_stores(noted, STORES[:50], "serial", folder=tmp_path, batch=10, tell=told.append)
    assert asked == STORES[20:50]
    assert text(rows) == text(map_stores(week, STORES[:50], "serial"))
    assert [progress.done for progress in told] == [30, 40, 50]
    assert {progress.resumed for progress in told} == {20}
    assert text(map_stores(noted, STORES[:50], "serial", folder=tmp_path)) == text(rows)
    assert len(asked) == 30


def test_another_question_is_asked_anew(tmp_path: Path) -> None:
    """Answers kept in a folder count only for the question that they answer."""
    map_stores(week, STORES[:5], "serial", folder=tmp_path, question="margin 0.4")
    asked: list[str] = []

    def noted(store: str) -> dict:
        asked.append(store)
        return {}

    map_stores(noted, STORES[:5], "serial", folder=tmp_path, question="margin 0.5")
    assert asked == STORES[:5]


def test_progress_tells_speed_and_time_left() -> None:
    """Stores done before the run do not count as its speed."""
    progress = Progress(done=60, total=100, errors=1, seconds=4.0, resumed=20)
    assert progress.per_second == 10
    assert progress.seconds_left == 4
    assert Progress(0, 10, 0, 1.0).seconds_left == math.inf
    assert progress.in_stores(2.5) == Progress(150, 250, 1, 4.0, 50)


def test_what_cannot_be_done_is_said() -> None:
    """Unknown backends and stores named twice are refused in a sentence."""
    with pytest.raises(CaseError, match="backend"):
        map_stores(week, ["A"], "threads")  # type: ignore[arg-type]
    with pytest.raises(CaseError, match="twice"):
        map_stores(week, ["A", "A"], "serial")


def test_dask_gives_the_same_rows_though_a_worker_is_killed(
    tmp_path: Path, serial_rows: list[dict]
) -> None:
    """A real cluster of two workers, one of them killed in mid-run: the rows of a serial run."""
    distributed = pytest.importorskip("distributed")
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.done >= 40 and not killed:
            newest = max(tmp_path.glob("*.pid"), key=lambda file: file.stat().st_mtime_ns)
            killed.append(int(newest.read_text()))
            os.kill(killed[0], signal.SIGKILL)

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        rows = map_stores(
            Noted(tmp_path), STORES, "dask",
            scheduler=cluster.scheduler_address, batch=10, tell=kill_one,
        )  # fmt: skip
    assert killed
    assert killed[0] != os.getpid()
    assert text(rows) == text(serial_rows)


@pytest.mark.slow
def test_dask_names_the_store_that_kills_its_workers(tmp_path: Path) -> None:
    """A store that no worker survives gets a row, all others theirs."""
    pytest.importorskip("distributed")
    rows = map_stores(Deadly(tmp_path, 999), STORES[:12], "dask", workers=2, batch=6)
    assert [row["store"] for row in rows if "error" in row] == ["S005"]


def test_a_cluster_without_workers_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever for workers that do not come."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(chain_stores, "PATIENCE_SECONDS", 0.2)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as cluster,
        pytest.raises(CaseError, match="no worker of the Dask cluster is left"),
    ):
        map_stores(week, ["S001"], "dask", scheduler=cluster.scheduler_address)


def test_workers_that_are_gone_for_good_are_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster of our own that has lost all its workers goes on with new ones."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(chain_stores, "PATIENCE_SECONDS", 2.0)
    lost: list[int] = []

    def lose_all(progress: Progress) -> None:
        if not lost:
            lost.append(progress.done)
            distributed.default_client().cluster.scale(0)

    rows = map_stores(slow, STORES[:40], "dask", workers=1, batch=4, tell=lose_all)
    assert lost and lost[0] < 40
    assert [row["store"] for row in rows if "error" not in row] == STORES[:40]


def test_a_scheduler_that_is_not_there_is_told_in_a_sentence() -> None:
    """No traceback of a network library reaches the person who mistyped an address."""
    pytest.importorskip("distributed")
    with pytest.raises(CaseError, match="no Dask scheduler answers"):
        map_stores(week, ["S001"], "dask", scheduler="tcp://127.0.0.1:9")
