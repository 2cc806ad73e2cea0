"""The page Desk: a desk given as one file, then single files of it in their place."""

import io
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from optimizer.reporting import desk_tables

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data" / "city_helpdesk"


@pytest.fixture(scope="module")
def page() -> AppTest:
    """The page for the sample's folder, given as a ZIP on the page of a shop."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in SAMPLE.iterdir():
            archive.writestr(file.name, file.read_bytes())
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app.switch_page("optimizer/app/data.py").run()
    return give(app, "desk.zip", packed.getvalue())


def give(page: AppTest, name: str, content: bytes) -> AppTest:
    """The page after an upload."""
    page.file_uploader[0].set_value([(name, content, "application/octet-stream")]).run()
    return page.run()


def test_a_zip_with_a_readme_is_a_desk(page: AppTest) -> None:
    """The whole folder opens as a desk; the page says which files it read, its README is none."""
    assert not page.exception and not page.error
    assert "meet a closed desk" in page.main.subheader[0].value
    read = [text.value for text in page.main.markdown if "rows used" in text.value]
    assert len(read) == len(list(SAMPLE.glob("*.csv")))


def test_a_file_takes_the_place_of_its_name(page: AppTest) -> None:
    """Half the tries by phone, given alone, change the answer; the other channels stay."""
    before = page.main.subheader[0].value
    lines = (SAMPLE / "phone_attempts.csv").read_bytes().splitlines()
    give(page, "phone_attempts.csv", b"\n".join(lines[: len(lines) // 2]))

    assert not page.exception and not page.error
    assert page.main.subheader[0].value != before
    assert any(text.value.startswith("- Phone") for text in page.main.markdown)


def test_a_file_of_another_name_is_refused(page: AppTest) -> None:
    """It belongs to no channel: one sentence says so, and the answer stays."""
    before = page.main.subheader[0].value
    give(page, "calls.csv", b"time,attempts\n2026-09-01 10:00,3\n")

    assert not page.exception
    (problem,) = page.error
    assert "no file of this name" in problem.value and "mail.csv" in problem.value
    assert page.main.subheader[0].value == before


def test_the_table_of_waits_stops_where_the_picture_does() -> None:
    """A row for each hour in which either week is open, a dash where one of them is closed."""
    rows = [
        {"hour": hour, "which": which, "minutes": float(hour), "gave_up": 2.0}
        for which, hours in (("today", range(9, 12)), ("proposed", range(8, 13)))
        for hour in hours  # the last of them ends the last step
    ]
    table = desk_tables.wait_cells(rows)

    assert [row["hour"] for row in table] == [
        "08:00-09:00", "09:00-10:00", "10:00-11:00", "11:00-12:00",
    ]  # fmt: skip
    assert [row["minutes of waiting, today"] for row in table] == ["-", "9.0", "10.0", "-"]
    assert [row["minutes of waiting, proposed"] for row in table] == ["8.0", "9.0", "10.0", "11.0"]


def test_the_tables_hold_what_the_pictures_show() -> None:
    """People by the hour in their three parts, hours without anybody left out; mail by quarters."""
    parts = ("answered", "give up or are turned away", "meet a closed desk")
    people = {7: (0.0, 0.0, 0.01), 8: (3.0, 0.5, 0.0), 20: (0.0, 0.0, 4.26)}
    rows = [
        {"hour": hour, "part": part, "order": order, "people": some[order]}
        for hour, some in people.items()
        for order, part in enumerate(parts)
    ]
    assert [tuple(row.values()) for row in desk_tables.day_cells(rows)] == [
        ("08:00-09:00", "3.0", "0.5", "0.0"),
        ("20:00-21:00", "0.0", "0.0", "4.3"),
    ]

    week = [{"hours": hour, "which": "today", "mails": float(hour)} for hour in range(168)]
    mail = desk_tables.mail_cells(week)
    assert [row["today"] for row in mail] == [str(hour) for hour in range(0, 168, 6)]
    assert mail[5]["mails that wait"] == "Tue 06:00"
