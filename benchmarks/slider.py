"""How long the server takes to answer a change of the closing-time slider on the sample.

python -m benchmarks.slider
"""

import time
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

import optimizer as opt

ROOT = Path(__file__).resolve().parent.parent
CHANGES = 30
TIMES = [60 * hour + minute for hour in range(12, 22) for minute in (0, 30)]


def main() -> None:
    chosen = np.random.default_rng(0).choice(TIMES, CHANGES).tolist()
    case = opt.read_case(ROOT / "sample_data" / "old_town_gifts")
    demand = opt.estimate_demand(case)
    opt.sales_lost(case, demand)
    alone = []
    for close in chosen:
        start = time.perf_counter()
        opt.sales_lost(case, demand, close=dict.fromkeys(range(5), close))
        alone.append(time.perf_counter() - start)

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    page = []
    for close in chosen:
        slider = app.select_slider[0].set_value(close)
        start = time.perf_counter()
        slider.run()
        page.append(time.perf_counter() - start)
        assert not app.exception

    print(f"{CHANGES} changes of the closing time, milliseconds of server time")
    print(f"{'':22}{'median':>8}{'p95':>8}")
    for name, seconds in (("sales_lost alone", alone), ("the whole page again", page)):
        median, p95 = 1000 * np.quantile(seconds, [0.5, 0.95])
        print(f"{name:22}{median:8.0f}{p95:8.0f}")


if __name__ == "__main__":
    main()
