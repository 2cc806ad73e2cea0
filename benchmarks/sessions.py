"""Many visitors, one after the other, each with a file of 10 MB: does the app give memory back?

    python -m benchmarks.sessions [visitors]

The server is the real one. A visitor uploads a till of their own, looks at the answer and leaves;
sessions end a second later instead of two minutes, so that the measure does not have to wait.
"""

import os
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import serve_app  # noqa: E402  the tests' own server and visitor
from visitor import server_memory, visit, words  # noqa: E402

MEGABYTE = 1 << 20
SIZE = 10 * MEGABYTE


def till(number: int) -> bytes:
    """About two years of sales, different for each visitor, in a file of 10 MB."""
    day, rows, size = datetime(2024, 1, 1, 9), ["time,amount,receipt"], 0
    while size < SIZE:
        for sale in range(400):
            when = day + timedelta(seconds=90 * sale)
            rows.append(f"{when},{5 + (sale * number) % 37}.50,{number:06d}-{len(rows):020d}")
        size += 400 * (len(rows[-1]) + 1)
        day += timedelta(days=1)
    return "\n".join(rows).encode()


def main(visitors: int = 100) -> None:
    """Print memory before, between and after."""
    os.environ["STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL"] = "1"
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_app(ROOT / "app.py", Path(folder) / "log") as url,
    ):
        with visit(url):
            time.sleep(1)
            idle = server_memory(url)
        print(f"one visitor with the sample: {idle:.0f} MB", flush=True)
        begin, most = time.perf_counter(), idle
        for number in range(1, visitors + 1):
            with visit(url) as visitor:
                visitor.ask("data")
                answer = words(visitor.give("till.csv", till(number)))
                assert "till.csv" in answer, answer
                most = max(most, server_memory(url))
            if number in (1, 2, 5) or number % 10 == 0:
                now = server_memory(url)
                print(f"after {number:3d} uploads: {now:.0f} MB ({now - idle:+.0f})", flush=True)
        seconds = time.perf_counter() - begin
        time.sleep(20)
        left = server_memory(url)
        print(f"all sessions ended: {left:.0f} MB ({left - idle:+.0f})")
        print(f"at most {most:.0f} MB while reading; {seconds / visitors:.1f} s a visitor")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
