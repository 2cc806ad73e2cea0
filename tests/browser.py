"""A headless Chromium and the real Streamlit server, for tests that look at what a person sees."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = (
    "--headless",
    "--no-sandbox",  # Chromium's own sandbox refuses to start as root, as in containers
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers give /dev/shm too little room
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--window-size=1280,1000",
    "--lang=en-GB",
)
SERVER_START_SECONDS = 60
PAGE_SECONDS = 90
BUSY = (
    "[data-testid=stSpinner], [data-testid=stSkeleton], [data-stale=true], "
    "[data-test-script-state=running]"
)


def find_browser() -> tuple[str, str] | None:
    """Paths of Chromium and its driver, or None where either is missing.

    The driver has to be there already: selenium would otherwise download one.
    """
    names = [shutil.which(name) for name in (*BROWSER_NAMES, MAC_BROWSER)]
    driver = shutil.which("chromedriver")
    binary = next((name for name in names if name), None)
    return (binary, driver) if binary and driver else None


@contextmanager
def open_browser(binary: str, driver: str) -> Iterator[WebDriver]:
    """A fresh headless Chromium, closed at the end."""
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in FLAGS:
        options.add_argument(flag)
    window = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield window
    finally:
        window.quit()


@contextmanager
def serve_app(script: Path, log: Path, *arguments: str) -> Iterator[str]:
    """The script in a Streamlit server of its own; yields the address once it answers.

    Raises
    ------
    RuntimeError
        The server stopped or did not answer in time; the message ends with its log.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true"]
    command += ["--", *arguments]
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            cwd=script.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        deadline = time.monotonic() + SERVER_START_SECONDS
        while not _answers(url):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The app's server did not start:\n{log.read_text()}")
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for_page(window: WebDriver) -> str:
    """Wait until the page has said its first sentence and is at rest; returns the sentence."""

    def told(window: WebDriver) -> str:
        found = window.execute_script(
            "if (document.querySelector(arguments[0])) return '';"
            "const first = document.querySelector('[data-testid=stMain] h3');"
            "const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];"
            "const drawn = charts.every(chart => chart.querySelector('canvas, svg'));"
            "return first && drawn ? first.innerText : '';",
            BUSY,
        )
        return str(found)

    return str(WebDriverWait(window, PAGE_SECONDS).until(told))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
