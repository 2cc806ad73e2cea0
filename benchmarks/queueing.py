"""How fast the Erlang formulas are, beside pyworkforce in the same run.

python -m benchmarks.queueing [PYTHON]

PYTHON is an interpreter that has pyworkforce; without it that line is left out. Seconds are of the
processor, the least of several runs.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from optimizer.desk.transient import transient
from optimizer.planning.queueing import erlang_a, erlang_c, in_time

PERIODS, LEVELS = 672, 60  # a week of quarter hours
RUNS = 9
SERVICE, PATIENCE = 12.0, 10.0  # an hour: five minutes of work, six of patience

PEER = """
import json, sys, time
from pyworkforce.queuing import ErlangC
rates = json.loads(sys.argv[1])
def positions():
    started = time.process_time()
    found = [ErlangC(transactions=rate / 4, asa=20 / 60, aht=5, interval=15)
             .required_positions(service_level=0.8, max_occupancy=1.0)["raw_positions"]
             for rate in rates]
    return time.process_time() - started, found
seconds, found = min(positions() for _ in range(3))
example = ErlangC(transactions=100, asa=20 / 60, aht=3, interval=30, shrinkage=0.3)
print(json.dumps([seconds, found, example.required_positions(0.8, 0.85)["raw_positions"]]))
"""


def least(run: Callable[[], object]) -> float:
    """Least processor time of several runs, in seconds."""
    seconds = []
    for _ in range(RUNS):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return min(seconds)


def staff_for(rates: np.ndarray) -> np.ndarray:
    """Fewest people who answer 80 % in 20 seconds when nobody gives up, as Erlang C has it."""
    level = in_time(rates, SERVICE, 0.0, LEVELS, 20 / 3600)
    return (level >= 0.8).argmax(axis=1)


def main() -> None:
    """Print one line per question."""
    rates = np.random.default_rng(0).uniform(5, 500, PERIODS)
    questions: dict[str, Callable[[], object]] = {
        "Erlang A": lambda: erlang_a(rates, SERVICE, PATIENCE, LEVELS),
        "Erlang C": lambda: erlang_c(rates / SERVICE, LEVELS),
        "answered in 20 s, with patience": lambda: in_time(
            rates, SERVICE, PATIENCE, LEVELS, 20 / 3600
        ),
        "people for 80 % in 20 s, Erlang C": lambda: staff_for(rates),
    }
    for name, run in questions.items():
        print(f"{name}: {PERIODS} periods x {LEVELS} levels in {1000 * least(run):.1f} ms")
    day = np.maximum(60 * np.sin(np.linspace(0, np.pi, 32)), 1)
    exact = least(lambda: transient(day, day / 10 + 2, 10.0, 15.0, 0.5))
    print(f"exact day of 32 periods, up to 8 people: {1000 * exact:.1f} ms")
    many = least(lambda: erlang_a(np.array([900.0, 1000.0, 1100.0]), 1.0, 0.5, 1000))
    print(f"Erlang A up to 1,000 servers, 3 rates: {1000 * many:.1f} ms")
    if len(sys.argv) > 1:
        command = [sys.argv[1], "-c", PEER, json.dumps(rates.tolist())]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, found, example = json.loads(done.stdout)
        same = int((np.array(found) == staff_for(rates)).sum())
        print(f"pyworkforce, people for 80 % in 20 s: {1000 * seconds:.1f} ms")
        print(f"the same number of people in {same} of {PERIODS} periods; its example: {example}")


if __name__ == "__main__":
    main()
