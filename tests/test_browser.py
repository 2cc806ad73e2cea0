"""The app as a person meets it: a real server, a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from browser import PAGE_SECONDS, serve_app, wait_for_page
from test_app import till

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
SETTLING_SECONDS = 5  # in which charts follow a new width of the window


@pytest.fixture
def window(browser: WebDriver) -> Iterator[WebDriver]:
    """The browser with one tab, at the width of a desk."""
    first = browser.current_window_handle
    resize(browser, 1280)
    yield browser
    for handle in browser.window_handles:
        if handle != first:
            browser.switch_to.window(handle)
            browser.close()
    browser.switch_to.window(first)
    resize(browser, 1280)


def resize(window: WebDriver, width: int) -> None:
    shape = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)


def until_changed(window: WebDriver, before: str) -> str:
    """Wait for another first sentence than `before`; returns it."""
    return str(
        WebDriverWait(window, PAGE_SECONDS).until(
            lambda _: (after := wait_for_page(window)) != before and after
        )
    )


def go_to(window: WebDriver, page: str) -> str:
    """Follow the link to a page; returns its first sentence."""
    before = wait_for_page(window)
    window.find_element(By.XPATH, f"//a[normalize-space()='{page}']").click()
    return until_changed(window, before)


def upload(window: WebDriver, file: Path) -> None:
    """Give a file on the page Data and wait until it is in use."""
    go_to(window, "Data")
    window.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(file))
    WebDriverWait(window, PAGE_SECONDS).until(lambda w: "Your own data" in text(w))
    wait_for_page(window)


def text(window: WebDriver) -> str:
    return window.find_element(By.TAG_NAME, "body").text


def test_the_answer_is_there_at_once(window: WebDriver, app_url: str) -> None:
    """The first page opens with the money, says synthetic, and shows no error."""
    window.get(app_url)
    sentence = wait_for_page(window)

    assert sentence.startswith("Closing at 17:00")
    assert "EUR a week" in sentence
    assert "Synthetic sample data" in text(window)
    assert not window.find_elements(By.CSS_SELECTOR, "[data-testid=stException]")


@pytest.mark.parametrize(
    ("asks", "begins", "page", "button"),
    [
        ("fi-FI", "Sulkeminen klo 17.00", "Tiedot", "Aloita alusta"),
        ("sv-FI", "Att stänga 17.00", "Data", "Börja om"),
    ],
)
def test_the_browser_chooses_the_language(
    window: WebDriver, app_url: str, asks: str, begins: str, page: str, button: str
) -> None:
    """A visitor whose browser speaks Finnish or Swedish is answered so, on other pages too."""
    agent = window.execute_script("return navigator.userAgent")
    ask = "Emulation.setUserAgentOverride"
    window.execute_cdp_cmd(ask, {"userAgent": agent, "acceptLanguage": asks})
    try:
        window.get(app_url)
        assert wait_for_page(window).startswith(begins)
        assert "Synthetic" not in text(window)
        go_to(window, page)
        assert button in text(window)
    finally:
        window.execute_cdp_cmd(ask, {"userAgent": agent, "acceptLanguage": "en-GB"})


def test_slider_answers(window: WebDriver, app_url: str) -> None:
    """One step of the keyboard on the slider gives another closing time and another sentence."""
    window.get(app_url)
    before = wait_for_page(window)
    slider = "[data-testid=stMain] [data-testid=stSlider] input"
    window.find_element(By.CSS_SELECTOR, slider).send_keys(Keys.ARROW_RIGHT)

    assert until_changed(window, before).startswith("Closing at 17:30")


def test_upload_is_used(window: WebDriver, app_url: str, tmp_path: Path) -> None:
    """A small export replaces the sample on the first page."""
    file = tmp_path / "till.csv"
    file.write_bytes(till(3))
    window.get(app_url)
    before = wait_for_page(window)
    upload(window, file)

    assert go_to(window, "Lost sales") != before
    assert "Synthetic" not in text(window)


@pytest.mark.parametrize(
    ("folder", "pages"),
    [
        ("old_town_gifts", ("data", "", "plan", "staff", "roster", "what-if", "trust")),
        ("city_helpdesk", ("",)),
        ("old_town_chain", ("stores",)),
    ],
)
def test_a_phone_shows_everything(
    window: WebDriver, tmp_path: Path, folder: str, pages: tuple[str, ...]
) -> None:
    """At 390 px no page is wider than the screen in any language, nor anything on it.

    Tables of many columns, and the grids that people write in, scroll inside themselves. One
    session sees all, so that the languages share what has been worked out.
    """
    case = ROOT / "sample_data" / folder
    with serve_app(ROOT / "app.py", tmp_path / "log.txt", str(case)) as url:
        window.get(url)
        for language in ("English", "Suomi", "Svenska"):
            resize(window, 1280)
            speak(window, language)
            resize(window, 390)
            for page in pages:
                open_page(window, page)
                assert settled(window) == [], f"{language}, /{page}"


def settled(window: WebDriver) -> list[str]:
    """What still sticks out when charts have had time to follow the window's width."""
    try:
        WebDriverWait(window, SETTLING_SECONDS).until(lambda _: not sticking_out(window))
    except TimeoutException:
        return sticking_out(window)
    return []


def speak(window: WebDriver, language: str) -> None:
    """Choose a language in the sidebar."""
    before = wait_for_page(window)
    choice = window.find_element(By.CSS_SELECTOR, "[data-testid=stSidebar] [role=combobox]")
    if choice.get_attribute("value") != language:
        choice.send_keys(Keys.CONTROL, "a", Keys.NULL, language, Keys.ENTER)
        until_changed(window, before)


def open_page(window: WebDriver, page: str) -> None:
    """Follow the link to a page, by its address."""
    links = window.find_elements(By.CSS_SELECTOR, f"a[href$='/{page}']")
    if links:  # where there is one page only it has none
        window.execute_script("arguments[0].click()", links[0])
    WebDriverWait(window, PAGE_SECONDS).until(lambda w: w.current_url.endswith(f"/{page}"))
    wait_for_page(window)


def sticking_out(window: WebDriver) -> list[str]:
    """What reaches past the window's right edge, by its text."""
    found = window.execute_script(
        "const boxes = ':is([data-testid=stDataFrame], [data-testid=stTable])';"
        "const scrolls = box => box.matches('[data-testid=stDataFrame]') ||"  # it draws its cells
        " [...box.querySelectorAll('div')].some(part =>"
        "  ['auto', 'scroll'].includes(getComputedStyle(part).overflowX));"
        "const parts = [document.documentElement,"
        " ...document.querySelectorAll('[data-testid=stMain] *')];"
        "return parts.filter(part => part.getClientRects().length"
        " && part.tagName !== 'INPUT'"  # that of a file lies hidden behind its button
        " && part.getBoundingClientRect().right > innerWidth + 0.5"
        " && !(part.matches(boxes + ' *') && scrolls(part.closest(boxes))))"
        ".map(part => part.tagName + ': ' + part.textContent.slice(0, 60));"
    )
    wide = window.execute_script("return document.documentElement.scrollWidth > innerWidth")
    return [*map(str, found), *(["the page"] if wide else [])]


def test_two_visitors_see_their_own_answers(
    window: WebDriver, app_url: str, tmp_path: Path
) -> None:
    """Two sessions that upload different files of one name never see each other's answer."""
    answers = {}
    for visitor, sales in enumerate((2, 6)):
        file = tmp_path / str(visitor) / "till.csv"
        file.parent.mkdir()
        file.write_bytes(till(sales))
        if visitor:
            window.switch_to.new_window("tab")
        window.get(app_url)
        wait_for_page(window)
        upload(window, file)
        answers[window.current_window_handle] = go_to(window, "Lost sales")
    assert len(set(answers.values())) == 2

    for handle in list(answers) * 2:  # back and forth, each time worked out again
        window.switch_to.window(handle)
        go_to(window, "Data")
        assert go_to(window, "Lost sales") == answers[handle]
