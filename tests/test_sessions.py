"""Several people at once, on the real server: no answer crosses, and nothing stays of who left."""

import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from browser import serve_app
from conftest import ROOT
from visitor import Visitor, visit, words

pytestmark = pytest.mark.browser  # needs a server, though no browser: the visitors speak to it


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address of an app that forgets sessions a second after they end, and its own folder."""
    folder = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL", "1")
        patch.setenv("TMPDIR", str(folder))
        with serve_app(ROOT / "app.py", folder.parent / "sessions.log") as url:
            yield url, folder


def till(rows: int, secret: str = "") -> bytes:
    """A till with so many sales: 20 a day from 10 o'clock on, of amounts that depend on them."""
    first = datetime(2026, 3, 2, 10)
    lines = ["time,amount,receipt"]
    for n in range(rows):
        when = first + timedelta(days=n // 20, minutes=20 * (n % 20))
        lines.append(f"{when},{10 + n % (rows % 13 + 2)}.5,{secret}{n}")
    return "\n".join(lines).encode()


def rows_told(answer: str) -> set[str]:
    """How many rows the page Data says were used, of each file it tells of."""
    return set(re.findall(r"till\.csv.*?([\d,]+) of", answer))


def test_answers_never_cross(server: tuple[str, Path]) -> None:
    """Two visitors with files of one name: 50 requests at the same time, each gets only their own.

    Now and then the content behind the name changes, and the answer with it.
    """
    start = threading.Barrier(2)

    def one(visitor: Visitor, first: int) -> list[tuple[int, str, str]]:
        seen = []
        for n in range(25):
            start.wait(timeout=60)  # always both at once
            rows = first + n // 9
            if n % 9 == 0:
                visitor.ask("data")
                visitor.give("till.csv", till(rows))
            page = "data" if n % 2 else ""
            seen.append((rows, page, words(visitor.ask(page))))
        return seen

    with visit(server[0]) as anna, visit(server[0]) as bert, ThreadPoolExecutor(2) as pool:
        both = [*pool.map(one, (anna, bert), (1201, 2301))]
    lost: dict[int, set[str]] = {}
    for seen in both:
        for rows, page, answer in seen:
            if page == "data":
                assert rows_told(answer) == {f"{rows:,}"}
            else:
                lost.setdefault(rows, set()).add(answer)
    assert all(len(answers) == 1 for answers in lost.values())  # the same question, the same answer
    assert len(set.union(*lost.values())) == len(lost) == 6  # and another one for each content


def test_plans_are_their_owners(server: tuple[str, Path]) -> None:
    """What is cached for one visitor is found again by them and by nobody else."""
    with visit(server[0]) as anna, visit(server[0]) as bert:
        for visitor, rows in ((anna, 1205), (bert, 3205)):
            visitor.ask("data")
            visitor.give("till.csv", till(rows))
        first = [words(visitor.ask("plan")) for visitor in (anna, bert)]
        again = [words(visitor.ask("plan")) for visitor in (anna, bert)]
    assert first == again
    assert first[0] != first[1]


def test_nothing_of_an_upload_stays(server: tuple[str, Path]) -> None:
    """Neither a file on the disk nor a line of the log holds what a visitor gave."""
    url, folder = server
    with visit(url) as visitor:
        visitor.ask("data")
        assert rows_told(words(visitor.give("till.csv", till(1207, "IBAN-secret-"))))
        visitor.ask("plan")
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert "secret" not in (folder.parent / "sessions.log").read_text()
    with visit(url) as stranger:
        assert not rows_told(words(stranger.ask("data"))) & {"1,207"}


def test_files_go_with_their_visitors(server: tuple[str, Path]) -> None:
    """The server holds the files of those who are there, and none once they have left.

    Streamlit clears up behind sessions that have ended when the next visitor leaves. What all of
    the process weighs then is measured by `python -m benchmarks.sessions`.
    """
    url, _ = server
    no_table = b"%PDF" + bytes(5 << 20)
    for _ in range(2):
        with visit(url) as visitor:
            visitor.ask("data")
            assert "a PDF" in words(visitor.give("till.csv", no_table))
            assert held_files(url) >= len(no_table)
    time.sleep(2)  # twice as long as ended sessions are kept here
    with visit(url):
        pass
    deadline = time.monotonic() + 20
    while held_files(url) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert held_files(url) == 0


def held_files(url: str) -> int:
    """Bytes of uploaded files in the server's memory, as it counts them itself."""
    with urllib.request.urlopen(f"{url}/_stcore/metrics", timeout=30) as answer:
        told = answer.read().decode()
    sizes = re.findall(r'^cache_memory_bytes{.*"UploadedFileManager".*} (\d+)$', told, re.MULTILINE)
    return sum(map(int, sizes))
