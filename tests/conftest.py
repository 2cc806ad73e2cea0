"""What every test may ask for: the shared data, a browser, the running app.

A test that lacks one of the first two is skipped with the reason. `OPENING_HOURS_REQUIRE`, a list
such as "browser,shared", turns that skip into a failure, so that no check can quietly go missing.
"""

import os

# Before numpy is imported: test processes run side by side and must not fight over the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from selenium.webdriver.remote.webdriver import WebDriver

from browser import find_browser, open_browser, serve_app

ROOT = Path(__file__).resolve().parent.parent
REQUIRED = os.environ.get("OPENING_HOURS_REQUIRE", "").replace(",", " ").split()

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def missing(what: str, reason: str) -> None:
    """Skip the asking test, or fail it where `what` is required."""
    if what in REQUIRED:
        pytest.fail(f"{reason} ({what} is required by OPENING_HOURS_REQUIRE)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data sets that lies beside the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        missing("shared", "no ../shared/data beside the project")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[WebDriver]:
    """A headless Chromium, shared by all tests of the run."""
    found = find_browser()
    if found is None:
        missing("browser", "no Chromium with chromedriver on this machine")
        return
    with open_browser(*found) as window:
        yield window


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app, running in a real server on this machine."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serve_app(ROOT / "app.py", log) as url:
        yield url
