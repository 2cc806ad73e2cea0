"""A roster taken along: the printed weeks, the workbook and the calendars say what it says."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pypdf
import pytest

from optimizer.case import Case
from optimizer.people import Employee
from optimizer.reporting import roster_words
from optimizer.reporting.roster_files import RosterFiles, printed, week_table
from optimizer.roster.making import judge_roster
from optimizer.roster.roster import Assignment, Roster
from test_roster import FREE, ask, shop

MONDAY = date(2026, 11, 23)
MADE = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Europe/Helsinki"))
PEOPLE = Employee("Aino Äijälä", (0, 40)), Employee("Bo", (20, 40))
SHIFTS = (
    Assignment(0, "Aino Äijälä", 600, 1080, 780, 60),
    Assignment(1, "Bo", 600, 900),
    Assignment(8, "Aino Äijälä", 540, 840),
)


@pytest.fixture
def roster() -> Roster:
    """Two weeks of two people, with much that nobody meets."""
    case = shop(*PEOPLE, rules=FREE)
    return judge_roster(ask(case, "Mo-Tu 09:00-18:00", weeks=2, first=MONDAY), SHIFTS)


@pytest.fixture
def files(roster: Roster) -> dict[str, Callable[[], bytes]]:
    """Its files, in English."""
    return dict(RosterFiles(Case(name="Shop"), roster, "en", MONDAY, MADE).files)


def test_week_has_a_row_for_each_person_and_their_hours(roster: Roster) -> None:
    """Cells are the shifts on the clock with their breaks; the last column sums the week."""
    table = week_table(roster, 0, "en", breaks=True)

    assert table.heads[1] == "Mon 2026-11-23" and table.heads[-1] == "hours"
    assert table.rows[0][:3] == ("Aino Äijälä", "10:00-18:00 break 13:00-14:00", "")
    assert [row[-1] for row in table.rows] == ["7.0", "5.0"]
    assert week_table(roster, 1, "en").rows[0][2] == "09:00-14:00"


def test_printed_weeks_say_what_is_still_missing(roster: Roster, files: dict) -> None:
    """A page for each week, with everybody's name and the needs that nobody meets."""
    reader = pypdf.PdfReader(io.BytesIO(files["roster.pdf"]()))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]

    assert len(pages) == 2
    assert all("Aino Äijälä" in page and "Still missing" in page for page in pages)
    assert "Week from 2026-11-23" in pages[0] and "Week from 2026-11-30" in pages[1]
    told = [
        b.texts for page in printed(roster, "", "en").pages for b in page if hasattr(b, "texts")
    ]
    assert sum(map(len, told)) == len(roster.unmet)


def test_workbook_holds_weeks_shifts_and_paid_hours(roster: Roster, files: dict) -> None:
    """Another library reads the same shifts and the same hours of everybody."""
    book = openpyxl.load_workbook(io.BytesIO(files["roster.xlsx"]()))
    weeks, shifts, paid = book.worksheets

    assert [sheet.title for sheet in book] == ["Roster", "Shifts", "Paid hours"]
    rows = list(weeks.iter_rows(values_only=True))
    assert rows[1] == ("Aino Äijälä", "10:00-18:00", "", "", "", "", "", "", 7)
    people = [row[3] for row in list(shifts.iter_rows(values_only=True))[1:]]
    assert people == [work.person for work in sorted(SHIFTS)]
    kinds = list(paid.iter_rows(values_only=True))[1:]
    assert [(p, k, pytest.approx(h)) for p, k, h in kinds] == roster_words.paid_kinds(roster)


def test_payroll_and_calendars_are_among_them(roster: Roster, files: dict) -> None:
    """Hours worked sum to the roster's; each person has a calendar with their shifts."""
    lines = files["payroll.csv"]().decode("utf-8-sig").splitlines()
    worked = sum(float(line.split(",")[-1]) for line in lines if ",worked," in line)
    assert worked == roster.paid_hours
    with zipfile.ZipFile(io.BytesIO(files["calendars.zip"]())) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert [text.count("BEGIN:VEVENT") for text in texts] == [2, 1]
    assert "DTSTART;TZID=Europe/Helsinki:20261123T100000" in texts[0]
