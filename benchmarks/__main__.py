"""Every benchmark, one after the other, each in a process of its own: `make bench`.

python -m benchmarks [PYTHON]

PYTHON is an interpreter that has ortools and pyworkforce, for the benchmarks that put other
programs beside this one; without it these are left out.
"""

import os
import subprocess
import sys

ALONE = (
    "reading", "estimate", "slider", "shift_design", "desk", "chain", "sessions",
    "hidden_evenings", "semi_synthetic", "real_tills",
)  # fmt: skip
BESIDE_OTHERS: dict[str, tuple[str, ...]] = {  # and what each is told before the interpreter
    "plans": (),
    "agreement": (),
    "queueing": (),
    "curtois": ("60",),
    "rosters": ("60",),
}

peer = sys.argv[1:2]
one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
told = dict.fromkeys(ALONE, ()) | {name: (*own, *peer) for name, own in BESIDE_OTHERS.items()}
for name, words in told.items():
    print(f"== {name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", *words]
    subprocess.run(command, check=False, env=one_thread)
