"""A scenario for somebody else: as a link that is checked, and as one file that opens again."""

import io
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import icalendar
import openpyxl
import pytest
from pypdf import PdfReader
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from streamlit.testing.v1 import AppTest

import optimizer as opt
from browser import wait_for_page
from conftest import ROOT
from optimizer.app import share
from optimizer.case import Case, DataFile
from optimizer.data.packed import bundle as unpacked
from optimizer.errors import DataError
from optimizer.reporting import takeaway

SAMPLE = ROOT / "sample_data" / "old_town_gifts"
TILL = b"time,amount\n" + b"".join(
    f"2026-03-{day:02d} {hour}:17,{10 + hour}\n".encode()
    for day in range(2, 29) for hour in range(10, 17)
)  # fmt: skip


def open_app(**asked: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, text in asked.items():
        app.query_params[name] = text
    return app.run()


def what_ifs(app: AppTest) -> dict:
    return dict(app.session_state.visitor.what_ifs)


def test_link_carries_what_is_supposed() -> None:
    """What one visitor supposes is what another one sees who opens the link."""
    supposed = {
        "economics.wage": 20.5,
        "displacement.lost": (0.2, 0.3, 0.45),
        "displacement.preset": "grocery",
        "labour.hours_per_week": None,
        "hours.candidate": opt.OpeningHours.parse("Mo-Fr 08:00-12:00,13:00-20:00; PH off"),
    }
    address = share.link("http://localhost:8501/plan?old=1#part", supposed)
    assert urlsplit(address).path == "/plan"
    query = parse_qs(urlsplit(address).query, keep_blank_values=True)
    asked = {name: texts[0] for name, texts in query.items()}
    app = open_app(**asked)
    assert not app.warning and not app.exception
    assert what_ifs(app) == supposed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data", "/etc/passwd"),
        ("folder", "/etc"),
        ("timezone", "Europe/London"),
        ("economics.wage", "-3"),
        ("economics.wage", "inf"),
        ("economics.wage", "nan"),
        ("economics.wage", "cheap"),
        ("economics.wage.real", "1"),
        ("economics.__class__", "x"),
        ("economics", "1"),
        ("displacement.lost", "0.9,0.1,0.5"),
        ("displacement.lost", "0.1,nan,0.5"),
        ("labour.rules", "../../secret"),
        ("hours.candidate", "every day"),
        ("service.minutes", "9" * 400),
        ("<script>alert(1)</script>", "[x](http://evil.example)"),
    ],
)
def test_link_is_not_trusted(name: str, text: str) -> None:
    """What is not known or cannot be is left out with a sentence; the rest of the link holds."""
    app = AppTest.from_function(only_the_link)
    for asked in ((name, text), ("economics.on_cost", "0.4")):
        app.query_params[asked[0]] = asked[1]
    app.run()
    assert not app.exception and not app.error
    assert what_ifs(app) == {"economics.on_cost": 0.4}
    (told,) = app.warning
    assert "left out" in told.value
    assert "<" not in told.value.replace("\\<", "")


def only_the_link() -> None:
    """A page for a visitor without a shop: it only reads the link."""
    import streamlit as st

    from optimizer.app import share, state
    from optimizer.case import Case

    if "visitor" not in st.session_state:
        st.session_state.visitor = state.Visitor(Case(), ())
    share.open_link()


def test_link_is_read_once() -> None:
    """What the visitor supposes afterwards is not overwritten by the link they came with."""
    app = open_app(**{"economics.wage": "20"})
    app.number_input("economics.wage").set_value(17.0).run()
    assert what_ifs(app)["economics.wage"] == 17.0


def packed_case() -> bytes:
    case = Case(name="Åse's <shop>", currency="SEK", data=(
        DataFile("../my till.csv", "sales", content=TILL),
        DataFile("my till.csv", "sales", columns=(("time", "time"),), content=TILL[:-1]),
    ))  # fmt: skip
    return takeaway.bundle(opt.with_changes(case, {"economics.wage": 19.0}))


def test_case_file_holds_all_and_no_path() -> None:
    """The archive has case.toml and every file once, under names without folders."""
    files = unpacked("case.zip", packed_case())
    assert files is not None
    assert set(files) == {"case.toml", "1-my-till.csv", "2-my-till.csv"}
    assert files["1-my-till.csv"] == TILL
    assert b"wage = 19.0" in files["case.toml"]


def test_case_file_opens_again(tmp_path: Path) -> None:
    """Laid into a folder, or given on the page Data, it is the same case with the same data."""
    content = packed_case()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    assert opt.read_case(tmp_path).economics.wage == 19.0
    app = open_app(**{"economics.wage": "25"})
    app.switch_page("optimizer/app/data.py").run()
    app.file_uploader[0].upload("case.zip", content, "application/zip").run()
    assert not app.exception and not app.error
    case = app.session_state.visitor.case
    assert (case.name, case.currency, case.economics.wage) == ("Åse's <shop>", "SEK", 19.0)
    assert [file.content for file in case.data] == [TILL, TILL[:-1]]
    assert takeaway.bundle(replace(case, folder=None)).startswith(b"PK")


def zipped(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return content.getvalue()


def test_other_archives_are_left_to_others() -> None:
    """A packed table and a workbook are no case; neither is a text."""
    assert unpacked("x.zip", zipped(till=TILL)) is None
    assert unpacked("x.csv", TILL) is None


@pytest.mark.parametrize(
    "content",
    [
        zipped(**{"case.toml": b"version = 1", "till.csv": b"0" * (200 << 20)}),  # a bomb
        zipped(**{"case.toml": b"version = 1"} | {f"{n}.csv": b"" for n in range(200)}),
        zipped(**{"case.toml": b"version = 1", "a__t.csv": TILL, "b__t.csv": TILL}),
        packed_case()[:-30],
        packed_case()[:200] + b"x" * 50 + packed_case()[250:],
    ],
    ids=["bomb", "many", "twins", "cut", "damaged"],
)
def test_bad_case_files_are_refused(content: bytes) -> None:
    """One sentence with a cure, and nothing unpacked."""
    with pytest.raises(DataError):
        unpacked("case.zip", content)


def test_nothing_is_made_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Plan page draws its buttons without making one of the files."""

    def never(*_: object, **__: object) -> bytes:
        raise AssertionError("made without being asked")

    for name in ("pdf", "html", "door_sign", "bundle"):
        monkeypatch.setattr(takeaway, name, never)
    app = open_app().switch_page("optimizer/app/hours.py").run()
    assert not app.exception
    assert len(app.get("download_button")) == 9


def test_the_roster_is_among_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a roster was made, the shifts to take away are those of its people."""
    bags: list[takeaway.Takeaway] = []

    def kept(*facts: Any) -> takeaway.Takeaway:
        bags.append(takeaway.Takeaway(*facts))
        return bags[-1]

    monkeypatch.setattr(share, "Takeaway", kept)
    app = open_app().switch_page("optimizer/app/roster.py").run()
    roster = app.session_state.roster[1]
    app.switch_page("optimizer/app/hours.py").run()
    assert not app.exception
    labels = [button.label for button in app.get("download_button")]
    assert "A calendar for each person" in labels
    assert "Next week's shifts (calendar)" not in labels
    files = bags[-1].files
    calendars = zipfile.ZipFile(io.BytesIO(files["calendars.zip"]()))
    assert len(calendars.namelist()) == len(roster.people) == 3
    events = [
        len(icalendar.Calendar.from_ical(calendars.read(name)).walk("VEVENT"))
        for name in calendars.namelist()
    ]
    assert events == [len(roster.of(person)) for person in roster.people]
    written = files["shifts.csv"]().decode("utf-8-sig").splitlines()[1:]
    assert len(written) == len(roster.assignments)
    assert all(any(person in line for person in roster.people) for line in written)


def test_sign_in_shows_nothing_before_it() -> None:
    """Where the server asks for a sign-in, a visitor sees the button and no shop."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.secrets["auth"] = {"client_id": "x"}
    app.run()
    assert not app.exception
    assert [button.label for button in app.button] == ["Sign in"]
    assert "visitor" not in app.session_state
    assert not app.get("vega_lite_chart") and not app.get("table")


@pytest.mark.browser
def test_files_come_through_the_browser(browser: WebDriver, app_url: str, tmp_path: Path) -> None:
    """A press on each button brings the file: report, sign, workbook, calendar and the whole case.

    They are about the same plan as the page.
    """
    browser.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    browser.get(f"{app_url}/plan?economics.wage=20")
    wait_for_page(browser)
    files = {}
    for label in ("Report as PDF", "Door sign as PDF", "Workbook (XLSX)",
                  "Next week's shifts (calendar)", "Everything in one file (ZIP)"):  # fmt: skip
        button = browser.find_element(By.XPATH, f'//button[normalize-space()="{label}"]')
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        files[label] = arrived(tmp_path, len(files) + 1, set(files.values()))
    hours = browser.find_elements(By.CSS_SELECTOR, "[data-testid=stCode] code")[0].text
    report = PdfReader(files["Report as PDF"])
    assert squeezed(hours) in squeezed("".join(page.extract_text() for page in report.pages))
    assert len(PdfReader(files["Door sign as PDF"]).pages) == 1
    shifts = list(openpyxl.load_workbook(files["Workbook (XLSX)"])["Shifts"].values)[1:]
    events = icalendar.Calendar.from_ical(files["Next week's shifts (calendar)"].read_bytes())
    assert len(events.walk("VEVENT")) == sum(row[5] for row in shifts) > 0
    case = unpacked("case.zip", files["Everything in one file (ZIP)"].read_bytes())
    assert case is not None and b"wage = 20.0" in case["case.toml"]


def squeezed(text: str) -> str:
    """A text without its spaces, which a PDF puts where a line ends."""
    return "".join(text.split())


def arrived(folder: Path, count: int, before: set[Path]) -> Path:
    """The file that a browser has just brought, once it is whole."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = [path for path in folder.iterdir() if path.suffix != ".crdownload"]
        if len(found) == count == len(list(folder.iterdir())):
            (new,) = set(found) - before
            return new
        time.sleep(0.1)
    raise AssertionError(f"no file came: {list(folder.iterdir())}")
