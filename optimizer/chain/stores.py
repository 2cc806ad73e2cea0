"""One function over many stores: here, on all cores, or on the workers of a Dask cluster.

A store whose facts or data are bad becomes a row that says so. A worker that dies takes nothing
with it: what it held is done again, store by store, and only a store that kills its worker every
time gets such a row. With a folder every answer is written as it arrives, and a stopped run goes
on from there. Answers travel as JSON, which holds floats exactly, so that every backend gives the
same rows to the last digit.
"""

import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

import numpy as np

from optimizer.errors import CaseError, OpeningHoursError
from optimizer.language import say

Backend = Literal["serial", "process", "dask"]
Row = dict[str, Any]
Function = Callable[[str], Row]
Answers = tuple[list[str], list[str]]  # stores, and a line of JSON for each

BATCH = 50  # stores of one task: sending a task costs more than a quick store
ANSWERS = "answers.jsonl"
MOST_DEATHS = 2  # of workers, until it is the store's fault
PATIENCE_SECONDS = 30.0  # between two looks at whether a Dask cluster has workers
_DIED = "its worker died each time"


@dataclass(frozen=True)
class Progress:
    """How far a run is; `seconds` since it began, `resumed` stores were done before."""

    done: int
    total: int
    errors: int
    seconds: float
    resumed: int = 0

    @property
    def per_second(self) -> float:
        """Stores done in a second of this run."""
        return (self.done - self.resumed) / max(self.seconds, 1e-9)

    def in_stores(self, each: float) -> "Progress":
        """The same where each of the things done is a group of so many stores."""
        done, total, resumed = (round(each * n) for n in (self.done, self.total, self.resumed))
        return Progress(done, total, self.errors, self.seconds, resumed)

    @property
    def seconds_left(self) -> float:
        """Until all are done, at this speed; infinite before the first one."""
        speed = self.per_second
        return (self.total - self.done) / speed if speed else float("inf")


def map_stores(
    function: Function,
    stores: Sequence[str],
    backend: Backend = "process",
    *,
    folder: Path | None = None,
    question: str = "",
    scheduler: str = "",
    workers: int | None = None,
    batch: int = BATCH,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> list[Row]:
    """What a function says of every store, in the order of the stores.

    Parameters
    ----------
    function
        Importable, and small when pickled; its row holds numbers, texts and lists. Each row gets
        the `store` it is about. Where it fails the row is `store` and `error`.
    folder
        Where answers are kept; those to the same question are not asked for again.
    question
        Text that changes with anything that the answers depend on.
    scheduler
        Address of a Dask cluster ("tcp://host:8786"); without it Dask starts `workers` here.
    workers
        Processes; all cores where not given.
    tell
        Called with the progress after each batch.

    Raises
    ------
    CaseError
        The backend is not known or not installed, or a store is named twice.
    """
    if len(set(stores)) < len(stores):
        raise CaseError(say("a store is named twice"), where="stores")
    started = perf_counter()
    kept, write = _kept(folder, question)
    lines = {store: kept[store] for store in stores if store in kept}
    resumed, failed = len(lines), sum(map(_is_failure, lines.values()))
    missing = [store for store in stores if store not in lines]
    batches = [missing[begin : begin + batch] for begin in range(0, len(missing), batch)]
    workers = workers or os.cpu_count() or 1
    if backend == "serial":
        answers: Iterable[Answers] = ((part, _ask(part, function)) for part in batches)
    elif backend == "process":
        answers = _in_processes(function, batches, workers)
    elif backend == "dask":
        answers = _on_dask(function, batches, scheduler, workers)
    else:
        raise CaseError(
            say('there is no backend "{name}"', name=backend),
            cure=say("Choose serial, process or dask."),
        )
    for part, said in answers:
        write(said)
        lines |= dict(zip(part, said, strict=True))
        failed += sum(map(_is_failure, said))
        tell(Progress(len(lines), len(stores), failed, perf_counter() - started, resumed))
    return [json.loads(lines[store]) for store in stores]


def _ask(stores: Sequence[str], function: Function) -> list[str]:
    """One line of JSON per store, whatever happens to it."""
    lines = []
    for store in stores:
        try:
            row = {"store": store} | function(store)
            line = json.dumps(row, default=_as_plain)
        except OpeningHoursError as error:
            line = _failure(store, str(error))
        except Exception as error:  # a fault of ours in one store must not end the run
            line = _failure(store, f"{type(error).__name__}: {error}")
        lines.append(line)
    return lines


def _failure(store: str, why: str) -> str:
    return json.dumps({"store": store, "error": why})


def _is_failure(line: str) -> bool:
    return "error" in json.loads(line)


def _as_plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"a row cannot hold a {type(value).__name__}")


def _kept(
    folder: Path | None, question: str
) -> tuple[dict[str, str], Callable[[Iterable[str]], None]]:
    """Answers of an earlier run to the same question, and how to keep more of them."""
    if folder is None:
        return {}, lambda lines: None
    folder.mkdir(parents=True, exist_ok=True)
    file, head = folder / ANSWERS, json.dumps({"question": question})
    kept: dict[str, str] = {}
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    whole = text[: text.rfind("\n") + 1].splitlines()  # a run may have been stopped within a line
    if whole[:1] == [head]:
        kept = {json.loads(line)["store"]: line for line in whole[1:]}
    file.write_text("".join(f"{line}\n" for line in [head, *kept.values()]), encoding="utf-8")

    def write(lines: Iterable[str]) -> None:
        with file.open("a", encoding="utf-8") as out:
            out.writelines(f"{line}\n" for line in lines)

    return kept, write


_function: Function | None = None  # of this worker process


def _remember(function: Function) -> None:
    global _function
    _function = function


def _ask_remembered(stores: Sequence[str]) -> list[str]:
    assert _function is not None
    return _ask(stores, _function)


def _in_processes(function: Function, batches: list[list[str]], workers: int) -> Iterator[Answers]:
    """Batches on processes of this machine, each started afresh.

    Where a process dies the pool ends. Batches that it may have held are asked again store by
    store, in one process, so that it is known which store it dies of.
    """
    waiting, suspects = list(batches), list[str]()
    while waiting:
        done: list[list[str]] = []
        with _pool(function, min(workers, len(waiting))) as pool:
            futures = {pool.submit(_ask_remembered, part): part for part in waiting}
            held: list[list[str]] = []
            for future in as_completed(futures):
                try:
                    said = future.result()
                except BrokenProcessPool:
                    held.append(futures[future])
                    continue
                done.append(futures[future])
                yield futures[future], said
        # The pool cannot tell which of them had begun: as many as it had processes, and one more.
        begun = [part for part in waiting if part in held][: workers + 1]
        suspects += [store for part in begun for store in part]
        waiting = [part for part in waiting if part not in done and part not in begun]
    deaths = dict.fromkeys(suspects, 0)
    while deaths:
        with _pool(function, 1) as pool:
            for store in list(deaths):
                try:
                    said = pool.submit(_ask_remembered, [store]).result()
                except BrokenProcessPool:
                    deaths[store] += 1
                    if deaths[store] < MOST_DEATHS:
                        break
                    said = [_failure(store, _DIED)]
                del deaths[store]
                yield [store], said
                if said == [_failure(store, _DIED)]:
                    break


@contextmanager
def _pool(function: Function, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes with one thread each: a fork would inherit the solver's threads."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    fresh = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, fresh, _remember, (function,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        os.environ.pop("OMP_NUM_THREADS")
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before


def _on_dask(
    function: Function, batches: list[list[str]], scheduler: str, workers: int
) -> Iterator[Answers]:
    """Batches on a Dask cluster; it gives those of a lost worker to another one by itself."""
    try:
        import distributed
    except ImportError:
        raise CaseError(
            say("Dask is not installed"),
            cure=say('Install it with pip install "opening-hours[chain]".'),
        ) from None
    with _cluster(distributed, scheduler, workers) as client:
        futures = client.map(_ask, batches, function=function, pure=False)
        held = dict(zip(futures, batches, strict=True))
        suspects: list[str] = []
        for future in _as_they_end(distributed, client, futures, workers):
            said = _said(distributed, future)
            if said is None:
                suspects += held[future]
            else:
                yield held[future], said
        # One at a time: one that kills its worker takes no other's row along.
        for store in suspects:
            alone = client.submit(_ask, [store], function=function, pure=False)
            for future in _as_they_end(distributed, client, [alone], workers):
                yield [store], _said(distributed, future) or [_failure(store, _DIED)]


def _as_they_end(distributed: Any, client: Any, futures: list[Any], workers: int) -> Iterator[Any]:
    """Futures in the order in which they end, as long as there are workers.

    A worker of a cluster of our own that cannot be started again stays away for good: where none
    is left, all are started anew.
    """
    left, deserted = dict.fromkeys(futures), False
    while left:
        try:
            for future in distributed.as_completed(list(left), timeout=PATIENCE_SECONDS):
                del left[future]
                yield future
        except (TimeoutError, distributed.TimeoutError):
            nobody = not client.nthreads()
            if nobody and deserted and client.cluster is None:
                raise CaseError(
                    say("no worker of the Dask cluster is left"),
                    cure=say("Start workers and run again: the stores that are done are kept."),
                ) from None
            if nobody and deserted:
                client.cluster.scale(0)
                client.cluster.scale(workers)
            deserted = nobody and not deserted


def _said(distributed: Any, future: Any) -> list[str] | None:
    """What a batch answered; None where its worker died of it, or with its answer."""
    try:
        said: list[str] = future.result(timeout=PATIENCE_SECONDS)
    except (distributed.scheduler.KilledWorker, TimeoutError, distributed.TimeoutError):
        future.cancel()
        return None
    return said


@contextmanager
def _cluster(distributed: Any, scheduler: str, workers: int) -> Iterator[Any]:
    """A client of the cluster at an address, or of one that lives as long as the run."""
    if scheduler:
        try:
            client = distributed.Client(scheduler, timeout="5s")
        except (OSError, ValueError) as error:
            raise CaseError(
                say("no Dask scheduler answers ({why})", why=str(error)),
                where=scheduler,
                cure=say("Start one with `dask scheduler` and name its address, tcp://host:8786."),
            ) from None
        with client:
            yield client
        return
    import dask  # an extra, as distributed is

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": MOST_DEATHS - 1}),
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
