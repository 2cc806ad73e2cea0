"""The child process in which every integer programme is solved.

HiGHS can abort the whole process on some integer models, so none is ever solved in the process of
the app or the terminal. `solve` hands the model to a child that stays alive for the next one, waits
no longer than the time limit and a little grace, and kills a child that does not answer. The child
is this same file run as a script: it imports nothing but numpy and scipy, so it starts quickly and
never runs anybody's main module. Messages are named arrays (npz, never pickle) behind their length.
"""

import atexit
import contextlib
import io
import os
import queue
import struct
import subprocess
import sys
import threading
from typing import IO

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

GRACE_SECONDS = 5.0  # HiGHS looks at the clock only now and then
_LENGTH = struct.Struct("<Q")

Message = dict[str, np.ndarray]


class SolverDied(Exception):
    """The child ended, or was ended, without an answer."""


def send(pipe: IO[bytes], message: Message) -> None:
    """Write one message of named arrays."""
    buffer = io.BytesIO()
    np.savez(buffer, **message)  # type: ignore[arg-type]  # the stub takes the names for options
    pipe.write(_LENGTH.pack(buffer.tell()) + buffer.getbuffer())
    pipe.flush()


def receive(pipe: IO[bytes]) -> Message | None:
    """Read one message; None at the end of the pipe."""
    head = pipe.read(_LENGTH.size)
    body = pipe.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    if not body:
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return dict(arrays)


class Child:
    """A solver process that waits for models on its standard input."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, model: Message, time_limit: float) -> Message:
        """The answer to one model; raises SolverDied if there is none in time."""
        assert self.process.stdin is not None and self.process.stdout is not None
        watchdog = threading.Timer(time_limit + GRACE_SECONDS, self.process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            send(self.process.stdin, model)
            answer = receive(self.process.stdout)
        except OSError:
            answer = None
        finally:
            watchdog.cancel()
        if answer is None:
            raise SolverDied
        return answer

    def end(self) -> None:
        """Kill the process and close its pipes."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # what was still to be written has no reader now
                if pipe is not None:
                    pipe.close()
        self.process.wait()


# As many at once as there are cores: users of one server wait for a core, not for each other.
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)
_idle: list[Child] = []


def _forget() -> None:
    """In a forked process: its parent's children are not its own to talk to."""
    global _turns
    _turns = threading.BoundedSemaphore(os.cpu_count() or 1)
    _idle.clear()


@atexit.register
def end_idle() -> None:
    """End the children that wait for a model; the next solve starts a new one."""
    while _idle:
        _idle.pop().end()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def solve(model: Message, time_limit: float) -> Message:
    """Solve one integer programme in a child process.

    Parameters
    ----------
    model
        Arrays as in `answer`.
    time_limit
        Seconds that the solver may take.

    Raises
    ------
    SolverDied
        The child ended without an answer; the next call starts a new one.
    """
    with _turns:
        child = _idle_child() or Child()
        try:
            found = child.ask(model, time_limit)
        except BaseException:  # an interrupted child may still answer the old question: end it
            child.end()
            raise
        _idle.append(child)
        return found


def _idle_child() -> Child | None:
    with contextlib.suppress(IndexError):  # another thread may take the last one
        while child := _idle.pop():
            if child.process.poll() is None:
                return child
            child.end()
    return None


def matrix(model: Message) -> csc_array:
    """The rows of a model."""
    shape = (model["row_lower"].size, model["cost"].size)
    return csc_array((model["data"], model["indices"], model["indptr"]), shape=shape)


def answer(model: Message) -> Message:
    """Solve one integer programme in this process.

    Minimise `cost @ x` for `row_lower <= A x <= row_upper` and `lower <= x <= upper`, where A is
    the compressed-column matrix `data`, `indices`, `indptr`; `integrality` is 1 for whole numbers,
    `time_limit` in seconds and `gap` relative. The answer holds scipy's `status`, the values `x`
    (none if none were found) and the proven lower `bound`.
    """
    result = milp(
        model["cost"],
        integrality=model["integrality"],
        bounds=Bounds(model["lower"], model["upper"]),
        constraints=LinearConstraint(matrix(model), model["row_lower"], model["row_upper"]),
        options={"time_limit": float(model["time_limit"]), "mip_rel_gap": float(model["gap"])},
    )
    bound = getattr(result, "mip_dual_bound", None)
    return {
        "status": np.array(result.status),
        "x": np.empty(0) if result.x is None else result.x,
        "bound": np.array(-np.inf if bound is None else bound),
    }


def _serve() -> None:
    """Answer models from standard input until it ends, which it does when the parent dies."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # HiGHS prints now and then, whatever it is told
    models: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def listen() -> None:
        while (model := receive(sys.stdin.buffer)) is not None:
            models.put(model)
        os._exit(0)  # the parent is gone; do not finish a solve that nobody waits for

    threading.Thread(target=listen, daemon=True).start()
    while True:
        send(answers, answer(models.get()))


if __name__ == "__main__":
    _serve()
