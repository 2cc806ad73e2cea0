"""Every benchmark, one after the other, each in a process of its own: `make bench`."""

import os
import subprocess
import sys

NAMES = (
    "reading",
    "estimate",
    "slider",
    "plans",
    "shift_design",
    "hidden_evenings",
    "semi_synthetic",
    "real_tills",
)

for name in NAMES:
    print(f"== {name}", flush=True)
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False, env=one_thread)
