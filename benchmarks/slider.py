"""How long a change of a slider takes: the sample's closing time, and the budget of a chain.

python -m benchmarks.slider               # the sample's page Lost sales
python -m benchmarks.slider stores 1000   # the page Stores

Both as time on the server, and as what passes in a real browser.
"""

import csv
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from streamlit.testing.v1 import AppTest

import optimizer as opt
from benchmarks.chain_shops import FIRST, facts, rates
from optimizer.case import DataFile
from optimizer.casefile import case_text
from optimizer.site import Site
from tests.browser import BUSY, find_browser, open_browser, serve_app

ROOT = Path(__file__).resolve().parent.parent
CHANGES = 30
TIMES = [60 * hour + minute for hour in range(12, 22) for minute in (0, 30)]
WEEKS = 8  # of the chain's hourly totals
LONGEST = 1200  # seconds for the chain to be read, estimated and solved
SLIDER = "[data-testid=stMain] [data-testid=stSlider] input"
STAMPS = """
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
    if (window.pressed && !window.sent) window.sent = performance.now();
    return send.call(this, data);
};
window.watch = busy => {
    const first = () => document.querySelector('[data-testid=stMain] h3')?.innerText;
    const before = first();
    window.pressed = window.sent = window.told = window.done = 0;
    document.addEventListener('keydown', () => { window.pressed = performance.now(); },
                              {capture: true, once: true});
    const timer = setInterval(() => {
        if (!window.told && first() !== before) window.told = performance.now();
        if (window.told && !document.querySelector(busy)) {
            window.done = performance.now();
            clearInterval(timer);
        }
    }, 4);
};
"""


def main() -> None:
    if sys.argv[1:2] == ["stores"]:
        of_stores(int(sys.argv[2]))
    else:
        of_shop()


def of_shop() -> None:
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
    told({"sales_lost alone": alone, "the whole page again": page})
    with tempfile.TemporaryDirectory() as folder:
        in_browser(Path(folder), (), "", (Keys.ARROW_LEFT, Keys.ARROW_RIGHT))


def told(seconds: dict[str, list[float]]) -> None:
    print(f"{'':40}{'median':>8}{'p95':>8}")
    for name, each in seconds.items():
        median, p95 = 1000 * np.quantile(each, [0.5, 0.95])
        print(f"{name:40}{median:8.0f}{p95:8.0f}", flush=True)


def of_stores(stores: int) -> None:
    """The page Stores of a made-up chain; every key press moves its budget by an hour or more."""
    with tempfile.TemporaryDirectory() as name:
        folder = chain(Path(name), stores)
        begun = time.perf_counter()
        sys.argv = ["app.py", str(folder)]
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=LONGEST).run()
        app.switch_page("optimizer/app/stores.py").run()
        assert not app.exception
        print(f"{stores:,} stores: the first page after {time.perf_counter() - begun:.0f} s")
        rng, page, work = np.random.default_rng(0), [], []
        for share in rng.uniform(0.1, 0.9, CHANGES).tolist():
            slider = next(one for one in app.slider if one.key == "chain-budget")
            slider.set_value(int(slider.min + share * (slider.max - slider.min)))
            begun, used = time.perf_counter(), time.process_time()
            app.run()
            page.append(time.perf_counter() - begun)
            work.append(time.process_time() - used)
            assert not app.exception
        told({"the whole page again, server": page, "the same, seconds of computing": work})
        in_browser(Path(name), (str(folder),), "stores", (Keys.PAGE_DOWN, Keys.PAGE_UP))


def in_browser(folder: Path, arguments: tuple[str, ...], page: str, keys: tuple[str, str]) -> None:
    """From a key press on the first slider of a page to what it changes on the screen."""
    found = find_browser()
    if found is None:
        print("no browser: Chromium and its driver are not installed")
        return
    sent, first, whole = [], [], []
    with (
        serve_app(ROOT / "app.py", folder / "log", *arguments) as url,
        open_browser(*found) as window,
    ):
        window.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": STAMPS})
        window.get(f"{url}/{page}")
        wait = WebDriverWait(window, LONGEST)
        (slider, *_) = wait.until(lambda _: window.find_elements(By.CSS_SELECTOR, SLIDER))
        wait.until(lambda _: not window.find_elements(By.CSS_SELECTOR, BUSY))
        for change in range(CHANGES):
            window.execute_script("window.watch(arguments[0])", BUSY)
            slider.send_keys(keys[change % 2])
            wait.until(lambda _: window.execute_script("return window.done"))
            stamps = window.execute_script("return [pressed, sent, told, done]")
            pressed, left, seen, done = np.array(stamps) / 1000
            sent.append(seen - left)
            first.append(seen - pressed)
            whole.append(done - pressed)
    told(
        {
            "browser: sent to first sentence": sent,
            "browser: key press to first sentence": first,
            "browser: key press to page at rest": whole,
        }
    )


def chain(folder: Path, stores: int) -> Path:
    """A chain's folder with sales by the hour."""
    rng = np.random.default_rng(0)
    common = replace(facts(1, 60), store="", site=Site(), name="Made-up chain", synthetic=True)
    common = replace(common, hours=replace(common.hours, current=None))
    text = case_text(replace(common, data=(DataFile("till.csv", kind="sales"),)))
    (folder / "case.toml").write_text(text, encoding="utf-8")
    with (
        (folder / "stores.csv").open("w", encoding="utf-8", newline="") as table,
        (folder / "till.csv").open("w", encoding="utf-8", newline="") as till,
    ):
        shops, rows = csv.writer(table), csv.writer(till)
        shops.writerow(["store", "hours", "service.max_staff", "region", "format", "floor_m2"])
        rows.writerow(["store", "hour", "receipts", "amount"])
        for number in range(stores):
            mine = facts(number, 60)
            site = mine.site
            shops.writerow(
                [mine.store, mine.hours.current, mine.service.max_staff, site.region, site.format,
                 site.floor_m2]
            )  # fmt: skip
            open_ = mine.hours.calendar().current.week_share(mine.grid).reshape(7, 24)
            for week in range(WEEKS):
                sold = rng.poisson(rates(number, mine.grid) * open_)
                for day, hour in zip(*np.nonzero(sold), strict=True):
                    at = FIRST + timedelta(days=int(7 * week + day))
                    count = int(sold[day, hour])
                    rows.writerow([mine.store, f"{at} {hour:02d}:00", count, 18 * count])
    return folder


if __name__ == "__main__":
    main()
